//! `RebootDBInstance` without failover: the engine restarts where it is.

use serde::{Deserialize, Serialize};

use super::failover::connected;
use super::prelude::*;
use crate::services::rds::checks::Restart;

/// A reboot in place. It has no parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reboot {}

/// The states in which AWS takes it, and those in which it may: with parameters that do not fit "you can only
/// reboot or delete it" once they are repaired (AWS re:Post, incompatible-parameters).
const STATES: [&[&str]; 2] = [&["available"], &["storage-optimization", "incompatible-parameters"]];

/// Seconds. AWS promises nothing; a recovery with much to replay takes longer.
const USUAL: (u32, u32) = (60, 300);

impl Request for Reboot {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        checks::other_state(database, &STATES.concat())
    }

    fn offer(_: &Seen) -> Self {
        Self {}
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Disruptive, seen);
        let Some(database) = seen.database() else { return draft };
        draft.summary = format!("{} restarts. Changed parameters that wait for a reboot take effect.", database.id);
        let [allowed, doubtful] = STATES;
        draft.check(checks::status_may_be(database, allowed, doubtful));
        draft.say("Interruption", "usually 1-5m; longer when much must be recovered", Tone::Warning);
        draft.say("Connections", format!("all are dropped: {}", connected(database, seen)), Tone::Warning);
        if database.multi_az {
            let zone = database.zone.as_deref().unwrap_or("the same zone");
            let text = format!("it restarts in {zone}; the standby does not take over (that is a failover)");
            draft.say("Zone", text, Tone::Plain);
        }
        checks::say_restart(&mut draft, database, Restart::Reboot);
        checks::say_pending(&mut draft, database);
        let call = Call::new(Api::RebootDbInstance, &database.region)
            .with("DBInstanceIdentifier", &database.id)
            .with("ForceFailover", false);
        let follow =
            Follow::Restarted { region: database.region.clone(), id: database.id.clone(), failover_from: None };
        draft.step("restarts the instance", call, follow, USUAL);
        draft
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::testing::seen;

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let plan = plan_of(Operation::Reboot(Reboot {}), &seen());
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds reboot-db-instance --region us-east-1 --db-instance-identifier rentaliq-prod-db \
             --no-force-failover"
        );
        assert_eq!(plan.obstacle(), None);
        assert!(plan.consequences.iter().any(|c| c.text.contains("restarts in us-east-1a")));
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut seen = seen();
        seen.databases[0].status = "rebooting".into();
        assert_eq!(failed(&Operation::Reboot(Reboot {}), &seen), ["rentaliq-prod-db is available"]);
        assert!(Reboot::unavailable(On::Database(&seen.databases[0])).is_some());
    }

    #[test]
    fn there_is_no_parameter() {
        assert!(Reboot {}.set("force", "true", &seen()).is_err());
    }
}
