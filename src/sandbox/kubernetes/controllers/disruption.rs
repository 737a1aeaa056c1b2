//! The disruption controller: what each PodDisruptionBudget allows now.

mod expected;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::condition::{self, ObjectCondition};
use super::events::{EventRecorder, Note};
use super::feed::{Feed, Queue, earlier};
use super::pods;
use super::replicaset::counts_differently;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::selector::{MatchSelector, labels_of};
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

/// How long an evicted pod is counted as gone before it is (`DeletionTimeout`), seconds.
const DELETION_TIMEOUT: i64 = 120;

/// The controller of budgets.
#[derive(Debug)]
pub struct Budgets {
    own: Feed,
    pods: Feed,
    scales: Vec<Feed>,
    /// What each budget selects, in its namespace.
    selectors: BTreeMap<ObjectKey, MatchSelector>,
    /// The pods that each selects.
    members: BTreeMap<ObjectKey, BTreeSet<ObjectKey>>,
    queue: Queue,
    recorder: EventRecorder,
}

impl Default for Budgets {
    fn default() -> Self {
        let scales = [Resource::Deployments, Resource::ReplicaSets, Resource::StatefulSets];
        Self {
            own: Feed::new(Resource::PodDisruptionBudgets),
            pods: Feed::new(Resource::Pods),
            scales: scales.iter().map(|kind| Feed::new(*kind)).collect(),
            selectors: BTreeMap::new(),
            members: BTreeMap::new(),
            queue: Queue::new(50),
            recorder: EventRecorder::new("controllermanager"),
        }
    }
}

impl Controller for Budgets {
    fn name(&self) -> &'static str {
        "disruption"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        self.hear(store, now);
        for key in self.queue.take(now) {
            self.sync(store, &key, now);
        }
        self.queue.next()
    }
}

impl Budgets {
    fn hear(&mut self, store: &Store, now: Timestamp) {
        let news = self.own.news(store);
        if news.anew {
            self.selectors.clear();
            self.members.clear();
        }
        for heard in news.heard {
            let Some(budget) = heard.after else {
                self.selectors.remove(&heard.key);
                self.members.remove(&heard.key);
                continue;
            };
            let selector = MatchSelector::read(&budget["spec"]["selector"]);
            if self.selectors.get(&heard.key) != Some(&selector) {
                let pods = store.in_namespace(Resource::Pods, &heard.key.namespace);
                let meant = pods.filter(|(_, pod)| selector.matches_json(&pod["metadata"]["labels"]));
                self.members.insert(heard.key.clone(), meant.map(|(key, _)| key.clone()).collect());
                self.selectors.insert(heard.key.clone(), selector);
            }
            self.queue.add(heard.key, now);
        }
        let news = self.pods.news(store);
        if news.anew {
            // Pods may have gone unheard.
            self.members.values_mut().for_each(|pods| pods.retain(|pod| store.contains(pod)));
            self.selectors.keys().for_each(|key| self.queue.add(key.clone(), now));
        }
        for heard in news.heard {
            if counts_differently(heard.before.as_deref(), heard.after.as_deref()) {
                self.enqueue(&heard.key, heard.before.as_deref(), heard.after.as_deref(), now);
            }
        }
        for feed in &mut self.scales {
            let mut namespaces = Vec::new();
            for heard in feed.news(store).heard {
                let replicas = |object: Option<&Value>| object.map(|object| object["spec"]["replicas"].clone());
                if replicas(heard.before.as_deref()) != replicas(heard.after.as_deref()) {
                    namespaces.push(heard.key.namespace);
                }
            }
            for namespace in namespaces {
                let within = self.selectors.keys().filter(|key| key.namespace == namespace).cloned();
                for key in within.collect::<Vec<_>>() {
                    self.queue.add(key, now);
                }
            }
        }
    }

