//! The error log: an error stays readable until it is dismissed.

use std::collections::HashSet;

use jiff::Timestamp;

use super::estate::Estate;
use crate::domain::fault::Reach;
use crate::domain::{Fault, FaultKind, SessionId, SiteId};
use crate::slices::reads::Target;

/// At most this many different errors are kept; the oldest that are over go first.
const CAPACITY: usize = 400;

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

    /// When it stood no longer, as far as anybody knows.
    fn end(&self) -> Option<Timestamp> {
        self.mended.or(self.retired)
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

    /// What went wrong, an item a cause, the cause that came last first. Errors are of one cause when one kind of
    /// fault stood at one place for all of them at a time: a wrong clock is one, however much it keeps from the
    /// screen, and so are credentials that are over.
    #[must_use]
    pub fn by_cause(&self, estate: &Estate) -> Vec<RootCause<'_>> {
        let mut causes: Vec<(Extent, Vec<usize>)> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let place = Extent::of(estate, entry.target.site, &entry.fault.kind);
            let joins = |(other, members): &&mut (Extent, Vec<usize>)| {
                let of = members.iter().filter_map(|member| self.entries.get(*member));
                *other == place
                    && of.clone().any(|known| known.fault.kind.is_like(&entry.fault.kind))
                    && of.clone().any(|known| known.end().is_none_or(|end| end >= entry.first))
            };
            match causes.iter_mut().rev().find(joins) {
                Some((_, members)) => members.push(at),
                None => causes.push((place, vec![at])),
            }
        }
        let told = |members: Vec<usize>| members.into_iter().rev().filter_map(|at| self.entries.get(at)).collect();
        causes.into_iter().rev().map(|(_, members)| RootCause { entries: told(members) }).collect()
    }

    /// How many different things there are to fix.
    #[must_use]
    pub fn causes(&self, estate: &Estate) -> usize {
        self.by_cause(estate).iter().filter(|cause| cause.stands()).count()
    }

    /// Whether an error that stands has already told of the cause of such a fault at `site`.
    #[must_use]
    pub fn is_told(&self, estate: &Estate, site: SiteId, kind: &FaultKind) -> bool {
        let place = Extent::of(estate, site, kind);
        let same = |e: &Entry| e.fault.kind.is_like(kind) && Extent::of(estate, e.target.site, &e.fault.kind) == place;
        self.entries.iter().any(|e| e.stands() && same(e))
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

    /// Removes all errors of a cause, counted as [`Self::by_cause`] counts.
    pub fn dismiss(&mut self, estate: &Estate, index: usize) {
        let causes = self.by_cause(estate);
        let Some(gone) = causes.get(index) else { return };
        let gone: Vec<Entry> = gone.entries.iter().map(|entry| (*entry).clone()).collect();
        self.entries.retain(|entry| !gone.contains(entry));
    }
}

/// How far a cause reaches from where it was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Site(SiteId),
    /// Everything that is signed with the same credentials; `None` where nobody knows which.
    Session(Option<SessionId>),
    Machine,
}

impl Extent {
    fn of(estate: &Estate, site: SiteId, kind: &FaultKind) -> Self {
        match kind.reach() {
            Reach::Call => Self::Site(site),
            Reach::Session => Self::Session(estate.site(site).map(|site| site.session)),
            Reach::Machine => Self::Machine,
        }
    }
}

/// The errors of one cause, newest first; there is at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct RootCause<'a> {
    pub entries: Vec<&'a Entry>,
}

impl<'a> RootCause<'a> {
    /// Whether it keeps something from the screen now.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.entries.iter().any(|entry| entry.stands())
    }

    /// The newest error that stands, of those that are over the newest.
    #[must_use]
    pub fn newest(&self) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.stands()).or(self.entries.first()).copied()
    }

    /// When it was noticed first.
    #[must_use]
    pub fn first(&self) -> Option<Timestamp> {
        self.entries.iter().map(|entry| entry.first).min()
    }

    /// Different calls that it keeps from the screen now, or kept when it is over.
    #[must_use]
    pub fn calls(&self) -> usize {
        let of = self.entries.iter().filter(|entry| entry.stands() || !self.stands());
        of.map(|entry| &entry.target).collect::<HashSet<_>>().len()
    }

    /// The sites where it was noticed, the newest first.
    #[must_use]
    pub fn sites(&self) -> Vec<SiteId> {
        let mut sites: Vec<SiteId> = Vec::new();
        for entry in &self.entries {
            if !sites.contains(&entry.target.site) {
                sites.push(entry.target.site);
            }
        }
        sites
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn five_calls_that_fail_for_one_reason_are_one_line() {
        let mut estate = Estate::default();
        estate.add_site(SessionId(0), "us-east-1");
        estate.add_site(SessionId(0), "us-west-2");
        let mut log = FaultLog::default();
        let of = |site: usize, read: Read| Target { site: SiteId(site), read };
        let reads = [
            Read::Rds(rds::Read::Databases),
            Read::Rds(rds::Read::Events),
            Read::Rds(rds::Read::Metrics),
            Read::Alarms(alarms::Read::All),
            Read::Identity,
        ];
        for (second, read) in (1..).zip(&reads) {
            log.record(&of(0, read.clone()), "prod".into(), fault(FaultKind::Unreachable), at(second));
        }
        let denied = |action: &str| FaultKind::Denied { action: action.into() };
        for (read, action) in reads.iter().zip(["rds:DescribeDBInstances", "rds:DescribeEvents"]) {
            log.record(&of(1, read.clone()), "prod".into(), fault(denied(action)), at(7));
        }
        let causes = log.by_cause(&estate);
        assert_eq!(
            causes.iter().map(RootCause::calls).collect::<Vec<_>>(),
            [1, 1, 5],
            "each action is a cause of its own"
        );
        let cut = causes.last().expect("there are three");
        assert_eq!((cut.first(), cut.stands(), cut.sites()), (Some(at(1)), true, vec![SiteId(0)]));
        assert_eq!(log.causes(&estate), 3);
        assert!(log.is_told(&estate, SiteId(0), &FaultKind::Unreachable));
        assert!(!log.is_told(&estate, SiteId(1), &FaultKind::Unreachable), "another region is another place");

        // Two of them answer again: the line stays where it is, and counts what is still away.
        log.mend(&of(0, reads[0].clone()), at(10));
        log.mend(&of(0, reads[1].clone()), at(11));
        assert_eq!(log.by_cause(&estate).last().map(RootCause::calls), Some(3));
        for read in &reads {
            log.mend(&of(0, read.clone()), at(12));
        }
        let causes = log.by_cause(&estate);
        assert_eq!(causes.last().map(|cause| (cause.stands(), cause.calls())), Some((false, 5)), "all that it kept");

        // What fails an hour later for the same reason is another outage.
        log.record(&of(0, reads[0].clone()), "prod".into(), fault(FaultKind::Unreachable), at(3600));
        let causes = log.by_cause(&estate);
        assert_eq!((causes.len(), causes[0].calls(), causes[0].first()), (4, 1, Some(at(3600))));
        log.dismiss(&estate, 3);
        assert_eq!((log.len(), log.by_cause(&estate).len()), (3, 3), "the five of the first went");
        log.dismiss(&estate, 9);
        assert_eq!(log.len(), 3);
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
