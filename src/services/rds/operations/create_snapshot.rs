//! `CreateDBSnapshot`: a manual snapshot, kept until somebody deletes it.

use serde::{Deserialize, Serialize};

use super::prelude::*;
use crate::services::rds::safety;

/// A manual snapshot of a DB instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateSnapshot {
    /// `DBSnapshotIdentifier`.
    pub name: String,
}

/// RDS takes it in these states (`CreateDBSnapshot`: the instance must be `available` or
/// `storage-optimization`).
const STATES: &[&str] = &["available", "storage-optimization"];

impl Request for CreateSnapshot {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        (!STATES.contains(&database.status.as_str())).then(|| format!("it is {}", database.status))
    }

    fn offer(seen: &Seen) -> Self {
        Self { name: format!("{}-manual-{}", seen.target.id, seen.at.strftime("%Y%m%d-%H%M")) }
    }

    fn fields(&self, _: &Seen) -> Vec<Field> {
        vec![Field::new("name", "Snapshot", &self.name, FieldKind::Text).hint("letters, digits and hyphens")]
    }

    fn set(&mut self, name: &str, value: &str, _: &Seen) -> Result<(), String> {
        match name {
            "name" => {
                checks::snapshot_name(value)?;
                // AWS keeps names in lower case.
                self.name = value.to_ascii_lowercase();
                Ok(())
            }
            _ => Err(field::unknown(name, &["name"])),
        }
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Routine, seen);
        let Some(database) = seen.database() else { return draft };
        draft.summary = format!(
            "A snapshot of {} ({} GiB) is taken. It stays until it is deleted, also when the instance is deleted.",
            database.id, database.storage.allocated
        );
        draft.check(checks::status_is(database, STATES));
        draft.check(checks::snapshot_name_is_free(seen, &database.region, &self.name));
        if database.multi_az {
            draft.say("Interruption", "none: a Multi-AZ instance is backed up from its standby", Tone::Good);
        } else {
            draft.say("Interruption", safety::SUSPENDED, Tone::Warning);
        }
        draft.say("Not kept", safety::UNLOGGED, Tone::Plain);
        draft.say("Cost", price::snapshot(database.storage.allocated), Tone::Plain);
        let call = Call::new(Api::CreateDbSnapshot, &database.region)
            .with("DBInstanceIdentifier", &database.id)
            .with("DBSnapshotIdentifier", &self.name);
        let follow =
            Follow::SnapshotAvailable { region: database.region.clone(), snapshot: self.name.clone(), instance: None };
        draft.step("takes the snapshot", call, follow, safety::usual(database.storage.allocated));
        draft.inverse = Some("delete the snapshot".into());
        draft
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing::seen;

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let seen = seen();
        let plan = plan_of(Operation::CreateSnapshot(CreateSnapshot { name: "before-it".into() }), &seen);
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds create-db-snapshot --region us-east-1 --db-instance-identifier rentaliq-prod-db \
             --db-snapshot-identifier before-it"
        );
        assert_eq!(plan.risk, Risk::Routine);
        assert_eq!(plan.obstacle(), None);
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut seen = seen();
        seen.databases[0].status = "modifying".into();
        let operation = Operation::CreateSnapshot(CreateSnapshot { name: "x".into() });
        assert_eq!(failed(&operation, &seen), ["rentaliq-prod-db is available"]);
        seen.databases[0].status = "storage-optimization".into();
        assert!(failed(&operation, &seen).is_empty());
        seen.snapshots[0].id = "x".into();
        assert_eq!(failed(&operation, &seen), ["snapshot name is free"]);
    }

    #[test]
    fn a_name_that_aws_refuses_is_refused_here() {
        let seen = seen();
        let mut request = CreateSnapshot::offer(&seen);
        assert_eq!(request.name, "rentaliq-prod-db-manual-20261122-0312");
        assert!(request.set("name", "a_b", &seen).is_err());
        assert!(request.set("nam", "a-b", &seen).unwrap_err().contains("name"));
        assert_eq!(request.set("name", "a-b", &seen), Ok(()));
        assert_eq!(request.name, "a-b");
    }
}
