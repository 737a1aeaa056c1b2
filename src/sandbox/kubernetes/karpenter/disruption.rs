//! The disruption loop: every ten seconds the first of emptiness, drift and consolidation that has something to
//! do begins a command, within the budgets. A command taints its node, waits for the replacement, and deletes
//! the claim.

use super::Karpenter;
use super::budget::{self, DisruptionReason};
use super::candidate::{Class, DisruptionCandidate};
use super::condition;
use super::object::{self, INITIALIZED};
use super::recorder::{Kind, Notice};
use super::simulation::PackingOutcome;
use super::state::{self, StateNode};
use crate::sandbox::kubernetes::cloud::Cloud;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Between two looks.
const PERIOD: SignedDuration = SignedDuration::from_secs(10);
/// A consolidation must still hold after so long before it begins.
const VALIDATED_AFTER: SignedDuration = SignedDuration::from_secs(15);
/// A look at consolidation stops after so many nodes and goes on with the others next time.
const MOST_LOOKED_AT: usize = 40;
/// When nothing could be consolidated and nothing has changed, it is looked at again after so long.
const LOOKED_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// A pool is told once a minute that its budget blocks.
const BUDGET_TOLD_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A command under way.
#[derive(Debug)]
pub struct DisruptionCommand {
    pub(super) reason: DisruptionReason,
    pub(super) began: Timestamp,
    pub claims: Vec<String>,
    pub(super) replacements: Vec<String>,
}

/// What is to be done about some nodes.
#[derive(Debug)]
pub struct DisruptionPlan {
    pub candidates: Vec<DisruptionCandidate>,
    pub outcome: Option<PackingOutcome>,
    /// USD an hour.
    pub savings: f64,
}

impl DisruptionPlan {
    /// To take these away, with what is planned in their place.
    pub fn new(candidates: Vec<DisruptionCandidate>, outcome: PackingOutcome, savings: f64) -> Self {
        Self { candidates, outcome: Some(outcome), savings }
    }

    /// As events name it: `replace: [node] -> [1 replacement]`.
    pub fn words(&self) -> String {
        let names: Vec<&str> = self.candidates.iter().map(DisruptionCandidate::name).collect();
        let sources = names.join(", ");
        match self.outcome.as_ref().map_or(0, |outcome| outcome.planned.len()) {
            0 => format!("delete: [{sources}]"),
            1 => format!("replace: [{sources}] -> [1 replacement]"),
            many => format!("replace: [{sources}] -> [{many} replacements]"),
        }
    }
}

/// What waits for its validation.
#[derive(Debug)]
struct Waiting {
    reason: DisruptionReason,
    claims: Vec<String>,
    due: Timestamp,
}

/// The loop's memory.
#[derive(Debug, Default)]
pub struct Disruption {
    next: Option<Timestamp>,
    waiting: Option<Waiting>,
    pub(super) commands: Vec<DisruptionCommand>,
    /// Where the last look at consolidation stopped.
    looked_at: usize,
    /// What the cluster was like when nothing could be consolidated, and when.
    consolidated: Option<(String, Timestamp)>,
}

impl Disruption {
    /// Nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_none() && self.commands.is_empty()
    }

    /// Whether a command concerns the claim.
    pub fn is_marked(&self, claim: &str) -> bool {
        self.commands.iter().any(|command| command.claims.iter().any(|one| one == claim))
    }
}

impl Karpenter {
    /// Goes on with commands, and looks for new ones when it is time.
    pub(super) fn disrupt(&mut self, store: &mut Store, cloud: &Cloud, now: Timestamp) {
        self.go_on(store, now);
        if let Some(waiting) = self.disruption.waiting.take_if(|waiting| waiting.due <= now) {
            self.validate(store, cloud, &waiting, now);
            return;
        }
        if self.disruption.waiting.is_some() || self.disruption.next.is_some_and(|next| now < next) {
            return;
        }
        self.disruption.next = now.checked_add(PERIOD).ok();
        // Until every claim has its instance the cluster is not known well enough.
        let launching = store.list(Resource::NodeClaims).any(|(_, claim)| {
            !metadata::is_terminating(claim) && state::provider_id(claim, "/status/providerID").is_none()
        });
        if launching {
            return;
        }
        self.untaint_others(store, now);
        let nodes = state::nodes(store);
        let candidates = self.candidates(store, &nodes, Class::Graceful, now);
        let _ = self.empty(store, &nodes, &candidates, now)
            || self.drifted(store, cloud, &nodes, now)
            || self.underutilized(store, cloud, &nodes, candidates, now);
    }

