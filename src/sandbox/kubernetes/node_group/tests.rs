//! A node group that grows, shrinks, and cannot.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::sandbox::kubernetes::cloud::{Cloud, JoinFailure, Machines, SharedCloud, Shortage, State};
use crate::sandbox::kubernetes::controllers::behaviour::{Behaviours, Container};
use crate::sandbox::kubernetes::controllers::{condition, standard};
use crate::sandbox::kubernetes::load::ClusterLoad;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::ClusterSimulation;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

const SITE: ClusterSite = ClusterSite::Development;

struct Stage {
    store: Store,
    cloud: SharedCloud,
    simulation: ClusterSimulation,
    behaviours: Behaviours,
    group: SharedNodeGroup,
}

fn start() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

impl Stage {
    fn new() -> Self {
        let mut cloud = Cloud::new(SITE.region(), SITE.account(), SITE.zones(), SITE.seed());
        let (mut store, group) = (Store::new(7), SharedNodeGroup::new(SITE));
        system_group::plant(&mut store, &mut cloud, SITE, start());
        let cloud: SharedCloud = Arc::new(Mutex::new(cloud));
        let (behaviours, load) = (Behaviours::default(), ClusterLoad::new(7));
        let simulation = standard(start(), 7, &behaviours, &load)
            .with(Machines::new(Arc::clone(&cloud), behaviours.clone()))
            .with(GroupScaling::new(group.clone(), Arc::clone(&cloud)));
        let mut stage = Self { store, cloud, simulation, behaviours, group };
        stage.advance(60);
        stage
    }

    fn now(&self) -> Timestamp {
        self.simulation.now()
    }

    fn advance(&mut self, seconds: i64) {
        let to = self.now().checked_add(SignedDuration::from_secs(seconds)).unwrap();
        self.simulation.advance(&mut self.store, to);
        assert_eq!(self.simulation.unrest(), []);
    }

    /// Until the update has ended; how long it took, seconds.
    fn until_ended(&mut self, most: i64) -> i64 {
        let began = self.now();
        while self.group.lock().is_updating() {
            self.advance(1);
            assert!(self.now().duration_since(began).as_secs() <= most, "{:?}", self.group.lock());
        }
        self.now().duration_since(began).as_secs()
    }

    fn desire(&self, desired: i32) -> GroupUpdate {
        let wish = GroupWish { min: Some(desired.min(2)), desired: Some(desired), ..GroupWish::default() };
        self.group.lock().begin(wish, None, self.now()).unwrap()
    }

    fn state(&self) -> UpdateState {
        self.group.lock().updates().last().unwrap().state.clone()
    }

    fn nodes(&self) -> Vec<Value> {
        self.store.list(Resource::Nodes).map(|(_, node)| Value::clone(node)).collect()
    }

    fn names(&self) -> Vec<String> {
        self.nodes().iter().map(|node| metadata::name(node).to_owned()).collect()
    }

    /// Pods that live on the group, one on each of its nodes at most, behind a budget.
    fn deployment(&mut self, replicas: i64, budget: &Value) {
        let labels = json!({"app": "web"});
        let spread = json!([{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": labels}}]);
        let web = json!({"metadata": {"name": "web"}, "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {
                "nodeSelector": {system_group::GROUP: system_group::NAME}, "topologySpreadConstraints": spread,
                "tolerations": [{"key": system_group::TAINT.0, "operator": "Exists"}],
                "containers": [{"name": "app", "image": "web:1"}]}}}});
        let daemon = json!({"metadata": {"name": "agent"}, "spec": {"selector": {"matchLabels": {"app": "agent"}},
            "template": {"metadata": {"labels": {"app": "agent"}}, "spec": {"tolerations": [{"operator": "Exists"}],
                "containers": [{"name": "agent", "image": "agent:1"}]}}}});
        let mut spec = budget.clone();
        spec["selector"] = json!({"matchLabels": labels});
        let now = self.now();
        for (kind, object) in [
            (Resource::Deployments, web),
            (Resource::DaemonSets, daemon),
            (Resource::PodDisruptionBudgets, json!({"metadata": {"name": "web"}, "spec": spec})),
        ] {
            self.store.create(kind, "shop", object, now).unwrap();
        }
        self.advance(60);
    }

