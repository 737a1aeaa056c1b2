use super::*;
use crate::domain::SiteId;
use crate::screens::cluster_object::page::{LaidPage, PageLink};
use crate::services::kubernetes::model::{ContainerState, Ended, OwnerRef, Pod};
use crate::services::kubernetes::testing::{
    CLUSTER, TestCluster, ago, application, autoscaler, container, deployment, now, pod, pool, waiting_pod,
};
use crate::ui::prose::plain;

fn crashing(name: &str, owner: &str) -> Pod {
    let ended =
        Ended { exit_code: 137, signal: None, reason: "OOMKilled".into(), message: "".into(), at: Some(ago(120)) };
    let state = ContainerState::Waiting { reason: "CrashLoopBackOff".into(), message: "back-off 5m0s".into() };
    let mut all = pod("shop", name);
    all.owner = Some(OwnerRef { kind: "Deployment".into(), name: owner.into() });
    all.ready = false;
    all.containers = vec![container("app", state)];
    all.containers[0].restarts = 7;
    all.containers[0].last = Some(ended);
    all
}

fn lines(cluster: TestCluster, open: &State) -> Vec<String> {
    let data = cluster.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let (page, _) = page(&view, open, now());
    let laid = LaidPage::of(&page, 140, now());
    (0..laid.len()).filter_map(|at| laid.line(at)).map(|line| plain(&line.pieces)).collect()
}

fn open() -> State {
    State::new(SiteId(0), CLUSTER)
}

fn troubled() -> TestCluster {
    let message = "0/3 nodes are available: 3 Insufficient cpu.";
    TestCluster {
        pods: vec![
            waiting_pod("shop", "checkout-1", "checkout", message),
            waiting_pod("shop", "checkout-2", "checkout", message),
            crashing("api-1", "api"),
            crashing("api-2", "api"),
        ],
        pools: vec![pool("general")],
        workloads: vec![
            deployment("shop", "web", 2, 2),
            deployment("shop", "api", 2, 0),
            deployment("shop", "checkout", 4, 2),
        ],
        autoscalers: vec![autoscaler("shop", "web", 2)],
        applications: vec![application("shop")],
        ..TestCluster::default()
    }
}

#[test]
fn what_waits_stands_first_as_one_with_why_and_what_to_do() {
    let all = lines(troubled(), &open());
    let at = all.iter().position(|line| line == " Waiting  2 pods without a node").unwrap();
    assert!(all[at + 1].contains("2 pods of shop/checkout wait"), "{all:#?}");
    assert!(all[at + 2..at + 5].iter().any(|line| line.contains("general")), "{all:#?}");
    let advice = all.iter().position(|line| line.trim_start().starts_with('→')).unwrap();
    assert!(advice > at + 2 && advice < at + 5, "{all:#?}");
}

#[test]
fn what_crashes_is_told_with_its_last_end() {
    let all = lines(troubled(), &open());
    let line = all.iter().find(|line| line.contains("CrashLoopBackOff")).unwrap();
    assert_eq!(line, " ✖ 2 pods of shop/api, app: CrashLoopBackOff, last exit 137 OOMKilled 2m ago, 14 restarts");
}

#[test]
fn workloads_that_are_not_whole_stand_above_those_that_are() {
    let all = lines(troubled(), &open());
    let place = |name: &str| all.iter().rposition(|line| line.contains(&format!("shop/{name} "))).unwrap();
    assert!(place("api") < place("checkout") && place("checkout") < place("web"), "{all:#?}");
    let by_name = State { order: crate::screens::workloads::WorkloadOrder::Name, reverse: true, ..open() };
    let all = lines(troubled(), &by_name);
    let place = |name: &str| all.iter().rposition(|line| line.contains(&format!("shop/{name} "))).unwrap();
    assert!(place("web") < place("checkout") && place("checkout") < place("api"), "{all:#?}");
}

#[test]
fn a_filter_says_how_much_it_hides() {
    let all = lines(troubled(), &State { filter: "web".into(), ..open() });
    assert!(all.iter().any(|line| line.contains("2 of 3 are hidden by the filter")), "{all:#?}");
    assert!(!all.iter().any(|line| line.contains("CrashLoopBackOff")), "{all:#?}");
}

#[test]
fn what_is_not_read_is_not_called_well() {
    let cluster = TestCluster { unread: vec![ObjectKind::Pod, ObjectKind::StatefulSet], ..troubled() };
    let data = cluster.data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let (page, counts) = page(&view, &open(), now());
    assert_eq!(counts, WorkloadCounts { waiting: None, crashing: None, pods: None, workloads: None });
    let laid = LaidPage::of(&page, 140, now());
    let first = laid.line(0).map(|line| plain(&line.pieces)).unwrap_or_default();
    assert!(first.contains("pods") && first.contains("statefulsets"), "{first}");
}

#[test]
fn a_cluster_of_pods_without_workloads_is_not_called_empty() {
    let cluster = TestCluster { workloads: Vec::new(), ..troubled() };
    let pods = cluster.pods.len();
    let all = lines(cluster, &open());
    let at = all.iter().position(|line| line.contains("no Deployment, StatefulSet or DaemonSet")).unwrap();
    assert!(all[at + 1].contains(&format!("{pods} pods are of other owners, or of none")), "{all:#?}");
}

#[test]
fn every_line_that_names_a_thing_opens_it() {
    let data = troubled().data();
    let view = ClusterView::of(&data, CLUSTER).unwrap();
    let (page, _) = page(&view, &open(), now());
    let opened: Vec<String> = page
        .stops()
        .filter_map(|item| match page.link(item) {
            Some(PageLink::Object(key)) => Some(format!("{} {}", key.kind(), key.name())),
            _ => None,
        })
        .collect();
    assert_eq!(
        opened,
        ["Deployment checkout", "Deployment api", "Deployment api", "Deployment checkout", "Deployment web"]
    );
}
