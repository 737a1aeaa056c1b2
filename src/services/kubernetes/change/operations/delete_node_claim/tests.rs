use serde_json::{Value, json};

use super::*;
use crate::ops::plan::CheckState;
use crate::services::kubernetes::change::testing::REGION;
use crate::services::kubernetes::change::{Plan, TargetKind};
use crate::services::kubernetes::model::{NodePool, OwnerRef, Toleration};
use crate::services::kubernetes::testing::{
    CLUSTER, TestCluster, ago, budget, claim as healthy, condition, deployment, node, pod as running, pool, unlaunched,
    unregistered,
};

const CLAIM: &str = "general-x";
const NODE: &str = "ip-general-x";

fn pod(namespace: &str, name: &str) -> Pod {
    Pod { node: Some(NODE.into()), ..running(namespace, name) }
}

fn of(kind: &str, owner: &str, pod: Pod) -> Pod {
    Pod { owner: Some(OwnerRef { kind: kind.into(), name: owner.into() }), labels: Vec::new(), ..pod }
}

fn train() -> Pod {
    Pod { do_not_disrupt: Some("true".into()), ..of("Job", "train", pod("batch", "train-1")) }
}

fn object(node: &str) -> Value {
    json!({
        "apiVersion": "karpenter.sh/v1", "kind": "NodeClaim",
        "metadata": { "name": CLAIM, "uid": "u-claim", "labels": { "karpenter.sh/nodepool": "general" } },
        "status": if node.is_empty() { json!({}) } else { json!({ "nodeName": node }) },
    })
}

/// A claim in a cluster of which there is this beside it.
fn seen_of(claim: NodeClaim, cluster: TestCluster) -> Seen {
    let object = object(claim.node.as_deref().unwrap_or_default());
    let cluster = TestCluster { claims: vec![claim], ..cluster };
    testing::seen(TargetKind::NodeClaim, &format!("nodeclaim/{CLAIM}"), Some(object), cluster)
}

fn cluster(pods: Vec<Pod>) -> TestCluster {
    TestCluster {
        nodes: vec![node(NODE)],
        pools: vec![pool("general")],
        workloads: vec![deployment("shop", "api", 6, 6)],
        pods,
        ..TestCluster::default()
    }
}

/// The claim of a node with these pods.
fn seen(pods: Vec<Pod>) -> Seen {
    seen_of(healthy(CLAIM, "general"), cluster(pods))
}

fn delete(seen: &Seen) -> Plan {
    plan_of(Operation::DeleteNodeClaim(DeleteNodeClaim {}), seen)
}

