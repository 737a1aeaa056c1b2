use super::*;

const PATH: &str = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";

async fn rules(server: &ApiServer) -> Value {
    let body = json!({"spec": {"namespace": "shop"}}).to_string();
    let request = Request::builder()
        .method(Method::POST)
        .uri(PATH)
        .header("content-type", "application/json")
        .header("authorization", "Bearer t");
    let response = server.respond(&request.body(Bytes::from(body)).unwrap());
    assert_eq!(response.status(), 201);
    let review: Value = serde_json::from_slice(&whole(response.into_body()).await).unwrap();
    assert_eq!((&review["kind"], &review["status"]["incomplete"]), (&json!("SelfSubjectRulesReview"), &json!(false)));
    review["status"]["resourceRules"].clone()
}

fn allowing(rules: Option<Vec<AccessRule>>) -> ApiServer {
    server().with_access(Arc::new(Bearer { token: "t".into(), user: "u".into(), rules }))
}

fn rule(groups: &[&str], resources: &[&str], verbs: &[&str]) -> AccessRule {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    AccessRule { groups: texts(groups), resources: texts(resources), verbs: texts(verbs) }
}

fn own() -> Value {
    json!({
        "verbs": ["create"], "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    })
}

#[tokio::test]
async fn rules_are_those_by_which_access_is_allowed() {
    let all = json!([own(), {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]);
    assert_eq!(rules(&allowing(None)).await, all);
    assert_eq!(rules(&allowing(Some(vec![]))).await, json!([own()]));
    let view = rule(&["*"], &["*"], &["get", "list", "watch"]);
    let evict = rule(&[""], &["pods/eviction", "pods", "nodes"], &["create", "patch", "get"]);
    let seen = json!([
        own(),
        {"verbs": ["get", "list", "watch"], "apiGroups": ["*"], "resources": ["*"]},
        {"verbs": ["create"], "apiGroups": [""], "resources": ["pods/eviction"]},
        {"verbs": ["create", "patch"], "apiGroups": [""], "resources": ["nodes", "pods"]},
    ]);
    assert_eq!(rules(&allowing(Some(vec![view, evict]))).await, seen);
    let some = rule(&["apps"], &["deployments", "replicasets", "deployments/scale"], &["get", "patch"]);
    let seen = json!([
        own(),
        {"verbs": ["get", "patch"], "apiGroups": ["apps"], "resources": ["deployments", "deployments/scale", "replicasets"]},
    ]);
    assert_eq!(rules(&allowing(Some(vec![some]))).await, seen);
}

#[tokio::test]
async fn a_review_names_a_namespace_and_is_discovered() {
    let server = server();
    let (code, refused) = ask(&server, Method::POST, PATH, "application/json", "{}").await;
    assert_eq!((code, &refused["message"]), (400, &json!("no namespace on request")));
    assert_eq!(get(&server, PATH).await.0, 405);
    let (_, group) = get(&server, "/apis/authorization.k8s.io/v1").await;
    assert_eq!(group["resources"][1]["name"], "selfsubjectrulesreviews");
}
