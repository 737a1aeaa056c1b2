//! What a call does besides what it is for.

use super::stage::{Stage, one};
use super::{ask_as, sandbox, texts};
use crate::sandbox::world::moment::{DAY, HOUR, MINUTE, after};

/// From Sunday 14:00 to the next Sunday 04:00.
const OPENS: i64 = 6 * DAY + 14 * HOUR;

fn modify(rest: &str) -> String {
    format!("Action=ModifyDBInstance&DBInstanceIdentifier=rentaliq-qa-db&{rest}")
}

#[test]
fn apply_immediately_begins_a_waiting_upgrade_too() {
    let stage = Stage::new();
    stage.ok(0, &modify("EngineVersion=16.8"));
    assert_eq!(texts(&stage.look(HOUR, "rentaliq-qa-db"), "EngineVersion"), ["16.4", "16.8"]);
    let xml = stage.ok(HOUR, &modify("MaxAllocatedStorage=200&ApplyImmediately=true"));
    assert_eq!(one(&xml, "DBInstanceStatus"), "upgrading");
    assert_eq!(texts(&stage.look(2 * HOUR, "rentaliq-qa-db"), "EngineVersion"), ["16.8"]);
    let back = modify("EngineVersion=16.4&ApplyImmediately=true");
    stage.refused(2 * HOUR, "InvalidParameterCombination", &back);
}

#[test]
fn stopping_takes_back_what_waits() {
    let stage = Stage::new();
    stage.ok(0, &modify("DBInstanceClass=db.t3.large"));
    stage.ok(MINUTE, "Action=StopDBInstance&DBInstanceIdentifier=rentaliq-qa-db");
    assert_eq!(texts(&stage.look(HOUR, "rentaliq-qa-db"), "DBInstanceClass"), ["db.t3.small"]);
    stage.ok(HOUR, "Action=StartDBInstance&DBInstanceIdentifier=rentaliq-qa-db");
    assert_eq!(stage.status(OPENS + MINUTE, "rentaliq-qa-db"), "available");
    assert_eq!(texts(&stage.look(OPENS + HOUR, "rentaliq-qa-db"), "DBInstanceClass"), ["db.t3.small"]);
}

#[test]
fn the_present_class_takes_a_waiting_one_back() {
    let stage = Stage::new();
    stage.ok(0, &modify("DBInstanceClass=db.t3.large"));
    let xml = stage.ok(0, &modify("DBInstanceClass=db.t3.small&ApplyImmediately=true"));
    assert_eq!(texts(&xml, "DBInstanceClass"), ["db.t3.small"]);
    assert_eq!(one(&xml, "DBInstanceStatus"), "available");
}

#[test]
fn every_restart_takes_static_parameters_over() {
    let group =
        |id: &str, name: &str| format!("Action=ModifyDBInstance&DBInstanceIdentifier={id}&DBParameterGroupName={name}");
    let restarts = [
        ("rentaliq-qa-db", "Action=RebootDBInstance&DBInstanceIdentifier=rentaliq-qa-db"),
        ("rentaliq-prod-db", "Action=RebootDBInstance&DBInstanceIdentifier=rentaliq-prod-db&ForceFailover=true"),
        (
            "rentaliq-qa-db",
            "Action=ModifyDBInstance&DBInstanceIdentifier=rentaliq-qa-db&DBInstanceClass=db.t3.large&ApplyImmediately=true",
        ),
    ];
    for (id, restart) in restarts {
        let stage = Stage::new();
        stage.ok(0, &group(id, "tuned"));
        assert_eq!(one(&stage.look(HOUR, id), "ParameterApplyStatus"), "pending-reboot", "{restart}");
        stage.ok(HOUR, restart);
        assert_eq!(one(&stage.look(2 * HOUR, id), "ParameterApplyStatus"), "in-sync", "{restart}");
    }
    let stage = Stage::new();
    stage.ok(0, &group("rentaliq-lab-db", "tuned"));
    stage.ok(HOUR, "Action=StopDBInstance&DBInstanceIdentifier=rentaliq-lab-db");
    assert_eq!(one(&stage.look(2 * HOUR, "rentaliq-lab-db"), "ParameterApplyStatus"), "pending-reboot");
    stage.ok(2 * HOUR, "Action=StartDBInstance&DBInstanceIdentifier=rentaliq-lab-db");
    assert_eq!(one(&stage.look(3 * HOUR, "rentaliq-lab-db"), "ParameterApplyStatus"), "in-sync");
}

