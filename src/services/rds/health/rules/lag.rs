//! How far a replica is behind.
//!
//! `ReplicaLag` is the time since the last replayed transaction: a source that writes nothing
//! shows up to five minutes of lag that is none, falling to nothing at the next log switch (RDS
//! user guide, "Monitoring read replication"). So a lag counts when it has not come down for as
//! long as that, or is more than an idle source explains.

use crate::domain::finding::Harm;
use crate::domain::{Metric, Since};
use crate::health::{Limits, reading, words};
use crate::services::rds::Read;
use crate::services::rds::health::{Case, Rule, Subject, TABLE_PERIOD, Verdict};

pub static RULES: [Rule; 2] = [
    Rule {
        id: "replica-lag",
        source: "CloudWatch user guide, Best practice alarm recommendations: ReplicaLag",
        harm: Harm::Now,
        metric: Some(Metric::ReplicaLag),
        needs: &[Read::Metrics],
        applies: measured_replica,
        check: lag,
    },
    Rule {
        id: "replica-lag-missing",
        source: "RDS user guide, Monitoring read replication: ReplicaLag",
        harm: Harm::Now,
        metric: Some(Metric::ReplicaLag),
        needs: &[Read::Metrics],
        applies: measured_replica,
        check: missing,
    },
];

/// Seconds between two log switches of an idle source, and one datapoint more.
const IDLE_CYCLE: i64 = 360;
/// The most lag that an idle source explains, seconds.
const IDLE_LAG: f64 = 360.0;
/// A replica reports every minute; after this many seconds of silence something is wrong.
const SILENCE: i64 = 600;
/// A change of fewer seconds a minute is none.
const STEADY: f64 = 1.0;

fn measured_replica(subject: &Subject<'_>) -> bool {
    subject.is_postgres() && subject.database.is_replica() && subject.is_measured()
}

fn lag(case: &Case<'_>) -> Option<Verdict> {
    let points = case.recent(Metric::ReplicaLag, TABLE_PERIOD, 600);
    let (newest_at, newest) = *points.last()?;
    if newest < 0.0 {
        // Not replicating at all is another rule's finding.
        return None;
    }
    let limits = Limits::high(case.thresholds().lag_warning, Some(case.thresholds().lag_critical));
    let severity = limits.grade(newest, case.standing)?;
    if case.standing.is_none() && !is_real(&points, newest_at, limits.warning) {
        return None;
    }
    let rate = reading::rate(&points).map(|a_second| a_second * 60.0).unwrap_or_default();
    let trend = if rate >= STEADY {
        format!("rising {} s/min", words::rough(rate))
    } else if rate <= -STEADY {
        format!("falling {} s/min", words::rough(-rate))
    } else {
        "steady".to_owned()
    };
    let source = case.database().source_id().unwrap_or("its source");
    let advice = if rate <= -STEADY {
        "It is catching up: watch it, and keep it out of failover plans until it has.".to_owned()
    } else {
        format!("Look for long queries or conflicts on the replica and for heavy writes on {source}.")
    };
    let summary = format!("replication lag {}, limit {}", words::seconds(newest), words::seconds(limits.warning));
    Some(Verdict::new(severity, summary, advice).evidence([trend, limits.easing(newest, words::seconds)]).beyond(
        case,
        Metric::ReplicaLag,
        TABLE_PERIOD,
        limits,
    ))
}

/// More than an idle source would show.
fn is_real(points: &[(i64, f64)], newest_at: i64, limit: f64) -> bool {
    let cycle: Vec<_> = points.iter().copied().filter(|(at, _)| *at > newest_at - IDLE_CYCLE).collect();
    let lasts = cycle.len() >= 4 && reading::lowest(&cycle).is_some_and(|lowest| lowest > limit);
    lasts || reading::median(&cycle).is_some_and(|median| median > limit.max(IDLE_LAG))
}

