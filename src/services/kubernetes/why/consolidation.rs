//! Why a node is not consolidated.

use std::sync::Arc;

use jiff::Timestamp;

use super::budgets::{PoolBudgets, reason_word};
use super::drain::chosen;
use super::eviction::EvictionAnswer;
use super::{WhyLine, WhyTone, moment, seconds_since};
use crate::domain::duration;
use crate::services::kubernetes::ClusterView;
use crate::services::kubernetes::model::{ConsolidationPolicy, DisruptionReason, Node, NodeClaim, NodePool};

/// One reason for which a node is not consolidated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsolidationReason {
    /// Karpenter did not bring it.
    NotKarpenters,
    /// It is told to go.
    Going,
    /// Its pool is not known.
    PoolUnknown,
    /// `consolidateAfter: Never`.
    Never,
    /// Its pool is static: it keeps its number of nodes.
    Static,
    /// The policy takes empty nodes alone, and this one has pods.
    EmptyAlone,
    /// It is not initialised yet.
    NotInitialised,
    /// `karpenter.sh/do-not-disrupt` on the node itself.
    Annotated,
    /// Pods came or went within `consolidateAfter` seconds.
    TooFresh { seconds: i64 },
    /// What holds its pods: PDBs, do-not-disrupt.
    Held(String),
    /// The pool's budgets allow no node to go for this reason now.
    NoBudget { reason: DisruptionReason, until: Option<Timestamp> },
    /// Nodes that go or are not ready take all that the pool's budgets allow: so many.
    BudgetTaken { limit: i64 },
    /// Karpenter has chosen it, for this reason (condition `DisruptionReason`).
    Chosen(Arc<str>),
    /// Karpenter says why (events `Unconsolidatable`, `DisruptionBlocked`, `ConsolidationRejected`).
    Said { words: Arc<str>, at: Option<Timestamp> },
    /// Karpenter is about to (event `ConsolidationCandidate`, `ConsolidationApproved`).
    Candidate { words: Arc<str>, at: Option<Timestamp> },
    /// Nothing is known against it.
    Unknown,
}

impl ConsolidationReason {
    /// In words.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        match self {
            Self::NotKarpenters => "Karpenter did not bring it".to_owned(),
            Self::Going => "it is going already".to_owned(),
            Self::PoolUnknown => "its pool is not known".to_owned(),
            Self::Never => "its pool is never consolidated (consolidateAfter: Never)".to_owned(),
            Self::Static => "its pool has a fixed number of nodes".to_owned(),
            Self::EmptyAlone => "its pool gives up empty nodes alone (WhenEmpty), and it has pods".to_owned(),
            Self::NotInitialised => "it is not initialised yet".to_owned(),
            Self::Annotated => "the node has karpenter.sh/do-not-disrupt".to_owned(),
            Self::TooFresh { seconds } => {
                format!("pods came or went within the last {} (consolidateAfter)", duration::seconds(*seconds))
            }
            Self::Held(hold) => format!("held by {hold}"),
            Self::NoBudget { reason, until } => {
                let until = until.map(|until| format!(" until {}", moment(until, now))).unwrap_or_default();
                format!("the pool's budgets allow none for {}{until}", reason_word(*reason))
            }
            Self::BudgetTaken { limit } => taken(*limit),
            Self::Chosen(reason) => format!("Karpenter is replacing it ({reason})"),
            Self::Said { words, at } => format!("Karpenter: {words}{}", told(*at, now)),
            Self::Candidate { words, at } => format!("Karpenter considers it: {words}{}", told(*at, now)),
            Self::Unknown => "nothing is known against it".to_owned(),
        }
    }

    fn tone(&self) -> WhyTone {
        match self {
            Self::Held(_) | Self::NoBudget { .. } => WhyTone::Blocks,
            Self::BudgetTaken { .. }
            | Self::Chosen(_)
            | Self::TooFresh { .. }
            | Self::Going
            | Self::NotInitialised
            | Self::Candidate { .. } => WhyTone::Waits,
            Self::PoolUnknown | Self::Unknown => WhyTone::Unknown,
            Self::NotKarpenters
            | Self::Never
            | Self::Static
            | Self::EmptyAlone
            | Self::Annotated
            | Self::Said { .. } => WhyTone::Note,
        }
    }
}

/// When Karpenter said it: ` (4m ago)`.
fn told(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map(|at| format!(" ({})", duration::ago(seconds_since(now, at)))).unwrap_or_default()
}

/// What takes a budget that is not nothing.
pub(super) fn taken(limit: i64) -> String {
    format!("nodes that go or are not ready take all of the budget ({limit})")
}

/// What to do about that.
pub(super) const TAKEN: &str = "Look at the nodes of the pool that are not ready or going";

/// Why a node is not consolidated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsolidationAnswer {
    /// The one that decides first.
    pub reasons: Vec<ConsolidationReason>,
    /// Since when Karpenter calls it consolidatable; none where it does not.
    pub consolidatable: Option<Timestamp>,
}

