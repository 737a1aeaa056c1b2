mod backups;
mod consequences;
mod odd_estate;
mod operations;
mod settings;
mod snapshots;
mod stage;

use std::sync::RwLock;

use http::HeaderMap;
use winterbaume_core::MockRequest;

use super::*;
use crate::sandbox::world::WorldOptions;
use crate::sandbox::world::moment::after;

fn sandbox(scenario: &str, databases: Option<usize>) -> (RwLock<World>, Timestamp) {
    let epoch: Timestamp = "2026-11-22T14:00:00Z".parse().unwrap();
    let options = WorldOptions { scenario: scenario.into(), seed: 3, databases, epoch };
    (RwLock::new(World::build(&options).unwrap()), epoch)
}

fn ask(world: &RwLock<World>, now: Timestamp, region: &str, form: &str) -> (u16, String) {
    ask_as("111122223333", world, now, region, form)
}

fn ask_as(account: &str, world: &RwLock<World>, now: Timestamp, region: &str, form: &str) -> (u16, String) {
    let caller = Caller { account: account.into(), region: region.into(), access_key: "key".into() };
    let request = MockRequest {
        method: "POST".into(),
        uri: "https://rds.us-east-1.amazonaws.com/".into(),
        headers: HeaderMap::new(),
        body: format!("Version=2014-10-31&{form}").into(),
    };
    let answer = handle(world, &caller, now, &request);
    (answer.status, String::from_utf8(answer.body.to_vec()).unwrap())
}

/// The texts of all elements of a name.
fn texts<'a>(xml: &'a str, element: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    xml.split(open.as_str()).skip(1).filter_map(|rest| rest.split(close.as_str()).next()).collect()
}

#[test]
fn instances_are_told_with_their_replicas_by_name_and_by_arn() {
    let (world, now) = sandbox("quiet", None);
    let (status, xml) =
        ask(&world, now, "us-east-1", "Action=DescribeDBInstances&DBInstanceIdentifier=RentalIQ-prod-db");
    assert_eq!(status, 200, "{xml}");
    assert_eq!(
        texts(&xml, "ReadReplicaDBInstanceIdentifier"),
        ["rentaliq-prod-db-replica-1", "arn:aws:rds:us-west-2:111122223333:db:rentaliq-prod-db-dr"]
    );
    assert_eq!(texts(&xml, "LatestRestorableTime").len(), 1);
    let (_, xml) = ask(&world, now, "us-west-2", "Action=DescribeDBInstances");
    assert_eq!(
        texts(&xml, "ReadReplicaSourceDBInstanceIdentifier"),
        ["arn:aws:rds:us-east-1:111122223333:db:rentaliq-prod-db"]
    );
    assert_eq!(texts(&xml, "StatusType"), ["read replication"]);
    assert!(texts(&xml, "LatestRestorableTime").is_empty());
}

#[test]
fn errors_are_those_of_aws() {
    let (world, now) = sandbox("quiet", None);
    for (form, status, code) in [
        ("Action=DescribeDBInstances&DBInstanceIdentifier=nope", 404, "DBInstanceNotFound"),
        ("Action=DescribeDBInstances&MaxRecords=5", 400, "InvalidParameterValue"),
        (
            "Action=DescribeDBInstances&Filters.Filter.1.Name=colour&Filters.Filter.1.Values.Value.1=red",
            400,
            "InvalidParameterValue",
        ),
        ("Action=DescribeDBSnapshots&DBSnapshotIdentifier=nope", 404, "DBSnapshotNotFound"),
        ("Action=DescribeEvents&SourceIdentifier=rentaliq-prod-db", 400, "InvalidParameterCombination"),
        ("Action=DescribeEvents&SourceType=table", 400, "InvalidParameterValue"),
        ("Action=Dance", 400, "InvalidAction"),
        (
            "Action=DeleteDBSnapshot&DBSnapshotIdentifier=rds:rentaliq-prod-db-2026-11-22-03-05",
            400,
            "InvalidDBSnapshotState",
        ),
        (
            "Action=CreateDBSnapshot&DBSnapshotIdentifier=1x&DBInstanceIdentifier=rentaliq-prod-db",
            400,
            "InvalidParameterValue",
        ),
        (
            "Action=CreateDBInstanceReadReplica&DBInstanceIdentifier=x&SourceDBInstanceIdentifier=rentaliq-prod-db-replica-1",
            400,
            "InvalidDBInstanceState",
        ),
    ] {
        let (got, xml) = ask(&world, now, "us-east-1", form);
        assert_eq!((got, texts(&xml, "Code")), (status, vec![code]), "{form}: {xml}");
    }
}

