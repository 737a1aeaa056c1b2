use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::ClusterApi;
use super::super::script::{ScriptedAnswer, ScriptedLog, answering_with};
use super::*;
use crate::domain::{Fault, FaultKind};
use crate::services::kubernetes::change::follow::Followed;
use crate::services::kubernetes::change::seen::PodDetail;
use crate::services::kubernetes::change::{Follow, ObjectName, SeenPart};
use crate::services::kubernetes::{ClusterView, Data, ObjectKind, Served};

const NODE: &str = "/api/v1/nodes?fieldSelector=metadata.name%3Dip-1";
const PODS_ON: &str = "/api/v1/pods?fieldSelector=spec.nodeName%3Dip-1";
const BUDGETS: &str = "/apis/policy/v1/poddisruptionbudgets";
const BUDGETS_OF_SHOP: &str = "/apis/policy/v1/namespaces/shop/poddisruptionbudgets";
const CLAIM: &str = "/apis/karpenter.sh/v1/nodeclaims?fieldSelector=metadata.name%3Dgeneral-x";
const CLAIMS_OF_POOL: &str = "/apis/karpenter.sh/v1/nodeclaims?labelSelector=karpenter.sh%2Fnodepool%3Dgeneral";
const POOL_ITSELF: &str = "/apis/karpenter.sh/v1/nodepools?fieldSelector=metadata.name%3Dgeneral";
const OF_NODE: &str = "/api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DNode%2C\
                       involvedObject.name%3Dip-1";
const OF_CLAIM: &str = "/api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DNodeClaim%2C\
                        involvedObject.name%3Dgeneral-x";
const NODES_OF_GROUP: &str = "/api/v1/nodes?labelSelector=eks.amazonaws.com%2Fnodegroup%3Dsystem";
const WEB: &str = "/apis/apps/v1/namespaces/shop/deployments?fieldSelector=metadata.name%3Dweb";
const PODS_OF_WEB: &str = "/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb";
const SCALERS: &str = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers";
const APPLICATIONS: &str = "/apis/argoproj.io/v1alpha1/applications";

/// What a path is answered.
type Answers = BTreeMap<&'static str, ScriptedAnswer>;

fn list(kind: &str, items: &[Value]) -> ScriptedAnswer {
    let metadata = json!({ "resourceVersion": "7" });
    ScriptedAnswer::ok(
        &json!({ "kind": format!("{kind}List"), "apiVersion": "v1", "metadata": metadata, "items": items }),
    )
}

fn node() -> Value {
    json!({
        "metadata": {
            "name": "ip-1", "uid": "u-node", "labels": { "karpenter.sh/nodepool": "general" },
            "ownerReferences": [{ "kind": "NodeClaim", "name": "general-x", "uid": "u-claim" }],
        },
        "spec": { "providerID": "aws:///eu-west-1a/i-1" },
    })
}

fn claim() -> Value {
    json!({
        "apiVersion": "karpenter.sh/v1", "kind": "NodeClaim",
        "metadata": { "name": "general-x", "uid": "u-claim", "labels": { "karpenter.sh/nodepool": "general" } },
        "status": { "nodeName": "ip-1" },
    })
}

fn pod(name: &str, volumes: &Value) -> Value {
    json!({
        "metadata": { "namespace": "shop", "name": name, "uid": format!("u-{name}") },
        "spec": { "nodeName": "ip-1", "volumes": volumes, "terminationGracePeriodSeconds": 30 },
    })
}

fn event(name: &str, kind: &str, about: &str) -> Value {
    json!({
        "metadata": { "namespace": "default", "name": name },
        "involvedObject": { "kind": kind, "name": about }, "reason": "R", "message": "m",
        "lastTimestamp": "2026-11-22T03:00:00Z",
    })
}

fn workload() -> Value {
    json!({
        "metadata": { "namespace": "shop", "name": "web", "uid": "u-web" },
        "spec": { "replicas": 2, "selector": { "matchLabels": { "app": "web" } } },
    })
}

