use serde_json::json;

use super::*;
use crate::services::kubernetes::model::{
    ConditionStatus, ContainerState, OwnerRef, Pod, PodPhase, RequirementOperator, TaintEffect,
};

const GI: i64 = 1 << 30;
const MI: i64 = 1 << 20;

fn pod(object: &Value) -> Pod {
    projected(ObjectKind::Pod, object)
}

#[test]
fn a_pod_that_crashes() {
    let pod = pod(&json!({
        "metadata": {
            "name": "checkout-7d9c5b6f4-x2x7p", "namespace": "shop", "resourceVersion": "5",
            "creationTimestamp": "2026-11-30T08:00:00Z",
            "labels": { "app": "checkout", "pod-template-hash": "7d9c5b6f4" },
            "annotations": { "karpenter.sh/do-not-disrupt": "2h" },
            "ownerReferences": [
                { "apiVersion": "x/v1", "kind": "Other", "name": "a", "uid": "1" },
                { "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "checkout-7d9c5b6f4", "uid": "2",
                  "controller": true, "blockOwnerDeletion": true },
            ],
        },
        "spec": {
            "nodeName": "ip-10-0-1-17",
            "containers": [{
                "name": "app", "image": "registry/checkout:1.4", "command": ["sh"],
                "env": [{ "name": "PASSWORD", "value": "hunter2" }],
                "resources": { "requests": { "cpu": "250m", "memory": "512Mi" }, "limits": { "memory": "1Gi" } },
            }],
            "priority": 1000,
            "volumes": [
                { "name": "data", "persistentVolumeClaim": { "claimName": "data-0" } },
                { "name": "config", "configMap": { "name": "c" } },
            ],
        },
        "status": {
            "phase": "Running", "startTime": "2026-11-30T08:00:02Z",
            "conditions": [
                { "type": "PodScheduled", "status": "True" },
                { "type": "Ready", "status": "False", "reason": "ContainersNotReady",
                  "message": "containers with unready status: [app]", "lastTransitionTime": "2026-11-30T08:10:00Z" },
                { "type": "ContainersReady", "status": "False" },
            ],
            "containerStatuses": [{
                "name": "app", "ready": false, "restartCount": 7, "image": "x", "imageID": "y",
                "state": { "waiting": { "reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting" } },
                "lastState": { "terminated": { "exitCode": 137, "signal": 0, "reason": "OOMKilled",
                               "startedAt": "2026-11-30T08:08:00Z", "finishedAt": "2026-11-30T08:09:00Z" } },
            }],
        },
    }));
    assert_eq!((&*pod.namespace, &*pod.name), ("shop", "checkout-7d9c5b6f4-x2x7p"));
    assert_eq!(pod.owner, Some(OwnerRef { kind: "Deployment".into(), name: "checkout".into() }));
    assert_eq!(pod.label("app"), Some("checkout"));
    assert_eq!((pod.do_not_disrupt.as_deref(), pod.started), (Some("2h"), Some(at("2026-11-30T08:00:02Z"))));
    assert_eq!((pod.is_mirror, pod.has_claims, pod.ready, pod.priority), (false, true, false, 1000));
    assert_eq!((pod.node.as_deref(), pod.phase), (Some("ip-10-0-1-17"), PodPhase::Running));
    let kept: Vec<_> = pod.conditions.iter().map(|one| (&*one.kind, one.status, &*one.reason)).collect();
    assert_eq!(kept, [("Ready", ConditionStatus::False, "ContainersNotReady")]);
    let [app] = pod.containers.as_slice() else { panic!("one container") };
    assert_eq!((&*app.name, &*app.image, app.is_init, app.restarts), ("app", "registry/checkout:1.4", false, 7));
    let waiting =
        ContainerState::Waiting { reason: "CrashLoopBackOff".into(), message: "back-off 5m0s restarting".into() };
    assert_eq!(app.state, waiting);
    let last = app.last.as_ref().unwrap();
    assert_eq!((last.exit_code, last.signal, &*last.reason), (137, None, "OOMKilled"));
    assert_eq!(last.at, Some(at("2026-11-30T08:09:00Z")));
    assert_eq!((app.requests.clone(), app.limits.clone()), (amounts(250, 512 * MI, 0), amounts(0, GI, 0)));
    assert_eq!(pod.requests, amounts(250, 512 * MI, 1));
    assert!(!format!("{pod:?}").contains("hunter2"));
}

