//! Budgets, against upstream's own cases.

use super::*;
use crate::services::kubernetes::testing::{self, CLUSTER, TestCluster, ago, claim, fails, node, pool};

fn budget(nodes: &str, reasons: &[DisruptionReason], schedule: &str, duration: &str) -> Budget {
    let duration: SignedDuration = duration.parse().unwrap();
    let (schedule, duration) = (Some(schedule.into()), Some(duration.as_secs()));
    Budget { nodes: nodes.into(), reasons: reasons.to_vec(), schedule, duration }
}

use DisruptionReason::{Drifted, Empty, Underutilized};

/// The budgets of karpenter pkg/apis/v1/nodepool_budgets_test.go.
fn upstream() -> Vec<Budget> {
    vec![
        budget("10", &[], "* * * * *", "1h"),
        budget("100", &[], "* * * * *", "1h"),
        budget("100%", &[], "* * * * *", "1h"),
        budget("15", &[Drifted, Underutilized], "* * * * *", "1h"),
        budget("5", &[Drifted], "* * * * *", "1h"),
        budget("0", &[Underutilized, Drifted, Empty], "@weekly", "1h"),
    ]
}

/// Its clock.
fn noon() -> Timestamp {
    "2000-06-15T12:30:30Z".parse().unwrap()
}

fn limits(budgets: Vec<Budget>, now: Timestamp) -> [Option<i64>; 3] {
    let pool = NodePool { budgets, ..pool("general") };
    of_counts(&pool, 100, 0, now).reasons.map(|reason| reason.limit)
}

#[test]
fn the_least_of_upstreams_budgets_holds_for_each_reason() {
    assert_eq!(limits(upstream(), noon()), [Some(10), Some(10), Some(5)]);
    let mut all_zero = upstream();
    all_zero[5].schedule = Some("* * * * *".into());
    assert_eq!(limits(all_zero, noon()), [Some(0); 3], "a budget that holds for all reasons");
    let mut yearly = upstream();
    for budget in &mut yearly {
        budget.schedule = Some("@yearly".into());
    }
    assert_eq!(limits(yearly, noon()), [None; 3], "none holds: there is no limit");
    let mut inactive = upstream();
    inactive[3].schedule = Some("@yearly".into());
    inactive[4].schedule = Some("@yearly".into());
    assert_eq!(limits(inactive, noon()), [Some(10); 3]);
    assert_eq!(limits(upstream()[..1].to_vec(), noon()), [Some(10); 3]);
    let mut more = upstream();
    more.push(budget("4", &[Empty], "* * * * *", "1h"));
    assert_eq!(limits(more, noon()), [Some(10), Some(4), Some(5)]);
}

#[test]
fn a_budget_that_cannot_be_read_allows_nothing() {
    for (schedule, nodes) in [("@wrongly", "10"), ("* * * * *", "1000a%"), ("0 0 * * tue-mon", "10")] {
        let pool = NodePool { budgets: vec![budget(nodes, &[Empty], schedule, "6h")], ..pool("general") };
        let found = of_counts(&pool, 100, 0, noon());
        assert!(found.reasons.iter().all(|reason| reason.allowed == 0 && reason.broken), "{schedule} {nodes}");
    }
}

#[test]
fn a_schedule_is_of_utc_and_holds_for_its_duration() {
    for (schedule, duration, now, expected) in [
        ("@daily", "30m", "2000-05-30T23:00:00Z", false),
        ("* * * * *", "1h", "2000-06-15T12:30:30Z", true),
        ("@yearly", "1h", "2000-06-15T12:30:30Z", false),
        ("@yearly", "24h", "1000-01-01T12:00:00Z", true),
        ("@daily", "48h", "2024-01-07T00:00:00Z", true),
        ("30 6 * * SUN", "6h", "2024-01-07T00:00:00Z", false),
    ] {
        let found = limits(vec![budget("0", &[], schedule, duration)], now.parse().unwrap());
        assert_eq!(found == [Some(0); 3], expected, "{schedule} {duration} at {now}");
    }
}

