//! `DeleteDBInstance`: never without a final snapshot where AWS can take one, and never with its
//! automated backups.

use serde::{Deserialize, Serialize};

use super::failover::connected;
use super::prelude::*;
use crate::domain::Database;
use crate::domain::database::{id_of, region_of};

/// A DB instance is deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeleteInstance {
    /// `FinalDBSnapshotIdentifier`. Not used for a read replica: AWS takes none of it.
    pub final_snapshot: String,
}

/// In these states AWS cannot take a final snapshot or does not delete (`SkipFinalSnapshot`, and
/// "Deleting a DB instance").
const WITHOUT_SNAPSHOT: &[&str] = &[
    "creating",
    "deleting",
    "failed",
    "incompatible-create",
    "incompatible-network",
    "incompatible-restore",
    "inaccessible-encryption-credentials",
];

/// Seconds without and with a final snapshot, beside what the snapshot takes.
const USUAL: (u32, u32) = (180, 900);

impl Request for DeleteInstance {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        (database.status == "deleting").then(|| "it is being deleted".into())
    }

    fn offer(seen: &Seen) -> Self {
        if seen.database().is_some_and(Database::is_replica) {
            return Self { final_snapshot: String::new() };
        }
        Self { final_snapshot: format!("{}-final-{}", seen.target.id, seen.at.strftime("%Y%m%d-%H%M")) }
    }

    fn fields(&self, seen: &Seen) -> Vec<Field> {
        if seen.database().is_some_and(Database::is_replica) {
            return Vec::new();
        }
        let hint = "a final snapshot is always taken: letters, digits and hyphens";
        vec![Field::new("final_snapshot", "Final snapshot", &self.final_snapshot, FieldKind::Text).hint(hint)]
    }

    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        if seen.database().is_some_and(Database::is_replica) {
            return Err(format!("{}; AWS takes no final snapshot of a read replica", field::unknown(name, &[])));
        }
        match name {
            "final_snapshot" => {
                checks::snapshot_name(value)?;
                // AWS keeps names in lower case.
                self.final_snapshot = value.to_ascii_lowercase();
                Ok(())
            }
            _ => Err(field::unknown(name, &["final_snapshot"])),
        }
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Irreversible, seen);
        let Some(database) = seen.database() else { return draft };
        let is_replica = database.is_replica();
        let rest = if is_replica {
            "It is a read replica: AWS takes no final snapshot of it. Its source stays.".to_owned()
        } else {
            format!("The snapshot {} is taken first and stays.", self.final_snapshot)
        };
        draft.summary = format!("{} and its endpoint are deleted for good. {rest}", database.id);
        let open = !database.deletion_protection;
        let why = "lift it first, with the operation \"Deletion protection\"";
        draft.check(Check::must("deletion protection is off", open, why));
        self.check_state(&mut draft, database, seen);
        say_replicas(&mut draft, database);
        let text = format!("for good. Connections: {}", connected(database, seen));
        draft.say("Interruption", text, Tone::Critical);
        if is_replica {
            let text = "none is lost at the source; what was not replicated is still there";
            draft.say("Data", text, Tone::Plain);
        } else {
            let text = format!(
                "comes back only by a restore, to a new instance from the final snapshot; {}",
                crate::services::rds::safety::UNLOGGED
            );
            draft.say("Data", text, Tone::Critical);
            let text = match database.backup_retention_days {
                0 => "there are none: automated backups are off".to_owned(),
                days => format!("automated backups are kept until they expire ({days}d), and are billed"),
            };
            draft.say("Backups", text, Tone::Plain);
            draft.say("Cost", price::snapshot(database.storage.allocated), Tone::Plain);
        }
        if database.settings.master_secret.is_some() {
            let text = "its master password in Secrets Manager is deleted with it; a restore needs a new one";
            draft.say("Secret", text, Tone::Critical);
        }
        draft.monthly = price::of(database).map(|monthly| -monthly);
        let mut call = Call::new(Api::DeleteDbInstance, &database.region)
            .with("DBInstanceIdentifier", &database.id)
            .with("SkipFinalSnapshot", is_replica);
        if !is_replica {
            call = call.with("FinalDBSnapshotIdentifier", &self.final_snapshot);
        }
        let call = call.with("DeleteAutomatedBackups", false);
        let final_snapshot = (!is_replica).then(|| self.final_snapshot.clone());
        let follow = Follow::Gone { region: database.region.clone(), id: database.id.clone(), final_snapshot };
        let (least, most) =
            if is_replica { (0, 0) } else { crate::services::rds::safety::usual(database.storage.allocated) };
        draft.step("deletes the instance", call, follow, (USUAL.0 + least, USUAL.1 + most));
        draft
    }
}

impl DeleteInstance {
    fn check_state(&self, draft: &mut Draft, database: &Database, seen: &Seen) {
        if database.is_replica() {
            let met = database.status != "deleting";
            draft.check(Check::must("not being deleted", met, "it is being deleted already"));
            return;
        }
        let (name, status) = ("a final snapshot is possible", database.status.as_str());
        draft.check(if WITHOUT_SNAPSHOT.contains(&status) {
            let why =
                format!("it is {status}: AWS takes no final snapshot of it now, and it is not deleted without one");
            Check::hard(name, false, why)
        } else {
            // "You can't create a final DB snapshot of your DB instance if it isn't in the Available state".
            let why = format!("it is {status}: AWS documents one for available instances only, and may refuse");
            Check::should(name, status == "available", why)
        });
        draft.check(checks::snapshot_name_is_free(seen, &database.region, &self.final_snapshot));
    }
}

