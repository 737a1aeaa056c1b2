//! The services as the change engine knows them: each call goes to the service that it is of.

use jiff::Timestamp;

use super::{Follow, Kind, Look, MIXED, Operation, Resource, Seen, Services, TargetKind};
use crate::ops::Target;
use crate::ops::catalogue::Catalogue;
use crate::ops::field::Field;
use crate::ops::plan::{Check, Draft, Risk};
use crate::ops::progress::{Happened, Progress};
use crate::ops::provider::{Observation, Provider};
use crate::services::kubernetes::change::Kubernetes;
use crate::services::rds::{self, Rds};

impl Provider for Services {
    type Kind = Kind;
    type Operation = Operation;
    type TargetKind = TargetKind;
    type Api = super::Api;
    type Facts = Seen;
    type LastKnown = rds::LastKnown;
    type Resource = Resource;
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
        match kind {
            TargetKind::Rds(kind) => Rds::is_resource(kind),
            TargetKind::Kubernetes(kind) => Kubernetes::is_resource(kind),
        }
    }

    fn observation(seen: &Seen) -> Observation<'_, TargetKind> {
        match seen {
            Seen::Rds(seen) => Rds::observation(seen).of(),
            Seen::Kubernetes(seen) => Kubernetes::observation(seen).of(),
        }
    }

    fn last_known(operation: &Operation, seen: &Seen) -> Option<rds::LastKnown> {
        match (operation, seen) {
            (Operation::Rds(operation), Seen::Rds(seen)) => Rds::last_known(operation, seen),
            _ => None,
        }
    }

    fn with_last_known(seen: &Seen, known: &rds::LastKnown) -> Seen {
        match seen {
            Seen::Rds(seen) => Rds::with_last_known(seen, known).into(),
            Seen::Kubernetes(_) => seen.clone(),
        }
    }

    fn subjects(target: &Target<TargetKind>) -> Vec<(String, String)> {
        match target.kind {
            TargetKind::Rds(kind) => Rds::subjects(&target.with_kind(kind)),
            TargetKind::Kubernetes(kind) => Kubernetes::subjects(&target.with_kind(kind)),
        }
    }

    fn observed(seen: &Seen, subjects: &[(String, String)]) -> Vec<(String, String)> {
        match seen {
            Seen::Rds(seen) => Rds::observed(seen, subjects),
            Seen::Kubernetes(seen) => Kubernetes::observed(seen, subjects),
        }
    }

    fn subject(follow: &Follow) -> Option<&str> {
        match follow {
            Follow::Rds(follow) => Rds::subject(follow),
            Follow::Kubernetes(follow) => Kubernetes::subject(follow),
        }
    }

    fn resources(follow: &Follow) -> Vec<(&str, &str)> {
        match follow {
            Follow::Rds(follow) => Rds::resources(follow),
            Follow::Kubernetes(follow) => Kubernetes::resources(follow),
        }
    }

    fn progress(follow: &Follow, look: &Look, sent: Timestamp) -> Progress {
        match (follow, look) {
            (Follow::Rds(follow), Look::Rds(look)) => Rds::progress(follow, look, sent),
            (Follow::Kubernetes(follow), Look::Kubernetes(look)) => Kubernetes::progress(follow, look, sent),
            _ => Progress::Going("what was looked at is of another service".to_owned()),
        }
    }

    fn happened(follow: &Follow, look: &Look, before: Option<&Resource>, sent: Timestamp) -> Happened {
        match (follow, look) {
            (Follow::Rds(follow), Look::Rds(look)) => {
                let before = match before {
                    Some(Resource::Rds(before)) => Some(before),
                    _ => None,
                };
                Rds::happened(follow, look, before, sent)
            }
            (Follow::Kubernetes(follow), Look::Kubernetes(look)) => Kubernetes::happened(follow, look, None, sent),
            _ => Happened::NoSign,
        }
    }

    fn looked_at(look: &Look) -> Timestamp {
        match look {
            Look::Rds(look) => Rds::looked_at(look),
            Look::Kubernetes(look) => Kubernetes::looked_at(look),
        }
    }

    fn sight(look: &Look) -> String {
        match look {
            Look::Rds(look) => Rds::sight(look),
            Look::Kubernetes(look) => Kubernetes::sight(look),
        }
    }
}

impl Catalogue for Services {
    fn fields(operation: &Operation, seen: &Seen) -> Vec<Field> {
        operation.fields(seen)
    }

    fn set(operation: &mut Operation, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        operation.set(name, value, seen)
    }

    fn draft(operation: &Operation, safety_snapshot: Option<&str>, seen: &Seen) -> Draft<Self> {
        match (operation, seen) {
            (Operation::Rds(operation), Seen::Rds(seen)) => Rds::draft(operation, safety_snapshot, seen).of(),
            (Operation::Kubernetes(operation), Seen::Kubernetes(seen)) => {
                Kubernetes::draft(operation, safety_snapshot, seen).of()
            }
            _ => {
                let mut draft = Draft::new(Risk::Irreversible, seen);
                draft.check(Check::hard("what was read is of its service", false, MIXED));
                draft
            }
        }
    }

    fn ready(
        target: &Target<TargetKind>,
        observed: &[(String, String)],
        follow: &Follow,
        fresh: &Seen,
    ) -> Result<(), String> {
        match (target.kind, follow, fresh) {
            (TargetKind::Rds(kind), Follow::Rds(follow), Seen::Rds(fresh)) => {
                Rds::ready(&target.with_kind(kind), observed, follow, fresh)
            }
            (TargetKind::Kubernetes(kind), Follow::Kubernetes(follow), Seen::Kubernetes(fresh)) => {
                Kubernetes::ready(&target.with_kind(kind), observed, follow, fresh)
            }
            _ => Err(MIXED.to_owned()),
        }
    }
}
