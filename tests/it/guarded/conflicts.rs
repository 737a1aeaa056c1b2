//! What is other than it was planned for: nothing is sent, or the cluster refuses it.

use jiff::SignedDuration;
use quarterdeck::app::State;
use quarterdeck::ops::journal::Outcome;
use quarterdeck::sandbox::fault::disturbance::Disturbance;
use quarterdeck::sandbox::fault::{Fault, Kind, Service};
use quarterdeck::sandbox::kubernetes::resources::Resource;
use quarterdeck::sandbox::kubernetes::store::ObjectKey as StoreKey;
use quarterdeck::screens::cluster_object::ObjectKey;
use quarterdeck::services::kubernetes::model::WorkloadKind;
use quarterdeck::slices::{Body, Execution};

use super::stage::{NAMESPACE, bare_pod, budget, edit, pod_key, put, runs, stored};
use super::{armed, desk, open, plan, system_nodes};
use crate::harness::Desk;

const NAME: &str = "argocd-dex-server";

fn deployment() -> StoreKey {
    StoreKey::namespaced(Resource::Deployments, "argocd", NAME)
}

/// The plan to scale it to two.
async fn planned(desk: &mut Desk) {
    armed(desk).await;
    let key = ObjectKey::Workload { kind: WorkloadKind::Deployment, namespace: "argocd".into(), name: NAME.into() };
    open(desk, key);
    plan(desk, "Scale").await;
    desk.set("replicas", "2");
    // A plan is not approved before somebody can have read it.
    desk.pass(2).await;
    desk.read().await;
}

/// Approves it; how it ended.
async fn ended(desk: &mut Desk) -> Execution {
    desk.gesture();
    desk.pass(1).await;
    let execution = desk.finish().await;
    assert!(desk.verified());
    execution
}

fn calls_sent(desk: &Desk) -> usize {
    desk.journal().iter().filter(|entry| matches!(entry.body, Body::Sending { .. })).count()
}

/// It ended before anything was sent, because of this.
fn is_not_sent(desk: &Desk, execution: &Execution, difference: &str) {
    let Some(Outcome::NotSent { why }) = &execution.outcome else { panic!("{:?}", execution.outcome) };
    assert!(why.contains(difference), "{why}");
    assert_eq!(calls_sent(desk), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_another_one_by_the_time_of_the_call_is_left_alone() {
    let mut desk = desk().await;
    let replicas = async |desk: &Desk| stored(desk, deployment()).await.expect("it")["spec"]["replicas"].clone();

    // Somebody scales it while the plan is read.
    planned(&mut desk).await;
    edit(&desk, deployment(), |object| object["spec"]["replicas"] = 3.into()).await;
    let execution = ended(&mut desk).await;
    is_not_sent(&desk, &execution, "replicas was 1, is 3");
    assert_eq!(replicas(&desk).await, 3);
    edit(&desk, deployment(), |object| object["spec"]["replicas"] = 1.into()).await;
    desk.press("esc");
    desk.pass(60).await;

    // Another account answers.
    planned(&mut desk).await;
    let fault = Fault::new(Kind::WrongAccount).in_operation(Service::Sts, "GetCallerIdentity");
    desk.sandbox().disturb(Disturbance::new(fault));
    let execution = ended(&mut desk).await;
    is_not_sent(&desk, &execution, "account");
    desk.sandbox().calm();
    desk.press("esc");
    desk.pass(60).await;

    // Another cluster has the name.
    planned(&mut desk).await;
    let epoch = desk.sandbox().read(|world| world.epoch);
    desk.sandbox().change(|world| world.epoch = epoch + SignedDuration::from_hours(30));
    let execution = ended(&mut desk).await;
    is_not_sent(&desk, &execution, "cluster created was ");
    desk.sandbox().change(|world| world.epoch = epoch);
    desk.press("esc");
    desk.pass(60).await;
    assert_eq!(replicas(&desk).await, 1, "none of them has changed it");

    // Somebody scales it when it was read for the last time, before the call arrives.
    planned(&mut desk).await;
    let fault = Fault::new(Kind::Slow).in_operation(Service::Kubernetes, "patch deployments.apps");
    desk.sandbox().disturb(Disturbance::new(fault).times(1));
    desk.gesture();
    for _ in 0..30 {
        if calls_sent(&desk) == 1 {
            break;
        }
        desk.pass(1).await;
    }
    assert_eq!(calls_sent(&desk), 1, "the call is not under way");
    edit(&desk, deployment(), |object| object["spec"]["replicas"] = 3.into()).await;
    let execution = desk.finish().await;
    let Some(Outcome::Refused { why }) = &execution.outcome else { panic!("{:?}", execution.outcome) };
    assert!(why.contains("somebody has changed it in between"), "{why}");
    assert_eq!(replicas(&desk).await, 3, "theirs stays");
    assert!(desk.verified());
}

/// Its ARN is the same: by the moment of its creation it is another one.
#[tokio::test(start_paused = true)]
async fn a_drain_does_not_go_on_in_another_cluster_of_the_same_name() {
    let mut desk = desk().await;
    let nodes = system_nodes(&desk.state);
    put(&desk, Resource::Pods, NAMESPACE, bare_pod("held", &nodes[0])).await;
    put(&desk, Resource::PodDisruptionBudgets, NAMESPACE, budget("never", "held", ("minAvailable", 1))).await;
    runs(&mut desk, "held", 1, &nodes[0]).await;
    open(&mut desk, ObjectKey::Node(nodes[0].as_str().into()));
    plan(&mut desk, "Drain").await;
    desk.set("bare", "true");
    desk.approve().await;
    let is_refused = |state: &State| {
        let execution = state.shell.world.changes.executions.last();
        execution.is_some_and(|execution| {
            (0..execution.steps.len()).filter(|step| execution.refused_for_now(*step).is_some()).count() == 1
                && execution.open_steps().is_empty()
        })
    };
    desk.until(120, "one eviction is left, and is refused", is_refused).await;
    desk.sandbox().change(|world| world.epoch += SignedDuration::from_hours(30));
    // Now its budget would let it go.
    let key = StoreKey::namespaced(Resource::PodDisruptionBudgets, NAMESPACE, "never");
    edit(&desk, key, |budget| budget["spec"]["minAvailable"] = 0.into()).await;
    let execution = desk.finish().await;
    let Some(Outcome::Incomplete { not_done, why }) = &execution.outcome else { panic!("{:?}", execution.outcome) };
    let left: Vec<&str> = not_done.iter().map(|step| execution.plan.steps[*step].purpose.as_str()).collect();
    assert_eq!(left, ["evicts default/held"]);
    assert!(why.contains("another cluster"), "{why}");
    desk.sandbox().change(|world| world.epoch -= SignedDuration::from_hours(30));
    desk.pass(30).await;
    let held = stored(&desk, pod_key("held")).await.expect("it runs on");
    assert!(held["metadata"]["deletionTimestamp"].is_null());
    assert!(desk.verified());
}
