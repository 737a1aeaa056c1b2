//! Does replication run, and what does it hold back on its source.

use crate::domain::finding::{Harm, Severity};
use crate::domain::{Metric, Since};
use crate::health::words::{self, GIB};
use crate::health::{Limits, reading};
use crate::services::rds::Read;
use crate::services::rds::health::{Case, Rule, Subject, TABLE_PERIOD, VITALS_PERIOD, Verdict};

pub static RULES: [Rule; 2] = [
    Rule {
        id: "replication-stopped",
        source: "RDS user guide, Monitoring read replication: StatusInfos, ReplicaLag -1",
        harm: Harm::Now,
        metric: Some(Metric::ReplicaLag),
        needs: &[],
        applies: running_replica,
        check: stopped,
    },
    Rule {
        id: "replication-slot",
        source: "RDS user guide, Monitoring replication slots for your RDS for PostgreSQL DB instance",
        harm: Harm::Later,
        metric: Some(Metric::OldestReplicationSlotLag),
        needs: &[Read::Vitals],
        applies: has_slots,
        check: slot,
    },
];

/// Hours until the slot's WAL fills what storage is free.
const FULL_WARNING: f64 = 48.0;
/// The same: less than a night.
const FULL_CRITICAL: f64 = 6.0;
/// A slot that holds back less than this is not worth a forecast, bytes.
const SMALL: f64 = GIB;

fn running_replica(subject: &Subject<'_>) -> bool {
    subject.is_postgres() && subject.database.is_replica() && subject.runs()
}

fn has_slots(subject: &Subject<'_>) -> bool {
    subject.is_postgres() && subject.gives(Metric::OldestReplicationSlotLag)
}

fn stopped(case: &Case<'_>) -> Option<Verdict> {
    let database = case.database();
    let told = database.replication().filter(|info| !info.normal && info.status != "replicating");
    let measured = case.recent(Metric::ReplicaLag, TABLE_PERIOD, 60).last().is_some_and(|(_, lag)| *lag < 0.0);
    if told.is_none() && !measured {
        return None;
    }
    let status = told.map(|info| info.status.as_str()).filter(|status| !status.is_empty());
    let summary = match status {
        Some("stopped") | None => "replication is not running".to_owned(),
        Some("error") => "replication has failed".to_owned(),
        Some("terminated") => "replication has been terminated".to_owned(),
        Some(other) => format!("replication is {other}"),
    };
    let advice = if status == Some("terminated") {
        "It will not resume: create a new replica, then delete this one."
    } else {
        "Read the message and the replica's log; RDS terminates replication that stays stopped for 30 days."
    };
    let event = case
        .subject
        .events
        .iter()
        .filter(|event| event.source == database.id && event.categories.iter().any(|c| c == "read replica"))
        .max_by_key(|event| event.at)
        .filter(|event| event.message.to_ascii_lowercase().contains("replication has stopped"));
    let series = case.series(Metric::ReplicaLag, TABLE_PERIOD);
    let since = event.map(|e| Since::At(e.at)).or_else(|| series.and_then(|s| reading::since(s, |lag| lag < 0.0)));
    let message = told.map(|info| info.message.clone()).unwrap_or_default();
    let lag = if measured { "ReplicaLag is -1".to_owned() } else { String::new() };
    Some(Verdict::new(Severity::Critical, summary, advice).evidence([message, lag]).since(since))
}

