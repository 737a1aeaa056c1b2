//! What is read of each kind, and how it becomes the model: one file a kind. Field names are those of the Kubernetes
//! API and of Karpenter's CRDs; whatever is not named here is passed over as it is read.
//!
//! Everything may be missing or null: an odd object never breaks a list ([`list`], [`change`]).

mod application;
mod autoscaler;
mod budget;
mod claim;
mod class;
mod common;
mod event;
mod meta;
mod node;
mod pod;
mod pool;
mod scheduling;
mod told;
mod value;
mod workload;

pub(super) use meta::WireMeta;
pub(super) use told::{ObjectTold, change, list};
pub(super) use value::{WireMap, WireThere, WireTime};

use std::sync::Arc;

use serde::Deserialize;

use super::interned::Interned;
use crate::domain::Delta;
use crate::services::kubernetes::{ObjectKind, WatchTold};

/// Does the same with the model of whichever kind: `with_model!(kind, M => told::<M>(…))`.
macro_rules! with_model {
    ($kind:expr, $model:ident => $same:expr) => {
        with_model!($kind, $model => $same,
            Node: Node, Pod: Pod, NodePool: NodePool, NodeClaim: NodeClaim, Ec2NodeClass: NodeClass,
            AutoNodeClass: NodeClass, Deployment: Workload, StatefulSet: Workload, DaemonSet: Workload,
            Autoscaler: Autoscaler, DisruptionBudget: DisruptionBudget, Event: ClusterEvent, Application: Application)
    };
    ($kind:expr, $model:ident => $same:expr, $($of:ident: $its:ident),+) => {
        match $kind {
            $($crate::services::kubernetes::ObjectKind::$of => {
                type $model = $crate::services::kubernetes::model::$its;
                $same
            })+
        }
    };
}
pub(super) use with_model;

/// A model that is read of objects of the API.
pub(super) trait Projected: Sized + Send + Sync + 'static {
    /// The fields that are read.
    type Fields<'a>: Deserialize<'a>;

    fn meta<'w, 'a>(wire: &'w Self::Fields<'a>) -> &'w WireMeta<'a>;

    /// The model of an object.
    fn project(kind: ObjectKind, wire: &Self::Fields<'_>, words: &mut Interned) -> Self;

    fn told(delta: Delta<Arc<Self>>) -> WatchTold;
}

#[cfg(test)]
mod tests;
