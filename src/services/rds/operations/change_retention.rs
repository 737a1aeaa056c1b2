//! `ModifyDBInstance` with `BackupRetentionPeriod`: how far back the instance can be restored.

use serde::{Deserialize, Serialize};

use super::prelude::*;
use crate::domain::Database;

/// Another retention of automated backups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRetention {
    /// `BackupRetentionPeriod`, days; 0 switches automated backups off and deletes them.
    pub days: i32,
}

const STATES: &[&str] = &["available", "storage-optimization"];
/// The longest retention of AWS, days.
const LONGEST: i32 = 35;

impl Request for ChangeRetention {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        (!STATES.contains(&database.status.as_str())).then(|| format!("it is {}", database.status))
    }

    /// More than now: nothing is lost by it.
    fn offer(seen: &Seen) -> Self {
        let now = seen.database().map_or(0, |d| d.backup_retention_days);
        Self { days: if now < 7 { 7 } else { LONGEST } }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        let now = seen.database().map(|d| format!("now {}; 0 deletes them all", d.backup_retention_days));
        vec![
            Field::new("days", "Retention", self.days.to_string(), FieldKind::Whole { unit: "days" })
                .hint(now.unwrap_or_default()),
        ]
    }

    fn set(&mut self, name: &str, value: &str, _: &Seen) -> Result<(), String> {
        match name {
            "days" => {
                self.days = field::whole(value, 0, LONGEST)?;
                Ok(())
            }
            _ => Err(field::unknown(name, &["days"])),
        }
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let Some(database) = seen.database() else { return Draft::new(Risk::Routine, seen) };
        let now = database.backup_retention_days;
        let risk = if self.days < now {
            Risk::Irreversible
        } else if self.switches(database) {
            Risk::Disruptive
        } else {
            Risk::Routine
        };
        let mut draft = Draft::new(risk, seen);
        draft.summary = if self.days == 0 {
            format!(
                "Automated backups of {} are switched off, and all there are ({now} days) are deleted.",
                database.id
            )
        } else {
            format!("Automated backups of {} are kept for {} days (now {now}).", database.id, self.days)
        };
        self.check(&mut draft, database);
        self.consequences(&mut draft, database);
        if self.days < now {
            say_reach(&mut draft, database, seen);
        }
        // Between two retentions AWS changes it as soon as possible whatever is said here, and to
        // say yes would apply what is pending. On or off would wait for the window.
        let call = Call::new(Api::ModifyDbInstance, &database.region)
            .with("DBInstanceIdentifier", &database.id)
            .with("BackupRetentionPeriod", self.days)
            .with("ApplyImmediately", self.switches(database));
        let follow = Follow::Values {
            region: database.region.clone(),
            id: database.id.clone(),
            values: vec![("BackupRetentionPeriod".to_owned(), self.days.to_string())],
        };
        let usual = if self.switches(database) { (60, 900) } else { (5, 120) };
        draft.step("changes the retention", call, follow, usual);
        draft.inverse = match risk {
            Risk::Irreversible => None,
            _ if now == 0 => Some("switch automated backups off again".into()),
            _ => Some(format!("set it back to {now} days")),
        };
        if self.switches(database) {
            checks::with_what_is_pending(&mut draft, database, &["BackupRetentionPeriod"], seen);
        }
        draft
    }
}

impl ChangeRetention {
    /// Automated backups are switched on or off by it.
    fn switches(&self, database: &Database) -> bool {
        (self.days == 0) != (database.backup_retention_days == 0)
    }

    fn check(&self, draft: &mut Draft, database: &Database) {
        draft.check(checks::status_is(database, STATES));
        let differs = self.days != database.backup_retention_days;
        draft.check(Check::must("another retention", differs, format!("it is {} days already", self.days)));
        if self.days == 0 {
            let names: Vec<&str> = database.followers().map(crate::domain::database::id_of).collect();
            let why = format!("AWS keeps backups on while it has replicas: {}", names.join(", "));
            draft.check(Check::must("no read replicas", names.is_empty(), why));
        }
        if database.settings.aws_backup.is_some() {
            let why = "AWS Backup manages its backups: change the retention in the backup plan";
            draft.check(Check::soft("retention is its own", false, why));
        }
        if self.days > 0 && database.is_replica() && takes_no_backups(&database.engine_version) {
            let why = format!("PostgreSQL {} is older than 14.1: AWS may refuse", database.engine_version);
            draft.check(Check::soft("replicas of this version take backups", false, why));
        }
    }

