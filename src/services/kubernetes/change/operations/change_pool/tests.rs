//! What is sent for another limit or weight, and what its plan says.

use super::*;
use crate::services::kubernetes::change::{Plan, TargetKind};
use crate::services::kubernetes::model::{NodePool, Pod};
use crate::services::kubernetes::testing::{TestCluster, node, now, pool, waiting_pod};
use crate::services::kubernetes::{EksCluster, ObjectKind, testing as objects};

/// A plan after these parameters were set.
fn changed(seen: &Seen, values: &[(&str, &str)]) -> Plan {
    let mut request = ChangePool::offer(seen);
    for (name, value) in values {
        request.set(name, value, seen).unwrap();
    }
    plan_of(Operation::ChangePool(request), seen)
}

fn said<'a>(plan: &'a Plan, label: &str) -> Vec<&'a str> {
    plan.consequences.iter().filter(|one| one.label == label).map(|one| one.text.as_str()).collect()
}

fn with(change: impl FnOnce(&mut NodePool)) -> Seen {
    let mut pool = pool("general");
    change(&mut pool);
    testing::pool_with(pool, TestCluster::default())
}

fn of_replicas(replicas: i64) -> Seen {
    with(|pool| {
        pool.replicas = Some(replicas);
        pool.limits = [("nodes".into(), 9)].into();
    })
}

/// The steps of its patch after the test of the UID.
fn patch(plan: &Plan) -> Value {
    let Some(crate::ops::call::Value::Text(text)) = plan.steps[0].call.get("patch") else { panic!("a patch") };
    let mut steps: Vec<Value> = serde_json::from_str(text).unwrap();
    assert_eq!(steps.remove(0), json!({ "op": "test", "path": "/metadata/uid", "value": "u-pool" }));
    Value::Array(steps)
}

fn shown(plan: &Plan) -> Vec<(&str, &str)> {
    let Follow::Shows { values, .. } = &plan.steps[0].follow else { panic!("{:?}", plan.steps[0].follow) };
    values.iter().map(|(pointer, text)| (pointer.as_str(), text.as_str())).collect()
}

#[test]
fn all_limits_are_tested_and_what_does_not_change_keeps_its_letters() {
    let mut seen = testing::pool();
    testing::edit(&mut seen, |object| {
        object["spec"]["limits"] = json!({ "cpu": 64, "memory": "1024Gi", "nvidia.com/gpu": "4" });
    });
    let plan = changed(&seen, &[("cpu", "96"), ("memory", "1Ti"), ("nodes", "12"), ("weight", "10")]);
    let limits = json!({ "cpu": 64, "memory": "1024Gi", "nvidia.com/gpu": "4" });
    let expected = json!([
        { "op": "test", "path": "/spec/limits", "value": limits },
        { "op": "replace", "path": "/spec/limits",
          "value": { "cpu": "96", "memory": "1024Gi", "nvidia.com/gpu": "4", "nodes": "12" } },
        { "op": "add", "path": "/spec/weight", "value": 10 },
    ]);
    assert_eq!(patch(&plan), expected);
    let values = [("/spec/limits/cpu", "\"96\""), ("/spec/limits/nodes", "\"12\""), ("/spec/weight", "10")];
    assert_eq!(shown(&plan), values);
    assert_eq!(failed(&plan), Vec::<String>::new());
    assert_eq!(
        plan.summary,
        "general changes: cpu limit from 64 to 96, nodes limit from none to 12, weight from none to 10. No node is \
         taken away for that."
    );
    assert_eq!(plan.inverse.as_deref(), Some("set it back: cpu 64, nodes none, weight none"));
    assert_eq!(said(&plan, "Drift"), ["causes none: Karpenter compares spec.template alone"]);
}

