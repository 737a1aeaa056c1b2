//! What is known of the clusters of a site.

mod events;
mod objects;
mod past;
mod placed;
mod standing;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::address::ServerAddress;
use super::eks::{AccessEntry, Addon, ClusterVersion, EksCluster, Insight, Nodegroup};
use super::kind::{ObjectKind, Served};
use super::reads::{Answer, Ask, EksAsk, KindWatch, Read, ServerAsk, WatchTold};
use super::usage::Usage;
use crate::collect::Touched;
use crate::domain::{ClusterSpec, Fault, Remote};

pub use events::EventStore;
pub use objects::Objects;
pub use past::{ClusterPast, GoneClaim};
pub use placed::PlacedPods;
pub use standing::WatchStanding;

/// All that was read and watched of one cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cluster {
    pub nodegroups: Remote<Vec<Nodegroup>>,
    pub addons: Remote<Vec<Addon>>,
    pub insights: Remote<Vec<Insight>>,
    pub access_entries: Remote<Vec<AccessEntry>>,
    /// What its API server serves: the first that is asked of it.
    pub served: Remote<Served>,
    pub usage: Remote<Usage>,
    /// What is watched.
    pub objects: Objects,
    /// What is gone, and still explains something.
    pub past: ClusterPast,
    /// Grows with each change: what was made of it before is of an older one.
    pub revision: u64,
}

impl Cluster {
    /// How it stands with a kind: where what is served could not be read nothing is watched, for that reason.
    #[must_use]
    pub fn standing(&self, kind: ObjectKind) -> WatchStanding<'_> {
        match (self.objects.standing(kind), &self.served) {
            (WatchStanding::Idle, Remote::Failed { fault }) => WatchStanding::Failed(fault),
            (standing, _) => standing,
        }
    }
}

/// All that is known of clusters.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Data {
    /// In the order of their names.
    pub clusters: Remote<Vec<Arc<EksCluster>>>,
    pub versions: Remote<Vec<ClusterVersion>>,
    /// By the cluster's name.
    each: BTreeMap<Arc<str>, Cluster>,
}

impl Data {
    /// Of a site that another account answered for: nothing, and why.
    #[must_use]
    pub fn refused(fault: Fault) -> Self {
        Self { clusters: Remote::Failed { fault }, ..Self::default() }
    }

    /// The exact question; none when it cannot be asked yet. `specs` say how clusters are reached.
    #[must_use]
    pub fn ask(&self, read: &Read, specs: &[ClusterSpec]) -> Option<Ask> {
        let cluster = read.cluster().cloned();
        let eks = |ask: fn(Arc<str>) -> EksAsk| cluster.clone().map(|cluster| Ask::Eks(ask(cluster)));
        let server = |ask| {
            let address = self.address(cluster.as_deref()?, specs)?;
            Some(Ask::Server(Arc::new(address), ask))
        };
        match read {
            Read::Clusters => Some(Ask::Eks(EksAsk::Clusters)),
            Read::Versions => Some(Ask::Eks(EksAsk::Versions)),
            Read::Nodegroups(_) => eks(|cluster| EksAsk::Nodegroups { cluster }),
            Read::Addons(_) => eks(|cluster| EksAsk::Addons { cluster }),
            Read::Insights(_) => eks(|cluster| EksAsk::Insights { cluster }),
            Read::AccessEntries(_) => eks(|cluster| EksAsk::AccessEntries { cluster }),
            Read::Served(_) => server(ServerAsk::Served),
            Read::Usage(_) => server(ServerAsk::Usage),
            Read::Objects(..) => None,
        }
    }

    /// Where a cluster's API server is asked; none while it has no endpoint.
    #[must_use]
    pub fn address(&self, cluster: &str, specs: &[ClusterSpec]) -> Option<ServerAddress> {
        let eks = self.eks(cluster)?;
        let detour = specs.iter().find(|spec| *spec.name == *cluster).map(|spec| spec.detour.clone());
        (!eks.endpoint.is_empty() || detour.is_some()).then(|| ServerAddress {
            cluster: eks.name.clone(),
            arn: eks.arn.clone(),
            endpoint: eks.endpoint.clone(),
            authority: eks.authority.clone(),
            is_private: !eks.access.public,
            detour,
        })
    }

