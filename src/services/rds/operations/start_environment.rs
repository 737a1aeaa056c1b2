//! `StartDBInstance` for every stopped instance of an environment.

use serde::{Deserialize, Serialize};

use super::prelude::*;
use super::start;
use super::stop_environment::{draft_of_all, step_beside};
use crate::domain::{Criticality, Database};

/// All stopped DB instances of an environment are started. It has no parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartEnvironment {}

fn why_not(database: &Database) -> Option<String> {
    let other = || (database.status != "stopped").then(|| format!("it is {}", database.status));
    let why = || start::not_needed(database).or_else(other);
    database.nature().refusal().or_else(why)
}

impl Request for StartEnvironment {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Environment(databases) = on else { return Some("it is done to a whole environment".into()) };
        let none = databases.iter().all(|d| why_not(d).is_some());
        none.then(|| "no DB instance here is stopped".into())
    }

    fn offer(_: &Seen) -> Self {
        Self {}
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let (mut draft, able) = draft_of_all(Risk::Routine, seen, why_not);
        let names: Vec<&str> = able.iter().map(|d| d.id.as_str()).collect();
        draft.summary = format!(
            "{} of {} DB instances of {} are started: {}.",
            able.len(),
            seen.databases.len(),
            seen.target.environment,
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        );
        draft.check(Check::must("something is stopped", !able.is_empty(), "none of them is stopped"));
        let production = seen.criticality == Criticality::Production;
        let why = "this is production: was it stopped on purpose?";
        draft.check(Check::should("not production", !production, why));
        draft.say("Duration", "minutes to hours, by AWS's word; recovery may take its time", Tone::Plain);
        draft.say("Cost", "the instance hours are billed again", Tone::Plain);
        for database in able {
            let call = Call::new(Api::StartDbInstance, &database.region).with("DBInstanceIdentifier", &database.id);
            let follow = Follow::Running { region: database.region.clone(), id: database.id.clone() };
            step_beside(&mut draft, &format!("starts {}", database.id), call, follow, start::USUAL);
        }
        draft.inverse = Some("stop all DB instances".into());
        draft
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::plan::CheckState;
    use crate::services::rds::TargetKind;
    use crate::services::rds::testing::seen_on;

    fn operation() -> Operation {
        Operation::StartEnvironment(StartEnvironment {})
    }

    #[test]
    fn every_stopped_instance_is_started_in_its_region() {
        let mut seen = seen_on(TargetKind::Environment, "PROD", "us-east-1");
        seen.databases[0].status = "stopped".into();
        seen.databases[2].status = "stopped".into();
        let plan = plan_of(operation(), &seen);
        let commands: Vec<String> = plan.steps.iter().map(|step| step.call.as_command("")).collect();
        assert_eq!(
            commands,
            [
                "aws rds start-db-instance --region us-east-1 --db-instance-identifier rentaliq-prod-db",
                "aws rds start-db-instance --region us-west-2 --db-instance-identifier rentaliq-prod-db-dr",
            ]
        );
        assert!(plan.steps.iter().all(|step| !step.wait));
        assert_eq!((plan.risk, plan.name_to_type.as_str()), (Risk::Routine, "PROD"));
        assert!(plan.consequences.iter().any(|c| c.text == "rentaliq-prod-db-replica-1: it is running already"));
        assert!(plan.checks.iter().any(|c| c.name == "not production" && c.state == CheckState::Doubtful));
    }

    #[test]
    fn each_precondition_is_refused() {
        let seen = seen_on(TargetKind::Environment, "PROD", "us-east-1");
        assert_eq!(failed(&operation(), &seen), ["something is stopped"]);
        let databases: Vec<&Database> = seen.databases.iter().collect();
        assert!(StartEnvironment::unavailable(On::Environment(&databases)).is_some());
        assert!(StartEnvironment::unavailable(On::Database(&seen.databases[0])).is_some());
        assert!(StartEnvironment {}.set("x", "y", &seen).is_err());
    }
}
