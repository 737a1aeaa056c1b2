//! How it stands with what is watched.

use jiff::Timestamp;

use crate::domain::{Fault, Remote};

/// How it stands with what is watched of a kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WatchStanding<'a> {
    /// Nobody watches it.
    Idle,
    /// Nothing was told yet.
    Loading,
    /// As it was up to this moment.
    Fresh(Timestamp),
    /// As it was up to this moment, and why there is nothing newer.
    Stale(Timestamp, &'a Fault),
    /// It was never told.
    Failed(&'a Fault),
}

impl<'a> WatchStanding<'a> {
    pub(super) fn of<T>(items: &'a Remote<T>) -> Self {
        match items {
            Remote::Idle => Self::Idle,
            Remote::Loading => Self::Loading,
            Remote::Ready { at, .. } => Self::Fresh(*at),
            Remote::Stale { at, fault, .. } => Self::Stale(*at, fault),
            Remote::Failed { fault } => Self::Failed(fault),
        }
    }

    /// It was told once.
    #[must_use]
    pub fn is_known(self) -> bool {
        matches!(self, Self::Fresh(_) | Self::Stale(..))
    }

    /// Why there is nothing newer.
    #[must_use]
    pub fn fault(self) -> Option<&'a Fault> {
        match self {
            Self::Stale(_, fault) | Self::Failed(fault) => Some(fault),
            Self::Idle | Self::Loading | Self::Fresh(_) => None,
        }
    }

    /// Up to when it is known.
    #[must_use]
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::Fresh(at) | Self::Stale(at, _) => Some(at),
            Self::Idle | Self::Loading | Self::Failed(_) => None,
        }
    }
}
