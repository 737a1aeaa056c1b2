//! Everything that leaves the core, as plain data.

use std::sync::Arc;

use crate::domain::{MfaCode, SiteId};
use crate::ops::Approved;
use crate::ops::journal::ExecutionId;
use crate::slices::reads::{LogAsk, Request, ServerAddress};
use crate::slices::{Body, Kind, Plan, Target};
use crate::world::WatchTarget;

/// Anything that leaves [`crate::app::update()`]. Only the runtime carries it out.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask AWS.
    Fetch(Request),
    /// Watch a kind of objects of a cluster; what it tells is [`crate::app::Msg::Streamed`].
    Watch { id: u64, target: WatchTarget, address: Arc<ServerAddress> },
    /// End a watch.
    Unwatch(u64),
    /// Read a log, and follow it; what it tells is [`crate::app::Msg::Logged`].
    ReadLog { id: u64, site: SiteId, ask: LogAsk },
    /// Read a log no further.
    LeaveLog(u64),
    /// Hand this text to the terminal's clipboard (OSC 52).
    Copy(String),
    /// Show this address of the AWS console: opened where a browser can be seen, else handed to the clipboard.
    OpenLink(String),
    /// Give this code to the session that asked; `None` declines.
    GiveCode(Option<MfaCode>),
    /// Let the sandbox play this scenario from now on.
    Play(String),
    /// Read the state of the world for a plan; the answer is [`crate::app::Msg::Observed`].
    Observe { id: u64, kind: Kind, target: Target },
    /// Carry an approved plan out: the only way to a change.
    Execute(Box<Approved<Plan>>),
    /// Write a record that belongs to no execution; `arn` is who we are there.
    Record { environment: String, arn: String, body: Box<Body> },
    /// Read the journal and tell it; the answer is [`crate::app::Msg::JournalRead`].
    ReadJournal,
    /// Follow this execution no longer, and send nothing more of it.
    GiveUp(ExecutionId),
    /// Tell whoever looks elsewhere: bell, and a notification where the terminal has them (OSC 9).
    Notify(String),
    /// Draw all of the screen anew: something else wrote on it.
    Redraw,
    /// Stop as by Ctrl-Z; goes on when the shell says so.
    Suspend,
    /// Leave.
    Quit,
}
