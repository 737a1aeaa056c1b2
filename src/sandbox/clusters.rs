//! The clusters of a sandbox in this process: each is built when it is first asked something, beside whatever else goes
//! on, and shared from then on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt, Shared};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, BodyStream, StreamBody};
use hyper::body::Body;
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};

use super::SandboxClock;
use super::kubernetes::api::{ApiBody, ApiServer, ClusterClock, whole};
use super::kubernetes::cloud::{Cloud, SharedCloud};
use super::kubernetes::estate::ClusterSite;
use super::kubernetes::live::{Live, NOISY};
use super::kubernetes::node_group::SharedNodeGroup;
use super::kubernetes::scenarios::ClusterScenario;
use super::kubernetes::serve::ServedEndpoint;
use super::kubernetes::store::Store;
use super::services::eks::ServedEndpoints;
use super::services::eks::authenticator::EksAuthenticator;

/// How far apart the revisions of two clusters are of which one takes the other's place: more than one of them makes.
const APART: u64 = 1 << 32;

/// A cluster that somebody is building, or has built; `None` where that failed.
type Building = Shared<BoxFuture<'static, Option<Arc<Lively>>>>;

/// The clusters of a sandbox.
#[derive(Debug)]
pub struct SandboxClusters {
    clock: SandboxClock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Names of scenarios, with commas between.
    scenario: String,
    /// They are there in every scenario.
    brought: bool,
    /// How often other clusters have taken the place of these.
    turn: u64,
    built: BTreeMap<ClusterSite, Building>,
    groups: BTreeMap<ClusterSite, SharedNodeGroup>,
    served: ServedEndpoints,
}

/// A cluster that is up, with what moves it. Its end ends the streams that are open.
struct Lively {
    server: Arc<ApiServer>,
    cloud: SharedCloud,
    controllers: JoinHandle<()>,
    up: watch::Sender<()>,
}

impl std::fmt::Debug for Lively {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lively").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Drop for Lively {
    fn drop(&mut self) {
        self.controllers.abort();
    }
}

impl SandboxClusters {
    /// None is built yet.
    #[must_use]
    pub fn new(scenario: &str, clock: SandboxClock) -> Self {
        let state = State {
            scenario: scenario.to_owned(),
            brought: false,
            turn: 0,
            built: BTreeMap::new(),
            groups: groups(),
            served: ServedEndpoints::new(),
        };
        Self { clock, state: Mutex::new(state) }
    }

    /// The clusters are there from now on, whatever the scenario is about: until then only where it is about them. To
    /// build one takes seconds of a processor, in a build that is not optimised many.
    pub fn bring(&self) {
        self.state().brought = true;
    }

    /// The clusters that there are.
    #[must_use]
    pub fn sites(&self) -> &'static [ClusterSite] {
        let state = self.state();
        if state.brought || !of_clusters(&state.scenario).is_empty() { &ClusterSite::ALL } else { &[] }
    }

    /// The API of an EKS cluster; `None` where there is none of this name in the account and region.
    #[must_use]
    pub fn cluster(self: &Arc<Self>, account: &str, region: &str, name: &str) -> Option<InProcessCluster> {
        let is_it = |site: &ClusterSite| site.account() == account && site.region() == region && site.cluster() == name;
        let site = ClusterSite::ALL.into_iter().find(is_it)?;
        Some(InProcessCluster { clusters: Arc::clone(self), site })
    }

    /// Says that a cluster is served for other processes: EKS tells its address from then on.
    pub fn served_at(&self, site: ClusterSite, endpoint: ServedEndpoint) {
        self.state().served.insert(site, endpoint);
    }

    /// Where clusters are served.
    #[must_use]
    pub fn served(&self) -> ServedEndpoints {
        self.state().served.clone()
    }

    /// The clusters' node groups.
    #[must_use]
    pub fn groups(&self) -> BTreeMap<ClusterSite, SharedNodeGroup> {
        self.state().groups.clone()
    }

    /// Lets a cluster live whose node group changes, though nobody has asked its API yet: without it the change would
    /// never end. Not one that is served: it lives where it is served.
    pub(super) fn follow_groups(&self) {
        let (sites, groups, served) = (self.sites(), self.groups(), self.served());
        // Without a runtime nothing lives here.
        if tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        for site in sites.iter().filter(|site| !served.contains_key(site)) {
            if groups.get(site).is_some_and(|group| group.lock().is_updating()) {
                drop(self.building(*site));
            }
        }
    }

    /// Plays another scenario: others take the place of the clusters that there are, and what is open to them ends. They
    /// stay where neither scenario is about clusters.
    pub(super) fn play(&self, scenario: &str) {
        let ended = {
            let mut state = self.state();
            let concerns = !of_clusters(&state.scenario).is_empty() || !of_clusters(scenario).is_empty();
            scenario.clone_into(&mut state.scenario);
            if !concerns {
                return;
            }
            state.turn += 1;
            state.groups = groups();
            std::mem::take(&mut state.built)
        };
        // A cluster of a thousand nodes takes a while to go: not while others wait.
        drop(ended);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cluster of a site; whoever asks first begins to build it. It goes on though nobody waits any more.
    fn building(&self, site: ClusterSite) -> Building {
        let mut state = self.state();
        let (turn, clock) = (state.turn, self.clock);
        let names = of_clusters(&state.scenario);
        let group = state.groups.get(&site).cloned().unwrap_or_else(|| SharedNodeGroup::new(site));
        let build = || {
            let task = tokio::spawn(async move {
                let clock: ClusterClock = Arc::new(move || clock.now());
                let built = spawn_blocking(move || {
                    let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
                    let access = Arc::new(EksAuthenticator::new(site));
                    Live::new(site, &names, clock, access, group, turn * APART)
                });
                let live =
                    built.await.inspect_err(|error| tracing::error!(%error, "a cluster cannot be built")).ok()?;
                let (server, cloud) = (live.server(), live.cloud());
                let controllers = tokio::spawn(live.run());
                Some(Arc::new(Lively { server, cloud, controllers, up: watch::Sender::new(()) }))
            });
            async move { task.await.ok().flatten() }.boxed().shared()
        };
        state.built.entry(site).or_insert_with(build).clone()
    }
}

