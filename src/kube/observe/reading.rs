//! What was read of a cluster, once.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::services::kubernetes::change::ApiObject;
use crate::services::kubernetes::change::seen::{PodDetail, Unread};
use crate::services::kubernetes::{Data, KindWatch, ObjectKind, WatchTold};

/// What was read of a cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClusterReading {
    /// What was asked for, whole, with its kind, which a list leaves out. None where it is not there, and of a node
    /// group.
    pub object: Option<ApiObject>,
    /// What there is of each kind that was read, as a watch of it tells it: no kind twice, events last.
    pub told: Vec<(ObjectKind, WatchTold)>,
    /// What else was read of the pods, by namespace and name.
    pub pods: BTreeMap<String, PodDetail>,
    /// What could not be read: the target, or objects of a kind.
    pub missing: Vec<Unread>,
}

impl ClusterReading {
    /// Puts what was told into the data of a cluster, as of this moment and as if it was watched.
    pub fn keep(&mut self, cluster: &Arc<str>, data: &mut Data, at: Timestamp) {
        for (id, (kind, told)) in (1..).zip(std::mem::take(&mut self.told)) {
            let watch = KindWatch { cluster: cluster.clone(), kind };
            data.watch(&watch, id);
            data.take(&watch, id, told, at);
        }
    }
}
