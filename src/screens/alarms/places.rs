//! How the body is divided: the list, and the story of the alarm under the cursor beside it, below it, or alone.

use super::heading;
use crate::screens::State as App;
use crate::screens::executions;
use crate::ui::{layout, table};

/// Columns from which the story stands beside the list.
const WIDE: u16 = 110;
/// Rows from which it stands below the list.
const TALL: u16 = 18;

/// A part of the body, counted from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

/// Where things are; what is not shown has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// Rows of the title, and of what is wrong with the lists.
    pub top: u16,
    /// The list with its headings.
    pub list: Option<Spot>,
    /// The story of the alarm under the cursor.
    pub story: Option<Spot>,
}

impl Division {
    /// The division of a body of this size.
    #[must_use]
    pub fn of(app: &App, width: u16, height: u16) -> Self {
        Self::split(app, width, height, app.alarms.whole)
    }

    /// The division of the screen at the size of the terminal.
    #[must_use]
    pub fn of_screen(app: &App) -> Self {
        let body = executions::body(&app.shell);
        Self::of(app, body.width, body.height)
    }

    fn split(app: &App, width: u16, height: u16, whole: bool) -> Self {
        let notice = u16::from(height > 4 && heading::has_notice(app));
        let top = (1 + notice).min(height);
        let rest = Spot { x: 0, y: top, width, height: height - top };
        if app.alarms.current().is_none() {
            return Self { top, list: Some(rest), story: None };
        }
        if whole {
            return Self { top, list: None, story: Some(rest) };
        }
        if width >= WIDE {
            let story = layout::sheet_width(width);
            let list = Spot { width: width - story - 1, ..rest };
            return Self { top, list: Some(list), story: Some(Spot { x: width - story, width: story, ..rest }) };
        }
        if height >= TALL {
            // The first row of it is a rule.
            let lower = (rest.height / 5 * 2).clamp(9, 16);
            let list = Spot { height: rest.height - lower, ..rest };
            let story = Spot { y: top + list.height + 1, height: lower - 1, ..rest };
            return Self { top, list: Some(list), story: Some(story) };
        }
        Self { top, list: Some(rest), story: None }
    }
}

/// Whether the story of the alarm under the cursor is on the screen: what only that shows need not be read otherwise.
#[must_use]
pub fn has_story(app: &App) -> bool {
    Division::of_screen(app).story.is_some()
}

/// Rows of the list that are seen at once, or will be when it is there again.
#[must_use]
pub fn page(app: &App) -> usize {
    let body = executions::body(&app.shell);
    let list = Division::split(app, body.width, body.height, false).list;
    // Its first row has the headings.
    usize::from(list.map_or(1, |list| list.height.saturating_sub(1))).max(1)
}

/// The row of the table that stands in a row of the terminal.
#[must_use]
pub fn row_at(app: &App, row: u16) -> Option<usize> {
    let list = Division::of_screen(app).list?;
    let headings = executions::body(&app.shell).y + list.y;
    let line = row.checked_sub(headings + 1).filter(|line| line + 1 < list.height)?;
    let screen = &app.alarms;
    let first = table::scroll(screen.offset, Some(screen.selected), page(app), screen.rows.len());
    let at = first + usize::from(line);
    (at < screen.rows.len()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::alarms::rebuild;
    use crate::screens::alarms::testing::app;

    #[test]
    fn parts_stay_inside_and_do_not_overlap() {
        let mut app = app();
        for whole in [false, true] {
            app.alarms.whole = whole;
            for (width, height) in [(0, 0), (20, 3), (80, 21), (80, 60), (109, 17), (110, 5), (250, 80), (u16::MAX, 40)]
            {
                let division = Division::of(&app, width, height);
                for spot in [division.list, division.story].into_iter().flatten() {
                    assert!(spot.x + spot.width <= width && spot.y + spot.height <= height, "{width} {height}");
                    assert!(spot.y >= division.top);
                }
                if let (Some(list), Some(story)) = (division.list, division.story) {
                    assert!(list.x + list.width < story.x || list.y + list.height < story.y, "{width} {height}");
                }
            }
        }
    }

    #[test]
    fn the_story_gives_way_to_the_list() {
        let app = app();
        let of = |width, height| Division::of(&app, width, height).story;
        assert_eq!(of(80, 21), Some(Spot { x: 0, y: 13, width: 80, height: 8 }));
        assert_eq!(of(80, 17), None);
        assert_eq!(of(120, 37), Some(Spot { x: 66, y: 1, width: 54, height: 36 }));
    }

    #[test]
    fn a_small_terminal_has_a_story_only_where_it_is_opened() {
        let mut app = app();
        for ((columns, rows), whole, has) in
            [((80, 14), false, false), ((80, 14), true, true), ((80, 40), false, true), ((120, 14), false, true)]
        {
            app.shell.size = (columns, rows);
            app.alarms.whole = whole;
            assert_eq!(has_story(&app), has, "{columns}x{rows} {whole}");
        }
        app.shell.size = (120, 40);
        app.alarms.filter = "nowhere".into();
        rebuild(&mut app);
        assert!(!has_story(&app), "there is no alarm");
    }
}
