//! An object of an API server, whole, as a plan or a look stands on it.

use serde_json::{Value, json};

use crate::domain::text::clean;

/// An object as the API server has it.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiObject {
    value: Value,
}

/// A controller or a tool that writes fields of an object (`metadata.managedFields`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldManager {
    /// `kubectl-client-side-apply`, `argocd-controller`, `kube-controller-manager`.
    pub name: String,
    /// `Apply` or `Update`.
    pub operation: String,
}

impl ApiObject {
    /// An object of its JSON.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Self { value }
    }

    /// All of it.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What stands at a JSON pointer (`/spec/replicas`).
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// A text of it; empty where there is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// A text of it, for people: whoever has written it may have written anything.
    #[must_use]
    pub fn said(&self, pointer: &str) -> String {
        clean(self.text(pointer))
    }

    /// A number of it.
    #[must_use]
    pub fn number(&self, pointer: &str) -> Option<i64> {
        self.at(pointer).and_then(Value::as_i64)
    }

    /// `metadata.uid`, which no other object ever has.
    #[must_use]
    pub fn uid(&self) -> &str {
        self.text("/metadata/uid")
    }

    /// A label or an annotation.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        self.value.get("metadata")?.get("labels")?.get(key)?.as_str()
    }

    /// An annotation.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.value.get("metadata")?.get("annotations")?.get(key)?.as_str()
    }

    /// Whether it was told to go.
    #[must_use]
    pub fn is_going(&self) -> bool {
        self.at("/metadata/deletionTimestamp").is_some_and(|at| !at.is_null())
    }

    /// Kind and name of what controls it (`ownerReferences` with `controller`).
    #[must_use]
    pub fn controller(&self) -> Option<(&str, &str)> {
        let owners = self.at("/metadata/ownerReferences")?.as_array()?;
        let owner = owners.iter().find(|owner| owner.get("controller") == Some(&Value::Bool(true)))?;
        Some((owner.get("kind")?.as_str()?, owner.get("name")?.as_str()?))
    }

    /// Who has written a field, by the path of its names (`["spec", "replicas"]`; no name for whoever has written
    /// anything), as `metadata.managedFields` says; managers of subresources are not asked.
    #[must_use]
    pub fn managers(&self, path: &[&str]) -> Vec<FieldManager> {
        let Some(all) = self.at("/metadata/managedFields").and_then(Value::as_array) else { return Vec::new() };
        let writes = |entry: &&Value| {
            let fields = entry.get("fieldsV1");
            path.iter().try_fold(fields?, |at, name| at.get(format!("f:{name}"))).map(|_| ())
        };
        let of = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        all.iter()
            .filter(|entry| of(entry, "subresource").is_empty() && writes(entry).is_some())
            .map(|entry| FieldManager { name: of(entry, "manager"), operation: of(entry, "operation") })
            .collect()
    }
}

const GENERATION: &str = "/metadata/generation";

/// A JSON patch for an object: it is refused where the object is another one, or a value that it replaces is other than
/// it was read. The API server answers 422 then, and has changed nothing (RFC 6902, `test`).
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    steps: Vec<Value>,
}

impl Patch {
    /// Of this very object.
    #[must_use]
    pub fn of(object: &ApiObject) -> Self {
        Self { steps: vec![step("test", "/metadata/uid", object.uid().into())] }
    }

    /// As long as a value, which is not changed, is what it was read to be: the plan stands on it.
    #[must_use]
    pub fn expect(mut self, object: &ApiObject, pointer: &str) -> Self {
        if let Some(known) = object.at(pointer) {
            self.test(pointer, known.clone());
        }
        self
    }

    /// Sets a value, if it is what it was read to be. What is not there is added: that it is absent cannot be tested, so
    /// that its parent is, where there is one, and the generation, where the object has one: it is another one with every
    /// other specification (Kubernetes, API conventions, "Metadata").
    #[must_use]
    pub fn set(mut self, object: &ApiObject, pointer: &str, value: Value) -> Self {
        if let Some(known) = object.at(pointer) {
            self.test(pointer, known.clone());
            self.steps.push(step("replace", pointer, value));
        } else {
            self.test_generation(object);
            let missing = self.test_parent(object, pointer);
            self.steps.extend(missing);
            self.steps.push(step("add", pointer, value));
        }
        self
    }

