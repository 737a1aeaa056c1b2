//! Whether a node has drifted from its pool, and what keeps it from being replaced.

use std::sync::Arc;

use jiff::Timestamp;

use super::budgets::PoolBudgets;
use super::consolidation::{TAKEN, taken};
use super::eviction::EvictionAnswer;
use super::{WhyLine, WhyTone, moment};
use crate::services::kubernetes::model::{DisruptionReason, Node, NodeClaim};
use crate::services::kubernetes::{ClusterView, ObjectKind};

/// What keeps a drifted node from being replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DriftBlock {
    /// A PDB or a do-not-disrupt pod on it.
    Held(String),
    /// `karpenter.sh/do-not-disrupt` on the node itself.
    Annotated,
    /// The pool's budgets allow no drifted node to go now.
    NoBudget { until: Option<Timestamp> },
    /// Nodes that go or are not ready take all that the pool's budgets allow: so many.
    BudgetTaken { limit: i64 },
}

/// Where it stands with what would tell that a node has drifted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DriftSource {
    /// Its claim tells.
    #[default]
    Claim,
    /// It is Karpenter's, and has no claim.
    NoClaim,
    /// The claims are not read.
    Unread,
    /// Karpenter did not bring it.
    NotKarpenters,
}

impl DriftBlock {
    /// In words.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        match self {
            Self::Held(hold) => hold.clone(),
            Self::Annotated => "do-not-disrupt on the node".to_owned(),
            Self::BudgetTaken { limit } => taken(*limit),
            Self::NoBudget { until: None } => "the pool's budgets".to_owned(),
            Self::NoBudget { until: Some(until) } => format!("the pool's budgets until {}", moment(*until, now)),
        }
    }
}

/// Whether a node has drifted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DriftAnswer {
    /// Since when; none where it has not, or that is not known.
    pub since: Option<Timestamp>,
    /// The reason of Karpenter's condition: `AMIDrift`, `NodePoolDrifted` …; none where it has not drifted.
    pub reason: Option<Arc<str>>,
    pub blocks: Vec<DriftBlock>,
    /// It has a termination grace period: PDBs and do-not-disrupt pods do not keep it from being replaced.
    pub by_force: bool,
    /// Its pods or their disruption budgets are not read: what blocks it is not known.
    pub is_unread: bool,
    pub source: DriftSource,
}

pub(super) fn of_node(
    view: &ClusterView<'_>,
    node: &Node,
    claim: Option<&NodeClaim>,
    eviction: &EvictionAnswer,
    budgets: Option<&PoolBudgets>,
    now: Timestamp,
) -> DriftAnswer {
    let source = match (node.pool(), claim) {
        (None, _) => DriftSource::NotKarpenters,
        (Some(_), Some(_)) => DriftSource::Claim,
        (Some(_), None) if view.standing(ObjectKind::NodeClaim).is_known() => DriftSource::NoClaim,
        (Some(_), None) => DriftSource::Unread,
    };
    let drifted =
        claim.and_then(|claim| claim.conditions.get("Drifted").filter(|_| claim.conditions.is_true("Drifted")));
    let Some(condition) = drifted else { return DriftAnswer { source, ..DriftAnswer::default() } };
    // With a grace period Karpenter drains a drifted node whatever blocks its pods (pkg/controllers/disruption/types.go,
    // `NewCandidate`: eventual disruption).
    let by_force = claim.is_some_and(|claim| claim.termination_grace.is_some());
    let mut blocks = Vec::new();
    let is_going = node.deleting.is_some() || claim.is_some_and(|claim| claim.deleting.is_some());
    if !is_going {
        if node.annotations.get("karpenter.sh/do-not-disrupt").is_some_and(|value| &**value == "true") {
            blocks.push(DriftBlock::Annotated);
        }
        if !by_force {
            blocks.extend(eviction.holds(now).into_iter().map(DriftBlock::Held));
        }
        if let Some(all) = budgets.filter(|all| all.of(DisruptionReason::Drifted).allowed == 0) {
            blocks.push(match all.taken(DisruptionReason::Drifted) {
                Some(limit) => DriftBlock::BudgetTaken { limit },
                None => DriftBlock::NoBudget { until: all.of(DisruptionReason::Drifted).until },
            });
        }
    }
    let is_read = eviction.is_known && eviction.has_pods;
    let is_unread = !(by_force || is_read);
    let reason = Some(condition.reason.clone());
    DriftAnswer { since: condition.since, reason, blocks, by_force, is_unread, source }
}

