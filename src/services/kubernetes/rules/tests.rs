//! The rules of clusters through the engine.

use std::collections::{BTreeMap, HashSet};

use super::*;
use crate::domain::Since;
use crate::domain::finding::{Finding, Severity};
use crate::health::{coverage, examine};
use crate::services::kubernetes::model::{
    ConditionStatus, Conditions, Container, ContainerState, Ended, Figure, MetricTarget, NodeClaim, NodePool, Pod,
};
use crate::services::kubernetes::testing::{
    ARN, CLUSTER, TestCluster, ago, application, autoscaler, budget, claim, class, condition, container, deployment,
    eks, event, fails, holds, node, now, one_of, pod, pool, taint, unlaunched, unregistered, waiting_pod,
};
use crate::services::kubernetes::{Addon, ClusterVersion, EksTrouble, Insight, Nodegroup, Support};

const FIT: &str = "0/18 nodes are available: 3 node(s) had untolerated taint {workload: compute}, 7 Insufficient cpu. \
                   preemption: 0/18 nodes are available: 18 Preemption is not helpful for scheduling.";
const KARPENTER: &str = "Failed to schedule pod, no instance type has the required offering, requirements=karpenter.sh/capacity-type In \
     [spot], karpenter.sh/nodepool In [spot], topology.kubernetes.io/zone In [eu-west-1b], workload In [spot], \
     resources={\"cpu\":\"970m\"}; all available instance types exceed limits for nodepool (NodePool=general); did not \
     tolerate taint (taint=workload=compute:NoSchedule)";
const FLEET: &str = "NodeClaim spot-aaaaa event: creating instance, insufficient capacity, with fleet error(s), \
                     InsufficientInstanceCapacity: There is no Spot capacity available that matches your request. \
                     (aws-error-code=UnfulfillableCapacity, aws-operation-name=CreateFleet, aws-request-id=15c...";

fn found(cluster: TestCluster) -> Vec<Finding> {
    let data = cluster.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let facts = ClusterFacts::of(&view, now());
    let mut all: Vec<Finding> = things(&view)
        .iter()
        .filter_map(|thing| subject(&facts, thing))
        .flat_map(|subject| examine::<Clusters>(&subject, now(), &|_| None))
        .collect();
    all.sort_by(Finding::order);
    all
}

fn rules(cluster: TestCluster) -> Vec<(&'static str, Severity)> {
    found(cluster).iter().map(|finding| (finding.rule, finding.severity)).collect()
}

/// The one finding of a rule; none where it is silent.
fn only(cluster: TestCluster, rule: &str) -> Option<Finding> {
    let mut all: Vec<Finding> = found(cluster).into_iter().filter(|finding| finding.rule == rule).collect();
    assert!(all.len() <= 1, "{all:#?}");
    all.pop()
}

fn told(cluster: TestCluster, rule: &str) -> Option<(Severity, String)> {
    only(cluster, rule).map(|finding| (finding.severity, finding.summary))
}

/// A cluster in which all is well: a pool, a node of its claim, a workload over two zones.
fn well() -> TestCluster {
    let mut other = node("ip-b");
    other.zone = Some("eu-west-1b".into());
    let mut second = pod("shop", "api-2");
    second.node = Some("ip-b".into());
    TestCluster {
        nodes: vec![node("ip-a"), other],
        claims: vec![claim("a", "general"), claim("b", "general")],
        pools: vec![pool("general")],
        classes: vec![class("default")],
        workloads: vec![deployment("shop", "api", 2, 2)],
        pods: vec![pod("shop", "api-1"), second],
        budgets: vec![budget("shop", "api", 1)],
        autoscalers: vec![autoscaler("shop", "api", 2)],
        applications: vec![application("shop")],
        ..TestCluster::default()
    }
}

fn shortage() -> TestCluster {
    let mut general = pool("general");
    general.weight = 40;
    general.limits = [("cpu".into(), 24_000)].into();
    general.used.cpu = 24_000;
    let mut spot = pool("spot");
    spot.limits.clear();
    spot.requirements = vec![one_of("karpenter.sh/capacity-type", &["spot"])];
    let mut compute = pool("compute");
    compute.taints = vec![taint("workload", "compute")];
    let mut cluster = well();
    cluster.pools = vec![general, spot, compute];
    cluster.workloads.push(deployment("checkout", "checkout-api", 22, 8));
    for at in 0..14 {
        let name = format!("checkout-api-{at}");
        cluster.pods.push(waiting_pod("checkout", &name, "checkout-api", FIT));
        cluster.events.push(event("Pod", "checkout", &name, "FailedScheduling", KARPENTER, 30));
    }
    for at in 0..5 {
        let name = format!("spot-aaaa{at}");
        cluster.events.push(event("NodeClaim", "", &name, "InsufficientCapacityError", FLEET, 100 + 180 * at));
    }
    cluster
}

