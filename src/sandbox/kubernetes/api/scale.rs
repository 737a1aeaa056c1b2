//! The `scale` of an object: its replicas as `autoscaling/v1` has them, whatever the kind.

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::super::resources::Resource;
use super::super::store::metadata;
use super::body::ApiBody;
use super::request::Objects;
use super::server::json;
use super::{ApiRefusal, ApiServer};

impl ApiServer {
    pub(super) fn scale(&self, objects: &Objects) -> Result<Response<ApiBody>, ApiRefusal> {
        Ok(json(StatusCode::OK, &of(&*self.object(objects)?)))
    }
}

/// The scale of an object.
pub(super) fn of(object: &Value) -> Value {
    let pool = object["kind"] == Resource::NodePools.kind();
    let is = if pool { &object["status"]["nodes"] } else { &object["status"]["replicas"] };
    let mut scale = json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata::name(object),
            "uid": metadata::uid(object),
            "resourceVersion": metadata::resource_version(object),
            "creationTimestamp": object["metadata"]["creationTimestamp"],
        },
        "spec": {"replicas": object["spec"]["replicas"].as_i64().unwrap_or(i64::from(!pool))},
        "status": {"replicas": is.as_i64().unwrap_or(0)},
    });
    if !metadata::namespace(object).is_empty() {
        scale["metadata"]["namespace"] = metadata::namespace(object).into();
    }
    let selector = selector(&object["spec"]["selector"]);
    if !selector.is_empty() {
        scale["status"]["selector"] = selector.into();
    }
    scale
}

/// The object with the replicas of a changed scale.
pub(super) fn changed(
    before: &Value,
    objects: &Objects,
    change: impl FnOnce(&mut Value) -> Result<(), ApiRefusal>,
) -> Result<Value, ApiRefusal> {
    let mut scale = of(before);
    change(&mut scale)?;
    let refused = |what: String| {
        let (kind, name) = ("Scale", &*objects.name);
        ApiRefusal::invalid_kind("autoscaling", kind, name, "spec.replicas", "FieldValueInvalid", &what)
    };
    let wanted = match &scale["spec"]["replicas"] {
        // A count of zero is left out by some clients.
        Value::Null => 0,
        wanted => wanted.as_i64().ok_or_else(|| refused(format!("Invalid value: {wanted}: must be a number")))?,
    };
    if wanted < 0 {
        return Err(refused(format!("Invalid value: {wanted}: must be greater than or equal to 0")));
    }
    let mut after = before.clone();
    metadata::section(&mut after, "spec").insert("replicas".to_owned(), wanted.into());
    let version = metadata::resource_version(&scale).to_owned();
    metadata::of(&mut after).insert("resourceVersion".to_owned(), version.into());
    Ok(after)
}

/// A selector as text, as the HPA reads it.
fn selector(selector: &Value) -> String {
    let mut terms = Vec::new();
    for (key, value) in selector["matchLabels"].as_object().into_iter().flatten() {
        terms.push(format!("{key}={}", value.as_str().unwrap_or_default()));
    }
    for expression in selector["matchExpressions"].as_array().into_iter().flatten() {
        let key = expression["key"].as_str().unwrap_or_default();
        let values = expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let values = values.collect::<Vec<_>>().join(",");
        terms.push(match expression["operator"].as_str() {
            Some("In") => format!("{key} in ({values})"),
            Some("NotIn") => format!("{key} notin ({values})"),
            Some("DoesNotExist") => format!("!{key}"),
            _ => key.to_owned(),
        });
    }
    terms.join(",")
}
