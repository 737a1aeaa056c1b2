//! What the scheduler writes: bindings, nominations, preemptions.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::pod::PodInfo;
use super::preempt::Budget;
use super::selector::MatchSelector;
use crate::sandbox::kubernetes::controllers::condition::{self, ObjectCondition};
use crate::sandbox::kubernetes::controllers::events::{Note, SeriesRecorder};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};

/// Binds a pod to a node.
pub(super) fn bind(store: &mut Store, key: &ObjectKey, node: &str, now: Timestamp) {
    // It may be gone by now.
    let _ = store.update(key, now, |pod| {
        pod["spec"]["nodeName"] = node.into();
        condition::set(pod, &ObjectCondition::plain("PodScheduled", true), now);
        if let Some(status) = pod["status"].as_object_mut() {
            status.remove("nominatedNodeName");
        }
    });
}

/// Keeps room on a node for a pod.
pub(super) fn nominate(store: &mut Store, key: &ObjectKey, node: &str, now: Timestamp) {
    let _ = store.update(key, now, |pod| pod["status"]["nominatedNodeName"] = node.into());
}

/// What budgets allow now.
pub(super) fn budgets(store: &Store) -> Vec<Budget> {
    let all = store.list(Resource::PodDisruptionBudgets);
    let read = |budget: &Value| {
        let allowed = budget["status"]["disruptionsAllowed"].as_i64().unwrap_or(0);
        (Arc::from(metadata::namespace(budget)), MatchSelector::read(&budget["spec"]["selector"]), allowed)
    };
    all.map(|(_, budget)| read(budget)).collect()
}

/// Deletes a pod to make room for another.
pub(super) fn evict(
    store: &mut Store,
    recorder: &mut SeriesRecorder,
    victim: &PodInfo,
    by: &PodInfo,
    node: &str,
    now: Timestamp,
) {
    let key = ObjectKey::namespaced(Resource::Pods, &victim.namespace, &victim.name);
    let Some(pod) = store.get(&key).cloned() else { return };
    let target = ObjectCondition::disruption_target(
        "PreemptionByScheduler",
        "default-scheduler: preempting to accommodate a higher priority pod",
    );
    let _ = store.update(&key, now, |pod| {
        condition::set(pod, &target, now);
    });
    let _ = store.delete(&key, now, &DeleteOptions::default());
    let message = format!("Preempted by pod {} on node {node}", by.uid);
    recorder.say(store, &pod, &Note::normal("Preempted", message), "Preempting", now);
}
