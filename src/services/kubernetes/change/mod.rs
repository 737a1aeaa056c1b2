//! What is changed of clusters: nodes, claims and pools, node groups, workloads. The operations, the calls that they
//! send, what their plans stand on, and how their end is seen. All of it is pure.
//!
//! [`Kubernetes`] is what the change engine knows of it. A plan stands on objects that were read fresh: they are kept as
//! what is watched is ([`Data`](super::Data)), so that a plan gives the reasons of [`why`](super::why) in the same words
//! as the screens do.

pub mod api;
mod checks;
pub mod follow;
mod grouping;
pub mod name;
pub mod object;
mod observed;
pub mod operation;
pub mod operations;
mod provider;
mod ready;
pub mod request;
pub mod right;
pub mod rollout;
pub mod seen;
pub mod undone;

#[cfg(test)]
pub mod testing;

pub use api::Api;
pub use follow::{Follow, Look, NodegroupUpdate};
pub use name::{ObjectName, TargetKind};
pub use object::ApiObject;
pub use operation::{Kind, Operation};
pub use provider::Kubernetes;
pub use request::On;
pub use right::{KubeRight, Permission};
pub use seen::{Seen, SeenPart};

use crate::ops;

pub type Call = ops::Call<Api>;
pub type Draft = ops::Draft<Kubernetes>;
pub type Plan = ops::Plan<Kubernetes>;
pub type Step = ops::Step<Kubernetes>;
pub type Target = ops::Target<TargetKind>;
