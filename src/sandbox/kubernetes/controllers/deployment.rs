//! Deployments: ReplicaSets per template, rolled out within surge and unavailability.

mod history;
mod rollout;
mod status;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::events::{EventRecorder, Note};
use super::feed::{Feed, Queue};
use super::pods;
use super::replicaset::{controller_key, pods_of};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::Controller;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

/// The label by which a ReplicaSet tells its pods from those of another template.
pub const TEMPLATE_HASH: &str = "pod-template-hash";

/// Which rollout an object belongs to.
pub const REVISION: &str = "deployment.kubernetes.io/revision";

const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MOST: &str = "deployment.kubernetes.io/max-replicas";

/// The controller of Deployments.
#[derive(Debug)]
pub struct Deployments {
    own: Feed,
    sets: Feed,
    pods: Feed,
    queue: Queue,
    recorder: EventRecorder,
}

impl Default for Deployments {
    fn default() -> Self {
        Self {
            own: Feed::new(Resource::Deployments),
            sets: Feed::new(Resource::ReplicaSets),
            pods: Feed::new(Resource::Pods),
            queue: Queue::new(100),
            recorder: EventRecorder::new("deployment-controller"),
        }
    }
}

impl Controller for Deployments {
    fn name(&self) -> &'static str {
        "deployment"
    }

    fn run(&mut self, store: &mut Store, now: Timestamp) -> Option<Timestamp> {
        for heard in self.own.news(store).heard {
            if heard.after.is_some() {
                self.queue.add(heard.key, now);
            }
        }
        for heard in self.sets.news(store).heard {
            let both = [&heard.before, &heard.after].into_iter().flatten();
            for key in both.filter_map(|set| controller_key(set, Resource::Deployments)) {
                self.queue.add(key, now);
            }
        }
        // A Recreate rollout waits until the last old pod is gone.
        for heard in self.pods.news(store).heard {
            let Some(pod) = heard.before.filter(|_| heard.after.is_none()) else { continue };
            let set = controller_key(&pod, Resource::ReplicaSets).and_then(|key| store.get(&key).cloned());
            if let Some(key) = set.and_then(|set| controller_key(&set, Resource::Deployments)) {
                self.queue.add(key, now);
            }
        }
        for key in self.queue.take(now) {
            self.sync(store, &key, now);
        }
        self.queue.next()
    }
}

/// What a rollout works on.
struct Rollout {
    key: ObjectKey,
    deployment: Arc<Value>,
    /// The set of the template as it is now.
    new: Option<ObjectKey>,
    /// The others, oldest first.
    old: Vec<ObjectKey>,
    now: Timestamp,
}

impl Rollout {
    fn replicas(&self) -> i64 {
        self.deployment["spec"]["replicas"].as_i64().unwrap_or(1)
    }

    fn is_recreate(&self) -> bool {
        self.deployment["spec"]["strategy"]["type"] == "Recreate"
    }

    /// Surge and unavailability in pods (`ResolveFenceposts`): surge is rounded up, unavailability down, and both zero
    /// would never move.
    fn fenceposts(&self) -> (i64, i64) {
        if self.is_recreate() {
            return (0, 0);
        }
        let rolling = &self.deployment["spec"]["strategy"]["rollingUpdate"];
        let quarter = json!("25%");
        let said = |field: &str| if rolling[field].is_null() { quarter.clone() } else { rolling[field].clone() };
        let surge = pods::scaled(&said("maxSurge"), self.replicas(), true).unwrap_or(1);
        let unavailable = pods::scaled(&said("maxUnavailable"), self.replicas(), false).unwrap_or(0);
        if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable.min(self.replicas())) }
    }
}

impl Deployments {
    fn sync(&mut self, store: &mut Store, key: &ObjectKey, now: Timestamp) {
        let Some(deployment) = store.get(key).cloned() else { return };
        let mut sets: Vec<(ObjectKey, Arc<Value>)> = store
            .owned_by(metadata::uid(&deployment))
            .filter(|(key, _)| key.resource == Resource::ReplicaSets)
            .map(|(key, set)| (key.clone(), Arc::clone(set)))
            .collect();
        sets.sort_by_key(|(key, set)| (metadata::creation_timestamp(set), revision(set), key.clone()));
        let new = sets.iter().find(|(_, set)| is_of_template(set, &deployment)).map(|(key, _)| key.clone());
        let old = sets.iter().map(|(key, _)| key).filter(|key| Some(*key) != new.as_ref()).cloned().collect();
        let mut rollout = Rollout { key: key.clone(), deployment, new, old, now };
        if metadata::is_terminating(&rollout.deployment) {
            self.write_status(store, &rollout);
            return;
        }
        let paused = rollout.deployment["spec"]["paused"] == true;
        if paused || is_scaling(store, &rollout) {
            self.scale_in_proportion(store, &rollout);
        } else if rollout.is_recreate() {
            self.recreate(store, &mut rollout);
        } else {
            self.roll(store, &mut rollout);
        }
        self.write_status(store, &rollout);
        history::clean_up(store, &rollout);
    }

