//! `ModifyDBInstance` with `DeletionProtection`: whether the instance can be deleted at all.

use serde::{Deserialize, Serialize};

use super::prelude::*;
use crate::domain::Criticality;

/// Protection against deletion, on or off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionProtection {
    /// `DeletionProtection`.
    pub on: bool,
}

const STATES: &[&str] = &["available", "storage-optimization"];

impl Request for DeletionProtection {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Database(database) = on else { return Some("it is done to a DB instance".into()) };
        (!STATES.contains(&database.status.as_str())).then(|| format!("it is {}", database.status))
    }

    fn offer(seen: &Seen) -> Self {
        Self { on: seen.database().is_none_or(|d| !d.deletion_protection) }
    }

    fn fields(&self, _: &Seen) -> Vec<Field> {
        vec![
            Field::new("on", "Protected", self.on.to_string(), FieldKind::Switch)
                .hint("while it is on, AWS refuses to delete the instance"),
        ]
    }

    fn set(&mut self, name: &str, value: &str, _: &Seen) -> Result<(), String> {
        match name {
            "on" => {
                self.on = field::switch(value)?;
                Ok(())
            }
            _ => Err(field::unknown(name, &["on"])),
        }
    }

    fn draft(&self, seen: &Seen) -> Draft {
        // Off interrupts nothing, but it takes away what stands between a mistake and a deletion.
        let mut draft = Draft::new(if self.on { Risk::Routine } else { Risk::Disruptive }, seen);
        let Some(database) = seen.database() else { return draft };
        draft.summary = if self.on {
            format!("{} can no longer be deleted until this is switched off again.", database.id)
        } else {
            format!("{} can be deleted from then on, by anyone who may delete DB instances.", database.id)
        };
        draft.check(checks::status_is(database, STATES));
        let differs = self.on != database.deletion_protection;
        let word = if self.on { "on" } else { "off" };
        draft.check(Check::must(format!("not {word} yet"), differs, format!("it is {word} already")));
        if !self.on && seen.criticality == Criticality::Production {
            draft.check(Check::soft("not in production", false, "switch it on again as soon as you can"));
        }
        draft.say("Interruption", "none", Tone::Good);
        if !self.on {
            let text = "the last guard before a deletion is gone, also for scripts and Terraform";
            draft.say("Deletion", text, Tone::Critical);
        }
        // AWS changes this at once whatever is said here; to say yes would apply what is pending.
        let call = Call::new(Api::ModifyDbInstance, &database.region)
            .with("DBInstanceIdentifier", &database.id)
            .with("DeletionProtection", self.on)
            .with("ApplyImmediately", false);
        let follow = Follow::Values {
            region: database.region.clone(),
            id: database.id.clone(),
            values: vec![("DeletionProtection".to_owned(), self.on.to_string())],
        };
        let purpose = if self.on { "protects it" } else { "takes the protection off" };
        draft.step(purpose, call, follow, (5, 60));
        draft.inverse = Some(if self.on { "switch it off again" } else { "switch it on again" }.to_owned());
        draft
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::plan::CheckState;
    use crate::services::rds::testing::seen;

    fn op(on: bool) -> Operation {
        Operation::DeletionProtection(DeletionProtection { on })
    }

    #[test]
    fn the_plan_says_exactly_what_is_sent() {
        let mut seen = seen();
        let plan = plan_of(op(false), &seen);
        let start = "aws rds modify-db-instance --region us-east-1 --db-instance-identifier rentaliq-prod-db";
        let expected = format!("{start} --no-deletion-protection --no-apply-immediately");
        assert_eq!(plan.steps[0].call.as_command(""), expected);
        let Follow::Values { values, .. } = &plan.steps[0].follow else { panic!("{:?}", plan.steps[0].follow) };
        assert_eq!(*values, [("DeletionProtection".to_owned(), "false".to_owned())]);
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Disruptive, None));
        seen.databases[0].deletion_protection = false;
        let plan = plan_of(op(true), &seen);
        let expected = format!("{start} --deletion-protection --no-apply-immediately");
        assert_eq!(plan.steps[0].call.as_command(""), expected);
        assert_eq!((plan.risk, plan.obstacle()), (Risk::Routine, None));
    }

    #[test]
    fn each_precondition_is_refused() {
        let mut seen = seen();
        assert_eq!(failed(&op(true), &seen), ["not on yet"]);
        seen.databases[0].status = "stopped".into();
        assert_eq!(failed(&op(false), &seen), ["rentaliq-prod-db is available"]);
        seen.databases[0].deletion_protection = false;
        seen.databases[0].status = "storage-optimization".into();
        assert_eq!(failed(&op(false), &seen), ["not off yet"]);
    }

    #[test]
    fn production_without_protection_is_doubtful() {
        let mut seen = seen();
        let doubtful = |seen: &Seen| {
            let plan = plan_of(op(false), seen);
            plan.checks.iter().any(|c| c.name == "not in production" && c.state == CheckState::Doubtful)
        };
        assert!(doubtful(&seen));
        seen.criticality = Criticality::Development;
        assert!(!doubtful(&seen));
    }

    #[test]
    fn only_yes_and_no_are_taken() {
        let seen = seen();
        let mut request = DeletionProtection::offer(&seen);
        assert!(!request.on, "the other of what it is");
        assert!(request.set("on", "1", &seen).is_err());
        assert!(request.set("protected", "on", &seen).is_err());
        assert_eq!(request.set("on", "on", &seen), Ok(()));
        assert!(request.on);
    }
}
