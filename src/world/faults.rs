//! The error log: an error stays readable until it is dismissed.

use std::collections::HashSet;

use jiff::Timestamp;

use super::estate::Estate;
use crate::domain::fault::Reach;
use crate::domain::{Fault, FaultKind, SiteId};
use crate::slices::reads::Target;

/// At most this many different errors are kept; the oldest mended ones go first.
const CAPACITY: usize = 200;

/// One error, however often it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub target: Target,
    /// Environment and region in words.
    pub place: String,
    pub fault: Fault,
    pub first: Timestamp,
    pub last: Timestamp,
    pub count: u32,
    /// When the same thing worked again.
    pub mended: Option<Timestamp>,
    /// When it was no longer asked for, because the screen that wanted it was left: nobody knows
    /// whether it is well.
    pub retired: Option<Timestamp>,
}

impl Entry {
    /// Whether it is what keeps something from the screen now.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.mended.is_none() && self.retired.is_none()
    }
}

/// All errors that were not dismissed, newest last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaultLog {
    entries: Vec<Entry>,
}

impl FaultLog {
    /// Sites are called as they are in this estate; the errors of those that are gone are left out.
    pub fn rename(&mut self, estate: &Estate) {
        self.entries.retain(|entry| estate.site(entry.target.site).is_some());
        self.entries.iter_mut().for_each(|entry| entry.place = estate.place(entry.target.site));
    }

    /// Takes in an error; true when it is a new one and not the repetition of one that stands, or
    /// stood when it was last asked for.
    pub fn record(&mut self, target: &Target, place: String, fault: Fault, now: Timestamp) -> bool {
        let is_known = |e: &&mut Entry| e.mended.is_none() && e.target == *target && e.fault.kind.is_like(&fault.kind);
        let known = self.entries.iter_mut().find(is_known);
        if let Some(entry) = known {
            entry.count += 1;
            entry.last = now;
            entry.retired = None;
            entry.fault = fault;
            return false;
        }
        if self.entries.len() >= CAPACITY {
            let victim = self.entries.iter().position(|e| !e.stands()).unwrap_or(0);
            self.entries.remove(victim);
        }
        let entry = Entry {
            target: target.clone(),
            place,
            fault,
            first: now,
            last: now,
            count: 1,
            mended: None,
            retired: None,
        };
        self.entries.push(entry);
        true
    }

    /// The target answered again.
    pub fn mend(&mut self, target: &Target, now: Timestamp) {
        for entry in self.entries.iter_mut().filter(|e| e.target == *target && e.mended.is_none()) {
            entry.mended = Some(now);
            entry.retired = None;
        }
    }

    /// The targets that are not wanted any more: their errors no longer stand.
    pub fn retire(&mut self, wanted: impl Fn(&Target) -> bool, now: Timestamp) {
        for entry in self.entries.iter_mut().filter(|e| e.stands() && !wanted(&e.target)) {
            entry.retired = Some(now);
        }
    }

    /// Errors that still stand.
    #[must_use]
    pub fn standing(&self) -> usize {
        self.entries.iter().filter(|e| e.stands()).count()
    }

    /// How many different things there are to mend: a wrong clock is one, and so are credentials that
    /// are over, however much they keep from the screen.
    #[must_use]
    pub fn causes(&self, estate: &Estate) -> usize {
        let (mut calls, mut sessions, mut machine) = (0, HashSet::new(), false);
        for entry in self.entries.iter().filter(|e| e.stands()) {
            match entry.fault.kind.reach() {
                Reach::Call => calls += 1,
                Reach::Session => {
                    sessions.insert(estate.site(entry.target.site).map(|site| site.session));
                }
                Reach::Machine => machine = true,
            }
        }
        calls + sessions.len() + usize::from(machine)
    }

    /// Whether an error that stands has already told of the cause of such a fault at `site`: the clock
    /// is that of all, credentials are those of a session.
    #[must_use]
    pub fn is_told(&self, estate: &Estate, site: SiteId, kind: &FaultKind) -> bool {
        let session = |site: SiteId| estate.site(site).map(|site| site.session);
        let same = |other: SiteId| match kind.reach() {
            Reach::Call => false,
            Reach::Session => session(other) == session(site),
            Reach::Machine => true,
        };
        self.entries.iter().any(|e| e.stands() && e.fault.kind.is_like(kind) && same(e.target.site))
    }

