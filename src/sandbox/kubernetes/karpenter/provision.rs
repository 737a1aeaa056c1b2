//! Provisioning: when a batch closes, pods that wait are placed in a simulation, and a claim is created for every
//! node that it plans.

use super::launch::class_zones;
use super::object::POOL;
use super::planned::Planned;
use super::recorder::{Kind, Notice};
use super::simulation::{Packing, PackingOutcome, WantedClaim};
use super::state::{self, StateNode};
use super::template::{self, Template};
use super::{Karpenter, condition, pod};
use crate::sandbox::kubernetes::cloud::Cloud;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::pod::PodInfo;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A node that pods were promised is left alone for so long.
const PROMISED: SignedDuration = SignedDuration::from_secs(20);
/// A pod is told why it waits once in so long.
const TOLD_EVERY: SignedDuration = SignedDuration::from_mins(5);

impl Karpenter {
    /// Closes the batch if it is time, and launches what its pods need.
    pub(super) fn provision(&mut self, store: &mut Store, cloud: &Cloud, now: Timestamp) {
        let nodes = state::nodes(store);
        for node in &nodes {
            if node.pool().is_some() && self.is_leaving(node) {
                self.batch.leaves(node.name(), now);
            }
        }
        // Until every claim has its instance, what it can hold is not known.
        let launching = nodes.iter().any(|node| {
            node.claim.as_deref().is_some_and(|claim| {
                !metadata::is_terminating(claim) && state::provider_id(claim, "/status/providerID").is_none()
            })
        });
        if launching || !self.batch.closes(now) {
            return;
        }
        let guards = Self::guards(store);
        let mut wanted: Vec<WantedClaim> = Vec::new();
        let waiting: Vec<ObjectKey> = self.batch.waiting().cloned().collect();
        for key in &waiting {
            wanted.extend(store.get(key).and_then(|pod| WantedClaim::read(pod)));
        }
        for node in nodes.iter().filter(|node| self.is_leaving(node)) {
            let pods = store.pods_on(node.name()).filter(|(_, pod)| pod::is_currently_reschedulable(pod, &guards, now));
            wanted.extend(pods.filter_map(|(_, pod)| WantedClaim::read(pod)));
        }
        if wanted.is_empty() {
            return;
        }
        let leaving: BTreeSet<String> =
            nodes.iter().filter(|node| self.is_leaving(node)).map(|node| node.name().to_owned()).collect();
        let Some(simulation) = self.simulation(store, cloud, &nodes, leaving, now) else { return };
        let outcome = simulation.solve(wanted);
        self.report(store, &outcome, now);
        for planned in &outcome.planned {
            self.create_claim(store, planned, &outcome.templates, &nodes, true, now);
        }
    }

    /// A simulation of all that stays, with the pools that are ready; none if no pool is.
    pub(super) fn simulation<'a>(
        &mut self,
        store: &'a Store,
        cloud: &Cloud,
        nodes: &[StateNode],
        leaving: BTreeSet<String>,
        now: Timestamp,
    ) -> Option<Packing<'a>> {
        let active: Vec<StateNode> = nodes
            .iter()
            .filter(|node| !self.is_leaving(node) && !leaving.contains(node.name()))
            .filter(|node| node.node.as_deref().is_none_or(|one| !metadata::is_terminating(one)))
            .cloned()
            .collect();
        let mut templates = Vec::new();
        let mut zones: BTreeSet<String> = BTreeSet::new();
        for (_, pool) in store.list(Resource::NodePools) {
            if metadata::is_terminating(pool)
                || !condition::is_true(pool, "Ready")
                || pool["spec"].get("replicas").is_some()
            {
                continue;
            }
            let class = pool.pointer("/spec/template/spec/nodeClassRef/name").and_then(Value::as_str);
            let class = class.and_then(|name| store.get(&ObjectKey::cluster(Resource::Ec2NodeClasses, name)));
            let Some(class) = class else { continue };
            let there = class_zones(class);
            let offers = self.catalogue.offers(cloud, &self.unavailable, &there, now);
            zones.extend(there);
            templates.push(Template::read(pool, &offers, store, &active));
        }
        if templates.is_empty() {
            return None;
        }
        templates.retain(|template| !template.offers.is_empty());
        Some(Packing { store, active, leaving, templates, zones: zones.into_iter().collect() })
    }

    /// It is deleted, or Karpenter is about to delete it.
    pub(super) fn is_leaving(&self, node: &StateNode) -> bool {
        node.is_terminating() || node.claim_name().is_some_and(|name| self.disruption.is_marked(name))
    }

    /// The budgets that evictions meet.
    pub(super) fn guards(store: &Store) -> Vec<pod::PodGuard> {
        store.list(Resource::PodDisruptionBudgets).map(|(_, budget)| pod::PodGuard::read(budget)).collect()
    }

    /// Tells pods why they wait or where they will go; promised nodes are remembered.
    fn report(&mut self, store: &mut Store, outcome: &PackingOutcome, now: Timestamp) {
        for (wanted, why) in &outcome.failed {
            let Some(pod) = pod_of(store, &wanted.info) else { continue };
            let notice = Notice::new(Kind::Warning, "FailedScheduling", format!("Failed to schedule pod, {why}"))
                .every(TOLD_EVERY);
            self.recorder.publish(store, &pod, &notice, now);
        }
        for existing in outcome.existing.iter().filter(|existing| !existing.pods.is_empty()) {
            let until = now.checked_add(PROMISED).unwrap_or(now);
            self.nominated.insert(existing.state.name().to_owned(), until);
            let claim = existing.state.claim_name().map(|name| format!("nodeclaim/{name}"));
            let node = existing.state.node.as_deref().map(|node| format!("node/{}", metadata::name(node)));
            let place: Vec<String> = claim.into_iter().chain(node).collect();
            self.nominate(store, &existing.pods, &place.join(", "), now);
        }
    }

    fn nominate(&mut self, store: &mut Store, pods: &[Arc<PodInfo>], place: &str, now: Timestamp) {
        for info in pods {
            let Some(pod) = pod_of(store, info) else { continue };
            let notice = Notice::new(Kind::Normal, "Nominated", format!("Pod should schedule on: {place}"));
            self.recorder.publish(store, &pod, &notice, now);
        }
    }

    /// Creates the claim of a planned node, unless its pool is over a limit by now. Its name.
    pub(super) fn create_claim(
        &mut self,
        store: &mut Store,
        planned: &Planned,
        templates: &[Template],
        nodes: &[StateNode],
        nominate: bool,
        now: Timestamp,
    ) -> Option<String> {
        let template = &templates[planned.template];
        let (used, count) = state::usage(nodes, &template.pool);
        if template::exceeded(&template.object, &used, count).is_some() {
            return None;
        }
        let claim = store.create(Resource::NodeClaims, "", planned.to_claim(template), now).ok()?;
        let name = metadata::name(&claim).to_owned();
        debug_assert_eq!(metadata::label(&claim, POOL), Some(planned.pool.as_str()));
        if nominate {
            self.nominate(store, &planned.pods, &format!("nodeclaim/{name}"), now);
        }
        Some(name)
    }
}

fn pod_of(store: &Store, info: &PodInfo) -> Option<Arc<Value>> {
    store.get(&ObjectKey::namespaced(Resource::Pods, &info.namespace, &info.name)).cloned()
}