#[test]
fn rules_have_names_of_their_own_and_a_source() {
    let mut names = HashSet::new();
    for rule in Clusters::rules() {
        assert!(names.insert(rule.id) && !rule.source.is_empty(), "{}", rule.id);
        for need in rule.needs {
            assert!(NEEDED.contains(need), "{}: {need:?}", rule.id);
        }
    }
    assert_eq!(names.len(), 24);
}

#[test]
fn where_all_is_well_nothing_is_found() {
    assert_eq!(rules(well()), []);
}

#[test]
fn a_shortage_is_told_once_with_pods_pools_and_what_to_do() {
    let all = found(shortage());
    let told: Vec<_> = all.iter().map(|finding| (finding.rule, finding.severity, finding.resource.as_str())).collect();
    assert_eq!(
        told,
        [
            ("unschedulable-pods", Severity::Critical, "checkout-api"),
            ("claims-loop", Severity::Info, "spot"),
            ("pool-at-limit", Severity::Info, "general"),
        ]
    );
    let first = &all[0];
    assert_eq!(
        first.summary,
        "14 pods of checkout-api wait: general is at its limit (cpu 24 of 24), spot has no capacity in eu-west-1b, \
         compute tainted"
    );
    assert_eq!(
        first.advice,
        "Raise spec.limits.cpu of general, or free capacity there. Allow pool spot on-demand, more instance types or \
         zones: EC2 had none of what it asked for, and is asked again every 3 minutes."
    );
    assert_eq!(
        first.evidence,
        "5 claims of spot came to nothing in the last hour, of 18 nodes 7 Insufficient cpu, 3 untolerated taint \
         {workload: compute}"
    );
    assert_eq!(first.since, Some(Since::Told(ago(600))));
    assert_eq!(first.arn, format!("{ARN}#workload/Deployment/checkout/checkout-api"));
    assert_eq!(all[2].evidence, "pods of checkout-api wait");
}

#[test]
fn what_nobody_waits_for_is_told_by_the_pool() {
    let mut quiet = shortage();
    quiet.pods.retain(|pod| pod.node.is_some());
    quiet.workloads.pop();
    let all: Vec<_> =
        found(quiet).into_iter().map(|finding| (finding.rule, finding.severity, finding.summary)).collect();
    assert_eq!(
        all,
        [
            (
                "claims-loop",
                Severity::Warning,
                "5 claims came to nothing in the last hour: 5 without capacity".to_owned()
            ),
            ("pool-at-limit", Severity::Warning, "at its limit: cpu 24 of 24".to_owned()),
        ]
    );
}

