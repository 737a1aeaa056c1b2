//! Everything that enters the core.

use jiff::Timestamp;

use crate::collect::{Answer, Target};
use crate::domain::Fault;
use crate::keymap::{Key, Keymap};
use crate::theme::Theme;

/// Anything that enters [`super::update`].
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// Time has come to this. Sent before anything else that happens at that moment.
    Tick(Timestamp),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// An answer or a failure for a request.
    Answered { id: u64, target: Target, result: Result<Answer, Fault> },
    /// Requests of the last minute, by service.
    Metered(std::collections::BTreeMap<String, u64>),
    /// A session wants the code of an MFA device.
    CodeWanted { session: String, serial: String },
    /// The question is over: answered, timed out or withdrawn.
    CodeOver,
    /// The user's own theme or keymap file changed; what is wrong with it beside it.
    Restyled { theme: Option<Box<Theme>>, keymap: Option<Box<Keymap>>, warnings: Vec<String> },
    /// The configuration file changed: it holds from the next start.
    Reconfigured { problems: usize },
    /// The terminal took the text for its clipboard, or why not.
    Copied(Result<String, String>),
}
