//! Which pods wait for capacity, and the window in which they are gathered: it closes a second after the last
//! new one, ten seconds after the first at the latest.

use super::object::REGISTERED;
use super::{moment, pod};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectEvent, ObjectKey, Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A window that hears nothing new for so long is closed.
const IDLE: SignedDuration = SignedDuration::from_secs(1);
/// And after so long in any case.
const LONGEST: SignedDuration = SignedDuration::from_secs(10);
/// A pod that still waits asks again.
const AGAIN: SignedDuration = SignedDuration::from_secs(10);
/// `status.lastPodEventTime` is not written more often.
const POD_EVENTS: SignedDuration = SignedDuration::from_secs(10);

/// The window and those in it.
#[derive(Debug, Default)]
pub struct Batch {
    waiting: BTreeMap<ObjectKey, Timestamp>,
    opened: Option<Timestamp>,
    latest: Timestamp,
    /// When nodes on their way out asked last.
    leaving: BTreeMap<String, Timestamp>,
    /// Nodes on which a pod came or went.
    moved: BTreeSet<String>,
    moves: u64,
    seen: u64,
}

impl Batch {
    /// Nobody waits.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.opened.is_none()
    }

    /// How often pods have come to nodes and gone; it only grows.
    pub fn moves(&self) -> u64 {
        self.moves
    }

    /// Those that wait.
    pub fn waiting(&self) -> impl Iterator<Item = &ObjectKey> {
        self.waiting.keys()
    }

    /// A node is on its way out: its pods need a place though none of them waits yet.
    pub fn leaves(&mut self, node: &str, now: Timestamp) {
        if self.leaving.get(node).is_none_or(|asked| now.duration_since(*asked) >= AGAIN) {
            self.leaving.insert(node.to_owned(), now);
            self.trigger(now);
        }
    }

    fn trigger(&mut self, now: Timestamp) {
        self.opened.get_or_insert(now);
        self.latest = self.latest.max(now);
    }

    /// Whether the window closes now. A pod that waits for ten seconds opens it again.
    pub fn closes(&mut self, now: Timestamp) -> bool {
        let again: Vec<ObjectKey> = self
            .waiting
            .iter()
            .filter(|(_, asked)| now.duration_since(**asked) >= AGAIN)
            .map(|(key, _)| key.clone())
            .collect();
        for key in again {
            self.waiting.insert(key, now);
            self.trigger(now);
        }
        let Some(opened) = self.opened else { return false };
        let closes = now.duration_since(self.latest) >= IDLE || now.duration_since(opened) >= LONGEST;
        if closes {
            self.opened = None;
            self.leaving.retain(|_, asked| now.duration_since(*asked) < AGAIN);
        }
        closes
    }

    /// Learns what became of the pods, and writes the time of the last change onto the claims of their nodes.
    pub fn observe(&mut self, store: &mut Store, now: Timestamp) {
        if store.revision() == self.seen {
            return;
        }
        let seen = std::mem::replace(&mut self.seen, store.revision());
        let events = store.since(Resource::Pods, seen).map(|events| events.cloned().collect::<Vec<_>>());
        match events {
            Ok(events) if seen > 0 => {
                for event in events {
                    self.hear(&event, now);
                }
            }
            _ => {
                let all: Vec<ObjectKey> = store
                    .list(Resource::Pods)
                    .filter(|(_, pod)| pod::is_provisionable(pod))
                    .map(|(key, _)| key.clone())
                    .collect();
                self.waiting.retain(|key, _| all.contains(key));
                for key in all {
                    self.wait(key, now);
                }
            }
        }
        let moved = std::mem::take(&mut self.moved);
        note_pod_events(store, &moved, now);
    }

    fn hear(&mut self, event: &ObjectEvent, now: Timestamp) {
        let place = |pod: &Option<std::sync::Arc<Value>>| pod.as_ref().map(|pod| metadata::node_name(pod).to_owned());
        self.moves += u64::from(place(&event.before) != place(&event.after));
        match &event.after {
            Some(after) if pod::is_provisionable(after) => self.wait(event.key.clone(), now),
            _ => {
                self.waiting.remove(&event.key);
            }
        }
        let Some(after) = &event.after else { return };
        let before = event.before.as_deref();
        let node = metadata::node_name(after);
        let was = |test: fn(&Value) -> bool| before.is_some_and(test);
        let bound = !was(|pod| !metadata::node_name(pod).is_empty());
        let ended = !was(pod::is_terminal) && pod::is_terminal(after);
        let going = !was(metadata::is_terminating) && metadata::is_terminating(after);
        if !node.is_empty() && (bound || ended || going) && !pod::is_owned_by(after, "DaemonSet") {
            self.moved.insert(node.to_owned());
        }
    }

    fn wait(&mut self, key: ObjectKey, now: Timestamp) {
        if self.waiting.contains_key(&key) {
            return;
        }
        self.waiting.insert(key, now);
        self.trigger(now);
    }
}

fn note_pod_events(store: &mut Store, moved: &BTreeSet<String>, now: Timestamp) {
    for name in moved {
        let claim = store.get(&ObjectKey::cluster(Resource::Nodes, name)).and_then(|node| {
            metadata::label(node, REGISTERED)?;
            let owners = node.pointer("/metadata/ownerReferences")?.as_array()?;
            let owner = owners.iter().find(|one| one["kind"] == "NodeClaim")?;
            Some(ObjectKey::cluster(Resource::NodeClaims, owner["name"].as_str()?))
        });
        let Some(claim) = claim else { continue };
        let lately = store
            .get(&claim)
            .and_then(|claim| moment::at(claim, "/status/lastPodEventTime"))
            .is_some_and(|last| now.duration_since(last) < POD_EVENTS);
        if !lately {
            // A claim that has gone meanwhile has nothing to be noted on.
            let _ =
                store.update(&claim, now, |claim| claim["status"]["lastPodEventTime"] = moment::written(now).into());
        }
    }
}
