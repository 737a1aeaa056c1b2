//! What a pause sends, and what its plan says.

use super::*;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::change::{Plan, TargetKind};
use crate::services::kubernetes::model::{Budget, NodeClaim, NodePool};
use crate::services::kubernetes::testing::{TestCluster, ago, claim, eks, holds, now, pool};

fn budget(nodes: &str, window: Option<(&str, i64)>) -> Budget {
    Budget {
        nodes: nodes.into(),
        reasons: Vec::new(),
        schedule: window.map(|(schedule, _)| schedule.into()),
        duration: window.map(|(_, hours)| hours * 3_600),
    }
}

fn pause(request: &PauseDisruption, seen: &Seen) -> Plan {
    plan_of(Operation::PauseDisruption(request.clone()), seen)
}

fn said<'a>(plan: &'a Plan, label: &str) -> Vec<&'a str> {
    plan.consequences.iter().filter(|one| one.label == label).map(|one| one.text.as_str()).collect()
}

fn budgets(budgets: Vec<Budget>) -> Seen {
    testing::pool_with(NodePool { budgets, ..pool("general") }, TestCluster::default())
}

fn claims(claims: Vec<NodeClaim>) -> Seen {
    testing::pool_with(pool("general"), TestCluster { claims, ..TestCluster::default() })
}

fn static_pool() -> Seen {
    testing::pool_with(NodePool { replicas: Some(3), ..pool("general") }, TestCluster::default())
}

#[test]
fn it_adds_one_budget_and_tests_all_that_are_there() {
    let seen = testing::pool();
    let plan = pause(&PauseDisruption::offer(&seen), &seen);
    let patch = concat!(
        r#"[{"op":"test","path":"/metadata/uid","value":"u-pool"},"#,
        r#"{"op":"test","path":"/spec/disruption/budgets","value":[{"nodes":"10%"}]},"#,
        r#"{"op":"replace","path":"/spec/disruption/budgets","value":[{"nodes":"10%"},"#,
        r#"{"duration":"4h","nodes":"0","schedule":"12 3 22 11 *"}]}]"#
    );
    assert_eq!(plan.steps.len(), 1);
    let line = plan.steps[0].call.as_command("");
    assert_eq!(line, format!("kubectl patch nodepool general --type=json -p '{patch}'"));
    let Follow::Shows { of, values } = &plan.steps[0].follow else { panic!("{:?}", plan.steps[0].follow) };
    assert_eq!((of.id.as_str(), of.uid.as_str()), ("prod-eks/nodepool/general", "u-pool"));
    let shown = r#"[{"nodes":"10%"},{"duration":"4h","nodes":"0","schedule":"12 3 22 11 *"}]"#;
    assert_eq!(values, &[(BUDGETS.to_owned(), shown.to_owned())]);
    assert_eq!((plan.risk, failed(&plan), plan.name_to_type.as_str()), (Risk::Routine, Vec::new(), "general"));
    assert_eq!(
        plan.summary,
        "Until 2026-11-22 07:12Z Karpenter takes no node of general away by consolidation or drift. A budget of 0 nodes is \
         added, which ends by itself."
    );
    assert_eq!(said(&plan, "Ends by itself"), ["at 2026-11-22 07:12Z: from then on Karpenter goes on"]);
    assert!(said(&plan, "Comes back")[0].starts_with("on each 22 November from 03:12Z for 4h, as long as it stands"));
    assert_eq!(said(&plan, "Drift"), ["causes none: Karpenter compares spec.template alone"]);
}

#[test]
fn the_plan_is_the_same_some_minutes_later() {
    let mut seen = testing::pool();
    seen.at = "2026-11-22T03:12:59Z".parse().unwrap();
    let request = PauseDisruption::offer(&seen);
    let before = pause(&request, &seen);
    seen.at = "2026-11-22T03:40:00Z".parse().unwrap();
    assert_eq!(before.still_holds(&before.again(&seen)), Ok(()));
    seen.at = "2026-11-22T07:12:00Z".parse().unwrap();
    let over = pause(&request, &seen);
    assert_eq!(failed(&over), ["ends later than now"]);
    let mut anew = request;
    anew.set("duration", "4h", &seen).unwrap();
    assert_eq!(failed(&pause(&anew, &seen)), Vec::<String>::new());
}

#[test]
fn its_reasons_stand_in_the_budget() {
    let seen = testing::pool();
    let mut request = PauseDisruption::offer(&seen);
    request.set("reasons", "empty,Underutilized, empty", &seen).unwrap();
    request.set("duration", "90m", &seen).unwrap();
    let expected = json!({
        "nodes": "0", "schedule": "12 3 22 11 *", "duration": "1h30m", "reasons": ["Empty", "Underutilized"],
    });
    assert_eq!(request.element(), expected);
    assert!(pause(&request, &seen).summary.contains("takes no node of general away as Empty or Underutilized."));
    let stored = serde_json::to_value(Operation::PauseDisruption(request.clone())).unwrap();
    assert_eq!(stored["reasons"], json!(["Empty", "Underutilized"]));
    assert_eq!(serde_json::from_value::<Operation>(stored).unwrap(), Operation::PauseDisruption(request.clone()));
    request.set("reasons", "ALL", &seen).unwrap();
    assert_eq!(request.element().get("reasons"), None);
}

