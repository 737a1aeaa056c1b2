//! Snapshots: taken, copied, deleted.

use quarterdeck::services::rds::Kind;

use super::{DEV, DEV_ACCOUNT, RENTALIQ, arm, armed, carried_out, has_snapshot, is_now, refused, until_snapshot};

/// The snapshot that most of these are about.
const NAME: &str = "before-the-release";

#[tokio::test(start_paused = true)]
async fn create_snapshot() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::CreateSnapshot, DEV).await;
    for wrong in ["1st", "two--hyphens", "ends-", ""] {
        assert!(desk.try_set("name", wrong).is_some(), "{wrong:?} is taken for a name");
    }
    desk.set("name", NAME);
    let execution = carried_out(&mut desk).await;
    let call = &desk.mutations()[0];
    assert_eq!(call.operation, "CreateDBSnapshot");
    assert_eq!(call.parameters["DBSnapshotIdentifier"], NAME);
    assert_eq!(execution.approval.reason, "INC-4312");
    until_snapshot(&mut desk, DEV, NAME, true).await;

    desk.plan(Kind::CreateSnapshot, DEV).await;
    desk.set("name", NAME);
    refused(&mut desk, "snapshot name is free").await;
    is_now(&desk, DEV_ACCOUNT, DEV, "modifying");
    desk.plan(Kind::CreateSnapshot, DEV).await;
    refused(&mut desk, "dev-orders-db is available").await;
    assert_eq!(desk.mutations().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn copy_snapshot() {
    let mut desk = armed(DEV).await;
    has_snapshot(&desk, DEV_ACCOUNT, DEV, NAME);
    desk.plan_on_snapshot(Kind::CopySnapshot, DEV, NAME).await;
    desk.set("name", "the-copy");
    carried_out(&mut desk).await;
    until_snapshot(&mut desk, DEV, "the-copy", true).await;
    until_snapshot(&mut desk, DEV, NAME, true).await;

    desk.plan_on_snapshot(Kind::CopySnapshot, DEV, NAME).await;
    desk.set("name", "the-copy");
    refused(&mut desk, "snapshot name is free").await;
    desk.plan_on_snapshot(Kind::CopySnapshot, DEV, NAME).await;
    desk.set("kms_key", "arn:aws:kms:us-east-1:666677778888:key/elsewhere");
    refused(&mut desk, "key is of the destination").await;
}

/// Into another region: by ARN, with a key of that region.
#[tokio::test(start_paused = true)]
async fn copy_snapshot_to_another_region() {
    let (database, snapshot) = ("rentaliq-prod-db", "rentaliq-prod-before-release-4-2");
    let mut desk = armed(database).await;
    desk.plan_on_snapshot(Kind::CopySnapshot, database, snapshot).await;
    desk.set("region", "us-west-2");
    desk.set("kms_key", "");
    refused(&mut desk, "a key of the region").await;
    desk.plan_on_snapshot(Kind::CopySnapshot, database, snapshot).await;
    desk.set("region", "us-west-2");
    desk.set("name", "kept-elsewhere");
    carried_out(&mut desk).await;
    let call = &desk.mutations()[0];
    assert_eq!(call.region, "us-west-2");
    assert_eq!(call.parameters["KmsKeyId"], "alias/aws/rds");
    let arn = format!("arn:aws:rds:us-east-1:{RENTALIQ}:snapshot:{snapshot}");
    assert_eq!(call.parameters["SourceDBSnapshotIdentifier"], arn);
    let now = desk.sandbox().now();
    let arrived = desk.sandbox().read(|world| {
        let mut all = world.snapshots.iter();
        all.any(|s| s.id == "kept-elsewhere" && s.region == "us-west-2" && s.done() <= now)
    });
    assert!(arrived, "the copy is not in the other region");
}

#[tokio::test(start_paused = true)]
async fn delete_snapshot() {
    let mut desk = armed(DEV).await;
    has_snapshot(&desk, DEV_ACCOUNT, DEV, NAME);
    has_snapshot(&desk, DEV_ACCOUNT, DEV, "another-one");
    desk.plan_on_snapshot(Kind::DeleteSnapshot, DEV, NAME).await;
    assert_eq!(desk.planned().inverse, None);
    carried_out(&mut desk).await;
    until_snapshot(&mut desk, DEV, NAME, false).await;
    until_snapshot(&mut desk, DEV, "another-one", true).await;

    // Somebody else was faster.
    arm(&mut desk, DEV).await;
    desk.open(DEV).await;
    desk.sandbox().change(|world| world.snapshots.retain(|s| s.id != "another-one"));
    desk.plan_on_snapshot(Kind::DeleteSnapshot, DEV, "another-one").await;
    refused(&mut desk, "another-one exists").await;
    assert_eq!(desk.mutations().len(), 1);
}
