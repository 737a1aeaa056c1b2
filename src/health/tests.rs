//! The engine with a subject that is none of the product's: alarms, without metrics, thresholds or operations.

use std::convert::Infallible;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::Since;
use crate::domain::finding::{About, Harm};

enum Alarms {}

/// An alarm, and what is known of it.
struct Alarm<'a> {
    name: &'a str,
    arn: &'a str,
    /// Minutes without a datapoint.
    silent: f64,
    /// How many are told; nothing while that was not read.
    told: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    List,
    Actions,
}

static RULES: [Rule<Alarms>; 2] = [
    Rule {
        id: "silent",
        source: "made up",
        harm: Harm::Now,
        metric: None,
        needs: &[],
        applies: |_| true,
        check: |case| {
            let limits = Limits::high(10.0, Some(60.0));
            let severity = limits.grade(case.subject.silent, case.standing)?;
            let since = case.now - jiff::SignedDuration::from_mins(case.subject.silent as i64);
            Some(Verdict::new(severity, "no data", "Look at what it watches.").since(Some(Since::At(since))))
        },
    },
    Rule {
        id: "nobody-told",
        source: "made up",
        harm: Harm::Now,
        metric: None,
        needs: &[Reading::Actions],
        applies: |alarm| alarm.told.is_some(),
        check: nobody_told,
    },
];

fn nobody_told(case: &Case<'_, Alarms>) -> Option<Verdict<Infallible>> {
    (case.subject.told == Some(0)).then(|| {
        Verdict::new(Severity::Critical, "nobody is told", "Give it an action.")
            .evidence(["actions are disabled".to_owned(), String::new()])
    })
}

impl Judged for Alarms {
    type Subject<'a> = Alarm<'a>;
    type Read = Reading;
    type Operation = Infallible;

    const ABOUT: About = About::Alarm;
    const LISTED: Reading = Reading::List;

    fn rules() -> impl Iterator<Item = &'static Rule<Self>> {
        RULES.iter()
    }

    fn resource<'s>(subject: &'s Alarm<'_>) -> (&'s str, &'s str) {
        (subject.name, subject.arn)
    }
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn alarm(silent: f64, told: Option<usize>) -> Alarm<'static> {
    Alarm { name: "alarm", arn: "arn", silent, told }
}

fn found(alarm: &Alarm<'_>, standing: Option<Severity>) -> Vec<(&'static str, Severity)> {
    examine::<Alarms>(alarm, NOW, &|_| standing).iter().map(|finding| (finding.rule, finding.severity)).collect()
}

#[test]
fn the_worst_comes_first_with_all_that_its_rule_and_its_resource_say() {
    let findings = examine::<Alarms>(&alarm(20.0, Some(0)), NOW, &|_| None);
    assert_eq!(findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["nobody-told", "silent"]);
    let worst = &findings[0];
    assert_eq!((worst.resource.as_str(), worst.arn.as_str(), worst.source), ("alarm", "arn", "made up"));
    assert_eq!((worst.summary.as_str(), worst.evidence.as_str()), ("nobody is told", "actions are disabled"));
    assert_eq!(findings[1].since.map(|since| since.moment().as_second()), Some(-1200));
    assert!(found(&alarm(0.0, Some(1)), None).is_empty());
}

#[test]
fn what_stands_is_kept_until_it_has_recovered_by_a_margin() {
    for (silent, standing, expected) in [
        (9.5, None, None),
        (9.5, Some(Severity::Warning), Some(Severity::Warning)),
        (8.5, Some(Severity::Warning), None),
        (55.0, Some(Severity::Critical), Some(Severity::Critical)),
        (53.0, Some(Severity::Critical), Some(Severity::Warning)),
    ] {
        let told = found(&alarm(silent, Some(1)), standing);
        assert_eq!(told.first().map(|(_, severity)| *severity), expected, "{silent} with {standing:?}");
    }
}

#[test]
fn a_check_whose_read_is_missing_is_not_covered() {
    let whole = alarm(0.0, Some(1));
    let covered = |without: &[Reading]| coverage::<Alarms>(&whole, &|_, read| !without.contains(read));
    assert!(covered(&[]).is_whole());
    assert_eq!(covered(&[]), Coverage { expected: 2, made: 2, missing: vec![] });
    assert_eq!(covered(&[Reading::Actions]), Coverage { expected: 2, made: 1, missing: vec![Reading::Actions] });
    let nothing = covered(&[Reading::List, Reading::Actions]);
    assert_eq!(nothing, Coverage { expected: 2, made: 0, missing: vec![Reading::List, Reading::Actions] });
    // What a rule looks for may be missing though all was read.
    let valued = coverage::<Alarms>(&whole, &|rule, read| rule.id != "silent" || *read != Reading::List);
    assert_eq!(valued, Coverage { expected: 2, made: 1, missing: vec![Reading::List] });
    assert!(was_made::<Alarms>(&covered(&[Reading::Actions]), "silent"));
    assert!(!was_made::<Alarms>(&covered(&[Reading::Actions]), "nobody-told"));
    // Unread is unknown, not well: it is no finding, and no check either.
    assert!(found(&alarm(0.0, None), None).is_empty());
}

proptest! {
    /// From the rules to the ledger: what wobbles about its limit is one finding that stays.
    #[test]
    fn what_wobbles_about_a_limit_is_one_finding(wobble in prop::collection::vec(-0.9f64..0.9, 1..40)) {
        let mut ledger = Ledger::default();
        let mut seen = Vec::new();
        for part in wobble {
            let alarm = alarm(10.0 + part, Some(1));
            let findings = examine::<Alarms>(&alarm, NOW, &|rule| ledger.standing("arn", rule));
            ledger.renew("arn", findings, NOW, &|_| None);
            let state = ledger.of("arn").next().map(|finding| finding.severity);
            if seen.last() != Some(&state) {
                seen.push(state);
            }
        }
        prop_assert!(seen.len() <= 2, "{:?}", seen);
    }
}
