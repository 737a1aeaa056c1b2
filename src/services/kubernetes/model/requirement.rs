//! What the nodes of a pool, a claim or a pod must be.

use std::sync::Arc;

/// `In`, `NotIn` … (`v1.NodeSelectorOperator`, and Karpenter's own).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequirementOperator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    Gt,
    Lt,
    /// Karpenter's `Gte`.
    Gte,
    /// Karpenter's `Lte`.
    Lte,
}

/// One requirement on a label (`karpenter.sh/capacity-type In [spot]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    pub key: Arc<str>,
    pub operator: RequirementOperator,
    pub values: Vec<Arc<str>>,
}
