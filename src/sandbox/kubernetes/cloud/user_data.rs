//! What an instance tells its kubelet when it boots.

use crate::sandbox::kubernetes::store::metadata;
use serde_json::{Value, json};

/// What the user data of an instance says to its kubelet (`--node-labels`, `--register-with-taints`): the node has it
/// from the moment at which it registers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserData {
    pub labels: Vec<(&'static str, String)>,
    pub taints: Vec<Value>,
}

impl UserData {
    /// That of Karpenter's instances: nothing is put on the node before Karpenter has seen it.
    #[must_use]
    pub fn of_karpenter() -> Self {
        Self { labels: Vec::new(), taints: vec![json!({ "key": "karpenter.sh/unregistered", "effect": "NoExecute" })] }
    }

    /// The value of a label.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| *label == name).map(|(_, value)| value.as_str())
    }

    /// Puts labels and taints on a node that registers.
    pub fn apply(&self, node: &mut Value) {
        for (label, value) in &self.labels {
            node["metadata"]["labels"][label] = value.as_str().into();
        }
        if self.taints.is_empty() {
            return;
        }
        let taints = metadata::section(node, "spec").entry("taints").or_insert_with(|| json!([]));
        if let Value::Array(taints) = taints {
            taints.extend(self.taints.iter().cloned());
        }
    }
}
