//! What the engine has to be told of the resources that it changes.
//!
//! The engine knows plans, approvals and executions; of a service it knows this trait and, where a plan is made,
//! [`Catalogue`](super::catalogue::Catalogue). Each service implements both for itself; `slices` says which one the
//! product is made of.

use std::fmt::Debug;

use jiff::Timestamp;

use super::call::ApiName;
use super::durable::Durable;
use super::kind::OperationKind;
use super::progress::{Happened, Progress};
use super::target::Target;
use crate::domain::{Criticality, Identity};

/// What every reading says, whatever it is of.
#[derive(Debug, Clone)]
pub struct Observation<'a, K> {
    /// When it was read.
    pub at: Timestamp,
    pub target: Target<K>,
    pub criticality: Criticality,
    /// Who has read it.
    pub identity: &'a Identity,
    /// Options that the equivalent commands need (`--profile prod`).
    pub cli: &'a str,
}

impl<'a, K> Observation<'a, K> {
    /// The same, its target among those of several services.
    #[must_use]
    pub fn of<L: From<K>>(self) -> Observation<'a, L> {
        let Self { at, target, criticality, identity, cli } = self;
        Observation { at, target: target.of(), criticality, identity, cli }
    }
}

/// A service whose resources can be changed, or several of them: its operations and calls, what a plan of them stands
/// on, and how their end is seen. All of it is pure.
pub trait Provider: Debug + Clone + Copy + PartialEq + Send + Sync + 'static {
    /// Which operations there are.
    type Kind: OperationKind;
    /// What is to be done, with its parameters.
    type Operation: Durable;
    /// What operations are done to.
    type TargetKind: Durable + Copy + Eq;
    /// The mutating calls.
    type Api: ApiName;
    /// What a plan stands on, read fresh.
    type Facts: Debug + Clone + PartialEq + Send + Sync;
    /// What a plan may take from a reading of before, where the fresh one has it not.
    type LastKnown: Durable;
    /// A resource as it was read.
    type Resource: Durable;
    /// What is waited for after a call.
    type Follow: Durable;
    /// What was seen of what is waited for.
    type Look;

    /// Which operation this is.
    fn kind(operation: &Self::Operation) -> Self::Kind;

    /// What an operation is done to.
    fn done_to(kind: Self::Kind) -> Self::TargetKind;

    /// Whether a snapshot is offered before an operation.
    fn offers_safety_snapshot(kind: Self::Kind) -> bool;

    /// A kind of target as it is said in a sentence: `DB instance`.
    fn noun(kind: Self::TargetKind) -> &'static str;

    /// Whether a target is one resource, which two plans may not change at once; not so a whole environment.
    fn is_resource(kind: Self::TargetKind) -> bool;

    /// What every reading says.
    fn observation(facts: &Self::Facts) -> Observation<'_, Self::TargetKind>;

    /// What a plan of this operation takes from a reading of before.
    fn last_known(operation: &Self::Operation, facts: &Self::Facts) -> Option<Self::LastKnown>;

    /// A reading with what a plan took from one of before.
    fn with_last_known(facts: &Self::Facts, known: &Self::LastKnown) -> Self::Facts;

    /// The resources (region and name) whose state every plan for a target stands on.
    fn subjects(target: &Target<Self::TargetKind>) -> Vec<(String, String)>;

    /// The observed state that counts into the fingerprint, as names and values: of the target and of these
    /// resources.
    fn observed(facts: &Self::Facts, subjects: &[(String, String)]) -> Vec<(String, String)>;

    /// Name of the resource that a call is about; `None` when there is none but what it makes.
    fn subject(follow: &Self::Follow) -> Option<&str>;

    /// The resources (region and name) that a call changes or makes.
    fn resources(follow: &Self::Follow) -> Vec<(&str, &str)>;

    /// How far it is; `sent` is when the call was sent.
    fn progress(follow: &Self::Follow, look: &Self::Look, sent: Timestamp) -> Progress;

    /// Whether a call has arrived whose answer was lost; `before` is the resource as it was read before it. Signs are
    /// sought that only the call can have left.
    fn happened(follow: &Self::Follow, look: &Self::Look, before: Option<&Self::Resource>, sent: Timestamp)
    -> Happened;

    /// When it was looked.
    fn looked_at(look: &Self::Look) -> Timestamp;

    /// What is seen there, in words: `snapshot before-it is creating`.
    fn sight(look: &Self::Look) -> String;
}