    fn consequences(&self, draft: &mut Draft, database: &Database) {
        let now = database.backup_retention_days;
        if self.switches(database) {
            let text = "an outage, by AWS's word: of seconds to some minutes";
            draft.say("Interruption", text, Tone::Critical);
        } else {
            draft.say("Interruption", "none", Tone::Good);
        }
        if self.days == 0 {
            let text = "all automated backups are deleted at once; it cannot be restored to a point in time";
            draft.say("Backups", text, Tone::Critical);
            draft.say("Kept", "manual snapshots stay", Tone::Plain);
        } else if self.days < now {
            let text = format!("those older than {} days are deleted and do not come back", self.days);
            draft.say("Backups", text, Tone::Critical);
        } else if now == 0 {
            let text = "a first backup starts at once; restores reach back to its end, not before";
            draft.say("Backups", text, Tone::Plain);
        } else {
            let text = format!("the window grows by a day each day, until it is {} days", self.days);
            draft.say("Backups", text, Tone::Plain);
        }
        if self.days > now {
            let text = "backup storage beyond the size of the database is billed";
            draft.say("Cost", text, Tone::Plain);
        }
    }
}

/// How far back it can be restored now, by AWS's own window.
fn say_reach(draft: &mut Draft, database: &Database, seen: &Seen) {
    let text = match seen.restore_window(&database.resource_id) {
        Some((earliest, _)) => format!("it can be restored back to {earliest} until then"),
        None if seen.is_read(&Part::Backups) => "there is no moment that it can be restored to now".to_owned(),
        None => "how far back it can be restored now is not known".to_owned(),
    };
    draft.say("Reach now", text, Tone::Warning);
}

/// Backups of PostgreSQL read replicas came with 14.1.
fn takes_no_backups(version: &str) -> bool {
    let mut parts = version.split('.').map(str::parse::<u32>);
    let (Some(Ok(major)), minor) = (parts.next(), parts.next()) else { return false };
    major < 14 || (major == 14 && matches!(minor, Some(Ok(0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::plan::CheckState;
    use crate::services::rds::testing::{seen, seen_on};
    use crate::services::rds::{Plan, TargetKind};

    fn op(days: i32) -> Operation {
        Operation::ChangeRetention(ChangeRetention { days })
    }

    fn replica() -> Seen {
        seen_on(TargetKind::DbInstance, "rentaliq-prod-db-replica-1", "us-east-1")
    }

    fn tone(plan: &Plan, label: &str) -> Option<Tone> {
        plan.consequences.iter().find(|c| c.label == label).map(|c| c.tone)
    }

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let plan = plan_of(op(35), &seen());
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds modify-db-instance --region us-east-1 --db-instance-identifier rentaliq-prod-db \
             --backup-retention-period 35 --no-apply-immediately"
        );
        let Follow::Values { values, .. } = &plan.steps[0].follow else { panic!("{:?}", plan.steps[0].follow) };
        assert_eq!(*values, [("BackupRetentionPeriod".to_owned(), "35".to_owned())]);
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Routine, None));
        assert_eq!(plan.inverse.as_deref(), Some("set it back to 30 days"));
    }

    #[test]
    fn fewer_days_are_irreversible_and_none_is_critical() {
        let mut seen = seen();
        let plan = plan_of(op(7), &seen);
        assert_eq!((plan.risk, plan.obstacle(), plan.inverse.clone()), (Risk::Irreversible, None, None));
        seen.databases[0].replicas.clear();
        let plan = plan_of(op(0), &seen);
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Irreversible, None));
        assert_eq!(tone(&plan, "Backups"), Some(Tone::Critical));
        assert!(plan.steps[0].call.as_command("").ends_with("--backup-retention-period 0 --apply-immediately"));
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut seen = seen();
        assert_eq!(failed(&op(30), &seen), ["another retention"]);
        assert_eq!(failed(&op(0), &seen), ["no read replicas"]);
        seen.databases[0].status = "modifying".into();
        assert_eq!(failed(&op(35), &seen), ["rentaliq-prod-db is available"]);
    }

    #[test]
    fn a_replica_may_have_backups_and_its_first_one_pauses_writes() {
        let mut seen = replica();
        seen.databases[1].pending = vec![("EngineVersion".into(), "16.8".into())];
        let plan = plan_of(op(7), &seen);
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Irreversible, None), "the upgrade goes out with it");
        assert_eq!(tone(&plan, "Interruption"), Some(Tone::Critical));
        assert!(plan.steps[0].call.as_command("").ends_with("--backup-retention-period 7 --apply-immediately"));
        let doubtful =
            |plan: &Plan, name: &str| plan.checks.iter().any(|c| c.name == name && c.state == CheckState::Doubtful);
        assert!(doubtful(&plan, "nothing else is pending"));
        assert!(!doubtful(&plan, "replicas of this version take backups"));
        seen.databases[1].engine_version = "13.16".into();
        assert!(doubtful(&plan_of(op(7), &seen), "replicas of this version take backups"));
    }

    #[test]
    fn more_than_aws_keeps_is_refused_here() {
        let seen = seen();
        let mut request = ChangeRetention::offer(&seen);
        assert_eq!(request.days, 35, "more than it is");
        assert_eq!(ChangeRetention::offer(&replica()).days, 7);
        for wrong in ["36", "-1", "a week", ""] {
            assert!(request.set("days", wrong, &seen).is_err(), "{wrong}");
        }
        assert!(request.set("retention", "7", &seen).is_err());
        assert_eq!(request.set("days", "14", &seen), Ok(()));
        assert_eq!(request.days, 14);
    }
}
