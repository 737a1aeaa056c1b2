//! Does it serve: the instance's status, and failovers.

use crate::domain::database::Condition;
use crate::domain::finding::{Harm, Severity};
use crate::domain::{Event, Since};
use crate::health::words;
use crate::services::rds::Kind;
use crate::services::rds::Read;
use crate::services::rds::health::{Case, Rule, Subject, Verdict};

pub static RULES: [Rule; 2] = [
    Rule {
        id: "instance-status",
        source: "RDS user guide, Viewing Amazon RDS DB instance status",
        harm: Harm::Now,
        metric: None,
        needs: &[],
        applies: always,
        check: status,
    },
    Rule {
        id: "recent-failover",
        source: "RDS user guide, Amazon RDS event categories and event messages: failover",
        harm: Harm::Now,
        metric: None,
        needs: &[Read::Events],
        applies: always,
        check: failover,
    },
];

/// A failover within this many seconds may still hurt.
const FRESH: f64 = 3600.0;

/// A failover that has not completed within this many seconds takes longer than AWS says (60-120 s).
const OVERDUE: f64 = 300.0;

fn always(_: &Subject<'_>) -> bool {
    true
}

fn status(case: &Case<'_>) -> Option<Verdict> {
    let database = case.database();
    let status = database.status.as_str();
    let verdict = match database.condition() {
        Condition::Healthy => return None,
        Condition::Critical => {
            let told = database.status_infos.iter().filter(|info| !info.normal).map(|info| info.message.clone());
            let verdict = Verdict::new(Severity::Critical, format!("instance is {status}"), advice(status));
            let verdict = verdict.evidence(told.take(1));
            match mended_by(status) {
                Some(operation) => verdict.by(operation, database),
                None => verdict,
            }
        }
        Condition::Changing => {
            let pending: Vec<_> = database.pending.iter().map(|(name, value)| format!("{name} → {value}")).collect();
            Verdict::new(
                Severity::Info,
                format!("instance is {status}"),
                "Wait until it is available before you change anything else; its events tell how far it is.",
            )
            .evidence(pending)
        }
        Condition::Off => Verdict::new(
            Severity::Info,
            format!("instance is {status}"),
            if status == "stopped" {
                "RDS starts it by itself after seven days; storage and backups are billed meanwhile."
            } else {
                "Nothing to do if this was meant; its events tell who began it."
            },
        ),
        Condition::Unknown if status.is_empty() => {
            Verdict::new(Severity::Warning, "the instance's status is not told", "Look at it in the RDS console.")
        }
        Condition::Unknown => Verdict::new(
            Severity::Warning,
            format!("instance is {status}, a status that is not known here"),
            "Look it up in the RDS user guide under DB instance status.",
        ),
    };
    Some(verdict.of_state(status))
}

/// The operation that the advice comes to.
fn mended_by(status: &str) -> Option<Kind> {
    match status {
        "storage-full" => Some(Kind::ChangeStorage),
        // AWS starts an instance in these states (`StartDBInstance`).
        "incompatible-network" | "inaccessible-encryption-credentials-recoverable" => Some(Kind::Start),
        "incompatible-parameters" => Some(Kind::Reboot),
        "failed" | "inaccessible-encryption-credentials" => Some(Kind::RestoreToPointInTime),
        _ => None,
    }
}

fn advice(status: &str) -> &'static str {
    match status {
        "storage-full" => "Raise its allocated storage now, by 10 % at least: it takes no writes until there is room.",
        "incompatible-network" => "Give its subnet group free addresses and its VPC DNS names, then start it.",
        "incompatible-parameters" => {
            "Reset the parameters that do not fit its class in the parameter group, then reboot."
        }
        "incompatible-restore" | "restore-error" => {
            "Restore again to another moment or from a snapshot; this one is deleted with the aws command, without a snapshot."
        }
        "inaccessible-encryption-credentials" => {
            "Enable its KMS key again, then restore from a backup: the instance itself cannot be recovered."
        }
        "inaccessible-encryption-credentials-recoverable" => {
            "Enable its KMS key within seven days, then start the instance."
        }
        "insufficient-capacity" => "Try again later, or choose another class or zone.",
        "failed" => "It cannot be recovered: restore to its latest restorable time, then move clients there.",
        _ => "Read its newest events and follow the RDS user guide for this status.",
    }
}

