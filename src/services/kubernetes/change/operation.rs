//! The catalogue: every operation, one file each in `operations/`.

use serde::{Deserialize, Serialize};

use super::request::{On, Request};
use super::{Draft, Seen, TargetKind};
use crate::ops::field::Field;

macro_rules! catalogue {
    ($($name:ident in $module:ident, $text:literal, $title:literal, $target:ident, [$($api:ident),+];)+) => {
        $(pub use super::operations::$module::$name;)+

        /// Which operation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind { $(#[serde(rename = $text)] $name,)+ }

        /// What is to be done, with its parameters.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "operation")]
        pub enum Operation { $(#[serde(rename = $text)] $name($name),)+ }

        impl Kind {
            /// All operations, in the order of the menu.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// As on the command line and in a configuration: `cordon-node`.
            #[must_use]
            pub fn name(self) -> &'static str { match self { $(Self::$name => $text,)+ } }

            /// As a person says it: `Cordon`.
            #[must_use]
            pub fn title(self) -> &'static str { match self { $(Self::$name => $title,)+ } }

            /// What it is done to.
            #[must_use]
            pub fn target(self) -> TargetKind { match self { $(Self::$name => TargetKind::$target,)+ } }

            /// The calls that it may make.
            #[must_use]
            pub fn apis(self) -> &'static [super::Api] {
                match self { $(Self::$name => &[$(super::Api::$api,)+],)+ }
            }

            /// Why it makes no sense for what is selected.
            #[must_use]
            pub fn unavailable(self, on: On<'_>) -> Option<String> {
                if on.kind() != self.target() {
                    return Some(format!("it is done to a {}", self.target().noun()));
                }
                match self { $(Self::$name => <$name as Request>::unavailable(on),)+ }
            }

            /// The request with good defaults for the target.
            #[must_use]
            pub fn offer(self, seen: &Seen) -> Operation {
                match self { $(Self::$name => Operation::$name(<$name as Request>::offer(seen)),)+ }
            }
        }

        impl Operation {
            /// Which operation this is.
            #[must_use]
            pub fn kind(&self) -> Kind { match self { $(Self::$name(_) => Kind::$name,)+ } }

            /// The parameters, in the order in which they are edited.
            #[must_use]
            pub fn fields(&self, seen: &Seen) -> Vec<Field> { match self { $(Self::$name(r) => r.fields(seen),)+ } }

            /// Sets a parameter.
            ///
            /// # Errors
            /// What is wrong with the value, in words, and nothing is changed.
            pub fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
                match self { $(Self::$name(r) => r.set(name, value, seen),)+ }
            }

            /// What it means for this state of the cluster.
            #[must_use]
            pub fn draft(&self, seen: &Seen) -> Draft { match self { $(Self::$name(r) => r.draft(seen),)+ } }
        }
    };
}

catalogue! {
    CordonNode in cordon, "cordon-node", "Cordon", Node, [PatchNode];
    UncordonNode in uncordon, "uncordon-node", "Uncordon", Node, [PatchNode];
    DrainNode in drain_node, "drain-node", "Drain", Node, [EvictPod, PatchNode];
    DeleteNodeClaim in delete_node_claim, "delete-nodeclaim", "Delete NodeClaim (drains its node)", NodeClaim, [DeleteNodeClaim];
    PauseDisruption in pause_disruption, "pause-disruption", "Pause disruption", NodePool, [PatchNodePool];
    ResumeDisruption in resume_disruption, "resume-disruption", "Resume disruption", NodePool, [PatchNodePool];
    ChangePool in change_pool, "change-nodepool", "Change limits and weight", NodePool, [PatchNodePool];
    ScaleNodegroup in scale_nodegroup, "scale-nodegroup", "Scale node group", Nodegroup, [UpdateNodegroupConfig];
    RestartRollout in restart_rollout, "restart-rollout", "Restart rollout", Workload, [PatchDeployment, PatchStatefulSet, PatchDaemonSet];
    ScaleWorkload in scale_workload, "scale-workload", "Scale", Workload, [PatchDeployment, PatchStatefulSet];
    ChangeAutoscaler in change_autoscaler, "change-autoscaler", "Change minimum and maximum", Autoscaler, [PatchAutoscaler];
}

impl Kind {
    /// The operation of a name as on the command line.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests;
