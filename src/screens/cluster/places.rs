//! How the body is divided: the head, what is wrong, the sums, the list, and what stands beside the list.

use ratatui::layout::Rect;

use super::head::KnownCluster;
use super::state::{ClusterPane, State};
use super::{standing, strip};
use crate::screens::State as App;
use crate::screens::executions;
use crate::ui::{layout, table};

/// Columns from which pools, or what EKS says, stand beside the list.
pub const WIDE: u16 = 150;
/// Rows from which the line under the cursor is told whole below the list.
const FOOT: u16 = 14;
/// Rows from which there is air.
const AIRY: u16 = 30;

/// Where things are; what is not shown has no rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClusterParts {
    pub head: Rect,
    pub strip: Rect,
    pub sums: Rect,
    pub notices: Rect,
    /// The list with its headings.
    pub list: Rect,
    /// The line under the cursor, whole.
    pub foot: Rect,
    /// Pools, or what EKS says: beside the list, or in its place.
    pub pane: Rect,
    /// It stands beside the list.
    pub is_beside: bool,
}

/// How many rows what is wrong may take.
#[must_use]
pub fn most_of_strip(height: u16) -> u16 {
    (height / 3).max(height.saturating_sub(4).min(5)).min(14)
}

impl ClusterParts {
    /// The division of a body in which so many rows tell what is wrong, and so many what is not known.
    #[must_use]
    pub fn of(open: &State, area: Rect, strip: usize, notices: usize) -> Self {
        let mut y = area.y;
        let mut rows = |wanted: usize| {
            let height = u16::try_from(wanted).unwrap_or(u16::MAX).min(area.bottom() - y);
            let part = Rect { y, height, ..area };
            y += height;
            part
        };
        let head = rows(1);
        let strip = rows(strip);
        if area.height >= AIRY {
            rows(1);
        }
        let sums = rows(1);
        let notices = rows(notices);
        let rest = Rect { y, height: area.bottom() - y, ..area };
        let all = Self { head, strip, sums, notices, ..Self::default() };
        match (open.pane, open.beside) {
            (ClusterPane::Machines, Some(_)) | (ClusterPane::Pools | ClusterPane::Eks, _) if area.width >= WIDE => {
                let (list, pane) = layout::beside(rest);
                Self { pane, is_beside: true, ..all.with_list(list, area.height) }
            }
            (ClusterPane::Pools | ClusterPane::Eks, _) => Self { pane: rest, ..all },
            (ClusterPane::Machines, _) => all.with_list(rest, area.height),
        }
    }

    fn with_list(self, area: Rect, height: u16) -> Self {
        let foot = u16::from(height >= FOOT && area.height > 3);
        let list = Rect { height: area.height - foot, ..area };
        Self { list, foot: Rect { y: list.bottom(), height: foot, ..area }, ..self }
    }

    /// The division of the screen at the size of the terminal.
    #[must_use]
    pub fn of_screen(app: &App, open: &State) -> Self {
        let area = executions::body(&app.shell);
        let all = strip::all(&app.shell, open);
        let strip = strip::lines(&app.shell, open, &all, area.width, most_of_strip(area.height)).len();
        Self::of(open, area, strip, notices(app, open, area.height))
    }
}

/// Rows of what is not known.
#[must_use]
pub fn notices(app: &App, open: &State, height: u16) -> usize {
    let known = KnownCluster::of(app, open);
    let all = known.map_or(0, |known| standing::notices(known.cluster, app.shell.world.now).len());
    all.min(if height < AIRY { 2 } else { 4 })
}

/// Rows of the list that are seen at once, or will be when it is there again.
#[must_use]
pub fn page(app: &App) -> usize {
    let Some(open) = app.views.cluster() else { return 1 };
    let parts = ClusterParts::of_screen(app, open);
    let list = if parts.list.height > 0 { parts.list } else { parts.pane };
    // Its first row has the headings.
    usize::from(list.height.saturating_sub(1)).max(1)
}

/// The line of the list that stands in a row of the terminal.
#[must_use]
pub fn line_at(app: &App, row: u16) -> Option<usize> {
    let open = app.views.cluster()?;
    let list = ClusterParts::of_screen(app, open).list;
    let line = row.checked_sub(list.y + 1).filter(|_| row < list.bottom())?;
    let first = table::scroll(open.offset, Some(open.selected), page(app), open.lines.len());
    let at = first + usize::from(line);
    (at < open.lines.len()).then_some(at)
}
