//! What is said of a thing, and the marks of how grave something is.

use jiff::Timestamp;

use crate::screens::cluster_object::page::ClusterPage;
use crate::services::kubernetes::{ClusterView, ObjectKind};
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

/// Why it is not said what a thing uses; `runs` says whether any pod of it does.
pub fn unused_words(view: &ClusterView<'_>, runs: bool) -> &'static str {
    if !view.standing(ObjectKind::Pod).is_known() {
        return "not known: its pods were not read";
    }
    if !runs {
        return "none: it does not run";
    }
    match (view.cluster.usage.value(), view.cluster.served.value()) {
        (Some(_), _) => "not known: the metrics server does not tell of it",
        (None, Some(served)) if !served.metrics => "not known: no metrics server tells",
        (None, _) => "not known: it was not read",
    }
}
