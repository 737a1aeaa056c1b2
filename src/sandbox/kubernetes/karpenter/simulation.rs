//! Where pods would go: on nodes that there are, on nodes that are planned, on new ones of each pool in turn.

use super::demand::PodDemand;
use super::object::{HOST_NAME, taint_text, wrapped};
use super::planned::Planned;
use super::pod;
use super::requirement::LabelRequirement;
use super::requirements::Requirements;
use super::state::StateNode;
use super::template::{self, Template};
use super::topology::Topology;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::pod::PodInfo;
use crate::sandbox::kubernetes::scheduler::taint::{Taint, Toleration};
use crate::sandbox::kubernetes::store::{Store, metadata};
use jiff::Timestamp;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// A pod to be placed.
#[derive(Debug, Clone)]
pub struct WantedClaim {
    pub info: Arc<PodInfo>,
    /// It waits already; others stand on a node that is to go.
    pub pending: bool,
    created: Option<Timestamp>,
    demand: PodDemand,
    alternatives: Vec<Requirements>,
    preference: Option<Requirements>,
}

impl WantedClaim {
    /// Reads one.
    pub fn read(pod: &Value) -> Option<Self> {
        let info = PodInfo::read(pod)?;
        Some(Self {
            pending: pod::is_provisionable(pod),
            created: metadata::creation_timestamp(pod),
            demand: PodDemand::of_pod(&info.requests),
            alternatives: pod::alternatives(pod),
            preference: pod::preference(pod),
            info: Arc::new(info),
        })
    }

    /// Its requirements in the order in which they are tried, with whether preferences are in them.
    fn attempts(&self) -> Vec<(Requirements, bool)> {
        let prefers = self.preference.is_some()
            || self.info.spread.iter().any(|one| !one.hard)
            || !self.info.preferred_apart.is_empty();
        let mut list = Vec::new();
        for one in &self.alternatives {
            if prefers {
                let mut with = one.clone();
                if let Some(preference) = &self.preference {
                    with.add_all(preference);
                }
                list.push((with, true));
            }
            list.push((one.clone(), false));
        }
        list
    }
}

/// A node that is there, or is coming up.
#[derive(Debug)]
pub struct Existing {
    pub state: StateNode,
    pub pods: Vec<Arc<PodInfo>>,
    requirements: Requirements,
    taints: Vec<Taint>,
    room: PodDemand,
}

/// What came out.
#[derive(Debug)]
pub struct PackingOutcome {
    pub existing: Vec<Existing>,
    pub planned: Vec<Planned>,
    pub templates: Vec<Template>,
    /// Pods without a place, each with why.
    pub failed: Vec<(WantedClaim, String)>,
}

impl PackingOutcome {
    /// Whether every pod found a place that did not wait before.
    pub fn all_moved(&self) -> bool {
        self.failed.iter().all(|(wanted, _)| wanted.pending)
    }

    /// Why those that did not wait before found none.
    pub fn unmoved(&self) -> String {
        let failed: Vec<_> = self.failed.iter().filter(|(wanted, _)| !wanted.pending).collect();
        let mut text = "not all pods would schedule, ".to_owned();
        for (wanted, why) in failed.iter().take(5) {
            text.push_str(&format!("{} => {why} ", wanted.info.key()));
        }
        if failed.len() >= 5 {
            text.push_str(&format!(" and {} other(s)", failed.len() - 5));
        }
        text
    }
}

/// Everything that a simulation starts from.
#[derive(Debug)]
pub struct Packing<'a> {
    pub store: &'a Store,
    /// Nodes that stay.
    pub active: Vec<StateNode>,
    /// Names of nodes whose pods no longer count.
    pub leaving: BTreeSet<String>,
    pub templates: Vec<Template>,
    pub zones: Vec<String>,
}

impl Packing<'_> {
    /// Places the pods.
    pub fn solve(self, mut wanted: Vec<WantedClaim>) -> PackingOutcome {
        let Self { store, active, leaving, mut templates, zones } = self;
        template::order(&mut templates);
        let mut topology = Topology::new(store, leaving, zones);
        let mut existing: Vec<Existing> = active.into_iter().map(|state| Existing::read(store, state)).collect();
        existing.sort_by(|one, other| {
            let order = |node: &Existing| (!node.state.is_initialized(), node.state.name().to_owned());
            order(one).cmp(&order(other))
        });
        wanted.sort_by(|one, other| {
            let order = |one: &WantedClaim| {
                let asked = &one.demand.resources;
                (Reverse(asked.milli_cpu), Reverse(asked.memory), one.created, Arc::clone(&one.info.uid))
            };
            order(one).cmp(&order(other))
        });
        let mut planned: Vec<Planned> = Vec::new();
        let mut queue: VecDeque<(WantedClaim, usize, String)> =
            wanted.into_iter().map(|one| (one, usize::MAX, String::new())).collect();
        let mut failed = Vec::new();
        while let Some((one, before, why)) = queue.pop_front() {
            // Tried when as many were left: nothing has changed for it since.
            if before == queue.len() + 1 {
                failed.push((one, why));
                failed.extend(queue.drain(..).map(|(one, _, why)| (one, why)));
                break;
            }
            let mut place = WorkloadPlace { existing: &mut existing, planned: &mut planned, templates: &mut templates };
            if let Err(why) = place.put(&one, &mut topology) {
                let left = queue.len() + 1;
                queue.push_back((one, left, why));
            }
        }
        planned.sort_by_key(|one| one.template);
        PackingOutcome { existing, planned, templates, failed }
    }
}

