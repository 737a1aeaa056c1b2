//! Claims on their way, stuck, and gone.

use super::*;
use crate::services::kubernetes::testing::{
    CLUSTER, TestCluster, ago, claim as healthy, class, condition, event, now, pool, unlaunched, unregistered,
};

fn told_of(cluster: TestCluster, name: &str) -> ClaimStory {
    let data = cluster.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    claim(&view, view.claim(name).unwrap(), now())
}

fn with(claim: NodeClaim) -> TestCluster {
    TestCluster {
        pools: vec![pool("general")],
        classes: vec![class("default")],
        claims: vec![claim],
        ..Default::default()
    }
}

#[test]
fn a_claim_is_where_its_conditions_say() {
    let waits = |kind: &str| condition(kind, ConditionStatus::Unknown, "NodeNotReady", "Node status is NotReady", 100);
    let mut initialising = healthy("general-a", "general");
    initialising.conditions.0[2] = waits("Initialized");
    for (claim, state, limit) in [
        (unlaunched("general-a", "general", 70), "created ▸ launching 1m of 5m", Some(300)),
        (unregistered("general-a", "general", 560), "launched ▸ registering 9m of 15m", Some(900)),
        (initialising, "registered ▸ initialising 1m", None),
        (healthy("general-a", "general"), "initialised", None),
        (NodeClaim { deleting: Some(ago(5)), ..healthy("general-a", "general") }, "going", None),
    ] {
        let story = told_of(with(claim), "general-a");
        assert_eq!((story.state().as_str(), story.limit), (state, limit));
    }
}

#[test]
fn what_keeps_it_is_told_with_how_often_it_was_tried() {
    let mut cluster = with(unregistered("general-ccccc", "general", 560));
    cluster.gone = vec![
        (unregistered("general-aaaaa", "general", 2_500), 1_560),
        (unregistered("general-bbbbb", "general", 1_500), 561),
    ];
    cluster.access_entries = vec!["arn:aws:iam::111122223333:role/somebody".into()];
    let story = told_of(cluster.clone(), "general-ccccc");
    assert_eq!(story.tries.map(Tries::words).as_deref(), Some("third try in 26m"));
    assert_eq!(story.reason.as_deref(), Some("Node not registered with cluster"));
    assert!(story.is_late());
    assert_eq!(
        story.advice[0],
        "No access entry of the cluster is for role prod-eks-karpenter-node: nodes of it are not let in"
    );
    cluster.access_entries.push("arn:aws:iam::111122223333:role/prod-eks-karpenter-node".into());
    let story = told_of(cluster, "general-ccccc");
    assert!(story.advice[0].starts_with("Read the console output of i-ip-general-ccccc"), "{:?}", story.advice);
    assert_eq!(Tries { nth: 12, within: 3_000 }.words(), "try 12 in 50m");
}

#[test]
fn a_claim_that_is_gone_says_what_ended_it() {
    let said = "NodeClaim spot-a event: creating instance, insufficient capacity, all requested instance types were \
                unavailable during launch";
    let data = TestCluster {
        pools: vec![pool("spot")],
        gone: vec![(unlaunched("spot-a", "spot", 61), 60)],
        events: vec![
            event("NodeClaim", "", "spot-a", "InsufficientCapacityError", said, 60),
            event("NodeClaim", "", "spot-b", "InsufficientCapacityError", said, 90),
        ],
        ..TestCluster::default()
    }
    .data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let ended = "gone: no capacity: all requested instance types were unavailable during launch";
    let kept = gone(&view, view.gone().next().unwrap(), now());
    assert_eq!((kept.state().as_str(), kept.gone), (ended, Some(ago(60))));
    let events_alone = told(&view, "spot-b", now());
    assert_eq!((events_alone.state().as_str(), events_alone.gone), (ended, Some(ago(90))));
    assert_eq!(events_alone.steps[1].state, StageState::NotYet);
}
