use super::stage::{Stage, one};
use super::texts;
use crate::sandbox::world::moment::{DAY, HOUR, MINUTE};

fn modify(rest: &str) -> String {
    format!("Action=ModifyDBInstance&DBInstanceIdentifier=rentaliq-qa-db&{rest}")
}

#[test]
fn a_class_is_changed_at_once_with_everything_that_waits() {
    let stage = Stage::new();
    let xml = stage.ok(0, &modify("DBInstanceClass=db.t3.large"));
    assert_eq!(one(&xml, "DBInstanceStatus"), "available");
    assert_eq!(texts(&xml, "DBInstanceClass"), ["db.t3.small", "db.t3.large"]);
    // Not before the maintenance window: it is Sunday afternoon, and the window opens on Sundays at four.
    assert_eq!(stage.status(2 * DAY, "rentaliq-qa-db"), "available");
    let xml = stage.ok(2 * DAY, &modify("MultiAZ=true&ApplyImmediately=true"));
    assert_eq!(one(&xml, "DBInstanceStatus"), "modifying");
    stage.refused(2 * DAY + 60, "InvalidDBInstanceState", &modify("DeletionProtection=true"));
    let xml = stage.look(2 * DAY + 9 * MINUTE, "rentaliq-qa-db");
    assert_eq!((one(&xml, "DBInstanceStatus"), one(&xml, "MultiAZ")), ("available".into(), "true".into()));
    assert_eq!(texts(&xml, "DBInstanceClass"), ["db.t3.large"]);
    assert!(!one(&xml, "SecondaryAvailabilityZone").is_empty());
}

#[test]
fn what_waits_is_changed_in_the_maintenance_window() {
    let stage = Stage::new();
    stage.ok(0, &modify("DBInstanceClass=db.t3.large"));
    // From Sunday 14:00 to the next Sunday 04:00.
    let opens = 6 * DAY + 14 * HOUR;
    assert_eq!(one(&stage.look(opens - 60, "rentaliq-qa-db"), "DBInstanceClass"), "db.t3.small");
    assert_eq!(stage.status(opens + 60, "rentaliq-qa-db"), "modifying");
    assert_eq!(texts(&stage.look(opens + 7 * MINUTE, "rentaliq-qa-db"), "DBInstanceClass"), ["db.t3.large"]);
    // What is taken back does not come.
    stage.ok(opens + HOUR, &modify("DBInstanceClass=db.t3.medium"));
    let xml = stage.ok(opens + HOUR, &modify("DBInstanceClass=db.t3.large"));
    assert_eq!(texts(&xml, "DBInstanceClass"), ["db.t3.large"]);
    assert_eq!(stage.status(opens + 7 * DAY + 60, "rentaliq-qa-db"), "available");
}

#[test]
fn storage_grows_and_is_optimised_before_it_grows_again() {
    let stage = Stage::new();
    stage.refused(0, "InvalidParameterCombination", &modify("AllocatedStorage=40&ApplyImmediately=true"));
    let said = stage.refused(0, "InvalidParameterCombination", &modify("AllocatedStorage=60&Iops=5000"));
    assert!(said.contains("specify IOPS or storage throughput for engine postgres"), "{said}");
    // Less than a tenth more is rounded up.
    stage.ok(0, &modify("AllocatedStorage=51&ApplyImmediately=true"));
    let xml = stage.look(4 * MINUTE, "rentaliq-qa-db");
    assert_eq!(one(&xml, "DBInstanceStatus"), "storage-optimization");
    assert_eq!(
        (one(&xml, "AllocatedStorage"), one(&xml, "StorageOperationStatus")),
        ("55".into(), "Optimizing".into())
    );
    assert!(!one(&xml, "StorageOperationPercentProgress").is_empty());
    let again = modify("AllocatedStorage=80&ApplyImmediately=true");
    let said = stage.refused(4 * MINUTE, "InvalidParameterCombination", &again);
    assert!(said.contains("the previous storage change is being optimized"), "{said}");
    // The limit of autoscaling is no storage change; neither is a restart, which keeps it going on.
    stage.ok(4 * MINUTE, &modify("MaxAllocatedStorage=200"));
    stage.ok(5 * MINUTE, "Action=RebootDBInstance&DBInstanceIdentifier=rentaliq-qa-db");
    assert_eq!(stage.status(7 * MINUTE, "rentaliq-qa-db"), "storage-optimization");
    assert_eq!(stage.status(HOUR, "rentaliq-qa-db"), "available");
    for (hour, size) in [(1, 70), (2, 90), (3, 110)] {
        stage.ok(hour * HOUR, &modify(&format!("AllocatedStorage={size}&ApplyImmediately=true")));
    }
    let fifth = modify("AllocatedStorage=150&ApplyImmediately=true");
    stage.refused(4 * HOUR, "InvalidParameterCombination", &fifth);
    stage.ok(25 * HOUR, &fifth);
}

