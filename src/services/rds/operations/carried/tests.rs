//! Every setting of AWS's model, in every way: kept, set afterwards, or named as not kept.

use super::*;
use crate::ops::CheckState;
use crate::services::rds::operation::{CreateReplica, PromoteReplica, RestoreFromSnapshot, RestoreToPointInTime};
use crate::services::rds::testing::{seen_on, with_everything_set};
use crate::services::rds::{Plan, TargetKind};

/// Members that AWS takes from the data or the source in every way, and leaves to a promoted replica.
const INHERITED: &[&str] = &[
    "AllocatedStorage",
    "DBName",
    "DbInstancePort",
    "Engine",
    "EngineVersion",
    "KmsKeyId",
    "LicenseModel",
    "MasterUsername",
    "StorageEncrypted",
    "StorageEncryptionType",
];

/// Members that tell how it is and not how it is set: names, times, places that AWS chooses, progress.
const STATE: &[&str] = &[
    "AutomaticRestartTime",
    "AvailabilityZone",
    "CertificateDetails",
    "DBInstanceArn",
    "DBInstanceIdentifier",
    "DBInstanceStatus",
    "DbiResourceId",
    "Endpoint",
    "EnhancedMonitoringResourceArn",
    "InstanceCreateTime",
    "IsStorageConfigUpgradeAvailable",
    "LatestRestorableTime",
    "PendingModifiedValues",
    "PercentProgress",
    "ReadReplicaSourceDBClusterIdentifier",
    "ReadReplicaSourceDBInstanceIdentifier",
    "SecondaryAvailabilityZone",
    "StatusInfos",
    "StorageOperationPercentProgress",
    "StorageOperationStatus",
    "StorageVolumeStatus",
    "UpgradeRolloutOrder",
];

/// Members of other engines, of clusters, of RDS Custom and of what AWS has given up: RDS for PostgreSQL
/// instances of their own do not have them.
const ELSEWHERE: &[&str] = &[
    "ActivityStreamEngineNativeAuditFieldsIncluded",
    "ActivityStreamKinesisStreamName",
    "ActivityStreamKmsKeyId",
    "ActivityStreamMode",
    "ActivityStreamPolicyStatus",
    "ActivityStreamStatus",
    "AdditionalStorageVolumes",
    "AutomationMode",
    "CharacterSetName",
    "CustomIamInstanceProfile",
    "DBClusterIdentifier",
    "DBSecurityGroups",
    "DBSystemId",
    "ListenerEndpoint",
    "MultiTenant",
    "NcharCharacterSetName",
    "PrimaryEndpoint",
    "ProcessorFeatures",
    "PromotionTier",
    "ReplicaMode",
    "ResumeFullAutomationModeTime",
    "TdeCredentialArn",
    "Timezone",
    "VPCNetworkingEnabled",
];

/// The members of `DBInstance`, pinned: a newer model is a deliberate update.
fn members() -> Vec<&'static str> {
    include_str!("db-instance.txt").lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn every_member_of_the_model_is_decided_once() {
    let mut decided: Vec<&str> = SETTINGS.iter().map(|setting| setting.member).collect();
    decided.extend(INHERITED.iter().chain(STATE).chain(ELSEWHERE));
    decided.sort_unstable();
    let mut members = members();
    members.sort_unstable();
    assert_eq!(decided, members);
}

/// The estate with a primary whose every setting is another one than AWS's default.
fn world(kind: TargetKind, id: &str, region: &str) -> Seen {
    let mut seen = seen_on(kind, id, region);
    with_everything_set(&mut seen.databases[0]);
    seen
}

fn plan_for(way: Way) -> (Plan, Seen) {
    let primary = || world(TargetKind::DbInstance, "rentaliq-prod-db", "us-east-1");
    let replica = |region: &str| {
        let seen = primary();
        let mut request = CreateReplica::offer(&seen);
        request.set("region", region, &seen).unwrap();
        (Operation::CreateReplica(request), seen)
    };
    let (operation, seen) = match way {
        Way::ByTime => {
            let seen = primary();
            (Operation::RestoreToPointInTime(RestoreToPointInTime::offer(&seen)), seen)
        }
        Way::FromSnapshot | Way::FromSnapshotAfar => {
            let region = if way == Way::FromSnapshot { "us-east-1" } else { "us-west-2" };
            let mut seen = world(TargetKind::DbSnapshot, "before-release-42", region);
            seen.snapshots[0].source_region = Some("us-east-1".into());
            seen.snapshots[0].allocated = seen.databases[0].storage.allocated;
            (Operation::RestoreFromSnapshot(RestoreFromSnapshot::offer(&seen)), seen)
        }
        Way::Replica => replica("us-east-1"),
        Way::ReplicaAfar => replica("us-west-2"),
        Way::Promotion => {
            let mut seen = world(TargetKind::DbInstance, "rentaliq-prod-db-dr", "us-west-2");
            // Otherwise they are alike by chance.
            (seen.databases[2].storage.kind, seen.databases[2].performance_insights) = ("gp2".into(), false);
            (Operation::PromoteReplica(PromoteReplica::offer(&seen)), seen)
        }
    };
    (Plan::make(&operation, None, &seen), seen)
}

#[test]
fn every_setting_is_kept_or_set_afterwards_or_named_as_not_kept() {
    let mut cells = 0;
    let ways = [Way::ByTime, Way::FromSnapshot, Way::FromSnapshotAfar, Way::Replica, Way::ReplicaAfar, Way::Promotion];
    for way in ways {
        let (plan, seen) = plan_for(way);
        let source = &seen.databases[0];
        for setting in SETTINGS {
            let value = (setting.of)(source, source.storage.allocated);
            let value = value.unwrap_or_else(|| panic!("{} is not set in the test's primary", setting.member));
            let what = format!("{way:?} {}", setting.member);
            let sent = |steps: &[crate::services::rds::Step], name: &str| {
                steps.iter().any(|step| step.call.get(name).is_some_and(|sent| sent.to_string() == value.to_string()))
            };
            let named = plan.kept.iter().any(|row| row.name == setting.member && row.lost && !row.kept);
            match setting.fate(way) {
                Asked(parameter) => assert!(sent(&plan.steps[..1], parameter), "{what} is not asked for"),
                Afterwards(parameter) | WithRole(parameter) => {
                    assert!(sent(&plan.steps[1..], parameter), "{what} is not set afterwards");
                }
                Lost | Compared => assert!(named, "{what} is not named: {:?}", plan.kept),
                Refused => assert!(
                    plan.checks.iter().any(|check| check.state == CheckState::Failed && check.why.contains("Secrets")),
                    "{what} is not refused"
                ),
                // A field of the plan, or a word of its summary; never lost on the way.
                Chosen | Inherited => assert!(!named, "{what}"),
            }
            cells += 1;
        }
    }
    assert_eq!(cells, SETTINGS.len() * 6);
}

#[test]
fn a_promotion_names_in_what_the_replica_is_not_as_its_source() {
    let seen = world(TargetKind::DbInstance, "rentaliq-prod-db-dr", "us-west-2");
    let rows = differences(&seen.databases[2], &seen.databases[0]);
    let row = rows.iter().find(|row| row.name == "IAMDatabaseAuthenticationEnabled").unwrap();
    assert_eq!((row.value.as_str(), row.default.as_str()), ("true", "none"));
    assert!(differences(&seen.databases[0], &seen.databases[0]).is_empty());
}

#[test]
fn tags_of_aws_are_left_out() {
    let tags = [("aws:cloudformation:stack-id".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())];
    assert_eq!(own_tags(&tags), [("a".to_owned(), "2".to_owned())]);
}