    fn pods(&self, app: &str) -> Vec<Value> {
        let pods = self.store.in_namespace(Resource::Pods, "shop").map(|(_, pod)| Value::clone(pod));
        pods.filter(|pod| metadata::label(pod, "app") == Some(app)).collect()
    }

    fn ready(&self, app: &str) -> usize {
        self.pods(app).iter().filter(|pod| condition::holds(pod, "Ready") && !metadata::is_terminating(pod)).count()
    }
}

fn wish(min: i32, max: i32, desired: i32) -> GroupWish {
    let some = |value: i32| (value >= 0).then_some(value);
    GroupWish { min: some(min), max: some(max), desired: some(desired) }
}

#[test]
fn sizes_that_cannot_be_are_refused_in_the_words_of_eks() {
    for (wish, words) in [
        (wish(3, -1, -1), "Minimum capacity 3 can't be greater than desired size 2"),
        (wish(-1, -1, 1), "Minimum capacity 2 can't be greater than desired size 1"),
        (wish(-1, -1, 5), "desiredSize can't be greater than maxSize"),
        (wish(-1, 1, -1), "desiredSize can't be greater than maxSize"),
        (wish(-1, 451, -1), "maxSize can't be greater than 450"),
    ] {
        let refused = NodeGroup::new(SITE).begin(wish, None, start()).unwrap_err();
        assert_eq!(refused, GroupRefusal::Invalid(words.into()));
    }
    let none = GroupWish { max: Some(0), desired: Some(0), min: Some(0) };
    let Err(GroupRefusal::Invalid(words)) = NodeGroup::new(SITE).begin(none, None, start()) else { panic!("begun") };
    assert!(words.ends_with(
        "'scalingConfig.maxSize' failed to satisfy constraint: Member must have value greater than or equal to 1"
    ));
    let zero = wish(0, 1, 0);
    assert_eq!(
        NodeGroup::new(SITE).begin(zero, None, start()).unwrap().sizes,
        GroupSizes { min: 0, max: 1, desired: 0 }
    );
}

#[test]
fn one_update_runs_at_a_time_and_a_token_finds_its_own_again() {
    let mut group = NodeGroup::new(SITE);
    assert_eq!((group.status(), group.sizes()), ("ACTIVE", GroupSizes { min: 2, max: 4, desired: 2 }));
    let three = wish(-1, -1, 3);
    let begun = group.begin(three, Some("a"), start()).unwrap();
    assert_eq!((group.status(), group.sizes().desired), ("UPDATING", 3));
    assert_eq!(group.begin(three, Some("a"), start()).unwrap(), begun);
    assert!(matches!(group.begin(wish(-1, -1, 4), Some("a"), start()), Err(GroupRefusal::Invalid(_))));
    assert_eq!(group.begin(three, Some("b"), start()).unwrap_err(), GroupRefusal::InUse);
    assert_eq!(group.begin(three, None, start()).unwrap_err(), GroupRefusal::InUse);
    assert_eq!(group.updates().len(), 1);
    group.end(UpdateState::Successful, start());
    let again = group.begin(three, None, start()).unwrap();
    assert_ne!(again.id, begun.id);
    assert_eq!(group.begin(three, Some("a"), start()).unwrap().state, UpdateState::Successful);
}

