//! What each operation is asked: on what it makes sense, with which parameters, and what it means.

use super::{Draft, Seen, TargetKind};
use crate::ops::field::{self, Field};
use crate::services::kubernetes::model::{Autoscaler, Node, NodeClaim, NodePool, Workload};
use crate::services::kubernetes::{ClusterView, Nodegroup};

/// What is selected when operations are offered, as it is known now (it may be some seconds old).
#[derive(Debug, Clone, Copy)]
pub enum On<'a> {
    Node(&'a ClusterView<'a>, &'a Node),
    NodeClaim(&'a ClusterView<'a>, &'a NodeClaim),
    NodePool(&'a NodePool),
    Nodegroup(&'a Nodegroup),
    Workload(&'a Workload),
    Autoscaler(&'a Autoscaler),
}

impl On<'_> {
    /// Which kind of target it is.
    #[must_use]
    pub fn kind(self) -> TargetKind {
        match self {
            Self::Node(..) => TargetKind::Node,
            Self::NodeClaim(..) => TargetKind::NodeClaim,
            Self::NodePool(_) => TargetKind::NodePool,
            Self::Nodegroup(_) => TargetKind::Nodegroup,
            Self::Workload(_) => TargetKind::Workload,
            Self::Autoscaler(_) => TargetKind::Autoscaler,
        }
    }
}

/// What each operation must say of itself. All of it is pure.
pub trait Request: Sized {
    /// Why it makes no sense for what is selected; `None` when it may be planned.
    fn unavailable(on: On<'_>) -> Option<String>;
    /// The request with good defaults for the target. Total: a target that is gone gives a request whose draft has a
    /// failed check.
    fn offer(seen: &Seen) -> Self;
    /// The parameters, in the order in which they are edited; there are none where it does not say.
    fn fields(&self, _seen: &Seen) -> Vec<Field> {
        Vec::new()
    }
    /// Sets a parameter.
    ///
    /// # Errors
    /// What is wrong with the value, in words, and nothing is changed.
    fn set(&mut self, name: &str, _value: &str, _seen: &Seen) -> Result<(), String> {
        Err(field::unknown(name, &[]))
    }
    /// What it means for this state of the cluster.
    fn draft(&self, seen: &Seen) -> Draft;
}
