//! The screen as a whole: what is told in which line.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::{ClusterPane, Grouping, ListLine};
use super::{State, filter, handle, open, rebuild, renew, view};
use crate::domain::finding::{Finding, Severity, testing as finding_testing};
use crate::domain::{Criticality, Environment, Fault, FaultKind, Since, SiteId};
use crate::keymap::{Action, Keymap};
use crate::screens::{State as App, executions};
use crate::services::kubernetes::model::{Node, NodeProvider};
use crate::services::kubernetes::rules::ThingRef;
use crate::services::kubernetes::testing::{
    ARN, CLUSTER, TestCluster, ago, node, now, pod, pool, unregistered, waiting_pod,
};
use crate::services::kubernetes::{Answer, ClusterVersion, Nodegroup, ObjectKind, Read, Support};
use crate::theme::{ColorDepth, Theme};
use crate::world::Estate;

/// A console on a cluster, of a size.
fn app(cluster: TestCluster, size: (u16, u16)) -> App {
    let mut estate = Estate::default();
    let session = estate.add_session_named("ops");
    let site = estate.add_site(session, "eu-west-1");
    let criticality = Criticality::Production;
    estate.add(Environment { name: "prod".into(), site, criticality, ..Environment::default() });
    let mut app = App::new(estate, now(), Keymap::default(), Theme::default(), ColorDepth::TrueColor);
    app.shell.size = size;
    app.shell.world.sites[0].services.kubernetes = cluster.data();
    open(&mut app, site, CLUSTER);
    app
}

fn shown(app: &App) -> Vec<String> {
    let area = executions::body(&app.shell);
    let mut buf = Buffer::empty(area);
    view(app, area, &mut buf);
    let row = |y: u16| (area.left()..area.right()).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (area.top()..area.bottom()).map(|y| row(y).trim_end().to_owned()).collect()
}

fn screen(app: &App) -> &State {
    app.views.cluster().unwrap()
}

fn short_of_capacity() -> TestCluster {
    TestCluster {
        versions: vec![ClusterVersion {
            version: "1.34".into(),
            is_default: false,
            released: None,
            standard_until: Some("2026-07-29T00:00:00Z".parse().unwrap()),
            extended_until: None,
            support: Some(Support::Extended),
        }],
        nodes: vec![node("ip-a"), Node { provider: NodeProvider::ManagedGroup("system".into()), ..node("ip-b") }],
        pods: vec![pod("orders", "api-1"), waiting_pod("shop", "checkout-1", "checkout", "0/2 nodes are available")],
        pools: vec![pool("general"), pool("spot")],
        claims: vec![unregistered("general-x7k2p", "general", 560)],
        ..TestCluster::default()
    }
}

fn say(app: &mut App, thing: &ThingRef, severity: Severity, summary: &str) {
    let key = thing.key(ARN);
    let finding = Finding {
        severity,
        summary: summary.into(),
        arn: key.clone(),
        since: Some(Since::At(ago(600))),
        evidence: "scheduler: 0/2 nodes are available".into(),
        advice: "Raise the limit of general (cpu 256), or allow spot in eu-west-1a too.".into(),
        ..finding_testing::finding()
    };
    app.shell.world.health.renew(&key, vec![finding], now(), &|_| None);
    rebuild(app);
}

fn checkout() -> ThingRef {
    ThingRef::Workload { kind: "Deployment".into(), namespace: "shop".into(), name: "checkout".into() }
}

#[test]
fn the_first_five_lines_tell_what_waits_why_and_what_to_do() {
    for size in [(80, 24), (120, 40)] {
        let mut app = app(short_of_capacity(), size);
        let words = "14 pods of checkout wait: general is at its limit (cpu 256 of 256), spot has no capacity in \
                     eu-west-1b";
        say(&mut app, &checkout(), Severity::Critical, words);
        let other = ThingRef::Claim("general-x7k2p".into());
        say(&mut app, &other, Severity::Warning, "claim general-x7k2p not registered in 9m of 15");
        let lines = shown(&app);
        let first = lines[..5].join("\n");
        for part in ["prod-eks", "extended support", "14 pods of checkout wait", "(cpu 256 of 256)", "eu-west-1b"] {
            assert!(first.contains(part), "{part} at {size:?}:\n{}", lines.join("\n"));
        }
        assert!(first.contains("→ Raise the limit of general"), "{}", lines.join("\n"));
        assert!(lines.iter().any(|line| line.contains("claim general-x7k2p not registered")), "{}", lines.join("\n"));
    }
}

