//! A claim from its launch on: its node registers, becomes ready, is initialized; or its time runs out.

use super::Karpenter;
use super::class::add_finalizer;
use super::condition::{self, CLAIM, ConditionStatus};
use super::demand::PodDemand;
use super::object::{self, FINALIZER, INITIALIZED, REGISTERED, UNREGISTERED_TAINT};
use super::recorder::{Kind, Notice};
use super::state::{is_ephemeral, provider_id};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::taint::Taint;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

/// A claim that is not launched after so long is deleted.
pub const LAUNCH_LIMIT: SignedDuration = SignedDuration::from_mins(5);
/// One whose node has not registered after so long.
pub const REGISTRATION_LIMIT: SignedDuration = SignedDuration::from_mins(15);

/// The nodes of a claim.
pub fn nodes_of(store: &Store, claim: &Value) -> Vec<Arc<Value>> {
    let Some(id) = provider_id(claim, "/status/providerID") else { return Vec::new() };
    let all = store.list(Resource::Nodes);
    all.filter(|(_, node)| provider_id(node, "/spec/providerID") == Some(id))
        .map(|(_, node)| Arc::clone(node))
        .collect()
}

impl Karpenter {
    /// Brings what the claim says onto its node, and takes the taint off that kept everything away until then.
    pub(super) fn register(&mut self, store: &mut Store, key: &ObjectKey, now: Timestamp) {
        let Some(claim) = Self::living(store, key) else { return };
        if condition::get(&claim, "Registered").is_none_or(|one| one["status"] != "Unknown") {
            return;
        }
        let nodes = nodes_of(store, &claim);
        let [node] = nodes.as_slice() else {
            let (status, reason, message) = if nodes.is_empty() {
                (ConditionStatus::Unknown, "NodeNotFound", "Node not registered with cluster")
            } else {
                (ConditionStatus::False, "MultipleNodesFound", "Invariant violated, matched multiple nodes")
            };
            let _ = store.update(key, now, |claim| {
                condition::set(claim, CLAIM, "Registered", (status, reason, message), now);
            });
            return;
        };
        if metadata::label(node, REGISTERED).is_none() && !object::has_taint(node, UNREGISTERED_TAINT) {
            let words = format!(
                "Missing {UNREGISTERED_TAINT} taint which prevents registration related race conditions on Karpenter-managed nodes"
            );
            self.recorder.publish(store, &claim, &Notice::new(Kind::Warning, "UnregisteredTaintMissing", words), now);
        }
        let name = metadata::name(node).to_owned();
        let synced = store.update(&ObjectKey::cluster(Resource::Nodes, &name), now, |node| sync(&claim, node));
        if synced.is_err() {
            return;
        }
        let _ = store.update(key, now, |claim| {
            condition::set_true(claim, CLAIM, "Registered", now);
            claim["status"]["nodeName"] = name.into();
        });
        self.remember_registration(store, &claim, true, now);
    }

    /// The node is ready, without the taints of its beginning, and reports what the claim asked for.
    pub(super) fn initialize(store: &mut Store, key: &ObjectKey, now: Timestamp) {
        let Some(claim) = Self::living(store, key) else { return };
        let waits = condition::get(&claim, "Initialized").is_some_and(|one| one["status"] == "Unknown");
        if !waits || !condition::is_true(&claim, "Registered") {
            return;
        }
        let nodes = nodes_of(store, &claim);
        let verdict = match nodes.as_slice() {
            [node] => wants(&claim, node),
            _ => Some(("NodeNotFound", "Node not registered with cluster".to_owned())),
        };
        if let Some((reason, message)) = verdict {
            let _ = store.update(key, now, |claim| {
                condition::set(claim, CLAIM, "Initialized", (ConditionStatus::Unknown, reason, &message), now);
            });
            return;
        }
        let name = metadata::name(&nodes[0]);
        let _ = store.update(&ObjectKey::cluster(Resource::Nodes, name), now, |node| {
            object::mark(node, "labels", INITIALIZED, "true");
        });
        let _ = store.update(key, now, |claim| condition::set_true(claim, CLAIM, "Initialized", now));
    }

    /// What was not launched in five minutes or not registered in fifteen is deleted; the pods that wait for it
    /// bring about the next.
    pub(super) fn check_liveness(&mut self, store: &mut Store, key: &ObjectKey, now: Timestamp) {
        let Some(claim) = Self::living(store, key) else { return };
        if condition::is_true(&claim, "Registered") {
            return;
        }
        let late = |kind: &str, limit: SignedDuration| {
            condition::since(&claim, kind).is_some_and(|since| now.duration_since(since) >= limit)
        };
        let not_launched = !condition::is_true(&claim, "Launched") && late("Launched", LAUNCH_LIMIT);
        if not_launched || late("Registered", REGISTRATION_LIMIT) {
            self.remember_registration(store, &claim, false, now);
            Self::delete_claim(store, key, now);
        }
    }
}

fn sync(claim: &Value, node: &mut Value) {
    add_finalizer(node, FINALIZER);
    let owner = json!({
        "apiVersion": claim["apiVersion"],
        "kind": claim["kind"],
        "name": metadata::name(claim),
        "uid": metadata::uid(claim),
        "blockOwnerDeletion": true,
    });
    node["metadata"]["ownerReferences"] = json!([owner]);
    object::add_taints(node, claim.pointer("/spec/taints"));
    object::add_taints(node, claim.pointer("/spec/startupTaints"));
    for part in ["labels", "annotations"] {
        for (key, value) in claim["metadata"][part].as_object().into_iter().flatten() {
            object::mark(node, part, key, value.as_str().unwrap_or_default());
        }
    }
    object::remove_taint(node, UNREGISTERED_TAINT);
    object::mark(node, "labels", REGISTERED, "true");
}

/// What the node still lacks.
fn wants(claim: &Value, node: &Value) -> Option<(&'static str, String)> {
    if !object::is_ready(node) {
        return Some(("NodeNotReady", "Node status is NotReady".to_owned()));
    }
    let taints = Taint::read_all(&node["spec"]["taints"]);
    for startup in Taint::read_all(&claim["spec"]["startupTaints"]) {
        if taints.iter().any(|one| one.key == startup.key && one.effect == startup.effect) {
            return Some((
                "StartupTaintsExist",
                format!("StartupTaint \"{}\" still exists", object::taint_text(&startup)),
            ));
        }
    }
    if let Some(one) = taints.iter().find(|one| is_ephemeral(&one.key)) {
        let words = format!("KnownEphemeralTaint \"{}\" still exists", object::taint_text(one));
        return Some(("KnownEphemeralTaintsExist", words));
    }
    let (asked, there) = (
        PodDemand::read(claim.pointer("/spec/resources/requests")),
        PodDemand::read(node.pointer("/status/allocatable")),
    );
    let missing = asked
        .resources
        .extended
        .iter()
        .find(|(name, amount)| **amount > 0 && there.resources.extended.get(*name).copied().unwrap_or(0) == 0);
    missing.map(|(name, _)| ("ResourceNotRegistered", format!("Resource \"{name}\" was requested but not registered")))
}
