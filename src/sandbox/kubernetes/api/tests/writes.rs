use super::*;

const JSON: &str = "application/json";
const MERGE: &str = "application/merge-patch+json";
const PATCH: &str = "application/json-patch+json";
const PODS: &str = "/api/v1/namespaces/shop/pods";

fn deployment() -> String {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {
            "replicas": 2, "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "a:1"}]}},
        },
        "status": {"replicas": 9},
    })
    .to_string()
}

const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/shop/deployments";
const WEB: &str = "/apis/apps/v1/namespaces/shop/deployments/web";

#[tokio::test]
async fn an_object_is_made_changed_and_ended() {
    let server = server();
    let (code, made) = ask(&server, Method::POST, DEPLOYMENTS, JSON, &deployment()).await;
    assert_eq!((code, &made["metadata"]["generation"], &made["status"]), (201, &json!(1), &Value::Null));
    assert_eq!(made["spec"]["strategy"]["rollingUpdate"]["maxSurge"], "25%");
    let (code, refused) = ask(&server, Method::POST, DEPLOYMENTS, JSON, &deployment()).await;
    assert_eq!((code, &refused["message"]), (409, &json!("deployments.apps \"web\" already exists")));
    // The status is changed through `status` alone, and the spec not through that.
    let both = r#"{"spec": {"replicas": 5}, "status": {"replicas": 3}}"#;
    let (_, changed) = ask(&server, Method::PATCH, &format!("{WEB}/status"), MERGE, both).await;
    assert_eq!((&changed["spec"]["replicas"], &changed["status"]["replicas"]), (&json!(2), &json!(3)));
    assert_eq!(changed["metadata"]["generation"], 1);
    let (_, changed) = ask(&server, Method::PATCH, WEB, MERGE, both).await;
    assert_eq!((&changed["spec"]["replicas"], &changed["metadata"]["generation"]), (&json!(5), &json!(2)));
    let version = changed["metadata"]["resourceVersion"].clone();
    let (_, same) = ask(&server, Method::PATCH, WEB, MERGE, both).await;
    assert_eq!(same["metadata"]["resourceVersion"], version);
    let (code, gone) = ask(&server, Method::DELETE, WEB, JSON, "").await;
    assert_eq!((code, &gone["status"], &gone["details"]["kind"]), (200, &json!("Success"), &json!("deployments")));
    assert_eq!(get(&server, WEB).await.0, 404);
}

