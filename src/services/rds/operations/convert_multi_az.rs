//! `ModifyDBInstance` with `MultiAZ`: a standby in another zone, or none.

use serde::{Deserialize, Serialize};

use super::prelude::*;
use crate::domain::{Criticality, Database};

/// From Single-AZ to Multi-AZ, or back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvertMultiAz {
    /// `MultiAZ`.
    pub multi_az: bool,
}

const STATES: &[&str] = &["available"];

impl Request for ConvertMultiAz {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        checks::other_state(database, &["available", "storage-optimization"])
    }

    fn offer(seen: &Seen) -> Self {
        Self { multi_az: seen.database().is_none_or(|d| !d.multi_az) }
    }

    fn fields(&self, _: &Seen) -> Vec<Field> {
        vec![
            Field::new("multi_az", "Multi-AZ", self.multi_az.to_string(), FieldKind::Switch)
                .hint("a standby in another zone that takes over by itself"),
        ]
    }

    fn set(&mut self, name: &str, value: &str, _: &Seen) -> Result<(), String> {
        match name {
            "multi_az" => {
                self.multi_az = field::switch(value)?;
                Ok(())
            }
            _ => Err(field::unknown(name, &["multi_az"])),
        }
    }

    fn draft(&self, seen: &Seen) -> Draft {
        // A standby is filled while the database works, and every write waits for it from then on;
        // without one the next failure of a zone is an outage.
        let mut draft = Draft::new(Risk::Disruptive, seen);
        let Some(database) = seen.database() else { return draft };
        draft.summary = if self.multi_az {
            format!("{} gets a standby in another zone. It takes over when the primary fails.", database.id)
        } else {
            format!("{} loses its standby. Nothing takes over by itself any more when it fails.", database.id)
        };
        draft.check(checks::status_may_be(database, STATES, &["storage-optimization"]));
        let differs = self.multi_az != database.multi_az;
        let same = format!("it is {} already", words(database.multi_az));
        draft.check(Check::must(format!("not {} yet", words(self.multi_az)), differs, same));
        if self.multi_az {
            draft.check(is_offered(database, seen));
        } else if seen.criticality == Criticality::Production {
            draft.check(Check::soft("not in production", false, "production without a standby has no failover"));
        }
        self.consequences(&mut draft, database);
        checks::say_reservation(&mut draft, database);
        cost(&mut draft, database, self.multi_az);
        let call = Call::new(Api::ModifyDbInstance, &database.region)
            .with("DBInstanceIdentifier", &database.id)
            .with("MultiAZ", self.multi_az)
            .with("ApplyImmediately", true);
        let follow = Follow::Values {
            region: database.region.clone(),
            id: database.id.clone(),
            values: vec![("MultiAZ".to_owned(), self.multi_az.to_string())],
        };
        if self.multi_az {
            draft.step("builds the standby", call, follow, (600, 3600));
        } else {
            draft.step("removes the standby", call, follow, (60, 600));
        }
        draft.inverse = Some(format!("convert it back to {}", words(database.multi_az)));
        checks::with_what_is_pending(&mut draft, database, &["MultiAZ"], seen);
        draft
    }
}

impl ConvertMultiAz {
    fn consequences(&self, draft: &mut Draft, database: &Database) {
        draft.say("Interruption", "none: it stays available", Tone::Good);
        if self.multi_az {
            let text = format!(
                "AWS takes a snapshot of the primary's volume ({} GiB) and makes the standby of it; writes are slower \
                 until both are the same",
                database.storage.allocated
            );
            draft.say("Meanwhile", text, Tone::Warning);
            draft.say("Write latency", "somewhat higher for good: each commit waits for both zones", Tone::Warning);
            draft.say("Afterwards", "a failover takes usually 60-120 s", Tone::Good);
        } else {
            let text = "no automatic failover: the loss of the zone is an outage until it is restored";
            draft.say("Afterwards", text, Tone::Critical);
            let text = "backups and maintenance interrupt it from now on";
            draft.say("Upkeep", text, Tone::Warning);
        }
    }
}

fn words(multi_az: bool) -> &'static str {
    if multi_az { "Multi-AZ" } else { "Single-AZ" }
}

