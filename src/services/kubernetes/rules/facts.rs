//! What the rules look at: looked up once for all things of a cluster.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::thing::ThingRef;
use crate::services::kubernetes::model::{
    Application, Autoscaler, ContainerState, Node, NodeClaim, NodePool, Pod, Workload, WorkloadKind,
};
use crate::services::kubernetes::why::{BudgetIndex, PastClaims, PoolBudgets, WaitStory, budgets, together};
use crate::services::kubernetes::{ClusterView, EksCluster};

/// How far back claims that came to nothing count, seconds.
pub const LOOP: i64 = 3600;
/// How far back interruptions count, seconds.
const INTERRUPTED: i64 = 900;

/// What is known of a cluster, joined for the rules, and the moment of it.
#[derive(Debug)]
pub struct ClusterFacts<'a> {
    pub view: &'a ClusterView<'a>,
    pub now: Timestamp,
    /// Its ARN; empty where EKS does not tell of it.
    pub arn: &'a str,
    /// Why pods wait, by what owns them.
    pub waits: BTreeMap<ThingRef, WaitStory>,
    /// The workloads whose pods wait for want of a pool: each of these pools is told there.
    pub told: HashMap<Arc<str>, Vec<ThingRef>>,
    pub past: PastClaims,
    pub budgets: BudgetIndex<'a>,
    /// What the pools' budgets allow, by the pool's name.
    pub allowed: HashMap<&'a str, PoolBudgets>,
    /// Autoscalers by kind, namespace and name of what they scale.
    pub scalers: HashMap<(&'a str, &'a str, &'a str), &'a Autoscaler>,
    /// Zones in which nodes are ready.
    pub zones: BTreeSet<&'a str>,
    /// Claims that EC2 takes back, by pool, and when that was told.
    pub interrupted: HashMap<Arc<str>, BTreeMap<&'a str, Timestamp>>,
    /// The pool that tells of a class: of those that have it the first by name.
    pub tellers: HashMap<(&'a str, &'a str), &'a str>,
}

impl<'a> ClusterFacts<'a> {
    /// Of a cluster at a moment.
    #[must_use]
    pub fn of(view: &'a ClusterView<'a>, now: Timestamp) -> Self {
        let past = PastClaims::of(view, LOOP, now);
        let mut groups: BTreeMap<ThingRef, Vec<&Pod>> = BTreeMap::new();
        for pod in view.waiting() {
            groups.entry(owner(pod)).or_default().push(pod);
        }
        let waits: BTreeMap<ThingRef, WaitStory> =
            groups.into_iter().map(|(thing, pods)| (thing, together(view, &pods, &past, now))).collect();
        let mut told: HashMap<Arc<str>, Vec<ThingRef>> = HashMap::new();
        for (thing, story) in &waits {
            for pool in story.short_pools() {
                told.entry(pool.clone()).or_default().push(thing.clone());
            }
        }
        let mut tellers = HashMap::new();
        for pool in view.pools() {
            tellers.entry((&*pool.class.0, &*pool.class.1)).or_insert(&*pool.name);
        }
        let scaled = view.autoscalers().map(|scaler| {
            let (kind, name) = &scaler.target;
            ((&**kind, &*scaler.namespace, &**name), scaler)
        });
        let ready = view.nodes().filter(|node| node.is_ready());
        Self {
            view,
            now,
            arn: view.eks.map_or("", |eks: &EksCluster| &eks.arn),
            waits,
            told,
            budgets: BudgetIndex::of(view),
            allowed: view.pools().map(|pool| (&*pool.name, budgets(view, pool, now))).collect(),
            scalers: scaled.collect(),
            zones: ready.filter_map(|node| node.zone.as_deref()).collect(),
            interrupted: interrupted(view, now),
            tellers,
            past,
        }
    }

    /// What EC2 takes back of a pool.
    #[must_use]
    pub fn interrupted_of(&self, pool: &str) -> Option<&BTreeMap<&'a str, Timestamp>> {
        self.interrupted.get(pool)
    }
}

fn interrupted<'a>(view: &'a ClusterView<'a>, now: Timestamp) -> HashMap<Arc<str>, BTreeMap<&'a str, Timestamp>> {
    let mut all: HashMap<Arc<str>, BTreeMap<&str, Timestamp>> = HashMap::new();
    for (about, events) in view.cluster.objects.events.of_kind("NodeClaim") {
        let told = events.iter().find(|event| &*event.reason == "SpotInterrupted").and_then(|event| event.last);
        let Some(at) = told.filter(|at| now.duration_since(*at).as_secs() <= INTERRUPTED) else { continue };
        let Some(pool) = view.pool_of_claim(&about.name) else { continue };
        all.entry(pool.name.clone()).or_default().insert(&about.name, at);
    }
    all
}

