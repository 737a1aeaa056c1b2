//! The frame of a question that decides something: double for production, the environment's name in
//! its own block at the left end of the title, the risk at the right, and what leaving does below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pen::{self, Piece};
use crate::theme::{Role, Theme};

/// What stands on the frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Dialog {
    /// Double lines: what is decided here is decided about production.
    pub production: bool,
    /// The environment's name in its role; may be empty.
    pub badge: Piece,
    /// Parts of the title, the most important first; what does not fit is cut with `…`.
    pub title: Vec<String>,
    /// At the right end of the title, never cut: `irreversible`. May be empty.
    pub right: Piece,
    /// At the left end of the lower line; may be empty.
    pub foot_left: String,
    /// At its right end, the least important first: those go where there is no room.
    pub foot_right: Vec<Piece>,
}

/// The characters of a frame: corners from the upper left clockwise, across, down.
struct Lines {
    corners: [&'static str; 4],
    across: &'static str,
    down: &'static str,
}

const SINGLE: Lines = Lines { corners: ["╭", "╮", "╯", "╰"], across: "─", down: "│" };
const DOUBLE: Lines = Lines { corners: ["╔", "╗", "╝", "╚"], across: "═", down: "║" };

impl Dialog {
    /// Clears the place, draws the frame and gives the inside.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Rect {
        let area = area.intersection(buf.area);
        clear(area, buf, theme);
        if area.width < 8 || area.height < 3 {
            return area;
        }
        let lines = if self.production { &DOUBLE } else { &SINGLE };
        let style = theme.style(Role::BorderFocus);
        let across = lines.across.repeat(usize::from(area.width) - 2);
        let [upper_left, upper_right, lower_right, lower_left] = lines.corners;
        let bottom = area.bottom() - 1;
        buf.set_string(area.x, area.y, format!("{upper_left}{across}{upper_right}"), style);
        buf.set_string(area.x, bottom, format!("{lower_left}{across}{lower_right}"), style);
        for y in area.y + 1..bottom {
            buf.set_string(area.x, y, lines.down, style);
            buf.set_string(area.right() - 1, y, lines.down, style);
        }
        self.title(lines, Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area }, buf, theme);
        self.foot(lines, Rect { x: area.x + 1, y: bottom, width: area.width - 2, height: 1 }, buf, theme);
        Rect { x: area.x + 2, y: area.y + 1, width: area.width - 4, height: area.height - 2 }
    }

    fn title(&self, lines: &Lines, room: Rect, buf: &mut Buffer, theme: &Theme) {
        let mut end = room.right();
        if !self.right.0.is_empty() {
            end = pen::right(buf, room, &[(format!(" {} ", self.right.0), self.right.1)], theme);
        }
        let mut pieces: Vec<Piece> = Vec::new();
        if !self.badge.0.is_empty() {
            pieces.push((format!(" {} ", self.badge.0), self.badge.1));
        }
        for part in &self.title {
            if !pieces.is_empty() {
                pieces.push((lines.across.into(), Role::BorderFocus));
            }
            pieces.push((format!(" {part} "), Role::Accent));
        }
        pen::left(buf, Rect { width: end.saturating_sub(room.x + 1), ..room }, &pieces, theme);
    }

    fn foot(&self, lines: &Lines, room: Rect, buf: &mut Buffer, theme: &Theme) {
        let left: Vec<Piece> =
            if self.foot_left.is_empty() { Vec::new() } else { vec![(format!(" {} ", self.foot_left), Role::Dim)] };
        let end = pen::left(buf, room, &left, theme);
        let room = Rect { x: end + 1, width: room.right().saturating_sub(end + 1), ..room };
        for dropped in 0..self.foot_right.len() {
            let mut pieces: Vec<Piece> = Vec::new();
            for (words, role) in self.foot_right.iter().skip(dropped) {
                if !pieces.is_empty() {
                    pieces.push((lines.across.into(), Role::BorderFocus));
                }
                pieces.push((format!(" {words} "), *role));
            }
            if pen::width(&pieces) <= usize::from(room.width) {
                pen::right(buf, room, &pieces, theme);
                return;
            }
        }
    }
}

fn clear(area: Rect, buf: &mut Buffer, theme: &Theme) {
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
                cell.set_style(theme.style(Role::Text));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialog(production: bool) -> Dialog {
        Dialog {
            production,
            badge: ("PROD".into(), Role::Production),
            title: vec!["Promote read replica".into(), "rentaliq-prod-db-dr, us-west-2".into()],
            right: ("irreversible".into(), Role::Critical),
            foot_left: "Esc leaves, nothing is sent".into(),
            foot_right: vec![("plan 7f3a-91c2".into(), Role::Dim), ("armed 08:41".into(), Role::Critical)],
        }
    }

    fn rows(dialog: &Dialog, width: u16, height: u16) -> (Vec<String>, Rect) {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        let inside = dialog.draw(buf.area, &mut buf, &Theme::default());
        let rows = (0..height).map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect()).collect();
        (rows, inside)
    }

    #[test]
    fn production_has_a_double_frame_and_the_risk_at_the_right() {
        let (lines, inside) = rows(&dialog(true), 80, 3);
        assert_eq!(lines[0], "╔ PROD ═ Promote read replica ═ rentaliq-prod-db-dr, us-west-2 ══ irreversible ╗");
        let fill = "═".repeat(19);
        assert_eq!(lines[2], format!("╚ Esc leaves, nothing is sent {fill} plan 7f3a-91c2 ═ armed 08:41 ╝"));
        assert_eq!(inside, Rect::new(2, 1, 76, 1));
        assert!(rows(&dialog(false), 80, 3).0[0].starts_with("╭ PROD ─ Promote"));
    }

    #[test]
    fn the_risk_stays_where_the_title_is_cut() {
        let (lines, _) = rows(&dialog(true), 50, 3);
        assert!(lines[0].ends_with(" irreversible ╗"), "{}", lines[0]);
        assert!(lines[0].contains('…'), "{}", lines[0]);
        assert!(lines[2].contains("armed 08:41") && !lines[2].contains("plan"), "{}", lines[2]);
    }

    #[test]
    fn any_size_can_be_drawn() {
        for width in 0..40 {
            for height in 0..5 {
                rows(&dialog(true), width, height);
            }
        }
    }
}