    /// Finds or makes the set of the template as it is now, with the next revision.
    fn ensure_new_set(&mut self, store: &mut Store, rollout: &mut Rollout, replicas: i64) {
        let last = rollout.old.iter().filter_map(|key| store.get(key)).map(|set| revision(set)).max().unwrap_or(0);
        let next = last + 1;
        let (surge, _) = rollout.fenceposts();
        let most = rollout.replicas() + surge;
        if let Some(key) = rollout.new.clone() {
            let known = store.get(&key).map_or(0, |set| revision(set));
            let wanted = known.max(next);
            annotate(store, &key, rollout.now, &[(REVISION, wanted), (DESIRED, rollout.replicas()), (MOST, most)]);
            annotate(store, &rollout.key, rollout.now, &[(REVISION, wanted)]);
            return;
        }
        let mut template = rollout.deployment["spec"]["template"].clone();
        let hash = template_hash(&template);
        let mut selector = rollout.deployment["spec"]["selector"].clone();
        put_label(&mut template["metadata"]["labels"], &hash);
        put_label(&mut selector["matchLabels"], &hash);
        let mut annotations = rollout.deployment["metadata"]["annotations"].clone();
        let map = metadata::map(&mut annotations);
        map.remove("kubectl.kubernetes.io/last-applied-configuration");
        for (field, value) in [(REVISION, next), (DESIRED, rollout.replicas()), (MOST, most)] {
            map.insert(field.to_owned(), value.to_string().into());
        }
        let name = format!("{}-{hash}", rollout.key.name);
        let set = json!({
            "metadata": {
                "name": name,
                "labels": template["metadata"]["labels"],
                "annotations": annotations,
                "ownerReferences": [metadata::owner_reference(&rollout.deployment)],
            },
            "spec": {
                "replicas": replicas,
                "minReadySeconds": rollout.deployment["spec"]["minReadySeconds"].as_i64().unwrap_or(0),
                "selector": selector,
                "template": template,
            },
            "status": {"replicas": 0},
        });
        if let Ok(set) = store.create(Resource::ReplicaSets, &rollout.key.namespace, set, rollout.now) {
            rollout.new = Some(ObjectKey::of(Resource::ReplicaSets, &set));
            annotate(store, &rollout.key, rollout.now, &[(REVISION, next)]);
            status::say_created(store, rollout, &name);
            if replicas > 0 {
                self.say_scaled(store, rollout, &name, 0, replicas);
            }
        }
    }

    /// Sets how many pods a ReplicaSet has.
    fn scale(&mut self, store: &mut Store, rollout: &Rollout, set: &ObjectKey, replicas: i64) {
        let before = replicas_of(store, set);
        let (surge, _) = rollout.fenceposts();
        let most = rollout.replicas() + surge;
        // It may be gone by now.
        let _ = store.update(set, rollout.now, |set| {
            set["spec"]["replicas"] = replicas.into();
            let annotations = metadata::section(&mut set["metadata"], "annotations");
            annotations.insert(DESIRED.to_owned(), rollout.replicas().to_string().into());
            annotations.insert(MOST.to_owned(), most.to_string().into());
        });
        if before != replicas {
            self.say_scaled(store, rollout, &set.name, before, replicas);
        }
    }

    fn say_scaled(&mut self, store: &mut Store, rollout: &Rollout, set: &str, from: i64, to: i64) {
        let way = if to > from { "up" } else { "down" };
        let message = format!("Scaled {way} replica set {set} from {from} to {to}");
        self.recorder.say(store, &rollout.deployment, &Note::normal("ScalingReplicaSet", message), rollout.now);
    }
}

/// Whether `replicas` was changed since sets were scaled last.
fn is_scaling(store: &Store, rollout: &Rollout) -> bool {
    let sets = rollout.old.iter().chain(&rollout.new).filter_map(|key| store.get(key));
    let active = sets.filter(|set| set["spec"]["replicas"].as_i64().unwrap_or(0) > 0);
    let mut desired = active.filter_map(|set| metadata::annotation(set, DESIRED)?.parse::<i64>().ok());
    desired.any(|desired| desired != rollout.replicas())
}

fn replicas_of(store: &Store, set: &ObjectKey) -> i64 {
    store.get(set).and_then(|set| set["spec"]["replicas"].as_i64()).unwrap_or(0)
}

/// The revision of a set or deployment; 0 without one.
#[must_use]
pub fn revision(object: &Value) -> i64 {
    metadata::annotation(object, REVISION).and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn annotate(store: &mut Store, key: &ObjectKey, now: Timestamp, annotations: &[(&str, i64)]) {
    // It may be gone by now.
    let _ = store.update(key, now, |object| {
        let map = metadata::section(&mut object["metadata"], "annotations");
        for (name, value) in annotations {
            map.insert((*name).to_owned(), value.to_string().into());
        }
    });
}

fn put_label(labels: &mut Value, hash: &str) {
    metadata::map(labels).insert(TEMPLATE_HASH.to_owned(), hash.into());
}

/// Whether a set is of the deployment's template, the hash label aside.
fn is_of_template(set: &Value, deployment: &Value) -> bool {
    let mut template = set["spec"]["template"].clone();
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove(TEMPLATE_HASH);
    }
    let wanted = &deployment["spec"]["template"];
    let bare = |template: &Value| {
        let mut template = template.clone();
        if let Some(metadata) = template["metadata"].as_object_mut() {
            metadata.retain(|_, value| !value.is_null());
        }
        template
    };
    bare(&template) == bare(wanted)
}

/// A hash of a template as it stands in names: FNV of its JSON, its digits in the letters of generated names. Not the
/// same number as upstream's, which hashes a Go struct.
#[must_use]
pub fn template_hash(template: &Value) -> String {
    const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut state: u32 = 0x811c_9dc5;
    for byte in template.to_string().bytes() {
        state = (state ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    state.to_string().bytes().map(|digit| char::from(LETTERS[usize::from(digit) % 27])).collect()
}

/// Pods of a set that have not ended, deleted ones too.
fn pods_left(store: &Store, set: &ObjectKey) -> usize {
    let Some(set) = store.get(set) else { return 0 };
    pods_of(store, set).iter().filter(|(_, pod)| !pods::has_ended(pod)).count()
}
