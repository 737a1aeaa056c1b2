//! A table that asks only for the cells that it shows: its cost does not depend on how many rows
//! there are.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::environment::CURSOR;
use super::pen::Piece;
use super::text;
use crate::theme::{Role, Theme};

/// Empty cells between columns.
const GAP: u16 = 2;
/// Shows at the right edge which part of the rows is seen.
const THUMB: &str = "▐";

/// Width of a column in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    Fixed(u16),
    /// At least this; what is left over is shared among these columns.
    Min(u16),
}

impl Width {
    fn least(self) -> u16 {
        match self {
            Self::Fixed(width) | Self::Min(width) => width,
        }
    }
}

/// Where a cell's text stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    /// For numbers.
    Right,
}

/// The order of the rows, for the mark in the heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub title: Cow<'static, str>,
    pub width: Width,
    pub align: Align,
    /// Where there is no room for all, the column of the highest priority number goes first, the
    /// last one of several.
    pub priority: u8,
}

/// A cell: pieces of text, each with its meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell<'a> {
    pub spans: Vec<(Cow<'a, str>, Role)>,
}

impl From<Vec<Piece>> for Cell<'_> {
    fn from(pieces: Vec<Piece>) -> Self {
        Self { spans: pieces.into_iter().map(|(text, role)| (text.into(), role)).collect() }
    }
}

impl<'a> Cell<'a> {
    /// A cell of one piece.
    #[must_use]
    pub fn new(text: impl Into<Cow<'a, str>>, role: Role) -> Self {
        Self { spans: vec![(text.into(), role)] }
    }

    /// A cell of ordinary text.
    #[must_use]
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(text, Role::Text)
    }

    /// One more piece at the end.
    #[must_use]
    pub fn then(mut self, text: impl Into<Cow<'a, str>>, role: Role) -> Self {
        self.spans.push((text.into(), role));
        self
    }
}

/// What is to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    pub columns: &'a [Column],
    /// How many rows there are in all.
    pub rows: usize,
    /// The first row to show, moved as little as is needed to show the selected one.
    pub offset: usize,
    pub selected: Option<usize>,
    /// The column that the rows are sorted by.
    pub sort: Option<(usize, Order)>,
    /// Whether keys go to this table.
    pub focused: bool,
    /// Shown when there are no rows.
    pub empty: &'a str,
}

/// What was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The columns that fit, by index.
    pub columns: Vec<usize>,
    /// The first row shown.
    pub offset: usize,
    /// How many rows there is room for.
    pub page: usize,
}

impl Table<'_> {
    /// Draws the table; `cell` is called with row and column of the visible cells only.
    pub fn draw<'c>(
        &self,
        area: Rect,
        buf: &mut Buffer,
        theme: &Theme,
        mut cell: impl FnMut(usize, usize) -> Cell<'c>,
    ) -> Drawn {
        let area = area.intersection(buf.area);
        let page = usize::from(area.height.saturating_sub(1));
        let offset = scroll(self.offset, self.selected, page, self.rows);
        // One column at each side for the mark and the thumb.
        let places = self.fit(area.width.saturating_sub(2));
        let columns = places.iter().map(|place| place.column).collect();
        let drawn = Drawn { columns, offset, page };
        if area.height == 0 || area.width < 3 {
            return drawn;
        }
        let inner = area.x + 1;
        for place in &places {
            self.draw_heading(place, inner, area.y, buf, theme);
        }
        if self.rows == 0 && page > 0 {
            let message = text::clip(self.empty, usize::from(area.width - 2));
            buf.set_string(inner, area.y + 1, &message, theme.style(Role::Dim));
            return drawn;
        }
        for (line, row) in (offset..self.rows).take(page).enumerate() {
            let y = area.y + 1 + line as u16;
            // Before the cells: what has a ground of its own (production) keeps it.
            if self.selected == Some(row) && self.focused {
                buf.set_style(Rect { y, height: 1, ..area }, theme.style(Role::Selection));
            }
            for place in &places {
                let content = cell(row, place.column);
                draw_spans(&content, inner + place.x, y, place, self.columns[place.column].align, buf, theme);
            }
            if self.selected == Some(row) {
                let role = if self.focused { Role::Accent } else { Role::Dim };
                buf.set_string(area.x, y, CURSOR, theme.style(role));
            }
        }
        if self.rows > page && page > 0 {
            draw_thumb(offset, page, self.rows, area, buf, theme);
        }
        drawn
    }

    /// Which columns fit into `available` cells, and where they stand.
    fn fit(&self, available: u16) -> Vec<Place> {
        let mut kept: Vec<usize> = (0..self.columns.len()).collect();
        let least = |kept: &[usize]| {
            kept.iter().map(|column| usize::from(self.columns[*column].width.least())).sum::<usize>()
                + kept.len().saturating_sub(1) * usize::from(GAP)
        };
        while kept.len() > 1 && least(&kept) > usize::from(available) {
            // `max_by_key` gives the last of several.
            let victim = kept.iter().enumerate().max_by_key(|(_, column)| self.columns[**column].priority);
            let Some((victim, _)) = victim else { break };
            kept.remove(victim);
        }
        let spare = usize::from(available).saturating_sub(least(&kept)) as u16;
        let growing = kept.iter().filter(|column| matches!(self.columns[**column].width, Width::Min(_))).count() as u16;
        let mut x = 0;
        let mut grown = 0;
        kept.into_iter()
            .map(|column| {
                let mut width = self.columns[column].width.least();
                if matches!(self.columns[column].width, Width::Min(_)) {
                    width += spare / growing + u16::from(grown < spare % growing);
                    grown += 1;
                }
                let place = Place { column, x, width: width.min(available.saturating_sub(x)) };
                x += width + GAP;
                place
            })
            .collect()
    }

    fn draw_heading(&self, place: &Place, inner: u16, y: u16, buf: &mut Buffer, theme: &Theme) {
        let column = &self.columns[place.column];
        let width = usize::from(place.width);
        let mark = match self.sort {
            Some((sorted, Order::Ascending)) if sorted == place.column => "↑",
            Some((sorted, Order::Descending)) if sorted == place.column => "↓",
            _ => "",
        };
        let title = text::clip(&column.title, width.saturating_sub(text::width(mark)));
        let heading = format!("{title}{mark}");
        let heading = match column.align {
            Align::Left => text::fit(&heading, width),
            Align::Right => text::fit_right(&heading, width),
        };
        buf.set_string(inner + place.x, y, &heading, theme.style(Role::Header));
    }
}

