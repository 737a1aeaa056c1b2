//! How nodes go: empty, too dear, out of date, interrupted; and what keeps them.

use super::stage::{Stage, pool, settled};
use crate::sandbox::kubernetes::karpenter::condition;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};
use jiff::Timestamp;
use serde_json::{Value, json};

fn claim_name(stage: &Stage) -> String {
    metadata::name(&stage.all(Resource::NodeClaims)[0]).to_owned()
}

fn delete_pods(stage: &mut Stage, prefix: &str) {
    let now = stage.simulation.now();
    let keys: Vec<ObjectKey> = stage.store.list(Resource::Pods).map(|(key, _)| key.clone()).collect();
    for key in keys.into_iter().filter(|key| key.name.starts_with(prefix)) {
        stage.store.delete(&key, now, &DeleteOptions::now()).unwrap();
    }
}

#[test]
fn an_empty_node_goes_after_its_pause_and_fifteen_seconds() {
    let mut stage = Stage::new(&[pool("general", &json!({}))]);
    stage.advance(5);
    stage.pod("api", "500m", &json!({}));
    stage.until(120, settled).unwrap();
    stage.advance(60);
    let now = stage.simulation.now();
    let key = ObjectKey::namespaced(Resource::Pods, "shop", "api");
    stage.store.delete(&key, now, &DeleteOptions::default()).unwrap();
    let took = stage.until(300, |store| store.list(Resource::NodeClaims).any(|(_, one)| metadata::is_terminating(one)));
    // 30 s without pods, the next look, 15 s until it is validated.
    assert!((45.0..60.0).contains(&took.unwrap()), "{took:?}");
    assert!(stage.said("DisruptionTerminating").contains(&"Disrupting NodeClaim: Empty".to_owned()));
    let node = &stage.all(Resource::Nodes)[0];
    assert_eq!(node["spec"]["taints"][0]["key"], "karpenter.sh/disrupted");
    stage.until(120, |store| store.count(Resource::NodeClaims) == 0 && store.count(Resource::Nodes) == 0).unwrap();
}

/// Two nodes of which one is nearly empty: its pod moves to the other.
fn underutilized(extra: &Value) -> Stage {
    let mut stage = Stage::new(&[pool("general", &json!({}))]);
    stage.advance(5);
    stage.pod("large-1", "1500m", &json!({}));
    stage.until(120, settled).unwrap();
    for at in 0..4 {
        stage.pod(&format!("filler-{at}"), "800m", &json!({}));
    }
    stage.pod("kept", "300m", extra);
    stage.until(180, settled).unwrap();
    stage
}

#[test]
fn pods_that_fit_elsewhere_free_a_node() {
    let mut stage = underutilized(&json!({}));
    let before = stage.all(Resource::NodeClaims).len();
    delete_pods(&mut stage, "filler-");
    let fewer = |store: &Store| store.count(Resource::NodeClaims) < before;
    stage.until(400, fewer).unwrap();
    assert!(stage.said("DisruptionTerminating").iter().any(|one| one.ends_with("Underutilized")));
    stage.until(120, settled).unwrap();
}

#[test]
fn what_must_not_be_disrupted_is_not_consolidated() {
    let mut stage = underutilized(&json!({ "metadata": { "annotations": { "karpenter.sh/do-not-disrupt": "true" } } }));
    let held = stage
        .store
        .get(&ObjectKey::namespaced(Resource::Pods, "shop", "kept"))
        .map(|one| metadata::node_name(one).to_owned())
        .unwrap();
    delete_pods(&mut stage, "filler-");
    stage.advance(900);
    let node = stage.store.get(&ObjectKey::cluster(Resource::Nodes, &held)).unwrap();
    assert!(!metadata::is_terminating(node));
    let words = "Pod has \"karpenter.sh/do-not-disrupt\" annotation (Pod=shop/kept)".to_owned();
    assert!(stage.said("DisruptionBlocked").contains(&words), "{:?}", stage.said("DisruptionBlocked"));
}

