//! The guard: the only place where a plan becomes an approved one.
//!
//! Nothing but an [`Approved`] plan can be executed, and nothing but [`approve`] makes one:
//!
//! ```compile_fail
//! # use quarterdeck::ops::{Approval, Approved};
//! # use quarterdeck::slices::Plan;
//! fn forge(plan: Plan, approval: Approval) -> Approved<Plan> {
//!     Approved { inner: plan, approval }
//! }
//! ```
//!
//! nor can one be read from a file:
//!
//! ```compile_fail
//! # use quarterdeck::ops::Approved;
//! # use quarterdeck::slices::Plan;
//! fn read(text: &str) -> Option<Approved<Plan>> {
//!     serde_json::from_str(text).ok()
//! }
//! ```

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use refusal::Refusal;

use super::arming::{self, Arming};
use super::call::Call;
use super::fingerprint::Fingerprint;
use super::plan::Plan;
use super::policy::{Level, Policy};
use super::provider::Provider;
use crate::domain::Identity;

mod refusal;

/// Nobody has read a plan in less.
const SEEN: Duration = Duration::from_secs(1);

/// How a plan was approved: for the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub at: Timestamp,
    /// The engineer's reason; that of the arming where none was asked for.
    pub reason: String,
    /// What was typed, or `key` for the approval key.
    pub typed: String,
    /// What it took.
    pub level: Level,
    /// Approved on the command line, without a screen.
    pub headless: bool,
    /// Of the plan that was approved.
    pub fingerprint: Fingerprint,
}

/// Something that [`approve`] has let through.
#[derive(Debug, Clone, PartialEq)]
pub struct Approved<T> {
    inner: T,
    approval: Approval,
}

impl<P: Provider> Approved<Plan<P>> {
    /// The plan as it was approved.
    #[must_use]
    pub fn plan(&self) -> &Plan<P> {
        &self.inner
    }

    /// How it was approved.
    #[must_use]
    pub fn approval(&self) -> &Approval {
        &self.approval
    }
}

/// One call of an approved plan: the only thing that is ever sent.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovedCall<A> {
    call: Call<A>,
}

impl<P: Provider> Approved<Plan<P>> {
    /// The call of a step; none where the plan has no such step.
    #[must_use]
    pub fn call(&self, step: usize) -> Option<ApprovedCall<P::Api>> {
        self.inner.steps.get(step).map(|step| ApprovedCall { call: step.call.clone() })
    }
}

impl<A> ApprovedCall<A> {
    /// What is to be sent.
    #[must_use]
    pub fn call(&self) -> &Call<A> {
        &self.call
    }

    /// The same call among those of one service, if it is one of them.
    #[must_use]
    pub fn of<B: TryFrom<A>>(self) -> Option<ApprovedCall<B>> {
        let Call { api, region, parameters } = self.call;
        Some(ApprovedCall { call: Call { api: api.try_into().ok()?, region, parameters } })
    }
}

/// What the engineer did to approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gesture {
    /// The deliberate key, where [`Level::Confirm`] is enough.
    Key,
    /// The name to type, exactly, and a reason (empty where none is asked for).
    Typed { name: String, reason: String },
    /// The fingerprint of the plan on the command line, and a reason.
    Fingerprint { text: String, reason: String },
}

/// Everything that an approval depends on beside the plan.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a, P: Provider> {
    pub now: Timestamp,
    pub arming: Option<&'a Arming>,
    /// The rules of the plan's environment.
    pub policy: &'a Policy<P::Kind>,
    /// Plans that are being carried out in the plan's environment.
    pub running: &'a [&'a Plan<P>],
    /// Since when this very plan, by its fingerprint, is on the screen.
    pub shown_since: Timestamp,
    /// Since when everything on it is as it is, the doubts too; never before `shown_since`.
    pub read_since: Timestamp,
    /// Whose credentials are used now; `None` when that is not known.
    pub identity: Option<&'a Identity>,
    /// Without a screen (`qd apply`): nothing is armed, the fingerprint approves.
    pub headless: bool,
}

