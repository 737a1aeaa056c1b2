//! What the nodes of a pool are made of on AWS: an EC2NodeClass, or a NodeClass of EKS Auto Mode.

use std::sync::Arc;

use jiff::Timestamp;

use super::Conditions;

/// Whose kind it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClassKind {
    /// `EC2NodeClass` (karpenter.k8s.aws/v1).
    Ec2NodeClass,
    /// `NodeClass` of EKS Auto Mode (eks.amazonaws.com/v1).
    NodeClass,
}

/// A node class.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeClass {
    pub kind: ClassKind,
    pub name: Arc<str>,
    pub created: Option<Timestamp>,
    pub deleting: Option<Timestamp>,
    /// Role or instance profile of its nodes.
    pub role: Arc<str>,
    /// `status.amis[]`: id, name, and whether it is deprecated.
    pub amis: Vec<(Arc<str>, Arc<str>, bool)>,
    /// `status.subnets[]`: id and zone.
    pub subnets: Vec<(Arc<str>, Arc<str>)>,
    /// `status.securityGroups[].id`.
    pub security_groups: Vec<Arc<str>>,
    pub conditions: Conditions,
}
