//! A node's conditions as its kubelet writes them, and the taints that follow from them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::condition::{self, ObjectCondition};
use super::taint_of;
use crate::sandbox::kubernetes::store::metadata;

/// A kubelet that is well.
pub const READY: ObjectCondition<'static> = ObjectCondition {
    kind: "Ready",
    status: "True",
    reason: "KubeletReady",
    message: "kubelet is posting ready status",
};

/// What a kubelet says that has enough of everything.
const PLENTY: [ObjectCondition<'static>; 3] = [
    ObjectCondition {
        kind: "MemoryPressure",
        status: "False",
        reason: "KubeletHasSufficientMemory",
        message: "kubelet has sufficient memory available",
    },
    ObjectCondition {
        kind: "DiskPressure",
        status: "False",
        reason: "KubeletHasNoDiskPressure",
        message: "kubelet has no disk pressure",
    },
    ObjectCondition {
        kind: "PIDPressure",
        status: "False",
        reason: "KubeletHasSufficientPID",
        message: "kubelet has sufficient PID available",
    },
];

/// Taints of conditions that are true: condition and key; the effect is NoSchedule.
const TAINTS: [(&str, &str); 3] = [
    ("MemoryPressure", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "node.kubernetes.io/disk-pressure"),
    ("PIDPressure", "node.kubernetes.io/pid-pressure"),
];

const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

/// `True`, `False`, `Unknown`; empty without the condition.
pub fn ready_status(node: &Value) -> &str {
    condition::of(node, "Ready").and_then(|ready| ready["status"].as_str()).unwrap_or_default()
}

/// Types and statuses of all conditions: what changes when more than the clock goes on.
pub fn statuses(node: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = node["status"]["conditions"].as_array().into_iter().flatten();
    all.map(|one| (text(&one["type"]), format!("{}{}", text(&one["status"]), text(&one["reason"])))).collect()
}

/// Sets a condition, with a heartbeat when it is news.
pub fn set(node: &mut Value, wanted: &ObjectCondition<'_>, now: Timestamp) {
    let before = condition::of(node, wanted.kind).cloned();
    let entry = condition::set(node, wanted, now);
    if before.as_ref() != Some(entry) || entry["lastHeartbeatTime"].is_null() {
        entry["lastHeartbeatTime"] = metadata::time(now).into();
    }
}

/// Puts the conditions that are not there yet.
pub fn fill(node: &mut Value, now: Timestamp) {
    for plenty in &PLENTY {
        if condition::of(node, plenty.kind).is_none() {
            set(node, plenty, now);
        }
    }
}

/// Ends pressures that last no longer, `but` for one.
pub fn relieve(node: &mut Value, but: &str, now: Timestamp) {
    for plenty in PLENTY.iter().filter(|plenty| plenty.kind != but) {
        if condition::of(node, plenty.kind).is_some_and(|one| one["status"] != "False") {
            set(node, plenty, now);
        }
    }
}

/// The kubelet stopped talking: nothing is known any more.
pub fn unknown(node: &mut Value, now: Timestamp) {
    let message = "Kubelet stopped posting node status.";
    for kind in ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"] {
        let wanted = ObjectCondition { kind, status: "Unknown", reason: "NodeStatusUnknown", message };
        // The heartbeat stays the last that was heard.
        condition::set(node, &wanted, now);
    }
}

/// All conditions are reported again.
pub fn heartbeat(node: &mut Value, now: Timestamp) {
    let time = metadata::time(now);
    let all = node["status"]["conditions"].as_array_mut().into_iter().flatten();
    for one in all {
        one["lastHeartbeatTime"] = time.clone().into();
    }
}

/// Puts and takes the taints that follow from conditions and from being cordoned.
pub fn taint(node: &mut Value, now: Timestamp) {
    let (no_schedule, no_execute) = ("NoSchedule", "NoExecute");
    let ready = ready_status(node).to_owned();
    let mut wanted: Vec<(&str, &str, bool)> = Vec::new();
    for effect in [no_schedule, no_execute] {
        wanted.push((NOT_READY, effect, ready == "False"));
        wanted.push((UNREACHABLE, effect, ready == "Unknown"));
    }
    for (kind, key) in TAINTS {
        wanted.push((key, no_schedule, condition::holds(node, kind)));
    }
    wanted.push(("node.kubernetes.io/unschedulable", no_schedule, node["spec"]["unschedulable"] == true));
    let before = node["spec"]["taints"].as_array().cloned().unwrap_or_default();
    let mut taints = before.clone();
    for (key, effect, there) in wanted {
        let at = taints.iter().position(|taint| taint["key"] == key && taint["effect"] == effect);
        match (at, there) {
            (None, true) => taints.push(taint_of(key, effect, now)),
            (Some(at), false) => {
                taints.remove(at);
            }
            _ => {}
        }
    }
    if taints == before {
        return;
    }
    let spec = metadata::section(node, "spec");
    if taints.is_empty() {
        spec.remove("taints");
    } else {
        spec.insert("taints".to_owned(), json!(taints));
    }
}
