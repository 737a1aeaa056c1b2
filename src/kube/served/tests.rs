use serde_json::json;

use super::super::script::{ScriptedAnswer, answering_with};
use super::*;
use crate::services::kubernetes::ObjectKind;

fn groups(all: &[(&str, &[&str])]) -> ScriptedAnswer {
    let group = |(name, versions): &(&str, &[&str])| {
        let versions: Vec<_> = versions.iter().map(|version| json!({ "version": version })).collect();
        json!({ "name": name, "versions": versions })
    };
    ScriptedAnswer::ok(&json!({ "kind": "APIGroupList", "groups": all.iter().map(group).collect::<Vec<_>>() }))
}

fn resources(names: &[&str]) -> ScriptedAnswer {
    let all: Vec<_> = names.iter().map(|name| json!({ "name": name, "verbs": ["list"] })).collect();
    ScriptedAnswer::ok(&json!({ "kind": "APIResourceList", "resources": all }))
}

fn version() -> ScriptedAnswer {
    ScriptedAnswer::ok(&json!({ "major": "1", "gitVersion": "v1.33.4-eks-99d6cc0" }))
}

#[tokio::test(start_paused = true)]
async fn what_is_served_is_read_group_by_group() {
    let (api, log) = answering_with(|path| match path {
        "/version" => version(),
        "/apis" => groups(&[
            ("apps", &["v1"]),
            ("karpenter.sh", &["v1", "v1alpha1"]),
            ("argoproj.io", &["v1alpha1"]),
            ("metrics.k8s.io", &["v1beta1"]),
        ]),
        "/apis/karpenter.sh/v1" => resources(&["nodepools", "nodepools/status", "nodeclaims"]),
        "/apis/karpenter.sh/v1alpha1" => resources(&["nodeoverlays"]),
        // It went meanwhile.
        "/apis/argoproj.io/v1alpha1" => ScriptedAnswer::with(404, "404 page not found"),
        // What is behind it is down.
        _ => ScriptedAnswer::refusal(503, "ServiceUnavailable", "the server is currently unable"),
    });
    let served = api.served().await.unwrap();
    assert_eq!(&*served.version, "v1.33.4-eks-99d6cc0");
    let names: Vec<&str> = served.kinds.keys().map(|name| &**name).collect();
    assert_eq!(names, ["nodeclaims.karpenter.sh", "nodeoverlays.karpenter.sh", "nodepools.karpenter.sh"]);
    assert!(served.metrics && served.has_karpenter() && !served.serves(ObjectKind::Application));
    assert_eq!(served.unshown().collect::<Vec<_>>(), ["NodeOverlay"]);
    assert!(!log.paths().iter().any(|path| path.contains("apps")), "only what matters");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_without_any_of_it_is_none_the_worse() {
    let (api, _) = answering_with(|path| if path == "/version" { version() } else { groups(&[("apps", &["v1"])]) });
    let served = api.served().await.unwrap();
    assert!(served.kinds.is_empty() && !served.metrics && !served.has_karpenter());
}

#[tokio::test(start_paused = true)]
async fn a_group_that_cannot_be_read_is_not_taken_for_missing() {
    let (api, _) = answering_with(|path| match path {
        "/version" => version(),
        "/apis" => groups(&[("karpenter.sh", &["v1"])]),
        _ => ScriptedAnswer::refusal(403, "Forbidden", "forbidden"),
    });
    let fault = api.served().await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Forbidden { rule: "get /apis/karpenter.sh/*".into() });
    let (api, _) = answering_with(|_| ScriptedAnswer::with(200, "<html>Sign in</html>"));
    let fault = api.served().await.unwrap_err();
    assert_eq!(
        fault.to_string(),
        "k8s: get /version unreadable answer: a web page in place of the API server's answer"
    );
}