/// What a pod belongs to.
#[must_use]
pub fn owner(pod: &Pod) -> ThingRef {
    let (kind, name) = match &pod.owner {
        Some(owner) => (owner.kind.clone(), owner.name.clone()),
        None => ("Pod".into(), pod.name.clone()),
    };
    ThingRef::Workload { kind, namespace: pod.namespace.clone(), name }
}

/// A thing as it is now.
#[derive(Debug, Clone, Copy)]
pub enum ClusterThing<'a> {
    Cluster,
    NodePool(&'a NodePool),
    Node(&'a Node),
    Claim(&'a NodeClaim),
    /// What owns pods; the object itself where its kind is watched and it is there.
    Workload(Option<&'a Workload>),
    Application(&'a Application),
}

/// A thing and everything that the rules look at.
#[derive(Debug)]
pub struct ThingSubject<'a> {
    pub facts: &'a ClusterFacts<'a>,
    pub thing: ClusterThing<'a>,
    pub reference: ThingRef,
    /// What it is called: the cluster's own name for the cluster.
    pub name: String,
    pub key: String,
}

impl<'a> ThingSubject<'a> {
    /// The pods that belong to it, where it is what owns pods.
    #[must_use]
    pub fn pods(&self) -> Vec<&'a Pod> {
        let view = self.facts.view;
        match &self.reference {
            ThingRef::Workload { kind, namespace, name } if &**kind == "Pod" => {
                view.pod(namespace, name).into_iter().collect()
            }
            ThingRef::Workload { kind, namespace, name } => {
                let all: Vec<&'a Pod> = view.pods_of(kind, namespace, name).collect();
                all
            }
            _ => Vec::new(),
        }
    }
}

/// Everything of a cluster that is judged: itself, its pools, nodes, claims that are no node yet, workloads, other owners
/// of pods that wait or do not start, applications.
#[must_use]
pub fn things(view: &ClusterView<'_>) -> Vec<ThingRef> {
    let mut all = vec![ThingRef::Cluster];
    all.extend(view.pools().map(|pool| ThingRef::NodePool(pool.name.clone())));
    all.extend(view.nodes().map(|node| ThingRef::Node(node.name.clone())));
    all.extend(view.coming().map(|claim| ThingRef::Claim(claim.name.clone())));
    let mut owners: BTreeSet<ThingRef> = view
        .workloads()
        .map(|workload| ThingRef::Workload {
            kind: workload.kind.name().into(),
            namespace: workload.namespace.clone(),
            name: workload.name.clone(),
        })
        .collect();
    owners.extend(view.pods().filter(|pod| is_troubled(pod)).map(owner));
    all.extend(owners);
    all.extend(view.applications().map(|application| ThingRef::Application {
        namespace: application.namespace.clone(),
        name: application.name.clone(),
    }));
    all
}

fn is_troubled(pod: &Pod) -> bool {
    pod.is_unschedulable()
        || pod.containers.iter().any(|container| matches!(container.state, ContainerState::Waiting { .. }))
}

/// A thing, ready to be judged; none where it is not there (any more).
#[must_use]
pub fn subject<'a>(facts: &'a ClusterFacts<'a>, thing: &ThingRef) -> Option<ThingSubject<'a>> {
    let view = facts.view;
    let found = match thing {
        ThingRef::Cluster => ClusterThing::Cluster,
        ThingRef::NodePool(name) => ClusterThing::NodePool(view.pool(name)?),
        ThingRef::Node(name) => ClusterThing::Node(view.node(name)?),
        ThingRef::Claim(name) => ClusterThing::Claim(view.claim(name)?),
        ThingRef::Workload { kind, namespace, name } => {
            let kinds = [WorkloadKind::Deployment, WorkloadKind::StatefulSet, WorkloadKind::DaemonSet];
            let known = kinds.into_iter().find(|known| known.name() == &**kind);
            ClusterThing::Workload(known.and_then(|kind| view.workload(kind, namespace, name)))
        }
        ThingRef::Application { namespace, name } => {
            ClusterThing::Application(view.cluster.objects.applications.get(&format!("{namespace}/{name}"))?)
        }
    };
    let name = if *thing == ThingRef::Cluster { view.name } else { thing.name() };
    Some(ThingSubject {
        facts,
        thing: found,
        reference: thing.clone(),
        name: name.to_owned(),
        key: thing.key(facts.arn),
    })
}
