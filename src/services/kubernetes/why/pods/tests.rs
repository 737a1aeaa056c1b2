//! Pods that wait, in the words of Karpenter 1.14 and kube-scheduler.

use super::*;
use crate::services::kubernetes::model::{NodeClaim, NodePool};
use crate::services::kubernetes::testing::{
    CLUSTER, TestCluster, ago, claim, event, fails, holds, node, now, one_of, pod as running, pool, taint,
    unregistered, waiting_pod,
};
use crate::services::kubernetes::why::waiting;

const FIT: &str = "0/18 nodes are available: 3 node(s) had untolerated taint {workload: compute}, 7 Insufficient cpu. \
                   preemption: 0/18 nodes are available: 18 Preemption is not helpful for scheduling.";
const KARPENTER: &str = "Failed to schedule pod, no instance type has the required offering, requirements=karpenter.sh/capacity-type In \
     [spot], karpenter.sh/nodepool In [spot], topology.kubernetes.io/zone In [eu-west-1b], workload In [spot], \
     resources={\"cpu\":\"970m\"}; all available instance types exceed limits for nodepool (NodePool=general); did not \
     tolerate taint (taint=workload=compute:NoSchedule)";

fn pools() -> Vec<NodePool> {
    let mut general = pool("general");
    general.weight = 20;
    general.limits = [("cpu".into(), 24_000), ("memory".into(), 96 << 30)].into();
    general.used.cpu = 24_000;
    let mut spot = pool("spot");
    spot.weight = 30;
    spot.limits.clear();
    spot.requirements = vec![one_of("karpenter.sh/capacity-type", &["spot"])];
    let mut compute = pool("compute");
    compute.taints = vec![taint("workload", "compute")];
    vec![compute, general, spot]
}

fn shortage() -> TestCluster {
    let fleet = "NodeClaim spot-aaaaa event: creating instance, insufficient capacity, with fleet error(s), \
                 InsufficientInstanceCapacity: There is no Spot capacity available that matches your request. (aws-…";
    TestCluster {
        pools: pools(),
        pods: (0..14).map(|at| waiting_pod("checkout", &format!("api-{at}"), "checkout-api", FIT)).collect(),
        events: (0..14)
            .map(|at| event("Pod", "checkout", &format!("api-{at}"), "FailedScheduling", KARPENTER, 30))
            .chain([event("NodeClaim", "", "spot-aaaaa", "InsufficientCapacityError", fleet, 120)])
            .collect(),
        ..TestCluster::default()
    }
}

fn told(cluster: TestCluster, name: &str) -> PodStory {
    let data = cluster.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    pod(&view, view.pod("checkout", name).unwrap(), now())
}

#[test]
fn each_pool_says_why_it_makes_no_node() {
    let story = told(shortage(), "api-0");
    assert_eq!(story.place, PodPlace::Refused);
    let words: Vec<String> = story.pools.iter().map(PoolAnswer::words).collect();
    assert_eq!(
        words,
        [
            "spot has no capacity in eu-west-1b",
            "general is at its limit (cpu 24 of 24)",
            "compute has taint workload=compute, not tolerated",
        ]
    );
    assert_eq!(
        story.reason(now()),
        "spot has no capacity in eu-west-1b, general is at its limit (cpu 24 of 24), compute tainted"
    );
    assert_eq!(
        story.advice,
        [
            "Allow pool spot on-demand, more instance types or zones: EC2 had none of what it asked for, and is asked again \
             every 3 minutes",
            "Raise spec.limits.cpu of general, or free capacity there",
        ]
    );
    assert_eq!((story.since, story.unread.len()), (Some(ago(600)), 0));
    let lines: Vec<String> = story.lines(now()).into_iter().map(|line| line.words).collect();
    assert_eq!(lines[1], "scheduler: of 18 nodes 7 Insufficient cpu, 3 untolerated taint {workload: compute}");
    assert_eq!(lines[5], "Karpenter: did not tolerate taint (taint=workload=compute:NoSchedule)");
}

