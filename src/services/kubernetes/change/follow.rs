//! How the end of a call is recognised, and how to find out whether a call arrived whose answer did not. Pure: a look at
//! the cluster in, a verdict out.

mod claim;
mod nodegroup;
mod pod;
mod spec;
mod workload;

pub use workload::{RESTARTED, rollout};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ApiObject, ObjectName};
use crate::ops::progress::{Happened, Progress};
use crate::services::kubernetes::{ClusterView, Data, EksTrouble};

/// Where what is followed is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    pub region: String,
    /// An [`ObjectName`], or for a pod `CLUSTER/pod/NAMESPACE/NAME`.
    pub id: String,
    /// The object's UID; empty for a node group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub uid: String,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "until")]
pub enum Follow {
    /// The object shows these values at these JSON pointers; an empty text is for what is not there any more.
    Shows {
        of: Followed,
        /// Pointer and JSON text.
        values: Vec<(String, String)>,
    },
    /// A pod is gone from its node.
    PodGone {
        of: Followed,
        node: String,
        /// Of the last pod of a drain: all pods that it evicts (`NAMESPACE/NAME`). Others that are on the node then are told
        /// of.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        approved: Vec<String>,
    },
    /// A NodeClaim is gone, and its node with it.
    ClaimGone {
        of: Followed,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<String>,
    },
    /// A rollout that was begun at this moment (`kubectl.kubernetes.io/restartedAt`) is complete.
    RolledOut { of: Followed, restarted: String },
    /// A workload has so many replicas, and they are available.
    Scaled { of: Followed, replicas: i64 },
    /// An update of a node group's configuration is over: of these sizes, as far as they were sent.
    NodegroupUpdated {
        of: Followed,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minimum: Option<i32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maximum: Option<i32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        desired: Option<i32>,
    },
}

/// An update of a node group (`eks:DescribeUpdate`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodegroupUpdate {
    pub id: String,
    /// `ConfigUpdate`, `VersionUpdate`.
    pub kind: String,
    /// `InProgress`, `Failed`, `Cancelled`, `Successful`.
    pub status: String,
    pub created: Option<Timestamp>,
    /// `MinSize`, `MaxSize`, `DesiredSize` and others, with their values.
    pub parameters: Vec<(String, String)>,
    pub errors: Vec<EksTrouble>,
}

/// What was seen of what is followed.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    pub at: Timestamp,
    /// The object of the name that is followed, whichever UID it has; none where there is none.
    pub object: Option<ApiObject>,
    /// What explains how far it is, as what is watched is kept: of a claim its node, the pods there, budgets and events;
    /// of a workload its pods; of the last pod of a drain the pods of its node; of a node group its nodes.
    pub data: Data,
    /// Updates of the node group, the newest first.
    pub updates: Vec<NodegroupUpdate>,
}

impl Look {
    /// A look that saw nothing.
    #[must_use]
    pub fn blank(at: Timestamp) -> Self {
        Self { at, object: None, data: Data::default(), updates: Vec::new() }
    }

    /// What was seen, joined.
    #[must_use]
    pub fn view(&self, cluster: &str) -> Option<ClusterView<'_>> {
        ClusterView::of(&self.data, cluster)
    }

    /// The object, if it is the very one.
    fn of(&self, followed: &Followed) -> Option<&ApiObject> {
        self.object.as_ref().filter(|object| object.uid() == followed.uid)
    }
}

/// A resource as it was read before a call, for the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectBefore {
    pub id: String,
    pub uid: String,
}

impl Followed {
    /// An object of the target's cluster.
    #[must_use]
    pub fn of(region: &str, name: &ObjectName, uid: &str) -> Self {
        Self { region: region.to_owned(), id: name.to_string(), uid: uid.to_owned() }
    }

    /// A pod of a cluster.
    #[must_use]
    pub fn pod(region: &str, cluster: &str, namespace: &str, pod: &str, uid: &str) -> Self {
        Self { region: region.to_owned(), id: format!("{cluster}/pod/{namespace}/{pod}"), uid: uid.to_owned() }
    }

    /// Its cluster's name.
    #[must_use]
    pub fn cluster(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    /// What it is called in its cluster: `shop/checkout`, or a name alone.
    #[must_use]
    pub fn local(&self) -> &str {
        self.id.splitn(3, '/').nth(2).unwrap_or_default()
    }
}

impl Follow {
    /// What is followed.
    #[must_use]
    pub fn of(&self) -> &Followed {
        match self {
            Self::Shows { of, .. }
            | Self::PodGone { of, .. }
            | Self::ClaimGone { of, .. }
            | Self::RolledOut { of, .. }
            | Self::Scaled { of, .. }
            | Self::NodegroupUpdated { of, .. } => of,
        }
    }

    /// What is waited for, in words.
    #[must_use]
    pub fn awaited(&self) -> String {
        let name = self.of().local();
        match self {
            Self::Shows { .. } => format!("{name} shows the new values"),
            Self::PodGone { node, .. } => format!("pod {name} is gone from {node}"),
            Self::ClaimGone { node: Some(node), .. } => format!("claim {name} and node {node} are gone"),
            Self::ClaimGone { node: None, .. } => format!("claim {name} is gone"),
            Self::RolledOut { .. } => format!("the rollout of {name} is complete"),
            Self::Scaled { replicas, .. } => format!("{name} has {replicas} replicas, all available"),
            Self::NodegroupUpdated { desired: Some(_), .. } => {
                format!("the update of node group {name} is over, and its nodes are those that are wanted")
            }
            Self::NodegroupUpdated { .. } => format!("the update of node group {name} is over"),
        }
    }

    /// How far it is; `sent` is when the call was sent.
    #[must_use]
    pub fn progress(&self, look: &Look, sent: Timestamp) -> Progress {
        match self {
            Self::Shows { of, values } => spec::progress(of, values, look, sent),
            Self::PodGone { of, node, approved } => pod::progress(of, node, approved, look),
            Self::ClaimGone { of, node } => claim::progress(of, node.as_deref(), look, sent),
            Self::RolledOut { of, restarted } => workload::rolled_out(of, restarted, look),
            Self::Scaled { of, replicas } => workload::scaled(of, *replicas, look),
            Self::NodegroupUpdated { of, minimum, maximum, desired } => {
                nodegroup::progress(of, nodegroup::sizes(*minimum, *maximum, *desired), look, sent)
            }
        }
    }

    /// Whether a call has arrived whose answer was lost.
    #[must_use]
    pub fn happened(&self, look: &Look, sent: Timestamp) -> Happened {
        let is_so = match self {
            Self::Shows { of, values } => spec::shows(of, values, look),
            Self::PodGone { of, .. } | Self::ClaimGone { of, .. } => look.of(of).is_none_or(ApiObject::is_going),
            Self::RolledOut { of, restarted } => workload::is_restarted(of, restarted, look),
            Self::Scaled { of, replicas } => {
                look.of(of).is_some_and(|object| object.number("/spec/replicas") == Some(*replicas))
            }
            Self::NodegroupUpdated { minimum, maximum, desired, .. } => {
                nodegroup::update(nodegroup::sizes(*minimum, *maximum, *desired), look, sent).is_some()
            }
        };
        if is_so { Happened::Yes } else { Happened::NoSign }
    }
}
