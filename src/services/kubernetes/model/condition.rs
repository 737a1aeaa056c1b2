//! Conditions of an object's status.

use std::sync::Arc;

use jiff::Timestamp;

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConditionStatus {
    True,
    False,
    /// Said to be unknown, or a word that is not known here.
    #[default]
    Unknown,
}

/// One of the conditions of an object's status (`metav1.Condition`, `v1.NodeCondition`, `v1.PodCondition`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCondition {
    /// `Ready`, `Launched`, `Consolidatable` …
    pub kind: Arc<str>,
    pub status: ConditionStatus,
    pub reason: Arc<str>,
    pub message: Arc<str>,
    /// `lastTransitionTime`.
    pub since: Option<Timestamp>,
}

/// The conditions of an object, in its own order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions(pub Vec<ObjectCondition>);

impl Conditions {
    /// The condition of this type; none where the object does not have it.
    #[must_use]
    pub fn get(&self, kind: &str) -> Option<&ObjectCondition> {
        self.0.iter().find(|condition| &*condition.kind == kind)
    }

    /// It is said to hold.
    #[must_use]
    pub fn is_true(&self, kind: &str) -> bool {
        self.get(kind).is_some_and(|condition| condition.status == ConditionStatus::True)
    }

    /// It is said not to hold: neither missing nor unknown.
    #[must_use]
    pub fn is_false(&self, kind: &str) -> bool {
        self.get(kind).is_some_and(|condition| condition.status == ConditionStatus::False)
    }

    /// Since when it holds; none where it does not, or does not say.
    #[must_use]
    pub fn true_since(&self, kind: &str) -> Option<Timestamp> {
        self.get(kind).filter(|condition| condition.status == ConditionStatus::True)?.since
    }
}
