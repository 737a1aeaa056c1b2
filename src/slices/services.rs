//! The services whose resources are changed, as one: each type of the engine is an enum over those of each.
//!
//! On disk nothing says of which service a part is: its own names do, and they are each other's in none of them.

mod provider;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Criticality, Identity};
use crate::ops::call::ApiName;
use crate::ops::field::Field;
use crate::ops::kind::OperationKind;
use crate::ops::plan::Risk;
use crate::ops::{Call, Target};
use crate::services::kubernetes::change;
use crate::services::kubernetes::change::follow::ObjectBefore;
use crate::services::rds;

/// All services whose resources are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Services;

/// An enum over a type of each service, with the way into it and out of it.
macro_rules! either {
    ($(#[$meta:meta])* $name:ident, $rds:ty, $kubernetes:ty) => {
        $(#[$meta])*
        pub enum $name {
            Rds($rds),
            Kubernetes($kubernetes),
        }

        impl From<$rds> for $name {
            fn from(of: $rds) -> Self {
                Self::Rds(of)
            }
        }

        impl From<$kubernetes> for $name {
            fn from(of: $kubernetes) -> Self {
                Self::Kubernetes(of)
            }
        }
    };
}

either! {
    /// Which operation.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(untagged, expecting = "no operation that this version knows")]
    Kind, rds::Kind, change::Kind
}

either! {
    /// What is to be done, with its parameters.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(untagged, expecting = "no operation that this version knows, or not with these parameters")]
    Operation, rds::Operation, change::Operation
}

either! {
    /// What an operation is done to.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(untagged, expecting = "nothing that this version knows to be a target")]
    TargetKind, rds::TargetKind, change::TargetKind
}

either! {
    /// The mutating calls that this console can make.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(untagged, expecting = "no call that this version knows")]
    Api, rds::Api, change::Api
}

either! {
    /// What was read for a plan.
    #[derive(Debug, Clone, PartialEq)]
    #[allow(clippy::large_enum_variant, reason = "there is one at a time, and whoever keeps it has it in a box")]
    Seen, rds::Seen, change::Seen
}

either! {
    /// A resource as it was read.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(untagged, expecting = "no resource that this version knows")]
    #[allow(clippy::large_enum_variant, reason = "whoever keeps it has it in a box")]
    Resource, crate::domain::Database, ObjectBefore
}

either! {
    /// What is waited for after a call.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(untagged, expecting = "nothing that this version can wait for")]
    Follow, rds::Follow, change::Follow
}

either! {
    /// What was seen of what is waited for.
    #[derive(Debug, Clone, PartialEq)]
    #[allow(clippy::large_enum_variant, reason = "it is looked at and gone")]
    Look, rds::Look, change::Look
}

impl TryFrom<Api> for rds::Api {
    type Error = Api;

    fn try_from(api: Api) -> Result<Self, Api> {
        match api {
            Api::Rds(api) => Ok(api),
            other @ Api::Kubernetes(_) => Err(other),
        }
    }
}

impl TryFrom<Api> for change::Api {
    type Error = Api;

    fn try_from(api: Api) -> Result<Self, Api> {
        match api {
            Api::Kubernetes(api) => Ok(api),
            other @ Api::Rds(_) => Err(other),
        }
    }
}

impl Kind {
    /// All operations, in the order of the menus.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        let of_rds = rds::Kind::ALL.iter().copied().map(Self::Rds);
        of_rds.chain(change::Kind::ALL.iter().copied().map(Self::Kubernetes))
    }

    /// The operation of a name as on the command line.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|kind| kind.name() == name)
    }

    /// As on the command line and in a configuration: `create-snapshot`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rds(kind) => kind.name(),
            Self::Kubernetes(kind) => kind.name(),
        }
    }

    /// As a person says it: `Create snapshot`.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Rds(kind) => kind.title(),
            Self::Kubernetes(kind) => kind.title(),
        }
    }

    /// What it is done to.
    #[must_use]
    pub fn target(self) -> TargetKind {
        match self {
            Self::Rds(kind) => kind.target().into(),
            Self::Kubernetes(kind) => kind.target().into(),
        }
    }

    /// Whether a snapshot is offered before it.
    #[must_use]
    pub fn offers_safety_snapshot(self) -> bool {
        match self {
            Self::Rds(kind) => kind.offers_safety_snapshot(),
            Self::Kubernetes(_) => false,
        }
    }

    /// A name for the snapshot that is taken before it, of a target; none where none is offered.
    #[must_use]
    pub fn safety_snapshot_name(self, target: &str, at: Timestamp) -> Option<String> {
        match self {
            Self::Rds(kind) => self.offers_safety_snapshot().then(|| rds::safety::name(kind.name(), target, at)),
            Self::Kubernetes(_) => None,
        }
    }

    /// The least and the greatest risk that a plan of it can have.
    #[must_use]
    pub fn risks(self) -> std::ops::RangeInclusive<Risk> {
        match self {
            Self::Rds(kind) => kind.risks(),
            Self::Kubernetes(kind) => kind.risks(),
        }
    }

    /// The risk as a menu says it: `disruptive`, or `routine to irreversible`.
    #[must_use]
    pub fn risk_words(self) -> String {
        let (least, most) = self.risks().into_inner();
        if least == most { least.name().to_owned() } else { format!("{} to {}", least.name(), most.name()) }
    }

    /// The request with good defaults for the target; none for what was read of another service.
    #[must_use]
    pub fn offer(self, seen: &Seen) -> Option<Operation> {
        match (self, seen) {
            (Self::Rds(kind), Seen::Rds(seen)) => Some(kind.offer(seen).into()),
            (Self::Kubernetes(kind), Seen::Kubernetes(seen)) => Some(kind.offer(seen).into()),
            _ => None,
        }
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

impl Operation {
    /// Which operation this is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Rds(operation) => operation.kind().into(),
            Self::Kubernetes(operation) => operation.kind().into(),
        }
    }

    /// The parameters, in the order in which they are edited.
    #[must_use]
    pub fn fields(&self, seen: &Seen) -> Vec<Field> {
        match (self, seen) {
            (Self::Rds(operation), Seen::Rds(seen)) => operation.fields(seen),
            (Self::Kubernetes(operation), Seen::Kubernetes(seen)) => operation.fields(seen),
            _ => Vec::new(),
        }
    }

    /// Sets a parameter.
    ///
    /// # Errors
    /// What is wrong with the value, in words, and nothing is changed.
    pub fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
        match (self, seen) {
            (Self::Rds(operation), Seen::Rds(seen)) => operation.set(name, value, seen),
            (Self::Kubernetes(operation), Seen::Kubernetes(seen)) => operation.set(name, value, seen),
            _ => Err(MIXED.to_owned()),
        }
    }
}

