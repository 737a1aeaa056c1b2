use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use super::fault::{Fault, Kind, Service};
use super::kubernetes::estate::ClusterSite;
use super::*;

fn sandbox() -> Sandbox {
    let epoch: Timestamp = "2026-11-22T14:00:00Z".parse().unwrap();
    let options = WorldOptions { scenario: "quiet".into(), seed: 1, databases: None, epoch };
    Sandbox::new(World::build(&options).unwrap(), SandboxClock::frozen(epoch))
}

fn request(credential: Option<&str>, form: &'static str) -> MockRequest {
    let mut headers = HeaderMap::new();
    if let Some(credential) = credential {
        let value = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=00");
        headers.insert(http::header::AUTHORIZATION, value.parse().unwrap());
    }
    MockRequest { method: "POST".into(), uri: "/".into(), headers, body: Bytes::from_static(form.as_bytes()) }
}

fn body(answer: &MockResponse) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

#[test]
fn the_signature_routes() {
    let sandbox = sandbox();
    let identity = "Action=GetCallerIdentity&Version=2011-06-15";
    let answer =
        sandbox.answer(&request(Some("AKIASANDBOX555566667777/20261122/eu-west-1/sts/aws4_request"), identity));
    assert!(body(&answer).contains("arn:aws:sts::555566667777:assumed-role/reader/oncall"), "{}", body(&answer));
    assert!(answer.headers.contains_key("x-amzn-requestid"));
    let instances = "Action=DescribeDBInstances&Version=2014-10-31";
    let answer =
        sandbox.answer(&request(Some("AKIASANDBOX555566667777/20261122/eu-west-1/rds/aws4_request"), instances));
    assert_eq!(body(&answer).matches("<DBInstanceIdentifier>").count(), 2);
    assert_eq!(sandbox.calls().get("rds:DescribeDBInstances"), Some(&1));
}

#[test]
fn nobody_and_unknown_services_are_refused() {
    let sandbox = sandbox();
    let unsigned = sandbox.answer(&request(None, "Action=DescribeDBInstances"));
    assert_eq!(unsigned.status, 403);
    assert!(body(&unsigned).contains("<Code>MissingAuthenticationToken</Code>"));
    let mut json = request(Some("k/20261122/us-east-1/dynamodb/aws4_request"), "{}");
    json.headers.insert("x-amz-target", "DynamoDB_20120810.ListTables".parse().unwrap());
    let answer = sandbox.answer(&json);
    assert_eq!(answer.status, 501);
    assert!(body(&answer).starts_with("{\"__type\":\"NotImplemented\""));
    assert_eq!(sandbox.calls().get("dynamodb:ListTables"), Some(&1));
}

#[test]
fn eks_is_asked_by_path_and_counted_by_operation() {
    let sandbox = sandbox();
    sandbox.clusters().bring();
    let mut clusters = request(Some("AKIASANDBOX444455556666/20261122/eu-west-1/eks/aws4_request"), "");
    clusters.method = "GET".into();
    clusters.uri = "/clusters/prod-eks".into();
    assert!(body(&sandbox.answer(&clusters)).contains("\"status\":\"ACTIVE\""));
    assert_eq!(sandbox.calls().get("eks:DescribeCluster"), Some(&1));
    sandbox.disturb(Disturbance::new(Fault::new(Kind::Denied).in_operation(Service::Eks, "DescribeCluster")));
    let Reply::Whole(denied) = sandbox.reply(&clusters) else { panic!("not whole") };
    assert_eq!(denied.status, 403);
    assert_eq!(denied.headers.get("x-amzn-errortype").unwrap(), "AccessDeniedException");
    assert!(
        body(&denied).contains("eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:444455556666:cluster/prod-eks")
    );
    clusters.uri = "/clusters".into();
    assert!(matches!(sandbox.reply(&clusters), Reply::Whole(answer) if answer.status == 200));
}

