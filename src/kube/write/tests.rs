use http::Method;
use serde_json::{Value as Json, json};

use super::super::connect::{Patience, answered_by};
use super::super::script::{CountedTokens, ScriptedAnswer, ScriptedLog, ScriptedPiece, answering, status};
use super::*;
use crate::services::kubernetes::change::Api;

const PATCH: &str = r#"[{"op":"test","path":"/metadata/uid","value":"u-1"},{"op":"remove","path":"/spec/paused"}]"#;
const GONE: &str = "u-2";

/// A call of the cluster of the tests.
fn call(api: Api, parameters: &[(&'static str, &str)]) -> Call {
    let first = Call::new(api, "eu-west-1").with("cluster", "shop");
    parameters.iter().fold(first, |call, (name, value)| call.with(name, *value))
}

fn patch() -> Call {
    call(Api::PatchDeployment, &[("namespace", "shop"), ("name", "web"), ("patch", PATCH)])
}

fn evict() -> Call {
    call(Api::EvictPod, &[("namespace", "shop"), ("name", "web-1"), ("uid", "u-1")])
}

fn delete() -> Call {
    call(Api::DeleteNodeClaim, &[("name", "general-x"), ("uid", "u-1")])
}

async fn sent(call: &Call, answers: Vec<ScriptedAnswer>) -> (Result<Receipt, SendFault>, ScriptedLog) {
    let (api, log) = answering(answers);
    (send(&api.line, call).await, log)
}

fn taken() -> ScriptedAnswer {
    ScriptedAnswer::ok(&json!({ "kind": "Status", "status": "Success" })).header("audit-id", "a-1")
}

/// A refusal about an object, with a cause.
fn about(code: u16, reason: &str, message: &str, details: &Json) -> ScriptedAnswer {
    let mut body = status(code, reason, message);
    body["details"] = details.clone();
    ScriptedAnswer::with(code, &body.to_string())
}

/// What it comes to: `taken`, or the verdict with the fault's words.
fn words(result: &Result<Receipt, SendFault>) -> String {
    match result {
        Ok(_) => "taken".to_owned(),
        Err(SendFault::NotSent(fault)) => format!("not sent: {fault}"),
        Err(SendFault::Refused(fault)) => format!("refused: {fault}"),
        Err(SendFault::Ambiguous(fault)) => format!("unsure: {fault}"),
    }
}

/// A list with a pod of this UID, or with none.
fn pods(uid: Option<&str>) -> ScriptedAnswer {
    let items: Vec<Json> = uid
        .map(|uid| json!({ "metadata": { "namespace": "shop", "name": "web-1", "uid": uid } }))
        .into_iter()
        .collect();
    ScriptedAnswer::ok(&json!({ "kind": "PodList", "metadata": { "resourceVersion": "9" }, "items": items }))
}

#[tokio::test]
async fn a_call_is_sent_as_the_plan_shows_it() {
    let node = call(Api::PatchNode, &[("name", "ip-1"), ("patch", PATCH)]);
    let pool = call(Api::PatchNodePool, &[("name", "general"), ("patch", PATCH)]);
    let hpa = call(Api::PatchAutoscaler, &[("namespace", "shop"), ("name", "web"), ("patch", PATCH)]);
    let json = "application/json-patch+json";
    let query = "?fieldManager=quarterdeck&fieldValidation=Strict";
    for (call, method, path, content) in [
        (node, Method::PATCH, format!("/api/v1/nodes/ip-1{query}"), json),
        (patch(), Method::PATCH, format!("/apis/apps/v1/namespaces/shop/deployments/web{query}"), json),
        (pool, Method::PATCH, format!("/apis/karpenter.sh/v1/nodepools/general{query}"), json),
        (hpa, Method::PATCH, format!("/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/web{query}"), json),
        (evict(), Method::POST, "/api/v1/namespaces/shop/pods/web-1/eviction".to_owned(), "application/json"),
        (delete(), Method::DELETE, "/apis/karpenter.sh/v1/nodeclaims/general-x".to_owned(), "application/json"),
    ] {
        let (result, log) = sent(&call, vec![taken()]).await;
        assert_eq!(result, Ok(Receipt { request_id: Some("a-1".into()) }));
        let asks = log.asks();
        assert_eq!(asks.len(), 1);
        let ask = &asks[0];
        assert_eq!((&ask.method, &*ask.path, &*ask.content), (&method, &*path, content));
        match call.api {
            Api::EvictPod => {
                let body: Json = serde_json::from_str(&ask.body).unwrap();
                assert_eq!(body["deleteOptions"], json!({ "preconditions": { "uid": "u-1" } }));
                assert_eq!(body["metadata"], json!({ "namespace": "shop", "name": "web-1" }));
                assert_eq!((&body["apiVersion"], &body["kind"]), (&json!("policy/v1"), &json!("Eviction")));
            }
            Api::DeleteNodeClaim => {
                let body: Json = serde_json::from_str(&ask.body).unwrap();
                let expected =
                    json!({ "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": { "uid": "u-1" } });
                assert_eq!(body, expected);
            }
            _ => assert_eq!(ask.body, PATCH),
        }
    }
    // A name never leads elsewhere.
    let odd = call(Api::DeleteNodeClaim, &[("name", "../pods?x"), ("uid", "u")]);
    let (_, log) = sent(&odd, vec![taken()]).await;
    assert_eq!(log.paths(), ["/apis/karpenter.sh/v1/nodeclaims/..%2Fpods%3Fx"]);
}

#[tokio::test]
async fn nothing_is_sent_that_was_not_shown_or_cannot_be_sent() {
    let namespaced = [("namespace", "shop"), ("name", "web")];
    let with = |more: &[(&'static str, &'static str)]| [&namespaced, more].concat();
    let cases: Vec<(Call, &str)> = vec![
        (call(Api::PatchDeployment, &namespaced), "the parameter patch is missing"),
        (call(Api::PatchDeployment, &[("name", "web"), ("patch", PATCH)]), "the parameter namespace is missing"),
        (call(Api::PatchNode, &[("patch", PATCH)]), "the parameter name is missing"),
        (call(Api::PatchNode, &[("name", ""), ("patch", PATCH)]), "the parameter name is missing"),
        (call(Api::EvictPod, &namespaced), "the parameter uid is missing"),
        (call(Api::DeleteNodeClaim, &[("name", "x")]), "the parameter uid is missing"),
        (call(Api::EvictPod, &with(&[("uid", "u"), ("grace", "0")])), "this version cannot send the parameter grace"),
        (
            call(Api::DeleteNodeClaim, &[("name", "x"), ("uid", "u"), ("namespace", "shop")]),
            "this version cannot send the parameter namespace",
        ),
        (call(Api::EvictPod, &with(&[("uid", "u"), ("uid", "u")])), "the parameter uid is given twice"),
        (call(Api::EvictPod, &with(&[("uid", "u")])).with("force", true), "the parameter force is not a text"),
        (Call::new(Api::DeleteNodeClaim, "r").with("name", "x").with("uid", "u"), "the parameter cluster is missing"),
        (
            Call::new(Api::DeleteNodeClaim, "r").with("cluster", "other").with("name", "x").with("uid", "u"),
            "it is for the cluster other, and this is shop",
        ),
        (call(Api::UpdateNodegroupConfig, &[]), "it is no call to an API server"),
    ];
    for (call, message) in cases {
        let (result, log) = sent(&call, vec![taken()]).await;
        let Err(SendFault::NotSent(fault)) = result else { panic!("{message}: {result:?}") };
        assert_eq!((&*fault.message, &*fault.call), (message, call.api.id()));
        assert_eq!(log.asks(), []);
    }
    for patch in [
        "",
        "{}",
        "[]",
        "nothing",
        r#"[{"op":"remove","path":"/spec/paused"}]"#,
        r#"[{"op":"test","path":"/metadata/name","value":"web"}]"#,
        r#"[{"op":"test","path":"/metadata/uid","value":""}]"#,
        r#"[{"op":"replace","path":"/metadata/uid","value":"u"}]"#,
        r#"[{"op":"remove","path":"/spec/paused"},{"op":"test","path":"/metadata/uid","value":"u"}]"#,
    ] {
        let call = call(Api::PatchDeployment, &with(&[("patch", patch)]));
        let (result, log) = sent(&call, vec![taken()]).await;
        assert!(matches!(result, Err(SendFault::NotSent(_))), "{patch}: {result:?}");
        assert_eq!(log.asks(), []);
    }
}

const UNSET: &str = "the server rejected our request due to an error in our request";

#[tokio::test]
async fn a_refusal_is_told_with_what_it_means() {
    let forbidden = r#"deployments.apps "web" is forbidden: User "arn" cannot patch resource"#;
    let changed = "refused: k8s: patch deployments.apps error: somebody has changed it in between: it is not as it was \
                   when the plan was made";
    let cases: Vec<(Call, ScriptedAnswer, &str)> = vec![
        // A test that fails, or a path that is not there.
        (patch(), about(422, "Invalid", UNSET, &json!({})), changed),
        (patch(), ScriptedAnswer::refusal(422, "Invalid", UNSET), changed),
        (patch(), about(422, "Invalid", UNSET, &json!({ "causes": null })), changed),
        (patch(), about(409, "Conflict", "modified", &json!({ "name": "web", "kind": "deployments" })), changed),
        // A webhook has words of its own, whatever its code.
        (
            patch(),
            ScriptedAnswer::refusal(422, "", "admission webhook denied the request: no"),
            "refused: k8s: patch deployments.apps error: admission webhook denied the request: no",
        ),
        (patch(), ScriptedAnswer::refusal(409, "", "held"), "refused: k8s: patch deployments.apps error: held"),
        // A value that the API does not take.
        (
            patch(),
            about(
                422,
                "Invalid",
                "replicas: -1",
                &json!({ "name": "web", "causes": [{ "reason": "FieldValueInvalid" }] }),
            ),
            "refused: k8s: patch deployments.apps error: replicas: -1",
        ),
        (
            patch(),
            about(404, "NotFound", "no web", &json!({ "name": "web", "kind": "deployments" })),
            "refused: k8s: patch deployments.apps not found: no web",
        ),
        (
            patch(),
            about(403, "Forbidden", forbidden, &json!({ "name": "web", "group": "apps", "kind": "deployments" })),
            r#"refused: k8s: patch deployments.apps denied: deployments.apps "web" is forbidden: User "arn" cannot patch resource"#,
        ),
        // No rule of RBAC is missing where a webhook refuses.
        (
            patch(),
            ScriptedAnswer::refusal(403, "Forbidden", "admission webhook denied the request"),
            "refused: k8s: patch deployments.apps error: admission webhook denied the request",
        ),
        (
            evict(),
            about(403, "Forbidden", "map too big", &json!({ "name": "web", "kind": "poddisruptionbudget" })),
            "refused: k8s: create pods/eviction error: map too big",
        ),
        (patch(), ScriptedAnswer::refusal(400, "BadRequest", "odd"), "refused: k8s: patch deployments.apps error: odd"),
        (
            evict(),
            about(
                429,
                "TooManyRequests",
                "Cannot evict pod as it would violate the pod's disruption budget.",
                &json!({ "causes": [{
                    "reason": "DisruptionBudget",
                    "message": "The disruption budget web needs 2 healthy pods and has 2 currently",
                }] }),
            ),
            "refused: k8s: create pods/eviction throttled: The disruption budget web needs 2 healthy pods and has 2 currently",
        ),
        (
            evict(),
            ScriptedAnswer::refusal(429, "TooManyRequests", "slow down"),
            "refused: k8s: create pods/eviction throttled: slow down",
        ),
        // Whoever is not let in at all is told so in plain text.
        (
            patch(),
            ScriptedAnswer::with(429, "Too many requests, please try again later.\n"),
            "refused: k8s: patch deployments.apps throttled: Too many requests, please try again later.",
        ),
        (
            evict(),
            ScriptedAnswer::refusal(
                500,
                "",
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
            ),
            "refused: k8s: create pods/eviction error: This pod has more than one PodDisruptionBudget, which the eviction \
             subresource does not support.",
        ),
        (
            delete(),
            ScriptedAnswer::with(404, &status(404, "NotFound", "no such kind").to_string()),
            "refused: k8s: delete nodeclaims.karpenter.sh not served: no such kind",
        ),
    ];
    for (call, answer, expected) in cases {
        let (result, log) = sent(&call, vec![answer.header("audit-id", "a-1")]).await;
        assert_eq!(words(&result), expected);
        assert_eq!(log.asks().len(), 1, "{expected}");
        assert_eq!(result.unwrap_err().fault().request_id.as_deref(), Some("a-1"));
    }
}

#[tokio::test]
async fn what_is_no_refusal_of_an_api_server_may_have_been_made() {
    let several = "This pod has more than one PodDisruptionBudget";
    let page = "<!DOCTYPE html><html>";
    for (call, answer) in [
        (patch(), ScriptedAnswer::refusal(500, "InternalError", "failed calling webhook")),
        // That it was an eviction is what makes it certain.
        (patch(), ScriptedAnswer::refusal(500, "", several)),
        (evict(), ScriptedAnswer::refusal(503, "", several)),
        (evict(), ScriptedAnswer::with(500, several)),
        (patch(), ScriptedAnswer::refusal(503, "ServiceUnavailable", "etcd has no leader")),
        (patch(), ScriptedAnswer::refusal(504, "Timeout", "too late")),
        (patch(), ScriptedAnswer::with(502, "")),
        (patch(), ScriptedAnswer::with(302, "")),
        // Somebody in between: nobody knows what it did.
        (patch(), ScriptedAnswer::with(403, page)),
        (patch(), ScriptedAnswer::with(404, "404 page not found")),
        (evict(), ScriptedAnswer::with(404, r#"{"details":{"name":"web-1","kind":"pods"}}"#)),
        (patch(), ScriptedAnswer::with(429, "slow down")),
        (patch(), ScriptedAnswer::with(400, "{")),
        (patch(), ScriptedAnswer::with(401, "Unauthorized")),
        // Not even a success is one that says nothing.
        (patch(), ScriptedAnswer::with(200, page)),
        (patch(), ScriptedAnswer::with(200, "")),
        (patch(), ScriptedAnswer::with(200, "{}")),
        (patch(), ScriptedAnswer::with(200, r#"{"kind":"Dep"#).then(ScriptedPiece::Cut)),
    ] {
        let (result, log) = sent(&call, vec![answer, taken()]).await;
        assert!(matches!(result, Err(SendFault::Ambiguous(_))), "{result:?}");
        assert_eq!(log.asks().len(), 1);
    }
}

#[tokio::test]
async fn what_is_gone_already_needs_no_more() {
    let pod = json!({ "name": "web-1", "kind": "pods" });
    let claim = json!({ "name": "general-x", "group": "karpenter.sh", "kind": "nodeclaims" });
    for (call, details) in [(evict(), pod), (delete(), claim)] {
        let (result, log) = sent(&call, vec![about(404, "NotFound", "not found", &details)]).await;
        assert_eq!((words(&result), log.asks().len()), ("taken".into(), 1));
    }
    // Of a budget it is not said that the pod is gone, though it may bear the pod's name.
    for details in [
        json!({ "name": "web", "group": "policy", "kind": "poddisruptionbudgets" }),
        json!({ "name": "web-1", "group": "policy", "kind": "poddisruptionbudgets" }),
        json!({ "name": "web", "kind": "pods" }),
        json!({ "name": "web-1" }),
    ] {
        let (result, _) = sent(&evict(), vec![about(404, "NotFound", "no budget", &details)]).await;
        assert_eq!(words(&result), "refused: k8s: create pods/eviction error: no budget");
    }
}

#[tokio::test]
async fn after_a_conflict_the_object_itself_says_whether_it_is_gone() {
    let conflict = || about(409, "Conflict", "precondition failed", &json!({ "name": "web-1", "kind": "Pod" }));
    let list = "/api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dweb-1&limit=500";
    for (found, expected) in [
        (pods(None), "taken"),
        (pods(Some(GONE)), "taken"),
        // It is there: others wrote its budget in the meantime.
        (pods(Some("u-1")), "refused: k8s: create pods/eviction throttled: precondition failed"),
        // Unread is not gone.
        (
            ScriptedAnswer::refusal(403, "Forbidden", "no"),
            "refused: k8s: create pods/eviction throttled: precondition failed",
        ),
    ] {
        let (result, log) = sent(&evict(), vec![conflict(), found]).await;
        assert_eq!(words(&result), expected);
        assert_eq!(log.paths()[1..], [list]);
    }
    let none = || ScriptedAnswer::ok(&json!({ "metadata": { "resourceVersion": "9" }, "items": [] }));
    let (result, _) = sent(&delete(), vec![conflict(), none()]).await;
    assert_eq!(words(&result), "taken");
    let there = json!({ "metadata": { "resourceVersion": "9" }, "items": [{ "metadata": { "name": "general-x", "uid": "u-1" } }] });
    let (result, _) = sent(&delete(), vec![conflict(), ScriptedAnswer::ok(&there)]).await;
    assert_eq!(words(&result), "refused: k8s: delete nodeclaims.karpenter.sh error: precondition failed");
}

#[tokio::test(start_paused = true)]
async fn every_wait_has_an_end_and_nothing_is_sent_again() {
    let body = ScriptedAnswer::with(201, "{").then(ScriptedPiece::Silence);
    for (answer, message) in [
        (ScriptedAnswer::none(), "no answer within 45 s"),
        (body, "an answer began, and the rest of it did not come within 45 s"),
    ] {
        let began = Instant::now();
        let (result, log) = sent(&patch(), vec![answer, taken()]).await;
        let Err(SendFault::Ambiguous(fault)) = result else { panic!("{result:?}") };
        assert_eq!((fault.kind, &*fault.message), (FaultKind::TimedOut, message));
        assert_eq!((began.elapsed().as_secs(), log.asks().len()), (45, 1));
    }
}

#[tokio::test]
async fn a_token_that_was_refused_is_not_sent_again() {
    let unauthorized = ScriptedAnswer::refusal(401, "Unauthorized", "Unauthorized");
    let (api, log) = answering(vec![unauthorized, taken()]);
    let result = send(&api.line, &patch()).await;
    let Err(SendFault::Refused(fault)) = result else { panic!("{result:?}") };
    assert!(matches!(fault.kind, FaultKind::NotLetIn { .. }), "{fault:?}");
    assert_eq!(log.asks().len(), 1);
    send(&api.line, &patch()).await.unwrap();
    let tokens: Vec<_> = log.asks().into_iter().map(|ask| ask.authorization).collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent_and_with_one_it_may_have_been() {
    let fails = |kind: std::io::ErrorKind| {
        let service = tower::service_fn(move |_: http::Request<kube::client::Body>| async move {
            Err::<http::Response<kube::client::Body>, _>(std::io::Error::from(kind))
        });
        answered_by(service, "shop", std::sync::Arc::new(CountedTokens::default()), Patience::Network)
    };
    let result = send(&fails(std::io::ErrorKind::ConnectionRefused).line, &patch()).await;
    assert!(matches!(result, Err(SendFault::NotSent(_))), "{result:?}");
    for kind in
        [std::io::ErrorKind::ConnectionReset, std::io::ErrorKind::HostUnreachable, std::io::ErrorKind::BrokenPipe]
    {
        let result = send(&fails(kind).line, &patch()).await;
        assert!(matches!(result, Err(SendFault::Ambiguous(_))), "{kind}: {result:?}");
    }
}
