//! RDS as the change engine knows it.

use jiff::Timestamp;

use super::{
    Api, Draft, Follow, Kind, LastKnown, Look, Operation, Seen, Target, TargetKind, checks, observed, ready, safety,
};
use crate::cost::rds as price;
use crate::domain::Database;
use crate::ops::call::{ApiName, option_name};
use crate::ops::catalogue::Catalogue;
use crate::ops::field::Field;
use crate::ops::kind::OperationKind;
use crate::ops::plan::Check;
use crate::ops::progress::{Happened, Progress};
use crate::ops::provider::{Observation, Provider};

/// Amazon RDS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rds;

impl ApiName for Api {
    fn id(self) -> &'static str {
        Self::id(self)
    }

    fn command(self) -> String {
        format!("rds {}", option_name(self.name()))
    }
}

impl OperationKind for Kind {
    fn name(self) -> &'static str {
        Self::name(self)
    }

    fn title(self) -> &'static str {
        Self::title(self)
    }
}

impl Provider for Rds {
    type Kind = Kind;
    type Operation = Operation;
    type TargetKind = TargetKind;
    type Api = Api;
    type Facts = Seen;
    type LastKnown = LastKnown;
    type Resource = Database;
    type Follow = Follow;
    type Look = Look;

    fn kind(operation: &Operation) -> Kind {
        operation.kind()
    }

    fn done_to(kind: Kind) -> TargetKind {
        kind.target()
    }

    fn offers_safety_snapshot(kind: Kind) -> bool {
        kind.offers_safety_snapshot()
    }

    fn noun(kind: TargetKind) -> &'static str {
        kind.noun()
    }

    fn is_resource(kind: TargetKind) -> bool {
        kind != TargetKind::Environment
    }

    fn observation(seen: &Seen) -> Observation<'_, TargetKind> {
        Observation {
            at: seen.at,
            target: seen.target.clone(),
            criticality: seen.criticality,
            identity: &seen.identity,
            cli: &seen.cli,
        }
    }

    fn last_known(operation: &Operation, seen: &Seen) -> Option<LastKnown> {
        seen.remembered().filter(|_| operation.kind() == Kind::RestoreFromSnapshot).cloned()
    }

    fn with_last_known(seen: &Seen, known: &LastKnown) -> Seen {
        Seen { last_known: Some(known.clone()), ..seen.clone() }
    }

    fn subjects(target: &Target) -> Vec<(String, String)> {
        let is_instance = target.kind == TargetKind::DbInstance;
        is_instance.then(|| (target.region.clone(), target.id.clone())).into_iter().collect()
    }

    fn observed(seen: &Seen, subjects: &[(String, String)]) -> Vec<(String, String)> {
        observed::observed(seen, subjects)
    }

    fn subject(follow: &Follow) -> Option<&str> {
        follow.instance()
    }

    fn resources(follow: &Follow) -> Vec<(&str, &str)> {
        let all = [follow.instance(), follow.snapshot()].into_iter().flatten();
        all.map(|id| (follow.region(), id)).collect()
    }

    fn progress(follow: &Follow, look: &Look, sent: Timestamp) -> Progress {
        follow.progress(look, sent)
    }

    fn happened(follow: &Follow, look: &Look, before: Option<&Database>, sent: Timestamp) -> Happened {
        follow.happened(look, before, sent)
    }

    fn looked_at(look: &Look) -> Timestamp {
        look.at
    }

    fn sight(look: &Look) -> String {
        match (&look.database, &look.snapshot) {
            (_, Some(snapshot)) => format!("snapshot {} is {}", snapshot.id, snapshot.status),
            (Some(database), None) => format!("{} is {}", database.id, database.status),
            (None, None) => "it is gone".to_owned(),
        }
    }
}

impl Catalogue for Rds {
    fn fields(operation: &Operation, seen: &Seen) -> Vec<Field> {
        operation.fields(seen)
    }

    fn set(operation: &mut Operation, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        operation.set(name, value, seen)
    }

    fn draft(operation: &Operation, safety_snapshot: Option<&str>, seen: &Seen) -> Draft {
        let mut draft = operation.draft(seen);
        if !price::covers(&seen.target.region) {
            forget_prices(&mut draft);
        }
        let mut checks = checks::of_everything(seen);
        checks.append(&mut draft.checks);
        if let Some(name) = safety_snapshot {
            let (step, check) = safety::first(name, seen);
            safety::say(&mut draft, seen);
            let known = checks.clone();
            let is_known = |new: &Check| known.iter().any(|c| c.name == new.name && c.state == new.state);
            checks.extend(check.into_iter().filter(|new| !is_known(new)));
            if let Some(step) = step {
                draft.steps.insert(0, step);
            }
        }
        draft.checks = checks;
        draft
    }

    fn ready(target: &Target, observed: &[(String, String)], follow: &Follow, fresh: &Seen) -> Result<(), String> {
        ready::ready(target, observed, follow, fresh)
    }
}

/// Label of what a change costs.
const COST: &str = "Cost";

/// No price of this region is known.
fn forget_prices(draft: &mut Draft) {
    draft.monthly = None;
    for said in draft.consequences.iter_mut().filter(|said| said.label == COST) {
        "not known: no prices of this partition are in this version".clone_into(&mut said.text);
    }
}
