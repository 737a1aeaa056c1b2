//! What is known of a cluster, joined: pods to nodes, nodes to claims, claims to pools, all to their events.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use jiff::Timestamp;

use super::data::{Cluster, Data, GoneClaim, PlacedPods, WatchStanding};
use super::eks::{ClusterVersion, EksCluster};
use super::kind::ObjectKind;
use super::model::{
    Application, Autoscaler, CapacityType, ClassKind, ClusterEvent, DisruptionBudget, Node, NodeClaim, NodeClass,
    NodePool, NodeProvider, ObjectRef, Pod, Resources, Workload, WorkloadKind,
};
use super::price::{self, HourlyPrice};
use super::usage::Used;
use crate::domain::Remote;

/// A cluster as one. It is made in one pass over its claims; whatever asks more than once keeps it.
#[derive(Debug)]
pub struct ClusterView<'a> {
    pub name: &'a str,
    /// What EKS says of it.
    pub eks: Option<&'a EksCluster>,
    /// What EKS says of its version.
    pub version: Option<&'a ClusterVersion>,
    /// All that was read and watched of it.
    pub cluster: &'a Cluster,
    placed: &'a PlacedPods,
    /// By their nodes' names.
    claims: HashMap<&'a str, &'a NodeClaim>,
    /// By their instances.
    launched: HashMap<&'a str, &'a NodeClaim>,
}

/// What the nodes of a pool, a group or a zone are together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PoolUse {
    pub nodes: usize,
    pub ready: usize,
    /// Claims of it that are no node yet.
    pub coming: usize,
    /// Nodes and claims that are going.
    pub going: usize,
    pub on_demand: usize,
    pub spot: usize,
    pub reserved: usize,
    pub requested: Resources,
    pub allocatable: Resources,
    /// Of those nodes that the metrics server tells of; none where it tells of none.
    pub used: Option<Used>,
    /// What they cost together an hour.
    pub price: HourlyPrice,
}

impl<'a> ClusterView<'a> {
    /// A cluster of a site; none where nothing of it was asked.
    #[must_use]
    pub fn of(data: &'a Data, name: &str) -> Option<Self> {
        let cluster = data.get(name)?;
        let eks = data.eks(name).map(AsRef::as_ref);
        let name: &'a str = eks.map(|eks| &*eks.name).or_else(|| data.key(name))?;
        let version = eks.and_then(|eks| data.versions.value()?.iter().find(|v| v.version == eks.version));
        let mut view = Self {
            name,
            eks,
            version,
            cluster,
            placed: cluster.objects.placed(),
            claims: HashMap::new(),
            launched: HashMap::new(),
        };
        for claim in values(cluster.objects.claims.items()) {
            if let Some(node) = &claim.node {
                view.claims.insert(node, claim);
            }
            if let Some(instance) = &claim.instance {
                view.launched.entry(instance).or_insert(claim);
            }
        }
        Some(view)
    }

