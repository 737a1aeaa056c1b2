mod updates;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use super::*;
use crate::sandbox::kubernetes::estate::ClusterEstate;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::metadata;
use crate::sandbox::world::WorldOptions;

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn world(scenario: &str) -> World {
    World::build(&WorldOptions { scenario: scenario.into(), seed: 1, databases: None, epoch: now() }).unwrap()
}

/// What EKS answers to an account in eu-west-1: status, code of an error, and the body.
fn asked(world: &World, served: &ServedEndpoints, account: &str, request: (&str, &str, &str)) -> (u16, String, Value) {
    let (method, uri, body) = request;
    let caller = Caller { account: account.into(), region: "eu-west-1".into(), access_key: "k".into() };
    let body = Bytes::copy_from_slice(body.as_bytes());
    let request = MockRequest { method: method.into(), uri: uri.into(), headers: HeaderMap::new(), body };
    let clusters = KnownClusters { sites: &ClusterSite::ALL, served, groups: &groups() };
    told(&handle(world, &clusters, &caller, now(), &request))
}

fn told(answer: &MockResponse) -> (u16, String, Value) {
    let code = answer.headers.get("x-amzn-errortype").and_then(|code| code.to_str().ok()).unwrap_or_default();
    (answer.status, code.to_owned(), serde_json::from_slice(&answer.body).unwrap())
}

fn groups() -> BTreeMap<ClusterSite, SharedNodeGroup> {
    ClusterSite::ALL.into_iter().map(|site| (site, SharedNodeGroup::new(site))).collect()
}

fn get(account: &str, uri: &str) -> (u16, String, Value) {
    asked(&world("quiet"), &ServedEndpoints::new(), account, ("GET", uri, ""))
}

#[test]
fn each_account_has_its_cluster_and_sees_no_other() {
    for site in ClusterSite::ALL {
        let (_, _, list) = get(site.account(), "/clusters");
        assert_eq!(list["clusters"], serde_json::json!([site.cluster()]));
    }
    let (status, code, body) = get("555566667777", "/clusters/prod-eks");
    assert_eq!((status, code.as_str()), (404, "ResourceNotFoundException"));
    assert_eq!(body["message"], "No cluster found for name: prod-eks.");
    for part in ["node-groups", "addons", "access-entries"] {
        assert_eq!(get("555566667777", &format!("/clusters/prod-eks/{part}")).0, 404, "{part}");
    }
    assert_eq!(get("111122223333", "/clusters").2["clusters"], serde_json::json!([]));
}

#[test]
fn a_cluster_that_is_served_is_where_it_is_served() {
    let (_, _, apart) = get("444455556666", "/clusters/prod-eks");
    let endpoint = apart["cluster"]["endpoint"].as_str().unwrap();
    assert!(endpoint.starts_with("https://") && endpoint.ends_with(".gr7.eu-west-1.eks.amazonaws.com"), "{endpoint}");
    let here = ServedEndpoint { url: "https://127.0.0.1:1".into(), ca_pem: "PEM".into() };
    let served = ServedEndpoints::from([(ClusterSite::Production, here)]);
    let (_, _, body) = asked(&world("quiet"), &served, "444455556666", ("GET", "/clusters/prod-eks", ""));
    assert_eq!(body["cluster"]["endpoint"], "https://127.0.0.1:1");
    assert_eq!(body["cluster"]["certificateAuthority"]["data"], "UEVN");
}

/// Whoever compares the two sides finds the same.
#[test]
fn the_node_group_and_the_add_ons_are_those_of_the_cluster() {
    let site = ClusterSite::Development;
    let store = ClusterEstate::new(site, now()).store;
    let group = get(site.account(), "/clusters/dev-eks/node-groups/system").2["nodegroup"].clone();
    let text = |path: &str| group.pointer(path).and_then(Value::as_str).unwrap().to_owned();
    let of_group = |node: &&std::sync::Arc<Value>| metadata::label(node, "eks.amazonaws.com/nodegroup").is_some();
    let nodes: Vec<_> = store.list(Resource::Nodes).map(|(_, node)| node).filter(of_group).collect();
    assert_eq!(nodes.len() as u64, group["scalingConfig"]["desiredSize"].as_u64().unwrap());
    let changed = group["modifiedAt"].as_f64().unwrap();
    for node in nodes {
        let label = |key: &str| metadata::label(node, key).unwrap().to_owned();
        assert_eq!(label("eks.amazonaws.com/nodegroup"), text("/nodegroupName"));
        assert_eq!(label("eks.amazonaws.com/capacityType"), text("/capacityType"));
        assert_eq!(label("node.kubernetes.io/instance-type"), text("/instanceTypes/0"));
        assert_eq!(label("workload"), text("/labels/workload"));
        assert_eq!(node["spec"]["taints"][0]["key"], text("/taints/0/key"));
        let kubelet = node["status"]["nodeInfo"]["kubeletVersion"].as_str().unwrap();
        let (version, _) = kubelet[1..].split_once('-').unwrap();
        assert!(text("/releaseVersion").starts_with(&format!("{version}-")), "{kubelet}");
        let born: Timestamp = node["metadata"]["creationTimestamp"].as_str().unwrap().parse().unwrap();
        assert!((born.as_second() as f64) <= changed, "{born}");
    }
    let pods = store.list(Resource::Pods).map(|(_, pod)| pod);
    let images: Vec<String> = pods.map(|pod| pod["spec"]["containers"][0]["image"].to_string()).collect();
    let (_, _, list) = get(site.account(), "/clusters/dev-eks/addons");
    for name in list["addons"].as_array().unwrap() {
        let (_, _, body) = get(site.account(), &format!("/clusters/dev-eks/addons/{}", name.as_str().unwrap()));
        let version = body["addon"]["addonVersion"].as_str().unwrap();
        let tag = version.strip_suffix("-eksbuild.1").unwrap_or(version);
        assert!(images.iter().any(|image| image.contains(&format!(":{tag}"))), "{name} {version}");
    }
}

