//! A pool as it is shown: how near its limits it is, what its nodes must be, what may be taken away now.

use std::sync::Arc;

use jiff::Timestamp;

use crate::services::kubernetes::model::{
    ConditionStatus, ConsolidationPolicy, NodePool, Requirement, RequirementOperator, Resources, Taint, TaintEffect,
};
use crate::services::kubernetes::rules::ThingRef;
use crate::services::kubernetes::why::{self, PoolBudgets};
use crate::services::kubernetes::{ClusterView, PoolUse};

/// A limit of a pool, and how much of it is used, in the units of [`Resources`].
#[derive(Debug, Clone, PartialEq)]
pub struct PoolLimit {
    pub resource: Arc<str>,
    pub used: i64,
    pub limit: i64,
}

/// Whether something says that it is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    /// It is not, and why.
    Not(String),
    /// It does not say, or is not known.
    Unknown,
}

/// A pool.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolCard {
    pub name: Arc<str>,
    /// How findings name it.
    pub thing: String,
    pub weight: i32,
    /// Of a static pool how many nodes it keeps.
    pub replicas: Option<i64>,
    pub uses: PoolUse,
    /// What its pods ask for is known.
    pub has_requests: bool,
    pub limits: Vec<PoolLimit>,
    /// What its nodes must be, in short words.
    pub requirements: Vec<String>,
    pub taints: Vec<String>,
    pub readiness: Readiness,
    /// Kind and name of its class.
    pub class: String,
    pub class_readiness: Readiness,
    /// When and why nodes are taken together.
    pub consolidation: String,
    /// What may be taken away now.
    pub budgets: PoolBudgets,
    pub is_deleting: bool,
}

impl PoolCard {
    /// Of a pool of a cluster.
    #[must_use]
    pub fn of(view: &ClusterView<'_>, pool: &NodePool, arn: &str, has_requests: bool, now: Timestamp) -> Self {
        let class = view.class_of(pool);
        let limits = pool.limits.iter();
        Self {
            name: pool.name.clone(),
            thing: ThingRef::NodePool(pool.name.clone()).key(arn),
            weight: pool.weight,
            replicas: pool.replicas,
            uses: view.pool_use(&pool.name),
            has_requests,
            limits: limits
                .map(|(resource, limit)| PoolLimit {
                    resource: resource.clone(),
                    used: amount(&pool.used, resource),
                    limit: *limit,
                })
                .collect(),
            requirements: pool.requirements.iter().filter_map(requirement).collect(),
            taints: pool.taints.iter().map(taint).collect(),
            readiness: readiness(&pool.conditions.0, "Ready"),
            class: format!("{} {}", pool.class.0, pool.class.1),
            class_readiness: class.map_or(Readiness::Unknown, |class| readiness(&class.conditions.0, "Ready")),
            consolidation: consolidation(pool),
            budgets: why::budgets(view, pool, now),
            is_deleting: pool.deleting.is_some(),
        }
    }
}

/// How much of a resource there is.
fn amount(all: &Resources, resource: &str) -> i64 {
    match resource {
        "cpu" => all.cpu,
        "memory" => all.memory,
        "pods" => all.pods,
        "nodes" => all.nodes,
        other => all.others.get(other).copied().unwrap_or(0),
    }
}

/// What a condition says, and of those that do not hold the first other one too: it tells the cause.
fn readiness(conditions: &[crate::services::kubernetes::model::ObjectCondition], kind: &str) -> Readiness {
    let Some(ready) = conditions.iter().find(|condition| &*condition.kind == kind) else { return Readiness::Unknown };
    if ready.status == ConditionStatus::True {
        return Readiness::Ready;
    }
    let not = |status| status == ConditionStatus::False;
    let cause = conditions.iter().find(|condition| &*condition.kind != kind && not(condition.status));
    let told = cause.unwrap_or(ready);
    let words = [&*told.kind, &*told.reason, &*told.message].into_iter().filter(|words| !words.is_empty());
    let mut words: Vec<&str> = words.collect();
    // `Ready: Ready` says nothing.
    words.dedup();
    match (ready.status, cause) {
        (ConditionStatus::Unknown, None) => Readiness::Unknown,
        _ => Readiness::Not(words.join(": ")),
    }
}

