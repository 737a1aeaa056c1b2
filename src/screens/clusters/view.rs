//! How the list of clusters is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::ClusterColumn;
use super::{heading, places, preview};
use crate::screens::State as App;
use crate::screens::list::ListView;

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let (list, places) = (&app.clusters, places::of(app, area));
    let columns = ClusterColumn::useful(app, places.list.width);
    let drawn = ListView {
        list,
        title: (heading::left(app), heading::right(app, area.width)),
        notices: heading::notices(app),
        nothing: if list.rows.is_empty() { heading::found(app) } else { Vec::new() },
        columns: columns.iter().map(|column| column.slot(app)).collect(),
        sorted: columns.iter().position(|column| *column == ClusterColumn::of(list.order)),
        focused: app.views.overlay().is_none(),
        theme: &app.shell.theme,
    };
    let cell = |row: &_, column: usize| columns.get(column).map(|column| column.pieces(app, row)).unwrap_or_default();
    drawn.draw(&places, buf, cell, |row, width| preview::lines(app, row, width));
}
