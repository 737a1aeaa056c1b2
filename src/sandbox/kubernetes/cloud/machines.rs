//! Instances and their kubelets: one that has booted registers its node, one that is terminated falls silent, and
//! the cloud controller deletes the node of an instance that is no more.

use super::node::fresh_node;
use super::{CloudInstance, SharedCloud, State, later};
use crate::sandbox::kubernetes::controllers::behaviour::{Behaviours, Kubelet};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

/// How often the cloud is looked at while instances come or go.
const PERIOD: i64 = 1;
/// And when none does: messages and reclaimed instances are noticed within it.
const REST: i64 = 5;

/// The machines of a cluster.
#[derive(Debug)]
pub struct Machines {
    cloud: SharedCloud,
    behaviours: Behaviours,
    next: Timestamp,
    registered: BTreeSet<String>,
    silent: BTreeSet<String>,
}

impl Machines {
    /// Of a cloud; `behaviours` is what the kubelets are told.
    pub fn new(cloud: SharedCloud, behaviours: Behaviours) -> Self {
        Self { cloud, behaviours, next: Timestamp::MIN, registered: BTreeSet::new(), silent: BTreeSet::new() }
    }

    fn silence(&mut self, instance: &CloudInstance) {
        if self.silent.insert(instance.id.clone()) {
            self.behaviours.set_kubelet(&instance.host_name, Some(Kubelet::Silent));
        }
    }
}

impl Controller for Machines {
    fn name(&self) -> &'static str {
        "machines"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        if now < self.next {
            return Some(self.next);
        }
        let shared = Arc::clone(&self.cloud);
        let mut cloud = shared.lock().unwrap_or_else(PoisonError::into_inner);
        cloud.advance(now);
        let nodes: BTreeMap<String, ObjectKey> = store
            .list(Resource::Nodes)
            .filter_map(|(key, node)| Some((provider_id(node)?.to_owned(), key.clone())))
            .collect();
        let mut moving = false;
        for instance in cloud.instances() {
            let provider = instance.provider_id();
            if instance.state != State::Running {
                moving = true;
                self.silence(instance);
                continue;
            }
            if nodes.contains_key(&provider) {
                self.registered.insert(instance.id.clone());
            }
            let Some(joins) = instance.joins else { continue };
            // A kubelet registers once; it does not notice that its node was deleted until it is restarted.
            if self.registered.contains(&instance.id) {
                continue;
            }
            moving = true;
            if joins <= now && store.create(Resource::Nodes, "", fresh_node(instance, &cloud, now), now).is_ok() {
                self.registered.insert(instance.id.clone());
            }
        }
        for (provider, key) in &nodes {
            let ready = store.get(key).is_some_and(|node| is_ready(node));
            if !ready && provider.starts_with("aws:///") && cloud.describe(provider, now).is_none() {
                moving = true;
                // Karpenter's finalizer may still hold it.
                let _ = store.delete(key, now, &DeleteOptions::default());
            }
        }
        let known: BTreeSet<&str> = cloud.instances().map(|one| one.id.as_str()).collect();
        self.registered.retain(|id| known.contains(id.as_str()));
        self.silent.retain(|id| known.contains(id.as_str()));
        self.next = later(now, if moving { PERIOD } else { REST });
        debug_assert!(self.next.duration_since(now) >= SignedDuration::from_secs(1));
        Some(self.next)
    }
}

fn provider_id(node: &Value) -> Option<&str> {
    node.pointer("/spec/providerID")?.as_str().filter(|id| !id.is_empty())
}

fn is_ready(node: &Value) -> bool {
    let conditions = node.pointer("/status/conditions").and_then(Value::as_array);
    conditions.is_some_and(|list| list.iter().any(|one| one["type"] == "Ready" && one["status"] == "True"))
}
