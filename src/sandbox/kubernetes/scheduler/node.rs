//! A node as the scheduler reads it, with what is bound to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::pod::PodInfo;
use super::resources::Resources;
use super::selector::{Labels, labels_of};
use super::taint::Taint;
use crate::domain::quantity;

/// What the scheduler knows of a node.
#[derive(Debug, Clone)]
pub struct NodeInfo {
    pub name: Arc<str>,
    pub labels: Arc<Labels>,
    pub taints: Vec<Taint>,
    /// `spec.unschedulable`: cordoned.
    pub unschedulable: bool,
    pub allocatable: Resources,
    /// `status.allocatable.pods`.
    pub max_pods: i64,
    /// What its pods request.
    pub requested: Resources,
    /// The same as nodes are scored.
    pub scored: Resources,
    /// Its pods that have not ended, by uid.
    pub pods: BTreeMap<Arc<str>, Arc<PodInfo>>,
}

impl NodeInfo {
    /// Reads a node, without pods; `None` without a name.
    #[must_use]
    pub fn read(node: &Value) -> Option<Self> {
        let allocatable = &node["status"]["allocatable"];
        let max_pods = match &allocatable["pods"] {
            Value::String(text) => quantity::whole(text),
            other => other.as_i64().unwrap_or(0),
        };
        Some(Self {
            name: Arc::from(node["metadata"]["name"].as_str()?),
            labels: Arc::new(labels_of(node)),
            taints: Taint::read_all(&node["spec"]["taints"]),
            unschedulable: node["spec"]["unschedulable"] == true,
            allocatable: Resources::read(allocatable),
            max_pods,
            requested: Resources::default(),
            scored: Resources::default(),
            pods: BTreeMap::new(),
        })
    }

    /// Whether the scheduler would see any difference from `other` in the node itself.
    #[must_use]
    pub fn is_same_node(&self, other: &Self) -> bool {
        self.labels == other.labels
            && self.taints == other.taints
            && self.unschedulable == other.unschedulable
            && self.allocatable == other.allocatable
            && self.max_pods == other.max_pods
    }

    /// Binds a pod.
    pub fn add(&mut self, pod: Arc<PodInfo>) {
        self.requested.add(&pod.requests);
        self.scored.add(&pod.scored);
        if let Some(before) = self.pods.insert(Arc::clone(&pod.uid), pod) {
            self.requested.subtract(&before.requests);
            self.scored.subtract(&before.scored);
        }
    }

    /// Takes a pod away.
    pub fn remove(&mut self, uid: &str) {
        if let Some(pod) = self.pods.remove(uid) {
            self.requested.subtract(&pod.requests);
            self.scored.subtract(&pod.scored);
        }
    }
}
