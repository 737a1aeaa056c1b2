//! Nodes that go, that have drifted, that are not consolidated.

use super::*;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::model::{
    Budget, ConditionStatus, ConsolidationPolicy, DisruptionReason, NodeProvider, Pod, PodPhase,
};
use crate::services::kubernetes::testing::{
    CLUSTER, TestCluster, ago, budget, claim, condition, event, fails, holds, node as healthy, now, pod, pool,
};
use crate::services::kubernetes::why::{ConsolidationReason, DrainHold};

fn cluster() -> TestCluster {
    TestCluster {
        nodes: vec![healthy("ip-a")],
        claims: vec![claim("a", "general")],
        pools: vec![pool("general")],
        pods: vec![pod("orders", "api-1")],
        ..TestCluster::default()
    }
}

fn told(cluster: TestCluster) -> NodeStory {
    let data = cluster.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    node(&view, view.node("ip-a").unwrap(), now())
}

fn going() -> TestCluster {
    let mut cluster = cluster();
    cluster.nodes[0].deleting = Some(ago(720));
    cluster.claims[0].deleting = Some(ago(721));
    cluster
}

#[test]
fn a_node_that_goes_says_what_it_waits_for() {
    let mut held = going();
    held.budgets = vec![budget("orders", "api", 0)];
    held.claims[0].annotations =
        [("karpenter.sh/nodeclaim-termination-timestamp".into(), "2026-11-22T04:00:00Z".into())].into();
    let said = "Failed to drain node, evicting pod violates a PDB (Pod=orders/api-1)";
    held.events = vec![event("Node", "", "ip-a", "FailedDraining", said, 60)];
    let story = told(held);
    let hold = DrainHold::Budget { pod: "orders/api-1".into(), budgets: vec!["orders/api".into()] };
    assert_eq!(story.drain.holds, [hold]);
    assert_eq!(
        story.drain.words(now()),
        "going for 12m 1s: PDB orders/api does not let orders/api-1 go, by force at 04:00Z"
    );
    assert_eq!(story.state(), Some(story.drain.words(now())));
    let lines: Vec<String> = story.drain.lines(now()).into_iter().map(|line| line.words).collect();
    assert_eq!(lines[2], "goes by force at 04:00Z (in 48m)");
    assert_eq!(lines[3], "finalizers: karpenter.sh/termination");
}

#[test]
fn what_holds_a_drain_is_found_without_events_too() {
    let mut annotated = going();
    annotated.pods = vec![Pod { do_not_disrupt: Some("true".into()), ..pod("reporting", "report-1") }];
    let story = told(annotated);
    assert_eq!(story.drain.words(now()), "going for 12m 1s: reporting/report-1 must not be disrupted");
    assert_eq!(story.drain.ends, None);
    let mut graceful = going();
    graceful.claims[0].termination_grace = Some(3_600);
    assert_eq!(told(graceful).drain.ends, Some(ago(721 - 3_600)));
    let mut several = going();
    several.budgets = vec![budget("orders", "api", 1), budget("orders", "all", 1)];
    assert_eq!(
        told(several).drain.words(now()),
        "going for 12m 1s: orders/api-1 is under several PDBs (orders/all, orders/api)"
    );
    let mut drained = going();
    drained.pods.clear();
    drained.claims[0].conditions.0.push(holds("Drained", 100));
    let waits = "Awaiting deletion of bound volumeattachments (csi-1, csi-2)";
    drained.events = vec![event("Node", "", "ip-a", "AwaitingVolumeDetachment", waits, 30)];
    assert_eq!(told(drained).drain.words(now()), "going for 12m 1s: volumes are to be detached (csi-1, csi-2)");
}

#[test]
fn of_a_node_that_was_only_cordoned_nothing_tells_who_drains_it() {
    let mut cordoned = cluster();
    cordoned.nodes[0].cordoned = true;
    assert_eq!(
        told(cordoned).drain.words(now()),
        "cordoned: nothing new is scheduled here; whether somebody drains it is not told"
    );
    assert_eq!(told(cluster()).drain.words(now()), "it is not told to go");
    assert_eq!(told(cluster()).state(), None);
}

