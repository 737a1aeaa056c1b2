use serde_json::json;

use super::*;
use crate::services::kubernetes::model::{
    Application, Autoscaler, ClusterEvent, DisruptionBudget, Figure, RequirementOperator, Workload, WorkloadKind,
};

#[test]
fn what_keeps_pods() {
    let object = json!({
        "metadata": { "name": "checkout", "namespace": "shop", "generation": 4 },
        "spec": {
            "replicas": 3, "paused": true,
            "selector": { "matchLabels": { "app": "checkout" },
                          "matchExpressions": [{ "key": "track", "operator": "NotIn", "values": ["canary"] }] },
            "template": { "metadata": { "creationTimestamp": null },
                          "spec": { "containers": [{ "name": "a", "image": "a:1" }, { "name": "b", "image": "b:2" }] } },
        },
        "status": { "observedGeneration": 3, "replicas": 3, "readyReplicas": 2, "updatedReplicas": 1,
                    "conditions": [{ "type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated",
                                     "lastUpdateTime": "2026-11-30T08:00:00Z" }] },
    });
    let deployment: Workload = projected(ObjectKind::Deployment, &object);
    assert_eq!(deployment.kind, WorkloadKind::Deployment);
    let Workload { wanted, ready, available, updated, paused, is_observed, .. } = deployment;
    assert_eq!((wanted, ready, available, updated, paused, is_observed), (3, 2, 0, 1, true, false));
    assert_eq!(texts(&deployment.images), ["a:1", "b:2"]);
    let terms: Vec<_> =
        deployment.selector.terms.iter().map(|(key, operator, values)| (&**key, *operator, texts(values))).collect();
    assert_eq!(
        terms,
        [("app", RequirementOperator::In, vec!["checkout"]), ("track", RequirementOperator::NotIn, vec!["canary"])]
    );
    let set: Workload = projected(
        ObjectKind::DaemonSet,
        &json!({ "metadata": { "name": "agent", "namespace": "kube-system", "generation": 1 },
                 "status": { "desiredNumberScheduled": 9, "numberReady": 8, "numberAvailable": 7,
                             "updatedNumberScheduled": 6, "observedGeneration": 1 } }),
    );
    assert_eq!((set.kind, set.wanted, set.ready, set.available, set.updated), (WorkloadKind::DaemonSet, 9, 8, 7, 6));
    assert!(set.is_observed);
    assert!(!set.selector.selects(&[]), "no selector selects nothing");
    let bare = json!({ "metadata": { "name": "db", "namespace": "shop", "generation": 1 }, "spec": {} });
    let stateful: Workload = projected(ObjectKind::StatefulSet, &bare);
    assert_eq!((stateful.kind, stateful.wanted, stateful.is_observed), (WorkloadKind::StatefulSet, 1, false));
}

#[test]
fn what_scales_them() {
    let object = json!({
        "metadata": { "name": "checkout", "namespace": "shop" },
        "spec": {
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout" },
            "minReplicas": 2, "maxReplicas": 10,
            "metrics": [
                { "type": "Resource",
                  "resource": { "name": "cpu", "target": { "type": "Utilization", "averageUtilization": 70 } } },
                { "type": "Pods", "pods": { "metric": { "name": "requests_per_second" },
                                            "target": { "type": "AverageValue", "averageValue": "500m" } } },
                { "type": "External", "external": { "metric": { "name": "queue", "selector": {} },
                                                    "target": { "type": "Value", "value": "30" } } },
            ],
        },
        "status": {
            "currentReplicas": 10, "desiredReplicas": 10, "lastScaleTime": "2026-11-30T08:00:00Z",
            "currentMetrics": [
                { "type": "Resource",
                  "resource": { "name": "cpu", "current": { "averageUtilization": 143, "averageValue": "358m" } } },
                { "type": "" },
                { "type": "External", "external": { "metric": { "name": "queue" }, "current": { "value": "1k" } } },
            ],
            "conditions": [{ "type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas" }],
        },
    });
    let scaler: Autoscaler = projected(ObjectKind::Autoscaler, &object);
    assert_eq!(scaler.target, ("Deployment".into(), "checkout".into()));
    assert_eq!((scaler.minimum, scaler.maximum, scaler.current, scaler.desired), (2, 10, 10, 10));
    let metrics: Vec<_> = scaler.metrics.iter().map(|one| (&*one.name, one.target, one.current)).collect();
    assert_eq!(
        metrics,
        [
            ("cpu", Figure::Utilization(70), Some(Figure::Utilization(143))),
            ("requests_per_second", Figure::AverageValue(0.5), None),
            ("queue", Figure::Value(30.0), Some(Figure::Value(1000.0))),
        ]
    );
    assert_eq!(scaler.last_scaled, Some(at("2026-11-30T08:00:00Z")));
    assert!(scaler.conditions.is_true("ScalingLimited"));
}

