//! `StartDBInstance`: a stopped instance is switched on.

use serde::{Deserialize, Serialize};

use super::prelude::*;
use crate::domain::Database;

/// A stopped DB instance is started. It has no parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {}

/// Seconds: AWS says that it takes minutes to hours.
pub(super) const USUAL: (u32, u32) = (300, 3600);

impl Request for Start {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        not_needed(database).or_else(|| checks::other_state(database, checks::STARTS_FROM))
    }

    fn offer(_: &Seen) -> Self {
        Self {}
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Routine, seen);
        let Some(database) = seen.database() else { return draft };
        draft.summary = format!("{} is started and can be connected to again.", database.id);
        draft.check(checks::status_is(database, checks::STARTS_FROM));
        if let Some(text) = mends(&database.status) {
            draft.say("First", text, Tone::Warning);
        }
        draft.say("Duration", "minutes to hours, by AWS's word; recovery may take its time", Tone::Plain);
        draft.say("Endpoint", "stays", Tone::Good);
        draft.say("Cost", "the instance hours are billed again", Tone::Plain);
        let call = Call::new(Api::StartDbInstance, &database.region).with("DBInstanceIdentifier", &database.id);
        let follow = Follow::Running { region: database.region.clone(), id: database.id.clone() };
        draft.step("starts the instance", call, follow, USUAL);
        draft.inverse = Some("stop it".into());
        draft
    }
}

/// Why it need not be started.
pub(super) fn not_needed(database: &Database) -> Option<String> {
    (database.status == "available").then(|| "it is running already".to_owned())
}

/// What must be repaired before a start can recover an instance from its state (RDS user guide, "Viewing DB
/// instance status" and "Encrypting Amazon RDS resources").
fn mends(status: &str) -> Option<&'static str> {
    match status {
        "inaccessible-encryption-credentials-recoverable" => {
            Some("its KMS key must be usable again; AWS gives seven days for it, after that only a restore is left")
        }
        "incompatible-network" => Some("its subnets must have free addresses again, and its VPC its DNS names"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing::seen;

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let mut seen = seen();
        seen.databases[0].status = "stopped".into();
        let plan = plan_of(Operation::Start(Start {}), &seen);
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds start-db-instance --region us-east-1 --db-instance-identifier rentaliq-prod-db"
        );
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Routine, None));
        assert_eq!(Start::unavailable(On::Database(&seen.databases[0])), None);
    }

    #[test]
    fn only_a_stopped_instance_is_started() {
        let seen = seen();
        assert_eq!(failed(&Operation::Start(Start {}), &seen), ["rentaliq-prod-db is stopped"]);
        assert!(Start::unavailable(On::Database(&seen.databases[0])).is_some());
    }

    #[test]
    fn there_is_no_parameter() {
        assert!(Start {}.set("snapshot", "x", &seen()).is_err());
    }
}
