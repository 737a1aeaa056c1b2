//! Why: for a pod, why it waits; for a claim, where it is stuck; for a node, why it is not drained, not consolidated,
//! drifted, and what would go if it were disrupted; for a pool, what its budgets allow; for a workload, why it is not
//! whole.
//!
//! Each is typed data of conditions, events and what is computed from the objects, and becomes words only where it is
//! shown. What Karpenter and the scheduler say is read in the formats of their sources (Karpenter 1.14, kube-scheduler
//! 1.34); what is said in no known format is shown as it is. What is not known is said to be unknown.

mod advice;
mod attempts;
mod budgets;
mod claims;
mod consolidation;
mod drain;
mod drift;
mod eviction;
mod fit;
mod nodes;
mod obstacle;
mod pods;
mod pools;
mod protection;
mod refusal;
mod requirements;
mod stage;
mod waiting;
mod workloads;

use jiff::{SignedDuration, Timestamp};

pub use attempts::{ClaimEnd, FailedClaim, LaunchRefusal, PastClaims, attempts};
pub use budgets::{BudgetHold, PoolBudgets, ReasonBudget, budget_hold, budgets, reason_word};
pub use claims::{ClaimStep, ClaimStory, StageState, Tries, claim, gone, story as claim_story, told};
pub use consolidation::{ConsolidationAnswer, ConsolidationReason};
pub use drain::{DrainAnswer, DrainHold};
pub use drift::{DriftAnswer, DriftBlock, DriftSource, reason_words as drift_words};
pub use eviction::{BudgetIndex, EvictionAnswer, EvictionFate, PodFate};
pub use fit::FitRefusal;
pub use nodes::{NodeStory, node, story as node_story};
pub use obstacle::{PoolObstacle, amount, capacity_words, limits};
pub use pods::{PodPlace, PodStory, pod};
pub use pools::PoolAnswer;
pub use refusal::{ClaimRefusal, RefusalKind, RefusalPart};
pub use stage::ClaimStage;
pub use waiting::{WaitStory, waiting};
pub use workloads::{WorkloadStory, workload};

pub(in crate::services::kubernetes) use claims::tells;
pub(in crate::services::kubernetes) use eviction::is_kubelets;
pub(in crate::services::kubernetes) use pools::not_ready as pool_not_ready;
pub(in crate::services::kubernetes) use protection::{Protection, protected};
pub(in crate::services::kubernetes) use waiting::together;
pub(in crate::services::kubernetes) use workloads::{Crashes, saturated, shuts, uncomputed};

/// How a line of an explanation is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhyTone {
    /// It is as it should be.
    Good,
    /// It is so, and explains.
    Note,
    /// It goes on by itself.
    Waits,
    /// It does not go on by itself.
    Blocks,
    /// It is not known.
    Unknown,
}

/// One line of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyLine {
    pub tone: WhyTone,
    pub words: String,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
}

impl WhyLine {
    /// A line without a time.
    #[must_use]
    pub fn new(tone: WhyTone, words: impl Into<String>) -> Self {
        Self { tone, words: words.into(), since: None }
    }

    /// Since when it is so.
    #[must_use]
    pub fn since(mut self, since: Option<Timestamp>) -> Self {
        self.since = since;
        self
    }
}

/// Seconds from `then` to `now`, none that lie ahead.
pub(super) fn seconds_since(now: Timestamp, then: Timestamp) -> i64 {
    now.duration_since(then).as_secs().max(0)
}

/// A moment so many seconds later.
pub(super) fn after(then: Timestamp, seconds: i64) -> Option<Timestamp> {
    then.checked_add(SignedDuration::from_secs(seconds)).ok()
}

/// A moment of today as its time, another with its day: `03:02Z`, `2026-11-30 03:02Z`.
pub(super) fn moment(at: Timestamp, now: Timestamp) -> String {
    let is_near = now.duration_since(at).as_hours().abs() < 24;
    at.strftime(if is_near { "%H:%MZ" } else { "%Y-%m-%d %H:%MZ" }).to_string()
}

/// Names in a row, of many the first alone: `a, b, c and 4 more`.
pub(super) fn listed<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    let more = names.len() - shown.len();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