#[test]
fn nodes_and_claims_stand_in_groups_with_their_sums() {
    let app = app(short_of_capacity(), (120, 40));
    let lines = shown(&app);
    let frame = lines.join("\n");
    for part in
        ["Nodes 2, 1 coming", "1 pod waits", "requested cpu", "by pool b", "general 1 node", "group system 1 node"]
    {
        assert!(frame.contains(part), "{part}:\n{frame}");
    }
    let claim = lines.iter().find(|line| line.contains("(general-x7k2p)")).unwrap();
    assert!(claim.contains("launched ▸ registering 9m of 15m"), "{claim}");
    let screen = screen(&app);
    assert!(matches!(&screen.lines[0], ListLine::Group(head) if &*head.title == "general"), "the worst is first");
}

#[test]
fn a_group_folds_and_the_grouping_goes_round() {
    let mut app = app(short_of_capacity(), (120, 40));
    assert_eq!(screen(&app).lines.len(), 5);
    assert!(handle(&mut app, Action::Toggle));
    assert_eq!(screen(&app).lines.len(), 3, "two lines of general are put away");
    assert!(handle(&mut app, Action::Toggle));
    assert_eq!(screen(&app).lines.len(), 5);
    for (grouping, lines) in
        [(Grouping::Type, 4), (Grouping::Zone, 4), (Grouping::Capacity, 4), (Grouping::None, 3), (Grouping::Pool, 5)]
    {
        assert!(handle(&mut app, Action::Group));
        assert_eq!((screen(&app).grouping, screen(&app).lines.len()), (grouping, lines));
    }
    filter(&mut app, "system".into());
    assert_eq!(screen(&app).lines.len(), 2);
    assert!(handle(&mut app, Action::Back));
    assert_eq!((screen(&app).filter.as_str(), screen(&app).lines.len()), ("", 5));
}

#[test]
fn the_cursor_stays_on_its_node_while_the_order_changes() {
    let mut app = app(short_of_capacity(), (120, 40));
    assert!(handle(&mut app, Action::Bottom));
    let name = |app: &App| screen(app).current().map(|row| row.shown.clone());
    assert_eq!(name(&app).as_deref(), Some("ip-b"));
    for action in [Action::Sort, Action::SortReverse, Action::Group, Action::Group] {
        assert!(handle(&mut app, action));
        assert_eq!(name(&app).as_deref(), Some("ip-b"), "{action:?}");
    }
}

#[test]
fn a_cluster_that_is_not_reached_says_what_to_configure_and_shows_what_eks_says() {
    let mut cluster = TestCluster { unread: ObjectKind::ALL.to_vec(), ..TestCluster::default() };
    cluster.nodegroups = vec![Nodegroup {
        name: "system".into(),
        arn: "".into(),
        status: "DEGRADED".into(),
        version: "1.34".into(),
        release: "".into(),
        capacity_type: "ON_DEMAND".into(),
        ami_type: "".into(),
        instance_types: vec!["m6i.large".into()],
        minimum: Some(1),
        maximum: Some(4),
        desired: Some(2),
        health: Vec::new(),
    }];
    let mut app = app(cluster, (120, 40));
    let kind = FaultKind::NoPath { remedy: "give it a proxy_url or a tunnel".into() };
    let fault = Fault { kind, call: "GET /version".into(), message: String::new(), request_id: None };
    let data = &mut app.shell.world.sites[0].services.kubernetes;
    data.fail(&Read::Served(CLUSTER.into()), fault);
    rebuild(&mut app);
    let frame = shown(&app).join("\n");
    for part in
        ["no network path", "→ give it a proxy_url or a tunnel", "Node groups  1", "system  DEGRADED", "2 nodes wanted"]
    {
        assert!(frame.contains(part), "{part}:\n{frame}");
    }
}

#[test]
fn what_rbac_denies_is_said_in_place_and_is_not_zero() {
    let cluster = TestCluster { unread: vec![ObjectKind::Pod], ..short_of_capacity() };
    let mut app = app(cluster, (120, 40));
    let frame = shown(&app).join("\n");
    assert!(frame.contains("pods not known") && frame.contains("reading pods …"), "{frame}");
    let kind = FaultKind::Forbidden { rule: "list pods".into() };
    let fault = Fault { kind, call: "list pods".into(), message: String::new(), request_id: None };
    let watch = crate::services::kubernetes::KindWatch { cluster: CLUSTER.into(), kind: ObjectKind::Pod };
    let data = &mut app.shell.world.sites[0].services.kubernetes;
    data.watch(&watch, 99);
    let lost = crate::services::kubernetes::WatchTold::Pods(crate::domain::Delta::Lost(fault));
    assert!(data.take(&watch, 99, lost, now()));
    rebuild(&mut app);
    let frame = shown(&app).join("\n");
    assert!(frame.contains("pods denied: allow list pods (qd k8s-rbac reader)"), "{frame}");
    assert!(!frame.contains("requested cpu"), "{frame}");
}