#[test]
fn pods_of_one_owner_are_one_story() {
    let data = shortage().data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let pods: Vec<&Pod> = view.pods().collect();
    let story = waiting(&view, &pods, now());
    assert_eq!((story.count, story.since, story.is_karpenters), (14, Some(ago(600)), true));
    assert_eq!((story.looked, story.promised, story.refused), (8, 0, 8));
    assert_eq!(
        story.reason(now()),
        "spot has no capacity in eu-west-1b, general is at its limit (cpu 24 of 24), compute tainted"
    );
}

#[test]
fn of_many_that_are_promised_all_that_are_looked_at_are_promised() {
    let mut cluster = shortage();
    for at in 0..14 {
        let said = "Pod should schedule on: nodeclaim/general-bbbbb";
        cluster.events.push(event("Pod", "checkout", &format!("api-{at}"), "Nominated", said, 10));
    }
    cluster.claims = vec![unregistered("general-bbbbb", "general", 10)];
    let data = cluster.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let pods: Vec<&Pod> = view.pods().collect();
    let story = waiting(&view, &pods, now());
    assert_eq!((story.count, story.looked, story.promised, story.refused), (14, 8, 8, 0));
}

#[test]
fn a_promise_counts_while_what_is_promised_is_there() {
    let nominated = "Pod should schedule on: nodeclaim/general-bbbbb, node/ip-general-bbbbb";
    let with = |seconds: i64, claims: Vec<_>| {
        let mut cluster = shortage();
        cluster.events.push(event("Pod", "checkout", "api-0", "Nominated", nominated, seconds));
        cluster.nodes = claims.iter().filter_map(|claim: &NodeClaim| claim.node.as_deref()).map(node).collect();
        cluster.claims = claims;
        told(cluster, "api-0").place
    };
    let promised = |seconds| PodPlace::Promised {
        claim: Some("general-bbbbb".into()),
        node: None,
        since: Some(ago(seconds)),
        doubt: None,
    };
    assert_eq!(with(10, vec![unregistered("general-bbbbb", "general", 10)]), promised(10));
    assert_eq!(with(10, vec![]), PodPlace::Refused, "it has vanished");
    assert_eq!(with(60, vec![unregistered("general-bbbbb", "general", 60)]), PodPlace::Refused, "refused since");
    let since = Some(ago(10));
    let there = PodPlace::Promised { claim: None, node: Some("ip-general-bbbbb".into()), since, doubt: None };
    assert_eq!(with(10, vec![claim("general-bbbbb", "general")]), there, "it is a node now");
}

#[test]
fn what_is_held_preempts_or_is_of_a_daemon_set_is_not_told_to_want_a_pool() {
    let of = |change: fn(&mut Pod)| {
        let mut cluster = shortage();
        cluster.nodes = vec![node("ip-a")];
        change(&mut cluster.pods[0]);
        let story = told(cluster, "api-0");
        (story.pools.len(), story.advice.len(), story.reason(now()))
    };
    let gated = "is held by its scheduling gates: whoever set them has to lift them";
    assert_eq!(of(|pod| pod.conditions[0].reason = "SchedulingGated".into()), (0, 0, gated.into()));
    let others = "is to go to ip-a once pods there are evicted";
    assert_eq!(of(|pod| pod.nominated_node = Some("ip-a".into())), (0, 0, others.into()));
    assert_eq!(of(|pod| pod.nominated_node = Some("ip-gone".into())).0, 3, "that node is not there");
    let scheduler = "of 18 nodes 7 Insufficient cpu, 3 untolerated taint {workload: compute}";
    assert_eq!(of(|pod| pod.owner.as_mut().unwrap().kind = "DaemonSet".into()), (0, 0, scheduler.into()));
    let mut cluster = shortage();
    cluster.pods.iter_mut().for_each(|pod| pod.conditions[0].reason = "SchedulingGated".into());
    let data = cluster.data();
    assert_eq!(ClusterView::of(&data, CLUSTER).unwrap().waiting().count(), 0, "they do not wait for a node");
}

