//! The scheduler over a store, and over random worlds.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::filter::Prepared;
use super::*;
use crate::sandbox::kubernetes::simulation::ClusterSimulation;
use crate::sandbox::kubernetes::store::metadata;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_776_800 + second).unwrap()
}

fn node(name: &str, zone: &str, cpu: &str, pods: i64) -> Value {
    json!({"metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}},
        "spec": {}, "status": {"allocatable": {"cpu": cpu, "memory": "16Gi", "pods": pods.to_string()}}})
}

fn pod(name: &str, cpu: &str) -> Value {
    json!({"metadata": {"name": name, "labels": {"app": "web"}}, "status": {"phase": "Pending"},
        "spec": {"containers": [{"name": "app", "image": "web:1", "resources": {"requests": {"cpu": cpu, "memory": "128Mi"}}}]}})
}

struct Stage {
    store: Store,
    simulation: ClusterSimulation,
}

impl Stage {
    fn new() -> Self {
        Self { store: Store::new(1), simulation: ClusterSimulation::new(at(0)).with(Scheduler::new(1)) }
    }

    fn node(&mut self, node: Value) -> &mut Self {
        self.store.create(Resource::Nodes, "", node, self.simulation.now()).unwrap();
        self
    }

    fn pod(&mut self, pod: Value) -> &mut Self {
        self.store.create(Resource::Pods, "shop", pod, self.simulation.now()).unwrap();
        self
    }

    fn to(&mut self, second: i64) -> &mut Self {
        self.simulation.advance(&mut self.store, at(second));
        self
    }

    fn get(&self, pod: &str) -> Value {
        Value::clone(self.store.get(&ObjectKey::namespaced(Resource::Pods, "shop", pod)).unwrap())
    }

    fn on(&self, pod: &str) -> String {
        metadata::node_name(&self.get(pod)).to_owned()
    }

    fn message(&self, pod: &str) -> String {
        condition::of(&self.get(pod), "PodScheduled").unwrap()["message"].as_str().unwrap_or_default().to_owned()
    }
}

#[test]
fn the_sentence_names_every_reason_as_upstream_does() {
    let mut stage = Stage::new();
    for index in 0..3 {
        stage.node(node(&format!("small-{index}"), "a", "2", 58));
    }
    let mut tainted = node("tainted", "a", "8", 58);
    tainted["spec"]["taints"] = json!([{"key": "team", "value": "data", "effect": "NoSchedule"}]);
    let mut cordoned = node("cordoned", "a", "8", 58);
    cordoned["spec"]["unschedulable"] = true.into();
    stage.node(tainted).node(cordoned).node(node("full", "b", "8", 0));
    stage.pod(pod("web", "4")).to(1);
    assert_eq!(
        stage.message("web"),
        "0/6 nodes are available: 1 Too many pods, 1 node(s) had untolerated taint {team: data}, 1 node(s) were unschedulable, \
         3 Insufficient cpu. preemption: 0/6 nodes are available: 6 Preemption is not helpful for scheduling."
    );
    let (_, event) = stage.store.list(Resource::Events).next().unwrap();
    assert_eq!(
        (&event["reason"], &event["reportingComponent"]),
        (&json!("FailedScheduling"), &json!("default-scheduler"))
    );
    assert_eq!(condition::of(&stage.get("web"), "PodScheduled").unwrap()["reason"], "Unschedulable");
}

#[test]
fn a_pod_that_would_fit_an_empty_node_says_so_of_preemption() {
    let mut stage = Stage::new();
    stage.node(node("one", "a", "2", 58)).pod(pod("first", "1500m")).to(1);
    assert_eq!(stage.on("first"), "one");
    stage.pod(pod("second", "1")).to(2);
    assert_eq!(
        stage.message("second"),
        "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for \
         incoming pod."
    );
    let key = ObjectKey::namespaced(Resource::Pods, "shop", "first");
    stage.store.delete(&key, at(2), &crate::sandbox::kubernetes::store::DeleteOptions::now()).unwrap();
    stage.to(60);
    assert_eq!(stage.on("second"), "one");
}

