//! Label selectors, as text in a query and as an object in a spec.

mod parse;

use serde_json::Value;

/// Which labels an object must have. An empty one accepts everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: SelectorOperator,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SelectorOperator {
    In,
    NotIn,
    Exists,
    Missing,
    Greater,
    Less,
}

impl LabelSelector {
    /// Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        parse::requirements(text).map(|requirements| Self { requirements })
    }

    /// Reads a `metav1.LabelSelector`. None accepts nothing, as upstream: `None` is returned for it
    /// and for one with an unknown operator.
    pub fn of(selector: &Value) -> Option<Self> {
        selector.as_object()?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut requirements = Vec::new();
        for (key, value) in selector["matchLabels"].as_object().into_iter().flatten() {
            requirements.push(Requirement {
                key: key.clone(),
                operator: SelectorOperator::In,
                values: vec![text(value)?],
            });
        }
        for expression in selector["matchExpressions"].as_array().into_iter().flatten() {
            let operator = match expression["operator"].as_str()? {
                "In" => SelectorOperator::In,
                "NotIn" => SelectorOperator::NotIn,
                "Exists" => SelectorOperator::Exists,
                "DoesNotExist" => SelectorOperator::Missing,
                _ => return None,
            };
            let values = expression["values"].as_array().into_iter().flatten().filter_map(text).collect();
            requirements.push(Requirement { key: text(&expression["key"])?, operator, values });
        }
        Some(Self { requirements })
    }

    /// Whether it accepts everything.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether an object's labels are accepted.
    pub fn accepts(&self, object: &Value) -> bool {
        let labels = &object["metadata"]["labels"];
        self.requirements.iter().all(|requirement| requirement.holds(labels))
    }
}

impl Requirement {
    fn holds(&self, labels: &Value) -> bool {
        let value = labels.get(&self.key).and_then(Value::as_str);
        let among = |value: &str| self.values.iter().any(|other| other == value);
        let limit = || self.values.first().and_then(|value| value.parse::<i64>().ok());
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match self.operator {
            SelectorOperator::In => value.is_some_and(among),
            SelectorOperator::NotIn => !value.is_some_and(among),
            SelectorOperator::Exists => value.is_some(),
            SelectorOperator::Missing => value.is_none(),
            SelectorOperator::Greater => matches!((number(), limit()), (Some(number), Some(limit)) if number > limit),
            SelectorOperator::Less => matches!((number(), limit()), (Some(number), Some(limit)) if number < limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accepts(selector: &str, labels: &Value) -> bool {
        LabelSelector::parse(selector).unwrap().accepts(&json!({"metadata": {"labels": labels}}))
    }

    #[test]
    fn the_whole_syntax_is_read() {
        let labels = json!({"app": "web", "tier": "front", "n": "7", "karpenter.sh/nodepool": "general"});
        for (selector, expected) in [
            ("", true),
            ("app=web", true),
            ("app==web,tier!=back", true),
            ("app!=web", false),
            ("app in (api, web),tier notin (back)", true),
            ("app in (api)", false),
            ("missing notin (x)", true),
            ("missing!=x", true),
            ("app,!missing", true),
            ("!app", false),
            ("n>6,n<8", true),
            ("n>7", false),
            ("karpenter.sh/nodepool = general", true),
            ("app=", false),
            ("app in (web,)", true),
        ] {
            assert_eq!(accepts(selector, &labels), expected, "{selector}");
        }
    }

    #[test]
    fn what_is_no_selector_is_refused() {
        for text in ["app in", "app in web", "=web", "a b", "app in (a", ",a", "a,,b", "a,", "n>x", "a!b", "a()"] {
            assert!(LabelSelector::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_object_selects_as_a_text_does() {
        let selector = json!({"matchLabels": {"app": "web"}, "matchExpressions": [
            {"key": "tier", "operator": "NotIn", "values": ["back"]},
            {"key": "gone", "operator": "DoesNotExist"},
        ]});
        let selector = LabelSelector::of(&selector).unwrap();
        assert!(selector.accepts(&json!({"metadata": {"labels": {"app": "web"}}})));
        assert!(!selector.accepts(&json!({"metadata": {"labels": {"app": "web", "tier": "back"}}})));
        assert!(!selector.accepts(&json!({"metadata": {}})));
        assert!(LabelSelector::of(&json!({})).unwrap().is_empty());
        assert_eq!(LabelSelector::of(&Value::Null), None);
    }
}
