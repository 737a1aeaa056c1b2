//! Read replicas: made and promoted.

use quarterdeck::domain::Database;
use quarterdeck::screens::command::Command;
use quarterdeck::services::rds::Kind;

use super::{
    DEV, STAGING, STAGING_ACCOUNT, arm, armed, behind_its_back, carried_out, is_again, is_now, known, refused,
};

const REPLICA: &str = "staging-orders-db-replica-1";

/// A promoted replica keeps what its source had: AWS alone would leave it with a day of backups.
#[tokio::test(start_paused = true)]
async fn promote_replica() {
    let mut desk = armed(REPLICA).await;
    assert!(known(&desk, REPLICA).is_replica());
    let offered = desk.offered(Kind::PromoteReplica, STAGING);
    assert_eq!(offered, Command::NotAvailable("it is not a read replica".into()));
    desk.press("esc");
    is_now(&desk, STAGING_ACCOUNT, REPLICA, "backing-up");
    desk.plan(Kind::PromoteReplica, REPLICA).await;
    refused(&mut desk, "not backing up").await;
    is_again(&mut desk, STAGING_ACCOUNT, REPLICA, "available").await;

    desk.plan(Kind::PromoteReplica, REPLICA).await;
    assert!(desk.try_set("retention", "36").is_some());
    assert!(desk.try_set("backup_window", "03:00-03:10").is_some());
    carried_out(&mut desk).await;
    let sent = desk.mutations();
    let names: Vec<&str> = sent.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(names, ["PromoteReadReplica", "ModifyDBInstance", "ModifyDBInstance"]);
    let settings = |d: &Database| (d.backup_retention_days, d.backup_window.clone(), d.multi_az, d.deletion_protection);
    let (new, old) = (known(&desk, REPLICA), known(&desk, STAGING));
    assert!(!new.is_replica() && new.status == "available", "{new:?}");
    assert_eq!(settings(new), settings(old));
    assert!(old.replicas.is_empty(), "{:?}", old.replicas);

    let offered = desk.offered(Kind::PromoteReplica, REPLICA);
    assert_eq!(offered, Command::NotAvailable("it is not a read replica".into()));
}

/// Somebody promotes it between the list and the plan.
#[tokio::test(start_paused = true)]
async fn what_is_promoted_already_is_not_promoted_again() {
    let mut desk = armed(REPLICA).await;
    behind_its_back(&desk, STAGING_ACCOUNT, REPLICA, |instance| instance.source = None);
    desk.plan(Kind::PromoteReplica, REPLICA).await;
    refused(&mut desk, "is a read replica").await;
    assert!(desk.mutations().is_empty());
}

#[tokio::test(start_paused = true)]
async fn create_replica() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::CreateReplica, DEV).await;
    desk.set("kms_key", "arn:aws:kms:us-east-1:666677778888:key/another");
    refused(&mut desk, "key is of the destination").await;
    desk.plan(Kind::CreateReplica, DEV).await;
    assert!(desk.try_set("region", "us-east-1").is_some(), "a region that the environment does not have");
    desk.set("name", "dev-orders-follower");
    carried_out(&mut desk).await;
    let (new, source) = (known(&desk, "dev-orders-follower"), known(&desk, DEV));
    assert_eq!((new.status.as_str(), new.source_id()), ("available", Some(DEV)));
    assert_eq!(source.replicas, ["dev-orders-follower"]);
    assert_eq!((&new.class, &new.tags), (&source.class, &source.tags));

    arm(&mut desk, DEV).await;
    desk.plan(Kind::CreateReplica, DEV).await;
    desk.set("name", "dev-orders-follower");
    refused(&mut desk, "name is free").await;
    assert_eq!(desk.mutations().len(), 1);
}

/// Across regions: the call goes to the replica's region and names the source by its ARN.
#[tokio::test(start_paused = true)]
async fn a_replica_in_another_region_is_planned_there() {
    let source = "prod-orders-db";
    let mut desk = armed(source).await;
    desk.plan(Kind::CreateReplica, source).await;
    desk.set("region", "eu-central-1");
    let call = desk.planned().steps[0].call.clone();
    assert_eq!(call.region, "eu-central-1");
    let text = |name: &str| call.get(name).map(ToString::to_string).unwrap_or_default();
    assert_eq!(text("SourceDBInstanceIdentifier"), known(&desk, source).arn);
    assert_eq!(text("KmsKeyId"), "alias/aws/rds");
    desk.set("kms_key", "");
    refused(&mut desk, "a key of the region").await;
    assert!(desk.mutations().is_empty());
}
