//! StatefulSets: pods with names of their own, in order, each with its volumes.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::deployment::template_hash;
use super::events::{EventRecorder, Note};
use super::feed::{Feed, Queue, earlier};
use super::pods;
use super::replicaset::{controller_key, counts_differently, pods_of};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};

/// Which template a pod is of.
pub const REVISION_HASH: &str = "controller-revision-hash";

/// The controller of StatefulSets.
#[derive(Debug)]
pub struct StatefulSets {
    sets: Feed,
    pods: Feed,
    queue: Queue,
    recorder: EventRecorder,
}

impl Default for StatefulSets {
    fn default() -> Self {
        Self {
            sets: Feed::new(Resource::StatefulSets),
            pods: Feed::new(Resource::Pods),
            queue: Queue::new(100),
            recorder: EventRecorder::new("statefulset-controller"),
        }
    }
}

impl Controller for StatefulSets {
    fn name(&self) -> &'static str {
        "statefulset"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        for heard in self.sets.news(store).heard {
            if heard.after.is_some() {
                self.queue.add(heard.key, now);
            }
        }
        for heard in self.pods.news(store).heard {
            let gone = heard.after.is_none();
            if gone || counts_differently(heard.before.as_deref(), heard.after.as_deref()) {
                let both = [&heard.before, &heard.after].into_iter().flatten();
                for key in both.filter_map(|pod| controller_key(pod, Resource::StatefulSets)) {
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

/// `web-3` of `web` is 3.
fn ordinal(set: &str, pod: &str) -> Option<i64> {
    pod.strip_prefix(set)?.strip_prefix('-')?.parse().ok()
}

impl StatefulSets {
    fn sync(&mut self, store: &mut Store, key: &ObjectKey, now: Timestamp) {
        let Some(set) = store.get(key).cloned() else { return };
        let update = format!("{}-{}", key.name, template_hash(&set["spec"]["template"]));
        let current = set["status"]["currentRevision"].as_str().unwrap_or(&update).to_owned();
        let mut all: Vec<(i64, ObjectKey, Arc<Value>)> = pods_of(store, &set)
            .into_iter()
            .filter_map(|(pod, object)| Some((ordinal(&key.name, &pod.name)?, pod, object)))
            .collect();
        all.sort_by_key(|(ordinal, ..)| *ordinal);
        if !metadata::is_terminating(&set) {
            self.act(store, &set, key, &all, (&current, &update), now);
        }
        self.write_status(store, key, (&current, &update), now);
    }

    /// Makes, deletes or replaces what the order lets.
    fn act(
        &mut self,
        store: &mut Store,
        set: &Value,
        key: &ObjectKey,
        all: &[(i64, ObjectKey, Arc<Value>)],
        revisions: (&str, &str),
        now: Timestamp,
    ) {
        let wanted = set["spec"]["replicas"].as_i64().unwrap_or(1);
        let first = set["spec"]["ordinals"]["start"].as_i64().unwrap_or(0);
        let ordered = set["spec"]["podManagementPolicy"] != "Parallel";
        let min_ready = set["spec"]["minReadySeconds"].as_i64().unwrap_or(0);
        let find = |at: i64| all.iter().find(|(ordinal, ..)| *ordinal == at);
        let mut settled = true;
        for at in first..first + wanted {
            match find(at) {
                None => {
                    self.make(store, set, key, at, partitioned(set, at, revisions), now);
                    settled = false;
                }
                Some((_, pod, object)) if pods::has_ended(object) && !metadata::is_terminating(object) => {
                    self.delete(store, set, pod, now);
                    settled = false;
                }
                Some((_, _, object)) => {
                    let from = pods::available_from(object, min_ready).filter(|_| pods::is_active(object));
                    if let Some(from) = from.filter(|from| *from > now) {
                        self.queue.add_at(key.clone(), from);
                    }
                    settled &= from.is_some_and(|from| from <= now);
                }
            }
            if ordered && !settled {
                return;
            }
        }
        // Scaling down and updates go from the highest ordinal, one at a time.
        for (_, pod, object) in all.iter().rev().filter(|(at, ..)| !(first..first + wanted).contains(at)) {
            if !metadata::is_terminating(object) {
                self.delete(store, set, pod, now);
            }
            if ordered {
                return;
            }
        }
        if set["spec"]["updateStrategy"]["type"] == "OnDelete" {
            return;
        }
        for at in (first..first + wanted).rev() {
            let Some((_, pod, object)) = find(at) else { return };
            let should = partitioned(set, at, revisions);
            if metadata::label(object, REVISION_HASH) != Some(should) && !metadata::is_terminating(object) {
                self.delete(store, set, pod, now);
                return;
            }
            if pods::available_from(object, min_ready).is_none_or(|from| from > now) || !pods::is_active(object) {
                return;
            }
        }
    }

    fn make(&mut self, store: &mut Store, set: &Value, key: &ObjectKey, at: i64, revision: &str, now: Timestamp) {
        let name = format!("{}-{at}", key.name);
        let mut pod = pods::from_template(&set["spec"]["template"], set);
        pod["metadata"]["name"] = name.clone().into();
        let labels = metadata::section(&mut pod["metadata"], "labels");
        labels.insert("statefulset.kubernetes.io/pod-name".to_owned(), name.clone().into());
        labels.insert("apps.kubernetes.io/pod-index".to_owned(), at.to_string().into());
        labels.insert(REVISION_HASH.to_owned(), revision.into());
        pod["spec"]["hostname"] = name.clone().into();
        if let Some(service) = set["spec"]["serviceName"].as_str() {
            pod["spec"]["subdomain"] = service.into();
        }
        let claims: Vec<Value> = set["spec"]["volumeClaimTemplates"].as_array().cloned().unwrap_or_default();
        for claim in &claims {
            let volume = metadata::name(claim);
            let claim_name = format!("{volume}-{name}");
            self.ensure_claim(store, set, key, claim, &claim_name, now);
            let spec = metadata::section(&mut pod, "spec");
            let volumes = spec.entry("volumes").or_insert_with(|| json!([]));
            if let Some(volumes) = volumes.as_array_mut() {
                volumes.push(json!({"name": volume, "persistentVolumeClaim": {"claimName": claim_name}}));
            }
        }
        if store.create(Resource::Pods, &key.namespace, pod, now).is_ok() {
            let message = format!("create Pod {name} in StatefulSet {} successful", key.name);
            self.recorder.say(store, set, &Note::normal("SuccessfulCreate", message), now);
        }
    }

    /// The volume is bound at once: provisioning is not simulated.
    fn ensure_claim(
        &mut self,
        store: &mut Store,
        set: &Value,
        key: &ObjectKey,
        claim: &Value,
        name: &str,
        now: Timestamp,
    ) {
        let mut made =
            json!({"metadata": {"name": name, "labels": claim["metadata"]["labels"]}, "spec": claim["spec"]});
        made["spec"]["volumeName"] = format!("pvc-{name}").into();
        made["status"] = json!({
            "phase": "Bound",
            "accessModes": claim["spec"]["accessModes"],
            "capacity": claim["spec"]["resources"]["requests"],
        });
        if store.create(Resource::PersistentVolumeClaims, &key.namespace, made, now).is_ok() {
            let message = format!("create Claim {name} in StatefulSet {} success", key.name);
            self.recorder.say(store, set, &Note::normal("SuccessfulCreate", message), now);
        }
    }

    fn delete(&mut self, store: &mut Store, set: &Value, pod: &ObjectKey, now: Timestamp) {
        if store.delete(pod, now, &DeleteOptions::default()).is_ok() {
            let message = format!("delete Pod {} in StatefulSet {} successful", pod.name, metadata::name(set));
            self.recorder.say(store, set, &Note::normal("SuccessfulDelete", message), now);
        }
    }

    fn write_status(&mut self, store: &mut Store, key: &ObjectKey, (current, update): (&str, &str), now: Timestamp) {
        let Some(set) = store.get(key).cloned() else { return };
        let wanted = set["spec"]["replicas"].as_i64().unwrap_or(1);
        let min_ready = set["spec"]["minReadySeconds"].as_i64().unwrap_or(0);
        let all = pods_of(store, &set);
        let active: Vec<&Value> = all.iter().map(|(_, pod)| &**pod).filter(|pod| !pods::has_ended(pod)).collect();
        let live = || active.iter().copied().filter(|pod| !metadata::is_terminating(pod));
        let tally = pods::PodTally::of(live(), min_ready, now);
        if let Some(next) = earlier(tally.next, None) {
            self.queue.add_at(key.clone(), next);
        }
        let of =
            |revision: &str| live().filter(|pod| metadata::label(pod, REVISION_HASH) == Some(revision)).count() as i64;
        let (updated, old) = (of(update), of(current));
        let partition = set["spec"]["updateStrategy"]["rollingUpdate"]["partition"].as_i64().unwrap_or(0);
        let ready_new = live()
            .filter(|pod| metadata::label(pod, REVISION_HASH) == Some(update) && pods::is_ready(pod))
            .count() as i64;
        // When all are of the new revision it becomes the current one (`completeRollingUpdate`).
        let done = partition == 0 && updated == wanted && ready_new == wanted && tally.all == wanted;
        let (current, old) = if done { (update, updated) } else { (current, old) };
        // It may be gone by now.
        let _ = store.update(key, now, |set| {
            let generation = set["metadata"]["generation"].clone();
            let status = metadata::section(set, "status");
            status.insert("observedGeneration".to_owned(), generation);
            status.insert("replicas".to_owned(), (active.len() as i64).into());
            status.insert("availableReplicas".to_owned(), tally.available.into());
            status.insert("currentRevision".to_owned(), current.into());
            status.insert("updateRevision".to_owned(), update.into());
            status.insert("collisionCount".to_owned(), 0.into());
            for (name, count) in
                [("readyReplicas", tally.ready), ("updatedReplicas", updated), ("currentReplicas", old)]
            {
                if count == 0 {
                    status.remove(name);
                } else {
                    status.insert(name.to_owned(), count.into());
                }
            }
        });
    }
}

/// Which revision the pod of an ordinal is to have: below the partition the current one.
fn partitioned<'a>(set: &Value, at: i64, (current, update): (&'a str, &'a str)) -> &'a str {
    let partition = set["spec"]["updateStrategy"]["rollingUpdate"]["partition"].as_i64().unwrap_or(0);
    if at < partition { current } else { update }
}
