//! An event of a cluster (core/v1).

use std::sync::Arc;

use jiff::Timestamp;

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    pub kind: Arc<str>,
    /// Empty where the kind has none.
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

/// An event. Karpenter's are told again only after 5 to 15 minutes and live an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterEvent {
    pub about: ObjectRef,
    /// The UID of what it is about: another object may have the same name later.
    pub uid: Arc<str>,
    /// `FailedScheduling`, `DisruptionBlocked` …
    pub reason: Arc<str>,
    pub message: Arc<str>,
    /// `type: Warning`.
    pub is_warning: bool,
    /// `karpenter`, `default-scheduler`, `kubelet` …
    pub from: Arc<str>,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub count: i64,
}