#[tokio::test]
async fn whoever_knows_an_older_version_is_refused() {
    let server = server();
    let (_, made) = ask(&server, Method::POST, DEPLOYMENTS, JSON, &deployment()).await;
    let mut older = made.clone();
    ask(&server, Method::PATCH, WEB, MERGE, r#"{"spec": {"replicas": 5}}"#).await;
    older["spec"]["replicas"] = json!(1);
    let (code, refused) = ask(&server, Method::PUT, WEB, JSON, &older.to_string()).await;
    assert_eq!((code, &refused["reason"]), (409, &json!("Conflict")));
    let test = json!([
        {"op": "test", "path": "/metadata/resourceVersion", "value": made["metadata"]["resourceVersion"]},
        {"op": "replace", "path": "/spec/replicas", "value": 1},
    ]);
    assert_eq!(ask(&server, Method::PATCH, WEB, PATCH, &test.to_string()).await.0, 422);
    let merge = json!({"metadata": {"resourceVersion": made["metadata"]["resourceVersion"]}, "spec": {"replicas": 1}});
    assert_eq!(ask(&server, Method::PATCH, WEB, MERGE, &merge.to_string()).await.0, 409);
    older["metadata"]["resourceVersion"] = Value::Null;
    assert_eq!(ask(&server, Method::PUT, WEB, JSON, &older.to_string()).await.0, 200);
}

#[tokio::test]
async fn what_never_changes_is_refused() {
    let server = with_pods(1);
    ask(&server, Method::POST, DEPLOYMENTS, JSON, &deployment()).await;
    let pod = format!("{PODS}/p0000");
    for (path, patch) in [
        (WEB, r#"{"spec": {"selector": {"matchLabels": {"app": "x"}}}}"#),
        (WEB, r#"{"spec": {"replicas": -1}}"#),
        (&pod, r#"{"spec": {"nodeName": "n9"}}"#),
    ] {
        let (code, refused) = ask(&server, Method::PATCH, path, MERGE, patch).await;
        assert_eq!((code, &refused["reason"]), (422, &json!("Invalid")), "{patch}");
    }
    let image = r#"{"spec": {"containers": [{"name": "app", "image": "app:2"}]}}"#;
    assert_eq!(ask(&server, Method::PATCH, &pod, "application/strategic-merge-patch+json", image).await.0, 200);
}

#[tokio::test]
async fn a_dry_run_leaves_no_trace() {
    let server = server();
    let before = server.cluster.read(Store::revision);
    let path = format!("{DEPLOYMENTS}?dryRun=All");
    assert_eq!(ask(&server, Method::POST, &path, JSON, &deployment()).await.0, 201);
    assert_eq!(server.cluster.read(Store::revision), before);
    ask(&server, Method::POST, DEPLOYMENTS, JSON, &deployment()).await;
    let before = server.cluster.read(Store::revision);
    let (_, wished) =
        ask(&server, Method::PATCH, &format!("{WEB}?dryRun=All"), MERGE, r#"{"spec": {"replicas": 7}}"#).await;
    assert_eq!(wished["spec"]["replicas"], 7);
    assert_eq!(ask(&server, Method::DELETE, &format!("{WEB}?dryRun=All"), JSON, "").await.0, 200);
    assert_eq!(server.cluster.read(Store::revision), before);
    assert_eq!(ask(&server, Method::DELETE, &format!("{WEB}?dryRun=Some"), JSON, "").await.0, 422);
}

#[tokio::test]
async fn replicas_are_scaled_through_scale() {
    let server = server();
    ask(&server, Method::POST, DEPLOYMENTS, JSON, &deployment()).await;
    let scale = format!("{WEB}/scale");
    let (_, now) = get(&server, &scale).await;
    assert_eq!(
        (&now["kind"], &now["spec"]["replicas"], &now["status"]["selector"]),
        (&json!("Scale"), &json!(2), &json!("app=web"))
    );
    let mut wished = now.clone();
    wished["spec"]["replicas"] = json!(4);
    assert_eq!(ask(&server, Method::PUT, &scale, JSON, &wished.to_string()).await.1["spec"]["replicas"], 4);
    assert_eq!(ask(&server, Method::PUT, &scale, JSON, &wished.to_string()).await.0, 409);
    assert_eq!(ask(&server, Method::PATCH, &scale, MERGE, r#"{"spec": {"replicas": 6}}"#).await.0, 200);
    assert_eq!(get(&server, WEB).await.1["spec"]["replicas"], 6);
    assert_eq!(ask(&server, Method::PATCH, &scale, MERGE, r#"{"spec": {"replicas": -6}}"#).await.0, 422);
}

#[tokio::test]
async fn a_pod_has_its_grace_and_a_finalizer_holds() {
    let server = with_pods(2);
    let pod = format!("{PODS}/p0000");
    let (_, ending) = ask(&server, Method::DELETE, &pod, JSON, r#"{"gracePeriodSeconds": 45}"#).await;
    assert_eq!(ending["metadata"]["deletionTimestamp"], "2026-11-22T03:00:45Z");
    assert_eq!(get(&server, &pod).await.0, 200);
    ask(&server, Method::DELETE, &pod, JSON, r#"{"gracePeriodSeconds": 0}"#).await;
    assert_eq!(get(&server, &pod).await.0, 404);
    let pod = format!("{PODS}/p0001");
    ask(&server, Method::PATCH, &pod, MERGE, r#"{"metadata": {"finalizers": ["a/b"]}}"#).await;
    ask(&server, Method::DELETE, &pod, JSON, r#"{"gracePeriodSeconds": 0}"#).await;
    assert_eq!(get(&server, &pod).await.0, 200);
    ask(&server, Method::PATCH, &pod, MERGE, r#"{"metadata": {"finalizers": null}}"#).await;
    assert_eq!(get(&server, &pod).await.0, 404);
}

#[tokio::test]
async fn bodies_that_are_not_read_are_refused_in_words() {
    let server = with_pods(1);
    let pod = format!("{PODS}/p0000");
    for (method, path, kind, code) in [
        (Method::PATCH, pod.as_str(), "application/apply-patch+yaml", 415),
        (Method::POST, PODS, "application/vnd.kubernetes.protobuf", 415),
        (
            Method::POST,
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            "application/vnd.kubernetes.protobuf",
            415,
        ),
        (Method::POST, PODS, JSON, 400),
        (Method::POST, "/api/v1/namespaces/none/pods", JSON, 422),
        (Method::PUT, PODS, JSON, 405),
        (Method::POST, "/api/v1/pods", JSON, 405),
        (Method::DELETE, "/api/v1/pods", JSON, 405),
    ] {
        let body = if code == 422 { "{}" } else { "k8s" };
        let (answered, status) = ask(&server, method, path, kind, body).await;
        assert_eq!((answered, &status["kind"]), (code, &json!("Status")), "{path} {kind}");
    }
    let wish = json!({"metadata": {"name": "x"}, "spec": {"containers": [{"name": "c"}]}}).to_string();
    let (code, status) = ask(&server, Method::POST, "/api/v1/namespaces/none/pods", JSON, &wish).await;
    assert_eq!((code, &status["message"]), (404, &json!("namespaces \"none\" not found")));
}

#[tokio::test]
async fn bounds_that_cross_are_refused() {
    let server = server();
    let scaler = json!({
        "metadata": {"name": "web"},
        "spec": {"maxReplicas": 5, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
    });
    let all = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers";
    let (code, made) = ask(&server, Method::POST, all, JSON, &scaler.to_string()).await;
    assert_eq!((code, &made["spec"]["minReplicas"]), (201, &json!(1)));
    let one = format!("{all}/web");
    for (patch, words) in [
        (
            r#"{"spec": {"minReplicas": 6}}"#,
            "spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`",
        ),
        (r#"{"spec": {"maxReplicas": 0}}"#, "spec.maxReplicas: Invalid value: 0: must be greater than 0"),
        (r#"{"spec": {"minReplicas": 0}}"#, "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1"),
    ] {
        let (code, refused) = ask(&server, Method::PATCH, &one, MERGE, patch).await;
        let message = refused["message"].as_str().unwrap();
        assert!(code == 422 && message.ends_with(words), "{message}");
    }
    assert_eq!(ask(&server, Method::PATCH, &one, MERGE, r#"{"spec": {"minReplicas": 5}}"#).await.0, 200);
}

#[tokio::test]
async fn a_pool_has_a_budget_again_when_its_budgets_are_taken_away() {
    let server = server();
    let pool = json!({"metadata": {"name": "general"}, "spec": {"template": {"spec": {}}}}).to_string();
    let all = "/apis/karpenter.sh/v1/nodepools";
    let (code, made) = ask(&server, Method::POST, all, JSON, &pool).await;
    let usual = json!([{"nodes": "10%"}]);
    assert_eq!((code, &made["spec"]["disruption"]["budgets"]), (201, &usual));
    let one = format!("{all}/general");
    let pause = json!([
        {"op": "test", "path": "/spec/disruption/budgets", "value": usual},
        {"op": "add", "path": "/spec/disruption/budgets/-", "value": {"nodes": "0", "schedule": "0 3 22 11 *", "duration": "2h"}},
    ]);
    let (_, paused) = ask(&server, Method::PATCH, &one, PATCH, &pause.to_string()).await;
    assert_eq!(paused["spec"]["disruption"]["budgets"].as_array().unwrap().len(), 2);
    assert_eq!(ask(&server, Method::PATCH, &one, PATCH, &pause.to_string()).await.0, 422, "it is not as it was");
    let wrong = json!([{"op": "add", "path": "/spec/disruption/budgets/-", "value": {"nodes": "0", "duration": "2h"}}]);
    let (code, refused) = ask(&server, Method::PATCH, &one, PATCH, &wrong.to_string()).await;
    assert_eq!((code, &refused["reason"]), (422, &json!("Invalid")));
    for (taken, left) in [
        ("/spec/disruption/budgets/1", &usual),
        ("/spec/disruption/budgets/0", &json!([])),
        ("/spec/disruption/budgets", &usual),
    ] {
        let remove = json!([{"op": "remove", "path": taken}]).to_string();
        assert_eq!(&ask(&server, Method::PATCH, &one, PATCH, &remove).await.1["spec"]["disruption"]["budgets"], left);
    }
}

#[tokio::test]
async fn a_node_that_is_not_cordoned_says_nothing_of_it() {
    let server = server();
    let cordon = |value: bool| json!([{"op": "add", "path": "/spec/unschedulable", "value": value}]).to_string();
    let node = "/api/v1/nodes/n1";
    let (_, cordoned) = ask(&server, Method::PATCH, node, PATCH, &cordon(true)).await;
    assert_eq!(cordoned["spec"]["unschedulable"], true);
    let (_, free) = ask(&server, Method::PATCH, node, PATCH, &cordon(false)).await;
    assert_eq!(free["spec"].get("unschedulable"), None);
}

#[tokio::test]
async fn an_eviction_is_of_the_pod_with_the_uid() {
    let server = with_pods(1);
    let pod = format!("{PODS}/p0000");
    let uid = get(&server, &pod).await.1["metadata"]["uid"].as_str().unwrap().to_owned();
    let eviction = |uid: &str| {
        json!({
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "p0000", "namespace": "shop"},
            "deleteOptions": {"preconditions": {"uid": uid}},
        })
        .to_string()
    };
    let path = format!("{pod}/eviction");
    let (code, refused) = ask(&server, Method::POST, &path, JSON, &eviction("another")).await;
    assert_eq!((code, &refused["reason"]), (409, &json!("Conflict")));
    assert!(get(&server, &pod).await.1["metadata"].get("deletionTimestamp").is_none());
    assert_eq!(ask(&server, Method::POST, &path, JSON, &eviction(&uid)).await.0, 201);
    assert!(get(&server, &pod).await.1["metadata"]["deletionTimestamp"].is_string());
}
