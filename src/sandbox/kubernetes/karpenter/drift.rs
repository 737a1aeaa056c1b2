//! Whether a claim has drifted from its pool or class, and whether it may be consolidated.

use super::class::image_for;
use super::condition::{self, CLAIM, ConditionStatus};
use super::object::{CLASS_HASH, CLASS_HASH_VERSION, INSTANCE_TYPE, POOL, POOL_HASH, POOL_HASH_VERSION};
use super::requirements::Requirements;
use super::{Karpenter, moment};
use crate::sandbox::kubernetes::cloud::Cloud;
use crate::sandbox::kubernetes::instance_types::InstanceType;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// What the provider says of drift holds for so long.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(5);

/// What was found of a claim's drift, and from what.
#[derive(Debug)]
pub struct DriftSeen {
    from: String,
    reason: Option<&'static str>,
    at: Timestamp,
}

impl Karpenter {
    /// Sets or clears Drifted and Consolidatable.
    pub(super) fn note_disruptability(&mut self, store: &mut Store, cloud: &Cloud, key: &ObjectKey, now: Timestamp) {
        let Some(claim) = Self::living(store, key) else { return };
        let Some(pool) = metadata::label(&claim, POOL) else { return };
        let Some(pool) = store.get(&ObjectKey::cluster(Resource::NodePools, pool)).cloned() else { return };
        let drifted = self.drift(store, cloud, &pool, &claim, now);
        let consolidatable = is_consolidatable(&pool, &claim, now);
        let same = condition::get(&claim, "Drifted").and_then(|one| one["reason"].as_str()) == drifted
            && condition::is_true(&claim, "Consolidatable") == consolidatable;
        if same {
            return;
        }
        let _ = store.update(key, now, |claim| {
            match drifted {
                Some(reason) => condition::set(claim, CLAIM, "Drifted", (ConditionStatus::True, reason, reason), now),
                None => condition::clear(claim, "Drifted"),
            }
            if consolidatable {
                condition::set_true(claim, CLAIM, "Consolidatable", now);
            } else {
                condition::clear(claim, "Consolidatable");
            }
        });
    }

    /// Why it has drifted. What pool and class say counts at once, what the cloud says within five minutes.
    fn drift(
        &mut self,
        store: &Store,
        cloud: &Cloud,
        pool: &Value,
        claim: &Value,
        now: Timestamp,
    ) -> Option<&'static str> {
        let class = pool.pointer("/spec/template/spec/nodeClassRef/name").and_then(Value::as_str)?;
        let class = store.get(&ObjectKey::cluster(Resource::Ec2NodeClasses, class))?;
        let hash = metadata::annotation(pool, POOL_HASH).unwrap_or_default();
        let (version, generation) = (metadata::resource_version(claim), &pool["metadata"]["generation"]);
        let from = format!("{version} {generation} {hash} {}", metadata::resource_version(class));
        if let Some(seen) = self.drift_seen.get(metadata::uid(claim))
            && seen.from == from
            && now.duration_since(seen.at) < REMEMBERED
        {
            return seen.reason;
        }
        let reason = reason(cloud, pool, class, claim);
        self.drift_seen.insert(metadata::uid(claim).to_owned(), DriftSeen { from, reason, at: now });
        reason
    }
}

fn reason(cloud: &Cloud, pool: &Value, class: &Value, claim: &Value) -> Option<&'static str> {
    if !condition::is_true(claim, "Launched") {
        return None;
    }
    if differs(pool, claim, POOL_HASH, POOL_HASH_VERSION) {
        return Some("NodePoolDrifted");
    }
    let labels = Requirements::from_labels(claim.pointer("/metadata/labels"));
    let wanted = Requirements::from_json(pool.pointer("/spec/template/spec/requirements"));
    if labels.strictly_compatible(&wanted).is_err() {
        return Some("RequirementsDrifted");
    }
    let Some(kind) = metadata::label(claim, INSTANCE_TYPE).and_then(InstanceType::named) else {
        return Some("InstanceTypeNotFound");
    };
    if differs(class, claim, CLASS_HASH, CLASS_HASH_VERSION) {
        return Some("NodeClassDrift");
    }
    let image = claim.pointer("/status/imageID").and_then(Value::as_str);
    if image_for(class, kind.arch) != image {
        return Some("AMIDrift");
    }
    let zone = metadata::label(claim, super::object::ZONE).unwrap_or_default();
    let subnets = class.pointer("/status/subnets").and_then(Value::as_array);
    let there = subnets.is_some_and(|list| list.iter().any(|one| one["zone"] == zone)) && cloud.zone(zone).is_some();
    (!there).then_some("SubnetDrift")
}

/// Whether both carry the hash in the same version, with another value.
fn differs(template: &Value, claim: &Value, hash: &str, version: &str) -> bool {
    let of = |object, key| metadata::annotation(object, key);
    match (of(template, hash), of(template, version), of(claim, hash), of(claim, version)) {
        (Some(one), Some(first), Some(other), Some(second)) => first == second && one != other,
        _ => false,
    }
}

/// Nothing came or went on the node for `consolidateAfter`.
pub fn is_consolidatable(pool: &Value, claim: &Value, now: Timestamp) -> bool {
    let after = pool.pointer("/spec/disruption/consolidateAfter").and_then(Value::as_str).unwrap_or("0s");
    let (Some(after), true) = (moment::duration(after), condition::is_true(claim, "Initialized")) else { return false };
    let last = moment::at(claim, "/status/lastPodEventTime").or_else(|| condition::since(claim, "Initialized"));
    last.is_none_or(|last| now.duration_since(last) >= after)
}
