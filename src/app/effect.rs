//! Everything that leaves the core, as plain data.

use crate::aws::MfaCode;
use crate::collect::Request;

/// Anything that leaves [`super::update`]. Only the runtime carries it out.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask AWS.
    Fetch(Request),
    /// Hand this text to the terminal's clipboard (OSC 52).
    Copy(String),
    /// Give this code to the session that asked; `None` declines.
    GiveCode(Option<MfaCode>),
    /// Let the sandbox play this scenario from now on.
    Play(String),
    /// Stop as by Ctrl-Z; goes on when the shell says so.
    Suspend,
    /// Leave.
    Quit,
}
