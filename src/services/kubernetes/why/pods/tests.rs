//! Pods that wait, in the words of Karpenter 1.14 and kube-scheduler.

use super::*;
use crate::services::kubernetes::model::NodePool;
use crate::services::kubernetes::testing::{
    CLUSTER, TestCluster, ago, claim, event, fails, now, one_of, pod as running, pool, taint, unregistered, waiting_pod,
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
            "Allow pool spot on-demand, more instance types or zones: EC2 has none of what it asks for, and is asked again \
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
    assert_eq!(
        story.reason(now()),
        "spot has no capacity in eu-west-1b, general is at its limit (cpu 24 of 24), compute tainted"
    );
}

#[test]
fn a_promise_counts_while_what_is_promised_is_there() {
    let nominated = "Pod should schedule on: nodeclaim/general-bbbbb, node/ip-general-bbbbb";
    let with = |seconds: i64, claims: Vec<_>| {
        let mut cluster = shortage();
        cluster.events.push(event("Pod", "checkout", "api-0", "Nominated", nominated, seconds));
        cluster.claims = claims;
        told(cluster, "api-0").place
    };
    let promised =
        |seconds| PodPlace::Promised { claim: Some("general-bbbbb".into()), node: None, since: Some(ago(seconds)) };
    assert_eq!(with(10, vec![unregistered("general-bbbbb", "general", 10)]), promised(10));
    assert_eq!(with(10, vec![]), PodPlace::Refused, "it has vanished");
    assert_eq!(with(60, vec![unregistered("general-bbbbb", "general", 60)]), PodPlace::Refused, "refused since");
    assert_eq!(with(10, vec![claim("general-bbbbb", "general")]), promised(10), "it is a node now");
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
