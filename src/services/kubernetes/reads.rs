//! What is read of clusters, what exactly is asked, what comes back; what is watched.

use std::sync::Arc;

use super::address::ServerAddress;
use super::eks::{AccessEntry, Addon, ClusterVersion, EksCluster, Insight, Nodegroup};
use super::kind::{ObjectKind, Served};
use super::model::{
    Application, Autoscaler, ClusterEvent, DisruptionBudget, Node, NodeClaim, NodeClass, NodePool, Pod, Workload,
};
use super::usage::Usage;
use crate::collect::{Attention, Readable};
use crate::domain::{Delta, Fault, Tale};

/// One thing that is read as a whole and has one age. Those of one cluster are by its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Read {
    /// All clusters of a site.
    Clusters,
    /// The versions that EKS supports, and until when.
    Versions,
    /// The managed node groups.
    Nodegroups(Arc<str>),
    Addons(Arc<str>),
    Insights(Arc<str>),
    AccessEntries(Arc<str>),
    /// What its API server serves.
    Served(Arc<str>),
    /// What its nodes and pods use, where there is a metrics server.
    Usage(Arc<str>),
    /// What is watched: it has no question, and stands for the watch where its loss is told.
    Objects(Arc<str>, ObjectKind),
}

/// What exactly is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// EKS is asked.
    Eks(EksAsk),
    /// The API server of a cluster is asked.
    Server(Arc<ServerAddress>, ServerAsk),
}

/// What EKS is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EksAsk {
    Clusters,
    Versions,
    Nodegroups { cluster: Arc<str> },
    Addons { cluster: Arc<str> },
    Insights { cluster: Arc<str> },
    AccessEntries { cluster: Arc<str> },
}

/// What an API server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerAsk {
    Served,
    Usage,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Clusters(Vec<Arc<EksCluster>>),
    Versions(Vec<ClusterVersion>),
    Nodegroups(Vec<Nodegroup>),
    Addons(Vec<Addon>),
    Insights(Vec<Insight>),
    AccessEntries(Vec<AccessEntry>),
    Served(Served),
    Usage(Usage),
}

impl Answer {
    /// The accounts that its ARNs are of.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        let clusters = if let Self::Clusters(all) = self { all.as_slice() } else { &[] };
        clusters.iter().filter_map(|cluster| cluster.arn.split(':').nth(4)).filter(|account| !account.is_empty())
    }
}

/// A watch: one kind of objects of one cluster of a site.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindWatch {
    pub cluster: Arc<str>,
    pub kind: ObjectKind,
}

/// What a watch tells, by the kind of its objects. Names are `namespace/name`, or the name alone.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchTold {
    Nodes(Delta<Arc<Node>>),
    Pods(Delta<Arc<Pod>>),
    NodePools(Delta<Arc<NodePool>>),
    NodeClaims(Delta<Arc<NodeClaim>>),
    NodeClasses(Delta<Arc<NodeClass>>),
    Workloads(Delta<Arc<Workload>>),
    Autoscalers(Delta<Arc<Autoscaler>>),
    DisruptionBudgets(Delta<Arc<DisruptionBudget>>),
    Events(Delta<Arc<ClusterEvent>>),
    Applications(Delta<Arc<Application>>),
}

impl WatchTold {
    /// That the watch of a kind is lost, and why.
    #[must_use]
    pub fn lost(kind: ObjectKind, fault: Fault) -> Self {
        match kind {
            ObjectKind::Node => Self::Nodes(Delta::Lost(fault)),
            ObjectKind::Pod => Self::Pods(Delta::Lost(fault)),
            ObjectKind::NodePool => Self::NodePools(Delta::Lost(fault)),
            ObjectKind::NodeClaim => Self::NodeClaims(Delta::Lost(fault)),
            ObjectKind::Ec2NodeClass | ObjectKind::AutoNodeClass => Self::NodeClasses(Delta::Lost(fault)),
            ObjectKind::Deployment | ObjectKind::StatefulSet | ObjectKind::DaemonSet => {
                Self::Workloads(Delta::Lost(fault))
            }
            ObjectKind::Autoscaler => Self::Autoscalers(Delta::Lost(fault)),
            ObjectKind::DisruptionBudget => Self::DisruptionBudgets(Delta::Lost(fault)),
            ObjectKind::Event => Self::Events(Delta::Lost(fault)),
            ObjectKind::Application => Self::Applications(Delta::Lost(fault)),
        }
    }

    /// What it tells, whatever its objects are.
    fn delta(&self) -> &dyn AnyDelta {
        match self {
            Self::Nodes(delta) => delta,
            Self::Pods(delta) => delta,
            Self::NodePools(delta) => delta,
            Self::NodeClaims(delta) => delta,
            Self::NodeClasses(delta) => delta,
            Self::Workloads(delta) => delta,
            Self::Autoscalers(delta) => delta,
            Self::DisruptionBudgets(delta) => delta,
            Self::Events(delta) => delta,
            Self::Applications(delta) => delta,
        }
    }

