//! Is there room: free storage, and how long it lasts.

use jiff::Timestamp;

use crate::domain::finding::{Harm, Severity};
use crate::domain::{Metric, Since};
use crate::health::words::{self, GIB};
use crate::health::{Limits, reading};
use crate::services::rds::Kind;
use crate::services::rds::Read;
use crate::services::rds::health::{Case, Rule, Subject, TABLE_PERIOD, TREND_PERIOD, Verdict};

pub static RULES: [Rule; 2] = [
    Rule {
        id: "storage-runway",
        source: "RDS user guide, Amazon RDS DB instance storage: storage-full",
        harm: Harm::Later,
        metric: Some(Metric::FreeStorageSpace),
        needs: &[Read::StorageTrend],
        applies: is_measured,
        check: runway,
    },
    Rule {
        id: "free-storage",
        source: "CloudWatch user guide, Best practice alarm recommendations: FreeStorageSpace",
        harm: Harm::Later,
        metric: Some(Metric::FreeStorageSpace),
        needs: &[Read::Metrics],
        applies: is_measured,
        check: free,
    },
];

const DAY: f64 = 86_400.0;

fn is_measured(subject: &Subject<'_>) -> bool {
    subject.is_postgres() && subject.is_measured()
}

/// GiB that storage autoscaling may still add.
fn headroom(case: &Case<'_>) -> Option<i32> {
    let storage = &case.database().storage;
    storage.max_allocated.map(|most| most - storage.allocated).filter(|room| *room > 0)
}

/// Free bytes now: the median of five minutes.
fn free_now(case: &Case<'_>) -> Option<f64> {
    reading::median(&case.recent(Metric::FreeStorageSpace, TABLE_PERIOD, 300))
}

/// Full soon hurts now: there is no time for anything else.
fn harm_of(severity: Severity) -> Harm {
    if severity == Severity::Critical { Harm::Now } else { Harm::Later }
}

fn autoscaling(case: &Case<'_>) -> String {
    headroom(case).map(|room| format!("autoscaling may add {room} GiB")).unwrap_or_default()
}

fn runway(case: &Case<'_>) -> Option<Verdict> {
    let runway = case.subject.runway?;
    let seconds = runway.left.as_secs_f64();
    let limits = Limits::low(case.thresholds().runway_warning, Some(case.thresholds().runway_critical));
    let mut severity = limits.grade(seconds / DAY, case.standing)?;
    let room = headroom(case);
    if let Some(room) = room {
        // Autoscaling takes it over, unless what it may add is eaten up as soon.
        let with_room = seconds + f64::from(room) * GIB / runway.bytes_per_day.max(1.0) * DAY;
        let at_most = limits.grade(with_room / DAY, case.standing).unwrap_or(Severity::Warning);
        severity = severity.min(at_most);
    }
    let allocated = case.database().storage.allocated;
    let used = free_now(case).filter(|_| allocated > 0).map(|free| f64::from(allocated) - free / GIB);
    let filled = used.map(|used| format!(", {} of {allocated} GiB", words::number(used.max(0.0)))).unwrap_or_default();
    let growth = format!("growing {} GiB/d", words::rough(runway.bytes_per_day / GIB));
    // It did not begin at a moment: a week of hourly values says so.
    let trend = case.series(Metric::FreeStorageSpace, TREND_PERIOD).and_then(|free| free.points().next());
    let trend = trend.and_then(|(at, _)| Timestamp::from_second(at).ok()).map(Since::Trend);
    let advice = if room.is_some() {
        "Find what grows; autoscaling adds storage below 10 % free, at most every six hours, and never takes it back."
    } else {
        "Find what grows, and raise allocated storage while the instance still takes changes; it cannot be lowered."
    };
    Some(
        Verdict::new(severity, format!("storage full in {}{filled}", words::span(seconds)), advice)
            .by(Kind::ChangeStorage, case.database())
            .evidence([growth, autoscaling(case)])
            .since(trend)
            .harm(harm_of(severity)),
    )
}

