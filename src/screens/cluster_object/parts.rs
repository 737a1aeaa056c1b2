//! What is said of a thing, kind by kind.

mod claim;
mod conditions;
mod containers;
mod events;
mod node;
mod pod;
mod pods;
mod pool;
mod reason;
mod said;
mod window;
mod workload;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::key::ThingKey;
use crate::services::kubernetes::{ClusterView, ObjectKind};

pub use containers::end as container_end;
pub use events::events;
pub use pods::is_trouble as is_container_trouble;
pub use said::GOOD;
pub use said::ObjectParts;
use said::{CRITICAL, UNKNOWN, WARNING, said};
pub use workload::{asked as asked_by, is_held_back, metric_words, used as used_by, zones as zones_of};

/// All of a thing but its events; none where it is not there.
#[must_use]
pub fn of(
    view: &ClusterView<'_>,
    key: &ThingKey,
    unfolded: &BTreeSet<&'static str>,
    now: Timestamp,
) -> Option<ObjectParts> {
    match key {
        ThingKey::Node(name) => Some(node::parts(view, view.node(name)?, unfolded, now)),
        ThingKey::Claim(name) => claim::parts(view, name, now),
        ThingKey::Pod { namespace, name } => Some(pod::parts(view, view.pod(namespace, name)?, now)),
        ThingKey::Pool(name) => Some(pool::parts(view, view.pool(name)?, now)),
        ThingKey::Workload { kind, namespace, name } => {
            Some(workload::parts(view, view.workload(*kind, namespace, name)?, now))
        }
    }
}

/// The kind that is watched for a thing.
#[must_use]
pub fn watched(key: &ThingKey) -> ObjectKind {
    use crate::services::kubernetes::model::WorkloadKind;
    match key {
        ThingKey::Node(_) => ObjectKind::Node,
        ThingKey::Claim(_) => ObjectKind::NodeClaim,
        ThingKey::Pod { .. } => ObjectKind::Pod,
        ThingKey::Pool(_) => ObjectKind::NodePool,
        ThingKey::Workload { kind: WorkloadKind::Deployment, .. } => ObjectKind::Deployment,
        ThingKey::Workload { kind: WorkloadKind::StatefulSet, .. } => ObjectKind::StatefulSet,
        ThingKey::Workload { kind: WorkloadKind::DaemonSet, .. } => ObjectKind::DaemonSet,
    }
}
