//! Which kinds of which clusters are watched, and where what they tell goes.

use std::sync::Arc;

use super::World;
use super::focus::Focus;
use super::news::{News, record, wake};
use crate::collect::Watches;
use crate::domain::SiteId;
use crate::services::kubernetes::{self, KindWatch, ServerAddress, WatchStanding, WatchTold};
use crate::slices::reads::{Read, Shown, Target};

/// So many clusters are watched, and the one that is open. Each watch holds a connection: thirteen a cluster, and a
/// process may have 256 open files on some machines.
const MOST: usize = 12;

/// A watch of a cluster of a site.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WatchTarget {
    pub site: SiteId,
    pub watch: KindWatch,
}

impl WatchTarget {
    /// Under what its losses are told.
    #[must_use]
    pub fn told_as(&self) -> Target {
        let KindWatch { cluster, kind } = &self.watch;
        Target { site: self.site, read: Read::Kubernetes(kubernetes::Read::Objects(cluster.clone(), *kind)) }
    }
}

/// What is to be done so that what is wanted is watched.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchOrder {
    Begin { id: u64, target: WatchTarget, address: Arc<ServerAddress> },
    End(u64),
}

/// Which watches begin and end now. Where nothing can be another than last time, nothing is looked at.
pub fn watch(world: &mut World, focus: &Focus) -> Vec<WatchOrder> {
    let second = world.now.as_second();
    let polled = (second, focus.clone());
    if !world.rewatch && world.watched_for.as_ref() == Some(&polled) {
        return Vec::new();
    }
    (world.rewatch, world.watched_for) = (false, Some(polled));
    let wanted = wanted(world, focus);
    let now = world.now;
    // What was known of a site or a cluster went, as another one answered there: its watches tell nobody any more.
    let is_idle = |world: &World, target: &WatchTarget| {
        let known = world.site(target.site).and_then(|data| data.services.kubernetes.get(&target.watch.cluster));
        known.is_none_or(|known| known.objects.standing(target.watch.kind) == WatchStanding::Idle)
    };
    let idle: Vec<WatchTarget> = wanted.iter().filter(|target| is_idle(world, target)).cloned().collect();
    world.watches.force(|target| idle.contains(target));
    let round = world.watches.round(wanted, now);
    let mut orders: Vec<WatchOrder> = round.dropped.iter().map(|(id, _)| WatchOrder::End(*id)).collect();
    for (_, target) in &round.dropped {
        if round.begun.iter().any(|(_, begun)| begun == target) {
            continue;
        }
        // What was lost of it is nobody's error any more.
        world.wants = None;
        if let Some(data) = world.site_mut(target.site) {
            data.services.kubernetes.unwatch(&target.watch);
        }
    }
    for (id, target) in round.begun {
        let specs = world.estate.cluster_specs(target.site);
        let Some(data) = world.site_mut(target.site) else { continue };
        let Some(address) = data.services.kubernetes.address(&target.watch.cluster, &specs) else { continue };
        data.services.kubernetes.watch(&target.watch, id);
        orders.push(WatchOrder::Begin { id, target, address: Arc::new(address) });
    }
    orders
}

/// What is worth watching.
pub(super) fn wanted(world: &World, focus: &Focus) -> Vec<WatchTarget> {
    let mut left = MOST;
    let open = if let Shown::Cluster(site, name) = &focus.shown { Some((*site, name)) } else { None };
    let mut all = Vec::new();
    // Those that are looked at come first.
    let is_there = |site: SiteId| world.estate.in_scope(focus.scope, site);
    let sites = || world.known().filter(|(_, data)| data.trust.is_open());
    let near = sites().filter(|(site, _)| is_there(*site)).chain(sites().filter(|(site, _)| !is_there(*site)));
    for (site, data) in near {
        for cluster in data.services.kubernetes.names() {
            let is_open = open == Some((site, cluster));
            if is_open || left > 0 {
                left = left.saturating_sub(usize::from(!is_open));
                let kinds = data.services.kubernetes.watched(cluster).into_iter();
                let watch = |kind| WatchTarget { site, watch: KindWatch { cluster: cluster.clone(), kind } };
                all.extend(kinds.map(watch));
            }
        }
    }
    all
}

impl World {
    /// Watches that run and have told nothing yet.
    #[must_use]
    pub fn awaited_watches(&self) -> usize {
        self.watches.awaited()
    }

    /// Whatever of clusters has changed is looked at now, however lately it was: nothing more is waited for.
    pub fn hurry(&mut self) {
        self.sites.iter_mut().for_each(|data| data.cluster_checkups.hurry());
        self.cluster_news = true;
    }

    /// The pauses after losses differ from those of other consoles. Nothing is watched yet.
    pub fn seed_watches(&mut self, seed: u64) {
        self.watches = Watches::with_seed(seed);
    }

    /// The clusters that are looked at are told anew where their watches wait after a loss. How many do.
    pub fn retry_watches(&mut self, focus: &Focus) -> usize {
        let Self { watches, estate, .. } = self;
        self.rewatch = true;
        watches.retry(|target| estate.in_scope(focus.scope, target.site))
    }

    /// What was known of a site went: its clusters are watched anew, once they are known again.
    pub(super) fn forget_watches(&mut self, site: SiteId) {
        self.watches.force(|target| target.site == site);
        self.rewatch = true;
    }
}

/// Takes in what a watch told. What one of before tells is dropped.
pub fn take_told(world: &mut World, id: u64, target: &WatchTarget, told: WatchTold) -> News {
    let mut news = News::default();
    if !world.watches.awaits(target, id) {
        return news;
    }
    let now = world.now;
    let as_read = target.told_as();
    if let Some(fault) = told.loss().cloned() {
        world.watches.lost(target, id, &fault, now);
        news = record(world, &as_read, &fault);
        world.rewatch = true;
    } else {
        // Who may list and not watch is told the whole each time, and loses it again: only what comes after it mends.
        let mended = world.watches.told(target, id, !told.is_whole());
        if !told.is_whole() {
            world.faults.mend(&as_read, now);
        }
        if let Some(reach) = mended {
            wake(world, target.site, reach);
        }
    }
    let Some(data) = world.sites.get_mut(target.site.0) else { return news };
    let is_grave = told.loss().is_some() || told.is_whole();
    if data.services.kubernetes.take(&target.watch, id, told, now) {
        data.cluster_checkups.touch(&target.watch.cluster);
        // Of what changes all the time the rules tell what is news of it, when they have looked.
        world.cluster_news = true;
        if is_grave {
            world.heard.insert(target.site);
        }
    }
    news
}

#[cfg(test)]
mod tests;