fn slot(case: &Case<'_>) -> Option<Verdict> {
    let points = case.recent(Metric::OldestReplicationSlotLag, VITALS_PERIOD, 3 * 3600);
    let held = reading::median(&points[points.len().saturating_sub(3)..])?;
    let growth = reading::rate(&points).unwrap_or_default();
    let free = reading::median(&case.recent(Metric::FreeStorageSpace, TABLE_PERIOD, 300));
    let hours = free.filter(|_| growth > 0.0 && held > SMALL).map(|free| free / growth / 3600.0);
    let limits = Limits::high(case.thresholds().slot_lag_warning, Some(case.thresholds().slot_lag_critical));
    let by_size = limits.grade(held, case.standing);
    let by_time = hours.and_then(|hours| Limits::low(FULL_WARNING, Some(FULL_CRITICAL)).grade(hours, case.standing));
    let severity = by_size.max(by_time)?;
    let summary = format!("replication slot holds back {}, limit {}", words::bytes(held), words::bytes(limits.warning));
    // How long storage lasts is told by its trend, once: this is what the slot alone would do.
    let alone = hours.filter(|_| by_time.is_some()).map(|hours| words::span(hours * 3600.0));
    let alone = alone.map(|span| format!("alone it takes what is free in {span}")).unwrap_or_default();
    let trend = if growth * 3600.0 > 0.05 * GIB {
        format!("growing {} GiB/h", words::rough(growth * 3600.0 / GIB))
    } else if growth * 3600.0 < -0.05 * GIB {
        format!("shrinking {} GiB/h", words::rough(-growth * 3600.0 / GIB))
    } else {
        String::new()
    };
    let easing = if by_time.is_some() { String::new() } else { limits.easing(held, words::bytes) };
    let since = case.since(Metric::OldestReplicationSlotLag, VITALS_PERIOD, limits);
    Some(
        Verdict::new(
            severity,
            summary,
            "Find it in pg_replication_slots: fix its consumer, or drop the slot if nothing needs it any more.",
        )
        .evidence([trend, alone, easing])
        .since(if by_size.is_some() { since } else { None })
        .harm(if severity == Severity::Critical { Harm::Now } else { Harm::Later }),
    )
}

#[cfg(test)]
mod tests {
    use crate::services::rds::health::testing::{Bed, ago};

    use super::*;

    #[test]
    fn status_infos_tell_that_replication_stopped() {
        for (status, normal, expected) in [
            ("replicating", true, None),
            // An emulator that leaves `normal` out.
            ("replicating", false, None),
            ("error", false, Some("replication has failed")),
            ("stopped", false, Some("replication is not running")),
            ("terminated", false, Some("replication has been terminated")),
        ] {
            let mut bed = Bed::replica();
            bed.database.status_infos[0].status = status.into();
            bed.database.status_infos[0].normal = normal;
            let finding = bed.finding("replication-stopped");
            assert_eq!(finding.as_ref().map(|f| f.summary.as_str()), expected, "{status}");
            assert!(finding.is_none_or(|f| f.severity == Severity::Critical));
        }
    }

    #[test]
    fn a_lag_of_minus_one_is_no_replication_and_no_lag() {
        let bed = Bed::replica().at_60(Metric::ReplicaLag, |ago| Some(if ago <= 600 { -1.0 } else { 1.0 }));
        let findings = bed.findings();
        assert_eq!(findings.iter().map(|f| f.rule).collect::<Vec<_>>(), vec!["replication-stopped"]);
        assert_eq!(findings[0].since, Some(Since::At(ago(600))));
        let told = bed.event(620, "read replica", "Replication has stopped.");
        assert_eq!(told.finding("replication-stopped").and_then(|f| f.since), Some(Since::At(ago(620))));
    }

    #[test]
    fn a_slot_is_judged_by_its_size() {
        for (gib, expected) in [(1.0, None), (12.0, Some(Severity::Warning)), (60.0, Some(Severity::Critical))] {
            let bed = Bed::healthy().at_300(Metric::OldestReplicationSlotLag, |_| Some(gib * GIB));
            assert_eq!(bed.severity("replication-slot"), expected, "{gib}");
        }
        let bed = Bed::healthy().at_300(Metric::OldestReplicationSlotLag, |_| Some(9.5 * GIB));
        assert_eq!(bed.severity_after("replication-slot", Severity::Warning), Some(Severity::Warning));
    }

    #[test]
    fn a_growing_slot_is_judged_by_what_it_will_fill() {
        // 50 GiB are free.
        for (gib, gib_an_hour, expected) in
            [(8.0, 0.5, None), (8.0, 2.0, Some(Severity::Warning)), (40.0, 10.0, Some(Severity::Critical))]
        {
            let bed = Bed::healthy()
                .at_300(Metric::OldestReplicationSlotLag, |ago| Some((gib - ago as f64 / 3600.0 * gib_an_hour) * GIB));
            assert_eq!(bed.severity("replication-slot"), expected, "{gib_an_hour}");
        }
        let bed =
            Bed::healthy().at_300(Metric::OldestReplicationSlotLag, |ago| Some((8.0 - ago as f64 / 1800.0) * GIB));
        let finding = bed.finding("replication-slot").expect("a finding");
        assert_eq!(finding.summary, "replication slot holds back 7.67 GiB, limit 10 GiB");
        assert_eq!(finding.evidence, "growing 2 GiB/h, alone it takes what is free in 1d");
    }
}
