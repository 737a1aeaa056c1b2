//! The history of changes of one kind.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use super::ObjectKey;

/// A change of an object. `before` and `after` are never both `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectEvent {
    /// The revision that the change made.
    pub revision: u64,
    pub key: ObjectKey,
    pub before: Option<Arc<Value>>,
    pub after: Option<Arc<Value>>,
}

/// A change as somebody sees it who sees only what a selector lets through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ObjectChange<'a> {
    Added(&'a Arc<Value>),
    Modified(&'a Arc<Value>),
    /// The last state that was seen. Its resourceVersion is older than the event's revision.
    Deleted(&'a Arc<Value>),
}

impl ObjectEvent {
    /// What whoever sees the objects that `seen` accepts is told: one that comes into view is
    /// added, one that leaves it is deleted.
    pub fn change(&self, seen: impl Fn(&Value) -> bool) -> Option<ObjectChange<'_>> {
        let before = self.before.as_ref().filter(|object| seen(object));
        let after = self.after.as_ref().filter(|object| seen(object));
        match (before, after) {
            (None, Some(after)) => Some(ObjectChange::Added(after)),
            (Some(_), Some(after)) => Some(ObjectChange::Modified(after)),
            (Some(before), None) => Some(ObjectChange::Deleted(before)),
            (None, None) => None,
        }
    }
}

/// The changes since a revision are no longer kept: 410, and the client lists anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// What was asked for.
    pub revision: u64,
    /// The oldest revision from which everything is known.
    pub oldest: u64,
}

/// The last changes of one kind.
#[derive(Debug)]
pub(super) struct Ring {
    events: VecDeque<Arc<ObjectEvent>>,
    capacity: usize,
    /// Changes up to and with this revision may be forgotten.
    forgotten: u64,
}

impl Ring {
    pub(super) fn new(capacity: usize) -> Self {
        Self { events: VecDeque::new(), capacity: capacity.max(1), forgotten: 0 }
    }

    pub(super) fn push(&mut self, event: Arc<ObjectEvent>) {
        if self.events.len() >= self.capacity
            && let Some(oldest) = self.events.pop_front()
        {
            self.forgotten = oldest.revision;
        }
        self.events.push_back(event);
    }

    pub(super) fn forget(&mut self, revision: u64) {
        self.events.clear();
        self.forgotten = revision;
    }

    pub(super) fn since(&self, revision: u64) -> Result<impl Iterator<Item = &Arc<ObjectEvent>>, Expired> {
        if revision < self.forgotten {
            return Err(Expired { revision, oldest: self.forgotten });
        }
        let first = self.events.partition_point(|event| event.revision <= revision);
        Ok(self.events.range(first..))
    }
}
