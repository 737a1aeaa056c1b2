//! How the body is divided between a list and what is said of the row under its cursor.

use ratatui::layout::Rect;

use crate::ui::layout;

/// Columns from which the preview stands beside the list.
const WIDE: u16 = 150;
/// Rows from which it stands below the list.
const TALL: u16 = 16;
/// Rows of notices at most, where there is a list.
const NOTICES: usize = 3;

/// Where things are; what is not shown has no rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListPlaces {
    pub title: Rect,
    pub notices: Rect,
    /// The list with its headings.
    pub list: Rect,
    /// The row of the line between list and preview, where that is below.
    pub rule: Option<u16>,
    pub preview: Rect,
}

impl ListPlaces {
    /// The division of a body, for so many notices and rows.
    #[must_use]
    pub fn of(area: Rect, notices: usize, rows: usize) -> Self {
        let title = Rect { height: 1.min(area.height), ..area };
        let count = if rows == 0 { notices } else { notices.min(NOTICES) };
        let left = area.height - title.height;
        let notices = u16::try_from(count).unwrap_or(u16::MAX).min(left);
        let notices = Rect { y: title.bottom(), height: notices, ..area };
        let rest = Rect { y: notices.bottom(), height: left - notices.height, ..area };
        let whole = Self { title, notices, list: rest, ..Self::default() };
        let rows = u16::try_from(rows).unwrap_or(u16::MAX);
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

    /// Rows of the list that are seen at once.
    #[must_use]
    pub fn page(&self) -> usize {
        // Its first row has the headings.
        usize::from(self.list.height.saturating_sub(1)).max(1)
    }
}
