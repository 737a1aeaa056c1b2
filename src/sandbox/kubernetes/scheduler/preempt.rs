//! Making room: which pods of lower priority would have to go (`DefaultPreemption`).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::filter::Prepared;
use super::pod::PodInfo;
use super::reason::{FilterReason, Histogram, NodeRefusal};
use super::resources::Resources;
use super::selector::MatchSelector;
use super::world::SchedulingWorld;

/// At least so many candidates are compared where there are so many (`minCandidateNodesAbsolute`).
const CANDIDATES: usize = 100;

/// A disruption budget: namespace, selector, what it allows.
pub type Budget = (Arc<str>, MatchSelector, i64);

/// A node that could take the pod if its victims went.
#[derive(Debug, Clone)]
pub struct PreemptionCandidate {
    pub node: Arc<str>,
    pub victims: Vec<Arc<PodInfo>>,
    /// How many victims a budget protects.
    violations: usize,
}

/// The best node to make room on; or why none helps, as its sentence says.
pub fn preempt(
    pod: &PodInfo,
    world: &mut SchedulingWorld,
    refused: &BTreeMap<Arc<str>, NodeRefusal>,
    budgets: &[Budget],
) -> Result<PreemptionCandidate, Histogram> {
    let mut why = Histogram::new(world.node_count());
    let mut candidates: Vec<PreemptionCandidate> = Vec::new();
    let potential: Vec<Arc<str>> =
        refused.iter().filter(|(_, refusal)| refusal.resolvable).map(|(node, _)| Arc::clone(node)).collect();
    why.count(&FilterReason::PreemptionOfNoHelp, world.node_count() - potential.len());
    for node in potential {
        if candidates.len() >= CANDIDATES {
            break;
        }
        match room(pod, world, &node, budgets) {
            Ok(candidate) => candidates.push(candidate),
            Err(refusal) => refusal.reasons.iter().for_each(|reason| why.count(reason, 1)),
        }
    }
    // Fewest budgets broken, the lowest of the highest priorities, the least sum, the fewest.
    let best = candidates.into_iter().min_by_key(|one| {
        let highest = one.victims.iter().map(|victim| victim.priority).max();
        let sum: i64 = one.victims.iter().map(|victim| victim.priority).sum();
        (one.violations, highest, sum, one.victims.len(), Arc::clone(&one.node))
    });
    best.ok_or(why)
}

/// The fewest victims on a node, or why even all would not do.
fn room(
    pod: &PodInfo,
    world: &mut SchedulingWorld,
    node: &Arc<str>,
    budgets: &[Budget],
) -> Result<PreemptionCandidate, NodeRefusal> {
    let lower: Vec<Arc<PodInfo>> = world
        .node(node)
        .map(|node| node.pods.values().filter(|other| other.priority < pod.priority).cloned().collect())
        .unwrap_or_default();
    if lower.is_empty() {
        return Err(NodeRefusal::unresolvable(FilterReason::NoVictims));
    }
    for victim in &lower {
        world.remove_pod(&victim.uid);
    }
    let outcome = fits(pod, world, node).map(|()| {
        let (mut spared, mut protected) = (split(&lower, budgets), Vec::new());
        std::mem::swap(&mut protected, &mut spared.0);
        let mut victims = Vec::new();
        let mut violations = 0;
        // Those that a budget protects are spared first, then the most important.
        for (all, counts) in [(protected, true), (spared.1, false)] {
            for one in all {
                world.put_pod(PodInfo::clone(&one));
                if fits(pod, world, node).is_err() {
                    world.remove_pod(&one.uid);
                    violations += usize::from(counts);
                    victims.push(one);
                }
            }
        }
        PreemptionCandidate { node: Arc::clone(node), victims, violations }
    });
    for victim in &lower {
        world.put_pod(PodInfo::clone(victim));
    }
    outcome
}

fn fits(pod: &PodInfo, world: &SchedulingWorld, node: &Arc<str>) -> Result<(), NodeRefusal> {
    let Some(info) = world.node(node) else { return Err(NodeRefusal::unresolvable(FilterReason::PreemptionOfNoHelp)) };
    let (mut taken, mut count) = (Resources::default(), 0);
    for other in world.nominated(node).filter(|other| other.priority >= pod.priority && other.uid != pod.uid) {
        taken.add(&other.requests);
        count += 1;
    }
    Prepared::new(pod, world).check(info, &taken, count)
}

/// Pods whose eviction would break a budget, and the others; each the most important first.
fn split(pods: &[Arc<PodInfo>], budgets: &[Budget]) -> (Vec<Arc<PodInfo>>, Vec<Arc<PodInfo>>) {
    let mut sorted: Vec<Arc<PodInfo>> = pods.to_vec();
    sorted.sort_by_key(|pod| (Reverse(pod.priority), Arc::clone(&pod.uid)));
    let mut allowed: Vec<i64> = budgets.iter().map(|(_, _, allowed)| *allowed).collect();
    sorted.into_iter().partition(|pod| {
        let mut breaks = false;
        for ((namespace, selector, _), allowed) in budgets.iter().zip(&mut allowed) {
            if *namespace == pod.namespace && !selector.is_empty() && selector.matches(&pod.labels) {
                *allowed -= 1;
                breaks |= *allowed < 0;
            }
        }
        breaks
    })
}
