//! Where things are on the database screen.

use ratatui::layout::Rect;

use super::charts::Grid;
use super::state::Pane;

/// Columns from which the tree stands beside the charts.
pub const WIDE: u16 = 110;
/// Rows from which charts and a list are shown together.
pub const TALL: u16 = 30;
/// Columns and rows from which the list stands below the tree, and the charts have the whole height.
const ROOMY: (u16, u16) = (170, 40);
/// Rows of a list with its heading, at least.
const LEAST_LIST: u16 = 5;
/// The same below the tree.
const LEAST_BELOW: u16 = 12;

/// What wants to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToShow {
    pub pane: Pane,
    /// Lines below the title.
    pub strip: usize,
    /// Lines of the tree and the facts.
    pub side: usize,
    /// Lines of the list.
    pub list: usize,
}

/// Where things are. A part that is not shown has no height.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrangement {
    pub title: Rect,
    /// What is wrong.
    pub strip: Rect,
    /// The panes to choose from, where not all are shown.
    pub tabs: Rect,
    pub side: Rect,
    /// The line at the right of `side`.
    pub divider: Rect,
    pub charts: Rect,
    pub list: Rect,
}

/// One column of air at each side.
pub fn inset(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
}

fn is_roomy(body: Rect) -> bool {
    body.width >= ROOMY.0 && body.height >= ROOMY.1
}

/// Columns of the tree and the facts where they stand beside the charts.
fn side_width(body: Rect) -> u16 {
    (body.width * 2 / 5).clamp(46, 76)
}

/// Columns of what is in the side, and of what is in the list: both are broken into lines by them.
#[must_use]
pub fn widths(body: Rect) -> (u16, u16) {
    let side = side_width(body);
    let (side, list) = match () {
        () if is_roomy(body) => (side, side),
        () if body.width >= WIDE => (side, body.width - side - 1),
        () => (body.width, body.width),
    };
    (side.saturating_sub(2), list.saturating_sub(2))
}

/// Rows of the strip at most: it never takes more than a third of what is left.
#[must_use]
pub fn most_of_strip(body: Rect) -> u16 {
    body.height.saturating_sub(1) / 3
}

/// Divides the body of the frame.
#[must_use]
pub fn places(body: Rect, wants: ToShow) -> Arrangement {
    let title = Rect { height: 1.min(body.height), ..body };
    let height = u16::try_from(wants.strip).unwrap_or(u16::MAX).min(most_of_strip(body));
    let strip = Rect { y: title.bottom(), height, ..body };
    let above = title.height + strip.height;
    let rest = Rect { y: body.y + above, height: body.height - above, ..body };
    let (wide, tall) = (body.width >= WIDE, body.height >= TALL);
    let mut places = Arrangement { title, strip, ..Arrangement::default() };
    let mut main = rest;
    if wide {
        let width = side_width(body);
        places.side = Rect { width, ..rest };
        places.divider = Rect { x: rest.x + width, width: 1, ..rest };
        main = Rect { x: rest.x + width + 1, width: rest.width - width - 1, ..rest };
    }
    let lines = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    if is_roomy(body) {
        places.charts = main;
        let side = lines(wants.side).saturating_add(1).min(rest.height.saturating_sub(LEAST_BELOW));
        places.side.height = side;
        places.tabs = Rect { y: places.side.bottom(), height: 1, ..places.side };
        places.list = Rect { y: places.tabs.bottom(), height: rest.height - side - 1, ..places.side };
        return places;
    }
    if tall {
        let below = if !wide && wants.pane == Pane::Replication { wants.side } else { wants.list };
        // Rows that the list does not need are the charts'.
        let most = (main.height / 3).clamp(8, 16);
        let list = lines(below).saturating_add(1).clamp(LEAST_LIST, most);
        places.charts = Rect { height: main.height - list, ..main };
        places.tabs = Rect { y: places.charts.bottom(), height: 1, ..main };
        places.list = Rect { y: places.tabs.bottom(), height: list - 1, ..main };
        if !wide && wants.pane == Pane::Replication {
            places.side = places.list;
            places.list = Rect::default();
        }
        return places;
    }
    places.tabs = Rect { height: 1.min(main.height), ..main };
    let shown = Rect { y: main.y + places.tabs.height, height: main.height - places.tabs.height, ..main };
    match wants.pane {
        Pane::Charts => places.charts = shown,
        Pane::Replication if wide => places.charts = shown,
        Pane::Replication => places.side = shown,
        _ => places.list = shown,
    }
    places
}

impl Arrangement {
    /// How so many charts are laid out.
    #[must_use]
    pub fn grid(&self, count: usize) -> Grid {
        Grid::of(inset(self.charts), count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(width: u16, height: u16, pane: Pane, list: usize) -> Arrangement {
        // The header takes two rows, the footer one.
        places(Rect::new(0, 2, width, height - 3), ToShow { pane, strip: 0, side: 17, list })
    }

    #[test]
    fn a_large_terminal_has_all_charts_at_their_full_height() {
        let places = at(200, 50, Pane::Charts, 30);
        let grid = places.grid(13);
        assert_eq!((grid.abreast, grid.rows, grid.total), (3, 5, 5));
        assert_eq!((places.charts.height, places.charts.y), (46, 3));
        // What is read stands below what is known, and has the rest.
        assert_eq!((places.side.height, places.tabs.y, places.list.height), (18, 21, 27));
        assert_eq!((places.list.bottom(), places.divider.height), (49, 46));
    }

    #[test]
    fn rows_that_a_list_does_not_need_are_the_charts() {
        let few = at(120, 40, Pane::Charts, 2);
        assert_eq!((few.list.height, few.charts.height, few.grid(11).rows), (4, 31, 4));
        let many = at(120, 40, Pane::Charts, 30);
        assert_eq!((many.list.height, many.charts.height, many.grid(11).rows), (11, 24, 3));
        assert_eq!(few.grid(11).abreast, 2);
    }

    #[test]
    fn a_small_terminal_shows_one_pane() {
        let charts = at(80, 24, Pane::Charts, 5);
        assert_eq!((charts.charts.height, charts.list.height, charts.side.height), (19, 0, 0));
        assert_eq!((charts.grid(11).abreast, charts.grid(11).rows), (2, 2));
        assert_eq!(at(80, 24, Pane::Events, 5).list.height, 19);
        assert_eq!(at(80, 24, Pane::Replication, 5).side.height, 19);
        let least = at(40, 12, Pane::Charts, 5);
        assert_eq!((least.charts.height, least.grid(11).abreast, least.grid(11).rows), (7, 1, 1));
    }

    #[test]
    fn any_size_is_divided_within_the_body() {
        for width in [20, 40, 80, 109, 110, 169, 170, 300] {
            for height in 4..70 {
                for pane in Pane::ALL {
                    for lines in [0, 7, 500] {
                        let body = Rect::new(0, 0, width, height);
                        let wants = ToShow { pane, strip: lines, side: lines, list: lines };
                        let places = places(body, wants);
                        let parts = [places.title, places.strip, places.tabs, places.side, places.charts, places.list];
                        for part in parts.into_iter().filter(|part| !part.is_empty()) {
                            assert_eq!(part.intersection(body), part, "{width} {height} {wants:?} {places:?}");
                        }
                    }
                }
            }
        }
    }
}
