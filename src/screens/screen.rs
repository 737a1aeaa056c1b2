//! What stands behind each screen: its keys, how it is drawn, its hints. The one place that names them all.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::views::Screen;
use super::{State, database, databases, fleet};
use crate::domain::{Database, SiteId};
use crate::keymap::{Action, Layer};

impl Screen {
    /// What a person calls it, and the layer of its own keys.
    #[must_use]
    pub fn keys(self) -> (&'static str, Layer) {
        match self {
            Self::Fleet => ("Fleet", Layer::Fleet),
            Self::Databases => ("Databases", Layer::Table),
            Self::Database => ("Database", Layer::Database),
        }
    }

    /// Performs an action; false when it means nothing there and the shell may hear it.
    pub fn act(self, state: &mut State, action: Action) -> bool {
        match self {
            Self::Fleet => fleet::handle(state, action),
            Self::Databases => databases::handle(state, action),
            Self::Database => database::handle(state, action),
        }
    }

    /// Draws it into the body.
    pub fn draw(self, state: &State, area: Rect, buf: &mut Buffer) {
        match self {
            Self::Fleet => fleet::view(state, area, buf),
            Self::Databases => databases::view(state, area, buf),
            Self::Database => database::view(state, area, buf),
        }
    }

    /// Keys that work on it, most useful first.
    #[must_use]
    pub fn hints(self, state: &State) -> Vec<(Action, &'static str)> {
        match self {
            Self::Fleet => fleet::hints(state),
            Self::Databases => databases::hints(state),
            Self::Database => database::hints(state),
        }
    }

    /// The mouse was clicked in this row of the terminal.
    pub fn click(self, state: &mut State, row: u16) {
        match self {
            Self::Fleet => fleet::click(state, row),
            Self::Databases => databases::click(state, row),
            Self::Database => {}
        }
    }

    /// The DB instance that is open or under the cursor.
    #[must_use]
    pub fn selected(self, state: &State) -> Option<(SiteId, &Database)> {
        match self {
            Self::Fleet => fleet::selected(state),
            Self::Databases => databases::selected(state),
            Self::Database => state.open_database(),
        }
    }

    /// Whether it shows one environment or all, as it is chosen; the others have a place of their own.
    #[must_use]
    pub fn is_of_scope(self) -> bool {
        matches!(self, Self::Fleet | Self::Databases)
    }
}
