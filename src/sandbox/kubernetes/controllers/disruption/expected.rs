//! How many pods a budget's workloads should have, and how many of them must stay healthy.

use std::collections::HashMap;

use serde_json::Value;

use super::super::pods;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

/// How many pods there should be and how many must be healthy (`getExpectedPodCount`), or why that cannot be said.
/// Percentages are of what the controllers of the pods want, rounded up.
pub fn expected<'a>(
    store: &Store,
    spec: &Value,
    pods: impl Iterator<Item = &'a Value> + Clone,
) -> Result<(i64, i64), String> {
    let scale = |field: &Value, whole: i64| {
        pods::scaled(field, whole, true).ok_or_else(|| format!("invalid value for IntOrString: {field}"))
    };
    let (most, least) = (&spec["maxUnavailable"], &spec["minAvailable"]);
    if !most.is_null() {
        let expected = controllers_scale(store, pods)?;
        return Ok((expected, (expected - scale(most, expected)?).max(0)));
    }
    match least.as_i64() {
        Some(number) => Ok((pods.count() as i64, number)),
        None if least.is_null() => Ok((0, 0)),
        None => {
            let expected = controllers_scale(store, pods)?;
            Ok((expected, scale(least, expected)?))
        }
    }
}

/// The sum of what the pods' controllers want; pods without one are left out.
fn controllers_scale<'a>(store: &Store, pods: impl Iterator<Item = &'a Value>) -> Result<i64, String> {
    let mut scales: HashMap<String, i64> = HashMap::new();
    for pod in pods {
        let Some(owner) = metadata::controller(pod) else { continue };
        let uid = owner["uid"].as_str().unwrap_or_default();
        if scales.contains_key(uid) {
            continue;
        }
        let (uid, replicas) = scale_of(store, pod, owner)
            .ok_or_else(|| format!("found no controllers for pod \"{}\"", metadata::name(pod)))?;
        scales.insert(uid, replicas);
        scales.entry(owner["uid"].as_str().unwrap_or_default().to_owned()).or_insert(0);
    }
    Ok(scales.values().sum())
}

/// What a pod's controller wants: of a ReplicaSet's pod, the Deployment's.
fn scale_of(store: &Store, pod: &Value, owner: &Value) -> Option<(String, i64)> {
    let find = |reference: &Value| {
        let kind = match reference["kind"].as_str()? {
            "ReplicaSet" => Resource::ReplicaSets,
            "Deployment" => Resource::Deployments,
            "StatefulSet" => Resource::StatefulSets,
            // DaemonSets and Jobs have no scale: with them a percentage cannot be said.
            _ => return None,
        };
        let key = ObjectKey::namespaced(kind, metadata::namespace(pod), reference["name"].as_str()?);
        store.get(&key).filter(|object| metadata::uid(object) == reference["uid"].as_str().unwrap_or_default())
    };
    let set = find(owner)?;
    let above = metadata::controller(set).and_then(find);
    let scaled = above.unwrap_or(set);
    Some((metadata::uid(scaled).to_owned(), scaled["spec"]["replicas"].as_i64().unwrap_or(1)))
}
