//! Which budget is taken away, and what its plan says.

use serde_json::json;

use super::*;
use crate::ops::plan::CheckState;
use crate::services::kubernetes::change::Plan;
use crate::services::kubernetes::model::{Budget, Node, NodeClaim};
use crate::services::kubernetes::testing::{TestCluster, claim, holds, node, pool};

const OURS: &str = "0 2 22 11 * for 240m";
const OFFICE: &str = "0 3 * * * for 480m";

fn budget(nodes: &str, schedule: &str, hours: i64) -> Budget {
    let (schedule, duration) = (Some(schedule.into()), Some(hours * 3_600));
    Budget { nodes: nodes.into(), reasons: Vec::new(), schedule, duration }
}

fn always(nodes: &str) -> Budget {
    Budget { nodes: nodes.into(), reasons: Vec::new(), schedule: None, duration: None }
}

/// 10 % always, office hours, and a pause of four hours that began an hour ago.
fn paused() -> Vec<Budget> {
    vec![always("10%"), budget("0", "0 3 * * *", 8), budget("0", "0 2 22 11 *", 4)]
}

fn with(budgets: Vec<Budget>, claims: Vec<NodeClaim>) -> Seen {
    let nodes: Vec<Node> = (0..3).map(|at| node(&format!("ip-{at}"))).collect();
    let cluster = TestCluster { nodes, claims, ..TestCluster::default() };
    testing::pool_with(NodePool { budgets, ..pool("general") }, cluster)
}

fn resume(seen: &Seen) -> Plan {
    plan_of(Operation::ResumeDisruption(ResumeDisruption::offer(seen)), seen)
}

fn said<'a>(plan: &'a Plan, label: &str) -> Vec<&'a str> {
    plan.consequences.iter().filter(|one| one.label == label).map(|one| one.text.as_str()).collect()
}

