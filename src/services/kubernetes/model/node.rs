//! A node, with or without somebody who manages it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Conditions, Resources};

/// `karpenter.sh/capacity-type`, or `eks.amazonaws.com/capacityType` of a managed node group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CapacityType {
    OnDemand,
    Spot,
    /// On-demand capacity that a capacity reservation holds.
    Reserved,
}

/// What a taint does to pods that do not tolerate it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaintEffect {
    NoSchedule,
    PreferNoSchedule,
    NoExecute,
}

/// A taint of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taint {
    pub key: Arc<str>,
    pub value: Arc<str>,
    pub effect: TaintEffect,
}

/// Who brought a node, and takes it away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeProvider {
    /// Karpenter, for this NodePool (label `karpenter.sh/nodepool`). With EKS Auto Mode too.
    Karpenter(Arc<str>),
    /// An EKS managed node group (label `eks.amazonaws.com/nodegroup`).
    ManagedGroup(Arc<str>),
    /// Fargate: one pod a node (label `eks.amazonaws.com/compute-type=fargate`).
    Fargate,
    /// Nobody that is known: a group of one's own.
    Other,
}

/// A node (core/v1).
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub name: Arc<str>,
    pub created: Option<Timestamp>,
    /// When it was told to go; it goes when its finalizers are gone.
    pub deleting: Option<Timestamp>,
    pub finalizers: Vec<Arc<str>>,
    /// All of its labels.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Its annotations of Karpenter and EKS alone (`karpenter.sh/…`, `karpenter.k8s.aws/…`, `eks.amazonaws.com/…`).
    pub annotations: BTreeMap<Arc<str>, Arc<str>>,
    pub provider: NodeProvider,
    /// `node.kubernetes.io/instance-type`.
    pub instance_type: Option<Arc<str>>,
    /// `topology.kubernetes.io/zone`.
    pub zone: Option<Arc<str>>,
    pub capacity_type: Option<CapacityType>,
    /// `kubernetes.io/arch`.
    pub arch: Option<Arc<str>>,
    /// The EC2 instance of `spec.providerID`.
    pub instance: Option<Arc<str>>,
    /// `spec.unschedulable`: cordoned.
    pub cordoned: bool,
    pub taints: Vec<Taint>,
    pub capacity: Resources,
    pub allocatable: Resources,
    pub conditions: Conditions,
    /// `v1.33.4-eks-…`
    pub kubelet: Arc<str>,
    /// `Amazon Linux 2023.7.20250609`
    pub image: Arc<str>,
}

impl Node {
    /// It says that it is ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.conditions.is_true("Ready")
    }

    /// The NodePool that it is of, where Karpenter brought it.
    #[must_use]
    pub fn pool(&self) -> Option<&Arc<str>> {
        match &self.provider {
            NodeProvider::Karpenter(pool) => Some(pool),
            _ => None,
        }
    }
}
