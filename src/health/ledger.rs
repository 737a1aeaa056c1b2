//! Which findings stand, and since when.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::finding::{Finding, Severity};

/// Data comes back piece by piece after a start: a finding that appears later than this is a new one.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(15);

/// A finding that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The finding, with the earliest beginning that is known.
    pub finding: Finding,
    /// When the rule first gave it, without a break since.
    pub first_seen: Timestamp,
    /// When the rule last gave it.
    pub last_seen: Timestamp,
}

/// What is kept of a finding from one start of the console to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// ARN of the resource.
    pub arn: String,
    /// The rule's name.
    pub rule: String,
    /// The severity at which it stands.
    pub severity: Severity,
    /// When it began.
    pub since: Timestamp,
    /// When the rule last gave it.
    pub seen: Timestamp,
}

/// The standing findings of every resource, by its ARN.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    resources: HashMap<String, Vec<Standing>>,
    /// From the last time that the console ran, by ARN: what no rule has given again yet.
    remembered: HashMap<String, Vec<Beginning>>,
    /// When what is left of `remembered` is dropped.
    remembered_until: Option<Timestamp>,
}

impl Ledger {
    /// Takes in what the rules say of a resource: what is not among it is over, what stood before
    /// keeps its earliest beginning. Worst first, among equals the longest standing. `seen` is the
    /// moment of the data that the rules looked at. True when something else is said than before.
    pub fn renew(&mut self, arn: &str, findings: Vec<Finding>, seen: Timestamp) -> bool {
        if self.remembered_until.is_some_and(|until| seen >= until) {
            self.remembered.clear();
            self.remembered_until = None;
        }
        let before = self.resources.remove(arn).unwrap_or_default();
        if findings.is_empty() {
            return !before.is_empty();
        }
        let mut after: Vec<Standing> = findings
            .into_iter()
            .map(|mut finding| {
                let old = before.iter().find(|standing| standing.finding.rule == finding.rule);
                let remembered = if old.is_none() { self.recollect(arn, finding.rule) } else { None };
                let (known, last_seen) = match (old, &remembered) {
                    (Some(old), _) => (old.finding.since, old.last_seen),
                    (None, Some(beginning)) => (Some(beginning.since), beginning.seen),
                    (None, None) => (None, seen),
                };
                // A series reaches back an hour: its word is not later than what was known before,
                // unless it began after anybody last looked.
                let known = known.filter(|_| finding.since.is_none_or(|own| own <= last_seen));
                let first_seen = match (old, remembered) {
                    (Some(old), _) => old.first_seen,
                    (None, Some(beginning)) if known.is_some() => beginning.since,
                    (None, _) => seen,
                };
                finding.since = finding.since.into_iter().chain(known).min().or(Some(first_seen));
                Standing { finding, first_seen, last_seen: seen }
            })
            .collect();
        after.sort_by_key(|standing| (std::cmp::Reverse(standing.finding.severity), standing.finding.since));
        let is_same =
            before.iter().map(|standing| &standing.finding).eq(after.iter().map(|standing| &standing.finding));
        self.resources.insert(arn.to_owned(), after);
        !is_same
    }

    /// What was remembered of a finding, once.
    fn recollect(&mut self, arn: &str, rule: &str) -> Option<Beginning> {
        let of_resource = self.remembered.get_mut(arn)?;
        let at = of_resource.iter().position(|beginning| beginning.rule == rule)?;
        Some(of_resource.swap_remove(at))
    }

    /// What the next start of the console has to know, so that beginnings outlive this one.
    #[must_use]
    pub fn beginnings(&self) -> Vec<Beginning> {
        let standing = self.resources.iter().flat_map(|(arn, all)| {
            all.iter().map(|standing| Beginning {
                arn: arn.clone(),
                rule: standing.finding.rule.to_owned(),
                severity: standing.finding.severity,
                since: standing.finding.since.unwrap_or(standing.first_seen),
                seen: standing.last_seen,
            })
        });
        standing.chain(self.remembered.values().flatten().cloned()).collect()
    }

    /// Takes in what an earlier run of the console gave as [`Self::beginnings`]. `now` is the
    /// present: what no rule gives again soon is dropped.
    pub fn remember(&mut self, beginnings: impl IntoIterator<Item = Beginning>, now: Timestamp) {
        for beginning in beginnings {
            self.remembered.entry(beginning.arn.clone()).or_default().push(beginning);
        }
        self.remembered_until = now.checked_add(REMEMBERED).ok();
    }

    /// The severity at which a rule's finding about a resource stands: what `examine` asks for.
    #[must_use]
    pub fn standing(&self, arn: &str, rule: &str) -> Option<Severity> {
        let standing = self.of(arn).find(|finding| finding.rule == rule).map(|finding| finding.severity);
        standing.or_else(|| self.remembered.get(arn)?.iter().find(|b| b.rule == rule).map(|b| b.severity))
    }

