//! What RDS says has happened.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An RDS event. `DescribeEvents` has no event ids: date, source and message are its identity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Event {
    pub at: Timestamp,
    /// `SourceIdentifier`: the DB instance's name.
    pub source: String,
    pub message: String,
    /// `EventCategories`: `failover`, `backup`, `configuration change` …
    pub categories: Vec<String>,
}

/// How an event should be seen on a time axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventWeight {
    /// Failure, failover, low storage.
    Grave,
    /// Something was changed, restarted, promoted.
    Change,
    /// Backups and other routine.
    Routine,
}

impl Event {
    /// By RDS event categories ("Amazon RDS event categories and event messages").
    #[must_use]
    pub fn weight(&self) -> EventWeight {
        let has = |names: &[&str]| self.categories.iter().any(|c| names.contains(&c.as_str()));
        if has(&["failover", "failure", "low storage"]) {
            EventWeight::Grave
        } else if has(&[
            "availability",
            "configuration change",
            "creation",
            "deletion",
            "maintenance",
            "read replica",
            "recovery",
            "restoration",
            "security",
            "security patching",
        ]) {
            EventWeight::Change
        } else {
            EventWeight::Routine
        }
    }
}
