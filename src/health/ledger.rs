//! Which findings stand, and since when.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::finding::{Finding, Severity};

/// A finding that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub finding: Finding,
    /// When the rule first gave it, without a break since.
    pub first_seen: Timestamp,
}

/// The standing findings of every resource, by its ARN.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    resources: HashMap<String, Vec<Standing>>,
}

impl Ledger {
    /// Takes in what the rules say of a resource now: what is not among it is over, what stood
    /// before keeps its earliest beginning. Worst first, among equals the longest standing.
    pub fn renew(&mut self, arn: &str, findings: Vec<Finding>, now: Timestamp) {
        let before = self.resources.remove(arn).unwrap_or_default();
        if findings.is_empty() {
            return;
        }
        let mut after: Vec<Standing> = findings
            .into_iter()
            .map(|mut finding| {
                let old = before.iter().find(|standing| standing.finding.rule == finding.rule);
                let first_seen = old.map_or(now, |standing| standing.first_seen);
                let known = old.and_then(|standing| standing.finding.since);
                // A series reaches back an hour: its word is not later than what was known before.
                finding.since = finding.since.into_iter().chain(known).min().or(Some(first_seen));
                Standing { finding, first_seen }
            })
            .collect();
        after.sort_by_key(|standing| (std::cmp::Reverse(standing.finding.severity), standing.finding.since));
        self.resources.insert(arn.to_owned(), after);
    }

    /// The severity at which a rule's finding about a resource stands: what `examine` asks for.
    #[must_use]
    pub fn standing(&self, arn: &str, rule: &str) -> Option<Severity> {
        self.of(arn).find(|finding| finding.rule == rule).map(|finding| finding.severity)
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
    use proptest::prelude::*;

    use crate::domain::Metric;
    use crate::health::testing::{Bed, now};

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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// The whole way from series to ledger: a CPU that wobbles about its limit gives one
        /// finding that stays, with one beginning.
        #[test]
        fn an_oscillating_metric_gives_one_finding(wobble in prop::collection::vec(-5.0f64..5.0, 1..40)) {
            let mut ledger = Ledger::default();
            let arn = "arn:aws:rds:us-east-1:1:db:db";
            let mut seen = Vec::new();
            for part in wobble {
                let bed = Bed::healthy().at_60(Metric::CPUUtilization, |_| Some(80.0 + part));
                let findings = bed.findings_where(&|rule| ledger.standing(arn, rule));
                ledger.renew(arn, findings, now());
                let state = ledger.of(arn).next().map(|f| (f.rule, f.since));
                if seen.last() != Some(&state) {
                    seen.push(state);
                }
            }
            prop_assert!(seen.len() <= 2, "{:?}", seen);
        }
    }
}
