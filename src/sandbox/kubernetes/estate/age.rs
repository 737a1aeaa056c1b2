//! Gives a cluster that has just settled its past: nodes of hours and days, pods younger than their nodes,
//! workloads of months.

use super::site::ClusterSite;
use crate::sandbox::kubernetes::cloud::SharedCloud;
use crate::sandbox::kubernetes::karpenter::object::{CAPACITY_TYPE, POOL};
use crate::sandbox::kubernetes::resources::{Resource, SERVED};
use crate::sandbox::kubernetes::store::{Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

/// A copy of the store in which everything happened earlier. Events do not outlive an hour: there are none. Leases are
/// made anew from their nodes.
pub fn aged(store: &Store, cloud: &SharedCloud, site: ClusterSite, now: Timestamp) -> Store {
    let mut nodes: BTreeMap<&str, SignedDuration> = BTreeMap::new();
    let mut providers: BTreeMap<&str, SignedDuration> = BTreeMap::new();
    for (_, node) in store.list(Resource::Nodes) {
        let age = node_age(node);
        nodes.insert(metadata::name(node), age);
        providers.insert(node.pointer("/spec/providerID").and_then(Value::as_str).unwrap_or_default(), age);
    }
    let mut made = Store::new(site.seed() ^ 0xa9e);
    let kinds: BTreeSet<Resource> = SERVED.iter().map(|served| served.resource).collect();
    for kind in kinds.into_iter().filter(|kind| !matches!(kind, Resource::Events | Resource::Leases)) {
        for (key, object) in store.list(kind) {
            let by = match kind {
                Resource::Nodes => nodes.get(&*key.name).copied().unwrap_or_default(),
                Resource::NodeClaims => {
                    let id = object.pointer("/status/providerID").and_then(Value::as_str).unwrap_or_default();
                    providers.get(id).copied().unwrap_or_default()
                }
                Resource::Pods => pod_age(object, nodes.get(metadata::node_name(object)).copied().unwrap_or_default()),
                // Older than any pod of its.
                Resource::ReplicaSets => hours(&key.name, 24 * 15, 24 * 25),
                _ => hours(&key.name, 24 * 60, 24 * 240),
            };
            let mut object = Value::clone(object);
            earlier(&mut object, by, "");
            let _ = made.insert(kind, &key.namespace, object, now);
        }
    }
    let mut cloud = cloud.lock().unwrap_or_else(PoisonError::into_inner);
    for (provider, age) in providers {
        cloud.age(provider, age);
    }
    made
}

/// The node group's are as old as the last image; Karpenter's spot nodes live hours, the others days.
fn node_age(node: &Value) -> SignedDuration {
    let name = metadata::name(node);
    match (metadata::label(node, POOL), metadata::label(node, CAPACITY_TYPE)) {
        (None, _) => hours(name, 24 * 17, 24 * 18),
        (_, Some("spot")) => hours(name, 2, 58),
        _ => hours(name, 26, 24 * 12),
    }
}

/// A daemon is as old as its node; other pods came later.
fn pod_age(pod: &Value, node: SignedDuration) -> SignedDuration {
    let owned = pod.pointer("/metadata/ownerReferences/0/kind").is_some_and(|kind| kind == "DaemonSet");
    if owned {
        return node;
    }
    let share = number(metadata::name(pod)) % 80 + 12;
    SignedDuration::from_secs(node.as_secs() / 100 * share as i64)
}

/// Between two numbers of hours, by name.
fn hours(name: &str, least: i64, most: i64) -> SignedDuration {
    let span = ((most - least) * 3600).max(1) as u64;
    SignedDuration::from_secs(least * 3600 + (number(name) % span) as i64)
}

/// Spread over all numbers, the same for the same name.
fn number(name: &str) -> u64 {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in name.bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    state ^= state >> 32;
    state.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8
}

/// Moves every moment in an object, but for heartbeats.
fn earlier(value: &mut Value, by: SignedDuration, field: &str) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                earlier(value, by, name);
            }
        }
        Value::Array(list) => {
            for value in list {
                earlier(value, by, field);
            }
        }
        Value::String(text) => {
            let moment = text.ends_with('Z') && text.contains('T') && field != "lastHeartbeatTime";
            if let Some(at) = moment.then(|| text.parse::<Timestamp>().ok()).flatten() {
                *text = metadata::time(at.checked_sub(by).unwrap_or(at));
            }
        }
        _ => {}
    }
}
