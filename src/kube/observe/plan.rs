//! What a plan stands on, target by target.

use futures_util::future::{join, join3, join4};
use serde::de::IgnoredAny;

use super::beside::{ReadPart, ReadingSoFar, names_of_nodes};
use super::owners::owners_of;
use super::parts::{kind_of, kind_of_sort, node_of, of_the_group, pods_of, what_holds};
use super::picked::{object, object_among, pick};
use super::reading::ClusterReading;
use crate::domain::{Delta, Fault};
use crate::kube::ask::ApiLine;
use crate::kube::request::Chosen;
use crate::services::kubernetes::change::name::ObjectSort;
use crate::services::kubernetes::change::{ApiObject, ObjectName};
use crate::services::kubernetes::{ObjectKind, Served, WatchTold};

/// The label of a pool's nodes and claims (karpenter, pkg/apis/v1/labels.go, `NodePoolLabelKey`).
const POOL: &str = "karpenter.sh/nodepool";

/// Reads what a plan for a target stands on.
pub(in crate::kube) async fn read_for(
    line: &ApiLine,
    name: &ObjectName,
    served: &Served,
) -> Result<ClusterReading, Fault> {
    let mut beside = ReadingSoFar::new(line, Some(served));
    match name.sort {
        ObjectSort::Node => of_node(&mut beside, &name.name).await?,
        ObjectSort::NodeClaim => of_claim(&mut beside, &name.name).await?,
        ObjectSort::NodePool => of_pool(&mut beside, &name.name).await?,
        ObjectSort::Nodegroup => of_nodegroup(&mut beside, &name.name).await,
        ObjectSort::Workload(sort) => of_workload(&mut beside, kind_of(sort), name).await?,
        ObjectSort::Autoscaler => of_autoscaler(&mut beside, name).await?,
    }
    Ok(beside.done())
}

/// Reads what is to be changed and nothing else: a later step of a plan asks whether it is the one that the plan knew. A
/// node group is EKS's.
pub(in crate::kube) async fn read_target(line: &ApiLine, name: &ObjectName) -> Result<ClusterReading, Fault> {
    let mut beside = ReadingSoFar::new(line, None);
    if let Some(kind) = kind_of_sort(name.sort) {
        let read = object(line, kind, &name.namespace, &name.name).await;
        beside.target(kind, read)?;
    }
    Ok(beside.done())
}

/// The names of all nodes.
pub(in crate::kube) async fn node_names(line: &ApiLine) -> Result<Vec<String>, Fault> {
    let picked = pick::<IgnoredAny>(line, ObjectKind::Node, &Chosen::all()).await?;
    Ok(match picked.told {
        WatchTold::Nodes(Delta::Snapshot(all)) => all.keys().map(ToString::to_string).collect(),
        _ => Vec::new(),
    })
}

/// A node: its pods, their budgets and owners, its claim and pool, and what is said of node and claim.
async fn of_node(beside: &mut ReadingSoFar<'_>, name: &str) -> Result<(), Fault> {
    let (target, pods, budgets) = join3(
        object(beside.line, ObjectKind::Node, "", name),
        beside.pods_on(&[name.to_owned()]),
        beside.list(ObjectKind::DisruptionBudget, Chosen::all()),
    )
    .await;
    beside.target(ObjectKind::Node, target)?;
    let owner = beside.object().and_then(owning_claim).map(str::to_owned);
    let pool = beside.object().and_then(|node| node.label(POOL)).map(str::to_owned);
    let claims = match (&owner, &pool) {
        (Some(claim), _) => Some(Chosen::named("", claim)),
        (None, Some(pool)) => Some(of_the_pool(pool)),
        (None, None) => None,
    };
    let about: Vec<(&str, &str)> =
        std::iter::once(("Node", name)).chain(owner.iter().map(|claim| ("NodeClaim", claim.as_str()))).collect();
    let (claims, pools, events, owners) = join4(
        beside.some(ObjectKind::NodeClaim, claims),
        beside.some(ObjectKind::NodePool, pool.map(|pool| Chosen::named("", &pool))),
        beside.events(&about),
        owners_of(beside, &pods),
    )
    .await;
    beside.put([pods, budgets, claims, pools, events].into_iter().chain(owners));
    Ok(())
}

/// The claim that a node was made for (karpenter, pkg/utils/nodeclaim/nodeclaim.go, `UpdateNodeOwnerReferences`).
fn owning_claim(node: &ApiObject) -> Option<&str> {
    let owners = node.at("/metadata/ownerReferences")?.as_array()?;
    owners.iter().find(|owner| owner["kind"] == "NodeClaim")?["name"].as_str()
}

