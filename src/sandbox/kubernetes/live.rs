//! Clusters that live: their controllers keep up with the sandbox's clock while clients are served.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::yield_now;
use tokio::time::{MissedTickBehavior, interval};

use super::access::Access;
use super::api::{ApiServer, ClusterClock};
use super::cloud::{Cloud, SharedCloud};
use super::cluster::Cluster;
use super::estate::{ClusterEstate, ClusterSite};
use super::node_group::SharedNodeGroup;
use super::scenarios::{ClusterScenario, NoisyCluster};
use super::simulation::ClusterSimulation;

/// How often the controllers are let run; what a client changes is answered by them within so long.
const PACE: Duration = Duration::from_millis(100);

/// The name of the scenario of a thousand nodes, whose cluster is not one of the estate's.
pub const NOISY: &str = "noisy-cluster";

/// One cluster with what moves it and who answers for it.
pub struct Live {
    cluster: Arc<Cluster>,
    simulation: ClusterSimulation,
    server: Arc<ApiServer>,
    cloud: SharedCloud,
    clock: ClusterClock,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live")
            .field("simulation", &self.simulation)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl Live {
    /// The cluster of a site as it is now; in production with these scenarios, of which those are meant that are a
    /// cluster's. Its node group is the one that EKS tells of. It takes seconds: an ordinary hour passes. Its revisions come after `after`: whoever knows those of
    /// the cluster that it takes the place of is told that they are gone (410).
    #[must_use]
    pub fn new(
        site: ClusterSite,
        scenarios: &BTreeSet<&str>,
        clock: ClusterClock,
        access: Arc<dyn Access>,
        group: SharedNodeGroup,
        after: u64,
    ) -> Self {
        let now = clock();
        let is_production = site == ClusterSite::Production;
        let (mut store, simulation, load, cloud) = if is_production && scenarios.contains(NOISY) {
            let (store, chatter) = NoisyCluster::default().build(now);
            // Nothing comes and goes there.
            let cloud = Cloud::new(site.region(), site.account(), site.zones(), site.seed());
            (store, ClusterSimulation::new(now).with(chatter), None, Arc::new(Mutex::new(cloud)))
        } else {
            let played = scenarios.iter().filter(|_| is_production).filter_map(|name| ClusterScenario::named(name));
            let ClusterEstate { store, simulation, load, cloud, .. } = played_until(now, site, group, played.collect());
            (store, simulation, Some(load), cloud)
        };
        store.go_on_after(after);
        let cluster = Arc::new(Cluster::new(store));
        let mut server = ApiServer::new(Arc::clone(&cluster), Arc::clone(&clock)).with_access(access);
        if let Some(load) = load {
            server = server.with_metrics(Arc::new(load));
        }
        Self { cluster, simulation, server: Arc::new(server), cloud, clock }
    }

    /// Who answers for it.
    #[must_use]
    pub fn server(&self) -> Arc<ApiServer> {
        Arc::clone(&self.server)
    }

    /// The machines below it.
    #[must_use]
    pub fn cloud(&self) -> SharedCloud {
        Arc::clone(&self.cloud)
    }

    /// Lets the controllers keep up with the clock, for as long as it is polled. Whoever asks something is let in
    /// between two steps.
    pub async fn run(mut self) {
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            pace.tick().await;
            let now = (self.clock)();
            while self.cluster.write(|store| self.simulation.step(store, now)) {
                yield_now().await;
            }
        }
    }
}

/// The cluster of a site at a moment, at which each scenario has gone on for as long as it takes to be seen.
fn played_until(
    now: Timestamp,
    site: ClusterSite,
    group: SharedNodeGroup,
    mut played: Vec<ClusterScenario>,
) -> ClusterEstate {
    played.sort_by_key(|scenario| Reverse(scenario.lead()));
    let begins = |scenario: &ClusterScenario| now.checked_sub(scenario.lead()).unwrap_or(now);
    let mut estate = ClusterEstate::with_group(site, group, played.first().map_or(now, begins));
    for scenario in played {
        estate.advance(begins(&scenario));
        scenario.begin(&mut estate);
    }
    estate.advance(now);
    estate
}
