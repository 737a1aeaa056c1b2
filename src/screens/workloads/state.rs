//! What it remembers while it is open.

use std::sync::Arc;

use jiff::Timestamp;

use super::order::WorkloadOrder;
use crate::domain::SiteId;
use crate::screens::cluster_object::page::{ClusterPage, PageCursor};

/// How many there are of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkloadCounts {
    /// Pods that no node was found for; none where pods are not known.
    pub waiting: Option<usize>,
    /// Pods whose containers crash or cannot start; none where pods are not known.
    pub crashing: Option<usize>,
    /// All pods; none where they are not known.
    pub pods: Option<usize>,
    /// Workloads, and those that are not whole; none where not all kinds are known.
    pub workloads: Option<(usize, usize)>,
}

/// State of the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// Where the cluster is.
    pub site: SiteId,
    /// Its name.
    pub cluster: Arc<str>,
    pub order: WorkloadOrder,
    /// The other way round.
    pub reverse: bool,
    /// The filter that is applied.
    pub filter: String,
    pub page: ClusterPage,
    pub cursor: PageCursor,
    pub counts: WorkloadCounts,
    /// Of which revision of the cluster it was made, and when: what stands in it of ages is of then.
    pub made: Option<(u64, Timestamp)>,
}

impl State {
    /// A cluster of which nothing was looked up yet.
    #[must_use]
    pub fn new(site: SiteId, cluster: impl Into<Arc<str>>) -> Self {
        Self {
            site,
            cluster: cluster.into(),
            order: WorkloadOrder::default(),
            reverse: false,
            filter: String::new(),
            page: ClusterPage::default(),
            cursor: PageCursor::default(),
            counts: WorkloadCounts::default(),
            made: None,
        }
    }
}