/// A cluster with a node of Karpenter's, two pods on it and a deployment.
fn shop() -> Answers {
    let named = |name: &str| json!({ "metadata": { "name": name } });
    let of_shop = |name: &str| json!({ "metadata": { "namespace": "shop", "name": name } });
    let pods = [pod("web-1", &json!([{ "name": "s", "emptyDir": {} }])), pod("web-2", &json!(null))];
    [
        (NODE, list("Node", &[node()])),
        (PODS_ON, list("Pod", &pods)),
        (BUDGETS, list("PodDisruptionBudget", &[of_shop("web")])),
        (BUDGETS_OF_SHOP, list("PodDisruptionBudget", &[of_shop("web")])),
        (CLAIM, list("NodeClaim", &[claim()])),
        (POOL_ITSELF, list("NodePool", &[named("general")])),
        (OF_NODE, list("Event", &[event("e1", "Node", "ip-1")])),
        (OF_CLAIM, list("Event", &[event("e2", "NodeClaim", "general-x")])),
        (WEB, list("Deployment", &[workload()])),
        (PODS_OF_WEB, list("Pod", &pods)),
        (SCALERS, list("HorizontalPodAutoscaler", &[of_shop("web")])),
        (APPLICATIONS, list("Application", &[of_shop("web")])),
    ]
    .into()
}

/// A server that answers so, and with an empty list what it is not told.
fn answered(answers: Answers) -> (ClusterApi, ScriptedLog) {
    answering_with(move |path| {
        let path = path.replace("&limit=500", "").replace("?limit=500", "");
        answers.get(&*path).cloned().unwrap_or_else(|| list("Any", &[]))
    })
}

fn served(kinds: &[(&str, &str)]) -> Served {
    let kinds = kinds.iter().map(|(kind, version)| (Arc::from(*kind), vec![Arc::from(*version)])).collect();
    Served { version: "v1.34".into(), kinds, metrics: false }
}

fn all_served() -> Served {
    let karpenter = [("nodepools.karpenter.sh", "v1"), ("nodeclaims.karpenter.sh", "v1")];
    served(&[karpenter.as_slice(), &[("applications.argoproj.io", "v1alpha1")]].concat())
}

async fn read(name: &str, answers: Answers, served: &Served) -> (Result<ClusterReading, Fault>, Vec<String>) {
    let (api, log) = answered(answers);
    let reading = api.read_for(&ObjectName::parse(&format!("prod/{name}")).unwrap(), served).await;
    (reading, asked(&log))
}

/// What was asked, sorted, without the size of its pages.
fn asked(log: &ScriptedLog) -> Vec<String> {
    let mut all: Vec<String> =
        log.paths().iter().map(|path| path.replace("&limit=500", "").replace("?limit=500", "")).collect();
    all.sort();
    all
}

fn sorted(paths: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = paths.iter().map(ToString::to_string).collect();
    all.sort();
    all
}

/// The kinds that were told, in order.
fn kinds(reading: &ClusterReading) -> Vec<ObjectKind> {
    reading.told.iter().map(|(kind, _)| *kind).collect()
}

/// Which parts are missing.
fn missing(reading: &ClusterReading) -> Vec<SeenPart> {
    reading.missing.iter().map(|unread| unread.part.clone()).collect()
}

/// The data with what was told, as a plan has it.
fn kept(reading: &mut ClusterReading) -> Data {
    let mut data = Data::default();
    reading.keep(&"prod".into(), &mut data, Timestamp::UNIX_EPOCH);
    assert_eq!(reading.told, []);
    data
}

#[tokio::test]
async fn a_node_is_read_with_its_pods_budgets_claim_pool_and_events() {
    let (reading, asked) = read("node/ip-1", shop(), &all_served()).await;
    let mut reading = reading.unwrap();
    assert_eq!(asked, sorted(&[NODE, PODS_ON, BUDGETS, CLAIM, POOL_ITSELF, OF_NODE, OF_CLAIM]));
    let object = reading.object.clone().unwrap();
    assert_eq!((object.text("/kind"), object.text("/apiVersion"), object.uid()), ("Node", "v1", "u-node"));
    assert_eq!(reading.missing, []);
    let pods = [("shop/web-1", "u-web-1", true), ("shop/web-2", "u-web-2", false)];
    let of = |(pod, uid, has_scratch): (&str, &str, bool)| {
        (pod.to_owned(), PodDetail { uid: uid.to_owned(), has_scratch, grace: Some(30) })
    };
    assert_eq!(reading.pods, pods.map(of).into());
    assert_eq!(kinds(&reading).last(), Some(&ObjectKind::Event));
    let data = kept(&mut reading);
    let view = ClusterView::of(&data, "prod").unwrap();
    let node = view.node("ip-1").unwrap();
    assert_eq!((view.pods_on("ip-1").len(), &*view.claim_of(node).unwrap().name), (2, "general-x"));
    assert!(view.pool("general").is_some());
    assert_eq!((view.events("Node", "", "ip-1").len(), view.events("NodeClaim", "", "general-x").len()), (1, 1));
    for kind in [ObjectKind::Node, ObjectKind::Pod, ObjectKind::DisruptionBudget, ObjectKind::Event] {
        assert!(view.standing(kind).is_known(), "{kind:?}");
    }
    // What was not asked is not known.
    assert!(!view.standing(ObjectKind::DaemonSet).is_known());
}