#[test]
fn pods_that_wait_are_told_when_it_is_sure() {
    let with = |change: fn(&mut TestCluster)| {
        let mut cluster = well();
        cluster.workloads.push(deployment("checkout", "checkout-api", 4, 3));
        cluster.pods.push(waiting_pod("checkout", "checkout-api-1", "checkout-api", FIT));
        change(&mut cluster);
        told(cluster, "unschedulable-pods")
    };
    let young = |cluster: &mut TestCluster, seconds: i64| {
        let pod = cluster.pods.last_mut().unwrap();
        pod.conditions[0].since = Some(ago(seconds));
        pod.created = Some(ago(seconds));
    };
    let scheduler =
        "1 pod of checkout-api waits: of 18 nodes 7 Insufficient cpu, 3 untolerated taint {workload: compute}";
    let mut at = well();
    at.workloads.push(deployment("checkout", "checkout-api", 4, 3));
    at.pods.push(waiting_pod("checkout", "checkout-api-1", "checkout-api", FIT));
    let mut fresh = at.clone();
    young(&mut fresh, 30);
    assert_eq!(told(fresh.clone(), "unschedulable-pods"), None, "Karpenter has not said a word yet");
    young(&mut fresh, 70);
    assert_eq!(told(fresh.clone(), "unschedulable-pods"), Some((Severity::Warning, scheduler.into())));
    young(&mut fresh, 30);
    fresh.events.push(event(
        "Pod",
        "checkout",
        "checkout-api-1",
        "FailedScheduling",
        "Failed to schedule pod, all available instance types exceed limits for nodepool (NodePool=general)",
        5,
    ));
    let limit = "1 pod of checkout-api waits: general has no room for a node within its limit (cpu 8 of 64)";
    assert_eq!(told(fresh, "unschedulable-pods"), Some((Severity::Warning, limit.into())), "Karpenter said no");
    assert_eq!(with(|_| {}), Some((Severity::Critical, scheduler.into())), "a fourth of it, for ten minutes");
    assert_eq!(
        with(|c| c.pods.last_mut().unwrap().owner.as_mut().unwrap().kind = "Job".into()),
        Some((Severity::Warning, scheduler.into()))
    );
    assert_eq!(
        with(|c| c.pods.last_mut().unwrap().owner = None).unwrap().1,
        scheduler.replace("1 pod of checkout-api waits", "pod checkout-api-1 waits")
    );
    assert_eq!(with(|c| c.pods.last_mut().unwrap().node = Some("ip-a".into())), None);
    let gated = |c: &mut TestCluster| c.pods.last_mut().unwrap().conditions[0].reason = "SchedulingGated".into();
    assert_eq!(with(gated), None, "it is held on purpose");
    assert_eq!(with(|c| c.workloads[1].ready = 4).unwrap().0, Severity::Warning, "a rollout: nothing is lacking");
    assert_eq!(with(|c| (c.workloads[1].wanted, c.workloads[1].ready) = (0, 0)).unwrap().0, Severity::Warning);
}

#[test]
fn pods_that_are_promised_a_young_claim_are_on_their_way() {
    let with = |age: i64| {
        let mut cluster = well();
        cluster.workloads.push(deployment("checkout", "checkout-api", 4, 3));
        cluster.pods.push(waiting_pod("checkout", "checkout-api-1", "checkout-api", FIT));
        let nominated = "Pod should schedule on: nodeclaim/general-ccccc";
        cluster.events.push(event("Pod", "checkout", "checkout-api-1", "Nominated", nominated, age));
        cluster.claims.push(unregistered("general-ccccc", "general", age));
        cluster
    };
    assert_eq!(rules(with(100)), []);
    let mut there = with(60);
    there.claims.last_mut().unwrap().deleting = Some(ago(5));
    there.events[0].message = "Pod should schedule on: nodeclaim/a, node/ip-a".into();
    assert_eq!(told(there, "unschedulable-pods"), None, "it goes to a node that has been there for hours");
    assert_eq!(
        told(with(560), "unschedulable-pods").unwrap().1,
        "1 pod of checkout-api waits for claim general-ccccc: launched ▸ registering 9m of 15m"
    );
    assert_eq!(
        told(with(560), "claim-not-registered").unwrap(),
        (
            Severity::Warning,
            "not registered in 9m of 15: launched, the node has not joined (AMI, network or IAM)".into()
        )
    );
}

#[test]
fn a_claim_is_late_by_its_step() {
    for (claim, expected) in [
        (unlaunched("general-c", "general", 50), None),
        (unlaunched("general-c", "general", 130), Some("not launched in 2m of 5: EC2 has given no instance")),
        (unregistered("general-c", "general", 170), None),
        (NodeClaim { deleting: Some(ago(5)), ..unregistered("general-c", "general", 800) }, None),
    ] {
        let mut cluster = well();
        cluster.claims.push(claim);
        assert_eq!(told(cluster, "claim-not-registered").map(|(_, words)| words).as_deref(), expected);
    }
}