/// Where a column stands, in cells from the first one's left edge.
struct Place {
    column: usize,
    x: u16,
    width: u16,
}

/// The first row to show so that `selected` is in a page, moved as little as possible from
/// `offset`, and so that no page is half empty without need.
#[must_use]
pub fn scroll(offset: usize, selected: Option<usize>, page: usize, rows: usize) -> usize {
    let mut offset = offset.min(rows.saturating_sub(page));
    if let Some(selected) = selected.filter(|selected| *selected < rows && page > 0) {
        offset = offset.min(selected).max((selected + 1).saturating_sub(page));
    }
    offset
}

fn draw_spans(content: &Cell<'_>, x: u16, y: u16, place: &Place, align: Align, buf: &mut Buffer, theme: &Theme) {
    let room = usize::from(place.width);
    // A single piece that is too long is a name: names differ at their ends.
    if let [(piece, role)] = content.spans.as_slice()
        && align == Align::Left
        && text::width(piece) > room
    {
        buf.set_string(x, y, text::fit_middle(piece, room), theme.style(*role));
        return;
    }
    let total: usize = content.spans.iter().map(|(piece, _)| text::width(piece)).sum();
    let mut x = if align == Align::Right { x + room.saturating_sub(total) as u16 } else { x };
    // What is cut gives its last cell to the ellipsis.
    let mut left = if total > room { room.saturating_sub(1) } else { room };
    for (piece, role) in &content.spans {
        let (shown, used) =
            if text::width(piece) > left { text::cut(piece, left) } else { (&**piece, text::width(piece)) };
        buf.set_string(x, y, shown, theme.style(*role));
        x += used as u16;
        left -= used;
        if shown.len() < piece.len() {
            if room > 0 {
                buf.set_string(x, y, text::ELLIPSIS, theme.style(*role));
            }
            return;
        }
    }
}

