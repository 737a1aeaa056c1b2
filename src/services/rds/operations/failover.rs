//! `RebootDBInstance` with `ForceFailover`: the standby of a Multi-AZ instance takes over.

use serde::{Deserialize, Serialize};

use super::prelude::*;
use crate::domain::{Database, duration};
use crate::services::rds::checks::Restart;

/// A reboot with failover. It has no parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failover {}

/// AWS refuses or abandons a failover soon after another one; it names no time, so this is a guess
/// on the safe side.
const SOON_SECONDS: i64 = 30 * 60;

/// AWS's figure for a Multi-AZ DB instance ("Failing over a Multi-AZ DB instance").
const USUAL: (u32, u32) = (60, 120);

impl Request for Failover {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        if let Some(why) = checks::other_state(database, &["available", "storage-optimization"]) {
            Some(why)
        } else if database.multi_az {
            None
        } else {
            Some("it is Single-AZ: there is no standby".into())
        }
    }

    fn offer(_: &Seen) -> Self {
        Self {}
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Disruptive, seen);
        let Some(database) = seen.database() else { return draft };
        let from = database.zone.as_deref().unwrap_or("its zone");
        let to = database.secondary_zone.as_deref().unwrap_or("the standby's zone");
        draft.summary = if database.multi_az {
            format!(
                "The standby of {} in {to} becomes the primary; the old primary in {from} becomes the standby.",
                database.id
            )
        } else {
            format!("{} is Single-AZ: there is nothing to fail over to.", database.id)
        };
        draft.check(checks::status_may_be(database, &["available"], &["storage-optimization"]));
        let why = "it is Single-AZ: there is no standby to fail over to";
        draft.check(Check::must("Multi-AZ", database.multi_az, why));
        let recent = seconds_since_failover(database, seen).filter(|seconds| *seconds < SOON_SECONDS);
        let why = recent.map_or_else(String::new, |seconds| {
            format!("there was one {} ago: AWS may refuse another one so soon", duration::seconds(seconds))
        });
        let name = "no failover in the last 30m";
        draft.check(if recent.is_none() && !seen.is_read(&Part::Events) {
            Check::unknown(name, "the events were not read: AWS may refuse another one so soon")
        } else {
            Check::soft(name, recent.is_none(), why)
        });
        let why = "without it the end of a failover cannot be seen";
        draft.check(Check::must("its zone is known", database.zone.is_some(), why));
        draft.say("Interruption", "60-120 s, by AWS's figure; long recovery takes longer", Tone::Warning);
        draft.say("Connections", format!("all are dropped: {}", connected(database, seen)), Tone::Warning);
        draft.say("Zone", format!("from {from} to {to}"), Tone::Plain);
        draft.say("Endpoint", "stays; clients that cache its address (JVM) must look it up again", Tone::Plain);
        if database.multi_az {
            // "Interrupts the database abruptly … performs crash recovery" (Rebooting a DB instance); "an unlogged
            // table is automatically truncated after a crash" (PostgreSQL, CREATE TABLE).
            let text =
                "every commit is on the standby; open transactions are rolled back, UNLOGGED tables may be emptied";
            draft.say("Data", text, Tone::Warning);
        }
        checks::say_restart(&mut draft, database, Restart::Other);
        checks::say_pending(&mut draft, database);
        let call = Call::new(Api::RebootDbInstance, &database.region)
            .with("DBInstanceIdentifier", &database.id)
            .with("ForceFailover", true);
        let follow = Follow::Restarted {
            region: database.region.clone(),
            id: database.id.clone(),
            failover_from: Some(database.zone.clone().unwrap_or_default()),
        };
        draft.step("fails over to the standby", call, follow, USUAL);
        draft.inverse = Some("fail over again: it costs the same interruption".into());
        draft
    }
}

fn seconds_since_failover(database: &Database, seen: &Seen) -> Option<i64> {
    let of_it = seen.events.iter().filter(|event| event.source == database.id);
    let failovers = of_it.filter(|event| {
        event.categories.iter().any(|category| category == "failover")
            || event.message.to_lowercase().contains("failover")
    });
    failovers.map(|event| seen.at.duration_since(event.at).as_secs()).min()
}

/// The connections of an instance now: `182 now`.
pub(super) fn connected(database: &Database, seen: &Seen) -> String {
    match seen.readings(database).and_then(|readings| readings.connections) {
        Some(connections) => format!("{connections:.0} now"),
        None => "how many is not known".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Event;
    use crate::ops::plan::CheckState;
    use crate::services::rds::testing::seen;

    fn operation() -> Operation {
        Operation::Failover(Failover {})
    }

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let plan = plan_of(operation(), &seen());
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds reboot-db-instance --region us-east-1 --db-instance-identifier rentaliq-prod-db --force-failover"
        );
        assert_eq!(plan.risk, Risk::Disruptive);
        assert_eq!(plan.obstacle(), None);
        assert!(plan.consequences.iter().any(|c| c.text.contains("182 now")));
        assert!(plan.consequences.iter().any(|c| c.text == "from us-east-1a to us-east-1b"));
        assert!(matches!(&plan.steps[0].follow, Follow::Restarted { failover_from: Some(z), .. } if z == "us-east-1a"));
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut seen = seen();
        seen.databases[0].status = "modifying".into();
        assert_eq!(failed(&operation(), &seen), ["rentaliq-prod-db is available"]);
        seen.databases[0].status = "available".into();
        seen.databases[0].multi_az = false;
        assert_eq!(failed(&operation(), &seen), ["Multi-AZ"]);
        assert!(Failover::unavailable(On::Database(&seen.databases[0])).is_some());
    }

    #[test]
    fn a_second_failover_within_half_an_hour_is_doubtful() {
        let doubtful = |at: &str, source: &str| {
            let mut seen = seen();
            seen.events.push(Event {
                at: at.parse().unwrap(),
                source: source.into(),
                message: "Multi-AZ instance failover completed".into(),
                categories: vec!["failover".into()],
            });
            plan_of(operation(), &seen).checks.iter().any(|check| check.state == CheckState::Doubtful)
        };
        assert!(doubtful("2026-11-22T02:50:00Z", "rentaliq-prod-db"));
        assert!(!doubtful("2026-11-22T02:40:00Z", "rentaliq-prod-db"));
        assert!(!doubtful("2026-11-22T02:50:00Z", "another"));
    }

    #[test]
    fn there_is_no_parameter() {
        assert!(Failover {}.set("zone", "us-east-1c", &seen()).unwrap_err().contains("none"));
    }
}