fn free(case: &Case<'_>) -> Option<Verdict> {
    let allocated = f64::from(case.database().storage.allocated) * GIB;
    let free = free_now(case).filter(|_| allocated > 0.0)?;
    let limits = Limits::low(
        case.thresholds().free_storage_warning * allocated,
        Some(case.thresholds().free_storage_critical * allocated),
    );
    let severity = limits.grade(free, case.standing)?;
    let advice = if headroom(case).is_some() {
        "Check why autoscaling has not added storage yet: it waits six hours after the last change."
    } else {
        "Raise allocated storage by 10 % at least: without room the instance stops taking writes."
    };
    let summary = format!(
        "free storage {} of {}, limit {}",
        words::bytes(free),
        words::bytes(allocated),
        words::bytes(limits.warning)
    );
    Some(
        Verdict::new(severity, summary, advice)
            .by(Kind::ChangeStorage, case.database())
            .evidence([limits.easing(free, words::bytes), autoscaling(case)])
            .beyond(case, Metric::FreeStorageSpace, TABLE_PERIOD, limits)
            .harm(harm_of(severity)),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::domain::runway::Runway;
    use crate::services::rds::health::testing::{Bed, ago};

    use super::*;

    fn losing(hours: u64, gib_a_day: f64) -> Bed {
        let mut bed = Bed::healthy().at_60(Metric::FreeStorageSpace, |_| Some(38.0 * GIB));
        bed.runway = Some(Runway { left: Duration::from_secs(hours * 3600), bytes_per_day: gib_a_day * GIB });
        bed
    }

    #[test]
    fn a_runway_is_told_in_days_and_sizes() {
        let finding = losing(76, 9.13).finding("storage-runway").expect("a finding");
        assert_eq!(finding.severity, Severity::Warning);
        assert_eq!(finding.summary, "storage full in 3d 4h, 62 of 100 GiB");
        assert_eq!(finding.evidence, "growing 9.1 GiB/d");
        for (hours, expected) in [(200, None), (100, Some(Severity::Warning)), (40, Some(Severity::Critical))] {
            assert_eq!(losing(hours, 9.1).severity("storage-runway"), expected, "{hours}");
        }
        assert_eq!(losing(180, 9.1).severity_after("storage-runway", Severity::Warning), Some(Severity::Warning));
        assert_eq!(losing(190, 9.1).severity_after("storage-runway", Severity::Warning), None);
    }

    /// The week that the estimate is of, not the moment at which the console looked.
    #[test]
    fn a_runway_has_a_trend_and_no_beginning() {
        let finding = losing(76, 9.13).hourly(Metric::FreeStorageSpace, 20, |_| Some(38.0 * GIB));
        let finding = finding.finding("storage-runway").expect("a finding");
        assert_eq!((finding.since, finding.harm), (Some(Since::Trend(ago(20 * 3600))), Harm::Later));
        let soon = losing(40, 9.13).finding("storage-runway").expect("a finding");
        assert_eq!((soon.severity, soon.harm), (Severity::Critical, Harm::Now));
    }

    #[test]
    fn autoscaling_takes_the_edge_off_while_it_has_room() {
        let mut bed = losing(30, 9.1);
        bed.database.storage.max_allocated = Some(500);
        let finding = bed.finding("storage-runway").expect("a finding");
        assert_eq!(finding.severity, Severity::Warning);
        assert_eq!(finding.evidence, "growing 9.1 GiB/d, autoscaling may add 400 GiB");
        bed.database.storage.max_allocated = Some(101);
        assert_eq!(bed.severity("storage-runway"), Some(Severity::Critical));
        bed.database.storage.max_allocated = Some(100);
        assert_eq!(bed.severity("storage-runway"), Some(Severity::Critical));
    }

    #[test]
    fn free_storage_is_a_share_of_what_is_allocated() {
        for (gib, expected) in [(11.0, None), (9.0, Some(Severity::Warning)), (2.0, Some(Severity::Critical))] {
            let bed = Bed::healthy().at_60(Metric::FreeStorageSpace, |_| Some(gib * GIB));
            assert_eq!(bed.severity("free-storage"), expected, "{gib}");
        }
        let bed =
            Bed::healthy().at_60(Metric::FreeStorageSpace, |ago| Some(if ago > 1800 { 20.0 * GIB } else { 9.0 * GIB }));
        let finding = bed.finding("free-storage").expect("a finding");
        assert_eq!(finding.summary, "free storage 9 GiB of 100 GiB, limit 10 GiB");
        assert_eq!(finding.since, Some(Since::At(ago(1800))));
    }

    #[test]
    fn one_odd_minute_is_no_finding() {
        let bed = Bed::healthy().at_60(Metric::FreeStorageSpace, |ago| Some(if ago == 60 { 1.0 } else { 50.0 * GIB }));
        assert_eq!(bed.severity("free-storage"), None);
    }
}
