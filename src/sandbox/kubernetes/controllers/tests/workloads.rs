//! Deployments, StatefulSets, DaemonSets, their ends.

use serde_json::{Value, json};

use super::stage::{Stage, at, deployment};
use crate::sandbox::kubernetes::controllers::behaviour::Container;
use crate::sandbox::kubernetes::controllers::condition;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Propagation, metadata};

#[test]
fn a_deployment_comes_up() {
    let mut stage = Stage::new(3);
    stage.create(Resource::Deployments, deployment("web", 4));
    stage.to(60);
    assert_eq!((stage.pods().len(), stage.ready()), (4, 4));
    let status = stage.get(Resource::Deployments, "web")["status"].clone();
    let count = |name: &str| status[name].as_i64().unwrap_or(0);
    assert_eq!(
        [
            count("replicas"),
            count("updatedReplicas"),
            count("readyReplicas"),
            count("availableReplicas"),
            count("unavailableReplicas"),
            count("observedGeneration")
        ],
        [4, 4, 4, 4, 0, 1]
    );
    assert_eq!(stage.condition(Resource::Deployments, "web", "Available").1, "MinimumReplicasAvailable");
    assert_eq!(stage.condition(Resource::Deployments, "web", "Progressing").1, "NewReplicaSetAvailable");
    let set = stage.store.list(Resource::ReplicaSets).next().unwrap().1.clone();
    assert_eq!(metadata::annotation(&set, "deployment.kubernetes.io/revision"), Some("1"));
    let said = stage.said("web");
    for start in [
        "ScalingReplicaSet: Scaled up replica set web-",
        "SuccessfulCreate: Created pod: web-",
        "Scheduled: Successfully assigned shop/web-",
        "Pulling: Pulling image \"web:1\"",
        "Pulled: Successfully pulled image \"web:1\" in ",
        "Created: Created container: app",
        "Started: Started container app",
    ] {
        assert!(said.iter().any(|one| one.starts_with(start)), "{start} in {said:#?}");
    }
    let pod = &stage.pods()[0];
    assert_eq!((&pod["status"]["phase"], &pod["status"]["qosClass"]), (&json!("Running"), &json!("Burstable")));
    assert!(pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"].is_string());
}

#[test]
fn a_rolling_update_keeps_its_bounds_and_ends() {
    let mut stage = Stage::new(6);
    let mut web = deployment("web", 10);
    web["spec"]["strategy"] =
        json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}});
    stage.create(Resource::Deployments, web);
    stage.to(120);
    // As `kubectl rollout restart` does.
    stage.update(Resource::Deployments, "web", |web| {
        web["spec"]["template"]["metadata"]["annotations"] =
            json!({"kubectl.kubernetes.io/restartedAt": "2026-11-22T02:00:00Z"});
    });
    let (mut least, mut most) = (10, 10);
    for second in 121..400 {
        stage.to(second);
        let sets: i64 =
            stage.store.list(Resource::ReplicaSets).map(|(_, set)| set["spec"]["replicas"].as_i64().unwrap()).sum();
        most = most.max(sets);
        least = least.min(stage.get(Resource::Deployments, "web")["status"]["availableReplicas"].as_i64().unwrap());
    }
    // ceil(25 % of 10) = 3 more, floor(25 % of 10) = 2 fewer.
    assert!(least >= 8 && most <= 13, "{least} {most}");
    let said = stage.said("web");
    let scaled = |end: &str| said.iter().any(|one| one.starts_with("ScalingReplicaSet") && one.ends_with(end));
    assert!(scaled(" from 0 to 3") && scaled(" from 10 to 8"), "{said:#?}");
    let status = stage.get(Resource::Deployments, "web")["status"].clone();
    assert_eq!(
        (status["updatedReplicas"].as_i64(), status["replicas"].as_i64(), status["observedGeneration"].as_i64()),
        (Some(10), Some(10), Some(2))
    );
    assert_eq!(
        metadata::annotation(&stage.get(Resource::Deployments, "web"), "deployment.kubernetes.io/revision"),
        Some("2")
    );
    assert_eq!(
        stage.condition(Resource::Deployments, "web", "Progressing"),
        ("True".into(), "NewReplicaSetAvailable".into())
    );
}

