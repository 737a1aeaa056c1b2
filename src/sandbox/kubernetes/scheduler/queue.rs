//! Pods that wait for a node: by priority and age, with the scheduler's back-off.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::sandbox::kubernetes::store::ObjectKey;

/// The first pause after a failed attempt, seconds; it doubles.
const FIRST: i64 = 1;

/// The longest pause, seconds (`podMaxBackoffSeconds`).
const LONGEST: i64 = 10;

/// A pod that nothing woke is tried again after so long, seconds (`podMaxInUnschedulablePodsDuration`).
const FLUSHED: i64 = 300;

#[derive(Debug, Clone, Copy)]
struct Wait {
    priority: i64,
    since: Timestamp,
    attempts: u32,
    /// Not before this moment.
    backs_off: Timestamp,
    due: Timestamp,
    /// Where others are decides where it can be.
    looks_at_others: bool,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Waiting {
    pods: HashMap<ObjectKey, Wait>,
    order: BTreeSet<(Timestamp, ObjectKey)>,
}

impl Waiting {
    /// Nobody waits.
    pub fn clear(&mut self) {
        self.pods.clear();
        self.order.clear();
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pods.len()
    }

    /// Whether nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pods.is_empty()
    }

    /// A pod is new or asks for something else: it is tried at once. Its priority, since when it is there, whether where
    /// others are decides where it can be.
    pub fn add(&mut self, key: ObjectKey, (priority, since, looks_at_others): (i64, Timestamp, bool), now: Timestamp) {
        self.remove(&key);
        self.order.insert((now, key.clone()));
        self.pods.insert(key, Wait { priority, since, attempts: 0, backs_off: now, due: now, looks_at_others });
    }

    /// A pod no longer waits.
    pub fn remove(&mut self, key: &ObjectKey) {
        if let Some(wait) = self.pods.remove(key) {
            self.order.remove(&(wait.due, key.clone()));
        }
    }

    /// It was tried in vain.
    pub fn failed(&mut self, key: &ObjectKey, now: Timestamp) {
        let Some(wait) = self.pods.get_mut(key) else { return };
        self.order.remove(&(wait.due, key.clone()));
        wait.attempts += 1;
        let pause = (FIRST << (wait.attempts - 1).min(10)).min(LONGEST);
        wait.backs_off = plus(now, pause);
        wait.due = plus(now, FLUSHED);
        self.order.insert((wait.due, key.clone()));
    }

    /// The world changed so that some may fit now: all, or those that look at others, are tried when their back-off is
    /// over.
    pub fn wake(&mut self, now: Timestamp, all: bool) {
        let mut moved: BTreeMap<ObjectKey, Timestamp> = BTreeMap::new();
        for (key, wait) in self.pods.iter().filter(|(_, wait)| all || wait.looks_at_others) {
            let due = wait.backs_off.max(now);
            if due < wait.due {
                moved.insert(key.clone(), due);
            }
        }
        for (key, due) in moved {
            if let Some(wait) = self.pods.get_mut(&key) {
                self.order.remove(&(wait.due, key.clone()));
                wait.due = due;
                self.order.insert((due, key));
            }
        }
    }

    /// Whose turn it is: the highest priority first, then who waits longest.
    pub fn take(&mut self, now: Timestamp) -> Vec<ObjectKey> {
        let mut due: Vec<ObjectKey> =
            self.order.iter().take_while(|(due, _)| *due <= now).map(|(_, key)| key.clone()).collect();
        due.sort_by_cached_key(|key| {
            let wait = self.pods.get(key);
            (Reverse(wait.map(|wait| wait.priority)), wait.map(|wait| wait.since), key.clone())
        });
        due
    }

    /// When the next turn is.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.order.first().map(|(due, _)| *due)
    }
}

fn plus(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::kubernetes::resources::Resource;

    #[test]
    fn the_pause_doubles_to_ten_seconds_and_is_flushed_after_five_minutes() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let key = ObjectKey::namespaced(Resource::Pods, "shop", "web-1");
        let mut waiting = Waiting::default();
        waiting.add(key.clone(), (0, at(0), false), at(0));
        let mut now = at(0);
        for pause in [1, 2, 4, 8, 10, 10] {
            assert_eq!(waiting.take(now), vec![key.clone()]);
            waiting.failed(&key, now);
            assert_eq!(waiting.next(), Some(plus(now, 300)));
            waiting.wake(now, true);
            assert_eq!(waiting.next(), Some(plus(now, pause)));
            now = plus(now, pause);
        }
    }
}
