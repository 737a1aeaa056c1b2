//! ReplicaSets: as many pods of a template as are asked for.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::condition;
use super::events::{EventRecorder, Note};
use super::feed::{Feed, Queue};
use super::pods::{self, PodTally};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};

/// The controller of ReplicaSets.
#[derive(Debug)]
pub struct ReplicaSets {
    sets: Feed,
    pods: Feed,
    queue: Queue,
    recorder: EventRecorder,
}

impl Default for ReplicaSets {
    fn default() -> Self {
        Self {
            sets: Feed::new(Resource::ReplicaSets),
            pods: Feed::new(Resource::Pods),
            queue: Queue::new(200),
            recorder: EventRecorder::new("replicaset-controller"),
        }
    }
}

/// The object of `kind` that controls a pod.
#[must_use]
pub fn controller_key(pod: &Value, kind: Resource) -> Option<ObjectKey> {
    let owner = metadata::controller(pod)?;
    if owner["kind"] != kind.kind() {
        return None;
    }
    Some(ObjectKey::namespaced(kind, metadata::namespace(pod), owner["name"].as_str()?))
}

/// The pods that an object controls, by name.
#[must_use]
pub fn pods_of(store: &Store, owner: &Value) -> Vec<(ObjectKey, Arc<Value>)> {
    let owned = store.owned_by(metadata::uid(owner)).filter(|(key, _)| key.resource == Resource::Pods);
    owned.map(|(key, pod)| (key.clone(), Arc::clone(pod))).collect()
}

/// Whether two states of a pod differ for whoever counts it.
#[must_use]
pub fn counts_differently(before: Option<&Value>, after: Option<&Value>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return true };
    let conditions = |pod: &Value| condition::of(pod, "Ready").cloned();
    pods::is_active(before) != pods::is_active(after)
        || conditions(before) != conditions(after)
        || before["metadata"]["labels"] != after["metadata"]["labels"]
        || before["spec"]["nodeName"] != after["spec"]["nodeName"]
        || before["status"]["phase"] != after["status"]["phase"]
}

impl Controller for ReplicaSets {
    fn name(&self) -> &'static str {
        "replicaset"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        for heard in self.sets.news(store).heard {
            let counts =
                |set: &Option<Arc<Value>>| set.as_ref().map(|set| (set["spec"].clone(), metadata::is_terminating(set)));
            if heard.after.is_some() && (heard.before.is_none() || counts(&heard.before) != counts(&heard.after)) {
                self.queue.add(heard.key, now);
            }
        }
        for heard in self.pods.news(store).heard {
            if counts_differently(heard.before.as_deref(), heard.after.as_deref()) {
                let both = [&heard.before, &heard.after].into_iter().flatten();
                for key in both.filter_map(|pod| controller_key(pod, Resource::ReplicaSets)) {
                    self.queue.add(key, now);
                }
            }
        }
        for key in self.queue.take(now) {
            self.sync(store, &key, now);
        }
        self.queue.next()
    }
}

impl ReplicaSets {
    fn sync(&mut self, store: &mut Store, key: &ObjectKey, now: Timestamp) {
        let Some(set) = store.get(key).cloned() else { return };
        let wanted = set["spec"]["replicas"].as_i64().unwrap_or(1);
        let mut active: Vec<(ObjectKey, Arc<Value>)> =
            pods_of(store, &set).into_iter().filter(|(_, pod)| pods::is_active(pod)).collect();
        if !metadata::is_terminating(&set) {
            let missing = wanted - active.len() as i64;
            for _ in 0..missing {
                let mut pod = pods::from_template(&set["spec"]["template"], &set);
                pod["metadata"]["generateName"] = format!("{}-", key.name).into();
                if let Ok(pod) = store.create(Resource::Pods, &key.namespace, pod, now) {
                    let note = Note::normal("SuccessfulCreate", format!("Created pod: {}", metadata::name(&pod)));
                    self.recorder.say(store, &set, &note, now);
                    active.push((ObjectKey::of(Resource::Pods, &pod), pod));
                }
            }
            if missing < 0 {
                rank_for_deletion(&mut active, now);
                for (pod, _) in active.drain(..missing.unsigned_abs() as usize) {
                    if store.delete(&pod, now, &DeleteOptions::default()).is_ok() {
                        let note = Note::normal("SuccessfulDelete", format!("Deleted pod: {}", pod.name));
                        self.recorder.say(store, &set, &note, now);
                    }
                }
            }
        }
        self.write_status(store, key, &set, &active, now);
    }

