//! The managed node group on which a cluster's own pods run, as the cluster and EKS both tell of it.

use super::site::ClusterSite;

/// Its name.
pub const NAME: &str = "system";

/// The type of its instances.
pub const INSTANCE_TYPE: &str = "m6i.large";

/// The label that its nodes have for pods to choose them.
pub const LABEL: (&str, &str) = ("workload", "system");

/// The taint that keeps other pods away: key and value, `NoSchedule`.
pub const TAINT: (&str, &str) = ("CriticalAddonsOnly", "true");

/// How many nodes it has.
#[must_use]
pub fn size(site: ClusterSite) -> usize {
    site.pick(3, 2, 2)
}