/// What becomes of its replicas: those of the same region become standalone instances, those of
/// another region lose their replication and end as `terminated`; AWS promotes none of them.
fn say_replicas(draft: &mut Draft, database: &Database) {
    let is_far = |replica: &&str| replica.starts_with("arn:") && region_of(replica) != database.region;
    let (far, near): (Vec<&str>, Vec<&str>) = database.followers().partition(is_far);
    let names = |replicas: &[&str]| {
        let names: Vec<&str> = replicas.iter().map(|replica| id_of(replica)).collect();
        names.join(", ")
    };
    let alone = database.followers().next().is_none();
    let why = format!("it is the source of {}: promote or delete them first", names(&[&near[..], &far[..]].concat()));
    draft.check(Check::should("no read replicas", alone, why));
    if !near.is_empty() {
        let text = format!("{}: becomes standalone, takes writes, nothing follows any more", names(&near));
        draft.say("Replicas here", text, Tone::Warning);
    }
    if !far.is_empty() {
        let text = format!("{}: replication is terminated; it stays read-only until it is promoted", names(&far));
        draft.say("Replicas afar", text, Tone::Critical);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::plan::CheckState;
    use crate::services::rds::TargetKind;
    use crate::services::rds::testing::{seen, seen_on};

    fn open() -> Seen {
        let mut seen = seen();
        seen.databases[0].deletion_protection = false;
        seen
    }

    fn operation(name: &str) -> Operation {
        Operation::DeleteInstance(DeleteInstance { final_snapshot: name.into() })
    }

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let plan = plan_of(operation("last-of-it"), &open());
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds delete-db-instance --region us-east-1 --db-instance-identifier rentaliq-prod-db \
             --no-skip-final-snapshot --final-db-snapshot-identifier last-of-it --no-delete-automated-backups"
        );
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Irreversible, None));
        assert_eq!((plan.inverse, plan.name_to_type.as_str()), (None, "rentaliq-prod-db"));
    }

    #[test]
    fn of_a_replica_aws_takes_no_final_snapshot() {
        let seen = seen_on(TargetKind::DbInstance, "rentaliq-prod-db-dr", "us-west-2");
        let mut request = DeleteInstance::offer(&seen);
        assert!(request.fields(&seen).is_empty());
        assert!(request.set("final_snapshot", "a", &seen).unwrap_err().contains("no final snapshot"));
        let plan = plan_of(Operation::DeleteInstance(request), &seen);
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds delete-db-instance --region us-west-2 --db-instance-identifier rentaliq-prod-db-dr \
             --skip-final-snapshot --no-delete-automated-backups"
        );
        assert_eq!(plan.obstacle(), None);
    }

    #[test]
    fn what_becomes_of_its_replicas_is_said() {
        let plan = plan_of(operation("last"), &open());
        let said = |label: &str| plan.consequences.iter().find(|c| c.label == label).map(|c| c.text.clone());
        assert!(said("Replicas here").unwrap().starts_with("rentaliq-prod-db-replica-1: becomes standalone"));
        assert!(said("Replicas afar").unwrap().starts_with("rentaliq-prod-db-dr: replication is terminated"));
        let check = plan.checks.iter().find(|check| check.name == "no read replicas").unwrap();
        assert_eq!(check.state, CheckState::Doubtful);
    }

    #[test]
    fn each_precondition_is_refused() {
        assert_eq!(failed(&operation("last"), &seen()), ["deletion protection is off"]);
        assert_eq!(failed(&operation("before-release-42"), &open()), ["snapshot name is free"]);
        assert_eq!(failed(&operation(""), &open()), ["snapshot name is free"], "a final snapshot is always taken");
        let mut seen = open();
        seen.databases[0].status = "incompatible-network".into();
        assert_eq!(failed(&operation("last"), &seen), ["a final snapshot is possible"]);
        seen.databases[0].status = "deleting".into();
        assert!(DeleteInstance::unavailable(On::Database(&seen.databases[0])).is_some());
        let mut seen = seen_on(TargetKind::DbInstance, "rentaliq-prod-db-dr", "us-west-2");
        seen.databases[2].status = "deleting".into();
        assert_eq!(failed(&operation(""), &seen), ["not being deleted"]);
    }

    #[test]
    fn the_name_of_the_final_snapshot_cannot_be_emptied() {
        let seen = open();
        let mut request = DeleteInstance::offer(&seen);
        assert_eq!(request.final_snapshot, "rentaliq-prod-db-final-20261122-0312");
        assert!(request.set("final_snapshot", "", &seen).is_err());
        assert!(request.set("final_snapshot", "a_b", &seen).is_err());
        assert!(request.set("skip", "true", &seen).unwrap_err().contains("final_snapshot"));
        assert_eq!(request.set("final_snapshot", "last", &seen), Ok(()));
        assert_eq!(request.final_snapshot, "last");
    }
}