    fn write_status(
        &mut self,
        store: &mut Store,
        key: &ObjectKey,
        set: &Value,
        active: &[(ObjectKey, Arc<Value>)],
        now: Timestamp,
    ) {
        let min_ready = set["spec"]["minReadySeconds"].as_i64().unwrap_or(0);
        let tally = PodTally::of(active.iter().map(|(_, pod)| &**pod), min_ready, now);
        if let Some(next) = tally.next {
            self.queue.add_at(key.clone(), next);
        }
        let labels = &set["spec"]["template"]["metadata"]["labels"];
        let labelled = |pod: &Value| {
            let mut wanted = labels.as_object().into_iter().flatten();
            wanted.all(|(label, value)| pod["metadata"]["labels"].get(label) == Some(value))
        };
        let full = active.iter().filter(|(_, pod)| labelled(pod)).count();
        // It may be gone by now.
        let _ = store.update(key, now, |set| {
            let generation = set["metadata"]["generation"].clone();
            let status = metadata::section(set, "status");
            status.insert("replicas".to_owned(), tally.all.into());
            status.insert("observedGeneration".to_owned(), generation);
            let counts = [
                ("fullyLabeledReplicas", full as i64),
                ("readyReplicas", tally.ready),
                ("availableReplicas", tally.available),
            ];
            for (field, count) in counts {
                if count == 0 {
                    status.remove(field);
                } else {
                    status.insert(field.to_owned(), json!(count));
                }
            }
        });
    }
}

/// Orders pods so that the ones to delete come first, as `controller.ActivePodsWithRanks` does: without a node, pending,
/// not ready, cheap by annotation, crowded on one node, ready for a shorter time, restarted more often, younger.
fn rank_for_deletion(active: &mut [(ObjectKey, Arc<Value>)], now: Timestamp) {
    let mut on_node: HashMap<String, i64> = HashMap::new();
    for (_, pod) in active.iter() {
        *on_node.entry(metadata::node_name(pod).to_owned()).or_default() += 1;
    }
    // Upstream compares ages on a logarithmic scale (base 2), so that not always the youngest goes.
    let age = |since: Option<Timestamp>| {
        let seconds = since.map_or(0, |since| now.duration_since(since).as_secs()).max(1);
        seconds.ilog2()
    };
    active.sort_by_cached_key(|(key, pod)| {
        let bound = !metadata::node_name(pod).is_empty();
        let phase = match pod["status"]["phase"].as_str() {
            Some("Running") => 2,
            Some("Unknown") => 1,
            _ => 0,
        };
        let ready = pods::is_ready(pod);
        let cost: i64 = metadata::annotation(pod, "controller.kubernetes.io/pod-deletion-cost")
            .and_then(|c| c.parse().ok())
            .unwrap_or(0);
        let crowd = on_node.get(metadata::node_name(pod)).copied().unwrap_or(0);
        let ready_for = if ready { age(condition::since(pod, "Ready")) } else { 0 };
        let restarts: i64 = pod["status"]["containerStatuses"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["restartCount"].as_i64())
            .max()
            .unwrap_or(0);
        let old = age(metadata::creation_timestamp(pod));
        ((bound, phase, ready, cost), (Reverse(crowd), ready_for, Reverse(restarts), old), key.clone())
    });
}
