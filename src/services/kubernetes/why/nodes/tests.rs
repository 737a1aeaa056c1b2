//! Nodes that go, that have drifted, that are not consolidated.

use super::*;
use crate::services::kubernetes::model::{Budget, ConsolidationPolicy, DisruptionReason, Pod};
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
fn a_node_that_was_only_cordoned_is_not_drained_by_anybody() {
    let mut cordoned = cluster();
    cordoned.nodes[0].cordoned = true;
    assert_eq!(told(cordoned).drain.words(now()), "cordoned, and not told to go: nothing drains it");
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
    assert_eq!(told(drifted).state().as_deref(), Some("drifted: AMI, blocked by the pool's budgets until 05:00Z"));
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
        "the pool's budgets allow none for Underutilized"
    );
    assert_eq!(
        of(|c| {
            let said = "Can't replace with a cheaper node";
            c.events = vec![event("Node", "", "ip-a", "Unconsolidatable", said, 400)];
        }),
        "Karpenter: Can't replace with a cheaper node"
    );
    assert_eq!(
        of(|c| c.nodes[0].provider = crate::services::kubernetes::model::NodeProvider::Other),
        "Karpenter did not bring it"
    );
    assert_eq!(of(|c| c.pools.clear()), "its pool is not known");
    let empty = {
        let mut cluster = cluster();
        cluster.pods.clear();
        cluster.pools[0].budgets =
            vec![Budget { nodes: "0".into(), reasons: vec![DisruptionReason::Empty], schedule: None, duration: None }];
        told(cluster).consolidation.reasons
    };
    assert_eq!(empty, [ConsolidationReason::NoBudget { reason: DisruptionReason::Empty, until: None }]);
}
