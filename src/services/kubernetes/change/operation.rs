//! The catalogue: every operation, one file each in `operations/`.

use serde::{Deserialize, Serialize};

pub use super::operations::change_autoscaler::ChangeAutoscaler;
pub use super::operations::change_pool::ChangePool;
pub use super::operations::cordon::CordonNode;
pub use super::operations::delete_node_claim::DeleteNodeClaim;
pub use super::operations::drain_node::DrainNode;
pub use super::operations::pause_disruption::PauseDisruption;
pub use super::operations::restart_rollout::RestartRollout;
pub use super::operations::resume_disruption::ResumeDisruption;
pub use super::operations::scale_nodegroup::ScaleNodegroup;
pub use super::operations::scale_workload::ScaleWorkload;
pub use super::operations::uncordon::UncordonNode;
use super::request::{On, Request};
use super::{Api, Draft, Seen, TargetKind};
use crate::ops::field::Field;
use crate::ops::operations::operations;

operations! {
    CordonNode, "cordon-node", "Cordon", Node, [PatchNode];
    UncordonNode, "uncordon-node", "Uncordon", Node, [PatchNode];
    DrainNode, "drain-node", "Drain", Node, [EvictPod, PatchNode];
    DeleteNodeClaim, "delete-nodeclaim", "Delete NodeClaim (drains its node)", NodeClaim, [DeleteNodeClaim];
    PauseDisruption, "pause-disruption", "Pause disruption", NodePool, [PatchNodePool];
    ResumeDisruption, "resume-disruption", "Resume disruption", NodePool, [PatchNodePool];
    ChangePool, "change-nodepool", "Change limits and weight", NodePool, [PatchNodePool];
    ScaleNodegroup, "scale-nodegroup", "Scale node group", Nodegroup, [UpdateNodegroupConfig];
    RestartRollout, "restart-rollout", "Restart rollout", Workload, [PatchDeployment, PatchStatefulSet, PatchDaemonSet];
    ScaleWorkload, "scale-workload", "Scale", Workload, [PatchDeployment, PatchStatefulSet];
    ChangeAutoscaler, "change-autoscaler", "Change minimum and maximum", Autoscaler, [PatchAutoscaler];
}

impl Kind {
    /// Why it makes no sense for what is selected.
    #[must_use]
    pub fn unavailable(self, on: On<'_>) -> Option<String> {
        if on.kind() != self.target() {
            return Some(format!("it is done to a {}", self.target().noun()));
        }
        self.refused_by_request(on)
    }

    /// The operation of a name as on the command line.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests;
