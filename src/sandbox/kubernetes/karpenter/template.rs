//! What a pool would launch: its template with requirements, taints, what its daemons take, and how much its
//! limits leave.

use super::demand::PodDemand;
use super::object::{CLASS, INITIALIZED, POOL, POOL_HASH, POOL_HASH_VERSION, REGISTERED, hash};
use super::offer::InstanceOffer;
use super::requirement::LabelRequirement;
use super::requirements::Requirements;
use super::state::StateNode;
use crate::domain::quantity::Amount;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::scheduler::resources::pod_requests;
use crate::sandbox::kubernetes::scheduler::taint::{Taint, Toleration, untolerated};
use crate::sandbox::kubernetes::store::{Store, metadata};
use serde_json::{Value, json};
use std::sync::Arc;

/// The version of the hash, v3 since Karpenter 1.0.
pub const HASH_VERSION: &str = "v3";

/// What a limit still allows, by resource, in thousandths.
pub type Remaining = Vec<(String, i128)>;

/// A pool as a source of nodes.
#[derive(Debug, Clone)]
pub struct Template {
    pub pool: String,
    pub object: Arc<Value>,
    pub weight: i64,
    pub requirements: Requirements,
    pub taints: Vec<Taint>,
    /// Types that its requirements leave.
    pub offers: Vec<Arc<InstanceOffer>>,
    /// What the DaemonSets put on each of its nodes.
    pub daemons: PodDemand,
    pub remaining: Remaining,
}

/// The hash of what makes nodes differ: all of the template but its requirements.
pub fn pool_hash(pool: &Value) -> String {
    let mut template = pool.pointer("/spec/template").cloned().unwrap_or_default();
    if let Some(spec) = template.get_mut("spec").and_then(Value::as_object_mut) {
        spec.remove("requirements");
    }
    hash(&template)
}

impl Template {
    /// Reads a pool; `offers` are all that its class has.
    pub fn read(pool: &Arc<Value>, offers: &[Arc<InstanceOffer>], store: &Store, active: &[StateNode]) -> Self {
        let name = metadata::name(pool);
        let class = pool.pointer("/spec/template/spec/nodeClassRef/name").and_then(Value::as_str).unwrap_or_default();
        let mut requirements = Requirements::from_json(pool.pointer("/spec/template/spec/requirements"));
        requirements.add_all(&Requirements::from_labels(pool.pointer("/spec/template/metadata/labels")));
        for (key, value) in [(POOL, name), (CLASS, class)] {
            requirements.add(LabelRequirement::one_of(key, [value]));
        }
        let taints = Taint::read_all(&pool["spec"]["template"]["spec"]["taints"]);
        let kept = offers.iter().filter(|offer| offer.requirements.intersects(&requirements).is_ok());
        Self {
            pool: name.to_owned(),
            object: Arc::clone(pool),
            weight: pool.pointer("/spec/weight").and_then(Value::as_i64).unwrap_or(0),
            offers: kept.cloned().collect(),
            daemons: daemons(store, &requirements, &taints),
            remaining: remaining(pool, active),
            requirements,
            taints,
        }
    }

    /// Whether a type would stay within the limits.
    pub fn has_room_for(&self, offer: &InstanceOffer) -> bool {
        self.remaining.iter().all(|(name, left)| of(&offer.capacity, name) <= *left)
    }

    /// Whether the limit on nodes is used up.
    pub fn is_out_of_nodes(&self) -> bool {
        self.remaining.iter().any(|(name, left)| name == "nodes" && *left == 0)
    }

    /// Takes the largest that a planned node may become from the limits.
    pub fn spend(&mut self, offers: &[Arc<InstanceOffer>]) {
        for (name, left) in &mut self.remaining {
            *left -= offers.iter().map(|offer| of(&offer.capacity, name)).max().unwrap_or(0);
        }
    }

