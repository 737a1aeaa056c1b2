//! Why a plan was not approved, in words that say what to do.

use std::time::Duration;

use crate::domain::{Criticality, duration};
use crate::ops::kind::OperationKind;
use crate::ops::plan::Risk;
use crate::ops::policy::Level;

/// Why a plan was not approved. Its `Display` is for the person in front of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal<K> {
    /// The plan does not say what its fingerprint stands for.
    Tampered,
    /// A precondition is not met.
    Obstacle {
        check: String,
        why: String,
    },
    /// It has no calls.
    NothingToDo,
    /// Not allowed, or frozen: the policy's words.
    Policy(String),
    /// The policy denies this risk here.
    Denied {
        kind: K,
        risk: Risk,
        criticality: Criticality,
    },
    NotArmed {
        environment: String,
    },
    /// Another environment is armed.
    ArmedElsewhere {
        armed: String,
        environment: String,
    },
    ArmingOver {
        environment: String,
    },
    /// Armed as somebody else than the plan was made by.
    ArmedByAnother {
        armed: String,
        plan: String,
    },
    IdentityUnknown,
    /// The credentials are of somebody else than the plan was made by.
    AnotherIdentity {
        now: String,
        plan: String,
    },
    /// Another operation on the same resource runs.
    Collides {
        kind: K,
        target: String,
    },
    /// Too many operations run.
    Busy {
        running: usize,
        most: usize,
    },
    /// The policy does not allow changes without a screen here.
    NotHeadless {
        environment: String,
    },
    /// More is needed than was done.
    Gesture {
        level: Level,
        name: String,
        headless: bool,
    },
    WrongName {
        name: String,
    },
    WrongFingerprint {
        plan: String,
    },
    NoReason,
    /// The plan is older than the policy lets plans be.
    TooOld {
        age: Duration,
        most: Duration,
    },
    /// The plan was made at a moment that is still to come.
    FromTheFuture,
    /// The plan has not been on the screen long enough.
    TooSoon {
        left: Duration,
    },
}

impl<K: OperationKind> std::fmt::Display for Refusal<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tampered => f.write_str("the plan was changed after it was made: make it again"),
            Self::Obstacle { check, why } if why.is_empty() => write!(f, "not met: {check}"),
            Self::Obstacle { check, why } => write!(f, "not met: {check} ({why})"),
            Self::NothingToDo => f.write_str("there is nothing to do: the plan has no calls"),
            Self::Policy(why) => f.write_str(why),
            Self::Denied { kind, risk, criticality } => write!(
                f,
                "{} is {} here, and the policy denies that in {}: change the policy, or use AWS directly",
                kind.title(),
                risk.name(),
                criticality.name()
            ),
            Self::NotArmed { environment } => write!(f, "{environment} is read-only: arm it first"),
            Self::ArmedElsewhere { armed, environment } => {
                write!(f, "{armed} is armed, the plan is for {environment}: arm {environment} first")
            }
            Self::ArmingOver { environment } => write!(f, "{environment} is no longer armed: arm it again"),
            Self::ArmedByAnother { armed, plan } => {
                write!(f, "it was armed as {armed}, the plan was made as {plan}: arm again and make the plan again")
            }
            Self::IdentityUnknown => {
                f.write_str("it is not known whose credentials these are: wait for AWS's answer, or sign in again")
            }
            Self::AnotherIdentity { now, plan } => {
                write!(f, "you are {now} now, the plan was made as {plan}: make the plan again")
            }
            Self::Collides { kind, target } => {
                write!(f, "{} of {target} is being carried out: wait until it has ended (O shows it)", kind.title())
            }
            Self::Busy { running, most } => {
                write!(f, "{running} operations are running and {most} may: wait until one has ended")
            }
            Self::NotHeadless { environment } => {
                write!(f, "changes without a screen are not allowed in {environment}: open the console")
            }
            Self::Gesture { headless: true, .. } => {
                f.write_str("without a screen it is approved by the plan's fingerprint and a reason")
            }
            Self::Gesture { level: Level::TypeNameAndReason { .. }, name, .. } => {
                write!(f, "to approve, type {name} and a reason")
            }
            Self::Gesture { name, .. } => write!(f, "to approve, type {name}"),
            Self::WrongName { name } => write!(f, "that is not the name: type exactly {name}"),
            Self::WrongFingerprint { plan } => {
                write!(
                    f,
                    "what was approved is not this plan, whose fingerprint is {plan}: look at it as it is now before you approve it"
                )
            }
            Self::TooOld { age, most } => write!(
                f,
                "the plan is {} old, and is valid for {}: make it again",
                duration::words(*age),
                duration::words(*most)
            ),
            Self::FromTheFuture => {
                f.write_str("the plan was made at a time that is still to come: set the clocks, and make it again")
            }
            Self::NoReason => f.write_str("say why, in three characters or more"),
            Self::TooSoon { left } => {
                let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
                write!(f, "read it first: it can be approved in {}", duration::words(Duration::from_secs(seconds)))
            }
        }
    }
}
