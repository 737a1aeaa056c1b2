//! Which thing of a cluster is looked at.

use std::sync::Arc;

use crate::services::kubernetes::model::{NodeClaim, OwnerRef, Pod, Workload, WorkloadKind};
use crate::services::kubernetes::rules::ThingRef;

/// A thing of a cluster that has a screen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThingKey {
    Node(Arc<str>),
    Claim(Arc<str>),
    Pod { namespace: Arc<str>, name: Arc<str> },
    Pool(Arc<str>),
    Workload { kind: WorkloadKind, namespace: Arc<str>, name: Arc<str> },
}

impl ThingKey {
    /// The thing that a finding is about; none where it has no screen of its own.
    #[must_use]
    pub fn of_thing(thing: &ThingRef) -> Option<Self> {
        match thing {
            ThingRef::NodePool(name) => Some(Self::Pool(name.clone())),
            ThingRef::Node(name) => Some(Self::Node(name.clone())),
            ThingRef::Claim(name) => Some(Self::Claim(name.clone())),
            ThingRef::Workload { kind, namespace, name } => {
                Some(Self::Workload { kind: workload_kind(kind)?, namespace: namespace.clone(), name: name.clone() })
            }
            ThingRef::Cluster | ThingRef::Application { .. } => None,
        }
    }

    /// How findings name it; no finding is about a single pod.
    #[must_use]
    pub fn thing(&self) -> Option<ThingRef> {
        match self {
            Self::Node(name) => Some(ThingRef::Node(name.clone())),
            Self::Claim(name) => Some(ThingRef::Claim(name.clone())),
            Self::Pool(name) => Some(ThingRef::NodePool(name.clone())),
            Self::Workload { kind, namespace, name } => {
                Some(ThingRef::Workload { kind: kind.name().into(), namespace: namespace.clone(), name: name.clone() })
            }
            Self::Pod { .. } => None,
        }
    }

    /// A pod.
    #[must_use]
    pub fn pod(pod: &Pod) -> Self {
        Self::Pod { namespace: pod.namespace.clone(), name: pod.name.clone() }
    }

    /// A workload.
    #[must_use]
    pub fn workload(workload: &Workload) -> Self {
        Self::Workload { kind: workload.kind, namespace: workload.namespace.clone(), name: workload.name.clone() }
    }

    /// A claim.
    #[must_use]
    pub fn claim(claim: &NodeClaim) -> Self {
        Self::Claim(claim.name.clone())
    }

    /// What owns a pod; none where it is of a kind that is not watched.
    #[must_use]
    pub fn owner(owner: &OwnerRef, namespace: &Arc<str>) -> Option<Self> {
        let kind = workload_kind(&owner.kind)?;
        Some(Self::Workload { kind, namespace: namespace.clone(), name: owner.name.clone() })
    }

    /// Its kind as the API writes it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Node(_) => "Node",
            Self::Claim(_) => "NodeClaim",
            Self::Pod { .. } => "Pod",
            Self::Pool(_) => "NodePool",
            Self::Workload { kind, .. } => kind.name(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        match self {
            Self::Node(name)
            | Self::Claim(name)
            | Self::Pool(name)
            | Self::Pod { name, .. }
            | Self::Workload { name, .. } => name,
        }
    }

    /// Its namespace; empty where its kind has none.
    #[must_use]
    pub fn namespace(&self) -> &str {
        match self {
            Self::Pod { namespace, .. } | Self::Workload { namespace, .. } => namespace,
            Self::Node(_) | Self::Claim(_) | Self::Pool(_) => "",
        }
    }

    /// Its kind and name as kubectl takes them: `pod api-7`, `nodeclaim general-x7k2p`.
    #[must_use]
    pub fn resource(&self) -> &'static str {
        match self {
            Self::Node(_) => "node",
            Self::Claim(_) => "nodeclaim",
            Self::Pod { .. } => "pod",
            Self::Pool(_) => "nodepool",
            Self::Workload { kind: WorkloadKind::Deployment, .. } => "deployment",
            Self::Workload { kind: WorkloadKind::StatefulSet, .. } => "statefulset",
            Self::Workload { kind: WorkloadKind::DaemonSet, .. } => "daemonset",
        }
    }
}

/// The kind of a workload as the API writes it.
fn workload_kind(kind: &str) -> Option<WorkloadKind> {
    let all = [WorkloadKind::Deployment, WorkloadKind::StatefulSet, WorkloadKind::DaemonSet];
    all.into_iter().find(|known| known.name() == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_opens_its_thing_and_a_thing_finds_its_findings() {
        let keys = [
            ThingKey::Node("ip-10-0-1-5".into()),
            ThingKey::Claim("general-x7k2p".into()),
            ThingKey::Pool("general".into()),
            ThingKey::Workload { kind: WorkloadKind::StatefulSet, namespace: "orders".into(), name: "db".into() },
        ];
        for key in keys {
            assert_eq!(key.thing().as_ref().and_then(ThingKey::of_thing), Some(key));
        }
        assert_eq!(ThingKey::of_thing(&ThingRef::Cluster), None);
        let job = ThingRef::Workload { kind: "Job".into(), namespace: "orders".into(), name: "once".into() };
        assert_eq!(ThingKey::of_thing(&job), None, "a kind that has no screen");
    }
}
