//! What a deployment says of itself: counts and the conditions Available and Progressing.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::super::condition::{self, ObjectCondition};
use super::{Deployments, Rollout};
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

/// `progressDeadlineSeconds` unless said otherwise.
const DEADLINE: i64 = 600;

/// Sums over sets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    replicas: i64,
    updated: i64,
    ready: i64,
    available: i64,
}

fn field(set: &Value, name: &str) -> i64 {
    set["status"][name].as_i64().unwrap_or(0)
}

fn sums(store: &Store, rollout: &Rollout) -> Sums {
    let mut sums = Sums::default();
    for set in rollout.old.iter().chain(&rollout.new).filter_map(|key| store.get(key)) {
        sums.replicas += field(set, "replicas");
        sums.ready += field(set, "readyReplicas");
        sums.available += field(set, "availableReplicas");
    }
    sums.updated = rollout.new.as_ref().and_then(|key| store.get(key)).map_or(0, |set| field(set, "replicas"));
    sums
}

/// Notes that a set was made for a new template.
pub(super) fn say_created(store: &mut Store, rollout: &Rollout, set: &str) {
    let message = format!("Created new replica set \"{set}\"");
    let progressing =
        ObjectCondition { kind: "Progressing", status: "True", reason: "NewReplicaSetCreated", message: &message };
    // It may be gone by now.
    let _ = store.update(&rollout.key, rollout.now, |deployment| {
        let time = metadata::time(rollout.now);
        condition::set(deployment, &progressing, rollout.now)["lastUpdateTime"] = time.into();
    });
}

impl Deployments {
    /// Writes counts and conditions, and looks again when the deadline is over.
    pub(super) fn write_status(&mut self, store: &mut Store, rollout: &Rollout) {
        let Some(deployment) = store.get(&rollout.key).cloned() else { return };
        let sums = sums(store, rollout);
        let (_, unavailable) = rollout.fenceposts();
        let enough = sums.available >= rollout.replicas() - unavailable;
        let progress = progress(&deployment, rollout, sums);
        let time = metadata::time(rollout.now);
        // It may be gone by now.
        let _ = store.update(&rollout.key, rollout.now, |deployment| {
            let generation = deployment["metadata"]["generation"].clone();
            let status = metadata::section(deployment, "status");
            status.insert("observedGeneration".to_owned(), generation);
            let counts = [
                ("replicas", sums.replicas),
                ("updatedReplicas", sums.updated),
                ("readyReplicas", sums.ready),
                ("availableReplicas", sums.available),
                ("unavailableReplicas", (sums.replicas.max(rollout.replicas()) - sums.available).max(0)),
            ];
            for (name, count) in counts {
                if count == 0 {
                    status.remove(name);
                } else {
                    status.insert(name.to_owned(), json!(count));
                }
            }
            let (status, reason, message) = if enough {
                ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
            } else {
                ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
            };
            let entry = condition::set(
                deployment,
                &ObjectCondition { kind: "Available", status, reason, message },
                rollout.now,
            );
            // lastUpdateTime moves with the status alone: upstream keeps a condition whose status and reason are the same.
            entry["lastUpdateTime"] = entry["lastTransitionTime"].clone();
            if let Some((status, reason, message)) = &progress {
                let wanted = ObjectCondition { kind: "Progressing", status, reason, message };
                condition::set(deployment, &wanted, rollout.now)["lastUpdateTime"] = time.clone().into();
            }
        });
        self.watch_deadline(store, rollout, sums);
    }

    fn watch_deadline(&mut self, store: &Store, rollout: &Rollout, sums: Sums) {
        let wanted = rollout.replicas();
        if sums.updated == wanted && sums.replicas == wanted && sums.available == wanted {
            return;
        }
        let Some(deployment) = store.get(&rollout.key) else { return };
        let Some(said) = condition::of(deployment, "Progressing") else { return };
        if matches!(
            said["reason"].as_str(),
            Some("NewReplicaSetAvailable" | "ProgressDeadlineExceeded" | "DeploymentPaused")
        ) {
            return;
        }
        let deadline = deployment["spec"]["progressDeadlineSeconds"].as_i64().unwrap_or(DEADLINE).min(86_400);
        let since = said["lastUpdateTime"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        if let Some(due) = since.and_then(|since| since.checked_add(SignedDuration::from_secs(deadline)).ok()) {
            self.queue.add_at(ObjectKey::clone(&rollout.key), due.max(rollout.now + SignedDuration::from_secs(1)));
        }
    }
}

/// What Progressing is to say, when that is news: status, reason, message.
fn progress(before: &Value, rollout: &Rollout, sums: Sums) -> Option<(&'static str, &'static str, String)> {
    let deadline = rollout.deployment["spec"]["progressDeadlineSeconds"].as_i64().unwrap_or(DEADLINE);
    if deadline >= i64::from(i32::MAX) || metadata::is_terminating(&rollout.deployment) {
        return None;
    }
    let set = rollout.new.as_ref().map_or_else(|| rollout.key.name.to_string(), |key| key.name.to_string());
    let said = condition::of(before, "Progressing");
    let reason = said.and_then(|said| said["reason"].as_str()).unwrap_or_default();
    if rollout.deployment["spec"]["paused"] == true {
        return (reason != "DeploymentPaused")
            .then(|| ("Unknown", "DeploymentPaused", "Deployment is paused".to_owned()));
    }
    if reason == "DeploymentPaused" {
        return Some(("Unknown", "DeploymentResumed", "Deployment is resumed".to_owned()));
    }
    let wanted = rollout.replicas();
    let complete = sums.updated == wanted && sums.replicas == wanted && sums.available == wanted;
    if complete {
        let message = format!("ReplicaSet \"{set}\" has successfully progressed.");
        // What was complete stays so: a pod that is lost later is no rollout.
        let known = said.is_some_and(|said| said["message"] == message.as_str() && reason == "NewReplicaSetAvailable");
        return (!known).then_some(("True", "NewReplicaSetAvailable", message));
    }
    let status = &before["status"];
    let count = |name: &str| status[name].as_i64().unwrap_or(0);
    let old = |replicas: i64, updated: i64| replicas - updated;
    let progressed = sums.updated > count("updatedReplicas")
        || old(sums.replicas, sums.updated) < old(count("replicas"), count("updatedReplicas"))
        || sums.ready > count("readyReplicas")
        || sums.available > count("availableReplicas");
    let another_set = said.is_some_and(|said| {
        reason == "NewReplicaSetAvailable"
            && !said["message"].as_str().unwrap_or_default().contains(&format!("\"{set}\""))
    });
    if progressed || another_set || said.is_none() {
        if reason == "NewReplicaSetAvailable" && !another_set {
            return None;
        }
        return Some(("True", "ReplicaSetUpdated", format!("ReplicaSet \"{set}\" is progressing.")));
    }
    let since: jiff::Timestamp = said?["lastUpdateTime"].as_str()?.parse().ok()?;
    let over = since.checked_add(SignedDuration::from_secs(deadline)).ok()? <= rollout.now;
    let waits = !matches!(reason, "NewReplicaSetAvailable" | "ProgressDeadlineExceeded");
    (over && waits)
        .then(|| ("False", "ProgressDeadlineExceeded", format!("ReplicaSet \"{set}\" has timed out progressing.")))
}
