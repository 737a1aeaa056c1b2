use bytes::Bytes;
use http::HeaderMap;

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
