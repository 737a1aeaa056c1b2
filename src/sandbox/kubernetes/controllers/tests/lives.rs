//! Pods that crash, nodes that are lost, autoscalers.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::stage::{Stage, at, deployment};
use crate::sandbox::kubernetes::controllers::behaviour::{Container, Crash, Kubelet};
use crate::sandbox::kubernetes::controllers::condition;
use crate::sandbox::kubernetes::load::WorkloadDemand;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, metadata};

#[test]
fn a_crash_loop_looks_like_one() {
    let mut stage = Stage::new(2);
    stage.behaviours.set_pods(
        "shop",
        "web",
        Some(Container::Crashes { after_seconds: 3, exit_code: 137, reason: Crash::OomKilled }),
    );
    stage.create(Resource::Deployments, deployment("web", 1));
    stage.to(600);
    let pod = stage.pods().remove(0);
    let status = &pod["status"]["containerStatuses"][0];
    // 0, 10, 20, 40, 80, 160 s of pauses fit in ten minutes.
    assert!((5..=8).contains(&status["restartCount"].as_i64().unwrap()), "{status}");
    assert_eq!(status["lastState"]["terminated"]["reason"], "OOMKilled");
    assert_eq!(status["lastState"]["terminated"]["exitCode"], 137);
    assert_eq!(status["state"]["waiting"]["reason"], "CrashLoopBackOff");
    let message = status["state"]["waiting"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("back-off ") && message.contains(" restarting failed container=app pod=web-"),
        "{message}"
    );
    assert!(!condition::holds(&pod, "Ready"));
    assert_eq!(pod["status"]["phase"], "Running");
    let back_off =
        stage.store.list(Resource::Events).find(|(_, event)| event["reason"] == "BackOff").unwrap().1.clone();
    assert!(back_off["count"].as_i64().unwrap() > 5);
    assert_eq!(back_off["involvedObject"]["fieldPath"], "spec.containers{app}");
    // It is repaired.
    stage.behaviours.set_pods("shop", "web", None);
    stage.to(1_300);
    assert_eq!(stage.ready(), 1);
}

#[test]
fn a_pod_is_stopped_within_its_grace() {
    let mut stage = Stage::new(1);
    stage.create(Resource::Deployments, deployment("web", 1));
    stage.to(60);
    let name = stage.names().remove(0);
    let key = ObjectKey::namespaced(Resource::Pods, "shop", &name);
    stage.store.delete(&key, at(60), &DeleteOptions::default()).unwrap();
    stage.to(60);
    assert_eq!(stage.get(Resource::Pods, &name)["metadata"]["deletionGracePeriodSeconds"], 30);
    stage.to(64);
    assert!(stage.store.get(&key).is_none());
    assert!(stage.said(&name).iter().any(|one| one == "Killing: Stopping container app"));
    // One that ignores SIGTERM has all of it.
    stage.to(120);
    stage.behaviours.set_pods("shop", "web", Some(Container::IgnoresTerm));
    stage.to(130);
    let key = ObjectKey::namespaced(Resource::Pods, "shop", &stage.names()[0]);
    stage.store.delete(&key, at(130), &DeleteOptions::default()).unwrap();
    stage.to(159);
    assert!(stage.store.get(&key).is_some());
    stage.to(161);
    assert!(stage.store.get(&key).is_none());
}

#[test]
fn a_silent_node_loses_its_pods_after_its_time() {
    let mut stage = Stage::new(3);
    stage.create(Resource::Deployments, deployment("web", 3));
    stage.to(60);
    let node = metadata::node_name(&stage.pods()[0]).to_owned();
    let here = stage.pods().iter().filter(|pod| metadata::node_name(pod) == node).count();
    stage.behaviours.set_kubelet(&node, Some(Kubelet::Silent));
    let key = ObjectKey::cluster(Resource::Nodes, &node);
    let lease = ObjectKey::namespaced(Resource::Leases, "kube-node-lease", &node);
    assert_eq!(stage.store.get(&lease).unwrap()["spec"], json!({"holderIdentity": node, "leaseDurationSeconds": 40}));
    stage.to(100);
    assert_eq!(condition::of(stage.store.get(&key).unwrap(), "Ready").unwrap()["status"], "True");
    // It was renewed until the kubelet went silent.
    let renewed: Timestamp = stage.store.get(&lease).unwrap()["spec"]["renewTime"].as_str().unwrap().parse().unwrap();
    assert!(renewed >= at(60) && renewed <= at(65), "{renewed}");
    stage.to(120);
    let lost = stage.store.get(&key).unwrap().clone();
    assert_eq!(condition::of(&lost, "Ready").unwrap()["reason"], "NodeStatusUnknown");
    let taints: Vec<&str> =
        lost["spec"]["taints"].as_array().unwrap().iter().map(|taint| taint["effect"].as_str().unwrap()).collect();
    assert_eq!(
        (taints, &lost["spec"]["taints"][0]["key"]),
        (vec!["NoSchedule", "NoExecute"], &json!("node.kubernetes.io/unreachable"))
    );
    assert_eq!(stage.ready(), 3 - here);
    stage.to(405);
    assert!(stage.pods().iter().all(|pod| !metadata::is_terminating(pod)));
    stage.to(480);
    // They are deleted and replaced; nobody is there to end them.
    let stuck = stage.pods().iter().filter(|pod| metadata::is_terminating(pod)).count();
    assert_eq!((stuck, stage.ready()), (here, 3));
    stage.store.delete(&key, at(480), &DeleteOptions::default()).unwrap();
    stage.to(545);
    assert!(!stage.store.contains(&lease));
    assert_eq!(stage.pods().len(), 3);
}