impl Existing {
    fn read(store: &Store, state: StateNode) -> Self {
        let taints = state.taints();
        let mut requirements = state.requirements();
        requirements.add(LabelRequirement::one_of(HOST_NAME, [state.label(HOST_NAME).unwrap_or_else(|| state.name())]));
        let mut room = state.allocatable();
        // Daemons that are not there yet take their room.
        let mut daemons = PodDemand::default();
        for (_, set) in store.list(Resource::DaemonSets) {
            let template = &set["spec"]["template"];
            if template::runs_on(template, &requirements, &taints) {
                daemons.add(&PodDemand::of_pod(&crate::sandbox::kubernetes::scheduler::resources::pod_requests(
                    &template["spec"],
                )));
            }
        }
        for (_, one) in store.pods_on(state.name()) {
            if pod::is_terminal(one) {
                continue;
            }
            let asked =
                PodDemand::of_pod(&crate::sandbox::kubernetes::scheduler::resources::pod_requests(&one["spec"]));
            if pod::is_owned_by(one, "DaemonSet") {
                daemons.subtract(&asked);
            }
            room.subtract(&asked);
        }
        daemons.floor();
        room.subtract(&daemons);
        Self { state, pods: Vec::new(), requirements, taints, room }
    }

    fn take(&mut self, one: &WantedClaim, wanted: &Requirements, strict: bool, topology: &mut Topology<'_>) -> bool {
        if untolerated(&self.taints, &one.info.tolerations).is_some()
            || !one.demand.fits(&self.room)
            || self.requirements.strictly_compatible(wanted).is_err()
        {
            return false;
        }
        let mut node = self.requirements.clone();
        node.add_all(wanted);
        if topology.narrow(&one.info, strict, wanted, &mut node).is_err() {
            return false;
        }
        self.room.subtract(&one.demand);
        topology.record(&one.info, &self.requirements);
        self.pods.push(Arc::clone(&one.info));
        true
    }
}

/// Where a pod may be put.
struct WorkloadPlace<'a> {
    existing: &'a mut [Existing],
    planned: &'a mut Vec<Planned>,
    templates: &'a mut [Template],
}

impl WorkloadPlace<'_> {
    fn put(&mut self, one: &WantedClaim, topology: &mut Topology<'_>) -> Result<(), String> {
        let mut why = String::new();
        for (wanted, strict) in one.attempts() {
            if self.existing.iter_mut().any(|node| node.take(one, &wanted, strict, topology)) {
                return Ok(());
            }
            self.planned.sort_by_key(|node| node.pods.len());
            let shared = self.planned.iter_mut().any(|node| {
                let taints = &self.templates[node.template].taints;
                add(node, taints, one, &wanted, strict, topology).is_ok()
            });
            if shared {
                return Ok(());
            }
            match self.launch(one, &wanted, strict, topology) {
                Ok(()) => return Ok(()),
                Err(cause) => why = cause,
            }
        }
        Err(why)
    }

    fn launch(
        &mut self,
        one: &WantedClaim,
        wanted: &Requirements,
        strict: bool,
        topology: &mut Topology<'_>,
    ) -> Result<(), String> {
        if self.templates.is_empty() {
            return Err("nodepool requirements filtered out all available instance types".to_owned());
        }
        let mut causes = Vec::new();
        for at in 0..self.templates.len() {
            let template = &self.templates[at];
            let named = [("NodePool", template.pool.as_str())];
            if template.is_out_of_nodes() {
                causes.push(wrapped("node limits have been exhausted for nodepool", &named));
                continue;
            }
            let offers: Vec<_> = template.offers.iter().filter(|offer| template.has_room_for(offer)).cloned().collect();
            if offers.is_empty() {
                causes.push(wrapped("all available instance types exceed limits for nodepool", &named));
                continue;
            }
            let mut node = Planned::new(at, template, offers, self.planned.len() + 1);
            match add(&mut node, &template.taints, one, wanted, strict, topology) {
                Ok(()) => {
                    self.templates[at].spend(&node.offers);
                    self.planned.push(node);
                    return Ok(());
                }
                Err(cause) => causes.push(cause),
            }
        }
        Err(causes.join("; "))
    }
}

/// Adds a pod to a planned node, or says why not.
fn add(
    node: &mut Planned,
    taints: &[Taint],
    one: &WantedClaim,
    wanted: &Requirements,
    strict: bool,
    topology: &mut Topology<'_>,
) -> Result<(), String> {
    if let Some(refusal) = untolerated(taints, &one.info.tolerations) {
        return Err(refusal);
    }
    node.requirements.compatible(wanted).map_err(|cause| format!("incompatible requirements, {cause}"))?;
    let mut requirements = node.requirements.clone();
    requirements.add_all(wanted);
    topology.narrow(&one.info, strict, wanted, &mut requirements)?;
    let offers = node.remaining(&requirements, &one.demand)?;
    node.offers = offers;
    node.requests.add(&one.demand);
    topology.record(&one.info, &requirements);
    node.requirements = requirements;
    node.pods.push(Arc::clone(&one.info));
    Ok(())
}

/// Every taint that the pod does not tolerate, in Karpenter's words. Also a soft one counts.
fn untolerated(taints: &[Taint], tolerations: &[Toleration]) -> Option<String> {
    let causes: Vec<String> = taints
        .iter()
        .filter(|taint| !tolerations.iter().any(|one| one.tolerates(taint)))
        .map(|taint| wrapped("did not tolerate taint", &[("taint", &taint_text(taint))]))
        .collect();
    (!causes.is_empty()).then(|| causes.join("; "))
}
