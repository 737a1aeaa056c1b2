//! How the screen is divided.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text;
use crate::theme::{Role, Theme};

/// The narrowest terminal that anything can be said in, columns.
pub const MIN_WIDTH: u16 = 20;
/// The lowest terminal that anything can be said in, rows.
pub const MIN_HEIGHT: u16 = 5;

/// The three parts of every screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regions {
    /// Two rows; one where there are fewer than eight.
    pub header: Rect,
    pub body: Rect,
    /// One row.
    pub footer: Rect,
}

/// Whether the terminal is too small to draw a screen in.
#[must_use]
pub fn too_small(area: Rect) -> bool {
    area.width < MIN_WIDTH || area.height < MIN_HEIGHT
}

/// Says what is needed, as much of it as there is room for.
pub fn draw_too_small(area: Rect, buf: &mut Buffer, theme: &Theme) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let message = format!("{MIN_WIDTH}×{MIN_HEIGHT} at least");
    let shown = text::clip(&message, usize::from(area.width));
    let x = area.x + (area.width - text::width(&shown) as u16) / 2;
    buf.set_string(x, area.y + area.height / 2, &shown, theme.style(Role::Warning));
}

/// Divides the screen.
#[must_use]
pub fn regions(area: Rect) -> Regions {
    let header_height = area.height.min(if area.height < 8 { 1 } else { 2 });
    let footer_height = (area.height - header_height).min(1);
    let body_height = area.height - header_height - footer_height;
    let header = Rect { height: header_height, ..area };
    let body = Rect { y: area.y + header_height, height: body_height, ..area };
    let footer = Rect { y: area.y + header_height + body_height, height: footer_height, ..area };
    Regions { header, body, footer }
}

/// A popup of this size (frame included) in the middle of `area`, made smaller where it must be.
#[must_use]
pub fn popup(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Places side by side, as equal as they can be, with one empty column between.
#[must_use]
pub fn abreast(area: Rect, count: u16) -> Vec<Rect> {
    let count = count.max(1);
    let inner = area.width.saturating_sub(count - 1);
    let mut x = area.x;
    (0..count)
        .map(|place| {
            let width = inner / count + u16::from(place < inner % count);
            let rect = Rect { x, width, ..area };
            x += width + u16::from(width > 0);
            rect
        })
        .collect()
}

/// Columns from which what is selected in a list of findings or resources has a sheet at its right.
pub const PREVIEW: u16 = 160;

/// Columns of a sheet that stands at the right of a list in an area of this width.
#[must_use]
pub fn sheet_width(width: u16) -> u16 {
    (width / 20 * 9).clamp(50, 100)
}

/// A list and the sheet at its right, with a column between for [`draw_rule`].
#[must_use]
pub fn beside(area: Rect) -> (Rect, Rect) {
    let sheet = sheet_width(area.width).min(area.width.saturating_sub(1));
    let list = Rect { width: area.width.saturating_sub(sheet + 1), ..area };
    (list, Rect { x: area.right() - sheet, width: sheet, ..area })
}

/// The line between a list and the sheet at its right.
pub fn draw_rule(list: Rect, buf: &mut Buffer, theme: &Theme) {
    for y in list.top()..list.bottom() {
        buf.set_string(list.right(), y, "│", theme.style(Role::Border));
    }
}

/// Rows of the chart of a sheet among so many: in a preview all where there are few; where the whole is read, there is
/// always something to read.
#[must_use]
pub fn chart_rows(rest: u16, whole: bool) -> u16 {
    match rest {
        0..4 => 0,
        4..8 if whole => 0,
        8..11 if whole => 4,
        4..11 => rest,
        _ => (rest / 5 * 2).clamp(6, 14),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_cover_the_screen() {
        for height in 0..30 {
            let parts = regions(Rect::new(3, 2, 80, height));
            assert_eq!(parts.header.height + parts.body.height + parts.footer.height, height);
            assert_eq!(parts.footer.bottom(), 2 + height);
        }
        let parts = regions(Rect::new(0, 0, 80, 24));
        assert_eq!((parts.header.height, parts.body.height, parts.footer.height), (2, 21, 1));
    }

    #[test]
    fn a_popup_stays_inside() {
        let area = Rect::new(0, 0, 40, 12);
        assert_eq!(popup(area, 20, 4), Rect::new(10, 4, 20, 4));
        assert_eq!(popup(area, 100, 100), area);
    }

    #[test]
    fn places_fill_the_width() {
        let places = abreast(Rect::new(0, 0, 80, 10), 3);
        assert_eq!(places.iter().map(|r| (r.x, r.width)).collect::<Vec<_>>(), [(0, 26), (27, 26), (54, 26)]);
    }

    #[test]
    fn any_size_can_be_drawn() {
        for (width, height) in [(1, 1), (5, 2), (19, 5), (20, 4)] {
            let area = Rect::new(0, 0, width, height);
            assert!(too_small(area));
            let mut buf = Buffer::empty(area);
            draw_too_small(area, &mut buf, &Theme::plain("test"));
        }
        assert!(!too_small(Rect::new(0, 0, MIN_WIDTH, MIN_HEIGHT)));
    }
}
