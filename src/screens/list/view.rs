//! How a list of resources is drawn. Only visible rows are touched.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{List, ListOrder, ListPlaces, ListRow};
use crate::theme::{Role, Theme};
use crate::ui::pen::Piece;
use crate::ui::prose::Line;
use crate::ui::table::{Cell, Column, Table};
use crate::ui::{layout, pen};

/// A list, with everything that is around it.
pub struct ListView<'a, R: ListRow, O> {
    pub list: &'a List<R, O>,
    /// The title: at its left what is listed, at its right in which order.
    pub title: (Line, Line),
    /// What could not be read.
    pub notices: Vec<Line>,
    /// What is said where there are no rows.
    pub nothing: Vec<Line>,
    pub columns: Vec<Column>,
    /// The column that the rows are in the order of.
    pub sorted: Option<usize>,
    /// Nothing lies over it.
    pub focused: bool,
    pub theme: &'a Theme,
}

impl<R: ListRow, O: ListOrder> ListView<'_, R, O> {
    /// Draws it at these places: each cell of a row and a column, and what there is to say of the row under the cursor in
    /// so many columns.
    pub fn draw(
        &self,
        places: &ListPlaces,
        buf: &mut Buffer,
        cell: impl Fn(&R, usize) -> Vec<Piece>,
        preview: impl Fn(&R, usize) -> Vec<Line>,
    ) {
        let Self { list, theme, .. } = self;
        let title = places.title;
        let start = pen::right(buf, title, &self.title.1, theme);
        let room = Rect { width: start.saturating_sub(title.x), ..title };
        pen::left(buf, room, &self.title.0, theme);
        pen::lines(buf, places.notices, &self.notices, 0, theme);
        if list.rows.is_empty() {
            pen::lines(buf, places.list, &self.nothing, 0, theme);
            return;
        }
        let table = Table {
            columns: &self.columns,
            rows: list.rows.len(),
            offset: list.offset,
            selected: Some(list.selected),
            sort: self.sorted.map(|at| (at, list.direction())),
            focused: self.focused,
            empty: "",
        };
        table.draw(places.list, buf, theme, |row, column| {
            list.rows.get(row).map_or_else(Cell::default, |row| cell(row, column).into())
        });
        if let Some(row) = list.current().filter(|_| places.preview.height > 0) {
            match places.rule {
                None => layout::draw_rule(places.list, buf, theme),
                Some(y) => buf.set_string(title.x, y, "─".repeat(usize::from(title.width)), theme.style(Role::Border)),
            }
            pen::scrolled(buf, places.preview, &preview(row, usize::from(places.preview.width)), 0, theme);
        }
    }
}