#[test]
fn settings_that_count_at_once_and_same_values() {
    let stage = Stage::new();
    let same = stage.ok(0, &modify("DBInstanceClass=db.t3.small&AllocatedStorage=50&MultiAZ=false&BackupRetentionPeriod=7&ApplyImmediately=true"));
    assert_eq!(one(&same, "DBInstanceStatus"), "available");
    let xml =
        stage.ok(0, &modify("DeletionProtection=true&BackupRetentionPeriod=14&PreferredBackupWindow=05:00-06:00"));
    assert_eq!(one(&xml, "DBInstanceStatus"), "available");
    assert_eq!((one(&xml, "DeletionProtection"), one(&xml, "BackupRetentionPeriod")), ("true".into(), "14".into()));
    let xml = stage.ok(0, &modify("DBParameterGroupName=tuned&VpcSecurityGroupIds.VpcSecurityGroupId.1=sg-0123"));
    assert_eq!(
        (one(&xml, "ParameterApplyStatus"), one(&xml, "VpcSecurityGroupId")),
        ("pending-reboot".into(), "sg-0123".into())
    );
    for (code, rest) in [
        ("InvalidParameterValue", "BackupRetentionPeriod=36"),
        ("InvalidParameterValue", "DBInstanceClass=db.huge"),
        ("InvalidParameterValue", "PreferredMaintenanceWindow=never"),
        ("InvalidParameterCombination", "MonitoringInterval=60"),
        ("InvalidParameterCombination", "EngineVersion=17.5"),
        ("InvalidParameterCombination", "MaxAllocatedStorage=30"),
    ] {
        stage.refused(5 * MINUTE, code, &modify(rest));
    }
    let off = "Action=ModifyDBInstance&DBInstanceIdentifier=rentaliq-prod-db&BackupRetentionPeriod=0";
    stage.refused(0, "InvalidDBInstanceState", off);
    stage.refused(0, "DBInstanceNotFound", "Action=ModifyDBInstance&DBInstanceIdentifier=nobody");
}

#[test]
fn backups_that_are_switched_on_begin_then() {
    let stage = Stage::new();
    stage.ok(0, &modify("BackupRetentionPeriod=0&ApplyImmediately=true"));
    let restore = "Action=RestoreDBInstanceToPointInTime&SourceDBInstanceIdentifier=rentaliq-qa-db\
                   &TargetDBInstanceIdentifier=again&UseLatestRestorableTime=true";
    stage.refused(5 * MINUTE, "PointInTimeRestoreNotEnabled", restore);
    let automated = "Action=DescribeDBSnapshots&DBInstanceIdentifier=rentaliq-qa-db&SnapshotType=automated";
    assert!(texts(&stage.ok(5 * MINUTE, automated), "DBSnapshot").is_empty());
    stage.ok(10 * MINUTE, &modify("BackupRetentionPeriod=3&ApplyImmediately=true"));
    assert_eq!(texts(&stage.ok(20 * MINUTE, automated), "DBSnapshotIdentifier").len(), 1);
    stage.ok(20 * MINUTE, restore);
}

