//! A cluster for the tests: Karpenter, its machines, and as much of scheduler and kubelet as they need.

use crate::sandbox::kubernetes::cloud::{Cloud, Machines, SharedCloud, Zone};
use crate::sandbox::kubernetes::controllers::behaviour::Behaviours;
use crate::sandbox::kubernetes::karpenter::demand::PodDemand;
use crate::sandbox::kubernetes::karpenter::{ALIAS, Karpenter, condition, object, pod};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::pod::PodInfo;
use crate::sandbox::kubernetes::scheduler::selector::labels_of;
use crate::sandbox::kubernetes::scheduler::taint::{Taint, untolerated};
use crate::sandbox::kubernetes::simulation::{ClusterSimulation, Controller};
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// Binds pods to nodes that are ready, says so of those for which there is none; makes nodes ready; ends pods.
struct Rest;

impl Controller for Rest {
    fn name(&self) -> &'static str {
        "rest"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        let nodes: Vec<(ObjectKey, Arc<Value>)> =
            store.list(Resource::Nodes).map(|(key, node)| (key.clone(), Arc::clone(node))).collect();
        for (key, node) in &nodes {
            let fresh = condition::get(node, "Ready").is_some_and(|one| one["reason"] == "KubeletNotReady");
            let created = metadata::creation_timestamp(node).unwrap();
            if fresh && now.duration_since(created) >= SignedDuration::from_secs(30) {
                let _ = store.update(key, now, |node| {
                    let ready = (condition::ConditionStatus::True, "KubeletReady", "kubelet is posting ready status");
                    condition::set(node, &[], "Ready", ready, now);
                    object::remove_taint(node, "node.kubernetes.io/not-ready");
                });
            }
        }
        let pods: Vec<(ObjectKey, Arc<Value>)> =
            store.list(Resource::Pods).map(|(key, one)| (key.clone(), Arc::clone(one))).collect();
        for (key, one) in pods {
            if metadata::deletion_timestamp(&one).is_some_and(|ends| ends <= now) {
                let _ = store.delete(&key, now, &DeleteOptions::now());
            } else if metadata::node_name(&one).is_empty() && !metadata::is_terminating(&one) {
                place(store, &key, &one, now);
            }
        }
        now.checked_add(SignedDuration::from_secs(1)).ok()
    }
}

