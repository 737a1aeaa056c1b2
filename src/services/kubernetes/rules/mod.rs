//! Health rules of clusters: of a cluster itself, its pools, nodes, claims, workloads and applications.
//!
//! Pure. The engine is `crate::health`, which judges [`Clusters`] thing by thing ([`ThingRef`]) by the rules here. What
//! all things of a cluster need is looked up once ([`ClusterFacts`]).
//!
//! One trouble is told once: what keeps pods waiting is told by their workload, with each pool's reason; the pool that
//! is at its limit, or whose claims come to nothing for want of capacity, is then no more than a hint.

mod applications;
mod claims;
mod clusters;
mod facts;
mod machines;
mod nodepools;
mod thing;
mod workloads;

use std::convert::Infallible;
use std::sync::Arc;

use super::{ClusterView, ObjectKind, Read};
use crate::domain::finding::About;
use crate::health::{self, Judged};

pub use facts::{ClusterFacts, ClusterThing, ThingSubject, subject, things};
pub use thing::ThingRef;

/// One check of a thing of a cluster.
pub type Rule = health::Rule<Clusters>;
/// What a check of it sees.
pub type Case<'a> = health::Case<'a, Clusters>;
/// What a check of it found.
pub type Verdict = health::Verdict<Infallible>;

/// The things of clusters, for the rules to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clusters;

/// What the rules of clusters need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterNeed {
    /// What EKS says of them.
    Clusters,
    Versions,
    Nodegroups,
    Addons,
    Insights,
    /// What is watched.
    Objects(ObjectKind),
}

/// All of them.
pub const NEEDED: [ClusterNeed; 18] = [
    ClusterNeed::Clusters,
    ClusterNeed::Versions,
    ClusterNeed::Nodegroups,
    ClusterNeed::Addons,
    ClusterNeed::Insights,
    ClusterNeed::Objects(ObjectKind::Node),
    ClusterNeed::Objects(ObjectKind::Pod),
    ClusterNeed::Objects(ObjectKind::NodePool),
    ClusterNeed::Objects(ObjectKind::NodeClaim),
    ClusterNeed::Objects(ObjectKind::Ec2NodeClass),
    ClusterNeed::Objects(ObjectKind::AutoNodeClass),
    ClusterNeed::Objects(ObjectKind::Deployment),
    ClusterNeed::Objects(ObjectKind::StatefulSet),
    ClusterNeed::Objects(ObjectKind::DaemonSet),
    ClusterNeed::Objects(ObjectKind::Autoscaler),
    ClusterNeed::Objects(ObjectKind::DisruptionBudget),
    ClusterNeed::Objects(ObjectKind::Event),
    ClusterNeed::Objects(ObjectKind::Application),
];

impl ClusterNeed {
    /// What is read for it of a cluster.
    #[must_use]
    pub fn read(self, cluster: &Arc<str>) -> Read {
        match self {
            Self::Clusters => Read::Clusters,
            Self::Versions => Read::Versions,
            Self::Nodegroups => Read::Nodegroups(cluster.clone()),
            Self::Addons => Read::Addons(cluster.clone()),
            Self::Insights => Read::Insights(cluster.clone()),
            Self::Objects(kind) => Read::Objects(cluster.clone(), kind),
        }
    }

    /// Something of it is known of a cluster, however old it is.
    #[must_use]
    pub fn is_known(self, view: &ClusterView<'_>) -> bool {
        match self {
            Self::Clusters => view.eks.is_some(),
            Self::Versions => view.version.is_some(),
            Self::Nodegroups => view.cluster.nodegroups.value().is_some(),
            Self::Addons => view.cluster.addons.value().is_some(),
            Self::Insights => view.cluster.insights.value().is_some(),
            Self::Objects(kind) => view.standing(kind).is_known(),
        }
    }
}

impl Judged for Clusters {
    type Subject<'a> = ThingSubject<'a>;
    type Read = ClusterNeed;
    type Operation = Infallible;

    const ABOUT: About = About::Cluster;
    const LISTED: ClusterNeed = ClusterNeed::Clusters;

    fn rules() -> impl Iterator<Item = &'static Rule> {
        workloads::RULES
            .iter()
            .chain(&claims::RULES)
            .chain(&machines::RULES)
            .chain(&nodepools::RULES)
            .chain(&applications::RULES)
            .chain(&clusters::RULES)
    }

    fn resource<'s>(subject: &'s ThingSubject<'_>) -> (&'s str, &'s str) {
        (&subject.name, &subject.key)
    }
}

#[cfg(test)]
mod tests;
