//! Everything that leaves the core, as plain data.

use crate::collect::Request;

/// Anything that leaves [`super::update`]. Only the runtime carries it out.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask AWS.
    Fetch(Request),
    /// Hand this text to the terminal's clipboard (OSC 52).
    Copy(String),
    /// Stop as by Ctrl-Z; goes on when the shell says so.
    Suspend,
    /// Leave.
    Quit,
}
