//! Secrets as the SDK gives them.

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types as sdk;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::convert::{detail, entry, version};
use crate::services::secrets::{AWSCURRENT, AWSPENDING, ReplicaStatus};

fn second(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_second)
}

#[test]
fn an_entry_of_the_list_is_a_secret() {
    let rules = sdk::RotationRulesType::builder().schedule_expression("rate(10 days)").automatically_after_days(10);
    let raw = sdk::SecretListEntry::builder()
        .name("db\u{1b}[31m")
        .arn("arn:aws:secretsmanager:us-east-1:1:secret:db-6hJk2w")
        .rotation_enabled(true)
        .rotation_lambda_arn("arn:aws:lambda:us-east-1:1:function:rotate")
        .rotation_rules(rules.build())
        .last_rotated_date(DateTime::from_secs(5))
        .next_rotation_date(DateTime::from_secs(6))
        .last_changed_date(DateTime::from_secs(7))
        .last_accessed_date(DateTime::from_secs(86_400))
        .deleted_date(DateTime::from_secs(9))
        .owning_service("rds")
        .primary_region("us-east-1")
        .secret_versions_to_stages("b", vec!["AWSPENDING".into()])
        .secret_versions_to_stages("a", vec!["mine".into(), "AWSCURRENT".into()])
        .tags(sdk::Tag::builder().key("Environment").value("prod").build())
        .build();
    let secret = entry(raw);
    assert!(!secret.name.contains('\u{1b}'), "{:?}", secret.name);
    assert!(secret.rotation.enabled && secret.is_pending());
    assert_eq!(secret.rotation.lambda.as_deref(), Some("arn:aws:lambda:us-east-1:1:function:rotate"));
    assert_eq!((secret.rotation.every_days, secret.rotation.schedule.as_deref()), (Some(10), Some("rate(10 days)")));
    assert_eq!((second(secret.rotation.last), second(secret.rotation.next)), (Some(5), Some(6)));
    assert_eq!(
        (second(secret.changed), second(secret.read_on), second(secret.deleted)),
        (Some(7), Some(86_400), Some(9))
    );
    assert_eq!((secret.owning_service.as_deref(), secret.primary_region.as_deref()), (Some("rds"), Some("us-east-1")));
    assert_eq!(secret.at(AWSCURRENT).map(|version| version.stages.join(" ")).as_deref(), Some("AWSCURRENT mine"));
    assert_eq!(secret.at(AWSPENDING).map(|version| version.id.as_str()), Some("b"));
    assert_eq!(secret.tags, [("Environment".to_owned(), "prod".to_owned())]);
}

#[test]
fn what_aws_leaves_out_is_not_made_up() {
    let secret = entry(sdk::SecretListEntry::builder().build());
    assert_eq!(secret, crate::services::secrets::Secret::default());
}

#[test]
fn replicas_are_told_by_region_in_awss_words() {
    let replica = |region: &str, status: &str| {
        let status = sdk::StatusType::from(status);
        sdk::ReplicationStatusType::builder().region(region).status(status).status_message("why\u{7}").build()
    };
    let raw = DescribeSecretOutput::builder()
        .name("db")
        .version_ids_to_stages("a", vec!["AWSCURRENT".into()])
        .replication_status(replica("us-west-2", "Failed"))
        .replication_status(replica("eu-west-1", "InSync"))
        .replication_status(replica("ap-south-1", "Detached"))
        .build();
    let told = detail(raw);
    let all: Vec<_> = told.replicas.iter().map(|one| (one.region.as_str(), one.status.as_str())).collect();
    assert_eq!(all, [("ap-south-1", "Detached"), ("eu-west-1", "InSync"), ("us-west-2", "Failed")]);
    assert_eq!(told.replicas[0].status, ReplicaStatus::Other("Detached".into()));
    assert_eq!(told.replicas[2].message, "why?");
    assert!(told.secret.at(AWSCURRENT).is_some());
}

#[test]
fn a_version_may_stand_at_no_stage() {
    let raw = sdk::SecretVersionsListEntry::builder().version_id("a").created_date(DateTime::from_secs(3)).build();
    let told = version(raw);
    assert_eq!((told.id.as_str(), told.stages.len(), second(told.created)), ("a", 0, Some(3)));
}
