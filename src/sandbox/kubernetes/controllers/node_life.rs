//! Nodes: what their kubelets report, and what the node lifecycle controller makes of it when they do not.

mod evict;
mod lease;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::behaviour::{Behaviours, Kubelet};
use super::chance;
use super::condition::{self, ObjectCondition};
use super::events::{EventRecorder, Note};
use super::feed::{Feed, earlier};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

use evict::Evictions;

/// How long a kubelet may say nothing before its node is unknown (`--node-monitor-grace-period`; 50 s since 1.32).
const GRACE: i64 = 50;

/// The namespace of the nodes' leases.
pub const LEASES: &str = "kube-node-lease";

/// A kubelet with nothing new to say reports each so often (`nodeStatusReportFrequency`), seconds.
const REPORT: i64 = 300;

/// How often the scenario is asked whether kubelets behave, seconds.
const POLL: i64 = 5;

/// A node that nobody made ready is so after this long, seconds: the network plugin has started.
const BOOT: i64 = 30;

/// What is known of a node.
#[derive(Debug)]
struct Known {
    /// When its kubelet reports next.
    report: Timestamp,
    /// Since when nothing was heard of it.
    silent: Option<Timestamp>,
}

/// The kubelets' node status and the node lifecycle controller with its taint eviction.
#[derive(Debug)]
pub struct NodeLife {
    behaviours: Behaviours,
    heard: u64,
    seed: u64,
    nodes: Feed,
    pods: Feed,
    known: BTreeMap<ObjectKey, Known>,
    due: BTreeSet<(Timestamp, ObjectKey)>,
    polled: Option<Timestamp>,
    evictions: Evictions,
    kubelet: EventRecorder,
    controller: EventRecorder,
}

impl NodeLife {
    /// With the behaviours of a scenario; `seed` spreads the heartbeats.
    #[must_use]
    pub fn new(behaviours: Behaviours, seed: u64) -> Self {
        Self {
            behaviours,
            heard: 0,
            seed,
            nodes: Feed::new(Resource::Nodes),
            pods: Feed::new(Resource::Pods),
            known: BTreeMap::new(),
            due: BTreeSet::new(),
            polled: None,
            evictions: Evictions::default(),
            kubelet: EventRecorder::new("kubelet"),
            controller: EventRecorder::new("node-controller"),
        }
    }
}

impl Controller for NodeLife {
    fn name(&self) -> &'static str {
        "node-life"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        let mut look: BTreeSet<ObjectKey> = BTreeSet::new();
        self.hear_nodes(store, &mut look, now);
        while let Some((due, key)) = self.due.first().cloned() {
            if due > now {
                break;
            }
            self.due.remove(&(due, key.clone()));
            look.insert(key);
        }
        if self.heard != self.behaviours.version() {
            self.heard = self.behaviours.version();
            look.extend(self.known.keys().cloned());
        }
        for key in look {
            self.look(store, &key, now);
        }
        for heard in self.pods.news(store).heard {
            let bound = |pod: &Option<Arc<Value>>| pod.as_ref().map(|pod| metadata::node_name(pod).to_owned());
            if heard.after.is_none() || bound(&heard.before) != bound(&heard.after) {
                self.evictions.hear(store, &heard.key, heard.after.as_deref(), now);
            }
        }
        let evicts = self.evictions.run(store, now);
        let polled = self.polled.filter(|polled| *polled > now).unwrap_or_else(|| {
            let next = Timestamp::from_second((now.as_second().div_euclid(POLL) + 1) * POLL).unwrap_or(now);
            self.polled = Some(next);
            next
        });
        let next = self.due.first().map(|(due, _)| *due);
        earlier(earlier(next, evicts), (!self.known.is_empty()).then_some(polled))
    }
}

impl NodeLife {
    fn hear_nodes(&mut self, store: &mut Store, look: &mut BTreeSet<ObjectKey>, now: Timestamp) {
        let news = self.nodes.news(store);
        if news.anew {
            self.known.retain(|key, _| store.contains(key));
        }
        for heard in news.heard {
            let Some(node) = heard.after else {
                self.known.remove(&heard.key);
                self.evictions.forget_node(&heard.key.name);
                if let Some(node) = heard.before {
                    let message = format!("Node {0} event: Removing Node {0} from Controller", heard.key.name);
                    self.controller.say(store, &node, &Note::normal("RemovingNode", message), now);
                }
                continue;
            };
            if !self.known.contains_key(&heard.key) {
                let offset = chance::between(self.seed, &["report", &heard.key.name], 1, REPORT);
                let report = later_seconds(now, offset);
                self.known.insert(heard.key.clone(), Known { report, silent: None });
                self.due.insert((report, heard.key.clone()));
                if !news.anew {
                    self.say_new(store, &node, now);
                }
            }
            let counts = |node: &Value| (node["spec"].clone(), report::statuses(node));
            if heard.before.is_none_or(|before| counts(&before) != counts(&node)) {
                look.insert(heard.key);
            }
        }
    }

