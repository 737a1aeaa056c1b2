//! Reading, asking and changing against the API server of the sandbox, with the rights of an operator and no others: it
//! was written by somebody else, from the sources of Kubernetes.

use std::convert::Infallible;
use std::sync::Arc;

use http::Request;
use jiff::Timestamp;
use kube::client::Body;
use serde_json::{Value, json};

use super::connect::{Patience, answered_by};
use super::rules::{RbacRole, RbacRule, needed};
use super::script::CountedTokens;
use super::{ClusterApi, write};
use crate::domain::FaultKind;
use crate::ops::progress::Progress;
use crate::ops::sent::{Receipt, SendFault};
use crate::sandbox::kubernetes::access::{AccessRule, Bearer};
use crate::sandbox::kubernetes::api::ApiServer;
use crate::sandbox::kubernetes::cluster::Cluster;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::Store;
use crate::services::kubernetes::change::follow::{Followed, Look};
use crate::services::kubernetes::change::object::Patch;
use crate::services::kubernetes::change::{Api, Call, Follow, KubeRight, ObjectName, Permission};
use crate::services::kubernetes::{ClusterView, Data};

const CLAIM: &str = "general-x";

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

/// What there is.
fn objects() -> Vec<(Resource, &'static str, Value)> {
    let pool = json!({ "karpenter.sh/nodepool": "general" });
    let pod = |name: &str, app: &str| {
        json!({
            "metadata": { "name": name, "labels": { "app": app } },
            "spec": {
                "nodeName": "ip-1", "containers": [{ "name": "app", "image": "a:1" }],
                "volumes": [{ "name": "s", "emptyDir": {} }],
            },
            "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] },
        })
    };
    let budget = |app: &str, allowed: i64| {
        json!({
            "metadata": { "name": app },
            "spec": { "minAvailable": 1, "selector": { "matchLabels": { "app": app } } },
            "status": {
                "observedGeneration": 1, "disruptionsAllowed": allowed, "desiredHealthy": 1, "currentHealthy": 1,
            },
        })
    };
    let deployment = json!({
        "metadata": { "name": "web", "generation": 1 },
        "spec": {
            "replicas": 2, "selector": { "matchLabels": { "app": "web" } },
            "template": {
                "metadata": { "labels": { "app": "web" } },
                "spec": { "containers": [{ "name": "app", "image": "a:1" }] },
            },
        },
    });
    let event = json!({
        "metadata": { "name": "e1" }, "involvedObject": { "kind": "Node", "name": "ip-1" }, "reason": "R",
        "message": "m", "lastTimestamp": "2026-11-22T02:59:00Z",
    });
    let claim = json!({
        "metadata": { "name": CLAIM, "labels": pool, "finalizers": ["karpenter.sh/termination"] },
        "status": { "nodeName": "ip-1" },
    });
    vec![
        (Resource::Namespaces, "", json!({ "metadata": { "name": "shop" } })),
        (Resource::Nodes, "", json!({ "metadata": { "name": "ip-1", "labels": pool }, "spec": {} })),
        (Resource::Nodes, "", json!({ "metadata": { "name": "ip-2" }, "spec": {} })),
        (Resource::NodeClaims, "", claim),
        (Resource::NodePools, "", json!({ "metadata": { "name": "general" }, "spec": {} })),
        (Resource::Pods, "shop", pod("web-1", "web")),
        (Resource::Pods, "shop", pod("db-1", "db")),
        (Resource::PodDisruptionBudgets, "shop", budget("web", 2)),
        (Resource::PodDisruptionBudgets, "shop", budget("db", 0)),
        (Resource::Deployments, "shop", deployment),
        (Resource::Events, "default", event),
    ]
}

/// A cluster in which an identity has the rights of a role.
fn cluster(role: RbacRole) -> ClusterApi {
    let mut store = Store::with_history(1, 64);
    for (resource, namespace, object) in objects() {
        store.create(resource, namespace, object, now()).unwrap();
    }
    let of_resources = |rule: RbacRule| {
        let groups = vec![rule.group?.to_owned()];
        let verbs = rule.verbs.into_iter().map(str::to_owned).collect();
        Some(AccessRule { groups, resources: rule.resources, verbs })
    };
    let rules = Some(needed(role).into_iter().filter_map(of_resources).collect());
    let bearer = Bearer { token: "token-1".into(), user: "arn:aws:iam::1:role/r".into(), rules };
    let server = ApiServer::new(Arc::new(Cluster::new(store)), Arc::new(now)).with_access(Arc::new(bearer));
    let service = tower::service_fn(move |request: Request<Body>| {
        let server = server.clone();
        async move { Ok::<_, Infallible>(server.call(request).await) }
    });
    answered_by(service, "prod", Arc::new(CountedTokens::default()), Patience::InProcess)
}

