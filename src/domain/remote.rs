//! A value that lives in AWS, and what we know of it at this moment.

use std::time::Duration;

use jiff::Timestamp;

use super::{Fault, FaultKind};

/// Knowledge of a remote value. An error never removes what was known: it makes it stale.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Remote<T> {
    /// Nobody has asked yet.
    #[default]
    Idle,
    /// Asked for the first time, no answer yet.
    Loading,
    /// Read from AWS at `at`.
    Ready { value: T, at: Timestamp },
    /// Read at `at`; every later attempt failed, last with `fault`.
    Stale { value: T, at: Timestamp, fault: Fault },
    /// Never read: the only attempts failed.
    Failed { fault: Fault },
}

impl<T> Remote<T> {
    /// The last good value, fresh or stale.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Ready { value, .. } | Self::Stale { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The last good value for changing it in place (merging a tail into a series).
    pub fn value_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Ready { value, .. } | Self::Stale { value, .. } => Some(value),
            _ => None,
        }
    }

    /// When the last good value was read.
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Ready { at, .. } | Self::Stale { at, .. } => Some(*at),
            _ => None,
        }
    }

    /// The error of the last attempt, if it failed.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Stale { fault, .. } | Self::Failed { fault } => Some(fault),
            _ => None,
        }
    }

    /// The IAM action that is missing, if that is why the last attempt failed.
    pub fn denied(&self) -> Option<&str> {
        match self.fault().map(|f| &f.kind) {
            Some(FaultKind::Denied { action }) => Some(action),
            _ => None,
        }
    }

    /// How old the last good value is at `now`.
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        self.at().map(|at| now.duration_since(at).unsigned_abs())
    }

    /// An attempt has begun. Only an unknown value shows it.
    pub fn begin(&mut self) {
        if matches!(self, Self::Idle) {
            *self = Self::Loading;
        }
    }

    /// An attempt succeeded.
    pub fn succeed(&mut self, value: T, at: Timestamp) {
        *self = Self::Ready { value, at };
    }

    /// An attempt failed: the last good value stays, beside the reason.
    pub fn fail(&mut self, fault: Fault) {
        *self = match std::mem::take(self) {
            Self::Ready { value, at } | Self::Stale { value, at, .. } => Self::Stale { value, at, fault },
            Self::Idle | Self::Loading | Self::Failed { .. } => Self::Failed { fault },
        };
    }
}
