//! Why a node cannot take a pod, and the scheduler's sentence about all nodes.

use std::collections::BTreeMap;
use std::fmt;

/// Why one node was refused. Its words are kube-scheduler's: clients match on them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FilterReason {
    /// The node is cordoned.
    Unschedulable,
    /// The first taint that is not tolerated.
    Taint {
        key: String,
        value: String,
    },
    /// Node selector or required node affinity.
    Affinity,
    /// The pod's affinity names other nodes, so this one was never looked at.
    NotNamed,
    /// A host port is taken.
    Ports,
    TooManyPods,
    /// A resource by name: `cpu`, `memory`.
    Insufficient(String),
    /// The node lacks a label that a spread constraint goes by.
    SpreadLabel,
    SpreadConstraint,
    /// The pod's own required affinity to others.
    Together,
    /// The pod's own required anti-affinity.
    Apart,
    /// The required anti-affinity of a pod that is there.
    ExistingApart,
    /// Nothing on the node has a lower priority.
    NoVictims,
    /// Nothing that is evicted would help.
    PreemptionOfNoHelp,
}

impl fmt::Display for FilterReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unschedulable => f.write_str("node(s) were unschedulable"),
            Self::Taint { key, value } => write!(f, "node(s) had untolerated taint {{{key}: {value}}}"),
            Self::Affinity => f.write_str("node(s) didn't match Pod's node affinity/selector"),
            Self::NotNamed => f.write_str("node(s) didn't satisfy plugin(s) [NodeAffinity]"),
            Self::Ports => f.write_str("node(s) didn't have free ports for the requested pod ports"),
            Self::TooManyPods => f.write_str("Too many pods"),
            Self::Insufficient(resource) => write!(f, "Insufficient {resource}"),
            Self::SpreadLabel => {
                f.write_str("node(s) didn't match pod topology spread constraints (missing required label)")
            }
            Self::SpreadConstraint => f.write_str("node(s) didn't match pod topology spread constraints"),
            Self::Together => f.write_str("node(s) didn't match pod affinity rules"),
            Self::Apart => f.write_str("node(s) didn't match pod anti-affinity rules"),
            Self::ExistingApart => f.write_str("node(s) didn't satisfy existing pods anti-affinity rules"),
            Self::NoVictims => f.write_str("No preemption victims found for incoming pod"),
            Self::PreemptionOfNoHelp => f.write_str("Preemption is not helpful for scheduling"),
        }
    }
}

/// Why one node was refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NodeRefusal {
    pub reasons: Vec<FilterReason>,
    /// Evicting pods from the node could make it fit.
    pub resolvable: bool,
}

impl NodeRefusal {
    /// One reason that evictions could lift.
    #[must_use]
    pub fn resolvable(reason: FilterReason) -> Self {
        Self { reasons: vec![reason], resolvable: true }
    }

    /// One reason that no eviction lifts.
    #[must_use]
    pub fn unresolvable(reason: FilterReason) -> Self {
        Self { reasons: vec![reason], resolvable: false }
    }
}

/// How often each reason was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    /// All nodes of the cluster.
    pub nodes: usize,
    counts: BTreeMap<FilterReason, usize>,
}

impl Histogram {
    /// Of a cluster of `nodes`.
    #[must_use]
    pub fn new(nodes: usize) -> Self {
        Self { nodes, counts: BTreeMap::new() }
    }

    /// Counts a reason `times`.
    pub fn count(&mut self, reason: &FilterReason, times: usize) {
        if times > 0 {
            *self.counts.entry(reason.clone()).or_default() += times;
        }
    }

    /// How often `reason` was given.
    #[must_use]
    pub fn of(&self, reason: &FilterReason) -> usize {
        self.counts.get(reason).copied().unwrap_or(0)
    }
}

impl fmt::Display for Histogram {
    /// `0/14 nodes are available: 11 Insufficient cpu, 3 node(s) were unschedulable.`, sorted as text, so that 11 stands
    /// before 3, as upstream sorts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0/{} nodes are available:", self.nodes)?;
        let mut said: Vec<String> = self.counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        said.sort();
        if said.is_empty() { Ok(()) } else { write!(f, " {}.", said.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From an issue against kube-scheduler 1.31 with its sentence as users see it.
    #[test]
    fn the_sentence_is_upstreams() {
        let mut all = Histogram::new(14);
        all.count(&FilterReason::Insufficient("cpu".into()), 3);
        all.count(&FilterReason::Taint { key: "dedicated".into(), value: "gpu".into() }, 2);
        all.count(&FilterReason::Taint { key: "node.kubernetes.io/not-ready".into(), value: String::new() }, 10);
        assert_eq!(
            all.to_string(),
            "0/14 nodes are available: 10 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 2 node(s) had \
             untolerated taint {dedicated: gpu}, 3 Insufficient cpu."
        );
    }
}
