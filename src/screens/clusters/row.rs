//! One row of the list of clusters.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::finding::Severity;
use crate::domain::{EnvironmentId, Fault, SiteId};
use crate::screens::list::ListRow;
use crate::services::kubernetes::{ClusterVersion, EksCluster, PoolUse};

/// What tells a cluster from all others.
pub type ClusterKey = (SiteId, Arc<str>);

/// One row: a cluster, and what the table says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterRow {
    pub site: SiteId,
    /// Whose it is; none where it is nobody's.
    pub environment: Option<EnvironmentId>,
    /// Where the environment stands among the others; those of none stand last.
    pub place: usize,
    pub region: Arc<str>,
    /// As EKS says.
    pub eks: Arc<EksCluster>,
    /// What EKS says of its version.
    pub version: Option<ClusterVersion>,
    /// The worst that is wrong with it or with a thing in it.
    pub worst: Option<Severity>,
    /// What its API server tells.
    pub inside: Inside,
}

/// What the API server of a cluster tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inside {
    /// Of which state of the cluster it is made: the same is not looked through again.
    pub revision: u64,
    /// Its nodes together; none where they are not known.
    pub nodes: Option<PoolUse>,
    /// Pods that no node was found for; none where pods are not known.
    pub waiting: Option<usize>,
    /// Up to when nodes and pods are known.
    pub at: Option<Timestamp>,
    /// Why there is nothing, or nothing newer.
    pub fault: Option<Fault>,
}

impl ListRow for ClusterRow {
    type Key = ClusterKey;

    fn key(&self) -> ClusterKey {
        (self.site, self.eks.name.clone())
    }
}
