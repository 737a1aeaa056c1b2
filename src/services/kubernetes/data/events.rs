//! Events, kept for as long as what they explain is shown: the server forgets them after an hour.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::standing::WatchStanding;
use crate::domain::{Delta, Watched};
use crate::services::kubernetes::model::{ClusterEvent, ObjectRef};

/// Of what is gone they are kept so long, as the server would.
const GONE: SignedDuration = SignedDuration::from_hours(1);
/// Kept at most: of more the oldest go.
const MOST: usize = 20_000;
/// Looked through for what is to be forgotten no more often than this.
const SWEPT: SignedDuration = SignedDuration::from_secs(60);

/// The events of a cluster by what they are about; of each reason and source the last one alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventStore {
    /// How fresh they are: the events themselves are not in it.
    watched: Watched<()>,
    about: BTreeMap<ObjectRef, Vec<Arc<ClusterEvent>>>,
    count: usize,
    swept: Option<Timestamp>,
}

impl EventStore {
    /// Those about an object, the one that was told last first.
    #[must_use]
    pub fn of(&self, about: &ObjectRef) -> &[Arc<ClusterEvent>] {
        self.about.get(about).map_or(&[], Vec::as_slice)
    }

    /// All of them, by what they are about.
    pub fn all(&self) -> impl Iterator<Item = (&ObjectRef, &[Arc<ClusterEvent>])> {
        self.about.iter().map(|(about, events)| (about, events.as_slice()))
    }

    /// Those about objects of a kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a ObjectRef, &'a [Arc<ClusterEvent>])> {
        let first = ObjectRef { kind: kind.into(), namespace: "".into(), name: "".into() };
        let from = self.about.range(first..).take_while(move |(about, _)| *about.kind == *kind);
        from.map(|(about, events)| (about, events.as_slice()))
    }

    /// How many are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// None is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How it stands with them.
    #[must_use]
    pub fn whole(&self) -> WatchStanding<'_> {
        WatchStanding::of(self.watched.items())
    }

    /// A watch of them has begun.
    pub fn begin(&mut self, id: u64) {
        self.watched.begin(id);
    }

    /// Nobody watches them any more.
    pub fn end(&mut self) {
        self.watched.end();
    }

    /// Takes in what the watch of this number told; true when there is something new. `is_there` tells whether what an
    /// event is about is shown still.
    pub fn take(
        &mut self,
        id: u64,
        delta: Delta<Arc<ClusterEvent>>,
        now: Timestamp,
        is_there: impl Fn(&ObjectRef) -> bool,
    ) -> bool {
        let (put, bare) = match delta {
            Delta::Snapshot(all) => (all, Delta::Snapshot([].into())),
            Delta::Changes { put, .. } => (put, Delta::Changes { put: [].into(), gone: [].into() }),
            Delta::Alive => ([].into(), Delta::Alive),
            Delta::Lost(fault) => ([].into(), Delta::Lost(fault)),
        };
        if !self.watched.hears(id, &bare) {
            return false;
        }
        self.watched.take(id, bare, now);
        let mut is_other = false;
        for event in put.into_values() {
            is_other |= self.put(event);
        }
        if self.count > MOST || self.swept.is_none_or(|at| now.duration_since(at) >= SWEPT) {
            self.sweep(now, is_there);
        }
        is_other
    }

    fn put(&mut self, event: Arc<ClusterEvent>) -> bool {
        let all = self.about.entry(event.about.clone()).or_default();
        let same = all.iter().position(|e| e.reason == event.reason && e.from == event.from && e.uid == event.uid);
        match same {
            Some(at) if *all[at] == *event || all[at].last > event.last => return false,
            Some(at) => {
                all.remove(at);
            }
            None => self.count += 1,
        }
        let at = all.partition_point(|other| other.last > event.last);
        all.insert(at, event);
        true
    }

    fn sweep(&mut self, now: Timestamp, is_there: impl Fn(&ObjectRef) -> bool) {
        self.swept = Some(now);
        let is_old = |event: &ClusterEvent| event.last.is_none_or(|last| now.duration_since(last) > GONE);
        self.about.retain(|about, events| !events.iter().all(|event| is_old(event)) || is_there(about));
        self.count = self.about.values().map(Vec::len).sum();
        if self.count <= MOST {
            return;
        }
        let mut times: Vec<Option<Timestamp>> = self.about.values().flatten().map(|event| event.last).collect();
        times.sort_unstable();
        // A tenth more than must go: not each event is to look through all.
        let oldest = times.get(self.count - MOST + MOST / 10).copied().flatten();
        for events in self.about.values_mut() {
            events.retain(|event| event.last >= oldest);
        }
        self.about.retain(|_, events| !events.is_empty());
        self.count = self.about.values().map(Vec::len).sum();
    }
}