#[test]
fn drift_is_told_with_what_blocks_it() {
    let mut drifted = cluster();
    drifted.claims[0].conditions.0.push(condition(
        "Drifted",
        crate::services::kubernetes::model::ConditionStatus::True,
        "AMIDrift",
        "",
        4_000,
    ));
    assert_eq!(told(drifted.clone()).state().as_deref(), Some("drifted: AMI, waits for its turn"));
    drifted.budgets = vec![budget("orders", "api", 0)];
    assert_eq!(told(drifted.clone()).state().as_deref(), Some("drifted: AMI, blocked by PDB orders/api"));
    drifted.claims[0].termination_grace = Some(3_600);
    let by_force = told(drifted.clone());
    assert_eq!(by_force.state().as_deref(), Some("drifted: AMI, waits for its turn"));
    drifted.pools[0].budgets = vec![Budget {
        nodes: "0".into(),
        reasons: vec![DisruptionReason::Drifted],
        schedule: Some("0 3 * * *".into()),
        duration: Some(7_200),
    }];
    assert_eq!(
        told(drifted.clone()).state().as_deref(),
        Some("drifted: AMI, blocked by the pool's budgets until 05:00Z")
    );
    drifted.pools[0].budgets[0].nodes = "1".into();
    drifted.nodes[0].conditions.0[0] = fails("Ready", "KubeletNotReady", "", 9);
    let busy = told(drifted).drift;
    assert_eq!(busy.words(now()), "drifted: AMI, blocked by nodes that go or are not ready take all of the budget (1)");
    assert_eq!(busy.advice().as_deref(), Some("Look at the nodes of the pool that are not ready or going"));
}

#[test]
fn what_is_not_read_is_not_said_to_be_well() {
    let of = |unread: Vec<ObjectKind>, change: fn(&mut TestCluster)| {
        let mut cluster = cluster();
        cluster.unread = unread;
        let drifted = condition("Drifted", ConditionStatus::True, "AMIDrift", "", 4_000);
        cluster.claims[0].conditions.0.push(drifted);
        change(&mut cluster);
        told(cluster)
    };
    let words = |unread, change| of(unread, change).drift.words(now());
    assert_eq!(words(vec![ObjectKind::NodeClaim], |_| {}), "whether it drifted is not known: node claims are not read");
    assert_eq!(words(vec![], |c| c.claims.clear()), "whether it drifted is not known: it has no node claim");
    let foreign = |c: &mut TestCluster| {
        c.claims.clear();
        c.nodes[0].provider = NodeProvider::Other;
    };
    assert_eq!(words(vec![], foreign), "Karpenter did not bring it");
    for kind in [ObjectKind::Pod, ObjectKind::DisruptionBudget] {
        assert_eq!(words(vec![kind], |_| {}), "drifted: AMI, what blocks it is not known");
    }
    assert_eq!(words(vec![], |_| {}), "drifted: AMI, waits for its turn");
    let last = |unread: Vec<ObjectKind>| {
        let story = of(unread, |c| {
            c.nodes[0].deleting = Some(ago(720));
            c.nodes[0].finalizers.clear();
        });
        story.drain.lines(now()).pop().unwrap().words
    };
    assert_eq!(last(vec![ObjectKind::NodeClaim]), "whether it goes by force is not known");
    assert_eq!(last(vec![]), "no terminationGracePeriod: it waits for as long as something holds it");
}

#[test]
fn a_drain_takes_what_is_not_ready_and_believes_the_budgets() {
    let with = |allowed: i64, healthy: i64, change: fn(&mut TestCluster)| {
        let mut cluster = going();
        cluster.budgets = vec![budget("orders", "api", allowed)];
        (cluster.budgets[0].healthy, cluster.budgets[0].wanted_healthy) = (healthy, 2);
        let said = "Failed to drain node, evicting pod violates a PDB (Pod=orders/api-1)";
        cluster.events = vec![event("Node", "", "ip-a", "FailedDraining", said, 60)];
        change(&mut cluster);
        told(cluster).drain.holds
    };
    let held = |budgets: &[&str]| {
        let budgets = budgets.iter().map(|name| (*name).to_owned()).collect();
        [DrainHold::Budget { pod: "orders/api-1".into(), budgets }]
    };
    let goes = [DrainHold::Pods(1)];
    assert_eq!(with(0, 2, |_| {}), held(&["orders/api"]));
    assert_eq!(with(0, 2, |c| c.pods[0].ready = false), goes, "enough are healthy without it");
    assert_eq!(with(0, 1, |c| c.pods[0].ready = false), held(&["orders/api"]));
    let always = |c: &mut TestCluster| {
        c.pods[0].ready = false;
        c.budgets[0].always_allow = true;
    };
    assert_eq!(with(0, 1, always), goes);
    assert_eq!(with(0, 1, |c| c.pods[0].phase = PodPhase::Pending), goes);
    assert_eq!(with(1, 2, |_| {}), goes, "it was let go since");
    let unread = with(1, 2, |c| c.unread = vec![ObjectKind::DisruptionBudget]);
    assert_eq!(unread[0], held(&[])[0]);
    let over = with(1, 2, |c| c.pods[0].phase = PodPhase::Succeeded);
    assert_eq!(over, [], "what is over does not hold it");
}