#[test]
fn claims_that_come_to_nothing_are_a_loop() {
    let with = |gone: Vec<(NodeClaim, i64)>| told(TestCluster { gone, ..well() }, "claims-loop");
    let slow = |seconds| (unregistered("general-x", "general", seconds + 901), seconds);
    assert_eq!(with(vec![slow(300)]), None);
    let two = vec![slow(300), (unregistered("general-y", "general", 2_300), 1_300)];
    assert_eq!(
        with(two).unwrap(),
        (Severity::Warning, "2 claims came to nothing in the last hour: 2 not registered in 15m".into())
    );
    let old = vec![slow(2_000), (unregistered("general-y", "general", 4_000), 3_000)];
    assert_eq!(with(old), None, "it is over");
    let mut quota = well();
    for name in ["general-x", "general-y", "general-z"] {
        let said = format!(
            "NodeClaim {name} event: creating instance, insufficient capacity, with fleet error(s), VcpuLimitExceeded: \
             You have requested more vCPU capacity than your current vCPU limit"
        );
        quota.events.push(event("NodeClaim", "", name, "InsufficientCapacityError", &said, 100));
    }
    let one = only(quota, "claims-loop").unwrap();
    assert_eq!(one.summary, "3 claims came to nothing in the last hour: 3 refused for a quota of EC2");
    assert_eq!(one.advice, "Raise the EC2 quota: VcpuLimitExceeded.");
    let lost = || (unlaunched("general-x", "general", 120), 60);
    let mut odd = TestCluster { gone: vec![lost(), lost(), lost()], ..well() };
    for (at, (claim, _)) in odd.gone.iter_mut().enumerate() {
        claim.name = format!("general-x{at}").into();
    }
    let advice = |cluster: &TestCluster| only(cluster.clone(), "claims-loop").unwrap().advice;
    assert_eq!(advice(&odd), "Look at Karpenter's log for why its claims go before they are nodes.");
    odd.eks = Some(crate::services::kubernetes::EksCluster { auto_mode: true, ..eks() });
    assert_eq!(
        advice(&odd),
        "Look at the events of the claim and its NodeClass for why its claims go before they are nodes."
    );
}

#[test]
fn a_node_that_is_not_ready_is_told_after_a_minute() {
    let with = |change: fn(&mut TestCluster)| {
        let mut cluster = well();
        cluster.nodes[0].conditions.0[0] = fails("Ready", "KubeletNotReady", "PLEG is not healthy", 200);
        change(&mut cluster);
        told(cluster, "node-not-ready").map(|(_, words)| words)
    };
    assert_eq!(with(|_| {}).as_deref(), Some("node not ready: PLEG is not healthy"));
    assert_eq!(with(|c| c.nodes[0].conditions.0[0].since = Some(ago(50))), None);
    assert_eq!(with(|c| c.nodes[0].created = Some(ago(200))), None, "it begins");
    assert_eq!(with(|c| c.claims[0].deleting = Some(ago(20))), None, "it goes");
    let evidence = |unread: Vec<ObjectKind>| {
        let mut cluster = well();
        cluster.unread = unread;
        cluster.nodes[0].conditions.0[0] = fails("Ready", "KubeletNotReady", "PLEG is not healthy", 200);
        only(cluster, "node-not-ready").unwrap().evidence
    };
    assert_eq!(evidence(vec![]), "1 pod, m6i.xlarge eu-west-1a");
    assert_eq!(evidence(vec![ObjectKind::Pod]), "m6i.xlarge eu-west-1a", "what is not read is not counted");
    let mut fargate = well();
    fargate.nodes[0].provider = crate::services::kubernetes::model::NodeProvider::Fargate;
    fargate.nodes[0].conditions.0[0] = fails("Ready", "KubeletNotReady", "PLEG is not healthy", 200);
    assert!(!only(fargate, "node-not-ready").unwrap().advice.contains("console"));
    assert_eq!(
        with(|c| c.nodes[0].conditions.0[0].status = ConditionStatus::Unknown).as_deref(),
        Some("node not heard of: its kubelet reports nothing")
    );
}

#[test]
fn a_node_that_does_not_go_is_told_with_what_holds_it() {
    let with = |seconds: i64, held: bool| {
        let mut cluster = well();
        (cluster.nodes[0].deleting, cluster.claims[0].deleting) = (Some(ago(seconds)), Some(ago(seconds)));
        if held {
            cluster.pods[0].do_not_disrupt = Some("true".into());
        }
        told(cluster, "node-stuck-terminating")
    };
    assert_eq!(with(200, true), None);
    assert_eq!(with(700, false), None, "it may well be draining");
    assert_eq!(with(700, true), Some((Severity::Info, "not gone in 11m 40s: shop/api-1 must not be disrupted".into())));
    assert_eq!(with(1_900, false), Some((Severity::Warning, "not gone in 31m 40s: 1 pod still to go".into())));
    let mut dark = well();
    dark.pods.clear();
    (dark.nodes[0].deleting, dark.claims[0].deleting) = (Some(ago(1_900)), Some(ago(1_900)));
    let told = |cluster: &TestCluster| only(cluster.clone(), "node-stuck-terminating").unwrap();
    assert_eq!(told(&dark).summary, "not gone in 31m 40s: nothing says why");
    dark.unread = vec![ObjectKind::Event, ObjectKind::NodeClaim];
    assert_eq!(
        (told(&dark).summary.as_str(), told(&dark).evidence.as_str()),
        (
            "not gone in 31m 40s: why is not known: events, node claims are not read",
            "whether it goes by force is not known"
        )
    );
}