fn missing(case: &Case<'_>) -> Option<Verdict> {
    let series = case.series(Metric::ReplicaLag, TABLE_PERIOD)?;
    let database = case.database();
    if database.created.is_some_and(|created| case.seconds_since(created) < 2.0 * SILENCE as f64) {
        return None;
    }
    // Silence is measured within what was asked for: not to have asked is not silence.
    let asked = series.covered();
    let newest = series.last().map(|(at, _)| at);
    let silent = asked.end - newest.map_or(asked.start, |at| at.as_second() + i64::from(TABLE_PERIOD));
    if silent < SILENCE {
        return None;
    }
    let edge = jiff::Timestamp::from_second(asked.start).ok();
    let told = newest.map_or_else(
        || format!("none in the last {}", words::span(silent as f64)),
        |_| format!("last reported {} ago", words::span(silent as f64)),
    );
    Some(
        Verdict::new(
            crate::domain::finding::Severity::Warning,
            "replication lag is not reported",
            "Take the lag as unknown, not as none: check the replica's status, events and log.",
        )
        .evidence([told])
        .since(newest.map(Since::At).or_else(|| edge.map(Since::Before))),
    )
}

#[cfg(test)]
mod tests {
    use crate::domain::finding::Severity;
    use crate::services::rds::health::testing::{Bed, ago};

    use super::*;

    fn lagging(value: impl Fn(i64) -> Option<f64>) -> Bed {
        Bed::replica().at_60(Metric::ReplicaLag, value)
    }

    #[test]
    fn a_growing_lag_is_told_with_its_rate_and_beginning() {
        // 312 s after 14 minutes, as slow replay makes it.
        let bed = lagging(|ago| Some((840 + 60 - ago).max(0) as f64 * 312.0 / 840.0));
        let finding = bed.finding("replica-lag").expect("a finding");
        assert_eq!(finding.severity, Severity::Critical);
        assert_eq!(finding.summary, "replication lag 312 s, limit 60 s");
        assert_eq!(finding.evidence, "rising 22 s/min");
        assert_eq!(finding.since, Some(Since::At(ago(720))), "when it passed 54 s");
        assert_eq!(bed.findings().len(), 1);
    }

    #[test]
    fn an_idle_source_is_no_lag() {
        for phase in (0..300).step_by(20) {
            let bed = lagging(|ago| Some((phase - ago).rem_euclid(300) as f64));
            assert_eq!(bed.severity("replica-lag"), None, "{phase}");
        }
    }

    #[test]
    fn what_lasts_or_is_too_much_for_an_idle_source_counts() {
        for (value, minutes, expected) in [
            (70.0, 10, Some(Severity::Warning)),
            (70.0, 3, None),
            (400.0, 10, Some(Severity::Critical)),
            (2000.0, 5, Some(Severity::Critical)),
        ] {
            let bed = lagging(|ago| Some(if ago <= minutes * 60 { value } else { 0.0 }));
            assert_eq!(bed.severity("replica-lag"), expected, "{value} for {minutes} min");
        }
    }

    #[test]
    fn it_clears_by_a_margin_only() {
        for (value, standing, expected) in [
            (57.0, Severity::Warning, Some(Severity::Warning)),
            (53.0, Severity::Warning, None),
            (280.0, Severity::Critical, Some(Severity::Critical)),
            (260.0, Severity::Critical, Some(Severity::Warning)),
        ] {
            assert_eq!(lagging(|_| Some(value)).severity_after("replica-lag", standing), expected, "{value}");
        }
        let standing = lagging(|_| Some(57.0)).findings_where(&|_| Some(Severity::Warning));
        assert_eq!(standing[0].evidence, "steady, clears below 54 s");
    }

    #[test]
    fn a_lag_that_is_not_reported_is_unknown() {
        let silent = lagging(|ago| (ago > 900).then_some(1.0));
        let finding = silent.finding("replica-lag-missing").expect("a finding");
        assert_eq!((finding.severity, finding.evidence.as_str()), (Severity::Warning, "last reported 15m ago"));
        assert_eq!(finding.since, Some(Since::At(ago(960))));
        assert_eq!(lagging(|_| None).severity("replica-lag-missing"), Some(Severity::Warning));
        assert_eq!(lagging(|ago| (ago > 300).then_some(1.0)).severity("replica-lag-missing"), None);
    }

    #[test]
    fn nothing_is_missing_while_nothing_was_asked() {
        let mut unread = lagging(|_| None);
        unread.metrics_known = false;
        assert_eq!(unread.severity("replica-lag-missing"), None);
        let mut young = lagging(|_| None);
        young.database.created = Some(ago(300));
        assert_eq!(young.severity("replica-lag-missing"), None);
        let mut unasked = Bed::healthy();
        unasked.database.source = Some("source-db".into());
        assert_eq!(unasked.severity("replica-lag-missing"), None);
    }
}
