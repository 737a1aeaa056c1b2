//! Changes of the store: created, updated, deleted; each planned first ([`super::plan`]), so that a
//! dry run is the same code without the commit.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::super::resources::Resource;
use super::{ObjectEvent, ObjectKey, Store, StoreError, metadata};

/// What garbage collection does about a deleted object's dependents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Propagation {
    /// They go after it.
    #[default]
    Background,
    /// They go first: the finalizer `foregroundDeletion` holds the object until they are gone.
    Foreground,
    /// They stay: the finalizer `orphan` holds the object until their references are removed.
    Orphan,
}

/// How an object is deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// A pod's grace period, seconds; `Some(0)` removes it at once, as the kubelet does at the end.
    pub grace_seconds: Option<i64>,
    pub propagation: Propagation,
    /// The precondition on `metadata.uid`.
    pub uid: Option<String>,
    /// The precondition on `metadata.resourceVersion`.
    pub resource_version: Option<String>,
}

impl DeleteOptions {
    /// At once, without a grace period; finalizers still hold it.
    pub fn now() -> Self {
        Self { grace_seconds: Some(0), ..Self::default() }
    }
}

/// What a write did.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// The object is as it was: no new revision, no event.
    Unchanged(Arc<Value>),
    /// As it is now.
    Changed(Arc<Value>),
    /// As it was last, with the revision of its end.
    Gone(Arc<Value>),
}

impl Written {
    /// The object.
    pub fn object(&self) -> &Arc<Value> {
        let (Self::Unchanged(object) | Self::Changed(object) | Self::Gone(object)) = self;
        object
    }

    /// Whether the object no longer exists.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Gone(_))
    }
}

/// A change that is decided and not done: [`Store::commit`] does it. The object must not have
/// changed in between.
#[derive(Debug)]
pub struct PendingWrite {
    pub(super) key: ObjectKey,
    pub(super) before: Option<Arc<Value>>,
    pub(super) after: After,
}

#[derive(Debug)]
pub(super) enum After {
    Same,
    Object(Value),
    Gone(Value),
}

impl PendingWrite {
    /// The object that a commit would leave, for a dry run: its resourceVersion is the old one's.
    pub fn object(&self) -> Arc<Value> {
        match &self.after {
            After::Same => self.before.clone().unwrap_or_default(),
            After::Object(object) | After::Gone(object) => Arc::new(object.clone()),
        }
    }
}

impl Store {
    /// Creates an object as a client does: uid, creationTimestamp and the rest are the store's.
    /// The status is kept: whoever speaks for clients removes it before.
    pub fn create(
        &mut self,
        resource: Resource,
        namespace: &str,
        mut object: Value,
        now: Timestamp,
    ) -> Result<Arc<Value>, StoreError> {
        let metadata = metadata::of(&mut object);
        for field in ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"] {
            metadata.remove(field);
        }
        self.insert(resource, namespace, object, now)
    }

    /// Creates an object that may have a past: uid, creationTimestamp, generation and
    /// deletionTimestamp stay where they are given.
    pub fn insert(
        &mut self,
        resource: Resource,
        namespace: &str,
        object: Value,
        now: Timestamp,
    ) -> Result<Arc<Value>, StoreError> {
        let pending = self.plan_insert(resource, namespace, object, now)?;
        self.identities.advance();
        Ok(Arc::clone(self.commit(pending).object()))
    }

    /// Changes an object. `change` gets a copy; what it may not touch (name, uid, times) is put back
    /// behind it. A change of anything but metadata and status is a new generation. The object ends
    /// when its deletion was asked for and its last finalizer goes.
    pub fn update(
        &mut self,
        key: &ObjectKey,
        now: Timestamp,
        change: impl FnOnce(&mut Value),
    ) -> Result<Written, StoreError> {
        self.try_update(key, now, |object| {
            change(object);
            Ok(())
        })
    }

    /// As [`Store::update`], with a change that may refuse.
    pub fn try_update<E: From<StoreError>>(
        &mut self,
        key: &ObjectKey,
        now: Timestamp,
        change: impl FnOnce(&mut Value) -> Result<(), E>,
    ) -> Result<Written, E> {
        let pending = self.plan_update(key, now, change)?;
        Ok(self.commit(pending))
    }

    /// Asks for an object's end. A pod that runs has its grace period, an object with finalizers
    /// stays until the last is removed; both have a deletionTimestamp meanwhile.
    pub fn delete(&mut self, key: &ObjectKey, now: Timestamp, options: &DeleteOptions) -> Result<Written, StoreError> {
        let pending = self.plan_delete(key, now, options)?;
        Ok(self.commit(pending))
    }

    /// Does what was planned.
    pub fn commit(&mut self, pending: PendingWrite) -> Written {
        let PendingWrite { key, before, after } = pending;
        let (mut object, gone) = match after {
            After::Same => return Written::Unchanged(before.unwrap_or_default()),
            After::Object(object) => (object, false),
            After::Gone(object) => (object, true),
        };
        self.revision += 1;
        let revision = self.revision;
        metadata::of(&mut object).insert("resourceVersion".to_owned(), revision.to_string().into());
        let object = Arc::new(object);
        let after = (!gone).then(|| Arc::clone(&object));
        self.index.change(&key, before.as_deref(), after.as_deref());
        let kind = self.kind_mut(key.resource);
        match &after {
            Some(after) => kind.objects.insert(key.clone(), Arc::clone(after)),
            None => kind.objects.remove(&key),
        };
        kind.ring.push(Arc::new(ObjectEvent { revision, key, before, after }));
        if gone { Written::Gone(object) } else { Written::Changed(object) }
    }
}
