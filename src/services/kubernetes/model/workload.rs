//! What keeps pods: Deployments, StatefulSets, DaemonSets; what scales them, and what keeps them from being evicted.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Conditions, RequirementOperator};

/// Whose kind a workload is (apps/v1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkloadKind {
    Deployment,
    StatefulSet,
    DaemonSet,
}

impl WorkloadKind {
    /// The kind as the API writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
        }
    }
}

/// A selector of labels (`metav1.LabelSelector`): all of it must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelSelector {
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`; `matchLabels` are `In` with one value.
    pub terms: Vec<(Arc<str>, RequirementOperator, Vec<Arc<str>>)>,
}

impl LabelSelector {
    /// Whether it selects an object with these labels. An empty selector selects every one (`metav1.LabelSelector`;
    /// `policy/v1` says the same of a PodDisruptionBudget).
    #[must_use]
    pub fn selects(&self, labels: &[(Arc<str>, Arc<str>)]) -> bool {
        self.terms.iter().all(|(key, operator, values)| {
            let value = labels.iter().find(|(name, _)| name == key).map(|(_, value)| value);
            match operator {
                RequirementOperator::In => value.is_some_and(|value| values.contains(value)),
                RequirementOperator::NotIn => value.is_none_or(|value| !values.contains(value)),
                RequirementOperator::Exists => value.is_some(),
                RequirementOperator::DoesNotExist => value.is_none(),
                RequirementOperator::Gt
                | RequirementOperator::Lt
                | RequirementOperator::Gte
                | RequirementOperator::Lte => false,
            }
        })
    }
}

/// A Deployment, StatefulSet or DaemonSet.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    pub kind: WorkloadKind,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    pub created: Option<Timestamp>,
    pub deleting: Option<Timestamp>,
    /// `spec.replicas`; of a DaemonSet `status.desiredNumberScheduled`.
    pub wanted: i64,
    pub ready: i64,
    pub available: i64,
    /// Of the newest template.
    pub updated: i64,
    /// `spec.paused`.
    pub paused: bool,
    /// The newest specification was seen by its controller (`observedGeneration`).
    pub is_observed: bool,
    pub selector: LabelSelector,
    /// Images of its containers.
    pub images: Vec<Arc<str>>,
    pub conditions: Conditions,
}

/// What a HorizontalPodAutoscaler holds a metric to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// Percent of the request.
    Utilization(i64),
    /// In the metric's own unit.
    Value(f64),
    /// The same, of each pod.
    AverageValue(f64),
}

/// A metric of a HorizontalPodAutoscaler: what it is held to, and what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricTarget {
    /// `cpu`, `memory`, or the name of the metric.
    pub name: Arc<str>,
    pub target: Figure,
    /// None where the autoscaler does not know it.
    pub current: Option<Figure>,
}

/// A HorizontalPodAutoscaler (autoscaling/v2).
#[derive(Debug, Clone, PartialEq)]
pub struct Autoscaler {
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    /// Kind and name of what it scales.
    pub target: (Arc<str>, Arc<str>),
    pub minimum: i64,
    pub maximum: i64,
    pub current: i64,
    pub desired: i64,
    pub metrics: Vec<MetricTarget>,
    pub last_scaled: Option<Timestamp>,
    pub conditions: Conditions,
}

/// A PodDisruptionBudget (policy/v1).
#[derive(Debug, Clone, PartialEq)]
pub struct DisruptionBudget {
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    /// `minAvailable` as it is written.
    pub min_available: Option<Arc<str>>,
    /// `maxUnavailable` as it is written.
    pub max_unavailable: Option<Arc<str>>,
    pub selector: LabelSelector,
    /// Pods that may be evicted now.
    pub allowed: i64,
    pub healthy: i64,
    pub wanted_healthy: i64,
    pub expected: i64,
    /// `unhealthyPodEvictionPolicy: AlwaysAllow`: pods that are not ready may always be evicted.
    pub always_allow: bool,
    /// The status is of the newest specification.
    pub is_observed: bool,
    pub conditions: Conditions,
}