    /// What consolidation depends on: nodes, which pods came and went, pools.
    fn likeness(&self, store: &Store) -> String {
        let mut likeness = format!("{} {}", self.batch.moves(), store.count(Resource::Nodes));
        for (_, claim) in store.list(Resource::NodeClaims) {
            likeness.push_str(metadata::name(claim));
            let consolidatable = condition::is_true(claim, "Consolidatable");
            likeness.push(if consolidatable { '+' } else { '-' });
        }
        for (_, pool) in store.list(Resource::NodePools) {
            likeness.push_str(&pool["metadata"]["generation"].to_string());
        }
        likeness
    }

    fn empty(
        &mut self,
        store: &mut Store,
        nodes: &[StateNode],
        candidates: &[DisruptionCandidate],
        now: Timestamp,
    ) -> bool {
        let found = self.empty_ones(store, nodes, candidates.to_vec(), now);
        if found.is_empty() {
            return false;
        }
        let claims = found.iter().map(|one| one.claim_name().to_owned()).collect();
        self.await_validation(DisruptionReason::Empty, claims, now);
        true
    }

    fn empty_ones(
        &mut self,
        store: &mut Store,
        nodes: &[StateNode],
        mut found: Vec<DisruptionCandidate>,
        now: Timestamp,
    ) -> Vec<DisruptionCandidate> {
        found.retain(|one| one.is_empty() && condition::is_true(&one.claim, "Consolidatable"));
        if found.is_empty() {
            return found;
        }
        let mut budgets = self.budgets(store, nodes, DisruptionReason::Empty, now);
        found.retain(|one| take(&mut budgets, one.pool_name()));
        found
    }

    fn drifted(&mut self, store: &mut Store, cloud: &Cloud, nodes: &[StateNode], now: Timestamp) -> bool {
        if !store.list(Resource::NodeClaims).any(|(_, claim)| condition::is_true(claim, "Drifted")) {
            return false;
        }
        let mut found = self.candidates(store, nodes, Class::Eventual, now);
        found.retain(|one| condition::is_true(&one.claim, "Drifted"));
        if found.is_empty() {
            return false;
        }
        found.sort_by_key(|one| (!one.pods.is_empty(), condition::since(&one.claim, "Drifted")));
        let mut budgets = self.budgets(store, nodes, DisruptionReason::Drifted, now);
        for candidate in found {
            if !take(&mut budgets, candidate.pool_name()) {
                continue;
            }
            let Some(outcome) = self.without(store, cloud, nodes, &candidate, now) else { continue };
            if !outcome.all_moved() {
                let why = object::sentence(&outcome.unmoved());
                self.blocked(store, &candidate.state, &why, now);
                give_back(&mut budgets, candidate.pool_name());
                continue;
            }
            let plan = DisruptionPlan::new(vec![candidate], outcome, 0.0);
            self.begin(store, &plan, DisruptionReason::Drifted, nodes, now);
            return true;
        }
        false
    }

    fn underutilized(
        &mut self,
        store: &mut Store,
        cloud: &Cloud,
        nodes: &[StateNode],
        mut found: Vec<DisruptionCandidate>,
        now: Timestamp,
    ) -> bool {
        let likeness = self.likeness(store);
        let known = self.disruption.consolidated.as_ref();
        if known.is_some_and(|(known, at)| *known == likeness && now.duration_since(*at) < LOOKED_AGAIN_AFTER) {
            return false;
        }
        found.retain(|one| self.may_consolidate(store, one, now));
        if found.is_empty() {
            return false;
        }
        found.sort_by(|one, other| (other.price / other.cost).total_cmp(&(one.price / one.cost)));
        let mut budgets = self.budgets(store, nodes, DisruptionReason::Underutilized, now);
        let first = if found.len() > MOST_LOOKED_AT { self.disruption.looked_at % found.len() } else { 0 };
        let order: Vec<usize> = (0..found.len().min(MOST_LOOKED_AT)).map(|at| (first + at) % found.len()).collect();
        self.disruption.looked_at = first + order.len();
        let mut constrained = order.len() < found.len();
        for at in order {
            let candidate = &found[at];
            if budgets.get(candidate.pool_name()).is_none_or(|left| *left == 0) {
                constrained = true;
                continue;
            }
            if self.consolidate(store, cloud, nodes, candidate, now).is_some() {
                take(&mut budgets, candidate.pool_name());
                self.await_validation(DisruptionReason::Underutilized, vec![candidate.claim_name().to_owned()], now);
                return true;
            }
        }
        if !constrained {
            self.disruption.consolidated = Some((likeness, now));
        }
        false
    }

