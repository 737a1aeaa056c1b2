//! The same of what arrives at a cluster, whose bodies are compared whole: a field more, such as a grace of zero, is
//! another call.

use quarterdeck::ops::Value;
use quarterdeck::sandbox::log::{BODY, Logged, QUERY};
use quarterdeck::services::kubernetes::change::Api;
use quarterdeck::slices::Call;
use serde_json::{Value as Json, json};

/// How a patch is sent: strictly, and by this console.
const PATCHED: &str = "fieldManager=quarterdeck&fieldValidation=Strict";

/// Whether what arrived is this call.
pub fn is_same(api: Api, call: &Call, logged: &Logged) -> bool {
    let wanted = |name: &str| match call.get(name) {
        Some(Value::Text(text)) => text.as_str(),
        _ => "",
    };
    let came = |name: &str| logged.parameters.get(name).map_or("", String::as_str);
    let is_there = |names: &[&str]| names.iter().all(|name| wanted(name) == came(name));
    let Ok(mut body) = serde_json::from_str::<Json>(came(BODY)) else { return false };
    let (namespace, name, uid) = (wanted("namespace"), wanted("name"), wanted("uid"));
    let (is_of_it, query, should) = match api {
        Api::UpdateNodegroupConfig => {
            // The SDK's own, by which EKS knows a request that comes again.
            body.as_object_mut().map(|body| body.remove("clientRequestToken"));
            (
                is_there(&["clusterName", "nodegroupName"]),
                "",
                json!({ "scalingConfig": sizes(wanted("scalingConfig")) }),
            )
        }
        Api::EvictPod => {
            let metadata = json!({ "name": name, "namespace": namespace });
            let options = json!({ "preconditions": { "uid": uid } });
            let kind = json!({ "apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata, "deleteOptions": options });
            (!uid.is_empty(), "", kind)
        }
        Api::DeleteNodeClaim => {
            let options = json!({ "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": { "uid": uid } });
            (!uid.is_empty(), "", options)
        }
        _ => (true, PATCHED, serde_json::from_str(wanted("patch")).unwrap_or_default()),
    };
    is_of_it && is_there(&["cluster", "namespace", "name"]) && came(QUERY) == query && body == should
}

/// `minSize=1,desiredSize=2` as it stands in a body.
fn sizes(words: &str) -> Json {
    let size = |word: &str| word.split_once('=').map(|(name, size)| (name.to_owned(), json!(size.parse::<i64>().ok())));
    Json::Object(words.split(',').filter_map(size).collect())
}

#[test]
fn a_request_to_a_cluster_is_known_by_all_of_its_body() {
    let call = Call::new(Api::EvictPod.into(), "eu-west-1");
    let call = [("cluster", "dev-eks"), ("namespace", "shop"), ("name", "web-1"), ("uid", "u-1")]
        .into_iter()
        .fold(call, |call, (name, value)| call.with(name, value));
    let body = |options: Json| {
        let metadata = json!({ "name": "web-1", "namespace": "shop" });
        json!({ "apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata, "deleteOptions": options })
            .to_string()
    };
    let said = body(json!({ "preconditions": { "uid": "u-1" } }));
    let parameters = [("cluster", "dev-eks"), ("namespace", "shop"), ("name", "web-1"), (BODY, said.as_str())];
    let logged = Logged {
        service: "kubernetes".into(),
        operation: super::EVICTION.into(),
        parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        account: "666677778888".into(),
        region: "eu-west-1".into(),
        role: String::new(),
        at: jiff::Timestamp::UNIX_EPOCH,
        executed: Some(201),
        answered: Some(201),
        code: None,
    };
    assert!(super::is_same(&call, &logged));
    let others = [
        ("name", "web-2".to_owned()),
        ("cluster", "prod-eks".to_owned()),
        (QUERY, "dryRun=All".to_owned()),
        (BODY, body(json!({}))),
        (BODY, body(json!({ "preconditions": { "uid": "u-2" } }))),
        (BODY, body(json!({ "preconditions": { "uid": "u-1" }, "gracePeriodSeconds": 0 }))),
    ];
    for (name, value) in others {
        let mut other = logged.clone();
        other.parameters.insert(name.to_owned(), value.clone());
        assert!(!super::is_same(&call, &other), "{name} {value}");
    }
}