fn is_offered(database: &Database, seen: &Seen) -> Check {
    let name = "AWS offers it as Multi-AZ";
    if seen.orderable.is_empty() {
        return Check::unknown(name, "the offered classes were not read: AWS will say");
    }
    let (class, kind) = (&database.class, &database.storage.kind);
    let offered = seen.orderable.iter().any(|o| o.multi_az && o.class == *class && o.storage == *kind);
    Check::must(name, offered, format!("not for {class} with {kind}: change the class first"))
}

/// Class and storage, both double or half.
fn cost(draft: &mut Draft, database: &Database, multi_az: bool) {
    let storage = &database.storage;
    let month = |multi_az: bool| {
        let class = price::instance_month(&database.class, multi_az)?;
        let (iops, throughput) = (storage.iops, storage.throughput);
        Some(class + price::storage_month(&storage.kind, storage.allocated, iops, throughput, multi_az)?)
    };
    draft.monthly = month(multi_az).zip(month(database.multi_az)).map(|(new, old)| new - old);
    let text = match draft.monthly {
        Some(monthly) => price::difference(monthly),
        None if multi_az => "about double: no price is known".to_owned(),
        None => "about half: no price is known".to_owned(),
    };
    draft.say("Cost", text, Tone::Plain);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::plan::CheckState;
    use crate::services::rds::testing::{seen, seen_on};
    use crate::services::rds::{Plan, TargetKind};

    fn op(multi_az: bool) -> Operation {
        Operation::ConvertMultiAz(ConvertMultiAz { multi_az })
    }

    fn single() -> Seen {
        let mut seen = seen_on(TargetKind::DbInstance, "rentaliq-prod-db-replica-1", "us-east-1");
        seen.databases[1].status = "available".into();
        seen
    }

    fn state(plan: &Plan, name: &str) -> Option<CheckState> {
        plan.checks.iter().find(|c| c.name == name).map(|c| c.state)
    }

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let plan = plan_of(op(true), &single());
        assert_eq!(
            plan.steps[0].call.as_command(""),
            "aws rds modify-db-instance --region us-east-1 --db-instance-identifier rentaliq-prod-db-replica-1 \
             --multi-az --apply-immediately"
        );
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Disruptive, None));
        let plan = plan_of(op(false), &seen());
        assert!(plan.steps[0].call.as_command("").ends_with("rentaliq-prod-db --no-multi-az --apply-immediately"));
        let Follow::Values { values, .. } = &plan.steps[0].follow else { panic!("{:?}", plan.steps[0].follow) };
        assert_eq!(*values, [("MultiAZ".to_owned(), "false".to_owned())]);
        assert!(plan.monthly.is_some_and(|monthly| monthly.is_sign_negative()), "half of it is saved");
    }

    #[test]
    fn each_precondition_is_refused() {
        assert_eq!(failed(&op(true), &seen()), ["not Multi-AZ yet"]);
        let mut seen = single();
        assert_eq!(failed(&op(false), &seen), ["not Single-AZ yet"]);
        seen.orderable[1].multi_az = false;
        assert_eq!(failed(&op(true), &seen), ["AWS offers it as Multi-AZ"]);
        seen.orderable.clear();
        seen.databases[1].status = "backing-up".into();
        assert_eq!(failed(&op(true), &seen), ["rentaliq-prod-db-replica-1 is available"]);
        assert_eq!(state(&plan_of(op(true), &seen), "AWS offers it as Multi-AZ"), Some(CheckState::Unknown));
    }

    #[test]
    fn production_without_a_standby_is_doubtful() {
        let mut seen = seen();
        let plan = plan_of(op(false), &seen);
        assert_eq!(state(&plan, "not in production"), Some(CheckState::Doubtful));
        assert!(plan.consequences.iter().any(|c| c.tone == Tone::Critical && c.text.contains("no automatic failover")));
        seen.criticality = Criticality::Staging;
        assert_eq!(state(&plan_of(op(false), &seen), "not in production"), None);
    }

    #[test]
    fn only_yes_and_no_are_taken() {
        let seen = seen();
        let mut request = ConvertMultiAz::offer(&seen);
        assert!(!request.multi_az, "the other of what it is");
        assert!(request.set("multi_az", "maybe", &seen).is_err());
        assert!(request.set("multi-az", "yes", &seen).is_err());
        assert_eq!(request.set("multi_az", "yes", &seen), Ok(()));
        assert!(request.multi_az);
    }
}