#[test]
fn a_pod_that_waits() {
    let pod = pod(&json!({
        "metadata": { "name": "worker-0", "namespace": "batch", "resourceVersion": "5",
                      "ownerReferences": [{ "kind": "StatefulSet", "name": "worker", "controller": true }] },
        "spec": {
            "containers": [{ "name": "a", "resources": { "requests": { "cpu": 1, "nvidia.com/gpu": "2" } } }],
            "nodeSelector": { "workload": "compute" },
            "affinity": {
                "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
                    { "matchExpressions": [
                        { "key": "topology.kubernetes.io/zone", "operator": "In", "values": ["eu-west-1a"] },
                        { "key": "karpenter.k8s.aws/instance-generation", "operator": "Gt", "values": ["5"] },
                    ] },
                    { "matchFields": [{ "key": "metadata.name", "operator": "In", "values": ["n"] }] },
                ] } },
                "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [
                    { "topologyKey": "kubernetes.io/hostname", "labelSelector": {} },
                ] },
            },
            "topologySpreadConstraints": [
                { "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule" },
                { "maxSkew": 1, "topologyKey": "soft", "whenUnsatisfiable": "ScheduleAnyway" },
            ],
            "tolerations": [
                { "operator": "Exists" },
                { "key": "workload", "operator": "Equal", "value": "compute", "effect": "NoSchedule" },
                { "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute",
                  "tolerationSeconds": 300 },
            ],
        },
        "status": { "phase": "Pending", "nominatedNodeName": "ip-10-0-1-9", "conditions": [
            { "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
              "message": "0/3 nodes are available: 3 Insufficient cpu." },
        ] },
    }));
    assert!(pod.is_unschedulable() && !pod.is_gated() && pod.started.is_none());
    assert_eq!(pod.owner, Some(OwnerRef { kind: "StatefulSet".into(), name: "worker".into() }));
    assert_eq!(pod.nominated_node.as_deref(), Some("ip-10-0-1-9"));
    let message = &*pod.condition("PodScheduled").unwrap().message;
    assert_eq!(message, "0/3 nodes are available: 3 Insufficient cpu.");
    assert_eq!(pod.node_selector, [("workload".into(), "compute".into())]);
    let terms: Vec<Vec<_>> =
        pod.affinity.iter().map(|term| term.iter().map(|one| (&*one.key, one.operator)).collect()).collect();
    let zone = ("topology.kubernetes.io/zone", RequirementOperator::In);
    let generation = ("karpenter.k8s.aws/instance-generation", RequirementOperator::Gt);
    assert_eq!(terms, [vec![zone, generation], vec![("metadata.name", RequirementOperator::In)]]);
    assert_eq!(texts(&pod.spread), ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]);
    let tolerated: Vec<_> =
        pod.tolerations.iter().map(|one| (one.key.as_deref(), one.value.as_deref(), one.effect)).collect();
    let all = [
        (None, None, None),
        (Some("workload"), Some("compute"), Some(TaintEffect::NoSchedule)),
        (Some("node.kubernetes.io/not-ready"), None, Some(TaintEffect::NoExecute)),
    ];
    assert_eq!(tolerated, all);
    assert_eq!((pod.requests.cpu, pod.requests.others.get("nvidia.com/gpu")), (1000, Some(&2)));
    assert_eq!(pod.containers[0].state, ContainerState::Unknown);
}

/// Requests of `[name, cpu, memory]`, as containers.
fn containers(all: &[(&str, &str, bool)]) -> Value {
    let one = |(cpu, memory, is_sidecar): &(&str, &str, bool)| {
        let mut container = json!({ "name": "c", "resources": { "requests": { "cpu": cpu, "memory": memory } } });
        if *is_sidecar {
            container["restartPolicy"] = json!("Always");
        }
        container
    };
    all.iter().map(one).collect()
}

#[test]
fn a_pod_asks_for_what_the_scheduler_counts() {
    let of = |spec: Value| pod(&json!({ "metadata": { "name": "p" }, "spec": spec })).requests;
    let two = containers(&[("100m", "1Gi", false), ("200m", "1Gi", false)]);
    assert_eq!(of(json!({ "containers": two })), amounts(300, 2 * GI, 1));
    // A greater init container counts in its place, resource by resource.
    let init = containers(&[("2", "1Gi", false)]);
    assert_eq!(of(json!({ "containers": two, "initContainers": init })), amounts(2000, 2 * GI, 1));
    // A sidecar runs beside the others, and beside the init containers after it.
    let init = containers(&[("1", "1Mi", false), ("500m", "1Gi", true), ("2", "1Mi", false)]);
    assert_eq!(of(json!({ "containers": two, "initContainers": init })), amounts(2500, 3 * GI, 1));
    let overhead = json!({ "cpu": "250m", "memory": "160Mi" });
    assert_eq!(of(json!({ "containers": two, "overhead": overhead })), amounts(550, 2 * GI + 160 * MI, 1));
    let whole = json!({ "requests": { "cpu": "1" } });
    assert_eq!(of(json!({ "containers": two, "resources": whole })), amounts(1000, 2 * GI, 1));
}

#[test]
fn a_pod_of_the_kubelet_itself() {
    let pod = pod(&json!({
        "metadata": { "name": "kube-proxy-n", "namespace": "kube-system",
                      "annotations": { "kubernetes.io/config.mirror": "abc" },
                      "labels": { "pod-template-hash": "zz" },
                      "ownerReferences": [{ "kind": "ReplicaSet", "name": "by-hand", "controller": true }] },
        "spec": { "volumes": [{ "name": "scratch", "ephemeral": { "volumeClaimTemplate": {} } }] },
        "status": { "phase": "Failed", "reason": "Evicted" },
    }));
    assert!(pod.is_mirror && pod.has_claims);
    let owner = OwnerRef { kind: "ReplicaSet".into(), name: "by-hand".into() };
    assert_eq!((pod.owner, &*pod.reason, pod.phase), (Some(owner), "Evicted", PodPhase::Failed));
}