fn failover(case: &Case<'_>) -> Option<Verdict> {
    let reach = case.thresholds().recent_failover_hours * 3600.0;
    let mine: Vec<&Event> = case
        .subject
        .events
        .iter()
        .filter(|event| event.source == case.database().id && is_failover(event))
        .filter(|event| case.seconds_since(event.at) <= reach)
        .collect();
    let newest = mine.iter().max_by_key(|event| event.at)?;
    let age = case.seconds_since(newest.at);
    if is_start(newest) {
        let severity = if age > OVERDUE { Severity::Critical } else { Severity::Warning };
        return Some(
            Verdict::new(
                severity,
                "a failover is under way",
                "Do not force another one: wait for its completion, which AWS gives as 60 to 120 s.",
            )
            .since(Some(Since::Told(newest.at))),
        );
    }
    let starts = mine.iter().filter(|event| is_start(event)).count();
    // It hurt from its start on, not from its completion.
    let begun = mine.iter().filter(|event| is_start(event)).map(|event| event.at).max().unwrap_or(newest.at);
    let again = if starts > 1 {
        format!("{} in {}", words::plural(starts, "failover"), words::span(reach))
    } else {
        String::new()
    };
    let zone = case.database().zone.as_ref().map(|zone| format!("writer now in {zone}")).unwrap_or_default();
    // One that fails over again and again is not over.
    let fresh = age < FRESH || starts > 1;
    Some(
        Verdict::new(
            if fresh { Severity::Warning } else { Severity::Info },
            format!("failed over at {}", newest.at.strftime("%H:%MZ")),
            "Check that clients have reconnected, and look in its events and logs for the reason.",
        )
        .evidence([again, zone])
        .since(Some(Since::Told(begun))),
    )
}

/// One that was begun; RDS also tells when it refuses one soon after another.
fn is_failover(event: &Event) -> bool {
    event.categories.iter().any(|category| category == "failover") && !event.message.contains("bandon")
}

fn is_start(event: &Event) -> bool {
    event.message.contains("started") && !event.message.contains("restarted")
}

#[cfg(test)]
mod tests {
    use crate::services::rds::health::testing::{Bed, ago};

    use super::*;

    #[test]
    fn statuses_are_as_bad_as_they_are() {
        for (status, expected) in [
            ("available", None),
            ("modifying", Some(Severity::Info)),
            ("stopped", Some(Severity::Info)),
            ("storage-full", Some(Severity::Critical)),
            ("failed", Some(Severity::Critical)),
            ("brand-new-status", Some(Severity::Warning)),
            ("", Some(Severity::Warning)),
        ] {
            let mut bed = Bed::healthy();
            bed.database.status = status.into();
            assert_eq!(bed.severity("instance-status"), expected, "{status}");
        }
    }

    #[test]
    fn a_failover_is_told_for_a_day() {
        let after = |seconds: i64| {
            Bed::healthy().event(seconds + 60, "failover", "Multi-AZ instance failover started.").event(
                seconds,
                "failover",
                "Multi-AZ instance failover completed",
            )
        };
        for (seconds, expected) in [(600, Some(Severity::Warning)), (3 * 3600, Some(Severity::Info)), (25 * 3600, None)]
        {
            assert_eq!(after(seconds).severity("recent-failover"), expected, "{seconds}");
        }
        let finding = after(23 * 60).finding("recent-failover").expect("a finding");
        assert_eq!(finding.summary, "failed over at 10:37Z");
        assert_eq!(finding.evidence, "writer now in us-east-1a");
        assert_eq!(finding.since, Some(Since::Told(ago(24 * 60))), "from its start on");
    }

    #[test]
    fn a_failover_under_way_is_not_over() {
        for (seconds, expected) in [(40, Severity::Warning), (400, Severity::Critical)] {
            let bed = Bed::healthy().event(seconds, "failover", "Multi-AZ instance failover started.");
            assert_eq!(bed.severity("recent-failover"), Some(expected));
        }
    }

    #[test]
    fn events_of_others_and_abandoned_failovers_do_not_count() {
        let mut bed = Bed::healthy().event(60, "failover", "Multi-AZ instance failover completed");
        bed.events[0].source = "other".into();
        assert_eq!(bed.severity("recent-failover"), None);
        let message = "Abandoning user requested failover since a failover recently occurred on the database instance.";
        assert_eq!(Bed::healthy().event(60, "failover", message).severity("recent-failover"), None);
    }
}