/// When nodes are taken together (`spec.disruption`).
fn consolidation(pool: &NodePool) -> String {
    let policy = match &pool.consolidation {
        ConsolidationPolicy::WhenEmpty => "when empty",
        ConsolidationPolicy::WhenEmptyOrUnderutilized => "when empty or underutilized",
        ConsolidationPolicy::Balanced => "balanced",
        ConsolidationPolicy::Other(other) => other,
    };
    match pool.consolidate_after {
        Some(seconds) => format!("{policy}, after {}", crate::domain::duration::seconds(seconds)),
        None => "never".into(),
    }
}

/// A requirement in short words; none for what goes without saying.
fn requirement(requirement: &Requirement) -> Option<String> {
    let key = &*requirement.key;
    let values: Vec<&str> = requirement.values.iter().map(AsRef::as_ref).collect();
    let name = key.rsplit('/').next().unwrap_or(key).strip_prefix("instance-").unwrap_or_else(|| {
        let name = key.rsplit('/').next().unwrap_or(key);
        if key == "topology.kubernetes.io/zone" { "zone" } else { name }
    });
    let speaks_for_itself = matches!(
        key,
        "karpenter.sh/capacity-type" | "kubernetes.io/arch" | "topology.kubernetes.io/zone" | "kubernetes.io/os"
    );
    let list = match values.as_slice() {
        [first, second, third, fourth, rest @ ..] if !rest.is_empty() => {
            format!("{first} {second} {third} {fourth} and {} more", rest.len())
        }
        all => all.join(" "),
    };
    match requirement.operator {
        RequirementOperator::In if key == "kubernetes.io/os" && values == ["linux"] => None,
        RequirementOperator::In if speaks_for_itself => Some(values.join(" or ")),
        RequirementOperator::In => Some(format!("{name} {list}")),
        RequirementOperator::NotIn => Some(format!("{name} not {list}")),
        RequirementOperator::Exists => Some(format!("{name} set")),
        RequirementOperator::DoesNotExist => Some(format!("{name} not set")),
        RequirementOperator::Gt => Some(format!("{name} > {list}")),
        RequirementOperator::Lt => Some(format!("{name} < {list}")),
        RequirementOperator::Gte => Some(format!("{name} >= {list}")),
        RequirementOperator::Lte => Some(format!("{name} <= {list}")),
    }
}

/// As kubectl writes it: `dedicated=batch:NoSchedule`.
fn taint(taint: &Taint) -> String {
    let effect = match taint.effect {
        TaintEffect::NoSchedule => "NoSchedule",
        TaintEffect::PreferNoSchedule => "PreferNoSchedule",
        TaintEffect::NoExecute => "NoExecute",
    };
    if taint.value.is_empty() {
        format!("{}:{effect}", taint.key)
    } else {
        format!("{}={}:{effect}", taint.key, taint.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kubernetes::testing::{fails, holds, one_of};

    #[test]
    fn requirements_are_short() {
        let words = |key: &str, operator, values: &[&str]| {
            requirement(&Requirement { operator, ..one_of(key, values) }).unwrap_or_default()
        };
        for (key, operator, values, expected) in [
            ("karpenter.sh/capacity-type", RequirementOperator::In, &["spot", "on-demand"][..], "spot or on-demand"),
            ("kubernetes.io/os", RequirementOperator::In, &["linux"], ""),
            ("kubernetes.io/arch", RequirementOperator::In, &["arm64"], "arm64"),
            ("karpenter.k8s.aws/instance-category", RequirementOperator::In, &["c", "m", "r"], "category c m r"),
            ("karpenter.k8s.aws/instance-generation", RequirementOperator::Gt, &["4"], "generation > 4"),
            ("topology.kubernetes.io/zone", RequirementOperator::NotIn, &["eu-west-1c"], "zone not eu-west-1c"),
            (
                "node.kubernetes.io/instance-type",
                RequirementOperator::In,
                &["a", "b", "c", "d", "e"],
                "type a b c d and 1 more",
            ),
        ] {
            assert_eq!(words(key, operator, values), expected, "{key}");
        }
    }

    #[test]
    fn what_is_not_ready_says_what_of_it() {
        let not = fails("NodeClassReady", "NodeClassNotReady", "NodeClass is not ready", 60);
        let all = [not, fails("Ready", "UnhealthyDependents", "NodeClassReady=False", 60)];
        let expected = "NodeClassReady: NodeClassNotReady: NodeClass is not ready".to_owned();
        assert_eq!(readiness(&all, "Ready"), Readiness::Not(expected));
        assert_eq!(readiness(&[holds("Ready", 5)], "Ready"), Readiness::Ready);
        assert_eq!(readiness(&[], "Ready"), Readiness::Unknown);
    }
}
