//! Looks at what a call was sent to: the object as it is now, and what explains how far it is.

use futures_util::future::join;

use super::beside::{ReadPart, ReadingSoFar};
use super::parts::{kind_of, node_of, pods_of, what_holds};
use super::picked::object;
use super::reading::ClusterReading;
use crate::domain::{Fault, FaultKind};
use crate::kube::answer::fault;
use crate::kube::ask::ApiLine;
use crate::kube::request::Chosen;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::change::follow::Followed;
use crate::services::kubernetes::change::name::ObjectSort;
use crate::services::kubernetes::change::{Follow, ObjectName};

/// Looks at what is followed. A node group is EKS's: nothing of it is read here.
pub(in crate::kube) async fn look(line: &ApiLine, follow: &Follow) -> Result<ClusterReading, Fault> {
    // What is followed was read before, and its kind with it.
    let mut beside = ReadingSoFar::new(line, None);
    match follow {
        Follow::NodegroupUpdated { .. } => {}
        Follow::PodGone { of, .. } => pod(&mut beside, of).await?,
        Follow::ClaimGone { of, node } => claim(&mut beside, of, node.as_deref()).await?,
        Follow::Shows { of, .. } => {
            named(&mut beside, of).await?;
        }
        Follow::RolledOut { of, .. } | Follow::Scaled { of, .. } => {
            let name = named(&mut beside, of).await?;
            let pods = pods_of(&beside, &name.namespace).await;
            beside.put([pods]);
        }
    }
    Ok(beside.done())
}

/// Reads the object of a name. What is followed and may not be read cannot be followed.
async fn named(beside: &mut ReadingSoFar<'_>, of: &Followed) -> Result<ObjectName, Fault> {
    let name = ObjectName::parse(&of.id).ok_or_else(|| no_name(&of.id))?;
    let kind = match name.sort {
        ObjectSort::Node => ObjectKind::Node,
        ObjectSort::NodeClaim => ObjectKind::NodeClaim,
        ObjectSort::NodePool => ObjectKind::NodePool,
        ObjectSort::Workload(sort) => kind_of(sort),
        ObjectSort::Autoscaler => ObjectKind::Autoscaler,
        ObjectSort::Nodegroup => return Err(no_name(&of.id)),
    };
    let read = object(beside.line, kind, &name.namespace, &name.name).await?;
    beside.target(kind, Ok(read))?;
    Ok(name)
}

/// A pod, and the budgets of its namespace.
async fn pod(beside: &mut ReadingSoFar<'_>, of: &Followed) -> Result<(), Fault> {
    let parts: Vec<&str> = of.id.split('/').collect();
    let [_, "pod", namespace, name] = parts.as_slice() else { return Err(no_name(&of.id)) };
    let (read, budgets) = join(
        object(beside.line, ObjectKind::Pod, namespace, name),
        beside.list(ObjectKind::DisruptionBudget, Chosen::within(namespace)),
    )
    .await;
    beside.target(ObjectKind::Pod, Ok(read?))?;
    beside.put([budgets]);
    Ok(())
}

/// A claim, and what may keep it.
async fn claim(beside: &mut ReadingSoFar<'_>, of: &Followed, node: Option<&str>) -> Result<(), Fault> {
    let name = named(beside, of).await?;
    let node = node.map(str::to_owned).or_else(|| node_of(beside.object()));
    let parts: [ReadPart; 4] = what_holds(beside, &name.name, node.as_deref()).await;
    beside.put(parts);
    Ok(())
}

fn no_name(id: &str) -> Fault {
    let message = format!("{id} is no name of an object that can be followed");
    fault("k8s: look".to_owned(), FaultKind::Other { code: String::new() }, &message)
}
