//! The end of an instance.

use quarterdeck::services::rds::Kind;

use super::{DEV, DEV_ACCOUNT, STAGING, armed, behind_its_back, carried_out, has_snapshot, is_again, is_now, refused};

#[tokio::test(start_paused = true)]
async fn delete_instance() {
    let mut desk = armed(DEV).await;
    has_snapshot(&desk, DEV_ACCOUNT, DEV, "taken-name");
    desk.plan(Kind::DeleteInstance, DEV).await;
    desk.set("final_snapshot", "taken-name");
    refused(&mut desk, "snapshot name is free").await;
    behind_its_back(&desk, DEV_ACCOUNT, DEV, |instance| instance.deletion_protection = true);
    desk.plan(Kind::DeleteInstance, DEV).await;
    refused(&mut desk, "deletion protection is off").await;
    behind_its_back(&desk, DEV_ACCOUNT, DEV, |instance| instance.deletion_protection = false);
    is_now(&desk, DEV_ACCOUNT, DEV, "inaccessible-encryption-credentials");
    desk.plan(Kind::DeleteInstance, DEV).await;
    refused(&mut desk, "a final snapshot is possible").await;
    is_again(&mut desk, DEV_ACCOUNT, DEV, "available").await;
    assert!(desk.mutations().is_empty());

    desk.plan(Kind::DeleteInstance, DEV).await;
    desk.set("final_snapshot", "the-last-one");
    carried_out(&mut desk).await;
    let sent = &desk.mutations()[0].parameters;
    assert_eq!(sent["SkipFinalSnapshot"], "false");
    assert_eq!(sent["DeleteAutomatedBackups"], "false");
    assert!(desk.database(DEV).is_none(), "it is still in the list");
    let now = desk.sandbox().now();
    let kept = |id: &str| desk.sandbox().read(|world| world.snapshots.iter().any(|s| s.id == id && s.done() <= now));
    assert!(kept("the-last-one") && kept("taken-name"), "a snapshot is missing");
}

/// In staging it is protected: nothing but the operation for that takes the protection away.
#[tokio::test(start_paused = true)]
async fn what_is_protected_is_not_deleted() {
    let mut desk = armed(STAGING).await;
    desk.plan(Kind::DeleteInstance, STAGING).await;
    refused(&mut desk, "deletion protection is off").await;
    assert!(desk.mutations().is_empty());
}