fn draw_thumb(offset: usize, page: usize, rows: usize, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let length = (page * page / rows).max(1);
    let start = (offset * (page - length)).checked_div(rows - page).unwrap_or(0);
    for line in start..(start + length).min(page) {
        buf.set_string(area.right() - 1, area.y + 1 + line as u16, THUMB, theme.style(Role::Faint));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(title: &'static str, width: Width, align: Align, priority: u8) -> Column {
        Column { title: title.into(), width, align, priority }
    }

    fn columns() -> [Column; 3] {
        [
            column("name", Width::Min(6), Align::Left, 0),
            column("cpu", Width::Fixed(4), Align::Right, 1),
            column("zone", Width::Fixed(5), Align::Left, 2),
        ]
    }

    fn table(columns: &[Column], rows: usize) -> Table<'_> {
        Table { columns, rows, offset: 0, selected: None, sort: None, focused: true, empty: "nothing here" }
    }

    fn lines(buf: &Buffer) -> Vec<String> {
        (0..buf.area.height).map(|y| (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect()).collect()
    }

    #[test]
    fn no_width_cuts_a_figure_into_another() {
        let columns =
            [column("memory", Width::Min(3), Align::Left, 0), column("pods", Width::Fixed(4), Align::Right, 1)];
        for width in 4..40 {
            let mut buf = Buffer::empty(Rect::new(0, 0, width, 2));
            table(&columns, 1).draw(buf.area, &mut buf, &Theme::default(), |_, column| match column {
                0 => Cell::text("49.9 GiB").then(" of 256 GiB", Role::Dim),
                _ => Cell::text("31").then("/110", Role::Dim),
            });
            let row = lines(&buf).remove(1);
            for figures in row.split(|c: char| !text::is_of_figure(c)).filter(|part| !part.is_empty()) {
                assert!(["49.9", "256", "31", "110"].contains(&figures), "{figures:?} at {width}: {row}");
            }
        }
    }

    fn draw(table: &Table<'_>, width: u16, height: u16) -> (Vec<String>, Drawn, Buffer) {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        let drawn = table.draw(buf.area, &mut buf, &Theme::default(), |row, column| match column {
            0 => Cell::text(format!("db-{row}")),
            1 => Cell::text(row.to_string()).then("%", Role::Dim),
            _ => Cell::text("zone-abc"),
        });
        (lines(&buf), drawn, buf)
    }

    #[test]
    fn columns_align_and_what_is_long_is_cut() {
        let columns = columns();
        let mut table = table(&columns, 2);
        table.selected = Some(1);
        table.sort = Some((1, Order::Descending));
        let (lines, drawn, _) = draw(&table, 25, 4);
        assert_eq!(lines[0], " name        cpu↓  zone  ");
        assert_eq!(lines[1], " db-0          0%  zo…bc ");
        assert_eq!(lines[2], "▸db-1          1%  zo…bc ");
        assert_eq!(lines[3], " ".repeat(25));
        assert_eq!(drawn, Drawn { columns: vec![0, 1, 2], offset: 0, page: 3 });
    }

    #[test]
    fn the_least_important_column_goes_first() {
        let columns = columns();
        let table = table(&columns, 1);
        assert_eq!(draw(&table, 18, 3).1.columns, [0, 1]);
        assert_eq!(draw(&table, 12, 3).1.columns, [0]);
        assert_eq!(draw(&table, 5, 3).0[1], " d…0 ");
    }

    #[test]
    fn only_what_is_seen_is_asked_for() {
        let columns = columns();
        let mut table = table(&columns, 1_000_000);
        table.selected = Some(500_000);
        let mut asked = 0;
        let mut buf = Buffer::empty(Rect::new(0, 0, 30, 6));
        let drawn = table.draw(buf.area, &mut buf, &Theme::default(), |_, _| {
            asked += 1;
            Cell::default()
        });
        assert_eq!((asked, drawn.offset), (15, 499_996));
    }

    #[test]
    fn selection_lies_over_the_whole_row_and_keeps_what_is_wrong_visible() {
        let columns = columns();
        let mut table = table(&columns, 1);
        table.selected = Some(0);
        let theme = Theme::default();
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 2));
        table.draw(buf.area, &mut buf, &theme, |_, _| Cell::new("x", Role::Critical));
        assert_eq!(buf[(19, 1)].bg, theme.style(Role::Selection).bg.unwrap_or_default());
        assert_eq!(buf[(1, 1)].fg, theme.style(Role::Critical).fg.unwrap_or_default());
    }

    #[test]
    fn nothing_is_said() {
        let columns = columns();
        assert_eq!(draw(&table(&columns, 0), 20, 3).0[1], " nothing here       ");
    }

    #[test]
    fn scrolling_is_minimal() {
        for (offset, selected, page, rows, expected) in [
            (0, Some(3), 5, 20, 0),
            (0, Some(5), 5, 20, 1),
            (8, Some(3), 5, 20, 3),
            (18, None, 5, 20, 15),
            (0, Some(30), 5, 20, 0),
            (4, Some(2), 0, 20, 4),
            (3, Some(1), 5, 2, 0),
        ] {
            assert_eq!(scroll(offset, selected, page, rows), expected, "{offset} {selected:?} {page} {rows}");
        }
    }

    #[test]
    fn any_size_can_be_drawn() {
        let columns = columns();
        let mut table = table(&columns, 9);
        table.selected = Some(8);
        for width in 0..30 {
            for height in 0..5 {
                draw(&table, width, height);
            }
        }
    }
}