    /// A pod changed for whoever counts it.
    fn enqueue(&mut self, pod: &ObjectKey, before: Option<&Value>, after: Option<&Value>, now: Timestamp) {
        let first = ObjectKey::namespaced(Resource::PodDisruptionBudgets, &pod.namespace, "");
        let within = self.selectors.range(first..).take_while(|(key, _)| key.namespace == pod.namespace);
        let mut meant: Vec<ObjectKey> = Vec::new();
        let (before, after) = (before.map(labels_of), after.map(labels_of));
        for (key, selector) in within {
            let is = after.as_ref().is_some_and(|labels| selector.matches(labels));
            let was = if before == after { is } else { before.as_ref().is_some_and(|labels| selector.matches(labels)) };
            if was || is {
                let members = self.members.entry(key.clone()).or_default();
                if is {
                    members.insert(pod.clone());
                } else {
                    members.remove(pod);
                }
                meant.push(key.clone());
            }
        }
        for key in meant {
            self.queue.add(key, now);
        }
    }

    fn sync(&mut self, store: &mut Store, key: &ObjectKey, now: Timestamp) {
        let Some(budget) = store.get(key).cloned() else { return };
        let members = self.members.get(key).into_iter().flatten();
        let selected: Vec<(ObjectKey, std::sync::Arc<Value>)> = members
            .filter_map(|key| Some((key.clone(), store.get(key)?.clone())))
            .filter(|(_, pod)| !pods::has_ended(pod))
            .collect();
        if selected.is_empty() {
            let note = Note::normal("NoPods", "No matching pods found".to_owned());
            if budget["status"]["expectedPods"] != 0 || budget["status"].is_null() {
                self.recorder.say(store, &budget, &note, now);
            }
        }
        let counted = expected::expected(store, &budget["spec"], selected.iter().map(|(_, pod)| &**pod));
        let (disrupted, recheck) = disrupted(&budget, &selected, now);
        let healthy = selected.iter().filter(|(pod, object)| {
            pods::is_ready(object) && !metadata::is_terminating(object) && !disrupted.contains_key(&*pod.name)
        });
        let healthy = healthy.count() as i64;
        if let Some(recheck) = recheck {
            self.queue.add_at(key.clone(), recheck);
        }
        let _ = store.update(key, now, |budget| {
            let generation = budget["metadata"]["generation"].as_i64().unwrap_or(1);
            match &counted {
                Ok((expected, desired)) => write(budget, (*expected, *desired, healthy), &disrupted, generation, now),
                Err(message) => {
                    metadata::section(budget, "status").insert("disruptionsAllowed".to_owned(), 0.into());
                    let failed =
                        ObjectCondition { kind: "DisruptionAllowed", status: "False", reason: "SyncFailed", message };
                    condition::set(budget, &failed, now)["observedGeneration"] = generation.into();
                }
            }
        });
    }
}

fn write(
    budget: &mut Value,
    (expected, desired, healthy): (i64, i64, i64),
    disrupted: &BTreeMap<String, String>,
    generation: i64,
    now: Timestamp,
) {
    // Without any pod nothing is allowed, so that the first ones are safe before they are counted.
    let allowed = if expected <= 0 { 0 } else { (healthy - desired).max(0) };
    let status = metadata::section(budget, "status");
    for (name, count) in [
        ("currentHealthy", healthy),
        ("desiredHealthy", desired),
        ("expectedPods", expected),
        ("disruptionsAllowed", allowed),
        ("observedGeneration", generation),
    ] {
        status.insert(name.to_owned(), count.into());
    }
    if disrupted.is_empty() {
        status.remove("disruptedPods");
    } else {
        let map: Map<String, Value> = disrupted.iter().map(|(name, at)| (name.clone(), json!(at))).collect();
        status.insert("disruptedPods".to_owned(), map.into());
    }
    let (status, reason) = if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
    let condition = ObjectCondition { kind: "DisruptionAllowed", status, reason, message: "" };
    let entry = condition::set(budget, &condition, now);
    entry["message"] = "".into();
    entry["observedGeneration"] = generation.into();
}

