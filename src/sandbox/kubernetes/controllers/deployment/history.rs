//! How many earlier rollouts a deployment can be rolled back to.

use serde_json::Value;

use super::{Rollout, revision};
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};

/// Deletes old sets beyond `revisionHistoryLimit` (10) once the rollout is complete or paused, those of the lowest
/// revisions first: one that was rolled back to has a high one, however old it is. Sets with pods count and stay
/// (`cleanupDeployment`, `ReplicaSetsByRevision`).
pub(super) fn clean_up(store: &mut Store, rollout: &Rollout) {
    let done = store
        .get(&rollout.key)
        .is_some_and(|deployment| deployment["spec"]["paused"] == true || is_complete(deployment, rollout.replicas()));
    if !done {
        return;
    }
    let limit = rollout.deployment["spec"]["revisionHistoryLimit"].as_u64().unwrap_or(10) as usize;
    let sets = rollout.old.iter().filter_map(|key| store.get(key).map(|set| (key, set)));
    let mut alive: Vec<(i64, bool, ObjectKey)> = sets
        .filter(|(_, set)| !metadata::is_terminating(set))
        .map(|(key, set)| (revision(set), is_idle(set), key.clone()))
        .collect();
    // Of one revision the oldest stays first.
    alive.sort_by_key(|(revision, ..)| *revision);
    let excess = alive.len().saturating_sub(limit);
    for (_, _, key) in alive.iter().take(excess).filter(|(_, idle, _)| *idle) {
        let _ = store.delete(key, rollout.now, &DeleteOptions::default());
    }
}

/// Whether all pods are of the template as it is now, and available (`DeploymentComplete`).
fn is_complete(deployment: &Value, replicas: i64) -> bool {
    let status = &deployment["status"];
    let count = |field: &str| status[field].as_i64().unwrap_or(0);
    let all = ["replicas", "updatedReplicas", "availableReplicas"].into_iter().all(|field| count(field) == replicas);
    all && count("observedGeneration") >= deployment["metadata"]["generation"].as_i64().unwrap_or(0)
}

/// Whether a set has no pods, wants none, and its status says so.
fn is_idle(set: &Value) -> bool {
    let known = set["status"]["observedGeneration"].as_i64().unwrap_or(0);
    set["spec"]["replicas"] == 0
        && set["status"]["replicas"] == 0
        && known >= set["metadata"]["generation"].as_i64().unwrap_or(0)
}
