//! A cluster for a test.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::kubernetes::controllers::behaviour::Behaviours;
use crate::sandbox::kubernetes::controllers::{condition, standard};
use crate::sandbox::kubernetes::load::ClusterLoad;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::ClusterSimulation;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

pub struct Stage {
    pub store: Store,
    pub simulation: ClusterSimulation,
    pub behaviours: Behaviours,
    pub load: ClusterLoad,
}

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_776_800 + second).unwrap()
}

pub fn deployment(name: &str, replicas: i64) -> Value {
    json!({"metadata": {"name": name}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [
            {"name": "app", "image": format!("{name}:1"), "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}}}]}}}})
}

impl Stage {
    pub fn new(nodes: usize) -> Self {
        let (behaviours, load) = (Behaviours::default(), ClusterLoad::new(1));
        let simulation = standard(at(0), 1, &behaviours, &load);
        let mut stage = Self { store: Store::new(1), simulation, behaviours, load };
        for index in 0..nodes {
            stage.node(&format!("ip-10-0-0-{index}"), ["a", "b", "c"][index % 3]);
        }
        stage
    }

    pub fn now(&self) -> Timestamp {
        self.simulation.now()
    }

    pub fn node(&mut self, name: &str, zone: &str) {
        let mut node = json!({"metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}},
            "spec": {"providerID": format!("aws:///{zone}/{name}")},
            "status": {"allocatable": {"cpu": "7910m", "memory": "30Gi", "pods": "58"},
                "addresses": [{"type": "InternalIP", "address": "10.0.3.7"}]}});
        condition::set(
            &mut node,
            &condition::ObjectCondition {
                kind: "Ready",
                status: "True",
                reason: "KubeletReady",
                message: "kubelet is posting ready status",
            },
            at(-600),
        );
        let now = self.now();
        self.store.create(Resource::Nodes, "", node, now).unwrap();
    }

    pub fn create(&mut self, kind: Resource, object: Value) {
        let now = self.now();
        self.store.create(kind, "shop", object, now).unwrap();
    }

    pub fn update(&mut self, kind: Resource, name: &str, change: impl FnOnce(&mut Value)) {
        let now = self.now();
        self.store.update(&ObjectKey::namespaced(kind, "shop", name), now, change).unwrap();
    }

    pub fn to(&mut self, second: i64) -> &mut Self {
        self.simulation.advance(&mut self.store, at(second));
        assert!(self.simulation.unrest().is_empty(), "{:?}", self.simulation.unrest());
        self
    }

    pub fn get(&self, kind: Resource, name: &str) -> Value {
        Value::clone(self.store.get(&ObjectKey::namespaced(kind, "shop", name)).unwrap())
    }

    pub fn pods(&self) -> Vec<Value> {
        self.store.in_namespace(Resource::Pods, "shop").map(|(_, pod)| Value::clone(pod)).collect()
    }

    pub fn ready(&self) -> usize {
        self.pods().iter().filter(|pod| condition::holds(pod, "Ready")).count()
    }

    /// Reasons and messages of the events about an object whose name begins so.
    pub fn said(&self, about: &str) -> Vec<String> {
        let events = self.store.list(Resource::Events).map(|(_, event)| event);
        let about =
            events.filter(|event| event["involvedObject"]["name"].as_str().unwrap_or_default().starts_with(about));
        about
            .map(|event| {
                format!(
                    "{}: {}",
                    event["reason"].as_str().unwrap_or_default(),
                    event["message"].as_str().unwrap_or_default()
                )
            })
            .collect()
    }

    pub fn condition(&self, kind: Resource, name: &str, condition: &str) -> (String, String) {
        let object = self.get(kind, name);
        let found = condition::of(&object, condition).cloned().unwrap_or_default();
        (
            found["status"].as_str().unwrap_or_default().to_owned(),
            found["reason"].as_str().unwrap_or_default().to_owned(),
        )
    }

    pub fn names(&self) -> Vec<String> {
        self.pods().iter().map(|pod| metadata::name(pod).to_owned()).collect()
    }
}