/// One cluster is built in it: most of half a minute of a slow machine.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_group_that_is_scaled_grows_though_nobody_has_asked_its_cluster() {
    const EKS: &str = "AKIASANDBOX666677778888/20261122/eu-west-1/eks/aws4_request";
    let epoch: Timestamp = "2026-11-22T14:00:00Z".parse().unwrap();
    let options = WorldOptions { scenario: "quiet".into(), seed: 1, databases: None, epoch };
    // Ten minutes in a second.
    let sandbox = Sandbox::new(World::build(&options).unwrap(), SandboxClock::new(epoch, 600.0));
    sandbox.clusters().bring();
    let mut scale = request(Some(EKS), r#"{"scalingConfig": {"desiredSize": 3}}"#);
    scale.uri = "/clusters/dev-eks/node-groups/system/update-config".into();
    assert_eq!(sandbox.answer(&scale).status, 403, "the reader may not");
    scale.headers.insert("x-amz-security-token", "sandbox/oncall-operator/ann".parse().unwrap());
    let begun = sandbox.answer(&scale);
    assert_eq!(begun.status, 200, "{}", body(&begun));
    let begun: serde_json::Value = serde_json::from_slice(&begun.body).unwrap();
    let mut describe = request(Some(EKS), "");
    describe.method = "GET".into();
    let id = begun["update"]["id"].as_str().unwrap();
    describe.uri = format!("/clusters/dev-eks/updates/{id}?nodegroupName=system");
    let successful = async {
        while !body(&sandbox.answer(&describe)).contains("\"status\":\"Successful\"") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(4), successful).await.unwrap();
    let group = sandbox.clusters().groups()[&ClusterSite::Development].lock().clone();
    assert_eq!((group.status(), group.sizes().desired), ("ACTIVE", 3));
}

const RDS: &str = "AKIASANDBOX111122223333/20261122/us-east-1/rds/aws4_request";

#[test]
fn what_changes_something_is_recorded_and_what_reads_is_not() {
    let sandbox = sandbox();
    let mut stop = request(
        Some(RDS),
        "Action=StopDBInstance&Version=2014-10-31&DBInstanceIdentifier=rentaliq-lab-db&MasterUserPassword=secret",
    );
    stop.headers.insert("x-amz-security-token", "sandbox/operator/alice".parse().unwrap());
    assert!(matches!(sandbox.reply(&stop), Reply::Whole(answer) if answer.status == 200));
    let _ = sandbox.reply(&request(Some(RDS), "Action=DescribeDBInstances&Version=2014-10-31"));
    let _ = sandbox.reply(&stop);
    let log = sandbox.log();
    assert_eq!(log.len(), 2, "{log:?}");
    let first = &log[0];
    assert_eq!((first.operation.as_str(), first.role.as_str()), ("StopDBInstance", "operator"));
    assert_eq!((first.account.as_str(), first.region.as_str()), ("111122223333", "us-east-1"));
    assert_eq!(first.parameters.len(), 1);
    assert_eq!(first.parameters.get("DBInstanceIdentifier").map(String::as_str), Some("rentaliq-lab-db"));
    assert!(first.is_done() && first.answered == Some(200) && first.code.is_none());
    assert_eq!((log[1].executed, log[1].code.as_deref()), (Some(400), Some("InvalidDBInstanceState")));
}

#[test]
fn disturbances_strike_before_the_scenario_and_are_recorded() {
    let sandbox = sandbox();
    let stop = request(Some(RDS), "Action=StopDBInstance&Version=2014-10-31&DBInstanceIdentifier=rentaliq-lab-db");
    let of = |kind| Fault::new(kind).in_operation(Service::Rds, "StopDBInstance");
    sandbox.disturb(Disturbance::new(of(Kind::Throttled)).times(2));
    sandbox.disturb(Disturbance::new(of(Kind::AnswerLost)).times(1));
    for _ in 0..2 {
        assert!(matches!(sandbox.reply(&stop), Reply::Whole(answer) if answer.status == 400));
    }
    assert!(matches!(sandbox.reply(&stop), Reply::Nothing));
    let log = sandbox.log();
    assert_eq!(log.iter().map(Logged::is_done).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!((log[0].executed, log[0].code.as_deref()), (None, Some("Throttling")));
    assert_eq!((log[2].executed, log[2].answered), (Some(200), None));
    sandbox.disturb(Disturbance::new(of(Kind::Expired)));
    sandbox.calm();
    assert!(matches!(sandbox.reply(&stop), Reply::Whole(answer) if body(&answer).contains("InvalidDBInstanceState")));
}
