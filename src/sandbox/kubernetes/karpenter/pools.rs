//! NodePools: their hash, resources in use, conditions.

use super::condition::{self, ConditionStatus, POOL};
use super::object::{self, POOL_HASH, POOL_HASH_VERSION};
use super::template::{HASH_VERSION, pool_hash};
use super::{Karpenter, state};
use crate::domain::quantity::{write_bytes, write_milli, write_whole};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;

/// How many launches are remembered, and how many of them may fail.
const REMEMBERED: usize = 4;
const MAY_FAIL: usize = 2;

/// The condition that tells whether a pool's nodes come up.
pub const HEALTH: &str = "NodeRegistrationHealthy";

impl Karpenter {
    /// Says how every pool is.
    pub(super) fn pools(&mut self, store: &mut Store, now: Timestamp) {
        let pools: Vec<(ObjectKey, Arc<Value>)> =
            store.list(Resource::NodePools).map(|(key, pool)| (key.clone(), Arc::clone(pool))).collect();
        if pools.is_empty() {
            return;
        }
        let nodes = state::nodes(store);
        for (key, pool) in pools {
            let class = pool.pointer("/spec/template/spec/nodeClassRef/name").and_then(Value::as_str);
            let class = class.and_then(|name| store.get(&ObjectKey::cluster(Resource::Ec2NodeClasses, name)).cloned());
            let (used, count) = state::usage(&nodes, metadata::name(&pool));
            let generation =
                class.as_ref().and_then(|class| class.pointer("/metadata/generation").and_then(Value::as_i64));
            let renewed = self.forget_health(&pool, generation);
            // A pool that is deleted between two looks needs no status.
            let _ = store.update(&key, now, |pool| {
                let hash = pool_hash(pool);
                object::mark(pool, "annotations", POOL_HASH, &hash);
                object::mark(pool, "annotations", POOL_HASH_VERSION, HASH_VERSION);
                condition::begin(pool, POOL, now);
                condition::set_true(pool, POOL, "ValidationSucceeded", now);
                class_readiness(pool, class.as_deref(), now);
                if renewed || condition::get(pool, HEALTH).is_none() {
                    let unknown =
                        (ConditionStatus::Unknown, "AwaitingReconciliation", "object is awaiting reconciliation");
                    condition::set(pool, POOL, HEALTH, unknown, now);
                }
                if let Some(generation) = generation {
                    pool["status"]["nodeClassObservedGeneration"] = generation.into();
                }
                pool["status"]["resources"] = json!({
                    "cpu": write_milli(used.resources.milli_cpu),
                    "memory": write_bytes(used.resources.memory),
                    "ephemeral-storage": write_bytes(used.resources.ephemeral),
                    "pods": write_whole(used.pods),
                    "nodes": write_whole(count as i64),
                });
                pool["status"]["nodes"] = count.into();
            });
        }
    }

    /// What was remembered of a pool's launches no longer says anything once pool or class have changed.
    fn forget_health(&mut self, pool: &Value, class_generation: Option<i64>) -> bool {
        let Some(known) = condition::get(pool, HEALTH) else { return false };
        let changed = known["observedGeneration"] != pool["metadata"]["generation"]
            || class_generation.is_some_and(|now| pool["status"]["nodeClassObservedGeneration"] != now);
        if changed {
            self.registrations.remove(metadata::uid(pool));
        }
        changed
    }

    /// A claim of the pool registered, or did not in time. Two failures of the last four make it unhealthy; any
    /// success that leaves fewer makes it healthy.
    pub(super) fn remember_registration(&mut self, store: &mut Store, claim: &Value, succeeded: bool, now: Timestamp) {
        let Some(pool) = metadata::label(claim, object::POOL) else { return };
        let key = ObjectKey::cluster(Resource::NodePools, pool);
        let Some(pool) = store.get(&key).cloned() else { return };
        if !metadata::owners(claim).any(|owner| owner == metadata::uid(&pool)) {
            return;
        }
        let known = self.registrations.entry(metadata::uid(&pool).to_owned()).or_insert_with(|| {
            // After a restart the condition stands for what was remembered.
            let unhealthy = condition::is_false(&pool, HEALTH);
            if unhealthy { VecDeque::from([false; MAY_FAIL]) } else { VecDeque::new() }
        });
        known.push_back(succeeded);
        while known.len() > REMEMBERED {
            known.pop_front();
        }
        let unhealthy = known.iter().filter(|one| !**one).count() >= MAY_FAIL;
        let launched = condition::get(claim, "Launched").cloned().unwrap_or_default();
        let _ = store.update(&key, now, |pool| {
            if succeeded && !unhealthy {
                condition::set_true(pool, POOL, HEALTH, now);
            } else if !succeeded && unhealthy && !condition::is_false(pool, HEALTH) {
                let text = |field: &str| launched[field].as_str().unwrap_or_default().to_owned();
                let (reason, message) = if launched["status"] == "True" {
                    ("RegistrationFailed".to_owned(), "Failed to register node".to_owned())
                } else {
                    (text("reason"), text("message"))
                };
                condition::set(pool, POOL, HEALTH, (ConditionStatus::False, &reason, &message), now);
            }
        });
    }
}

fn class_readiness(pool: &mut Value, class: Option<&Value>, now: Timestamp) {
    let kind = "NodeClassReady";
    let Some(class) = class else {
        condition::set(
            pool,
            POOL,
            kind,
            (ConditionStatus::False, "NodeClassNotFound", "NodeClass not found on cluster"),
            now,
        );
        return;
    };
    if metadata::is_terminating(class) {
        condition::set(
            pool,
            POOL,
            kind,
            (ConditionStatus::False, "NodeClassTerminating", "NodeClass is Terminating"),
            now,
        );
        return;
    }
    match condition::get(class, "Ready") {
        Some(ready) if ready["status"] == "True" => condition::set_true(pool, POOL, kind, now),
        Some(ready) if ready["status"] == "False" => {
            let text = |field: &str| ready[field].as_str().unwrap_or_default().to_owned();
            condition::set(pool, POOL, kind, (ConditionStatus::False, &text("reason"), &text("message")), now);
        }
        _ => {
            let words = "Node Class Readiness Unknown";
            condition::set(pool, POOL, kind, (ConditionStatus::False, "NodeClassReadinessUnknown", words), now);
        }
    }
}
