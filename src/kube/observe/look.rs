//! Looks at what a call was sent to: the object as it is now, and what explains how far it is.

use super::beside::{ReadPart, ReadingSoFar};
use super::parts::{kind_of_sort, node_of, of_the_group, pods_of, what_holds};
use super::picked::object;
use super::reading::ClusterReading;
use crate::domain::{Fault, FaultKind};
use crate::kube::answer::fault;
use crate::kube::ask::ApiLine;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::change::follow::Followed;
use crate::services::kubernetes::change::{Follow, ObjectName};

/// Looks at what is followed. A node group is EKS's: its nodes are read here.
pub(in crate::kube) async fn look(line: &ApiLine, follow: &Follow) -> Result<ClusterReading, Fault> {
    // What is followed was read before, and its kind with it.
    let mut beside = ReadingSoFar::new(line, None);
    match follow {
        Follow::NodegroupUpdated { of, .. } => {
            let nodes = beside.list(ObjectKind::Node, of_the_group(of.local())).await;
            beside.put([nodes]);
        }
        Follow::PodGone { of, node, approved } => {
            pod(&mut beside, of).await?;
            if !approved.is_empty() {
                let others = beside.pods_on(std::slice::from_ref(node)).await;
                beside.put([others]);
            }
        }
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
    let kind = kind_of_sort(name.sort).ok_or_else(|| no_name(&of.id))?;
    let read = object(beside.line, kind, &name.namespace, &name.name).await?;
    beside.target(kind, Ok(read))?;
    Ok(name)
}

/// A pod, alone: among what is told of pods it would stand for all of them.
async fn pod(beside: &mut ReadingSoFar<'_>, of: &Followed) -> Result<(), Fault> {
    let parts: Vec<&str> = of.id.split('/').collect();
    let [_, "pod", namespace, name] = parts.as_slice() else { return Err(no_name(&of.id)) };
    let (_, pod) = object(beside.line, ObjectKind::Pod, namespace, name).await?;
    beside.keep(pod);
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