#[test]
fn the_cluster_of_a_thousand_nodes_has_none_of_a_group() {
    let noisy = world("noisy-cluster");
    let list = |account: &str, part: &str, field: &str| {
        let site = ClusterSite::ALL.into_iter().find(|site| site.account() == account).unwrap();
        let uri = format!("/clusters/{}/{part}", site.cluster());
        asked(&noisy, &ServedEndpoints::new(), account, ("GET", &uri, "")).2[field].as_array().unwrap().len()
    };
    assert_eq!((list("444455556666", "node-groups", "nodegroups"), list("444455556666", "addons", "addons")), (0, 0));
    assert_eq!((list("555566667777", "node-groups", "nodegroups"), list("555566667777", "addons", "addons")), (1, 7));
}

#[test]
fn what_changes_something_is_denied_and_what_is_not_built_is_said() {
    let post = |uri: &str| asked(&world("quiet"), &ServedEndpoints::new(), "444455556666", ("POST", uri, "{}"));
    let (status, code, body) = post("/clusters/prod-eks/node-groups/system/update-config");
    assert_eq!((status, code.as_str()), (403, "AccessDeniedException"));
    let message = body["message"].as_str().unwrap();
    assert!(
        message.contains(
            "reader/oncall is not authorized to perform: eks:UpdateNodegroupConfig on resource: arn:aws:eks:"
        ) && message.contains(":nodegroup/prod-eks/system/"),
        "{message}"
    );
    let (status, code, _) = post("/clusters/prod-eks/node-groups");
    assert_eq!((status, code.as_str()), (403, "AccessDeniedException"));
    assert_eq!(get("444455556666", "/clusters/prod-eks/fargate-profiles").0, 501);
    assert_eq!(get("444455556666", "/nothing").0, 404);
}

#[test]
fn insights_are_filtered_and_looked_for_once_a_day() {
    let list = |filter: &str| {
        let body = format!("{{\"filter\":{filter}}}");
        let request = ("POST", "/clusters/prod-eks/insights", body.as_str());
        asked(&world("quiet"), &ServedEndpoints::new(), "444455556666", request).2["insights"].clone()
    };
    let all = list("{}");
    assert_eq!(all.as_array().unwrap().len(), 4);
    assert_eq!(all, list("{\"categories\":[\"UPGRADE_READINESS\"],\"statuses\":[\"PASSING\"]}"));
    assert_eq!(list("{\"categories\":[\"MISCONFIGURATION\"]}"), serde_json::json!([]));
    assert_eq!(list("{\"statuses\":[\"ERROR\",\"WARNING\"]}"), serde_json::json!([]));
    for one in all.as_array().unwrap() {
        assert_eq!(one["kubernetesVersion"], "1.34");
        let age = now().as_second() as f64 - one["lastRefreshTime"].as_f64().unwrap();
        assert!((0.0..86_400.0).contains(&age), "{age}");
    }
}

#[test]
fn resources_are_named_as_iam_does() {
    let caller = Caller { account: "1".into(), region: "eu-west-1".into(), access_key: "k".into() };
    for (uri, expected) in [
        ("/clusters", "arn:aws:eks:eu-west-1:1:cluster/*"),
        ("/clusters/prod-eks", "arn:aws:eks:eu-west-1:1:cluster/prod-eks"),
        ("/clusters/prod-eks/addons", "arn:aws:eks:eu-west-1:1:cluster/prod-eks"),
        ("/clusters/prod-eks/node-groups/system", "arn:aws:eks:eu-west-1:1:nodegroup/prod-eks/system/*"),
    ] {
        let request =
            MockRequest { method: "GET".into(), uri: uri.into(), headers: HeaderMap::new(), body: Bytes::new() };
        assert_eq!(resource(&caller, &request), expected);
    }
}
