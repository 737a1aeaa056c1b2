//! The rules of DB instances through the engine: their names, the order of what they find, one beginning each.

use std::collections::HashSet;

use proptest::prelude::*;

use super::testing::{Bed, now};
use super::*;
use crate::domain::finding::Severity;
use crate::health::Ledger;

#[test]
fn a_healthy_database_has_no_findings() {
    assert_eq!(Bed::healthy().findings(), vec![]);
    assert_eq!(Bed::replica().findings(), vec![]);
}

#[test]
fn rules_have_names_of_their_own_and_a_source() {
    let mut names = HashSet::new();
    for rule in DbInstances::rules() {
        assert!(names.insert(rule.id), "{} is there twice", rule.id);
        assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.id);
        assert!(!rule.source.is_empty());
    }
}

#[test]
fn the_worst_comes_first_and_all_is_filled_in() {
    let mut bed = Bed::healthy().at_60(Metric::CPUUtilization, |_| Some(88.0));
    bed.database.status = "storage-full".into();
    bed.database.backup_retention_days = 0;
    let findings = bed.findings();
    assert_eq!(
        findings.iter().map(|f| (f.severity, f.rule)).collect::<Vec<_>>(),
        vec![(Severity::Critical, "instance-status"), (Severity::Warning, "cpu"), (Severity::Warning, "backups-off")]
    );
    for finding in findings {
        assert_eq!((finding.resource.as_str(), finding.arn.as_str()), ("db", "arn:aws:rds:us-east-1:1:db:db"));
        assert!(!finding.summary.is_empty() && finding.advice.ends_with('.'), "{finding:?}");
        assert!(finding.since.is_none_or(|since| since.moment() <= now()));
    }
}

#[test]
fn a_stopped_database_is_not_measured() {
    let mut bed = Bed::healthy().at_60(Metric::CPUUtilization, |_| Some(99.0));
    bed.database.status = "stopped".into();
    bed.database.latest_restorable = None;
    assert_eq!(
        bed.findings().iter().map(|f| (f.severity, f.rule)).collect::<Vec<_>>(),
        vec![(Severity::Info, "instance-status")]
    );
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
            ledger.renew(arn, findings, now(), &|_| None);
            let state = ledger.of(arn).next().map(|f| (f.rule, f.since));
            if seen.last() != Some(&state) {
                seen.push(state);
            }
        }
        prop_assert!(seen.len() <= 2, "{:?}", seen);
    }
}
