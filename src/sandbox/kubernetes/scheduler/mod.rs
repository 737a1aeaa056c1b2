//! kube-scheduler: which node takes a pod, and the sentence when none does.

pub mod filter;
pub mod node;
pub mod pod;
pub mod preempt;
pub mod queue;
pub mod reason;
pub mod resources;
pub mod score;
pub mod selector;
pub mod taint;
pub mod world;

mod bind;
mod hear;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::controllers::condition::{self, ObjectCondition};
use super::controllers::events::{Note, SeriesRecorder};
use super::controllers::feed::{Feed, earlier};
use super::resources::Resource;
use super::simulation::Controller;
use super::store::{ObjectKey, Store};
use filter::Prepared;
use node::NodeInfo;
use pod::PodInfo;
use preempt::preempt;
use queue::Waiting;
use reason::{FilterReason, Histogram, NodeRefusal};
use resources::Resources;
use score::{Siblings, score};
use world::SchedulingWorld;

/// Of a small cluster every node is looked at; of a larger one a share (`numFeasibleNodesToFind`).
const FEW_NODES: usize = 100;

/// The scheduler of a cluster.
#[derive(Debug)]
pub struct Scheduler {
    seed: u64,
    pods: Feed,
    nodes: Feed,
    world: SchedulingWorld,
    waiting: Waiting,
    /// Where the next search begins, so that nodes take turns.
    start: usize,
    recorder: SeriesRecorder,
}

/// Why pods of one shape fit nowhere.
struct Verdict {
    message: String,
    /// It may be another once any pod is bound.
    looks_at_others: bool,
}

/// What became of one attempt.
enum PackingOutcome {
    On(Arc<str>),
    Nowhere(BTreeMap<Arc<str>, NodeRefusal>, Histogram),
}

impl Scheduler {
    /// A scheduler; `seed` breaks ties.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            pods: Feed::new(Resource::Pods),
            nodes: Feed::new(Resource::Nodes),
            world: SchedulingWorld::default(),
            waiting: Waiting::default(),
            start: 0,
            recorder: SeriesRecorder::new("default-scheduler"),
        }
    }

    /// What it knows of nodes and bound pods.
    #[must_use]
    pub fn world(&self) -> &SchedulingWorld {
        &self.world
    }
}

impl Controller for Scheduler {
    fn name(&self) -> &'static str {
        "scheduler"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        self.hear(store, now);
        // Pods of the same shape share a verdict until something is bound or evicted.
        let mut verdicts: HashMap<u64, Verdict> = HashMap::new();
        let due = self.waiting.take(now);
        for key in due {
            let pod = store.get(&key).cloned();
            let info = pod
                .as_deref()
                .and_then(PodInfo::read)
                .filter(|info| info.node.is_none() && !info.terminating && !info.ended);
            let (Some(pod), Some(info)) = (pod, info) else {
                self.waiting.remove(&key);
                continue;
            };
            self.attempt(store, &key, &pod, info, &mut verdicts, now);
        }
        earlier(self.waiting.next(), self.recorder.finish(store, now))
    }
}

impl Scheduler {
    fn attempt(
        &mut self,
        store: &mut Store,
        key: &ObjectKey,
        pod: &Value,
        info: PodInfo,
        verdicts: &mut HashMap<u64, Verdict>,
        now: Timestamp,
    ) {
        if let Some(verdict) = verdicts.get(&info.shape).filter(|_| info.nominated.is_none()) {
            let message = verdict.message.clone();
            return self.refuse(store, key, pod, &message, now);
        }
        if self.world.node_count() == 0 {
            return self.refuse(store, key, pod, "no nodes available to schedule pods", now);
        }
        match self.search(&info) {
            PackingOutcome::On(node) => {
                verdicts.retain(|_, verdict| !verdict.looks_at_others);
                bind::bind(store, key, &node, now);
                let message = format!("Successfully assigned {}/{} to {node}", key.namespace, key.name);
                self.recorder.say(store, pod, &Note::normal("Scheduled", message), "Binding", now);
                self.world.forget_nomination(&info.uid);
                self.waiting.remove(key);
                self.world.put_pod(PodInfo { node: Some(node), ..info });
            }
            PackingOutcome::Nowhere(refused, why) => {
                let (shape, looks_at_others) = (info.shape, info.looks_at_others());
                let after = self.make_room(store, key, info, &refused, now);
                let message = match &after {
                    Some(after) => format!("{why} preemption: {after}"),
                    None => why.to_string(),
                };
                // One that made room says nothing about the next of its shape.
                if after.is_some() {
                    verdicts.insert(shape, Verdict { message: message.clone(), looks_at_others });
                }
                self.refuse(store, key, pod, &message, now);
            }
        }
    }

