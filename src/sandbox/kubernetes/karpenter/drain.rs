//! The drain of a node: pods are evicted in groups, critical ones last; budgets and annotations hold it up until
//! the claim's grace period ends, if it has one.

use super::object::wrapped;
use super::recorder::{Kind, Notice};
use super::{Karpenter, condition, pod};
use crate::sandbox::kubernetes::eviction;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::sync::Arc;

impl Karpenter {
    /// Goes on with the drain; how many pods are still waited for.
    pub(super) fn drain(
        &mut self,
        store: &mut Store,
        node: &Value,
        claim: Option<&Value>,
        ends: Option<Timestamp>,
        now: Timestamp,
    ) -> usize {
        let pods: Vec<(ObjectKey, Arc<Value>)> =
            store.pods_on(metadata::name(node)).map(|(key, pod)| (key.clone(), Arc::clone(pod))).collect();
        let waiting: Vec<&(ObjectKey, Arc<Value>)> =
            pods.iter().filter(|(_, pod)| pod::holds_its_node(pod, now)).collect();
        if let Some(ends) = ends {
            for (key, pod) in &waiting {
                self.delete_in_time(store, key, pod, ends, now);
            }
        }
        for group in 0..4 {
            let members: Vec<_> = waiting.iter().filter(|(_, pod)| group_of(pod) == group).collect();
            if members.is_empty() {
                continue;
            }
            for (key, pod) in members {
                if pod::is_evictable(pod, now) {
                    self.evict(store, node, claim, key, now);
                }
            }
            break;
        }
        waiting.len()
    }

    fn evict(&mut self, store: &mut Store, node: &Value, claim: Option<&Value>, key: &ObjectKey, now: Timestamp) {
        let Some(pod) = store.get(key).cloned() else { return };
        if metadata::is_terminating(&pod) {
            return;
        }
        let refused = |words: &str| {
            let name = format!("{}/{}", key.namespace, key.name);
            let words = format!("Failed to drain node, {}", wrapped(words, &[("Pod", &name)]));
            Notice::new(Kind::Warning, "FailedDraining", words)
        };
        match eviction::evict(store, key, now, &DeleteOptions::default(), false) {
            Ok(()) => {
                let reason = claim
                    .and_then(|claim| condition::get(claim, "DisruptionReason"))
                    .filter(|one| one["status"] == "True")
                    .and_then(|one| one["reason"].as_str())
                    .unwrap_or("Forceful Termination");
                let notice = Notice::new(Kind::Normal, "Evicted", format!("Evicted pod: {reason}"));
                self.recorder.publish(store, &pod, &notice, now);
            }
            Err(refusal) if refusal.code() == 429 => {
                self.recorder.publish(store, node, &refused("evicting pod violates a PDB"), now);
            }
            // The only reason for which an eviction fails on the server's side.
            Err(refusal) if refusal.code() == 500 => {
                self.recorder.publish(store, node, &refused("eviction does not support multiple PDBs"), now);
            }
            Err(_) => {}
        }
    }

    /// A pod whose own grace period would reach beyond the node's end is deleted now, whatever protects it.
    fn delete_in_time(&mut self, store: &mut Store, key: &ObjectKey, pod: &Value, ends: Timestamp, now: Timestamp) {
        let own = pod.pointer("/spec/terminationGracePeriodSeconds").and_then(Value::as_i64).unwrap_or(30);
        let begins = ends.checked_sub(SignedDuration::from_secs(own)).unwrap_or(ends);
        let late = metadata::deletion_timestamp(pod).is_some_and(|gone| gone > ends);
        if now <= begins || (metadata::is_terminating(pod) && !late) {
            return;
        }
        let left = ends.duration_since(now).as_secs().max(1);
        let words = format!(
            "Deleting the pod to accommodate the terminationTime {} of the node. The pod was granted {left} seconds of \
             grace-period of its {own} terminationGracePeriodSeconds. This bypasses the PDB of the pod and the \
             do-not-disrupt annotation.",
            ends.strftime("%Y-%m-%d %H:%M:%S +0000 UTC")
        );
        self.recorder.publish(store, pod, &Notice::new(Kind::Normal, "Disrupted", words), now);
        let options = DeleteOptions { grace_seconds: Some(left), ..DeleteOptions::default() };
        // It may have ended by itself.
        let _ = store.delete(key, now, &options);
    }
}

/// Pods that are neither critical nor a daemon's go first, critical daemons last.
fn group_of(pod: &Value) -> usize {
    let class = pod.pointer("/spec/priorityClassName").and_then(Value::as_str);
    let critical = matches!(class, Some("system-cluster-critical" | "system-node-critical"));
    usize::from(critical) * 2 + usize::from(pod::is_owned_by(pod, "DaemonSet"))
}
