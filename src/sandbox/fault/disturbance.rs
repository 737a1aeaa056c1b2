//! A fault that a test sets: after some calls, for some calls.

use super::{Call, Fault};

/// A fault that begins and ends by the number of the calls that it could hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Disturbance {
    fault: Fault,
    /// Calls that pass before it begins.
    passing: u64,
    /// Calls that it still hits; `None`: all that come.
    left: Option<u64>,
}

impl Disturbance {
    /// Hits every call that `fault` hits.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        Self { fault, passing: 0, left: None }
    }

    /// Lets this many calls pass first.
    #[must_use]
    pub fn after(mut self, calls: u64) -> Self {
        self.passing = calls;
        self
    }

    /// Hits only this many.
    #[must_use]
    pub fn times(mut self, calls: u64) -> Self {
        self.left = Some(calls);
        self
    }

    /// The fault, if it hits this call, which is counted.
    pub fn strikes(&mut self, call: &Call<'_>) -> Option<Fault> {
        if self.left == Some(0) || !self.fault.hits(call) {
            return None;
        }
        if self.passing > 0 {
            self.passing -= 1;
            return None;
        }
        self.left = self.left.map(|left| left - 1);
        Some(self.fault.clone())
    }
}