    /// Takes a value away, if it is what it was read to be.
    #[must_use]
    pub fn remove(mut self, object: &ApiObject, pointer: &str) -> Self {
        if let Some(known) = object.at(pointer) {
            self.test(pointer, known.clone());
            self.steps.push(json!({ "op": "remove", "path": pointer }));
        }
        self
    }

    /// As the API server takes it.
    #[must_use]
    pub fn text(&self) -> String {
        ascii(&Value::Array(self.steps.clone()))
    }

    fn test(&mut self, pointer: &str, value: Value) {
        self.steps.push(step("test", pointer, value));
    }

    fn test_generation(&mut self, object: &ApiObject) {
        let Some(generation) = object.at(GENERATION) else { return };
        let test = step("test", GENERATION, generation.clone());
        if !self.steps.contains(&test) {
            self.steps.push(test);
        }
    }

    /// Tests the nearest ancestor that is there, and gives the steps that make those that are not.
    fn test_parent(&mut self, object: &ApiObject, pointer: &str) -> Vec<Value> {
        let mut made = Vec::new();
        let mut at = pointer;
        while let Some((parent, _)) = at.rsplit_once('/') {
            match object.at(parent) {
                // The whole object is another one with each heartbeat, and so is its metadata: the UID was tested.
                Some(_) if parent.is_empty() || parent == "/metadata" || parent == "/spec" => break,
                Some(known) => {
                    self.test(parent, known.clone());
                    break;
                }
                None => made.push(step("add", parent, json!({}))),
            }
            at = parent;
        }
        made.reverse();
        made
    }
}

/// A step of a patch that has a value.
fn step(op: &str, pointer: &str, value: Value) -> Value {
    let parts = [("op", Value::from(op)), ("path", Value::from(pointer)), ("value", value)];
    Value::Object(parts.into_iter().map(|(name, part)| (name.to_owned(), part)).collect())
}

