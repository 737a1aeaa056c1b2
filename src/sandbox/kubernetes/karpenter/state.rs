//! The cluster as Karpenter sees it: claims with their nodes, and nodes that are not its own.

use super::condition;
use super::demand::PodDemand;
use super::object::{INITIALIZED, POOL};
use super::requirements::Requirements;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::taint::Taint;
use crate::sandbox::kubernetes::store::{Store, metadata};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A claim with its node, or one of the two.
#[derive(Debug, Clone)]
pub struct StateNode {
    pub claim: Option<Arc<Value>>,
    pub node: Option<Arc<Value>>,
}

impl StateNode {
    /// The node's name, or the claim's before there is one.
    pub fn name(&self) -> &str {
        self.node.as_deref().or(self.claim.as_deref()).map_or("", metadata::name)
    }

    /// The claim's name.
    pub fn claim_name(&self) -> Option<&str> {
        self.claim.as_deref().map(metadata::name)
    }

    /// The node's pool; none if it is not Karpenter's.
    pub fn pool(&self) -> Option<&str> {
        let labelled = self.claim.as_deref().or(self.node.as_deref())?;
        metadata::label(labelled, POOL)
    }

    /// Labels of the node, or of the claim before it is registered.
    pub fn labels(&self) -> Option<&Value> {
        let registered = self.claim.as_deref().is_none_or(|claim| condition::is_true(claim, "Registered"));
        let from = if registered { self.node.as_deref().or(self.claim.as_deref()) } else { self.claim.as_deref() };
        from.and_then(|object| object.pointer("/metadata/labels"))
    }

    /// One label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels()?.get(key)?.as_str()
    }

    /// A claim is initialized when its condition says so; another's node always is.
    pub fn is_initialized(&self) -> bool {
        match (&self.claim, &self.node) {
            (Some(_), Some(node)) => metadata::label(node, INITIALIZED) == Some("true"),
            (Some(_), None) => false,
            (None, _) => true,
        }
    }

    /// Either was deleted.
    pub fn is_terminating(&self) -> bool {
        self.claim.iter().chain(&self.node).any(|one| metadata::is_terminating(one))
    }

    /// What it can give; of a claim without node, what its type promises.
    pub fn allocatable(&self) -> PodDemand {
        self.amounts("/status/allocatable")
    }

    /// What it has.
    pub fn capacity(&self) -> PodDemand {
        self.amounts("/status/capacity")
    }

    fn amounts(&self, pointer: &str) -> PodDemand {
        let of = |object: &Option<Arc<Value>>| PodDemand::read(object.as_deref().and_then(|one| one.pointer(pointer)));
        if self.is_initialized() {
            return of(&self.node);
        }
        let (mut claimed, node) = (of(&self.claim), of(&self.node));
        // Until it is initialized the larger of promise and report counts.
        claimed.resources.raise_to(&node.resources);
        claimed.pods = claimed.pods.max(node.pods);
        claimed
    }

    /// Taints that a pod would meet: before it is initialized not those that go by themselves.
    pub fn taints(&self) -> Vec<Taint> {
        let registered = self.claim.as_deref().is_none_or(|claim| condition::is_true(claim, "Registered"));
        let from = if registered { self.node.as_deref().or(self.claim.as_deref()) } else { self.claim.as_deref() };
        let Some(from) = from else { return Vec::new() };
        let mut taints = Taint::read_all(&from["spec"]["taints"]);
        if !self.is_initialized() {
            let startup = self.claim.as_deref().map(|claim| Taint::read_all(&claim["spec"]["startupTaints"]));
            let startup = startup.unwrap_or_default();
            taints.retain(|taint| !is_ephemeral(&taint.key) && !startup.contains(taint));
        }
        if from["spec"]["unschedulable"] == true {
            taints.extend(Taint::read_all(
                &serde_json::json!([{ "key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule" }]),
            ));
        }
        taints
    }

    /// Its labels as requirements.
    pub fn requirements(&self) -> Requirements {
        Requirements::from_labels(self.labels())
    }
}

/// Whether a taint goes away when a node is up.
pub fn is_ephemeral(key: &str) -> bool {
    matches!(
        key,
        "node.kubernetes.io/not-ready"
            | "node.kubernetes.io/unreachable"
            | "node.cloudprovider.kubernetes.io/uninitialized"
            | "karpenter.sh/unregistered"
    ) || key.starts_with("readiness.k8s.io/")
}

/// All claims and nodes, matched by provider id, by name.
pub fn nodes(store: &Store) -> Vec<StateNode> {
    let mut by_id: BTreeMap<&str, &Arc<Value>> = BTreeMap::new();
    for (_, node) in store.list(Resource::Nodes) {
        if let Some(id) = provider_id(node, "/spec/providerID") {
            by_id.insert(id, node);
        }
    }
    let mut matched = BTreeSet::new();
    let mut all = Vec::new();
    for (_, claim) in store.list(Resource::NodeClaims) {
        let node = provider_id(claim, "/status/providerID").and_then(|id| by_id.get(id));
        if let Some(node) = node {
            matched.insert(metadata::name(node));
        }
        all.push(StateNode { claim: Some(Arc::clone(claim)), node: node.map(|node| Arc::clone(node)) });
    }
    for (_, node) in store.list(Resource::Nodes) {
        if !matched.contains(metadata::name(node)) {
            all.push(StateNode { claim: None, node: Some(Arc::clone(node)) });
        }
    }
    all
}

/// The provider id at a place, unless empty.
pub fn provider_id<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer)?.as_str().filter(|id| !id.is_empty())
}

/// What a pool has in use: the capacity of all its nodes, and their number.
pub fn usage(nodes: &[StateNode], pool: &str) -> (PodDemand, usize) {
    let mut total = PodDemand::default();
    let mut count = 0;
    for node in nodes.iter().filter(|node| node.pool() == Some(pool)) {
        total.add(&node.capacity());
        count += 1;
    }
    (total, count)
}
