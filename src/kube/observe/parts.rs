//! What plans and looks both read.

use futures_util::future::join4;

use super::beside::{ReadPart, ReadingSoFar};
use crate::kube::request::{Chosen, selector};
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::change::ApiObject;
use crate::services::kubernetes::change::name::ObjectSort;
use crate::services::kubernetes::model::WorkloadKind;

/// The label of a managed node group's nodes (EKS User Guide, "Simplify node lifecycle with managed node groups").
const NODEGROUP: &str = "eks.amazonaws.com/nodegroup";

/// The nodes of a managed node group.
pub(super) fn of_the_group(name: &str) -> Chosen {
    Chosen::all().with_labels(format!("{NODEGROUP}={name}"))
}

/// The node that a claim has become.
pub(super) fn node_of(claim: Option<&ApiObject>) -> Option<String> {
    claim.map(|claim| claim.text("/status/nodeName")).filter(|node| !node.is_empty()).map(str::to_owned)
}

/// What may keep a claim from going: its node, the pods there and their budgets, and what is said of claim and node.
pub(super) async fn what_holds(beside: &ReadingSoFar<'_>, claim: &str, node: Option<&str>) -> [ReadPart; 4] {
    let on: Vec<String> = node.iter().map(ToString::to_string).collect();
    let about: Vec<(&str, &str)> =
        std::iter::once(("NodeClaim", claim)).chain(node.iter().map(|node| ("Node", *node))).collect();
    let (nodes, pods, budgets, events) = join4(
        beside.some(ObjectKind::Node, node.map(|node| Chosen::named("", node))),
        beside.pods_on(&on),
        beside.list(ObjectKind::DisruptionBudget, Chosen::all()),
        beside.events(&about),
    )
    .await;
    [nodes, pods, budgets, events]
}

/// The pods of the workload that was read.
pub(super) async fn pods_of(beside: &ReadingSoFar<'_>, namespace: &str) -> ReadPart {
    let Some(workload) = beside.object() else { return beside.nothing(ObjectKind::Pod) };
    match workload.at("/spec/selector").and_then(selector) {
        Some(labels) => beside.pods(Chosen::within(namespace).with_labels(labels)).await,
        None => ReadPart::unknown(ObjectKind::Pod),
    }
}

/// The kind of a workload.
pub(super) fn kind_of(sort: WorkloadKind) -> ObjectKind {
    match sort {
        WorkloadKind::Deployment => ObjectKind::Deployment,
        WorkloadKind::StatefulSet => ObjectKind::StatefulSet,
        WorkloadKind::DaemonSet => ObjectKind::DaemonSet,
    }
}

/// The kind of a sort of target; none for a node group, which is EKS's.
pub(super) fn kind_of_sort(sort: ObjectSort) -> Option<ObjectKind> {
    Some(match sort {
        ObjectSort::Node => ObjectKind::Node,
        ObjectSort::NodeClaim => ObjectKind::NodeClaim,
        ObjectSort::NodePool => ObjectKind::NodePool,
        ObjectSort::Workload(sort) => kind_of(sort),
        ObjectSort::Autoscaler => ObjectKind::Autoscaler,
        ObjectSort::Nodegroup => return None,
    })
}
