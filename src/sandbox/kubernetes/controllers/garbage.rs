//! The garbage collectors: what lost its owners, what is deleted in the foreground or orphaned, and pods of nodes that
//! are gone.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::condition::{self, ObjectCondition};
use super::feed::{Feed, earlier};
use super::pods;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Propagation, Store, metadata};

/// The kinds that own or are owned.
const KINDS: [Resource; 10] = [
    Resource::Pods,
    Resource::ReplicaSets,
    Resource::Deployments,
    Resource::StatefulSets,
    Resource::DaemonSets,
    Resource::Jobs,
    Resource::Nodes,
    Resource::NodeClaims,
    Resource::NodePools,
    Resource::PersistentVolumeClaims,
];

/// How long a node is gone before its pods are (`quarantineTime` of the pod garbage collector), seconds.
const QUARANTINE: i64 = 40;

/// The pod garbage collector looks each so often, seconds.
const PERIOD: i64 = 20;

/// Collects by owner references.
#[derive(Debug)]
pub struct Owners {
    feeds: Vec<Feed>,
}

impl Default for Owners {
    fn default() -> Self {
        Self { feeds: KINDS.iter().map(|kind| Feed::new(*kind)).collect() }
    }
}

impl Controller for Owners {
    fn name(&self) -> &'static str {
        "garbage"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        let mut gone: Vec<String> = Vec::new();
        let mut ending: Vec<ObjectKey> = Vec::new();
        let mut fresh: Vec<ObjectKey> = Vec::new();
        for feed in &mut self.feeds {
            for heard in feed.news(store).heard {
                match (&heard.before, &heard.after) {
                    (before, None) => gone.extend(before.as_ref().map(|object| metadata::uid(object).to_owned())),
                    (_, Some(object)) if held(object).is_some() => ending.push(heard.key),
                    (None, Some(object)) if metadata::owners(object).next().is_some() => fresh.push(heard.key),
                    _ => {}
                }
                // The end of a blocking dependent may free its owner.
                let owners = heard.before.iter().flat_map(|object| owner_keys(object));
                ending.extend(owners.filter(|owner| store.get(owner).is_some_and(|owner| held(owner).is_some())));
            }
        }
        for uid in gone {
            let dependents: Vec<ObjectKey> = store.owned_by(&uid).map(|(key, _)| key.clone()).collect();
            for key in &dependents {
                collect(store, key, now);
            }
        }
        // An object may name owners that never were, or that went before it came.
        for key in &fresh {
            collect(store, key, now);
        }
        ending.sort();
        ending.dedup();
        for key in &ending {
            finish(store, key, now);
        }
        None
    }
}

/// The finalizer of the garbage collector that holds an object which is being deleted.
fn held(object: &Value) -> Option<Propagation> {
    if !metadata::is_terminating(object) {
        return None;
    }
    metadata::finalizers(object).find_map(|finalizer| match finalizer {
        "foregroundDeletion" => Some(Propagation::Foreground),
        "orphan" => Some(Propagation::Orphan),
        _ => None,
    })
}

fn owner_keys(object: &Value) -> Vec<ObjectKey> {
    let owners = object["metadata"]["ownerReferences"].as_array().into_iter().flatten();
    let key = |owner: &Value| {
        let kind = Resource::of_kind(owner["apiVersion"].as_str()?, owner["kind"].as_str()?)?;
        let namespace = if kind.served().namespaced { metadata::namespace(object) } else { "" };
        Some(ObjectKey::namespaced(kind, namespace, owner["name"].as_str()?))
    };
    owners.filter_map(key).collect()
}

/// Deletes an object none of whose owners is there any more; drops the references to those that are not.
fn collect(store: &mut Store, key: &ObjectKey, now: Timestamp) {
    let Some(object) = store.get(key).cloned() else { return };
    let owners = object["metadata"]["ownerReferences"].as_array().cloned().unwrap_or_default();
    let lives = |owner: &Value| {
        let Some(kind) =
            owner["apiVersion"].as_str().zip(owner["kind"].as_str()).and_then(|(v, k)| Resource::of_kind(v, k))
        else {
            // A kind that is not served is no reason to delete.
            return true;
        };
        let namespace = if kind.served().namespaced { &*key.namespace } else { "" };
        let found = store.get(&ObjectKey::namespaced(kind, namespace, owner["name"].as_str().unwrap_or_default()));
        found.is_some_and(|found| metadata::uid(found) == owner["uid"].as_str().unwrap_or_default())
    };
    let (kept, lost): (Vec<Value>, Vec<Value>) = owners.into_iter().partition(lives);
    if lost.is_empty() {
        return;
    }
    if kept.is_empty() {
        if !metadata::is_terminating(&object) {
            let uid = Some(metadata::uid(&object).to_owned());
            let _ = store.delete(key, now, &DeleteOptions { uid, ..DeleteOptions::default() });
        }
    } else {
        let _ = store.update(key, now, |object| object["metadata"]["ownerReferences"] = kept.into());
    }
}

