//! Which of the nodes that can take a pod is best: the plugins of the default profile that matter here, with its weights.

use std::collections::BTreeMap;

use super::node::NodeInfo;
use super::pod::PodInfo;
use super::taint::TaintEffect;
use super::world::SchedulingWorld;
use crate::sandbox::kubernetes::controllers::chance;

const ZONE: &str = "topology.kubernetes.io/zone";

/// Where the others of a pod's controller are: they are spread though nothing is said (the scheduler's default
/// constraints go by zone and host name).
#[derive(Debug, Default)]
pub struct Siblings {
    nodes: BTreeMap<String, i64>,
    zones: BTreeMap<String, i64>,
}

impl Siblings {
    /// The pods of the same controller.
    #[must_use]
    pub fn of(pod: &PodInfo, world: &SchedulingWorld) -> Self {
        let mut siblings = Self::default();
        for (name, count) in pod.owner.as_ref().and_then(|owner| world.of_owner(owner)).into_iter().flatten() {
            let Some(node) = world.node(name) else { continue };
            siblings.nodes.insert(name.to_string(), *count);
            if let Some(zone) = node.labels.get(ZONE) {
                *siblings.zones.entry(zone.clone()).or_default() += count;
            }
        }
        siblings
    }

    /// 0 (crowded) to 100 (none here).
    fn score(&self, node: &NodeInfo) -> i64 {
        let part = |counts: &BTreeMap<String, i64>, key: Option<&str>| {
            let most = counts.values().max().copied().unwrap_or(0);
            let here = key.and_then(|key| counts.get(key)).copied().unwrap_or(0);
            if most == 0 { 100 } else { 100 * (most - here) / most }
        };
        i64::midpoint(part(&self.nodes, Some(&node.name)), part(&self.zones, node.labels.get(ZONE).map(String::as_str)))
    }
}

/// How much is left of a node, 0-100: the mean over CPU and memory (`LeastAllocated`).
fn least_allocated(pod: &PodInfo, node: &NodeInfo) -> i64 {
    let left =
        |whole: i64, used: i64, asked: i64| if whole <= 0 { 0 } else { (100 * (whole - used - asked) / whole).max(0) };
    let cpu = left(node.allocatable.milli_cpu, node.scored.milli_cpu, pod.scored.milli_cpu);
    let memory = left(node.allocatable.memory, node.scored.memory, pod.scored.memory);
    i64::midpoint(cpu, memory)
}

/// How even CPU and memory are used, 0-100 (`BalancedAllocation`): less the half difference of the two fractions.
fn balanced(pod: &PodInfo, node: &NodeInfo) -> i64 {
    let part = |whole: i64, used: i64| if whole <= 0 { 1.0 } else { (used as f64 / whole as f64).min(1.0) };
    let cpu = part(node.allocatable.milli_cpu, node.requested.milli_cpu + pod.requests.milli_cpu);
    let memory = part(node.allocatable.memory, node.requested.memory + pod.requests.memory);
    (100.0 * (1.0 - (cpu - memory).abs() / 2.0)) as i64
}

/// A node's score; more is better. Ties are broken by `seed`, as upstream breaks them by chance.
#[must_use]
pub fn score(pod: &PodInfo, node: &NodeInfo, siblings: &Siblings, seed: u64) -> (i64, u64) {
    let avoided = node.taints.iter().filter(|taint| {
        taint.effect == TaintEffect::PreferNoSchedule && !pod.tolerations.iter().any(|one| one.tolerates(taint))
    });
    let avoided = 100 / (1 + avoided.count() as i64);
    let whole: i64 = pod.preferred.iter().map(|(weight, _)| weight).sum();
    let liked: i64 =
        pod.preferred.iter().filter(|(_, term)| term.matches(&node.name, &node.labels)).map(|(weight, _)| weight).sum();
    let liked = if whole > 0 { 100 * liked / whole } else { 0 };
    let shunned: i64 = pod
        .preferred_apart
        .iter()
        .filter(|term| {
            // Only on the node itself; wider topologies are spread by the siblings.
            node.pods.values().any(|other| term.matches(&other.namespace, &other.labels))
        })
        .map(|term| term.weight)
        .sum();
    let sum = least_allocated(pod, node)
        + balanced(pod, node)
        + 2 * siblings.score(node)
        + 3 * avoided
        + 2 * liked
        + 2 * (100 - shunned.min(100));
    (sum, chance::number(seed, &[&pod.uid, &node.name]))
}
