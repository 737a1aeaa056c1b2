//! From pods that wait to nodes: the batch, the cheapest fitting, limits, no capacity, nodes that never register.

use super::stage::{Stage, pool, settled, start};
use crate::sandbox::kubernetes::cloud::{CapacityType, JoinFailure, Shortage};
use crate::sandbox::kubernetes::karpenter::condition;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::metadata;
use jiff::SignedDuration;
use serde_json::json;

#[test]
fn pods_that_wait_get_one_cheap_node() {
    let mut stage = Stage::new(&[pool("general", &json!({}))]);
    stage.advance(5);
    for at in 0..6 {
        stage.pod(&format!("api-{at}"), "500m", &json!({}));
    }
    let took = stage.until(10, |store| store.count(Resource::NodeClaims) > 0).unwrap();
    assert!((1.0..=3.0).contains(&took), "a batch closes a second after its last pod: {took}");
    let took = stage.until(120, settled).unwrap();
    assert!(took > 50.0, "an instance boots and its network starts: {took}");
    let claims = stage.all(Resource::NodeClaims);
    assert_eq!(claims.len(), 1);
    let claim = &claims[0];
    let label = |key: &str| metadata::label(claim, key).unwrap_or_default().to_owned();
    assert_eq!(label("karpenter.sh/capacity-type"), "spot");
    assert_eq!(label("karpenter.sh/nodepool"), "general");
    // Three cores and six GiB: the smallest that holds them.
    assert!(label("node.kubernetes.io/instance-type").ends_with(".xlarge"), "{claim}");
    assert!(condition::is_true(claim, "Ready"));
    let node = &stage.all(Resource::Nodes)[0];
    assert_eq!(metadata::label(node, "karpenter.sh/initialized"), Some("true"));
    assert!(node["spec"].get("taints").is_none(), "{}", node["spec"]);
    assert_eq!(stage.said("Nominated").len(), 6, "one for every pod");
    stage.advance(10);
    let pool = &stage.all(Resource::NodePools)[0];
    assert_eq!((&pool["status"]["nodes"], &pool["status"]["resources"]["cpu"]), (&json!(1), &json!("4")));
    assert!(condition::is_true(pool, "Ready") && condition::is_true(pool, "NodeRegistrationHealthy"));
}

#[test]
fn limits_and_taints_refuse_in_upstreams_words() {
    let full = pool("general", &json!({ "spec": { "weight": 20, "limits": { "cpu": "4" } } }));
    let taint = json!([{ "key": "workload", "value": "compute", "effect": "NoSchedule" }]);
    let tainted = pool("compute", &json!({ "spec": { "weight": 10, "template": { "spec": { "taints": taint } } } }));
    let mut stage = Stage::new(&[full, tainted]);
    stage.advance(5);
    stage.pod("first", "3", &json!({}));
    stage.until(120, settled).unwrap();
    stage.pod("second", "3", &json!({}));
    stage.advance(15);
    assert_eq!(
        stage.said("FailedScheduling"),
        ["Failed to schedule pod, all available instance types exceed limits for nodepool (NodePool=general); did \
          not tolerate taint (taint=workload=compute:NoSchedule)"]
    );
    // Told again only after five minutes.
    stage.advance(270);
    assert_eq!(stage.all(Resource::Events).iter().find(|one| one["reason"] == "FailedScheduling").unwrap()["count"], 1);
    stage.advance(30);
    assert_eq!(stage.all(Resource::Events).iter().find(|one| one["reason"] == "FailedScheduling").unwrap()["count"], 2);
    assert_eq!(stage.all(Resource::NodeClaims).len(), 1);
}

#[test]
fn without_capacity_the_claim_goes_at_once_and_comes_again_after_three_minutes() {
    let spot = json!([
        { "key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"] },
        { "key": "karpenter.k8s.aws/instance-family", "operator": "In", "values": ["m6i"] },
    ]);
    let mut stage =
        Stage::new(&[pool("spot", &json!({ "spec": { "template": { "spec": { "requirements": spot } } } }))]);
    stage.cloud.lock().unwrap().shortages.push(Shortage {
        types: String::new(),
        zone: None,
        capacity_type: Some(CapacityType::Spot),
        from: start(),
        until: None,
    });
    stage.advance(5);
    stage.pod("api", "500m", &json!({}));
    stage.until(10, |store| store.count(Resource::NodeClaims) == 1).unwrap();
    let lived = stage.until(10, |store| store.count(Resource::NodeClaims) == 0).unwrap();
    assert!(lived < 1.0, "gone within a second: {lived}");
    let said = stage.said("InsufficientCapacityError");
    assert_eq!(said.len(), 1);
    let words = "creating instance, insufficient capacity, with fleet error(s), InsufficientInstanceCapacity: There is \
                 no Spot capacity available that matches your request. (aws-error-code=UnfulfillableCapacity, \
                 aws-operation-name=CreateFleet, aws-request-id=";
    assert!(said[0].starts_with("NodeClaim spot-") && said[0].contains(words), "{said:?}");
    let again = stage.until(300, |store| store.count(Resource::NodeClaims) == 1).unwrap();
    assert!((170.0..200.0).contains(&again), "all offerings are avoided for three minutes: {again}");
    let refused = stage.said("FailedScheduling");
    assert!(
        refused[0].starts_with("Failed to schedule pod, no instance type has the required offering, requirements=")
            && refused[0].ends_with("resources={\"cpu\":\"500m\",\"memory\":\"1Gi\",\"pods\":\"1\"}"),
        "{refused:?}"
    );
}

