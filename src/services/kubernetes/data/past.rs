//! Claims that are gone: on a capacity error Karpenter deletes a claim at once, and only what was kept tells of it.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::services::kubernetes::model::NodeClaim;

/// How long a claim that is gone is remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(6);
/// How many are, at most.
const MOST: usize = 500;

/// A claim that was there, as it was seen last.
#[derive(Debug, Clone, PartialEq)]
pub struct GoneClaim {
    pub claim: Arc<NodeClaim>,
    /// When it was told that it is gone.
    pub gone: Timestamp,
}

/// What is gone and still explains something.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClusterPast {
    /// The one that went last at the end.
    claims: VecDeque<GoneClaim>,
}

impl ClusterPast {
    /// The claims that are gone, the one that went first first.
    pub fn claims(&self) -> impl DoubleEndedIterator<Item = &GoneClaim> {
        self.claims.iter()
    }

    /// A claim is gone.
    pub fn lose(&mut self, claim: Arc<NodeClaim>, now: Timestamp) {
        self.claims.push_back(GoneClaim { claim, gone: now });
        let is_old = |gone: &GoneClaim| now.duration_since(gone.gone) > REMEMBERED;
        while self.claims.len() > MOST || self.claims.front().is_some_and(is_old) {
            self.claims.pop_front();
        }
    }

    /// Whether a claim of this name is remembered.
    #[must_use]
    pub fn has(&self, claim: &str) -> bool {
        self.claims.iter().any(|gone| *gone.claim.name == *claim)
    }
}
