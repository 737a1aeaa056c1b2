//! Consolidation of one node: whether its pods fit elsewhere, or onto one cheaper node.

use super::candidate::DisruptionCandidate;
use super::disruption::DisruptionPlan;
use super::object::CAPACITY_TYPE;
use super::recorder::{Kind, Notice};
use super::requirement::LabelRequirement;
use super::simulation::{PackingOutcome, WantedClaim};
use super::state::StateNode;
use super::{Karpenter, moment};
use crate::sandbox::kubernetes::cloud::Cloud;
use crate::sandbox::kubernetes::store::{Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;

/// A node is told why it is not consolidated once in so long.
const TOLD_EVERY: SignedDuration = SignedDuration::from_mins(15);

impl Karpenter {
    /// Whether consolidation would look at it at all.
    pub(super) fn may_consolidate(
        &mut self,
        store: &mut Store,
        candidate: &DisruptionCandidate,
        now: Timestamp,
    ) -> bool {
        let spec = &candidate.pool["spec"]["disruption"];
        let after = spec.get("consolidateAfter").and_then(Value::as_str).unwrap_or("0s");
        let pool = candidate.pool_name();
        let why = if candidate.kind.is_none() {
            let name = candidate.state.label(super::object::INSTANCE_TYPE).unwrap_or_default();
            Some(format!("Instance Type \"{name}\" not found"))
        } else if moment::duration(after).is_none() {
            Some(format!("NodePool \"{pool}\" has consolidation disabled"))
        } else if candidate.is_empty() {
            return false;
        } else if spec.get("consolidationPolicy").is_some_and(|policy| policy == "WhenEmpty") {
            Some(format!("NodePool \"{pool}\" has consolidation policy WhenEmpty, but node is not empty"))
        } else {
            None
        };
        if let Some(why) = why {
            self.unconsolidatable(store, &candidate.state, &why, now);
            return false;
        }
        super::condition::is_true(&candidate.claim, "Consolidatable")
    }

    /// What would be won by taking a node away; nothing when it would not help.
    pub(super) fn consolidate(
        &mut self,
        store: &mut Store,
        cloud: &Cloud,
        nodes: &[StateNode],
        candidate: &DisruptionCandidate,
        now: Timestamp,
    ) -> Option<DisruptionPlan> {
        let mut outcome = self.without(store, cloud, nodes, candidate, now)?;
        if !outcome.all_moved() {
            let why = super::object::sentence(&outcome.unmoved());
            self.unconsolidatable(store, &candidate.state, &why, now);
            return None;
        }
        let single = candidate.clone();
        match outcome.planned.len() {
            0 => return Some(DisruptionPlan::new(vec![single], outcome, candidate.price)),
            1 => {}
            many => {
                let why = format!("Can't remove without creating {many} candidates");
                self.unconsolidatable(store, &candidate.state, &why, now);
                return None;
            }
        }
        let planned = &mut outcome.planned[0];
        if candidate.is_spot() && planned.requirements.allows(CAPACITY_TYPE, "spot") {
            let why = "SpotToSpotConsolidation is disabled, can't replace a spot node with a spot node";
            self.unconsolidatable(store, &candidate.state, why, now);
            return None;
        }
        let requirements = planned.requirements.clone();
        planned.offers.retain(|offer| offer.worst_price(&requirements).is_some_and(|price| price < candidate.price));
        if planned.offers.is_empty() {
            self.unconsolidatable(store, &candidate.state, "Can't replace with a cheaper node", now);
            return None;
        }
        // It was priced as spot: should spot lack, the launch fails and the node stays.
        if requirements.allows(CAPACITY_TYPE, "spot") && requirements.allows(CAPACITY_TYPE, "on-demand") {
            planned.requirements.add(LabelRequirement::one_of(CAPACITY_TYPE, ["spot"]));
        }
        let price = planned.by_price().first().and_then(|offer| offer.price(&planned.requirements)).unwrap_or(0.0);
        let plan = DisruptionPlan::new(vec![single], outcome, candidate.price - price);
        self.say_candidate(store, &plan, now);
        Some(plan)
    }

    /// Where everything would go without the node.
    pub(super) fn without(
        &mut self,
        store: &Store,
        cloud: &Cloud,
        nodes: &[StateNode],
        candidate: &DisruptionCandidate,
        now: Timestamp,
    ) -> Option<PackingOutcome> {
        let guards = Self::guards(store);
        let mut leaving: BTreeSet<String> =
            nodes.iter().filter(|node| self.is_leaving(node)).map(|node| node.name().to_owned()).collect();
        let mut wanted: Vec<WantedClaim> = Vec::new();
        for key in self.batch.waiting() {
            wanted.extend(store.get(key).and_then(|pod| WantedClaim::read(pod)));
        }
        let going: Vec<&str> = leaving.iter().map(String::as_str).chain([candidate.name()]).collect();
        for name in going {
            let pods = store.pods_on(name).filter(|(_, pod)| super::pod::is_currently_reschedulable(pod, &guards, now));
            wanted.extend(pods.filter_map(|(_, pod)| WantedClaim::read(pod)));
        }
        leaving.insert(candidate.name().to_owned());
        let mut outcome = self.simulation(store, cloud, nodes, leaving, now)?.solve(wanted);
        // Nothing is decided on nodes that may not come up.
        for node in &outcome.existing {
            if node.state.is_initialized() {
                continue;
            }
            let claim = node.state.claim_name().map(|name| format!("nodeclaim/{name}"));
            let named = node.state.node.as_deref().map(|node| format!("node/{}", metadata::name(node)));
            let place: Vec<String> = claim.into_iter().chain(named).collect();
            for info in &node.pods {
                let moved = candidate.pods.iter().find(|one| metadata::uid(one) == &*info.uid);
                let why = format!("would schedule against uninitialized {}", place.join(", "));
                outcome.failed.extend(moved.and_then(|one| WantedClaim::read(one)).map(|one| (one, why)));
            }
        }
        Some(outcome)
    }

    fn unconsolidatable(&mut self, store: &mut Store, node: &StateNode, why: &str, now: Timestamp) {
        let notice = Notice::new(Kind::Normal, "Unconsolidatable", why).every(TOLD_EVERY);
        for about in node.node.iter().chain(&node.claim) {
            self.recorder.publish(store, about, &notice, now);
        }
    }

    fn say_candidate(&mut self, store: &mut Store, plan: &DisruptionPlan, now: Timestamp) {
        let words = plan.words();
        let notice = Notice::new(
            Kind::Normal,
            "ConsolidationCandidate",
            format!("Consolidation candidate: {words} (savings: ${:.2})", plan.savings),
        )
        .apart_by(&words);
        for candidate in &plan.candidates {
            for about in candidate.state.node.iter().chain(&candidate.state.claim) {
                self.recorder.publish(store, about, &notice, now);
            }
        }
    }

    /// A plan that no longer holds after its pause.
    pub(super) fn say_rejected(&mut self, store: &mut Store, plan: &DisruptionPlan, why: &str, now: Timestamp) {
        let words = plan.words();
        let notice = Notice::new(
            Kind::Normal,
            "ConsolidationRejected",
            format!("Consolidation rejected: {words}, reason: {why} (savings: ${:.2})", plan.savings),
        )
        .apart_by(&words);
        for candidate in &plan.candidates {
            for about in candidate.state.node.iter().chain(&candidate.state.claim) {
                self.recorder.publish(store, about, &notice, now);
            }
        }
    }
}
