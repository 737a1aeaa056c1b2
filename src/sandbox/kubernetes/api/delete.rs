//! Deleted and evicted.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::super::eviction;
use super::super::resources::{Resource, Served};
use super::super::store::{DeleteOptions, Propagation, Written, metadata};
use super::body::{self, ApiBody};
use super::events::presented;
use super::filter::ListFilter;
use super::list::listed;
use super::request::{Objects, Query};
use super::server::{ApiCaller, content, json};
use super::write::success;
use super::{ApiRefusal, ApiServer, accept};

impl ApiServer {
    pub(super) fn delete(
        &self,
        request: &Request<Bytes>,
        objects: &Objects,
        query: &Query,
        caller: &ApiCaller,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        let served = objects.served;
        if served.resource == Resource::Namespaces {
            let why = "namespaces of the sandbox cannot be deleted";
            return Err(ApiRefusal::forbidden(served, &objects.name, why));
        }
        let body = accept::body(request)?;
        let options = options(&body, query)?;
        let dry = dry_run(&body, query)?;
        let written = self.cluster.write(|store| {
            let pending = store.plan_delete(&objects.key(), caller.now, &options)?;
            if dry { Ok::<_, ApiRefusal>(Written::Changed(pending.object())) } else { Ok(store.commit(pending)) }
        })?;
        // A pod comes back in any case (`ReturnDeletedObject`), others only while they last.
        let answer = if written.is_gone() && served.resource != Resource::Pods {
            ended(served, written.object())
        } else {
            presented(served, written.object()).into_owned()
        };
        Ok(json(StatusCode::OK, &answer))
    }

    pub(super) fn delete_collection(
        &self,
        request: &Request<Bytes>,
        objects: &Objects,
        query: &Query,
        caller: &ApiCaller,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        if objects.served.resource == Resource::Namespaces {
            return Err(ApiRefusal::not_allowed());
        }
        let body = accept::body(request)?;
        let options = options(&body, query)?;
        let dry = dry_run(&body, query)?;
        let filter = ListFilter::of(objects, query)?;
        let (gone, revision) = self.cluster.write(|store| {
            let found = store.list(filter.resource()).filter(|(_, object)| filter.accepts(object));
            let keys: Vec<_> = found.map(|(key, _)| key.clone()).collect();
            let mut gone = Vec::with_capacity(keys.len());
            for key in &keys {
                let pending = store.plan_delete(key, caller.now, &options)?;
                gone.push(if dry { pending.object() } else { Arc::clone(store.commit(pending).object()) });
            }
            Ok::<_, ApiRefusal>((gone, store.revision()))
        })?;
        let metadata = json!({"resourceVersion": revision.to_string()});
        let bytes = listed(objects.served, &metadata, gone.iter().map(AsRef::as_ref));
        Ok(content(StatusCode::OK, "application/json", body::whole(bytes)))
    }

    /// `pods/eviction`.
    pub(super) fn evict(
        &self,
        request: &Request<Bytes>,
        objects: &Objects,
        query: &Query,
        caller: &ApiCaller,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        let body = accept::body(request)?;
        let named = metadata::name(&body);
        if !named.is_empty() && named != objects.name {
            return Err(ApiRefusal::bad_request("name in URL does not match name in Eviction object"));
        }
        let wished = &body["deleteOptions"];
        let options = options(wished, query)?;
        let dry = dry_run(wished, query)?;
        self.cluster.write(|store| eviction::evict(store, &objects.key(), caller.now, &options, dry))?;
        Ok(json(StatusCode::CREATED, &success(StatusCode::CREATED)))
    }
}

/// Upstream's answer once an object is gone.
fn ended(served: &Served, object: &Value) -> Value {
    let mut status = success(StatusCode::OK);
    metadata::map(&mut status).remove("code");
    status["details"] = json!({"name": metadata::name(object), "kind": served.plural, "uid": metadata::uid(object)});
    if !served.group().is_empty() {
        status["details"]["group"] = served.group().into();
    }
    status
}

fn dry_run(body: &Value, query: &Query) -> Result<bool, ApiRefusal> {
    let of_body = body["dryRun"].as_array().is_some_and(|list| list.iter().any(|value| value == "All"));
    Ok(query.dry_run()? || of_body)
}

/// Options in the body, or in the query.
fn options(body: &Value, query: &Query) -> Result<DeleteOptions, ApiRefusal> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let policy = text(&body["propagationPolicy"]).or_else(|| query.get("propagationPolicy").map(str::to_owned));
    let orphans = body["orphanDependents"].as_bool().or(query.get("orphanDependents").map(|orphans| orphans == "true"));
    let propagation = match (policy.as_deref(), orphans) {
        (None | Some("Background"), None | Some(false)) => Propagation::Background,
        (Some("Foreground"), None) => Propagation::Foreground,
        (Some("Orphan"), None) | (None, Some(true)) => Propagation::Orphan,
        (Some(other), _) => {
            let what =
                format!("Unsupported value: \"{other}\": supported values: \"Background\", \"Foreground\", \"Orphan\"");
            let (kind, field) = ("DeleteOptions", "propagationPolicy");
            return Err(ApiRefusal::invalid_kind("meta.k8s.io", kind, "", field, "FieldValueNotSupported", &what));
        }
    };
    let grace_seconds = match body["gracePeriodSeconds"].as_i64() {
        Some(seconds) => Some(seconds),
        None => query.number("gracePeriodSeconds")?,
    };
    Ok(DeleteOptions {
        grace_seconds,
        propagation,
        uid: text(&body["preconditions"]["uid"]),
        resource_version: text(&body["preconditions"]["resourceVersion"]),
    })
}
