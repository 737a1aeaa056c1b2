//! A NodeClaim of Karpenter (karpenter.sh/v1, `pkg/apis/v1/nodeclaim.go`).

use std::sync::Arc;

use serde::Deserialize;

use super::super::interned::{Interned, own};
use super::common::{WireCondition, capacity_type, conditions, instance, resources};
use super::scheduling::{WireRequirement, requirements};
use super::value::{WireList, WireMap, WireText};
use super::{Projected, WireMeta};
use crate::domain::{Delta, go_seconds};
use crate::services::kubernetes::model::NodeClaim;
use crate::services::kubernetes::{ObjectKind, WatchTold};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::kube) struct WireClaim<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    spec: WireClaimSpec<'a>,
    status: WireClaimStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireClaimSpec<'a> {
    #[serde(borrow)]
    requirements: WireList<WireRequirement<'a>>,
    resources: WireClaimResources<'a>,
    expire_after: WireText<'a>,
    termination_grace_period: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireClaimResources<'a> {
    #[serde(borrow)]
    requests: WireMap<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireClaimStatus<'a> {
    #[serde(borrow)]
    node_name: WireText<'a>,
    #[serde(rename = "providerID")]
    provider_id: WireText<'a>,
    capacity: WireMap<'a>,
    allocatable: WireMap<'a>,
    conditions: WireList<WireCondition<'a>>,
}

impl Projected for NodeClaim {
    type Fields<'a> = WireClaim<'a>;

    fn meta<'w, 'a>(wire: &'w Self::Fields<'a>) -> &'w WireMeta<'a> {
        &wire.metadata
    }

    fn project(_: ObjectKind, wire: &WireClaim<'_>, words: &mut Interned) -> Self {
        let WireClaim { metadata, spec, status } = wire;
        let labels = &metadata.labels;
        let mut label = |key: &str| labels.get(key).map(|value| words.word(value));
        let (pool, instance_type, zone) = (
            label("karpenter.sh/nodepool"),
            label("node.kubernetes.io/instance-type"),
            label("topology.kubernetes.io/zone"),
        );
        Self {
            name: own(&metadata.name),
            created: metadata.created(),
            deleting: metadata.deleting(),
            finalizers: metadata.finalizers(words),
            pool,
            annotations: metadata.kept_annotations(words),
            requirements: requirements(&spec.requirements, words),
            requests: resources(&spec.resources.requests, words),
            instance_type,
            zone,
            capacity_type: capacity_type(labels),
            node: words.filled(&status.node_name),
            instance: instance(&status.provider_id),
            capacity: resources(&status.capacity, words),
            allocatable: resources(&status.allocatable, words),
            expire_after: go_seconds(&spec.expire_after),
            termination_grace: go_seconds(&spec.termination_grace_period),
            conditions: conditions(&status.conditions, words),
        }
    }

    fn told(delta: Delta<Arc<Self>>) -> WatchTold {
        WatchTold::NodeClaims(delta)
    }
}