#[test]
fn a_group_grows_by_nodes_that_join_after_a_minute() {
    let mut stage = Stage::new();
    stage.desire(4);
    stage.advance(10);
    assert_eq!((stage.nodes().len(), stage.state()), (2, UpdateState::InProgress));
    let took = stage.until_ended(300);
    assert!((55..=120).contains(&took), "{took}");
    assert_eq!(stage.state(), UpdateState::Successful);
    assert_eq!(stage.group.lock().status(), "ACTIVE");
    let nodes = stage.nodes();
    assert_eq!(nodes.len(), 4);
    for node in &nodes {
        assert!(condition::holds(node, "Ready"));
        assert_eq!(metadata::label(node, system_group::GROUP), Some(system_group::NAME));
        let taints = node["spec"]["taints"].as_array().unwrap();
        assert_eq!((taints.len(), &taints[0]["key"]), (1, &json!(system_group::TAINT.0)), "{taints:?}");
    }
    // Two in one zone at most: Auto Scaling balances.
    let zone = |node: &Value| metadata::label(node, "topology.kubernetes.io/zone").unwrap().to_owned();
    let mut zones: Vec<String> = nodes.iter().map(zone).collect();
    zones.sort();
    zones.dedup();
    assert_eq!(zones.len(), 3);
}

#[test]
fn bounds_alone_change_no_node() {
    let mut stage = Stage::new();
    let before = stage.names();
    stage.group.lock().begin(wish(1, 8, -1), None, start()).unwrap();
    let took = stage.until_ended(60);
    assert!(took <= 60 && stage.state() == UpdateState::Successful);
    assert_eq!(stage.names(), before);
}

#[test]
fn a_group_shrinks_by_a_drain_that_honours_budgets() {
    let mut stage = Stage::new();
    stage.desire(3);
    stage.until_ended(300);
    stage.deployment(3, &json!({"maxUnavailable": 1}));
    assert_eq!(stage.ready("web"), 3);
    let before = stage.names();
    stage.desire(2);
    stage.advance(10);
    let cordoned: Vec<Value> = stage.nodes().into_iter().filter(|node| node["spec"]["unschedulable"] == true).collect();
    assert_eq!(cordoned.len(), 1, "AWS chooses one");
    let gone = metadata::name(&cordoned[0]).to_owned();
    let began = stage.now();
    while stage.group.lock().is_updating() {
        stage.advance(1);
        assert!(stage.ready("web") >= 2, "the budget holds");
        assert!(stage.now().duration_since(began).as_secs() < 300);
    }
    assert_eq!(stage.state(), UpdateState::Successful);
    // The cloud controller takes the node when its kubelet has been silent for a while.
    stage.advance(120);
    assert!(before.contains(&gone) && !stage.names().contains(&gone));
    assert_eq!((stage.ready("web"), stage.ready("agent")), (3, 2));
    assert_eq!(stage.cloud.lock().unwrap().instances().filter(|one| one.state == State::Running).count(), 2);
}

#[test]
fn a_budget_that_never_allows_holds_a_node_for_fifteen_minutes() {
    let mut stage = Stage::new();
    stage.deployment(2, &json!({"maxUnavailable": 0}));
    stage.desire(1);
    stage.advance(14 * 60);
    assert_eq!((stage.state(), stage.ready("web")), (UpdateState::InProgress, 2));
    assert_eq!(stage.group.lock().status(), "UPDATING");
    stage.advance(4 * 60);
    assert_eq!(stage.state(), UpdateState::Successful);
    assert_eq!(stage.nodes().len(), 1);
    // Its pod is gone with it, and comes up where there is room.
    stage.advance(120);
    assert_eq!(stage.ready("web"), 2);
}

