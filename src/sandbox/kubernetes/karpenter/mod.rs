//! Karpenter v1.14 with its AWS provider, as a controller of a cluster: pending pods become NodeClaims and
//! instances, nodes that are empty, too large or out of date go again.
//!
//! Names, reasons, words of messages and time limits are upstream's (kubernetes-sigs/karpenter v1.14.1,
//! aws/karpenter-provider-aws v1.14). Not here: several nodes consolidated at once, static pools, reserved
//! capacity, overlays, repair.

mod batch;
pub mod budget;
mod candidate;
mod claims;
mod class;
mod command;
pub mod condition;
mod consolidation;
pub mod demand;
mod disruption;
mod drain;
mod drift;
mod interruption;
mod launch;
mod lifecycle;
pub mod moment;
pub mod object;
pub mod offer;
mod planned;
pub mod pod;
mod pools;
mod provision;
pub mod recorder;
pub mod requirement;
mod requirements;
mod simulation;
pub mod state;
mod template;
mod termination;
mod topology;

#[cfg(test)]
mod tests;

pub use class::{ALIAS, images};
pub use template::{HASH_VERSION, pool_hash};

use super::cloud::SharedCloud;
use super::resources::Resource;
use super::simulation::Controller;
use super::store::Store;
use batch::Batch;
use disruption::Disruption;
use jiff::{SignedDuration, Timestamp};
use offer::{OfferList, Unavailable};
use recorder::KarpenterRecorder;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, PoisonError};

/// Nothing to do: how long it rests.
const IDLE: SignedDuration = SignedDuration::from_secs(10);
/// Something is under way: how long between two looks.
const BUSY: SignedDuration = SignedDuration::from_secs(1);
/// The interruption queue is looked at so often.
const QUEUE: SignedDuration = SignedDuration::from_secs(2);
/// Status of pools and classes.
const DESCRIBED_EVERY: SignedDuration = SignedDuration::from_secs(5);
/// A claim waits for its launch: it must not take a second.
const LAUNCHING: SignedDuration = SignedDuration::from_millis(400);

/// Karpenter of one cluster.
#[derive(Debug)]
pub struct Karpenter {
    cluster: String,
    cloud: SharedCloud,
    recorder: KarpenterRecorder,
    unavailable: Unavailable,
    catalogue: OfferList,
    batch: Batch,
    disruption: Disruption,
    /// Whether the last four launches of a pool registered, by the pool's uid.
    registrations: BTreeMap<String, VecDeque<bool>>,
    /// Nodes that pods were promised lately, until when: they are not disrupted.
    nominated: BTreeMap<String, Timestamp>,
    /// When each claim's launch is tried (again), by uid.
    attempts: BTreeMap<String, launch::Attempt>,
    /// What was found of each claim's drift, by uid.
    drift_seen: BTreeMap<String, drift::DriftSeen>,
    /// What pools and classes were like when their status was written last, and when.
    described: Option<(Vec<String>, Timestamp)>,
    last: Option<Timestamp>,
    due: Timestamp,
    seen: u64,
}

impl Karpenter {
    /// For a cluster of this name.
    pub fn new(cluster: &str, cloud: SharedCloud) -> Self {
        Self {
            cluster: cluster.to_owned(),
            cloud,
            recorder: KarpenterRecorder::default(),
            unavailable: Unavailable::default(),
            catalogue: OfferList::default(),
            batch: Batch::default(),
            disruption: Disruption::default(),
            registrations: BTreeMap::new(),
            nominated: BTreeMap::new(),
            attempts: BTreeMap::new(),
            drift_seen: BTreeMap::new(),
            described: None,
            last: None,
            due: Timestamp::MIN,
            seen: 0,
        }
    }

    /// Everything once. What it does itself it looks at in the next round.
    fn round(&mut self, store: &mut Store, now: Timestamp) {
        let shared = Arc::clone(&self.cloud);
        let mut cloud = shared.lock().unwrap_or_else(PoisonError::into_inner);
        cloud.advance(now);
        self.interruptions(store, &mut cloud, now);
        if self.must_describe(store, now) {
            self.classes(store, &cloud, now);
            self.pools(store, now);
        }
        self.claims(store, &mut cloud, now);
        self.terminate(store, &mut cloud, now);
        self.nominated.retain(|_, until| now < *until);
        self.unavailable.expire(now);
        self.provision(store, &cloud, now);
        self.disrupt(store, &cloud, now);
    }

    /// Status of pools and classes is written every five seconds, and when one of them was changed.
    fn must_describe(&mut self, store: &Store, now: Timestamp) -> bool {
        let both = store.list(Resource::NodePools).chain(store.list(Resource::Ec2NodeClasses));
        let like: Vec<String> = both
            .map(|(key, one)| {
                let metadata = &one["metadata"];
                format!("{key} {} {}", metadata["generation"], metadata["deletionTimestamp"])
            })
            .collect();
        let known = self.described.as_ref();
        if known.is_some_and(|(known, at)| *known == like && now.duration_since(*at) < DESCRIBED_EVERY) {
            return false;
        }
        self.described = Some((like, now));
        true
    }

    /// How long until the next round when nothing changes.
    fn pause(&self, store: &Store) -> SignedDuration {
        let mut pause = if self.batch.is_idle() && self.disruption.is_idle() { IDLE } else { BUSY };
        for (_, claim) in store.list(Resource::NodeClaims) {
            if claim.pointer("/status/providerID").is_none() {
                return LAUNCHING;
            }
            if super::store::metadata::is_terminating(claim) || !condition::is_true(claim, "Initialized") {
                pause = BUSY;
            }
        }
        pause
    }
}

/// Whether anything changed that Karpenter watches.
fn concerns(store: &Store, seen: u64) -> bool {
    let watched = [
        Resource::Pods,
        Resource::Nodes,
        Resource::NodeClaims,
        Resource::NodePools,
        Resource::Ec2NodeClasses,
        Resource::PodDisruptionBudgets,
    ];
    watched.into_iter().any(|kind| store.since(kind, seen).is_ok_and(|mut changes| changes.next().is_some()))
}

impl Controller for Karpenter {
    fn name(&self) -> &'static str {
        "karpenter"
    }

    /// Changes are met within a second, as by a client that hears of them from a watch and works them off one
    /// after the other; so it also comes to rest whatever others do.
    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        let after = |at: Timestamp, pause: SignedDuration| at.checked_add(pause).unwrap_or(at);
        self.batch.observe(store, now);
        let seen = std::mem::replace(&mut self.seen, store.revision());
        if seen != self.seen && concerns(store, seen) {
            let soon = self.last.map_or(now, |last| after(last, BUSY).max(now));
            self.due = self.due.min(soon);
        }
        if self.last == Some(now) && self.due <= now {
            self.due = after(now, LAUNCHING);
        }
        let heard = self.cloud.lock().unwrap_or_else(PoisonError::into_inner).has_messages(now);
        if self.due <= now || (heard && self.last != Some(now)) {
            self.round(store, now);
            self.batch.observe(store, now);
            self.seen = store.revision();
            self.last = Some(now);
            self.due = after(now, self.pause(store));
        }
        Some(self.due.min(after(now, QUEUE)))
    }
}
