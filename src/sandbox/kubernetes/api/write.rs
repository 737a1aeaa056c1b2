//! Created, replaced, patched, bound.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::patch::Patch;
use super::super::resources::{Resource, Served};
use super::super::store::{ObjectKey, Store, metadata};
use super::body::ApiBody;
use super::events::{presented, stored};
use super::request::{Objects, Query};
use super::server::{ApiCaller, json};
use super::{ApiRefusal, ApiServer, accept, defaults, scale, validate};

impl ApiServer {
    pub(super) fn create(
        &self,
        request: &Request<Bytes>,
        objects: &Objects,
        query: &Query,
        caller: &ApiCaller,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        let served = objects.served;
        let body = accept::body(request)?;
        belongs(served, &body)?;
        let place = metadata::namespace(&body);
        if !place.is_empty() && place != objects.namespace {
            let why = "the namespace of the provided object does not match the namespace sent on the request";
            return Err(ApiRefusal::bad_request(why));
        }
        let dry = query.dry_run()?;
        let mut object = stored(served, body);
        if served.subresource("status").is_some() {
            metadata::map(&mut object).remove("status");
        }
        defaults::fill(served.resource, &mut object);
        validate::created(served, &object)?;
        let object = self.cluster.write(|store| {
            open(store, &objects.namespace, served)?;
            let (resource, namespace, now) = (served.resource, &*objects.namespace, caller.now);
            if dry {
                Ok::<_, ApiRefusal>(store.plan_insert(resource, namespace, object, now)?.object())
            } else {
                Ok(store.create(resource, namespace, object, now)?)
            }
        })?;
        Ok(json(StatusCode::CREATED, &presented(served, &object)))
    }

    pub(super) fn replace(
        &self,
        request: &Request<Bytes>,
        objects: &Objects,
        query: &Query,
        caller: &ApiCaller,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        let body = accept::body(request)?;
        if objects.subresource == "scale" {
            return self.change(objects, query, caller, |before| {
                scale::changed(before, objects, |scale| {
                    *scale = body;
                    Ok(())
                })
            });
        }
        let served = objects.served;
        belongs(served, &body)?;
        let name = metadata::name(&body);
        if name != objects.name {
            return Err(ApiRefusal::bad_request(&format!(
                "the name of the object ({name}) does not match the name on the URL ({})",
                objects.name
            )));
        }
        // Those have no unconditional update (`AllowUnconditionalUpdate`).
        let careful = served.custom || served.resource == Resource::PodDisruptionBudgets;
        if careful && metadata::resource_version(&body).is_empty() {
            let what = "Invalid value: 0: must be specified for an update";
            return Err(ApiRefusal::invalid(served, name, "metadata.resourceVersion", "FieldValueInvalid", what));
        }
        let after = stored(served, body);
        self.change(objects, query, caller, |_| Ok(after))
    }

    pub(super) fn patch(
        &self,
        request: &Request<Bytes>,
        objects: &Objects,
        query: &Query,
        caller: &ApiCaller,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        let served = objects.served;
        let patch = Patch::of(accept::content_type(request), served)?;
        self.change(objects, query, caller, |before| {
            if objects.subresource == "scale" {
                return scale::changed(before, objects, |scale| patch.apply(scale, request.body()));
            }
            let mut after = presented(served, before).into_owned();
            patch.apply(&mut after, request.body())?;
            belongs(served, &after)?;
            Ok(stored(served, after))
        })
    }

    /// Changes the object to what `wish` makes of it, as far as the subresource allows.
    fn change(
        &self,
        objects: &Objects,
        query: &Query,
        caller: &ApiCaller,
        wish: impl FnOnce(&Value) -> Result<Value, ApiRefusal>,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        let dry = query.dry_run()?;
        let served = objects.served;
        let object = self.cluster.write(|store| {
            let pending = store.plan_update(&objects.key(), caller.now, |object| {
                let mut after = wish(object)?;
                expected(served, object, &after)?;
                settle(served, &objects.subresource, object, &mut after);
                defaults::refill(served.resource, &mut after);
                validate::updated(served, &objects.subresource, object, &after)?;
                *object = after;
                Ok::<_, ApiRefusal>(())
            })?;
            Ok::<_, ApiRefusal>(if dry { pending.object() } else { Arc::clone(store.commit(pending).object()) })
        })?;
        if objects.subresource == "scale" {
            return Ok(json(StatusCode::OK, &scale::of(&object)));
        }
        Ok(json(StatusCode::OK, &presented(served, &object)))
    }