#[test]
fn what_is_no_duration_or_reason_is_refused_and_changes_nothing() {
    let seen = testing::pool();
    let mut request = PauseDisruption::offer(&seen);
    for (name, value, words) in [
        ("duration", "", "no duration"),
        ("duration", "4", "no duration"),
        ("duration", "1d", "no duration"),
        ("duration", "90s", "no duration"),
        ("duration", "1.5h", "no duration"),
        ("duration", "0m", "not within 1m and 720h"),
        ("duration", "720h1m", "not within 1m and 720h"),
        ("reasons", "", "no reason is named"),
        ("reasons", "Expired", "\"Expired\" is no reason"),
        ("hours", "4", "there are duration, reasons"),
    ] {
        let refused = request.set(name, value, &seen).unwrap_err();
        assert!(refused.contains(words), "{name}={value}: {refused}");
        assert_eq!(request, PauseDisruption::offer(&seen));
    }
    for (value, minutes) in [("1m", 1), (" 720h ", 43_200), ("1h30m", 90)] {
        request.set("duration", value, &seen).unwrap();
        assert_eq!(request.minutes, minutes);
    }
    for field in request.fields(&seen) {
        assert_eq!(request.clone().set(field.name, &field.value, &seen), Ok(()), "{}", field.name);
    }
}

#[test]
fn a_pool_that_is_paused_as_long_is_not_paused_again() {
    let request = PauseDisruption::offer(&testing::pool());
    let failed = |seen: &Seen| failed(&pause(&request, seen));
    assert_eq!(failed(&budgets(vec![budget("0", None)])), ["is not paused"]);
    assert_eq!(failed(&budgets(vec![budget("0%", Some(("0 0 22 11 *", 8)))])), ["is not paused"]);
    let shorter = budgets(vec![budget("0", Some(("0 0 22 11 *", 4)))]);
    assert_eq!(failed(&shorter), Vec::<String>::new());
    let held = "Underutilized until 2026-11-22 04:00Z, Empty until 2026-11-22 04:00Z, Drifted until 2026-11-22 04:00Z";
    assert_eq!(said(&pause(&request, &shorter), "Held already"), [held]);
    let drift = Budget { reasons: vec![DisruptionReason::Drifted], ..budget("0", None) };
    let partly = budgets(vec![drift]);
    assert_eq!(failed(&partly), Vec::<String>::new(), "consolidation goes on without it");
    let of_drift = PauseDisruption { reasons: vec![DisruptionReason::Drifted], ..request.clone() };
    let plan = pause(&of_drift, &partly);
    let check = plan.checks.iter().find(|check| check.name == "is not paused").unwrap();
    assert_eq!(check.why, "its budgets allow nothing without an end already");
    assert!(said(&pause(&request, &testing::pool()), "Held already").is_empty());
}

#[test]
fn a_pool_takes_fifty_budgets() {
    let request = PauseDisruption::offer(&testing::pool());
    let of = |count: usize| failed(&pause(&request, &budgets(vec![budget("5", None); count])));
    assert_eq!((of(49), of(50)), (Vec::new(), vec!["room for a budget".to_owned()]));
}

#[test]
fn a_static_pool_is_asked_for_drift_alone() {
    let seen = static_pool();
    let mut request = PauseDisruption::offer(&seen);
    let plan = pause(&request, &seen);
    assert_eq!(failed(&plan), Vec::<String>::new());
    assert!(said(&plan, "Does not stop")[0].ends_with("deletion by hand, scaling by spec.replicas"));
    assert!(said(&pause(&request, &testing::pool()), "Does not stop")[0].ends_with("deletion by hand"));
    request.set("reasons", "Underutilized, Empty", &seen).unwrap();
    assert_eq!(failed(&pause(&request, &seen)), ["something to pause"]);
}

#[test]
fn a_built_in_pool_of_auto_mode_is_refused() {
    let with = |auto_mode: bool, built_in: &str| {
        let eks = crate::services::kubernetes::EksCluster { auto_mode, auto_pools: vec![built_in.into()], ..eks() };
        let cluster = TestCluster { eks: Some(eks), ..TestCluster::default() };
        let seen = testing::pool_with(pool("general"), cluster);
        failed(&pause(&PauseDisruption::offer(&seen), &seen))
    };
    assert_eq!(with(true, "general"), ["is no built-in pool"]);
    assert_eq!(with(true, "general-purpose"), Vec::<String>::new());
    assert_eq!(with(false, "general"), Vec::<String>::new());
}

