use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::super::super::store::ObjectKey;
use super::*;

fn run(server: &ApiServer, state: &Value, restarts: u64) {
    let key = ObjectKey::namespaced(Resource::Pods, "shop", "p0000");
    let statuses = json!([{"name": "app", "restartCount": restarts, "state": state}]);
    let change = |pod: &mut Value| pod["status"] = json!({"containerStatuses": statuses});
    server.cluster.write(|store| store.update(&key, Timestamp::UNIX_EPOCH, change)).unwrap();
}

const LOG: &str = "/api/v1/namespaces/shop/pods/p0000/log";

#[tokio::test(start_paused = true)]
async fn a_followed_log_tells_each_line_once_and_ends_with_its_run() {
    let mut server = with_pods(1);
    let base: Timestamp = "2026-11-22T03:00:00.5Z".parse().unwrap();
    let started = Instant::now();
    let clock = move || base.checked_add(jiff::SignedDuration::try_from(started.elapsed()).unwrap()).unwrap();
    server.clock = Arc::new(clock);
    run(&server, &json!({"running": {"startedAt": "2026-11-22T02:50:00Z"}}), 0);
    let response = server.respond(&request(&Method::GET, &format!("{LOG}?follow=true&timestamps=true"), "", ""));
    let mut body = response.into_body();
    let mut told = String::new();
    let following = async {
        while let Some(part) = body.frame().await {
            told.push_str(std::str::from_utf8(&part.unwrap().into_data().unwrap()).unwrap());
        }
    };
    assert!(timeout(Duration::from_secs(120), following).await.is_err());
    run(&server, &json!({"running": {"startedAt": "2026-11-22T03:02:00Z"}}), 1);
    assert!(timeout(Duration::from_secs(5), body.frame()).await.unwrap().is_none());
    run(&server, &json!({"running": {"startedAt": "2026-11-22T02:50:00Z"}}), 0);
    let whole = server.respond(&request(&Method::GET, &format!("{LOG}?timestamps=true"), "", ""));
    let whole = String::from_utf8(super::whole(whole.into_body()).await.to_vec()).unwrap();
    assert!(told.lines().count() > 100 && whole.starts_with(&told), "{told}\n---\n{whole}");
}

#[tokio::test]
async fn logs_are_chosen_and_refused_as_the_kubelet_does() {
    let server = with_pods(1);
    let log = |query: &str| format!("/api/v1/namespaces/shop/pods/p0000/log{query}");
    let (_, refused) = get(&server, &log("")).await;
    assert_eq!(refused["message"], "container \"app\" in pod \"p0000\" is not available");
    let status = json!([{"op": "add", "path": "/status", "value": {"containerStatuses": [{
        "name": "app", "restartCount": 1, "state": {"running": {"startedAt": "2026-11-22T02:50:00Z"}},
    }]}}]);
    let path = "/api/v1/namespaces/shop/pods/p0000/status";
    ask(&server, Method::PATCH, path, "application/json-patch+json", &status.to_string()).await;
    let read = async |query: &str| {
        let response = server.respond(&request(&Method::GET, &log(query), "", ""));
        String::from_utf8(whole(response.into_body()).await.to_vec()).unwrap()
    };
    assert_eq!(read("?tailLines=5").await.lines().count(), 5);
    assert!(read("?tailLines=1&timestamps=true").await.starts_with("2026-11-22T0"));
    assert_eq!(read("?limitBytes=10").await.len(), 10);
    assert!(read("?sinceSeconds=60").await.lines().count() < read("").await.lines().count());
    let (code, refused) = get(&server, &log("?previous=true")).await;
    let message = "previous terminated container \"app\" in pod \"p0000\" not found";
    assert_eq!((code, &refused["message"]), (400, &json!(message)));
    let (_, refused) = get(&server, &log("?container=x")).await;
    assert_eq!(refused["message"], "container x is not valid for pod p0000");
}