pub(super) fn of_node(
    view: &ClusterView<'_>,
    node: &Node,
    claim: Option<&NodeClaim>,
    eviction: &EvictionAnswer,
    budgets: Option<&PoolBudgets>,
    now: Timestamp,
) -> ConsolidationAnswer {
    let consolidatable = claim.and_then(|claim| claim.conditions.true_since("Consolidatable"));
    let alone = |reason| ConsolidationAnswer { reasons: vec![reason], consolidatable };
    let Some(pool) = node.pool() else { return alone(ConsolidationReason::NotKarpenters) };
    if node.deleting.is_some() || claim.is_some_and(|claim| claim.deleting.is_some()) {
        return alone(ConsolidationReason::Going);
    }
    if let Some(reason) = claim.and_then(chosen) {
        return alone(ConsolidationReason::Chosen(reason));
    }
    let Some(pool) = view.pool(pool) else { return alone(ConsolidationReason::PoolUnknown) };
    let mut reasons = by_pool(pool, eviction);
    if node.labels.get("karpenter.sh/initialized").is_none_or(|value| &**value != "true") {
        reasons.push(ConsolidationReason::NotInitialised);
    }
    if node.annotations.get("karpenter.sh/do-not-disrupt").is_some_and(|value| &**value == "true") {
        reasons.push(ConsolidationReason::Annotated);
    }
    let is_initialised = claim.is_some_and(|claim| claim.conditions.is_true("Initialized"));
    if let Some(seconds) = pool.consolidate_after.filter(|_| is_initialised && consolidatable.is_none()) {
        reasons.push(ConsolidationReason::TooFresh { seconds });
    }
    reasons.extend(eviction.holds(now).into_iter().map(ConsolidationReason::Held));
    let reason = if eviction.moved() == 0 { DisruptionReason::Empty } else { DisruptionReason::Underutilized };
    // Without its pods it is not known for which reason it would go.
    if let Some(all) = budgets.filter(|all| eviction.has_pods && all.of(reason).allowed == 0) {
        let budget = all.of(reason);
        reasons.push(match all.taken(reason) {
            Some(limit) => ConsolidationReason::BudgetTaken { limit },
            None => ConsolidationReason::NoBudget { reason, until: budget.until },
        });
    }
    reasons.extend(said(view, node, now));
    if reasons.is_empty() {
        reasons.push(ConsolidationReason::Unknown);
    }
    ConsolidationAnswer { reasons, consolidatable }
}

fn by_pool(pool: &NodePool, eviction: &EvictionAnswer) -> Vec<ConsolidationReason> {
    let mut reasons = Vec::new();
    if pool.replicas.is_some() {
        reasons.push(ConsolidationReason::Static);
    } else if pool.consolidate_after.is_none() {
        reasons.push(ConsolidationReason::Never);
    } else if pool.consolidation == ConsolidationPolicy::WhenEmpty && eviction.has_pods && eviction.moved() > 0 {
        reasons.push(ConsolidationReason::EmptyAlone);
    }
    reasons
}

/// What Karpenter said last of it, as long as it is of this hour; what it is about to do it does within minutes.
fn said(view: &ClusterView<'_>, node: &Node, now: Timestamp) -> Option<ConsolidationReason> {
    const REASONS: [&str; 5] = [
        "Unconsolidatable",
        "DisruptionBlocked",
        "ConsolidationRejected",
        "ConsolidationCandidate",
        "ConsolidationApproved",
    ];
    let event = view.event("Node", "", &node.name, &REASONS)?;
    let is_plan = matches!(&*event.reason, "ConsolidationCandidate" | "ConsolidationApproved");
    let within = if is_plan { 900 } else { 3_600 };
    event.last.filter(|last| seconds_since(now, *last) <= within)?;
    let (words, at) = (event.message.clone(), event.last);
    Some(if is_plan { ConsolidationReason::Candidate { words, at } } else { ConsolidationReason::Said { words, at } })
}

impl ConsolidationAnswer {
    /// In one line.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        self.reasons.first().map(|reason| reason.words(now)).unwrap_or_default()
    }

    /// The whole explanation, line by line.
    #[must_use]
    pub fn lines(&self, now: Timestamp) -> Vec<WhyLine> {
        let mut lines: Vec<WhyLine> = self
            .reasons
            .iter()
            .map(|reason| {
                let at = match reason {
                    ConsolidationReason::Said { at, .. } | ConsolidationReason::Candidate { at, .. } => *at,
                    _ => None,
                };
                WhyLine::new(reason.tone(), reason.words(now)).since(at)
            })
            .collect();
        if self.consolidatable.is_some() {
            lines.push(WhyLine::new(WhyTone::Note, "consolidatable").since(self.consolidatable));
        }
        lines
    }

    /// What to do, where something would have it consolidated.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        Some(match self.reasons.first()? {
            ConsolidationReason::Never => "Set spec.disruption.consolidateAfter of its pool".to_owned(),
            ConsolidationReason::EmptyAlone => {
                "Set spec.disruption.consolidationPolicy of its pool to WhenEmptyOrUnderutilized".to_owned()
            }
            ConsolidationReason::Annotated => "Take karpenter.sh/do-not-disrupt from the node".to_owned(),
            ConsolidationReason::BudgetTaken { .. } => TAKEN.to_owned(),
            ConsolidationReason::NoBudget { until: None, .. } => "Raise the budgets of its pool".to_owned(),
            _ => return None,
        })
    }
}
