//! A PodDisruptionBudget (policy/v1).

use std::sync::Arc;

use serde::Deserialize;

use super::super::interned::{Interned, own};
use super::common::{WireCondition, conditions};
use super::scheduling::{WireSelector, selector};
use super::value::{WireList, WireText};
use super::{Projected, WireMeta};
use crate::domain::Delta;
use crate::services::kubernetes::model::DisruptionBudget;
use crate::services::kubernetes::{ObjectKind, WatchTold};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::kube) struct WirePdb<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    spec: WirePdbSpec<'a>,
    status: WirePdbStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WirePdbSpec<'a> {
    #[serde(borrow)]
    min_available: WireText<'a>,
    max_unavailable: WireText<'a>,
    selector: Option<WireSelector<'a>>,
    unhealthy_pod_eviction_policy: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WirePdbStatus<'a> {
    observed_generation: Option<i64>,
    disruptions_allowed: Option<i64>,
    current_healthy: Option<i64>,
    desired_healthy: Option<i64>,
    expected_pods: Option<i64>,
    #[serde(borrow)]
    conditions: WireList<WireCondition<'a>>,
}

impl Projected for DisruptionBudget {
    type Fields<'a> = WirePdb<'a>;

    fn meta<'w, 'a>(wire: &'w Self::Fields<'a>) -> &'w WireMeta<'a> {
        &wire.metadata
    }

    fn project(_: ObjectKind, wire: &WirePdb<'_>, words: &mut Interned) -> Self {
        let WirePdb { metadata, spec, status } = wire;
        Self {
            namespace: words.word(&metadata.namespace),
            name: own(&metadata.name),
            min_available: words.filled(&spec.min_available),
            max_unavailable: words.filled(&spec.max_unavailable),
            selector: selector(spec.selector.as_ref(), words),
            allowed: status.disruptions_allowed.unwrap_or_default(),
            healthy: status.current_healthy.unwrap_or_default(),
            wanted_healthy: status.desired_healthy.unwrap_or_default(),
            expected: status.expected_pods.unwrap_or_default(),
            always_allow: &*spec.unhealthy_pod_eviction_policy == "AlwaysAllow",
            is_observed: metadata.is_observed(status.observed_generation),
            conditions: conditions(&status.conditions, words),
        }
    }

    fn told(delta: Delta<Arc<Self>>) -> WatchTold {
        WatchTold::DisruptionBudgets(delta)
    }
}
