use serde_json::json;

use super::*;
use crate::ops::plan::{CheckState, Gate};
use crate::services::kubernetes::change::testing::{NODE, REGION, node_object};
use crate::services::kubernetes::change::{Plan, TargetKind};
use crate::services::kubernetes::model::{Conditions, DisruptionBudget, OwnerRef, PodPhase, Workload};
use crate::services::kubernetes::testing::{
    CLUSTER, TestCluster, ago, budget, claim, deployment, fails, node, pod as running,
};

const NONE: DrainNode = DrainNode { bare: false, emptydir: false, do_not_disrupt: false };
const ALL: DrainNode = DrainNode { bare: true, emptydir: true, do_not_disrupt: true };

/// The node of the tests, of managed node group `system`.
fn own_node() -> Node {
    Node { provider: NodeProvider::ManagedGroup("system".into()), finalizers: Vec::new(), ..node(NODE) }
}

fn pod(namespace: &str, name: &str) -> Pod {
    Pod { node: Some(NODE.into()), ..running(namespace, name) }
}

fn of(kind: &str, owner: &str, pod: Pod) -> Pod {
    Pod { owner: Some(OwnerRef { kind: kind.into(), name: owner.into() }), labels: Vec::new(), ..pod }
}

fn bare_pod(name: &str) -> Pod {
    Pod { owner: None, labels: Vec::new(), ..pod("tools", name) }
}

fn cluster(pods: Vec<Pod>) -> TestCluster {
    TestCluster {
        nodes: vec![own_node()],
        pods,
        workloads: vec![deployment("shop", "api", 6, 6)],
        ..Default::default()
    }
}

fn seen_of(cluster: TestCluster) -> Seen {
    let mut seen = testing::seen(TargetKind::Node, &format!("node/{NODE}"), Some(node_object()), cluster);
    testing::edit(&mut seen, |object| object["metadata"]["labels"] = json!({}));
    seen
}

fn seen(pods: Vec<Pod>) -> Seen {
    seen_of(cluster(pods))
}

fn drain(request: &DrainNode, seen: &Seen) -> Plan {
    plan_of(Operation::DrainNode(request.clone()), seen)
}

