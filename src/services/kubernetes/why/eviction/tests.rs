//! What becomes of the pods of a node.

use super::*;
use crate::services::kubernetes::model::Toleration;
use crate::services::kubernetes::testing::{CLUSTER, TestCluster, ago, budget, fails, node, now, pod};

fn told(pods: Vec<Pod>, budgets: Vec<DisruptionBudget>) -> EvictionAnswer {
    let data = TestCluster { nodes: vec![node("ip-a")], pods, budgets, ..TestCluster::default() }.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    of_node(&view, &BudgetIndex::of(&view), view.node("ip-a").unwrap(), now())
}

#[test]
fn each_pod_has_its_fate() {
    let of = |change: fn(&mut Pod)| {
        let mut one = pod("shop", "api-1");
        change(&mut one);
        one
    };
    let blocked = || vec![budget("shop", "api", 0)];
    let unready = || Pod { conditions: vec![fails("Ready", "", "", 9)], ready: false, ..pod("shop", "api-1") };
    let forever = EvictionFate::DoNotDisrupt { until: None };
    for (pod, budgets, expected) in [
        (of(|_| {}), vec![], Some(EvictionFate::Goes)),
        (of(|_| {}), vec![budget("shop", "api", 1)], Some(EvictionFate::Goes)),
        (of(|_| {}), blocked(), Some(EvictionFate::Budget(vec!["shop/api".into()]))),
        (
            of(|_| {}),
            vec![budget("shop", "api", 1), budget("shop", "more", 1)],
            Some(EvictionFate::SeveralBudgets(vec!["shop/api".into(), "shop/more".into()])),
        ),
        (of(|_| {}), vec![budget("other", "api", 0)], Some(EvictionFate::Goes)),
        (of(|pod| pod.owner = None), vec![], Some(EvictionFate::NobodyRecreates)),
        (of(|pod| pod.do_not_disrupt = Some("true".into())), blocked(), Some(forever.clone())),
        (
            of(|pod| pod.do_not_disrupt = Some("1h30m".into())),
            vec![],
            Some(EvictionFate::DoNotDisrupt { until: Some(ago(-1_810)) }),
        ),
        (
            of(|pod| {
                pod.do_not_disrupt = Some("30m".into());
                pod.started = None;
            }),
            vec![],
            Some(forever.clone()),
        ),
        (
            unready(),
            vec![DisruptionBudget { always_allow: true, ..budget("shop", "api", 0) }],
            Some(EvictionFate::Goes),
        ),
        (unready(), blocked(), Some(EvictionFate::Budget(vec!["shop/api".into()]))),
        (of(|pod| pod.do_not_disrupt = Some("30m".into())), vec![], Some(EvictionFate::Goes)),
        (of(|pod| pod.do_not_disrupt = Some("yes".into())), vec![], Some(EvictionFate::Goes)),
        (of(|pod| pod.is_mirror = true), vec![], None),
        (
            of(|pod| pod.owner.as_mut().unwrap().kind = "DaemonSet".into()),
            blocked(),
            Some(EvictionFate::Budget(vec!["shop/api".into()])),
        ),
        (of(|pod| pod.owner.as_mut().unwrap().kind = "DaemonSet".into()), vec![budget("shop", "api", 1)], None),
        (of(|pod| pod.owner.as_mut().unwrap().kind = "Node".into()), blocked(), None),
        (
            of(|pod| {
                pod.owner.as_mut().unwrap().kind = "DaemonSet".into();
                pod.do_not_disrupt = Some("true".into());
            }),
            vec![],
            Some(forever),
        ),
        (of(|pod| pod.deleting = Some(ago(1))), blocked(), Some(EvictionFate::Ends)),
    ] {
        let answer = told(vec![pod.clone()], budgets);
        assert_eq!(answer.pods.first().map(|one| one.fate.clone()), expected, "{pod:?}");
        assert_eq!(answer.stay, usize::from(expected.is_none()));
    }
}