#[test]
fn why_it_is_not_consolidated() {
    let of = |change: fn(&mut TestCluster)| {
        let mut cluster = cluster();
        change(&mut cluster);
        told(cluster).consolidation.words(now())
    };
    assert_eq!(of(|_| {}), "nothing is known against it");
    assert_eq!(of(|c| c.pools[0].consolidate_after = None), "its pool is never consolidated (consolidateAfter: Never)");
    assert_eq!(
        of(|c| c.pools[0].consolidation = ConsolidationPolicy::WhenEmpty),
        "its pool gives up empty nodes alone (WhenEmpty), and it has pods"
    );
    assert_eq!(
        of(|c| {
            c.claims[0].conditions.0.pop();
        }),
        "pods came or went within the last 5m (consolidateAfter)"
    );
    assert_eq!(of(|c| c.budgets = vec![budget("orders", "api", 0)]), "held by PDB orders/api");
    assert_eq!(
        of(|c| c.nodes[0].conditions.0[0] = fails("Ready", "KubeletNotReady", "", 9)),
        "nodes that go or are not ready take all of the budget (1)"
    );
    assert_eq!(
        of(|c| {
            let said = "Can't replace with a cheaper node";
            c.events = vec![event("Node", "", "ip-a", "Unconsolidatable", said, 400)];
        }),
        "Karpenter: Can't replace with a cheaper node (6m 40s ago)"
    );
    assert_eq!(
        of(|c| c.nodes[0].provider = crate::services::kubernetes::model::NodeProvider::Other),
        "Karpenter did not bring it"
    );
    assert_eq!(of(|c| c.pools.clear()), "its pool is not known");
    let plan = |seconds: i64| {
        let mut cluster = cluster();
        cluster.events = vec![event("Node", "", "ip-a", "ConsolidationCandidate", "Underutilized", seconds)];
        told(cluster).consolidation.words(now())
    };
    assert_eq!(plan(300), "Karpenter considers it: Underutilized (5m ago)");
    assert_eq!(plan(1_000), "nothing is known against it", "it did not");
    let chosen = |c: &mut TestCluster| {
        c.claims[0].conditions.0.push(condition("DisruptionReason", ConditionStatus::True, "Drifted", "Drifted", 9));
    };
    assert_eq!(of(chosen), "Karpenter is replacing it (Drifted)");
    let mut taken = cluster();
    chosen(&mut taken);
    assert_eq!(told(taken).drain.words(now()), "Karpenter is replacing it (Drifted)");
    let young = |c: &mut TestCluster| c.claims[0].conditions.0.truncate(2);
    assert_eq!(of(young), "nothing is known against it", "Karpenter looks at it once it is initialised");
    let empty = {
        let mut cluster = cluster();
        cluster.pods.clear();
        cluster.pools[0].budgets =
            vec![Budget { nodes: "0".into(), reasons: vec![DisruptionReason::Empty], schedule: None, duration: None }];
        told(cluster).consolidation.reasons
    };
    let dark = |change: fn(&mut TestCluster)| {
        let mut cluster = cluster();
        cluster.unread = vec![ObjectKind::Pod];
        change(&mut cluster);
        told(cluster).consolidation.reasons
    };
    let none = || Budget { nodes: "0".into(), reasons: vec![], schedule: None, duration: None };
    assert_eq!(dark(|c| c.pools[0].consolidation = ConsolidationPolicy::WhenEmpty), [ConsolidationReason::Unknown]);
    let shut = {
        let mut cluster = cluster();
        cluster.unread = vec![ObjectKind::Pod];
        cluster.pools[0].budgets = vec![none()];
        told(cluster).consolidation.reasons
    };
    assert_eq!(shut, [ConsolidationReason::Unknown], "for which reason it would go is not known");
    assert_eq!(empty, [ConsolidationReason::NoBudget { reason: DisruptionReason::Empty, until: None }]);
}