#[test]
fn a_rollout_that_cannot_go_on_says_so_after_its_deadline() {
    let mut stage = Stage::new(3);
    stage.create(Resource::Deployments, deployment("web", 4));
    stage.to(60);
    stage.behaviours.set_image("web:2", Some(Container::NotPulled));
    stage.update(Resource::Deployments, "web", |web| {
        web["spec"]["template"]["spec"]["containers"][0]["image"] = "web:2".into();
    });
    stage.to(500);
    assert_eq!(stage.condition(Resource::Deployments, "web", "Progressing").1, "ReplicaSetUpdated");
    let waiting: Vec<Value> = stage
        .pods()
        .iter()
        .map(|pod| pod["status"]["containerStatuses"][0]["state"]["waiting"].clone())
        .filter(|one| !one.is_null())
        .collect();
    assert!(!waiting.is_empty() && waiting.iter().all(|one| one["reason"] == "ImagePullBackOff"), "{waiting:?}");
    stage.to(800);
    assert_eq!(
        stage.condition(Resource::Deployments, "web", "Progressing"),
        ("False".into(), "ProgressDeadlineExceeded".into())
    );
    assert_eq!(stage.ready(), 3);
    // Back to what was there: the old set takes a new revision.
    stage.update(Resource::Deployments, "web", |web| {
        web["spec"]["template"]["spec"]["containers"][0]["image"] = "web:1".into();
    });
    stage.to(900);
    assert_eq!((stage.ready(), stage.store.count(Resource::ReplicaSets)), (4, 2));
    assert_eq!(
        metadata::annotation(&stage.get(Resource::Deployments, "web"), "deployment.kubernetes.io/revision"),
        Some("3")
    );
    assert_eq!(stage.condition(Resource::Deployments, "web", "Progressing").1, "NewReplicaSetAvailable");
}

#[test]
fn scaling_and_recreate() {
    let mut stage = Stage::new(3);
    let mut web = deployment("web", 2);
    web["spec"]["strategy"] = json!({"type": "Recreate"});
    stage.create(Resource::Deployments, web);
    stage.to(60);
    stage.update(Resource::Deployments, "web", |web| web["spec"]["replicas"] = 5.into());
    stage.to(120);
    assert_eq!(stage.ready(), 5);
    stage.update(Resource::Deployments, "web", |web| web["spec"]["replicas"] = 1.into());
    stage.to(180);
    assert_eq!(stage.pods().len(), 1);
    stage.update(Resource::Deployments, "web", |web| {
        web["spec"]["template"]["spec"]["containers"][0]["image"] = "web:2".into();
    });
    for second in 181..260 {
        stage.to(second);
        assert!(stage.pods().len() <= 1);
    }
    assert_eq!((stage.ready(), &stage.pods()[0]["spec"]["containers"][0]["image"]), (1, &json!("web:2")));
}

#[test]
fn deletion_takes_what_is_owned() {
    for (propagation, left) in [(Propagation::Background, 0), (Propagation::Foreground, 0), (Propagation::Orphan, 2)] {
        let mut stage = Stage::new(2);
        stage.create(Resource::Deployments, deployment("web", 2));
        stage.to(60);
        let key = ObjectKey::namespaced(Resource::Deployments, "shop", "web");
        stage.store.delete(&key, at(60), &DeleteOptions { propagation, ..DeleteOptions::default() }).unwrap();
        stage.to(120);
        assert!(stage.store.get(&key).is_none(), "{propagation:?}");
        assert_eq!(stage.pods().len(), left, "{propagation:?}");
    }
}

#[test]
fn a_stateful_set_goes_in_order() {
    let mut stage = Stage::new(3);
    let set = json!({"metadata": {"name": "db"}, "spec": {"replicas": 3, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}},
        "template": {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [{"name": "db", "image": "db:1"}]}},
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}}]}});
    stage.create(Resource::StatefulSets, set);
    let mut seen = Vec::new();
    for second in 0..90 {
        stage.to(second);
        let ready = stage.ready();
        assert!(stage.pods().len() <= ready + 1);
        seen.push(stage.pods().len());
    }
    assert_eq!((stage.ready(), stage.names()), (3, vec!["db-0".into(), "db-1".into(), "db-2".into()]));
    assert_eq!(stage.store.count(Resource::PersistentVolumeClaims), 3);
    stage.update(Resource::StatefulSets, "db", |set| {
        set["spec"]["template"]["spec"]["containers"][0]["image"] = "db:2".into();
    });
    for second in 91..300 {
        stage.to(second);
        assert!(stage.ready() >= 2);
    }
    assert!(stage.pods().iter().all(|pod| pod["spec"]["containers"][0]["image"] == "db:2"));
    let status = stage.get(Resource::StatefulSets, "db")["status"].clone();
    assert_eq!((&status["currentRevision"], status["updatedReplicas"].as_i64()), (&status["updateRevision"], Some(3)));
    stage.update(Resource::StatefulSets, "db", |set| set["spec"]["replicas"] = 1.into());
    stage.to(400);
    assert_eq!((stage.names(), stage.store.count(Resource::PersistentVolumeClaims)), (vec!["db-0".into()], 3));
}

