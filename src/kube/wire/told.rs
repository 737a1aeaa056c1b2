//! A page of a list, and a line of a watch.

use serde::Deserialize;
use serde_json::Value;

use super::super::answer::SaidStatus;
use super::super::interned::Interned;
use super::value::{WireList, WireText};
use super::{Projected, WireMeta};
use crate::services::kubernetes::ObjectKind;
use std::sync::Arc;

/// A page of a list.
#[derive(Debug)]
pub(in crate::kube) struct ListTold<M> {
    /// The moment that the list is of.
    pub(in crate::kube) version: String,
    /// Where the next page is, empty where this is the last.
    pub(in crate::kube) next: String,
    pub(in crate::kube) items: Vec<(Arc<str>, M)>,
    /// Objects that could not be read.
    pub(in crate::kube) odd: usize,
}

/// A line of a watch.
#[derive(Debug)]
pub(in crate::kube) enum ObjectTold<M> {
    /// Each with the version of the object.
    Put {
        version: String,
        key: Arc<str>,
        object: M,
    },
    Gone {
        version: String,
        key: Arc<str>,
    },
    /// An object that could not be read.
    Odd {
        version: String,
    },
    Bookmark {
        version: String,
    },
    Error(SaidStatus),
}

#[derive(Deserialize)]
struct WirePage<'a, W> {
    #[serde(default, borrow)]
    metadata: WirePageMeta<'a>,
    // Without a default: what has no items is no list.
    items: WireList<W>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WirePageMeta<'a> {
    #[serde(borrow)]
    resource_version: WireText<'a>,
    #[serde(rename = "continue")]
    next: WireText<'a>,
}

/// Reads a page. Where one of its objects cannot be read, the others are.
///
/// # Errors
/// What came is no list.
pub(in crate::kube) fn list<M: Projected>(
    kind: ObjectKind,
    body: &[u8],
    words: &mut Interned,
) -> Result<ListTold<M>, serde_json::Error> {
    if let Ok(WirePage { metadata, items }) = serde_json::from_slice::<WirePage<'_, M::Fields<'_>>>(body) {
        let (items, odd) = projected::<M>(kind, &items.0, words);
        return Ok(page(&metadata, items, odd));
    }
    let WirePage { metadata, items } = serde_json::from_slice::<WirePage<'_, Value>>(body)?;
    let (mut all, mut odd) = (Vec::with_capacity(items.len()), 0);
    for mut value in items.0 {
        without_nulls(&mut value);
        match M::Fields::deserialize(&value) {
            Ok(wire) => {
                let (one, is_odd) = projected::<M>(kind, std::slice::from_ref(&wire), words);
                all.extend(one);
                odd += is_odd;
            }
            Err(_) => odd += 1,
        }
    }
    Ok(page(&metadata, all, odd))
}

fn page<M>(metadata: &WirePageMeta<'_>, items: Vec<(Arc<str>, M)>, odd: usize) -> ListTold<M> {
    let (version, next) = (metadata.resource_version.to_string(), metadata.next.to_string());
    ListTold { version, next, items, odd }
}

/// The models of objects, and how many have no name.
fn projected<M: Projected>(
    kind: ObjectKind,
    all: &[M::Fields<'_>],
    words: &mut Interned,
) -> (Vec<(Arc<str>, M)>, usize) {
    let named = all.iter().filter(|wire| !M::meta(wire).name.is_empty());
    let items: Vec<_> = named.map(|wire| (M::meta(wire).key(), M::project(kind, wire, words))).collect();
    let odd = all.len() - items.len();
    (items, odd)
}

#[derive(Deserialize)]
struct WireLine<'a> {
    #[serde(borrow, rename = "type")]
    kind: WireText<'a>,
}

#[derive(Deserialize)]
struct WireObject<W> {
    object: W,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireNamed<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
}

/// Reads a line of a watch.
///
/// # Errors
/// What came is no line of a watch.
pub(in crate::kube) fn change<M: Projected>(
    kind: ObjectKind,
    line: &[u8],
    words: &mut Interned,
) -> Result<ObjectTold<M>, serde_json::Error> {
    let WireLine { kind: what } = serde_json::from_slice(line)?;
    match &*what {
        "ADDED" | "MODIFIED" => put(kind, line, words),
        "DELETED" => {
            let WireObject { object: WireNamed { metadata } } = serde_json::from_slice(line)?;
            let version = metadata.resource_version.to_string();
            Ok(if metadata.name.is_empty() {
                ObjectTold::Odd { version }
            } else {
                ObjectTold::Gone { version, key: metadata.key() }
            })
        }
        "BOOKMARK" => {
            let WireObject { object: WireNamed { metadata } } = serde_json::from_slice(line)?;
            Ok(ObjectTold::Bookmark { version: metadata.resource_version.to_string() })
        }
        "ERROR" => {
            let WireObject { object } = serde_json::from_slice(line)?;
            Ok(ObjectTold::Error(object))
        }
        _ => Err(serde::de::Error::custom("a line of a watch with a type that is not known")),
    }
}

fn put<M: Projected>(kind: ObjectKind, line: &[u8], words: &mut Interned) -> Result<ObjectTold<M>, serde_json::Error> {
    let read = |wire: &M::Fields<'_>, words: &mut Interned| {
        let meta = M::meta(wire);
        let version = meta.resource_version.to_string();
        if meta.name.is_empty() {
            return ObjectTold::Odd { version };
        }
        ObjectTold::Put { version, key: meta.key(), object: M::project(kind, wire, words) }
    };
    if let Ok(WireObject { object }) = serde_json::from_slice::<WireObject<M::Fields<'_>>>(line) {
        return Ok(read(&object, words));
    }
    let WireObject { object: mut value } = serde_json::from_slice::<WireObject<Value>>(line)?;
    without_nulls(&mut value);
    if let Ok(wire) = M::Fields::deserialize(&value) {
        return Ok(read(&wire, words));
    }
    let version = value.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default();
    Ok(ObjectTold::Odd { version: version.to_owned() })
}

/// Takes every null out: it says the same as what is missing.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}
