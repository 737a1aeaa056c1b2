//! Field selectors: only the fields that upstream indexes can be asked for.

use std::borrow::Cow;

use serde_json::Value;

use super::super::resources::{Resource, Served};
use super::ApiRefusal;

/// Which fields an object must have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct FieldSelector {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    /// As the stored object has it.
    path: String,
    value: String,
    equal: bool,
}

impl FieldSelector {
    /// Reads `metadata.name=a,status.phase!=Running`.
    ///
    /// # Errors
    /// 400 when it is none, or asks for a field that this kind does not offer.
    pub(super) fn parse(text: &str, served: &Served) -> Result<Self, ApiRefusal> {
        let mut terms = Vec::new();
        for term in split(text) {
            let (field, value, equal) = if let Some((field, value)) = term.split_once("!=") {
                (field, value, false)
            } else if let Some((field, value)) = term.split_once("==") {
                (field, value, true)
            } else if let Some((field, value)) = term.split_once('=') {
                (field, value, true)
            } else {
                return Err(ApiRefusal::bad_request(&format!("invalid selector: '{text}'; can't understand '{term}'")));
            };
            let path = path(served, field)
                .ok_or_else(|| ApiRefusal::bad_request(&format!("field label not supported: {field}")))?;
            terms.push(Term { path: path.into_owned(), value: unescape(value), equal });
        }
        Ok(Self { terms })
    }

    /// Whether it accepts everything.
    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a stored object is accepted.
    pub(super) fn accepts(&self, object: &Value) -> bool {
        self.terms.iter().all(|term| (read(object, &term.path) == term.value) == term.equal)
    }
}

/// The field of the stored object that a selector's field stands for.
fn path<'a>(served: &Served, field: &'a str) -> Option<Cow<'a, str>> {
    if field == "metadata.name" || (field == "metadata.namespace" && served.namespaced) {
        return Some(Cow::Borrowed(field));
    }
    let known = match served.resource {
        Resource::Pods => {
            matches!(
                field,
                "spec.nodeName"
                    | "spec.restartPolicy"
                    | "spec.schedulerName"
                    | "spec.serviceAccountName"
                    | "spec.hostNetwork"
                    | "status.phase"
                    | "status.podIP"
                    | "status.nominatedNodeName"
            )
        }
        Resource::Nodes => field == "spec.unschedulable",
        Resource::Namespaces => field == "status.phase",
        Resource::ReplicaSets => field == "status.replicas",
        Resource::Jobs => field == "status.successful",
        Resource::Events => return event_path(served, field),
        _ => false,
    };
    known.then_some(Cow::Borrowed(field))
}

fn event_path<'a>(served: &Served, field: &'a str) -> Option<Cow<'a, str>> {
    if served.group() == "events.k8s.io" {
        if let Some(rest) = field.strip_prefix("regarding.") {
            return Some(Cow::Owned(format!("involvedObject.{rest}")));
        }
        return match field {
            "reason" | "type" => Some(Cow::Borrowed(field)),
            "reportingController" => Some(Cow::Borrowed("source")),
            _ => None,
        };
    }
    let known = matches!(
        field,
        "involvedObject.kind"
            | "involvedObject.namespace"
            | "involvedObject.name"
            | "involvedObject.uid"
            | "involvedObject.apiVersion"
            | "involvedObject.resourceVersion"
            | "involvedObject.fieldPath"
            | "reason"
            | "reportingComponent"
            | "source"
            | "type"
    );
    known.then_some(Cow::Borrowed(field))
}

/// A field as text; one that is not there is empty, a switch that is not there is off.
fn read<'a>(object: &'a Value, path: &str) -> Cow<'a, str> {
    if path == "source" {
        let component = object["source"]["component"].as_str().filter(|component| !component.is_empty());
        return Cow::Borrowed(component.or(object["reportingComponent"].as_str()).unwrap_or_default());
    }
    let value = path.split('.').try_fold(object, |value, part| value.get(part));
    match value {
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(Value::Null) | None if matches!(path, "spec.unschedulable" | "spec.hostNetwork") => Cow::Borrowed("false"),
        Some(Value::Null) | None if path == "status.replicas" => Cow::Borrowed("0"),
        Some(Value::Null) | None => Cow::Borrowed(""),
        Some(other) => Cow::Owned(other.to_string()),
    }
}

/// The terms between commas that no backslash stands before.
fn split(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => {
                terms.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    terms.push(&text[start..]);
    terms.retain(|term| !term.trim().is_empty());
    terms
}

fn unescape(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut escaped = false;
    for letter in value.chars() {
        if letter == '\\' && !escaped {
            escaped = true;
        } else {
            plain.push(letter);
            escaped = false;
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::resources::find;
    use super::*;

    #[test]
    fn pods_are_found_by_node_and_phase() {
        let pods = Resource::Pods.served();
        let pod = json!({"metadata": {"name": "a", "namespace": "b"}, "spec": {"nodeName": "n"}, "status": {"phase": "Running"}});
        for (text, accepted) in [
            ("spec.nodeName=n,status.phase!=Pending", true),
            ("spec.nodeName==n,metadata.namespace=b", true),
            ("spec.nodeName=", false),
            ("spec.hostNetwork=false", true),
            ("", true),
        ] {
            assert_eq!(FieldSelector::parse(text, pods).unwrap().accepts(&pod), accepted, "{text}");
        }
        let refused = FieldSelector::parse("spec.priority=1", pods).unwrap_err();
        assert_eq!((refused.code(), refused.message()), (400, "field label not supported: spec.priority"));
    }

    #[test]
    fn an_event_is_found_in_both_groups() {
        let event = json!({"involvedObject": {"kind": "Pod", "name": "a"}, "source": {"component": "kubelet"}, "type": "Warning"});
        let core = Resource::Events.served();
        let other = find("events.k8s.io", "v1", "events").unwrap();
        assert!(FieldSelector::parse("involvedObject.kind=Pod,source=kubelet", core).unwrap().accepts(&event));
        assert!(FieldSelector::parse("regarding.name=a,type=Warning", other).unwrap().accepts(&event));
        assert!(FieldSelector::parse("regarding.name=a", core).is_err());
    }
}
