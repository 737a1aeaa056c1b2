//! Clusters as the change engine knows them.

use jiff::Timestamp;

use super::follow::ObjectBefore;
use super::{Api, Draft, Follow, Kind, Look, Operation, Seen, Target, TargetKind, checks, observed, ready};
use crate::ops::catalogue::Catalogue;
use crate::ops::field::Field;
use crate::ops::kind::OperationKind;
use crate::ops::progress::{Happened, Progress};
use crate::ops::provider::{Observation, Provider};

/// EKS clusters and what runs in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kubernetes;

impl OperationKind for Kind {
    fn name(self) -> &'static str {
        Self::name(self)
    }

    fn title(self) -> &'static str {
        Self::title(self)
    }
}

impl Provider for Kubernetes {
    type Kind = Kind;
    type Operation = Operation;
    type TargetKind = TargetKind;
    type Api = Api;
    type Facts = Seen;
    type LastKnown = ();
    type Resource = ObjectBefore;
    type Follow = Follow;
    type Look = Look;

    fn kind(operation: &Operation) -> Kind {
        operation.kind()
    }

    fn done_to(kind: Kind) -> TargetKind {
        kind.target()
    }

    fn offers_safety_snapshot(_: Kind) -> bool {
        false
    }

    fn noun(kind: TargetKind) -> &'static str {
        kind.noun()
    }

    fn is_resource(_: TargetKind) -> bool {
        true
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

    fn last_known(_: &Operation, _: &Seen) -> Option<()> {
        None
    }

    fn with_last_known(seen: &Seen, (): &()) -> Seen {
        seen.clone()
    }

    fn subjects(target: &Target) -> Vec<(String, String)> {
        vec![(target.region.clone(), target.id.clone())]
    }

    fn observed(seen: &Seen, subjects: &[(String, String)]) -> Vec<(String, String)> {
        observed::observed(seen, subjects)
    }

    fn subject(follow: &Follow) -> Option<&str> {
        Some(follow.of().local())
    }

    fn resources(follow: &Follow) -> Vec<(&str, &str)> {
        vec![(&follow.of().region, &follow.of().id)]
    }

    fn progress(follow: &Follow, look: &Look, sent: Timestamp) -> Progress {
        follow.progress(look, sent)
    }

    fn happened(follow: &Follow, look: &Look, _: Option<&ObjectBefore>, sent: Timestamp) -> Happened {
        follow.happened(look, sent)
    }

    fn looked_at(look: &Look) -> Timestamp {
        look.at
    }

    fn sight(look: &Look) -> String {
        match &look.object {
            Some(object) if object.is_going() => format!("{} is going", object.text("/metadata/name")),
            Some(object) => format!("{} is there", object.text("/metadata/name")),
            None if !look.updates.is_empty() => "its update is listed".to_owned(),
            None => "it is gone".to_owned(),
        }
    }
}

impl Catalogue for Kubernetes {
    fn fields(operation: &Operation, seen: &Seen) -> Vec<Field> {
        operation.fields(seen)
    }

    fn set(operation: &mut Operation, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        operation.set(name, value, seen)
    }

    fn draft(operation: &Operation, _: Option<&str>, seen: &Seen) -> Draft {
        let mut draft = operation.draft(seen);
        let mut checks = checks::of_everything(seen);
        let sent: Vec<Api> = draft.steps.iter().map(|step| step.call.api).collect();
        let apis = operation.kind().apis().iter().copied().filter(|api| sent.contains(api));
        checks.extend(checks::permitted(seen, &apis.collect::<Vec<_>>()));
        checks.append(&mut draft.checks);
        draft.checks = checks;
        // What stands before it in the id is said beside it.
        if let Some(name) = seen.name() {
            draft.name_to_type = name.name;
        }
        draft
    }

    fn ready(_: &Target, observed: &[(String, String)], follow: &Follow, fresh: &Seen) -> Result<(), String> {
        ready::ready(observed, follow, fresh)
    }
}
