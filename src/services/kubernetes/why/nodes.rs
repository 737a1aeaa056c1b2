//! The four questions of a node.

use jiff::Timestamp;

use super::budgets::{self, PoolBudgets};
use super::consolidation::{self, ConsolidationAnswer};
use super::drain::{self, DrainAnswer};
use super::drift::{self, DriftAnswer};
use super::eviction::{self, BudgetIndex, EvictionAnswer};
use crate::services::kubernetes::ClusterView;
use crate::services::kubernetes::model::Node;

/// Why a node is not drained, not consolidated, drifted, and what would go if it were disrupted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeStory {
    pub drain: DrainAnswer,
    pub consolidation: ConsolidationAnswer,
    pub drift: DriftAnswer,
    pub eviction: EvictionAnswer,
    /// The moment that it is told of.
    pub at: Timestamp,
}

/// The answers to the four questions of a node.
#[must_use]
pub fn node(view: &ClusterView<'_>, node: &Node, now: Timestamp) -> NodeStory {
    let pool = node.pool().and_then(|pool| view.pool(pool));
    let allowed = pool.map(|pool| budgets::budgets(view, pool, now));
    story(view, &BudgetIndex::of(view), allowed.as_ref(), node, now)
}

/// The same with what was looked up before.
#[must_use]
pub fn story(
    view: &ClusterView<'_>,
    index: &BudgetIndex<'_>,
    allowed: Option<&PoolBudgets>,
    node: &Node,
    now: Timestamp,
) -> NodeStory {
    let claim = view.claim_of(node);
    let eviction = eviction::of_node(view, index, node, now);
    NodeStory {
        drain: drain::of_node(view, node, claim, &eviction),
        consolidation: consolidation::of_node(view, node, claim, &eviction, allowed, now),
        drift: drift::of_node(view, node, claim, &eviction, allowed, now),
        eviction,
        at: now,
    }
}

impl NodeStory {
    /// What a cell of a list says of it; none where there is nothing to say.
    #[must_use]
    pub fn state(&self) -> Option<String> {
        let now = self.at;
        if self.drain.going {
            return Some(self.drain.words(now));
        }
        self.drift.is_drifted().then(|| self.drift.words(now))
    }
}

#[cfg(test)]
mod tests;