/// Approves a plan, or says why not and what to do.
///
/// # Errors
/// The first [`Refusal`] of: the plan as fingerprinted, what stands in the way ([`in_the_way`]), and the
/// gesture.
pub fn approve<P: Provider>(
    plan: &Plan<P>,
    gesture: &Gesture,
    situation: &Situation<'_, P>,
) -> Result<Approved<Plan<P>>, Refusal<P::Kind>> {
    if !plan.is_intact() {
        return Err(Refusal::Tampered);
    }
    if let Some(refusal) = in_the_way(plan, situation).into_iter().next() {
        return Err(refusal);
    }
    let level = situation.policy.level(plan.risk, plan.criticality);
    let (typed, reason) = fits(plan, gesture, level, situation)?;
    // A key that is held down, or pressed for what was on the screen before, approves nothing.
    let read = Duration::try_from(situation.now.duration_since(situation.read_since)).unwrap_or_default();
    if !situation.headless && read < SEEN {
        return Err(Refusal::TooSoon { left: SEEN.saturating_sub(read) });
    }
    let reason = if reason.is_empty() {
        situation.arming.map(|arming| arming.reason.clone()).unwrap_or_default()
    } else {
        reason
    };
    let approval = Approval {
        at: situation.now,
        reason,
        typed,
        level,
        headless: situation.headless,
        fingerprint: plan.fingerprint.clone(),
    };
    Ok(Approved { inner: plan.clone(), approval })
}

/// Everything that keeps a plan from being approved now, whatever is typed, the first reason first: its age,
/// what forbids it ([`forbids`]), arming and identity, operations running. Empty when only the gesture is left.
#[must_use]
pub fn in_the_way<P: Provider>(plan: &Plan<P>, situation: &Situation<'_, P>) -> Vec<Refusal<P::Kind>> {
    let policy = situation.policy;
    let mut all: Vec<Refusal<P::Kind>> = is_young(plan, situation).err().into_iter().collect();
    all.extend(forbids(plan, policy, situation.now));
    if !situation.headless {
        all.extend(is_armed(plan, situation).err());
    } else if !policy.headless {
        all.push(Refusal::NotHeadless { environment: plan.target.environment.clone() });
    }
    all.extend(is_identity(plan, situation).err());
    if let Some(other) = situation.running.iter().find(|other| other.touches(plan)) {
        all.push(Refusal::Collides { kind: P::kind(&other.operation), target: other.target.id.clone() });
    }
    let running = situation.running.len();
    if running >= policy.running_at_most {
        all.push(Refusal::Busy { running, most: policy.running_at_most });
    }
    all
}

/// What keeps a plan from being approved whoever does it and wherever: its preconditions, that it has no calls,
/// and what the policy allows now.
#[must_use]
pub fn forbids<P: Provider>(plan: &Plan<P>, policy: &Policy<P::Kind>, now: Timestamp) -> Vec<Refusal<P::Kind>> {
    let mut all = Vec::new();
    if let Some(check) = plan.obstacle() {
        all.push(Refusal::Obstacle { check: check.name.clone(), why: check.why.clone() });
    }
    if plan.steps.is_empty() {
        all.push(Refusal::NothingToDo);
    }
    let (kind, risk, criticality) = (P::kind(&plan.operation), plan.risk, plan.criticality);
    all.extend(policy.refusal(kind, now).map(Refusal::Policy));
    if policy.level(risk, criticality) == Level::Deny {
        all.push(Refusal::Denied { kind, risk, criticality });
    }
    all
}

/// Clocks of two machines may differ by so much.
const AHEAD: Duration = Duration::from_secs(300);

/// The plan is not older than the policy allows. One from a file is as old as it was made; what is on a
/// screen is read again all the time, and is as old as its reading.
fn is_young<P: Provider>(plan: &Plan<P>, situation: &Situation<'_, P>) -> Result<(), Refusal<P::Kind>> {
    let since = if situation.headless { plan.made_at.unwrap_or(plan.seen_at) } else { plan.seen_at };
    let age = situation.now.duration_since(since);
    let most = situation.policy.plan_valid_for;
    match Duration::try_from(age) {
        Ok(age) if age > most => Err(Refusal::TooOld { age, most }),
        // A moment that is still to come is nobody's reading.
        Err(_) if age.unsigned_abs() > AHEAD => Err(Refusal::FromTheFuture),
        _ => Ok(()),
    }
}

