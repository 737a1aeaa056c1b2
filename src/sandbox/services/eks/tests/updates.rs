//! A node group is scaled: who may, what is refused, what is told of it.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::sandbox::kubernetes::cloud::{Cloud, Machines};
use crate::sandbox::kubernetes::controllers::{behaviour::Behaviours, standard};
use crate::sandbox::kubernetes::estate::system_group;
use crate::sandbox::kubernetes::load::ClusterLoad;
use crate::sandbox::kubernetes::node_group::GroupScaling;
use crate::sandbox::kubernetes::store::Store;

const GROUP: &str = "/clusters/dev-eks/node-groups/system";

/// EKS, as a role of the development account sees it.
struct Eks {
    world: World,
    groups: BTreeMap<ClusterSite, SharedNodeGroup>,
    role: &'static str,
}

impl Eks {
    fn new(role: &'static str) -> Self {
        Self { world: world("quiet"), groups: groups(), role }
    }

    fn ask(&self, method: &str, uri: &str, body: &Value) -> (u16, String, Value) {
        let site = ClusterSite::Development;
        let caller = Caller { account: site.account().into(), region: site.region().into(), access_key: "k".into() };
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-security-token", format!("sandbox/{}/ann", self.role).parse().unwrap());
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = MockRequest { method: method.into(), uri: uri.into(), headers, body };
        let served = ServedEndpoints::new();
        let clusters = KnownClusters { sites: &ClusterSite::ALL, served: &served, groups: &self.groups };
        told(&handle(&self.world, &clusters, &caller, now(), &request))
    }

    fn get(&self, uri: &str) -> Value {
        self.ask("GET", uri, &Value::Null).2
    }

    fn scale(&self, scaling: &Value, token: &str) -> (u16, String, Value) {
        let body = json!({"scalingConfig": scaling, "clientRequestToken": token});
        self.ask("POST", &format!("{GROUP}/update-config"), &body)
    }
}

#[test]
fn the_operator_may_scale_a_group_and_the_reader_may_not() {
    for (role, expected) in
        [("oncall-operator", 200), ("platform-admin", 200), ("oncall-reader", 403), ("reader", 403), ("stranger", 403)]
    {
        let eks = Eks::new(role);
        let (status, code, body) = eks.scale(&json!({"desiredSize": 3}), "t");
        assert_eq!(status, expected, "{role} {body}");
        if expected == 403 {
            assert_eq!(code, "AccessDeniedException");
            let message = body["message"].as_str().unwrap();
            let end = "because no identity-based policy allows the eks:UpdateNodegroupConfig action";
            assert!(message.contains(&format!("assumed-role/{role}/ann")) && message.ends_with(end), "{message}");
            assert_eq!(eks.get(GROUP)["nodegroup"]["status"], "ACTIVE");
        }
    }
    let (status, code, _) = Eks::new("oncall-operator").ask("POST", &format!("{GROUP}/update-version"), &json!({}));
    assert_eq!((status, code.as_str()), (403, "AccessDeniedException"));
}

