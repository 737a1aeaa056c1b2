//! Why the last attempt to approve was refused.

use jiff::Timestamp;

use crate::slices::Refusal;

/// Who refused it.
#[derive(Debug, Clone, PartialEq)]
pub enum RefusedBy {
    /// The guard.
    Guard(Refusal),
    /// Nothing may be changed at all.
    Blocked,
    /// Nothing can be recorded.
    Journal,
    /// A parameter does not take the value.
    Parameter,
}

/// Why the last attempt was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct LastRefusal {
    /// In words.
    pub words: String,
    /// By whom.
    pub by: RefusedBy,
    /// When.
    pub at: Timestamp,
}

impl LastRefusal {
    /// Refused now.
    #[must_use]
    pub fn new(words: String, by: RefusedBy, now: Timestamp) -> Self {
        Self { words, by, at: now }
    }
}