#[tokio::test]
async fn a_node_that_nothing_owns_has_the_claims_of_its_pool_or_none() {
    let mut bare = node();
    bare["metadata"]["ownerReferences"] = json!(null);
    let answers = |node: &Value| Answers::from([(NODE, list("Node", std::slice::from_ref(node)))]);
    let (_, asked) = read("node/ip-1", answers(&bare), &all_served()).await;
    assert_eq!(asked, sorted(&[NODE, PODS_ON, BUDGETS, CLAIMS_OF_POOL, POOL_ITSELF, OF_NODE]));
    bare["metadata"]["labels"] = json!({});
    let (reading, asked) = read("node/ip-1", answers(&bare), &all_served()).await;
    assert_eq!(asked, sorted(&[NODE, PODS_ON, BUDGETS, OF_NODE]));
    let reading = reading.unwrap();
    let none = |kind: ObjectKind| reading.told.contains(&(kind, picked::none(kind)));
    assert!(none(ObjectKind::NodeClaim) && none(ObjectKind::NodePool));
}

#[tokio::test]
async fn a_claim_is_read_with_its_node_and_what_holds_that() {
    let (reading, asked) = read("nodeclaim/general-x", shop(), &all_served()).await;
    assert_eq!(asked, sorted(&[CLAIM, NODE, PODS_ON, BUDGETS, POOL_ITSELF, OF_NODE, OF_CLAIM]));
    let reading = reading.unwrap();
    assert_eq!((reading.object.unwrap().uid(), reading.missing), ("u-claim", Vec::new()));
    // Of one that has no node yet there is none, and no pod.
    let mut young = claim();
    young["status"] = json!({});
    let answers = Answers::from([(CLAIM, list("NodeClaim", &[young]))]);
    let (reading, asked) = read("nodeclaim/general-x", answers, &all_served()).await;
    assert_eq!(asked, sorted(&[CLAIM, BUDGETS, POOL_ITSELF, OF_CLAIM]));
    let told = reading.unwrap().told;
    assert!(told.contains(&(ObjectKind::Pod, picked::none(ObjectKind::Pod))));
}

#[tokio::test]
async fn a_pool_is_read_among_the_others_with_its_claims_its_nodes_and_the_pods_that_wait() {
    let nodes = "/api/v1/nodes?labelSelector=karpenter.sh%2Fnodepool%3Dgeneral";
    let (all, waiting) =
        ("/apis/karpenter.sh/v1/nodepools", "/api/v1/pods?fieldSelector=spec.nodeName%3D%2Cstatus.phase%3DPending");
    let pool = |name: &str| json!({ "metadata": { "name": name, "uid": format!("u-{name}") } });
    let answers = || -> Answers { [(all, list("NodePool", &[pool("burst"), pool("general")]))].into() };
    let (reading, asked) = read("nodepool/general", answers(), &all_served()).await;
    assert_eq!(asked, sorted(&[all, CLAIMS_OF_POOL, nodes, waiting]));
    let mut reading = reading.unwrap();
    let object = reading.object.clone().unwrap();
    assert_eq!((object.uid(), object.text("/kind")), ("u-general", "NodePool"));
    let known = [ObjectKind::NodePool, ObjectKind::NodeClaim, ObjectKind::Node, ObjectKind::Pod];
    assert_eq!(kinds(&reading), known);
    let data = kept(&mut reading);
    assert_eq!(ClusterView::of(&data, "prod").unwrap().pools().count(), 2, "the order is of all of them");
    let (reading, _) = read("nodepool/other", answers(), &all_served()).await;
    assert_eq!(reading.unwrap().object, None);
}