#[test]
fn where_on_demand_is_allowed_it_follows_spot() {
    let mut stage = Stage::new(&[pool("general", &json!({}))]);
    stage.cloud.lock().unwrap().shortages.push(Shortage {
        types: String::new(),
        zone: None,
        capacity_type: Some(CapacityType::Spot),
        from: start(),
        until: None,
    });
    stage.advance(5);
    stage.pod("api", "500m", &json!({}));
    stage.until(180, settled).unwrap();
    let claim = &stage.all(Resource::NodeClaims)[0];
    assert_eq!(metadata::label(claim, "karpenter.sh/capacity-type"), Some("on-demand"));
    assert_eq!(stage.said("InsufficientCapacityError").len(), 1);
}

#[test]
fn a_class_that_is_not_ready_takes_its_pool_out() {
    let mut stage = Stage::new(&[pool("general", &json!({}))]);
    let key = crate::sandbox::kubernetes::store::ObjectKey::cluster(Resource::Ec2NodeClasses, "default");
    stage
        .store
        .update(&key, start(), |class| class["spec"]["amiSelectorTerms"] = json!([{ "id": "ami-0dead" }]))
        .unwrap();
    stage.advance(5);
    stage.pod("api", "500m", &json!({}));
    stage.advance(60);
    assert_eq!(stage.all(Resource::NodeClaims).len(), 0);
    let pool = &stage.all(Resource::NodePools)[0];
    let ready = condition::get(pool, "NodeClassReady").unwrap();
    assert_eq!((&ready["status"], &ready["reason"]), (&json!("False"), &json!("UnhealthyDependents")));
    let class = &stage.all(Resource::Ec2NodeClasses)[0];
    assert_eq!(condition::get(class, "AMIsReady").unwrap()["reason"], "AMINotFound");
}

#[test]
fn a_node_that_never_registers_is_tried_again_every_fifteen_minutes() {
    let mut stage = Stage::new(&[pool("general", &json!({}))]);
    stage.cloud.lock().unwrap().join_failures.push(JoinFailure { pool: None, from: start(), until: None });
    stage.advance(5);
    stage.pod("api", "500m", &json!({}));
    stage.until(10, |store| store.count(Resource::NodeClaims) == 1).unwrap();
    let first = metadata::name(&stage.all(Resource::NodeClaims)[0]).to_owned();
    stage.advance(14 * 60 + 50);
    let claim = &stage.all(Resource::NodeClaims)[0];
    assert_eq!(metadata::name(claim), first);
    let registered = condition::get(claim, "Registered").unwrap();
    assert_eq!(
        (&registered["reason"], &registered["message"]),
        (&json!("NodeNotFound"), &json!("Node not registered with cluster"))
    );
    let again = |store: &crate::sandbox::kubernetes::store::Store| {
        let names = store.list(Resource::NodeClaims).map(|(key, _)| key.name.to_string());
        names.into_iter().any(|name| name != first)
    };
    stage.until(120, again).unwrap();
    let pool = &stage.all(Resource::NodePools)[0];
    assert_eq!(condition::get(pool, "NodeRegistrationHealthy").unwrap()["status"], "Unknown");
    // The second failure makes the pool unhealthy.
    stage.advance(17 * 60);
    let pool = &stage.all(Resource::NodePools)[0];
    let health = condition::get(pool, "NodeRegistrationHealthy").unwrap();
    assert_eq!((&health["status"], &health["reason"]), (&json!("False"), &json!("RegistrationFailed")));
    assert!(condition::is_true(pool, "Ready"), "the pool goes on trying");
    let cloud = stage.cloud.lock().unwrap();
    let now = start().checked_add(SignedDuration::from_mins(40)).unwrap();
    let running = cloud.instances().filter(|one| cloud.describe(&one.provider_id(), now).is_some()).count();
    assert_eq!(running, 1, "no instance is left behind");
}
