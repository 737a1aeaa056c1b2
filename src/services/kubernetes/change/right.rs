//! What an identity may do in a cluster.

use std::fmt;

/// A right in a cluster (RBAC), as a rule of a role gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubeRight {
    /// The API group, empty for core.
    pub group: &'static str,
    /// `nodes`, `pods/eviction`.
    pub resource: &'static str,
    pub verb: &'static str,
}

impl fmt::Display for KubeRight {
    /// `patch nodes`, `delete nodeclaims.karpenter.sh`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.group {
            "" => write!(f, "{} {}", self.verb, self.resource),
            group => write!(f, "{} {}.{group}", self.verb, self.resource),
        }
    }
}

/// What the API server says of a right (`SelfSubjectAccessReview`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    Allowed,
    /// With its reason, which may be empty.
    Denied(String),
}
