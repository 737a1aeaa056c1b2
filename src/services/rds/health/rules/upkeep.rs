//! What has to be done some day: pending maintenance, and the age of transaction ids.

use jiff::Timestamp;

use crate::domain::finding::{Harm, Severity};
use crate::domain::{MaintenanceAction, Metric};
use crate::health::words::{self, day};
use crate::health::{Limits, reading};
use crate::services::rds::Kind;
use crate::services::rds::Read;
use crate::services::rds::health::{Case, Rule, Subject, VITALS_PERIOD, Verdict};

pub static RULES: [Rule; 2] = [
    Rule {
        id: "transaction-ids",
        source: "CloudWatch user guide, Best practice alarm recommendations: MaximumUsedTransactionIDs",
        harm: Harm::Later,
        metric: Some(Metric::MaximumUsedTransactionIDs),
        needs: &[Read::Vitals],
        applies: has_transaction_ids,
        check: transaction_ids,
    },
    Rule {
        id: "pending-maintenance",
        source: "RDS API reference, DescribePendingMaintenanceActions",
        harm: Harm::Upkeep,
        metric: None,
        needs: &[Read::Maintenance],
        applies: is_maintenance_known,
        check: maintenance,
    },
];

/// PostgreSQL stops assigning transaction ids three million before the 31 bits wrap around
/// (PostgreSQL manual, "Preventing Transaction ID Wraparound Failures").
const WRITES_STOP: f64 = 2_147_483_648.0 - 3e6;

/// AWS applies it within this many seconds: time to choose the moment oneself.
const SOON: f64 = 7.0 * 86_400.0;

fn has_transaction_ids(subject: &Subject<'_>) -> bool {
    subject.is_postgres() && !subject.database.is_replica() && subject.gives(Metric::MaximumUsedTransactionIDs)
}

fn is_maintenance_known(subject: &Subject<'_>) -> bool {
    subject.maintenance_known
}

fn transaction_ids(case: &Case<'_>) -> Option<Verdict> {
    let points = case.recent(Metric::MaximumUsedTransactionIDs, VITALS_PERIOD, 3 * 3600);
    let value = points.last()?.1;
    let limits =
        Limits::high(case.thresholds().transaction_ids_warning, Some(case.thresholds().transaction_ids_critical));
    let severity = limits.grade(value, case.standing)?;
    let left = (WRITES_STOP - value).max(0.0);
    let rate = reading::rate(&points).filter(|a_second| *a_second > 0.0);
    let forecast = rate.map_or_else(String::new, |a_second| {
        format!("rising {} a day, writes stop in {}", words::large(a_second * 86_400.0), words::span(left / a_second))
    });
    Some(
        Verdict::new(
            severity,
            format!(
                "oldest transaction id is {} old, writes stop at {}",
                words::large(value),
                words::large(WRITES_STOP)
            ),
            "Find what holds vacuum back: long transactions, prepared ones, slots; then vacuum the oldest tables.",
        )
        .evidence([forecast, limits.easing(value, words::large)])
        .beyond(case, Metric::MaximumUsedTransactionIDs, VITALS_PERIOD, limits),
    )
}

/// When AWS applies it at the latest, wanted or not.
fn deadline(action: &MaintenanceAction) -> Option<Timestamp> {
    [action.auto_applied_after, action.forced_at].into_iter().flatten().min()
}

fn maintenance(case: &Case<'_>) -> Option<Verdict> {
    let actions = &case.subject.maintenance;
    let due = |action: &MaintenanceAction| deadline(action).or(action.current_apply);
    // The earliest first; those without a date are in nobody's way.
    let first = actions.iter().min_by_key(|action| due(action).unwrap_or(Timestamp::MAX))?;
    let forced = actions.iter().filter_map(|action| deadline(action)).min();
    let severity =
        if forced.is_some_and(|at| -case.seconds_since(at) <= SOON) { Severity::Warning } else { Severity::Info };
    let what = words_for(&first.action);
    let when = match (first.forced_at, first.auto_applied_after, first.current_apply) {
        (Some(at), None, _) => format!(", forced on {}", day(at)),
        (Some(at), Some(after), _) if at <= after => format!(", forced on {}", day(at)),
        (_, Some(after), _) if after > case.now => format!(", applied in the first window after {}", day(after)),
        (_, Some(_), _) => ", applied in the next maintenance window".to_owned(),
        (None, None, Some(at)) => format!(", planned for {}", day(at)),
        (None, None, None) => String::new(),
    };
    let others = match actions.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let window = &case.database().maintenance_window;
    let window = if window.is_empty() { String::new() } else { format!("window {window} UTC") };
    Some(
        Verdict::new(
            severity,
            format!("{what} pending{others}{when}"),
            "Choose the moment yourself: apply it in a quiet hour, first where least depends on it.",
        )
        .evidence([first.description.clone(), window])
        .by(Kind::ApplyMaintenance, case.database()),
    )
}

