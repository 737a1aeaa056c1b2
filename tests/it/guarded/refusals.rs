//! Every reason for which a plan is refused: by the console, with nothing sent.

use std::fs;
use std::path::{Path, PathBuf};

use quarterdeck::sandbox::kubernetes::estate::ClusterSite;
use quarterdeck::sandbox::kubernetes::node_group::GroupWish;
use quarterdeck::sandbox::kubernetes::resources::Resource;
use quarterdeck::sandbox::kubernetes::store::{DeleteOptions, ObjectKey as StoreKey};
use quarterdeck::screens::cluster_object::ObjectKey;
use quarterdeck::screens::command::Command;
use quarterdeck::services::kubernetes::model::{NodeProvider, WorkloadKind};
use serde_json::{Value, json};

use super::stage::{NAMESPACE, autoscaler, bare_pod, behind, budget, deployment, edit, node_key, put, runs, stored};
use super::{armed, choose, desk, failed, highlight, menu, open, system_node, view};
use crate::harness::Desk;

/// The plan on the screen is refused for this, and the keys of an approval send nothing.
async fn is_refused(desk: &mut Desk, check: &str) {
    desk.read().await;
    assert!(failed(desk).iter().any(|name| name == check), "not for {check:?}: {:?}", failed(desk));
    desk.pass(2).await;
    desk.gesture();
    desk.pass(1).await;
    assert_eq!(desk.executed, 0, "refused for {check:?} and approved nevertheless");
    for _ in 0..4 {
        if desk.state.views.plan().is_none() {
            break;
        }
        desk.press("esc");
    }
    assert!(desk.state.views.plan().is_none(), "it does not close");
}

/// What is chosen on the screen is changed between the menu and the reading of the plan: what the menu knew is old.
async fn meets(
    desk: &mut Desk,
    (key, title): (ObjectKey, &str),
    (object, change): (StoreKey, impl FnOnce(&mut Value)),
    set: &[(&str, &str)],
    check: &str,
) {
    armed(desk).await;
    open(desk, key);
    highlight(desk, title);
    let before = stored(desk, object.clone()).await.expect("it is there");
    edit(desk, object.clone(), change).await;
    desk.press("enter");
    desk.read().await;
    for (field, value) in set {
        desk.set(field, value);
    }
    is_refused(desk, check).await;
    edit(desk, object, |now| {
        *now = Value::clone(&before);
        now["metadata"].as_object_mut().expect("metadata").remove("resourceVersion");
    })
    .await;
    desk.pass(3).await;
}

/// A value of the plan is refused; nobody has changed anything.
async fn with(desk: &mut Desk, (key, title): (ObjectKey, &str), set: &[(&str, &str)], check: &str) {
    armed(desk).await;
    open(desk, key);
    choose(desk, title);
    desk.read().await;
    for (field, value) in set {
        desk.set(field, value);
    }
    is_refused(desk, check).await;
}

