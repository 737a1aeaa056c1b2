//! Kubelets at work on their pods: pulled, started, ready, crashing, stopped.

mod container;
mod status;
mod step;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::behaviour::{Behaviours, Container};
use super::chance;
use super::condition;
use super::events::EventRecorder;
use super::feed::{Feed, earlier, later};
use super::pods;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};

use container::ContainerRun;

/// How often the scenario is asked whether containers behave, milliseconds.
const POLL: i64 = 5_000;

/// How long a kubelet that cannot start a pod yet (no network, not ready) waits before it tries again, milliseconds.
const RETRY: i64 = 2_000;

/// A pod that is on a node.
#[derive(Debug)]
struct PodRun {
    key: ObjectKey,
    node: String,
    /// The kubelet has seen it.
    accepted: bool,
    /// Init containers run until then.
    init_until: Option<Timestamp>,
    containers: Vec<ContainerRun>,
    /// When its containers have ended, once it is being deleted; the moment of its deletionTimestamp beside it.
    killed: Option<(Timestamp, Option<Timestamp>)>,
    /// In [`PodLife::order`].
    due: Option<Timestamp>,
    ended: bool,
}

/// All kubelets of a cluster, as far as pods go.
#[derive(Debug)]
pub struct PodLife {
    behaviours: Behaviours,
    heard: u64,
    seed: u64,
    feed: Feed,
    nodes: Feed,
    runs: HashMap<String, PodRun>,
    uids: BTreeMap<ObjectKey, String>,
    order: BTreeSet<(Timestamp, String)>,
    /// Images by node: what is there is not pulled again.
    images: HashSet<(String, String)>,
    recorder: EventRecorder,
}

impl PodLife {
    /// With the behaviours of a scenario; `seed` decides how long things take.
    #[must_use]
    pub fn new(behaviours: Behaviours, seed: u64) -> Self {
        Self {
            behaviours,
            heard: 0,
            seed,
            feed: Feed::new(Resource::Pods),
            nodes: Feed::new(Resource::Nodes),
            runs: HashMap::new(),
            uids: BTreeMap::new(),
            order: BTreeSet::new(),
            images: HashSet::new(),
            recorder: EventRecorder::new("kubelet"),
        }
    }
}

impl Controller for PodLife {
    fn name(&self) -> &'static str {
        "kubelet"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        self.hear_nodes(store, now);
        let news = self.feed.news(store);
        if news.anew {
            let live: HashSet<String> =
                store.list(Resource::Pods).map(|(_, pod)| metadata::uid(pod).to_owned()).collect();
            let lost: Vec<String> = self.runs.keys().filter(|uid| !live.contains(*uid)).cloned().collect();
            for uid in &lost {
                self.forget(uid);
            }
        }
        for heard in news.heard {
            self.hear(store, &heard.key, heard.after.as_ref(), now);
        }
        if self.heard != self.behaviours.version() {
            self.heard = self.behaviours.version();
            self.listen(now);
        }
        while let Some((due, uid)) = self.order.first().cloned() {
            if due > now {
                break;
            }
            self.order.remove(&(due, uid.clone()));
            if let Some(run) = self.runs.get_mut(&uid) {
                run.due = None;
            }
            self.step(store, &uid, now);
        }
        let poll = Timestamp::from_millisecond((now.as_millisecond().div_euclid(POLL) + 1) * POLL).ok();
        earlier(self.order.first().map(|(due, _)| *due), poll.filter(|_| !self.runs.is_empty()))
    }
}

impl PodLife {
    /// A node that was not there takes its pods up; one that is gone loses its images.
    fn hear_nodes(&mut self, store: &Store, now: Timestamp) {
        for heard in self.nodes.news(store).heard {
            if heard.after.is_none() {
                self.images.retain(|(node, _)| **node != *heard.key.name);
            } else if heard.before.is_none_or(|before| !condition::holds(&before, "Ready")) {
                let waiting: Vec<String> =
                    store.pods_on(&heard.key.name).map(|(_, pod)| metadata::uid(pod).to_owned()).collect();
                for uid in waiting {
                    if self.runs.get(&uid).is_some_and(|run| !run.accepted || run.due.is_none()) {
                        self.wake(&uid, now);
                    }
                }
            }
        }
    }

