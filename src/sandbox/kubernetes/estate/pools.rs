//! Karpenter's objects: the class and the four pools.

use super::site::ClusterSite;
use crate::sandbox::kubernetes::karpenter::ALIAS;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::Store;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Puts class and pools.
pub fn plant(store: &mut Store, site: ClusterSite, now: Timestamp) {
    let mut put = |resource, object: Value| {
        // The store is new: nothing has these names.
        let _ = store.create(resource, "", object, now);
    };
    put(Resource::Ec2NodeClasses, class(site));
    for pool in [general(site), compute(site), memory(site), spot(site)] {
        put(Resource::NodePools, pool);
    }
}

fn class(site: ClusterSite) -> Value {
    let tags = json!({ "karpenter.sh/discovery": site.cluster() });
    json!({
        "metadata": { "name": "default" },
        "spec": {
            "amiSelectorTerms": [{ "alias": ALIAS }],
            "blockDeviceMappings": [{
                "deviceName": "/dev/xvda",
                "ebs": { "volumeSize": "20Gi", "volumeType": "gp3", "encrypted": true, "deleteOnTermination": true },
            }],
            "metadataOptions": {
                "httpEndpoint": "enabled",
                "httpProtocolIPv6": "disabled",
                "httpPutResponseHopLimit": 1,
                "httpTokens": "required",
            },
            "role": format!("{}-karpenter-node", site.cluster()),
            "securityGroupSelectorTerms": [{ "tags": tags }],
            "subnetSelectorTerms": [{ "tags": tags }],
            "tags": { "Environment": site.name(), "ManagedBy": "Karpenter" },
        },
    })
}

/// A requirement: key, values that are allowed.
fn one_of(key: &str, values: &[&str]) -> Value {
    json!({ "key": key, "operator": "In", "values": values })
}

fn pool(name: &str, requirements: &Value, extra: &[(&str, Value)]) -> Value {
    let mut made = json!({
        "metadata": { "name": name },
        "spec": {
            "disruption": {
                "budgets": [{ "nodes": "10%" }],
                "consolidateAfter": "5m",
                "consolidationPolicy": "WhenEmptyOrUnderutilized",
            },
            "template": {
                "metadata": { "labels": { "workload": name } },
                "spec": {
                    "expireAfter": "720h",
                    "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default" },
                    "requirements": requirements,
                },
            },
        },
    });
    for (pointer, value) in extra {
        let (parent, field) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        if let Some(parent) = made.pointer_mut(parent) {
            parent[field] = value.clone();
        }
    }
    made
}

fn taint(name: &str) -> Value {
    json!([{ "key": "workload", "value": name, "effect": "NoSchedule" }])
}

/// Several families of both architectures, spot where it can be had.
fn general(site: ClusterSite) -> Value {
    let requirements = json!([
        one_of("karpenter.sh/capacity-type", &["spot", "on-demand"]),
        one_of("kubernetes.io/arch", &["amd64", "arm64"]),
        one_of("kubernetes.io/os", &["linux"]),
        one_of("karpenter.k8s.aws/instance-category", &["c", "m"]),
        { "key": "karpenter.k8s.aws/instance-generation", "operator": "Gt", "values": ["5"] },
        one_of("karpenter.k8s.aws/instance-size", &["large", "xlarge"]),
    ]);
    // Drift waits for the night and the weekend.
    let budgets = json!([
        { "nodes": "10%" },
        { "nodes": "0", "reasons": ["Drifted"], "schedule": "0 7 * * mon-fri", "duration": "11h" },
    ]);
    pool(
        "general",
        &requirements,
        &[
            ("/spec/weight", json!(20)),
            (
                "/spec/limits",
                json!({ "cpu": site.pick("64", "32", "16"), "memory": site.pick("256Gi", "128Gi", "64Gi") }),
            ),
            ("/spec/disruption/budgets", budgets),
        ],
    )
}

/// Graviton for what computes.
fn compute(site: ClusterSite) -> Value {
    let requirements = json!([
        one_of("karpenter.sh/capacity-type", &["on-demand"]),
        one_of("kubernetes.io/arch", &["arm64"]),
        one_of("kubernetes.io/os", &["linux"]),
        one_of("karpenter.k8s.aws/instance-category", &["c"]),
        { "key": "karpenter.k8s.aws/instance-generation", "operator": "Gt", "values": ["5"] },
        one_of("karpenter.k8s.aws/instance-size", &["xlarge"]),
    ]);
    pool(
        "compute",
        &requirements,
        &[
            ("/spec/weight", json!(10)),
            ("/spec/limits", json!({ "cpu": site.pick("64", "16", "8") })),
            ("/spec/template/spec/taints", taint("compute")),
        ],
    )
}

/// For caches and search: a day to leave, then whatever protects pods no longer does.
fn memory(site: ClusterSite) -> Value {
    let requirements = json!([
        one_of("karpenter.sh/capacity-type", &["on-demand"]),
        one_of("kubernetes.io/arch", &["amd64", "arm64"]),
        one_of("kubernetes.io/os", &["linux"]),
        one_of("karpenter.k8s.aws/instance-category", &["r"]),
        { "key": "karpenter.k8s.aws/instance-generation", "operator": "Gt", "values": ["5"] },
        one_of("karpenter.k8s.aws/instance-size", &["large", "xlarge", "2xlarge"]),
    ]);
    pool(
        "memory",
        &requirements,
        &[
            ("/spec/weight", json!(10)),
            (
                "/spec/limits",
                json!({ "cpu": site.pick("48", "16", "8"), "memory": site.pick("384Gi", "128Gi", "64Gi") }),
            ),
            ("/spec/disruption/consolidateAfter", json!("10m")),
            ("/spec/disruption/budgets", json!([{ "nodes": "1" }])),
            ("/spec/template/spec/taints", taint("memory")),
        ],
    )
}

/// Only spot, for what may be interrupted.
fn spot(site: ClusterSite) -> Value {
    let requirements = json!([
        one_of("karpenter.sh/capacity-type", &["spot"]),
        one_of("kubernetes.io/arch", &["amd64", "arm64"]),
        one_of("kubernetes.io/os", &["linux"]),
        one_of("karpenter.k8s.aws/instance-category", &["c", "m", "r"]),
        one_of("karpenter.k8s.aws/instance-size", &["large", "xlarge", "2xlarge"]),
    ]);
    pool(
        "spot",
        &requirements,
        &[
            ("/spec/weight", json!(50)),
            ("/spec/limits", json!({ "cpu": site.pick("128", "32", "16") })),
            ("/spec/disruption/budgets", json!([{ "nodes": "20%" }])),
            ("/spec/template/spec/taints", taint("spot")),
        ],
    )
}