#[test]
fn drift_that_waits_is_the_pools_and_drift_that_is_blocked_the_nodes() {
    let with = |allowed: i64| {
        let mut cluster = well();
        cluster.claims[0].conditions.0.push(condition("Drifted", ConditionStatus::True, "AMIDrift", "", 4_000));
        cluster.budgets = vec![budget("shop", "api", allowed)];
        cluster.budgets[0].healthy = 2;
        found(cluster).into_iter().map(|f| (f.rule, f.severity, f.summary)).collect::<Vec<_>>()
    };
    let waits = ("drift-waiting", Severity::Info, "1 of 2 nodes drifted (AMI)".to_owned());
    assert_eq!(with(1), std::slice::from_ref(&waits));
    assert_eq!(
        with(0),
        [("drift-blocked", Severity::Warning, "drifted: AMI, blocked by PDB shop/api".to_owned()), waits]
    );
}

#[test]
fn pools_and_classes_that_are_not_ready() {
    let mut cluster = well();
    let broken = |pool: &mut NodePool| {
        pool.conditions.0[0] = fails("NodeClassReady", "UnhealthyDependents", "AMIsReady=False", 700);
        pool.conditions.0[1] = fails("Ready", "UnhealthyDependents", "", 700);
    };
    cluster.pools.push(pool("spot"));
    cluster.pools.iter_mut().for_each(broken);
    cluster.classes[0].conditions = Conditions(vec![
        fails("AMIsReady", "AMINotFound", "AMISelector did not match any AMIs", 700),
        fails("Ready", "", "", 700),
    ]);
    let all = found(cluster);
    assert_eq!(all.len(), 1, "two pools have it, one tells: {all:#?}");
    assert_eq!(
        (all[0].rule, all[0].resource.as_str(), all[0].evidence.as_str()),
        ("class-not-ready", "general", "pools general, spot")
    );
    assert_eq!(all[0].summary, "class default is not ready: AMIsReady: AMISelector did not match any AMIs");
    let mut invalid = well();
    invalid.pools[0].conditions.0.push(fails("ValidationSucceeded", "Invalid", "bad requirement", 700));
    invalid.pools[0].conditions.0[1] = fails("Ready", "", "", 700);
    assert_eq!(told(invalid, "pool-not-ready").unwrap().1, "pool not ready: bad requirement");
    let mut sick = well();
    sick.pools[0].conditions.0.push(fails(
        "NodeRegistrationHealthy",
        "RegistrationFailed",
        "Failed to register node",
        90,
    ));
    assert_eq!(told(sick, "pool-not-ready").unwrap().1, "its nodes do not register: Failed to register node");
    let mut unlaunched = well();
    let reason = "UnauthorizedOperation";
    unlaunched.pools[0].conditions.0.push(fails("NodeRegistrationHealthy", reason, "not authorized", 90));
    assert_eq!(told(unlaunched, "pool-not-ready").unwrap().1, "its claims are not launched: not authorized");
    let mut old = well();
    old.classes[0].amis[0].2 = true;
    assert_eq!(
        told(old, "deprecated-ami").unwrap(),
        (Severity::Info, "class default starts nodes from 1 deprecated AMI".into())
    );
}

#[test]
fn a_limit_that_stands_is_over_only_with_room() {
    let at = |used: i64, standing: Option<Severity>| {
        let mut cluster = well();
        cluster.pools[0].used.cpu = used;
        let data = cluster.data();
        let view = ClusterView::of(&data, CLUSTER).unwrap();
        let facts = ClusterFacts::of(&view, now());
        let subject = subject(&facts, &ThingRef::NodePool("general".into())).unwrap();
        let all = examine::<Clusters>(&subject, now(), &|_| standing);
        assert!(all.iter().all(|one| one.summary.starts_with(if used < 64_000 {
            "near its limit"
        } else {
            "at its limit"
        })));
        all.len()
    };
    assert_eq!((at(63_000, None), at(64_000, None)), (0, 1));
    assert_eq!((at(61_000, Some(Severity::Warning)), at(60_000, Some(Severity::Warning))), (1, 0));
    let mut closed = well();
    closed.pools[0].limits = [("cpu".into(), 0)].into();
    assert_eq!(told(closed, "pool-at-limit"), None, "a pool that is closed on purpose");
}

