//! A Deployment, StatefulSet or DaemonSet (apps/v1).

use std::sync::Arc;

use serde::Deserialize;

use super::super::interned::{Interned, own};
use super::common::{WireCondition, conditions};
use super::scheduling::{WireSelector, selector};
use super::value::{WireList, WireText};
use super::{Projected, WireMeta};
use crate::domain::Delta;
use crate::services::kubernetes::model::{Workload, WorkloadKind};
use crate::services::kubernetes::{ObjectKind, WatchTold};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::kube) struct WireWorkload<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    spec: WireWorkloadSpec<'a>,
    status: WireWorkloadStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireWorkloadSpec<'a> {
    replicas: Option<i64>,
    paused: Option<bool>,
    #[serde(borrow)]
    selector: Option<WireSelector<'a>>,
    template: WireTemplate<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireTemplate<'a> {
    #[serde(borrow)]
    spec: WireTemplateSpec<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireTemplateSpec<'a> {
    #[serde(borrow)]
    containers: WireList<WireImage<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireImage<'a> {
    #[serde(borrow)]
    image: WireText<'a>,
}

/// Of all three kinds: a DaemonSet names its numbers otherwise.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireWorkloadStatus<'a> {
    observed_generation: Option<i64>,
    ready_replicas: Option<i64>,
    available_replicas: Option<i64>,
    updated_replicas: Option<i64>,
    desired_number_scheduled: Option<i64>,
    number_ready: Option<i64>,
    number_available: Option<i64>,
    updated_number_scheduled: Option<i64>,
    #[serde(borrow)]
    conditions: WireList<WireCondition<'a>>,
}

impl Projected for Workload {
    type Fields<'a> = WireWorkload<'a>;

    fn meta<'w, 'a>(wire: &'w Self::Fields<'a>) -> &'w WireMeta<'a> {
        &wire.metadata
    }

    fn project(kind: ObjectKind, wire: &WireWorkload<'_>, words: &mut Interned) -> Self {
        let WireWorkload { metadata, spec, status } = wire;
        let kind = match kind {
            ObjectKind::StatefulSet => WorkloadKind::StatefulSet,
            ObjectKind::DaemonSet => WorkloadKind::DaemonSet,
            _ => WorkloadKind::Deployment,
        };
        // A number that is zero is not written.
        let [wanted, ready, available, updated] = match kind {
            WorkloadKind::DaemonSet => [
                status.desired_number_scheduled,
                status.number_ready,
                status.number_available,
                status.updated_number_scheduled,
            ]
            .map(Option::unwrap_or_default),
            _ => [
                // The API's default.
                spec.replicas.unwrap_or(1),
                status.ready_replicas.unwrap_or_default(),
                status.available_replicas.unwrap_or_default(),
                status.updated_replicas.unwrap_or_default(),
            ],
        };
        Self {
            kind,
            namespace: words.word(&metadata.namespace),
            name: own(&metadata.name),
            created: metadata.created(),
            deleting: metadata.deleting(),
            wanted,
            ready,
            available,
            updated,
            paused: spec.paused.unwrap_or(false),
            is_observed: metadata.is_observed(status.observed_generation),
            selector: selector(spec.selector.as_ref(), words),
            images: spec.template.spec.containers.iter().map(|one| words.word(&one.image)).collect(),
            conditions: conditions(&status.conditions, words),
        }
    }

    fn told(delta: Delta<Arc<Self>>) -> WatchTold {
        WatchTold::Workloads(delta)
    }
}
