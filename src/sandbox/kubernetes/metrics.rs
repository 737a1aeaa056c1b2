//! What metrics.k8s.io tells. Whoever runs the load says how much is used; a cluster without it does
//! not serve the group.

use std::fmt::Debug;

use jiff::Timestamp;

use super::store::{ObjectKey, Store};

/// What is used, on average over the last window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Billionths of a core.
    pub cpu_nanocores: u64,
    pub memory_bytes: u64,
}

/// The source of usage.
pub trait Metrics: Debug + Send + Sync {
    /// What a node uses; `None` when nothing was measured yet.
    fn node(&self, store: &Store, node: &str, now: Timestamp) -> Option<Usage>;

    /// What the containers of a pod use, by name; `None` when nothing was measured yet.
    fn pod(&self, store: &Store, pod: &ObjectKey, now: Timestamp) -> Option<Vec<(String, Usage)>>;
}
