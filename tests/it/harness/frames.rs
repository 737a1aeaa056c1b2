//! What a desk shows: frames, their text, and which style is where.

use std::fmt::Write as _;

use quarterdeck::app::settle::settle;
use quarterdeck::app::{Msg, State, view};
use quarterdeck::picture::{self, Format};
use quarterdeck::theme::{Role, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::Desk;

impl Desk {
    /// The frame as text.
    pub fn text(&mut self) -> String {
        settle(&mut self.state);
        picture::render(&draw(&self.state), Format::Text)
    }

    /// The frame at a size.
    pub fn frame(&mut self, columns: u16, rows: u16) -> Buffer {
        self.send(Msg::Resize(columns, rows));
        settle(&mut self.state);
        draw(&self.state)
    }

    /// The frame at a size as text, lines without trailing blanks.
    pub fn text_at(&mut self, columns: u16, rows: u16) -> String {
        picture::render(&self.frame(columns, rows), Format::Text)
    }

    /// The frame at a size as text, and below it where which style is.
    pub fn styled(&mut self, columns: u16, rows: u16) -> String {
        let frame = self.frame(columns, rows);
        format!("{}\n{}", picture::render(&frame, Format::Text), styles(&frame, &self.state.shell.theme))
    }
}

/// Draws a state at its own size.
pub fn draw(state: &State) -> Buffer {
    let area = Rect::new(0, 0, state.shell.size.0, state.shell.size.1);
    let mut frame = Buffer::empty(area);
    view::render(state, area, &mut frame);
    frame
}

/// Which style is where: a line for each row that has any, with runs of columns by role. Blank
/// cells without a background look the same in every style and are left out.
fn styles(frame: &Buffer, theme: &Theme) -> String {
    let names = names(theme);
    let mut out = String::new();
    for y in frame.area.top()..frame.area.bottom() {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in frame.area.left()..frame.area.right() {
            let cell = &frame[(x, y)];
            let look = look(cell);
            let bare = look.1 == Color::Reset && !look.2.intersects(Modifier::REVERSED | Modifier::UNDERLINED);
            if (cell.symbol().trim().is_empty() && bare) || look == (Color::Reset, Color::Reset, Modifier::empty()) {
                continue;
            }
            let name = names.iter().find(|(known, _)| *known == look).map_or_else(|| raw(look), |(_, n)| n.clone());
            match runs.last_mut() {
                Some((_, end, last)) if *last == name && blank(frame, y, *end + 1..x) => *end = x,
                _ => runs.push((x, x, name)),
            }
        }
        if runs.is_empty() {
            continue;
        }
        let _ = write!(out, "{y:>3}:");
        for (start, end, name) in runs {
            let _ = if start == end { write!(out, " {start} {name},") } else { write!(out, " {start}-{end} {name},") };
        }
        out.pop();
        out.push('\n');
    }
    out
}

type Look = (Color, Color, Modifier);

fn look(cell: &Cell) -> Look {
    (cell.fg, cell.bg, cell.modifier)
}

fn blank(frame: &Buffer, y: u16, mut columns: std::ops::Range<u16>) -> bool {
    columns.all(|x| frame[(x, y)].symbol().trim().is_empty() && frame[(x, y)].bg == Color::Reset)
}

/// The looks that have a name: each role, and each role with the selection over or under it. Of
/// roles that look the same the first gives its name.
fn names(theme: &Theme) -> Vec<(Look, String)> {
    let selection = theme.style(Role::Selection);
    let mut names = Vec::new();
    for role in Role::ALL {
        let mut cell = Cell::default();
        cell.set_style(theme.style(*role));
        names.push((look(&cell), role.name().to_owned()));
    }
    for role in Role::ALL {
        let (mut over, mut under) = (Cell::default(), Cell::default());
        over.set_style(theme.style(*role)).set_style(selection);
        under.set_style(selection).set_style(theme.style(*role));
        names.push((look(&over), format!("{}+selection", role.name())));
        names.push((look(&under), format!("{}+selection", role.name())));
    }
    for role in Role::ALL {
        let mut cell = Cell::default();
        cell.set_style(theme.style(*role));
        cell.modifier.insert(Modifier::REVERSED);
        names.push((look(&cell), format!("{}+reversed", role.name())));
    }
    names
}

fn raw((ink, ground, modifier): Look) -> String {
    format!("{ink}/{ground}/{modifier:?}")
}