#[test]
fn a_dear_node_is_replaced_by_a_cheaper_one() {
    let only = json!([
        { "key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"] },
        { "key": "karpenter.k8s.aws/instance-family", "operator": "In", "values": ["m6i"] },
    ]);
    let mut stage =
        Stage::new(&[pool("general", &json!({ "spec": { "template": { "spec": { "requirements": only } } } }))]);
    stage.advance(5);
    for at in 0..5 {
        stage.pod(&format!("api-{at}"), "1", &json!({}));
    }
    stage.until(120, settled).unwrap();
    assert_eq!(
        metadata::label(&stage.all(Resource::NodeClaims)[0], "node.kubernetes.io/instance-type"),
        Some("m6i.2xlarge")
    );
    for at in 1..5 {
        delete_pods(&mut stage, &format!("api-{at}"));
    }
    stage.until(200, |store| store.count(Resource::NodeClaims) == 2).unwrap();
    let said = stage.said("ConsolidationCandidate");
    assert!(
        said[0].contains("replace: [ip-10-0-") && said[0].ends_with("-> [1 replacement] (savings: $0.29)"),
        "{said:?}"
    );
    // The old node stays until the new one is initialized.
    let waiting = stage.said("DisruptionWaitingReadiness");
    assert_eq!(waiting, ["Waiting on readiness to continue disruption"]);
    stage.until(300, |store| store.count(Resource::NodeClaims) == 1).unwrap();
    stage.until(60, settled).unwrap();
    assert_eq!(
        metadata::label(&stage.all(Resource::NodeClaims)[0], "node.kubernetes.io/instance-type"),
        Some("m6i.large")
    );
}

#[test]
fn drift_is_seen_and_replaced_within_the_budget() {
    let blocked = json!([{ "nodes": "0", "reasons": ["Drifted"] }, { "nodes": "100%" }]);
    let mut stage = Stage::new(&[pool("general", &json!({ "spec": { "disruption": { "budgets": blocked } } }))]);
    stage.advance(5);
    stage.pod("api", "500m", &json!({}));
    stage.until(120, settled).unwrap();
    let old = claim_name(&stage);
    let pool_key = ObjectKey::cluster(Resource::NodePools, "general");
    let now = stage.simulation.now();
    stage
        .store
        .update(&pool_key, now, |pool| pool["spec"]["template"]["metadata"] = json!({ "labels": { "team": "a" } }))
        .unwrap();
    stage.advance(120);
    let claim = &stage.all(Resource::NodeClaims)[0];
    assert_eq!(condition::get(claim, "Drifted").unwrap()["reason"], "NodePoolDrifted");
    let words = "No allowed disruptions for disruption reason Drifted due to blocking budget".to_owned();
    assert!(stage.said("DisruptionBlocked").contains(&words));
    assert_eq!(claim_name(&stage), old);
    let now = stage.simulation.now();
    stage
        .store
        .update(&pool_key, now, |pool| pool["spec"]["disruption"]["budgets"] = json!([{ "nodes": "10%" }]))
        .unwrap();
    stage
        .until(300, |store| {
            store.count(Resource::NodeClaims) == 1 && !store.contains(&ObjectKey::cluster(Resource::NodeClaims, &old))
        })
        .unwrap();
    stage.until(60, settled).unwrap();
    assert!(stage.said("Evicted").is_empty() || stage.said("Evicted")[0] == "Evicted pod: Drifted");
    let node = &stage.all(Resource::Nodes)[0];
    assert_eq!(metadata::label(node, "team"), Some("a"));
}