fn said(plan: &Plan, label: &str) -> String {
    let all = plan.consequences.iter().filter(|said| said.label == label);
    all.map(|said| said.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn check(plan: &Plan, name: &str) -> (CheckState, String) {
    let check = plan.checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("no check {name}"));
    (check.state, check.why.clone())
}

#[test]
fn it_deletes_this_very_claim_and_says_what_goes() {
    let daemon = Pod {
        tolerations: vec![Toleration { key: None, value: None, effect: None }],
        ..of("DaemonSet", "cni", pod("kube-system", "cni-1"))
    };
    let plan = delete(&seen(vec![daemon, pod("shop", "api-1"), pod("shop", "api-2")]));
    let call =
        Call::new(Api::DeleteNodeClaim, REGION).with("cluster", CLUSTER).with("name", CLAIM).with("uid", "u-claim");
    assert_eq!((plan.steps.len(), &plan.steps[0].call), (1, &call));
    let of = Followed { region: REGION.into(), id: format!("{CLUSTER}/nodeclaim/{CLAIM}"), uid: "u-claim".into() };
    assert_eq!(plan.steps[0].follow, Follow::ClaimGone { of, node: Some(NODE.into()) });
    assert_eq!((plan.risk, plan.inverse.as_deref(), plan.name_to_type.as_str()), (Risk::Irreversible, None, CLAIM));
    assert_eq!(failed(&plan), Vec::<String>::new());
    assert_eq!(
        plan.summary,
        "NodeClaim general-x and node ip-general-x go: Karpenter evicts 2 pods, then ends instance i-ip-general-x \
         (m6i.xlarge)."
    );
    assert_eq!(said(&plan, "Pods that go"), "shop/api-1, shop/api-2");
    assert_eq!(said(&plan, "End with it"), "1 pod of daemon sets, of the kubelet, or that tolerate its taint");
    assert!(said(&plan, "Way back").starts_with("none: "));
    assert!(said(&plan, "Pool budgets").starts_with("those of general do not hold it back"));
    assert_eq!(check(&plan, "nothing holds its drain"), (CheckState::Met, String::new()));
    assert!(plan.consequences.iter().all(|said| said.label.chars().count() <= 14), "{:?}", plan.consequences);
    let empty = delete(&seen(vec![]));
    assert_eq!(
        (said(&empty, "Interruption").as_str(), said(&empty, "Pods that go").as_str()),
        ("none: no pod on it has to go", "")
    );
    assert_eq!(said(&empty, "End with it"), "");
}

#[test]
fn where_it_stalls_is_named_and_what_overrides_it_and_when() {
    let held = |termination_grace: Option<i64>| {
        let budgets = vec![budget("shop", "api", 0)];
        let cluster = TestCluster { budgets, ..cluster(vec![pod("shop", "api-1"), train()]) };
        delete(&seen_of(NodeClaim { termination_grace, ..healthy(CLAIM, "general") }, cluster))
    };
    let plan = held(None);
    assert_eq!(
        said(&plan, "Stalls at"),
        "batch/train-1 must not be disrupted\nPDB shop/api does not let shop/api-1 go"
    );
    assert_eq!(
        said(&plan, "By force"),
        "never, for want of a terminationGracePeriod: it stalls as long as a pod is held"
    );
    let why = "do-not-disrupt batch/train-1, PDB shop/api; nothing overrides it".to_owned();
    assert_eq!(check(&plan, "nothing holds its drain"), (CheckState::Doubtful, why));
    let plan = held(Some(3_600));
    assert_eq!(
        said(&plan, "Stalls at"),
        "batch/train-1 must not be disrupted; deleted at 04:11Z nevertheless\nPDB shop/api does not let shop/api-1 go; \
         deleted at 04:11Z nevertheless"
    );
    assert_eq!(
        said(&plan, "By force"),
        "from 2026-11-22 04:12Z on (terminationGracePeriod of 1h if it is sent now): it overrides do-not-disrupt \
         batch/train-1, PDB shop/api; a pod is deleted earlier, by as much as its grace lasts"
    );
    let why = "do-not-disrupt batch/train-1, PDB shop/api; overridden by 2026-11-22 04:12Z".to_owned();
    assert_eq!(check(&plan, "nothing holds its drain"), (CheckState::Doubtful, why));
}

#[test]
fn a_pod_that_may_take_longer_than_the_period_is_deleted_at_once() {
    let of = |grace: i64, termination_grace: Option<i64>| {
        let budgets = vec![budget("shop", "api", 0)];
        let cluster = TestCluster { budgets, ..cluster(vec![pod("shop", "api-1"), train()]) };
        let mut reading = seen_of(NodeClaim { termination_grace, ..healthy(CLAIM, "general") }, cluster);
        reading.pods.get_mut("shop/api-1").unwrap().grace = Some(grace);
        delete(&reading)
    };
    let plan = of(7_200, Some(3_600));
    let words =
        "at once, neither PDB nor do-not-disrupt asked: each has 1h to end instead of its grace (shop/api-1 of 2h)";
    assert_eq!(said(&plan, "Cut short"), words);
    let why = "shop/api-1: deleted at once, whatever PDBs and annotations say".to_owned();
    assert_eq!(check(&plan, "no pod is cut short"), (CheckState::Doubtful, why));
    assert_eq!(said(&plan, "Stalls at"), "batch/train-1 must not be disrupted; deleted at 04:11Z nevertheless");
    assert!(!check(&plan, "nothing holds its drain").1.contains("PDB"), "it holds nothing");
    assert_eq!(
        said(&plan, "Interruption"),
        "2 pods are told to end, and away until a new one is ready; 1 of them with less than its grace"
    );
    assert_ne!(said(&of(3_600, Some(3_600)), "Cut short"), "", "exactly as long");
    for plan in [of(3_599, Some(3_600)), of(7_200, None)] {
        assert_eq!((said(&plan, "Cut short"), check(&plan, "no pod is cut short").0), (String::new(), CheckState::Met));
        assert!(said(&plan, "Stalls at").contains("PDB shop/api"));
    }
}

#[test]
fn volumes_and_load_balancers_are_told_of() {
    let db = Pod { has_claims: true, ..of("StatefulSet", "db", pod("data", "db-0")) };
    assert!(said(&delete(&seen(vec![db])), "Waits for").contains("volumes of these pods are detached"));
    let plan = delete(&seen(vec![pod("shop", "api-1")]));
    assert_eq!(said(&plan, "Waits for"), "");
    assert!(said(&plan, "Load balancers").contains("leave this one out"));
}

#[test]
fn what_is_not_ready_does_not_stall_it() {
    let unready = Pod { ready: false, ..pod("shop", "api-1") };
    let cluster = TestCluster { budgets: vec![budget("shop", "api", 0)], ..cluster(vec![unready]) };
    let plan = delete(&seen_of(healthy(CLAIM, "general"), cluster));
    assert_eq!((said(&plan, "Stalls at"), said(&plan, "Pods that go")), (String::new(), "shop/api-1".to_owned()));
    assert_eq!(check(&plan, "nothing holds its drain").0, CheckState::Met);
}

#[test]
fn an_end_that_is_written_down_counts_before_the_period() {
    let mut told = healthy(CLAIM, "general");
    told.termination_grace = Some(3_600);
    told.annotations.insert("karpenter.sh/nodeclaim-termination-timestamp".into(), "2026-11-22T03:20:00Z".into());
    let plan = delete(&seen_of(told, cluster(vec![pod("shop", "api-1")])));
    assert!(said(&plan, "By force").starts_with("from 2026-11-22 03:20Z on (annotation karpenter.sh/"), "{plan:?}");
    assert!(said(&plan, "By force").contains("overrides what holds a pod then"));
}

#[test]
fn what_is_lost_is_said_and_counts_by_its_name() {
    let bare = |name: &str| Pod { owner: None, labels: Vec::new(), ..pod("tools", name) };
    let mut reading = seen(vec![pod("shop", "api-1"), bare("debug")]);
    reading.pods.get_mut("shop/api-1").unwrap().has_scratch = true;
    let plan = delete(&reading);
    assert_eq!(said(&plan, "Lost for good"), "tools/debug: no controller makes it again");
    assert_eq!(said(&plan, "emptyDir data"), "deleted with shop/api-1");
    let again = plan.again(&seen(vec![bare("debug"), bare("shell"), train()]));
    assert_eq!(plan.differences(&again), ["pod batch/train-1 is new: u-train-1", "pod tools/shell is new: u-shell"]);
    let others = seen(vec![pod("shop", "api-7"), bare("debug")]);
    assert_eq!(plan.still_holds(&plan.again(&others)), Ok(()), "pods of controllers come and go");
    let plain = delete(&seen(vec![pod("shop", "api-1")]));
    assert_eq!((said(&plain, "Lost for good"), said(&plain, "emptyDir data")), (String::new(), String::new()));
}

#[test]
fn what_somebody_has_decided_of_it_is_doubted() {
    let states = |claim: NodeClaim, node: Node| {
        let plan = delete(&seen_of(claim, TestCluster { nodes: vec![node], ..cluster(vec![]) }));
        (check(&plan, "nobody has protected it").0, check(&plan, "Karpenter is not replacing it").0)
    };
    let (plain, its_node) = (healthy(CLAIM, "general"), node(NODE));
    assert_eq!(states(plain.clone(), its_node.clone()), (CheckState::Met, CheckState::Met));
    let mut kept = its_node.clone();
    kept.annotations.insert("karpenter.sh/do-not-disrupt".into(), "true".into());
    assert_eq!(states(plain.clone(), kept), (CheckState::Doubtful, CheckState::Met));
    let mut chosen = plain.clone();
    let reason =
        condition("DisruptionReason", crate::services::kubernetes::model::ConditionStatus::True, "Drifted", "", 9);
    chosen.conditions.0.push(reason);
    assert_eq!(states(chosen, its_node.clone()), (CheckState::Met, CheckState::Doubtful));
    let loose = NodeClaim { finalizers: Vec::new(), ..plain };
    let plan = delete(&seen_of(loose, cluster(vec![])));
    assert_eq!(failed(&plan), ["Karpenter ends it"]);
}

#[test]
fn a_claim_that_is_no_node_drains_none() {
    let of = |claim: NodeClaim| delete(&seen_of(claim, TestCluster { nodes: vec![], ..cluster(vec![]) }));
    let plan = of(unregistered(CLAIM, "general", 120));
    assert!(
        plan.summary.contains("before it is a node of the cluster: Karpenter ends instance i-ip-general-x"),
        "{}",
        plan.summary
    );
    assert_eq!(said(&plan, "Interruption"), "none: it is no node yet, and nothing is drained");
    assert!(matches!(&plan.steps[0].follow, Follow::ClaimGone { node: None, .. }));
    assert_eq!(said(&plan, "In its place"), "another claim if the pods that it was made for still wait");
    let plan = of(unlaunched(CLAIM, "general", 20));
    assert_eq!(plan.summary, "NodeClaim general-x goes before anything was launched for it.");
    assert_eq!(said(&plan, "By force"), "", "nothing is drained");
    let plan = of(healthy(CLAIM, "general"));
    assert_eq!(said(&plan, "Interruption"), "none: no node of it is there");
}

#[test]
fn what_comes_in_its_place_depends_on_its_pool() {
    let place = |claim: NodeClaim, pools: Vec<NodePool>, unread: Vec<ObjectKind>| {
        said(&delete(&seen_of(claim, TestCluster { pools, unread, ..cluster(vec![]) })), "In its place")
    };
    let claim = || healthy(CLAIM, "general");
    assert!(place(claim(), vec![pool("general")], vec![]).starts_with("another node only if its pods find no room"));
    let fixed = NodePool { replicas: Some(4), ..pool("general") };
    assert_eq!(
        place(claim(), vec![fixed], vec![]),
        "NodePool general is static: Karpenter makes another, to have 4, as limits.nodes allows"
    );
    assert!(place(claim(), vec![], vec![]).starts_with("its NodePool general is gone"));
    assert_eq!(place(claim(), vec![], vec![ObjectKind::NodePool]), "not known: NodePool general was not read");
    let alone = || NodeClaim { pool: None, ..claim() };
    assert!(place(alone(), vec![pool("general")], vec![]).starts_with("it is of no NodePool"));
    assert_eq!(said(&delete(&seen_of(alone(), cluster(vec![]))), "Pool budgets"), "");
}

#[test]
fn what_was_not_read_is_not_met() {
    let with = |unread: ObjectKind| {
        let cluster = TestCluster { unread: vec![unread], ..cluster(vec![pod("shop", "api-1")]) };
        delete(&seen_of(healthy(CLAIM, "general"), cluster))
    };
    let held = "nothing holds its drain";
    let plan = with(ObjectKind::Pod);
    assert_eq!(check(&plan, held), (CheckState::Unknown, "its pods were not read".to_owned()));
    assert!(said(&plan, "Interruption").starts_with("not known"));
    assert!(plan.summary.contains("evicts its pods"), "{}", plan.summary);
    assert_eq!(said(&plan, "Stalls at"), "not known: its pods were not read");
    let plan = with(ObjectKind::DisruptionBudget);
    assert_eq!(check(&plan, held), (CheckState::Unknown, "the disruption budgets were not read".to_owned()));
    let plan = with(ObjectKind::Node);
    assert_eq!(check(&plan, held).0, CheckState::Unknown);
    assert!(said(&plan, "Interruption").starts_with("not known"));
    let plan = with(ObjectKind::NodeClaim);
    assert_eq!(check(&plan, "what goes with it is known").0, CheckState::Unknown);
    assert_eq!(plan.steps.len(), 1);
    let mut gone = seen(vec![]);
    gone.object = None;
    assert!(delete(&gone).steps.is_empty());
}

#[test]
fn one_that_is_going_is_not_deleted_again() {
    let reading = seen(vec![]);
    let view = reading.view().unwrap();
    let claim = view.claim(CLAIM).unwrap();
    assert_eq!(DeleteNodeClaim::unavailable(On::NodeClaim(&view, claim)), None);
    let going = NodeClaim { deleting: Some(ago(60)), ..claim.clone() };
    assert_eq!(
        DeleteNodeClaim::unavailable(On::NodeClaim(&view, &going)).as_deref(),
        Some("it was told to go at 2026-11-22 03:11Z")
    );
    assert!(DeleteNodeClaim::offer(&reading).fields(&reading).is_empty());
    assert!(DeleteNodeClaim {}.set("force", "yes", &reading).is_err());
}
