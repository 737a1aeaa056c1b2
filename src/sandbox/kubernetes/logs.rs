//! What containers write.

mod generated;

use std::fmt::Debug;

use jiff::Timestamp;

pub use generated::Generated;

/// One run of one container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRun {
    pub namespace: String,
    pub pod: String,
    /// The pod's uid.
    pub uid: String,
    pub container: String,
    /// Which run it is, from 0.
    pub restart: u64,
    pub started: Timestamp,
    /// `None` while it runs.
    pub ended: Option<Timestamp>,
    /// Why it ended: `OOMKilled`, `Error`, `Completed`; empty while it runs.
    pub reason: String,
    pub exit_code: i64,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    pub at: Timestamp,
    /// Without its end.
    pub text: String,
}

/// The source of logs.
pub trait Logs: Debug + Send + Sync {
    /// The lines that a run had written by `until`, the newest first: whoever wants the last hundred
    /// takes a hundred.
    fn before(&self, run: &LogRun, until: Timestamp) -> Box<dyn Iterator<Item = LogLine> + Send>;
}