#[test]
fn spot_that_ec2_takes_back_is_told_by_the_pool() {
    let with = |count: usize, seconds: i64| {
        let mut cluster = well();
        let said = "Spot interruption warning was triggered";
        cluster.events = (0..count)
            .map(|at| event("NodeClaim", "", &format!("general-{at:05}"), "SpotInterrupted", said, seconds))
            .collect();
        told(cluster, "spot-interruption")
    };
    assert_eq!(with(1, 60), Some((Severity::Info, "EC2 called back 1 node of spot in the last 15m".into())));
    assert_eq!(with(4, 60).unwrap().0, Severity::Warning);
    assert_eq!(with(4, 1_000), None);
}

fn crashing(name: &str) -> Pod {
    let waiting = ContainerState::Waiting { reason: "CrashLoopBackOff".into(), message: "back-off 5m0s".into() };
    let last =
        Ended { exit_code: 1, signal: None, reason: "Error".into(), message: "no route".into(), at: Some(ago(90)) };
    let api = Container { restarts: 7, last: Some(last), ..container("api", waiting) };
    Pod { containers: vec![api], ready: false, ..pod("shop", name) }
}

#[test]
fn containers_that_do_not_stay_up() {
    let mut cluster = well();
    cluster.pods[0] = crashing("api-1");
    let one = only(cluster.clone(), "crash-loop").unwrap();
    assert_eq!(one.summary, "1 pod in CrashLoopBackOff: api exits with 1, 7 restarts");
    assert_eq!((one.severity, one.evidence.as_str()), (Severity::Warning, "2 of 2 ready, no route"));
    cluster.workloads[0].ready = 0;
    assert_eq!(told(cluster.clone(), "crash-loop").unwrap().0, Severity::Critical);
    // What has no workload of a watched kind is judged when it is in trouble.
    cluster.pods[0].owner.as_mut().unwrap().kind = "Job".into();
    let job = only(cluster, "crash-loop").unwrap();
    assert_eq!(job.arn, format!("{ARN}#workload/Job/shop/api"));
}

#[test]
fn autoscalers_budgets_and_zones() {
    let scaled = |since: i64, current: i64| {
        let mut cluster = well();
        let scaler = &mut cluster.autoscalers[0];
        (scaler.current, scaler.desired) = (10, 10);
        scaler.conditions.0.push(holds("ScalingLimited", since));
        let current = Some(Figure::Utilization(current));
        scaler.metrics = vec![MetricTarget { name: "cpu".into(), target: Figure::Utilization(70), current }];
        told(cluster, "autoscaler-saturated")
    };
    assert_eq!(
        scaled(700, 91),
        Some((Severity::Warning, "autoscaler at its maximum of 10: cpu 91 %, target 70 %".into()))
    );
    assert_eq!((scaled(500, 91), scaled(700, 75)), (None, None));
    let shut = |healthy: i64| {
        let mut cluster = well();
        (cluster.budgets[0].allowed, cluster.budgets[0].healthy) = (0, healthy);
        told(cluster, "budget-blocks").map(|(_, words)| words)
    };
    assert_eq!(shut(3).as_deref(), Some("PDB api lets no pod go though all are healthy: evictions are refused"));
    assert_eq!(shut(2), None, "it lets one go when all are healthy again");
    let mut lost = well();
    lost.budgets[0].allowed = 0;
    lost.budgets[0].conditions.0.push(fails("DisruptionAllowed", "SyncFailed", "no controllers found for pod", 60));
    let words = "PDB api cannot be computed: no controllers found for pod";
    assert_eq!(told(lost, "budget-blocks"), Some((Severity::Warning, words.into())));
    let mut narrow = well();
    narrow.pods[1].node = Some("ip-a".into());
    assert_eq!(
        told(narrow.clone(), "one-zone"),
        Some((Severity::Info, "all 2 pods that are ready run in eu-west-1a".into()))
    );
    narrow.nodes[1].zone = Some("eu-west-1a".into());
    assert_eq!(told(narrow, "one-zone"), None, "there is no other zone");
}