async fn read(api: &ClusterApi, id: &str) -> super::ClusterReading {
    let served = api.served().await.unwrap();
    api.read_for(&ObjectName::parse(&format!("prod/{id}")).unwrap(), &served).await.unwrap()
}

async fn send(api: &ClusterApi, call: Api, parameters: &[(&'static str, &str)]) -> Result<Receipt, SendFault> {
    let first = Call::new(call, "eu-west-1").with("cluster", "prod");
    let call = parameters.iter().fold(first, |call, (name, value)| call.with(name, *value));
    write::send(&api.line, &call).await
}

/// A refusal in words.
fn refused(result: Result<Receipt, SendFault>) -> (FaultKind, String) {
    match result {
        Err(SendFault::Refused(fault)) => (fault.kind, fault.message),
        other => panic!("{other:?}"),
    }
}

fn followed(id: &str, uid: &str) -> Followed {
    Followed { region: "eu-west-1".into(), id: format!("prod/{id}"), uid: uid.into() }
}

/// How far it is, looked at now.
async fn progress(api: &ClusterApi, follow: &Follow) -> Progress {
    let mut reading = api.look(follow).await.unwrap();
    assert_eq!(reading.missing, []);
    let mut look = Look::blank(now());
    reading.keep(&"prod".into(), &mut look.data, now());
    look.object = reading.object;
    follow.progress(&look, now())
}

#[tokio::test]
async fn a_node_is_read_with_what_belongs_to_it_and_nothing_else() {
    let api = cluster(RbacRole::Reader);
    let mut reading = read(&api, "node/ip-1").await;
    assert_eq!(reading.missing, []);
    assert_eq!(reading.object.as_ref().map(|object| object.text("/kind").to_owned()).as_deref(), Some("Node"));
    let pods: Vec<&str> = reading.pods.keys().map(String::as_str).collect();
    assert_eq!(
        (pods.as_slice(), reading.pods.values().filter(|pod| pod.has_scratch).count()),
        (["shop/db-1", "shop/web-1"].as_slice(), 2)
    );
    let mut data = Data::default();
    reading.keep(&"prod".into(), &mut data, now());
    let view = ClusterView::of(&data, "prod").unwrap();
    assert_eq!((view.nodes().count(), view.events("Node", "", "ip-1").len()), (1, 1));
    assert_eq!(view.claim_of(view.node("ip-1").unwrap()).map(|claim| &*claim.name), Some(CLAIM));
    assert_eq!(read(&api, "node/ip-2").await.pods.len(), 0);
    let nothing = read(&api, "node/ip-3").await;
    assert_eq!((nothing.object, nothing.missing), (None, Vec::new()));
    let workload = read(&api, "deployment/shop/web").await;
    assert_eq!(workload.pods.keys().map(String::as_str).collect::<Vec<_>>(), ["shop/web-1"]);
    for id in ["nodeclaim/general-x", "nodepool/general"] {
        let reading = read(&api, id).await;
        assert!(reading.object.is_some() && reading.missing.is_empty(), "{id}: {:?}", reading.missing);
    }
}

#[tokio::test]
async fn a_patch_is_made_once_and_refused_where_somebody_was_faster() {
    let api = cluster(RbacRole::Operator);
    let node = read(&api, "node/ip-1").await.object.unwrap();
    let patch = Patch::of(&node).set(&node, "/spec/unschedulable", json!(true)).text();
    let cordon = [("name", "ip-1"), ("patch", patch.as_str())];
    send(&api, Api::PatchNode, &cordon).await.unwrap();
    let shows = vec![("/spec/unschedulable".to_owned(), "true".to_owned())];
    let follow = Follow::Shows { of: followed("node/ip-1", node.uid()), values: shows };
    assert!(matches!(progress(&api, &follow).await, Progress::Reached(_)));
    // It was made for this very node.
    let (_, message) = refused(send(&api, Api::PatchNode, &[("name", "ip-2"), ("patch", &patch)]).await);
    assert!(message.starts_with("somebody has changed it in between"), "{message}");
    let web = read(&api, "deployment/shop/web").await.object.unwrap();
    let scale = Patch::of(&web).set(&web, "/spec/replicas", json!(5)).text();
    let scale = [("namespace", "shop"), ("name", "web"), ("patch", scale.as_str())];
    send(&api, Api::PatchDeployment, &scale).await.unwrap();
    // The second time it replaces another value than it was read to be.
    let (kind, message) = refused(send(&api, Api::PatchDeployment, &scale).await);
    assert_eq!(kind, FaultKind::Other { code: String::new() });
    assert!(message.starts_with("somebody has changed it in between"), "{message}");
    // What the API does not take it says itself.
    let web = read(&api, "deployment/shop/web").await.object.unwrap();
    let odd = Patch::of(&web).set(&web, "/spec/replicas", json!(-1)).text();
    let odd = [("namespace", "shop"), ("name", "web"), ("patch", odd.as_str())];
    let (_, message) = refused(send(&api, Api::PatchDeployment, &odd).await);
    assert!(message.contains("-1"), "{message}");
    let (kind, _) = refused(send(&api, Api::PatchNode, &[("name", "ip-9"), ("patch", &patch)]).await);
    assert_eq!(kind, FaultKind::NotFound);
}

#[tokio::test]
async fn an_eviction_asks_the_budget_and_what_is_gone_needs_none() {
    let api = cluster(RbacRole::Operator);
    let pods = read(&api, "node/ip-1").await.pods;
    let evict = |pod: &'static str, uid: String| {
        let api = api.clone();
        async move { send(&api, Api::EvictPod, &[("namespace", "shop"), ("name", pod), ("uid", &uid)]).await }
    };
    let (kind, message) = refused(evict("db-1", pods["shop/db-1"].uid.clone()).await);
    assert_eq!(kind, FaultKind::Throttled);
    assert_eq!(message, "The disruption budget db needs 1 healthy pods and has 1 currently");
    // Another pod than that of the plan: nothing is done to it. Its budget pays nevertheless (eviction.go).
    evict("web-1", "another".into()).await.unwrap();
    let gone =
        |uid: &str| Follow::PodGone { of: followed("pod/shop/web-1", uid), node: "ip-1".into(), approved: Vec::new() };
    let going = |progress| matches!(progress, Progress::Going(words) if words.starts_with("ending"));
    assert!(matches!(progress(&api, &gone("another")).await, Progress::Reached(_)));
    assert!(!going(progress(&api, &gone(&pods["shop/web-1"].uid)).await));
    evict("web-1", pods["shop/web-1"].uid.clone()).await.unwrap();
    assert!(going(progress(&api, &gone(&pods["shop/web-1"].uid)).await));
    evict("web-9", "u".into()).await.unwrap();
}

#[tokio::test]
async fn a_claim_is_told_to_go_and_its_finalizer_holds_it() {
    let api = cluster(RbacRole::Operator);
    let claim = read(&api, "nodeclaim/general-x").await.object.unwrap();
    let delete = |uid: &str| {
        let (api, uid) = (api.clone(), uid.to_owned());
        async move { send(&api, Api::DeleteNodeClaim, &[("name", CLAIM), ("uid", &uid)]).await }
    };
    delete("another").await.unwrap();
    assert!(!read(&api, "nodeclaim/general-x").await.object.unwrap().is_going());
    delete(claim.uid()).await.unwrap();
    assert!(read(&api, "nodeclaim/general-x").await.object.unwrap().is_going());
    let node = Some("ip-1".to_owned());
    let follow = Follow::ClaimGone { of: followed("nodeclaim/general-x", claim.uid()), node };
    assert!(matches!(progress(&api, &follow).await, Progress::Going(_)));
    send(&api, Api::DeleteNodeClaim, &[("name", "general-y"), ("uid", "u")]).await.unwrap();
}

#[tokio::test]
async fn a_reader_is_told_which_rights_are_missing() {
    let rights: Vec<KubeRight> = Api::ALL.into_iter().filter_map(Api::right).collect();
    let is_allowed = |said: &Permission| matches!(said, Permission::Allowed);
    for (role, allowed) in [(RbacRole::Reader, false), (RbacRole::Operator, true)] {
        for (right, said) in cluster(role).permissions(Some("shop"), &rights).await {
            assert_eq!(is_allowed(&said.unwrap()), allowed, "{right}");
        }
    }
    let api = cluster(RbacRole::Reader);
    let uid = read(&api, "nodeclaim/general-x").await.object.unwrap().uid().to_owned();
    let (kind, _) = refused(send(&api, Api::DeleteNodeClaim, &[("name", CLAIM), ("uid", &uid)]).await);
    assert_eq!(kind, FaultKind::Forbidden { rule: "delete nodeclaims.karpenter.sh".into() });
}
