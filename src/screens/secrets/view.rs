//! How the list of secrets is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::SecretColumn;
use super::{heading, places, preview};
use crate::screens::State as App;
use crate::screens::list::ListView;

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let (list, places) = (&app.secrets, places::of(app, area));
    let columns = SecretColumn::useful(app);
    let drawn = ListView {
        list,
        title: (heading::left(app), heading::right(app, area.width)),
        notices: heading::notices(app),
        nothing: if list.rows.is_empty() { heading::found(app) } else { Vec::new() },
        columns: columns.iter().map(|column| column.slot(app)).collect(),
        sorted: columns.iter().position(|column| *column == SecretColumn::of(list.order)),
        focused: app.views.overlay().is_none(),
        theme: &app.shell.theme,
    };
    let cell = |row: &_, column: usize| columns.get(column).map(|column| column.pieces(app, row)).unwrap_or_default();
    drawn.draw(&places, buf, cell, |row, width| preview::lines(app, row, width));
}
