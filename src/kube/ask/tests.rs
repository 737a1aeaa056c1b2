use serde_json::json;

use super::super::request::{ApiChange, ChangeHow};
use super::super::script::{ScriptedAnswer, ScriptedPiece, answering};
use super::*;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::change::KubeRight;

fn busy() -> ScriptedAnswer {
    ScriptedAnswer::refusal(429, "TooManyRequests", "slow down")
}

fn down() -> ScriptedAnswer {
    ScriptedAnswer::refusal(503, "ServiceUnavailable", "etcd has no leader")
}

#[tokio::test(start_paused = true)]
async fn a_reading_is_sent_three_times_at_most_and_within_ten_seconds() {
    let cases: [(Vec<ScriptedAnswer>, usize, u64, &str); 5] = [
        (vec![down(), down(), down(), down()], 3, 1_500, "k8s: get /version error: etcd has no leader"),
        (vec![busy().header("retry-after", "4"), busy(), busy()], 3, 5_000, "k8s: get /version throttled: slow down"),
        // It would come too late for whoever waits.
        (vec![busy().header("retry-after", "60"), busy()], 1, 0, "k8s: get /version throttled: slow down"),
        (vec![ScriptedAnswer::refusal(404, "NotFound", "none"); 2], 1, 0, "k8s: get /version not served: none"),
        (vec![ScriptedAnswer::refusal(500, "", ""); 3], 3, 1_500, "k8s: get /version error: HTTP 500"),
    ];
    for (answers, sent, millis, words) in cases {
        let (api, log) = answering(answers);
        let began = Instant::now();
        let failure = api.line.ask(&ApiRequest::Version).await.unwrap_err();
        assert_eq!(failure.fault.to_string(), words);
        assert_eq!((log.asks().len(), began.elapsed().as_millis()), (sent, u128::from(millis)), "{words}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_reading_is_sent_once() {
    let unauthorized = || ScriptedAnswer::refusal(401, "Unauthorized", "Unauthorized");
    for how in [ChangeHow::Patch, ChangeHow::Evict, ChangeHow::Delete] {
        let (namespace, name, body) = ("shop".to_owned(), "p".to_owned(), "{}".to_owned());
        let request = ApiRequest::Change(ApiChange { how, kind: ObjectKind::Pod, namespace, name, body });
        for answer in [busy(), down(), unauthorized()] {
            let (api, log) = answering([answer.clone(), answer]);
            api.line.ask(&request).await.unwrap_err();
            assert_eq!(log.asks().len(), 1, "{how:?}");
        }
    }
    // What asks for rights is sent as what makes something, and makes nothing.
    let right = KubeRight { group: "", resource: "nodes", verb: "patch" };
    let (api, log) = answering([down(), ScriptedAnswer::ok(&json!({}))]);
    api.line.ask(&ApiRequest::Review { right, namespace: None }).await.unwrap();
    assert!(log.asks().len() == 2 && log.asks().iter().all(|ask| ask.method == http::Method::POST));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once() {
    let unauthorized = || ScriptedAnswer::refusal(401, "Unauthorized", "Unauthorized");
    let (api, log) = answering([unauthorized(), ScriptedAnswer::ok(&json!({ "gitVersion": "v1.33" }))]);
    assert_eq!(api.line.ask(&ApiRequest::Version).await.unwrap().status(), 200);
    let tokens: Vec<_> = log.asks().into_iter().map(|ask| ask.authorization).collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2"]);
    let (api, log) = answering([unauthorized(), unauthorized(), unauthorized()]);
    let failure = api.line.ask(&ApiRequest::Version).await.unwrap_err();
    assert!(matches!(failure.fault.kind, FaultKind::NotLetIn { .. }));
    assert_eq!(log.asks().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn every_wait_has_an_end() {
    let body = || ScriptedAnswer::with(200, "{");
    let cases: [(ScriptedAnswer, u64, FaultKind, &str); 3] = [
        (ScriptedAnswer::none(), 15, FaultKind::TimedOut, "no answer within 15 s"),
        (
            body().then(ScriptedPiece::Silence),
            15,
            FaultKind::TimedOut,
            "an answer began, and the rest of it did not come within 15 s",
        ),
        (body().then(ScriptedPiece::Cut), 0, FaultKind::Unreachable, "the answer was cut off: connection reset"),
    ];
    for (answer, seconds, kind, message) in cases {
        let (api, _) = answering([answer]);
        let began = Instant::now();
        let fault: Fault = api.line.read(&ApiRequest::Version).await.unwrap_err().into();
        assert_eq!((fault.kind, &*fault.message, began.elapsed().as_secs()), (kind, message, seconds));
    }
    // A refusal whose end does not come is told as far as it came.
    let (api, _) = answering([ScriptedAnswer::with(403, "no").then(ScriptedPiece::Silence)]);
    let fault = api.line.ask(&ApiRequest::Groups).await.unwrap_err().fault;
    assert_eq!((fault.kind, &*fault.message), (FaultKind::Forbidden { rule: "get /apis".into() }, "no"));
}
