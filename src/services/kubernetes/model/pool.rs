//! A NodePool of Karpenter (karpenter.sh/v1).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Conditions, Requirement, Resources, Taint};

/// `spec.disruption.consolidationPolicy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsolidationPolicy {
    WhenEmpty,
    WhenEmptyOrUnderutilized,
    Balanced,
    /// A word that is not known here.
    Other(Arc<str>),
}

/// Why Karpenter would take a node away by itself (`spec.disruption.budgets[].reasons`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DisruptionReason {
    Underutilized,
    Empty,
    Drifted,
}

/// One budget of a pool (`spec.disruption.budgets[]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// `10%`, `0`, `5`.
    pub nodes: Arc<str>,
    /// For these alone; for all where there are none.
    pub reasons: Vec<DisruptionReason>,
    /// When it begins: cron in UTC, or `@daily` and its like. Always where there is none.
    pub schedule: Option<Arc<str>>,
    /// How long it lasts, seconds; with `schedule`.
    pub duration: Option<i64>,
}

/// A NodePool.
#[derive(Debug, Clone, PartialEq)]
pub struct NodePool {
    pub name: Arc<str>,
    pub created: Option<Timestamp>,
    pub deleting: Option<Timestamp>,
    /// Greater is preferred; 0 where it has none.
    pub weight: i32,
    /// `spec.limits`; what is not in it has none.
    pub limits: BTreeMap<Arc<str>, i64>,
    /// `status.resources`, in the units of [`Resources`].
    pub used: Resources,
    /// `spec.replicas`: a static pool.
    pub replicas: Option<i64>,
    pub requirements: Vec<Requirement>,
    pub taints: Vec<Taint>,
    pub startup_taints: Vec<Taint>,
    /// Labels of its nodes.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// The kind (`EC2NodeClass`, `NodeClass`) and name of its class.
    pub class: (Arc<str>, Arc<str>),
    /// Seconds after which a node is replaced; `None` is never.
    pub expire_after: Option<i64>,
    /// Seconds after which a node that is going goes by force.
    pub termination_grace: Option<i64>,
    pub consolidation: ConsolidationPolicy,
    /// Seconds; `None` is never.
    pub consolidate_after: Option<i64>,
    /// As they are written: no limit where there are none. (The API server fills a missing field with one of `10%`.)
    pub budgets: Vec<Budget>,
    pub conditions: Conditions,
}

impl NodePool {
    /// The limit of a resource in the units of [`Resources`]: thousandths of a CPU, bytes.
    #[must_use]
    pub fn limit(&self, resource: &str) -> Option<i64> {
        self.limits.get(resource).copied()
    }
}
