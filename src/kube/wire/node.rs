//! A node (core/v1).

use std::sync::Arc;

use serde::Deserialize;

use super::super::interned::{Interned, own};
use super::common::{WireCondition, capacity_type, conditions, instance, resources};
use super::meta::shared_map;
use super::scheduling::{WireTaint, taints};
use super::value::{WireList, WireMap, WireText};
use super::{Projected, WireMeta};
use crate::domain::Delta;
use crate::services::kubernetes::model::{Node, NodeProvider};
use crate::services::kubernetes::{ObjectKind, WatchTold};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::kube) struct WireNode<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    spec: WireNodeSpec<'a>,
    status: WireNodeStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireNodeSpec<'a> {
    #[serde(borrow, rename = "providerID")]
    provider_id: WireText<'a>,
    unschedulable: Option<bool>,
    taints: WireList<WireTaint<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireNodeStatus<'a> {
    #[serde(borrow)]
    capacity: WireMap<'a>,
    allocatable: WireMap<'a>,
    conditions: WireList<WireCondition<'a>>,
    node_info: WireNodeInfo<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireNodeInfo<'a> {
    #[serde(borrow)]
    kubelet_version: WireText<'a>,
    os_image: WireText<'a>,
}

/// Who brought it, by its labels.
fn provider(labels: &WireMap<'_>, words: &mut Interned) -> NodeProvider {
    if let Some(pool) = labels.get("karpenter.sh/nodepool") {
        NodeProvider::Karpenter(words.word(pool))
    } else if let Some(group) = labels.get("eks.amazonaws.com/nodegroup") {
        NodeProvider::ManagedGroup(words.word(group))
    } else if labels.get("eks.amazonaws.com/compute-type") == Some("fargate") {
        NodeProvider::Fargate
    } else {
        NodeProvider::Other
    }
}

impl Projected for Node {
    type Fields<'a> = WireNode<'a>;

    fn meta<'w, 'a>(wire: &'w Self::Fields<'a>) -> &'w WireMeta<'a> {
        &wire.metadata
    }

    fn project(_: ObjectKind, wire: &WireNode<'_>, words: &mut Interned) -> Self {
        let WireNode { metadata, spec, status } = wire;
        let labels = &metadata.labels;
        let mut label = |key: &str| labels.get(key).map(|value| words.word(value));
        let (instance_type, zone, arch) = (
            label("node.kubernetes.io/instance-type"),
            label("topology.kubernetes.io/zone"),
            label("kubernetes.io/arch"),
        );
        Self {
            name: own(&metadata.name),
            created: metadata.created(),
            deleting: metadata.deleting(),
            finalizers: metadata.finalizers(words),
            labels: shared_map(labels, words),
            annotations: metadata.kept_annotations(words),
            provider: provider(labels, words),
            instance_type,
            zone,
            capacity_type: capacity_type(labels),
            arch,
            instance: instance(&spec.provider_id),
            cordoned: spec.unschedulable.unwrap_or(false),
            taints: taints(&spec.taints, words),
            capacity: resources(&status.capacity, words),
            allocatable: resources(&status.allocatable, words),
            conditions: conditions(&status.conditions, words),
            kubelet: words.word(&status.node_info.kubelet_version),
            image: words.word(&status.node_info.os_image),
        }
    }

    fn told(delta: Delta<Arc<Self>>) -> WatchTold {
        WatchTold::Nodes(delta)
    }
}
