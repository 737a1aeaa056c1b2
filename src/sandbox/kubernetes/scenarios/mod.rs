//! What can go wrong in a cluster, brought about by causes: capacity that EC2 lacks, instances that do not join,
//! budgets that hold a drain, interruptions. Everything that follows is the controllers' doing.

mod noisy;

#[cfg(test)]
mod tests;

pub use noisy::{Chatter, NoisyCluster};

use super::cloud::{CapacityType, JoinFailure, Shortage};
use super::estate::{ClusterEstate, system_group};
use super::karpenter::object::{self, CAPACITY_TYPE, DO_NOT_DISRUPT, POOL};
use super::karpenter::{images, pod, state};
use super::resources::Resource;
use super::store::{DeleteOptions, ObjectKey, metadata};
use crate::domain::quantity::write_milli;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::sync::PoisonError;

/// A scenario of a cluster, by the name that people type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterScenario {
    /// Fourteen pods of checkout wait: general is at its limit, spot has no capacity in one zone. Claims vanish
    /// within a second. The node group cannot grow: EC2 has none of its type.
    CapacityShortage,
    /// Instances for general are launched and never join; nor do those with which the node group is to grow.
    NeverRegistered,
    /// A drifted node that a budget holds, and one that drains and waits for a pod that must not be disrupted.
    BlockedDrain,
    /// EC2 takes every spot node back within minutes.
    SpotStorm,
}

impl ClusterScenario {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::CapacityShortage, Self::NeverRegistered, Self::BlockedDrain, Self::SpotStorm];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::CapacityShortage => "capacity-shortage",
            Self::NeverRegistered => "never-registered",
            Self::BlockedDrain => "blocked-drain",
            Self::SpotStorm => "spot-storm",
        }
    }

    /// The scenario of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// How long it has been going on when the sandbox begins: what takes a while to be seen is seen then.
    #[must_use]
    pub fn lead(self) -> SignedDuration {
        match self {
            Self::CapacityShortage | Self::NeverRegistered | Self::BlockedDrain => SignedDuration::from_mins(10),
            Self::SpotStorm => SignedDuration::ZERO,
        }
    }

    /// Brings it about at the estate's time. A shortage needs a few minutes until its pods wait: they pass here.
    pub fn begin(self, estate: &mut ClusterEstate) {
        let now = estate.simulation.now();
        match self {
            Self::CapacityShortage => capacity_shortage(estate, now),
            Self::NeverRegistered => never_registered(estate, now),
            Self::BlockedDrain => blocked_drain(estate, now),
            Self::SpotStorm => spot_storm(estate, now),
        }
    }
}

/// How many pods of checkout wait in the end.
const WAITING: i64 = 14;

fn capacity_shortage(estate: &mut ClusterEstate, now: Timestamp) {
    let zone = estate.site.zones()[1].name.clone();
    estate.cloud.lock().unwrap_or_else(PoisonError::into_inner).shortages.push(Shortage {
        types: String::new(),
        zone: Some(zone),
        capacity_type: Some(CapacityType::Spot),
        from: now,
        until: None,
    });
    estate.cloud.lock().unwrap_or_else(PoisonError::into_inner).shortages.push(Shortage {
        types: system_group::INSTANCE_TYPE.to_owned(),
        zone: None,
        capacity_type: Some(CapacityType::OnDemand),
        from: now,
        until: None,
    });
    let nodes = state::nodes(&estate.store);
    let (used, _) = state::usage(&nodes, "general");
    let limit = write_milli(used.resources.milli_cpu);
    let pool = ObjectKey::cluster(Resource::NodePools, "general");
    let _ = estate.store.update(&pool, now, |pool| pool["spec"]["limits"]["cpu"] = limit.into());
    // Demand rises; what the two other zones and free room can take is taken, the rest waits.
    let name = "checkout-api-blue";
    let mut replicas = 8 + WAITING;
    for _ in 0..6 {
        scale(estate, "checkout", name, replicas);
        let to = estate.simulation.now().checked_add(SignedDuration::from_secs(150)).unwrap_or(now);
        estate.advance(to);
        let waiting = waiting(estate, "checkout");
        if waiting == WAITING {
            break;
        }
        replicas += WAITING - waiting;
    }
}

fn waiting(estate: &ClusterEstate, namespace: &str) -> i64 {
    let pods = estate.store.in_namespace(Resource::Pods, namespace);
    pods.filter(|(_, one)| metadata::node_name(one).is_empty() && !pod::is_terminal(one)).count() as i64
}

