//! A pod: what it asks for, where it is, and how its containers fare.

use std::sync::Arc;

use jiff::Timestamp;

use super::{ObjectCondition, Requirement, Resources, TaintEffect};

/// `status.phase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PodPhase {
    Pending,
    Running,
    Succeeded,
    Failed,
    Unknown,
}

/// The controller that owns an object (`ownerReferences` with `controller: true`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerRef {
    /// `Deployment` for the pod of a ReplicaSet that a Deployment made (its name without `pod-template-hash`), else the
    /// kind as it is.
    pub kind: Arc<str>,
    pub name: Arc<str>,
}

/// How a container ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub exit_code: i32,
    pub signal: Option<i32>,
    /// `OOMKilled`, `Error`, `Completed`.
    pub reason: Arc<str>,
    pub message: Arc<str>,
    pub at: Option<Timestamp>,
}

/// What a container does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerState {
    /// `ContainerCreating`, `CrashLoopBackOff`, `ImagePullBackOff` …, with what is said of it.
    Waiting {
        reason: Arc<str>,
        message: Arc<str>,
    },
    Running {
        since: Option<Timestamp>,
    },
    Ended(Ended),
    /// Nothing is said of it yet.
    Unknown,
}

/// A container of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    pub name: Arc<str>,
    pub image: Arc<str>,
    /// One of `initContainers`.
    pub is_init: bool,
    pub ready: bool,
    pub restarts: u32,
    pub state: ContainerState,
    /// How it ended before.
    pub last: Option<Ended>,
    pub requests: Resources,
    /// Limits; zero is none.
    pub limits: Resources,
}

/// A toleration of a taint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toleration {
    /// Every key where there is none.
    pub key: Option<Arc<str>>,
    /// The value that is tolerated; every value where there is none (`Exists`).
    pub value: Option<Arc<str>>,
    /// Every effect where there is none.
    pub effect: Option<TaintEffect>,
}

/// A pod (core/v1).
#[derive(Debug, Clone, PartialEq)]
pub struct Pod {
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    pub created: Option<Timestamp>,
    /// When its kubelet took it (`status.startTime`).
    pub started: Option<Timestamp>,
    /// When it has to be gone (`deletionTimestamp`).
    pub deleting: Option<Timestamp>,
    pub owner: Option<OwnerRef>,
    pub labels: Vec<(Arc<str>, Arc<str>)>,
    /// `karpenter.sh/do-not-disrupt`: `true`, or a duration.
    pub do_not_disrupt: Option<Arc<str>>,
    /// `kubernetes.io/config.mirror`: the kubelet's own, evicted by nobody.
    pub is_mirror: bool,
    pub node: Option<Arc<str>>,
    /// The node that it is to run on once others are gone (`status.nominatedNodeName`).
    pub nominated_node: Option<Arc<str>>,
    pub phase: PodPhase,
    /// `status.reason`: `Evicted`, `NodeLost` …
    pub reason: Arc<str>,
    /// `PodScheduled` where it is not true, `Ready` where it is not true.
    pub conditions: Vec<ObjectCondition>,
    pub ready: bool,
    pub containers: Vec<Container>,
    /// What the scheduler counts: the sum of the containers, or the greatest init container, and the overhead (Kubernetes,
    /// "Resource sharing within containers"). `pods` is 1.
    pub requests: Resources,
    pub node_selector: Vec<(Arc<str>, Arc<str>)>,
    /// Required node affinity: one of these sets.
    pub affinity: Vec<Vec<Requirement>>,
    pub tolerations: Vec<Toleration>,
    /// Topology keys of spread constraints with `DoNotSchedule`, and of required pod anti-affinity.
    pub spread: Vec<Arc<str>>,
    pub priority: i32,
    /// It mounts a volume that is claimed (`persistentVolumeClaim`).
    pub has_claims: bool,
}

impl Pod {
    /// No node was found for it; it is not held by scheduling gates.
    #[must_use]
    pub fn is_unschedulable(&self) -> bool {
        self.node.is_none() && self.phase == PodPhase::Pending && self.deleting.is_none() && !self.is_gated()
    }

    /// The scheduler does not look at it while its scheduling gates hold it (Kubernetes, "Pod Scheduling Readiness").
    #[must_use]
    pub fn is_gated(&self) -> bool {
        self.condition("PodScheduled").is_some_and(|condition| &*condition.reason == "SchedulingGated")
    }

    /// It is of a DaemonSet, which makes one for each node.
    #[must_use]
    pub fn is_daemon(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| &*owner.kind == "DaemonSet")
    }

    /// Its last word is said: it holds no resources any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.phase, PodPhase::Succeeded | PodPhase::Failed)
    }

    /// One of its conditions that does not hold.
    #[must_use]
    pub fn condition(&self, kind: &str) -> Option<&ObjectCondition> {
        self.conditions.iter().find(|condition| &*condition.kind == kind)
    }

    /// The value of a label.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(name, _)| &**name == key).map(|(_, value)| &**value)
    }

    /// How often its containers were started anew.
    #[must_use]
    pub fn restarts(&self) -> u32 {
        self.containers.iter().map(|container| container.restarts).sum()
    }
}