    /// The findings about a resource, worst first.
    pub fn of(&self, arn: &str) -> impl Iterator<Item = &Finding> {
        self.resources.get(arn).into_iter().flatten().map(|standing| &standing.finding)
    }

    /// Everything that stands, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Standing> {
        self.resources.values().flatten()
    }

    /// Forgets the resources for which `gone` is true: deleted ones, and what is not watched any more.
    pub fn forget(&mut self, mut gone: impl FnMut(&str) -> bool) {
        self.resources.retain(|arn, _| !gone(arn));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(minutes * 60).expect("in range")
    }

    fn finding(rule: &'static str, severity: Severity, since: Option<Timestamp>) -> Finding {
        Finding {
            rule,
            severity,
            resource: "db".into(),
            arn: "arn".into(),
            summary: "something".into(),
            evidence: String::new(),
            since,
            advice: "Do something.".into(),
            source: "test",
            metric: None,
        }
    }

    #[test]
    fn the_earliest_beginning_is_kept_while_it_stands() {
        let mut ledger = Ledger::default();
        let since = |ledger: &Ledger| ledger.of("arn").next().and_then(|f| f.since);
        ledger.renew("arn", vec![finding("cpu", Severity::Warning, None)], at(10));
        assert_eq!(since(&ledger), Some(at(10)), "first seen");
        ledger.renew("arn", vec![finding("cpu", Severity::Critical, Some(at(5)))], at(11));
        assert_eq!(since(&ledger), Some(at(5)), "the series knows better");
        ledger.renew("arn", vec![finding("cpu", Severity::Warning, Some(at(9)))], at(12));
        assert_eq!(since(&ledger), Some(at(5)), "the series has moved on");
        ledger.renew("arn", vec![], at(13));
        assert_eq!(ledger, Ledger::default());
        ledger.renew("arn", vec![finding("cpu", Severity::Warning, None)], at(20));
        assert_eq!(since(&ledger), Some(at(20)), "a new one");
    }

    #[test]
    fn the_worst_and_the_oldest_come_first() {
        let mut ledger = Ledger::default();
        let findings = vec![
            finding("c", Severity::Warning, Some(at(8))),
            finding("a", Severity::Info, Some(at(1))),
            finding("d", Severity::Critical, Some(at(9))),
            finding("b", Severity::Warning, Some(at(3))),
        ];
        ledger.renew("arn", findings, at(10));
        assert_eq!(ledger.of("arn").map(|f| f.rule).collect::<Vec<_>>(), vec!["d", "b", "c", "a"]);
        assert_eq!(ledger.standing("arn", "d"), Some(Severity::Critical));
        assert_eq!(ledger.standing("arn", "x"), None);
        assert_eq!(ledger.standing("other", "d"), None);
    }

    #[test]
    fn what_is_gone_is_forgotten() {
        let mut ledger = Ledger::default();
        ledger.renew("one", vec![finding("cpu", Severity::Warning, None)], at(1));
        ledger.renew("two", vec![finding("cpu", Severity::Warning, None)], at(1));
        ledger.forget(|arn| arn == "one");
        assert_eq!((ledger.of("one").count(), ledger.of("two").count(), ledger.all().count()), (0, 1, 1));
    }

    /// Rules without a series say no beginning of their own: it outlives the console.
    #[test]
    fn a_beginning_outlives_the_console() {
        let mut before = Ledger::default();
        before.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(10));
        before.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(60));
        let mut after = Ledger::default();
        after.remember(before.beginnings(), at(500));
        assert_eq!(after.standing("arn", "upgrade"), Some(Severity::Warning), "it is cleared by a margin as before");
        after.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(501));
        assert_eq!(after.of("arn").next().and_then(|f| f.since), Some(at(10)));
        after.renew("arn", vec![], at(502));
        after.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(503));
        assert_eq!(after.of("arn").next().and_then(|f| f.since), Some(at(503)), "it was over in between");
    }

    #[test]
    fn what_began_after_anybody_looked_is_new() {
        let mut before = Ledger::default();
        before.renew("arn", vec![finding("cpu", Severity::Warning, Some(at(5)))], at(10));
        for (own, expected) in [(490, 490), (3, 3), (8, 5)] {
            let mut after = Ledger::default();
            after.remember(before.beginnings(), at(500));
            after.renew("arn", vec![finding("cpu", Severity::Warning, Some(at(own)))], at(500));
            assert_eq!(after.of("arn").next().and_then(|f| f.since), Some(at(expected)), "{own}");
        }
    }

    #[test]
    fn what_is_not_given_again_soon_is_dropped() {
        let mut before = Ledger::default();
        before.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(10));
        let mut after = Ledger::default();
        after.remember(before.beginnings(), at(500));
        assert_eq!(after.beginnings(), before.beginnings(), "a console that is left at once loses nothing");
        after.renew("arn", vec![finding("upgrade", Severity::Warning, None)], at(516));
        assert_eq!(after.of("arn").next().and_then(|f| f.since), Some(at(516)));
        assert_eq!(after.beginnings().len(), 1);
    }
}
