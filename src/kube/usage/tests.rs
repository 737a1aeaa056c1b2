use serde_json::json;

use super::super::script::{ScriptedAnswer, answering_with};
use super::*;
use crate::domain::FaultKind;

#[tokio::test(start_paused = true)]
async fn containers_add_up_and_what_is_not_said_is_not_zero() {
    let (api, log) = answering_with(|path| {
        ScriptedAnswer::ok(&if path.ends_with("/nodes") {
            json!({ "items": [
                { "metadata": { "name": "a" }, "timestamp": "2026-11-30T08:00:10Z", "window": "20s",
                  "usage": { "cpu": "1234567891n", "memory": "2048Ki" } },
                { "metadata": { "name": "b" }, "timestamp": "2026-11-30T08:00:00Z", "usage": { "cpu": "1" } },
            ] })
        } else {
            json!({ "items": [
                { "metadata": { "name": "p", "namespace": "shop" }, "timestamp": "2026-11-30T07:00:00Z", "containers": [
                    { "name": "x", "usage": { "cpu": "400u", "memory": "1Mi" } },
                    { "name": "y", "usage": { "cpu": "400u", "memory": "1Mi" } },
                ] },
                { "metadata": { "name": "q", "namespace": "shop" }, "containers": [
                    { "name": "x", "usage": { "cpu": "1m", "memory": "1Mi" } }, { "name": "y", "usage": {} },
                ] },
                { "metadata": { "name": "r", "namespace": "shop" }, "containers": [] },
            ] })
        })
    });
    let usage = api.usage().await.unwrap();
    assert_eq!(usage.nodes, HashMap::from([("a".into(), Used { cpu: 1235, memory: 2 << 20 })]));
    assert_eq!(usage.pods, HashMap::from([("shop/p".into(), Used { cpu: 1, memory: 2 << 20 })]));
    assert_eq!(usage.oldest, Some("2026-11-30T08:00:00Z".parse().unwrap()));
    let mut paths = log.paths();
    paths.sort();
    assert_eq!(paths, ["/apis/metrics.k8s.io/v1beta1/nodes", "/apis/metrics.k8s.io/v1beta1/pods"]);
}

#[tokio::test(start_paused = true)]
async fn a_metrics_server_that_is_down_is_told() {
    let (api, _) = answering_with(|_| ScriptedAnswer::refusal(503, "ServiceUnavailable", "unable to handle"));
    let fault = api.usage().await.unwrap_err();
    assert_eq!((fault.call.as_str(), fault.message.as_str()), ("k8s: list nodes.metrics.k8s.io", "unable to handle"));
    let (api, _) = answering_with(|_| ScriptedAnswer::ok(&json!({ "kind": "NodeMetricsList" })));
    assert_eq!(api.usage().await.unwrap_err().kind, FaultKind::BrokenAnswer);
}
