//! What a guarded operation meets: evictions one after the other, cordoned nodes, pods that take their time, autoscalers
//! that undo what somebody did by hand.

use serde_json::{Value, json};

use super::stage::{Stage, at, deployment};
use crate::sandbox::kubernetes::api::ApiRefusal;
use crate::sandbox::kubernetes::controllers::behaviour::Container;
use crate::sandbox::kubernetes::controllers::condition;
use crate::sandbox::kubernetes::eviction::evict;
use crate::sandbox::kubernetes::load::WorkloadDemand;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, metadata};

fn budget(stage: &mut Stage, rule: &Value) {
    let mut spec = rule.clone();
    spec["selector"] = json!({"matchLabels": {"app": "web"}});
    stage.create(Resource::PodDisruptionBudgets, json!({"metadata": {"name": "web"}, "spec": spec}));
}

/// Evicts a pod by name and UID, as a drain does.
fn evicted(stage: &mut Stage, pod: &Value) -> Result<(), ApiRefusal> {
    let options = DeleteOptions { uid: Some(metadata::uid(pod).to_owned()), ..DeleteOptions::default() };
    let (key, now) = (ObjectKey::of(Resource::Pods, pod), stage.now());
    evict(&mut stage.store, &key, now, &options, false)
}

/// Code, and the causes.
fn refused(outcome: Result<(), ApiRefusal>) -> (u16, Value) {
    let refusal = outcome.unwrap_err();
    (refusal.code(), refusal.status()["details"]["causes"].clone())
}

#[test]
fn a_budget_that_never_allows_refuses_for_ever() {
    let mut stage = Stage::new(3);
    stage.create(Resource::Deployments, deployment("web", 3));
    budget(&mut stage, &json!({"maxUnavailable": 0}));
    stage.to(60);
    for second in [60, 61, 600, 7_200] {
        stage.to(second);
        let pod = stage.pods().remove(0);
        let (code, causes) = refused(evicted(&mut stage, &pod));
        assert_eq!((code, &causes[0]["reason"]), (429, &json!("DisruptionBudget")));
        assert_eq!(causes[0]["message"], "The disruption budget web needs 3 healthy pods and has 3 currently");
    }
    assert_eq!(stage.ready(), 3);
}

#[test]
fn a_budget_of_one_lets_the_next_go_when_the_last_is_ready_elsewhere() {
    let mut stage = Stage::new(4);
    stage.create(Resource::Deployments, deployment("web", 3));
    budget(&mut stage, &json!({"maxUnavailable": 1}));
    stage.to(60);
    let leaving = stage.pods();
    let node = metadata::node_name(&leaving[0]).to_owned();
    let now = stage.now();
    let key = ObjectKey::cluster(Resource::Nodes, &node);
    stage.store.update(&key, now, |node| node["spec"]["unschedulable"] = true.into()).unwrap();
    evicted(&mut stage, &leaving[0]).unwrap();
    // At once, and while its replacement starts.
    let mut second = 60;
    let before = |stage: &Stage| {
        stage.pods().iter().filter(|pod| condition::holds(pod, "Ready") && !metadata::is_terminating(pod)).count()
    };
    while before(&stage) < 3 {
        assert_eq!(refused(evicted(&mut stage, &leaving[1])).0, 429, "{second}");
        second += 1;
        stage.to(second);
        assert!(second < 120);
    }
    assert!(second > 60, "a replacement takes time");
    evicted(&mut stage, &leaving[1]).unwrap();
    // Its name is another pod's nowhere, and nothing new came to the cordoned node.
    assert!(stage.pods().iter().all(|pod| metadata::node_name(pod) != node || metadata::is_terminating(pod)));
    stage.to(180);
    assert_eq!(stage.ready(), 3);
    assert!(stage.pods().iter().all(|pod| metadata::node_name(pod) != node));
}

#[test]
fn a_cordoned_node_gets_daemons_alone() {
    let mut stage = Stage::new(1);
    let key = ObjectKey::cluster(Resource::Nodes, "ip-10-0-0-0");
    stage.store.update(&key, at(0), |node| node["spec"]["unschedulable"] = true.into()).unwrap();
    stage.create(Resource::Deployments, deployment("web", 1));
    let agent = json!({"metadata": {"name": "agent"}, "spec": {"selector": {"matchLabels": {"app": "agent"}},
        "template": {"metadata": {"labels": {"app": "agent"}}, "spec": {"containers": [{"name": "agent", "image": "agent:1"}]}}}});
    stage.create(Resource::DaemonSets, agent);
    stage.to(300);
    let here: Vec<String> = stage
        .pods()
        .iter()
        .filter(|pod| !metadata::node_name(pod).is_empty())
        .map(|pod| metadata::label(pod, "app").unwrap().to_owned())
        .collect();
    assert_eq!(here, ["agent"]);
    let now = stage.now();
    stage.store.update(&key, now, |node| node["spec"]["unschedulable"] = false.into()).unwrap();
    stage.to(700);
    assert_eq!(stage.ready(), 2);
}