/// A pod that Karpenter makes claims for, of which the first was given up after fifteen minutes.
fn never_registers(again: Option<NodeClaim>) -> TestCluster {
    let given_up = unregistered("general-aaaaa", "general", 920);
    let mut cluster = TestCluster {
        pools: vec![pool("general")],
        pods: vec![waiting_pod("checkout", "api-0", "checkout-api", FIT)],
        gone: vec![(given_up, 15)],
        ..TestCluster::default()
    };
    if let Some(claim) = again {
        let said = format!("Pod should schedule on: nodeclaim/{}", claim.name);
        cluster.events.push(event("Pod", "checkout", "api-0", "Nominated", &said, 5));
        cluster.claims.push(claim);
    }
    cluster
}

#[test]
fn a_pool_whose_nodes_do_not_join_is_why_a_pod_waits() {
    let between = told(never_registers(None), "api-0");
    assert_eq!(between.reason(now()), "general had 1 claim in the last hour whose node did not join");
    assert!(between.advice[0].starts_with("Read the console output of an instance of general"), "{between:?}");
    let again = told(never_registers(Some(unregistered("general-bbbbb", "general", 5))), "api-0");
    let reason = again.reason(now());
    assert!(reason.starts_with("claim general-bbbbb is to become its node: launched ▸ registering"), "{reason}");
    assert!(reason.ends_with("second try in 15s"), "{reason}");
    let joined = |seconds: i64| {
        let mut cluster = never_registers(None);
        let mut claim = claim("general-ccccc", "general");
        claim.conditions.0.retain(|one| &*one.kind != "Registered");
        claim.conditions.0.push(holds("Registered", seconds));
        cluster.claims.push(claim);
        told(cluster, "api-0").pools[0].obstacles.is_empty()
    };
    assert!(joined(5), "another has joined since");
    assert!(!joined(600), "it was before");
}

#[test]
fn a_late_claim_is_a_doubtful_promise() {
    let mut cluster = never_registers(Some(unregistered("general-bbbbb", "general", 400)));
    cluster.gone.clear();
    let data = cluster.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let story = waiting(&view, &view.pods().collect::<Vec<_>>(), now());
    let words = "claim general-bbbbb is to become their node: launched ▸ registering 6m of 15m";
    assert_eq!((story.promised, story.reason(now())), (1, words.to_owned()));
    assert!(story.advice().contains("Read the console output"), "{}", story.advice());
}

#[test]
fn an_offering_that_nothing_else_tells_of_is_not_want_of_capacity() {
    let with = |end: Option<&str>| {
        let mut cluster = shortage();
        cluster.events.pop();
        let said =
            end.map(|end| format!("NodeClaim spot-aaaaa event: creating instance, insufficient capacity, {end}"));
        cluster
            .events
            .extend(said.map(|said| event("NodeClaim", "", "spot-aaaaa", "InsufficientCapacityError", &said, 120)));
        let story = told(cluster, "api-0");
        (story.pools[0].words(), story.advice[..story.advice.len() - 1].to_vec())
    };
    let zone =
        "See whether class and requirements of spot cover that zone and capacity type; else EC2 ran out of it lately";
    let offering = "spot has no offering in eu-west-1b now";
    assert_eq!(with(None), (offering.to_owned(), vec![zone.to_owned()]));
    for (code, why, advice) in [
        (
            "MaxSpotInstanceCountExceeded",
            "quota MaxSpotInstanceCountExceeded",
            "Raise the EC2 quota: MaxSpotInstanceCountExceeded",
        ),
        (
            "InsufficientFreeAddressesInSubnet",
            "no free addresses in its subnets",
            "Give the subnets of spot free addresses",
        ),
        (
            "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
            "no service-linked role of EC2 Spot",
            "Make the service-linked role of EC2 Spot",
        ),
    ] {
        let said = format!("with fleet error(s), {code}: some words");
        let words = format!("{offering} and was refused by EC2 lately ({why})");
        assert_eq!(with(Some(&said)), (words, vec![zone.to_owned(), advice.to_owned()]), "{code}");
    }
}

