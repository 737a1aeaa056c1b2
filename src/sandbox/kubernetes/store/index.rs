//! Which pods are on a node, and what an object owns: asked at every step of a controller.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::resources::Resource;
use super::{ObjectKey, metadata};

/// The two indexes.
#[derive(Debug, Default)]
pub(super) struct Index {
    nodes: BTreeMap<String, BTreeSet<ObjectKey>>,
    owners: BTreeMap<String, BTreeSet<ObjectKey>>,
}

impl Index {
    pub(super) fn on_node(&self, node: &str) -> impl Iterator<Item = &ObjectKey> {
        self.nodes.get(node).into_iter().flatten()
    }

    pub(super) fn owned_by(&self, uid: &str) -> impl Iterator<Item = &ObjectKey> {
        self.owners.get(uid).into_iter().flatten()
    }

    pub(super) fn change(&mut self, key: &ObjectKey, before: Option<&Value>, after: Option<&Value>) {
        if key.resource == Resource::Pods {
            let (old, new) = (before.map_or("", metadata::node_name), after.map_or("", metadata::node_name));
            if old != new {
                replace(&mut self.nodes, key, named(&old), named(&new));
            }
        }
        let owners = |object: Option<&Value>| -> Vec<String> {
            object.map(|object| metadata::owners(object).map(str::to_owned).collect()).unwrap_or_default()
        };
        let (old, new) = (owners(before), owners(after));
        if old != new {
            let old: Vec<&str> = old.iter().map(String::as_str).collect();
            let new: Vec<&str> = new.iter().map(String::as_str).collect();
            replace(&mut self.owners, key, &old, &new);
        }
    }
}

/// The node as a list: none, or one.
fn named<'a>(node: &'a &'a str) -> &'a [&'a str] {
    if node.is_empty() { &[] } else { std::slice::from_ref(node) }
}

fn replace(index: &mut BTreeMap<String, BTreeSet<ObjectKey>>, key: &ObjectKey, old: &[&str], new: &[&str]) {
    for old in old {
        if let Some(keys) = index.get_mut(*old) {
            keys.remove(key);
            if keys.is_empty() {
                index.remove(*old);
            }
        }
    }
    for new in new {
        index.entry((*new).to_owned()).or_default().insert(key.clone());
    }
}
