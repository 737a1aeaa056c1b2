//! Each operation in a file of its own.

pub mod change_autoscaler;
pub mod change_pool;
pub mod cordon;
pub mod delete_node_claim;
pub mod drain_node;
pub mod pause_disruption;
mod pauses;
mod pool;
mod prelude;
pub mod restart_rollout;
pub mod resume_disruption;
pub mod scale_nodegroup;
pub mod scale_workload;
pub mod uncordon;
mod workload;