    /// Looks for the best node.
    fn search(&mut self, pod: &PodInfo) -> PackingOutcome {
        let prepared = Prepared::new(pod, &self.world);
        let check = |node: &NodeInfo| {
            let (mut taken, mut count) = (Resources::default(), 0);
            for other in self.world.nominated(&node.name) {
                if other.priority >= pod.priority && other.uid != pod.uid {
                    taken.add(&other.requests);
                    count += 1;
                }
            }
            prepared.check(node, &taken, count)
        };
        let total = self.world.node_count();
        if let Some(node) = pod.nominated.as_ref().and_then(|name| self.world.node(name))
            && check(node).is_ok()
        {
            return PackingOutcome::On(Arc::clone(&node.name));
        }
        let enough =
            if total < FEW_NODES { total } else { (total * (50 - (total / 125).min(45)) / 100).max(FEW_NODES) };
        let siblings = Siblings::of(pod, &self.world);
        let mut refused: BTreeMap<Arc<str>, NodeRefusal> = BTreeMap::new();
        let mut why = Histogram::new(total);
        let mut best: Option<((i64, u64), Arc<str>)> = None;
        let (mut found, mut looked) = (0, 0);
        let begin = self.start % total.max(1);
        for node in self.world.nodes().skip(begin).chain(self.world.nodes().take(begin)) {
            looked += 1;
            if prepared.names_others(node) {
                why.count(&FilterReason::NotNamed, 1);
                continue;
            }
            match check(node) {
                Ok(()) => {
                    found += 1;
                    let mark = score(pod, node, &siblings, self.seed);
                    if best.as_ref().is_none_or(|(best, _)| mark > *best) {
                        best = Some((mark, Arc::clone(&node.name)));
                    }
                }
                Err(refusal) => {
                    refusal.reasons.iter().for_each(|reason| why.count(reason, 1));
                    refused.insert(Arc::clone(&node.name), refusal);
                }
            }
            if found >= enough {
                break;
            }
        }
        self.start = (begin + looked) % total.max(1);
        match best {
            Some((_, node)) => PackingOutcome::On(node),
            None => PackingOutcome::Nowhere(refused, why),
        }
    }

    /// Evicts pods of lower priority where that helps; what the sentence says about it when it does not.
    fn make_room(
        &mut self,
        store: &mut Store,
        key: &ObjectKey,
        info: PodInfo,
        refused: &BTreeMap<Arc<str>, NodeRefusal>,
        now: Timestamp,
    ) -> Option<String> {
        if info.never_preempts {
            return Some("not eligible due to preemptionPolicy=Never.".to_owned());
        }
        let leaving =
            info.nominated.as_ref().and_then(|node| self.world.node(node)).is_some_and(|node| {
                node.pods.values().any(|other| other.terminating && other.priority < info.priority)
            });
        if leaving {
            return Some("not eligible due to a terminating pod on the nominated node.".to_owned());
        }
        match preempt(&info, &mut self.world, refused, &bind::budgets(store)) {
            Ok(candidate) => {
                for victim in &candidate.victims {
                    bind::evict(store, &mut self.recorder, victim, &info, &candidate.node, now);
                }
                bind::nominate(store, key, &candidate.node, now);
                self.world.nominate(&candidate.node, info);
                None
            }
            Err(why) => Some(why.to_string()),
        }
    }

    fn refuse(&mut self, store: &mut Store, key: &ObjectKey, pod: &Value, message: &str, now: Timestamp) {
        let unscheduled = ObjectCondition { kind: "PodScheduled", status: "False", reason: "Unschedulable", message };
        // It may be gone by now.
        let _ = store.update(key, now, |pod| {
            condition::set(pod, &unscheduled, now);
        });
        self.recorder.say(store, pod, &Note::warning("FailedScheduling", message.to_owned()), "Scheduling", now);
        self.waiting.failed(key, now);
    }
}