#[tokio::test]
async fn the_owners_of_a_node_s_pods_are_asked_by_name() {
    let owned = |name: &str, kind: &str, owner: &str, hash: Option<&str>| {
        let mut pod = pod(name, &json!(null));
        pod["metadata"]["ownerReferences"] = json!([{ "kind": kind, "name": owner, "controller": true }]);
        pod["metadata"]["labels"] = json!({ "pod-template-hash": hash });
        pod
    };
    let pods = [
        owned("web-1", "ReplicaSet", "web-5f", Some("5f")),
        owned("web-2", "ReplicaSet", "web-5f", Some("5f")),
        owned("db-0", "StatefulSet", "db", None),
        owned("job-1", "Job", "job", None),
    ];
    let database = "/apis/apps/v1/namespaces/shop/statefulsets?fieldSelector=metadata.name%3Ddb";
    for target in ["node/ip-1", "nodeclaim/general-x"] {
        let mut answers = shop();
        answers.insert(PODS_ON, list("Pod", &pods));
        let (reading, asked) = read(target, answers, &all_served()).await;
        assert_eq!(
            asked,
            sorted(&[NODE, PODS_ON, BUDGETS, CLAIM, POOL_ITSELF, OF_NODE, OF_CLAIM, WEB, database]),
            "{target}"
        );
        let mut reading = reading.unwrap();
        let data = kept(&mut reading);
        let view = ClusterView::of(&data, "prod").unwrap();
        assert_eq!(view.workloads().map(|one| one.name.to_string()).collect::<Vec<_>>(), ["web"]);
        assert!(view.standing(ObjectKind::StatefulSet).is_known());
    }
    // What may not be read is missing.
    let mut answers = shop();
    answers.insert(PODS_ON, list("Pod", &pods));
    answers.insert(WEB, ScriptedAnswer::refusal(403, "Forbidden", "no"));
    let (reading, _) = read("node/ip-1", answers, &all_served()).await;
    assert_eq!(missing(&reading.unwrap()), [SeenPart::Objects(ObjectKind::Deployment)]);
}

#[tokio::test]
async fn a_later_step_asks_for_its_target_alone() {
    for (target, paths) in [
        ("node/ip-1", vec![NODE]),
        ("nodeclaim/general-x", vec![CLAIM]),
        ("nodepool/general", vec![POOL_ITSELF]),
        ("deployment/shop/web", vec![WEB]),
        ("nodegroup/system", vec![]),
    ] {
        let (api, log) = answered(shop());
        let reading = api.read_target(&ObjectName::parse(&format!("prod/{target}")).unwrap()).await.unwrap();
        assert_eq!(asked(&log), sorted(&paths), "{target}");
        assert_eq!(reading.object.is_some(), !paths.is_empty(), "{target}");
    }
}

#[tokio::test]
async fn a_node_group_is_read_by_its_nodes() {
    const NODES: &str = NODES_OF_GROUP;
    const WORKLOADS: [&str; 2] = ["/apis/apps/v1/deployments", "/apis/apps/v1/statefulsets"];
    let mut answers = shop();
    answers.insert(NODES, list("Node", &[node(), json!({ "metadata": { "name": "ip-2" } })]));
    let (reading, asked) = read("nodegroup/system", answers, &served(&[])).await;
    let pods = [PODS_ON, "/api/v1/pods?fieldSelector=spec.nodeName%3Dip-2"];
    assert_eq!(asked, sorted(&[&[NODES, BUDGETS], &pods[..], &WORKLOADS].concat()));
    let reading = reading.unwrap();
    assert_eq!((reading.object.as_ref(), reading.pods.len(), reading.missing.len()), (None, 2, 0));
    // So many that nobody would wait for them.
    let many: Vec<Value> = (0..101).map(|at| json!({ "metadata": { "name": format!("n{at}") } })).collect();
    let (reading, asked) = read("nodegroup/system", [(NODES, list("Node", &many))].into(), &served(&[])).await;
    assert_eq!(asked, sorted(&[&[NODES, BUDGETS], &WORKLOADS[..]].concat()));
    let why = "pods: they are on 101 nodes, and more than 100 are not asked for";
    assert_eq!(reading.unwrap().missing.iter().map(ToString::to_string).collect::<Vec<_>>(), [why]);
    // Without its nodes nobody knows its pods.
    let refused = ScriptedAnswer::refusal(403, "Forbidden", "no");
    let (reading, _) = read("nodegroup/system", [(NODES, refused)].into(), &served(&[])).await;
    let expected = [ObjectKind::Node, ObjectKind::Pod].map(SeenPart::Objects);
    assert_eq!(missing(&reading.unwrap()), expected);
}