    /// It is all that there is.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.delta().is_whole()
    }

    /// What it tells is that the watch is lost.
    #[must_use]
    pub fn loss(&self) -> Option<&Fault> {
        self.delta().lost()
    }
}

/// What is the same of what a watch tells, whatever its objects are.
trait AnyDelta {
    fn is_whole(&self) -> bool;
    fn lost(&self) -> Option<&Fault>;
}

impl<T> AnyDelta for Delta<T> {
    fn is_whole(&self) -> bool {
        matches!(self, Self::Snapshot(_))
    }

    fn lost(&self) -> Option<&Fault> {
        self.loss()
    }
}

impl Tale for WatchTold {
    fn absorb(&mut self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Nodes(before), Self::Nodes(next)) => before.absorb(next).map(Self::Nodes),
            (Self::Pods(before), Self::Pods(next)) => before.absorb(next).map(Self::Pods),
            (Self::NodePools(before), Self::NodePools(next)) => before.absorb(next).map(Self::NodePools),
            (Self::NodeClaims(before), Self::NodeClaims(next)) => before.absorb(next).map(Self::NodeClaims),
            (Self::NodeClasses(before), Self::NodeClasses(next)) => before.absorb(next).map(Self::NodeClasses),
            (Self::Workloads(before), Self::Workloads(next)) => before.absorb(next).map(Self::Workloads),
            (Self::Autoscalers(before), Self::Autoscalers(next)) => before.absorb(next).map(Self::Autoscalers),
            (Self::DisruptionBudgets(before), Self::DisruptionBudgets(next)) => {
                before.absorb(next).map(Self::DisruptionBudgets)
            }
            (Self::Events(before), Self::Events(next)) => before.absorb(next).map(Self::Events),
            (Self::Applications(before), Self::Applications(next)) => before.absorb(next).map(Self::Applications),
            (_, next) => Some(next),
        }
    }

    fn loss(&self) -> Option<&Fault> {
        Self::loss(self)
    }
}

impl Read {
    /// The cluster that it is of.
    #[must_use]
    pub fn cluster(&self) -> Option<&Arc<str>> {
        match self {
            Self::Clusters | Self::Versions => None,
            Self::Nodegroups(cluster)
            | Self::Addons(cluster)
            | Self::Insights(cluster)
            | Self::AccessEntries(cluster)
            | Self::Served(cluster)
            | Self::Usage(cluster)
            | Self::Objects(cluster, _) => Some(cluster),
        }
    }

    /// It is wanted only while what it is of is looked at.
    #[must_use]
    pub fn is_of_detail(&self) -> bool {
        matches!(self, Self::AccessEntries(_))
    }

    fn of_all(&self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Versions => "cluster versions",
            Self::Nodegroups(_) => "node groups",
            Self::Addons(_) => "add-ons",
            Self::Insights(_) => "insights",
            Self::AccessEntries(_) => "access entries",
            Self::Served(_) => "Kubernetes API",
            Self::Usage(_) => "use of nodes and pods",
            Self::Objects(_, kind) => kind.title(),
        }
    }
}

impl Readable for Read {
    fn title(&self) -> String {
        match self.cluster() {
            None => self.of_all().into(),
            Some(cluster) => format!("{} of {cluster}", self.of_all()),
        }
    }

    fn intervals(&self) -> [i64; 3] {
        match self {
            Self::Clusters => [30, 60, 300],
            Self::Versions => [3600, 3600, 21_600],
            Self::Nodegroups(_) => [60, 120, 600],
            Self::Addons(_) | Self::AccessEntries(_) => [300, 600, 1800],
            // EKS renews them once a day.
            Self::Insights(_) => [1800, 1800, 3600],
            Self::Served(_) => [300, 300, 1800],
            // A metrics server scrapes every 15 s by default.
            Self::Usage(_) => [15, 60, 600],
            Self::Objects(..) => [i64::MAX, i64::MAX, i64::MAX],
        }
    }
}

/// What a person calls what is read.
#[must_use]
pub fn title(read: &Read) -> String {
    read.title()
}

/// What of a site's clusters is worth reading: `list` how eagerly in all, `open` the cluster that fills the screen.
/// `known` are the clusters that there are, each with whether its API server serves metrics.
#[must_use]
pub fn wanted(list: Attention, open: Option<&str>, known: &[(Arc<str>, bool)]) -> Vec<(Read, Attention)> {
    let mut all = vec![(Read::Clusters, list), (Read::Versions, list)];
    for (cluster, metrics) in known {
        let is_open = open == Some(&**cluster);
        let eager = if is_open { Attention::Watched } else { list };
        let of = |read: fn(Arc<str>) -> Read| (read(cluster.clone()), eager);
        all.extend([of(Read::Served), of(Read::Nodegroups), of(Read::Addons), of(Read::Insights)]);
        if is_open {
            all.push(of(Read::AccessEntries));
        }
        if *metrics && eager > Attention::Hidden {
            all.push(of(Read::Usage));
        }
    }
    all
}