#[test]
fn a_point_in_time_is_restored_with_the_defaults_of_aws() {
    let stage = Stage::new();
    let restore = "Action=RestoreDBInstanceToPointInTime&SourceDBInstanceIdentifier=rentaliq-prod-db";
    let to = |rest: &str| format!("{restore}&TargetDBInstanceIdentifier=rentaliq-prod-restored&{rest}");
    stage.refused(0, "InvalidParameterCombination", &to(""));
    let late = stage.refused(0, "InvalidRestoreFault", &to("RestoreTime=2026-11-22T13:59:30Z"));
    assert!(late.contains("later than"), "{late}");
    stage.refused(0, "InvalidRestoreFault", &to("RestoreTime=2026-01-01T00:00:00Z"));
    let taken = format!("{restore}&TargetDBInstanceIdentifier=rentaliq-qa-db&UseLatestRestorableTime=true");
    stage.refused(0, "DBInstanceAlreadyExists", &taken);
    let of_replica = "Action=RestoreDBInstanceToPointInTime&SourceDBInstanceIdentifier=rentaliq-prod-db-replica-1\
                      &TargetDBInstanceIdentifier=x&UseLatestRestorableTime=true";
    stage.refused(0, "PointInTimeRestoreNotEnabled", of_replica);
    let xml = stage.ok(0, &to("RestoreTime=2026-11-22T12:00:00Z"));
    assert_eq!(one(&xml, "DBInstanceStatus"), "creating");
    let xml = stage.look(20 * MINUTE, "rentaliq-prod-restored");
    for (element, value) in [
        ("DBInstanceStatus", "available"),
        ("DBInstanceClass", "db.t3.medium"),
        ("MultiAZ", "false"),
        ("DeletionProtection", "false"),
        ("AllocatedStorage", "100"),
        ("DBSubnetGroupName", "default"),
        ("DBParameterGroupName", "default.postgres16"),
        ("EngineVersion", "16.4"),
        ("StorageEncrypted", "true"),
        ("StorageOperationStatus", "Initializing"),
    ] {
        assert_eq!(one(&xml, element), value, "{element}");
    }
    assert!(one(&xml, "Address").starts_with("rentaliq-prod-restored."));
    assert!(texts(&xml, "ReadReplicaDBInstanceIdentifier").is_empty());
    assert_eq!(texts(&xml, "Key"), texts(&stage.look(0, "rentaliq-prod-db"), "Key"));
    let asked = format!(
        "{restore}&TargetDBInstanceIdentifier=like-it&UseLatestRestorableTime=true&MultiAZ=true&DeletionProtection=true\
         &DBInstanceClass=db.m7g.large&DBSubnetGroupName=rentaliq-db-subnets&DBParameterGroupName=rentaliq-postgres16\
         &VpcSecurityGroupIds.VpcSecurityGroupId.1=sg-0aa&Tags.Tag.1.Key=Owner&Tags.Tag.1.Value=oncall"
    );
    let xml = stage.ok(0, &asked);
    for (element, value) in [
        ("DBInstanceClass", "db.m7g.large"),
        ("MultiAZ", "true"),
        ("DeletionProtection", "true"),
        ("DBSubnetGroupName", "rentaliq-db-subnets"),
        ("DBParameterGroupName", "rentaliq-postgres16"),
        ("VpcSecurityGroupId", "sg-0aa"),
        ("Key", "Owner"),
    ] {
        assert_eq!(one(&xml, element), value, "{element}");
    }
}

