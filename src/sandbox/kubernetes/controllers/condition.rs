//! Conditions of an object's status.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::kubernetes::store::metadata;

/// One condition as it should be.
#[derive(Debug, Clone, Copy)]
pub struct ObjectCondition<'a> {
    pub kind: &'a str,
    /// `True`, `False`, `Unknown`.
    pub status: &'a str,
    /// Empty: none.
    pub reason: &'a str,
    /// Empty: none.
    pub message: &'a str,
}

impl<'a> ObjectCondition<'a> {
    /// A condition that holds or not, without words.
    #[must_use]
    pub fn plain(kind: &'a str, holds: bool) -> Self {
        Self { kind, status: if holds { "True" } else { "False" }, reason: "", message: "" }
    }

    /// A pod is ended from outside, by whom and why (`DisruptionTarget` of a pod's conditions).
    #[must_use]
    pub fn disruption_target(reason: &'a str, message: &'a str) -> Self {
        Self { kind: "DisruptionTarget", status: "True", reason, message }
    }
}

/// The condition of a type, when there is one.
#[must_use]
pub fn of<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    object["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == kind)
}

/// Whether a condition is `True`.
#[must_use]
pub fn holds(object: &Value, kind: &str) -> bool {
    of(object, kind).is_some_and(|condition| condition["status"] == "True")
}

/// When a condition's status changed last.
#[must_use]
pub fn since(object: &Value, kind: &str) -> Option<Timestamp> {
    of(object, kind)?["lastTransitionTime"].as_str()?.parse().ok()
}

/// Sets a condition; the time of transition stays while the status stays. Its entry, for further fields.
pub fn set<'a>(object: &'a mut Value, condition: &ObjectCondition<'_>, now: Timestamp) -> &'a mut Value {
    let status = metadata::section(object, "status");
    let conditions = status.entry("conditions").or_insert_with(|| json!([]));
    if !conditions.is_array() {
        *conditions = json!([]);
    }
    let at = conditions.as_array().into_iter().flatten().position(|one| one["type"] == condition.kind);
    let at = at.unwrap_or_else(|| {
        let all = conditions.as_array_mut();
        all.map_or(0, |all| {
            all.push(json!({"type": condition.kind}));
            all.len() - 1
        })
    });
    let entry = &mut conditions[at];
    if entry["status"] != condition.status {
        entry["status"] = condition.status.into();
        entry["lastTransitionTime"] = metadata::time(now).into();
    }
    for (field, text) in [("reason", condition.reason), ("message", condition.message)] {
        if !text.is_empty() {
            entry[field] = text.into();
        } else if let Some(entry) = entry.as_object_mut() {
            entry.remove(field);
        }
    }
    entry
}

/// Takes a condition away.
pub fn clear(object: &mut Value, kind: &str) {
    if let Some(conditions) = object["status"]["conditions"].as_array_mut() {
        conditions.retain(|condition| condition["type"] != kind);
    }
}