    /// The one to name where there is room for one: what hides the most ([`FaultKind::weight`]), the
    /// newest of its kind; of those that stand and whose target `counts`.
    ///
    /// [`FaultKind::weight`]: crate::domain::FaultKind::weight
    /// Between faults of one weight `counts` decides; those that it gives nothing for are left out.
    #[must_use]
    pub fn worst<K: Ord>(&self, counts: impl Fn(&Target) -> Option<K>) -> Option<&Entry> {
        let standing = self.entries.iter().filter(|e| e.stands());
        let weighed = standing.filter_map(|e| Some((e, (e.fault.kind.weight(), counts(&e.target)?, e.first))));
        weighed.max_by(|(_, a), (_, b)| a.cmp(b)).map(|(entry, _)| entry)
    }

    /// Newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().rev()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes one, counted as [`Self::iter`] counts.
    pub fn dismiss(&mut self, index: usize) {
        if let Some(at) = self.entries.len().checked_sub(index + 1) {
            self.entries.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SessionId;
    use crate::services::{alarms, rds};
    use crate::slices::reads::Read;
    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn target(site: usize) -> Target {
        Target { site: SiteId(site), read: Read::Rds(rds::Read::Databases) }
    }

    fn fault(kind: FaultKind) -> Fault {
        Fault { kind, call: "rds:DescribeDBInstances".into(), message: String::new(), request_id: None }
    }

    #[test]
    fn what_is_no_longer_asked_for_is_not_well_again() {
        let mut log = FaultLog::default();
        assert!(log.record(&target(0), "prod".into(), fault(FaultKind::Unreachable), at(1)));
        log.retire(|_| false, at(2));
        let entry = log.iter().next().expect("it stays readable");
        assert_eq!((entry.mended, entry.retired, log.standing()), (None, Some(at(2)), 0));
        // The screen is opened again, and it still fails: the same error stands.
        assert!(!log.record(&target(0), "prod".into(), fault(FaultKind::Unreachable), at(3)));
        assert_eq!((log.len(), log.standing()), (1, 1));
        log.retire(|_| false, at(4));
        log.mend(&target(0), at(5));
        let entry = log.iter().next().expect("it stays readable");
        assert_eq!((entry.mended, entry.retired), (Some(at(5)), None));
    }

    #[test]
    fn one_cause_is_told_once_however_much_fails_for_it() {
        let mut estate = Estate::default();
        for (session, region) in [(0, "us-east-1"), (0, "eu-west-1"), (1, "us-east-1")] {
            estate.add_site(SessionId(session), region);
        }
        let mut log = FaultLog::default();
        let expired = FaultKind::Expired { login: None };
        assert!(!log.is_told(&estate, SiteId(0), &expired));
        log.record(&target(0), "a".into(), fault(expired.clone()), at(1));
        assert!(log.is_told(&estate, SiteId(1), &expired), "the same credentials");
        assert!(!log.is_told(&estate, SiteId(2), &expired), "others");
        log.record(&target(1), "b".into(), fault(expired.clone()), at(1));
        assert_eq!((log.standing(), log.causes(&estate)), (2, 1));
        log.record(&target(2), "c".into(), fault(expired), at(1));
        assert_eq!(log.causes(&estate), 2);
        let clock = |behind| FaultKind::WrongClock { behind: Some(behind) };
        log.record(&target(0), "a".into(), fault(clock(2400)), at(2));
        assert!(log.is_told(&estate, SiteId(2), &clock(2401)));
        assert!(!log.record(&target(0), "a".into(), fault(clock(2403)), at(3)), "it is the same clock");
        assert_eq!(log.causes(&estate), 3);
        for site in [0, 1] {
            let target = Target { site: SiteId(site), read: Read::Alarms(alarms::Read::All) };
            log.record(&target, "a".into(), fault(FaultKind::Unreachable), at(4));
        }
        assert_eq!(log.causes(&estate), 5);
    }

    #[test]
    fn the_worst_hides_the_most_and_is_the_newest_of_its_kind() {
        let mut log = FaultLog::default();
        let expired = || fault(FaultKind::Expired { login: None });
        log.record(&target(0), "a".into(), expired(), at(1));
        log.record(&target(1), "b".into(), expired(), at(2));
        log.record(&target(2), "c".into(), fault(FaultKind::Throttled), at(3));
        let worst = |log: &FaultLog, counts: fn(&Target) -> bool| {
            log.worst(|target| counts(target).then_some(())).map(|e| e.place.clone())
        };
        assert_eq!(worst(&log, |_| true).as_deref(), Some("b"));
        let first = log.worst(|target| Some(std::cmp::Reverse(target.site)));
        assert_eq!(first.map(|e| e.place.as_str()), Some("a"), "what counts more comes first");
        assert_eq!(worst(&log, |target| target.site == SiteId(2)).as_deref(), Some("c"));
        log.mend(&target(1), at(4));
        assert_eq!(worst(&log, |_| true).as_deref(), Some("a"));
        log.retire(|_| false, at(5));
        assert_eq!(worst(&log, |_| true), None);
    }
}
