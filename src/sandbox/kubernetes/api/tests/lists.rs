use super::*;

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items.filter_map(|item| item["metadata"]["name"].as_str()).collect()
}

fn onward(path: &str, list: &Value) -> String {
    format!("{path}&continue={}", list["metadata"]["continue"].as_str().unwrap())
}

#[tokio::test]
async fn pages_are_cut_from_one_revision() {
    let server = with_pods(5);
    let path = "/api/v1/pods?limit=2";
    let (_, first) = get(&server, path).await;
    assert_eq!((names(&first), &first["metadata"]["remainingItemCount"]), (vec!["p0000", "p0001"], &json!(3)));
    // Behind the token: one goes, one changes, one comes.
    for (method, path, body) in [
        (Method::DELETE, "/api/v1/namespaces/shop/pods/p0002", r#"{"gracePeriodSeconds": 0}"#.to_owned()),
        (Method::POST, "/api/v1/namespaces/shop/pods", pod("p0002a", "n1").to_string()),
    ] {
        assert!(ask(&server, method, path, "application/json", &body).await.0 < 300);
    }
    let (_, second) = get(&server, &onward(path, &first)).await;
    assert_eq!(names(&second), ["p0002", "p0003"]);
    assert_eq!(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
    let (_, last) = get(&server, &onward(path, &second)).await;
    assert_eq!((names(&last), &last["metadata"]["continue"]), (vec!["p0004"], &Value::Null));
    // From the cache it comes whole.
    assert_eq!(names(&get(&server, "/api/v1/pods?limit=2&resourceVersion=0").await.1).len(), 5);
}

#[tokio::test]
async fn a_token_that_is_too_old_gives_another() {
    let server = with_pods(4);
    let path = "/api/v1/pods?limit=2";
    let (_, first) = get(&server, path).await;
    let path = onward(path, &first);
    server.cluster.write(|store| {
        let now = Timestamp::UNIX_EPOCH;
        store.create(Resource::Pods, "shop", pod("p0001a", "n1"), now).unwrap();
        store.compact();
    });
    let (code, refused) = get(&server, &path).await;
    assert_eq!((code, &refused["reason"]), (410, &json!("Expired")));
    let (code, rest) = get(&server, &onward("/api/v1/pods?limit=2", &refused)).await;
    assert_eq!((code, names(&rest)), (200, vec!["p0001a", "p0002"]));
    assert_eq!(get(&server, "/api/v1/pods?continue=nonsense").await.0, 400);
}

#[tokio::test]
async fn selectors_and_versions_are_minded() {
    let server = with_pods(3);
    assert_eq!(
        names(&get(&server, "/api/v1/pods?labelSelector=app+in+(web)&fieldSelector=metadata.name%3Dp0001").await.1),
        ["p0001"]
    );
    assert_eq!(get(&server, "/api/v1/pods?labelSelector=app+in").await.0, 400);
    assert_eq!(get(&server, "/api/v1/pods?fieldSelector=spec.x%3D1").await.0, 400);
    let (code, refused) = get(&server, "/api/v1/pods?resourceVersion=999").await;
    assert_eq!((code, &refused["details"]["causes"][0]["reason"]), (504, &json!("ResourceVersionTooLarge")));
    assert_eq!(get(&server, "/api/v1/namespaces/other/pods").await.1["items"], json!([]));
    // Kind and version stand before a list, and before each custom resource alone.
    let (_, list) = get(&server, "/api/v1/pods").await;
    assert_eq!((&list["kind"], &list["items"][0]["kind"]), (&json!("PodList"), &Value::Null));
}