#[test]
fn a_failover_that_the_scenario_plays_takes_static_parameters_over() {
    let (world, epoch) = sandbox("failover", None);
    let ask = |seconds: i64, form: &str| {
        let (status, xml) = ask_as("444455556666", &world, after(epoch, seconds), "eu-west-1", form);
        assert_eq!(status, 200, "{form}: {xml}");
        xml
    };
    let group = |seconds: i64, name: &str| {
        let id = "prod-orders-db";
        ask(seconds, &format!("Action=ModifyDBInstance&DBInstanceIdentifier={id}&DBParameterGroupName={name}"))
    };
    let applied = |seconds: i64| {
        one(&ask(seconds, "Action=DescribeDBInstances&DBInstanceIdentifier=prod-orders-db"), "ParameterApplyStatus")
    };
    group(0, "tuned");
    assert_eq!(applied(4 * MINUTE), "pending-reboot");
    // It fails over after five minutes.
    assert_eq!(applied(10 * MINUTE), "in-sync");
    group(11 * MINUTE, "tuned-again");
    assert_eq!(applied(HOUR), "pending-reboot", "set after the failover");
}

#[test]
fn windows_must_not_overlap() {
    let stage = Stage::new();
    let promote = "Action=PromoteReadReplica&DBInstanceIdentifier=rentaliq-prod-db-dr&PreferredBackupWindow";
    let (status, xml) = stage.in_region("us-west-2", 0, &format!("{promote}=04:30-05:30"));
    assert_eq!((status, one(&xml, "Code")), (400, "InvalidParameterValue".into()), "{xml}");
    assert_eq!(one(&xml, "Message"), "The backup window and maintenance window must not overlap.");
    assert_eq!(stage.in_region("us-west-2", 0, &format!("{promote}=05:00-06:00")).0, 200);
    stage.refused(0, "InvalidParameterValue", &modify("PreferredBackupWindow=04:30-05:30"));
    stage.refused(0, "InvalidParameterValue", &modify("PreferredMaintenanceWindow=mon:03:30-mon:04:30"));
    stage.ok(0, &modify("PreferredBackupWindow=04:30-05:30&PreferredMaintenanceWindow=mon:03:30-mon:04:30"));
    // One that is restored gets a maintenance window beside its backups.
    let restore = "Action=RestoreDBInstanceToPointInTime&SourceDBInstanceIdentifier=rentaliq-prod-db\
                   &UseLatestRestorableTime=true&TargetDBInstanceIdentifier=again&PreferredBackupWindow=05:30-06:30";
    assert_eq!(one(&stage.ok(0, restore), "PreferredMaintenanceWindow"), "sun:10:00-sun:11:00");
}

#[test]
fn a_copy_fails_when_its_source_is_deleted() {
    let stage = Stage::new();
    let source = "rentaliq-prod-before-release-4-2";
    let copy = format!(
        "Action=CopyDBSnapshot&SourceDBSnapshotIdentifier=arn:aws:rds:us-east-1:111122223333:snapshot:{source}\
         &TargetDBSnapshotIdentifier=far&KmsKeyId=arn:aws:kms:us-west-2:111122223333:key/1"
    );
    assert_eq!(stage.in_region("us-west-2", 0, &copy).0, 200);
    stage.ok(2 * MINUTE, &format!("Action=DeleteDBSnapshot&DBSnapshotIdentifier={source}"));
    let look = "Action=DescribeDBSnapshots&DBSnapshotIdentifier=far";
    let (_, far) = stage.in_region("us-west-2", HOUR, look);
    assert_eq!((one(&far, "Status"), one(&far, "PercentProgress")), ("failed".into(), "10".into()), "{far}");
    let restore = "Action=RestoreDBInstanceFromDBSnapshot&DBSnapshotIdentifier=far&DBInstanceIdentifier=new";
    assert_eq!(one(&stage.in_region("us-west-2", HOUR, restore).1, "Code"), "InvalidDBSnapshotState");
    let events = "Action=DescribeEvents&SourceType=db-snapshot&SourceIdentifier=far&Duration=120";
    let (_, told) = stage.in_region("us-west-2", HOUR, events);
    assert_eq!(texts(&told, "Message").len(), 2, "{told}");
    assert!(texts(&told, "Message").iter().any(|message| message.starts_with("Canceled")), "{told}");
    let delete = "Action=DeleteDBSnapshot&DBSnapshotIdentifier=far";
    assert_eq!(stage.in_region("us-west-2", HOUR, delete).0, 200);
    // A copy that is done does not need its source any more.
    let (_, done) = stage.in_region(
        "us-west-2",
        HOUR,
        "Action=DescribeDBSnapshots&DBSnapshotIdentifier=rentaliq-prod-manual-schema-41-dr",
    );
    stage.ok(HOUR, "Action=DeleteDBSnapshot&DBSnapshotIdentifier=rentaliq-prod-manual-schema-41");
    assert_eq!(one(&done, "Status"), "available");
}