#[test]
fn a_limit_comes_where_there_is_none_and_the_last_one_goes() {
    let none = with(|pool| pool.limits.clear());
    let plan = changed(&none, &[("memory", "256Gi")]);
    assert_eq!(patch(&plan), json!([{ "op": "add", "path": "/spec/limits", "value": { "memory": "256Gi" } }]));
    let plan = changed(&testing::pool(), &[("cpu", "none")]);
    let expected = json!([
        { "op": "test", "path": "/spec/limits", "value": { "cpu": "64" } },
        { "op": "remove", "path": "/spec/limits" },
    ]);
    assert_eq!((patch(&plan), shown(&plan)), (expected, vec![("/spec/limits/cpu", "")]));
    assert_eq!(said(&plan, "CPU"), ["no limit any more: nothing caps what pods make Karpenter buy"]);
    let weighed = with(|pool| pool.weight = 10);
    let plan = changed(&weighed, &[("weight", "none")]);
    let expected = json!([
        { "op": "test", "path": "/spec/weight", "value": 10 },
        { "op": "remove", "path": "/spec/weight" },
    ]);
    assert_eq!((patch(&plan), shown(&plan)), (expected, vec![("/spec/weight", "")]));
    let plan = changed(&weighed, &[("weight", "20")]);
    let expected = json!([
        { "op": "test", "path": "/spec/weight", "value": 10 },
        { "op": "replace", "path": "/spec/weight", "value": 20 },
    ]);
    assert_eq!(patch(&plan), expected);
}

#[test]
fn the_same_amount_is_no_change() {
    let seen = testing::pool();
    assert_eq!(failed(&changed(&seen, &[])), ["something changes"]);
    assert_eq!(failed(&changed(&seen, &[("cpu", "64000m"), ("weight", "0")])), ["something changes"]);
    assert_eq!(failed(&changed(&seen, &[("cpu", "64001m")])), Vec::<String>::new());
}

#[test]
fn what_is_no_amount_is_refused_and_changes_nothing() {
    let seen = testing::pool();
    let mut request = ChangePool::offer(&seen);
    for (name, value, words) in [
        ("cpu", "many", "is no amount: 64, 500m or none"),
        ("cpu", "-1", "less than nothing"),
        ("memory", "100", "100 is 100 B: write its unit, as in 100Gi"),
        ("memory", "256GB", "is no amount"),
        ("nodes", "1.5", "no whole number"),
        ("nodes", "3k", "no whole number"),
        ("weight", "101", "not within 0 and 100"),
        ("weight", "-1", "not within 0 and 100"),
        ("gpu", "1", "there are cpu, memory, nodes, weight"),
    ] {
        let refused = request.set(name, value, &seen).unwrap_err();
        assert!(refused.contains(words), "{name}={value}: {refused}");
        assert_eq!(request, ChangePool::offer(&seen));
    }
    for (name, value) in [("cpu", "0"), ("memory", "0"), ("memory", ""), ("nodes", "none"), ("weight", "NONE")] {
        assert_eq!(request.set(name, value, &seen), Ok(()), "{name}={value}");
    }
    for field in ChangePool::offer(&seen).fields(&seen) {
        assert_eq!(request.set(field.name, &field.value, &seen), Ok(()), "{}", field.name);
    }
    assert_eq!(request, ChangePool::offer(&seen));
    let wrong = ChangePool { cpu: "many".into(), weight: 200, ..request };
    assert_eq!(failed(&plan_of(Operation::ChangePool(wrong), &seen)), ["limits are amounts"], "of a file");
}