#[test]
fn until_when_it_holds_is_known() {
    let at: Timestamp = "2026-11-23T08:10:00Z".parse().unwrap();
    let office = budget("0", &[Drifted], "0 7 * * mon-fri", "11h");
    let open = Budget { nodes: "10%".into(), reasons: Vec::new(), schedule: None, duration: None };
    let pool = NodePool { budgets: vec![open, office], ..pool("general") };
    let found = of_counts(&pool, 12, 0, at);
    assert_eq!(found.of(Drifted).until, "2026-11-23T18:00:00Z".parse().ok());
    assert_eq!(found.of(Drifted).words(12, at), "0 of 12: budget 0 until 18:00Z");
    assert_eq!(found.of(Empty).words(12, at), "2 of 12: budget 10%");
    assert_eq!(found.of(Empty).until, None);
    let always = budget("0", &[], "* * * * *", "1h");
    assert_eq!(end(&always, at), None, "each beginning comes before the end of the last");
}

#[test]
fn a_budget_says_until_or_from_when_it_holds() {
    let at: Timestamp = "2026-11-22T03:12:40Z".parse().unwrap();
    let hold = |schedule: &str, duration: &str| budget_hold(&budget("0", &[], schedule, duration), at);
    let moment = |text: &str| text.parse::<Timestamp>().ok();
    for (schedule, duration, expected) in [
        ("12 3 22 11 *", "4h", BudgetHold::Now(moment("2026-11-22T07:12:00Z"))),
        ("13 3 22 11 *", "4h", BudgetHold::Later(moment("2026-11-22T03:13:00Z"))),
        ("0 23 21 11 *", "4h", BudgetHold::Later(moment("2027-11-21T23:00:00Z"))),
        ("0 0 29 2 *", "4h", BudgetHold::Later(moment("2028-02-29T00:00:00Z"))),
        ("0 0 31 2 *", "4h", BudgetHold::Later(None)),
        ("* * * * *", "1h", BudgetHold::Now(None)),
        ("@wrongly", "1h", BudgetHold::Broken),
    ] {
        assert_eq!(hold(schedule, duration), expected, "{schedule} {duration}");
    }
    let always = Budget { nodes: "0".into(), reasons: Vec::new(), schedule: None, duration: None };
    assert_eq!(budget_hold(&always, at), BudgetHold::Now(None));
}

#[test]
fn no_budget_is_no_limit_and_of_two_that_say_the_same_the_longer_counts() {
    let at: Timestamp = "2026-11-23T08:10:00Z".parse().unwrap();
    let with = |budgets: Vec<Budget>, busy| of_counts(&NodePool { budgets, ..pool("general") }, 12, busy, at);
    let none = with(Vec::new(), 2);
    assert_eq!((none.of(Empty).limit, none.of(Empty).allowed), (None, 10));
    assert_eq!(none.of(Empty).words(12, at), "10 of 12: no budget holds now");
    let office = || budget("0", &[], "0 7 * * mon-fri", "11h");
    let always = || Budget { nodes: "0".into(), reasons: Vec::new(), schedule: None, duration: None };
    for budgets in [vec![office(), always()], vec![always(), office()]] {
        assert_eq!(with(budgets, 0).of(Drifted).until, None);
    }
    let early = budget("0", &[], "0 6 * * mon-fri", "4h");
    assert_eq!(with(vec![early, office()], 0).of(Drifted).until, "2026-11-23T18:00:00Z".parse().ok());
    assert_eq!(with(vec![office()], 3).taken(Drifted), None, "it allows none at all");
    let one = Budget { nodes: "3".into(), ..always() };
    assert_eq!((with(vec![one.clone()], 3).taken(Drifted), with(vec![one], 2).taken(Drifted)), (Some(3), None));
}

#[test]
fn what_is_going_or_not_ready_counts_against_it() {
    let mut nodes: Vec<_> = (0..11).map(|at| node(&format!("ip-{at}"))).collect();
    nodes[0].deleting = Some(ago(60));
    nodes[1].conditions.0[0] = fails("Ready", "KubeletNotReady", "", 60);
    nodes[2].labels.remove("karpenter.sh/initialized");
    nodes[3].provider = crate::services::kubernetes::model::NodeProvider::Karpenter("other".into());
    let mut ended = claim("4", "general");
    ended.conditions.0.push(testing::holds("InstanceTerminating", 10));
    let data = TestCluster { nodes, claims: vec![ended], pools: vec![pool("general")], ..Default::default() }.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let found = budgets(&view, view.pool("general").unwrap(), testing::now());
    assert_eq!((found.total, found.busy), (8, 2));
    assert_eq!((found.of(Empty).limit, found.of(Empty).allowed), (Some(1), 0), "10 % of 8, rounded up");
    assert_eq!(found.of(Empty).words(8, testing::now()), "0 of 8: budget 10%, 1 busy");
}
