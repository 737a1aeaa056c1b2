//! How the body is divided: what stands above, the list, and the story of the row under the cursor beside it, in a
//! few lines below it, or alone.

use super::heading;
use crate::screens::State as App;
use crate::screens::executions;
use crate::ui::table;

/// Columns from which the story stands beside the list.
const WIDE: u16 = 150;
/// Rows of the list from which what and why stand below it.
const TALL: u16 = 10;
/// Rows of what and why, with the rule above them.
const FOOT: u16 = 4;

/// Rows and columns of each part; what is not shown has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditParts {
    /// Rows above.
    pub top: u16,
    /// Rows of the list with its headings; none where the story is alone.
    pub list: u16,
    /// Rows below the list.
    pub foot: u16,
    /// Columns of the story; all of them where it is alone.
    pub story: u16,
}

impl AuditParts {
    /// The division of a body of this size.
    #[must_use]
    pub fn of(app: &App, width: u16, height: u16) -> Self {
        Self::split(app, width, height, app.audit.whole)
    }

    fn split(app: &App, width: u16, height: u16, whole: bool) -> Self {
        let lines = u16::try_from(heading::lines(app, usize::from(width)).len()).unwrap_or(u16::MAX);
        // The list keeps half of a low body.
        let top = lines.min(height.div_ceil(2));
        let rest = height - top;
        if app.audit.current_row().is_none() {
            return Self { top, list: rest, foot: 0, story: 0 };
        }
        if whole {
            return Self { top, list: 0, foot: 0, story: width };
        }
        if width >= WIDE {
            return Self { top, list: rest, foot: 0, story: (width / 20 * 9).clamp(60, 110) };
        }
        let foot = if rest >= TALL { FOOT } else { 0 };
        Self { top, list: rest - foot, foot, story: 0 }
    }

    /// The division of the screen at the size of the terminal.
    #[must_use]
    pub fn of_screen(app: &App) -> Self {
        let body = executions::body(&app.shell);
        Self::of(app, body.width, body.height)
    }
}

/// Rows of the list that are seen at once, or will be when it is there again.
#[must_use]
pub fn page(app: &App) -> usize {
    let body = executions::body(&app.shell);
    let parts = AuditParts::split(app, body.width, body.height, false);
    // Its first row has the headings.
    usize::from(parts.list.saturating_sub(1)).max(1)
}

/// Rows of the story where it is alone.
#[must_use]
pub fn story_page(app: &App) -> usize {
    let body = executions::body(&app.shell);
    usize::from(body.height.saturating_sub(AuditParts::of_screen(app).top)).max(1)
}

/// The row of the table that stands in a row of the terminal.
#[must_use]
pub fn row_at(app: &App, row: u16) -> Option<usize> {
    let parts = AuditParts::of_screen(app);
    let headings = executions::body(&app.shell).y + parts.top;
    let line = row.checked_sub(headings + 1).filter(|line| line + 1 < parts.list)?;
    let screen = &app.audit;
    let first = table::scroll(screen.offset, Some(screen.selected), page(app), screen.rows.len());
    let at = first + usize::from(line);
    (at < screen.rows.len()).then_some(at)
}
