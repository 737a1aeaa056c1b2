//! Guarded operations on clusters, from the key that opens the menu to what the cluster shows afterwards.
//!
//! One cluster is built for each test (tens of seconds of a processor): each test does what fits together.

use quarterdeck::app::State;
use quarterdeck::cli::{Source, World};
use quarterdeck::domain::SiteId;
use quarterdeck::ops::CheckState;
use quarterdeck::ops::execution::StepState as AnyStepState;
use quarterdeck::ops::journal::{Outcome, StepEnd};
use quarterdeck::screens::View;
use quarterdeck::screens::cluster_object::{self, ObjectKey};
use quarterdeck::screens::command::Command;
use quarterdeck::screens::menu::Menu;
use quarterdeck::services::kubernetes::model::{NodeProvider, WorkloadKind};
use quarterdeck::services::kubernetes::{ClusterView, ObjectKind};
use quarterdeck::slices::{Execution, Services};

use crate::harness::Desk;

/// The cluster of the development environment: changes are confirmed with a key there.
const CLUSTER: &str = "dev-eks";

async fn desk() -> Desk {
    let world = World { scenario: "capacity-shortage".into(), ..World::default() };
    let mut desk = Desk::over(Source { sandbox: true, world, ..Source::default() }).await;
    desk.until(1800, "the cluster is known", |state| site(state).is_some_and(|site| is_known(state, site))).await;
    let node = system_node(&desk.state);
    open(&mut desk, ObjectKey::Node(node.into()));
    desk.arm("INC-4312").await;
    desk
}

fn site(state: &State) -> Option<SiteId> {
    state.shell.world.clusters().find(|(_, cluster)| *cluster.name == *CLUSTER).map(|(site, _)| site)
}

fn is_known(state: &State, site: SiteId) -> bool {
    let kinds = [ObjectKind::Node, ObjectKind::Pod, ObjectKind::DisruptionBudget, ObjectKind::Deployment];
    let is_told = |view: &ClusterView<'_>| kinds.into_iter().all(|kind| view.standing(kind).is_known());
    state.shell.world.cluster(site, CLUSTER).is_some_and(|view| is_told(&view))
        && state.shell.world.site(site).is_some_and(|data| {
            data.services.kubernetes.get(CLUSTER).is_some_and(|cluster| cluster.nodegroups.value().is_some())
        })
}

fn view(state: &State) -> ClusterView<'_> {
    state.shell.world.cluster(site(state).expect("its site"), CLUSTER).expect("the cluster")
}

/// A node of the managed node group.
fn system_node(state: &State) -> String {
    let view = view(state);
    let mut nodes = view.nodes().filter(|node| matches!(node.provider, NodeProvider::ManagedGroup(_)));
    nodes.next().expect("a node of the group").name.to_string()
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

/// Chooses an operation on what is open, by its title.
fn choose(desk: &mut Desk, title: &str) -> Command {
    desk.press("a");
    for _ in 0..menu(desk).len() {
        if menu(desk).current().is_some_and(|item| item.label == title) {
            break;
        }
        desk.press("down");
    }
    let label = menu(desk).current().expect("an item").label.clone();
    assert_eq!(label, title, "{}", desk.text_at(120, 40));
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

#[tokio::test(start_paused = true)]
async fn a_node_is_cordoned_drained_and_takes_pods_again() {
    let mut desk = desk().await;
    let node = system_node(&desk.state);
    let cordoned = |state: &State| view(state).node(&node).expect("the node").cordoned;
    plan(&mut desk, "Cordon").await;
    let lines: Vec<String> =
        desk.planned().steps.iter().map(|step| step.call.as_command(&desk.planned().cli)).collect();
    assert!(lines[0].contains("patch node ") && lines[0].contains("/spec/unschedulable"), "{lines:?}");
    done(&mut desk).await;
    assert!(cordoned(&desk.state), "the watch shows it");

    open(&mut desk, ObjectKey::Node(node.as_str().into()));
    plan(&mut desk, "Uncordon").await;
    done(&mut desk).await;
    assert!(!cordoned(&desk.state));

    open(&mut desk, ObjectKey::Node(node.as_str().into()));
    plan(&mut desk, "Drain").await;
    let evicted = desk.planned().steps.len() - 1;
    assert!(evicted > 3, "the node has pods that go: {:#?}", desk.planned().steps);
    let execution = done(&mut desk).await;
    let is_done = |state: &AnyStepState<Services>| matches!(state, AnyStepState::Ended { end: StepEnd::Done, .. });
    assert!(execution.steps.iter().all(is_done));
    let view = view(&desk.state);
    let stay: Vec<_> = view.pods_on(&node).iter().filter(|pod| !pod.is_daemon() && !pod.is_over()).collect();
    assert!(stay.is_empty(), "{stay:#?}");
    assert!(view.node(&node).expect("the node").cordoned, "it takes none until somebody says so");
}

#[tokio::test(start_paused = true)]
async fn workloads_and_pools_are_changed_and_the_cluster_follows() {
    let mut desk = desk().await;
    let deployment = ObjectKey::Workload {
        kind: WorkloadKind::Deployment,
        namespace: "argocd".into(),
        name: "argocd-dex-server".into(),
    };
    let wanted = |state: &State| {
        view(state).workload(WorkloadKind::Deployment, "argocd", "argocd-dex-server").expect("the deployment").wanted
    };
    open(&mut desk, deployment.clone());
    plan(&mut desk, "Scale").await;
    desk.set("replicas", "2");
    done(&mut desk).await;
    assert_eq!(wanted(&desk.state), 2);

    open(&mut desk, deployment);
    plan(&mut desk, "Restart rollout").await;
    done(&mut desk).await;

    let pool = view(&desk.state).pools().next().expect("a pool").name.clone();
    open(&mut desk, ObjectKey::Pool(pool.clone()));
    plan(&mut desk, "Pause disruption").await;
    done(&mut desk).await;
    let budgets = |state: &State| view(state).pool(&pool).expect("the pool").budgets.clone();
    assert!(budgets(&desk.state).iter().any(|budget| &*budget.nodes == "0" && budget.duration.is_some()));
    let paused = budgets(&desk.state).len();
    open(&mut desk, ObjectKey::Pool(pool.clone()));
    plan(&mut desk, "Resume disruption").await;
    done(&mut desk).await;
    assert_eq!(budgets(&desk.state).len(), paused - 1);
}