fn workload(kind: WorkloadKind, namespace: &str, name: &str) -> ObjectKey {
    ObjectKey::Workload { kind, namespace: namespace.into(), name: name.into() }
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_refused_says_why_and_sends_nothing() {
    let mut desk = desk().await;
    of_nodes(&mut desk).await;
    of_pools_and_claims(&mut desk).await;
    of_workloads(&mut desk).await;
    of_node_groups(&mut desk).await;
    assert!(desk.verified());
    assert_eq!(desk.executed, 0);
}

async fn of_nodes(desk: &mut Desk) {
    let name = system_node(&desk.state);
    let node = || ObjectKey::Node(name.as_str().into());
    let cordoned = |node: &mut Value| node["spec"]["unschedulable"] = true.into();
    let uncordoned = |node: &mut Value| {
        node["spec"].as_object_mut().expect("a specification").remove("unschedulable");
    };
    meets(desk, (node(), "Cordon"), (node_key(&name), cordoned), &[], "takes pods").await;
    edit(desk, node_key(&name), cordoned).await;
    desk.pass(3).await;
    meets(desk, (node(), "Uncordon"), (node_key(&name), uncordoned), &[], "is cordoned").await;
    edit(desk, node_key(&name), uncordoned).await;
    desk.pass(3).await;
    let termination = |node: &mut Value| node["metadata"]["finalizers"] = json!(["karpenter.sh/termination"]);
    meets(desk, (node(), "Drain"), (node_key(&name), termination), &[], "a plain drain is right here").await;

    // A node of Karpenter is not even offered.
    let karpenters = view(&desk.state).nodes().find(|node| matches!(node.provider, NodeProvider::Karpenter(_)));
    let karpenters = karpenters.expect("a node of Karpenter").name.clone();
    open(desk, ObjectKey::Node(karpenters));
    highlight(desk, "Drain");
    let item = menu(desk).current().expect("an item");
    assert!(!matches!(item.command, Command::PlanOn(..)), "{:?}", item.command);
    let text = desk.text_at(160, 50);
    assert!(text.contains("Karpenter manages it: delete its NodeClaim"), "{text}");
    desk.press("esc");

    put(desk, Resource::Pods, NAMESPACE, bare_pod("twice", &name)).await;
    for guard in ["first", "second"] {
        put(desk, Resource::PodDisruptionBudgets, NAMESPACE, budget(guard, "twice", ("minAvailable", 1))).await;
    }
    runs(desk, "twice", 1, &name).await;
    with(desk, (node(), "Drain"), &[("bare", "true")], "no pod is under several PDBs").await;
}

async fn of_pools_and_claims(desk: &mut Desk) {
    let pool = || ObjectKey::Pool("general".into());
    let key = || StoreKey::cluster(Resource::NodePools, "general");
    let is_static = |pool: &mut Value| pool["spec"]["replicas"] = 2.into();
    with(desk, (pool(), "Change limits and weight"), &[], "something changes").await;
    meets(desk, (pool(), "Change limits and weight"), (key(), is_static), &[], "fits a static pool").await;
    let budgets = |budgets: Value| move |pool: &mut Value| pool["spec"]["disruption"]["budgets"] = budgets;
    let full = vec![json!({ "nodes": "10%" }); 50];
    meets(desk, (pool(), "Pause disruption"), (key(), budgets(json!(full))), &[], "room for a budget").await;
    let shut = budgets(json!([{ "nodes": "0" }]));
    meets(desk, (pool(), "Pause disruption"), (key(), shut), &[], "is not paused").await;
    let reasons = [("reasons", "Empty")];
    meets(desk, (pool(), "Pause disruption"), (key(), is_static), &reasons, "something to pause").await;

    let found = stored(desk, key()).await.expect("the pool")["spec"]["disruption"]["budgets"].clone();
    let at = desk.sandbox().now().strftime("%-M %-H %-d %-m *").to_string();
    let mut paused = found.as_array().expect("budgets").clone();
    paused.push(json!({ "nodes": "0", "schedule": at, "duration": "4h" }));
    edit(desk, key(), budgets(json!(paused))).await;
    desk.pass(3).await;
    let resume = || (pool(), "Resume disruption");
    meets(desk, resume(), (key(), budgets(found.clone())), &[], "a budget is chosen").await;
    // It goes while the plan is read.
    open(desk, pool());
    choose(desk, "Resume disruption");
    desk.read().await;
    edit(desk, key(), budgets(found)).await;
    desk.press("R");
    is_refused(desk, "has this budget").await;

    let claim = view(&desk.state).claims().next().expect("a claim").name.clone();
    let bare = |claim: &mut Value| claim["metadata"]["finalizers"] = json!([]);
    let claimed = StoreKey::cluster(Resource::NodeClaims, &claim);
    let delete = (ObjectKey::Claim(claim), "Delete NodeClaim (drains its node)");
    meets(desk, delete, (claimed, bare), &[], "Karpenter ends it").await;
}

async fn of_workloads(desk: &mut Desk) {
    let dex = || workload(WorkloadKind::Deployment, "argocd", "argocd-dex-server");
    let key = || StoreKey::namespaced(Resource::Deployments, "argocd", "argocd-dex-server");
    with(desk, (dex(), "Scale"), &[], "not at 1 yet").await;
    let paused = |object: &mut Value| object["spec"]["paused"] = true.into();
    meets(desk, (dex(), "Restart rollout"), (key(), paused), &[], "not paused").await;
    let none = |object: &mut Value| object["spec"]["replicas"] = 0.into();
    meets(desk, (dex(), "Restart rollout"), (key(), none), &[], "has pods").await;
    let daemons = workload(WorkloadKind::DaemonSet, "kube-system", "aws-node");
    let by_hand = |object: &mut Value| object["spec"]["updateStrategy"] = json!({ "type": "OnDelete" });
    let daemon_key = StoreKey::namespaced(Resource::DaemonSets, "kube-system", "aws-node");
    let check = "its strategy replaces pods";
    meets(desk, (daemons, "Restart rollout"), (daemon_key, by_hand), &[], check).await;

    put(desk, Resource::HorizontalPodAutoscalers, "argocd", autoscaler("argocd-server")).await;
    desk.until(60, "the autoscaler is known", |state| view(state).autoscalers().next().is_some()).await;
    let scaled = || workload(WorkloadKind::Deployment, "argocd", "argocd-server");
    let bounds = "Change minimum and maximum";
    with(desk, (scaled(), bounds), &[], "other limits than now").await;
    with(desk, (scaled(), bounds), &[("minimum", "9")], "the minimum is not above the maximum").await;

    // Two that go while the menu is open: one is held, one is gone.
    for (name, check) in [("going", "default/going stays"), ("gone", "default/gone exists")] {
        let mut object = deployment(name, 1);
        if name == "going" {
            object["metadata"]["finalizers"] = json!(["example.com/hold"]);
        }
        put(desk, Resource::Deployments, NAMESPACE, object).await;
        desk.until(60, "it is known", |state| {
            view(state).workload(WorkloadKind::Deployment, NAMESPACE, name).is_some()
        })
        .await;
        open(desk, workload(WorkloadKind::Deployment, NAMESPACE, name));
        highlight(desk, "Scale");
        behind(desk, |store, _, now| {
            let key = StoreKey::namespaced(Resource::Deployments, NAMESPACE, name);
            store.delete(&key, now, &DeleteOptions::default()).map(drop).expect("it is there");
        })
        .await;
        desk.press("enter");
        is_refused(desk, check).await;
    }
}

async fn of_node_groups(desk: &mut Desk) {
    let node = system_node(&desk.state);
    let group = || (ObjectKey::Node(node.as_str().into()), "Scale node group");
    with(desk, group(), &[], "something changes").await;
    with(desk, group(), &[("minimum", "9")], "sizes fit together").await;
    armed(desk).await;
    open(desk, group().0);
    highlight(desk, group().1);
    let now = desk.sandbox().now();
    let shared = desk.sandbox().clusters().groups().remove(&ClusterSite::Development).expect("its group");
    let wish = GroupWish { max: Some(7), ..GroupWish::default() };
    shared.lock().begin(wish, None, now).expect("no other update runs");
    desk.press("enter");
    is_refused(desk, "takes an update").await;
}

/// A check that can refuse: the file that has it below `operations`, its name as it is written there, and the test that
/// shows it with a word of that test.
type Shown = (&'static str, &'static str, &'static str, &'static str);

const FLOW: [&str; 4] = ["of_nodes", "of_pools_and_claims", "of_workloads", "of_node_groups"];
const DRAIN: &str = "what_is_lost_or_protected_goes_by_its_switch_and_what_a_budget_never_allows_stays";

const SHOWN: &[Shown] = &[
    (
        "checks.rs",
        r#""a target of a cluster""#,
        "what_is_not_there_or_is_going_is_refused_and_what_is_unread_is_unknown",
        "a target of a cluster",
    ),
    (
        "checks.rs",
        r#"format!("cluster {} is there",name.cluster)"#,
        "a_cluster_that_is_not_up_or_not_this_environments_is_refused",
        "cluster prod-eks is there",
    ),
    (
        "checks.rs",
        r#"format!("{} belongs to {}",name.cluster,seen.target.environment)"#,
        "a_cluster_that_is_not_up_or_not_this_environments_is_refused",
        "prod-eks belongs to PROD",
    ),
    ("checks.rs", "exists", FLOW[2], "default/gone exists"),
    ("checks.rs", r#"format!("{} stays",name.local())"#, FLOW[2], "default/going stays"),
    ("checks.rs", "name", "a_right_is_asked_for_each_call_that_is_sent", "may patch deployments.apps"),
    ("operations/change_autoscaler/effect.rs", r#""other limits than now""#, FLOW[2], "other limits than now"),
    (
        "operations/change_autoscaler/effect.rs",
        r#""the minimum is not above the maximum""#,
        FLOW[2],
        "the minimum is not above the maximum",
    ),
    (
        "operations/change_autoscaler/effect.rs",
        r#""a minimum that it may have""#,
        "each_precondition_is_refused",
        "a minimum that it may have",
    ),
    ("operations/change_pool.rs", r#""something changes""#, FLOW[1], "something changes"),
    (
        "operations/change_pool.rs",
        r#""limits are amounts""#,
        "what_is_no_amount_is_refused_and_changes_nothing",
        "limits are amounts",
    ),
    ("operations/change_pool.rs", r#""fits a static pool""#, FLOW[1], "fits a static pool"),
    ("operations/cordon.rs", r#""takes pods""#, FLOW[0], "takes pods"),
    ("operations/delete_node_claim.rs", r#""Karpenter ends it""#, FLOW[1], "Karpenter ends it"),
    ("operations/drain_node.rs", r#""its pods were read""#, "what_was_not_read_is_not_met", "its pods were read"),
    (
        "operations/drain_node.rs",
        r#""something is to be done""#,
        "a_node_that_is_cordoned_is_not_cordoned_again",
        "something is to be done",
    ),
    ("operations/drain_node.rs", "name", DRAIN, "every pod is made again"),
    (
        "operations/drain_node.rs",
        r#""each pod's UID is known""#,
        "what_was_not_read_is_not_met",
        "each pod's UID is known",
    ),
    ("operations/drain_node.rs", r#""a plain drain is right here""#, FLOW[0], "a plain drain is right here"),
    ("operations/drain_node/blocks.rs", r#""no pod is under several PDBs""#, FLOW[0], "no pod is under several PDBs"),
    (
        "operations/pause_disruption.rs",
        r#""ends later than now""#,
        "the_plan_is_the_same_some_minutes_later",
        "ends later than now",
    ),
    ("operations/pause_disruption.rs", r#""room for a budget""#, FLOW[1], "room for a budget"),
    ("operations/pause_disruption.rs", r#""something to pause""#, FLOW[1], "something to pause"),
    ("operations/pause_disruption.rs", r#""is not paused""#, FLOW[1], "is not paused"),
    (
        "operations/pool.rs",
        r#""is no built-in pool""#,
        "a_built_in_pool_of_auto_mode_is_refused",
        "is no built-in pool",
    ),
    ("operations/restart_rollout.rs", r#""not paused""#, FLOW[2], "not paused"),
    ("operations/restart_rollout.rs", r#""has pods""#, FLOW[2], "has pods"),
    ("operations/restart_rollout.rs", r#""its strategy replaces pods""#, FLOW[2], "its strategy replaces pods"),
    (
        "operations/restart_rollout.rs",
        r#""not restarted at this moment""#,
        "the_moment_is_chosen_once_and_kept_when_the_plan_is_made_again",
        "not restarted at this moment",
    ),
    ("operations/resume_disruption.rs", "check", FLOW[1], "a budget is chosen"),
    ("operations/resume_disruption.rs", r#""has this budget""#, FLOW[1], "has this budget"),
    ("operations/scale_nodegroup.rs", r#""takes an update""#, FLOW[3], "takes an update"),
    ("operations/scale_nodegroup.rs", r#""something changes""#, FLOW[3], "something changes"),
    ("operations/scale_nodegroup.rs", r#""sizes fit together""#, FLOW[3], "sizes fit together"),
    (
        "operations/scale_workload.rs",
        r#""has a number of replicas""#,
        "each_precondition_is_refused",
        "has a number of replicas",
    ),
    ("operations/scale_workload.rs", r#"format!("not at {} yet",change.after)"#, FLOW[2], "not at 1 yet"),
    ("operations/uncordon.rs", r#""is cordoned""#, FLOW[0], "is cordoned"),
];

/// The sources below a folder, with their paths from there.
fn sources(root: &Path) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(root, &mut found);
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a source");
        (path.strip_prefix(root).expect("below it").to_string_lossy().replace('\\', "/"), text)
    };
    found.into_iter().map(read).collect()
}

/// The first arguments of what can refuse a plan, without the tests of a file.
fn refusals(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = Vec::new();
    for call in ["Check::must(", "Check::hard("] {
        for (at, _) in text.match_indices(call) {
            let (mut depth, mut quoted, mut argument) = (0, false, String::new());
            for sign in text[at + call.len()..].chars() {
                match sign {
                    '"' => quoted = !quoted,
                    ',' if depth == 0 && !quoted => break,
                    '(' | '[' if !quoted => depth += 1,
                    ')' | ']' if !quoted => depth -= 1,
                    _ => {}
                }
                if quoted || !sign.is_whitespace() {
                    argument.push(sign);
                }
            }
            found.push(argument);
        }
    }
    found
}

/// The text of a function: up to the brace that closes it, where the sources are formatted.
fn body<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let from = text.find(&format!("fn {name}("))?;
    let line = text[..from].rfind('\n').map_or(0, |at| at + 1);
    let indent: String = text[line..].chars().take_while(|sign| *sign == ' ').collect();
    let rest = &text[from..];
    Some(&rest[..rest.find(&format!("\n{indent}}}\n")).unwrap_or(rest.len())])
}

#[test]
fn every_check_that_can_refuse_is_shown_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let change = sources(&root.join("src/services/kubernetes/change"));
    let own = sources(&root.join("tests/it/guarded"));
    let mut written: Vec<(&str, String)> = Vec::new();
    for (path, text) in change.iter().filter(|(path, _)| !path.ends_with("tests.rs") && path != "testing.rs") {
        written.extend(refusals(text).into_iter().map(|name| (path.as_str(), name)));
    }
    assert!(written.len() > 30, "only {} are found", written.len());
    let is_listed = |(path, name): &&(&str, String)| SHOWN.iter().any(|shown| shown.0 == *path && shown.1 == *name);
    let unlisted: Vec<_> = written.iter().filter(|one| !is_listed(one)).collect();
    assert!(unlisted.is_empty(), "no test shows that a plan is refused for {unlisted:#?}: write one, and list it");
    for (path, name, test, word) in SHOWN {
        assert!(written.iter().any(|one| one.0 == *path && one.1 == *name), "{path} has no check {name} any more");
        let mut bodies = change.iter().chain(&own).filter_map(|(_, text)| body(text, test));
        assert!(bodies.any(|body| body.contains(word)), "{test} does not show {word:?} ({path})");
    }
}