/// The node groups as they are found.
fn groups() -> BTreeMap<ClusterSite, SharedNodeGroup> {
    ClusterSite::ALL.into_iter().map(|site| (site, SharedNodeGroup::new(site))).collect()
}

/// The names in a scenario that are about clusters.
fn of_clusters(scenario: &str) -> BTreeSet<String> {
    let names = scenario.split(',').map(str::trim);
    names.filter(|name| *name == NOISY || ClusterScenario::named(name).is_some()).map(ToOwned::to_owned).collect()
}

/// The Kubernetes API of one of the sandbox's clusters, without a network: what also answers where clusters are served.
#[derive(Debug, Clone)]
pub struct InProcessCluster {
    clusters: Arc<SandboxClusters>,
    site: ClusterSite,
}

impl InProcessCluster {
    /// Where it is.
    #[must_use]
    pub fn site(&self) -> ClusterSite {
        self.site
    }

    /// Answers a request. The first waits for some seconds, until the cluster is built; it is built though that wait is
    /// given up. The body of a watch or of a followed log lasts until another scenario is played.
    ///
    /// It is asked within a tokio runtime. Tokens are those of `aws eks get-token`.
    pub fn call(&self, request: Request<Bytes>) -> BoxFuture<'static, Response<ApiBody>> {
        let cluster = self.clone();
        async move {
            let Some(lively) = cluster.clusters.building(cluster.site).await else { return unavailable() };
            let up = lively.up.subscribe();
            until_the_end(lively.server.respond(&request), up)
        }
        .boxed()
    }

    /// Changes what the cluster has, and the machines below it, behind the back of whoever is connected, as a test's
    /// trouble does. The cluster is built for it; `None` where that failed.
    pub async fn change<T>(&self, change: impl FnOnce(&mut Store, &mut Cloud) -> T) -> Option<T> {
        let lively = self.clusters.building(self.site).await?;
        // In the order of the controllers: the store first.
        Some(lively.server.cluster().write(|store| {
            let mut cloud = lively.cloud.lock().unwrap_or_else(PoisonError::into_inner);
            change(store, &mut cloud)
        }))
    }
}

/// Ends a body that lasts when its cluster ends.
fn until_the_end(response: Response<ApiBody>, mut up: watch::Receiver<()>) -> Response<ApiBody> {
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| {
        // Nothing is ever sent: only the end of the sender wakes it.
        let end = async move { while up.changed().await.is_ok() {} };
        let frames = BodyStream::new(body).take_until(end);
        BodyExt::boxed(StreamBody::new(frames))
    })
}

/// As a load balancer answers for an API server that is not there.
fn unavailable() -> Response<ApiBody> {
    let mut response = Response::new(whole(Bytes::new()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

#[cfg(test)]
mod tests;
