//! Taints and what tolerates them.

use serde_json::Value;

/// What a taint does to pods that do not tolerate it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaintEffect {
    NoSchedule,
    PreferNoSchedule,
    NoExecute,
}

impl TaintEffect {
    fn read(text: &str) -> Option<Self> {
        match text {
            "NoSchedule" => Some(Self::NoSchedule),
            "PreferNoSchedule" => Some(Self::PreferNoSchedule),
            "NoExecute" => Some(Self::NoExecute),
            _ => None,
        }
    }
}

/// A taint of a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Taint {
    pub key: String,
    pub value: String,
    pub effect: TaintEffect,
}

impl Taint {
    /// Reads a list of taints; one with an effect that is unknown is left out.
    #[must_use]
    pub fn read_all(list: &Value) -> Vec<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let read = |taint: &Value| {
            Some(Self {
                key: text(&taint["key"]),
                value: text(&taint["value"]),
                effect: TaintEffect::read(taint["effect"].as_str()?)?,
            })
        };
        list.as_array().into_iter().flatten().filter_map(read).collect()
    }

    /// Whether it keeps pods out.
    #[must_use]
    pub fn repels(&self) -> bool {
        matches!(self.effect, TaintEffect::NoSchedule | TaintEffect::NoExecute)
    }
}

/// A toleration of a pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Toleration {
    /// Empty with `exists`: every key.
    pub key: String,
    pub exists: bool,
    pub value: String,
    /// `None`: every effect.
    pub effect: Option<TaintEffect>,
    /// How long a `NoExecute` taint is tolerated; `None`: for ever.
    pub seconds: Option<i64>,
}

impl Toleration {
    /// Reads a list of tolerations.
    #[must_use]
    pub fn read_all(list: &Value) -> Vec<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let read = |one: &Value| Self {
            key: text(&one["key"]),
            exists: one["operator"] == "Exists",
            value: text(&one["value"]),
            effect: one["effect"].as_str().and_then(TaintEffect::read),
            seconds: one["tolerationSeconds"].as_i64(),
        };
        list.as_array().into_iter().flatten().map(read).collect()
    }

    /// Whether it tolerates `taint`.
    #[must_use]
    pub fn tolerates(&self, taint: &Taint) -> bool {
        self.effect.is_none_or(|effect| effect == taint.effect)
            && (self.key.is_empty() && self.exists || self.key == taint.key)
            && (self.exists || self.value == taint.value)
    }
}

/// The first taint that keeps a pod with `tolerations` out.
#[must_use]
pub fn untolerated<'a>(taints: &'a [Taint], tolerations: &[Toleration]) -> Option<&'a Taint> {
    taints.iter().find(|taint| taint.repels() && !tolerations.iter().any(|one| one.tolerates(taint)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tolerations_match_as_upstream() {
        let taints = Taint::read_all(&json!([{"key": "team", "value": "data", "effect": "NoSchedule"}]));
        let check = |toleration: Value, tolerated: bool| {
            let tolerations = Toleration::read_all(&json!([toleration]));
            assert_eq!(untolerated(&taints, &tolerations).is_none(), tolerated, "{toleration}");
        };
        check(json!({"key": "team", "value": "data", "effect": "NoSchedule"}), true);
        check(json!({"key": "team", "operator": "Equal", "value": "web"}), false);
        check(json!({"key": "team", "operator": "Exists"}), true);
        check(json!({"operator": "Exists"}), true);
        check(json!({"key": "team", "operator": "Exists", "effect": "NoExecute"}), false);
        check(json!({"key": "other", "operator": "Exists"}), false);
        assert!(untolerated(&Taint::read_all(&json!([{"key": "a", "effect": "PreferNoSchedule"}])), &[]).is_none());
    }
}