    /// `pods/binding`: what a scheduler decides.
    pub(super) fn bind(
        &self,
        request: &Request<Bytes>,
        objects: &Objects,
        query: &Query,
        caller: &ApiCaller,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        let body = accept::body(request)?;
        let node = body["target"]["name"].as_str().filter(|node| !node.is_empty()).ok_or_else(|| {
            ApiRefusal::invalid(objects.served, &objects.name, "target.name", "FieldValueRequired", "Required value")
        })?;
        let dry = query.dry_run()?;
        self.cluster.write(|store| {
            let pending = store.plan_update(&objects.key(), caller.now, |pod| bound(pod, objects, node, caller.now))?;
            if !dry {
                store.commit(pending);
            }
            Ok::<_, ApiRefusal>(())
        })?;
        Ok(json(StatusCode::CREATED, &success(StatusCode::CREATED)))
    }
}

fn bound(pod: &mut Value, objects: &Objects, node: &str, now: Timestamp) -> Result<(), ApiRefusal> {
    let refused = |why: &str| ApiRefusal::conflict_because(objects.served, &objects.name, why);
    if metadata::is_terminating(pod) {
        return Err(refused(&format!("pod {} is being deleted, cannot be assigned to a host", objects.name)));
    }
    let taken = metadata::node_name(pod).to_owned();
    if !taken.is_empty() {
        return Err(refused(&format!("pod {} is already assigned to node \"{taken}\"", objects.name)));
    }
    metadata::section(pod, "spec").insert("nodeName".to_owned(), node.into());
    let scheduled = json!({
        "type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": metadata::time(now),
    });
    let conditions = metadata::section(pod, "status").entry("conditions").or_insert_with(|| json!([]));
    if let Value::Array(conditions) = conditions {
        conditions.retain(|condition| condition["type"] != "PodScheduled");
        conditions.push(scheduled);
    }
    Ok(())
}

/// A `Status` that says that it is done.
pub(super) fn success(code: StatusCode) -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": code.as_u16()})
}

/// # Errors
/// 400 when the body is an object of another kind.
fn belongs(served: &Served, object: &Value) -> Result<(), ApiRefusal> {
    if !object.is_object() {
        return Err(ApiRefusal::bad_request("the body of the request is not an object"));
    }
    for (field, expected) in [("apiVersion", served.api_version), ("kind", served.kind)] {
        let said = object[field].as_str().unwrap_or_default();
        // Typed clients may leave out both.
        if !said.is_empty() && said != expected {
            let what = if field == "kind" { "kind" } else { "API version" };
            return Err(ApiRefusal::bad_request(&format!(
                "the {what} in the data ({said}) does not match the expected {what} ({expected})"
            )));
        }
    }
    Ok(())
}

/// # Errors
/// 404 for a namespace that does not exist, 403 for one that ends.
fn open(store: &Store, namespace: &str, served: &Served) -> Result<(), ApiRefusal> {
    if namespace.is_empty() {
        return Ok(());
    }
    let Some(found) = store.get(&ObjectKey::cluster(Resource::Namespaces, namespace)) else {
        return Err(ApiRefusal::not_found(Resource::Namespaces.served(), namespace));
    };
    if metadata::is_terminating(found) {
        let why = format!("unable to create new content in namespace {namespace} because it is being terminated");
        return Err(ApiRefusal::forbidden(served, "", &why).cause("NamespaceTerminating", &why));
    }
    Ok(())
}

/// # Errors
/// 409 when the caller knew another version of the object, or another object.
fn expected(served: &Served, before: &Value, after: &Value) -> Result<(), ApiRefusal> {
    let name = metadata::name(before);
    let uid = metadata::uid(after);
    if !uid.is_empty() && uid != metadata::uid(before) {
        let found = metadata::uid(before);
        let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {found}");
        return Err(ApiRefusal::conflict_because(served, name, &why));
    }
    let version = metadata::resource_version(after);
    if !version.is_empty() && version != metadata::resource_version(before) {
        return Err(ApiRefusal::conflict(served, name));
    }
    Ok(())
}

/// Leaves of a wish what the subresource may change: the status is changed through `status` alone,
/// and nothing else through that.
fn settle(served: &Served, subresource: &str, before: &Value, after: &mut Value) {
    if subresource == "status" {
        let status = after.get("status").cloned();
        let metadata = after["metadata"].clone();
        after.clone_from(before);
        set(after, "status", status);
        // The status of a custom resource takes no metadata with it.
        if !served.custom {
            for field in ["labels", "annotations", "finalizers"] {
                let value = metadata.get(field).cloned();
                let own = metadata::of(after);
                match value {
                    Some(value) => own.insert(field.to_owned(), value),
                    None => own.remove(field),
                };
            }
        }
    } else if served.subresource("status").is_some() {
        set(after, "status", before.get("status").cloned());
    }
}

fn set(object: &mut Value, field: &str, value: Option<Value>) {
    let root = metadata::map(object);
    match value {
        Some(value) => root.insert(field.to_owned(), value),
        None => root.remove(field),
    };
}
