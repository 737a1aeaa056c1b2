//! Selectors: of labels (`matchLabels`, `matchExpressions`) and of nodes (`nodeSelectorTerms`).

use std::collections::BTreeMap;

use serde_json::Value;

/// Labels of an object.
pub type Labels = BTreeMap<String, String>;

/// The labels under `object.metadata`, or of a template.
#[must_use]
pub fn labels_of(object: &Value) -> Labels {
    strings(&object["metadata"]["labels"])
}

/// A JSON map of strings.
#[must_use]
pub fn strings(map: &Value) -> Labels {
    let pairs = map.as_object().into_iter().flatten();
    pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// How a requirement compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectorOperator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    /// Integers, nodes alone.
    Gt,
    /// Integers, nodes alone.
    Lt,
}

/// One requirement: `key operator values`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermRequirement {
    pub key: String,
    pub operator: SelectorOperator,
    pub values: Vec<String>,
}

impl TermRequirement {
    /// Reads `{key, operator, values}`; `None` with an operator that Kubernetes does not have.
    #[must_use]
    pub fn read(expression: &Value) -> Option<Self> {
        let operator = match expression["operator"].as_str()? {
            "In" => SelectorOperator::In,
            "NotIn" => SelectorOperator::NotIn,
            "Exists" => SelectorOperator::Exists,
            "DoesNotExist" => SelectorOperator::DoesNotExist,
            "Gt" => SelectorOperator::Gt,
            "Lt" => SelectorOperator::Lt,
            _ => return None,
        };
        let values = expression["values"].as_array().into_iter().flatten();
        Some(Self {
            key: expression["key"].as_str()?.to_owned(),
            operator,
            values: values.filter_map(|value| value.as_str().map(str::to_owned)).collect(),
        })
    }

    /// Whether it holds of a label's value, `None` being a label that is not there.
    #[must_use]
    pub fn holds(&self, value: Option<&str>) -> bool {
        let number = |text: &str| text.parse::<i64>().ok();
        let compares = |greater: bool| {
            let (Some(mine), [bound]) = (value.and_then(number), self.values.as_slice()) else { return false };
            number(bound).is_some_and(|bound| if greater { mine > bound } else { mine < bound })
        };
        match self.operator {
            SelectorOperator::In => value.is_some_and(|value| self.values.iter().any(|one| one == value)),
            SelectorOperator::NotIn => value.is_none_or(|value| self.values.iter().all(|one| one != value)),
            SelectorOperator::Exists => value.is_some(),
            SelectorOperator::DoesNotExist => value.is_none(),
            SelectorOperator::Gt => compares(true),
            SelectorOperator::Lt => compares(false),
        }
    }
}

/// A label selector, as workloads, budgets and spread constraints have it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatchSelector {
    requirements: Vec<TermRequirement>,
    /// A selector that is not there (`null`) selects nothing; an empty one everything.
    nothing: bool,
}

impl MatchSelector {
    /// Reads a `LabelSelector`. One with an operator that is unknown selects nothing.
    #[must_use]
    pub fn read(selector: &Value) -> Self {
        if selector.is_null() {
            return Self { requirements: Vec::new(), nothing: true };
        }
        let mut requirements: Vec<TermRequirement> = strings(&selector["matchLabels"])
            .into_iter()
            .map(|(key, value)| TermRequirement { key, operator: SelectorOperator::In, values: vec![value] })
            .collect();
        let expressions = selector["matchExpressions"].as_array().map_or(&[][..], Vec::as_slice);
        let read: Vec<TermRequirement> = expressions.iter().filter_map(TermRequirement::read).collect();
        let nothing = read.len() != expressions.len();
        requirements.extend(read);
        Self { requirements, nothing }
    }

    /// Adds `key = value`.
    pub fn require(&mut self, key: &str, value: &str) {
        let values = vec![value.to_owned()];
        self.requirements.push(TermRequirement { key: key.to_owned(), operator: SelectorOperator::In, values });
    }

