use http::header::ACCEPT;

use super::super::super::store::ObjectKey;
use super::*;

const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,\
                     application/json";

fn asked(server: &ApiServer, path: &str) -> http::Response<ApiBody> {
    let builder = Request::builder().uri(path).header(ACCEPT, TABLE);
    server.respond(&builder.body(Bytes::new()).unwrap())
}

async fn table(server: &ApiServer, path: &str) -> Value {
    let response = asked(server, path);
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    serde_json::from_slice(&whole(response.into_body()).await).unwrap()
}

fn names(table: &Value) -> Vec<&str> {
    table["rows"].as_array().unwrap().iter().filter_map(|row| row["cells"][0].as_str()).collect()
}

fn cells(table: &Value) -> &[Value] {
    table["rows"][0]["cells"].as_array().unwrap()
}

/// The objects of the next part of a watch, with the kinds of their events.
async fn part(body: &mut ApiBody) -> Vec<(String, Value)> {
    let bytes = body.frame().await.unwrap().unwrap().into_data().unwrap();
    let lines = std::str::from_utf8(&bytes).unwrap().lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|event| (event["type"].as_str().unwrap().to_owned(), event["object"].clone())).collect()
}

#[tokio::test]
async fn one_object_is_a_table_of_one_row() {
    let server = with_pods(1);
    let path = "/api/v1/namespaces/shop/pods/p0000";
    let (_, object) = get(&server, path).await;
    let found = table(&server, path).await;
    assert_eq!((&found["kind"], &found["apiVersion"]), (&json!("Table"), &json!("meta.k8s.io/v1")));
    assert_eq!(found["metadata"], json!({"resourceVersion": object["metadata"]["resourceVersion"]}));
    let heads = found["columnDefinitions"].as_array().unwrap();
    let shown: Vec<&Value> = heads.iter().filter(|head| head["priority"] == 0).map(|head| &head["name"]).collect();
    assert_eq!(shown, ["Name", "Ready", "Status", "Restarts", "Age"]);
    assert_eq!((heads.len(), &heads[0]["format"], &heads[6]["name"]), (9, &json!("name"), &json!("Node")));
    let row = &found["rows"][0];
    assert_eq!(row["cells"][6], "n1");
    let partial =
        json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]});
    assert_eq!(row["object"], partial);
    assert_eq!(table(&server, &format!("{path}?includeObject=Object")).await["rows"][0]["object"], object);
    assert_eq!(table(&server, &format!("{path}?includeObject=None")).await["rows"][0]["object"], Value::Null);
    assert_eq!(asked(&server, &format!("{path}?includeObject=All")).status(), 400);
    // What is not there is told as ever.
    assert_eq!(asked(&server, "/api/v1/namespaces/shop/pods/nobody").status(), 404);
}

#[tokio::test]
async fn a_list_is_a_table_page_by_page() {
    let server = with_pods(3);
    let path = "/api/v1/pods?limit=2";
    let first = table(&server, path).await;
    assert_eq!((names(&first), &first["metadata"]["remainingItemCount"]), (vec!["p0000", "p0001"], &json!(1)));
    let onward = format!("{path}&continue={}", first["metadata"]["continue"].as_str().unwrap());
    let second = table(&server, &onward).await;
    assert_eq!(names(&second), ["p0002"]);
    assert_eq!(second["metadata"], json!({"resourceVersion": first["metadata"]["resourceVersion"]}));
    assert_eq!(second["columnDefinitions"], first["columnDefinitions"]);
    let none = table(&server, "/api/v1/namespaces/other/pods").await;
    assert_eq!((&none["rows"], none["columnDefinitions"].as_array().unwrap().len()), (&json!([]), 9));
    assert_eq!(cells(&table(&server, "/api/v1/nodes").await)[..2], ["n1", "Unknown"]);
}

#[tokio::test(start_paused = true)]
async fn each_event_of_a_watch_is_a_table_and_the_first_names_the_columns() {
    let server = with_pods(2);
    let path = "/api/v1/pods?watch=true&allowWatchBookmarks=true&timeoutSeconds=90";
    let mut body = asked(&server, path).into_body();
    let first = part(&mut body).await;
    let told: Vec<(&str, &str, bool)> = first
        .iter()
        .map(|(kind, table)| (kind.as_str(), names(table)[0], table["columnDefinitions"].is_array()))
        .collect();
    assert_eq!(told, [("ADDED", "p0000", true), ("ADDED", "p0001", false)]);
    let key = ObjectKey::namespaced(Resource::Pods, "shop", "p0001");
    server
        .cluster
        .write(|store| store.update(&key, Timestamp::UNIX_EPOCH, |pod| pod["status"]["phase"] = json!("Failed")))
        .unwrap();
    let (kind, changed) = part(&mut body).await.remove(0);
    assert_eq!((kind.as_str(), &changed["rows"][0]["cells"][2]), ("MODIFIED", &json!("Failed")));
    assert_eq!(
        (&changed["columnDefinitions"], &changed["rows"][0]["conditions"][0]["type"]),
        (&Value::Null, &json!("Completed"))
    );
    let revision = server.cluster.read(Store::revision).to_string();
    assert_eq!(changed["metadata"]["resourceVersion"], revision);
    // A bookmark is a row of an object that has nothing but a revision.
    let (kind, mark) = part(&mut body).await.remove(0);
    let metadata = &mark["rows"][0]["object"]["metadata"];
    assert_eq!((kind.as_str(), &metadata["resourceVersion"]), ("BOOKMARK", &json!(revision)));
    assert_eq!((&mark["kind"], names(&mark)), (&json!("Table"), vec![""]));
}

#[tokio::test(start_paused = true)]
async fn an_error_of_a_watch_stays_a_status() {
    let server = with_pods(1);
    server.cluster.write(Store::compact);
    let events = part(&mut asked(&server, "/api/v1/pods?watch=true&resourceVersion=2").into_body()).await;
    assert_eq!((events[0].0.as_str(), &events[0].1["kind"]), ("ERROR", &json!("Status")));
}

#[tokio::test]
async fn events_are_printed_alike_in_both_groups() {
    let server = server();
    let event = json!({
        "metadata": {"name": "e1"}, "involvedObject": {"kind": "Pod", "name": "p"}, "message": "hello", "reason": "R",
        "type": "Warning", "source": {"component": "kubelet"}, "lastTimestamp": "2026-11-22T02:59:00Z",
    });
    let (code, _) =
        ask(&server, Method::POST, "/api/v1/namespaces/shop/events", "application/json", &event.to_string()).await;
    assert_eq!(code, 201);
    let core = table(&server, "/api/v1/events").await;
    let other = table(&server, "/apis/events.k8s.io/v1/events?includeObject=Object").await;
    assert_eq!(cells(&core)[..4], ["60s", "Warning", "R", "pod/p"]);
    assert_eq!(
        (&core["rows"][0]["cells"], &other["rows"][0]["object"]["note"]),
        (&other["rows"][0]["cells"], &json!("hello"))
    );
}
