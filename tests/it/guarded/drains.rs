//! Drains and what holds them up.

use quarterdeck::app::State;
use quarterdeck::ops::execution::StepState as AnyStepState;
use quarterdeck::ops::journal::Outcome;
use quarterdeck::sandbox::fault::disturbance::Disturbance;
use quarterdeck::sandbox::fault::{Fault, Kind, Service};
use quarterdeck::sandbox::kubernetes::resources::Resource;
use quarterdeck::sandbox::kubernetes::store::DeleteOptions;
use quarterdeck::screens::cluster_object::ObjectKey;
use quarterdeck::slices::{Body, Execution, Services};
use serde_json::json;

use super::stage::{NAMESPACE, bare_pod, behind, budget, crowd, edit, node_key, pod_key, put, runs, stored};
use super::{armed, desk, failed, open, plan, said, system_nodes, view};
use crate::harness::Desk;

/// Opens the plan to drain a node.
async fn planned(desk: &mut Desk, node: &str) {
    armed(desk).await;
    open(desk, ObjectKey::Node(node.into()));
    plan(desk, "Drain").await;
}

fn newest(state: &State) -> &Execution {
    state.shell.world.changes.executions.last().expect("an execution")
}

/// How the step stands that evicts a pod of this namespace.
fn step<'a>(execution: &'a Execution, pod: &str) -> &'a AnyStepState<Services> {
    let purpose = format!("evicts {NAMESPACE}/{pod}");
    let place = execution.plan.steps.iter().position(|step| step.purpose == purpose);
    &execution.steps[place.unwrap_or_else(|| panic!("no step {purpose}: {:#?}", execution.plan.steps))]
}

/// The pods of the tests' namespace on a node, as the console sees them.
fn left(state: &State, node: &str) -> Vec<String> {
    let pods = view(state).pods_on(node);
    let own = pods.iter().filter(|pod| *pod.namespace == *NAMESPACE);
    let mut names: Vec<String> = own.map(|pod| pod.name.to_string()).collect();
    names.sort_unstable();
    names
}

