//! Guarded operations on clusters, from the key that opens the menu to what the cluster shows afterwards.
//!
//! One cluster is built for each test (tens of seconds of a processor): each test does what fits together. What has to be
//! so in a cluster is made so in its store, behind the console's back.

mod conflicts;
mod courses;
mod drains;
mod nodegroups;
mod refusals;
mod stage;

use quarterdeck::app::State;
use quarterdeck::cli::{Source, World};
use quarterdeck::domain::SiteId;
use quarterdeck::ops::CheckState;
use quarterdeck::ops::journal::Outcome;
use quarterdeck::sandbox::fault::{Fault, Kind, Service};
use quarterdeck::screens::View;
use quarterdeck::screens::cluster_object::{self, ObjectKey};
use quarterdeck::screens::command::Command;
use quarterdeck::screens::menu::Menu;
use quarterdeck::services::kubernetes::model::NodeProvider;
use quarterdeck::services::kubernetes::{ClusterView, ObjectKind};
use quarterdeck::slices::Execution;

use crate::harness::Desk;

/// The cluster of the development environment: changes are confirmed with a key there.
const CLUSTER: &str = "dev-eks";
/// Where it is.
const ACCOUNT: &str = "666677778888";
const REGION: &str = "eu-west-1";
/// The clusters of these are not there: to build one takes seconds, and to move it.
const OTHERS: [&str; 2] = ["444455556666", "555566667777"];

async fn desk() -> Desk {
    let world = World { scenario: "quiet".into(), ..World::default() };
    let mut desk = Desk::over(Source { sandbox: true, world, ..Source::default() }).await;
    desk.sandbox().clusters().bring();
    let away = |account| Fault { services: vec![Service::Kubernetes], ..Fault::new(Kind::Refuses).in_account(account) };
    desk.sandbox().change(|world| world.faults = OTHERS.map(away).to_vec());
    desk.until(1800, "the cluster is known", |state| site(state).is_some_and(|site| is_known(state, site))).await;
    armed(&mut desk).await;
    desk
}

/// Arms the environment, where it is not armed any more.
async fn armed(desk: &mut Desk) {
    if desk.state.shell.world.changes.arming.is_none() {
        let node = system_node(&desk.state);
        open(desk, ObjectKey::Node(node.into()));
        desk.arm("INC-4312").await;
    }
}

fn site(state: &State) -> Option<SiteId> {
    state.shell.world.clusters().find(|(_, cluster)| *cluster.name == *CLUSTER).map(|(site, _)| site)
}

fn is_known(state: &State, site: SiteId) -> bool {
    let kinds = [
        ObjectKind::Node,
        ObjectKind::Pod,
        ObjectKind::DisruptionBudget,
        ObjectKind::Deployment,
        ObjectKind::NodePool,
        ObjectKind::NodeClaim,
    ];
    let is_told = |view: &ClusterView<'_>| kinds.into_iter().all(|kind| view.standing(kind).is_known());
    state.shell.world.cluster(site, CLUSTER).is_some_and(|view| is_told(&view))
        && state.shell.world.site(site).is_some_and(|data| {
            data.services.kubernetes.get(CLUSTER).is_some_and(|cluster| cluster.nodegroups.value().is_some())
        })
}

fn view(state: &State) -> ClusterView<'_> {
    state.shell.world.cluster(site(state).expect("its site"), CLUSTER).expect("the cluster")
}

/// The nodes of the managed node group.
fn system_nodes(state: &State) -> Vec<String> {
    let view = view(state);
    let nodes = view.nodes().filter(|node| matches!(node.provider, NodeProvider::ManagedGroup(_)));
    nodes.map(|node| node.name.to_string()).collect()
}

/// One of them.
fn system_node(state: &State) -> String {
    system_nodes(state).swap_remove(0)
}

/// Opens a thing of the cluster.
fn open(desk: &mut Desk, key: ObjectKey) {
    let site = site(&desk.state).expect("its site");
    cluster_object::open(&mut desk.state, site, &CLUSTER.into(), key);
}

fn menu(desk: &Desk) -> &Menu {
    match desk.state.views.overlay() {
        Some(View::Menu(menu)) => menu,
        other => panic!("no menu is open: {other:?}; {:?}", desk.state.shell.toast),
    }
}

/// Opens the menu of what is open with the cursor on an operation, by its title.
fn highlight(desk: &mut Desk, title: &str) {
    desk.press("a");
    for _ in 0..menu(desk).len() {
        if menu(desk).current().is_some_and(|item| item.label == title) {
            break;
        }
        desk.press("down");
    }
    let label = menu(desk).current().expect("an item").label.clone();
    assert_eq!(label, title, "{}", desk.text_at(120, 40));
}

/// Chooses an operation on what is open, by its title.
fn choose(desk: &mut Desk, title: &str) -> Command {
    highlight(desk, title);
    let command = menu(desk).current().expect("an item").command.clone();
    desk.press("enter");
    command
}

/// Chooses an operation and waits for its plan.
async fn plan(desk: &mut Desk, title: &str) {
    let command = choose(desk, title);
    assert!(matches!(command, Command::PlanOn(..)), "{command:?}");
    desk.read().await;
}

/// Approves the plan and follows it to its end.
async fn carried(desk: &mut Desk) -> Execution {
    let checks = desk.planned().checks.clone();
    let failed: Vec<_> = checks.iter().filter(|check| check.state == CheckState::Failed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    desk.approve().await;
    let execution = desk.finish().await;
    assert!(execution.plan.is_intact() && desk.verified());
    execution
}

async fn done(desk: &mut Desk) -> Execution {
    let execution = carried(desk).await;
    assert_eq!(execution.outcome, Some(Outcome::Done), "{:#?}", execution.history);
    desk.pass(3).await;
    execution
}

/// The names of the checks of the plan on the screen that have failed.
fn failed(desk: &Desk) -> Vec<String> {
    let checks = desk.planned().checks.iter();
    checks.filter(|check| check.state == CheckState::Failed).map(|check| check.name.clone()).collect()
}

/// What the plan on the screen says under a label.
fn said(desk: &Desk, label: &str) -> String {
    let all = desk.planned().consequences.iter().filter(|said| said.label == label);
    all.map(|said| said.text.as_str()).collect::<Vec<_>>().join("\n")
}
