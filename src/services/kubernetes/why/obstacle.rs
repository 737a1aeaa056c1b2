//! What keeps a pool from making a node for a pod.

use std::sync::Arc;

use jiff::Timestamp;

use super::attempts::LaunchRefusal;
use crate::health::words::{bytes, number, plural};
use crate::services::kubernetes::model::{CapacityType, NodePool, Taint};

/// One thing that keeps a pool from making a node for a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolObstacle {
    /// The pool is being deleted.
    Going,
    /// A condition of it fails.
    NotReady { condition: Arc<str>, message: Arc<str> },
    /// Its class is not ready.
    ClassNotReady { class: Arc<str>, message: Arc<str> },
    /// It has a fixed number of nodes (`spec.replicas`): none is made for a pod.
    Static,
    /// A taint of its nodes that the pod does not tolerate.
    Taint(Taint),
    /// A label that the pod asks for and its nodes do not have.
    Requirement { key: String, wanted: String },
    /// All of a limit is used.
    AtLimit { resource: Arc<str>, used: i64, limit: i64 },
    /// What is left of its limits is less than the smallest instance has: the limit that is nearest.
    BeyondLimit { nearest: Option<(Arc<str>, i64, i64)> },
    /// EC2 has no capacity of what it may be.
    NoCapacity {
        /// Where it was asked for, as far as that is known.
        zones: Vec<Arc<str>>,
        /// The capacity type, where the pool has others too.
        capacity: Option<CapacityType>,
        /// Claims that vanished because of it, and when the last did.
        times: usize,
        last: Option<Timestamp>,
        /// Karpenter says so of this pod; else claims of the pool vanished lately.
        is_told: bool,
    },
    /// EC2 refused its claims lately, and not for want of capacity.
    Refused(LaunchRefusal),
    /// Claims of it were given up in the last hour, none became a node since: how many, and whether they had instances.
    Fruitless { launched: bool, times: usize },
    /// No instance type of it has what the pod asks for; `too_big` where it is the amount.
    NoInstanceType { too_big: bool },
    /// No place of it satisfies how the pod is to be spread: the topology key.
    Spread(String),
    /// What Karpenter says, in its own words.
    Said(String),
}

impl PoolObstacle {
    /// It never goes together with the pod, whatever becomes free.
    #[must_use]
    pub fn is_exclusion(&self) -> bool {
        matches!(self, Self::Taint(_) | Self::Requirement { .. } | Self::Static)
    }

    /// What is said of the pool: `is at its limit (cpu 24 of 24)`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Going => "is being deleted".to_owned(),
            Self::NotReady { condition, message } if message.is_empty() => format!("is not ready ({condition})"),
            Self::NotReady { message, .. } => format!("is not ready ({message})"),
            Self::ClassNotReady { class, message } if message.is_empty() => format!("has class {class}, not ready"),
            Self::ClassNotReady { class, message } => format!("has class {class}, not ready ({message})"),
            Self::Static => "has a fixed number of nodes".to_owned(),
            Self::Taint(taint) => format!("has taint {}, not tolerated", taint_words(taint)),
            Self::Requirement { key, wanted } => format!("has not what the pod asks for ({key} {wanted})"),
            Self::AtLimit { resource, used, limit } => {
                format!("is at its limit ({resource} {} of {})", amount(resource, *used), amount(resource, *limit))
            }
            Self::BeyondLimit { nearest: Some((resource, used, limit)) } => {
                let (used, limit) = (amount(resource, *used), amount(resource, *limit));
                format!("has no room for a node within its limit ({resource} {used} of {limit})")
            }
            Self::BeyondLimit { nearest: None } => "has no room for a node within its limits".to_owned(),
            Self::Refused(why) => format!("was refused by EC2 lately ({})", why.words()),
            Self::Fruitless { launched, times } => {
                let what = match (launched, times) {
                    (false, _) => "without an instance",
                    (true, 1) => "whose node did not join",
                    (true, _) => "whose nodes did not join",
                };
                format!("had {} in the last hour {what}", plural(*times, "claim"))
            }
            Self::NoCapacity { zones, capacity, is_told, times, .. } => {
                let kind = capacity.map(|kind| format!("{} ", capacity_words(kind))).unwrap_or_default();
                let place = if zones.is_empty() { String::new() } else { format!(" in {}", zones.join(", ")) };
                // No offering that is free and goes together with it: of no subnet in that zone just as well.
                if *is_told && *times == 0 {
                    return format!("has no {kind}offering{place} now");
                }
                let (has, when) = if *is_told { ("has", "") } else { ("had", " lately") };
                format!("{has} no {kind}capacity{place}{when}")
            }
            Self::NoInstanceType { too_big: true } => "has no instance type that is large enough".to_owned(),
            Self::NoInstanceType { too_big: false } => "has no instance type that fits".to_owned(),
            Self::Spread(key) if key.is_empty() => "has no place that satisfies its spread".to_owned(),
            Self::Spread(key) => format!("has no place that satisfies its spread over {key}"),
            Self::Said(words) => format!("says: {words}"),
        }
    }
}

/// A capacity type as people write it.
pub fn capacity_words(kind: CapacityType) -> &'static str {
    match kind {
        CapacityType::OnDemand => "on-demand",
        CapacityType::Spot => "spot",
        CapacityType::Reserved => "reserved",
    }
}

fn taint_words(taint: &Taint) -> String {
    if taint.value.is_empty() { taint.key.to_string() } else { format!("{}={}", taint.key, taint.value) }
}

/// An amount of a resource in the unit that people use: CPUs, GiB.
pub fn amount(resource: &str, units: i64) -> String {
    match resource {
        "cpu" => number(units as f64 / 1000.0),
        "memory" | "ephemeral-storage" => bytes(units as f64),
        _ => units.to_string(),
    }
}

/// The limits of a pool: resource, how much of it is used, and the limit; the fullest first.
#[must_use]
pub fn limits(pool: &NodePool) -> Vec<(Arc<str>, i64, i64)> {
    let used = |resource: &str| match resource {
        "cpu" => pool.used.cpu,
        "memory" => pool.used.memory,
        "pods" => pool.used.pods,
        "nodes" => pool.used.nodes,
        other => pool.used.others.get(other).copied().unwrap_or_default(),
    };
    let mut all: Vec<_> = pool.limits.iter().map(|(name, limit)| (name.clone(), used(name), *limit)).collect();
    let share = |(_, used, limit): &(Arc<str>, i64, i64)| *used as f64 / (*limit).max(1) as f64;
    all.sort_by(|a, b| share(b).total_cmp(&share(a)));
    all
}
