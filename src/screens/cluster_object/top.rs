//! How a thing stands, as it is told on top of its page.

use jiff::Timestamp;

use crate::ui::prose::Line;

/// What stands on top of the page of a thing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageHead {
    /// Its mark and its state in words.
    pub state: Line,
    /// Since when it is there.
    pub created: Option<Timestamp>,
    /// Where it is.
    pub place: String,
}