#[test]
fn the_eviction_api_refuses_for_a_budget_that_lets_none_go_or_for_several() {
    let unready = || Pod { ready: false, ..pod("shop", "api-1") };
    let unseen = DisruptionBudget { is_observed: false, ..budget("shop", "api", 1) };
    let short = DisruptionBudget { healthy: 2, wanted_healthy: 3, ..budget("shop", "api", 0) };
    let waits = || Pod { phase: PodPhase::Pending, ..pod("shop", "api-1") };
    let protected = Pod { do_not_disrupt: Some("true".into()), ..pod("shop", "api-1") };
    let two = || vec![budget("shop", "api", 1), budget("shop", "more", 1)];
    for (pod, budgets, refusing) in [
        (pod("shop", "api-1"), vec![], 0),
        (pod("shop", "api-1"), vec![budget("shop", "api", 1)], 0),
        (pod("shop", "api-1"), vec![budget("other", "api", 0)], 0),
        (pod("shop", "api-1"), vec![budget("shop", "api", 0)], 1),
        (protected, vec![budget("shop", "api", 0)], 1),
        (pod("shop", "api-1"), vec![unseen], 1),
        (pod("shop", "api-1"), two(), 2),
        (unready(), two(), 2),
        (unready(), vec![budget("shop", "api", 0)], 0),
        (unready(), vec![short.clone()], 1),
        (unready(), vec![DisruptionBudget { always_allow: true, ..short }], 0),
        (waits(), two(), 0),
    ] {
        let data = TestCluster { budgets, ..TestCluster::default() }.data();
        let view = ClusterView::of(&data, CLUSTER).unwrap();
        let index = BudgetIndex::of(&view);
        assert_eq!(index.refusing(&pod).len(), refusing, "{pod:?} {:?}", index.of_pod(&pod).collect::<Vec<_>>());
    }
}

#[test]
fn it_is_one_line_and_names_what_holds() {
    let bare = Pod { owner: None, labels: vec![], ..pod("tools", "debug") };
    let answer = told(vec![pod("shop", "api-1"), pod("shop", "api-2"), bare], vec![budget("shop", "api", 0)]);
    assert_eq!(answer.words(now()), "3 pods would go, held by PDB shop/api, nobody recreates tools/debug");
    assert_eq!(
        answer.advice().unwrap(),
        "Give PDB shop/api a pod to spare: more replicas, or another minAvailable or maxUnavailable"
    );
    let lines: Vec<String> = answer.lines(now()).into_iter().map(|line| line.words).collect();
    assert_eq!(
        lines,
        ["held by PDB shop/api", "tools/debug is lost: nobody recreates it", "2 pods of Deployment shop/api"]
    );
    assert_eq!(told(vec![], vec![]).words(now()), "no pod would have to go");
    let over = Pod { phase: PodPhase::Succeeded, ..pod("shop", "api-1") };
    assert_eq!(told(vec![over], vec![]).pods, []);
}

#[test]
fn pods_of_daemon_sets_find_no_other_place() {
    let daemon = |name: &str| {
        let mut one = pod("kube-system", name);
        one.owner.as_mut().unwrap().kind = "DaemonSet".into();
        one
    };
    let kept = Pod { do_not_disrupt: Some("true".into()), ..daemon("agent") };
    let answer = told(vec![daemon("cni"), kept], vec![]);
    assert_eq!((answer.moved(), answer.stay), (0, 1));
    assert_eq!(answer.words(now()), "no pod would have to go, held by do-not-disrupt kube-system/agent");
    let words = answer.lines(now()).pop().unwrap().words;
    assert_eq!(words, "1 pod of daemon sets and the kubelet finds no other place");
}

#[test]
fn a_drain_does_not_wait_for_what_tolerates_it_though_it_is_not_to_be_disrupted() {
    let mut kept = Pod { do_not_disrupt: Some("true".into()), ..pod("shop", "api-1") };
    let holds = |pod: &Pod| told(vec![pod.clone()], vec![]).pods.iter().any(PodFate::holds_drain);
    assert!(holds(&kept));
    kept.tolerations = vec![Toleration { key: None, value: None, effect: None }];
    assert!(!holds(&kept), "it is a hold of a disruption alone");
    assert!(told(vec![kept], vec![]).pods[0].fate.holds());
}

#[test]
fn pods_that_are_not_read_are_not_no_pods() {
    let unread = vec![ObjectKind::Pod];
    let data = TestCluster { nodes: vec![node("ip-a")], unread, ..TestCluster::default() }.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let answer = of_node(&view, &BudgetIndex::of(&view), view.node("ip-a").unwrap(), now());
    assert_eq!(answer.words(now()), "its pods are not known");
    let lines: Vec<_> = answer.lines(now()).into_iter().map(|line| (line.tone, line.words)).collect();
    assert_eq!(lines, [(WhyTone::Unknown, "its pods are not known".to_owned())]);
}