#[test]
fn a_pod_with_a_long_grace_is_waited_for_as_long() {
    let mut stage = Stage::new();
    stage.deployment(2, &json!({"maxUnavailable": 1}));
    stage.behaviours.set_pods("shop", "web", Some(Container::IgnoresTerm));
    let now = stage.now();
    let key = ObjectKey::namespaced(Resource::Deployments, "shop", "web");
    stage
        .store
        .update(&key, now, |web| web["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 300.into())
        .unwrap();
    stage.advance(700);
    stage.desire(1);
    stage.advance(240);
    let ending: Vec<Value> = stage.pods("web").into_iter().filter(metadata::is_terminating).collect();
    assert_eq!((ending.len(), stage.state()), (1, UpdateState::InProgress));
    let took = stage.until_ended(300);
    assert!(took < 200, "{took}");
}

#[test]
fn without_capacity_the_update_fails_and_the_group_is_degraded_until_it_has_grown() {
    let mut stage = Stage::new();
    let shortage = Shortage {
        types: system_group::INSTANCE_TYPE.to_owned(),
        zone: None,
        capacity_type: None,
        from: start(),
        until: None,
    };
    stage.cloud.lock().unwrap().shortages.push(shortage);
    stage.desire(3);
    stage.advance(60);
    let issues = stage.group.lock().issues().to_vec();
    assert_eq!((issues[0].code, stage.group.lock().status()), ("AsgInstanceLaunchFailures", "UPDATING"));
    assert!(
        issues[0].message.starts_with("Could not launch On-Demand Instances. InsufficientInstanceCapacity - We currently do not have sufficient m6i.large capacity"),
        "{issues:?}"
    );
    assert_eq!(issues[0].resources, [stage.group.lock().auto_scaling_group()]);
    let took = stage.until_ended(1_000);
    assert!((895..=910).contains(&took), "{took}");
    let UpdateState::Failed(trouble) = stage.state() else { panic!("{:?}", stage.state()) };
    assert_eq!((trouble.code, trouble.message), ("NodeCreationFailure", issues[0].message.clone()));
    let group = stage.group.lock().clone();
    assert_eq!((group.status(), group.sizes().desired), ("DEGRADED", 3));
    // Back to what it was: the update is done, the group no healthier.
    stage.desire(2);
    stage.until_ended(120);
    assert_eq!((stage.state(), stage.group.lock().status()), (UpdateState::Successful, "DEGRADED"));
    stage.cloud.lock().unwrap().shortages.clear();
    stage.desire(3);
    stage.until_ended(300);
    assert_eq!((stage.state(), stage.group.lock().status()), (UpdateState::Successful, "ACTIVE"));
    assert_eq!(stage.nodes().len(), 3);
}

#[test]
fn another_zone_is_taken_where_one_has_none() {
    let mut stage = Stage::new();
    let zone = SITE.zones()[2].name.clone();
    stage.cloud.lock().unwrap().shortages.push(Shortage {
        types: String::new(),
        zone: Some(zone.clone()),
        capacity_type: None,
        from: start(),
        until: None,
    });
    stage.desire(3);
    stage.until_ended(300);
    assert_eq!(stage.state(), UpdateState::Successful);
    let there = |node: &Value| metadata::label(node, "topology.kubernetes.io/zone") == Some(zone.as_str());
    assert!(!stage.nodes().iter().any(there));
}

#[test]
fn instances_that_never_join_fail_the_update_and_are_named() {
    let mut stage = Stage::new();
    let failure = JoinFailure { pool: Some(system_group::NAME.to_owned()), from: start(), until: None };
    stage.cloud.lock().unwrap().join_failures.push(failure);
    stage.desire(3);
    let took = stage.until_ended(1_000);
    assert!((955..=970).contains(&took), "{took}");
    let UpdateState::Failed(trouble) = stage.state() else { panic!("{:?}", stage.state()) };
    assert_eq!(trouble.code, "NodeCreationFailure");
    assert_eq!(trouble.message, "Instances failed to join the kubernetes cluster");
    let [id] = trouble.resources.as_slice() else { panic!("{trouble:?}") };
    assert!(id.starts_with("i-0"), "{id}");
    assert_eq!((stage.nodes().len(), stage.group.lock().status()), (2, "DEGRADED"));
}

#[test]
fn an_update_of_later_does_not_change_what_was_before() {
    let mut stage = Stage::new();
    let later = stage.now().checked_add(SignedDuration::from_mins(10)).unwrap();
    stage.group.lock().begin(wish(-1, -1, 4), None, later).unwrap();
    stage.advance(590);
    assert_eq!((stage.nodes().len(), stage.state()), (2, UpdateState::InProgress));
    stage.advance(200);
    assert_eq!((stage.nodes().len(), stage.state()), (4, UpdateState::Successful));
}
