//! Status conditions as Karpenter keeps them: a set with a root, `Ready`, that sums up its dependents.

use super::moment;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The three values of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionStatus {
    True,
    False,
    Unknown,
}

impl ConditionStatus {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}

/// The conditions that decide `Ready` of a NodeClaim.
pub const CLAIM: &[&str] = &["Launched", "Registered", "Initialized"];
/// Of a NodePool; NodeRegistrationHealthy stands beside.
pub const POOL: &[&str] = &["ValidationSucceeded", "NodeClassReady"];
/// Of an EC2NodeClass.
pub const CLASS: &[&str] = &[
    "AMIsReady",
    "SubnetsReady",
    "SecurityGroupsReady",
    "InstanceProfileReady",
    "ValidationSucceeded",
    "PlacementGroupReady",
    "CapacityReservationsReady",
];

/// A condition of an object.
pub fn get<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    object.pointer("/status/conditions")?.as_array()?.iter().find(|one| one["type"] == kind)
}

/// Whether a condition is true.
pub fn is_true(object: &Value, kind: &str) -> bool {
    get(object, kind).is_some_and(|one| one["status"] == "True")
}

/// Whether a condition is false.
pub fn is_false(object: &Value, kind: &str) -> bool {
    get(object, kind).is_some_and(|one| one["status"] == "False")
}

/// Since when a condition is what it is.
pub fn since(object: &Value, kind: &str) -> Option<Timestamp> {
    moment::at(get(object, kind)?, "/lastTransitionTime")
}

/// Gives the object every dependent it lacks, as not yet known, and its root.
pub fn begin(object: &mut Value, dependents: &[&str], now: Timestamp) {
    for kind in dependents {
        if get(object, kind).is_none() {
            put(
                object,
                kind,
                ConditionStatus::Unknown,
                "AwaitingReconciliation",
                "object is awaiting reconciliation",
                now,
            );
        }
    }
    sum_up(object, dependents, now);
}

/// True, with the type as its reason.
pub fn set_true(object: &mut Value, dependents: &[&str], kind: &str, now: Timestamp) {
    set(object, dependents, kind, (ConditionStatus::True, kind, ""), now);
}

/// Any status with its reason and message.
pub fn set(object: &mut Value, dependents: &[&str], kind: &str, to: (ConditionStatus, &str, &str), now: Timestamp) {
    put(object, kind, to.0, to.1, to.2, now);
    if dependents.contains(&kind) {
        sum_up(object, dependents, now);
    }
}

/// Takes a condition away that is no dependent.
pub fn clear(object: &mut Value, kind: &str) {
    if let Some(list) = object.pointer_mut("/status/conditions").and_then(Value::as_array_mut) {
        list.retain(|one| one["type"] != kind);
    }
}

/// Ready when all dependents are true, else which are not and whether any is false.
fn sum_up(object: &mut Value, dependents: &[&str], now: Timestamp) {
    let mut names: Vec<&str> = dependents.to_vec();
    names.sort_unstable();
    let unmet: Vec<(String, bool)> = names
        .into_iter()
        .filter(|kind| !is_true(object, kind))
        .map(|kind| {
            let status = get(object, kind).and_then(|one| one["status"].as_str()).unwrap_or("Unknown");
            (format!("{kind}={status}"), status == "False")
        })
        .collect();
    if unmet.is_empty() {
        put(object, "Ready", ConditionStatus::True, "Ready", "", now);
        return;
    }
    let message = unmet.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(", ");
    let (status, reason) = if unmet.iter().any(|(_, fails)| *fails) {
        (ConditionStatus::False, "UnhealthyDependents")
    } else {
        (ConditionStatus::Unknown, "ReconcilingDependents")
    };
    put(object, "Ready", status, reason, &message, now);
}

fn put(object: &mut Value, kind: &str, status: ConditionStatus, reason: &str, message: &str, now: Timestamp) {
    let generation = object.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or(1);
    let known = get(object, kind).cloned();
    let kept = known.as_ref().filter(|one| one["status"] == status.name()).map(|one| one["lastTransitionTime"].clone());
    let one = json!({
        "type": kind,
        "status": status.name(),
        "reason": reason,
        "message": message,
        "observedGeneration": generation,
        "lastTransitionTime": kept.unwrap_or_else(|| moment::written(now).into()),
    });
    if known.as_ref() == Some(&one) {
        return;
    }
    let list = &mut object["status"]["conditions"];
    if !list.is_array() {
        *list = json!([]);
    }
    if let Some(list) = list.as_array_mut() {
        list.retain(|one| one["type"] != kind);
        list.push(one);
        list.sort_by(|one, other| one["type"].as_str().cmp(&other["type"].as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_sums_up_its_dependents() {
        let (early, late): (Timestamp, Timestamp) =
            ("2026-11-22T03:00:00Z".parse().unwrap(), "2026-11-22T03:01:00Z".parse().unwrap());
        let mut claim = json!({ "metadata": { "generation": 1 }, "status": {} });
        begin(&mut claim, CLAIM, early);
        let ready = get(&claim, "Ready").unwrap();
        assert_eq!(ready["reason"], "ReconcilingDependents");
        assert_eq!(ready["message"], "Initialized=Unknown, Launched=Unknown, Registered=Unknown");
        for kind in CLAIM {
            set_true(&mut claim, CLAIM, kind, late);
        }
        assert!(is_true(&claim, "Ready"));
        assert_eq!(since(&claim, "Launched"), Some(late));
        // Said again later: nothing moves.
        let before = claim.clone();
        set_true(&mut claim, CLAIM, "Launched", late.checked_add(jiff::SignedDuration::from_hours(1)).unwrap());
        assert_eq!(claim, before);
        set(&mut claim, CLAIM, "Registered", (ConditionStatus::False, "MultipleNodesFound", "two"), late);
        assert_eq!(get(&claim, "Ready").unwrap()["message"], "Registered=False");
        assert!(is_false(&claim, "Ready"));
    }

    #[test]
    fn a_condition_beside_leaves_the_root_alone() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let mut claim = json!({ "metadata": {}, "status": {} });
        set(&mut claim, CLAIM, "Drifted", (ConditionStatus::True, "AMIDrift", "AMIDrift"), now);
        assert!(get(&claim, "Ready").is_none());
        clear(&mut claim, "Drifted");
        assert!(get(&claim, "Drifted").is_none());
    }
}
