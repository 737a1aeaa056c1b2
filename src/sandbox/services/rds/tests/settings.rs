//! Settings that AWS drops or resets when an instance is restored or replicated.

use super::stage::{Stage, one};
use super::texts;
use crate::sandbox::world::moment::{DAY, HOUR, MINUTE};

const DROPPED: [(&str, &str); 7] = [
    ("IAMDatabaseAuthenticationEnabled", "false"),
    ("CopyTagsToSnapshot", "false"),
    ("EngineLifecycleSupport", "open-source-rds-extended-support"),
    ("NetworkType", "IPV4"),
    ("MonitoringInterval", "0"),
    ("PerformanceInsightsEnabled", "false"),
    ("DatabaseInsightsMode", "standard"),
];

fn all(xml: &str, wanted: &[(&str, &str)]) {
    for (element, value) in wanted {
        assert_eq!(one(xml, element), *value, "{element}: {xml}");
    }
}

#[test]
fn the_primary_of_prod_has_settings_that_can_be_lost() {
    let stage = Stage::new();
    let xml = stage.look(0, "rentaliq-prod-db");
    all(
        &xml,
        &[
            ("IAMDatabaseAuthenticationEnabled", "true"),
            ("CopyTagsToSnapshot", "true"),
            ("EngineLifecycleSupport", "open-source-rds-extended-support-disabled"),
            ("MonitoringInterval", "60"),
            ("MonitoringRoleArn", "arn:aws:iam::111122223333:role/rentaliq-rds-monitoring-role"),
            ("PerformanceInsightsRetentionPeriod", "7"),
            ("OptionGroupName", "default:postgres-16"),
            ("LicenseModel", "postgresql-license"),
        ],
    );
    assert_eq!(one(&xml, "PerformanceInsightsKMSKeyId"), one(&xml, "KmsKeyId"));
    let filter = "Action=DescribeDBInstances&Filters.Filter.1.Name=dbi-resource-id&Filters.Filter.1.Values.Value.1";
    let found = stage.ok(0, &format!("{filter}={}", one(&xml, "DbiResourceId")));
    assert_eq!(texts(&found, "DBInstanceIdentifier"), ["rentaliq-prod-db"]);
    for (name, value) in [("db-cluster-id", "none"), ("domain", "d-1"), ("engine", "mysql")] {
        let form =
            format!("Action=DescribeDBInstances&Filters.Filter.1.Name={name}&Filters.Filter.1.Values.Value.1={value}");
        assert!(texts(&stage.ok(0, &form), "DBInstanceIdentifier").is_empty(), "{name}");
    }
    let snapshot = stage.ok(0, "Action=DescribeDBSnapshots&DBSnapshotIdentifier=rentaliq-prod-before-release-4-2");
    all(&snapshot, &[("IAMDatabaseAuthenticationEnabled", "true"), ("OptionGroupName", "default:postgres-16")]);
    let backup = stage.ok(0, "Action=DescribeDBInstanceAutomatedBackups&DBInstanceIdentifier=rentaliq-prod-db");
    all(&backup, &[("IAMDatabaseAuthenticationEnabled", "true"), ("OptionGroupName", "default:postgres-16")]);
}

#[test]
fn a_restore_has_the_defaults_of_aws_unless_it_names_them() {
    let stage = Stage::new();
    let back = "Action=RestoreDBInstanceToPointInTime&SourceDBInstanceIdentifier=rentaliq-prod-db\
                &UseLatestRestorableTime=true";
    let from = "Action=RestoreDBInstanceFromDBSnapshot&DBSnapshotIdentifier=rentaliq-prod-before-release-4-2";
    all(&stage.ok(0, &format!("{back}&TargetDBInstanceIdentifier=bare")), &DROPPED);
    all(&stage.ok(0, &format!("{from}&DBInstanceIdentifier=bare-too")), &DROPPED);
    let named = "EnableIAMDatabaseAuthentication=true&CopyTagsToSnapshot=true&NetworkType=DUAL&DedicatedLogVolume=true\
                 &EngineLifecycleSupport=open-source-rds-extended-support-disabled&OptionGroupName=tuned";
    for form in [
        format!("{back}&TargetDBInstanceIdentifier=full&{named}"),
        format!("{from}&DBInstanceIdentifier=full-too&{named}"),
    ] {
        all(
            &stage.ok(0, &form),
            &[
                ("IAMDatabaseAuthenticationEnabled", "true"),
                ("CopyTagsToSnapshot", "true"),
                ("EngineLifecycleSupport", "open-source-rds-extended-support-disabled"),
                ("NetworkType", "DUAL"),
                ("DedicatedLogVolume", "true"),
                ("OptionGroupName", "tuned"),
            ],
        );
    }
    // Without tags of its own it has those of the snapshot's instance.
    let tagged = stage.look(HOUR, "bare-too");
    assert_eq!(texts(&tagged, "Key"), texts(&stage.look(HOUR, "rentaliq-prod-db"), "Key"));
    let wrong = format!("{back}&TargetDBInstanceIdentifier=wrong&EngineLifecycleSupport=forever");
    stage.refused(0, "InvalidParameterValue", &wrong);
}

