//! Clusters that live: their controllers keep up with the sandbox's clock while clients are served.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{MissedTickBehavior, interval};

use super::access::Bearer;
use super::api::{ApiServer, ClusterClock};
use super::cluster::Cluster;
use super::estate::{ClusterEstate, ClusterSite};
use super::scenarios::{ClusterScenario, NoisyCluster};
use super::simulation::ClusterSimulation;

/// How often the controllers are let run; what a client changes is answered by them within so long.
const PACE: Duration = Duration::from_millis(100);

/// The name of the scenario of a thousand nodes, whose cluster is not one of the estate's.
pub const NOISY: &str = "noisy-cluster";

/// As whom a client with the token is known: as EKS calls the role behind an access entry.
const USER: &str = "arn:aws:sts::444455556666:assumed-role/reader/oncall";

/// One cluster with what moves it and who answers for it.
#[derive(Debug)]
pub struct Live {
    name: &'static str,
    cluster: Arc<Cluster>,
    simulation: ClusterSimulation,
    server: Arc<ApiServer>,
    clock: LiveClock,
}

/// The sandbox's time.
#[derive(Clone)]
struct LiveClock(ClusterClock);

impl std::fmt::Debug for LiveClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LiveClock").field(&(self.0)()).finish()
    }
}

impl Live {
    /// The cluster of a site as it is now; in production with these scenarios, of which those are meant that are a
    /// cluster's. Whoever has the token is let in. It takes a second or two: an ordinary hour passes.
    #[must_use]
    pub fn new(site: ClusterSite, scenarios: &BTreeSet<&str>, clock: ClusterClock, token: &str) -> Self {
        let now = clock();
        let is_production = site == ClusterSite::Production;
        let access = Arc::new(Bearer { token: token.to_owned(), user: USER.to_owned(), rules: None });
        if is_production && scenarios.contains(NOISY) {
            let (store, chatter) = NoisyCluster::default().build(now);
            let cluster = Arc::new(Cluster::new(store));
            let server = ApiServer::new(Arc::clone(&cluster), Arc::clone(&clock)).with_access(access);
            let simulation = ClusterSimulation::new(now).with(chatter);
            return Self {
                name: site.cluster(),
                cluster,
                simulation,
                server: Arc::new(server),
                clock: LiveClock(clock),
            };
        }
        let mut played: Vec<ClusterScenario> =
            scenarios.iter().filter(|_| is_production).filter_map(|name| ClusterScenario::named(name)).collect();
        played.sort_by_key(|scenario| Reverse(scenario.lead()));
        let before = |scenario: &ClusterScenario| now.checked_sub(scenario.lead()).unwrap_or(now);
        let mut estate = ClusterEstate::new(site, played.first().map_or(now, before));
        for scenario in played {
            estate.advance(before(&scenario));
            scenario.begin(&mut estate);
        }
        estate.advance(now);
        let ClusterEstate { store, simulation, load, .. } = estate;
        let cluster = Arc::new(Cluster::new(store));
        let server =
            ApiServer::new(Arc::clone(&cluster), Arc::clone(&clock)).with_access(access).with_metrics(Arc::new(load));
        Self { name: site.cluster(), cluster, simulation, server: Arc::new(server), clock: LiveClock(clock) }
    }

    /// The EKS cluster's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Who answers for it.
    #[must_use]
    pub fn server(&self) -> Arc<ApiServer> {
        Arc::clone(&self.server)
    }

    /// Lets the controllers keep up with the clock, for as long as it is polled. Whoever asks something is let in
    /// between two steps.
    pub async fn run(mut self) {
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            pace.tick().await;
            let now = (self.clock.0)();
            while self.cluster.write(|store| self.simulation.step(store, now)) {
                yield_now().await;
            }
        }
    }
}
