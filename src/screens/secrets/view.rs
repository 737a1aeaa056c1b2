//! How the list of secrets is drawn. Only visible rows are touched.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::SecretColumn;
use super::{heading, places, preview};
use crate::screens::State as App;
use crate::theme::Role;
use crate::ui::table::{Cell, Column, Table};
use crate::ui::{layout, pen};

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let theme = &app.shell.theme;
    let places = places::of(app, area);
    let start = pen::right(buf, places.title, &heading::right(app, area.width), theme);
    let room = Rect { width: start.saturating_sub(area.x), ..places.title };
    pen::left(buf, room, &heading::left(app), theme);
    pen::lines(buf, places.notices, &heading::notices(app), 0, theme);
    if app.secrets.rows.is_empty() {
        pen::lines(buf, places.list, &heading::found(app), 0, theme);
        return;
    }
    draw_list(app, places.list, buf);
    if let Some(row) = app.secrets.current().filter(|_| places.preview.height > 0) {
        match places.rule {
            None => layout::draw_rule(places.list, buf, theme),
            Some(y) => buf.set_string(area.x, y, "─".repeat(usize::from(area.width)), theme.style(Role::Border)),
        }
        let lines = preview::lines(app, row, usize::from(places.preview.width));
        pen::scrolled(buf, places.preview, &lines, 0, theme);
    }
}

fn draw_list(app: &App, area: Rect, buf: &mut Buffer) {
    let screen = &app.secrets;
    let columns = SecretColumn::useful(app);
    let slots: Vec<Column> = columns.iter().map(|column| column.slot(app)).collect();
    let sorted = columns.iter().position(|column| *column == SecretColumn::of(screen.order));
    let table = Table {
        columns: &slots,
        rows: screen.rows.len(),
        offset: screen.offset,
        selected: Some(screen.selected),
        sort: sorted.map(|at| (at, screen.direction())),
        focused: app.views.overlay().is_none(),
        empty: "",
    };
    table.draw(area, buf, &app.shell.theme, |row, column| match (screen.rows.get(row), columns.get(column)) {
        (Some(row), Some(column)) => column.pieces(app, row).into(),
        _ => Cell::default(),
    });
}