#[test]
fn a_copied_snapshot_outlives_its_instance_and_can_be_restored() {
    let stage = Stage::new();
    let arn = "arn:aws:rds:us-east-1:111122223333:snapshot:rentaliq-qa-before-release-4-2";
    let copy = format!("Action=CopyDBSnapshot&SourceDBSnapshotIdentifier={arn}&TargetDBSnapshotIdentifier=far");
    let (status, xml) = stage.in_region("us-west-2", 0, &copy);
    assert_eq!((status, one(&xml, "Code")), (400, "InvalidParameterCombination".into()), "{xml}");
    let key = format!("{copy}&KmsKeyId=arn:aws:kms:us-west-2:111122223333:key/1");
    let (status, xml) = stage.in_region("us-west-2", 0, &key);
    assert_eq!(
        (status, one(&xml, "Status"), one(&xml, "SourceRegion")),
        (200, "creating".into(), "us-east-1".into()),
        "{xml}"
    );
    assert_eq!(one(&stage.in_region("us-west-2", 0, &key).1, "Code"), "DBSnapshotAlreadyExists");
    let restore =
        "Action=RestoreDBInstanceFromDBSnapshot&DBSnapshotIdentifier=far&DBInstanceIdentifier=rentaliq-qa-far";
    assert_eq!(one(&stage.in_region("us-west-2", 60, restore).1, "Code"), "InvalidDBSnapshotState");

    let delete = "Action=DeleteDBInstance&DBInstanceIdentifier=rentaliq-qa-db&SkipFinalSnapshot=true";
    stage.ok(HOUR, delete);
    stage.refused(HOUR + 600, "DBInstanceNotFound", "Action=DescribeDBInstances&DBInstanceIdentifier=rentaliq-qa-db");
    let kept = stage.ok(HOUR + 600, "Action=DescribeDBSnapshots&DBInstanceIdentifier=rentaliq-qa-db");
    assert_eq!(texts(&kept, "DBSnapshotIdentifier"), ["rentaliq-qa-before-release-4-2"]);
    let look = "Action=DescribeDBSnapshots&DBSnapshotIdentifier=far";
    let (_, far) = stage.in_region("us-west-2", HOUR + 600, look);
    assert_eq!((one(&far, "Status"), one(&far, "PercentProgress")), ("available".into(), "100".into()), "{far}");
    assert_eq!(one(&far, "DBSnapshotArn"), "arn:aws:rds:us-west-2:111122223333:snapshot:far");
    let (status, xml) = stage.in_region("us-west-2", HOUR + 600, restore);
    assert_eq!((status, one(&xml, "AllocatedStorage")), (200, "50".into()), "{xml}");
    assert_eq!(one(&xml, "KmsKeyId"), "arn:aws:kms:us-west-2:111122223333:key/1");
}

#[test]
fn a_replica_is_promoted_and_its_siblings_stay() {
    let stage = Stage::new();
    let promote = "Action=PromoteReadReplica&DBInstanceIdentifier=rentaliq-prod-db-dr&BackupRetentionPeriod=14";
    let wrong = "Action=PromoteReadReplica&DBInstanceIdentifier=rentaliq-prod-db";
    stage.refused(0, "InvalidDBInstanceState", wrong);
    let (status, xml) = stage.in_region("us-west-2", 0, promote);
    assert_eq!((status, one(&xml, "DBInstanceStatus")), (200, "modifying".into()), "{xml}");
    assert_eq!(one(&stage.in_region("us-west-2", 30, promote).1, "Code"), "InvalidDBInstanceState");
    let look = "Action=DescribeDBInstances&DBInstanceIdentifier=rentaliq-prod-db-dr";
    let (_, xml) = stage.in_region("us-west-2", 100, look);
    assert_eq!(one(&xml, "DBInstanceStatus"), "rebooting");
    assert!(!one(&xml, "ReadReplicaSourceDBInstanceIdentifier").is_empty());
    let (_, xml) = stage.in_region("us-west-2", 10 * MINUTE, look);
    assert_eq!((one(&xml, "DBInstanceStatus"), one(&xml, "BackupRetentionPeriod")), ("available".into(), "14".into()));
    assert!(texts(&xml, "ReadReplicaSourceDBInstanceIdentifier").is_empty() && texts(&xml, "StatusType").is_empty());
    assert_eq!(texts(&xml, "LatestRestorableTime").len(), 1);
    let xml = stage.look(10 * MINUTE, "rentaliq-prod-db");
    assert_eq!(texts(&xml, "ReadReplicaDBInstanceIdentifier"), ["rentaliq-prod-db-replica-1"]);
    assert_eq!(one(&stage.in_region("us-west-2", 10 * MINUTE, promote).1, "Code"), "InvalidDBInstanceState");
}

