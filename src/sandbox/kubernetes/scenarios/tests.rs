//! What each scenario looks like from outside.

use super::{ClusterScenario, NoisyCluster, waiting};
use crate::sandbox::kubernetes::estate::{ClusterEstate, ClusterSite};
use crate::sandbox::kubernetes::karpenter::condition;
use crate::sandbox::kubernetes::node_group::{GroupTrouble, GroupWish, UpdateState};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::simulation::ClusterSimulation;
use crate::sandbox::kubernetes::store::metadata;
use jiff::{SignedDuration, Timestamp};

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn said(estate: &ClusterEstate, reason: &str) -> Vec<String> {
    let events = estate.store.list(Resource::Events).filter(|(_, event)| event["reason"] == reason);
    let mut said: Vec<String> = events.map(|(_, event)| event["message"].as_str().unwrap().to_owned()).collect();
    said.sort();
    said.dedup();
    said
}

fn advance(estate: &mut ClusterEstate, seconds: i64) {
    let to = estate.simulation.now().checked_add(SignedDuration::from_secs(seconds)).unwrap();
    estate.advance(to);
}

#[test]
fn fourteen_pods_wait_and_each_pool_says_why() {
    let mut estate = ClusterEstate::new(ClusterSite::Production, now());
    ClusterScenario::CapacityShortage.begin(&mut estate);
    assert_eq!(waiting(&estate, "checkout"), 14);
    advance(&mut estate, 420);
    assert_eq!(waiting(&estate, "checkout"), 14, "it lasts");
    let why = said(&estate, "FailedScheduling");
    let karpenters: Vec<&String> = why.iter().filter(|one| one.starts_with("Failed to schedule pod, ")).collect();
    assert!(!karpenters.is_empty());
    for words in [
        "all available instance types exceed limits for nodepool (NodePool=general)",
        "karpenter.sh/nodepool In [spot]",
        "did not tolerate taint (taint=workload=compute:NoSchedule)",
        "did not tolerate taint (taint=workload=memory:NoSchedule)",
    ] {
        assert!(karpenters.iter().any(|one| one.contains(words)), "{words} {karpenters:#?}");
    }
    assert!(karpenters.iter().any(|one| one.contains("no instance type")), "{karpenters:#?}");
    let capacity = said(&estate, "InsufficientCapacityError");
    assert!(capacity.len() >= 2, "{capacity:#?}");
    assert!(estate.store.list(Resource::NodeClaims).all(|(_, claim)| condition::is_true(claim, "Initialized")));
    // Nor can the node group grow.
    assert!(grown(&mut estate).message.contains("InsufficientInstanceCapacity"));
    assert_eq!(estate.simulation.unrest(), []);
}

/// Why the node group did not grow by one.
fn grown(estate: &mut ClusterEstate) -> GroupTrouble {
    let desired = estate.group.lock().sizes().desired + 1;
    let wish = GroupWish { desired: Some(desired), ..GroupWish::default() };
    estate.group.lock().begin(wish, None, estate.simulation.now()).unwrap();
    advance(estate, 1_000);
    let group = estate.group.lock();
    match &group.updates()[0].state {
        UpdateState::Failed(trouble) => trouble.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn claims_that_never_register_follow_each_other() {
    let mut estate = ClusterEstate::new(ClusterSite::Development, now());
    let before: Vec<String> = estate.store.list(Resource::NodeClaims).map(|(key, _)| key.to_string()).collect();
    ClusterScenario::NeverRegistered.begin(&mut estate);
    advance(&mut estate, 300);
    let stuck = |estate: &ClusterEstate| -> Vec<String> {
        let claims = estate.store.list(Resource::NodeClaims);
        claims.map(|(key, _)| key.to_string()).filter(|key| !before.contains(key)).collect()
    };
    let first = stuck(&estate);
    assert!(!first.is_empty());
    advance(&mut estate, 900);
    let second = stuck(&estate);
    assert!(!second.is_empty() && second.iter().all(|one| !first.contains(one)), "{first:?} {second:?}");
    assert_eq!(grown(&mut estate).message, "Instances failed to join the kubernetes cluster");
}

#[test]
fn a_budget_and_an_annotation_hold_two_nodes() {
    let mut estate = ClusterEstate::new(ClusterSite::Production, now());
    ClusterScenario::BlockedDrain.begin(&mut estate);
    advance(&mut estate, 600);
    let claims: Vec<_> = estate.store.list(Resource::NodeClaims).map(|(_, claim)| claim.clone()).collect();
    let drifted: Vec<_> = claims.iter().filter(|claim| condition::is_true(claim, "Drifted")).collect();
    assert_eq!(drifted.len(), 1);
    assert_eq!(condition::get(drifted[0], "Drifted").unwrap()["reason"], "AMIDrift");
    let blocked = said(&estate, "DisruptionBlocked");
    assert!(blocked.iter().any(|one| one.contains("PodDisruptionBudget=[orders/orders-api-blue]")), "{blocked:#?}");
    let draining: Vec<_> = claims.iter().filter(|claim| metadata::is_terminating(claim)).collect();
    assert_eq!(draining.len(), 1);
    assert_eq!(condition::get(draining[0], "Drained").unwrap()["reason"], "Draining");
    let failed = said(&estate, "FailedDraining");
    assert!(failed.iter().any(|one| one == "Failed to drain node, 1 pods are waiting to be evicted"), "{failed:#?}");
}

#[test]
fn a_storm_takes_every_spot_node_and_pods_come_back() {
    let mut estate = ClusterEstate::new(ClusterSite::Staging, now());
    let spot = |estate: &ClusterEstate| -> Vec<String> {
        let claims = estate.store.list(Resource::NodeClaims);
        let spot = claims.filter(|(_, claim)| metadata::label(claim, "karpenter.sh/capacity-type") == Some("spot"));
        spot.map(|(key, _)| key.to_string()).collect()
    };
    let before = spot(&estate);
    assert!(!before.is_empty());
    ClusterScenario::SpotStorm.begin(&mut estate);
    advance(&mut estate, 900);
    assert!(spot(&estate).iter().all(|one| !before.contains(one)));
    assert_eq!(said(&estate, "SpotInterrupted"), ["Spot interruption warning was triggered"]);
    let unready = estate.store.list(Resource::Pods).filter(|(_, pod)| !condition::is_true(pod, "Ready")).count();
    assert_eq!(unready, 0);
}

#[test]
fn noise_is_as_loud_as_it_is_said_to_be() {
    let size = NoisyCluster { nodes: 100, pods: 400, writes: 100 };
    let (mut store, chatter) = size.build(now());
    assert_eq!((store.count(Resource::Nodes), store.count(Resource::Pods)), (100, 400));
    let before = store.revision();
    let mut simulation = ClusterSimulation::new(now()).with(chatter);
    simulation.advance(&mut store, now().checked_add(SignedDuration::from_secs(10)).unwrap());
    let written = store.revision() - before;
    assert!((950..=1_300).contains(&written), "{written}");
}
