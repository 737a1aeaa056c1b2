//! What is due, what is on its way, and how failures are spaced.

use std::collections::{BTreeSet, HashMap};
use std::mem;

use jiff::Timestamp;

use super::{Attention, Readable, Target, backoff, cadence};
use crate::domain::fault::Reach;
use crate::domain::{Fault, SiteId};

/// The state of polling: one slot a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule<R: Readable> {
    slots: HashMap<Target<R>, Slot>,
    next_id: u64,
    /// Makes this console's pauses differ from every other console's.
    seed: u64,
    /// Where something may have become due by anything but time.
    stirred: Stirred,
}

/// Where something may have become due by anything but time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Stirred {
    #[default]
    Nowhere,
    At(BTreeSet<SiteId>),
    Everywhere,
}

impl Stirred {
    fn at(&mut self, site: SiteId) {
        match self {
            Self::Nowhere => *self = Self::At(BTreeSet::from([site])),
            Self::At(sites) => {
                sites.insert(site);
            }
            Self::Everywhere => {}
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Slot {
    /// The request that is awaited.
    awaited: Option<u64>,
    /// When the last success came; `None` before the first.
    read: Option<Timestamp>,
    /// How many pages it took.
    pages: usize,
    /// Not before this, after a failure.
    not_before: Option<Timestamp>,
    /// Failures in a row.
    failures: u32,
    /// How far the cause of the last failure reaches; `None` after a success.
    failed: Option<Reach>,
    /// Asked for at once.
    forced: bool,
    /// It is the engineer who wants it at once.
    by_hand: bool,
}

impl Slot {
    /// It is asked for at once, or again when what is on its way has come.
    fn renew(&mut self) {
        self.forced |= self.awaited.is_some() || self.not_before.is_none();
    }
}

impl<R: Readable> Default for Schedule<R> {
    fn default() -> Self {
        Self { slots: HashMap::new(), next_id: 0, seed: 0, stirred: Stirred::default() }
    }
}

impl<R: Readable> Schedule<R> {
    /// A schedule whose back-off differs from those of other seeds.
    #[must_use]
    pub fn with_seed(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Where something may have become due since this was asked last, other than by time.
    pub fn take_stirred(&mut self) -> Stirred {
        mem::take(&mut self.stirred)
    }

    /// Forgets the targets that are not wanted any more. One on its way is still awaited; what is fresh, or failed a
    /// moment ago, is not asked again before its time when somebody comes back to it.
    pub fn retain(&mut self, wanted: impl Fn(&Target<R>) -> bool, now: Timestamp) {
        self.slots.retain(|target, slot| {
            let next = || cadence::next_due(&target.read, Attention::Watched, slot.read?, slot.pages);
            let is_fresh = || slot.not_before.or_else(next).is_some_and(|due| now < due);
            slot.awaited.is_some() || wanted(target) || is_fresh()
        });
    }

    /// Whether `target` should be asked for now.
    #[must_use]
    pub fn is_due(&self, target: &Target<R>, attention: Attention, now: Timestamp) -> bool {
        let Some(slot) = self.slots.get(target) else { return attention != Attention::None };
        if slot.awaited.is_some() || attention == Attention::None {
            return false;
        }
        if slot.forced {
            return true;
        }
        if let Some(not_before) = slot.not_before {
            return now >= not_before;
        }
        match slot.read {
            None => true,
            Some(read) => cadence::next_due(&target.read, attention, read, slot.pages).is_some_and(|due| now >= due),
        }
    }

    /// Notes that `target` is being asked for; the id of the request.
    pub fn begin(&mut self, target: &Target<R>) -> u64 {
        self.next_id += 1;
        let slot = self.slots.entry(target.clone()).or_default();
        slot.awaited = Some(self.next_id);
        slot.not_before = None;
        slot.forced = false;
        slot.by_hand = false;
        self.next_id
    }

    /// Whether the engineer asked for `target` and it was not begun since.
    #[must_use]
    pub fn is_by_hand(&self, target: &Target<R>) -> bool {
        self.slots.get(target).is_some_and(|slot| slot.by_hand)
    }

    /// True while an answer with this id is the one that is awaited.
    #[must_use]
    pub fn awaits(&self, target: &Target<R>, id: u64) -> bool {
        self.slots.get(target).is_some_and(|slot| slot.awaited == Some(id))
    }

    /// The awaited request ended well, after so many pages; how far the cause of a failure before it reached, for that
    /// cause is gone.
    pub fn succeed(&mut self, target: &Target<R>, now: Timestamp, pages: usize) -> Option<Reach> {
        let slot = self.slots.get_mut(target)?;
        self.stirred.at(target.site);
        let before = std::mem::take(slot);
        *slot = Slot { read: Some(now), pages, forced: before.forced, ..Slot::default() };
        before.failed
    }

    /// The awaited request failed: the next try waits, longer each time.
    pub fn fail(&mut self, target: &Target<R>, fault: &Fault, now: Timestamp) {
        if let Some(slot) = self.slots.get_mut(target) {
            self.stirred.at(target.site);
            slot.awaited = None;
            slot.forced = false;
            slot.failures += 1;
            slot.failed = Some(fault.kind.reach());
            slot.not_before = now.checked_add(backoff::pause(&fault.kind, slot.failures, (self.seed, target))).ok();
        }
    }

    /// Asks for everything that is known to the schedule and that `which` names, now: the
    /// engineer pressed a key. What is on its way already is not asked for twice.
    pub fn force(&mut self, which: impl Fn(&Target<R>) -> bool) -> usize {
        let mut count = 0;
        self.stirred = Stirred::Everywhere;
        for (target, slot) in &mut self.slots {
            if which(target) && slot.awaited.is_none() {
                slot.forced = true;
                slot.by_hand = true;
                count += 1;
            }
        }
        count
    }

    /// Something of a site could not be asked for when it was due, and can be now.
    pub fn ready(&mut self, site: SiteId) {
        self.stirred.at(site);
    }

    /// What a target depends on has changed: it is due again, at once.
    pub fn renew(&mut self, target: &Target<R>) {
        if let Some(slot) = self.slots.get_mut(target) {
            self.stirred.at(target.site);
            slot.renew();
        }
    }

    /// The same for each that `which` names.
    pub fn renew_all(&mut self, which: impl Fn(&Target<R>) -> bool) {
        self.stirred = Stirred::Everywhere;
        self.slots.iter_mut().filter(|(target, _)| which(target)).for_each(|(_, slot)| slot.renew());
    }

    /// Why some targets failed may be gone: those that failed last and that `which` names are asked
    /// for now, and what is on its way waits no longer than after a first failure.
    pub fn wake(&mut self, which: impl Fn(&Target<R>, Reach) -> bool) {
        self.stirred = Stirred::Everywhere;
        for (target, slot) in &mut self.slots {
            if slot.failed.is_some_and(|reach| which(target, reach)) {
                slot.failures = 0;
                slot.forced |= slot.awaited.is_none();
            }
        }
    }

    /// Requests on their way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.slots.values().filter(|slot| slot.awaited.is_some()).count()
    }

    /// What is on its way.
    pub fn under_way(&self) -> impl Iterator<Item = &Target<R>> {
        self.slots.iter().filter(|(_, slot)| slot.awaited.is_some()).map(|(target, _)| target)
    }

    /// Whether it was answered once.
    #[must_use]
    pub fn has_answered(&self, target: &Target<R>) -> bool {
        self.slots.get(target).is_some_and(|slot| slot.read.is_some())
    }

    /// When `target` will be tried again after a failure.
    #[must_use]
    pub fn retry_at(&self, target: &Target<R>) -> Option<Timestamp> {
        self.slots.get(target).and_then(|slot| slot.not_before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::testing::Fake;
    use crate::domain::{FaultKind, SiteId};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn target() -> Target<Fake> {
        Target { site: SiteId(0), read: Fake::List }
    }

    fn fault() -> Fault {
        Fault { kind: FaultKind::TimedOut, call: "rds:X".into(), message: String::new(), request_id: None }
    }

    #[test]
    fn one_request_at_a_time_and_the_next_after_the_interval() {
        let mut schedule = Schedule::default();
        assert!(schedule.is_due(&target(), Attention::Watched, at(0)));
        let id = schedule.begin(&target());
        assert!(schedule.awaits(&target(), id));
        assert!(!schedule.is_due(&target(), Attention::Watched, at(1000)));
        schedule.succeed(&target(), at(10), 1);
        assert!(!schedule.is_due(&target(), Attention::Watched, at(39)));
        assert!(schedule.is_due(&target(), Attention::Watched, at(40)));
        assert!(!schedule.is_due(&target(), Attention::Hidden, at(40)));
    }

    #[test]
    fn failures_wait_and_a_key_does_not() {
        let mut schedule = Schedule::default();
        schedule.begin(&target());
        schedule.fail(&target(), &fault(), at(0));
        assert!(!schedule.is_due(&target(), Attention::Watched, at(1)));
        assert!(schedule.is_due(&target(), Attention::Watched, at(4)));
        assert!(!schedule.is_by_hand(&target()));
        assert_eq!(schedule.force(|_| true), 1);
        assert!(schedule.is_due(&target(), Attention::Watched, at(1)));
        assert!(schedule.is_by_hand(&target()));
        schedule.begin(&target());
        assert!(!schedule.is_by_hand(&target()));
    }

    #[test]
    fn what_failed_for_a_cause_that_is_gone_does_not_wait() {
        let mut schedule = Schedule::default();
        let other = Target { site: SiteId(0), read: Fake::Metrics };
        let expired = Fault { kind: FaultKind::Expired { login: None }, ..fault() };
        for _ in 0..5 {
            schedule.begin(&target());
            schedule.fail(&target(), &expired, at(0));
        }
        schedule.begin(&other);
        schedule.fail(&other, &fault(), at(0));
        assert!(!schedule.is_due(&target(), Attention::Watched, at(1)));
        schedule.wake(|_, reach| reach == Reach::Session);
        assert!(schedule.is_due(&target(), Attention::Watched, at(1)));
        assert!(!schedule.is_by_hand(&target()), "nobody asked for new credentials");
        assert!(!schedule.is_due(&other, Attention::Watched, at(1)));
        schedule.begin(&target());
        assert_eq!(schedule.succeed(&target(), at(2), 1), Some(Reach::Session));
        schedule.wake(|_, _| true);
        assert!(!schedule.is_due(&target(), Attention::Watched, at(3)), "it did not fail");
        schedule.begin(&target());
        assert_eq!(schedule.succeed(&target(), at(40), 1), None);
    }

    #[test]
    fn an_older_answer_is_not_awaited() {
        let mut schedule = Schedule::default();
        let old = schedule.begin(&target());
        schedule.fail(&target(), &fault(), at(0));
        let new = schedule.begin(&target());
        assert!(!schedule.awaits(&target(), old));
        assert!(schedule.awaits(&target(), new));
    }
}
