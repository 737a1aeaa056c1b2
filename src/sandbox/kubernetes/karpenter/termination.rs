//! The end of nodes and claims: a node that is deleted is tainted, drained, waits for its volumes, then its
//! instance is terminated, then it goes; its claim goes after it.

use super::class::remove_finalizer;
use super::condition::{self, CLAIM, ConditionStatus};
use super::lifecycle::nodes_of;
use super::object::{self, FINALIZER, TERMINATES_AT};
use super::recorder::{Kind, Notice};
use super::state::provider_id;
use super::{Karpenter, moment};
use crate::sandbox::kubernetes::cloud::Cloud;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

/// A drain lasts so long at least: the scheduler may not have seen the taint.
const SHORTEST_DRAIN: SignedDuration = SignedDuration::from_secs(5);

impl Karpenter {
    /// Brings a deleted claim to its end: its nodes first, then its instance, then the finalizer.
    pub(super) fn finalize(
        &mut self,
        store: &mut Store,
        cloud: &mut Cloud,
        key: &ObjectKey,
        claim: &Arc<Value>,
        now: Timestamp,
    ) {
        if !metadata::finalizers(claim).any(|one| one == FINALIZER) {
            return;
        }
        self.set_end(store, key, claim, now);
        if condition::is_true(claim, "Registered") {
            let nodes = nodes_of(store, claim);
            for node in nodes.iter().filter(|node| !metadata::is_terminating(node)) {
                let _ = store.delete(&ObjectKey::of(Resource::Nodes, node), now, &DeleteOptions::default());
            }
            if !nodes.is_empty() {
                return;
            }
        }
        if let Some(id) = provider_id(claim, "/status/providerID") {
            let there = cloud.terminate(id, now);
            let _ = store.update(key, now, |claim| condition::set_true(claim, CLAIM, "InstanceTerminating", now));
            if there {
                return;
            }
        }
        let _ = store.update(key, now, |claim| remove_finalizer(claim, FINALIZER));
    }

    /// With a grace period the end is written down when the claim is deleted.
    fn set_end(&mut self, store: &mut Store, key: &ObjectKey, claim: &Value, now: Timestamp) {
        if metadata::annotation(claim, TERMINATES_AT).is_some() {
            return;
        }
        let grace = claim.pointer("/spec/terminationGracePeriod").and_then(Value::as_str).and_then(moment::duration);
        let (Some(grace), Some(deleted)) = (grace, metadata::deletion_timestamp(claim)) else { return };
        let ends = moment::written(deleted.checked_add(grace).unwrap_or(deleted));
        let _ = store.update(key, now, |claim| object::mark(claim, "annotations", TERMINATES_AT, &ends));
        let notice =
            Notice::new(Kind::Warning, "TerminationGracePeriodExpiring", format!("All pods will be deleted by {ends}"));
        self.recorder.publish(store, claim, &notice, now);
    }

    /// Goes on with every node that was deleted.
    pub(super) fn terminate(&mut self, store: &mut Store, cloud: &mut Cloud, now: Timestamp) {
        let nodes: Vec<Arc<Value>> = store
            .list(Resource::Nodes)
            .filter(|(_, node)| {
                metadata::is_terminating(node) && metadata::finalizers(node).any(|one| one == FINALIZER)
            })
            .map(|(_, node)| Arc::clone(node))
            .collect();
        for node in nodes {
            self.terminate_one(store, cloud, &node, now);
        }
    }

    fn terminate_one(&mut self, store: &mut Store, cloud: &mut Cloud, node: &Value, now: Timestamp) {
        let node_key = ObjectKey::of(Resource::Nodes, node);
        let id = provider_id(node, "/spec/providerID").unwrap_or_default().to_owned();
        let claim = store
            .list(Resource::NodeClaims)
            .find(|(_, claim)| provider_id(claim, "/status/providerID") == Some(&id))
            .map(|(key, claim)| (key.clone(), Arc::clone(claim)));
        if let Some((key, claim)) = &claim
            && !metadata::is_terminating(claim)
        {
            Self::delete_claim(store, key, now);
        }
        // The instance is gone and its kubelet with it: nothing can be drained.
        if !object::is_ready(node) && cloud.describe(&id, now).is_none() {
            let _ = store.update(&node_key, now, |node| remove_finalizer(node, FINALIZER));
            return;
        }
        let ends = claim.as_ref().and_then(|(_, claim)| metadata::annotation(claim, TERMINATES_AT));
        if let Some(ends) = ends {
            let words = format!("All pods will be deleted by {ends}");
            self.recorder.publish(
                store,
                node,
                &Notice::new(Kind::Warning, "TerminationGracePeriodExpiring", words),
                now,
            );
        }
        let ends = ends.and_then(|text| text.parse::<Timestamp>().ok());
        let _ = store.update(&node_key, now, |node| {
            object::add_taints(node, Some(&json!([object::disrupted()])));
            object::mark(node, "labels", "node.kubernetes.io/exclude-from-external-load-balancers", "karpenter");
        });
        let claim_key = claim.as_ref().map(|(key, _)| key.clone());
        let note = |store: &mut Store, kind: &str, to: (ConditionStatus, &str, &str)| {
            if let Some(key) = &claim_key {
                let _ = store.update(key, now, |claim| condition::set(claim, CLAIM, kind, to, now));
            }
        };
        if claim.as_ref().is_some_and(|(_, claim)| condition::get(claim, "Drained").is_none()) {
            note(store, "Drained", (ConditionStatus::Unknown, "Draining", "Draining"));
        }
        let left = self.drain(store, node, claim.as_ref().map(|(_, claim)| &**claim), ends, now);
        if left > 0 {
            let words = format!("Failed to drain node, {left} pods are waiting to be evicted");
            self.recorder.publish(store, node, &Notice::new(Kind::Warning, "FailedDraining", words), now);
            return;
        }
        let drained = claim_key.as_ref().and_then(|key| store.get(key)).is_none_or(|claim| {
            let Some(one) = condition::get(claim, "Drained") else { return false };
            let since = condition::since(claim, "Drained");
            one["status"] != "Unknown" || since.is_some_and(|since| now.duration_since(since) >= SHORTEST_DRAIN)
        });
        if !drained {
            return;
        }
        for kind in ["Drained", "VolumesDetached"] {
            note(store, kind, (ConditionStatus::True, kind, ""));
        }
        if claim.is_some() {
            let there = cloud.terminate(&id, now);
            note(store, "InstanceTerminating", (ConditionStatus::True, "InstanceTerminating", ""));
            if there {
                return;
            }
        }
        let _ = store.update(&node_key, now, |node| remove_finalizer(node, FINALIZER));
    }
}