#[test]
fn a_failover_swaps_the_zones_and_is_not_repeated_at_once() {
    let stage = Stage::new();
    let single = "Action=RebootDBInstance&DBInstanceIdentifier=rentaliq-qa-db&ForceFailover=true";
    stage.refused(0, "InvalidParameterCombination", single);
    let failover = "Action=RebootDBInstance&DBInstanceIdentifier=rentaliq-prod-db&ForceFailover=true";
    let before = stage.look(0, "rentaliq-prod-db");
    let xml = stage.ok(0, failover);
    assert_eq!(one(&xml, "DBInstanceStatus"), "rebooting");
    stage.refused(30, "InvalidDBInstanceState", failover);
    let since = stage.look(3 * MINUTE, "rentaliq-prod-db");
    assert_eq!(one(&since, "DBInstanceStatus"), "available");
    assert_eq!(one(&since, "SecondaryAvailabilityZone"), "us-east-1a");
    assert_eq!(one(&before, "SecondaryAvailabilityZone"), "us-east-1b");
    stage.refused(3 * MINUTE, "InvalidDBInstanceState", failover);
    stage.ok(20 * MINUTE, failover);
    let events = "Action=DescribeEvents&SourceType=db-instance&SourceIdentifier=rentaliq-prod-db&Duration=10";
    let told = stage.ok(3 * MINUTE, events);
    assert_eq!(
        texts(&told, "Message"),
        ["Multi-AZ instance failover started.", "DB instance restarted", "Multi-AZ instance failover completed"]
    );
}

#[test]
fn a_stopped_instance_starts_by_itself_after_a_week() {
    let stage = Stage::new();
    for id in ["rentaliq-prod-db", "rentaliq-prod-db-replica-1"] {
        stage.refused(0, "InvalidDBInstanceState", &format!("Action=StopDBInstance&DBInstanceIdentifier={id}"));
    }
    let start = "Action=StartDBInstance&DBInstanceIdentifier=rentaliq-lab-db";
    stage.refused(0, "InvalidDBInstanceState", start);
    let stop = "Action=StopDBInstance&DBInstanceIdentifier=rentaliq-lab-db&DBSnapshotIdentifier=before-stop";
    assert_eq!(one(&stage.ok(0, stop), "DBInstanceStatus"), "stopping");
    let stopped = stage.look(10 * MINUTE, "rentaliq-lab-db");
    assert_eq!(one(&stopped, "DBInstanceStatus"), "stopped");
    assert_eq!(one(&stopped, "AutomaticRestartTime"), "2026-11-29T14:03:00Z");
    stage.ok(10 * MINUTE, "Action=DescribeDBSnapshots&DBSnapshotIdentifier=before-stop");
    stage.refused(10 * MINUTE, "InvalidDBInstanceState", &stop.replace("before-stop", "again"));
    assert_eq!(stage.status(7 * DAY + 4 * MINUTE, "rentaliq-lab-db"), "starting");
    assert_eq!(stage.status(7 * DAY + 10 * MINUTE, "rentaliq-lab-db"), "available");

    let stage = Stage::new();
    stage.ok(0, "Action=StopDBInstance&DBInstanceIdentifier=rentaliq-lab-db");
    assert_eq!(one(&stage.ok(HOUR, start), "DBInstanceStatus"), "starting");
    assert!(texts(&stage.look(2 * HOUR, "rentaliq-lab-db"), "AutomaticRestartTime").is_empty());
}