#[test]
fn what_keeps_them_from_being_evicted() {
    let budget = |spec: Value| -> DisruptionBudget {
        let status = json!({ "observedGeneration": 1, "disruptionsAllowed": 0, "currentHealthy": 2,
                             "desiredHealthy": 2, "expectedPods": 3,
                             "conditions": [{ "type": "DisruptionAllowed", "status": "False" }] });
        let metadata = json!({ "name": "checkout", "namespace": "shop", "generation": 1 });
        projected(ObjectKind::DisruptionBudget, &json!({ "metadata": metadata, "spec": spec, "status": status }))
    };
    let least = budget(json!({ "minAvailable": 2, "selector": { "matchLabels": { "app": "checkout" } } }));
    assert_eq!((least.min_available.as_deref(), least.max_unavailable.as_deref()), (Some("2"), None));
    assert_eq!((least.allowed, least.healthy, least.wanted_healthy, least.expected), (0, 2, 2, 3));
    assert!(!least.always_allow && budget(json!({ "unhealthyPodEvictionPolicy": "AlwaysAllow" })).always_allow);
    assert!(least.is_observed && least.selector.selects(&[("app".into(), "checkout".into())]));
    let most = budget(json!({ "maxUnavailable": "25%", "selector": {} }));
    assert_eq!(most.max_unavailable.as_deref(), Some("25%"));
    assert!(most.selector.selects(&[]), "an empty selector selects everything");
    assert!(!budget(json!({})).selector.selects(&[]), "no selector selects nothing");
}

#[test]
fn what_happened() {
    let old: ClusterEvent = projected(
        ObjectKind::Event,
        &json!({
            "metadata": { "name": "general-x.1", "namespace": "default", "creationTimestamp": "2026-11-30T08:00:00Z" },
            "involvedObject": { "kind": "NodeClaim", "name": "general-x", "uid": "u-1", "apiVersion": "karpenter.sh/v1" },
            "reason": "InsufficientCapacityError", "message": "NodeClaim general-x event: no capacity",
            "source": { "component": "karpenter" }, "type": "Warning", "count": 3,
            "firstTimestamp": "2026-11-30T08:00:00Z", "lastTimestamp": "2026-11-30T08:05:00Z", "eventTime": null,
        }),
    );
    assert_eq!((&*old.about.kind, &*old.about.namespace, &*old.about.name), ("NodeClaim", "", "general-x"));
    assert_eq!((&*old.reason, &*old.from, &*old.uid), ("InsufficientCapacityError", "karpenter", "u-1"));
    assert_eq!((old.is_warning, old.count), (true, 3));
    assert_eq!((old.first, old.last), (Some(at("2026-11-30T08:00:00Z")), Some(at("2026-11-30T08:05:00Z"))));
    let new: ClusterEvent = projected(
        ObjectKind::Event,
        &json!({
            "metadata": { "name": "p.2", "namespace": "shop" },
            "involvedObject": { "kind": "Pod", "namespace": "shop", "name": "p" },
            "reason": "FailedScheduling", "type": "Normal", "source": {}, "firstTimestamp": null,
            "lastTimestamp": null, "eventTime": "2026-11-30T08:00:00.123456Z", "reportingComponent": "default-scheduler",
            "series": { "count": 12, "lastObservedTime": "2026-11-30T08:30:00.000000Z" },
        }),
    );
    assert_eq!((&*new.from, new.count, new.is_warning), ("default-scheduler", 12, false));
    assert_eq!((new.first, new.last), (Some(at("2026-11-30T08:00:00.123456Z")), Some(at("2026-11-30T08:30:00Z"))));
}

#[test]
fn what_argo_cd_says() {
    let application: Application = projected(
        ObjectKind::Application,
        &json!({
            "metadata": { "name": "checkout", "namespace": "argocd" },
            "spec": { "destination": { "namespace": "shop", "server": "https://kubernetes.default.svc" } },
            "status": {
                "sync": { "status": "OutOfSync", "revision": "newest", "comparedTo": {} },
                "health": { "status": "Degraded", "message": "one is ill" },
                "reconciledAt": "2026-11-30T08:00:00Z",
                "history": [{ "id": 1, "revision": "first" }, { "id": 2, "revision": "second" }],
                "operationState": { "phase": "Failed", "message": "one\u{7}two", "finishedAt": "2026-11-30T07:00:00Z" },
                "conditions": [
                    { "type": "SyncError", "message": "failed" },
                    { "type": "OrphanedResourceWarning", "message": "some" },
                ],
                "resources": [
                    { "kind": "Service", "namespace": "shop", "name": "fine", "status": "Synced",
                      "health": { "status": "Healthy" } },
                    { "kind": "ConfigMap", "namespace": "shop", "name": "plain", "status": "Synced" },
                    { "kind": "ConfigMap", "namespace": "shop", "name": "other", "status": "OutOfSync" },
                    { "kind": "Deployment", "namespace": "shop", "name": "ill", "status": "Synced",
                      "health": { "status": "Degraded" } },
                ],
            },
        }),
    );
    let words = [&application.to, &application.sync, &application.health, &application.revision].map(|word| &**word);
    assert_eq!(words, ["shop", "OutOfSync", "Degraded", "second"]);
    assert_eq!(application.operation, Some(("Failed".into(), "one?two".into())));
    assert_eq!(application.operated, Some(at("2026-11-30T07:00:00Z")));
    assert_eq!(application.errors, [("SyncError".into(), "failed".into())]);
    let wrong: Vec<_> = application.wrong.iter().map(|(kind, _, name)| (&**kind, &**name)).collect();
    assert_eq!(wrong, [("ConfigMap", "other"), ("Deployment", "ill")]);
}
