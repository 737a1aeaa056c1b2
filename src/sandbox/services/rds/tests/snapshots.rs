//! What is told of snapshots and their copies.

use jiff::Timestamp;

use super::stage::{Stage, one};
use super::texts;
use crate::sandbox::world::moment::{DAY, HOUR, MINUTE, after, seconds_between};

/// The only copy of the estate, in the region for disaster recovery.
const FAR: &str = "Action=DescribeDBSnapshots&DBSnapshotIdentifier=rentaliq-prod-manual-schema-41-dr";
const NEAR: &str = "Action=DescribeDBSnapshots&DBSnapshotIdentifier=rentaliq-prod-manual-schema-41";

fn time(xml: &str, element: &str) -> Timestamp {
    one(xml, element).parse().unwrap()
}

#[test]
fn a_copy_has_its_own_time_and_the_data_of_its_source() {
    let stage = Stage::new();
    let near = stage.ok(0, NEAR);
    let (status, far) = stage.in_region("us-west-2", 0, FAR);
    assert_eq!(status, 200, "{far}");
    assert_eq!(time(&near, "SnapshotCreateTime"), after(stage.epoch, -47 * DAY));
    assert_eq!(time(&far, "SnapshotCreateTime"), after(stage.epoch, -26 * HOUR));
    for element in ["OriginalSnapshotCreateTime", "SnapshotDatabaseTime", "DbiResourceId", "InstanceCreateTime"] {
        assert_eq!(one(&near, element), one(&far, element), "{element}");
    }
    let behind = seconds_between(time(&far, "SnapshotDatabaseTime"), time(&far, "OriginalSnapshotCreateTime"));
    assert!((1..MINUTE).contains(&behind), "{behind}");
    let source = "arn:aws:rds:us-east-1:111122223333:snapshot:rentaliq-prod-manual-schema-41";
    assert_eq!(
        (one(&far, "SourceDBSnapshotIdentifier"), one(&far, "SourceRegion")),
        (source.into(), "us-east-1".into())
    );
    assert_eq!(one(&far, "DBInstanceIdentifier"), "rentaliq-prod-db");
    assert!(one(&far, "KmsKeyId").starts_with("arn:aws:kms:us-west-2:111122223333:key/"));
    // In the same region, the source is not told.
    let copy = "Action=CopyDBSnapshot&SourceDBSnapshotIdentifier=rentaliq-prod-manual-schema-41\
                &TargetDBSnapshotIdentifier=beside-it";
    let begun = stage.ok(0, copy);
    assert!(texts(&begun, "SourceDBSnapshotIdentifier").is_empty() && texts(&begun, "SnapshotDatabaseTime").is_empty());
    let beside = stage.ok(HOUR, "Action=DescribeDBSnapshots&DBSnapshotIdentifier=beside-it");
    assert_eq!(time(&beside, "SnapshotCreateTime"), stage.epoch);
    assert_eq!(one(&beside, "SnapshotDatabaseTime"), one(&near, "SnapshotDatabaseTime"));
    assert_eq!(one(&beside, "OriginalSnapshotCreateTime"), one(&near, "SnapshotCreateTime"));
}

#[test]
fn a_snapshot_holds_what_was_written_last() {
    let stage = Stage::new();
    let create =
        |id: &str, of: &str| format!("Action=CreateDBSnapshot&DBSnapshotIdentifier={id}&DBInstanceIdentifier={of}");
    let look = |id: &str| format!("Action=DescribeDBSnapshots&DBSnapshotIdentifier={id}");
    stage.ok(0, &create("of-primary", "rentaliq-prod-db"));
    stage.ok(0, &create("of-replica", "rentaliq-prod-db-replica-1"));
    for id in ["of-primary", "of-replica"] {
        let xml = stage.ok(HOUR, &look(id));
        assert_eq!(time(&xml, "OriginalSnapshotCreateTime"), stage.epoch);
        assert!(time(&xml, "SnapshotDatabaseTime") < stage.epoch, "{xml}");
    }
    // A stopped instance writes nothing: its last snapshot is as old as the stop.
    stage.ok(0, "Action=StopDBInstance&DBInstanceIdentifier=rentaliq-lab-db");
    let delete = "Action=DeleteDBInstance&DBInstanceIdentifier=rentaliq-lab-db&FinalDBSnapshotIdentifier=last";
    stage.ok(2 * DAY, delete);
    let last = stage.ok(2 * DAY + HOUR, &look("last"));
    assert_eq!(time(&last, "SnapshotCreateTime"), after(stage.epoch, 2 * DAY));
    assert!(time(&last, "SnapshotDatabaseTime") < after(stage.epoch, 3 * MINUTE), "{last}");
}
