//! What to do about pods that wait, from what keeps them.

use super::attempts::ClaimEnd;
use super::fit::FitRefusal;
use super::listed;
use super::obstacle::{PoolObstacle, capacity_words};
use super::pools::PoolAnswer;
use crate::services::kubernetes::model::{CapacityType, NodePool};

/// What a node that runs and does not join has (Karpenter, "Troubleshooting", "Node NotReady": permissions, security
/// groups, networking; EKS user guide, "Troubleshoot problems with Amazon EKS clusters and nodes", "Nodes fail to join
/// cluster").
pub(super) const NOT_JOINED: &str = "a node that runs and does not join has a wrong AMI or user data, no way to the \
                                     endpoint, or a role that is not let in";

/// What can be done, the most useful first; each a sentence without its full stop.
pub(super) fn of(pools: &[PoolAnswer], scheduler: Option<&FitRefusal>) -> Vec<String> {
    let mut advice: Vec<String> = Vec::new();
    for answer in pools {
        for obstacle in &answer.obstacles {
            advice.extend(on(&answer.pool, obstacle).filter(|words| !advice.contains(words)));
        }
    }
    // A pool that never takes the pod is of interest only where no other could.
    if advice.is_empty() && !pools.is_empty() && pools.iter().all(PoolAnswer::is_excluded) {
        let names: Vec<&str> = pools.iter().map(|answer| &*answer.pool).collect();
        advice.push(format!(
            "Change what the pods ask for (tolerations, node selector, affinity) so that one of {} takes them, or make a \
             pool for them",
            listed(&names, 4)
        ));
    }
    if advice.is_empty() {
        advice.extend(scheduler.and_then(by_scheduler));
    }
    advice
}

/// What else can be done; what is said already is not said again.
pub(super) fn add(all: &mut Vec<String>, more: Vec<String>) {
    for words in more {
        if !all.contains(&words) {
            all.push(words);
        }
    }
}

/// What can be done where a claim of a pool came to this end: the same as where that keeps pods waiting.
pub(super) fn on_end(pool: &NodePool, capacity: Option<CapacityType>, end: &ClaimEnd) -> Option<String> {
    let class = || format!("{} {}", pool.class.0, pool.class.1).into();
    let obstacle = match end {
        ClaimEnd::NoCapacity(_) => {
            PoolObstacle::NoCapacity { zones: Vec::new(), capacity, times: 1, last: None, is_told: false }
        }
        ClaimEnd::Refused { why, .. } => PoolObstacle::Refused(why.clone()),
        ClaimEnd::ClassNotReady(_) | ClaimEnd::LikelyClass(_) => {
            PoolObstacle::ClassNotReady { class: class(), message: "".into() }
        }
        ClaimEnd::NotLaunched => PoolObstacle::Fruitless { launched: false, times: 1 },
        ClaimEnd::NotRegistered => PoolObstacle::Fruitless { launched: true, times: 1 },
        ClaimEnd::Disrupted(_) | ClaimEnd::Deleted => return None,
    };
    on(&pool.name, &obstacle)
}

fn on(pool: &str, obstacle: &PoolObstacle) -> Option<String> {
    Some(match obstacle {
        PoolObstacle::AtLimit { resource, .. } | PoolObstacle::BeyondLimit { nearest: Some((resource, ..)) } => {
            format!("Raise spec.limits.{resource} of {pool}, or free capacity there")
        }
        PoolObstacle::BeyondLimit { nearest: None } => format!("Raise spec.limits of {pool}, or free capacity there"),
        PoolObstacle::NoCapacity { is_told: true, times: 0, .. } => format!(
            "See whether class and requirements of {pool} cover that zone and capacity type; else EC2 ran out of it lately"
        ),
        PoolObstacle::Refused(why) => why.advice(pool),
        PoolObstacle::Fruitless { launched: false, .. } => {
            format!("Look at the class of {pool} and at what Karpenter says: EC2 was not asked, or refuses")
        }
        PoolObstacle::Fruitless { launched: true, .. } => {
            format!("Read the console output of an instance of {pool}: {NOT_JOINED}")
        }
        PoolObstacle::NoCapacity { capacity, .. } => {
            let other = match capacity.map(capacity_words) {
                Some("spot") | None => "on-demand, more instance types or zones",
                Some(_) => "more instance types or zones",
            };
            format!("Allow pool {pool} {other}: EC2 had none of what it asked for, and is asked again every 3 minutes")
        }
        PoolObstacle::ClassNotReady { class, .. } => {
            format!("Repair class {class}: {pool} makes no node until it is ready")
        }
        PoolObstacle::NotReady { condition, .. } => format!("Repair pool {pool}: {condition} fails"),
        PoolObstacle::NoInstanceType { too_big: true } => {
            format!("Ask for less, or allow {pool} larger instance types")
        }
        PoolObstacle::NoInstanceType { too_big: false } => {
            format!("Compare what the pods ask for with the requirements of {pool}: no instance type satisfies both")
        }
        PoolObstacle::Spread(key) => {
            let key = if key.is_empty() { "their topology key" } else { key };
            format!("Loosen how the pods are spread over {key}, or give {pool} the places that are missing")
        }
        PoolObstacle::Going
        | PoolObstacle::Static
        | PoolObstacle::Taint(_)
        | PoolObstacle::Requirement { .. }
        | PoolObstacle::Said(_) => return None,
    })
}

/// Without Karpenter, or before it says anything: from the scheduler's most frequent reason.
fn by_scheduler(fit: &FitRefusal) -> Option<String> {
    let (_, reason) = fit.reasons.first()?;
    Some(if let Some(resource) = reason.strip_prefix("Insufficient ") {
        format!("Add nodes, or lower what the pods ask of {resource}")
    } else if reason.contains("taint") {
        "Add nodes without that taint, or let the pods tolerate it".to_owned()
    } else if reason.contains("affinity/selector") {
        "Compare the pods' node selector and affinity with the labels of the nodes".to_owned()
    } else if reason.contains("olume") {
        "Look at the pods' volume claims: they must be bound, and in a zone that has nodes".to_owned()
    } else {
        return None;
    })
}

/// As one text for a finding: the first two.
pub(super) fn joined(advice: &[String]) -> String {
    let all: Vec<String> = advice.iter().take(2).map(|words| format!("{words}.")).collect();
    all.join(" ")
}
