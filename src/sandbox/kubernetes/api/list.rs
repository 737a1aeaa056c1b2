//! Lists, in pages that are cut from one revision.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::super::resources::Served;
use super::super::store::{ObjectKey, Store};
use super::body::{self, ApiBody};
use super::events::presented;
use super::filter::ListFilter;
use super::page::PageToken;
use super::request::{Objects, Query};
use super::server::{content, json};
use super::table::TablePrinter;
use super::{ApiRefusal, ApiServer, lease};

/// A part of a kind's objects, and where they go on.
#[derive(Debug)]
struct Page {
    items: Vec<Arc<Value>>,
    revision: u64,
    onward: Option<PageToken>,
    /// How many come after it, where that can be known without looking at each.
    remaining: Option<usize>,
}

impl ApiServer {
    pub(super) fn list(
        &self,
        objects: &Objects,
        query: &Query,
        table: Option<TablePrinter>,
        now: Timestamp,
    ) -> Result<Response<ApiBody>, ApiRefusal> {
        if query.get("sendInitialEvents").is_some() {
            let what = "Forbidden: sendInitialEvents is forbidden for list";
            return Err(options("sendInitialEvents", "FieldValueForbidden", what));
        }
        let filter = ListFilter::of(objects, query)?;
        // From upstream's cache a list comes whole, whatever the limit.
        let cached = query.get("resourceVersion") == Some("0") && query.get("continue").is_none();
        let limit = query.number::<usize>("limit")?.filter(|limit| *limit > 0 && !cached);
        let page = self.cluster.read(|store| page(store, &filter, query, limit))?;
        let metadata = page.metadata();
        let items: Vec<Cow<'_, Value>> =
            page.items.iter().map(|object| lease::renewed(objects.served, object, now)).collect();
        let items = items.iter().map(AsRef::as_ref);
        if let Some(table) = table {
            return Ok(json(StatusCode::OK, &table.many(objects.served, &metadata, items, now)));
        }
        Ok(content(StatusCode::OK, "application/json", body::whole(listed(objects.served, &metadata, items))))
    }
}

/// 422 about the options of a list or a watch.
pub(super) fn options(field: &str, cause: &'static str, what: &str) -> ApiRefusal {
    ApiRefusal::invalid_kind("meta.k8s.io", "ListOptions", "", field, cause, what)
}

fn page(store: &Store, filter: &ListFilter, query: &Query, limit: Option<usize>) -> Result<Page, ApiRefusal> {
    let current = store.revision();
    let version = version(query, current)?;
    let exact = query.get("resourceVersionMatch") == Some("Exact");
    let token = query.get("continue").map(PageToken::parse).transpose()?;
    let (revision, start) = match (&token, version) {
        (Some(_), Some(version)) if version > 0 => {
            return Err(ApiRefusal::bad_request("specifying resource version is not allowed when using continue"));
        }
        (Some(token), _) => (if token.rv == 0 { current } else { token.rv }, Some(token.key(filter.resource()))),
        (None, Some(version)) if exact && version > 0 => (version, None),
        (None, _) => (current, None),
    };
    let mut items = at(store, filter, revision, start).map_err(|()| match &token {
        Some(token) => token.expired(),
        None => ApiRefusal::expired(format!("The resourceVersion for the provided list is too old: {revision}")),
    })?;
    let Some(limit) = limit.filter(|limit| items.len() > *limit) else {
        return Ok(Page { items: objects(items), revision, onward: None, remaining: None });
    };
    let rest = items.split_off(limit);
    let onward = items.last().map(|(key, _)| PageToken::after(key, revision));
    let remaining = filter.shows_all().then_some(rest.len());
    Ok(Page { items: objects(items), revision, onward, remaining })
}

fn objects(items: Vec<(ObjectKey, Arc<Value>)>) -> Vec<Arc<Value>> {
    items.into_iter().map(|(_, object)| object).collect()
}

/// `resourceVersion`, which must not lie ahead.
pub(super) fn version(query: &Query, current: u64) -> Result<Option<u64>, ApiRefusal> {
    let version = query.number::<u64>("resourceVersion")?;
    match version {
        Some(version) if version > current => Err(ApiRefusal::too_large_version(version, current)),
        _ => Ok(version),
    }
}

/// The objects that a filter shows, after a key, as they were at a revision.
fn at(
    store: &Store,
    filter: &ListFilter,
    revision: u64,
    start: Option<ObjectKey>,
) -> Result<Vec<(ObjectKey, Arc<Value>)>, ()> {
    let resource = filter.resource();
    let start = start.or_else(|| {
        let first = ObjectKey::namespaced(resource, &filter.namespace, "");
        (!filter.namespace.is_empty()).then_some(first)
    });
    let then = store.differences(resource, revision).map_err(|_| ())?;
    let here = |key: &ObjectKey| filter.namespace.is_empty() || *key.namespace == *filter.namespace;
    let now = store.after(resource, start.as_ref()).take_while(|(key, _)| here(key));
    let mut items: Vec<(ObjectKey, Arc<Value>)> = now
        .filter(|(key, object)| !then.contains_key(*key) && filter.accepts(object))
        .map(|(key, object)| (key.clone(), Arc::clone(object)))
        .collect();
    if then.is_empty() {
        return Ok(items);
    }
    let after = |key: &ObjectKey| start.as_ref().is_none_or(|start| key > start);
    let other = then.into_iter().filter_map(|(key, object)| object.map(|object| (key, object)));
    items.extend(other.filter(|(key, object)| after(key) && filter.accepts(object)));
    items.sort_by(|(key, _), (other, _)| key.cmp(other));
    Ok(items)
}

impl Page {
    /// The list's own metadata.
    fn metadata(&self) -> Value {
        let mut metadata = json!({"resourceVersion": self.revision.to_string()});
        if let Some(token) = &self.onward {
            metadata["continue"] = token.text().into();
        }
        if let Some(remaining) = self.remaining {
            metadata["remainingItemCount"] = remaining.into();
        }
        metadata
    }
}

/// A list of objects, as its kind has it.
pub(super) fn listed<'a>(served: &'static Served, metadata: &Value, items: impl Iterator<Item = &'a Value>) -> Bytes {
    let head = format!(
        "{{\"kind\":\"{}List\",\"apiVersion\":\"{}\",\"metadata\":{metadata},\"items\":[",
        served.kind, served.api_version
    );
    let mut bytes = head.into_bytes();
    for (at, item) in items.enumerate() {
        if at > 0 {
            bytes.push(b',');
        }
        // Into a vector, of a value with text for keys: it cannot fail.
        let _ = serde_json::to_writer(&mut bytes, &Item { served, object: &presented(served, item) });
    }
    bytes.extend_from_slice(b"]}\n");
    Bytes::from(bytes)
}

/// An element of a list: without kind and API version, except for custom resources.
struct Item<'a> {
    served: &'static Served,
    object: &'a Value,
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let none = Map::new();
        let fields = self.object.as_object().unwrap_or(&none);
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in fields {
            if self.served.custom || !matches!(name.as_str(), "kind" | "apiVersion") {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}
