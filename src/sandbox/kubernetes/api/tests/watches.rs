use std::time::Duration;

use tokio::time::timeout;

use super::*;

/// The events of the next part of a watch; `None` at its end.
async fn part(body: &mut ApiBody) -> Option<Vec<(String, Value)>> {
    let bytes = body.frame().await?.unwrap().into_data().unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.ends_with('\n'));
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    Some(lines.map(|event| (event["type"].as_str().unwrap().to_owned(), event["object"].clone())).collect())
}

fn watch(server: &ApiServer, query: &str) -> ApiBody {
    let path = format!("/api/v1/pods?watch=true{query}");
    let response = server.respond(&request(&Method::GET, &path, "", ""));
    assert_eq!(response.status(), 200);
    response.into_body()
}

fn revision(server: &ApiServer) -> u64 {
    server.cluster.read(Store::revision)
}

fn change(server: &ApiServer, name: &str, change: impl FnOnce(&mut Value)) {
    let key = super::super::super::store::ObjectKey::namespaced(Resource::Pods, "shop", name);
    server.cluster.write(|store| store.update(&key, Timestamp::UNIX_EPOCH, change)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_comes_into_view_is_added_and_what_leaves_it_deleted() {
    let server = with_pods(1);
    let mut body = watch(&server, &format!("&resourceVersion={}&labelSelector=app%3Dapi", revision(&server)));
    change(&server, "p0000", |pod| pod["metadata"]["labels"]["app"] = json!("api"));
    change(&server, "p0000", |pod| pod["metadata"]["labels"]["x"] = json!("1"));
    change(&server, "p0000", |pod| pod["metadata"]["labels"]["app"] = json!("web"));
    change(&server, "p0000", |pod| pod["metadata"]["labels"]["x"] = json!("2"));
    let events = part(&mut body).await.unwrap();
    let kinds: Vec<&str> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["ADDED", "MODIFIED", "DELETED"]);
    // What is deleted shows as it was seen last, at the revision of its end.
    let gone = &events[2].1["metadata"];
    assert_eq!(
        (&gone["labels"]["app"], gone["resourceVersion"].as_str().unwrap()),
        (&json!("api"), (revision(&server) - 1).to_string().as_str())
    );
    assert!(timeout(Duration::from_secs(1), part(&mut body)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn without_a_revision_it_begins_with_what_there_is() {
    let server = with_pods(300);
    for query in ["", "&resourceVersion=0"] {
        let mut body = watch(&server, query);
        let first = part(&mut body).await.unwrap();
        let second = part(&mut body).await.unwrap();
        assert_eq!(first.len() + second.len(), 300);
        assert!(first.iter().chain(&second).all(|(kind, _)| kind == "ADDED"));
        change(&server, "p0007", |pod| pod["metadata"]["labels"]["x"] = json!(query));
        assert_eq!(part(&mut body).await.unwrap()[0].0, "MODIFIED");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_behind_is_told_410() {
    let server = with_pods(1);
    let mut slow = watch(&server, &format!("&resourceVersion={}", revision(&server)));
    for number in 0..100 {
        change(&server, "p0000", |pod| pod["metadata"]["labels"]["x"] = json!(number.to_string()));
    }
    for body in [&mut slow, &mut watch(&server, "&resourceVersion=2")] {
        let events = part(body).await.unwrap();
        let (kind, status) = &events[0];
        assert_eq!((kind.as_str(), &status["code"], &status["reason"]), ("ERROR", &json!(410), &json!("Expired")));
        assert!(status["message"].as_str().unwrap().starts_with("too old resource version: "), "{status}");
        assert!(part(body).await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn bookmarks_come_each_minute_and_before_the_end() {
    let server = with_pods(1);
    let started = tokio::time::Instant::now();
    let path = format!("&resourceVersion={}&allowWatchBookmarks=true&timeoutSeconds=150", revision(&server));
    let mut body = watch(&server, &path);
    // A change of another kind moves the revision, and is no event of this watch.
    server.cluster.write(|store| {
        store.create(Resource::Nodes, "", json!({"metadata": {"name": "n2"}}), Timestamp::UNIX_EPOCH).unwrap();
    });
    let mut times = Vec::new();
    while let Some(events) = part(&mut body).await {
        assert_eq!((events[0].0.as_str(), &events[0].1["kind"]), ("BOOKMARK", &json!("Pod")));
        assert_eq!(events[0].1["metadata"]["resourceVersion"], revision(&server).to_string());
        times.push(started.elapsed().as_secs());
    }
    assert_eq!(times, [60, 120, 148]);
    assert_eq!(started.elapsed().as_secs(), 150);
}

#[tokio::test(start_paused = true)]
async fn without_bookmarks_it_is_silent_until_its_end() {
    let server = with_pods(1);
    let mut body = watch(&server, &format!("&resourceVersion={}&timeoutSeconds=90", revision(&server)));
    let started = tokio::time::Instant::now();
    assert!(part(&mut body).await.is_none());
    assert_eq!(started.elapsed().as_secs(), 90);
}

#[tokio::test]
async fn a_streaming_list_is_refused_so_that_clients_fall_back() {
    let server = server();
    let path = "/api/v1/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
    let (code, status) = get(&server, path).await;
    assert_eq!((code, &status["reason"]), (422, &json!("Invalid")));
    assert_eq!(status["details"]["causes"][0]["field"], "sendInitialEvents");
}
