//! What upstream fills in where a client says nothing: of pods and workloads, as far as something
//! here or a reader of them depends on it (kubernetes, `pkg/apis/*/v1/defaults.go`).

use serde_json::{Map, Value, json};

use super::super::resources::Resource;
use super::super::store::metadata;

/// Fills in a new object.
pub(super) fn fill(resource: Resource, object: &mut Value) {
    match resource {
        Resource::Pods => {
            pod(metadata::section(object, "spec"));
            let class = class(&object["spec"]);
            object["status"] = json!({"phase": "Pending", "qosClass": class});
        }
        Resource::Deployments => {
            let spec = workload(object);
            put(spec, "progressDeadlineSeconds", json!(600));
            put(spec, "revisionHistoryLimit", json!(10));
            let strategy = metadata::map(spec.entry("strategy").or_insert(Value::Null));
            put(strategy, "type", json!("RollingUpdate"));
            if strategy["type"] == "RollingUpdate" {
                let update = metadata::map(strategy.entry("rollingUpdate").or_insert(Value::Null));
                put(update, "maxSurge", json!("25%"));
                put(update, "maxUnavailable", json!("25%"));
            }
        }
        Resource::ReplicaSets | Resource::StatefulSets => {
            workload(object);
        }
        Resource::DaemonSets => {
            let spec = metadata::section(object, "spec");
            put(spec, "revisionHistoryLimit", json!(10));
            template(spec);
        }
        Resource::Namespaces => {
            put(metadata::section(object, "spec"), "finalizers", json!(["kubernetes"]));
            let name = metadata::name(object).to_owned();
            let labels = metadata::map(metadata::of(object).entry("labels").or_insert(Value::Null));
            labels.insert("kubernetes.io/metadata.name".to_owned(), name.into());
            object["status"] = json!({"phase": "Active"});
        }
        Resource::HorizontalPodAutoscalers => {
            put(metadata::section(object, "spec"), "minReplicas", json!(1));
        }
        Resource::NodePools => node_pool(object),
        _ => {}
    }
}

/// As an object is stored after an update. A CRD's defaults are put wherever a field is left out (karpenter,
/// `pkg/apis/v1/nodepool.go`): a pool whose budgets are taken away has one of 10 % again, one whose list is empty has
/// none. What Go's types leave out when it says nothing (`omitempty`) is not there: a node that is not cordoned.
pub(super) fn refill(resource: Resource, object: &mut Value) {
    match resource {
        Resource::NodePools => node_pool(object),
        Resource::Nodes => {
            let spec = metadata::section(object, "spec");
            spec.retain(|field, value| match field.as_str() {
                "unschedulable" => *value == true,
                "taints" => value.as_array().is_none_or(|taints| !taints.is_empty()),
                _ => true,
            });
        }
        _ => {}
    }
}

fn node_pool(object: &mut Value) {
    let disruption = metadata::map(metadata::section(object, "spec").entry("disruption").or_insert(Value::Null));
    put(disruption, "consolidateAfter", json!("0s"));
    put(disruption, "consolidationPolicy", json!("WhenEmptyOrUnderutilized"));
    put(disruption, "budgets", json!([{ "nodes": "10%" }]));
}

fn workload(object: &mut Value) -> &mut Map<String, Value> {
    let spec = metadata::section(object, "spec");
    put(spec, "replicas", json!(1));
    template(spec);
    spec
}

fn template(spec: &mut Map<String, Value>) {
    if let Some(template) = spec.get_mut("template") {
        pod(metadata::section(template, "spec"));
    }
}

fn pod(spec: &mut Map<String, Value>) {
    put(spec, "restartPolicy", json!("Always"));
    put(spec, "terminationGracePeriodSeconds", json!(30));
    put(spec, "dnsPolicy", json!("ClusterFirst"));
    put(spec, "schedulerName", json!("default-scheduler"));
    put(spec, "securityContext", json!({}));
    for list in ["containers", "initContainers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let container = metadata::map(container);
            put(container, "resources", json!({}));
            put(container, "terminationMessagePath", json!("/dev/termination-log"));
            put(container, "terminationMessagePolicy", json!("File"));
            let image = container.get("image").and_then(Value::as_str).unwrap_or_default();
            let tagged = image.rsplit('/').next().is_some_and(|last| last.contains(':') || last.contains('@'));
            let latest = !tagged || image.ends_with(":latest");
            put(container, "imagePullPolicy", json!(if latest { "Always" } else { "IfNotPresent" }));
            let Some(resources) = container.get_mut("resources") else { continue };
            // A limit without a request is both.
            let limits = resources["limits"].as_object().cloned().unwrap_or_default();
            if !limits.is_empty() {
                let requests = metadata::section(resources, "requests");
                for (name, limit) in limits {
                    put(requests, &name, limit);
                }
            }
        }
    }
}

/// `status.qosClass` (kubernetes, `pkg/apis/core/v1/helper/qos`).
fn class(spec: &Value) -> &'static str {
    let all = ["containers", "initContainers"].into_iter().filter_map(|list| spec[list].as_array()).flatten();
    let (mut any, mut guaranteed) = (false, true);
    for container in all {
        let resources = &container["resources"];
        for name in ["cpu", "memory"] {
            let (request, limit) = (&resources["requests"][name], &resources["limits"][name]);
            any |= !request.is_null() || !limit.is_null();
            guaranteed &= !limit.is_null() && request == limit;
        }
    }
    match (any, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

fn put(map: &mut Map<String, Value>, name: &str, value: Value) {
    match map.get(name) {
        None | Some(Value::Null) => {
            map.insert(name.to_owned(), value);
        }
        Some(_) => {}
    }
}