#[test]
fn a_daemon_set_is_on_every_node_that_it_may_be_on() {
    let mut stage = Stage::new(3);
    let set = json!({"metadata": {"name": "agent"}, "spec": {"selector": {"matchLabels": {"app": "agent"}},
        "template": {"metadata": {"labels": {"app": "agent"}}, "spec": {"containers": [{"name": "agent", "image": "agent:1"}]}}}});
    stage.create(Resource::DaemonSets, set);
    stage.to(60);
    assert_eq!((stage.pods().len(), stage.ready()), (3, 3));
    let keys: Vec<String> = stage.pods()[0]["spec"]["tolerations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["key"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        keys.contains(&"node.kubernetes.io/unschedulable".to_owned())
            && keys.contains(&"node.kubernetes.io/disk-pressure".to_owned())
    );
    // A cordoned node gets its daemon all the same, a tainted one does not.
    stage.node("new", "a");
    let now = stage.now();
    stage
        .store
        .update(&ObjectKey::cluster(Resource::Nodes, "new"), now, |node| node["spec"]["unschedulable"] = true.into())
        .unwrap();
    stage.node("tainted", "a");
    stage
        .store
        .update(&ObjectKey::cluster(Resource::Nodes, "tainted"), now, |node| {
            node["spec"]["taints"] = json!([{"key": "gpu", "effect": "NoSchedule"}]);
        })
        .unwrap();
    stage.to(120);
    assert_eq!(stage.ready(), 4);
    let status = stage.get(Resource::DaemonSets, "agent")["status"].clone();
    assert_eq!((status["desiredNumberScheduled"].as_i64(), status["numberAvailable"].as_i64()), (Some(4), Some(4)));
    stage.update(Resource::DaemonSets, "agent", |set| {
        set["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2".into();
    });
    stage.to(121);
    for second in 122..260 {
        stage.to(second);
        assert!(stage.ready() >= 3, "{}", stage.ready());
    }
    assert!(stage.pods().iter().all(|pod| pod["spec"]["containers"][0]["image"] == "agent:2"));
    assert!(condition::holds(&stage.pods()[0], "Ready"));
}

#[test]
fn the_oldest_revisions_go_and_not_the_oldest_sets() {
    let mut stage = Stage::new(3);
    let mut web = deployment("web", 2);
    web["spec"]["revisionHistoryLimit"] = json!(2);
    stage.create(Resource::Deployments, web);
    let mut second = 60;
    stage.to(second);
    // Forth, back to the first, and forth again: the first set is the oldest, and of the third rollout.
    for image in ["web:2", "web:1", "web:3", "web:4"] {
        stage.update(Resource::Deployments, "web", |web| {
            web["spec"]["template"]["spec"]["containers"][0]["image"] = image.into();
        });
        second += 120;
        stage.to(second);
    }
    let sets = stage.store.list(Resource::ReplicaSets).map(|(_, set)| set);
    let mut left: Vec<(&str, &str, i64)> = sets
        .map(|set| {
            let revision = metadata::annotation(set, "deployment.kubernetes.io/revision").unwrap();
            let image = set["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap();
            (revision, image, set["spec"]["replicas"].as_i64().unwrap())
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, [("3", "web:1", 0), ("4", "web:3", 0), ("5", "web:4", 2)]);
}

#[test]
fn nothing_is_cleaned_up_before_a_rollout_is_complete() {
    let mut stage = Stage::new(3);
    let mut web = deployment("web", 2);
    web["spec"]["revisionHistoryLimit"] = json!(0);
    stage.create(Resource::Deployments, web);
    stage.to(60);
    stage.behaviours.set_image("web:2", Some(Container::NotPulled));
    let image = |stage: &mut Stage, image: &str| {
        stage.update(Resource::Deployments, "web", |web| {
            web["spec"]["template"]["spec"]["containers"][0]["image"] = image.into();
        });
    };
    image(&mut stage, "web:2");
    stage.to(120);
    assert_eq!(stage.store.count(Resource::ReplicaSets), 2);
    image(&mut stage, "web:1");
    stage.to(180);
    assert_eq!(stage.store.count(Resource::ReplicaSets), 1);
}