#[test]
fn a_repeated_failure_is_one_series() {
    let mut stage = Stage::new();
    stage.node(node("one", "a", "2", 58)).pod(pod("large", "4")).to(1).to(700);
    let events: Vec<Value> = stage.store.list(Resource::Events).map(|(_, event)| Value::clone(event)).collect();
    assert_eq!(events.len(), 1);
    assert!(events[0]["series"]["count"].as_i64().unwrap() >= 2, "{}", events[0]);
}

#[test]
fn without_nodes_there_is_a_sentence_of_its_own() {
    let mut stage = Stage::new();
    stage.pod(pod("web", "1")).to(1);
    assert_eq!(stage.message("web"), "no nodes available to schedule pods");
    stage.node(node("one", "a", "2", 58)).to(15);
    assert_eq!(stage.on("web"), "one");
}

#[test]
fn hard_spreads_hold_by_zone() {
    let mut stage = Stage::new();
    stage.node(node("a1", "a", "8", 58)).node(node("b1", "b", "8", 58));
    let mut full = node("c1", "c", "1", 58);
    full["spec"]["unschedulable"] = true.into();
    stage.node(full);
    let spread = json!([{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}}}]);
    for index in 0..3 {
        let mut pod = pod(&format!("web-{index}"), "100m");
        pod["spec"]["topologySpreadConstraints"] = spread.clone();
        stage.pod(pod);
    }
    stage.to(1);
    let mut zones = [stage.on("web-0"), stage.on("web-1")];
    zones.sort();
    assert_eq!(zones, ["a1", "b1"]);
    // The cordoned zone counts with none: nobody else may go anywhere.
    assert_eq!(
        stage.message("web-2"),
        "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match pod topology spread constraints. \
         preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for \
         incoming pod."
    );
}

#[test]
fn anti_affinity_holds_both_ways() {
    let mut stage = Stage::new();
    stage.node(node("one", "a", "8", 58));
    let term = json!({"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": "kubernetes.io/hostname"});
    let mut alone = pod("alone", "100m");
    alone["spec"]["affinity"] = json!({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}});
    stage.pod(alone.clone()).to(1);
    alone["metadata"]["name"] = "again".into();
    stage.pod(alone).pod(pod("plain", "100m")).to(2);
    assert!(
        stage.message("again").contains("1 node(s) didn't match pod anti-affinity rules."),
        "{}",
        stage.message("again")
    );
    assert!(stage.message("plain").contains("1 node(s) didn't satisfy existing pods anti-affinity rules."));
    stage.node(node("two", "a", "8", 58)).to(20);
    assert_eq!([stage.on("again"), stage.on("plain")].iter().filter(|node| *node == "two").count(), 1);
}

#[test]
fn a_pod_of_higher_priority_makes_room() {
    let mut stage = Stage::new();
    stage.node(node("one", "a", "2", 58)).pod(pod("low", "1500m")).to(1);
    let mut high = pod("high", "1");
    high["spec"]["priority"] = 1000.into();
    stage.pod(high).to(2);
    assert!(metadata::is_terminating(&stage.get("low")));
    assert!(condition::holds(&stage.get("low"), "DisruptionTarget"));
    assert_eq!(stage.get("high")["status"]["nominatedNodeName"], "one");
    let key = ObjectKey::namespaced(Resource::Pods, "shop", "low");
    stage.store.delete(&key, at(3), &crate::sandbox::kubernetes::store::DeleteOptions::now()).unwrap();
    // The room is kept for it.
    stage.pod(pod("thief", "1500m")).to(20);
    assert_eq!((stage.on("high").as_str(), stage.on("thief").as_str()), ("one", ""));
}

