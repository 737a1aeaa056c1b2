//! The API as a client meets it, without a connection.

mod lists;
mod logs;
mod rules;
mod tables;
mod watches;
mod writes;

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::access::{AccessRule, Bearer};
use super::super::cluster::Cluster;
use super::super::resources::Resource;
use super::super::store::Store;
use super::{ApiBody, ApiServer};

/// A cluster with a namespace and a node.
fn server() -> ApiServer {
    let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    let mut store = Store::with_history(1, 64);
    let namespace = json!({"metadata": {"name": "shop"}, "status": {"phase": "Active"}});
    store.create(Resource::Namespaces, "", namespace, now).unwrap();
    store.create(Resource::Nodes, "", json!({"metadata": {"name": "n1"}, "spec": {}}), now).unwrap();
    ApiServer::new(Arc::new(Cluster::new(store)), Arc::new(move || now))
}

fn pod(name: &str, node: &str) -> Value {
    json!({
        "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": {"nodeName": node, "containers": [{"name": "app", "image": "app:1"}]},
    })
}

fn with_pods(count: usize) -> ApiServer {
    let server = server();
    for number in 0..count {
        let now = (server.clock)();
        server.cluster.write(|store| {
            store.create(Resource::Pods, "shop", pod(&format!("p{number:04}"), "n1"), now).unwrap();
        });
    }
    server
}

fn request(method: &Method, path: &str, kind: &str, body: &str) -> Request<Bytes> {
    let builder = Request::builder().method(method).uri(path).header("content-type", kind);
    builder.body(Bytes::from(body.to_owned())).unwrap()
}

/// Everything that an answer holds: only for those that end.
async fn whole(body: ApiBody) -> Bytes {
    body.collect().await.unwrap().to_bytes()
}

async fn ask(server: &ApiServer, method: Method, path: &str, kind: &str, body: &str) -> (u16, Value) {
    let response = server.respond(&request(&method, path, kind, body));
    let status = response.status().as_u16();
    let bytes = whole(response.into_body()).await;
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

async fn get(server: &ApiServer, path: &str) -> (u16, Value) {
    ask(server, Method::GET, path, "", "").await
}

#[tokio::test]
async fn discovery_says_what_drain_looks_for() {
    let server = server().without_groups(["karpenter.sh"]);
    let (_, core) = get(&server, "/api/v1").await;
    let resources = core["resources"].as_array().unwrap();
    let eviction = resources.iter().find(|resource| resource["name"] == "pods/eviction").unwrap();
    assert_eq!((&eviction["group"], &eviction["version"]), (&json!("policy"), &json!("v1")));
    let (_, groups) = get(&server, "/apis").await;
    let names: Vec<&str> =
        groups["groups"].as_array().unwrap().iter().filter_map(|group| group["name"].as_str()).collect();
    assert!(names.contains(&"apps") && names.contains(&"authorization.k8s.io"), "{names:?}");
    assert!(!names.contains(&"karpenter.sh") && !names.contains(&"metrics.k8s.io"), "{names:?}");
    assert_eq!(get(&server, "/apis/karpenter.sh/v1/nodepools").await.0, 404);
    assert_eq!(get(&server, "/version").await.1["minor"], "33");
}

#[tokio::test]
async fn who_may_not_is_told_which_rule_is_missing() {
    let rule = AccessRule { groups: vec![String::new()], resources: vec!["nodes".into()], verbs: vec!["list".into()] };
    let bearer = Bearer { token: "t".into(), user: "arn:aws:iam::1:role/r".into(), rules: Some(vec![rule]) };
    let server = server().with_access(Arc::new(bearer));
    assert_eq!(
        get(&server, "/api/v1/nodes").await,
        (
            401,
            json!({
                "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "Unauthorized",
                "reason": "Unauthorized", "code": 401,
            })
        )
    );
    let asked = |path: &str| {
        let builder = Request::builder().uri(path).header("authorization", "Bearer t");
        builder.body(Bytes::new()).unwrap()
    };
    assert_eq!(server.respond(&asked("/api/v1/nodes")).status(), 200);
    let refused = server.respond(&asked("/api/v1/namespaces/shop/pods?watch=true"));
    assert_eq!(refused.status(), 403);
    let status: Value = serde_json::from_slice(&whole(refused.into_body()).await).unwrap();
    let message = "pods is forbidden: User \"arn:aws:iam::1:role/r\" cannot watch resource \"pods\" in API group \"\" in \
                   the namespace \"shop\"";
    assert_eq!((&status["message"], &status["details"]), (&json!(message), &json!({"kind": "pods"})));
}

#[tokio::test]
async fn events_are_read_in_both_groups() {
    let server = server();
    let event = json!({
        "metadata": {"name": "e1"}, "involvedObject": {"kind": "Pod", "name": "p"}, "message": "hello", "reason": "R",
        "type": "Warning", "source": {"component": "kubelet"},
    });
    let path = "/api/v1/namespaces/shop/events";
    let (code, _) = ask(&server, Method::POST, path, "application/json", &event.to_string()).await;
    assert_eq!(code, 201);
    let (_, list) = get(&server, "/apis/events.k8s.io/v1/events?fieldSelector=regarding.name%3Dp").await;
    assert_eq!((&list["kind"], &list["items"][0]["note"]), (&json!("EventList"), &json!("hello")));
    assert_eq!(list["items"][0]["deprecatedSource"]["component"], "kubelet");
}
