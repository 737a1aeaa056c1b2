//! What Karpenter asks about pods: whether they wait for capacity, may be evicted, would have to go somewhere
//! else.

use super::moment;
use super::object::{DISRUPTED_TAINT, DO_NOT_DISRUPT};
use super::requirements::Requirements;
use crate::sandbox::kubernetes::scheduler::selector::MatchSelector;
use crate::sandbox::kubernetes::scheduler::taint::{Taint, TaintEffect, Toleration};
use crate::sandbox::kubernetes::store::metadata;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// It has ended.
pub fn is_terminal(pod: &Value) -> bool {
    matches!(pod.pointer("/status/phase").and_then(Value::as_str), Some("Failed" | "Succeeded"))
}

/// It neither ended nor is being deleted.
pub fn is_active(pod: &Value) -> bool {
    !is_terminal(pod) && !metadata::is_terminating(pod)
}

/// Whether an object of this kind owns it.
pub fn is_owned_by(pod: &Value, kind: &str) -> bool {
    let owners = pod.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    owners.is_some_and(|owners| owners.iter().any(|one| one["kind"] == kind))
}

/// It waits for a node: the scheduler has said that there is none, and no DaemonSet made it for one.
pub fn is_provisionable(pod: &Value) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    let refused = conditions
        .is_some_and(|list| list.iter().any(|one| one["type"] == "PodScheduled" && one["reason"] == "Unschedulable"));
    let nominated = pod.pointer("/status/nominatedNodeName").and_then(Value::as_str).is_some_and(|at| !at.is_empty());
    refused
        && metadata::node_name(pod).is_empty()
        && !nominated
        && !is_terminal(pod)
        && !metadata::is_terminating(pod)
        && !is_owned_by(pod, "DaemonSet")
        && !is_owned_by(pod, "Node")
}

/// It would have to be put somewhere else if its node went.
pub fn is_reschedulable(pod: &Value) -> bool {
    let returns = is_owned_by(pod, "StatefulSet") && metadata::is_terminating(pod) && !is_terminal(pod);
    (is_active(pod) || returns) && !is_owned_by(pod, "DaemonSet") && !is_owned_by(pod, "Node")
}

/// It tolerates the taint of nodes that go: nobody waits for it.
pub fn stays_to_the_end(pod: &Value) -> bool {
    let taint = Taint { key: DISRUPTED_TAINT.to_owned(), value: String::new(), effect: TaintEffect::NoSchedule };
    Toleration::read_all(&pod["spec"]["tolerations"]).iter().any(|one| one.tolerates(&taint))
}

/// Karpenter may evict it.
pub fn is_evictable(pod: &Value, now: Timestamp) -> bool {
    is_active(pod) && !stays_to_the_end(pod) && !is_owned_by(pod, "Node") && !is_protected(pod, now)
}

/// The end of its node waits for it, whether or not it may be evicted. A pod that has been terminating for a
/// minute longer than it was given no longer counts.
pub fn holds_its_node(pod: &Value, now: Timestamp) -> bool {
    let stuck =
        metadata::deletion_timestamp(pod).is_some_and(|ends| now.duration_since(ends) > SignedDuration::from_mins(1));
    !is_terminal(pod) && !stays_to_the_end(pod) && !stuck && !is_owned_by(pod, "Node")
}

/// Its annotation forbids disruption now: `true`, or a duration since its start that has not passed. What is
/// neither is ignored.
pub fn is_protected(pod: &Value, now: Timestamp) -> bool {
    let Some(value) = metadata::annotation(pod, DO_NOT_DISRUPT) else { return false };
    if value == "true" {
        return true;
    }
    let Some(duration) = moment::duration(value).filter(SignedDuration::is_positive) else { return false };
    moment::at(pod, "/status/startTime").is_none_or(|started| now.duration_since(started) < duration)
}

/// What its eviction costs, by its deletion cost and priority; 1 for most.
pub fn eviction_cost(pod: &Value) -> f64 {
    let mut cost = 1.0;
    let annotation = metadata::annotation(pod, "controller.kubernetes.io/pod-deletion-cost");
    if let Some(extra) = annotation.and_then(|text| text.parse::<f64>().ok()) {
        cost += extra / f64::from(1_u32 << 27);
    }
    if let Some(priority) = pod.pointer("/spec/priority").and_then(Value::as_f64) {
        cost += priority / f64::from(1_u32 << 25);
    }
    cost.clamp(-10.0, 10.0)
}

/// What it requires of a node: its selector with each of its affinity's terms, of which one must hold.
pub fn alternatives(pod: &Value) -> Vec<Requirements> {
    let selector = Requirements::from_labels(pod.pointer("/spec/nodeSelector"));
    let terms = pod
        .pointer("/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms")
        .and_then(Value::as_array);
    let Some(terms) = terms.filter(|terms| !terms.is_empty()) else { return vec![selector] };
    let with = |term: &Value| {
        let mut all = selector.clone();
        all.add_all(&Requirements::from_json(term.get("matchExpressions")));
        all
    };
    terms.iter().map(with).collect()
}