impl TargetKind {
    /// A DB instance.
    #[must_use]
    pub fn is_db_instance(self) -> bool {
        self == Self::Rds(rds::TargetKind::DbInstance)
    }

    /// As it is said in a sentence.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Rds(kind) => kind.noun(),
            Self::Kubernetes(kind) => kind.noun(),
        }
    }
}

impl Seen {
    /// When it was read.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Rds(seen) => seen.at,
            Self::Kubernetes(seen) => seen.at,
        }
    }

    /// Who has read it.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        match self {
            Self::Rds(seen) => &seen.identity,
            Self::Kubernetes(seen) => &seen.identity,
        }
    }

    /// What it was read for.
    #[must_use]
    pub fn target(&self) -> Target<TargetKind> {
        match self {
            Self::Rds(seen) => seen.target.clone().of(),
            Self::Kubernetes(seen) => seen.target.clone().of(),
        }
    }

    /// Of the environment.
    #[must_use]
    pub fn criticality(&self) -> Criticality {
        match self {
            Self::Rds(seen) => seen.criticality,
            Self::Kubernetes(seen) => seen.criticality,
        }
    }

    /// What could not be read, and why.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        match self {
            Self::Rds(seen) => seen.missing.iter().map(ToString::to_string).collect(),
            Self::Kubernetes(seen) => seen.missing.iter().map(ToString::to_string).collect(),
        }
    }

    /// Of RDS.
    #[must_use]
    pub fn rds(&self) -> Option<&rds::Seen> {
        match self {
            Self::Rds(seen) => Some(seen),
            Self::Kubernetes(_) => None,
        }
    }

    /// Of RDS.
    pub fn rds_mut(&mut self) -> Option<&mut rds::Seen> {
        match self {
            Self::Rds(seen) => Some(seen),
            Self::Kubernetes(_) => None,
        }
    }
}

impl Follow {
    /// Of RDS.
    #[must_use]
    pub fn rds(&self) -> Option<&rds::Follow> {
        match self {
            Self::Rds(follow) => Some(follow),
            Self::Kubernetes(_) => None,
        }
    }

    /// Of a cluster.
    #[must_use]
    pub fn kubernetes(&self) -> Option<&change::Follow> {
        match self {
            Self::Kubernetes(follow) => Some(follow),
            Self::Rds(_) => None,
        }
    }
}

impl Target<TargetKind> {
    /// The same target as RDS names it.
    #[must_use]
    pub fn rds(&self) -> Option<rds::Target> {
        match self.kind {
            TargetKind::Rds(kind) => Some(self.with_kind(kind)),
            TargetKind::Kubernetes(_) => None,
        }
    }

    /// The same target as a cluster's operations name it.
    #[must_use]
    pub fn kubernetes(&self) -> Option<change::Target> {
        match self.kind {
            TargetKind::Kubernetes(kind) => Some(self.with_kind(kind)),
            TargetKind::Rds(_) => None,
        }
    }
}

/// What was read is of another service than what is to be done: nobody asks so.
const MIXED: &str = "what was read is of another service than the operation";

impl ApiName for Api {
    fn id(self) -> &'static str {
        match self {
            Self::Rds(api) => api.id(),
            Self::Kubernetes(api) => api.id(),
        }
    }

    fn command(self) -> String {
        match self {
            Self::Rds(api) => api.command(),
            Self::Kubernetes(api) => api.command(),
        }
    }

    fn taker(self) -> &'static str {
        match self {
            Self::Rds(api) => api.taker(),
            Self::Kubernetes(api) => api.taker(),
        }
    }

    fn line(call: &Call<Self>, options: &str) -> String {
        match call.api {
            Self::Rds(api) => call.with_api(api).as_command(options),
            Self::Kubernetes(api) => call.with_api(api).as_command(options),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is on disk says of nothing of which service it is: no name may be of two.
    #[test]
    fn no_name_is_of_two_services() {
        let mut names: Vec<&str> = Kind::all().map(Kind::name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for kind in Kind::all() {
            let text = serde_json::to_string(&kind).unwrap();
            assert_eq!(text, format!("{:?}", kind.name()));
            assert_eq!(serde_json::from_str::<Kind>(&text).unwrap(), kind);
            let target = serde_json::to_string(&kind.target()).unwrap();
            assert_eq!(serde_json::from_str::<TargetKind>(&target).unwrap(), kind.target());
        }
        let apis = rds::Api::ALL.map(Api::Rds).into_iter().chain(change::Api::ALL.map(Api::Kubernetes));
        for api in apis {
            let text = serde_json::to_string(&api).unwrap();
            assert_eq!(serde_json::from_str::<Api>(&text).unwrap(), api);
        }
    }
}