#[test]
fn applications_that_are_degraded_or_out_of_sync() {
    let with = |change: fn(&mut crate::services::kubernetes::model::Application)| {
        let mut cluster = well();
        change(&mut cluster.applications[0]);
        found(cluster).into_iter().map(|f| (f.rule, f.severity, f.summary)).collect::<Vec<_>>()
    };
    assert_eq!(
        with(|app| app.sync = "OutOfSync".into()),
        [("argocd-out-of-sync", Severity::Info, "out of sync with its repository".to_owned())]
    );
    assert_eq!(
        with(|app| {
            app.sync = "OutOfSync".into();
            app.operation = Some(("Failed".into(), "hook failed".into()));
        }),
        [("argocd-out-of-sync", Severity::Warning, "out of sync, the last sync failed: hook failed".to_owned())]
    );
    assert_eq!(
        with(|app| {
            app.health = "Degraded".into();
            app.wrong = vec![("Deployment".into(), "shop".into(), "api".into())];
        }),
        [("argocd-degraded", Severity::Warning, "application degraded: Deployment shop/api".to_owned())]
    );
    assert_eq!(with(|app| app.health = "Progressing".into()), []);
}

#[test]
fn the_support_of_a_version_ends() {
    let version = |standard: i64, extended: i64| ClusterVersion {
        version: "1.34".into(),
        is_default: false,
        released: None,
        standard_until: Some(ago(-standard * 86_400)),
        extended_until: Some(ago(-extended * 86_400)),
        support: Some(Support::Standard),
    };
    for (standard, extended, expected) in [
        (90, 455, None),
        (50, 415, Some((Severity::Warning, "standard support of Kubernetes 1.34 ends in 50d: then +$365/mo"))),
        (-116, 249, Some((Severity::Warning, "Kubernetes 1.34 in extended support since 2026-07-29: +$365/mo"))),
        (-355, 10, Some((Severity::Critical, "Kubernetes 1.34 in extended support since 2025-12-02: +$365/mo"))),
        (
            -366,
            -1,
            Some((Severity::Critical, "Kubernetes 1.34 is out of support since 2026-11-21: EKS upgrades it by itself")),
        ),
    ] {
        let cluster = TestCluster { versions: vec![version(standard, extended)], ..well() };
        let found = told(cluster, "cluster-version-support");
        assert_eq!(found, expected.map(|(severity, words)| (severity, words.to_owned())), "{standard}");
    }
    let mut upgraded = TestCluster { versions: vec![version(-116, 249)], ..well() };
    upgraded.eks = Some(crate::services::kubernetes::EksCluster { upgrade_policy: Some("STANDARD".into()), ..eks() });
    let words = "standard support of Kubernetes 1.34 ended 2026-07-29: EKS upgrades it by itself";
    assert_eq!(told(upgraded, "cluster-version-support"), Some((Severity::Critical, words.into())));
}

#[test]
fn what_eks_says_itself() {
    let trouble = || {
        let (code, message) = ("NodeCreationFailure".into(), "Instances failed to join".into());
        vec![EksTrouble { code, message, resources: vec!["i-1".into()] }]
    };
    let mut said = well();
    said.eks = Some(crate::services::kubernetes::EksCluster {
        health: trouble(),
        logs_off: vec!["audit".into(), "scheduler".into()],
        ..eks()
    });
    said.nodegroups = vec![Nodegroup {
        name: "system".into(),
        arn: "arn".into(),
        status: "DEGRADED".into(),
        version: "1.34".into(),
        release: "1.34.1-20261110".into(),
        capacity_type: "ON_DEMAND".into(),
        ami_type: "AL2023_x86_64_STANDARD".into(),
        instance_types: vec![],
        minimum: Some(2),
        maximum: Some(4),
        desired: Some(2),
        health: trouble(),
    }];
    said.addons =
        vec![Addon { name: "coredns".into(), version: "v1.12".into(), status: "UPDATE_FAILED".into(), health: vec![] }];
    let insight = |name: &str, status: &str| Insight {
        id: name.into(),
        name: name.into(),
        category: "UPGRADE_READINESS".into(),
        status: status.into(),
        reason: "Deprecated API usage".into(),
        description: "".into(),
        version: "1.35".into(),
        refreshed: None,
        since: None,
    };
    said.insights =
        vec![insight("kubelet skew", "PASSING"), insight("apis", "WARNING"), insight("removed apis", "ERROR")];
    let all: Vec<_> =
        found(said).into_iter().map(|finding| (finding.rule, finding.severity, finding.summary)).collect();
    assert_eq!(
        all,
        [
            ("addon-health", Severity::Warning, "add-on coredns v1.12 is update failed".to_owned()),
            ("cluster-health", Severity::Warning, "EKS: NodeCreationFailure: Instances failed to join".to_owned()),
            (
                "nodegroup-health",
                Severity::Warning,
                "node group system degraded: NodeCreationFailure: Instances failed to join".to_owned()
            ),
            ("upgrade-insight", Severity::Warning, "insight removed apis: Deprecated API usage".to_owned()),
            ("control-plane-logs-off", Severity::Info, "control-plane logs off: audit, scheduler".to_owned()),
        ]
    );
}

