//! What a point-in-time restore can reach.

use jiff::Timestamp;

use super::stage::{Stage, one};
use super::{ask, texts};
use crate::sandbox::world::moment::{DAY, HOUR, MINUTE, after, seconds_between};

/// Both ends of the window that is told of an instance, if one is.
fn window(stage: &Stage, seconds: i64, region: &str, id: &str) -> Option<(Timestamp, Timestamp)> {
    let form = format!("Action=DescribeDBInstanceAutomatedBackups&DBInstanceIdentifier={id}");
    let (status, xml) = stage.in_region(region, seconds, &form);
    assert_eq!(status, 200, "{xml}");
    let at = |element: &str| one(&xml, element).parse::<Timestamp>().ok();
    at("EarliestTime").zip(at("LatestTime"))
}

/// Days from the earliest time that can be restored to a moment.
fn reach(stage: &Stage, seconds: i64, id: &str) -> f64 {
    let (earliest, _) = window(stage, seconds, "us-east-1", id).unwrap();
    seconds_between(earliest, after(stage.epoch, seconds)) as f64 / DAY as f64
}

fn modify(rest: &str) -> String {
    format!("Action=ModifyDBInstance&DBInstanceIdentifier=rentaliq-qa-db&{rest}")
}

fn restore(source: &str, to: Timestamp, target: &str) -> String {
    format!(
        "Action=RestoreDBInstanceToPointInTime&SourceDBInstanceIdentifier={source}&RestoreTime={to}\
         &TargetDBInstanceIdentifier={target}"
    )
}

#[test]
fn the_window_is_that_of_the_backups() {
    let stage = Stage::new();
    let (earliest, latest) = window(&stage, 0, "us-east-1", "rentaliq-qa-db").unwrap();
    let instance = stage.look(0, "rentaliq-qa-db");
    assert_eq!(one(&instance, "LatestRestorableTime"), latest.to_string());
    assert!((6.0..7.0).contains(&reach(&stage, 0, "rentaliq-qa-db")));
    let early = after(earliest, -1);
    let said = stage.refused(0, "InvalidRestoreFault", &restore("rentaliq-qa-db", early, "before"));
    assert!(said.contains("earlier than"), "{said}");
    stage.refused(0, "InvalidRestoreFault", &restore("rentaliq-qa-db", after(latest, 1), "beyond"));
    stage.ok(0, &restore("rentaliq-qa-db", earliest, "first"));
    stage.ok(0, &restore("rentaliq-qa-db", latest, "last"));
}

#[test]
fn a_longer_retention_does_not_bring_the_past_back() {
    let stage = Stage::new();
    let before = window(&stage, 0, "us-east-1", "rentaliq-qa-db").unwrap().0;
    stage.ok(0, &modify("BackupRetentionPeriod=30"));
    assert_eq!(window(&stage, 0, "us-east-1", "rentaliq-qa-db").unwrap().0, before);
    stage.refused(0, "InvalidRestoreFault", &restore("rentaliq-qa-db", after(before, -DAY), "older"));
    // It grows by a day a day, and ends at thirty.
    assert_eq!(window(&stage, 10 * DAY, "us-east-1", "rentaliq-qa-db").unwrap().0, before);
    assert!((29.0..30.0).contains(&reach(&stage, 60 * DAY, "rentaliq-qa-db")));
    // A shorter one drops at once what the next longer one would have kept.
    stage.ok(60 * DAY, &modify("BackupRetentionPeriod=3"));
    stage.ok(60 * DAY + 60, &modify("BackupRetentionPeriod=35"));
    assert!((2.0..3.1).contains(&reach(&stage, 60 * DAY + 120, "rentaliq-qa-db")));
}

#[test]
fn stopped_time_does_not_count() {
    let stage = Stage::new();
    let before = window(&stage, 0, "us-east-1", "rentaliq-qa-db").unwrap();
    stage.ok(0, "Action=StopDBInstance&DBInstanceIdentifier=rentaliq-qa-db");
    let stopped = window(&stage, 5 * DAY, "us-east-1", "rentaliq-qa-db").unwrap();
    assert_eq!(stopped.0, before.0);
    // Nothing is written, so nothing new can be restored.
    assert!(seconds_between(before.1, stopped.1) < 10 * MINUTE);
    stage.ok(5 * DAY, "Action=StartDBInstance&DBInstanceIdentifier=rentaliq-qa-db");
    let reach = reach(&stage, 6 * DAY, "rentaliq-qa-db");
    assert!((10.9..12.1).contains(&reach), "{reach}");
}