#[test]
fn a_pool_is_paused_by_a_budget_of_none_for_as_long_as_it_lasts() {
    // The clock stands at three on a Sunday; times are UTC.
    let pause = json!([{ "nodes": "100%" }, { "nodes": "0", "schedule": "0 3 22 11 *", "duration": "30m" }]);
    let mut stage = Stage::new(&[pool("general", &json!({ "spec": { "disruption": { "budgets": pause } } }))]);
    stage.advance(5);
    stage.pod("api", "500m", &json!({}));
    stage.until(120, settled).unwrap();
    let old = claim_name(&stage);
    let (pool_key, now) = (ObjectKey::cluster(Resource::NodePools, "general"), stage.simulation.now());
    stage
        .store
        .update(&pool_key, now, |pool| pool["spec"]["template"]["metadata"] = json!({ "labels": { "team": "a" } }))
        .unwrap();
    let end: Timestamp = "2026-11-22T03:30:00Z".parse().unwrap();
    stage.advance(end.duration_since(now).as_secs() - 5);
    let claim = &stage.all(Resource::NodeClaims)[0];
    assert!(condition::is_true(claim, "Drifted"), "drift is seen, and nothing is done about it");
    assert_eq!((stage.store.count(Resource::NodeClaims), claim_name(&stage)), (1, old.clone()));
    // It ends by itself.
    let key = ObjectKey::cluster(Resource::NodeClaims, &old);
    assert!(stage.until(300, |store| !store.contains(&key)).is_some());
}

#[test]
fn a_pause_stops_neither_a_deletion_nor_an_interruption() {
    let pause = json!([{ "nodes": "0" }]);
    let mut stage = Stage::new(&[pool("general", &json!({ "spec": { "disruption": { "budgets": pause } } }))]);
    stage.advance(5);
    stage.pod("api", "500m", &json!({}));
    stage.until(120, settled).unwrap();
    let claim = stage.all(Resource::NodeClaims)[0].clone();
    let now = stage.simulation.now();
    stage.cloud.lock().unwrap().interrupt(claim["status"]["providerID"].as_str().unwrap(), now);
    let key = ObjectKey::of(Resource::NodeClaims, &claim);
    assert!(stage.until(200, |store| !store.contains(&key)).is_some());
    stage.pod("another", "500m", &json!({}));
    stage.until(120, settled).unwrap();
    let (next, now) = (claim_name(&stage), stage.simulation.now());
    let key = ObjectKey::cluster(Resource::NodeClaims, &next);
    stage.store.delete(&key, now, &DeleteOptions::default()).unwrap();
    assert!(stage.until(200, |store| !store.contains(&key)).is_some());
}

#[test]
fn a_deleted_claim_taints_its_node_and_takes_it_along() {
    let mut stage = Stage::new(&[pool("general", &json!({}))]);
    stage.advance(5);
    let protected = json!({ "metadata": { "annotations": { "karpenter.sh/do-not-disrupt": "true" } } });
    stage.pod("api", "500m", &protected);
    stage.until(120, settled).unwrap();
    let (claim, now) = (claim_name(&stage), stage.simulation.now());
    let node = ObjectKey::of(Resource::Nodes, &stage.all(Resource::Nodes)[0]);
    stage.store.delete(&ObjectKey::cluster(Resource::NodeClaims, &claim), now, &DeleteOptions::default()).unwrap();
    stage.advance(3_600);
    // Without a grace period it stalls for ever: the pod is not evicted, the node takes no other.
    let held = stage.store.get(&node).unwrap();
    assert!(metadata::is_terminating(held));
    let taints = held["spec"]["taints"].as_array().unwrap();
    assert!(taints.iter().any(|one| one["key"] == "karpenter.sh/disrupted" && one["effect"] == "NoSchedule"));
    let pod = ObjectKey::namespaced(Resource::Pods, "shop", "api");
    assert!(!metadata::is_terminating(stage.store.get(&pod).unwrap()));
    // Whoever takes the protection away lets it go on.
    let now = stage.simulation.now();
    stage.store.update(&pod, now, |pod| pod["metadata"]["annotations"] = json!({})).unwrap();
    stage.until(200, |store| !store.contains(&node)).unwrap();
    stage.until(60, |store| store.count(Resource::NodeClaims) == 0).unwrap();
}

