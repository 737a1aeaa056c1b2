//! metrics.k8s.io: what nodes and pods use now.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::metrics::{Metrics, Usage};
use super::super::resources::Resource;
use super::super::store::{ObjectKey, Store, metadata};
use super::body::{self, ApiBody};
use super::filter::ListFilter;
use super::list::listed;
use super::request::{Objects, Query};
use super::server::{ApiCaller, content, json};
use super::{ApiRefusal, ApiServer};

impl ApiServer {
    pub(super) fn usage(
        &self,
        request: &Request<Bytes>,
        objects: &Objects,
        caller: &ApiCaller,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        let metrics = self.metrics.as_ref().filter(|_| self.serves("metrics.k8s.io"));
        let metrics = metrics.ok_or_else(ApiRefusal::no_such_path)?;
        let query = Query::of(request.uri());
        if request.method() != Method::GET || query.is_on("watch") || !objects.subresource.is_empty() {
            return Err(ApiRefusal::not_allowed());
        }
        self.allow(objects, if objects.name.is_empty() { "list" } else { "get" }, caller)?;
        if objects.name.is_empty() {
            let filter = ListFilter::of(objects, &query)?;
            let (items, revision) =
                self.cluster.read(|store| (all(&filter, store, metrics, caller.now), store.revision()));
            let metadata = json!({"resourceVersion": revision.to_string()});
            let bytes = listed(objects.served, &metadata, items.iter());
            return Ok(content(StatusCode::OK, "application/json", body::whole(bytes)));
        }
        let key = objects.key();
        let one = self.cluster.read(|store| {
            let object = store.get(&key)?;
            measured(&key, object, store, metrics, caller.now)
        });
        let one = one.ok_or_else(|| ApiRefusal::not_found(objects.served, &objects.name))?;
        Ok(json(StatusCode::OK, &one))
    }
}

fn all(filter: &ListFilter, store: &Store, metrics: &Arc<dyn Metrics>, now: Timestamp) -> Vec<Value> {
    let shown = store.list(filter.resource()).filter(|(_, object)| filter.accepts(object));
    shown.filter_map(|(key, object)| measured(key, object, store, metrics, now)).collect()
}

fn measured(
    key: &ObjectKey,
    object: &Value,
    store: &Store,
    metrics: &Arc<dyn Metrics>,
    now: Timestamp,
) -> Option<Value> {
    let mut metadata = json!({"name": &*key.name, "creationTimestamp": metadata::time(now)});
    if let Some(labels) = object["metadata"].get("labels") {
        metadata["labels"] = labels.clone();
    }
    let (kind, part, used) = if key.resource == Resource::Nodes {
        ("NodeMetrics", "usage", said(metrics.node(store, &key.name, now)?))
    } else {
        metadata["namespace"] = Value::from(&*key.namespace);
        let containers = metrics.pod(store, key, now)?;
        let containers = containers.into_iter().map(|(name, usage)| json!({"name": name, "usage": said(usage)}));
        ("PodMetrics", "containers", containers.collect())
    };
    let mut measured = json!({
        "kind": kind,
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": metadata,
        "timestamp": metadata::time(now),
        "window": "20s",
    });
    measured[part] = used;
    Some(measured)
}

/// As metrics-server writes it.
fn said(usage: Usage) -> Value {
    json!({"cpu": format!("{}n", usage.cpu_nanocores), "memory": format!("{}Ki", usage.memory_bytes / 1024)})
}
