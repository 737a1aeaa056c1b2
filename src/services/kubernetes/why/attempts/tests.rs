//! Claims that came to nothing.

use super::*;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::testing::{
    CLUSTER, TestCluster, claim, class, event, fails, now, one_of, pool, unlaunched, unregistered,
};

const FLEET: &str = "NodeClaim spot-aaaaa event: creating instance, insufficient capacity, with fleet error(s), \
                     InsufficientInstanceCapacity: There is no Spot capacity available that matches your request. \
                     (aws-error-code=UnfulfillableCapacity, aws-operation-name=CreateFleet, aws-request-id=15c...";

#[test]
fn claims_that_vanished_are_told_by_what_was_kept_and_by_events() {
    let kept = NodeClaim {
        requirements: vec![
            one_of("topology.kubernetes.io/zone", &["eu-west-1b"]),
            one_of("karpenter.sh/capacity-type", &["spot"]),
        ],
        ..unlaunched("spot-aaaaa", "spot", 121)
    };
    let data = TestCluster {
        pools: vec![pool("spot"), pool("general")],
        gone: vec![
            (kept, 120),
            (unregistered("general-bbbbb", "general", 1_500), 600),
            (unlaunched("general-ccccc", "general", 1_000), 700),
            (unlaunched("general-ddddd", "general", 100), 90),
            // A node that was taken away has not come to nothing.
            (claim("general-eeeee", "general"), 50),
            (unlaunched("general-old", "general", 7_300), 7_000),
        ],
        events: vec![
            event("NodeClaim", "", "spot-aaaaa", "InsufficientCapacityError", FLEET, 120),
            event(
                "NodeClaim",
                "",
                "spot-fffff",
                "InsufficientCapacityError",
                "NodeClaim spot-fffff event: creating instance, insufficient capacity, all requested instance types \
                 were unavailable during launch",
                60,
            ),
            event("NodeClaim", "", "spot-ggggg", "DisruptionTerminating", "Disrupting NodeClaim: Empty", 60),
        ],
        ..TestCluster::default()
    }
    .data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let spot = attempts(&view, "spot", 3_600, now());
    let told: Vec<_> = spot.iter().map(|one| (&*one.name, one.end.words())).collect();
    assert_eq!(
        told,
        [
            ("spot-fffff", "no capacity: all requested instance types were unavailable during launch".to_owned()),
            (
                "spot-aaaaa",
                "no capacity: InsufficientInstanceCapacity: There is no Spot capacity available that matches your \
                 request"
                    .to_owned()
            ),
        ]
    );
    assert_eq!((spot[1].zones.as_slice(), spot[1].capacity), (&["eu-west-1b".into()][..], Some(CapacityType::Spot)));
    let general: Vec<_> = attempts(&view, "general", 3_600, now()).into_iter().map(|one| (one.name, one.end)).collect();
    assert_eq!(
        general,
        [
            ("general-ddddd".into(), ClaimEnd::Deleted),
            ("general-bbbbb".into(), ClaimEnd::NotRegistered),
            ("general-ccccc".into(), ClaimEnd::NotLaunched),
        ]
    );
}

#[test]
fn what_ended_it_is_told_from_what_is_likely_and_from_what_is_not_read() {
    let said = |words: &str| format!("NodeClaim general-b event: creating instance, insufficient capacity, {words}");
    let of = |unread: Vec<ObjectKind>| {
        let mut broken = class("default");
        broken.conditions.0 = vec![fails("Ready", "", "no AMI", 60)];
        let gone = r#"resolving nodeclass, EC2NodeClass.karpenter.k8s.aws "default" not found"#;
        let data = TestCluster {
            pools: vec![pool("general")],
            classes: vec![broken],
            gone: vec![(unlaunched("general-a", "general", 100), 90)],
            events: vec![event("NodeClaim", "", "general-b", "InsufficientCapacityError", &said(gone), 95)],
            unread,
            ..TestCluster::default()
        }
        .data();
        let view = ClusterView::of(&data, CLUSTER).unwrap();
        attempts(&view, "general", 3_600, now()).iter().map(|one| one.end.words()).collect::<Vec<_>>()
    };
    assert_eq!(
        of(vec![]),
        [
            "its class is not ready now: likely that (no AMI)",
            r#"its class was not ready: resolving nodeclass, EC2NodeClass.karpenter.k8s.aws "default" not found"#,
        ]
    );
    assert_eq!(of(vec![ObjectKind::NodeClaim]), [""; 0], "a claim that is not read may well be there");
}