#[test]
fn a_fleet_is_told_in_pages() {
    let (world, now) = sandbox("quiet", Some(230));
    let (mut names, mut marker) = (Vec::new(), String::new());
    for _ in 0..3 {
        let (_, xml) = ask(&world, now, "us-east-1", &format!("Action=DescribeDBInstances{marker}"));
        names.extend(texts(&xml, "DBInstanceIdentifier").into_iter().map(str::to_owned));
        marker = texts(&xml, "Marker").first().map(|m| format!("&Marker={m}")).unwrap_or_default();
    }
    assert_eq!(marker, "");
    assert_eq!(names.len(), 230);
    assert!(names.is_sorted());
}

#[test]
fn a_snapshot_is_taken_once_and_deleted_when_it_is_done() {
    let (world, now) = sandbox("quiet", None);
    let create = "Action=CreateDBSnapshot&DBInstanceIdentifier=rentaliq-prod-db&DBSnapshotIdentifier=before-it";
    let (status, xml) = ask(&world, now, "us-east-1", create);
    assert_eq!((status, texts(&xml, "Status")), (200, vec!["creating"]), "{xml}");
    let (_, xml) = ask(&world, now, "us-east-1", create);
    assert_eq!(texts(&xml, "Code"), ["DBSnapshotAlreadyExists"]);
    let other = "Action=CreateDBSnapshot&DBInstanceIdentifier=rentaliq-prod-db&DBSnapshotIdentifier=another";
    let (_, xml) = ask(&world, now, "us-east-1", other);
    assert_eq!(texts(&xml, "Code"), ["InvalidDBInstanceState"]);
    let delete = "Action=DeleteDBSnapshot&DBSnapshotIdentifier=before-it";
    let (_, xml) = ask(&world, after(now, 100), "us-east-1", delete);
    assert_eq!(texts(&xml, "Code"), ["InvalidDBSnapshotState"]);
    let look = "Action=DescribeDBSnapshots&DBSnapshotIdentifier=before-it";
    let (_, xml) = ask(&world, after(now, 100), "us-east-1", look);
    assert_eq!(texts(&xml, "PercentProgress"), ["50"]);
    let later = after(now, 600);
    assert_eq!(ask(&world, later, "us-east-1", delete).0, 200);
    assert_eq!(ask(&world, later, "us-east-1", look).0, 404);
    let events = "Action=DescribeEvents&SourceType=db-snapshot&SourceIdentifier=before-it";
    let (_, xml) = ask(&world, later, "us-east-1", events);
    assert_eq!(
        texts(&xml, "Message"),
        ["Creating manual snapshot", "Manual snapshot created", "Deleted manual snapshot"]
    );
}

#[test]
fn a_replica_is_created_and_becomes_available() {
    let (world, now) = sandbox("quiet", None);
    let create = "Action=CreateDBInstanceReadReplica&DBInstanceIdentifier=rentaliq-prod-db-replica-2\
                  &SourceDBInstanceIdentifier=rentaliq-prod-db";
    let (status, xml) = ask(&world, now, "us-east-1", create);
    assert_eq!((status, texts(&xml, "DBInstanceStatus")), (200, vec!["creating"]), "{xml}");
    assert!(texts(&xml, "Address").is_empty());
    let look = "Action=DescribeDBInstances&DBInstanceIdentifier=rentaliq-prod-db-replica-2";
    let (_, xml) = ask(&world, after(now, 900), "us-east-1", look);
    assert_eq!(texts(&xml, "DBInstanceStatus"), ["available"]);
    assert_eq!(texts(&xml, "BackupRetentionPeriod"), ["0"]);
    assert_eq!(texts(&xml, "Address").len(), 1);
}