#[test]
fn what_is_not_read_is_missing_from_the_checks() {
    let mut cluster = well();
    cluster.unread = vec![ObjectKind::Pod];
    let data = cluster.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let facts = ClusterFacts::of(&view, now());
    let known: Vec<ClusterNeed> = NEEDED.into_iter().filter(|need| need.is_known(&view)).collect();
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    for thing in things(&view) {
        let subject = subject(&facts, &thing).unwrap();
        for need in coverage::<Clusters>(&subject, &|_, need| known.contains(need)).missing {
            *missing.entry(format!("{need:?}")).or_default() += 1;
        }
    }
    assert_eq!(missing.keys().collect::<Vec<_>>(), ["Objects(Pod)", "Versions"]);
    let read = ClusterNeed::Objects(ObjectKind::Pod).read(&CLUSTER.into());
    assert_eq!(read, Read::Objects(CLUSTER.into(), ObjectKind::Pod));
}

#[test]
fn things_are_found_by_their_keys() {
    let mut cluster = well();
    cluster.claims.push(unregistered("general-ccccc", "general", 10));
    let data = cluster.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let facts = ClusterFacts::of(&view, now());
    let words: Vec<String> = things(&view).iter().map(ThingRef::words).collect();
    assert_eq!(
        words,
        [
            "cluster",
            "pool general",
            "node ip-a",
            "node ip-b",
            "claim general-ccccc",
            "Deployment shop/api",
            "application shop"
        ]
    );
    for thing in things(&view) {
        let subject = subject(&facts, &thing).unwrap();
        assert_eq!(ThingRef::of_key(&subject.key), Some((ARN, thing)));
    }
    assert!(subject(&facts, &ThingRef::Node("ip-z".into())).is_none());
}

/// A thousand nodes and ten thousand pods, a tenth of which waits: looked at in time for every second.
#[test]
fn a_large_cluster_is_looked_at_quickly() {
    let mut cluster = well();
    for at in 0..1_000 {
        let name = format!("n{at:04}");
        let mut one = node(&format!("ip-{name}"));
        one.zone = Some(["eu-west-1a", "eu-west-1b", "eu-west-1c"][at % 3].into());
        cluster.nodes.push(one);
        let mut drifted = claim(&name, "general");
        if at % 2 == 0 {
            drifted.conditions.0.push(condition("Drifted", ConditionStatus::True, "AMIDrift", "", 4_000));
        }
        cluster.claims.push(drifted);
    }
    for at in 0..10_000 {
        let (namespace, owner) = (format!("team-{}", at % 50), format!("api-{}", at % 500));
        let name = format!("{owner}-{at}");
        let mut one = if at % 10 == 0 {
            cluster.events.push(event("Pod", &namespace, &name, "FailedScheduling", KARPENTER, 30));
            waiting_pod(&namespace, &name, &owner, FIT)
        } else {
            Pod { node: Some(format!("ip-n{:04}", at % 1_000).into()), ..pod(&namespace, &name) }
        };
        one.owner.as_mut().unwrap().name = owner.as_str().into();
        cluster.pods.push(one);
    }
    for at in 0..500 {
        cluster.workloads.push(deployment(&format!("team-{}", at % 50), &format!("api-{at}"), 20, 18));
        cluster.budgets.push(budget(&format!("team-{}", at % 50), &format!("pdb-{at}"), 0));
    }
    let data = cluster.data();
    let began = std::time::Instant::now();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let facts = ClusterFacts::of(&view, now());
    let mut count = 0;
    for thing in things(&view) {
        let subject = subject(&facts, &thing).unwrap();
        count += examine::<Clusters>(&subject, now(), &|_| None).len();
    }
    let took = began.elapsed();
    assert!(count > 500 && took.as_secs() < 5, "{count} in {took:?}");
}