/// What it would like most, of its preferred node affinity.
pub fn preference(pod: &Value) -> Option<Requirements> {
    let list = pod
        .pointer("/spec/affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution")
        .and_then(Value::as_array)?;
    let heaviest = list.iter().rev().max_by_key(|one| one["weight"].as_i64().unwrap_or(1))?;
    Some(Requirements::from_json(heaviest.pointer("/preference/matchExpressions")))
}

/// A PodDisruptionBudget as it bears on evictions.
#[derive(Debug)]
pub struct PodGuard {
    /// `namespace/name`
    pub name: String,
    namespace: String,
    selector: MatchSelector,
    allowed: i64,
    /// It never allows any: `maxUnavailable: 0` or `0%`, `minAvailable: 100%`.
    never: bool,
    /// Pods that are not ready may go whatever it says.
    spares_healthy_only: bool,
}

impl PodGuard {
    /// Reads one.
    pub fn read(budget: &Value) -> Self {
        let spec = &budget["spec"];
        Self {
            name: format!("{}/{}", metadata::namespace(budget), metadata::name(budget)),
            namespace: metadata::namespace(budget).to_owned(),
            selector: MatchSelector::read(&spec["selector"]),
            allowed: budget.pointer("/status/disruptionsAllowed").and_then(Value::as_i64).unwrap_or(0),
            never: spec["maxUnavailable"] == 0 || spec["maxUnavailable"] == "0%" || spec["minAvailable"] == "100%",
            spares_healthy_only: spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow",
        }
    }

    fn covers(&self, pod: &Value) -> bool {
        self.namespace == metadata::namespace(pod)
            && self.selector.matches(&crate::sandbox::kubernetes::scheduler::selector::labels_of(pod))
    }
}

/// The budgets that forbid a pod's eviction now: one that allows none, or several at once, which eviction does
/// not support.
pub fn blocking<'a>(pod: &Value, guards: &'a [PodGuard], now: Timestamp) -> Vec<&'a PodGuard> {
    refusing(pod, guards, now, |guard| guard.allowed == 0)
}

/// It could be put somewhere else now: no annotation protects it and no budget forbids it for good.
pub fn is_currently_reschedulable(pod: &Value, guards: &[PodGuard], now: Timestamp) -> bool {
    is_reschedulable(pod)
        && !(is_active(pod) && is_protected(pod, now))
        && refusing(pod, guards, now, |guard| guard.never).is_empty()
}

fn refusing<'a>(
    pod: &Value,
    guards: &'a [PodGuard],
    now: Timestamp,
    refuses: fn(&PodGuard) -> bool,
) -> Vec<&'a PodGuard> {
    if !is_evictable(pod, now) {
        return Vec::new();
    }
    let matching: Vec<&PodGuard> = guards.iter().filter(|guard| guard.covers(pod)).collect();
    if matching.len() > 1 {
        return matching;
    }
    let unready = super::condition::is_false(pod, "Ready");
    matching.into_iter().filter(|guard| !(guard.spares_healthy_only && unready) && refuses(guard)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn now() -> Timestamp {
        "2026-11-22T03:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_annotation_protects_for_ever_or_for_a_time() {
        let pod = |value: &str| {
            json!({ "metadata": { "annotations": { DO_NOT_DISRUPT: value } },
                    "status": { "startTime": "2026-11-22T02:50:00Z" } })
        };
        for (value, protected) in [("true", true), ("11m", true), ("10m", false), ("false", false), ("soon", false)] {
            assert_eq!(is_protected(&pod(value), now()), protected, "{value}");
        }
    }

    #[test]
    fn budgets_block() {
        let budget = |name: &str, allowed: i64| {
            PodGuard::read(&json!({ "metadata": { "name": name, "namespace": "shop" },
                "spec": { "selector": { "matchLabels": { "app": "api" } }, "minAvailable": 2 },
                "status": { "disruptionsAllowed": allowed } }))
        };
        let pod = json!({ "metadata": { "namespace": "shop", "labels": { "app": "api" } }, "spec": {}, "status": {} });
        assert!(blocking(&pod, &[budget("one", 1)], now()).is_empty());
        assert_eq!(blocking(&pod, &[budget("one", 0)], now())[0].name, "shop/one");
        assert_eq!(blocking(&pod, &[budget("one", 1), budget("two", 1)], now()).len(), 2);
        assert!(is_currently_reschedulable(&pod, &[budget("one", 0)], now()), "it may allow some later");
    }
}