#[test]
fn a_limit_of_what_a_pod_does_not_ask_for_is_not_in_its_way() {
    let with = |asked: i64| {
        let mut cpu = pool("general");
        cpu.limits = [("nvidia.com/gpu".into(), 0)].into();
        let mut one = waiting_pod("checkout", "api-0", "checkout-api", FIT);
        one.requests.others = [("nvidia.com/gpu".into(), asked)].into();
        let story = told(TestCluster { pools: vec![cpu], pods: vec![one], ..TestCluster::default() }, "api-0");
        story.pools[0].words()
    };
    assert_eq!(with(0), "general: nothing is known against it");
    assert_eq!(with(1), "general is at its limit (nvidia.com/gpu 0 of 0)");
}

#[test]
fn an_old_promise_of_a_node_that_is_there_is_none() {
    let nominated = "Pod should schedule on: nodeclaim/general-bbbbb, node/ip-general-bbbbb";
    let cluster = TestCluster {
        pods: vec![waiting_pod("checkout", "api-0", "checkout-api", FIT)],
        claims: vec![claim("general-bbbbb", "general")],
        events: vec![event("Pod", "checkout", "api-0", "Nominated", nominated, 300)],
        ..TestCluster::default()
    };
    assert_eq!(told(cluster, "api-0").place, PodPlace::Refused);
}

#[test]
fn what_is_not_known_is_said_to_be_unknown() {
    let mut cluster = shortage();
    cluster.unread = vec![ObjectKind::Event, ObjectKind::NodePool];
    let story = told(cluster, "api-0");
    assert_eq!(story.unread, [ObjectKind::Event, ObjectKind::NodePool]);
    assert!(story.pools.is_empty() && story.karpenter.is_none());
    assert_eq!(story.reason(now()), "of 18 nodes 7 Insufficient cpu, 3 untolerated taint {workload: compute}");
    assert_eq!(story.advice, ["Add nodes, or lower what the pods ask of cpu"]);
    let mut silent = shortage();
    silent.unread = vec![ObjectKind::Event, ObjectKind::NodePool];
    silent.pods[0].conditions.clear();
    assert_eq!(told(silent.clone(), "api-0").reason(now()), "why it waits is not known: events are not read");
    silent.pods.iter_mut().for_each(|pod| pod.conditions.clear());
    let data = silent.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let pods: Vec<&Pod> = view.pods().collect();
    assert_eq!(waiting(&view, &pods, now()).reason(now()), "why is not known: events are not read");
}

#[test]
fn a_pool_that_is_not_ready_says_its_class() {
    let mut broken = pool("general");
    broken.conditions.0[0] = fails("NodeClassReady", "AMINotFound", "AMISelector did not match any AMIs", 700);
    broken.conditions.0[1] = fails("Ready", "UnhealthyDependents", "", 700);
    let cluster = TestCluster {
        pools: vec![broken],
        pods: vec![waiting_pod("checkout", "api-0", "checkout-api", FIT)],
        ..TestCluster::default()
    };
    let story = told(cluster, "api-0");
    assert_eq!(story.reason(now()), "general has class default, not ready (AMISelector did not match any AMIs)");
}

#[test]
fn events_of_an_earlier_pod_of_the_name_are_not_its_own() {
    let mut cluster = shortage();
    cluster.pods[0].created = Some(ago(20));
    assert_eq!(told(cluster, "api-0").karpenter, None);
    let mut on = shortage();
    on.pods[0] = running("checkout", "api-0");
    assert_eq!(told(on, "api-0").reason(now()), "runs on ip-a");
}
