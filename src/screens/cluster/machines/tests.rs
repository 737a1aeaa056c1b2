use super::*;
use crate::screens::cluster::row::MachineSum;
use crate::services::kubernetes::model::{Conditions, Taint, TaintEffect};
use crate::services::kubernetes::price::HourlyPrice;
use crate::services::kubernetes::testing::{
    ARN, CLUSTER, TestCluster, ago, claim, condition, node, now, one_of, pod, pool, unlaunched, unregistered,
};

fn rows(cluster: TestCluster) -> Vec<MachineRow> {
    let data = cluster.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let source = MachineSource::of(&view, ARN, now());
    view.nodes().map(|node| source.node(node)).chain(source.claims()).collect()
}

fn row<'r>(rows: &'r [MachineRow], shown: &str) -> &'r MachineRow {
    rows.iter().find(|row| row.shown == shown).unwrap()
}

#[test]
fn nodes_and_claims_stand_in_one_list_from_the_first_moment_of_a_claim() {
    let rows = rows(TestCluster {
        nodes: vec![node("ip-a")],
        pods: vec![pod("orders", "api-1"), pod("orders", "api-2")],
        pools: vec![pool("general")],
        claims: vec![
            claim("a", "general"),
            unregistered("general-x7k2p", "general", 560),
            unlaunched("general-zzzzz", "general", 2),
        ],
        ..TestCluster::default()
    });
    let shown: Vec<&str> = rows.iter().map(|row| row.shown.as_str()).collect();
    assert_eq!(shown, ["ip-a", "(general-x7k2p)", "(general-zzzzz)"], "a claim that is a node is no line");
    let ready = row(&rows, "ip-a");
    assert_eq!((ready.stage, ready.owner.as_str(), ready.zone.as_str()), (MachineStage::Ready, "general", "1a"));
    assert_eq!((ready.capacity, ready.pods, ready.state.as_str()), ("od", Some(2), ""));
    assert_eq!(ready.requested.as_ref().map(|all| (all.cpu, all.memory)), Some((1_000, 2 << 30)));
    let late = row(&rows, "(general-x7k2p)");
    assert_eq!((late.stage, late.requested.is_none()), (MachineStage::Coming, true));
    assert_eq!(late.state(now()), "launched ▸ registering 9m of 15m");
    assert!(late.is_late() && late.rank() < row(&rows, "(general-zzzzz)").rank());
    // Nothing is told of it, and it goes on waiting.
    let later = now().checked_add(jiff::SignedDuration::from_secs(120)).unwrap();
    assert_eq!(late.state(later), "launched ▸ registering 11m of 15m");
}

#[test]
fn what_came_to_nothing_stands_with_its_history() {
    let spot = |name: &str, seconds: i64| NodeClaim {
        requirements: vec![
            one_of("topology.kubernetes.io/zone", &["eu-west-1b"]),
            one_of("karpenter.sh/capacity-type", &["spot"]),
        ],
        ..unlaunched(name, "spot", seconds)
    };
    let said = "NodeClaim x event: creating instance, insufficient capacity, all requested instance types were \
                unavailable during launch";
    let event = |name: &str, seconds| {
        crate::services::kubernetes::testing::event("NodeClaim", "", name, "InsufficientCapacityError", said, seconds)
    };
    let rows = rows(TestCluster {
        pools: vec![pool("spot")],
        gone: vec![(spot("spot-aaaaa", 1_201), 1_200), (spot("spot-bbbbb", 601), 600), (spot("spot-ccccc", 61), 60)],
        events: vec![event("spot-aaaaa", 1_200), event("spot-bbbbb", 600), event("spot-ccccc", 60)],
        ..TestCluster::default()
    });
    let [only] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((only.shown.as_str(), only.stage), ("(spot-ccccc)", MachineStage::Lost));
    assert_eq!(only.state(now()), "3rd in 20m: no spot capacity in 1b");
    assert_eq!((only.since, only.price, only.owner.as_str()), (Some(ago(60)), None, "spot"));
    let sum = MachineSum::of(rows.iter());
    assert_eq!((sum.nodes, sum.lost, sum.price()), (0, 1, HourlyPrice::Nothing));
}

#[test]
fn a_node_says_what_is_wrong_with_it() {
    let silent = condition("Ready", ConditionStatus::Unknown, "NodeStatusUnknown", "Kubelet stopped posting", 300);
    let disrupted = Taint { key: "karpenter.sh/disrupted".into(), value: "".into(), effect: TaintEffect::NoSchedule };
    let rows = rows(TestCluster {
        nodes: vec![
            Node { conditions: Conditions(vec![silent]), ..node("ip-a") },
            Node { cordoned: true, ..node("ip-b") },
            Node { provider: NodeProvider::Fargate, capacity_type: None, instance_type: None, ..node("fargate-ip-c") },
            Node { provider: NodeProvider::ManagedGroup("system".into()), ..node("ip-d.eu-west-1.compute.internal") },
            Node { taints: vec![disrupted], ..node("ip-e") },
        ],
        unread: vec![ObjectKind::Pod],
        ..TestCluster::default()
    });
    let told: Vec<(&str, &str, &str)> =
        rows.iter().map(|row| (row.shown.as_str(), row.owner.as_str(), row.state.as_str())).collect();
    assert_eq!(told[0], ("fargate-ip-c", "Fargate", ""));
    assert_eq!(told[1], ("ip-a", "general", "not ready 5m, kubelet silent"));
    assert_eq!(told[2], ("ip-b", "general", "cordoned"));
    assert_eq!(told[3], ("ip-d", "group system", ""));
    // Pods that were not read ask for nobody knows what.
    assert!(rows.iter().all(|row| row.requested.is_none() && row.pods.is_none()));
    assert_eq!((row(&rows, "ip-a").rank(), row(&rows, "ip-b").rank(), row(&rows, "ip-d").rank()), (0, 5, 6));
    assert_eq!(MachineSum::of(rows.iter()).requested, None);
}

#[test]
fn a_name_loses_the_domain_that_all_have() {
    for (name, expected) in [
        ("ip-10-0-3-17.eu-west-1.compute.internal", "ip-10-0-3-17"),
        ("ip-10-0-3-17.ec2.internal", "ip-10-0-3-17"),
        ("i-0123.example", "i-0123.example"),
        ("i-0123", "i-0123"),
    ] {
        assert_eq!(short(name), expected);
    }
    assert_eq!([1, 2, 3, 11, 12, 21].map(ordinal), ["1st", "2nd", "3rd", "11th", "12th", "21st"]);
}
