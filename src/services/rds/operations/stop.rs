//! `StopDBInstance`: the instance is switched off for up to seven days.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::failover::connected;
use super::prelude::*;
use crate::domain::Database;

/// A DB instance is stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// `DBSnapshotIdentifier` of a snapshot that AWS takes before it stops; empty takes none.
    pub snapshot: String,
}

/// Seconds. AWS promises nothing; a snapshot makes it longer.
pub(super) const USUAL: (u32, u32) = (120, 900);

/// AWS starts a stopped instance by itself after seven days (`AutomaticRestartTime`).
const STOPPED_AT_MOST: Duration = Duration::from_secs(7 * 86_400);

/// Why an instance cannot be stopped (`StopDBInstance` and "Stopping an Amazon RDS DB instance
/// temporarily").
pub(super) fn why_not(database: &Database) -> Option<String> {
    if let Some(why) = database.nature().refusal() {
        Some(why)
    } else if let Some(why) = checks::other_state(database, &["available", "storage-optimization"]) {
        Some(why)
    } else if database.is_replica() {
        Some("AWS does not stop a read replica".into())
    } else if database.followers().next().is_some() {
        Some("AWS does not stop an instance that has read replicas".into())
    } else {
        None
    }
}

/// What holds while an instance is stopped, whichever it is.
pub(super) fn while_stopped(draft: &mut Draft, seen: &Seen) {
    let text = match seen.at.checked_add(STOPPED_AT_MOST) {
        Ok(at) => format!("AWS starts it by itself after 7 days, on {}", at.strftime("%Y-%m-%d %H:%MZ")),
        Err(_) => "AWS starts it by itself after 7 days".to_owned(),
    };
    draft.say("Starts again", text, Tone::Warning);
    draft.say("Still billed", "storage, backups and snapshots; only the instance hours are saved", Tone::Plain);
    draft.say("Backups", "no automated backups are taken while it is stopped", Tone::Plain);
}

impl Request for Stop {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        why_not(database)
    }

    fn offer(_: &Seen) -> Self {
        Self { snapshot: String::new() }
    }

    fn fields(&self, _: &Seen) -> Vec<Field> {
        let hint = "the name of a snapshot to take first; empty takes none";
        vec![Field::new("snapshot", "Snapshot", &self.snapshot, FieldKind::Text).hint(hint)]
    }

    fn set(&mut self, name: &str, value: &str, _: &Seen) -> Result<(), String> {
        match name {
            "snapshot" => {
                if !value.is_empty() {
                    checks::snapshot_name(value)?;
                }
                // AWS keeps names in lower case.
                self.snapshot = value.to_ascii_lowercase();
                Ok(())
            }
            _ => Err(field::unknown(name, &["snapshot"])),
        }
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Disruptive, seen);
        let Some(database) = seen.database() else { return draft };
        draft.summary = format!("{} is stopped. Nothing can connect to it until it is started again.", database.id);
        draft.check(checks::status_may_be(database, &["available"], &["storage-optimization"]));
        let why = "AWS does not stop a read replica";
        draft.check(Check::must("not a read replica", !database.is_replica(), why));
        let alone = database.followers().next().is_none();
        let why = "AWS does not stop an instance that has read replicas";
        draft.check(Check::must("no read replicas", alone, why));
        let named = !self.snapshot.is_empty();
        if named {
            draft.check(checks::snapshot_name_is_free(seen, &database.region, &self.snapshot));
        }
        draft.say("Interruption", "from now until it is started: minutes to hours after that", Tone::Critical);
        draft.say("Connections", format!("all are dropped: {}", connected(database, seen)), Tone::Warning);
        while_stopped(&mut draft, seen);
        say_pending(&mut draft, database);
        if named {
            draft.say("Snapshot", price::snapshot(database.storage.allocated), Tone::Plain);
        }
        let call = Call::new(Api::StopDbInstance, &database.region)
            .with("DBInstanceIdentifier", &database.id)
            .with_some("DBSnapshotIdentifier", named.then_some(&self.snapshot));
        let snapshot = named.then(|| self.snapshot.clone());
        let follow = Follow::Stopped { region: database.region.clone(), id: database.id.clone(), snapshot };
        draft.step("stops the instance", call, follow, USUAL);
        draft.inverse = Some("start it: minutes to hours".into());
        draft
    }
}

/// Stopping takes back what waits for the window (RDS user guide, Stopping an RDS DB instance).
pub fn say_pending(draft: &mut Draft, database: &Database) {
    if !database.pending.is_empty() {
        let pending: Vec<String> = database.pending.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let text = format!("AWS removes what is pending at {}: {}", database.id, pending.join(", "));
        draft.say("Pending", text, Tone::Warning);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing::seen;

    fn alone() -> Seen {
        let mut seen = seen();
        seen.databases.truncate(1);
        seen.databases[0].replicas.clear();
        seen
    }

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let plan = plan_of(Operation::Stop(Stop { snapshot: String::new() }), &alone());
        let plain = "aws rds stop-db-instance --region us-east-1 --db-instance-identifier rentaliq-prod-db";
        assert_eq!(plan.steps[0].call.as_command(""), plain);
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Disruptive, None));
        assert!(plan.consequences.iter().any(|c| c.text.contains("2026-11-29 03:12Z")));
        let plan = plan_of(Operation::Stop(Stop { snapshot: "last".into() }), &alone());
        assert_eq!(plan.steps[0].call.as_command(""), format!("{plain} --db-snapshot-identifier last"));
    }

    #[test]
    fn each_precondition_is_refused() {
        let operation = Operation::Stop(Stop { snapshot: "before-release-42".into() });
        let mut seen = alone();
        assert_eq!(failed(&operation, &seen), ["snapshot name is free"]);
        let operation = Operation::Stop(Stop { snapshot: String::new() });
        seen.databases[0].replicas.push("r".into());
        assert_eq!(failed(&operation, &seen), ["no read replicas"]);
        assert!(Stop::unavailable(On::Database(&seen.databases[0])).is_some());
        seen.databases[0].replicas.clear();
        seen.databases[0].source = Some("p".into());
        assert_eq!(failed(&operation, &seen), ["not a read replica"]);
        seen.databases[0].source = None;
        assert_eq!(Stop::unavailable(On::Database(&seen.databases[0])), None);
        seen.databases[0].status = "stopped".into();
        assert_eq!(failed(&operation, &seen), ["rentaliq-prod-db is available"]);
    }

    #[test]
    fn the_snapshot_may_be_left_out_but_not_be_misnamed() {
        let seen = alone();
        let mut request = Stop::offer(&seen);
        assert!(request.set("snapshot", "a_b", &seen).is_err());
        assert_eq!(request.set("snapshot", "a-b", &seen), Ok(()));
        assert_eq!(request.set("snapshot", "", &seen), Ok(()));
        assert_eq!(request, Stop::offer(&seen));
        assert!(request.set("name", "x", &seen).unwrap_err().contains("snapshot"));
    }
}
