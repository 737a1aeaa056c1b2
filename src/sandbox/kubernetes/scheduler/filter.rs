//! Whether a node can take a pod: the filters of the default profile, in its order; the first that refuses speaks.

use std::collections::{BTreeMap, BTreeSet};

use super::node::NodeInfo;
use super::pod::{PodInfo, PodTerm, SpreadConstraint};
use super::reason::{FilterReason, NodeRefusal};
use super::resources::Resources;
use super::taint::untolerated;
use super::world::SchedulingWorld;

/// What is counted once for a pod before its nodes are looked at.
#[derive(Debug)]
pub struct Prepared<'a> {
    pod: &'a PodInfo,
    /// The nodes that its affinity names.
    named: Option<Vec<&'a str>>,
    spreads: Vec<Domains<'a>>,
    together: Vec<(&'a PodTerm, BTreeSet<String>)>,
    apart: Vec<(&'a PodTerm, BTreeSet<String>)>,
    /// Label and value of where pods are that refuse this one.
    refused: BTreeSet<(String, String)>,
    /// Nobody matches the terms of its affinity yet, and it does itself: it is the first of its kind.
    first: bool,
}

/// A hard spread constraint with the pods in each domain.
#[derive(Debug)]
struct Domains<'a> {
    spread: &'a SpreadConstraint,
    counts: BTreeMap<String, i64>,
    least: i64,
    own: i64,
}

impl<'a> Prepared<'a> {
    /// Counts where others are, as far as `pod` goes by it.
    #[must_use]
    pub fn new(pod: &'a PodInfo, world: &SchedulingWorld) -> Self {
        let hard: Vec<&SpreadConstraint> = pod.spread.iter().filter(|one| one.hard).collect();
        let together: Vec<_> = pod.together.iter().map(|term| (term, places(term, world))).collect();
        let nobody = !together.is_empty() && together.iter().all(|(_, places)| places.is_empty());
        let first = nobody && pod.together.iter().all(|term| term.matches(&pod.namespace, &pod.labels));
        Self {
            pod,
            named: pod.named_nodes(),
            spreads: hard.iter().map(|spread| domains(pod, spread, &hard, world)).collect(),
            apart: pod.apart.iter().map(|term| (term, places(term, world))).collect(),
            together,
            refused: refused(pod, world),
            first,
        }
    }

    /// Whether the pod's affinity names other nodes than this one: it is not looked at then.
    #[must_use]
    pub fn names_others(&self, node: &NodeInfo) -> bool {
        self.named.as_ref().is_some_and(|names| !names.contains(&node.name.as_ref()))
    }

    /// Whether `node` can take the pod, with what `nominated` pods of equal or higher priority will take of it.
    pub fn check(&self, node: &NodeInfo, nominated: &Resources, nominated_pods: i64) -> Result<(), NodeRefusal> {
        let pod = self.pod;
        if node.unschedulable && !tolerates_cordon(pod) {
            return Err(NodeRefusal::unresolvable(FilterReason::Unschedulable));
        }
        if let Some(taint) = untolerated(&node.taints, &pod.tolerations) {
            let (key, value) = (taint.key.clone(), taint.value.clone());
            return Err(NodeRefusal::unresolvable(FilterReason::Taint { key, value }));
        }
        if !pod.selects(&node.name, &node.labels) {
            return Err(NodeRefusal::unresolvable(FilterReason::Affinity));
        }
        if node.pods.values().any(|other| pod.ports.iter().any(|port| other.ports.contains(port))) {
            return Err(NodeRefusal::resolvable(FilterReason::Ports));
        }
        fits(pod, node, nominated, nominated_pods)?;
        self.check_spread(node)?;
        self.check_others(node)
    }

    fn check_spread(&self, node: &NodeInfo) -> Result<(), NodeRefusal> {
        for one in &self.spreads {
            let Some(value) = node.labels.get(&one.spread.topology_key) else {
                return Err(NodeRefusal::unresolvable(FilterReason::SpreadLabel));
            };
            let there = one.counts.get(value).copied().unwrap_or(0);
            if there + one.own - one.least > one.spread.max_skew {
                return Err(NodeRefusal::resolvable(FilterReason::SpreadConstraint));
            }
        }
        Ok(())
    }

    fn check_others(&self, node: &NodeInfo) -> Result<(), NodeRefusal> {
        for (term, places) in &self.together {
            let value = node.labels.get(&term.topology_key);
            let there = value.is_some_and(|value| places.contains(value) || self.first);
            if !there {
                return Err(NodeRefusal::unresolvable(FilterReason::Together));
            }
        }
        for (term, places) in &self.apart {
            if node.labels.get(&term.topology_key).is_some_and(|value| places.contains(value)) {
                return Err(NodeRefusal::resolvable(FilterReason::Apart));
            }
        }
        let refuses = |(key, value): &(String, String)| node.labels.get(key) == Some(value);
        if self.refused.iter().any(refuses) {
            return Err(NodeRefusal::resolvable(FilterReason::ExistingApart));
        }
        Ok(())
    }
}

