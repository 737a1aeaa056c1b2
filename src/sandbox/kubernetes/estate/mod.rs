//! The clusters of the organisation of five accounts: production, staging, development, each as it is found on
//! an ordinary day, with nodes and pods of different ages.

mod age;
mod applications;
mod pools;
mod site;
mod system;
pub mod system_group;
mod workload;

#[cfg(test)]
mod tests;

pub use site::ClusterSite;
pub use system::image as system_image;

use super::cloud::{Cloud, Machines, SharedCloud};
use super::controllers::{self, behaviour::Behaviours};
use super::karpenter::Karpenter;
use super::load::ClusterLoad;
use super::node_group::{GroupScaling, SharedNodeGroup};
use super::simulation::ClusterSimulation;
use super::store::Store;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};

/// From planting until everything has come to rest: HPAs look for five minutes, consolidation takes turns.
const SETTLING: SignedDuration = SignedDuration::from_mins(50);

/// One cluster with all that moves it.
#[derive(Debug)]
pub struct ClusterEstate {
    pub site: ClusterSite,
    pub store: Store,
    /// All controllers, Karpenter and the machines among them.
    pub simulation: ClusterSimulation,
    pub cloud: SharedCloud,
    /// What scenarios let containers and kubelets do.
    pub behaviours: Behaviours,
    pub load: ClusterLoad,
    pub group: SharedNodeGroup,
}

impl ClusterEstate {
    /// The cluster of a site at a moment, with its node group as it is found. The same for the same arguments.
    pub fn new(site: ClusterSite, now: Timestamp) -> Self {
        Self::with_group(site, SharedNodeGroup::new(site), now)
    }

    /// One whose node group somebody may have changed.
    pub fn with_group(site: ClusterSite, group: SharedNodeGroup, now: Timestamp) -> Self {
        let planted = now.checked_sub(SETTLING).unwrap_or(now);
        let cloud: SharedCloud =
            Arc::new(Mutex::new(Cloud::new(site.region(), site.account(), site.zones(), site.seed())));
        let (behaviours, load) = (Behaviours::default(), ClusterLoad::new(site.seed()));
        let mut store = Store::new(site.seed());
        system::plant(&mut store, &cloud, site, planted);
        pools::plant(&mut store, site, planted);
        applications::plant(&mut store, &load, site, planted);
        simulation(site, &cloud, &behaviours, (&load, &group), planted).advance(&mut store, now);
        let store = age::aged(&store, &cloud, site, now);
        let simulation = simulation(site, &cloud, &behaviours, (&load, &group), now);
        Self { site, store, simulation, cloud, behaviours, load, group }
    }

    /// Lets time pass up to a moment.
    pub fn advance(&mut self, to: Timestamp) {
        self.simulation.advance(&mut self.store, to);
    }
}

fn simulation(
    site: ClusterSite,
    cloud: &SharedCloud,
    behaviours: &Behaviours,
    (load, group): (&ClusterLoad, &SharedNodeGroup),
    now: Timestamp,
) -> ClusterSimulation {
    controllers::standard(now, site.seed(), behaviours, load)
        .with(Machines::new(Arc::clone(cloud), behaviours.clone()))
        .with(GroupScaling::new(group.clone(), Arc::clone(cloud)))
        .with(Karpenter::new(site.cluster(), Arc::clone(cloud)))
}
