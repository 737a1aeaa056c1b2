//! The names that Karpenter's objects and its labels go by, and what they say.

use crate::sandbox::kubernetes::scheduler::taint::{Taint, TaintEffect};
use serde_json::{Value, json};

/// The finalizer of its nodes and claims.
pub const FINALIZER: &str = "karpenter.sh/termination";
pub const POOL: &str = "karpenter.sh/nodepool";
pub const CLASS: &str = "karpenter.k8s.aws/ec2nodeclass";
pub const CAPACITY_TYPE: &str = "karpenter.sh/capacity-type";
pub const ZONE: &str = "topology.kubernetes.io/zone";
pub const INSTANCE_TYPE: &str = "node.kubernetes.io/instance-type";
pub const ARCH: &str = "kubernetes.io/arch";
pub const HOST_NAME: &str = "kubernetes.io/hostname";
pub const REGISTERED: &str = "karpenter.sh/registered";
pub const INITIALIZED: &str = "karpenter.sh/initialized";
pub const DO_NOT_DISRUPT: &str = "karpenter.sh/do-not-disrupt";
/// When all pods of a terminating node are deleted, come what may.
pub const TERMINATES_AT: &str = "karpenter.sh/nodeclaim-termination-timestamp";
pub const POOL_HASH: &str = "karpenter.sh/nodepool-hash";
pub const POOL_HASH_VERSION: &str = "karpenter.sh/nodepool-hash-version";
pub const CLASS_HASH: &str = "karpenter.k8s.aws/ec2nodeclass-hash";
pub const CLASS_HASH_VERSION: &str = "karpenter.k8s.aws/ec2nodeclass-hash-version";
pub const UNREGISTERED_TAINT: &str = "karpenter.sh/unregistered";
pub const DISRUPTED_TAINT: &str = "karpenter.sh/disrupted";

/// The taint of a node that is on its way out.
pub fn disrupted() -> Value {
    json!({ "key": DISRUPTED_TAINT, "effect": "NoSchedule" })
}

/// `key=value:TaintEffect`, as messages have it.
pub fn taint_text(taint: &Taint) -> String {
    let effect = match taint.effect {
        TaintEffect::NoSchedule => "NoSchedule",
        TaintEffect::PreferNoSchedule => "PreferNoSchedule",
        TaintEffect::NoExecute => "NoExecute",
    };
    if taint.value.is_empty() {
        format!("{}:{effect}", taint.key)
    } else {
        format!("{}={}:{effect}", taint.key, taint.value)
    }
}

/// Adds taints to those of a node that has none of the same key and effect.
pub fn add_taints(node: &mut Value, taints: Option<&Value>) {
    let Some(new) = taints.and_then(Value::as_array) else { return };
    let list = &mut node["spec"]["taints"];
    if !list.is_array() {
        *list = json!([]);
    }
    let Some(list) = list.as_array_mut() else { return };
    for one in new {
        if !list.iter().any(|known| known["key"] == one["key"] && known["effect"] == one["effect"]) {
            list.push(one.clone());
        }
    }
}

/// Removes the taints of a key.
pub fn remove_taint(node: &mut Value, key: &str) {
    if let Some(list) = node.pointer_mut("/spec/taints").and_then(Value::as_array_mut) {
        list.retain(|one| one["key"] != key);
        if list.is_empty()
            && let Some(spec) = node["spec"].as_object_mut()
        {
            spec.remove("taints");
        }
    }
}

/// Whether a node has a taint of the key.
pub fn has_taint(node: &Value, key: &str) -> bool {
    node.pointer("/spec/taints").and_then(Value::as_array).is_some_and(|list| list.iter().any(|one| one["key"] == key))
}

/// Whether a node's Ready condition is true.
pub fn is_ready(node: &Value) -> bool {
    super::condition::is_true(node, "Ready")
}

/// Sets a text at `metadata.{part}.{key}`.
pub fn mark(object: &mut Value, part: &str, key: &str, value: &str) {
    let list = &mut object["metadata"][part];
    if !list.is_object() {
        *list = json!({});
    }
    list[key] = value.into();
}

/// `message (key=value, …)` with the keys in order: how Karpenter wraps what belongs to an error.
pub fn wrapped(message: &str, values: &[(&str, &str)]) -> String {
    let mut values = values.to_vec();
    values.sort_unstable();
    let values: Vec<String> = values.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("{message} ({})", values.join(", "))
}

/// With a capital first letter.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The first 300 bytes of a message.
pub fn shortened(text: &str) -> String {
    if text.len() < 300 {
        return text.to_owned();
    }
    let end = (0..=300).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}...", &text[..end])
}

/// FNV-1a of a JSON text, as the hash that tells a changed template.
pub fn hash(value: &Value) -> String {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in value.to_string().bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    state.to_string()
}
