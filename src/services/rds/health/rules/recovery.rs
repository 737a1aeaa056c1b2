//! Could it be brought back: the latest restorable time against the RPO, and backups at all.

use crate::domain::Since;
use crate::domain::database::Condition;
use crate::domain::finding::{Harm, Severity};
use crate::health::Limits;
use crate::health::words::{self, day};
use crate::services::rds::Kind;
use crate::services::rds::health::{Case, Rule, Subject, Verdict};

pub static RULES: [Rule; 2] = [
    Rule {
        id: "restorable-time",
        source: "RDS API reference, DBInstance: LatestRestorableTime",
        harm: Harm::Now,
        metric: None,
        needs: &[],
        applies: is_backed_up,
        check: restorable,
    },
    Rule {
        id: "backups-off",
        source: "RDS user guide, Introduction to backups: backup retention period",
        harm: Harm::Later,
        metric: None,
        needs: &[],
        applies: is_primary,
        check: backups,
    },
];

const MINUTE: f64 = 60.0;

/// A new instance has its first restore point once its first backup is done, seconds.
const FIRST_BACKUP: f64 = 3600.0;

fn is_primary(subject: &Subject<'_>) -> bool {
    subject.is_postgres() && !subject.database.is_replica()
}

fn is_backed_up(subject: &Subject<'_>) -> bool {
    is_primary(subject) && subject.runs() && subject.database.backup_retention_days > 0
}

/// The ages of the latest restorable time at which it counts, seconds.
fn limits(case: &Case<'_>) -> Limits {
    let thresholds = case.thresholds();
    let slack = thresholds.restorable_slack_minutes * MINUTE;
    match case.subject.rpo {
        // Logs are uploaded every five minutes: an RPO as short as that is kept with some slack only.
        Some(rpo) => {
            let warning = rpo.as_secs_f64() + slack;
            Limits::high(warning, Some((2.0 * rpo.as_secs_f64()).max(warning + slack)))
        }
        None => Limits::high(
            thresholds.restorable_warning_minutes * MINUTE,
            Some(thresholds.restorable_critical_minutes * MINUTE),
        ),
    }
}

fn restorable(case: &Case<'_>) -> Option<Verdict> {
    let database = case.database();
    let Some(latest) = database.latest_restorable else {
        let created = database.created?;
        let waits = case.seconds_since(created) < FIRST_BACKUP || database.condition() != Condition::Healthy;
        return (!waits).then(|| {
            Verdict::new(
                Severity::Warning,
                "no point in time to restore to",
                "Take a snapshot now, and check its events for why no automated backup was made.",
            )
            .evidence([format!("created {}", day(created))])
            .by(Kind::CreateSnapshot, database)
        });
    };
    let limits = limits(case);
    let age = case.seconds_since(latest);
    let severity = limits.grade(age, case.standing)?;
    let target = case.subject.rpo.map(|rpo| format!(", RPO {}", words::span(rpo.as_secs_f64()))).unwrap_or_default();
    let begun = jiff::SignedDuration::try_from_secs_f64(limits.warning).ok();
    Some(
        Verdict::new(
            severity,
            format!("restorable only to {} ago{target}", words::span(age)),
            "Take a snapshot now, and look in its events for failed backups or log uploads that fall behind.",
        )
        .evidence([format!("latest restorable time {}", latest.strftime("%Y-%m-%d %H:%MZ"))])
        .since(begun.and_then(|delay| latest.checked_add(delay).ok()).map(|at| Since::At(at.min(case.now))))
        .by(Kind::CreateSnapshot, database),
    )
}

fn backups(case: &Case<'_>) -> Option<Verdict> {
    (case.database().backup_retention_days == 0).then(|| {
        Verdict::new(
            Severity::Warning,
            "automated backups are off",
            "Set a retention period: without one there is no point-in-time restore and no read replica.",
        )
        .evidence(["retention 0 days".to_owned()])
        .by(Kind::ChangeRetention, case.database())
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::services::rds::health::testing::{Bed, ago};

    use super::*;

    fn restorable_to(seconds_ago: i64, rpo_minutes: Option<u64>) -> Bed {
        let mut bed = Bed::healthy();
        bed.database.latest_restorable = Some(ago(seconds_ago));
        bed.rpo = rpo_minutes.map(|minutes| Duration::from_secs(minutes * 60));
        bed
    }

    #[test]
    fn the_age_is_measured_against_the_rpo() {
        for (minutes, rpo, expected) in [
            (4, Some(5), None),
            (9, Some(5), None),
            (11, Some(5), Some(Severity::Warning)),
            (16, Some(5), Some(Severity::Critical)),
            (64, Some(60), None),
            (66, Some(60), Some(Severity::Warning)),
            (121, Some(60), Some(Severity::Critical)),
            (14, None, None),
            (16, None, Some(Severity::Warning)),
            (61, None, Some(Severity::Critical)),
            (-3, None, None),
        ] {
            assert_eq!(restorable_to(minutes * 60, rpo).severity("restorable-time"), expected, "{minutes} {rpo:?}");
        }
    }

    #[test]
    fn it_says_to_when_and_since_when() {
        let finding = restorable_to(23 * 60, Some(5)).finding("restorable-time").expect("a finding");
        assert_eq!(finding.summary, "restorable only to 23m ago, RPO 5m");
        assert_eq!(finding.since, Some(Since::At(ago(13 * 60))));
        let standing = restorable_to(9 * 60 + 30, Some(5));
        assert_eq!(standing.severity_after("restorable-time", Severity::Warning), Some(Severity::Warning));
        let eased = standing.findings_where(&|_| Some(Severity::Warning));
        assert!(eased.iter().all(|f| f.since.is_none_or(|since| since.moment() <= ago(0))));
    }

    #[test]
    fn it_is_not_asked_of_replicas_nor_where_backups_are_off() {
        let mut replica = Bed::replica();
        replica.database.latest_restorable = Some(ago(86_400));
        assert_eq!(replica.severity("restorable-time"), None);
        assert_eq!(replica.severity("backups-off"), None);
        let mut off = restorable_to(86_400, Some(5));
        off.database.backup_retention_days = 0;
        assert_eq!(off.findings().iter().map(|f| f.rule).collect::<Vec<_>>(), vec!["backups-off"]);
    }

    #[test]
    fn a_new_database_may_wait_for_its_first_backup() {
        for (age, expected) in [(600, None), (7200, Some(Severity::Warning))] {
            let mut bed = Bed::healthy();
            bed.database.created = Some(ago(age));
            bed.database.latest_restorable = None;
            assert_eq!(bed.severity("restorable-time"), expected, "{age}");
        }
    }
}