#[tokio::test]
async fn a_workload_is_read_with_its_pods_and_its_namespace() {
    let (reading, asked) = read("deployment/shop/web", shop(), &all_served()).await;
    assert_eq!(asked, sorted(&[WEB, PODS_OF_WEB, SCALERS, BUDGETS_OF_SHOP, APPLICATIONS]));
    let mut reading = reading.unwrap();
    assert_eq!(reading.object.as_ref().map(|object| object.text("/kind").to_owned()).as_deref(), Some("Deployment"));
    assert_eq!((reading.pods.len(), reading.missing.len()), (2, 0));
    let data = kept(&mut reading);
    assert!(ClusterView::of(&data, "prod").unwrap().standing(ObjectKind::Application).is_known());
    // A selector that cannot be read would choose other pods than its own.
    let mut odd = workload();
    odd["spec"]["selector"] = json!({ "matchExpressions": [{ "key": "a", "operator": "Near" }] });
    let mut answers = shop();
    answers.insert(WEB, list("Deployment", &[odd]));
    let (reading, asked) = read("deployment/shop/web", answers, &all_served()).await;
    assert_eq!(missing(&reading.unwrap()), [SeenPart::Objects(ObjectKind::Pod)]);
    assert!(!asked.iter().any(|path| path.contains("/pods")), "{asked:?}");
}

#[tokio::test]
async fn an_autoscaler_is_read_with_what_it_scales() {
    const SCALER: &str =
        "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers?fieldSelector=metadata.name%3Dweb";
    let scaler = |kind: &str| {
        let spec = json!({ "scaleTargetRef": { "kind": kind, "name": "web" } });
        list("HorizontalPodAutoscaler", &[json!({ "metadata": { "namespace": "shop", "name": "web" }, "spec": spec })])
    };
    for (kind, path) in [
        ("Deployment", Some(WEB)),
        ("StatefulSet", Some("/apis/apps/v1/namespaces/shop/statefulsets?fieldSelector=metadata.name%3Dweb")),
        // What is not known here is not read.
        ("Rollout", None),
    ] {
        let (reading, asked) = read("hpa/shop/web", [(SCALER, scaler(kind))].into(), &served(&[])).await;
        assert_eq!(asked, sorted(&path.into_iter().chain([SCALER]).collect::<Vec<_>>()));
        assert!(reading.unwrap().object.is_some());
    }
}

#[tokio::test]
async fn kinds_that_are_not_served_are_none_and_of_other_versions_nothing_is_known() {
    let (reading, asked) = read("deployment/shop/web", shop(), &served(&[])).await;
    let reading = reading.unwrap();
    assert!(reading.told.contains(&(ObjectKind::Application, picked::none(ObjectKind::Application))));
    assert!(!asked.contains(&APPLICATIONS.to_owned()));
    let older = served(&[("nodepools.karpenter.sh", "v1beta1"), ("nodeclaims.karpenter.sh", "v1")]);
    let (reading, _) = read("node/ip-1", shop(), &older).await;
    let said: Vec<String> = reading.unwrap().missing.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["node pools: the cluster serves them as v1beta1 alone"]);
}