/// What has the label of a pool.
fn of_the_pool(pool: &str) -> Chosen {
    Chosen::all().with_labels(format!("{POOL}={pool}"))
}

/// A claim: its pool and its node, the pods there, their budgets and owners, and what is said of claim and node.
async fn of_claim(beside: &mut ReadingSoFar<'_>, name: &str) -> Result<(), Fault> {
    let target = object(beside.line, ObjectKind::NodeClaim, "", name).await;
    beside.target(ObjectKind::NodeClaim, target)?;
    let node = node_of(beside.object());
    let pool = beside.object().and_then(|claim| claim.label(POOL)).map(|pool| Chosen::named("", pool));
    let (pools, parts) = join(beside.some(ObjectKind::NodePool, pool), what_holds(beside, name, node.as_deref())).await;
    let [_, pods, ..] = &parts;
    let owners = owners_of(beside, pods).await;
    beside.put(parts.into_iter().chain([pools]).chain(owners));
    Ok(())
}

/// A pool: its claims and its nodes, the pools beside it, and the pods that no node was found for.
async fn of_pool(beside: &mut ReadingSoFar<'_>, name: &str) -> Result<(), Fault> {
    // "spec.nodeName=" is for those that are on none (Kubernetes, "Field Selectors").
    let waiting = Chosen::all().with_field("spec.nodeName", "").with_field("status.phase", "Pending");
    let (target, claims, nodes, pods) = join4(
        object_among(beside.line, ObjectKind::NodePool, name),
        beside.list(ObjectKind::NodeClaim, of_the_pool(name)),
        beside.list(ObjectKind::Node, of_the_pool(name)),
        beside.pods(waiting),
    )
    .await;
    beside.target(ObjectKind::NodePool, target)?;
    beside.put([claims, nodes, pods]);
    Ok(())
}

/// A managed node group: its nodes, the pods there and their budgets, and the workloads of the cluster: they own the pods,
/// and one of them may be an autoscaler of its groups.
async fn of_nodegroup(beside: &mut ReadingSoFar<'_>, name: &str) {
    let (nodes, budgets, deployments, sets) = join4(
        beside.list(ObjectKind::Node, of_the_group(name)),
        beside.list(ObjectKind::DisruptionBudget, Chosen::all()),
        beside.list(ObjectKind::Deployment, Chosen::all()),
        beside.list(ObjectKind::StatefulSet, Chosen::all()),
    )
    .await;
    let pods = match names_of_nodes(&nodes) {
        Some(names) => beside.pods_on(&names).await,
        None => ReadPart::unknown(ObjectKind::Pod),
    };
    beside.put([nodes, budgets, deployments, sets, pods]);
}

/// A workload: its pods, the autoscalers and budgets of its namespace, and the applications that may deploy it.
async fn of_workload(beside: &mut ReadingSoFar<'_>, kind: ObjectKind, name: &ObjectName) -> Result<(), Fault> {
    let ObjectName { namespace, name, .. } = name;
    let (target, autoscalers, budgets, applications) = join4(
        object(beside.line, kind, namespace, name),
        beside.list(ObjectKind::Autoscaler, Chosen::within(namespace)),
        beside.list(ObjectKind::DisruptionBudget, Chosen::within(namespace)),
        beside.list(ObjectKind::Application, Chosen::all()),
    )
    .await;
    beside.target(kind, target)?;
    let pods = pods_of(beside, namespace).await;
    beside.put([autoscalers, budgets, applications, pods]);
    Ok(())
}

/// An autoscaler: what it scales, where that is a workload.
async fn of_autoscaler(beside: &mut ReadingSoFar<'_>, name: &ObjectName) -> Result<(), Fault> {
    let ObjectName { namespace, name, .. } = name;
    let target = object(beside.line, ObjectKind::Autoscaler, namespace, name).await;
    beside.target(ObjectKind::Autoscaler, target)?;
    let scaled = beside.object().and_then(|scaler| {
        let kind = match scaler.text("/spec/scaleTargetRef/kind") {
            "Deployment" => ObjectKind::Deployment,
            "StatefulSet" => ObjectKind::StatefulSet,
            _ => return None,
        };
        Some((kind, Chosen::named(namespace, scaler.text("/spec/scaleTargetRef/name"))))
    });
    if let Some((kind, of)) = scaled {
        let part = beside.list(kind, of).await;
        beside.put([part]);
    }
    Ok(())
}
