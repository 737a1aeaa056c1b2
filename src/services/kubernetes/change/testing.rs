//! Readings for the tests of operations: a healthy cluster with one target, of which a test changes what it is about.

use std::sync::Arc;

use serde_json::{Value, json};

use super::seen::PodDetail;
use super::{ApiObject, KubeRight, Operation, Permission, Plan, Seen, Target, TargetKind};
use crate::domain::{Identity, quantity};
use crate::ops::plan::CheckState;
use crate::services::kubernetes::Nodegroup;
use crate::services::kubernetes::model::{Budget, NodePool, Pod, WorkloadKind};
use crate::services::kubernetes::testing::{self as objects, CLUSTER, TestCluster};

/// The account of the cluster.
pub const ACCOUNT: &str = "111122223333";
/// Its region.
pub const REGION: &str = "eu-west-1";
/// The node of the tests.
pub const NODE: &str = "ip-10-0-1-2";

/// A plan of an operation.
#[allow(clippy::needless_pass_by_value, reason = "a test makes it for this call")]
pub fn plan_of(operation: Operation, seen: &Seen) -> Plan {
    Plan::make(&operation, None, seen)
}

/// Names of the checks that fail.
pub fn failed(plan: &Plan) -> Vec<String> {
    let failed = plan.checks.iter().filter(|check| check.state == CheckState::Failed);
    failed.map(|check| check.name.clone()).collect()
}

/// A reading of a target: its id without the cluster (`node/ip-10-0-1-2`), its JSON, and what there is beside it.
pub fn seen(kind: TargetKind, local: &str, object: Option<Value>, cluster: TestCluster) -> Seen {
    let target = Target { environment: "PROD".into(), kind, id: format!("{CLUSTER}/{local}"), region: REGION.into() };
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/operator/alice");
    let identity = Identity { account: ACCOUNT.into(), arn, expires: None };
    let rights = super::Api::ALL.iter().filter_map(|api| api.right());
    Seen {
        expected_account: Some(ACCOUNT.into()),
        owned: true,
        pods: cluster.pods.iter().map(|pod| (pod_name(pod), detail(pod))).collect(),
        object: object.map(ApiObject::new),
        data: cluster.data(),
        rights: rights.map(|right: KubeRight| (right, Permission::Allowed)).collect(),
        ..Seen::blank(objects::now(), target, identity)
    }
}

/// What else is read of a pod of which nobody has said how long it may take to end.
fn detail(pod: &Pod) -> PodDetail {
    PodDetail { uid: format!("u-{}", pod.name), has_scratch: false, grace: Some(30) }
}

fn pod_name(pod: &Pod) -> String {
    format!("{}/{}", pod.namespace, pod.name)
}

/// Node [`NODE`] of pool `general`, with no pod.
pub fn node() -> Seen {
    node_with(TestCluster::default())
}

/// The same node in a cluster of which there is more; the node itself is added.
pub fn node_with(mut cluster: TestCluster) -> Seen {
    cluster.nodes.push(objects::node(NODE));
    seen(TargetKind::Node, &format!("node/{NODE}"), Some(node_object()), cluster)
}

/// The node as its API server has it.
pub fn node_object() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": { "name": NODE, "uid": "u-node", "labels": { "karpenter.sh/nodepool": "general" } },
        "spec": { "providerID": "aws:///eu-west-1a/i-1" },
    })
}

/// Deployment `shop/checkout` of three replicas.
pub fn deployment() -> Seen {
    let object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "checkout", "namespace": "shop", "uid": "u-deployment", "generation": 4 },
        "spec": { "replicas": 3, "template": { "metadata": { "labels": { "app": "checkout" } }, "spec": {} } },
        "status": { "observedGeneration": 4, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3 },
    });
    let workloads = vec![objects::deployment("shop", "checkout", 3, 3)];
    debug_assert_eq!(workloads[0].kind, WorkloadKind::Deployment);
    seen(
        TargetKind::Workload,
        "deployment/shop/checkout",
        Some(object),
        TestCluster { workloads, ..TestCluster::default() },
    )
}

/// A pool in a cluster of which there is more: its JSON is made of what is known of it.
pub fn pool_with(pool: NodePool, mut cluster: TestCluster) -> Seen {
    let budget = |budget: &Budget| {
        let mut written = json!({ "nodes": &*budget.nodes });
        if !budget.reasons.is_empty() {
            written["reasons"] = json!(budget.reasons);
        }
        if let (Some(schedule), Some(seconds)) = (&budget.schedule, budget.duration) {
            (written["schedule"], written["duration"]) = (json!(&**schedule), json!(format!("{}m", seconds / 60)));
        }
        written
    };
    let limit = |(name, units): (&Arc<str>, &i64)| {
        let text = if &**name == "cpu" { quantity::write_milli(*units) } else { quantity::write_bytes(*units) };
        (name.to_string(), json!(text))
    };
    let mut spec = json!({
        "disruption": { "budgets": pool.budgets.iter().map(budget).collect::<Vec<_>>() },
        "template": {},
    });
    if !pool.limits.is_empty() {
        spec["limits"] = Value::Object(pool.limits.iter().map(limit).collect());
    }
    if pool.weight > 0 {
        spec["weight"] = json!(pool.weight);
    }
    if let Some(replicas) = pool.replicas {
        spec["replicas"] = json!(replicas);
    }
    let object = json!({
        "apiVersion": "karpenter.sh/v1", "kind": "NodePool",
        "metadata": { "name": &*pool.name, "uid": "u-pool" },
        "spec": spec,
    });
    let local = format!("nodepool/{}", pool.name);
    cluster.pools.push(pool);
    seen(TargetKind::NodePool, &local, Some(object), cluster)
}

/// Pool `general` with one budget of 10 % and a limit of 64 CPUs, of which 8 are in use.
pub fn pool() -> Seen {
    pool_with(objects::pool("general"), TestCluster::default())
}

/// Node group `system`, on demand, of 2 to 5 nodes, 3 desired, in a cluster of which there is more.
pub fn nodegroup_with(mut cluster: TestCluster) -> Seen {
    cluster.nodegroups.push(Nodegroup {
        name: "system".into(),
        arn: format!("arn:aws:eks:{REGION}:{ACCOUNT}:nodegroup/{CLUSTER}/system/1").into(),
        status: "ACTIVE".into(),
        version: "1.34".into(),
        release: "1.34.1-20261110".into(),
        capacity_type: "ON_DEMAND".into(),
        ami_type: "AL2023_x86_64_STANDARD".into(),
        instance_types: vec!["m6i.xlarge".into()],
        minimum: Some(2),
        maximum: Some(5),
        desired: Some(3),
        health: Vec::new(),
    });
    seen(TargetKind::Nodegroup, "nodegroup/system", None, cluster)
}

/// Changes the target's JSON.
pub fn edit(seen: &mut Seen, change: impl FnOnce(&mut Value)) {
    let mut value = seen.object.as_ref().map(|object| object.value().clone()).unwrap_or_default();
    change(&mut value);
    seen.object = Some(ApiObject::new(value));
}
