//! Health rules of secrets: rotations that do not end, secrets that nobody can read any more, and those that the region
//! for disaster recovery lacks.
//!
//! Pure. The engine is `crate::health`, which judges [`Secrets`] by the rules here.

mod rules;

use crate::domain::finding::About;
use crate::health::{self, Judged};

use super::Secret;

/// One check of a secret.
pub type Rule = health::Rule<Secrets>;
/// What a check of a secret sees.
pub type Case<'a> = health::Case<'a, Secrets>;
/// What a check of a secret found.
pub type Verdict = health::Verdict<std::convert::Infallible>;

/// Secrets, for the rules to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secrets;

/// What the rules of secrets need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretNeed {
    /// The secrets themselves.
    Secrets,
    /// The secrets of the environment's region for disaster recovery.
    Elsewhere,
}

/// All of them.
pub const NEEDED: [SecretNeed; 2] = [SecretNeed::Secrets, SecretNeed::Elsewhere];

impl Judged for Secrets {
    type Subject<'a> = SecretSubject<'a>;
    type Read = SecretNeed;
    type Operation = std::convert::Infallible;

    const ABOUT: About = About::Secret;
    const LISTED: SecretNeed = SecretNeed::Secrets;

    fn rules() -> impl Iterator<Item = &'static Rule> {
        rules::RULES.iter()
    }

    fn resource<'s>(subject: &'s SecretSubject<'_>) -> (&'s str, &'s str) {
        (&subject.secret.name, subject.secret.key())
    }
}

/// A secret and everything that the rules look at.
#[derive(Debug, Clone)]
pub struct SecretSubject<'a> {
    pub secret: &'a Secret,
    /// It is expected by this name, and there is none: nothing else is known of it.
    pub is_missing: bool,
    /// The region of the list that it is of.
    pub region: &'a str,
    /// The environment's region for disaster recovery, for a secret of its primary region; none where it has none.
    pub recovery: Option<&'a str>,
    /// What stands there under the same name; none where that was not read.
    pub twin: Option<SecretTwin>,
}

/// What stands in another region under the name of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretTwin {
    /// Nothing.
    None,
    /// A replica of it.
    Replica,
    /// A secret of its own, or a replica of yet another.
    Stranger,
}

#[cfg(test)]
mod tests;