/// A random world: nodes with labels, taints and cordons, pods with every kind of constraint.
fn worlds() -> impl Strategy<Value = (Vec<Value>, Vec<Value>)> {
    let node = (0..3_usize, 1..9_i64, 0..6_i64, 0..4_u8).prop_map(|(zone, cpu, pods, kind)| {
        let mut node = node("x", ["a", "b", "c"][zone], &cpu.to_string(), pods);
        match kind {
            0 => node["spec"]["unschedulable"] = true.into(),
            1 => node["spec"]["taints"] = json!([{"key": "team", "value": "data", "effect": "NoSchedule"}]),
            2 => node["metadata"]["labels"]["disk"] = "ssd".into(),
            _ => {}
        }
        node
    });
    let pod = (1..5_000_i64, 0..8_u8, 0..3_u8, any::<bool>()).prop_map(|(cpu, kind, app, tolerant)| {
        let mut pod = pod("x", &format!("{cpu}m"));
        let app = ["web", "api", "db"][usize::from(app)];
        pod["metadata"]["labels"]["app"] = app.into();
        let selector = json!({"matchLabels": {"app": app}});
        let term = |key: &str| json!({"labelSelector": selector, "topologyKey": key});
        match kind {
            0 => pod["spec"]["nodeSelector"] = json!({"disk": "ssd"}),
            1 => {
                pod["spec"]["topologySpreadConstraints"] = json!([{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone",
                    "whenUnsatisfiable": "DoNotSchedule", "labelSelector": selector}]);
            }
            2 => {
                pod["spec"]["affinity"] = json!({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term("kubernetes.io/hostname")]}});
            }
            3 => {
                pod["spec"]["affinity"] = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                    {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "NotIn", "values": ["a"]}]}]}}});
            }
            4 => pod["spec"]["priority"] = 100.into(),
            5 => {
                pod["spec"]["affinity"] = json!({"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term("topology.kubernetes.io/zone")]}});
            }
            6 => pod["spec"]["containers"][0]["ports"] = json!([{"containerPort": 80, "hostPort": 8080}]),
            _ => {}
        }
        if tolerant {
            pod["spec"]["tolerations"] = json!([{"key": "team", "operator": "Exists"}]);
        }
        pod
    });
    (proptest::collection::vec(node, 1..8), proptest::collection::vec(pod, 1..30))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// No pod is bound where its constraints forbid it, and no node gives more than it has. Each binding is checked
    /// against the world before it, which is read anew from the store.
    #[test]
    fn nobody_is_where_he_may_not_be((nodes, pods) in worlds()) {
        let mut stage = Stage::new();
        for (index, mut node) in nodes.into_iter().enumerate() {
            let name = format!("node-{index}");
            node["metadata"]["name"] = name.clone().into();
            node["metadata"]["labels"]["kubernetes.io/hostname"] = name.into();
            stage.node(node);
        }
        for (index, mut pod) in pods.into_iter().enumerate() {
            pod["metadata"]["name"] = format!("pod-{index:02}").into();
            let before: Vec<Value> = stage.store.list(Resource::Pods).map(|(_, pod)| Value::clone(pod)).collect();
            stage.pod(pod);
            let now = stage.simulation.now().as_second() - at(0).as_second();
            stage.to(now + 1);
            let name = format!("pod-{index:02}");
            let on = stage.on(&name);
            let mut world = SchedulingWorld::default();
            stage.store.list(Resource::Nodes).for_each(|(_, node)| { world.put_node(NodeInfo::read(node).unwrap()); });
            for pod in &before {
                let info = PodInfo::read(pod).unwrap();
                if info.node.is_some() && info.name.as_ref() != name {
                    world.put_pod(info);
                }
            }
            let info = PodInfo::read(&stage.get(&name)).unwrap();
            let free = PodInfo { node: None, ..info };
            if !on.is_empty() {
                // Waiting pods may have been bound in the same moment before or after it: those that were there before
                // must leave it its place.
                let node = world.node(&on).unwrap();
                let verdict = Prepared::new(&free, &world).check(node, &Resources::default(), 0);
                let same_moment = stage.store.list(Resource::Pods).filter(|(_, pod)| !metadata::node_name(pod).is_empty()).count();
                let bound_before = before.iter().filter(|pod| !metadata::node_name(pod).is_empty()).count();
                if same_moment == bound_before + 1 {
                    prop_assert!(verdict.is_ok(), "{name} on {on}: {verdict:?}");
                }
            }
            for (key, node) in stage.store.list(Resource::Nodes) {
                let info = NodeInfo::read(node).unwrap();
                let mut used = Resources::default();
                let mut count = 0;
                for (_, pod) in stage.store.pods_on(&key.name) {
                    used.add(&PodInfo::read(pod).unwrap().requests);
                    count += 1;
                }
                prop_assert!(used.fits_in(&info.allocatable), "{} over", key.name);
                prop_assert!(count <= info.max_pods);
            }
        }
    }
}
