//! What is said of a thing, and the marks of how grave something is.

use jiff::Timestamp;

use crate::screens::cluster_object::page::ClusterPage;
use crate::theme::Role;

/// What is said of a thing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObjectParts {
    /// Its mark, and how it stands in words.
    pub state: Vec<(String, Role)>,
    pub created: Option<Timestamp>,
    pub place: String,
    /// Why it is as it is, and its facts; its events come below.
    pub body: ClusterPage,
    /// It is not there any more: since then.
    pub gone: Option<Timestamp>,
}

/// A state with its mark.
#[must_use]
pub fn said((mark, role): (&str, Role), words: impl Into<String>) -> Vec<(String, Role)> {
    vec![(format!("{mark} {}", words.into()), role)]
}

/// Wrong now.
pub const CRITICAL: (&str, Role) = ("✖", Role::Critical);
/// Needs attention.
pub const WARNING: (&str, Role) = ("▲", Role::Warning);
/// As it should be.
pub const GOOD: (&str, Role) = ("●", Role::Good);
/// Not known.
pub const UNKNOWN: (&str, Role) = ("○", Role::Unknown);
