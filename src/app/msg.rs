//! Everything that enters the core.

use std::sync::Arc;

use jiff::Timestamp;

use super::reconfiguration::Reconfiguration;
use crate::collect::Traffic;
use crate::domain::Fault;
use crate::keymap::{Key, Keymap};
use crate::slices::reads::{Answer, LogTold, Target, WatchTold};
use crate::slices::{Api, Execution, Seen};
use crate::theme::Theme;
use crate::trail::Telling;
use crate::world::WatchTarget;

/// Anything that enters [`super::update()`].
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// Time has come to this. Sent before anything else that happens at that moment.
    Tick(Timestamp),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// A key was pressed.
    Key(Key),
    /// A key came in a burst, faster than a person presses keys.
    Rushed(Key),
    /// Text was pasted.
    Paste(String),
    /// An answer or a failure for a request.
    Answered { id: u64, target: Target, result: Result<Answer, Fault> },
    /// What a watch of a cluster told.
    Streamed { id: u64, target: WatchTarget, told: WatchTold },
    /// What the log that is read told.
    Logged { id: u64, told: LogTold },
    /// AWS's answers of the last minute, by service.
    Metered(Traffic),
    /// A session wants the code of an MFA device.
    CodeWanted { session: String, serial: String },
    /// The question is over: answered, timed out or withdrawn.
    CodeOver,
    /// The configuration changed and was opened: its sessions are in place.
    Reconfigured(Box<Reconfiguration>),
    /// The configuration changed and cannot be taken in, and why: what runs goes on.
    ConfigurationRefused(Vec<String>),
    /// What is wrong with the files of theme and keymap now.
    AppearanceProblems(Vec<String>),
    /// The user's own theme or keymap file changed; what is wrong with it beside it.
    Restyled { theme: Option<Box<Theme>>, keymap: Option<Box<Keymap>>, warnings: Vec<String> },
    /// The mouse wheel was turned by this many notches; up is negative.
    Wheel(i8),
    /// The left mouse button was pressed at this column and row, from 0.
    Click(u16, u16),
    /// The state of the world for a plan was read.
    Observed { id: u64, result: Result<Box<Seen>, Fault> },
    /// An execution has come to this state.
    Execution(Box<Execution>),
    /// An environment's identity lacks the IAM action for a call.
    Denied { environment: String, api: Api, action: String },
    /// An approved plan was not begun, and why.
    NotBegun(String),
    /// Something was written into the journal that belongs to no execution.
    Recorded,
    /// The journal was read, or could not be, and why.
    JournalRead(Result<Arc<Telling>, String>),
    /// The journal was altered, and where first.
    JournalDoubtful(String),
    /// The journal cannot be written or read: nothing may be changed.
    JournalFailed(String),
    /// An address was handed to what opens addresses here.
    LinkOpened(String),
    /// An address could not be opened here: there is no display, or nothing that opens it.
    LinkUnopened(String),
    /// The text was sent to the terminal for its clipboard, or why not; whether it took it, it does not say.
    Copied(Result<String, String>),
}
