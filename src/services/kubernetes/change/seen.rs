//! What was read for a plan, and is read again before anything is sent.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::{ApiObject, KubeRight, ObjectName, Permission, Target};
use crate::domain::{Criticality, Identity};
use crate::ops;
use crate::services::kubernetes::model::{Node, NodeClaim, NodePool, Pod};
use crate::services::kubernetes::{ClusterView, Data, EksCluster, Nodegroup, ObjectKind};

/// A part of what is read for a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeenPart {
    /// Everything: the credentials are of another account.
    All,
    /// What EKS says of the cluster.
    Cluster,
    Nodegroup,
    /// The target itself.
    Target,
    /// Objects of a kind.
    Objects(ObjectKind),
    /// Whether an identity may do what the plan does.
    Right(KubeRight),
}

impl fmt::Display for SeenPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("nothing else was read"),
            Self::Cluster => f.write_str("the cluster in EKS"),
            Self::Nodegroup => f.write_str("the node group"),
            Self::Target => f.write_str("the target"),
            Self::Objects(kind) => f.write_str(kind.title()),
            Self::Right(right) => write!(f, "whether you may {right}"),
        }
    }
}

/// A part that could not be read, and why.
pub type Unread = ops::unread::Unread<SeenPart>;

/// What is read of a pod for a plan beside what is watched of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PodDetail {
    pub uid: String,
    /// It has a volume of kind `emptyDir`, which goes with it.
    pub has_scratch: bool,
    /// Seconds that it has to end (`spec.terminationGracePeriodSeconds`); the API server writes 30 where nobody has said.
    pub grace: Option<i64>,
}

/// The state of a cluster that a plan stands on. All of it was read at `at`; what was not read is empty and stands in
/// `missing`, and what stands on it is unknown ([`Seen::knows`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub at: Timestamp,
    /// Its id is an [`ObjectName`].
    pub target: Target,
    pub criticality: Criticality,
    /// The account that the environment must belong to, if the configuration says.
    pub expected_account: Option<String>,
    pub identity: Identity,
    /// Whether the cluster is the environment's, by the selectors of the configuration.
    pub owned: bool,
    /// Options that the equivalent commands need: `--context …` of `kubectl`, `--profile …` of `aws`.
    pub cli: String,
    /// The target as the API server has it, whole; none where it is not there. Of a node group there is none.
    pub object: Option<ApiObject>,
    /// What EKS says of the cluster and its node group, and the objects that the operation needs beside its target, as
    /// what is watched is kept: of this one cluster, read fresh. Pods are those of the node alone where it is done to a
    /// node or claim, and those of the workload where it is done to a workload.
    pub data: Data,
    /// What else was read of the pods, by namespace and name.
    pub pods: BTreeMap<String, PodDetail>,
    /// What whoever sends may do; empty where that is somebody else than who read.
    pub rights: Vec<(KubeRight, Permission)>,
    pub missing: Vec<Unread>,
}

impl Seen {
    /// A cluster of which nothing is known yet.
    #[must_use]
    pub fn blank(at: Timestamp, target: Target, identity: Identity) -> Self {
        Self {
            at,
            target,
            criticality: Criticality::Production,
            expected_account: None,
            identity,
            owned: false,
            cli: String::new(),
            object: None,
            data: Data::default(),
            pods: BTreeMap::new(),
            rights: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// The target's name; none for an id that is none.
    #[must_use]
    pub fn name(&self) -> Option<ObjectName> {
        ObjectName::parse(&self.target.id)
    }

    /// Whether a part was read: if not, whatever stands on it is unknown.
    #[must_use]
    pub fn is_read(&self, part: &SeenPart) -> bool {
        !self.missing.iter().any(|unread| unread.part == *part || unread.part == SeenPart::All)
    }

    /// Whether the objects of a kind were read.
    #[must_use]
    pub fn knows(&self, kind: ObjectKind) -> bool {
        self.is_read(&SeenPart::Objects(kind)) && self.view().is_some_and(|view| view.standing(kind).is_known())
    }

    /// What was read, joined.
    #[must_use]
    pub fn view(&self) -> Option<ClusterView<'_>> {
        ClusterView::of(&self.data, &self.name()?.cluster)
    }

    /// What EKS says of the cluster.
    #[must_use]
    pub fn eks(&self) -> Option<&Arc<EksCluster>> {
        self.data.eks(&self.name()?.cluster)
    }

    /// The node that is the target, or that of the claim that is.
    #[must_use]
    pub fn node(&self) -> Option<&Node> {
        let (name, view) = (self.name()?, self.view()?);
        match self.claim() {
            Some(claim) => view.node(claim.node.as_deref()?),
            None => view.node(&name.name),
        }
    }

    /// The claim that is the target.
    #[must_use]
    pub fn claim(&self) -> Option<&NodeClaim> {
        (self.target.kind == super::TargetKind::NodeClaim).then(|| self.view()?.claim(&self.name()?.name))?
    }

    /// The pool that is the target.
    #[must_use]
    pub fn pool(&self) -> Option<&NodePool> {
        (self.target.kind == super::TargetKind::NodePool).then(|| self.view()?.pool(&self.name()?.name))?
    }

    /// The node group that is the target.
    #[must_use]
    pub fn nodegroup(&self) -> Option<&Nodegroup> {
        let name = self.name().filter(|_| self.target.kind == super::TargetKind::Nodegroup)?;
        let all = self.data.get(&name.cluster)?.nodegroups.value()?;
        all.iter().find(|group| *group.name == *name.name)
    }

    /// What else was read of a pod.
    #[must_use]
    pub fn detail(&self, pod: &Pod) -> Option<&PodDetail> {
        self.pods.get(&format!("{}/{}", pod.namespace, pod.name))
    }

    /// The UID of a pod.
    #[must_use]
    pub fn uid_of(&self, pod: &Pod) -> Option<&str> {
        self.detail(pod).map(|detail| detail.uid.as_str())
    }

    /// Whether a pod has a volume that goes with it.
    #[must_use]
    pub fn has_scratch(&self, pod: &Pod) -> bool {
        self.detail(pod).is_some_and(|detail| detail.has_scratch)
    }

    /// What is said of a right; none where it was not asked.
    #[must_use]
    pub fn permission(&self, right: KubeRight) -> Option<&Permission> {
        self.rights.iter().find(|(of, _)| *of == right).map(|(_, permission)| permission)
    }
}
