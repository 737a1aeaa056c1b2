//! Which watches run: one for each thing that is wanted so, and how losses are spaced.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

use jiff::Timestamp;

use super::backoff;
use crate::domain::Fault;
use crate::domain::fault::Reach;

/// A watch that told something and ran for so many seconds was a good one: the pause after its loss is that of a first
/// failure. Kubernetes' own clients begin anew after two minutes without one (client-go's reflector).
const GOOD: i64 = 120;

/// The watches that there are, by what is watched: a thing that is told as a whole and then kept up to date.
#[derive(Debug, Clone, PartialEq)]
pub struct Watches<K> {
    slots: BTreeMap<K, Slot>,
    /// Of the watch that began last.
    last: u64,
    /// Makes this console's pauses differ from every other console's.
    seed: u64,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Slot {
    running: Option<Running>,
    /// Not before this, after a loss.
    not_before: Option<Timestamp>,
    /// Losses in a row, none of them of a good watch.
    failures: u32,
    /// How far the cause of the last loss reaches; `None` once something was told again.
    failed: Option<Reach>,
    /// The watch that runs is to be replaced by a new one.
    replaced: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Running {
    id: u64,
    since: Timestamp,
    /// It told something, or nothing yet.
    told: bool,
}

/// What is to be done so that what is wanted is watched, and nothing else: first what is dropped, then what begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round<K> {
    /// Watches that end, for nobody wants them or another takes their place.
    pub dropped: Vec<(u64, K)>,
    /// Watches that begin, with their numbers: each has a greater one than those before.
    pub begun: Vec<(u64, K)>,
}

impl<K: Clone + Ord + Hash> Watches<K> {
    /// No watches yet, with pauses that differ from those of other seeds.
    #[must_use]
    pub fn with_seed(seed: u64) -> Self {
        Self { slots: BTreeMap::new(), last: 0, seed }
    }

    /// Makes the watches those that are wanted: each begins once, again after a loss when its pause is over, and ends
    /// when it is wanted no longer. Asked again, there is nothing to be done.
    pub fn round(&mut self, wanted: impl IntoIterator<Item = K>, now: Timestamp) -> Round<K> {
        let wanted: BTreeSet<K> = wanted.into_iter().collect();
        let mut round = Round { dropped: Vec::new(), begun: Vec::new() };
        self.slots.retain(|key, slot| {
            let stays = wanted.contains(key);
            if slot.replaced || !stays {
                slot.replaced = false;
                round.dropped.extend(slot.running.take().map(|running| (running.id, key.clone())));
            }
            stays
        });
        for key in wanted {
            let slot = self.slots.entry(key.clone()).or_default();
            if slot.running.is_none() && slot.not_before.is_none_or(|not_before| now >= not_before) {
                self.last += 1;
                slot.not_before = None;
                slot.running = Some(Running { id: self.last, since: now, told: false });
                round.begun.push((self.last, key));
            }
        }
        round
    }

    /// True while this watch runs: what any other tells of the same thing is dropped.
    #[must_use]
    pub fn awaits(&self, key: &K, id: u64) -> bool {
        self.slots.get(key).and_then(|slot| slot.running.as_ref()).is_some_and(|running| running.id == id)
    }

    /// A watch that runs told something that is no loss. How far the cause of a loss before it reached, for that cause
    /// is gone where this `mends` it.
    pub fn told(&mut self, key: &K, id: u64, mends: bool) -> Option<Reach> {
        let slot = self.slots.get_mut(key)?;
        let running = slot.running.as_mut().filter(|running| running.id == id)?;
        running.told = true;
        if mends { slot.failed.take() } else { None }
    }

    /// A watch that runs was lost: the next one waits, longer each time.
    pub fn lost(&mut self, key: &K, id: u64, fault: &Fault, now: Timestamp) {
        let Some(slot) = self.slots.get_mut(key) else { return };
        let Some(running) = slot.running.take_if(|running| running.id == id) else { return };
        let was_good = running.told && now.duration_since(running.since).as_secs() >= GOOD;
        slot.failures = if was_good { 1 } else { slot.failures + 1 };
        slot.failed = Some(fault.kind.reach());
        slot.replaced = false;
        slot.not_before = now.checked_add(backoff::pause(&fault.kind, slot.failures, (self.seed, key))).ok();
    }

    /// The engineer wants those that `which` names to be told anew, at once: another watch takes the place of one that
    /// runs, and no pause is waited for. How many they are.
    pub fn force(&mut self, which: impl Fn(&K) -> bool) -> usize {
        let mut count = 0;
        for (_, slot) in self.slots.iter_mut().filter(|(key, _)| which(key)) {
            slot.replaced = slot.running.is_some();
            slot.not_before = None;
            count += 1;
        }
        count
    }

    /// The engineer wants those that `which` names to go on at once where they wait after a loss: no pause is waited for.
    /// How many do.
    pub fn retry(&mut self, which: impl Fn(&K) -> bool) -> usize {
        let waiting = self.slots.iter_mut().filter(|(key, slot)| slot.running.is_none() && which(key));
        waiting.map(|(_, slot)| slot.not_before = None).count()
    }

    /// Why some were lost may be gone: those of them that `which` names wait no longer.
    pub fn wake(&mut self, which: impl Fn(&K, Reach) -> bool) {
        for (key, slot) in &mut self.slots {
            if slot.failed.is_some_and(|reach| which(key, reach)) {
                slot.failures = 0;
                slot.not_before = None;
            }
        }
    }

    /// Watches that run and have told nothing yet: who waits for a whole picture waits for them.
    #[must_use]
    pub fn awaited(&self) -> usize {
        self.slots.values().filter(|slot| slot.running.as_ref().is_some_and(|running| !running.told)).count()
    }

    /// When a watch that was lost begins again.
    #[must_use]
    pub fn retry_at(&self, key: &K) -> Option<Timestamp> {
        self.slots.get(key).and_then(|slot| slot.not_before)
    }
}

#[cfg(test)]
mod tests;