/// How often the eviction of a pod was refused for now.
fn refused(desk: &Desk) -> usize {
    desk.journal().iter().filter(|entry| matches!(entry.body, Body::Deferred { .. })).count()
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_or_protected_goes_by_its_switch_and_what_a_budget_never_allows_stays() {
    let mut desk = desk().await;
    let nodes = system_nodes(&desk.state);
    let node = nodes[0].as_str();
    crowd(&mut desk, "held", 1, node, &nodes[1]).await;
    put(&desk, Resource::PodDisruptionBudgets, NAMESPACE, budget("never", "held", ("maxUnavailable", 0))).await;
    let debug = bare_pod("debug", node);
    let (mut scratch, mut train) = (bare_pod("scratch", node), bare_pod("train", node));
    scratch["spec"]["volumes"] = json!([{ "name": "work", "emptyDir": {} }]);
    train["metadata"]["annotations"] = json!({ "karpenter.sh/do-not-disrupt": "true" });
    for (name, pod) in [("debug", debug), ("scratch", scratch), ("train", train)] {
        put(&desk, Resource::Pods, NAMESPACE, pod).await;
        runs(&mut desk, name, 1, node).await;
    }
    let held = left(&desk.state, node).into_iter().find(|name| name.starts_with("held")).expect("its pod");

    planned(&mut desk, node).await;
    assert_eq!(failed(&desk), ["every pod is made again", "no emptyDir data goes", "no pod is do-not-disrupt"]);
    desk.gesture();
    desk.pass(2).await;
    assert_eq!(desk.executed, 0, "a plan whose checks fail was approved");
    for switch in ["bare", "emptydir", "do_not_disrupt"] {
        desk.set(switch, "true");
    }
    assert_eq!(failed(&desk), Vec::<String>::new());
    assert!(said(&desk, "Lost for good").contains("default/debug"), "{}", said(&desk, "Lost for good"));
    let shut = desk.planned().checks.iter().find(|check| check.name == "no PDB refuses a pod now").expect("the check");
    assert!(shut.why.contains("PDB default/never does not let default/held-"), "{}", shut.why);

    let (text, count) = (desk.text_at(160, 120), desk.planned().steps.len() - 1);
    assert!(text.contains(&format!("{count} times, each usually")) && text.contains(&held), "{text}");

    desk.approve().await;
    desk.until(120, "the others are gone", |state| left(state, node) == [held.as_str()]).await;
    desk.pass(120).await;
    assert_eq!(left(&desk.state, node), [held.as_str()], "its budget does not let it go");
    assert!(refused(&desk) >= 2, "it is asked again");
    desk.press("O");
    let text = desk.text_at(160, 50);
    assert!(text.contains("disruption budget never needs 1 healthy pods and has 1"), "{text}");
    let evictions = newest(&desk.state).steps.len() - 1;
    let folded = format!("{evictions} times: {} done, 1 refused for now", evictions - 1);
    assert!(text.contains(&folded), "what goes on by itself is counted: {text}");

    desk.press("x x");
    let execution = desk.finish().await;
    let Some(Outcome::GivenUp { unsent, .. }) = &execution.outcome else { panic!("{:?}", execution.outcome) };
    let unsent: Vec<&str> = unsent.iter().map(|step| execution.plan.steps[*step].purpose.as_str()).collect();
    assert_eq!(unsent, [format!("evicts {NAMESPACE}/{held}")]);
    let sent = refused(&desk);
    desk.pass(120).await;
    assert_eq!(refused(&desk), sent, "nothing is sent any more");
    assert!(view(&desk.state).node(node).expect("the node").cordoned);
    assert!(stored(&desk, pod_key(&held)).await.is_some_and(|pod| pod["metadata"]["deletionTimestamp"].is_null()));
    assert!(desk.verified());
}

#[tokio::test(start_paused = true)]
async fn a_budget_of_one_is_kept_and_a_pod_that_comes_after_the_approval_is_left() {
    let mut desk = desk().await;
    let nodes = system_nodes(&desk.state);
    let node = nodes[0].as_str();
    crowd(&mut desk, "web", 3, node, &nodes[1]).await;
    put(&desk, Resource::PodDisruptionBudgets, NAMESPACE, budget("one", "web", ("maxUnavailable", 1))).await;
    desk.pass(5).await;
    planned(&mut desk, node).await;
    assert!(said(&desk, "In turn").contains("PDB default/one lets 1 of 3 go at once"), "{}", said(&desk, "In turn"));
    // It comes when the node was read for the last time, before it takes no more.
    let slow = Fault::new(Kind::Slow).in_operation(Service::Kubernetes, "patch nodes");
    desk.sandbox().disturb(Disturbance::new(slow).times(1));
    desk.approve().await;
    desk.until(30, "the cordon is under way", |state| {
        matches!(newest(state).steps[0], AnyStepState::Sending { .. } | AnyStepState::Sent { .. })
    })
    .await;
    put(&desk, Resource::Pods, NAMESPACE, bare_pod("late", node)).await;
    for _ in 0..900 {
        if !newest(&desk.state).is_running() {
            break;
        }
        desk.pass(1).await;
        let web = behind(&desk, |store, _, _| {
            let pods = store.in_namespace(Resource::Pods, NAMESPACE).filter(|(key, _)| key.name.starts_with("web-"));
            let is_ready = |pod: &serde_json::Value| {
                let all = pod["status"]["conditions"].as_array().into_iter().flatten();
                pod["metadata"]["deletionTimestamp"].is_null()
                    && all.into_iter().any(|one| one["type"] == "Ready" && one["status"] == "True")
            };
            pods.filter(|(_, pod)| is_ready(pod)).count()
        })
        .await;
        assert!(web >= 2, "its budget is broken: {web} are ready");
    }
    let execution = desk.finish().await;
    assert_eq!(execution.outcome, Some(Outcome::Done), "{:#?}", execution.history);
    assert!(refused(&desk) >= 1, "they went at once");
    let last = execution.words.last().expect("what is said of the last one");
    assert!(last.ends_with("left on it, for they came after the plan: default/late"), "{last}");
    assert_eq!(left(&desk.state, node), ["late"], "it was not approved");
    let late = stored(&desk, pod_key("late")).await.expect("it runs on");
    assert!(late["metadata"]["deletionTimestamp"].is_null());
    assert!(desk.verified());
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_does_not_end_is_named_and_one_whose_node_vanishes_is_gone() {
    let mut desk = desk().await;
    let nodes = system_nodes(&desk.state);
    let node = nodes[0].as_str();
    let mut stuck = bare_pod("stuck", node);
    stuck["metadata"]["finalizers"] = json!(["example.com/hold"]);
    put(&desk, Resource::Pods, NAMESPACE, stuck).await;
    runs(&mut desk, "stuck", 1, node).await;
    planned(&mut desk, node).await;
    desk.set("bare", "true");
    desk.approve().await;
    desk.until(300, "the others are gone", |state| {
        let execution = newest(state);
        let open = execution.steps.iter().filter(|step| !matches!(step, AnyStepState::Ended { .. })).count();
        open == 1 && matches!(step(execution, "stuck"), AnyStepState::Sent { .. })
    })
    .await;
    desk.pass(60).await;
    desk.press("O");
    let text = desk.text_at(160, 50);
    assert!(text.contains("held by example.com/hold"), "{text}");
    assert!(newest(&desk.state).is_running(), "it is waited for");
    edit(&desk, pod_key("stuck"), |pod| pod["metadata"]["finalizers"] = json!([])).await;
    let execution = desk.finish().await;
    assert_eq!(execution.outcome, Some(Outcome::Done), "{:#?}", execution.history);
    desk.press("esc");

    // The other one goes in the middle, with a pod that no budget would ever have let go.
    let node = nodes[1].as_str();
    edit(&desk, node_key(&nodes[0]), |node| {
        node["spec"].as_object_mut().expect("a specification").remove("unschedulable");
    })
    .await;
    put(&desk, Resource::Pods, NAMESPACE, bare_pod("held", node)).await;
    put(&desk, Resource::PodDisruptionBudgets, NAMESPACE, budget("never", "held", ("minAvailable", 1))).await;
    runs(&mut desk, "held", 1, node).await;
    planned(&mut desk, node).await;
    desk.set("bare", "true");
    desk.approve().await;
    desk.until(300, "only that one is left", |state| left(state, node) == ["held"]).await;
    desk.pass(30).await;
    assert!(newest(&desk.state).is_running() && refused(&desk) >= 1, "{:?}", newest(&desk.state).outcome);
    behind(&desk, |store, cloud, now| {
        let key = node_key(node);
        let provider = store.get(&key).expect("the node")["spec"]["providerID"].as_str().unwrap_or_default().to_owned();
        cloud.terminate(&provider, now);
        store.delete(&key, now, &DeleteOptions::now()).expect("it is there");
    })
    .await;
    let execution = desk.finish().await;
    assert_eq!(execution.outcome, Some(Outcome::Done), "{:#?}", execution.history);
    assert_eq!(stored(&desk, pod_key("held")).await, None);
    assert!(desk.verified());
}