#[test]
fn a_limit_below_what_is_in_use_removes_no_node() {
    let seen = testing::pool();
    let below = changed(&seen, &[("cpu", "4")]);
    let text = "8 CPUs in use of 4 CPUs: none goes, and no node is made until what one needs is free below the limit";
    assert_eq!((below.risk, said(&below, "CPU")), (Risk::Disruptive, vec![text]));
    assert_eq!(said(&below, "Interruption"), ["none: nodes that are there stay"]);
    assert_eq!(said(&below, "Replacement").len(), 1);
    assert_eq!(said(&below, "Cost"), ["no less: no node goes"]);
    let just = changed(&seen, &[("cpu", "8")]);
    assert_eq!((just.risk, said(&just, "Replacement").len()), (Risk::Disruptive, 0), "one may still be replaced");
    let roomy = changed(&seen, &[("cpu", "9")]);
    assert_eq!(
        (roomy.risk, said(&roomy, "CPU")),
        (Risk::Routine, vec!["8 CPUs in use of 9 CPUs: 1 CPU left, for a node that needs no more"])
    );
    let new = changed(&seen, &[("nodes", "2")]);
    assert_eq!((new.risk, said(&new, "Nodes").len()), (Risk::Disruptive, 1), "a limit that is new");
    let memory = changed(&seen, &[("memory", "64Gi")]);
    assert_eq!(said(&memory, "Memory"), ["32 GiB in use of 64 GiB: 32 GiB left, for a node that needs no more"]);
}

#[test]
fn a_limit_that_is_raised_still_short_of_what_is_in_use_is_no_harm() {
    let seen = with(|pool| pool.limits = [("cpu".into(), 4_000)].into());
    let plan = changed(&seen, &[("cpu", "6")]);
    assert_eq!(plan.risk, Risk::Routine);
    assert!(said(&plan, "CPU")[0].starts_with("8 CPUs in use of 6 CPUs: none goes"));
}

#[test]
fn pods_that_wait_are_told_with_why() {
    let waiting: Vec<Pod> = (0..2)
        .map(|at| waiting_pod("shop", &format!("api-{at}"), "api", "0/3 nodes are available: 3 Insufficient cpu."))
        .collect();
    let of = |used: i64, cluster: TestCluster| {
        let mut pool = pool("general");
        pool.used.cpu = used;
        testing::pool_with(pool, cluster)
    };
    let pods = || TestCluster { pods: waiting.clone(), ..TestCluster::default() };
    let full = changed(&of(64_000, pods()), &[("cpu", "96")]);
    assert_eq!(said(&full, "Waiting"), ["2 pods now: general is at its limit (cpu 64 of 64)"]);
    let lowered = changed(&of(8_000, pods()), &[("cpu", "4")]);
    assert!(said(&lowered, "Waiting")[0].starts_with("2 pods now, and may go on waiting"));
    let mut tainted = pool("general");
    tainted.taints = vec![objects::taint("team", "a")];
    let other = changed(&testing::pool_with(tainted, pods()), &[("cpu", "96")]);
    let text = "2 pods now: not for a limit of it, general has taint team=a, not tolerated";
    assert_eq!(said(&other, "Waiting"), [text]);
    assert!(said(&changed(&testing::pool(), &[("cpu", "96")]), "Waiting").is_empty());
}

#[test]
fn what_more_costs_is_known_only_of_what_is_there() {
    let region = |region: &str| {
        let eks = EksCluster { arn: objects::ARN.replace("eu-west-1", region).into(), ..objects::eks() };
        let cluster = TestCluster { eks: Some(eks), nodes: vec![node("ip-a")], ..TestCluster::default() };
        changed(&testing::pool_with(pool("general"), cluster), &[("cpu", "96")])
    };
    let unknown = "more, how much is not known: Karpenter buys what pods ask for";
    assert_eq!(said(&region("us-east-1"), "Cost"), [format!("{unknown}; now $0.19/h for 1 node")]);
    assert_eq!(said(&region("eu-west-1"), "Cost"), [unknown]);
    assert!(said(&changed(&testing::pool(), &[("weight", "1")]), "Cost").is_empty());
}

