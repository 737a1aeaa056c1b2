//! What upstream refuses (422), as far as an operator can meet it: names, counts below zero, and
//! the fields that never change.

mod autoscaler;
mod node_pool;

use serde_json::Value;

use super::super::resources::{Resource, Served};
use super::super::store::metadata;
use super::ApiRefusal;

/// The longest name, bytes.
const LONGEST: usize = 253;

/// # Errors
/// 422
pub(super) fn created(served: &Served, object: &Value) -> Result<(), ApiRefusal> {
    let name = metadata::name(object);
    if !name.is_empty() && !is_subdomain(name) {
        let what = format!(
            "Invalid value: \"{name}\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
             characters, '-' or '.', and must start and end with an alphanumeric character"
        );
        return Err(ApiRefusal::invalid(served, name, "metadata.name", "FieldValueInvalid", &what));
    }
    let spec = &object["spec"];
    let required = |field: &str| Err(ApiRefusal::invalid(served, name, field, "FieldValueRequired", "Required value"));
    match served.resource {
        Resource::Pods if no_elements(&spec["containers"]) => return required("spec.containers"),
        Resource::Deployments | Resource::ReplicaSets | Resource::StatefulSets | Resource::DaemonSets => {
            if !spec["selector"].is_object() {
                return required("spec.selector");
            }
            if no_elements(&spec["template"]["spec"]["containers"]) {
                return required("spec.template.spec.containers");
            }
        }
        Resource::HorizontalPodAutoscalers => autoscaler::check(name, spec)?,
        Resource::NodePools => node_pool::check(name, spec)?,
        _ => {}
    }
    counts(served, name, spec)
}

/// # Errors
/// 422
pub(super) fn updated(served: &Served, subresource: &str, before: &Value, after: &Value) -> Result<(), ApiRefusal> {
    if !subresource.is_empty() {
        return Ok(());
    }
    let name = metadata::name(before);
    let (old, new) = (&before["spec"], &after["spec"]);
    let fixed = |field: &str, what: &str| {
        Err(ApiRefusal::invalid(served, name, field, "FieldValueInvalid", &format!("Invalid value: {what}")))
    };
    match served.resource {
        Resource::Deployments | Resource::ReplicaSets | Resource::StatefulSets | Resource::DaemonSets
            if old["selector"] != new["selector"] =>
        {
            return fixed("spec.selector", &format!("{}: field is immutable", new["selector"]));
        }
        // A rule of the CRD itself.
        Resource::NodeClaims if old != new => return fixed("spec", "\"object\": spec is immutable"),
        Resource::Nodes if old["providerID"] != new["providerID"] && !old["providerID"].is_null() => {
            let what = "Forbidden: node updates may only change labels, taints, or capacity (or configSource, if the \
                        DynamicKubeletConfig feature gate is enabled)";
            return Err(ApiRefusal::invalid(served, name, "spec.providerID", "FieldValueForbidden", what));
        }
        Resource::Pods if frozen(old) != frozen(new) || !tolerations_kept(old, new) => {
            let what = "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,\
                        `spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions \
                        to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it \
                        was previously negative)";
            return Err(ApiRefusal::invalid(served, name, "spec", "FieldValueForbidden", what));
        }
        Resource::HorizontalPodAutoscalers => autoscaler::check(name, new)?,
        Resource::NodePools => {
            node_pool::check(name, new)?;
            node_pool::keeps_its_mode(name, old, new)?;
        }
        _ => {}
    }
    counts(served, name, new)
}

fn counts(served: &Served, name: &str, spec: &Value) -> Result<(), ApiRefusal> {
    let replicas = spec["replicas"].as_i64().unwrap_or(0);
    if replicas < 0 {
        let what = format!("Invalid value: {replicas}: must be greater than or equal to 0");
        return Err(ApiRefusal::invalid(served, name, "spec.replicas", "FieldValueInvalid", &what));
    }
    Ok(())
}

/// A pod's spec without what may change.
fn frozen(spec: &Value) -> Value {
    let mut spec = spec.clone();
    let fields = metadata::map(&mut spec);
    for field in ["activeDeadlineSeconds", "tolerations"] {
        fields.remove(field);
    }
    for list in ["containers", "initContainers"] {
        for container in fields.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            metadata::map(container).remove("image");
        }
    }
    spec
}

fn tolerations_kept(old: &Value, new: &Value) -> bool {
    let list = |spec: &Value| spec["tolerations"].as_array().cloned().unwrap_or_default();
    let new = list(new);
    list(old).iter().all(|toleration| new.contains(toleration))
}

fn no_elements(list: &Value) -> bool {
    list.as_array().is_none_or(Vec::is_empty)
}

fn is_subdomain(name: &str) -> bool {
    let part = |part: &str| {
        let ends =
            |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
        let all = part.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
        all && ends(part.chars().next()) && ends(part.chars().next_back())
    };
    name.len() <= LONGEST && name.split('.').all(part)
}
