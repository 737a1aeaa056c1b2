//! An event (core/v1).

use std::sync::Arc;

use serde::Deserialize;

use super::super::interned::Interned;
use super::value::{WireText, WireTime};
use super::{Projected, WireMeta};
use crate::domain::Delta;
use crate::services::kubernetes::model::{ClusterEvent, ObjectRef};
use crate::services::kubernetes::{ObjectKind, WatchTold};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::kube) struct WireEvent<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    involved_object: WireInvolved<'a>,
    reason: WireText<'a>,
    message: WireText<'a>,
    #[serde(rename = "type")]
    kind: WireText<'a>,
    source: WireSource<'a>,
    reporting_component: WireText<'a>,
    first_timestamp: WireTime,
    last_timestamp: WireTime,
    event_time: WireTime,
    count: Option<i64>,
    series: Option<WireSeries>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireInvolved<'a> {
    #[serde(borrow)]
    kind: WireText<'a>,
    namespace: WireText<'a>,
    name: WireText<'a>,
    uid: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireSource<'a> {
    #[serde(borrow)]
    component: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireSeries {
    count: Option<i64>,
    last_observed_time: WireTime,
}

impl Projected for ClusterEvent {
    type Fields<'a> = WireEvent<'a>;

    fn meta<'w, 'a>(wire: &'w Self::Fields<'a>) -> &'w WireMeta<'a> {
        &wire.metadata
    }

    /// Recorders of events.k8s.io leave the older fields empty and write `eventTime`, `series` and
    /// `reportingComponent` (kubernetes, `core/v1` Event; kubectl `describe` reads them so).
    fn project(_: ObjectKind, wire: &WireEvent<'_>, words: &mut Interned) -> Self {
        let about = &wire.involved_object;
        let from = if wire.source.component.is_empty() { &wire.reporting_component } else { &wire.source.component };
        let (event, created) = (wire.event_time.0, wire.metadata.created());
        let (again, series) = match &wire.series {
            Some(series) => (series.last_observed_time.0, series.count),
            None => (None, None),
        };
        Self {
            about: ObjectRef {
                kind: words.word(&about.kind),
                namespace: words.word(&about.namespace),
                name: words.word(&about.name),
            },
            uid: words.word(&about.uid),
            reason: words.word(&wire.reason),
            // Karpenter and the scheduler say the same of many pods.
            message: words.word(&wire.message),
            is_warning: &*wire.kind == "Warning",
            from: words.word(from),
            first: wire.first_timestamp.0.or(event).or(created),
            last: again.or(wire.last_timestamp.0).or(event).or(created),
            count: series.or(wire.count).unwrap_or(1).max(1),
        }
    }

    fn told(delta: Delta<Arc<Self>>) -> WatchTold {
        WatchTold::Events(delta)
    }
}
