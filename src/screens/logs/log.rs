//! The log that is read.

use std::sync::Arc;

use super::matching::MatchedLines;
use crate::domain::SiteId;
use crate::services::kubernetes::logs::{LogSource, LogTail};

/// What decides that a log is begun: where, which, and how often it was asked for.
pub type WantedLog = (SiteId, Arc<str>, LogSource, u64);

/// The log that is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FollowedLog {
    /// The number of the last that was begun.
    pub id: u64,
    /// What is read.
    pub current: Option<WantedLog>,
    /// It was begun, and its end was not told.
    pub is_begun: bool,
    /// What was told of it.
    pub tail: LogTail,
    /// What of it the filter lets through.
    pub matched: MatchedLines,
}

impl FollowedLog {
    /// It is read still: more may come.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_begun && self.tail.end.is_none()
    }
}