    fn hear(&mut self, store: &Store, key: &ObjectKey, pod: Option<&Arc<Value>>, now: Timestamp) {
        let known = self.uids.get(key).cloned();
        if let Some(uid) = known.filter(|uid| pod.is_none_or(|pod| metadata::uid(pod) != uid)) {
            self.forget(&uid);
        }
        // What a later change already took away will be heard of too.
        let Some(pod) = pod.filter(|_| store.contains(key)) else { return };
        let node = metadata::node_name(pod);
        if node.is_empty() {
            return;
        }
        let uid = metadata::uid(pod).to_owned();
        if !self.runs.contains_key(&uid) {
            let mut run = PodRun {
                key: key.clone(),
                node: node.to_owned(),
                accepted: !pod["status"]["startTime"].is_null(),
                init_until: None,
                containers: container::of_pod(pod),
                killed: None,
                due: None,
                ended: pods::has_ended(pod),
            };
            if run.accepted {
                let images = run.containers.iter().filter(|one| one.has_run()).map(|one| one.image.clone());
                self.images.extend(images.map(|image| (node.to_owned(), image)));
            }
            let waits = run.containers.iter().filter_map(ContainerRun::due).min();
            run.due = None;
            let first = if run.accepted {
                waits.or_else(|| run.containers.iter().any(|one| !one.is_settled()).then_some(now))
            } else {
                Some(later(now, chance::between(self.seed, &[&uid, "seen"], 100, 900)))
            };
            let behaves = run.accepted && !run.ended;
            self.uids.insert(key.clone(), uid.clone());
            self.runs.insert(uid.clone(), run);
            if let Some(first) = first.filter(|_| behaves || !pods::has_ended(pod)) {
                self.wake(&uid, first);
            }
            if behaves {
                self.listen_one(&uid, now);
            }
        }
        if metadata::is_terminating(pod) {
            let ends = metadata::deletion_timestamp(pod);
            if self.runs.get(&uid).is_some_and(|run| run.killed.is_none_or(|(_, known)| known != ends)) {
                self.wake(&uid, now);
            }
        }
    }

    fn forget(&mut self, uid: &str) {
        if let Some(run) = self.runs.remove(uid) {
            if let Some(due) = run.due {
                self.order.remove(&(due, uid.to_owned()));
            }
            if self.uids.get(&run.key).is_some_and(|known| known == uid) {
                self.uids.remove(&run.key);
            }
        }
    }

    /// The pod is looked at at `due`, or sooner when it is anyway.
    fn wake(&mut self, uid: &str, due: Timestamp) {
        let Some(run) = self.runs.get_mut(uid) else { return };
        if run.due.is_some_and(|known| known <= due) {
            return;
        }
        if let Some(before) = run.due.replace(due) {
            self.order.remove(&(before, uid.to_owned()));
        }
        self.order.insert((due, uid.to_owned()));
    }

    /// The scenario changed: what runs may behave differently from now on.
    fn listen(&mut self, now: Timestamp) {
        let mut uids: Vec<String> = self.runs.keys().cloned().collect();
        uids.sort_unstable();
        for uid in &uids {
            self.listen_one(uid, now);
        }
    }

    fn listen_one(&mut self, uid: &str, now: Timestamp) {
        let Some(run) = self.runs.get_mut(uid).filter(|run| !run.ended) else { return };
        let mut changed = run.killed.is_some();
        for one in &mut run.containers {
            let behaviour = self.behaviours.of_container(&run.key.namespace, &run.key.name, &one.image);
            if one.behaviour != behaviour {
                let delay = chance::between(self.seed, &[uid, &one.name, "changes"], 0, 5_000);
                changed |= one.take_behaviour(behaviour, later(now, delay));
            }
        }
        if changed {
            self.wake(uid, now);
        }
    }

    /// How long a pod's containers take to end after SIGTERM, milliseconds: what ignores it has its whole grace.
    fn stops_after(&self, uid: &str, run: &PodRun, grace: i64) -> i64 {
        if run.containers.iter().any(|one| one.behaviour == Some(Container::IgnoresTerm)) {
            return grace * 1000;
        }
        chance::between(self.seed, &[uid, "stops"], 400, 3_000).min(grace * 1000)
    }

    fn end(&mut self, store: &mut Store, uid: &str, now: Timestamp) {
        let Some(key) = self.runs.get(uid).map(|run| run.key.clone()) else { return };
        let options = DeleteOptions { uid: Some(uid.to_owned()), ..DeleteOptions::now() };
        // Somebody else may have been faster.
        let held = store.delete(&key, now, &options).is_ok_and(|written| !written.is_gone());
        if let Some(run) = self.runs.get_mut(uid).filter(|_| held) {
            // Finalizers keep the object; nothing runs in it any more.
            run.containers.iter_mut().for_each(|one| one.kill(now));
            let _ = store.update(&key, now, |pod| status::write(pod, run, uid, None, now));
            run.ended = true;
        }
    }
}
