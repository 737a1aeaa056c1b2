//! A NodePool of Karpenter (karpenter.sh/v1, `pkg/apis/v1/nodepool.go`).

use std::sync::Arc;

use serde::Deserialize;

use super::super::interned::{Interned, own};
use super::common::{WireCondition, conditions, limits, resources};
use super::meta::shared_map;
use super::scheduling::{WireRequirement, WireTaint, requirements, taints};
use super::value::{WireList, WireMap, WireText};
use super::{Projected, WireMeta};
use crate::domain::{Delta, go_seconds};
use crate::services::kubernetes::model::{Budget, ConsolidationPolicy, DisruptionReason, NodePool};
use crate::services::kubernetes::{ObjectKind, WatchTold};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::kube) struct WirePool<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    spec: WirePoolSpec<'a>,
    status: WirePoolStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WirePoolSpec<'a> {
    weight: Option<i32>,
    #[serde(borrow)]
    limits: WireMap<'a>,
    replicas: Option<i64>,
    template: WirePoolTemplate<'a>,
    disruption: WireDisruption<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WirePoolTemplate<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    spec: WirePoolNodeSpec<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WirePoolNodeSpec<'a> {
    #[serde(borrow)]
    requirements: WireList<WireRequirement<'a>>,
    taints: WireList<WireTaint<'a>>,
    startup_taints: WireList<WireTaint<'a>>,
    node_class_ref: WireClassRef<'a>,
    expire_after: WireText<'a>,
    termination_grace_period: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireClassRef<'a> {
    #[serde(borrow)]
    kind: WireText<'a>,
    name: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireDisruption<'a> {
    #[serde(borrow)]
    consolidation_policy: WireText<'a>,
    consolidate_after: WireText<'a>,
    budgets: WireList<WireBudget<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireBudget<'a> {
    #[serde(borrow)]
    nodes: WireText<'a>,
    reasons: WireList<WireText<'a>>,
    schedule: WireText<'a>,
    duration: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WirePoolStatus<'a> {
    #[serde(borrow)]
    resources: WireMap<'a>,
    conditions: WireList<WireCondition<'a>>,
}

/// A budget; none where all of its reasons are words that are not known: it is not one for every reason.
fn budget(wire: &WireBudget<'_>, words: &mut Interned) -> Option<Budget> {
    let reason = |word: &WireText<'_>| match &**word {
        "Underutilized" => Some(DisruptionReason::Underutilized),
        "Empty" => Some(DisruptionReason::Empty),
        "Drifted" => Some(DisruptionReason::Drifted),
        _ => None,
    };
    let reasons: Vec<_> = wire.reasons.iter().filter_map(reason).collect();
    (wire.reasons.is_empty() || !reasons.is_empty()).then(|| Budget {
        nodes: words.word(&wire.nodes),
        reasons,
        schedule: words.filled(&wire.schedule),
        duration: go_seconds(&wire.duration),
    })
}

impl Projected for NodePool {
    type Fields<'a> = WirePool<'a>;

    fn meta<'w, 'a>(wire: &'w Self::Fields<'a>) -> &'w WireMeta<'a> {
        &wire.metadata
    }

    fn project(_: ObjectKind, wire: &WirePool<'_>, words: &mut Interned) -> Self {
        let WirePool { metadata, spec, status } = wire;
        let (nodes, disruption) = (&spec.template.spec, &spec.disruption);
        // None are no limit: the CRD's default of 10 % fills a field that is missing, on the server.
        let budgets = disruption.budgets.iter().filter_map(|one| budget(one, words)).collect();
        Self {
            name: own(&metadata.name),
            created: metadata.created(),
            deleting: metadata.deleting(),
            weight: spec.weight.unwrap_or(0),
            limits: limits(&spec.limits, words),
            used: resources(&status.resources, words),
            replicas: spec.replicas,
            requirements: requirements(&nodes.requirements, words),
            taints: taints(&nodes.taints, words),
            startup_taints: taints(&nodes.startup_taints, words),
            labels: shared_map(&spec.template.metadata.labels, words),
            class: (words.word(&nodes.node_class_ref.kind), words.word(&nodes.node_class_ref.name)),
            expire_after: go_seconds(&nodes.expire_after),
            termination_grace: go_seconds(&nodes.termination_grace_period),
            consolidation: match &*disruption.consolidation_policy {
                "WhenEmpty" => ConsolidationPolicy::WhenEmpty,
                // The CRD's default.
                "WhenEmptyOrUnderutilized" | "" => ConsolidationPolicy::WhenEmptyOrUnderutilized,
                "Balanced" => ConsolidationPolicy::Balanced,
                other => ConsolidationPolicy::Other(words.word(other)),
            },
            consolidate_after: go_seconds(&disruption.consolidate_after),
            budgets,
            conditions: conditions(&status.conditions, words),
        }
    }

    fn told(delta: Delta<Arc<Self>>) -> WatchTold {
        WatchTold::NodePools(delta)
    }
}
