//! What becomes of the pods of a node.

use super::*;
use crate::services::kubernetes::testing::{CLUSTER, TestCluster, ago, budget, node, now, pod};

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
            Some(EvictionFate::DoNotDisrupt { until: Some(ago(-1_800)) }),
        ),
        (of(|pod| pod.do_not_disrupt = Some("30m".into())), vec![], Some(EvictionFate::Goes)),
        (of(|pod| pod.do_not_disrupt = Some("yes".into())), vec![], Some(EvictionFate::Goes)),
        (of(|pod| pod.is_mirror = true), vec![], None),
        (of(|pod| pod.owner.as_mut().unwrap().kind = "DaemonSet".into()), blocked(), None),
        (
            of(|pod| {
                pod.owner.as_mut().unwrap().kind = "DaemonSet".into();
                pod.do_not_disrupt = Some("true".into());
            }),
            vec![],
            Some(forever),
        ),
        (of(|pod| pod.deleting = Some(ago(1))), blocked(), Some(EvictionFate::Ends)),
        (
            of(|pod| pod.phase = crate::services::kubernetes::model::PodPhase::Succeeded),
            blocked(),
            Some(EvictionFate::Ends),
        ),
    ] {
        let answer = told(vec![pod.clone()], budgets);
        assert_eq!(answer.pods.first().map(|one| one.fate.clone()), expected, "{pod:?}");
        assert_eq!(answer.stay, usize::from(expected.is_none()));
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
}

#[test]
fn durations_are_gos() {
    for (text, seconds) in [
        ("5m", Some(300)),
        ("1h30m", Some(5_400)),
        ("90s", Some(90)),
        ("1.5h", Some(5_400)),
        ("", None),
        ("5", None),
        ("1d", None),
    ] {
        assert_eq!(go_duration(text), seconds, "{text}");
    }
}
