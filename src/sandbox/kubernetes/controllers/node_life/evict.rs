//! The taint eviction controller: pods leave a node whose NoExecute taints they tolerate for a time or not at all.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::condition::{self, ObjectCondition};
use super::super::events::{EventRecorder, Note};
use super::super::pods;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::taint::{Taint, TaintEffect, Toleration};
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};

/// A taint that evicts, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Evicting {
    taint: Taint,
    since: Option<Timestamp>,
}

/// Pods that are to go.
#[derive(Debug)]
pub(super) struct Evictions {
    due: BTreeMap<ObjectKey, Timestamp>,
    order: BTreeSet<(Timestamp, ObjectKey)>,
    /// Nodes with such taints.
    nodes: BTreeMap<String, Vec<Evicting>>,
    recorder: EventRecorder,
}

impl Default for Evictions {
    fn default() -> Self {
        Self {
            due: BTreeMap::new(),
            order: BTreeSet::new(),
            nodes: BTreeMap::new(),
            recorder: EventRecorder::new("taint-eviction-controller"),
        }
    }
}

fn evicting(node: &Value) -> Vec<Evicting> {
    let listed = node["spec"]["taints"].as_array().into_iter().flatten();
    let since: Vec<(&Value, Option<Timestamp>)> =
        listed.map(|taint| (&taint["key"], taint["timeAdded"].as_str().and_then(|text| text.parse().ok()))).collect();
    let taints =
        Taint::read_all(&node["spec"]["taints"]).into_iter().filter(|taint| taint.effect == TaintEffect::NoExecute);
    taints
        .map(|taint| {
            let since = since.iter().filter(|(key, _)| **key == taint.key.as_str()).find_map(|(_, since)| *since);
            Evicting { taint, since }
        })
        .collect()
}

impl Evictions {
    /// A node may have got or lost taints.
    pub fn look_at_node(&mut self, store: &Store, node: &Value, now: Timestamp) {
        let name = metadata::name(node);
        let taints = evicting(node);
        if self.nodes.get(name).map_or(taints.is_empty(), |known| *known == taints) {
            return;
        }
        if taints.is_empty() {
            self.nodes.remove(name);
        } else {
            self.nodes.insert(name.to_owned(), taints);
        }
        let pods: Vec<(ObjectKey, std::sync::Arc<Value>)> =
            store.pods_on(name).map(|(key, pod)| (key.clone(), std::sync::Arc::clone(pod))).collect();
        for (key, pod) in pods {
            self.decide(&key, Some(&pod), now);
        }
    }

    pub fn forget_node(&mut self, name: &str) {
        self.nodes.remove(name);
    }

    /// A pod came, was bound or is gone.
    pub fn hear(&mut self, store: &Store, key: &ObjectKey, pod: Option<&Value>, now: Timestamp) {
        if let Some(pod) = pod
            && let Some(node) = store.get(&ObjectKey::cluster(Resource::Nodes, metadata::node_name(pod)))
            && !self.nodes.contains_key(metadata::node_name(pod))
        {
            let taints = evicting(node);
            if !taints.is_empty() {
                self.nodes.insert(metadata::node_name(pod).to_owned(), taints);
            }
        }
        self.decide(key, pod, now);
    }

    fn decide(&mut self, key: &ObjectKey, pod: Option<&Value>, now: Timestamp) {
        if let Some(before) = self.due.remove(key) {
            self.order.remove(&(before, key.clone()));
        }
        let Some(pod) = pod.filter(|pod| pods::is_active(pod)) else { return };
        let Some(taints) = self.nodes.get(metadata::node_name(pod)) else { return };
        let tolerations = Toleration::read_all(&pod["spec"]["tolerations"]);
        if let Some(due) = leaves(taints, &tolerations, now) {
            self.due.insert(key.clone(), due);
            self.order.insert((due, key.clone()));
        }
    }

    /// Deletes what is to go now; says when the next goes.
    pub fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        while let Some((due, key)) = self.order.first().cloned() {
            if due > now {
                return Some(due);
            }
            self.order.remove(&(due, key.clone()));
            self.due.remove(&key);
            let Some(pod) = store.get(&key).cloned().filter(|pod| pods::is_active(pod)) else { continue };
            let message = format!("Marking for deletion Pod {}/{}", key.namespace, key.name);
            self.recorder.say(store, &pod, &Note::normal("TaintManagerEviction", message), now);
            let target = ObjectCondition::disruption_target(
                "DeletionByTaintManager",
                "Taint manager: deleting due to NoExecute taint",
            );
            let _ = store.update(&key, now, |pod| {
                condition::set(pod, &target, now);
            });
            let _ = store.delete(&key, now, &DeleteOptions::default());
        }
        None
    }
}

/// When a pod has to leave: at once for a taint that it does not tolerate, else after the least `tolerationSeconds` of
/// what it tolerates; never without any.
fn leaves(taints: &[Evicting], tolerations: &[Toleration], now: Timestamp) -> Option<Timestamp> {
    let mut least: Option<i64> = None;
    let mut since: Option<Timestamp> = None;
    for Evicting { taint, since: added } in taints {
        let mut by = tolerations.iter().filter(|one| one.tolerates(taint)).peekable();
        if by.peek().is_none() {
            return Some(now);
        }
        for seconds in by.filter_map(|one| one.seconds) {
            least = Some(least.map_or(seconds, |least| least.min(seconds)).max(0));
        }
        since = since.max(*added);
    }
    let seconds = SignedDuration::from_secs(least?);
    since.unwrap_or(now).checked_add(seconds).ok().map(|due| due.max(now))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pod_stays_for_as_long_as_it_tolerates() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let node = json!({"spec": {"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute", "timeAdded": "1970-01-01T00:00:10Z"}]}});
        let check = |tolerations: Value, expected: Option<Timestamp>| {
            assert_eq!(
                leaves(&evicting(&node), &Toleration::read_all(&tolerations), at(20)),
                expected,
                "{tolerations}"
            );
        };
        check(json!([]), Some(at(20)));
        check(
            json!([{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]),
            Some(at(310)),
        );
        check(json!([{"operator": "Exists"}]), None);
        check(
            json!([{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "tolerationSeconds": 0}]),
            Some(at(20)),
        );
    }
}
