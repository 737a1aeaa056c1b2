use serde_json::{Value, json};

use super::*;
use crate::ops::plan::CheckState;
use crate::services::kubernetes::change::{Plan, TargetKind};
use crate::services::kubernetes::testing::{TestCluster, autoscaler, waiting_pod};

fn scale(replicas: i32) -> Operation {
    Operation::ScaleWorkload(ScaleWorkload { replicas })
}

/// The deployment of the tests in a cluster of which there is more.
fn deployment(cluster: TestCluster) -> Seen {
    Seen { data: cluster.data(), ..testing::deployment() }
}

/// A StatefulSet `shop/db` of three pods, all ready, with volumes.
fn stateful_set(change: impl FnOnce(&mut Value)) -> Seen {
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": { "name": "db", "namespace": "shop", "uid": "u-db" },
        "spec": { "replicas": 3, "volumeClaimTemplates": [{ "metadata": { "name": "data" } }] },
        "status": { "readyReplicas": 3 },
    });
    change(&mut object);
    testing::seen(TargetKind::Workload, "statefulset/shop/db", Some(object), TestCluster::default())
}

fn one(plan: &Plan, label: &str) -> (String, Tone) {
    let mut all: Vec<_> = plan.consequences.iter().filter(|c| c.label == label).collect();
    assert_eq!(all.len(), 1, "{label}: {:?}", plan.consequences);
    let said = all.remove(0);
    (said.text.clone(), said.tone)
}

fn is_silent(plan: &Plan, label: &str) -> bool {
    plan.consequences.iter().all(|c| c.label != label)
}

fn check_of(plan: &Plan, name: &str) -> (CheckState, String) {
    let check = plan.checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("{:?}", plan.checks));
    (check.state, check.why.clone())
}

const ALONE: &str = "no autoscaler sets it back";

#[test]
fn it_sets_the_replicas_of_this_very_workload_if_they_are_as_they_were_read() {
    let plan = plan_of(scale(5), &testing::deployment());
    let patch = concat!(
        r#"[{"op":"test","path":"/metadata/uid","value":"u-deployment"},"#,
        r#"{"op":"test","path":"/spec/replicas","value":3},"#,
        r#"{"op":"replace","path":"/spec/replicas","value":5}]"#,
    );
    let line = plan.steps[0].call.as_command("");
    assert_eq!(line, format!("kubectl -n shop patch deployment checkout --type=json -p '{patch}'"));
    assert_eq!((plan.risk, failed(&plan)), (Risk::Routine, Vec::new()));
    assert_eq!(plan.summary, "shop/checkout has 5 pods instead of 3.");
    assert_eq!(plan.inverse.as_deref(), Some("scale it back to 3"));
    let of = Followed { region: testing::REGION.into(), id: plan.target.id.clone(), uid: "u-deployment".into() };
    assert_eq!(plan.steps[0].follow, Follow::Scaled { of, replicas: 5 });
    assert_eq!(plan_of(scale(5), &stateful_set(|_| {})).steps[0].call.api, Api::PatchStatefulSet);
}

#[test]
fn each_precondition_is_refused() {
    assert_eq!(failed(&plan_of(scale(3), &testing::deployment())), ["not at 3 yet"]);
    let object = json!({ "kind": "DaemonSet", "metadata": { "name": "agent", "uid": "u-1" }, "spec": {} });
    let daemon_set = testing::seen(TargetKind::Workload, "daemonset/shop/agent", Some(object), TestCluster::default());
    let plan = plan_of(scale(3), &daemon_set);
    assert_eq!((failed(&plan), plan.steps.len()), (vec!["has a number of replicas".to_owned()], 0));
    let mut workload = crate::services::kubernetes::testing::deployment("shop", "agent", 3, 3);
    assert_eq!(ScaleWorkload::unavailable(On::Workload(&workload)), None);
    workload.kind = WorkloadKind::DaemonSet;
    assert_eq!(ScaleWorkload::unavailable(On::Workload(&workload)).as_deref(), Some(ONE_FOR_EACH_NODE));
}

#[test]
fn the_number_is_one_that_a_cluster_can_have() {
    let seen = testing::deployment();
    let mut request = ScaleWorkload::offer(&seen);
    assert_eq!(request.replicas, 3);
    for bad in ["-1", "150001", "many", "3.5", ""] {
        assert!(request.set("replicas", bad, &seen).is_err(), "{bad}");
    }
    assert!(request.set("pods", "3", &seen).unwrap_err().contains("replicas"));
    assert_eq!(request.replicas, 3);
    assert_eq!(request.set("replicas", " 0 ", &seen), Ok(()));
    assert_eq!((request.fields(&seen)[0].value.as_str(), request.fields(&seen)[0].hint.as_str()), ("0", "now 3"));
}