    fn say_new(&mut self, store: &mut Store, node: &Value, now: Timestamp) {
        let name = metadata::name(node).to_owned();
        let from = |controller: &mut EventRecorder, store: &mut Store, note: &Note, host: &str| {
            controller.say_from(store, node, note, host, None, now);
        };
        from(&mut self.kubelet, store, &Note::normal("Starting", "Starting kubelet.".to_owned()), &name);
        let registered = format!("Node {name} event: Registered Node {name} in Controller");
        from(&mut self.controller, store, &Note::normal("RegisteredNode", registered), "");
    }

    /// Brings a node's status and taints to what its kubelet and the controller say now.
    fn look(&mut self, store: &mut Store, key: &ObjectKey, now: Timestamp) {
        let (Some(node), Some(known)) = (store.get(key).cloned(), self.known.get_mut(key)) else { return };
        let behaviour = self.behaviours.of_kubelet(&key.name);
        let silent = behaviour == Some(Kubelet::Silent);
        if !silent {
            known.silent = None;
        }
        let reports = known.report <= now;
        if reports {
            known.report = later_seconds(now, REPORT);
            let report = known.report;
            self.due.insert((report, key.clone()));
        }
        let mut after = Value::clone(&node);
        if silent {
            let since = *known.silent.get_or_insert(now);
            let unknown = later_seconds(since, GRACE);
            if unknown <= now {
                report::unknown(&mut after, now);
            } else {
                self.due.insert((unknown, key.clone()));
            }
            lease::keep(store, &node, Some(since), now);
        } else {
            lease::keep(store, &node, None, now);
            self.report(&node, &mut after, behaviour.as_ref(), key, now);
            if reports {
                report::heartbeat(&mut after, now);
            }
        }
        report::taint(&mut after, now);
        if after == *node {
            self.evictions.look_at_node(store, &node, now);
            return;
        }
        let (was, is) = (report::ready_status(&node).to_owned(), report::ready_status(&after).to_owned());
        let written = after.clone();
        let _ = store.update(key, now, |object| {
            object["spec"] = after["spec"].clone();
            object["status"] = after["status"].clone();
        });
        self.evictions.look_at_node(store, &written, now);
        if was == is {
            return;
        }
        let name = &key.name;
        if is == "True" {
            let note = Note::normal("NodeReady", format!("Node {name} status is now: NodeReady"));
            self.kubelet.say_from(store, &written, &note, name, None, now);
        } else if was == "True" {
            let note = Note::normal("NodeNotReady", format!("Node {name} status is now: NodeNotReady"));
            self.controller.say(store, &written, &note, now);
            self.unready_pods(store, name, now);
        }
    }

    /// What a kubelet that speaks says.
    fn report(
        &mut self,
        node: &Value,
        after: &mut Value,
        behaviour: Option<&Kubelet>,
        key: &ObjectKey,
        now: Timestamp,
    ) {
        let ready = match behaviour {
            Some(Kubelet::NotReady { message }) => {
                ObjectCondition { kind: "Ready", status: "False", reason: "KubeletNotReady", message }
            }
            _ if report::ready_status(node) == "False" && condition_reason(node) == "KubeletNotReady" => {
                // A fresh node waits for its network plugin.
                let created = metadata::creation_timestamp(node).unwrap_or(now);
                let up = later_seconds(created, BOOT);
                if up > now {
                    self.due.insert((up, key.clone()));
                    report::fill(after, now);
                    return;
                }
                report::READY
            }
            _ => report::READY,
        };
        report::fill(after, now);
        report::set(after, &ready, now);
        let pressed = match behaviour {
            Some(Kubelet::Pressure { condition, reason, message }) => {
                report::set(after, &ObjectCondition { kind: condition, status: "True", reason, message }, now);
                condition.as_str()
            }
            _ => "",
        };
        report::relieve(after, pressed, now);
    }

    /// The pods of a node that is not ready are not either (`MarkPodsNotReady`).
    fn unready_pods(&mut self, store: &mut Store, node: &str, now: Timestamp) {
        let pods: Vec<ObjectKey> = store.pods_on(node).map(|(key, _)| key.clone()).collect();
        for key in pods {
            let _ = store.update(&key, now, |pod| {
                if condition::holds(pod, "Ready")
                    && let Some(all) = pod["status"]["conditions"].as_array_mut()
                {
                    for ready in all.iter_mut().filter(|one| one["type"] == "Ready") {
                        ready["status"] = "False".into();
                        ready["lastTransitionTime"] = metadata::time(now).into();
                    }
                }
            });
            if let Some(pod) = store.get(&key).cloned() {
                let note = Note::warning("NodeNotReady", "Node is not ready".to_owned());
                self.controller.say(store, &pod, &note, now);
            }
        }
    }
}

fn condition_reason(node: &Value) -> &str {
    condition::of(node, "Ready").and_then(|ready| ready["reason"].as_str()).unwrap_or_default()
}

fn later_seconds(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(at)
}

/// A taint as nodes hold it.
fn taint_of(key: &str, effect: &str, now: Timestamp) -> Value {
    json!({"key": key, "effect": effect, "timeAdded": metadata::time(now)})
}