#[test]
fn weight_is_told_as_the_order_in_which_pools_are_asked() {
    let others = vec![
        NodePool { weight: 50, ..pool("gpu") },
        pool("spot"),
        NodePool { replicas: Some(2), ..pool("fixed") },
        pool("arm"),
    ];
    let cluster = TestCluster { pools: others, ..TestCluster::default() };
    let plan = changed(&testing::pool_with(pool("general"), cluster), &[("weight", "10")]);
    assert_eq!(
        said(&plan, "Weight"),
        ["new nodes are asked of pools in this order: gpu 50, general 10, spot 0, arm 0"]
    );
    assert_eq!(plan.risk, Risk::Routine);
    assert!(said(&changed(&testing::pool(), &[("cpu", "96")]), "Weight").is_empty());
}

#[test]
fn a_static_pool_takes_a_limit_of_nodes_alone() {
    let seen = of_replicas(3);
    let mut request = ChangePool::offer(&seen);
    let names: Vec<&str> = request.fields(&seen).iter().map(|field| field.name).collect();
    assert_eq!(names, ["nodes"]);
    for name in ["cpu", "memory", "weight"] {
        assert_eq!(request.set(name, "1", &seen), Err(STATIC.to_owned()));
    }
    assert!(request.set("gpu", "1", &seen).unwrap_err().ends_with("there are nodes"));
    let of_file = ChangePool { cpu: "8".into(), ..request };
    assert_eq!(failed(&plan_of(Operation::ChangePool(of_file), &seen)), ["fits a static pool"]);
    for (limit, risk, words) in [
        ("2", Risk::Disruptive, "fewer than its 3 replicas: none goes"),
        ("3", Risk::Routine, "as many as its replicas: a drifted node is not replaced"),
        ("5", Risk::Routine, "2 more than its replicas"),
        ("none", Risk::Routine, "no limit any more"),
    ] {
        let plan = changed(&seen, &[("nodes", limit)]);
        assert_eq!((plan.risk, failed(&plan)), (risk, Vec::new()), "{limit}");
        assert!(said(&plan, "Nodes")[0].starts_with(words), "{limit}: {:?}", said(&plan, "Nodes"));
    }
}

#[test]
fn what_was_not_read_is_not_said_to_be_so() {
    let cluster = |unread: Vec<ObjectKind>| TestCluster { unread, ..TestCluster::default() };
    let seen = testing::pool_with(pool("general"), cluster(vec![ObjectKind::NodePool, ObjectKind::Pod]));
    let plan = changed(&seen, &[("cpu", "32"), ("weight", "1")]);
    assert_eq!((plan.risk, said(&plan, "CPU")), (Risk::Disruptive, vec!["32 CPUs; how much is in use was not read"]));
    assert_eq!(said(&plan, "Weight"), ["for new nodes alone; which pools are asked before it was not read"]);
    assert_eq!(said(&plan, "Waiting"), ["which pods wait was not read"]);
    let hint = &ChangePool::offer(&seen).fields(&seen)[0].hint;
    assert_eq!(hint, "64, 500m or none");
    let read = testing::pool();
    assert_eq!(ChangePool::offer(&read).fields(&read)[0].hint, "8 CPUs in use; 64, 500m or none");
}

#[test]
fn gitops_is_told_by_the_field_that_it_writes() {
    let mut seen = testing::pool();
    testing::edit(&mut seen, |object| {
        object["metadata"]["managedFields"] = json!([{
            "manager": "fleet-operator", "operation": "Update", "fieldsV1": { "f:spec": { "f:weight": {} } },
        }]);
    });
    assert_eq!(said(&changed(&seen, &[("weight", "1")]), "Undone by").len(), 1);
    assert!(said(&changed(&seen, &[("cpu", "96")]), "Undone by").is_empty());
}

#[test]
fn a_pool_that_is_going_is_not_offered_it() {
    let going = NodePool { deleting: Some(now()), ..pool("general") };
    assert!(ChangePool::unavailable(On::NodePool(&going)).is_some());
    assert_eq!(ChangePool::unavailable(On::NodePool(&pool("general"))), None);
    let gone = testing::seen(TargetKind::NodePool, "nodepool/general", None, TestCluster::default());
    assert_eq!(failed(&changed(&gone, &[])), ["general exists"]);
}