#[test]
fn a_replica_has_the_defaults_of_aws_and_the_support_of_its_source() {
    let stage = Stage::new();
    let create = "Action=CreateDBInstanceReadReplica&SourceDBInstanceIdentifier=rentaliq-prod-db";
    let bare = stage.ok(0, &format!("{create}&DBInstanceIdentifier=bare"));
    all(
        &bare,
        &[
            ("IAMDatabaseAuthenticationEnabled", "false"),
            ("CopyTagsToSnapshot", "false"),
            ("EngineLifecycleSupport", "open-source-rds-extended-support-disabled"),
            ("DatabaseInsightsMode", "standard"),
            ("MonitoringInterval", "0"),
        ],
    );
    assert!(texts(&bare, "MaxAllocatedStorage").is_empty() && texts(&bare, "MonitoringRoleArn").is_empty());
    let without_role = format!("{create}&DBInstanceIdentifier=alone&MonitoringInterval=60");
    stage.refused(HOUR, "InvalidParameterCombination", &without_role);
    let full = stage.ok(
        HOUR,
        &format!(
            "{create}&DBInstanceIdentifier=full&EnableIAMDatabaseAuthentication=true&EnablePerformanceInsights=true\
             &PerformanceInsightsRetentionPeriod=93&MonitoringInterval=60&MonitoringRoleArn=arn:aws:iam::1:role/m"
        ),
    );
    all(
        &full,
        &[
            ("IAMDatabaseAuthenticationEnabled", "true"),
            ("PerformanceInsightsRetentionPeriod", "93"),
            ("MonitoringRoleArn", "arn:aws:iam::1:role/m"),
        ],
    );
    assert_ne!(one(&full, "PerformanceInsightsKMSKeyId"), one(&full, "KmsKeyId"));
}

#[test]
fn a_promoted_replica_keeps_its_own_settings() {
    let stage = Stage::new();
    let promote = "Action=PromoteReadReplica&DBInstanceIdentifier=rentaliq-prod-db-dr";
    assert_eq!(stage.in_region("us-west-2", 0, promote).0, 200);
    let look = "Action=DescribeDBInstances&DBInstanceIdentifier=rentaliq-prod-db-dr";
    let (_, xml) = stage.in_region("us-west-2", HOUR, look);
    all(&xml, &[("IAMDatabaseAuthenticationEnabled", "false"), ("BackupRetentionPeriod", "1")]);
}

#[test]
fn settings_are_modified_now_or_in_the_window() {
    let stage = Stage::new();
    let modify = |rest: &str| format!("Action=ModifyDBInstance&DBInstanceIdentifier=rentaliq-qa-db&{rest}");
    let xml = stage.ok(0, &modify("EnableIAMDatabaseAuthentication=true"));
    assert_eq!(texts(&xml, "IAMDatabaseAuthenticationEnabled").len(), 2, "it waits beside what is");
    assert_eq!(stage.status(DAY, "rentaliq-qa-db"), "available");
    let xml = stage.ok(DAY, &modify("EnableIAMDatabaseAuthentication=true&ApplyImmediately=true"));
    assert_eq!(one(&xml, "DBInstanceStatus"), "configuring-iam-database-auth");
    let xml = stage.look(DAY + 5 * MINUTE, "rentaliq-qa-db");
    assert_eq!(texts(&xml, "IAMDatabaseAuthenticationEnabled"), ["true"]);
    let later = DAY + HOUR;
    stage.refused(later, "InvalidParameterCombination", &modify("DatabaseInsightsMode=advanced"));
    stage.refused(later, "InvalidParameterValue", &modify("PerformanceInsightsRetentionPeriod=94"));
    stage.refused(later, "InvalidParameterCombination", &modify("MonitoringRoleArn=arn:aws:iam::1:role/m"));
    let advanced = modify("DatabaseInsightsMode=advanced&PerformanceInsightsRetentionPeriod=465");
    all(&stage.ok(later, &advanced), &[("DatabaseInsightsMode", "advanced")]);
    let opted_in = modify("EngineLifecycleSupport=open-source-rds-extended-support");
    all(&stage.ok(later, &opted_in), &[("EngineLifecycleSupport", "open-source-rds-extended-support")]);
    stage.refused(later, "InvalidParameterCombination", &modify("ManageMasterUserPassword=true&MasterUserPassword=x"));
    let managed = stage.ok(later, &modify("ManageMasterUserPassword=true"));
    all(&managed, &[("SecretStatus", "active")]);
    // Such an instance cannot be replicated, and a restore of it is not managed.
    let create = "Action=CreateDBInstanceReadReplica&SourceDBInstanceIdentifier=rentaliq-qa-db&DBInstanceIdentifier=r";
    stage.refused(later + HOUR, "InvalidDBInstanceState", create);
    let back = "Action=RestoreDBInstanceToPointInTime&SourceDBInstanceIdentifier=rentaliq-qa-db\
                &UseLatestRestorableTime=true&TargetDBInstanceIdentifier=back";
    assert!(texts(&stage.ok(later + HOUR, back), "SecretArn").is_empty());
}