#[test]
fn a_drain_waits_for_the_budget() {
    let mut stage = Stage::new(&[pool("general", &json!({}))]);
    stage.advance(5);
    stage.pod("api", "500m", &json!({}));
    stage.until(120, settled).unwrap();
    stage.budget(0);
    stage.advance(150);
    let words = "Pdb prevents pod evictions (PodDisruptionBudget=[shop/api])".to_owned();
    assert!(stage.said("DisruptionBlocked").contains(&words), "{:?}", stage.said("DisruptionBlocked"));
    let (claim, now) = (claim_name(&stage), stage.simulation.now());
    stage.store.delete(&ObjectKey::cluster(Resource::NodeClaims, &claim), now, &DeleteOptions::default()).unwrap();
    stage.advance(1800);
    let held = stage.store.get(&ObjectKey::cluster(Resource::NodeClaims, &claim)).unwrap();
    let drained = condition::get(held, "Drained").unwrap();
    assert_eq!((&drained["status"], &drained["reason"]), (&json!("Unknown"), &json!("Draining")));
    assert!(condition::get(held, "InstanceTerminating").is_none());
    let failed = stage.said("FailedDraining");
    assert!(
        failed.contains(&"Failed to drain node, evicting pod violates a PDB (Pod=shop/api)".to_owned()),
        "{failed:?}"
    );
    stage.budget(1);
    stage.until(200, |store| !store.contains(&ObjectKey::cluster(Resource::NodeClaims, &claim))).unwrap();
    assert_eq!(stage.said("Evicted"), ["Evicted pod: Forceful Termination"]);
}

#[test]
fn the_grace_period_overrides_what_protects() {
    let grace = json!({ "spec": { "template": { "spec": { "terminationGracePeriod": "5m" } } } });
    let mut stage = Stage::new(&[pool("general", &grace)]);
    stage.advance(5);
    stage.pod("api", "500m", &json!({ "metadata": { "annotations": { "karpenter.sh/do-not-disrupt": "true" } } }));
    stage.until(120, settled).unwrap();
    let (claim, now) = (claim_name(&stage), stage.simulation.now());
    let key = ObjectKey::cluster(Resource::NodeClaims, &claim);
    stage.store.delete(&key, now, &DeleteOptions::default()).unwrap();
    stage.advance(240);
    assert!(stage.store.contains(&key));
    assert!(stage.said("TerminationGracePeriodExpiring")[0].starts_with("All pods will be deleted by 2026-11-22T03:"));
    stage.until(200, |store| !store.contains(&key)).unwrap();
    assert!(
        stage.said("Disrupted")[0].starts_with("Deleting the pod to accommodate the terminationTime 2026-11-22 03:")
    );
}

#[test]
fn an_interrupted_spot_node_is_drained_and_replaced() {
    let mut stage = Stage::new(&[pool("general", &json!({}))]);
    stage.advance(5);
    stage.pod("api", "500m", &json!({}));
    stage.until(120, settled).unwrap();
    let claim = stage.all(Resource::NodeClaims)[0].clone();
    let now = stage.simulation.now();
    stage.cloud.lock().unwrap().interrupt(claim["status"]["providerID"].as_str().unwrap(), now);
    stage.advance(3);
    assert_eq!(stage.said("SpotInterrupted").len(), 2, "node and claim");
    assert!(
        stage.said("TerminatingOnInterruption").contains(&"Interruption triggered termination for the Node".to_owned())
    );
    let key = ObjectKey::of(Resource::NodeClaims, &claim);
    assert!(metadata::is_terminating(stage.store.get(&key).unwrap()));
    stage.until(200, |store| !store.contains(&key)).unwrap();
}
