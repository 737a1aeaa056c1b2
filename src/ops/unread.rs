//! What could not be read for a plan.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A part of what a plan stands on that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread<P> {
    pub part: P,
    pub why: String,
}

impl<P: fmt::Display> fmt::Display for Unread<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, self.why)
    }
}
