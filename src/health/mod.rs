//! Health rules: what is known of a DB instance in, findings out.
//!
//! Pure. A rule lives in the file of its family under `rules`; it says for which databases it
//! applies, and gives a verdict with its evidence. A finding that stands is cleared only by a
//! margin (`rule::Limits`), so that nothing flaps; what stands is kept in the [`Ledger`].

#[cfg(test)]
mod advised;
mod coverage;
mod ledger;
mod lifecycle;
mod reading;
mod rule;
mod rules;
#[cfg(test)]
mod testing;
mod words;

use std::time::Duration;

use jiff::Timestamp;

use crate::collect::metrics::Measured;
use crate::domain::database::Condition;
use crate::domain::finding::{Finding, Severity};
use crate::domain::runway::Runway;
use crate::domain::threshold::Thresholds;
use crate::domain::{Database, Event, MaintenanceAction, Metric};

pub use coverage::{Coverage, Part, coverage};
pub use ledger::{Beginning, Ledger, Standing};
pub use lifecycle::{EngineSupport, engine_support};

use rule::{Case, Rule, Verdict};

/// A DB instance and everything that the rules look at.
///
/// Of its metrics they read: CPU, connections, free storage and lag at 60 s
/// over the last hour, and [`Metric::VITALS`] at 300 s over the last three hours.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    pub database: &'a Database,
    pub metrics: Measured<'a>,
    /// How long storage lasts, from a week of hourly values.
    pub runway: Option<Runway>,
    /// The grave events of this instance, oldest first.
    pub events: &'a [Event],
    /// Pending maintenance of this instance.
    pub maintenance: Vec<&'a MaintenanceAction>,
    /// Metrics have been read: a series without values means that AWS has none.
    pub metrics_known: bool,
    /// The vitals have been read: what is not among them AWS does not give.
    pub vitals_known: bool,
    /// Pending maintenance has been read.
    pub maintenance_known: bool,
    /// The environment's recovery point objective.
    pub rpo: Option<Duration>,
}

impl Subject<'_> {
    /// It runs, so that metrics and restore points can be expected of it.
    fn runs(&self) -> bool {
        self.database.condition() != Condition::Off && self.database.status != "creating"
    }

    /// It runs and metrics have been read.
    fn is_measured(&self) -> bool {
        self.metrics_known && self.runs()
    }

    /// It runs, and AWS gives this one of the vitals for it. Before they are read, those that it
    /// gives for every instance of the class count as given.
    fn gives(&self, metric: Metric) -> bool {
        let told = match self.metrics.series(metric, reading::VITALS_PERIOD) {
            Some(series) => series.last().is_some(),
            None => {
                !self.vitals_known && metric != Metric::OldestReplicationSlotLag && metric.applies_to(self.database)
            }
        };
        told && self.is_measured()
    }
}

/// What is wrong with a DB instance, worst first.
///
/// `standing` tells the severity at which a rule's finding stands now for this instance
/// ([`Ledger::standing`]): it decides how far a value must recover. `now` is the present while
/// the inventory is current; where it is stale, the time at which it was read, or else ages
/// grow that nobody has measured.
#[must_use]
pub fn examine(
    subject: &Subject<'_>,
    thresholds: &Thresholds,
    now: Timestamp,
    standing: &dyn Fn(&'static str) -> Option<Severity>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        verdicts(subject, thresholds, now, standing).map(|(rule, verdict)| finding(subject, rule, verdict)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// What the rules say of a DB instance, in their own order.
fn verdicts<'a>(
    subject: &'a Subject<'a>,
    thresholds: &'a Thresholds,
    now: Timestamp,
    standing: &'a dyn Fn(&'static str) -> Option<Severity>,
) -> impl Iterator<Item = (&'static Rule, Verdict)> + 'a {
    rules::all().filter(|rule| rule.judges(subject)).filter_map(move |rule| {
        let case = Case { subject, thresholds, now, standing: standing(rule.id) };
        Some((rule, (rule.check)(&case)?))
    })
}

fn finding(subject: &Subject<'_>, rule: &Rule, verdict: Verdict) -> Finding {
    Finding {
        rule: rule.id,
        severity: verdict.severity,
        resource: subject.database.id.clone(),
        arn: subject.database.arn.clone(),
        summary: verdict.summary,
        evidence: verdict.evidence,
        since: verdict.since,
        advice: verdict.advice,
        source: rule.source,
        metric: rule.metric,
    }
}

/// How many checks there are.
#[must_use]
pub fn checks() -> usize {
    rules::all().count()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::testing::{Bed, now};
    use super::*;

    #[test]
    fn a_healthy_database_has_no_findings() {
        assert_eq!(Bed::healthy().findings(), vec![]);
        assert_eq!(Bed::replica().findings(), vec![]);
    }

    #[test]
    fn rules_have_names_of_their_own_and_a_source() {
        let mut names = HashSet::new();
        for rule in rules::all() {
            assert!(names.insert(rule.id), "{} is there twice", rule.id);
            assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.id);
            assert!(!rule.source.is_empty());
        }
        assert_eq!(names.len(), checks());
    }

    #[test]
    fn the_worst_comes_first_and_all_is_filled_in() {
        let mut bed = Bed::healthy().at_60(Metric::CPUUtilization, |_| Some(88.0));
        bed.database.status = "storage-full".into();
        bed.database.backup_retention_days = 0;
        let findings = bed.findings();
        assert_eq!(
            findings.iter().map(|f| (f.severity, f.rule)).collect::<Vec<_>>(),
            vec![
                (Severity::Critical, "instance-status"),
                (Severity::Warning, "cpu"),
                (Severity::Warning, "backups-off"),
            ]
        );
        for finding in findings {
            assert_eq!((finding.resource.as_str(), finding.arn.as_str()), ("db", "arn:aws:rds:us-east-1:1:db:db"));
            assert!(!finding.summary.is_empty() && finding.advice.ends_with('.'), "{finding:?}");
            assert!(finding.since.is_none_or(|since| since <= now()));
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
}