    fn await_validation(&mut self, reason: DisruptionReason, claims: Vec<String>, now: Timestamp) {
        let due = now.checked_add(VALIDATED_AFTER).unwrap_or(now);
        self.disruption.waiting = Some(Waiting { reason, claims, due });
    }

    /// What still holds begins; what does not is dropped.
    fn validate(&mut self, store: &mut Store, cloud: &Cloud, waiting: &Waiting, now: Timestamp) {
        let nodes = state::nodes(store);
        let ours = |one: &DisruptionCandidate| waiting.claims.iter().any(|name| name == one.claim_name());
        if waiting.reason == DisruptionReason::Empty {
            let all = self.candidates(store, &nodes, Class::Graceful, now);
            let mut candidates = self.empty_ones(store, &nodes, all, now);
            candidates.retain(ours);
            if !candidates.is_empty() {
                let plan =
                    DisruptionPlan { savings: candidates.iter().map(|one| one.price).sum(), candidates, outcome: None };
                self.begin(store, &plan, DisruptionReason::Empty, &nodes, now);
            }
            return;
        }
        let mut candidates = self.candidates(store, &nodes, Class::Graceful, now);
        candidates.retain(|one| ours(one) && self.may_consolidate(store, one, now));
        let mut budgets = self.budgets(store, &nodes, DisruptionReason::Underutilized, now);
        let Some(candidate) = candidates.into_iter().next().filter(|one| take(&mut budgets, one.pool_name())) else {
            return;
        };
        if let Some(plan) = self.consolidate(store, cloud, &nodes, &candidate, now) {
            self.begin(store, &plan, DisruptionReason::Underutilized, &nodes, now);
        } else {
            let plan = DisruptionPlan { candidates: vec![candidate], outcome: None, savings: 0.0 };
            self.say_rejected(store, &plan, "scheduling", now);
        }
    }

    /// What each pool's budgets still allow; a pool that they block altogether is told so.
    fn budgets(
        &mut self,
        store: &mut Store,
        nodes: &[StateNode],
        reason: DisruptionReason,
        now: Timestamp,
    ) -> BTreeMap<String, usize> {
        let (mut total, mut busy): (BTreeMap<&str, usize>, BTreeMap<&str, usize>) = Default::default();
        for node in nodes {
            let (Some(pool), Some(claim), Some(object)) = (node.pool(), &node.claim, &node.node) else { continue };
            let counts = metadata::label(object, INITIALIZED) == Some("true");
            if !counts || condition::is_true(claim, "InstanceTerminating") {
                continue;
            }
            *total.entry(pool).or_default() += 1;
            if !object::is_ready(object) || self.is_leaving(node) {
                *busy.entry(pool).or_default() += 1;
            }
        }
        let pools: Vec<Arc<Value>> = store.list(Resource::NodePools).map(|(_, pool)| Arc::clone(pool)).collect();
        let mut budgets = BTreeMap::new();
        for pool in pools {
            let name = metadata::name(&pool);
            let nodes = total.get(name).copied().unwrap_or(0);
            let busy = busy.get(name).copied().unwrap_or(0);
            if nodes > 0 && budget::allowed(&pool, nodes, reason, now) == 0 {
                let words =
                    format!("No allowed disruptions for disruption reason {} due to blocking budget", reason.name());
                let notice = Notice::new(Kind::Normal, "DisruptionBlocked", words)
                    .apart_by(reason.name())
                    .every(BUDGET_TOLD_EVERY);
                self.recorder.publish(store, &pool, &notice, now);
            }
            budgets.insert(name.to_owned(), budget::remaining(&pool, nodes, busy, reason, now));
        }
        budgets
    }
}

/// Takes one from a pool's budget if there is any.
fn take(budgets: &mut BTreeMap<String, usize>, pool: &str) -> bool {
    match budgets.get_mut(pool) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    }
}

fn give_back(budgets: &mut BTreeMap<String, usize>, pool: &str) {
    if let Some(left) = budgets.get_mut(pool) {
        *left += 1;
    }
}
