//! Things of which a watch tells, and what we know of them at this moment.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::delta::{Changed, Delta, Items};
use super::{Fault, Remote};

/// A set of things by name, kept up to date by a watch: the whole first, then changes.
///
/// Each watch has a number, its generation: what a watch of before still tells is dropped. A watch that is quiet and
/// alive is fresh, for its bookmarks renew the age; one that died in silence ages. A loss keeps what was known, as
/// stale, until the next watch has told the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched<T> {
    items: Remote<Items<T>>,
    /// The watch that is listened to.
    generation: Option<u64>,
    /// That watch has told the whole.
    whole: bool,
}

impl<T> Default for Watched<T> {
    fn default() -> Self {
        Self { items: Remote::Idle, generation: None, whole: false }
    }
}

impl<T> Watched<T> {
    /// What is known, in the order of the names. Its time is that of the last whole, change or bookmark.
    pub fn items(&self) -> &Remote<Items<T>> {
        &self.items
    }

    /// One of them by its name, fresh or stale.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.items.value()?.get(name)
    }

    /// A watch of this generation has begun: only it is listened to from now on.
    pub fn begin(&mut self, generation: u64) {
        self.generation = Some(generation);
        self.whole = false;
        self.items.begin();
    }

    /// Nobody watches any more, for nobody wants to: what is known stays, and ages.
    pub fn end(&mut self) {
        self.generation = None;
        self.whole = false;
        if matches!(self.items, Remote::Loading) {
            self.items = Remote::Idle;
        }
    }

    /// The watch is lost: what was known is stale.
    fn lose(&mut self, fault: Fault) {
        self.generation = None;
        self.whole = false;
        self.items.fail(fault);
    }

    /// It is so up to now. Never earlier than what was known before, whatever this machine's clock does.
    fn renew(&mut self, now: Timestamp) {
        if let Remote::Ready { at, .. } = &mut self.items {
            *at = now.max(*at);
        }
    }
}

impl<T> Watched<T> {
    /// Whether what the watch of this generation tells is taken in: it is the one that is listened to, and the whole
    /// comes before anything else.
    #[must_use]
    pub fn hears(&self, generation: u64, delta: &Delta<T>) -> bool {
        self.generation == Some(generation) && (self.whole || matches!(delta, Delta::Snapshot(_) | Delta::Lost(_)))
    }
}

impl<T: PartialEq> Watched<T> {
    /// Takes in what the watch of this generation told; which things are others now. What another generation told
    /// changes nothing, and what comes before the whole is not taken for it.
    pub fn take(&mut self, generation: u64, delta: Delta<T>, now: Timestamp) -> Changed {
        if self.generation != Some(generation) {
            return Changed::Nothing;
        }
        match delta {
            Delta::Snapshot(all) => self.replace(all, now),
            Delta::Lost(fault) => {
                self.lose(fault);
                Changed::Nothing
            }
            Delta::Alive | Delta::Changes { .. } if !self.whole => Changed::Nothing,
            Delta::Alive => {
                self.renew(now);
                Changed::Nothing
            }
            Delta::Changes { put, gone } => {
                self.renew(now);
                let Some(all) = self.items.value_mut() else { return Changed::Nothing };
                let mut names = BTreeSet::new();
                for name in gone {
                    if !put.contains_key(&name) && all.remove(&name).is_some() {
                        names.insert(name);
                    }
                }
                for (name, item) in put {
                    if all.get(&name) != Some(&item) {
                        names.insert(name.clone());
                        all.insert(name, item);
                    }
                }
                Changed::of(names)
            }
        }
    }

    /// This is the whole.
    fn replace(&mut self, all: Items<T>, now: Timestamp) -> Changed {
        let changed = match self.items.value() {
            None => Changed::All,
            Some(before) => {
                let put = all.iter().filter(|(name, item)| before.get(*name) != Some(*item)).map(|(name, _)| name);
                let gone = before.keys().filter(|name| !all.contains_key(*name));
                Changed::of(put.chain(gone).cloned().collect())
            }
        };
        let at = self.items.at().map_or(now, |before| now.max(before));
        self.items.succeed(all, at);
        self.whole = true;
        changed
    }
}

#[cfg(test)]
mod tests;
