//! DaemonSets: one pod on each node that is fit for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::deployment::template_hash;
use super::events::{EventRecorder, Note};
use super::feed::{Feed, Queue, earlier};
use super::pods;
use super::replicaset::{controller_key, counts_differently, pods_of};
use super::statefulset::REVISION_HASH;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::node::NodeInfo;
use crate::sandbox::kubernetes::scheduler::pod::PodInfo;
use crate::sandbox::kubernetes::scheduler::taint::{TaintEffect, untolerated};
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};

/// What every daemon pod tolerates (`AddOrUpdateDaemonPodTolerations`): key and effect.
const TOLERATED: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

/// The controller of DaemonSets.
#[derive(Debug)]
pub struct DaemonSets {
    sets: Feed,
    pods: Feed,
    nodes: Feed,
    known: BTreeMap<Arc<str>, NodeInfo>,
    queue: Queue,
    recorder: EventRecorder,
}

impl Default for DaemonSets {
    fn default() -> Self {
        Self {
            sets: Feed::new(Resource::DaemonSets),
            pods: Feed::new(Resource::Pods),
            nodes: Feed::new(Resource::Nodes),
            known: BTreeMap::new(),
            queue: Queue::new(500),
            recorder: EventRecorder::new("daemonset-controller"),
        }
    }
}