#[test]
fn a_node_that_comes_back_is_ready_with_its_pods() {
    let mut stage = Stage::new(1);
    stage.create(Resource::Deployments, deployment("web", 2));
    stage.to(60);
    let node = metadata::node_name(&stage.pods()[0]).to_owned();
    stage.behaviours.set_kubelet(&node, Some(Kubelet::NotReady { message: "PLEG is not healthy".into() }));
    stage.to(70);
    let key = ObjectKey::cluster(Resource::Nodes, &node);
    assert_eq!(condition::of(stage.store.get(&key).unwrap(), "Ready").unwrap()["message"], "PLEG is not healthy");
    assert_eq!(stage.ready(), 0);
    stage.behaviours.set_kubelet(&node, None);
    stage.to(90);
    assert!(condition::holds(stage.store.get(&key).unwrap(), "Ready"));
    assert!(stage.store.get(&key).unwrap()["spec"]["taints"].is_null());
    assert_eq!(stage.ready(), 2);
}

#[test]
fn an_autoscaler_follows_the_load_to_its_maximum_and_back() {
    let mut stage = Stage::new(6);
    stage.create(Resource::Deployments, deployment("web", 2));
    stage.create(Resource::HorizontalPodAutoscalers, json!({"metadata": {"name": "web"}, "spec": {"minReplicas": 2, "maxReplicas": 8,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}]}}));
    // 300 milli-CPUs over two pods of 250: 60 %, whatever the hour.
    stage.load.set_demand("shop", "web", WorkloadDemand { peak_milli_cpu: 300.0, trough: 1.0, memory: None });
    stage.to(600);
    let replicas = |stage: &Stage| stage.get(Resource::Deployments, "web")["spec"]["replicas"].as_i64().unwrap();
    assert_eq!(replicas(&stage), 2);
    assert_eq!(
        stage.condition(Resource::HorizontalPodAutoscalers, "web", "ScalingActive"),
        ("True".into(), "ValidMetricFound".into())
    );
    stage.load.set_factor("shop", "web", 10.0);
    stage.to(1_500);
    assert_eq!(replicas(&stage), 8);
    assert_eq!(
        stage.condition(Resource::HorizontalPodAutoscalers, "web", "ScalingLimited"),
        ("True".into(), "TooManyReplicas".into())
    );
    let said = stage.said("web");
    assert!(
        said.iter().any(|one| one.starts_with("SuccessfulRescale: New size: ")
            && one.ends_with("reason: cpu resource utilization (percentage of request) above target")),
        "{said:#?}"
    );
    stage.load.set_factor("shop", "web", 1.0);
    stage.to(1_700);
    assert_eq!(replicas(&stage), 8);
    stage.to(2_500);
    assert_eq!(replicas(&stage), 2);
    assert_eq!(stage.condition(Resource::HorizontalPodAutoscalers, "web", "AbleToScale").0, "True");
}

#[test]
fn the_same_seed_gives_the_same_cluster() {
    let run = || {
        let mut stage = Stage::new(4);
        stage.create(Resource::Deployments, deployment("web", 5));
        stage
            .behaviours
            .set_image("api:1", Some(Container::Crashes { after_seconds: 2, exit_code: 1, reason: Crash::Error }));
        stage.create(Resource::Deployments, deployment("api", 2));
        stage.to(300);
        let all: Vec<Value> = stage
            .store
            .list(Resource::Pods)
            .chain(stage.store.list(Resource::Events))
            .map(|(_, object)| Value::clone(object))
            .collect();
        (stage.store.revision(), all)
    };
    assert_eq!(run(), run());
}
