//! How the body is divided: the list, and what is told of the secret under the cursor beside it or below it.

use ratatui::layout::Rect;

use super::heading;
use crate::screens::State as App;
use crate::screens::executions;
use crate::screens::list::ListPlaces;

/// The division of a body.
#[must_use]
pub fn of(app: &App, area: Rect) -> ListPlaces {
    ListPlaces::of(area, heading::notices(app).len(), app.secrets.rows.len())
}

/// The division of the screen at the size of the terminal.
#[must_use]
pub fn of_screen(app: &App) -> ListPlaces {
    of(app, executions::body(&app.shell))
}

/// Rows of the list that are seen at once.
#[must_use]
pub fn page(app: &App) -> usize {
    of_screen(app).page()
}