/// A toleration of the cordon's taint lets a pod on a cordoned node: DaemonSets' pods have it.
fn tolerates_cordon(pod: &PodInfo) -> bool {
    let taint = super::taint::Taint {
        key: "node.kubernetes.io/unschedulable".to_owned(),
        value: String::new(),
        effect: super::taint::TaintEffect::NoSchedule,
    };
    pod.tolerations.iter().any(|one| one.tolerates(&taint))
}

/// Whether requests fit; all that is too little is named. What the node could not even give when it is empty, no
/// eviction can give.
fn fits(pod: &PodInfo, node: &NodeInfo, nominated: &Resources, nominated_pods: i64) -> Result<(), NodeRefusal> {
    let mut reasons = Vec::new();
    let mut resolvable = true;
    if node.pods.len() as i64 + nominated_pods + 1 > node.max_pods {
        reasons.push(FilterReason::TooManyPods);
        resolvable &= node.max_pods > 0;
    }
    let mut check = |name: &str, asked: i64, whole: i64, used: i64| {
        if asked > 0 && asked > whole - used {
            reasons.push(FilterReason::Insufficient(name.to_owned()));
            resolvable &= asked <= whole;
        }
    };
    let (asked, whole, used) = (&pod.requests, &node.allocatable, &node.requested);
    check("cpu", asked.milli_cpu, whole.milli_cpu, used.milli_cpu + nominated.milli_cpu);
    check("memory", asked.memory, whole.memory, used.memory + nominated.memory);
    check("ephemeral-storage", asked.ephemeral, whole.ephemeral, used.ephemeral + nominated.ephemeral);
    for (name, amount) in &asked.extended {
        let of = |all: &Resources| all.extended.get(name).copied().unwrap_or(0);
        check(name, *amount, of(whole), of(used) + of(nominated));
    }
    if reasons.is_empty() { Ok(()) } else { Err(NodeRefusal { reasons, resolvable }) }
}

/// The pods that a constraint counts in each domain, over the nodes that it means.
fn domains<'a>(
    pod: &PodInfo,
    spread: &'a SpreadConstraint,
    all: &[&SpreadConstraint],
    world: &SchedulingWorld,
) -> Domains<'a> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    let counted = |node: &NodeInfo| {
        // A node must have the labels of every hard constraint to count for any.
        all.iter().all(|one| node.labels.contains_key(&one.topology_key))
            && (!spread.honors_affinity || pod.selects(&node.name, &node.labels))
            && (!spread.honors_taints || untolerated(&node.taints, &pod.tolerations).is_none())
    };
    for node in world.nodes().filter(|node| counted(node)) {
        if let Some(value) = node.labels.get(&spread.topology_key)
            && !counts.contains_key(value)
        {
            counts.insert(value.clone(), 0);
        }
    }
    world.each_selected(&pod.namespace, &spread.selector, |node, there| {
        if counted(node)
            && let Some(value) = node.labels.get(&spread.topology_key)
        {
            *counts.entry(value.clone()).or_default() += there.live;
        }
    });
    let few = spread.min_domains.is_some_and(|least| (counts.len() as i64) < least);
    let least = if few { 0 } else { counts.values().min().copied().unwrap_or(0) };
    Domains { spread, counts, least, own: i64::from(spread.selector.matches(&pod.labels)) }
}

/// The values of a term's topology label where pods are that it means.
fn places(term: &PodTerm, world: &SchedulingWorld) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    let namespaces: Vec<&str> = if term.namespaces.is_empty() {
        world.namespaces().collect()
    } else {
        term.namespaces.iter().map(String::as_str).collect()
    };
    for namespace in namespaces {
        world.each_selected(namespace, &term.selector, |node, _| {
            places.extend(node.labels.get(&term.topology_key).cloned());
        });
    }
    places
}

/// Where pods are whose required anti-affinity means this one.
fn refused(pod: &PodInfo, world: &SchedulingWorld) -> BTreeSet<(String, String)> {
    let mut refused = BTreeSet::new();
    for other in world.refusing() {
        let node = other.node.as_ref().and_then(|node| world.node(node));
        let Some(node) = node else { continue };
        for term in other.apart.iter().filter(|term| term.matches(&pod.namespace, &pod.labels)) {
            if let Some(value) = node.labels.get(&term.topology_key) {
                refused.insert((term.topology_key.clone(), value.clone()));
            }
        }
    }
    refused
}