    /// What EKS says of a cluster.
    #[must_use]
    pub fn eks(&self, cluster: &str) -> Option<&Arc<EksCluster>> {
        let all = self.clusters.value()?;
        all.binary_search_by(|known| (*known.name).cmp(cluster)).ok().and_then(|at| all.get(at))
    }

    /// The clusters that there are, as EKS said last.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.clusters.value().into_iter().flatten().map(|cluster| &cluster.name)
    }

    /// What was read and watched of a cluster; none while nothing of it was asked.
    #[must_use]
    pub fn get(&self, cluster: &str) -> Option<&Cluster> {
        self.each.get(cluster)
    }

    /// The name under which a cluster is kept.
    pub(super) fn key(&self, cluster: &str) -> Option<&str> {
        self.each.get_key_value(cluster).map(|(name, _)| &**name)
    }

    /// The clusters, each with whether its API server serves metrics: what [`super::wanted`] wants to know.
    #[must_use]
    pub fn metered(&self) -> Vec<(Arc<str>, bool)> {
        let metrics = |name: &str| self.get(name).and_then(|c| c.served.value()).is_some_and(|served| served.metrics);
        self.names().map(|name| (name.clone(), metrics(name))).collect()
    }

    /// The kinds of a cluster that are worth watching: none before it is known what its API server serves.
    #[must_use]
    pub fn watched(&self, cluster: &str) -> Vec<ObjectKind> {
        let Some(served) = self.get(cluster).and_then(|cluster| cluster.served.value()) else { return Vec::new() };
        ObjectKind::ALL.into_iter().filter(|kind| served.serves(*kind)).collect()
    }

    /// Records that the last answer to a list gave.
    #[must_use]
    pub fn records(&self, read: &Read) -> usize {
        let of = |cluster: &str| self.get(cluster);
        match read {
            Read::Clusters => self.clusters.value().map_or(0, Vec::len),
            Read::Versions => 0,
            Read::Nodegroups(name) => of(name).and_then(|c| c.nodegroups.value()).map_or(0, Vec::len),
            Read::Addons(name) => of(name).and_then(|c| c.addons.value()).map_or(0, Vec::len),
            Read::Insights(name) => of(name).and_then(|c| c.insights.value()).map_or(0, Vec::len),
            Read::AccessEntries(name) => of(name).and_then(|c| c.access_entries.value()).map_or(0, Vec::len),
            Read::Served(_) | Read::Usage(_) | Read::Objects(..) => 0,
        }
    }

    /// An attempt has begun.
    pub fn begin(&mut self, read: &Read) {
        match read {
            Read::Clusters => self.clusters.begin(),
            Read::Versions => self.versions.begin(),
            Read::Nodegroups(name) => self.of(name).nodegroups.begin(),
            Read::Addons(name) => self.of(name).addons.begin(),
            Read::Insights(name) => self.of(name).insights.begin(),
            Read::AccessEntries(name) => self.of(name).access_entries.begin(),
            Read::Served(name) => self.of(name).served.begin(),
            Read::Usage(name) => self.of(name).usage.begin(),
            Read::Objects(..) => {}
        }
    }

    /// An attempt failed.
    pub fn fail(&mut self, read: &Read, fault: Fault) {
        match read {
            Read::Clusters => self.clusters.fail(fault),
            Read::Versions => self.versions.fail(fault),
            Read::Nodegroups(name) => self.changed(name).nodegroups.fail(fault),
            Read::Addons(name) => self.changed(name).addons.fail(fault),
            Read::Insights(name) => self.changed(name).insights.fail(fault),
            Read::AccessEntries(name) => self.changed(name).access_entries.fail(fault),
            Read::Served(name) => self.changed(name).served.fail(fault),
            Read::Usage(name) => self.changed(name).usage.fail(fault),
            Read::Objects(..) => {}
        }
    }

    /// An attempt succeeded; which clusters are other than before. An answer to something else is no answer, and what
    /// comes of a cluster that is gone is dropped.
    pub fn store(&mut self, read: &Read, answer: Answer, now: Timestamp) -> Touched {
        let touched = Touched::Named(read.cluster().cloned().into_iter().collect());
        match (read, answer) {
            (Read::Clusters, Answer::Clusters(mut all)) => {
                all.sort_by(|a, b| a.name.cmp(&b.name));
                // Whose it is is told by its tags, too.
                let of = |c: &Arc<EksCluster>| (c.arn.clone(), c.tags.clone());
                let is_same = |before: &Vec<Arc<EksCluster>>| before.iter().map(of).eq(all.iter().map(of));
                let touched = if self.clusters.value().is_some_and(is_same) { Touched::All } else { Touched::List };
                // One that was made anew under the same name is another one, and so is one that answers elsewhere.
                let same = |before: &EksCluster| {
                    let of = |c: &EksCluster| (c.arn.clone(), c.created);
                    let at = |c: &EksCluster| (c.endpoint.clone(), c.authority.clone());
                    let now = all.iter().find(|c| c.name == before.name);
                    now.is_some_and(|now| {
                        of(now) == of(before) && (before.endpoint.is_empty() || at(now) == at(before))
                    })
                };
                let known = self.clusters.value().into_iter().flatten();
                let gone: Vec<Arc<str>> =
                    known.filter(|before| !same(before)).map(|before| before.name.clone()).collect();
                for name in gone {
                    self.each.remove(&name);
                }
                self.each.retain(|name, _| all.iter().any(|cluster| cluster.name == *name));
                for cluster in &all {
                    self.each.entry(cluster.name.clone()).or_default().revision += 1;
                }
                self.clusters.succeed(all, now);
                return touched;
            }
            (Read::Versions, Answer::Versions(all)) => {
                self.versions.succeed(all, now);
                self.each.values_mut().for_each(|cluster| cluster.revision += 1);
                return Touched::All;
            }
            (Read::Nodegroups(name), Answer::Nodegroups(all)) => self.there(name, |c| c.nodegroups.succeed(all, now)),
            (Read::Addons(name), Answer::Addons(all)) => self.there(name, |c| c.addons.succeed(all, now)),
            (Read::Insights(name), Answer::Insights(all)) => self.there(name, |c| c.insights.succeed(all, now)),
            (Read::AccessEntries(name), Answer::AccessEntries(all)) => {
                self.there(name, |c| c.access_entries.succeed(all, now));
            }
            (Read::Served(name), Answer::Served(served)) => self.there(name, |c| c.served.succeed(served, now)),
            (Read::Usage(name), Answer::Usage(usage)) => self.there(name, |c| c.usage.succeed(usage, now)),
            _ => return Touched::Nothing,
        }
        touched
    }

    /// A watch has begun.
    pub fn watch(&mut self, watch: &KindWatch, id: u64) {
        self.of(&watch.cluster).objects.begin(watch.kind, id);
    }

    /// A watch has ended, for nobody wants it any more.
    pub fn unwatch(&mut self, watch: &KindWatch) {
        if let Some(cluster) = self.each.get_mut(&watch.cluster) {
            cluster.objects.end(watch.kind);
        }
    }

    /// Takes in what a watch told; true when something is other than before.
    pub fn take(&mut self, watch: &KindWatch, id: u64, told: WatchTold, now: Timestamp) -> bool {
        let Some(cluster) = self.each.get_mut(&watch.cluster) else { return false };
        // Fresh again with what was known before is news, too.
        let before = cluster.objects.standing(watch.kind).fault().is_some();
        let was_known = cluster.objects.standing(watch.kind).is_known();
        let mut is_other = cluster.objects.take(watch.kind, id, told, &mut cluster.past, now);
        let standing = cluster.objects.standing(watch.kind);
        is_other |= standing.fault().is_some() != before || standing.is_known() != was_known;
        cluster.revision += u64::from(is_other);
        is_other
    }

    fn of(&mut self, name: &Arc<str>) -> &mut Cluster {
        self.each.entry(name.clone()).or_default()
    }

    fn changed(&mut self, name: &Arc<str>) -> &mut Cluster {
        let cluster = self.of(name);
        cluster.revision += 1;
        cluster
    }

    fn there(&mut self, name: &Arc<str>, take: impl FnOnce(&mut Cluster)) {
        if let Some(cluster) = self.each.get_mut(name) {
            cluster.revision += 1;
            take(cluster);
        }
    }
}
