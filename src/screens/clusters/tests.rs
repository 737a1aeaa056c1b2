//! The list as a whole.

use ratatui::buffer::Buffer;

use super::{ClusterOrder, copy_menu_of, filter, handle, link, rebuild, view};
use crate::domain::finding::{Finding, Severity, testing as finding_testing};
use crate::domain::{Criticality, Environment, Fault, FaultKind};
use crate::keymap::{Action, Keymap};
use crate::screens::{State as App, executions};
use crate::services::kubernetes::testing::{ARN, CLUSTER, TestCluster, eks, node, now, pod, waiting_pod};
use crate::services::kubernetes::{Answer, Data, EksCluster, ObjectKind, Read};
use crate::theme::{ColorDepth, Theme};
use crate::world::{Estate, Scope};

/// A console on two environments: one with a cluster, one without.
fn app(cluster: Data, size: (u16, u16)) -> App {
    let mut estate = Estate::default();
    let session = estate.add_session_named("ops");
    let (home, far) = (estate.add_site(session, "eu-west-1"), estate.add_site(session, "us-east-1"));
    let criticality = Criticality::Production;
    estate.add(Environment { name: "prod".into(), site: home, criticality, ..Environment::default() });
    estate.add(Environment { name: "lab".into(), site: far, ..Environment::default() });
    let mut app = App::new(estate, now(), Keymap::default(), Theme::default(), ColorDepth::TrueColor);
    app.shell.size = size;
    app.shell.world.sites[0].services.kubernetes = cluster;
    app.views.show(crate::screens::View::Screen(crate::screens::OpenScreen::Clusters));
    rebuild(&mut app);
    app
}

fn shown(app: &App) -> String {
    let area = executions::body(&app.shell);
    let mut buf = Buffer::empty(area);
    view(app, area, &mut buf);
    let row = |y: u16| (area.left()..area.right()).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (area.top()..area.bottom()).map(|y| row(y).trim_end().to_owned()).collect::<Vec<String>>().join("\n")
}

fn has(frame: &str, parts: &[&str]) {
    for part in parts {
        assert!(frame.contains(part), "{part}:\n{frame}");
    }
}

fn busy() -> TestCluster {
    TestCluster {
        nodes: vec![node("ip-a"), node("ip-b")],
        pods: vec![pod("orders", "api-1"), waiting_pod("shop", "checkout-1", "checkout", "0/2 nodes are available")],
        ..TestCluster::default()
    }
}

#[test]
fn a_row_says_how_a_cluster_is() {
    let app = app(busy().data(), (120, 24));
    has(&shown(&app), &["Clusters  1", "1 pod waits", "PROD", "prod-eks", "1.34", "2/2", "< 1m", "no health rule"]);
    let wide = self::app(busy().data(), (200, 24));
    has(&shown(&wide), &["│", "private", "eks.14"]);
}

#[test]
fn what_is_wrong_in_it_marks_it_and_is_told_below() {
    let mut app = app(busy().data(), (120, 30));
    let key = format!("{ARN}#x");
    let finding = Finding {
        severity: Severity::Critical,
        summary: "1 pod of checkout waits".into(),
        arn: key.clone(),
        ..finding_testing::finding()
    };
    app.shell.world.health.renew(&key, vec![finding], now(), &|_| None);
    rebuild(&mut app);
    has(&shown(&app), &["✖", "1 pod of checkout waits", "→ Do something."]);
}

#[test]
fn a_cluster_that_is_not_reached_says_so_in_its_row() {
    let mut data = TestCluster { unread: ObjectKind::ALL.to_vec(), ..TestCluster::default() }.data();
    let kind = FaultKind::NoPath { remedy: "give it a tunnel".into() };
    let fault = Fault { kind, call: "GET /version".into(), message: String::new(), request_id: None };
    data.fail(&Read::Served(CLUSTER.into()), fault);
    let app = app(data, (140, 30));
    has(&shown(&app), &["1 not looked into", "no network path", "?", "give it a tunnel", "○"]);
}

#[test]
fn nothing_is_said_site_by_site() {
    let mut app = app(Data::default(), (120, 24));
    has(&shown(&app), &["prod (eu-west-1): not read yet", "lab (us-east-1): not read yet"]);
    let kind = FaultKind::Denied { action: "eks:ListClusters".into() };
    let fault = Fault { kind, call: "eks:ListClusters".into(), message: String::new(), request_id: None };
    app.shell.world.sites[0].services.kubernetes.fail(&Read::Clusters, fault);
    app.shell.world.sites[1].services.kubernetes.store(&Read::Clusters, Answer::Clusters(Vec::new()), now());
    rebuild(&mut app);
    has(
        &shown(&app),
        &["prod (eu-west-1)  never read", "eks:ListClusters denied", "no EKS clusters in lab (us-east-1)"],
    );
    app.shell.scope = Scope::One(app.shell.world.estate.named("lab").unwrap());
    rebuild(&mut app);
    let frame = shown(&app);
    assert!(!frame.contains("prod"), "{frame}");
}

#[test]
fn enter_opens_it_and_a_filter_narrows() {
    let other = EksCluster { name: "prod-batch".into(), arn: format!("{ARN}-batch").into(), ..eks() };
    let mut data = busy().data();
    let both = vec![std::sync::Arc::new(eks()), std::sync::Arc::new(other)];
    data.store(&Read::Clusters, Answer::Clusters(both), now());
    let mut app = app(data, (120, 24));
    assert_eq!(app.clusters.rows.len(), 2);
    assert!(handle(&mut app, Action::Sort));
    assert_eq!(app.clusters.order, ClusterOrder::Name);
    assert_eq!(app.clusters.current().map(|row| row.eks.name.to_string()).as_deref(), Some("prod-batch"));
    filter(&mut app, "eks".into());
    assert_eq!(app.clusters.current().map(|row| row.eks.name.to_string()).as_deref(), Some(CLUSTER));
    assert!(link(&app).is_some_and(|link| link.ends_with("#/clusters/prod-eks")));
    assert!(handle(&mut app, Action::Open));
    assert_eq!(app.views.cluster().map(|open| open.cluster.to_string()).as_deref(), Some(CLUSTER));
}

#[test]
fn the_copy_menu_has_a_command_that_a_shell_takes() {
    let app = app(busy().data(), (120, 24));
    let row = app.clusters.current().unwrap();
    let menu = copy_menu_of(&app, row.site, &row.eks);
    let items: Vec<(&str, &str)> = menu.visible().map(|item| (item.label.as_str(), item.detail.as_str())).collect();
    assert_eq!(items[0], ("name", CLUSTER));
    assert_eq!(items[1], ("ARN", ARN));
    assert_eq!(items[3], ("kubeconfig", "aws eks update-kubeconfig --region eu-west-1 --name prod-eks"));
}

#[test]
fn any_size_can_be_drawn() {
    for width in [20, 40, 80, 111, 150, 250] {
        for height in [5, 7, 9, 18, 24, 60] {
            shown(&app(busy().data(), (width, height)));
            shown(&app(Data::default(), (width, height)));
        }
    }
}
