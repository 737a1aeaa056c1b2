//! What a controller hears of the store, and the queue of what it has to look at again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store};

/// One object that changed.
#[derive(Debug, Clone)]
pub struct FeedHeard {
    pub key: ObjectKey,
    /// `None` also when the history was no longer kept.
    pub before: Option<Arc<Value>>,
    pub after: Option<Arc<Value>>,
}

/// The changes of one kind since the last look.
#[derive(Debug, Default)]
pub struct FeedNews {
    /// The list was read anew: what is not in it is gone.
    pub anew: bool,
    pub heard: Vec<FeedHeard>,
}

/// Follows one kind.
#[derive(Debug)]
pub struct Feed {
    resource: Resource,
    seen: Option<u64>,
}

impl Feed {
    /// From the beginning: the first news is the whole list.
    #[must_use]
    pub fn new(resource: Resource) -> Self {
        Self { resource, seen: None }
    }

    /// What changed since the last call.
    pub fn news(&mut self, store: &Store) -> FeedNews {
        let since = self.seen.replace(store.revision());
        if let Some(since) = since {
            if since == store.revision() {
                return FeedNews::default();
            }
            if let Ok(events) = store.since(self.resource, since) {
                let heard = events.map(|event| FeedHeard {
                    key: event.key.clone(),
                    before: event.before.clone(),
                    after: event.after.clone(),
                });
                return FeedNews { anew: false, heard: heard.collect() };
            }
        }
        let all = store.list(self.resource);
        let heard =
            all.map(|(key, object)| FeedHeard { key: key.clone(), before: None, after: Some(Arc::clone(object)) });
        FeedNews { anew: true, heard: heard.collect() }
    }
}

/// Keys that wait for their turn. One that was just handled waits a moment, so that many changes in a row cost one look:
/// the work queues of kube-controller-manager do the same by their rate limits.
#[derive(Debug)]
pub struct Queue {
    gap: SignedDuration,
    due: BTreeMap<ObjectKey, Timestamp>,
    last: HashMap<ObjectKey, Timestamp>,
}

impl Queue {
    /// With at least `gap_millis` between two looks at the same key.
    #[must_use]
    pub fn new(gap_millis: i64) -> Self {
        Self { gap: SignedDuration::from_millis(gap_millis), due: BTreeMap::new(), last: HashMap::new() }
    }

    /// `key` is to be looked at as soon as may be.
    pub fn add(&mut self, key: ObjectKey, now: Timestamp) {
        let earliest = self.last.get(&key).and_then(|last| last.checked_add(self.gap).ok()).unwrap_or(now);
        self.add_at(key, now.max(earliest));
    }

    /// `key` is to be looked at at `due`, or when it is anyway if that is sooner.
    pub fn add_at(&mut self, key: ObjectKey, due: Timestamp) {
        let before = self.due.entry(key).or_insert(due);
        *before = due.min(*before);
    }

    /// The keys whose turn it is.
    pub fn take(&mut self, now: Timestamp) -> Vec<ObjectKey> {
        let due: Vec<ObjectKey> = self.due.iter().filter(|(_, due)| **due <= now).map(|(key, _)| key.clone()).collect();
        for key in &due {
            self.due.remove(key);
            self.last.insert(key.clone(), now);
        }
        if self.last.len() > 4 * (self.due.len() + 1_000) {
            let gap = self.gap;
            self.last.retain(|_, last| last.checked_add(gap).is_ok_and(|until| until > now));
        }
        due
    }

    /// When the next turn is.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.due.values().min().copied()
    }
}

/// The earlier of two moments that may not come.
#[must_use]
pub fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// `at` and some seconds, milliseconds counted.
#[must_use]
pub fn later(at: Timestamp, millis: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_millis(millis)).unwrap_or(at)
}