#[test]
fn an_evicted_pod_ends_when_its_grace_does_and_not_before_its_finalizers() {
    let mut stage = Stage::new(2);
    let mut web = deployment("web", 1);
    web["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 900.into();
    web["spec"]["template"]["metadata"]["finalizers"] = json!(["example.com/flush"]);
    stage.create(Resource::Deployments, web);
    stage.behaviours.set_pods("shop", "web", Some(Container::IgnoresTerm));
    stage.to(60);
    let pod = stage.pods().remove(0);
    let key = ObjectKey::of(Resource::Pods, &pod);
    stage.store.update(&key, at(60), |pod| pod["metadata"]["finalizers"] = json!(["example.com/flush"])).unwrap();
    evicted(&mut stage, &pod).unwrap();
    stage.to(959);
    let ending = stage.store.get(&key).unwrap();
    assert_eq!(ending["metadata"]["deletionTimestamp"], metadata::time(at(960)));
    let running = |pod: &Value| !pod["status"]["containerStatuses"][0]["state"]["running"].is_null();
    assert!(running(ending), "it has its whole grace");
    // Whoever evicts it again is told that it is so already.
    evicted(&mut stage, &pod).unwrap();
    stage.to(1_200);
    let held = stage.store.get(&key).unwrap();
    assert!(!running(held) && metadata::is_terminating(held));
    let now = stage.now();
    stage.store.update(&key, now, |pod| pod["metadata"]["finalizers"] = json!([])).unwrap();
    assert!(!stage.store.contains(&key));
    // Another pod has the name of none: the UID would say so.
    assert_eq!(evicted(&mut stage, &pod).unwrap_err().code(), 404);
}

#[test]
fn a_pod_of_a_stateful_set_that_came_back_under_its_name_is_another() {
    let mut stage = Stage::new(2);
    let set = json!({"metadata": {"name": "db"}, "spec": {"replicas": 1, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}},
        "template": {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [{"name": "db", "image": "db:1"}]}}}});
    stage.create(Resource::StatefulSets, set);
    stage.to(60);
    let first = stage.get(Resource::Pods, "db-0");
    evicted(&mut stage, &first).unwrap();
    stage.to(120);
    assert_ne!(metadata::uid(&stage.get(Resource::Pods, "db-0")), metadata::uid(&first));
    assert_eq!(evicted(&mut stage, &first).unwrap_err().code(), 409);
    assert_eq!(stage.ready(), 1);
}

#[test]
fn an_autoscaler_takes_replicas_back_to_its_bounds_and_to_what_it_measures() {
    let mut stage = Stage::new(6);
    stage.create(Resource::Deployments, deployment("web", 4));
    stage.create(Resource::HorizontalPodAutoscalers, json!({"metadata": {"name": "web"}, "spec": {"minReplicas": 2, "maxReplicas": 8,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}]}}));
    // 600 milli-CPUs over four pods of 250: 60 %.
    stage.load.set_demand("shop", "web", WorkloadDemand { peak_milli_cpu: 600.0, trough: 1.0, memory: None });
    stage.to(600);
    let replicas = |stage: &Stage| stage.get(Resource::Deployments, "web")["spec"]["replicas"].as_i64().unwrap();
    assert_eq!(replicas(&stage), 4);
    let mut by_hand = |second: i64, wish: i64, most: i64| {
        stage.update(Resource::Deployments, "web", |web| web["spec"]["replicas"] = wish.into());
        assert_eq!(replicas(&stage), wish);
        stage.to(second);
        stage.to(second + most);
        replicas(&stage)
    };
    // Beyond the bounds: within one sync.
    assert_eq!(by_hand(600, 12, 16), 8);
    assert_eq!(by_hand(616, 1, 16), 2);
    // Within them: by what the pods use.
    assert_eq!(by_hand(632, 7, 700), 4);
    // New bounds hold at the next sync.
    stage.update(Resource::HorizontalPodAutoscalers, "web", |web| web["spec"]["minReplicas"] = 6.into());
    let now = stage.now().as_second() - at(0).as_second();
    stage.to(now + 16);
    assert_eq!(replicas(&stage), 6);
    stage.update(Resource::HorizontalPodAutoscalers, "web", |web| {
        web["spec"]["minReplicas"] = 1.into();
        web["spec"]["maxReplicas"] = 3.into();
    });
    stage.to(now + 32);
    assert_eq!(replicas(&stage), 3);
    // A target of no replicas is let be.
    stage.update(Resource::Deployments, "web", |web| web["spec"]["replicas"] = 0.into());
    stage.to(now + 300);
    assert_eq!(
        (replicas(&stage), stage.condition(Resource::HorizontalPodAutoscalers, "web", "ScalingActive").1),
        (0, "ScalingDisabled".into())
    );
}