/// The plan's environment is armed, by the identity that the plan was made with.
fn is_armed<P: Provider>(plan: &Plan<P>, situation: &Situation<'_, P>) -> Result<(), Refusal<P::Kind>> {
    let environment = &plan.target.environment;
    // What was armed elsewhere and is over is not armed any more.
    let here = |arming: &&Arming| arming.environment == *environment || arming.is_on(situation.now);
    let Some(arming) = situation.arming.filter(here) else {
        return Err(Refusal::NotArmed { environment: environment.clone() });
    };
    if arming.environment != *environment {
        let armed = arming.environment.clone();
        return Err(Refusal::ArmedElsewhere { armed, environment: environment.clone() });
    }
    if !arming.is_on(situation.now) {
        return Err(Refusal::ArmingOver { environment: environment.clone() });
    }
    if arming.account != plan.account || arming.principal != plan.principal {
        return Err(Refusal::ArmedByAnother {
            armed: who(&arming.principal, &arming.account),
            plan: who(&plan.principal, &plan.account),
        });
    }
    Ok(())
}

/// The credentials of now are of the identity that the plan was made with.
fn is_identity<P: Provider>(plan: &Plan<P>, situation: &Situation<'_, P>) -> Result<(), Refusal<P::Kind>> {
    let Some(identity) = situation.identity else { return Err(Refusal::IdentityUnknown) };
    let principal = identity.principal();
    if identity.account != plan.account || principal != plan.principal {
        return Err(Refusal::AnotherIdentity {
            now: who(&principal, &identity.account),
            plan: who(&plan.principal, &plan.account),
        });
    }
    Ok(())
}

/// How long the very plan has been on the screen. A clock that was set back counts as not at all.
fn shown<P: Provider>(situation: &Situation<'_, P>) -> Duration {
    Duration::try_from(situation.now.duration_since(situation.shown_since)).unwrap_or_default()
}

fn who(principal: &str, account: &str) -> String {
    format!("{principal} in account {account}")
}

/// Whether the gesture is what the level takes; what was typed, and the reason.
fn fits<P: Provider>(
    plan: &Plan<P>,
    gesture: &Gesture,
    level: Level,
    situation: &Situation<'_, P>,
) -> Result<(String, String), Refusal<P::Kind>> {
    let too_little = || Refusal::Gesture { level, name: plan.name_to_type.clone(), headless: situation.headless };
    let is_fingerprint = matches!(gesture, Gesture::Fingerprint { .. });
    // On the screen a fingerprint is no more than a key: it is there to be copied.
    let fitting = if situation.headless { is_fingerprint } else { !is_fingerprint || level == Level::Confirm };
    if !fitting {
        return Err(too_little());
    }
    match gesture {
        Gesture::Key if level == Level::Confirm => Ok(("key".to_owned(), String::new())),
        Gesture::Key => Err(too_little()),
        Gesture::Fingerprint { text, reason } => {
            if !plan.fingerprint.is_meant_by(text) {
                return Err(Refusal::WrongFingerprint { plan: plan.fingerprint.long() });
            }
            if situation.headless && !arming::is_reason(reason) {
                return Err(Refusal::NoReason);
            }
            Ok((text.clone(), arming::plain_reason(reason)))
        }
        Gesture::Typed { name, reason } => {
            // Exact, letters' case included: a name that is nearly right may be another resource's.
            if plan.name_to_type.is_empty() || *name != plan.name_to_type {
                return Err(Refusal::WrongName { name: plan.name_to_type.clone() });
            }
            if let Level::TypeNameAndReason { cool_down } = level {
                if !arming::is_reason(reason) {
                    return Err(Refusal::NoReason);
                }
                let shown = shown(situation);
                if shown < cool_down {
                    return Err(Refusal::TooSoon { left: cool_down.saturating_sub(shown) });
                }
            }
            Ok((name.clone(), arming::plain_reason(reason)))
        }
    }
}

#[cfg(test)]
mod tests;