#[test]
fn deletion_wants_to_know_what_stays() {
    let stage = Stage::new();
    let delete = |id: &str, rest: &str| format!("Action=DeleteDBInstance&DBInstanceIdentifier={id}&{rest}");
    let said = stage.refused(0, "InvalidParameterCombination", &delete("rentaliq-prod-db", "SkipFinalSnapshot=true"));
    assert_eq!(said, "Cannot delete protected DB Instance, please disable deletion protection and try again.");
    stage.refused(0, "InvalidParameterCombination", &delete("rentaliq-lab-db", ""));
    let both = delete("rentaliq-lab-db", "SkipFinalSnapshot=true&FinalDBSnapshotIdentifier=last");
    stage.refused(0, "InvalidParameterCombination", &both);
    let taken = delete("rentaliq-lab-db", "FinalDBSnapshotIdentifier=rentaliq-qa-before-release-4-2");
    stage.refused(0, "DBSnapshotAlreadyExists", &taken);
    let last = delete("rentaliq-lab-db", "FinalDBSnapshotIdentifier=last&DeleteAutomatedBackups=false");
    let resource_id = one(&stage.look(0, "rentaliq-lab-db"), "DbiResourceId");
    assert_eq!(one(&stage.ok(0, &last), "DBInstanceStatus"), "deleting");
    stage.refused(60, "InvalidDBInstanceState", &last);
    let gone = "Action=DescribeDBInstances&DBInstanceIdentifier=rentaliq-lab-db";
    stage.refused(20 * MINUTE, "DBInstanceNotFound", gone);
    let last = stage.ok(20 * MINUTE, "Action=DescribeDBSnapshots&DBSnapshotIdentifier=last");
    assert_eq!((one(&last, "Status"), one(&last, "AllocatedStorage")), ("available".into(), "20".into()));
    // Its name finds nothing any more; its resource id does.
    let by_name = "Action=DescribeDBInstanceAutomatedBackups&DBInstanceIdentifier=rentaliq-lab-db";
    stage.refused(20 * MINUTE, "DBInstanceAutomatedBackupNotFound", by_name);
    let backups = format!("Action=DescribeDBInstanceAutomatedBackups&DbiResourceId={resource_id}");
    let kept = stage.ok(20 * MINUTE, &backups);
    assert_eq!(texts(&kept, "Status"), ["retained"], "{kept}");
    let restore = format!(
        "Action=RestoreDBInstanceToPointInTime&TargetDBInstanceIdentifier=back&UseLatestRestorableTime=true\
         &SourceDbiResourceId={resource_id}"
    );
    stage.ok(20 * MINUTE, &restore);
    // Three days of retention are over.
    stage.refused(4 * DAY, "DBInstanceAutomatedBackupNotFound", &backups);
}

#[test]
fn replicas_of_a_deleted_source() {
    let stage = Stage::new();
    let unprotect = "Action=ModifyDBInstance&DBInstanceIdentifier=rentaliq-prod-db&DeletionProtection=false";
    stage.ok(0, unprotect);
    stage.ok(0, "Action=DeleteDBInstance&DBInstanceIdentifier=rentaliq-prod-db&SkipFinalSnapshot=true");
    let near = stage.look(HOUR, "rentaliq-prod-db-replica-1");
    assert!(texts(&near, "ReadReplicaSourceDBInstanceIdentifier").is_empty());
    let look = "Action=DescribeDBInstances&DBInstanceIdentifier=rentaliq-prod-db-dr";
    let (_, far) = stage.in_region("us-west-2", HOUR, look);
    let info = texts(&far, "StatusInfos").first().map(|info| one(info, "Status"));
    assert_eq!(info.as_deref(), Some("terminated"));
    let promote = "Action=PromoteReadReplica&DBInstanceIdentifier=rentaliq-prod-db-dr";
    assert_eq!(stage.in_region("us-west-2", HOUR, promote).0, 200);
    let (_, far) = stage.in_region("us-west-2", 2 * HOUR, look);
    assert!(texts(&far, "StatusInfos").is_empty());
}

