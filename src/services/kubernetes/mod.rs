//! EKS clusters, and what runs in them: nodes, Karpenter, pods, and why something waits.
//!
//! Two halves. What EKS says of a cluster is polled like any other AWS service ([`Read`], [`Ask`], [`Answer`],
//! [`EksCluster`]). What the cluster's own API server says is watched, kind by kind ([`ObjectKind`], [`WatchTold`]), each
//! object as the few fields that are used ([`model`]). [`Data`] keeps both by the cluster's name, [`ClusterView`] joins
//! them: pods to their nodes, claims to their pools. [`change`] has the operations.

mod address;
pub mod change;
mod data;
mod eks;
mod kind;
pub mod link;
pub mod logs;
pub mod model;
pub mod price;
mod reads;
pub mod rules;
mod usage;
mod view;
pub mod why;

#[cfg(test)]
pub mod testing;

pub use address::ServerAddress;
pub use data::{Cluster, ClusterPast, Data, EventStore, GoneClaim, Objects, PlacedPods, WatchStanding};
pub use eks::{
    AccessEntry, Addon, ClusterVersion, EksCluster, EksTrouble, EndpointAccess, Insight, Nodegroup, Support,
};
pub use kind::{ObjectKind, Served, ServedKind};
pub use reads::{Answer, Ask, EksAsk, KindWatch, Read, ServerAsk, WatchTold, title, wanted};
pub use usage::{Usage, Used};
pub use view::{ClusterView, PoolUse};
