//! Which objects of a kind a list is asked for.

use serde_json::Value;

use crate::domain::console::encoded;

/// Which objects of a kind. What is not said narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::kube) struct Chosen {
    /// Of one namespace alone.
    namespace: Option<String>,
    fields: Vec<(&'static str, String)>,
    /// A selector of labels, as the API takes it.
    labels: Option<String>,
}

impl Chosen {
    /// All that there are.
    pub(in crate::kube) fn all() -> Self {
        Self::default()
    }

    /// Those of a namespace; of all where it is empty.
    pub(in crate::kube) fn within(namespace: &str) -> Self {
        Self { namespace: (!namespace.is_empty()).then(|| namespace.to_owned()), ..Self::default() }
    }

    /// The one of this name. A list of it needs no other right than the list of all, and says with no error that it is
    /// not there. Every kind is listed by its name (Kubernetes, "Field Selectors").
    pub(in crate::kube) fn named(namespace: &str, name: &str) -> Self {
        Self::within(namespace).with_field("metadata.name", name)
    }

    /// Those of which a field is this.
    pub(in crate::kube) fn with_field(mut self, field: &'static str, value: &str) -> Self {
        self.fields.push((field, value.to_owned()));
        self
    }

    /// Those whose labels a selector fits.
    pub(in crate::kube) fn with_labels(self, selector: String) -> Self {
        Self { labels: Some(selector), ..self }
    }

    pub(super) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The parameters that say it, in the order of the API's documents.
    pub(super) fn parameters(&self) -> Vec<String> {
        let mut all = Vec::new();
        if !self.fields.is_empty() {
            // Values are names, in which nothing of a selector's own can stand.
            let terms: Vec<String> = self.fields.iter().map(|(field, value)| format!("{field}={value}")).collect();
            all.push(format!("fieldSelector={}", encoded(&terms.join(","))));
        }
        all.extend(self.labels.as_ref().map(|labels| format!("labelSelector={}", encoded(labels))));
        all
    }
}

/// A `LabelSelector` of an object (`spec.selector`), as a list takes it; none where it cannot be read, or chooses
/// nothing in particular.
pub(in crate::kube) fn selector(of: &Value) -> Option<String> {
    let mut terms = Vec::new();
    for (key, value) in of.get("matchLabels").and_then(Value::as_object).into_iter().flatten() {
        terms.push(format!("{key}={}", value.as_str()?));
    }
    for one in of.get("matchExpressions").and_then(Value::as_array).into_iter().flatten() {
        let key = one.get("key")?.as_str()?;
        let values = one.get("values").and_then(Value::as_array);
        let values: Option<Vec<&str>> = values.into_iter().flatten().map(Value::as_str).collect();
        let values = values?.join(",");
        terms.push(match one.get("operator")?.as_str()? {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            _ => return None,
        });
    }
    (!terms.is_empty()).then(|| terms.join(","))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_selector_is_said_as_a_list_takes_it() {
        let all = json!({
            "matchLabels": { "app": "web" },
            "matchExpressions": [
                { "key": "tier", "operator": "In", "values": ["a", "b"] },
                { "key": "old", "operator": "NotIn", "values": ["yes"] },
                { "key": "live", "operator": "Exists" },
                { "key": "dead", "operator": "DoesNotExist" },
            ],
        });
        assert_eq!(selector(&all).as_deref(), Some("app=web,tier in (a,b),old notin (yes),live,!dead"));
        // What is not understood must not choose more than was meant.
        for odd in [
            json!({}),
            json!(null),
            json!({ "matchLabels": { "app": 1 } }),
            json!({ "matchLabels": { "app": "web" }, "matchExpressions": [{ "key": "a", "operator": "Gt" }] }),
            json!({ "matchLabels": { "app": "web" }, "matchExpressions": [{ "operator": "Exists" }] }),
            json!({ "matchExpressions": [{ "key": "a", "operator": "In", "values": [1] }] }),
        ] {
            assert_eq!(selector(&odd), None, "{odd}");
        }
    }

    #[test]
    fn what_is_chosen_stands_escaped_in_the_address() {
        let chosen = Chosen::named("shop", "web").with_labels("a in (b,c)".into());
        let expected = ["fieldSelector=metadata.name%3Dweb", "labelSelector=a%20in%20%28b%2Cc%29"];
        assert_eq!(
            (chosen.namespace(), chosen.parameters().as_slice()),
            (Some("shop"), expected.map(str::to_owned).as_slice())
        );
        let events =
            Chosen::within("default").with_field("involvedObject.kind", "Node").with_field("involvedObject.name", "n");
        let expected = "fieldSelector=involvedObject.kind%3DNode%2CinvolvedObject.name%3Dn";
        assert_eq!(events.parameters(), [expected]);
        assert_eq!((Chosen::within(""), Chosen::all().parameters()), (Chosen::all(), Vec::new()));
    }
}
