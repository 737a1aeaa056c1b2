//! How the body is divided: the list, and what is wrong with the cluster under the cursor beside it or below it.

use ratatui::layout::Rect;

use super::heading;
use crate::screens::State as App;
use crate::screens::executions;
use crate::ui::{layout, table};

/// Columns from which the preview stands beside the list.
const WIDE: u16 = 150;
/// Rows from which it stands below the list.
const TALL: u16 = 16;
/// Rows of notices at most, where there is a list.
const NOTICES: usize = 3;

/// Where things are; what is not shown has no rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClusterPlaces {
    pub title: Rect,
    pub notices: Rect,
    /// The list with its headings.
    pub list: Rect,
    /// The row of the line between list and preview, where that is below.
    pub rule: Option<u16>,
    pub preview: Rect,
}

impl ClusterPlaces {
    /// The division of a body.
    #[must_use]
    pub fn of(app: &App, area: Rect) -> Self {
        let title = Rect { height: 1.min(area.height), ..area };
        let count = heading::notices(app).len();
        let count = if app.clusters.rows.is_empty() { count } else { count.min(NOTICES) };
        let left = area.height - title.height;
        let notices = u16::try_from(count).unwrap_or(u16::MAX).min(left);
        let notices = Rect { y: title.bottom(), height: notices, ..area };
        let rest = Rect { y: notices.bottom(), height: left - notices.height, ..area };
        let whole = Self { title, notices, list: rest, ..Self::default() };
        let rows = u16::try_from(app.clusters.rows.len()).unwrap_or(u16::MAX);
        if rows == 0 {
            return whole;
        }
        if area.width >= WIDE {
            let (list, preview) = layout::beside(rest);
            return Self { list, preview, ..whole };
        }
        if rest.height >= TALL {
            let upper = (rows.saturating_add(2)).clamp(4, rest.height / 2);
            let list = Rect { height: upper, ..rest };
            let rule = list.bottom();
            let preview = Rect { y: rule + 1, height: rest.height - upper - 1, ..rest };
            return Self { list, rule: Some(rule), preview, ..whole };
        }
        whole
    }

    /// The division of the screen at the size of the terminal.
    #[must_use]
    pub fn of_screen(app: &App) -> Self {
        Self::of(app, executions::body(&app.shell))
    }
}

/// Rows of the list that are seen at once.
#[must_use]
pub fn page(app: &App) -> usize {
    // Its first row has the headings.
    usize::from(ClusterPlaces::of_screen(app).list.height.saturating_sub(1)).max(1)
}

/// The row of the table that stands in a row of the terminal.
#[must_use]
pub fn row_at(app: &App, row: u16) -> Option<usize> {
    let list = ClusterPlaces::of_screen(app).list;
    let line = row.checked_sub(list.y + 1).filter(|_| row < list.bottom())?;
    let screen = &app.clusters;
    let first = table::scroll(screen.offset, Some(screen.selected), page(app), screen.rows.len());
    let at = first + usize::from(line);
    (at < screen.rows.len()).then_some(at)
}