impl Controller for DaemonSets {
    fn name(&self) -> &'static str {
        "daemonset"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        for heard in self.sets.news(store).heard {
            if heard.after.is_some() {
                self.queue.add(heard.key, now);
            }
        }
        if self.hear_nodes(store) {
            let all: Vec<ObjectKey> = store.list(Resource::DaemonSets).map(|(key, _)| key.clone()).collect();
            for key in all {
                self.queue.add(key, now);
            }
        }
        for heard in self.pods.news(store).heard {
            if heard.after.is_none() || counts_differently(heard.before.as_deref(), heard.after.as_deref()) {
                let both = [&heard.before, &heard.after].into_iter().flatten();
                for key in both.filter_map(|pod| controller_key(pod, Resource::DaemonSets)) {
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

/// The spec of the pod for a node, with the tolerations and the affinity to it.
fn for_node(template: &Value, node: &str) -> Value {
    let mut spec = template["spec"].clone();
    let fields = metadata::map(&mut spec);
    let tolerations = fields.entry("tolerations").or_insert_with(|| json!([]));
    if let Some(all) = tolerations.as_array_mut() {
        for (key, effect) in TOLERATED {
            all.push(json!({"key": key, "operator": "Exists", "effect": effect}));
        }
        if template["spec"]["hostNetwork"] == true {
            all.push(
                json!({"key": "node.kubernetes.io/network-unavailable", "operator": "Exists", "effect": "NoSchedule"}),
            );
        }
    }
    let named = json!({"key": "metadata.name", "operator": "In", "values": [node]});
    // The terms of the template were looked at when the node was chosen; upstream replaces them too.
    spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] =
        json!({"nodeSelectorTerms": [{"matchFields": [named]}]});
    spec
}

/// Whether a node is to get a pod, and whether one that it has may stay (`NodeShouldRunDaemonPod`).
fn fit(pod: &PodInfo, node: &NodeInfo) -> (bool, bool) {
    if !pod.selects(&node.name, &node.labels) {
        return (false, false);
    }
    if untolerated(&node.taints, &pod.tolerations).is_none() {
        return (true, true);
    }
    let evicting: Vec<_> = node.taints.iter().filter(|taint| taint.effect == TaintEffect::NoExecute).cloned().collect();
    (false, untolerated(&evicting, &pod.tolerations).is_none())
}

impl DaemonSets {
    /// Whether any node came, went or changed for schedulers.
    fn hear_nodes(&mut self, store: &Store) -> bool {
        let news = self.nodes.news(store);
        let mut changed = news.anew;
        if news.anew {
            self.known.clear();
        }
        for heard in news.heard {
            let Some(node) = heard.after.as_deref().and_then(NodeInfo::read) else {
                changed |= self.known.remove(&heard.key.name).is_some();
                continue;
            };
            if self.known.get(&node.name).is_none_or(|known| !known.is_same_node(&node)) {
                changed = true;
                self.known.insert(Arc::clone(&node.name), node);
            }
        }
        changed
    }

    fn sync(&mut self, store: &mut Store, key: &ObjectKey, now: Timestamp) {
        let Some(set) = store.get(key).cloned() else { return };
        let template = &set["spec"]["template"];
        let hash = template_hash(template);
        // One pod's worth of the template answers for all nodes; its own affinity counts here.
        let mut sample = json!({"metadata": {"name": "sample", "uid": "sample"}, "spec": template["spec"]});
        sample["spec"]["tolerations"] = for_node(template, "")["tolerations"].clone();
        let Some(sample) = PodInfo::read(&sample) else { return };
        let mut by_node: BTreeMap<String, Vec<(ObjectKey, Arc<Value>)>> = BTreeMap::new();
        for (pod, object) in pods_of(store, &set) {
            by_node.entry(node_of(&object).to_owned()).or_default().push((pod, object));
        }
        let mut counts = Counts::default();
        let (mut missing, mut extra, mut old) = (Vec::new(), Vec::new(), Vec::new());
        let min_ready = set["spec"]["minReadySeconds"].as_i64().unwrap_or(0);
        for (name, node) in &self.known {
            let (should, may) = fit(&sample, node);
            let mut here = by_node.remove(name.as_ref()).unwrap_or_default();
            here.sort_by_key(|(key, pod)| {
                (metadata::node_name(pod).is_empty(), metadata::creation_timestamp(pod), key.clone())
            });
            extra.extend(here.iter().filter(|(_, pod)| pods::has_ended(pod)).map(|(key, _)| key.clone()));
            here.retain(|(_, pod)| !pods::has_ended(pod));
            counts.desired += i64::from(should);
            counts.misscheduled += i64::from(!should && !here.is_empty());
            if should && here.is_empty() {
                missing.push(Arc::clone(name));
            }
            let mut kept = false;
            for (pod, object) in here.iter().filter(|(_, object)| !metadata::is_terminating(object)) {
                if !may || kept {
                    extra.push(pod.clone());
                    continue;
                }
                kept = true;
                if should {
                    let ready = counts.add(object, &hash, min_ready, now);
                    if metadata::label(object, REVISION_HASH) != Some(hash.as_str()) {
                        old.push((pod.clone(), ready));
                    }
                }
            }
        }
        // Pods for nodes that are gone: those that never got there would wait for ever.
        let lost = by_node.into_values().flatten().filter(|(_, pod)| metadata::node_name(pod).is_empty());
        extra.extend(lost.map(|(key, _)| key));
        if !metadata::is_terminating(&set) {
            for node in missing {
                self.make(store, &set, key, &node, &hash, now);
            }
            for pod in extra {
                self.delete(store, &set, &pod, now);
            }
            self.replace(store, &set, &counts, old, now);
        }
        if let Some(next) = counts.next {
            self.queue.add_at(key.clone(), next);
        }
        write_status(store, key, &counts, now);
    }

    /// Replaces pods of an older template as far as `maxUnavailable` lets it; what is not ready goes first and is free.
    fn replace(
        &mut self,
        store: &mut Store,
        set: &Value,
        counts: &Counts,
        old: Vec<(ObjectKey, bool)>,
        now: Timestamp,
    ) {
        if set["spec"]["updateStrategy"]["type"] == "OnDelete" || old.is_empty() {
            return;
        }
        let rolling = &set["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"];
        let most = pods::scaled(rolling, counts.desired, true).unwrap_or(1).max(1);
        let mut room = most - (counts.desired - counts.available);
        for (pod, ready) in old {
            if !ready {
                self.delete(store, set, &pod, now);
            } else if room > 0 {
                room -= 1;
                self.delete(store, set, &pod, now);
            }
        }
    }

    fn make(&mut self, store: &mut Store, set: &Value, key: &ObjectKey, node: &str, hash: &str, now: Timestamp) {
        let mut template = set["spec"]["template"].clone();
        template["spec"] = for_node(&template, node);
        let mut pod = pods::from_template(&template, set);
        pod["metadata"]["generateName"] = format!("{}-", key.name).into();
        let labels = metadata::section(&mut pod["metadata"], "labels");
        labels.insert(REVISION_HASH.to_owned(), hash.into());
        labels.insert("pod-template-generation".to_owned(), "1".into());
        if let Ok(pod) = store.create(Resource::Pods, &key.namespace, pod, now) {
            let note = Note::normal("SuccessfulCreate", format!("Created pod: {}", metadata::name(&pod)));
            self.recorder.say(store, set, &note, now);
        }
    }

    fn delete(&mut self, store: &mut Store, set: &Value, pod: &ObjectKey, now: Timestamp) {
        if store.delete(pod, now, &DeleteOptions::default()).is_ok() {
            let note = Note::normal("SuccessfulDelete", format!("Deleted pod: {}", pod.name));
            self.recorder.say(store, set, &note, now);
        }
    }
}

/// The node that a daemon pod is on or made for.
fn node_of(pod: &Value) -> &str {
    let bound = metadata::node_name(pod);
    if !bound.is_empty() {
        return bound;
    }
    let terms =
        &pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
    terms[0]["matchFields"][0]["values"][0].as_str().unwrap_or_default()
}

#[derive(Debug, Default)]
struct Counts {
    desired: i64,
    current: i64,
    misscheduled: i64,
    ready: i64,
    available: i64,
    updated: i64,
    next: Option<Timestamp>,
}

impl Counts {
    /// Counts a pod that belongs where it is; whether it is ready.
    fn add(&mut self, pod: &Value, hash: &str, min_ready: i64, now: Timestamp) -> bool {
        self.current += 1;
        self.updated += i64::from(metadata::label(pod, REVISION_HASH) == Some(hash));
        let Some(from) = pods::available_from(pod, min_ready) else { return false };
        self.ready += 1;
        if from <= now {
            self.available += 1;
        } else {
            self.next = earlier(self.next, Some(from));
        }
        true
    }
}

fn write_status(store: &mut Store, key: &ObjectKey, counts: &Counts, now: Timestamp) {
    // It may be gone by now.
    let _ = store.update(key, now, |set| {
        let generation = set["metadata"]["generation"].clone();
        let status = metadata::section(set, "status");
        status.insert("observedGeneration".to_owned(), generation);
        let always = [
            ("currentNumberScheduled", counts.current),
            ("desiredNumberScheduled", counts.desired),
            ("numberMisscheduled", counts.misscheduled),
            ("numberReady", counts.ready),
        ];
        for (name, count) in always {
            status.insert(name.to_owned(), count.into());
        }
        let some = [
            ("numberAvailable", counts.available),
            ("updatedNumberScheduled", counts.updated),
            ("numberUnavailable", counts.desired - counts.available),
        ];
        for (name, count) in some {
            if count <= 0 {
                status.remove(name);
            } else {
                status.insert(name.to_owned(), count.into());
            }
        }
    });
}