    /// Whether it selects an object with `labels`.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        !self.nothing && self.requirements.iter().all(|one| one.holds(labels.get(&one.key).map(String::as_str)))
    }

    /// Whether it selects an object whose labels are this JSON map.
    #[must_use]
    pub fn matches_json(&self, labels: &Value) -> bool {
        !self.nothing && self.requirements.iter().all(|one| one.holds(labels.get(&one.key).and_then(Value::as_str)))
    }

    /// Whether it selects everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.nothing && self.requirements.is_empty()
    }

    /// As it is written in `status.selector` of a scale: `app=web,tier in (a,b)`.
    #[must_use]
    pub fn written(&self) -> String {
        let one = |one: &TermRequirement| match (one.operator, one.values.as_slice()) {
            (SelectorOperator::In, [value]) => format!("{}={value}", one.key),
            (SelectorOperator::In, values) => format!("{} in ({})", one.key, values.join(",")),
            (SelectorOperator::NotIn, values) => format!("{} notin ({})", one.key, values.join(",")),
            (SelectorOperator::Exists, _) => one.key.clone(),
            (SelectorOperator::DoesNotExist, _) => format!("!{}", one.key),
            (SelectorOperator::Gt, values) => format!("{}>{}", one.key, values.join(",")),
            (SelectorOperator::Lt, values) => format!("{}<{}", one.key, values.join(",")),
        };
        self.requirements.iter().map(one).collect::<Vec<_>>().join(",")
    }
}

/// One term of a node selector: all of it must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeTerm {
    pub labels: Vec<TermRequirement>,
    /// On fields; `metadata.name` is the one there is.
    pub fields: Vec<TermRequirement>,
    /// Something in it could not be read: it selects no node.
    broken: bool,
}

impl NodeTerm {
    /// Reads a `NodeSelectorTerm`.
    #[must_use]
    pub fn read(term: &Value) -> Self {
        let list = |name: &str| {
            let all = term[name].as_array().map_or(&[][..], Vec::as_slice);
            let read: Vec<TermRequirement> = all.iter().filter_map(TermRequirement::read).collect();
            let whole = read.len() == all.len();
            (read, whole)
        };
        let ((labels, first), (fields, second)) = (list("matchExpressions"), list("matchFields"));
        Self { labels, fields, broken: !(first && second) }
    }

    /// Whether a node called `name` with `labels` satisfies it; a term without any requirement selects no node.
    #[must_use]
    pub fn matches(&self, name: &str, labels: &Labels) -> bool {
        if self.broken || (self.labels.is_empty() && self.fields.is_empty()) {
            return false;
        }
        let field = |one: &TermRequirement| one.holds((one.key == "metadata.name").then_some(name));
        self.labels.iter().all(|one| one.holds(labels.get(&one.key).map(String::as_str)))
            && self.fields.iter().all(field)
    }

    /// The names that it asks for, when it asks for names.
    #[must_use]
    pub fn names(&self) -> Option<&[String]> {
        let asks = |one: &&TermRequirement| one.key == "metadata.name" && one.operator == SelectorOperator::In;
        self.fields.iter().find(asks).map(|one| one.values.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_selector_selects_as_upstream() {
        let web = labels(&[("app", "web"), ("tier", "front")]);
        let check = |selector: Value, expected: bool| {
            assert_eq!(MatchSelector::read(&selector).matches(&web), expected, "{selector}");
        };
        check(json!({"matchLabels": {"app": "web"}}), true);
        check(json!({"matchLabels": {"app": "api"}}), false);
        check(json!({}), true);
        check(Value::Null, false);
        check(json!({"matchExpressions": [{"key": "tier", "operator": "In", "values": ["front", "back"]}]}), true);
        check(json!({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}), true);
        check(json!({"matchExpressions": [{"key": "zone", "operator": "Exists"}]}), false);
        check(json!({"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]}), true);
        check(json!({"matchExpressions": [{"key": "zone", "operator": "Near"}]}), false);
        let written = MatchSelector::read(
            &json!({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "x", "operator": "Exists"}]}),
        );
        assert_eq!(written.written(), "app=web,x");
    }

    #[test]
    fn a_node_term_knows_every_operator() {
        let node = labels(&[("cpu", "8"), ("zone", "a")]);
        let check = |term: Value, expected: bool| {
            assert_eq!(NodeTerm::read(&term).matches("node-1", &node), expected, "{term}");
        };
        let one = |key: &str, operator: &str, values: &[&str]| json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]});
        check(one("cpu", "Gt", &["7"]), true);
        check(one("cpu", "Gt", &["8"]), false);
        check(one("cpu", "Lt", &["9"]), true);
        check(one("none", "Lt", &["9"]), false);
        check(one("zone", "In", &["a", "b"]), true);
        check(one("zone", "NotIn", &["a"]), false);
        check(one("none", "NotIn", &["a"]), true);
        check(one("zone", "Exists", &[]), true);
        check(one("zone", "DoesNotExist", &[]), false);
        check(json!({}), false);
        check(json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node-1"]}]}), true);
        check(json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node-2"]}]}), false);
    }
}
