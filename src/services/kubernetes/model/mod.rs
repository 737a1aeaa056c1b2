//! What is kept of the objects of a cluster: the fields that are shown, judged or explained with, and no others.
//!
//! Names are those of the Kubernetes API and of Karpenter v1. Every text has passed [`crate::domain::text::clean`]
//! where it was read. What an object does not say is `None`, never zero.

mod application;
mod claim;
mod class;
mod condition;
mod event;
mod node;
mod pod;
mod pool;
mod requirement;
mod resources;
mod workload;

pub use application::Application;
pub use claim::NodeClaim;
pub use class::{ClassKind, NodeClass};
pub use condition::{ConditionStatus, Conditions, ObjectCondition};
pub use event::{ClusterEvent, ObjectRef};
pub use node::{CapacityType, Node, NodeProvider, Taint, TaintEffect};
pub use pod::{Container, ContainerState, Ended, OwnerRef, Pod, PodPhase, Toleration};
pub use pool::{Budget, ConsolidationPolicy, DisruptionReason, NodePool};
pub use requirement::{Requirement, RequirementOperator};
pub use resources::Resources;
pub use workload::{Autoscaler, DisruptionBudget, Figure, LabelSelector, MetricTarget, Workload, WorkloadKind};