#[test]
fn nodes_that_expire_meanwhile_are_named() {
    let plan = |claims_of: Vec<NodeClaim>| {
        let seen = claims(claims_of);
        pause(&PauseDisruption::offer(&seen), &seen)
    };
    let month = 2_592_000;
    let soon = NodeClaim { created: Some(ago(month - 3_600)), ..claim("a", "general") };
    let later = NodeClaim { created: Some(ago(month - 5 * 3_600)), ..claim("b", "general") };
    let never = NodeClaim { expire_after: None, ..claim("c", "general") };
    let others = NodeClaim { created: soon.created, ..claim("d", "other") };
    let both = plan(vec![later.clone(), soon.clone(), never.clone(), others]);
    assert_eq!(said(&both, "Expiry"), ["not stopped: 1 node until then, a at 2026-11-22 04:12Z"]);
    let none = plan(vec![later, never.clone()]);
    assert_eq!(said(&none, "Expiry"), ["none of its nodes before it ends; the first is b at 2026-11-22 08:12Z"]);
    assert_eq!(said(&plan(vec![never]), "Expiry"), ["none of its nodes expires"]);
    let going = NodeClaim { deleting: Some(ago(60)), ..soon };
    let plan = plan(vec![going]);
    assert_eq!(said(&plan, "Expiry"), ["none of its nodes expires"]);
    assert_eq!(said(&plan, "Goes on"), ["1 node going already: a"]);
}

#[test]
fn what_was_decided_goes_on_and_what_has_drifted_waits() {
    let mut decided = claim("a", "general");
    decided.conditions.0.push(holds("DisruptionReason", 30));
    let mut drifted = claim("b", "general");
    drifted.conditions.0.push(holds("Drifted", 300));
    let seen = claims(vec![decided, drifted]);
    let mut request = PauseDisruption::offer(&seen);
    let plan = pause(&request, &seen);
    assert_eq!(said(&plan, "Goes on"), ["1 node going already: a"]);
    assert_eq!(said(&plan, "Waits"), ["1 drifted node until it ends"]);
    request.set("reasons", "Empty", &seen).unwrap();
    assert!(said(&pause(&request, &seen), "Waits").is_empty());
    let quiet = claims(vec![claim("a", "general")]);
    let plan = pause(&PauseDisruption::offer(&quiet), &quiet);
    assert_eq!((said(&plan, "Goes on").len(), said(&plan, "Waits").len()), (0, 0));
}

#[test]
fn what_was_not_read_is_not_said_to_be_so() {
    let with = |unread: Vec<ObjectKind>, expire_after: Option<i64>| {
        let cluster = TestCluster { unread, ..TestCluster::default() };
        let seen = testing::pool_with(NodePool { expire_after, ..pool("general") }, cluster);
        pause(&PauseDisruption::offer(&seen), &seen)
    };
    let no_claims = with(vec![ObjectKind::NodeClaim], Some(2_592_000));
    assert_eq!(
        said(&no_claims, "Expiry"),
        ["not stopped: nodes go when they are 30d old; which do so until then was not read"]
    );
    assert_eq!(said(&no_claims, "Goes on"), ["what is going already; which nodes are was not read"]);
    let never = with(vec![ObjectKind::NodeClaim], None);
    assert!(said(&never, "Expiry")[0].contains("new nodes do not expire; whether one of now does was not read"));
    let no_pools = with(vec![ObjectKind::NodePool, ObjectKind::NodeClaim], None);
    assert_eq!(said(&no_pools, "Expiry"), ["not stopped: which nodes expire until then was not read"]);
}

#[test]
fn a_pool_that_is_going_is_not_offered_it() {
    let going = NodePool { deleting: Some(now()), ..pool("general") };
    assert!(PauseDisruption::unavailable(On::NodePool(&going)).is_some());
    assert_eq!(PauseDisruption::unavailable(On::NodePool(&pool("general"))), None);
    let gone = testing::seen(TargetKind::NodePool, "nodepool/general", None, TestCluster::default());
    assert_eq!(failed(&pause(&PauseDisruption::offer(&gone), &gone)), ["general exists"]);
}

#[test]
fn gitops_takes_the_budget_away_again() {
    let mut seen = testing::pool();
    let request = PauseDisruption::offer(&seen);
    assert!(said(&pause(&request, &seen), "Undone by").is_empty());
    testing::edit(&mut seen, |object| {
        object["metadata"]["managedFields"] = json!([{
            "manager": "fleet-operator", "operation": "Update",
            "fieldsV1": { "f:spec": { "f:disruption": { "f:budgets": {} } } },
        }]);
    });
    let undone = pause(&request, &seen);
    assert!(said(&undone, "Undone by")[0].contains("fleet-operator"), "{:?}", undone.consequences);
}