/// Does what a foreground or orphaning deletion waits for, and lets the object go when it is done.
fn finish(store: &mut Store, key: &ObjectKey, now: Timestamp) {
    let Some(object) = store.get(key).cloned() else { return };
    let Some(way) = held(&object) else { return };
    let uid = metadata::uid(&object).to_owned();
    let dependents: Vec<ObjectKey> = store.owned_by(&uid).map(|(key, _)| key.clone()).collect();
    let finalizer = if way == Propagation::Orphan {
        for dependent in dependents {
            let _ = store.update(&dependent, now, |object| {
                let map = metadata::of(object);
                if let Some(owners) = map.get_mut("ownerReferences").and_then(Value::as_array_mut) {
                    owners.retain(|owner| owner["uid"] != uid.as_str());
                    if owners.is_empty() {
                        map.remove("ownerReferences");
                    }
                }
            });
        }
        "orphan"
    } else {
        let mut blocked = false;
        for dependent in &dependents {
            let Some(object) = store.get(dependent).cloned() else { continue };
            let owners = object["metadata"]["ownerReferences"].as_array().into_iter().flatten();
            blocked |=
                owners.into_iter().any(|owner| owner["uid"] == uid.as_str() && owner["blockOwnerDeletion"] == true);
            if !metadata::is_terminating(&object) {
                // Dependents that have some of their own go in the foreground too.
                let own = store.owned_by(metadata::uid(&object)).next().is_some();
                let propagation = if own { Propagation::Foreground } else { Propagation::Background };
                let _ = store.delete(dependent, now, &DeleteOptions { propagation, ..DeleteOptions::default() });
            }
        }
        let left = dependents.iter().any(|dependent| store.contains(dependent));
        if blocked && left {
            return;
        }
        "foregroundDeletion"
    };
    let _ = store.update(key, now, |object| {
        let map = metadata::of(object);
        if let Some(finalizers) = map.get_mut("finalizers").and_then(Value::as_array_mut) {
            finalizers.retain(|one| one != finalizer);
        }
    });
}

/// Collects pods: of nodes that are gone, and deleted before they were bound.
#[derive(Debug)]
pub struct PodGarbage {
    nodes: Feed,
    pods: Feed,
    /// Nodes that pods name and that are not there, since when.
    gone: BTreeMap<String, Timestamp>,
}

impl Default for PodGarbage {
    fn default() -> Self {
        Self { nodes: Feed::new(Resource::Nodes), pods: Feed::new(Resource::Pods), gone: BTreeMap::new() }
    }
}

impl Controller for PodGarbage {
    fn name(&self) -> &'static str {
        "pod-garbage"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        for heard in self.nodes.news(store).heard {
            if heard.after.is_none() {
                self.gone.entry(heard.key.name.to_string()).or_insert(now);
            } else {
                self.gone.remove(&*heard.key.name);
            }
        }
        let mut asked: HashSet<String> = HashSet::new();
        for heard in self.pods.news(store).heard {
            let Some(pod) = heard.after else { continue };
            let node = metadata::node_name(&pod).to_owned();
            if !node.is_empty()
                && asked.insert(node.clone())
                && !store.contains(&ObjectKey::cluster(Resource::Nodes, &node))
            {
                self.gone.entry(node).or_insert(now);
            }
        }
        let mut next = None;
        let quarantine = SignedDuration::from_secs(QUARANTINE);
        let mut over = Vec::new();
        for (node, since) in &self.gone {
            // It looks at whole periods, so a pod is gone 40 to 60 s after its node.
            let due = since.checked_add(quarantine).unwrap_or(now).as_second();
            let due = Timestamp::from_second((due + PERIOD - 1).div_euclid(PERIOD) * PERIOD).unwrap_or(now);
            if due <= now {
                over.push(node.clone());
            } else {
                next = earlier(next, Some(due));
            }
        }
        for node in over {
            self.gone.remove(&node);
            let left: Vec<ObjectKey> = store.pods_on(&node).map(|(key, _)| key.clone()).collect();
            for key in &left {
                end(store, key, now);
            }
        }
        next
    }
}

/// Marks a pod as failed and removes it at once.
fn end(store: &mut Store, key: &ObjectKey, now: Timestamp) {
    let _ = store.update(key, now, |pod| {
        if !pods::has_ended(pod) {
            pod["status"]["phase"] = "Failed".into();
        }
        let target = ObjectCondition::disruption_target("DeletionByPodGC", "PodGC: node no longer exists");
        condition::set(pod, &target, now);
    });
    let _ = store.delete(key, now, &DeleteOptions::now());
}