/// Pods that were evicted and are not deleted yet, and when to look again.
fn disrupted(
    budget: &Value,
    selected: &[(ObjectKey, std::sync::Arc<Value>)],
    now: Timestamp,
) -> (BTreeMap<String, String>, Option<Timestamp>) {
    let (mut kept, mut recheck) = (BTreeMap::new(), None);
    let known = budget["status"]["disruptedPods"].as_object();
    for (pod, object) in selected {
        let Some(at) = known.and_then(|known| known.get(&*pod.name)?.as_str()) else { continue };
        if metadata::is_terminating(object) {
            continue;
        }
        let ends = at
            .parse::<Timestamp>()
            .ok()
            .and_then(|at| at.checked_add(SignedDuration::from_secs(DELETION_TIMEOUT)).ok());
        if let Some(ends) = ends.filter(|ends| *ends > now) {
            recheck = earlier(recheck, Some(ends));
            kept.insert(pod.name.to_string(), at.to_owned());
        }
    }
    (kept, recheck)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::kubernetes::simulation::ClusterSimulation;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_763_776_800 + second).unwrap()
    }

    fn world(replicas: i64, ready: i64, spec: &Value) -> (Store, ObjectKey) {
        let mut store = Store::new(1);
        let set = json!({"metadata": {"name": "web"}, "spec": {"replicas": replicas}});
        let set = store.create(Resource::ReplicaSets, "shop", set, at(0)).unwrap();
        for index in 0..replicas {
            let mut pod = json!({"metadata": {"name": format!("web-{index}"), "labels": {"app": "web"}, "ownerReferences": [metadata::owner_reference(&set)]},
                "status": {"phase": "Running"}});
            condition::set(&mut pod, &ObjectCondition::plain("Ready", index < ready), at(0));
            store.create(Resource::Pods, "shop", pod, at(0)).unwrap();
        }
        let mut spec = spec.clone();
        spec["selector"] = json!({"matchLabels": {"app": "web"}});
        store
            .create(Resource::PodDisruptionBudgets, "shop", json!({"metadata": {"name": "web"}, "spec": spec}), at(0))
            .unwrap();
        (store, ObjectKey::namespaced(Resource::PodDisruptionBudgets, "shop", "web"))
    }

    /// Numbers as the Kubernetes page "Specifying a Disruption Budget" gives them (7 pods, 50 %), and rounding up.
    #[test]
    fn numbers_and_roundings_are_upstreams() {
        for (replicas, ready, spec, expected) in [
            (7, 7, json!({"minAvailable": "50%"}), (7, 4, 7, 3)),
            (7, 7, json!({"maxUnavailable": "30%"}), (7, 4, 7, 3)),
            (3, 3, json!({"minAvailable": 3}), (3, 3, 3, 0)),
            (3, 2, json!({"maxUnavailable": 1}), (3, 2, 2, 0)),
            (1, 1, json!({"minAvailable": "50%"}), (1, 1, 1, 0)),
            (1, 1, json!({"maxUnavailable": "50%"}), (1, 0, 1, 1)),
            (0, 0, json!({"minAvailable": 0}), (0, 0, 0, 0)),
            (10, 10, json!({"maxUnavailable": 0}), (10, 10, 10, 0)),
        ] {
            let (mut store, key) = world(replicas, ready, &spec);
            ClusterSimulation::new(at(0)).with(Budgets::default()).advance(&mut store, at(1));
            let status = &store.get(&key).unwrap()["status"];
            let count = |name: &str| status[name].as_i64().unwrap();
            let found =
                (count("expectedPods"), count("desiredHealthy"), count("currentHealthy"), count("disruptionsAllowed"));
            assert_eq!(found, expected, "{spec}");
            let allowed = condition::holds(store.get(&key).unwrap(), "DisruptionAllowed");
            assert_eq!(allowed, expected.3 > 0, "{spec}");
        }
    }

    #[test]
    fn an_evicted_pod_counts_as_gone_for_two_minutes() {
        let (mut store, key) = world(3, 3, &json!({"maxUnavailable": 1}));
        let mut simulation = ClusterSimulation::new(at(0)).with(Budgets::default());
        simulation.advance(&mut store, at(1));
        let allowed = |store: &Store| store.get(&key).unwrap()["status"]["disruptionsAllowed"].as_i64().unwrap();
        assert_eq!(allowed(&store), 1);
        store
            .update(&key, at(1), |budget| budget["status"]["disruptedPods"] = json!({"web-0": metadata::time(at(1))}))
            .unwrap();
        simulation.advance(&mut store, at(100));
        assert_eq!(allowed(&store), 0);
        simulation.advance(&mut store, at(122));
        assert_eq!(allowed(&store), 1);
    }
}
