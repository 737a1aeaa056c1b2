//! Each operation to its good end, and what the cluster shows then.

use quarterdeck::app::State;
use quarterdeck::ops::execution::StepState as AnyStepState;
use quarterdeck::ops::journal::StepEnd;
use quarterdeck::sandbox::kubernetes::resources::Resource;
use quarterdeck::sandbox::kubernetes::store::ObjectKey as StoreKey;
use quarterdeck::screens::cluster_object::ObjectKey;
use quarterdeck::services::kubernetes::model::WorkloadKind;
use quarterdeck::slices::Services;
use serde_json::json;

use super::stage::{autoscaler, put, stored};
use super::{desk, done, open, plan, said, system_node, view};

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

#[tokio::test(start_paused = true)]
async fn limits_weight_and_bounds_are_changed_and_a_claim_goes_with_its_node() {
    let mut desk = desk().await;
    let general = || StoreKey::cluster(Resource::NodePools, "general");
    open(&mut desk, ObjectKey::Pool("general".into()));
    plan(&mut desk, "Change limits and weight").await;
    desk.set("cpu", "48");
    desk.set("weight", "35");
    let commands: Vec<String> =
        desk.planned().steps.iter().map(|step| step.call.as_command(&desk.planned().cli)).collect();
    assert!(commands[0].contains(r#"{"op":"test","path":"/spec/weight","value":20}"#), "{commands:?}");
    done(&mut desk).await;
    let spec = stored(&desk, general()).await.expect("the pool")["spec"].clone();
    assert_eq!((&spec["weight"], &spec["limits"]["cpu"]), (&json!(35), &json!("48")));
    assert_eq!(spec["limits"]["memory"], "64Gi", "what was not asked for stays");

    put(&desk, Resource::HorizontalPodAutoscalers, "argocd", autoscaler("argocd-server")).await;
    let scaler = |state: &State| {
        view(state).autoscalers().find(|one| &*one.name == "argocd-server").map(|one| (one.minimum, one.maximum))
    };
    desk.until(60, "the autoscaler is known", |state| scaler(state).is_some()).await;
    let server = ObjectKey::Workload {
        kind: WorkloadKind::Deployment,
        namespace: "argocd".into(),
        name: "argocd-server".into(),
    };
    open(&mut desk, server.clone());
    plan(&mut desk, "Change minimum and maximum").await;
    desk.set("minimum", "2");
    desk.set("maximum", "5");
    done(&mut desk).await;
    assert_eq!(scaler(&desk.state), Some((2, 5)));

    // What an autoscaler has is scaled all the same, and it is said who sets it back.
    open(&mut desk, server);
    plan(&mut desk, "Scale").await;
    desk.set("replicas", "1");
    let alone =
        desk.planned().checks.iter().find(|check| check.name == "no autoscaler sets it back").expect("the check");
    assert!(alone.why.contains("HPA argocd-server") && alone.why.contains("sets it to 2"), "{}", alone.why);
    desk.press("esc");

    let (claim, node) = view(&desk.state)
        .claims()
        .find_map(|claim| Some((claim.name.clone(), claim.node.clone()?)))
        .expect("a claim with a node");
    open(&mut desk, ObjectKey::Claim(claim.clone()));
    plan(&mut desk, "Delete NodeClaim (drains its node)").await;
    assert!(said(&desk, "Way back").starts_with("none"), "{}", said(&desk, "Way back"));
    done(&mut desk).await;
    assert_eq!(stored(&desk, StoreKey::cluster(Resource::NodeClaims, &claim)).await, None);
    assert_eq!(stored(&desk, StoreKey::cluster(Resource::Nodes, &node)).await, None);
    assert!(view(&desk.state).node(&node).is_none(), "the watch shows it");
}
