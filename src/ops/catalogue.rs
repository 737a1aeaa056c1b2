//! What can be done, and how a plan is made of it.

use std::borrow::Cow;

use jiff::Timestamp;

use super::field::Field;
use super::fingerprint::Fingerprint;
use super::plan::{Draft, FORM, Plan};
use super::provider::Provider;
use super::target::Target;

/// A service whose operations can be planned. All of it is pure.
pub trait Catalogue: Provider {
    /// The parameters of an operation, in the order in which they are edited.
    fn fields(operation: &Self::Operation, facts: &Self::Facts) -> Vec<Field>;

    /// Sets a parameter.
    ///
    /// # Errors
    /// What is wrong with the value, in words, and nothing is changed.
    fn set(operation: &mut Self::Operation, name: &str, value: &str, facts: &Self::Facts) -> Result<(), String>;

    /// What an operation means for this state of the world: with all preconditions, those of every operation too, and
    /// with the step that takes the safety snapshot of this name first, where one is asked for.
    fn draft(operation: &Self::Operation, safety_snapshot: Option<&str>, facts: &Self::Facts) -> Draft<Self>;

    /// Whether what a later step of a plan for `target` is about is there, is the resource that the plan knew
    /// (`observed`), and can take the call now.
    ///
    /// # Errors
    /// What it is instead, in words.
    fn ready(
        target: &Target<Self::TargetKind>,
        observed: &[(String, String)],
        follow: &Self::Follow,
        facts: &Self::Facts,
    ) -> Result<(), String>;
}

impl<P: Catalogue> Plan<P> {
    /// Makes the plan of an operation for what was read.
    #[must_use]
    pub fn make(operation: &P::Operation, safety_snapshot: Option<&str>, seen: &P::Facts) -> Self {
        Self::made(operation, safety_snapshot, seen, P::observation(seen).at)
    }

    /// The same plan for a fresh reading: what it would be now.
    #[must_use]
    pub fn again(&self, seen: &P::Facts) -> Self {
        let made_at = self.made_at.unwrap_or(self.seen_at);
        let seen = match &self.last_known {
            Some(known) => Cow::Owned(P::with_last_known(seen, known)),
            None => Cow::Borrowed(seen),
        };
        Self { form: self.form, ..Self::made(&self.operation, self.safety_snapshot.as_deref(), &seen, made_at) }
            .with_hashes()
    }

    /// Makes the plan that was made first at `made_at`, for what was read.
    #[must_use]
    pub fn made(operation: &P::Operation, safety_snapshot: Option<&str>, seen: &P::Facts, made_at: Timestamp) -> Self {
        let draft = P::draft(operation, safety_snapshot, seen);
        let read = P::observation(seen);
        let plan = Self {
            form: FORM,
            made_at: Some(made_at),
            operation: operation.clone(),
            safety_snapshot: safety_snapshot.map(ToOwned::to_owned),
            last_known: P::last_known(operation, seen),
            target: read.target,
            criticality: read.criticality,
            account: read.identity.account.clone(),
            principal: read.identity.principal(),
            risk: draft.risk,
            summary: draft.summary,
            steps: draft.steps,
            checks: draft.checks,
            consequences: draft.consequences,
            kept: draft.kept,
            monthly: draft.monthly,
            inverse: draft.inverse,
            name_to_type: draft.name_to_type,
            cli: read.cli.to_owned(),
            observed: P::observed(seen, &draft.subjects),
            seen_at: read.at,
            fingerprint: Fingerprint::default(),
            seal: String::new(),
        };
        plan.with_hashes()
    }
}