    /// Labels and annotations that its claims carry.
    pub fn claim_metadata(&self) -> (Value, Value) {
        let template = &self.object["spec"]["template"]["metadata"];
        let mut labels = if template["labels"].is_object() { template["labels"].clone() } else { json!({}) };
        let mut notes = if template["annotations"].is_object() { template["annotations"].clone() } else { json!({}) };
        labels[POOL] = self.pool.clone().into();
        let class = self.object.pointer("/spec/template/spec/nodeClassRef/name").cloned().unwrap_or_default();
        labels[CLASS] = class;
        notes[POOL_HASH] = pool_hash(&self.object).into();
        notes[POOL_HASH_VERSION] = HASH_VERSION.into();
        notes["karpenter.sh/nodeclaim-min-values-relaxed"] = "false".into();
        (labels, notes)
    }
}

/// Heaviest first, then by name.
pub fn order(templates: &mut [Template]) {
    templates.sort_by(|one, other| (-one.weight, &one.pool).cmp(&(-other.weight, &other.pool)));
}

/// An amount in thousandths; `nodes` is one a node.
fn of(capacity: &PodDemand, name: &str) -> i128 {
    let resources = &capacity.resources;
    match name {
        "cpu" => i128::from(resources.milli_cpu),
        "memory" => i128::from(resources.memory) * 1000,
        "ephemeral-storage" => i128::from(resources.ephemeral) * 1000,
        "pods" => i128::from(capacity.pods) * 1000,
        "nodes" => 1000,
        other => i128::from(resources.extended.get(other).copied().unwrap_or(0)) * 1000,
    }
}

/// The limits without what the pool's active nodes have.
fn remaining(pool: &Value, active: &[StateNode]) -> Remaining {
    let limits = pool.pointer("/spec/limits").and_then(Value::as_object);
    let mut left: Remaining = limits.into_iter().flatten().filter_map(limit).collect();
    for node in active.iter().filter(|node| node.pool() == Some(metadata::name(pool))) {
        let capacity = node.capacity();
        for (name, left) in &mut left {
            *left -= of(&capacity, name);
        }
    }
    left
}

fn limit((name, amount): (&String, &Value)) -> Option<(String, i128)> {
    let text = amount.as_str().map_or_else(|| amount.to_string(), str::to_owned);
    Some((name.clone(), i128::from(Amount::parse(&text)?.milli())))
}

/// The first limit that the usage of a pool exceeds, in Karpenter's words.
pub fn exceeded(pool: &Value, usage: &PodDemand, nodes: usize) -> Option<String> {
    let limits = pool.pointer("/spec/limits").and_then(Value::as_object)?;
    limits.iter().find_map(|one| {
        let (name, most) = limit(one)?;
        let used = if name == "nodes" { nodes as i128 * 1000 } else { of(usage, &name) };
        let plain = |amount: i128| {
            if amount % 1000 == 0 {
                (amount / 1000).to_string()
            } else {
                format!("{}.{:03}", amount / 1000, amount % 1000)
            }
        };
        let values = [("resource-name", name.as_str()), ("usage", &plain(used)), ("limit", &plain(most))];
        (used > most).then(|| super::object::wrapped("resource usage exceeds limit", &values))
    })
}

/// What the DaemonSets put on a node with these requirements and taints.
fn daemons(store: &Store, requirements: &Requirements, taints: &[Taint]) -> PodDemand {
    let mut node = requirements.clone();
    for key in [REGISTERED, INITIALIZED] {
        node.add(LabelRequirement::one_of(key, ["true"]));
    }
    let mut total = PodDemand::default();
    for (_, set) in store.list(Resource::DaemonSets) {
        if let Some(template) = set.pointer("/spec/template")
            && runs_on(template, &node, taints)
        {
            total.add(&PodDemand::of_pod(&pod_requests(&template["spec"])));
        }
    }
    total
}

/// Whether a DaemonSet's pod would run on a node.
pub fn runs_on(template: &Value, node: &Requirements, taints: &[Taint]) -> bool {
    let tolerations = Toleration::read_all(&template["spec"]["tolerations"]);
    untolerated(taints, &tolerations).is_none()
        && super::pod::alternatives(template).iter().any(|wanted| node.compatible(wanted).is_ok())
}
