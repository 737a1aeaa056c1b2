//! What clients are told of secrets.

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::sandbox::world::WorldOptions;

const NOW: &str = "2026-11-22T14:00:00Z";

fn told(scenario: &str, (account, region): (&str, &str), operation: &str, asked: &Value) -> (u16, Value) {
    let now: Timestamp = NOW.parse().unwrap();
    let options = WorldOptions { scenario: scenario.into(), seed: 1, databases: None, epoch: now };
    let world = World::build(&options).unwrap();
    let caller = Caller { account: account.into(), region: region.into(), access_key: String::new() };
    let mut headers = http::HeaderMap::new();
    headers.insert("x-amz-target", format!("secretsmanager.{operation}").parse().unwrap());
    let body = Bytes::from(asked.to_string());
    let request = MockRequest { method: "POST".into(), uri: "/".into(), headers, body };
    let answer = handle(&world, &caller, now, &request);
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

const PROD: (&str, &str) = ("111122223333", "us-east-1");
const RECOVERY: (&str, &str) = ("111122223333", "us-west-2");
const PRODUCTION: (&str, &str) = ("444455556666", "eu-west-1");

fn names(answer: &Value) -> Vec<&str> {
    answer["SecretList"].as_array().unwrap().iter().map(|one| one["Name"].as_str().unwrap()).collect()
}

#[test]
fn a_region_lists_its_own_secrets_and_the_replicas_that_it_has() {
    let (_, here) = told("quiet", PROD, "ListSecrets", &json!({}));
    assert_eq!(names(&here).len(), 12, "{here}");
    let (_, there) = told("quiet", RECOVERY, "ListSecrets", &json!({}));
    assert!(names(&there).iter().all(|name| name.starts_with("rentaliq/prod/")) && names(&there).len() == 4);
    assert!(there["SecretList"].as_array().unwrap().iter().all(|one| one["PrimaryRegion"] == "us-east-1"));
    let arn = |answer: &Value| {
        let all = answer["SecretList"].as_array().unwrap();
        let one = all.iter().find(|one| one["Name"] == "rentaliq/prod/api/keys").unwrap();
        one["ARN"].as_str().unwrap().to_owned()
    };
    assert_eq!(arn(&here).replace("us-east-1", "us-west-2"), arn(&there), "the same but for the region");
}

#[test]
fn pages_follow_each_other_and_a_token_of_nobody_is_refused() {
    let (_, first) = told("quiet", PROD, "ListSecrets", &json!({ "MaxResults": 5 }));
    let (_, last) = told("quiet", PROD, "ListSecrets", &json!({ "MaxResults": 100, "NextToken": first["NextToken"] }));
    let (_, all) = told("quiet", PROD, "ListSecrets", &json!({}));
    let both: Vec<&str> = names(&first).into_iter().chain(names(&last)).collect();
    assert_eq!(both, names(&all));
    assert_eq!(last["NextToken"], Value::Null);
    let (status, refused) = told("quiet", PROD, "ListSecrets", &json!({ "NextToken": "x" }));
    assert_eq!((status, &refused["__type"]), (400, &json!("InvalidNextTokenException")));
}

#[test]
fn a_rotation_that_does_not_end_leaves_a_version_pending() {
    let id = json!({ "SecretId": "production/checkout/payment-provider" });
    let stages = |scenario: &str| {
        let (_, told) = told(scenario, PRODUCTION, "DescribeSecret", &id);
        let all = told["VersionIdsToStages"].as_object().unwrap().values().cloned();
        let mut all: Vec<String> = all.map(|stages| stages[0].as_str().unwrap().to_owned()).collect();
        all.sort();
        (all, told)
    };
    assert_eq!(stages("quiet").0, ["AWSCURRENT", "AWSPREVIOUS"]);
    let (all, told) = stages("stuck-rotation");
    assert_eq!(all, ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"]);
    assert_eq!(
        told["LastChangedDate"].as_f64().unwrap() as i64,
        NOW.parse::<Timestamp>().unwrap().as_second() - 5 * 3600
    );
    assert_eq!(told["ReplicationStatus"][0]["Region"], "eu-central-1");
}

#[test]
fn what_is_deleted_is_listed_only_for_who_asks_for_it() {
    const STAGING: (&str, &str) = ("555566667777", "eu-west-1");
    let listed = |asked: Value| names(&told("stuck-rotation", STAGING, "ListSecrets", &asked).1).len();
    assert_eq!(listed(json!({ "IncludePlannedDeletion": true })), listed(json!({})) + 1);
}

#[test]
fn a_value_is_given_to_nobody() {
    for operation in ["GetSecretValue", "BatchGetSecretValue", "PutSecretValue", "RotateSecret"] {
        let (status, told) = told("quiet", PROD, operation, &json!({ "SecretId": "rentaliq/prod/api/keys" }));
        assert_eq!((status, &told["__type"]), (400, &json!("AccessDeniedException")), "{operation}");
        assert!(told["message"].as_str().unwrap().contains(&format!("secretsmanager:{operation}")));
    }
    let (status, told) = told("quiet", PROD, "DescribeSecret", &json!({ "SecretId": "nobody" }));
    assert_eq!((status, &told["__type"]), (400, &json!("ResourceNotFoundException")));
}

#[test]
fn versions_without_a_stage_are_told_to_who_asks_and_rds_manages_its_own() {
    let (_, all) = told("quiet", PRODUCTION, "ListSecrets", &json!({}));
    let list = all["SecretList"].as_array().unwrap();
    let managed = list.iter().find(|one| one["OwningService"] == "rds").expect("an instance manages its password");
    assert!(managed["Name"].as_str().unwrap().starts_with("rds!db-") && managed["RotationLambdaARN"].is_null());
    let (_, told) = told("quiet", PRODUCTION, "ListSecretVersionIds", &json!({ "SecretId": managed["ARN"] }));
    assert_eq!(told["Versions"][0]["VersionStages"], json!(["AWSCURRENT"]));
}