/// JSON of printable ASCII alone, which is shown and pasted: what else a text holds stands in it as `\uXXXX` (RFC 8259,
/// section 7).
#[must_use]
pub fn ascii(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        if c == ' ' || c.is_ascii_graphic() {
            text.push(c);
        } else {
            // Only within a string of JSON is there any other character.
            text.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> ApiObject {
        ApiObject::new(json!({
            "metadata": {
                "uid": "u-1",
                "annotations": { "a/b": "c" },
                "managedFields": [
                    { "manager": "argocd-controller", "operation": "Apply", "fieldsV1": { "f:spec": { "f:replicas": {} } } },
                    { "manager": "kube-controller-manager", "operation": "Update", "subresource": "status",
                      "fieldsV1": { "f:spec": { "f:replicas": {} } } },
                    { "manager": "kubectl", "operation": "Update", "fieldsV1": { "f:spec": { "f:paused": {} } } },
                ],
            },
            "spec": { "replicas": 3, "template": {} },
        }))
    }

    #[test]
    fn a_patch_tests_what_it_replaces() {
        let text = Patch::of(&object()).set(&object(), "/spec/replicas", json!(5)).text();
        let steps: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(steps[0], json!({ "op": "test", "path": "/metadata/uid", "value": "u-1" }));
        assert_eq!(steps[1], json!({ "op": "test", "path": "/spec/replicas", "value": 3 }));
        assert_eq!(steps[2], json!({ "op": "replace", "path": "/spec/replicas", "value": 5 }));
    }

    #[test]
    fn what_is_not_there_is_added_with_its_parents() {
        let pointer = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt";
        let text = Patch::of(&object()).set(&object(), pointer, json!("now")).text();
        let steps: Vec<Value> = serde_json::from_str(&text).unwrap();
        let paths: Vec<(&str, &str)> =
            steps.iter().map(|s| (s["op"].as_str().unwrap(), s["path"].as_str().unwrap())).collect();
        assert_eq!(
            paths,
            [
                ("test", "/metadata/uid"),
                ("test", "/spec/template"),
                ("add", "/spec/template/metadata"),
                ("add", "/spec/template/metadata/annotations"),
                ("add", pointer),
            ]
        );
    }

    #[test]
    fn what_is_added_is_added_to_the_specification_that_was_read() {
        let mut value = object().value().clone();
        value["metadata"]["generation"] = json!(4);
        let object = ApiObject::new(value);
        let added = Patch::of(&object).set(&object, "/spec/weight", json!(10)).set(&object, "/spec/limits", json!({}));
        let steps: Vec<Value> = serde_json::from_str(&added.text()).unwrap();
        let generation = json!({ "op": "test", "path": "/metadata/generation", "value": 4 });
        assert_eq!(steps.iter().filter(|step| **step == generation).count(), 1);
        assert_eq!(steps[1], generation, "before what is added");
        let replaced = Patch::of(&object).set(&object, "/spec/replicas", json!(5)).text();
        assert!(!replaced.contains("generation"), "the value that is replaced is tested");
    }

    #[test]
    fn what_a_plan_stands_on_is_tested_and_stays() {
        let text = Patch::of(&object()).expect(&object(), "/spec/replicas").expect(&object(), "/spec/gone").text();
        let uid = r#"{"op":"test","path":"/metadata/uid","value":"u-1"}"#;
        assert_eq!(text, format!(r#"[{uid},{{"op":"test","path":"/spec/replicas","value":3}}]"#));
    }

    #[test]
    fn what_is_taken_away_was_there_as_it_was_read() {
        let text = Patch::of(&object()).remove(&object(), "/spec/replicas").text();
        let steps: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(steps[1], json!({ "op": "test", "path": "/spec/replicas", "value": 3 }));
        assert_eq!(steps[2], json!({ "op": "remove", "path": "/spec/replicas" }));
        assert_eq!(Patch::of(&object()).remove(&object(), "/spec/gone"), Patch::of(&object()));
    }

    #[test]
    fn only_ascii_is_shown_and_it_means_the_same() {
        let written = json!({ "a": "caf\u{e9} \u{202e}x\u{9b}2J\u{1f600}\n\u{7f}" });
        let text = ascii(&written);
        assert_eq!(text, "{\"a\":\"caf\\u00e9 \\u202ex\\u009b2J\\ud83d\\ude00\\n\\u007f\"}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), written);
        let object = ApiObject::new(written);
        assert_eq!(object.said("/a"), "caf\u{e9} ?x?2J\u{1f600}??");
    }

    #[test]
    fn what_is_not_there_is_nothing() {
        let bare = ApiObject::new(json!({ "metadata": { "deletionTimestamp": null } }));
        assert!(!bare.is_going());
        assert_eq!((bare.uid(), bare.text("/spec"), bare.number("/spec/replicas")), ("", "", None));
        assert_eq!((bare.controller(), bare.label("a"), bare.annotation("a")), (None, None, None));
        assert_eq!(bare.managers(&[]), []);
        let owned = json!({ "metadata": { "ownerReferences": [{ "kind": "Plain", "name": "a" }] } });
        assert_eq!(ApiObject::new(owned).controller(), None, "an owner that does not control it");
    }

    #[test]
    fn managers_of_a_field_are_those_of_the_object_itself() {
        let names: Vec<String> = object().managers(&["spec", "replicas"]).into_iter().map(|m| m.name).collect();
        assert_eq!(names, ["argocd-controller"]);
        assert_eq!(object().managers(&[]).len(), 2, "all of them, but for those of a subresource");
        assert_eq!(object().managers(&["spec"]).len(), 2);
        assert_eq!(object().managers(&["spec", "template"]), []);
    }
}
