//! Restores, and what of the source they keep though AWS drops it.

use quarterdeck::domain::Database;
use quarterdeck::screens::command::Command;
use quarterdeck::services::rds::Kind;
use quarterdeck::slices::Execution;

use super::{
    DEV, DEV_ACCOUNT, STAGING, STAGING_ACCOUNT, armed, behind_its_back, carried_out, has_snapshot, known, refused,
};
use crate::harness::Desk;

/// Name of the new instance.
const NEW: &str = "staging-orders-restored";

#[tokio::test(start_paused = true)]
async fn restore_to_a_point_in_time() {
    let mut desk = armed(STAGING).await;
    desk.plan(Kind::RestoreToPointInTime, STAGING).await;
    assert!(desk.try_set("time", "2020-01-01T00:00:00Z").is_some(), "long gone");
    assert_eq!(desk.try_set("time", "-2h"), None);
    desk.set("name", NEW);
    let execution = carried_out(&mut desk).await;
    let sent = &desk.mutations()[0];
    assert_eq!(sent.operation, "RestoreDBInstanceToPointInTime");
    assert!(sent.parameters["RestoreTime"].ends_with('Z'), "{:?}", sent.parameters);
    is_like_its_source(&desk, &execution);
    assert_eq!(known(&desk, STAGING).status, "available", "the source was touched");

    desk.plan(Kind::RestoreToPointInTime, STAGING).await;
    desk.set("name", NEW);
    refused(&mut desk, "name is free").await;
    let offered = desk.offered(Kind::RestoreToPointInTime, "staging-orders-db-replica-1");
    assert_eq!(offered, Command::NotAvailable("it is a read replica: restore its source".into()));
    desk.press("esc");
    behind_its_back(&desk, STAGING_ACCOUNT, STAGING, |instance| instance.retention_days = 0);
    desk.plan(Kind::RestoreToPointInTime, STAGING).await;
    refused(&mut desk, "automated backups are on").await;
}

#[tokio::test(start_paused = true)]
async fn restore_to_the_latest_moment() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::RestoreToPointInTime, DEV).await;
    assert_eq!(desk.try_set("time", "latest"), None);
    desk.set("name", "dev-orders-restored");
    carried_out(&mut desk).await;
    let sent = &desk.mutations()[0].parameters;
    assert_eq!(sent["UseLatestRestorableTime"], "true");
    assert!(!sent.contains_key("RestoreTime"));
    assert_eq!(known(&desk, "dev-orders-restored").status, "available");
}

#[tokio::test(start_paused = true)]
async fn restore_from_a_snapshot() {
    let mut desk = armed(STAGING).await;
    has_snapshot(&desk, STAGING_ACCOUNT, STAGING, "before-it");
    desk.plan_on_snapshot(Kind::RestoreFromSnapshot, STAGING, "before-it").await;
    assert!(desk.try_set("security_groups", "web").is_some(), "no security group begins so");
    desk.set("name", NEW);
    let execution = carried_out(&mut desk).await;
    is_like_its_source(&desk, &execution);

    desk.plan_on_snapshot(Kind::RestoreFromSnapshot, STAGING, "before-it").await;
    desk.set("name", STAGING);
    refused(&mut desk, "name is free").await;
    // Somebody else deletes the snapshot while its plan is read.
    desk.open(STAGING).await;
    desk.sandbox().change(|world| world.snapshots.retain(|snapshot| snapshot.id != "before-it"));
    desk.plan_on_snapshot(Kind::RestoreFromSnapshot, STAGING, "before-it").await;
    refused(&mut desk, "before-it exists").await;
}

/// What the engineer asks for differently is different, and the plan says so.
#[tokio::test(start_paused = true)]
async fn what_is_asked_for_differently_is_not_kept() {
    let mut desk = armed(DEV).await;
    has_snapshot(&desk, DEV_ACCOUNT, DEV, "before-it");
    desk.plan_on_snapshot(Kind::RestoreFromSnapshot, DEV, "before-it").await;
    desk.set("name", "dev-orders-larger");
    desk.set("class", "db.t4g.large");
    desk.set("deletion_protection", "true");
    let differs: Vec<&str> = desk.planned().kept.iter().filter(|k| !k.kept).map(|k| k.name.as_str()).collect();
    assert_eq!(differs, ["DBInstanceClass", "DeletionProtection"]);
    carried_out(&mut desk).await;
    let (new, old) = (known(&desk, "dev-orders-larger"), known(&desk, DEV));
    assert_eq!((new.class.as_str(), new.deletion_protection), ("db.t4g.large", true));
    assert_eq!((old.class.as_str(), old.deletion_protection), ("db.t4g.medium", false));
    assert_eq!(new.parameter_groups, old.parameter_groups);
}

/// Attribute by attribute: what AWS would drop or set to its default.
fn is_like_its_source(desk: &Desk, execution: &Execution) {
    let (new, old) = (known(desk, NEW), known(desk, STAGING));
    assert_eq!(new.status, "available");
    assert_ne!((&new.arn, &new.resource_id, &new.endpoint), (&old.arn, &old.resource_id, &old.endpoint));
    let of = |d: &Database| {
        let windows = (d.backup_retention_days, d.backup_window.clone(), d.auto_minor_version_upgrade);
        let storage = (d.storage.kind.clone(), d.storage.allocated, d.storage.max_allocated);
        let speed = (d.storage.iops, d.storage.throughput, d.encrypted);
        let groups = (d.parameter_groups.clone(), d.security_groups.clone(), d.subnet_group.clone());
        let guarded = (d.deletion_protection, d.publicly_accessible, d.ca_certificate.clone());
        let seen = (d.log_exports.clone(), d.performance_insights, d.tags.clone());
        ((d.class.clone(), d.multi_az, d.engine_version.clone()), windows, storage, speed, groups, guarded, seen)
    };
    assert_eq!(of(new), of(old), "the restored instance differs from its source");
    // The source has what makes the comparison worth something.
    assert!(old.multi_az && old.deletion_protection && old.performance_insights && !old.log_exports.is_empty());
    assert!(old.backup_retention_days > 1 && old.storage.max_allocated.is_some() && !old.tags.is_empty());
    let plan = &execution.plan;
    // What no call of a restore can say is shown as lost; nothing else is.
    let lost: Vec<&str> = plan.kept.iter().filter(|row| !row.kept).map(|row| row.name.as_str()).collect();
    assert_eq!(lost, ["ReadReplicaDBInstanceIdentifiers"], "{:#?}", plan.kept);
    for name in ["DBParameterGroupName", "VpcSecurityGroupIds", "DeletionProtection", "MultiAZ", "Tags"] {
        assert!(plan.kept.iter().any(|row| row.name == name), "{name} is not in the comparison");
    }
}