/// What Karpenter's reason says (karpenter pkg/controllers/nodeclaim/disruption/drift.go; aws provider
/// pkg/cloudprovider/drift.go).
#[must_use]
pub fn reason_words(reason: &str) -> &str {
    match reason {
        "NodePoolDrifted" | "NodePoolStaticDrift" => "pool changed",
        "RequirementsDrifted" => "requirements changed",
        "InstanceTypeNotFound" => "instance type no longer offered",
        "AMIDrift" => "AMI",
        "SubnetDrift" => "subnet",
        "SecurityGroupDrift" => "security groups",
        "CapacityReservationDrift" => "capacity reservation",
        "NodeClassDrift" | "NodeClassDrifted" => "class changed",
        other => other,
    }
}

impl DriftAnswer {
    /// It has drifted.
    #[must_use]
    pub fn is_drifted(&self) -> bool {
        self.reason.is_some()
    }

    /// In one line: `drifted: AMI, blocked by PDB orders/api`.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        let Some(reason) = &self.reason else { return self.undrifted().to_owned() };
        let reason = reason_words(reason);
        match self.blocks.as_slice() {
            [] if self.is_unread => format!("drifted: {reason}, what blocks it is not known"),
            [] => format!("drifted: {reason}, waits for its turn"),
            [one] => format!("drifted: {reason}, blocked by {}", one.words(now)),
            [first, others @ ..] => {
                format!("drifted: {reason}, blocked by {} and {} more", first.words(now), others.len())
            }
        }
    }

    fn undrifted(&self) -> &'static str {
        match self.source {
            DriftSource::Claim => "it has not drifted",
            DriftSource::NoClaim => "whether it drifted is not known: it has no node claim",
            DriftSource::Unread => "whether it drifted is not known: node claims are not read",
            DriftSource::NotKarpenters => "Karpenter did not bring it",
        }
    }

    /// The whole explanation, line by line.
    #[must_use]
    pub fn lines(&self, now: Timestamp) -> Vec<WhyLine> {
        let Some(reason) = &self.reason else {
            let tone = match self.source {
                DriftSource::Claim => WhyTone::Good,
                DriftSource::NotKarpenters => WhyTone::Note,
                DriftSource::NoClaim | DriftSource::Unread => WhyTone::Unknown,
            };
            return vec![WhyLine::new(tone, self.words(now))];
        };
        let mut lines =
            vec![WhyLine::new(WhyTone::Note, format!("drifted: {}", reason_words(reason))).since(self.since)];
        let blocked = self.blocks.iter().map(|block| format!("blocked by {}", block.words(now)));
        lines.extend(blocked.map(|words| WhyLine::new(WhyTone::Blocks, words)));
        if self.is_unread {
            lines.push(WhyLine::new(WhyTone::Unknown, "its pods or their disruption budgets are not known"));
        } else if self.blocks.is_empty() {
            lines.push(WhyLine::new(WhyTone::Waits, "Karpenter replaces it when its turn comes"));
        }
        if self.by_force {
            let words = "its terminationGracePeriod: PDBs and do-not-disrupt do not keep it";
            lines.push(WhyLine::new(WhyTone::Note, words));
        }
        lines
    }

    /// What to do.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        Some(match self.blocks.first()? {
            DriftBlock::Held(hold) if hold.starts_with("PDB ") => {
                format!("Give {hold} a pod to spare: more replicas, or another minAvailable or maxUnavailable")
            }
            DriftBlock::Held(hold) => format!("Release what holds it: {hold}"),
            DriftBlock::Annotated => "Take karpenter.sh/do-not-disrupt from the node".to_owned(),
            DriftBlock::BudgetTaken { .. } => TAKEN.to_owned(),
            DriftBlock::NoBudget { until: Some(_) } => "Wait for the budget's window to end".to_owned(),
            DriftBlock::NoBudget { until: None } => "Raise the pool's budget for Drifted".to_owned(),
        })
    }
}
