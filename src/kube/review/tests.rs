use serde_json::{Value, json};

use super::super::script::{ScriptedAnswer, answering};
use super::*;
use crate::domain::FaultKind;

const NODES: KubeRight = KubeRight { group: "", resource: "nodes", verb: "patch" };
const EVICT: KubeRight = KubeRight { group: "", resource: "pods/eviction", verb: "create" };

fn said(status: &Value) -> ScriptedAnswer {
    ScriptedAnswer::with(201, &json!({ "kind": "SelfSubjectAccessReview", "status": status }).to_string())
}

#[tokio::test]
async fn a_right_is_given_or_denied_with_the_reason() {
    for (status, expected) in [
        (json!({ "allowed": true, "reason": "RBAC: allowed by ClusterRoleBinding" }), Permission::Allowed),
        (json!({ "allowed": false }), Permission::Denied(String::new())),
        (json!({ "allowed": false, "reason": " " }), Permission::Denied(String::new())),
        (
            json!({ "allowed": false, "denied": true, "reason": "no\nway\u{1b}[2J" }),
            Permission::Denied("no way?[2J".into()),
        ),
        (
            json!({ "allowed": false, "denied": true, "reason": "by policy", "evaluationError": "webhook timed out" }),
            Permission::Denied("by policy".into()),
        ),
    ] {
        let (api, _) = answering([said(&status)]);
        let answers = api.permissions(None, &[NODES]).await;
        assert_eq!(answers, [(NODES, Ok(expected))]);
    }
}

#[tokio::test]
async fn what_could_not_be_found_out_is_not_denied() {
    let (api, _) = answering([said(&json!({ "allowed": false, "evaluationError": "webhook\ntimed out" }))]);
    let answers = api.permissions(None, &[NODES]).await;
    assert!(answers[0].1.as_ref().unwrap_err().to_string().contains("webhook timed out"), "{answers:?}");
}

#[tokio::test]
async fn each_right_has_an_answer_of_its_own() {
    let refused = ScriptedAnswer::refusal(403, "Forbidden", "no");
    let (api, log) = answering([said(&json!({ "allowed": true })), refused]);
    let answers = api.permissions(Some("shop"), &[EVICT, NODES]).await;
    assert_eq!(answers[0], (EVICT, Ok(Permission::Allowed)));
    let rule = "create selfsubjectaccessreviews.authorization.k8s.io".to_owned();
    assert_eq!(answers[1].1.as_ref().unwrap_err().kind, FaultKind::Forbidden { rule });
    let asks = log.asks();
    let body: Value = serde_json::from_str(&asks[0].body).unwrap();
    let attributes = &body["spec"]["resourceAttributes"];
    assert_eq!((&attributes["namespace"], &attributes["subresource"]), (&json!("shop"), &json!("eviction")));
    assert!(asks.iter().all(|ask| ask.path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"));
}

#[tokio::test]
async fn what_says_nothing_is_no_answer() {
    for body in ["{}", r#"{"status":{}}"#, "<html>"] {
        let (api, _) = answering([ScriptedAnswer::with(201, body)]);
        let answers = api.permissions(None, &[NODES]).await;
        assert_eq!(answers[0].1.as_ref().unwrap_err().kind, FaultKind::BrokenAnswer, "{body}");
    }
}
