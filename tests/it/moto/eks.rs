//! EKS against moto: clusters and node groups that boto3 made are read field for field as boto3 reads them.

use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quarterdeck::aws::eks;
use quarterdeck::services::kubernetes::{Answer, EksAsk};
use serde_json::Value;

use super::{REGION, session};
use crate::python::{Server, told};

/// The text of a member; empty where it is missing.
fn text<'a>(of: &'a Value, path: &str) -> &'a str {
    of.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn texts(of: &Value, path: &str) -> Vec<String> {
    let all = of.pointer(path).and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn flag(of: &Value, path: &str) -> bool {
    of.pointer(path).and_then(Value::as_bool).unwrap_or_default()
}

/// The log types that are on, or off.
fn logs(of: &Value, enabled: bool) -> Vec<String> {
    let all = of.pointer("/logging/clusterLogging").and_then(Value::as_array).into_iter().flatten();
    all.filter(|setup| flag(setup, "/enabled") == enabled).flat_map(|setup| texts(setup, "/types")).collect()
}

fn owned(all: &[std::sync::Arc<str>]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn clusters_and_node_groups_read_as_boto3_reads_them() {
    let server = Server::moto();
    let told = told("moto_eks.py", server.endpoint(), &[]);
    let session = session(&server).await;
    let answer = eks::answer(&session, REGION, EksAsk::Clusters).await.unwrap();
    let Answer::Clusters(found) = answer else { panic!("{answer:?}") };
    let mut expected: Vec<&Value> = told["clusters"].as_array().unwrap().iter().collect();
    expected.sort_by_key(|cluster| text(cluster, "/name").to_owned());
    assert_eq!((found.len(), expected.len()), (3, 3));
    for (ours, theirs) in found.iter().zip(expected) {
        assert_eq!((&*ours.name, &*ours.arn), (text(theirs, "/name"), text(theirs, "/arn")));
        assert_eq!((&*ours.status, &*ours.version), (text(theirs, "/status"), text(theirs, "/version")));
        assert_eq!(&*ours.platform, text(theirs, "/platformVersion"));
        assert_eq!(
            (&*ours.endpoint, &*ours.authority),
            (text(theirs, "/endpoint"), text(theirs, "/certificateAuthority/data"))
        );
        let access = (
            flag(theirs, "/resourcesVpcConfig/endpointPublicAccess"),
            flag(theirs, "/resourcesVpcConfig/endpointPrivateAccess"),
        );
        assert_eq!((ours.access.public, ours.access.private), access, "{}", ours.name);
        assert_eq!(owned(&ours.access.cidrs), texts(theirs, "/resourcesVpcConfig/publicAccessCidrs"));
        assert_eq!((owned(&ours.logs_on), owned(&ours.logs_off)), (logs(theirs, true), logs(theirs, false)));
        let created = theirs["createdAt"].as_f64().unwrap();
        assert!((ours.created.unwrap().as_second() as f64 - created).abs() < 1.0, "{:?} {created}", ours.created);
        let tags: Vec<(String, String)> = ours.tags.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        let theirs = theirs["tags"].as_object().unwrap();
        let mut theirs: Vec<(String, String)> =
            theirs.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
        theirs.sort();
        assert_eq!(tags, theirs);
    }
    assert_eq!(&*found[2].tags["Environment"], "prod");

    let answer = eks::answer(&session, REGION, EksAsk::Nodegroups { cluster: "orders".into() }).await.unwrap();
    let Answer::Nodegroups(found) = answer else { panic!("{answer:?}") };
    let mut expected: Vec<&Value> = told["nodegroups"].as_array().unwrap().iter().collect();
    expected.sort_by_key(|group| text(group, "/nodegroupName").to_owned());
    assert_eq!((found.len(), expected.len()), (3, 3));
    for (ours, theirs) in found.iter().zip(expected) {
        assert_eq!((&*ours.name, &*ours.arn), (text(theirs, "/nodegroupName"), text(theirs, "/nodegroupArn")));
        assert_eq!((&*ours.status, &*ours.version), (text(theirs, "/status"), text(theirs, "/version")));
        assert_eq!((&*ours.release, &*ours.ami_type), (text(theirs, "/releaseVersion"), text(theirs, "/amiType")));
        assert_eq!(&*ours.capacity_type, text(theirs, "/capacityType"));
        assert_eq!(owned(&ours.instance_types), texts(theirs, "/instanceTypes"));
        let size = |of: &str| theirs.pointer(&format!("/scalingConfig/{of}")).and_then(Value::as_i64);
        let own = [ours.minimum, ours.maximum, ours.desired].map(|size| size.map(i64::from));
        assert_eq!(own, ["minSize", "maxSize", "desiredSize"].map(size), "{}", ours.name);
    }
}

/// The token is a call of STS that a cluster sends: moto's STS takes it.
#[tokio::test]
async fn the_url_of_a_token_is_a_call_that_sts_answers() {
    let server = Server::moto();
    let signed = eks::token::token(&session(&server).await, REGION, "orders").await.unwrap();
    let encoded = signed.text.strip_prefix("k8s-aws-v1.").unwrap();
    let url = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).unwrap()).unwrap();
    let path = url.strip_prefix(server.endpoint()).unwrap_or_else(|| panic!("{url} is not at {}", server.endpoint()));
    let host = server.endpoint().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    // moto tells the services apart by this header, which a URL that is signed by itself does without.
    let scope = format!("AWS4-HMAC-SHA256 Credential=testing/20261130/{REGION}/sts/aws4_request");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {scope}\r\nx-k8s-aws-id: orders\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("<GetCallerIdentityResult>") && answer.contains("<Account>"), "{answer}");
}