/// The least and the most that an autoscaler makes; where there is none, the number itself.
fn scale(estate: &mut ClusterEstate, namespace: &str, name: &str, replicas: i64) {
    let now = estate.simulation.now();
    let scaler = ObjectKey::namespaced(Resource::HorizontalPodAutoscalers, namespace, name);
    if estate.store.contains(&scaler) {
        let _ = estate.store.update(&scaler, now, |scaler| {
            let most = scaler["spec"]["maxReplicas"].as_i64().unwrap_or(0);
            scaler["spec"]["minReplicas"] = replicas.into();
            scaler["spec"]["maxReplicas"] = most.max(replicas).into();
        });
        return;
    }
    let deployment = ObjectKey::namespaced(Resource::Deployments, namespace, name);
    let _ = estate.store.update(&deployment, now, |one| one["spec"]["replicas"] = replicas.into());
}

fn never_registered(estate: &mut ClusterEstate, now: Timestamp) {
    for pool in ["general", system_group::NAME] {
        let failure = JoinFailure { pool: Some(pool.to_owned()), from: now, until: None };
        estate.cloud.lock().unwrap_or_else(PoisonError::into_inner).join_failures.push(failure);
    }
    let more = estate.site.pick(6, 4, 3);
    for (namespace, name) in [("storefront", "web"), ("catalog", "catalog-api")] {
        let key = ObjectKey::namespaced(Resource::Deployments, namespace, name);
        let replicas = estate.store.get(&key).and_then(|one| one["spec"]["replicas"].as_i64()).unwrap_or(1);
        scale(estate, namespace, name, replicas + more);
    }
}

fn blocked_drain(estate: &mut ClusterEstate, now: Timestamp) {
    // Orders may not lose a pod any more.
    let budget = ObjectKey::namespaced(Resource::PodDisruptionBudgets, "orders", "orders-api-blue");
    let deployment = ObjectKey::namespaced(Resource::Deployments, "orders", "orders-api-blue");
    let replicas = estate.store.get(&deployment).and_then(|one| one["spec"]["replicas"].as_i64()).unwrap_or(1);
    let _ = estate.store.update(&budget, now, |budget| {
        if let Some(spec) = budget["spec"].as_object_mut() {
            spec.remove("maxUnavailable");
            spec.insert("minAvailable".to_owned(), replicas.into());
        }
    });
    // A node of theirs runs the image before the last.
    if let Some(claim) = claim_under(estate, "orders", "orders-api-blue") {
        let old = images("al2023@v20261016");
        let _ = estate.store.update(&claim, now, |claim| {
            let arch = metadata::label(claim, object::ARCH).unwrap_or_default().to_owned();
            let image = old.iter().flatten().find(|(one, ..)| one.name() == arch);
            claim["status"]["imageID"] = image.map_or("", |(_, id, _)| *id).into();
        });
    }
    // A report that must run to its end, on a node that was told to go.
    let held = estate
        .store
        .in_namespace(Resource::Pods, "reporting")
        .find(|(key, _)| key.name.starts_with("report-builder"))
        .map(|(key, _)| key.clone());
    let Some(held) = held else { return };
    let _ = estate.store.update(&held, now, |pod| object::mark(pod, "annotations", DO_NOT_DISRUPT, "true"));
    if let Some(claim) = claim_under(estate, "reporting", &held.name) {
        let _ = estate.store.delete(&claim, now, &DeleteOptions::default());
    }
}

/// The claim of the node on which a pod whose name begins so runs.
fn claim_under(estate: &ClusterEstate, namespace: &str, prefix: &str) -> Option<ObjectKey> {
    let mut pods = estate.store.in_namespace(Resource::Pods, namespace);
    let node = pods.find_map(|(key, pod)| {
        let node = metadata::node_name(pod);
        (key.name.starts_with(prefix) && !node.is_empty()).then(|| node.to_owned())
    })?;
    let claims = estate.store.list(Resource::NodeClaims);
    claims.into_iter().find(|(_, claim)| claim["status"]["nodeName"] == *node).map(|(key, _)| key.clone())
}

/// Every spot node is interrupted, one each half minute.
fn spot_storm(estate: &mut ClusterEstate, now: Timestamp) {
    let mut cloud = estate.cloud.lock().unwrap_or_else(PoisonError::into_inner);
    let spot = estate.store.list(Resource::NodeClaims).filter(|(_, claim)| {
        metadata::label(claim, CAPACITY_TYPE) == Some("spot") && metadata::label(claim, POOL).is_some()
    });
    let ids = spot.filter_map(|(_, claim)| claim.pointer("/status/providerID").and_then(Value::as_str));
    for (at, id) in ids.enumerate() {
        let when = now.checked_add(SignedDuration::from_secs(5 + 30 * at as i64)).unwrap_or(now);
        cloud.interrupt(id, when);
    }
}