/// What an action is called among engineers.
fn words_for(action: &str) -> String {
    match action {
        "system-update" | "os-upgrade" => "operating system update".to_owned(),
        "db-upgrade" => "engine upgrade".to_owned(),
        "hardware-maintenance" => "hardware maintenance".to_owned(),
        "ca-certificate-rotation" => "certificate rotation".to_owned(),
        "" => "maintenance".to_owned(),
        other => other.replace('-', " "),
    }
}

#[cfg(test)]
mod tests {
    use crate::services::rds::health::testing::{Bed, ago};

    use super::*;

    const DAY: i64 = 86_400;

    fn action(action: &str, auto: Option<i64>, forced: Option<i64>) -> MaintenanceAction {
        MaintenanceAction {
            arn: "arn:aws:rds:us-east-1:1:db:db".into(),
            action: action.into(),
            description: String::new(),
            auto_applied_after: auto.map(|days| ago(-days * DAY)),
            forced_at: forced.map(|days| ago(-days * DAY)),
            current_apply: None,
            opt_in: None,
        }
    }

    #[test]
    fn maintenance_warns_a_week_before_aws_does_it() {
        for (auto, forced, expected) in [
            (None, None, Severity::Info),
            (Some(20), None, Severity::Info),
            (Some(5), None, Severity::Warning),
            (Some(-2), None, Severity::Warning),
            (Some(20), Some(3), Severity::Warning),
            (None, Some(30), Severity::Info),
        ] {
            let mut bed = Bed::healthy();
            bed.maintenance = vec![action("system-update", auto, forced)];
            assert_eq!(bed.severity("pending-maintenance"), Some(expected), "{auto:?} {forced:?}");
        }
        assert_eq!(Bed::healthy().severity("pending-maintenance"), None);
    }

    #[test]
    fn the_next_one_is_named() {
        let mut bed = Bed::healthy();
        bed.database.maintenance_window = "sun:04:00-sun:05:00".into();
        bed.maintenance = vec![action("system-update", None, None), action("db-upgrade", None, Some(3))];
        let finding = bed.finding("pending-maintenance").expect("a finding");
        assert_eq!(finding.summary, "engine upgrade pending and 1 more, forced on 2026-11-21");
        assert_eq!(finding.evidence, "window sun:04:00-sun:05:00 UTC");
        bed.maintenance = vec![action("system-update", Some(-2), Some(40))];
        let finding = bed.finding("pending-maintenance").expect("a finding");
        assert_eq!(finding.summary, "operating system update pending, applied in the next maintenance window");
    }

    #[test]
    fn transaction_ids_warn_long_before_writes_stop() {
        for (value, expected) in [(0.9e9, None), (1.1e9, Some(Severity::Warning)), (1.6e9, Some(Severity::Critical))] {
            let bed = Bed::healthy().at_300(Metric::MaximumUsedTransactionIDs, |_| Some(value));
            assert_eq!(bed.severity("transaction-ids"), expected, "{value}");
        }
        let bed =
            Bed::healthy().at_300(Metric::MaximumUsedTransactionIDs, |ago| Some(1.2e9 - ago as f64 * 48e6 / 86_400.0));
        let finding = bed.finding("transaction-ids").expect("a finding");
        assert_eq!(finding.summary, "oldest transaction id is 1.2 billion old, writes stop at 2.14 billion");
        assert!(finding.evidence.contains("million a day, writes stop in 19d"), "{}", finding.evidence);
        let replica = Bed::replica().at_300(Metric::MaximumUsedTransactionIDs, |_| Some(1.6e9));
        assert_eq!(replica.severity("transaction-ids"), None, "its primary tells");
    }
}