#[test]
fn maintenance_is_applied_now_or_in_the_window() {
    let stage = Stage::new();
    let arn = "arn:aws:rds:us-east-1:111122223333:db:rentaliq-prod-db";
    let apply = |action: &str, kind: &str| {
        format!("Action=ApplyPendingMaintenanceAction&ResourceIdentifier={arn}&ApplyAction={action}&OptInType={kind}")
    };
    stage.refused(0, "ResourceNotFoundFault", &apply("hardware-maintenance", "immediate"));
    stage.refused(0, "ResourceNotFoundFault", &apply("db-upgrade", "immediate").replace("prod-db", "no-db"));
    stage.refused(0, "InvalidParameterValue", &apply("db-upgrade", "whenever"));
    stage.ok(0, &apply("db-upgrade", "undo-opt-in"));
    stage.ok(0, &apply("system-update", "immediate"));
    assert_eq!(stage.status(60, "rentaliq-prod-db"), "maintenance");
    let pending = "Action=DescribePendingMaintenanceActions";
    assert_eq!(texts(&stage.ok(10 * MINUTE, pending), "Action"), ["db-upgrade"]);
    stage.ok(10 * MINUTE, &apply("db-upgrade", "next-maintenance"));
    let opens = 6 * DAY + 14 * HOUR;
    assert_eq!(stage.status(opens + 60, "rentaliq-prod-db"), "upgrading");
    assert_eq!(one(&stage.look(opens + HOUR, "rentaliq-prod-db"), "EngineVersion"), "16.8");
    assert!(texts(&stage.ok(opens + HOUR, pending), "Action").is_empty());
}

#[test]
fn tags_are_put_and_taken_away() {
    let stage = Stage::new();
    let arn = "arn:aws:rds:us-east-1:111122223333:db:rentaliq-lab-db";
    let list = format!("Action=ListTagsForResource&ResourceName={arn}");
    let before = texts(&stage.ok(0, &list), "Key").len();
    stage.ok(
        0,
        &format!(
            "Action=AddTagsToResource&ResourceName={arn}&Tags.Tag.1.Key=Drill&Tags.Tag.1.Value=7\
             &Tags.Tag.2.Key=Owner&Tags.Tag.2.Value=oncall"
        ),
    );
    let xml = stage.ok(0, &list);
    assert_eq!(texts(&xml, "Key").len(), before + 1);
    assert!(texts(&xml, "Value").contains(&"oncall"));
    stage.ok(0, &format!("Action=RemoveTagsFromResource&ResourceName={arn}&TagKeys.member.1=Drill"));
    assert!(!texts(&stage.ok(0, &list), "Key").contains(&"Drill"));
    stage.refused(0, "DBInstanceNotFound", &format!("Action=AddTagsToResource&ResourceName={arn}x"));
}

#[test]
fn classes_that_can_be_ordered_come_in_pages() {
    let stage = Stage::new();
    let ask = "Action=DescribeOrderableDBInstanceOptions&Engine=postgres&EngineVersion=16.4";
    let one_class = stage.ok(0, &format!("{ask}&DBInstanceClass=db.t3.medium"));
    assert_eq!(texts(&one_class, "StorageType"), ["gp2", "gp3", "io1", "io2"]);
    assert!(texts(&stage.ok(0, &format!("{ask}&DBInstanceClass=db.x9.huge")), "StorageType").is_empty());
    let (mut all, mut marker) = (Vec::new(), String::new());
    loop {
        let xml = stage.ok(0, &format!("{ask}{marker}"));
        all.extend(texts(&xml, "DBInstanceClass").into_iter().map(str::to_owned));
        match texts(&xml, "Marker").first() {
            Some(next) => marker = format!("&Marker={next}"),
            None => break,
        }
    }
    assert!(all.len() > 200 && all.is_sorted());
}