#[test]
fn the_window_of_what_was_just_made_begins_with_its_first_backup() {
    let stage = Stage::new();
    // Automated backups that were off.
    stage.ok(0, &modify("BackupRetentionPeriod=0&ApplyImmediately=true"));
    assert!(
        texts(
            &stage.ok(10 * MINUTE, "Action=DescribeDBInstanceAutomatedBackups&DBInstanceIdentifier=rentaliq-qa-db"),
            "DBInstanceAutomatedBackup"
        )
        .is_empty()
    );
    stage.ok(10 * MINUTE, &modify("BackupRetentionPeriod=7&ApplyImmediately=true"));
    let (earliest, _) = window(&stage, 20 * MINUTE, "us-east-1", "rentaliq-qa-db").unwrap();
    assert!(earliest > after(stage.epoch, 10 * MINUTE));
    // A promotion.
    let promote = "Action=PromoteReadReplica&DBInstanceIdentifier=rentaliq-prod-db-dr&BackupRetentionPeriod=30";
    assert_eq!(stage.in_region("us-west-2", 0, promote).0, 200);
    let (earliest, latest) = window(&stage, HOUR, "us-west-2", "rentaliq-prod-db-dr").unwrap();
    assert!(earliest > stage.epoch && latest < after(stage.epoch, HOUR));
    let early = restore("rentaliq-prod-db-dr", after(earliest, -1), "before-promotion");
    let (status, xml) = stage.in_region("us-west-2", HOUR, &early);
    assert_eq!((status, one(&xml, "Code")), (400, "InvalidRestoreFault".into()), "{xml}");
    // A restore: nothing of its source's past, and nothing before its first backup is done.
    stage.ok(0, &restore("rentaliq-prod-db", after(stage.epoch, -HOUR), "again"));
    let of_it = "Action=DescribeDBInstanceAutomatedBackups&DBInstanceIdentifier=again";
    let young = stage.ok(60, of_it);
    assert_eq!((one(&young, "Status"), one(&young, "EarliestTime")), ("creating".into(), String::new()), "{young}");
    assert!(window(&stage, HOUR, "us-east-1", "again").unwrap().0 > stage.epoch);
}

#[test]
fn automated_backups_are_found_by_every_name_they_have() {
    let stage = Stage::new();
    let all = stage.ok(0, "Action=DescribeDBInstanceAutomatedBackups");
    // Replicas without backups have none.
    assert_eq!(texts(&all, "DBInstanceIdentifier"), ["rentaliq-lab-db", "rentaliq-prod-db", "rentaliq-qa-db"]);
    let qa = stage.ok(0, "Action=DescribeDBInstanceAutomatedBackups&DBInstanceIdentifier=RENTALIQ-QA-DB");
    let (id, arn) = (one(&qa, "DbiResourceId"), one(&qa, "DBInstanceAutomatedBackupsArn"));
    for form in [
        format!("DbiResourceId={}", id.to_ascii_uppercase()),
        format!("DBInstanceAutomatedBackupsArn={arn}"),
        format!("Filters.Filter.1.Name=dbi-resource-id&Filters.Filter.1.Values.Value.1={id}"),
        "Filters.Filter.1.Name=db-instance-id&Filters.Filter.1.Values.Value.1=rentaliq-qa-db".to_owned(),
    ] {
        let found = stage.ok(0, &format!("Action=DescribeDBInstanceAutomatedBackups&{form}"));
        assert_eq!(texts(&found, "DBInstanceIdentifier"), ["rentaliq-qa-db"], "{form}");
    }
    let status =
        "Action=DescribeDBInstanceAutomatedBackups&Filters.Filter.1.Name=status&Filters.Filter.1.Values.Value.1";
    assert_eq!(texts(&stage.ok(0, &format!("{status}=active")), "Status").len(), 3);
    assert!(texts(&stage.ok(0, &format!("{status}=retained")), "Status").is_empty());
    let nobody = "Action=DescribeDBInstanceAutomatedBackups&DbiResourceId=db-NOBODY";
    stage.refused(0, "DBInstanceAutomatedBackupNotFound", nobody);
    let (status, _) =
        ask(&stage.world, stage.epoch, "us-east-1", "Action=DescribeDBInstanceAutomatedBackups&MaxRecords=5");
    assert_eq!(status, 400);
}
