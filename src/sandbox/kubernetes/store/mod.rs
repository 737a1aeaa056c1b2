//! The objects of a cluster, with one revision over all of them and a bounded history of changes
//! per kind. Pure: no input, no output, the time is passed in, and the same calls give the same
//! objects, names and uids.

mod error;
mod event;
mod identity;
mod index;
mod key;
pub mod metadata;
mod plan;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use serde_json::Value;

pub use error::{StoreCause, StoreError};
pub use event::{Expired, ObjectChange, ObjectEvent};
pub use key::ObjectKey;
pub use write::{DeleteOptions, PendingWrite, Propagation, Written};

use super::resources::Resource;
use event::Ring;
use identity::Identities;
use index::Index;

/// The changes that are kept per kind, unless said otherwise: about 40 s of a cluster with 100
/// changes a second in one kind.
const KEPT_CHANGES: usize = 4_096;

/// The objects of one cluster.
#[derive(Debug)]
pub struct Store {
    revision: u64,
    kinds: Vec<Kind>,
    index: Index,
    identities: Identities,
}

#[derive(Debug)]
struct Kind {
    objects: BTreeMap<ObjectKey, Arc<Value>>,
    ring: Ring,
}

impl Store {
    /// An empty cluster. `seed` decides uids and generated names.
    pub fn new(seed: u64) -> Self {
        Self::with_history(seed, KEPT_CHANGES)
    }

    /// An empty cluster that keeps `changes` changes of each kind.
    pub fn with_history(seed: u64, changes: usize) -> Self {
        let kind = || Kind { objects: BTreeMap::new(), ring: Ring::new(changes) };
        Self {
            // A real cluster's first objects do not have revision 1; 0 means "any" to clients.
            revision: 1,
            kinds: std::iter::repeat_with(kind).take(Resource::COUNT).collect(),
            index: Index::default(),
            identities: Identities::new(seed),
        }
    }

    /// The revision of the last change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// An object as it is now.
    pub fn get(&self, key: &ObjectKey) -> Option<&Arc<Value>> {
        self.kind(key.resource).objects.get(key)
    }

    /// Whether an object exists.
    pub fn contains(&self, key: &ObjectKey) -> bool {
        self.kind(key.resource).objects.contains_key(key)
    }

    /// How many objects of a kind there are.
    pub fn count(&self, resource: Resource) -> usize {
        self.kind(resource).objects.len()
    }

    /// All objects of a kind, by namespace and name.
    pub fn list(&self, resource: Resource) -> impl DoubleEndedIterator<Item = (&ObjectKey, &Arc<Value>)> {
        self.kind(resource).objects.iter()
    }

    /// The objects of a kind in a namespace, by name.
    pub fn in_namespace<'a>(
        &'a self,
        resource: Resource,
        namespace: &'a str,
    ) -> impl Iterator<Item = (&'a ObjectKey, &'a Arc<Value>)> {
        let first = ObjectKey::namespaced(resource, namespace, "");
        let range = (Bound::Included(first), Bound::Unbounded);
        self.kind(resource).objects.range(range).take_while(move |(key, _)| &*key.namespace == namespace)
    }

    /// The objects of a kind after a key (or from the beginning), by namespace and name.
    pub fn after(
        &self,
        resource: Resource,
        key: Option<&ObjectKey>,
    ) -> impl Iterator<Item = (&ObjectKey, &Arc<Value>)> {
        let from = key.map_or(Bound::Unbounded, Bound::Excluded);
        self.kind(resource).objects.range((from, Bound::Unbounded))
    }

    /// The pods that are bound to a node, by namespace and name.
    pub fn pods_on<'a>(&'a self, node: &str) -> impl Iterator<Item = (&'a ObjectKey, &'a Arc<Value>)> {
        self.index.on_node(node).filter_map(|key| self.get(key).map(|pod| (key, pod)))
    }

    /// The objects that name this uid in their `ownerReferences`, by kind, namespace and name.
    pub fn owned_by<'a>(&'a self, uid: &str) -> impl Iterator<Item = (&'a ObjectKey, &'a Arc<Value>)> {
        self.index.owned_by(uid).filter_map(|key| self.get(key).map(|object| (key, object)))
    }

    /// The changes of a kind after a revision, oldest first.
    ///
    /// # Errors
    /// [`Expired`] when some of them are no longer kept.
    pub fn since(&self, resource: Resource, revision: u64) -> Result<impl Iterator<Item = &Arc<ObjectEvent>>, Expired> {
        self.kind(resource).ring.since(revision)
    }

    /// What was true of a kind at an earlier revision, where that differs from now: the object of
    /// then, or `None` where there was none. Pages of one list are cut from one revision with it.
    ///
    /// # Errors
    /// [`Expired`] when the changes since are no longer kept.
    pub fn differences(
        &self,
        resource: Resource,
        revision: u64,
    ) -> Result<BTreeMap<ObjectKey, Option<Arc<Value>>>, Expired> {
        let mut then = BTreeMap::new();
        for event in self.since(resource, revision)? {
            then.entry(event.key.clone()).or_insert_with(|| event.before.clone());
        }
        Ok(then)
    }

    /// Forgets the history of every kind, as etcd's compaction does: whoever watches or pages from
    /// an older revision is answered 410.
    pub fn compact(&mut self) {
        let revision = self.revision;
        for kind in &mut self.kinds {
            kind.ring.forget(revision);
        }
    }

    /// Goes on with revisions after this one, where it is not that far yet, and forgets the history. A store that takes
    /// another's place does: whoever watches with a revision of the other's is answered 410 and lists anew.
    pub fn go_on_after(&mut self, revision: u64) {
        if revision > self.revision {
            self.revision = revision;
            self.compact();
        }
    }

    fn kind(&self, resource: Resource) -> &Kind {
        &self.kinds[resource as usize]
    }

    fn kind_mut(&mut self, resource: Resource) -> &mut Kind {
        &mut self.kinds[resource as usize]
    }
}