    /// How it stands with a kind of its objects.
    #[must_use]
    pub fn standing(&self, kind: ObjectKind) -> WatchStanding<'a> {
        self.cluster.standing(kind)
    }

    /// It has Karpenter, its own or that of Auto Mode; none where it is not known what is served.
    #[must_use]
    pub fn has_karpenter(&self) -> Option<bool> {
        self.cluster.served.value().map(super::Served::has_karpenter)
    }

    /// Its nodes, by name.
    pub fn nodes(&self) -> impl Iterator<Item = &'a Node> + use<'a> {
        values(self.cluster.objects.nodes.items())
    }

    /// A node by its name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&'a Node> {
        self.cluster.objects.nodes.get(name).map(AsRef::as_ref)
    }

    /// Its nodes from this name on.
    pub fn nodes_from<'s>(&self, name: &'s str) -> impl Iterator<Item = &'a Node> + use<'a, 's> {
        let all = self.cluster.objects.nodes.items().value();
        let from = (Bound::Included(name), Bound::Unbounded);
        all.into_iter().flat_map(move |all| all.range::<str, _>(from).map(|(_, node)| node.as_ref()))
    }

    /// Its pods, by namespace and name.
    pub fn pods(&self) -> impl Iterator<Item = &'a Pod> + use<'a> {
        values(self.cluster.objects.pods.items())
    }

    /// A pod.
    #[must_use]
    pub fn pod(&self, namespace: &str, name: &str) -> Option<&'a Pod> {
        self.cluster.objects.pods.get(&format!("{namespace}/{name}")).map(AsRef::as_ref)
    }

    /// The pods on a node, by namespace and name; those that are over among them.
    #[must_use]
    pub fn pods_on(&self, node: &str) -> &'a [Arc<Pod>] {
        self.placed.on(node)
    }

    /// The pods that no node was found for, by namespace and name.
    pub fn waiting(&self) -> impl Iterator<Item = &'a Pod> + use<'a> {
        self.placed.unplaced().iter().map(AsRef::as_ref).filter(|pod: &&Pod| pod.is_unschedulable())
    }

    /// What the pods on a node ask for together; those that are over do not.
    #[must_use]
    pub fn requested_on(&self, node: &str) -> Resources {
        self.placed.requested_on(node).cloned().unwrap_or_default()
    }

    /// What a node uses; none where nothing tells.
    #[must_use]
    pub fn used_by_node(&self, node: &str) -> Option<Used> {
        self.cluster.usage.value()?.nodes.get(node).copied()
    }

    /// What a pod uses; none where nothing tells.
    #[must_use]
    pub fn used_by_pod(&self, pod: &Pod) -> Option<Used> {
        self.cluster.usage.value()?.pods.get(&*format!("{}/{}", pod.namespace, pod.name)).copied()
    }

    /// The claims, by name.
    pub fn claims(&self) -> impl Iterator<Item = &'a NodeClaim> + use<'a> {
        values(self.cluster.objects.claims.items())
    }

    /// A claim by its name.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&'a NodeClaim> {
        self.cluster.objects.claims.get(name).map(AsRef::as_ref)
    }

    /// The claim that a node came of.
    #[must_use]
    pub fn claim_of(&self, node: &Node) -> Option<&'a NodeClaim> {
        let by_instance = || self.launched.get(node.pool().and(node.instance.as_deref())?);
        self.claims.get(&*node.name).or_else(by_instance).copied()
    }

    /// The claims that are no node yet: no node of theirs is among the nodes.
    pub fn coming(&self) -> impl Iterator<Item = &'a NodeClaim> + '_ {
        self.claims().filter(|claim| claim.node.as_deref().is_none_or(|node| self.node(node).is_none()))
    }

    /// The claims that are gone, the one that went first first.
    pub fn gone(&self) -> impl DoubleEndedIterator<Item = &'a GoneClaim> {
        self.cluster.past.claims()
    }

    /// Names of claims that were never seen, for they were gone at once: events alone tell of them.
    #[must_use]
    pub fn told_claims(&self) -> Vec<&'a str> {
        // What is not read is not gone.
        if !self.standing(ObjectKind::NodeClaim).is_known() {
            return Vec::new();
        }
        let known: HashSet<&str> = self.gone().map(|gone| &*gone.claim.name).collect();
        let all = self.cluster.objects.events.of_kind("NodeClaim").map(|(about, _)| &*about.name);
        all.filter(|name| self.claim(name).is_none() && !known.contains(name)).collect()
    }

    /// The pools, by name.
    pub fn pools(&self) -> impl Iterator<Item = &'a NodePool> + use<'a> {
        values(self.cluster.objects.pools.items())
    }

    /// A pool by its name.
    #[must_use]
    pub fn pool(&self, name: &str) -> Option<&'a NodePool> {
        self.cluster.objects.pools.get(name).map(AsRef::as_ref)
    }

    /// The pool that a claim of this name is of: the one that says so, or the one whose name it begins with (Karpenter
    /// names a claim after its pool and five letters more).
    #[must_use]
    pub fn pool_of_claim(&self, claim: &str) -> Option<&'a NodePool> {
        let said = self.claim(claim).and_then(|claim| claim.pool.as_deref());
        said.or_else(|| claim.rsplit_once('-').map(|(pool, _)| pool)).and_then(|pool| self.pool(pool))
    }

    /// The classes, by kind and name.
    pub fn classes(&self) -> impl Iterator<Item = &'a NodeClass> + use<'a> {
        let objects = &self.cluster.objects;
        values(objects.ec2_classes.items()).chain(values(objects.auto_classes.items()))
    }

    /// The class of a pool.
    #[must_use]
    pub fn class_of(&self, pool: &NodePool) -> Option<&'a NodeClass> {
        let (kind, name) = &pool.class;
        let kind = if &**kind == "NodeClass" { ClassKind::NodeClass } else { ClassKind::Ec2NodeClass };
        self.classes().find(|class| class.kind == kind && class.name == *name)
    }

    /// Deployments, stateful sets and daemon sets, each by namespace and name.
    pub fn workloads(&self) -> impl Iterator<Item = &'a Workload> + use<'a> {
        let objects = &self.cluster.objects;
        values(objects.deployments.items())
            .chain(values(objects.stateful_sets.items()))
            .chain(values(objects.daemon_sets.items()))
    }

    /// A workload.
    #[must_use]
    pub fn workload(&self, kind: WorkloadKind, namespace: &str, name: &str) -> Option<&'a Workload> {
        let objects = &self.cluster.objects;
        let all = match kind {
            WorkloadKind::Deployment => &objects.deployments,
            WorkloadKind::StatefulSet => &objects.stateful_sets,
            WorkloadKind::DaemonSet => &objects.daemon_sets,
        };
        all.get(&format!("{namespace}/{name}")).map(AsRef::as_ref)
    }

    /// The pods of what owns them, by name.
    pub fn pods_of<'s>(
        &'s self,
        kind: &'s str,
        namespace: &'s str,
        name: &str,
    ) -> impl Iterator<Item = &'a Pod> + use<'a, 's> {
        let all = self.placed.owned(name).iter().map(AsRef::as_ref);
        let is_its = move |pod: &&'a Pod| pod.owner.as_ref().is_some_and(|owner| *owner.kind == *kind);
        all.filter(is_its).filter(move |pod| *pod.namespace == *namespace)
    }

    /// The autoscalers, by namespace and name.
    pub fn autoscalers(&self) -> impl Iterator<Item = &'a Autoscaler> + use<'a> {
        values(self.cluster.objects.autoscalers.items())
    }

    /// The autoscaler of a workload.
    #[must_use]
    pub fn autoscaler_of(&self, workload: &Workload) -> Option<&'a Autoscaler> {
        self.autoscalers().find(|scaler| {
            scaler.namespace == workload.namespace
                && scaler.target.1 == workload.name
                && *scaler.target.0 == *workload.kind.name()
        })
    }

    /// The disruption budgets, by namespace and name.
    pub fn budgets(&self) -> impl Iterator<Item = &'a DisruptionBudget> + use<'a> {
        values(self.cluster.objects.budgets.items())
    }

    /// The disruption budgets that a pod is under. More than one keep it from being evicted at all.
    pub fn budgets_of<'s>(&'s self, pod: &'s Pod) -> impl Iterator<Item = &'a DisruptionBudget> + 's {
        let same = move |budget: &&'a DisruptionBudget| budget.namespace == pod.namespace;
        self.budgets().filter(same).filter(move |budget| budget.selector.selects(&pod.labels))
    }

    /// The applications of Argo CD, by namespace and name.
    pub fn applications(&self) -> impl Iterator<Item = &'a Application> + use<'a> {
        values(self.cluster.objects.applications.items())
    }

    /// The events about an object, the one that was told last first.
    #[must_use]
    pub fn events(&self, kind: &str, namespace: &str, name: &str) -> &'a [Arc<ClusterEvent>] {
        let about = ObjectRef { kind: kind.into(), namespace: namespace.into(), name: name.into() };
        self.cluster.objects.events.of(&about)
    }

    /// The last event about an object with one of these reasons.
    #[must_use]
    pub fn event(&self, kind: &str, namespace: &str, name: &str, reasons: &[&str]) -> Option<&'a ClusterEvent> {
        let all = self.events(kind, namespace, name);
        all.iter().find(|event| reasons.contains(&&*event.reason)).map(AsRef::as_ref)
    }

    /// What a node costs an hour.
    #[must_use]
    pub fn price_of(&self, node: &Node) -> HourlyPrice {
        price::of(node.instance_type.as_deref(), node.capacity_type, self.region())
    }

    /// The region that it is in, as its ARN says.
    #[must_use]
    pub fn region(&self) -> &'a str {
        self.eks.and_then(|eks| eks.arn.split(':').nth(3)).unwrap_or_default()
    }

    /// What all nodes are together for which `which` holds, with the claims of which `coming` holds.
    pub fn sum(&self, which: impl Fn(&Node) -> bool, coming: impl Fn(&NodeClaim) -> bool) -> PoolUse {
        let mut sum = PoolUse::default();
        for node in self.nodes().filter(|node| which(node)) {
            sum.nodes += 1;
            sum.ready += usize::from(node.is_ready());
            let is_going = node.deleting.is_some() || self.claim_of(node).is_some_and(|claim| claim.deleting.is_some());
            sum.going += usize::from(is_going);
            match node.capacity_type {
                Some(CapacityType::OnDemand) => sum.on_demand += 1,
                Some(CapacityType::Spot) => sum.spot += 1,
                Some(CapacityType::Reserved) => sum.reserved += 1,
                None => {}
            }
            sum.requested += &self.requested_on(&node.name);
            sum.allocatable += &node.allocatable;
            if let Some(used) = self.used_by_node(&node.name) {
                let all = sum.used.get_or_insert_default();
                all.cpu += used.cpu;
                all.memory += used.memory;
            }
            sum.price = sum.price.with(self.price_of(node));
        }
        sum.coming = self.coming().filter(|claim| coming(claim)).count();
        sum
    }

    /// What the nodes of a pool are together.
    #[must_use]
    pub fn pool_use(&self, pool: &str) -> PoolUse {
        let is_of = |of: Option<&Arc<str>>| of.is_some_and(|of| **of == *pool);
        self.sum(|node| is_of(node.pool()), |claim| is_of(claim.pool.as_ref()))
    }

    /// What all nodes are together.
    #[must_use]
    pub fn whole(&self) -> PoolUse {
        self.sum(|_| true, |_| true)
    }

    /// Its nodes by who brought them.
    #[must_use]
    pub fn by_provider(&self) -> BTreeMap<&'a NodeProvider, Vec<&'a Node>> {
        let mut all: BTreeMap<&NodeProvider, Vec<&Node>> = BTreeMap::new();
        for node in self.nodes() {
            all.entry(&node.provider).or_default().push(node);
        }
        all
    }

    /// Up to when everything that its screens stand on is known: the moment of the kind that is oldest; none where one
    /// of them is not known at all.
    #[must_use]
    pub fn known_at(&self) -> Option<Timestamp> {
        let kinds = [ObjectKind::Node, ObjectKind::Pod];
        kinds
            .into_iter()
            .map(|kind| self.standing(kind).at())
            .try_fold(Timestamp::MAX, |oldest, at| Some(oldest.min(at?)))
    }
}

fn values<T>(items: &Remote<crate::domain::Items<Arc<T>>>) -> impl Iterator<Item = &T> {
    items.value().into_iter().flat_map(|items| items.values().map(AsRef::as_ref))
}