#[test]
fn up_is_routine_and_room_is_not_known() {
    let plan = plan_of(scale(5), &testing::deployment());
    assert_eq!(one(&plan, "Interruption"), ("none: 2 pods more".to_owned(), Tone::Good));
    assert!(one(&plan, "Room").0.contains("is not known"));
    assert!(is_silent(&plan, "Budgets") && is_silent(&plan, "Come") && is_silent(&plan, "Volumes"));
    let name = "none of its pods waits for a node";
    assert_eq!(check_of(&plan, name).0, CheckState::Met);
    let mut waits = waiting_pod("shop", "checkout-1", "checkout", "0/3 nodes are available: 3 Insufficient cpu.");
    let cluster = TestCluster { pods: vec![waits.clone()], ..TestCluster::default() };
    let (state, why) = check_of(&plan_of(scale(5), &deployment(cluster)), name);
    assert_eq!((state, why.as_str()), (CheckState::Doubtful, "1 of them: of 3 nodes 3 Insufficient cpu"));
    // Another's.
    waits.owner = None;
    let cluster = TestCluster { pods: vec![waits], ..TestCluster::default() };
    assert_eq!(check_of(&plan_of(scale(5), &deployment(cluster)), name).0, CheckState::Met);
    let unread = TestCluster { unread: vec![ObjectKind::Pod], ..TestCluster::default() };
    assert_eq!(check_of(&plan_of(scale(5), &deployment(unread)), name).0, CheckState::Unknown);
    let down = plan_of(scale(2), &testing::deployment());
    assert!(down.checks.iter().all(|check| check.name != name));
}

#[test]
fn down_says_what_goes_and_that_budgets_are_not_asked() {
    let mut seen = testing::deployment();
    let volumes = json!([{ "name": "cache", "emptyDir": {} }, { "name": "config", "configMap": {} }]);
    let plain = plan_of(scale(1), &seen);
    assert_eq!(
        one(&plain, "Interruption"),
        ("2 pods of 3 end, each within 30 s; the load comes to the 1 left".to_owned(), Tone::Warning)
    );
    assert!(is_silent(&plain, "Lost"));
    testing::edit(&mut seen, |o| {
        o["spec"]["template"]["spec"] = json!({ "volumes": volumes, "terminationGracePeriodSeconds": 90 });
    });
    let plan = plan_of(scale(1), &seen);
    assert_eq!((plan.risk, failed(&plan)), (Risk::Disruptive, Vec::new()));
    assert!(one(&plan, "Interruption").0.contains("each within 90 s"));
    assert_eq!(one(&plan, "Lost").0, "what the pods that end keep in emptyDir: cache");
    assert!(one(&plan, "Which go").0.starts_with("its controller chooses: first those that are not ready"));
    assert_eq!(one(&plan, "Budgets"), ("scaling down does not ask disruption budgets".to_owned(), Tone::Warning));
    assert!(is_silent(&plan, "Room"));
}

#[test]
fn to_zero_is_an_outage() {
    let plan = plan_of(scale(0), &testing::deployment());
    assert_eq!(plan.risk, Risk::Disruptive);
    assert_eq!(
        one(&plan, "Interruption"),
        ("all 3 pods end, each within 30 s: it is away until it is scaled up".to_owned(), Tone::Critical)
    );
    assert!(plan.summary.contains("no pods any more, of 3 now"), "{}", plan.summary);
    let mut alone = testing::deployment();
    testing::edit(&mut alone, |o| o["spec"]["replicas"] = json!(1));
    assert!(one(&plan_of(scale(0), &alone), "Interruption").0.starts_with("its only pod ends within 30 s"));
    assert!(one(&plan_of(scale(2), &testing::deployment()), "Interruption").0.starts_with("1 pod of 3 ends within"));
    assert!(is_silent(&plan, "Which go"));
}

#[test]
fn an_autoscaler_sets_it_back_or_stands_still() {
    let why = |replicas: i32, name: &str, minimum: i64| {
        let mut scaler = autoscaler("shop", name, 3);
        (scaler.target.1, scaler.minimum) = ("checkout".into(), minimum);
        let cluster = TestCluster { autoscalers: vec![scaler], ..TestCluster::default() };
        let (state, why) = check_of(&plan_of(scale(replicas), &deployment(cluster)), ALONE);
        assert_eq!(state, CheckState::Doubtful);
        why
    };
    assert_eq!(
        why(5, "web", 2),
        "HPA web, from 2 to 10, sets it by its metrics every 15 s by default: change its minimum or maximum instead"
    );
    assert!(why(1, "web", 2).contains("sets it to 2 within 15 s by default: change its minimum"));
    assert!(why(11, "web", 2).contains("sets it to 10 within 15 s by default: change its maximum"));
    assert!(why(0, "web", 2).contains("stands still while it has 0 replicas"));
    assert!(why(0, "web", 0).contains("may scale it up again by its metrics"));
    assert!(why(0, "keda-hpa-web", 1).contains("is KEDA's, which scales it up again"));
    assert!(why(5, "keda-hpa-web", 1).contains("sets it by its metrics"));

    // Of another namespace, another workload, another kind: none.
    let mut others = vec![autoscaler("other", "checkout", 3), autoscaler("shop", "cart", 3)];
    let mut stateful = autoscaler("shop", "checkout", 3);
    stateful.target.0 = "StatefulSet".into();
    others.push(stateful);
    let cluster = TestCluster { autoscalers: others, ..TestCluster::default() };
    assert_eq!(check_of(&plan_of(scale(5), &deployment(cluster)), ALONE).0, CheckState::Met);
    let unread = TestCluster { unread: vec![ObjectKind::Autoscaler], ..TestCluster::default() };
    assert_eq!(check_of(&plan_of(scale(5), &deployment(unread)), ALONE).0, CheckState::Unknown);
}

