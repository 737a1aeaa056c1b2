//! `StopDBInstance` for every instance of an environment that can be stopped.

use serde::{Deserialize, Serialize};

use super::prelude::*;
use super::stop;
use crate::domain::{Criticality, Database};

/// All DB instances of an environment are stopped. It has no parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StopEnvironment {}

/// A draft for all instances of the environment: those that `why_not` gives a reason for are left
/// out and listed with it.
pub(super) fn draft_of_all(
    risk: Risk,
    seen: &Seen,
    why_not: fn(&Database) -> Option<String>,
) -> (Draft, Vec<&Database>) {
    let mut draft = Draft::new(risk, seen);
    draft.name_to_type.clone_from(&seen.target.environment);
    draft.subjects = seen.databases.iter().map(|d| (d.region.clone(), d.id.clone())).collect();
    let (able, left): (Vec<&Database>, Vec<&Database>) = seen.databases.iter().partition(|d| why_not(d).is_none());
    let words: Vec<String> = left.iter().map(|d| format!("{}: {}", d.id, why_not(d).unwrap_or_default())).collect();
    if !words.is_empty() {
        draft.say("Left out", words.join("; "), Tone::Warning);
    }
    (draft, able)
}

/// Adds a step that the next one does not wait for.
pub(super) fn step_beside(draft: &mut Draft, purpose: &str, call: Call, follow: Follow, usual: (u32, u32)) {
    draft.step(purpose, call, follow, usual);
    if let Some(step) = draft.steps.last_mut() {
        step.wait = false;
    }
}

impl Request for StopEnvironment {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Environment(databases) = on else { return Some("it is done to a whole environment".into()) };
        let none = databases.iter().all(|d| stop::why_not(d).is_some());
        none.then(|| "no DB instance here can be stopped".into())
    }

    fn offer(_: &Seen) -> Self {
        Self {}
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let (mut draft, able) = draft_of_all(Risk::Disruptive, seen, stop::why_not);
        let names: Vec<&str> = able.iter().map(|d| d.id.as_str()).collect();
        draft.summary = format!(
            "{} of {} DB instances of {} will be stopped: {}.",
            able.len(),
            seen.databases.len(),
            seen.target.environment,
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        );
        draft.check(Check::must("something can be stopped", !able.is_empty(), "none of them can be stopped"));
        let production = seen.criticality == Criticality::Production;
        let why = "this is production: everything that uses it goes down";
        draft.check(Check::should("not production", !production, why));
        draft.say("Interruption", "from now until they are started: minutes to hours after that", Tone::Critical);
        let known: Vec<f64> = able.iter().filter_map(|d| seen.readings(d)?.connections).collect();
        let connections = if known.is_empty() {
            "how many is not known".to_owned()
        } else {
            format!("{:.0} now, as far as known", known.iter().sum::<f64>())
        };
        draft.say("Connections", format!("all are dropped: {connections}"), Tone::Warning);
        stop::while_stopped(&mut draft, seen);
        for database in &able {
            if database.status == "storage-optimization" {
                draft.check(checks::status_may_be(database, &["available"], &["storage-optimization"]));
            }
            stop::say_pending(&mut draft, database);
        }
        for database in able {
            let call = Call::new(Api::StopDbInstance, &database.region).with("DBInstanceIdentifier", &database.id);
            let follow = Follow::Stopped { region: database.region.clone(), id: database.id.clone(), snapshot: None };
            step_beside(&mut draft, &format!("stops {}", database.id), call, follow, stop::USUAL);
        }
        draft.inverse = Some("start all DB instances: minutes to hours".into());
        draft
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::plan::CheckState;
    use crate::services::rds::TargetKind;
    use crate::services::rds::testing::{database, seen_on};

    fn qa() -> Seen {
        let mut seen = seen_on(TargetKind::Environment, "PROD", "us-east-1");
        seen.databases.push(database("rentaliq-jobs", "us-east-1"));
        seen.databases.push(database("rentaliq-web", "us-east-1"));
        seen
    }

    #[test]
    fn every_instance_that_can_be_stopped_is_and_the_others_are_listed() {
        let plan = plan_of(Operation::StopEnvironment(StopEnvironment {}), &qa());
        let commands: Vec<String> = plan.steps.iter().map(|step| step.call.as_command("")).collect();
        let expected = ["rentaliq-jobs", "rentaliq-web"]
            .map(|id| format!("aws rds stop-db-instance --region us-east-1 --db-instance-identifier {id}"));
        assert_eq!(commands, expected);
        assert!(plan.steps.iter().all(|step| !step.wait));
        assert_eq!(plan.name_to_type, "PROD");
        assert_eq!(plan.obstacle(), None);
        let left = plan.consequences.iter().find(|c| c.label == "Left out").map(|c| c.text.as_str()).unwrap();
        assert!(left.contains("rentaliq-prod-db: AWS does not stop an instance that has read replicas"), "{left}");
        assert!(left.contains("rentaliq-prod-db-dr: AWS does not stop a read replica"), "{left}");
    }

    #[test]
    fn a_change_of_any_instance_makes_another_plan() {
        let operation = Operation::StopEnvironment(StopEnvironment {});
        let mut changed = qa();
        let before = plan_of(operation.clone(), &changed).fingerprint;
        changed.databases[2].status = "backing-up".into();
        assert_ne!(plan_of(operation, &changed).fingerprint, before);
    }

    #[test]
    fn each_precondition_is_refused() {
        let operation = Operation::StopEnvironment(StopEnvironment {});
        let mut seen = qa();
        let doubtful = |seen: &Seen| {
            plan_of(operation.clone(), seen).checks.iter().any(|check| check.state == CheckState::Doubtful)
        };
        assert!(doubtful(&seen), "production");
        seen.criticality = Criticality::Staging;
        assert!(!doubtful(&seen));
        seen.databases.truncate(3);
        assert_eq!(failed(&operation, &seen), ["something can be stopped"]);
        let databases: Vec<&Database> = seen.databases.iter().collect();
        assert!(StopEnvironment::unavailable(On::Environment(&databases)).is_some());
        assert!(StopEnvironment {}.set("x", "y", &seen).is_err());
    }

    #[test]
    fn what_stopping_takes_back_is_said_of_each() {
        let mut seen = qa();
        let last = seen.databases.len() - 1;
        seen.databases[last].pending = vec![("EngineVersion".into(), "17.5".into())];
        seen.databases[last].status = "storage-optimization".into();
        let plan = plan_of(Operation::StopEnvironment(StopEnvironment {}), &seen);
        if plan.steps.iter().any(|step| step.follow.instance() == Some("rentaliq-web")) {
            let pending = plan.consequences.iter().find(|c| c.label == "Pending").map(|c| c.text.as_str());
            assert_eq!(pending, Some("AWS removes what is pending at rentaliq-web: EngineVersion 17.5"));
            assert!(
                plan.checks.iter().any(|c| c.name == "rentaliq-web is available" && c.state == CheckState::Doubtful)
            );
        } else {
            panic!("it is not stopped: {:?}", plan.consequences);
        }
    }
}