#[test]
fn the_pools_tell_limits_budgets_and_class() {
    let mut app = app(short_of_capacity(), (100, 40));
    assert!(handle(&mut app, Action::Pools));
    assert_eq!(screen(&app).pane, ClusterPane::Pools);
    let frame = shown(&app).join("\n");
    for part in [
        "general  weight 0  1 node (1 on-demand)",
        "cpu ▇",
        "8 of 64",
        "spot or on-demand",
        "May go now",
        "when empty or under",
    ] {
        assert!(frame.contains(part), "{part}:\n{frame}");
    }
    assert!(handle(&mut app, Action::Down));
    assert_eq!(screen(&app).current_pool().map(|card| card.name.to_string()).as_deref(), Some("spot"));
    assert!(handle(&mut app, Action::Pools));
    assert_eq!((screen(&app).pane, screen(&app).beside), (ClusterPane::Machines, None));
}

#[test]
fn the_next_finding_takes_the_cursor_to_what_it_is_about() {
    let mut app = app(short_of_capacity(), (120, 40));
    say(&mut app, &checkout(), Severity::Critical, "14 pods of checkout wait");
    say(&mut app, &ThingRef::Node("ip-b".into()), Severity::Warning, "ip-b is not ready");
    assert!(handle(&mut app, Action::NextFinding));
    assert_eq!(screen(&app).current().map(|row| row.shown.as_str()), Some("ip-b"));
    assert!(handle(&mut app, Action::NextFinding));
    assert!(app.shell.toast.is_some(), "there is no further one");
}

#[test]
fn a_cluster_that_is_gone_is_said_to_be() {
    let mut app = app(short_of_capacity(), (80, 24));
    let data = &mut app.shell.world.sites[0].services.kubernetes;
    let later = now().checked_add(SignedDuration::from_secs(60)).unwrap();
    data.store(&Read::Clusters, Answer::Clusters(Vec::new()), later);
    rebuild(&mut app);
    assert!(shown(&app)[0].contains("prod-eks is not in EKS's list any more"), "{:?}", shown(&app));
    assert_eq!(screen(&app).site, SiteId(0));
}

#[test]
fn many_nodes_are_made_in_parts_and_what_was_made_is_shown_until_all_are() {
    let many = |count: usize| (0..count).map(|at| node(&format!("ip-{at:04}"))).collect();
    let mut app =
        app(TestCluster { nodes: many(700), pools: vec![pool("general")], ..TestCluster::default() }, (120, 40));
    let machines = |app: &App| screen(app).scene.machines.len();
    assert_eq!(machines(&app), 700);
    let next = TestCluster { nodes: many(1_000), pools: vec![pool("general")], ..TestCluster::default() };
    app.shell.world.sites[0].services.kubernetes = next.data();
    screen_mut(&mut app).scene.revision = 0;
    assert!(renew(&mut app, &mut || false), "a key waits");
    assert_eq!((machines(&app), screen(&app).is_being_made()), (700, true));
    let mut parts = 0;
    while renew(&mut app, &mut once()) {
        parts += 1;
        assert_eq!(machines(&app), 700, "a part of it is not shown");
    }
    assert!(parts >= 8, "{parts} parts of a thousand nodes");
    assert_eq!((machines(&app), screen(&app).is_being_made()), (1_000, false));
    let whole: Vec<String> = screen(&app).scene.machines.iter().map(|row| row.shown.clone()).collect();
    assert!(whole.is_sorted() && whole.len() == 1_000, "each node once");
}

/// Says once that something may be done.
fn once() -> impl FnMut() -> bool {
    let mut is_first = true;
    move || std::mem::take(&mut is_first)
}

fn screen_mut(app: &mut App) -> &mut State {
    app.views.cluster_mut().unwrap()
}

#[test]
fn any_size_can_be_drawn() {
    for pane in [None, Some(Action::Pools), Some(Action::PreviousPane)] {
        for width in [20, 40, 60, 80, 111, 150, 250] {
            for height in [5, 7, 9, 14, 24, 60] {
                let mut app = app(short_of_capacity(), (width, height));
                say(&mut app, &checkout(), Severity::Critical, "14 pods of checkout wait: general is at its limit");
                if let Some(action) = pane {
                    handle(&mut app, action);
                }
                shown(&app);
                let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
                view(&app, buf.area, &mut buf);
            }
        }
    }
}