#[test]
fn an_update_is_told_as_the_api_has_it() {
    let eks = Eks::new("oncall-operator");
    assert_eq!(eks.get("/clusters/dev-eks/updates?nodegroupName=system"), json!({"updateIds": []}));
    let (_, _, body) = eks.scale(&json!({"maxSize": 5, "desiredSize": 3}), "t");
    let update = body["update"].clone();
    let id = update["id"].as_str().unwrap();
    let expected = json!({
        "id": id, "status": "InProgress", "type": "ConfigUpdate",
        "params": [{"type": "MaxSize", "value": "5"}, {"type": "DesiredSize", "value": "3"}],
        "createdAt": now().as_second() as f64, "errors": [],
    });
    assert_eq!(update, expected);
    assert_eq!(eks.scale(&json!({"maxSize": 5, "desiredSize": 3}), "t").2["update"], update, "the same request");
    assert_eq!(eks.get("/clusters/dev-eks/updates?nodegroupName=system"), json!({"updateIds": [id]}));
    assert_eq!(eks.get("/clusters/dev-eks/updates"), json!({"updateIds": []}), "of the cluster there is none");
    assert_eq!(eks.get(&format!("/clusters/dev-eks/updates/{id}?nodegroupName=system"))["update"], update);
    let group = eks.get(GROUP)["nodegroup"].clone();
    assert_eq!(group["status"], "UPDATING");
    assert_eq!(group["scalingConfig"], json!({"minSize": 2, "maxSize": 5, "desiredSize": 3}));
    let (status, code, refused) = eks.scale(&json!({"desiredSize": 4}), "u");
    assert_eq!((status, code.as_str()), (409, "ResourceInUseException"));
    assert_eq!(refused["message"], "Nodegroup cannot be updated as it is currently not in Active State");
    assert_eq!((&refused["clusterName"], &refused["nodegroupName"]), (&json!("dev-eks"), &json!("system")));
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let eks = Eks::new("oncall-operator");
    for (body, status, code) in [
        (json!({}), 400, "InvalidParameterException"),
        (json!({"scalingConfig": {}}), 400, "InvalidParameterException"),
        (json!({"scalingConfig": {"minSize": 3}}), 400, "InvalidParameterException"),
        (json!({"scalingConfig": {"desiredSize": 9}}), 400, "InvalidParameterException"),
        (json!({"scalingConfig": {"desiredSize": "3"}}), 400, "SerializationException"),
        (json!({"labels": {"addOrUpdateLabels": {"a": "b"}}}), 501, "NotImplemented"),
    ] {
        let answer = eks.ask("POST", &format!("{GROUP}/update-config"), &body);
        assert_eq!((answer.0, answer.1.as_str()), (status, code), "{body}");
    }
    for (method, uri) in [
        ("POST", "/clusters/dev-eks/node-groups/nobody/update-config"),
        ("POST", "/clusters/prod-eks/node-groups/system/update-config"),
        ("GET", "/clusters/dev-eks/updates?nodegroupName=nobody"),
        ("GET", "/clusters/dev-eks/updates/7f4a2f8c-0000-4000-8000-000000000000?nodegroupName=system"),
        ("GET", "/clusters/dev-eks/updates/7f4a2f8c-0000-4000-8000-000000000000"),
    ] {
        let (status, code, _) = eks.ask(method, uri, &json!({"scalingConfig": {"desiredSize": 3}}));
        assert_eq!((status, code.as_str()), (404, "ResourceNotFoundException"), "{uri}");
    }
    assert_eq!(eks.get(GROUP)["nodegroup"]["status"], "ACTIVE");
    assert_eq!(eks.get("/clusters/dev-eks/updates?nodegroupName=system"), json!({"updateIds": []}));
}

#[test]
fn a_failed_update_says_why() {
    use crate::sandbox::kubernetes::cloud::Shortage;

    let (eks, site) = (Eks::new("oncall-operator"), ClusterSite::Development);
    let (_, _, body) = eks.scale(&json!({"desiredSize": 3}), "t");
    let id = body["update"]["id"].as_str().unwrap();
    let mut cloud = Cloud::new(site.region(), site.account(), site.zones(), site.seed());
    let mut store = Store::new(3);
    system_group::plant(&mut store, &mut cloud, site, now());
    cloud.shortages.push(Shortage { types: String::new(), zone: None, capacity_type: None, from: now(), until: None });
    let cloud = Arc::new(Mutex::new(cloud));
    let (behaviours, load) = (Behaviours::default(), ClusterLoad::new(3));
    let mut simulation = standard(now(), 3, &behaviours, &load)
        .with(Machines::new(Arc::clone(&cloud), behaviours.clone()))
        .with(GroupScaling::new(eks.groups[&site].clone(), cloud));
    simulation.advance(&mut store, after(now(), 1_200));
    let update = eks.get(&format!("/clusters/dev-eks/updates/{id}?nodegroupName=system"))["update"].clone();
    assert_eq!(update["status"], "Failed");
    let error = &update["errors"][0];
    assert_eq!(error["errorCode"], "NodeCreationFailure");
    assert!(error["errorMessage"].as_str().unwrap().contains("InsufficientInstanceCapacity"), "{error}");
    let group = eks.get(GROUP)["nodegroup"].clone();
    assert_eq!(group["status"], "DEGRADED");
    assert_eq!(group["health"]["issues"][0]["code"], "AsgInstanceLaunchFailures");
    assert_eq!(group["health"]["issues"][0]["resourceIds"][0], group["resources"]["autoScalingGroups"][0]["name"]);
    assert!(group["modifiedAt"].as_f64().unwrap() > now().as_second() as f64);
}
