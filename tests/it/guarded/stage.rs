//! What a test makes of a cluster, behind the console's back.

use std::sync::Arc;

use jiff::Timestamp;
use quarterdeck::sandbox::kubernetes::cloud::Cloud;
use quarterdeck::sandbox::kubernetes::resources::Resource;
use quarterdeck::sandbox::kubernetes::store::{ObjectKey, Store, metadata};
use serde_json::{Value, json};

use super::{ACCOUNT, CLUSTER, REGION};
use crate::harness::Desk;

/// The namespace of what tests bring.
pub const NAMESPACE: &str = "default";

/// Changes what the cluster has.
pub async fn behind<T>(desk: &Desk, change: impl FnOnce(&mut Store, &mut Cloud, Timestamp) -> T) -> T {
    let now = desk.sandbox().now();
    let cluster = desk.sandbox().clusters().cluster(ACCOUNT, REGION, CLUSTER).expect("the cluster");
    cluster.change(|store, cloud| change(store, cloud, now)).await.expect("it is built")
}

/// An object as the cluster has it.
pub async fn stored(desk: &Desk, key: ObjectKey) -> Option<Arc<Value>> {
    behind(desk, |store, _, _| store.get(&key).cloned()).await
}

/// Makes an object.
pub async fn put(desk: &Desk, resource: Resource, namespace: &str, object: Value) {
    behind(desk, |store, _, now| store.create(resource, namespace, object, now).map(drop).expect("a new name")).await;
}

/// Changes an object.
pub async fn edit(desk: &Desk, key: ObjectKey, change: impl FnOnce(&mut Value)) {
    behind(desk, |store, _, now| store.update(&key, now, change).map(drop).expect("it is there")).await;
}

/// A pod of [`NAMESPACE`].
pub fn pod_key(name: &str) -> ObjectKey {
    ObjectKey::namespaced(Resource::Pods, NAMESPACE, name)
}

pub fn node_key(name: &str) -> ObjectKey {
    ObjectKey::cluster(Resource::Nodes, name)
}

fn pod_spec() -> Value {
    json!({
        "containers": [{
            "name": "app",
            "image": "registry.k8s.io/pause:3.10",
            "resources": { "requests": { "cpu": "5m", "memory": "8Mi" } },
        }],
        "nodeSelector": { "eks.amazonaws.com/nodegroup": "system" },
        "tolerations": [{ "key": "CriticalAddonsOnly", "operator": "Exists" }],
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 5,
    })
}

/// A pod on a node that no controller has made.
pub fn bare_pod(name: &str, node: &str) -> Value {
    let mut spec = pod_spec();
    spec["nodeName"] = node.into();
    json!({ "metadata": { "name": name, "labels": { "app": name } }, "spec": spec, "status": { "phase": "Pending" } })
}

/// A Deployment that runs on the managed node group.
pub fn deployment(name: &str, replicas: i64) -> Value {
    json!({
        "metadata": { "name": name, "labels": { "app": name } },
        "spec": {
            "replicas": replicas,
            "progressDeadlineSeconds": 600,
            "revisionHistoryLimit": 5,
            "selector": { "matchLabels": { "app": name } },
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": "25%" } },
            "template": { "metadata": { "labels": { "app": name } }, "spec": pod_spec() },
        },
    })
}

/// A budget of the pods of this name.
pub fn budget(name: &str, of: &str, rule: (&str, i64)) -> Value {
    let (field, number) = rule;
    json!({
        "metadata": { "name": name },
        "spec": { field: number, "selector": { "matchLabels": { "app": of } } },
    })
}

/// An autoscaler of a Deployment of the same name.
pub fn autoscaler(name: &str) -> Value {
    json!({
        "metadata": { "name": name },
        "spec": {
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": name },
            "minReplicas": 1,
            "maxReplicas": 3,
            "metrics": [{
                "type": "Resource",
                "resource": { "name": "cpu", "target": { "type": "Utilization", "averageUtilization": 75 } },
            }],
        },
    })
}

/// Puts a Deployment with all of its pods on one node of the group, of which there are two.
pub async fn crowd(desk: &mut Desk, name: &str, replicas: i64, node: &str, other: &str) {
    edit(desk, node_key(other), |node| node["spec"]["unschedulable"] = true.into()).await;
    put(desk, Resource::Deployments, NAMESPACE, deployment(name, replicas)).await;
    runs(desk, name, replicas, node).await;
    edit(desk, node_key(other), |node| {
        metadata::section(node, "spec").remove("unschedulable");
    })
    .await;
    desk.pass(5).await;
}

/// Waits until so many pods with the label are ready on a node, as the console sees it.
pub async fn runs(desk: &mut Desk, app: &str, count: i64, node: &str) {
    desk.until(180, "the pods run", |state| {
        let view = super::view(state);
        let pods = view.pods_on(node);
        let ready = pods.iter().filter(|pod| pod.ready && pod.name.starts_with(app));
        i64::try_from(ready.count()) == Ok(count)
    })
    .await;
}