fn place(store: &mut Store, key: &ObjectKey, one: &Value, now: Timestamp) {
    let info = PodInfo::read(one).unwrap();
    let found = store.list(Resource::Nodes).find_map(|(_, node)| {
        let mut room = PodDemand::read(node.pointer("/status/allocatable"));
        for (_, other) in store.pods_on(metadata::name(node)).filter(|(_, other)| !pod::is_terminal(other)) {
            room.subtract(&PodDemand::of_pod(&PodInfo::read(other)?.requests));
        }
        let taints = Taint::read_all(&node["spec"]["taints"]);
        let fits = condition::is_true(node, "Ready")
            && untolerated(&taints, &info.tolerations).is_none()
            && info.selects(metadata::name(node), &labels_of(node))
            && PodDemand::of_pod(&info.requests).fits(&room);
        fits.then(|| metadata::name(node).to_owned())
    });
    let _ = store.update(key, now, |one| match found {
        Some(node) => {
            one["spec"]["nodeName"] = node.into();
            one["status"] = json!({ "phase": "Running", "startTime": metadata::time(now),
                "conditions": [{ "type": "PodScheduled", "status": "True" }, { "type": "Ready", "status": "True" }] });
        }
        None => {
            one["status"] = json!({ "phase": "Pending",
                "conditions": [{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable" }] });
        }
    });
}

/// The cluster.
pub struct Stage {
    pub store: Store,
    pub cloud: SharedCloud,
    pub simulation: ClusterSimulation,
}

pub fn start() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

pub fn pool(name: &str, extra: &Value) -> Value {
    let mut made = json!({
        "metadata": { "name": name },
        "spec": {
            "template": { "spec": {
                "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default" },
                "expireAfter": "720h",
                "requirements": [
                    { "key": "karpenter.k8s.aws/instance-category", "operator": "In", "values": ["m"] },
                    { "key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"] },
                    { "key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot", "on-demand"] },
                ],
            } },
            "disruption": { "consolidationPolicy": "WhenEmptyOrUnderutilized", "consolidateAfter": "30s",
                "budgets": [{ "nodes": "10%" }] },
        },
    });
    merge(&mut made, extra);
    made
}

/// JSON merge patch.
fn merge(into: &mut Value, from: &Value) {
    match from {
        Value::Object(fields) => {
            for (key, value) in fields {
                merge(&mut into[key], value);
            }
        }
        other => *into = other.clone(),
    }
}

impl Stage {
    /// With one class and these pools.
    pub fn new(pools: &[Value]) -> Self {
        let zone = |letter: &str, third| Zone {
            name: format!("eu-west-1{letter}"),
            id: format!("euw1-az{third}"),
            subnet: format!("subnet-0{third}"),
            network: (0, third),
        };
        let zones = vec![zone("a", 32), zone("b", 64), zone("c", 96)];
        let cloud: SharedCloud = Arc::new(Mutex::new(Cloud::new("eu-west-1", "444455556666", zones, 5)));
        let mut store = Store::new(11);
        let now = start();
        let class = json!({ "metadata": { "name": "default" }, "spec": {
            "role": "node", "amiSelectorTerms": [{ "alias": ALIAS }],
            "subnetSelectorTerms": [{ "tags": { "karpenter.sh/discovery": "test" } }],
            "securityGroupSelectorTerms": [{ "tags": { "karpenter.sh/discovery": "test" } }],
        } });
        store.create(Resource::Ec2NodeClasses, "", class, now).unwrap();
        for pool in pools {
            store.create(Resource::NodePools, "", pool.clone(), now).unwrap();
        }
        let simulation = ClusterSimulation::new(now)
            .with(Machines::new(Arc::clone(&cloud), Behaviours::default()))
            .with(Rest)
            .with(Karpenter::new("test", Arc::clone(&cloud)));
        Self { store, cloud, simulation }
    }

    pub fn pod(&mut self, name: &str, cpu: &str, extra: &Value) {
        let mut made = json!({ "metadata": { "name": name, "labels": { "app": "api" } }, "spec": {
            "terminationGracePeriodSeconds": 30,
            "containers": [{ "name": "api", "resources": { "requests": { "cpu": cpu, "memory": "1Gi" } } }] } });
        merge(&mut made, extra);
        let now = self.simulation.now();
        self.store.create(Resource::Pods, "shop", made, now).unwrap();
    }

    pub fn budget(&mut self, allowed: i64) {
        let now = self.simulation.now();
        let key = ObjectKey::namespaced(Resource::PodDisruptionBudgets, "shop", "api");
        if self.store.contains(&key) {
            self.store.update(&key, now, |one| one["status"]["disruptionsAllowed"] = allowed.into()).unwrap();
            return;
        }
        let made = json!({ "metadata": { "name": "api" },
            "spec": { "minAvailable": 1, "selector": { "matchLabels": { "app": "api" } } },
            "status": { "disruptionsAllowed": allowed, "observedGeneration": 1 } });
        self.store.create(Resource::PodDisruptionBudgets, "shop", made, now).unwrap();
    }

    pub fn advance(&mut self, seconds: i64) {
        let to = self.simulation.now().checked_add(SignedDuration::from_secs(seconds)).unwrap();
        self.simulation.advance(&mut self.store, to);
        assert_eq!(self.simulation.unrest(), []);
    }

    /// Advances in steps of 100 ms as long as it is not so, at most for the seconds given; how long it took.
    pub fn until(&mut self, seconds: i64, so: impl Fn(&Store) -> bool) -> Option<f64> {
        let began = self.simulation.now();
        while !so(&self.store) {
            if self.simulation.now().duration_since(began) > SignedDuration::from_secs(seconds) {
                return None;
            }
            let to = self.simulation.now().checked_add(SignedDuration::from_millis(100)).unwrap();
            self.simulation.advance(&mut self.store, to);
        }
        Some(self.simulation.now().duration_since(began).as_secs_f64())
    }

    pub fn all(&self, resource: Resource) -> Vec<Arc<Value>> {
        self.store.list(resource).map(|(_, one)| Arc::clone(one)).collect()
    }

    /// The messages of events with a reason.
    pub fn said(&self, reason: &str) -> Vec<String> {
        let events = self.all(Resource::Events);
        let of = events.iter().filter(|event| event["reason"] == reason);
        of.map(|event| event["message"].as_str().unwrap().to_owned()).collect()
    }
}

/// Whether there is a claim that is initialized, and none that is not.
pub fn settled(store: &Store) -> bool {
    store.count(Resource::NodeClaims) > 0
        && store.list(Resource::NodeClaims).all(|(_, claim)| condition::is_true(claim, "Initialized"))
        && store.list(Resource::Pods).all(|(_, one)| !metadata::node_name(one).is_empty())
}
