//! What kube-controller-manager, the kubelets, the scheduler and the garbage collectors do.

pub mod behaviour;
pub mod chance;
pub mod condition;
pub mod daemonset;
pub mod deployment;
pub mod disruption;
pub mod events;
pub mod feed;
pub mod garbage;
pub mod hpa;
pub mod node_life;
pub mod pod_life;
pub mod pods;
pub mod replicaset;
pub mod statefulset;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::load::ClusterLoad;
use super::scheduler::Scheduler;
use super::simulation::ClusterSimulation;
use behaviour::Behaviours;

/// A simulation with all controllers of a cluster, in the order in which one's work is the next one's; without
/// Karpenter. `seed` decides how long things take and who comes first.
#[must_use]
pub fn standard(now: Timestamp, seed: u64, behaviours: &Behaviours, load: &ClusterLoad) -> ClusterSimulation {
    ClusterSimulation::new(now)
        .with(garbage::Owners::default())
        .with(node_life::NodeLife::new(behaviours.clone(), seed))
        .with(hpa::Autoscalers::new(load.clone()))
        .with(deployment::Deployments::default())
        .with(replicaset::ReplicaSets::default())
        .with(statefulset::StatefulSets::default())
        .with(daemonset::DaemonSets::default())
        .with(Scheduler::new(seed))
        .with(pod_life::PodLife::new(behaviours.clone(), seed))
        .with(disruption::Budgets::default())
        .with(garbage::PodGarbage::default())
        .with(events::Expiry::default())
}