/// What is said under a label, one a line.
fn said(plan: &Plan, label: &str) -> String {
    let all = plan.consequences.iter().filter(|said| said.label == label);
    all.map(|said| said.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn check(plan: &Plan, name: &str) -> Option<(CheckState, String)> {
    plan.checks.iter().find(|check| check.name == name).map(|check| (check.state, check.why.clone()))
}

/// The pods that are evicted.
fn evicted(plan: &Plan) -> Vec<String> {
    let evictions = plan.steps.iter().filter(|step| step.call.api == Api::EvictPod);
    evictions.map(|step| step.follow.of().local().to_owned()).collect()
}

#[test]
fn it_cordons_then_evicts_each_pod_by_its_uid() {
    let plan = drain(&NONE, &seen(vec![pod("shop", "api-1"), pod("shop", "api-2")]));
    assert_eq!(failed(&plan), Vec::<String>::new());
    let lines: Vec<String> = plan.steps.iter().map(|step| step.call.as_command("")).collect();
    let patch = r#"[{"op":"test","path":"/metadata/uid","value":"u-node"},{"op":"add","path":"/spec/unschedulable","value":true}]"#;
    assert_eq!(lines[0], format!("kubectl patch node {NODE} --type=json -p '{patch}'"));
    let call = Call::new(Api::EvictPod, REGION)
        .with("cluster", CLUSTER)
        .with("namespace", "shop")
        .with("name", "api-1")
        .with("uid", "u-api-1");
    assert_eq!(plan.steps[1].call, call);
    let of = Followed::pod(REGION, CLUSTER, "shop", "api-1", "u-api-1");
    let follow = Follow::PodGone { of, node: NODE.into(), approved: Vec::new() };
    assert_eq!((&plan.steps[1].follow, plan.steps[1].purpose.as_str()), (&follow, "evicts shop/api-1"));
    assert_eq!(evicted(&plan), ["shop/api-1", "shop/api-2"]);
    // The cordon is waited for; the evictions need not each other, and are sent again when they come too early.
    assert_eq!((plan.beside(0), plan.beside(1)), (0..1, 1..3));
    assert_eq!(
        plan.steps.iter().map(|step| step.resend).collect::<Vec<_>>(),
        [Resend::Never, Resend::WhenRefused, Resend::WhenRefused]
    );
    assert!(plan.steps.iter().all(|step| step.gate == Gate::All));
    assert_eq!((plan.risk, plan.name_to_type.as_str()), (Risk::Disruptive, NODE));
    assert!(plan.summary.contains("2 pods are evicted from it"), "{}", plan.summary);
    assert!(plan.consequences.iter().all(|said| said.label.chars().count() <= 14), "{:?}", plan.consequences);
}

#[test]
fn a_node_that_is_cordoned_is_not_cordoned_again() {
    let mut seen = seen(vec![pod("shop", "api-1")]);
    testing::edit(&mut seen, |object| object["spec"]["unschedulable"] = json!(true));
    let plan = drain(&NONE, &seen);
    assert_eq!(plan.steps.iter().map(|step| step.call.api).collect::<Vec<_>>(), [Api::EvictPod]);
    let mut empty = seen_of(cluster(vec![]));
    assert_eq!(failed(&drain(&NONE, &empty)), Vec::<String>::new(), "it is cordoned");
    testing::edit(&mut empty, |object| object["spec"]["unschedulable"] = json!(true));
    assert_eq!(failed(&drain(&NONE, &empty)), ["something is to be done"]);
}

#[test]
fn pods_that_it_leaves_are_said() {
    let over = Pod { phase: PodPhase::Succeeded, ..of("Job", "sum", pod("batch", "sum-1")) };
    let ending = Pod { deleting: Some(ago(5)), ..pod("shop", "api-9") };
    let pods = vec![
        of("DaemonSet", "cni", pod("kube-system", "cni-1")),
        Pod { is_mirror: true, ..pod("kube-system", "static-1") },
        of("Node", NODE, pod("kube-system", "static-2")),
        over,
        ending,
    ];
    let plan = drain(&NONE, &seen(pods));
    assert_eq!((evicted(&plan), failed(&plan)), (vec![], vec![]));
    assert_eq!(
        said(&plan, "Stay on it"),
        "1 of daemon sets (kube-system/cni-1), 2 of the kubelet (kube-system/static-1, kube-system/static-2), 1 that are \
         over (batch/sum-1)"
    );
    assert_eq!(said(&plan, "End already"), "shop/api-9: told to end before; whether they do is not waited for");
    assert_eq!(said(&plan, "Interruption"), "none: no pod on it has to go");
    assert!(plan.summary.contains("No pod on it has to go"), "{}", plan.summary);
    let plan = drain(&NONE, &seen(vec![pod("shop", "api-1")]));
    assert_eq!((said(&plan, "Stay on it"), said(&plan, "End already")), (String::new(), String::new()));
}

#[test]
fn what_is_lost_or_protected_is_refused_until_it_is_said() {
    let train = Pod { do_not_disrupt: Some("true".into()), ..of("Job", "train", pod("batch", "train-1")) };
    let timed = Pod { do_not_disrupt: Some("2h".into()), ..of("Job", "timed", pod("batch", "timed-1")) };
    let past = Pod { do_not_disrupt: Some("10m".into()), ..of("Job", "past", pod("batch", "past-1")) };
    let mut seen = seen(vec![bare_pod("debug"), past, pod("shop", "api-1"), timed, train]);
    seen.pods.get_mut("shop/api-1").unwrap().has_scratch = true;
    let plan = drain(&NONE, &seen);
    assert_eq!(failed(&plan), ["every pod is made again", "no emptyDir data goes", "no pod is do-not-disrupt"]);
    let why = |name: &str| check(&plan, name).unwrap().1;
    assert!(why("every pod is made again").starts_with("tools/debug: "));
    assert!(why("no emptyDir data goes").starts_with("shop/api-1: "));
    assert!(why("no pod is do-not-disrupt").starts_with("batch/timed-1, batch/train-1: "));
    assert_eq!(plan.risk, Risk::Disruptive, "nothing of it is sent");
    // They are said before anybody allows them, too.
    assert_eq!(said(&plan, "Lost for good"), "tools/debug: no controller makes it again");
    assert_eq!(said(&plan, "emptyDir data"), "deleted with shop/api-1");
    assert_eq!(
        said(&plan, "Do-not-disrupt"),
        "batch/timed-1 until 04:12Z, batch/train-1: that keeps Karpenter off, not an eviction by hand"
    );
    for (request, left, risk) in [
        (
            DrainNode { bare: true, ..NONE },
            vec!["no emptyDir data goes", "no pod is do-not-disrupt"],
            Risk::Irreversible,
        ),
        (
            DrainNode { emptydir: true, ..NONE },
            vec!["every pod is made again", "no pod is do-not-disrupt"],
            Risk::Irreversible,
        ),
        (
            DrainNode { do_not_disrupt: true, ..NONE },
            vec!["every pod is made again", "no emptyDir data goes"],
            Risk::Disruptive,
        ),
        (ALL, vec![], Risk::Irreversible),
    ] {
        let plan = drain(&request, &seen);
        assert_eq!(
            (failed(&plan), plan.risk),
            (left.into_iter().map(ToOwned::to_owned).collect(), risk),
            "{request:?}"
        );
        assert_eq!(evicted(&plan).len(), 5);
    }
    let plain = drain(&ALL, &self::seen(vec![pod("shop", "api-1")]));
    assert_eq!(plain.risk, Risk::Disruptive, "nothing is lost");
    for label in ["Lost for good", "emptyDir data", "Do-not-disrupt"] {
        assert_eq!(said(&plain, label), "");
    }
}

#[test]
fn what_karpenter_or_fargate_has_is_drained_in_another_way() {
    let with = |node: Node| seen_of(TestCluster { nodes: vec![node], ..cluster(vec![pod("shop", "api-1")]) });
    let mut of_claim = claim("general-x", "general");
    of_claim.node = Some(NODE.into());
    let karpenters =
        TestCluster { nodes: vec![node(NODE)], claims: vec![of_claim], ..cluster(vec![pod("shop", "api-1")]) };
    let karpenters = seen_of(karpenters);
    let (state, why) = check(&drain(&ALL, &karpenters), "a plain drain is right here").unwrap();
    assert_eq!(state, CheckState::Failed);
    assert!(why.starts_with("Karpenter manages it: delete its NodeClaim general-x instead"), "{why}");
    // One of a claim without a pool has no label of a pool.
    let standalone = Node { finalizers: vec!["karpenter.sh/termination".into()], ..own_node() };
    let fargate = Node { provider: NodeProvider::Fargate, ..own_node() };
    for node in [node(NODE), standalone, fargate] {
        let seen = with(node);
        assert_eq!(failed(&drain(&ALL, &seen)), ["a plain drain is right here"]);
        let view = seen.view().unwrap();
        assert!(DrainNode::unavailable(On::Node(&view, view.node(NODE).unwrap())).is_some());
    }
    for node in [own_node(), Node { provider: NodeProvider::Other, ..own_node() }] {
        let seen = with(node);
        assert_eq!(failed(&drain(&ALL, &seen)), Vec::<String>::new());
        let view = seen.view().unwrap();
        assert_eq!(DrainNode::unavailable(On::Node(&view, view.node(NODE).unwrap())), None);
        let going = Node { deleting: Some(ago(9)), ..own_node() };
        assert!(DrainNode::unavailable(On::Node(&view, &going)).unwrap().contains("going"));
    }
}

#[test]
fn what_becomes_of_the_node_depends_on_who_brought_it() {
    let after = |provider: NodeProvider| {
        let node = Node { provider, ..own_node() };
        said(&drain(&NONE, &seen_of(TestCluster { nodes: vec![node], ..cluster(vec![]) })), "Afterwards")
    };
    assert_eq!(
        after(NodeProvider::ManagedGroup("system".into())),
        "node group system keeps its size, and this node is paid for on; scaling the group down may take another one"
    );
    assert_eq!(after(NodeProvider::Other), "the node is paid for on, until somebody ends its machine");
}

#[test]
fn a_kubelet_that_is_not_there_ends_no_pod() {
    let state = |node: Node| {
        let seen = seen_of(TestCluster { nodes: vec![node], ..cluster(vec![pod("shop", "api-1")]) });
        check(&drain(&NONE, &seen), "is ready").unwrap().0
    };
    assert_eq!(state(own_node()), CheckState::Met);
    let lost = Node { conditions: Conditions(vec![fails("Ready", "NodeStatusUnknown", "", 60)]), ..own_node() };
    assert_eq!(state(lost), CheckState::Doubtful);
}

#[test]
fn budgets_that_refuse_now_are_named_with_their_pods() {
    let refused = "no PDB refuses a pod now";
    let of = |budgets: Vec<DisruptionBudget>| {
        let pods = vec![pod("shop", "api-1"), pod("shop", "api-2")];
        drain(&NONE, &seen_of(TestCluster { budgets, ..cluster(pods) }))
    };
    let short = |budget: DisruptionBudget| DisruptionBudget { healthy: 2, wanted_healthy: 3, ..budget };
    let broken = fails("DisruptionAllowed", "SyncFailed", "found no controller ref for pod", 60);
    for (budget, why) in [
        (budget("shop", "api", 0), "all 3 are healthy, and it spares none: it does not get better by itself"),
        (short(budget("shop", "api", 0)), "it needs 3 healthy and has 2"),
        (
            DisruptionBudget { conditions: Conditions(vec![broken]), ..budget("shop", "api", 0) },
            "it cannot be computed: found no controller ref for pod",
        ),
        (
            DisruptionBudget { is_observed: false, ..budget("shop", "api", 2) },
            "its status is not of its newest specification yet",
        ),
    ] {
        let plan = of(vec![budget]);
        let words = format!("PDB shop/api does not let shop/api-1, shop/api-2 go ({why})");
        assert_eq!(check(&plan, refused), Some((CheckState::Doubtful, words)));
        assert_eq!(failed(&plan), Vec::<String>::new(), "they are sent again, and may be taken then");
        assert!(said(&plan, "Refused").contains("is sent again for about an hour"));
    }
    let plan = of(vec![budget("shop", "api", 1)]);
    assert_eq!(check(&plan, refused), Some((CheckState::Met, String::new())));
    assert_eq!(said(&plan, "In turn"), "PDB shop/api lets 1 of 2 go at once: shop/api-1, shop/api-2");
    let pods = vec![pod("shop", "api-1"), Pod { ready: false, ..pod("shop", "api-2") }];
    let plan = drain(&NONE, &seen_of(TestCluster { budgets: vec![budget("shop", "api", 1)], ..cluster(pods) }));
    assert_eq!(said(&plan, "In turn"), "", "one that is not ready takes nobody's turn");
    for budgets in [vec![budget("shop", "api", 2)], vec![budget("other", "api", 0)], vec![]] {
        let is_under = budgets.first().is_some_and(|budget| &*budget.namespace == "shop");
        let plan = of(budgets);
        assert_eq!(check(&plan, refused), Some((CheckState::Met, String::new())));
        assert_eq!((said(&plan, "In turn").as_str(), said(&plan, "Refused").is_empty()), ("", !is_under));
    }
}

#[test]
fn no_eviction_of_a_pod_under_several_budgets_is_ever_taken() {
    let budgets = vec![budget("shop", "api", 1), budget("shop", "more", 1)];
    let several = |pod: Pod| drain(&NONE, &seen_of(TestCluster { budgets: budgets.clone(), ..cluster(vec![pod]) }));
    let plan = several(pod("shop", "api-1"));
    assert_eq!(failed(&plan), ["no pod is under several PDBs"]);
    let why = check(&plan, "no pod is under several PDBs").unwrap().1;
    assert_eq!(why, "shop/api-1 is under shop/api and shop/more: no eviction of it is ever taken");
    let starts = several(Pod { phase: PodPhase::Pending, ready: false, ..pod("shop", "api-1") });
    assert_eq!(failed(&starts), Vec::<String>::new(), "one that has not started is taken whatever they say");
}

#[test]
fn what_is_away_meanwhile_is_said_as_far_as_it_is_known() {
    let with = |workload: Workload, pods: Vec<Pod>, budgets: Vec<DisruptionBudget>, unread: Vec<ObjectKind>| {
        let cluster = TestCluster { workloads: vec![workload], budgets, unread, ..cluster(pods) };
        said(&drain(&NONE, &seen_of(cluster)), "Away meanwhile")
    };
    let two = || vec![pod("shop", "api-1"), pod("shop", "api-2")];
    let away = "shop/api: no replica elsewhere is ready, none serves until a new one is";
    assert_eq!(with(deployment("shop", "api", 1, 1), vec![pod("shop", "api-1")], vec![], vec![]), away);
    assert_eq!(with(deployment("shop", "api", 3, 2), two(), vec![], vec![]), away);
    assert_eq!(with(deployment("shop", "api", 3, 3), two(), vec![], vec![]), "", "one stays elsewhere");
    let kept = vec![budget("shop", "api", 1)];
    assert_eq!(with(deployment("shop", "api", 2, 2), two(), kept, vec![]), "", "its PDB lets them go in turn");
    let unready = vec![Pod { ready: false, ..pod("shop", "api-1") }];
    assert_eq!(with(deployment("shop", "api", 1, 0), unready, vec![], vec![]), "", "it serves nobody now");
    let no_budgets = vec![ObjectKind::DisruptionBudget];
    assert_eq!(
        with(deployment("shop", "api", 1, 1), vec![pod("shop", "api-1")], vec![], no_budgets),
        format!("{away}, unless a PDB holds them")
    );
    let no_workloads = vec![ObjectKind::Deployment];
    assert_eq!(
        with(deployment("shop", "api", 1, 1), two(), vec![], no_workloads),
        "shop/api: whether replicas elsewhere are ready was not read"
    );
}

#[test]
fn the_way_of_each_kind_of_pod_is_said() {
    let db = Pod { has_claims: true, ..of("StatefulSet", "db", pod("data", "db-0")) };
    let plan = drain(&NONE, &seen(vec![of("Job", "sum", pod("batch", "sum-1")), db, pod("shop", "api-1")]));
    assert_eq!(said(&plan, "StatefulSets"), "data/db-0: each is made again only when the old one is gone");
    assert_eq!(
        said(&plan, "Jobs"),
        "batch/sum-1: each counts as failed where no podFailurePolicy ignores it, and is begun anew while backoffLimit \
         allows"
    );
    assert_eq!(
        said(&plan, "Volumes"),
        "data/db-0: volumes are attached anew, those of EBS in their own zone alone (eu-west-1a)"
    );
    assert_eq!(
        said(&plan, "Room elsewhere"),
        "not read: together they ask for 1.5 CPU and 3 GiB; a pod for which no node has room waits"
    );
    let plan = drain(&NONE, &seen(vec![]));
    for label in ["StatefulSets", "Jobs", "Volumes", "Room elsewhere", "Away meanwhile"] {
        assert_eq!(said(&plan, label), "", "{label}");
    }
    assert!(said(&plan, "Still come").contains("tolerate the cordon"));
}

#[test]
fn who_may_undo_the_cordon_is_said_where_it_is_made() {
    let mut seen = seen(vec![pod("shop", "api-1")]);
    let writes = json!([{ "manager": "descheduler", "operation": "Update", "fieldsV1": { "f:spec": { "f:unschedulable": {} } } }]);
    testing::edit(&mut seen, |object| object["metadata"]["managedFields"] = writes);
    assert!(said(&drain(&NONE, &seen), "Undone by").contains("descheduler"));
    testing::edit(&mut seen, |object| object["spec"]["unschedulable"] = json!(true));
    assert_eq!(said(&drain(&NONE, &seen), "Undone by"), "");
}

#[test]
fn what_was_not_read_is_not_met() {
    let with = |unread: ObjectKind| {
        let pods = vec![pod("shop", "api-1")];
        drain(&NONE, &seen_of(TestCluster { unread: vec![unread], ..cluster(pods) }))
    };
    let plan = with(ObjectKind::Pod);
    assert_eq!((failed(&plan), plan.steps.len()), (vec!["its pods were read".to_owned()], 0));
    assert!(plan.summary.contains("was not read"), "{}", plan.summary);
    let plan = with(ObjectKind::DisruptionBudget);
    assert_eq!(check(&plan, "no PDB refuses a pod now").unwrap().0, CheckState::Unknown);
    assert_eq!(check(&plan, "no pod is under several PDBs"), None);
    assert!(said(&plan, "PDBs").starts_with("were not read"));
    let plan = with(ObjectKind::Node);
    assert_eq!(check(&plan, "a plain drain is right here").unwrap().0, CheckState::Unknown);
    let mut seen = seen(vec![pod("shop", "api-1"), pod("shop", "api-2")]);
    seen.pods.remove("shop/api-2");
    let plan = drain(&NONE, &seen);
    assert_eq!(
        (failed(&plan), evicted(&plan)),
        (vec!["each pod's UID is known".to_owned()], vec!["shop/api-1".to_owned()])
    );
    seen.object = None;
    assert_eq!(drain(&NONE, &seen).steps.len(), 0);
}

#[test]
fn a_pod_that_comes_or_goes_makes_another_plan_and_says_which() {
    let before = drain(&NONE, &seen(vec![pod("shop", "api-1"), pod("shop", "api-2")]));
    let mut fresh = seen(vec![pod("shop", "api-2"), pod("shop", "api-3"), of("DaemonSet", "cni", pod("x", "cni-1"))]);
    fresh.pods.get_mut("shop/api-2").unwrap().uid = "u-other".into();
    assert_eq!(
        before.differences(&before.again(&fresh)),
        [
            "pod shop/api-1 was u-api-1, is gone",
            "pod shop/api-2 was u-api-2, is u-other",
            "pod shop/api-3 is new: u-api-3"
        ]
    );
    let same = seen(vec![
        pod("shop", "api-1"),
        pod("shop", "api-2"),
        of("DaemonSet", "cni", pod("x", "cni-1")),
        Pod { phase: PodPhase::Failed, ..bare_pod("debug") },
    ]);
    assert_eq!(before.still_holds(&before.again(&same)), Ok(()), "what is not evicted does not count");
}

#[test]
fn parameters_are_switches() {
    let seen = seen(vec![]);
    let mut request = DrainNode::offer(&seen);
    assert_eq!(request, NONE);
    for name in FIELDS {
        assert_eq!(request.set(name, "yes", &seen), Ok(()));
        assert!(request.set(name, "perhaps", &seen).is_err());
    }
    assert_eq!(request, ALL);
    assert!(request.set("force", "yes", &seen).unwrap_err().contains("bare, emptydir, do_not_disrupt"));
    let values: Vec<(&str, String)> = NONE.fields(&seen).into_iter().map(|field| (field.name, field.value)).collect();
    assert_eq!(values, FIELDS.map(|name| (name, "false".to_owned())));
}