#[test]
fn a_stateful_set_goes_in_order_and_keeps_its_volumes() {
    let down = plan_of(scale(1), &stateful_set(|_| {}));
    assert_eq!(one(&down, "Which go").0, "db-2 down to db-1, one after another");
    assert_eq!(
        one(&down, "Volumes"),
        ("the claims of the pods that end stay, and what they hold is paid for: data".to_owned(), Tone::Plain)
    );
    assert_eq!(one(&plan_of(scale(2), &stateful_set(|_| {})), "Which go").0, "db-2");
    let up = plan_of(scale(5), &stateful_set(|o| o["spec"]["ordinals"] = json!({ "start": 10 })));
    assert_eq!(one(&up, "Come").0, "db-13 to db-14, one after another, each when those before it are ready");
    assert!(one(&up, "Volumes").0.ends_with("or new ones: data"));
    let parallel = |o: &mut Value| o["spec"]["podManagementPolicy"] = json!("Parallel");
    assert!(one(&plan_of(scale(5), &stateful_set(parallel)), "Come").0.ends_with("at once"));
    assert!(one(&plan_of(scale(1), &stateful_set(parallel)), "Which go").0.ends_with("at once"));
    let bare = |o: &mut Value| o["spec"]["volumeClaimTemplates"] = json!([]);
    assert!(is_silent(&plan_of(scale(1), &stateful_set(bare)), "Volumes"));
}

#[test]
fn claims_that_go_with_their_pods_are_no_way_back() {
    let policy = |when: &str| {
        let policy = json!({ "whenScaled": when, "whenDeleted": "Retain" });
        stateful_set(move |o| o["spec"]["persistentVolumeClaimRetentionPolicy"] = policy)
    };
    let plan = plan_of(scale(2), &policy("Delete"));
    assert_eq!((plan.risk, plan.inverse.as_deref()), (Risk::Irreversible, None));
    assert_eq!(
        one(&plan, "Volumes"),
        ("the claims of the pods that end are deleted with them (whenScaled Delete): data".to_owned(), Tone::Critical)
    );
    let plan = plan_of(scale(2), &policy("Retain"));
    assert_eq!((plan.risk, plan.inverse.as_deref()), (Risk::Disruptive, Some("scale it back to 3")));
    let up = plan_of(scale(4), &policy("Delete"));
    assert_eq!((up.risk, up.inverse.as_deref()), (Risk::Routine, Some("scale it back to 3")));
}

#[test]
fn a_stateful_set_waits_for_a_pod_that_is_not_ready() {
    let name = "all its pods are ready";
    assert_eq!(check_of(&plan_of(scale(2), &stateful_set(|_| {})), name).0, CheckState::Met);
    let short = |o: &mut Value| o["status"]["readyReplicas"] = json!(2);
    let (state, why) = check_of(&plan_of(scale(2), &stateful_set(short)), name);
    assert_eq!(state, CheckState::Doubtful);
    assert!(why.starts_with("2 of 3 are: while a pod that stays is not ready"), "{why}");
    for seen in [
        stateful_set(|o| {
            short(o);
            o["spec"]["podManagementPolicy"] = json!("Parallel");
        }),
        testing::deployment(),
    ] {
        assert!(plan_of(scale(2), &seen).checks.iter().all(|check| check.name != name));
    }
}

#[test]
fn what_undoes_it_is_said() {
    let mut seen = testing::deployment();
    assert!(is_silent(&plan_of(scale(5), &seen), "Undone by"));
    testing::edit(&mut seen, |o| {
        let fields = json!({ "f:spec": { "f:replicas": {} } });
        o["metadata"]["managedFields"] = json!([{ "manager": "tuner", "operation": "Update", "fieldsV1": fields }]);
    });
    let plan = plan_of(scale(5), &seen);
    assert_eq!(one(&plan, "Undone by").0, "tuner has written spec.replicas, and may do so again");
}