#[tokio::test]
async fn a_target_that_is_not_there_is_no_error() {
    let (reading, asked) = read("node/ip-1", Answers::new(), &all_served()).await;
    let reading = reading.unwrap();
    assert_eq!((reading.object, reading.missing), (None, Vec::new()));
    assert_eq!(asked, sorted(&[NODE, PODS_ON, BUDGETS, OF_NODE]));
    let (reading, _) = read("deployment/shop/web", Answers::new(), &all_served()).await;
    assert_eq!(reading.map(|reading| (reading.object, reading.missing)), Ok((None, Vec::new())));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_may_not_be_read_is_missing_and_any_other_failure_is_one() {
    let refused = ScriptedAnswer::refusal(403, "Forbidden", "no");
    let mut answers = shop();
    answers.insert(CLAIM, refused);
    let (reading, _) = read("nodeclaim/general-x", answers, &all_served()).await;
    let reading = reading.unwrap();
    let kinds = [ObjectKind::NodeClaim, ObjectKind::NodePool, ObjectKind::Node, ObjectKind::Pod];
    let mut expected = vec![SeenPart::Target];
    expected.extend(kinds.map(SeenPart::Objects));
    let mut found = missing(&reading);
    found.sort_by_key(|part| expected.iter().position(|known| known == part));
    assert_eq!(found, expected);
    assert_eq!(reading.missing[0].why, "k8s: list nodeclaims.karpenter.sh denied: no");
    for (status, kind) in [(500, FaultKind::Other { code: String::new() }), (429, FaultKind::Throttled)] {
        let answer = ScriptedAnswer::refusal(status, "", "down");
        let (reading, _) = read("node/ip-1", [(NODE, answer)].into(), &all_served()).await;
        assert_eq!(reading.unwrap_err().kind, kind);
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_beside_the_target_is_missing_with_its_reason() {
    for (path, part, why) in [
        (PODS_ON, ObjectKind::Pod, "pods: k8s: list pods error: down"),
        (
            BUDGETS,
            ObjectKind::DisruptionBudget,
            "disruption budgets: k8s: list poddisruptionbudgets.policy error: down",
        ),
        (CLAIM, ObjectKind::NodeClaim, "node claims: k8s: list nodeclaims.karpenter.sh error: down"),
        (POOL_ITSELF, ObjectKind::NodePool, "node pools: k8s: list nodepools.karpenter.sh error: down"),
        (OF_CLAIM, ObjectKind::Event, "events: k8s: list events error: down"),
    ] {
        let mut answers = shop();
        answers.insert(path, ScriptedAnswer::refusal(500, "", "down"));
        let (reading, _) = read("node/ip-1", answers, &all_served()).await;
        let reading = reading.unwrap();
        assert_eq!(reading.missing.iter().map(ToString::to_string).collect::<Vec<_>>(), [why]);
        assert!(reading.object.is_some() && !kinds(&reading).contains(&part));
    }
    // A list with an object that cannot be read is not whole.
    let mut answers = shop();
    let odd = json!({ "metadata": { "name": "x" }, "spec": 7 });
    answers.insert(PODS_ON, list("Pod", &[pod("web-1", &json!([])), odd]));
    let (reading, _) = read("node/ip-1", answers, &all_served()).await;
    assert_eq!(missing(&reading.unwrap()), [SeenPart::Objects(ObjectKind::Pod)]);
}

#[tokio::test]
async fn lists_are_followed_to_their_end_and_no_further_than_is_sensible() {
    for (pages, is_whole) in [(20, true), (21, false)] {
        let mut at = 0;
        let (api, log) = answering_with(move |path| {
            if !path.contains("labelSelector") {
                return if path.contains("deployments") { list("Deployment", &[workload()]) } else { list("Any", &[]) };
            }
            at += 1;
            let next = if at < pages { format!("page-{at}") } else { String::new() };
            let metadata = json!({ "resourceVersion": "7", "continue": next });
            let items = [pod(&format!("web-{at}"), &json!([]))];
            ScriptedAnswer::ok(&json!({ "kind": "PodList", "metadata": metadata, "items": items }))
        });
        let name = ObjectName::parse("prod/deployment/shop/web").unwrap();
        let reading = api.read_for(&name, &served(&[])).await.unwrap();
        assert_eq!((reading.pods.len(), missing(&reading).is_empty()), (if is_whole { 20 } else { 0 }, is_whole));
        let last = log.paths().into_iter().rfind(|path| path.contains("/pods")).unwrap();
        assert_eq!(last, format!("{PODS_OF_WEB}&limit=500&continue=page-19"));
    }
}

fn followed(id: &str) -> Followed {
    Followed { region: "eu-west-1".into(), id: format!("prod/{id}"), uid: "u".into() }
}

async fn looked(follow: &Follow, answers: Answers) -> (Result<ClusterReading, Fault>, Vec<String>) {
    let (api, log) = answered(answers);
    (api.look(follow).await, asked(&log))
}

#[tokio::test]
async fn a_look_reads_what_is_followed_and_what_explains_it() {
    const POD: &str = "/api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dweb-1";
    let set = "/apis/apps/v1/namespaces/shop/daemonsets?fieldSelector=metadata.name%3Dweb";
    let web = || followed("deployment/shop/web");
    let claim =
        |node: Option<&str>| Follow::ClaimGone { of: followed("nodeclaim/general-x"), node: node.map(str::to_owned) };
    for (follow, paths) in [
        (Follow::Shows { of: web(), values: Vec::new() }, vec![WEB]),
        (Follow::Shows { of: followed("node/ip-1"), values: Vec::new() }, vec![NODE]),
        (Follow::Shows { of: followed("nodepool/general"), values: Vec::new() }, vec![POOL_ITSELF]),
        (Follow::RolledOut { of: web(), restarted: "now".into() }, vec![WEB, PODS_OF_WEB]),
        (Follow::RolledOut { of: followed("daemonset/shop/web"), restarted: "now".into() }, vec![set]),
        (Follow::Scaled { of: web(), replicas: 2 }, vec![WEB, PODS_OF_WEB]),
        (Follow::PodGone { of: followed("pod/shop/web-1"), node: "ip-1".into(), approved: Vec::new() }, vec![POD]),
        (
            Follow::PodGone {
                of: followed("pod/shop/web-1"),
                node: "ip-1".into(),
                approved: vec!["shop/web-1".into()],
            },
            vec![POD, PODS_ON],
        ),
        (claim(Some("ip-1")), vec![CLAIM, NODE, PODS_ON, BUDGETS, OF_NODE, OF_CLAIM]),
        // The claim says which node it has become.
        (claim(None), vec![CLAIM, NODE, PODS_ON, BUDGETS, OF_NODE, OF_CLAIM]),
        (
            Follow::NodegroupUpdated {
                of: followed("nodegroup/system"),
                minimum: None,
                maximum: None,
                desired: Some(1),
            },
            vec![NODES_OF_GROUP],
        ),
    ] {
        let (reading, asked) = looked(&follow, shop()).await;
        assert_eq!(asked, sorted(&paths), "{follow:?}");
        assert_eq!(reading.unwrap().missing, [], "{follow:?}");
    }
}

#[tokio::test]
async fn a_look_at_what_is_gone_still_tells_what_is_left() {
    let mut answers = shop();
    answers.remove(CLAIM);
    let follow = Follow::ClaimGone { of: followed("nodeclaim/general-x"), node: Some("ip-1".into()) };
    let (reading, _) = looked(&follow, answers).await;
    let mut reading = reading.unwrap();
    assert_eq!(reading.object, None);
    let data = kept(&mut reading);
    assert!(ClusterView::of(&data, "prod").unwrap().node("ip-1").is_some());
}

#[tokio::test]
async fn a_look_that_may_not_be_taken_is_a_failure() {
    let refused = || ScriptedAnswer::refusal(403, "Forbidden", "no");
    for (id, path) in [("deployment/shop/web", WEB), ("node/ip-1", NODE)] {
        let (reading, _) =
            looked(&Follow::Shows { of: followed(id), values: Vec::new() }, [(path, refused())].into()).await;
        assert!(matches!(reading.unwrap_err().kind, FaultKind::Forbidden { .. }));
    }
    // What explains it is not what is followed.
    let approved = vec!["shop/web-1".into()];
    let follow = Follow::PodGone { of: followed("pod/shop/web-1"), node: "ip-1".into(), approved };
    let (reading, _) = looked(&follow, [(PODS_ON, refused())].into()).await;
    assert_eq!(missing(&reading.unwrap()), [SeenPart::Objects(ObjectKind::Pod)]);
    for id in ["pod/web-1", "secret/shop/web", "nodegroup/system"] {
        let (reading, asked) = looked(&Follow::Shows { of: followed(id), values: Vec::new() }, shop()).await;
        assert!(reading.is_err() && asked.is_empty(), "{id}");
        let follow = Follow::PodGone { of: followed(id), node: String::new(), approved: Vec::new() };
        assert!(looked(&follow, shop()).await.0.is_err(), "{id}");
    }
}