#[test]
fn it_takes_exactly_the_pause_away() {
    let seen = with(paused(), Vec::new());
    let plan = resume(&seen);
    let office = r#"{"duration":"480m","nodes":"0","schedule":"0 3 * * *"}"#;
    let ours = r#"{"duration":"240m","nodes":"0","schedule":"0 2 22 11 *"}"#;
    let patch = format!(
        concat!(
            r#"[{{"op":"test","path":"/metadata/uid","value":"u-pool"}},"#,
            r#"{{"op":"test","path":"/spec/disruption/budgets","value":[{{"nodes":"10%"}},{office},{ours}]}},"#,
            r#"{{"op":"replace","path":"/spec/disruption/budgets","value":[{{"nodes":"10%"}},{office}]}}]"#
        ),
        office = office,
        ours = ours,
    );
    assert_eq!(plan.steps[0].call.get("patch"), Some(&patch.as_str().into()));
    let Follow::Shows { values, .. } = &plan.steps[0].follow else { panic!("{:?}", plan.steps[0].follow) };
    assert_eq!(values, &[(BUDGETS.to_owned(), format!(r#"[{{"nodes":"10%"}},{office}]"#))]);
    assert_eq!((plan.risk, failed(&plan)), (Risk::Routine, Vec::new()));
    assert_eq!(said(&plan, "Would end"), ["by itself at 2026-11-22 06:00Z, in 2h 48m: now instead"]);
    assert_eq!(plan.summary, "Karpenter takes nodes of general away again, as its other budgets allow.");
}

#[test]
fn the_pause_of_now_is_offered_before_others_and_a_rule_of_the_pool_never() {
    let chosen = |budgets: Vec<Budget>| ResumeDisruption::offer(&with(budgets, Vec::new())).budget;
    assert_eq!(chosen(paused()), OURS);
    let mut two = paused();
    two.push(budget("0", "5 3 22 11 *", 1));
    assert_eq!(chosen(two.clone()), "5 3 22 11 * for 60m", "the one that was added last");
    two.push(budget("0", "0 2 1 3 *", 1));
    assert_eq!(chosen(two), "5 3 22 11 * for 60m", "the last one holds in March");
    assert_eq!(chosen(vec![budget("0", "0 2 1 3 *", 1)]), "", "it may be meant for next March");
    assert_eq!(chosen(vec![always("0"), budget("0", "0 3 * * *", 8)]), "");
    let none = resume(&with(vec![budget("0", "0 3 * * *", 8)], Vec::new()));
    assert_eq!((failed(&none), none.steps.len()), (vec!["a budget is chosen".to_owned()], 0));
}

#[test]
fn another_one_may_be_chosen_and_none_that_is_not_there() {
    let seen = with(paused(), Vec::new());
    let mut request = ResumeDisruption::offer(&seen);
    let refused = request.set("budget", "1 1 1 1 * for 1h", &seen).unwrap_err();
    assert!(refused.ends_with(&format!("there are {OFFICE}; {OURS}")), "{refused}");
    assert!(request.set("at", "1", &seen).unwrap_err().contains("budget"));
    assert_eq!(request.budget, OURS);
    let FieldKind::Choice { offers, open: false } = &request.fields(&seen)[0].kind else { panic!("a choice") };
    let details: Vec<&str> = offers.iter().map(|offer| offer.detail.as_str()).collect();
    assert_eq!(details, ["holds until 2026-11-22 11:00Z; a rule of the pool", "holds until 2026-11-22 06:00Z"]);
    request.set("budget", OFFICE, &seen).unwrap();
    let plan = plan_of(Operation::ResumeDisruption(request), &seen);
    let doubtful: Vec<&str> =
        plan.checks.iter().filter(|one| one.state == CheckState::Doubtful).map(|one| one.name.as_str()).collect();
    assert_eq!((failed(&plan), doubtful), (Vec::new(), vec!["was set once"]));
    assert!(said(&plan, "Taken away").is_empty());
    let back = plan.inverse.clone().unwrap();
    assert!(back.ends_with(r#"again: {"duration":"480m","nodes":"0","schedule":"0 3 * * *"}"#), "{back}");
    assert_eq!(resume(&seen).inverse.as_deref(), Some("pause disruption again"));
    assert_eq!(said(&resume(&seen), "Taken away").len(), 1);
    assert!(resume(&seen).checks.iter().all(|check| check.state == CheckState::Met));
}

#[test]
fn what_was_taken_away_by_somebody_else_is_not_there_any_more() {
    let request = ResumeDisruption::offer(&with(paused(), Vec::new()));
    let plan = plan_of(Operation::ResumeDisruption(request), &with(vec![always("10%")], Vec::new()));
    assert_eq!((failed(&plan), plan.steps.len()), (vec!["has this budget".to_owned()], 0));
}

#[test]
fn what_karpenter_may_do_then_is_said() {
    let mut drifted = claim("0", "general");
    drifted.conditions.0.push(holds("Drifted", 300));
    let alone = vec![always("10%"), budget("0", "0 2 22 11 *", 4)];
    let plan = resume(&with(alone.clone(), vec![drifted.clone()]));
    assert_eq!(said(&plan, "Interruption"), ["Karpenter may begin at once: pods of the nodes that it takes move"]);
    assert_eq!((plan.risk, said(&plan, "By force").len()), (Risk::Disruptive, 0));
    let timed = |grace: i64| NodeClaim { termination_grace: Some(grace), ..claim("0", "general") };
    let forced = resume(&with(alone.clone(), vec![timed(3_600), NodeClaim { name: "1".into(), ..timed(7_200) }]));
    assert!(said(&forced, "By force")[0].contains("terminationGracePeriod of 1h to 2h"), "{forced:?}");
    let allowed = "Underutilized 1 of 3: budget 10%; Empty 1 of 3: budget 10%; Drifted 1 of 3: budget 10%";
    assert_eq!(said(&plan, "Allowed then"), [allowed]);
    assert_eq!(said(&plan, "Drifted"), ["1 node to be replaced"]);
    assert!(said(&resume(&with(alone, vec![claim("0", "general")])), "Drifted").is_empty());
    let both = resume(&with(paused(), vec![drifted]));
    assert_eq!(said(&both, "Interruption"), ["none yet: other budgets allow nothing either"]);
    assert_eq!((both.risk, said(&both, "Budgets").len()), (Risk::Routine, 0));
    let last = resume(&with(vec![budget("0", "0 2 22 11 *", 4)], Vec::new()));
    assert!(said(&last, "Budgets")[0].starts_with("none is left"), "an empty list has no default of 10 %");
    let empty = Budget { reasons: vec![DisruptionReason::Empty], ..budget("0", "0 2 22 11 *", 4) };
    let of_empty = resume(&with(vec![always("10%"), empty], Vec::new()));
    assert_eq!(said(&of_empty, "Allowed then"), ["Empty 1 of 3: budget 10%"]);
}

#[test]
fn a_pause_that_is_over_is_taken_away_before_it_comes_back() {
    let seen = with(vec![budget("0", "0 22 20 11 *", 4)], Vec::new());
    let mut request = ResumeDisruption::offer(&seen);
    request.set("budget", "0 22 20 11 * for 240m", &seen).unwrap();
    let plan = plan_of(Operation::ResumeDisruption(request), &seen);
    assert_eq!(failed(&plan), Vec::<String>::new());
    assert_eq!(plan.summary, "A pause of general that does not hold now does not come back.");
    assert_eq!(said(&plan, "Would end"), ["it does not hold now, and holds again from 2027-11-20 22:00Z"]);
    assert_eq!(said(&plan, "Interruption"), ["none: Karpenter may do now what it may do without it"]);
}

#[test]
fn what_was_not_read_is_not_said_to_be_so() {
    let unread = |kinds: Vec<ObjectKind>| {
        let cluster = TestCluster { unread: kinds, ..TestCluster::default() };
        resume(&testing::pool_with(NodePool { budgets: paused(), ..pool("general") }, cluster))
    };
    let plan = unread(vec![ObjectKind::NodePool]);
    assert!(said(&plan, "Interruption")[0].ends_with("how many nodes the other budgets allow was not read"));
    assert_eq!(said(&unread(vec![ObjectKind::NodeClaim]), "Drifted"), ["which nodes are was not read"]);
}

#[test]
fn it_is_offered_where_there_is_a_pause() {
    let of = |budgets: Vec<Budget>| {
        ResumeDisruption::unavailable(On::NodePool(&NodePool { budgets, ..pool("general") })).is_none()
    };
    assert!(of(paused()));
    assert!(!of(vec![always("0"), budget("1", "0 2 22 11 *", 4)]));
    let seen = testing::pool();
    let fields = ResumeDisruption::offer(&seen).fields(&seen);
    assert_eq!(fields[0].value, "");
    assert_eq!(json!(ResumeDisruption::offer(&seen)), json!({ "budget": "" }));
}
