//! A NodeClaim of Karpenter (karpenter.sh/v1): a node from the moment at which one is wanted.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{CapacityType, Conditions, Requirement, Resources};

/// A NodeClaim.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeClaim {
    pub name: Arc<str>,
    pub created: Option<Timestamp>,
    pub deleting: Option<Timestamp>,
    pub finalizers: Vec<Arc<str>>,
    /// `karpenter.sh/nodepool`.
    pub pool: Option<Arc<str>>,
    /// Its annotations of Karpenter and EKS alone.
    pub annotations: BTreeMap<Arc<str>, Arc<str>>,
    /// What was asked of EC2, where nothing was launched yet.
    pub requirements: Vec<Requirement>,
    /// What its pods ask for together.
    pub requests: Resources,
    /// From its labels, once an instance was launched.
    pub instance_type: Option<Arc<str>>,
    pub zone: Option<Arc<str>>,
    pub capacity_type: Option<CapacityType>,
    /// `status.nodeName`.
    pub node: Option<Arc<str>>,
    /// The EC2 instance of `status.providerID`.
    pub instance: Option<Arc<str>>,
    pub capacity: Resources,
    pub allocatable: Resources,
    /// Seconds after which it is replaced; `None` is never.
    pub expire_after: Option<i64>,
    pub termination_grace: Option<i64>,
    pub conditions: Conditions,
}
