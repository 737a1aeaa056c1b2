//! What `ModifyDBInstance` changes, and pending maintenance.

use quarterdeck::ops::Risk;
use quarterdeck::ops::journal::Outcome;
use quarterdeck::services::rds::Kind;

use super::{DEV, DEV_ACCOUNT, STAGING, STAGING_ACCOUNT, arm, armed, carried_out, is_again, is_now, known, refused};
use crate::harness::Desk;

/// The class is changed only after the safety snapshot is there.
#[tokio::test(start_paused = true)]
async fn change_class_after_a_safety_snapshot() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::ChangeClass, DEV).await;
    desk.set("class", "db.t4g.medium");
    refused(&mut desk, "another class").await;
    is_now(&desk, DEV_ACCOUNT, DEV, "modifying");
    desk.plan(Kind::ChangeClass, DEV).await;
    refused(&mut desk, "dev-orders-db is available").await;
    is_again(&mut desk, DEV_ACCOUNT, DEV, "available").await;

    desk.plan(Kind::ChangeClass, DEV).await;
    assert!(desk.try_set("class", "db.x1e.32xlarge").is_some(), "AWS does not offer it for this");
    desk.set("class", "db.t4g.large");
    desk.press("S");
    let name = desk.planned().safety_snapshot.clone().expect("a name");
    let execution = carried_out(&mut desk).await;
    let names: Vec<String> = desk.mutations().iter().map(|call| call.operation.clone()).collect();
    assert_eq!(names, ["CreateDBSnapshot", "ModifyDBInstance"]);
    let done = desk.sandbox().read(|world| world.snapshots.iter().find_map(|s| (s.id == name).then(|| s.done())));
    assert!(desk.mutations()[1].at >= done.expect("the snapshot"), "the change did not wait for the snapshot");
    assert_eq!(execution.plan.safety_snapshot.as_deref(), Some(name.as_str()));
    assert_eq!(known(&desk, DEV).class, "db.t4g.large");
}

/// Outside of development it waits for the maintenance window unless somebody says otherwise.
#[tokio::test(start_paused = true)]
async fn change_class_in_the_window() {
    let mut desk = armed(STAGING).await;
    desk.plan(Kind::ChangeClass, STAGING).await;
    desk.set("class", "db.r6g.xlarge");
    let execution = carried_out(&mut desk).await;
    assert!(matches!(execution.outcome, Some(Outcome::Scheduled { .. })), "a change that waits is not done");
    assert_eq!(desk.mutations()[0].parameters["ApplyImmediately"], "false");
    let database = known(&desk, STAGING);
    assert_eq!(database.class, "db.r6g.large", "it changed before its window");
    let waits = database.pending.iter().any(|(name, value)| name == "DBInstanceClass" && value == "db.r6g.xlarge");
    assert!(waits, "{:?}", database.pending);
}

#[tokio::test(start_paused = true)]
async fn convert_multi_az_there_and_back() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::ConvertMultiAz, DEV).await;
    desk.set("multi_az", "false");
    refused(&mut desk, "not Single-AZ yet").await;
    desk.plan(Kind::ConvertMultiAz, DEV).await;
    carried_out(&mut desk).await;
    let database = known(&desk, DEV);
    assert!(database.multi_az && database.secondary_zone.is_some(), "{database:?}");

    arm(&mut desk, DEV).await;
    desk.plan(Kind::ConvertMultiAz, DEV).await;
    carried_out(&mut desk).await;
    let database = known(&desk, DEV);
    assert!(!database.multi_az && database.secondary_zone.is_none(), "{database:?}");
    is_now(&desk, DEV_ACCOUNT, DEV, "modifying");
    desk.plan(Kind::ConvertMultiAz, DEV).await;
    refused(&mut desk, "dev-orders-db is available").await;
}

#[tokio::test(start_paused = true)]
async fn change_retention() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::ChangeRetention, DEV).await;
    assert!(desk.try_set("days", "36").is_some(), "AWS keeps them 35 days");
    desk.set("days", "1");
    refused(&mut desk, "another retention").await;
    desk.plan(Kind::ChangeRetention, DEV).await;
    desk.set("days", "14");
    assert_eq!(desk.planned().risk, Risk::Routine);
    carried_out(&mut desk).await;
    assert_eq!(known(&desk, DEV).backup_retention_days, 14);
    is_now(&desk, DEV_ACCOUNT, DEV, "modifying");
    desk.plan(Kind::ChangeRetention, DEV).await;
    refused(&mut desk, "dev-orders-db is available").await;

    // Fewer days take backups away for good; with replicas there is no switching off.
    arm(&mut desk, STAGING).await;
    desk.plan(Kind::ChangeRetention, STAGING).await;
    desk.set("days", "0");
    assert_eq!(desk.planned().risk, Risk::Irreversible);
    refused(&mut desk, "no read replicas").await;
    assert_eq!(desk.mutations().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn deletion_protection_on_and_off() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::DeletionProtection, DEV).await;
    carried_out(&mut desk).await;
    assert!(known(&desk, DEV).deletion_protection);
    desk.plan(Kind::DeletionProtection, DEV).await;
    desk.set("on", "true");
    refused(&mut desk, "not on yet").await;
    desk.plan(Kind::DeletionProtection, DEV).await;
    assert_eq!(desk.planned().risk, Risk::Disruptive);
    carried_out(&mut desk).await;
    assert!(!known(&desk, DEV).deletion_protection);
    is_now(&desk, DEV_ACCOUNT, DEV, "modifying");
    desk.plan(Kind::DeletionProtection, DEV).await;
    refused(&mut desk, "dev-orders-db is available").await;
}

#[tokio::test(start_paused = true)]
async fn apply_maintenance_in_the_window_and_not_after_all() {
    let mut desk = armed(STAGING).await;
    desk.plan(Kind::ApplyMaintenance, STAGING).await;
    desk.set("when", "undo-opt-in");
    refused(&mut desk, "scheduled for the window").await;
    desk.plan(Kind::ApplyMaintenance, STAGING).await;
    assert!(desk.try_set("action", "hardware-maintenance").is_some(), "that is not pending");
    carried_out(&mut desk).await;
    until_opted(&mut desk, Some("next-maintenance")).await;

    desk.plan(Kind::ApplyMaintenance, STAGING).await;
    refused(&mut desk, "not scheduled yet").await;
    arm(&mut desk, STAGING).await;
    desk.plan(Kind::ApplyMaintenance, STAGING).await;
    desk.set("when", "undo-opt-in");
    carried_out(&mut desk).await;
    until_opted(&mut desk, None).await;

    is_now(&desk, STAGING_ACCOUNT, STAGING, "modifying");
    desk.plan(Kind::ApplyMaintenance, STAGING).await;
    refused(&mut desk, "staging-orders-db is available").await;
    desk.plan(Kind::ApplyMaintenance, DEV).await;
    refused(&mut desk, "maintenance is pending").await;
    assert_eq!(desk.mutations().len(), 2);
}

/// At once: then nothing is pending any more.
#[tokio::test(start_paused = true)]
async fn apply_maintenance_at_once() {
    let mut desk = armed(STAGING).await;
    desk.plan(Kind::ApplyMaintenance, STAGING).await;
    desk.set("when", "immediate");
    carried_out(&mut desk).await;
    let sent = &desk.mutations()[0].parameters;
    assert_eq!((sent["ApplyAction"].as_str(), sent["OptInType"].as_str()), ("ca-certificate-rotation", "immediate"));
    let arn = known(&desk, STAGING).arn.clone();
    assert_eq!(sent["ResourceIdentifier"], arn);
    let nothing_pending = |state: &quarterdeck::app::State| {
        state.shell.world.sites.iter().filter_map(|site| site.rds.maintenance.value()?.get(&arn)).all(Vec::is_empty)
    };
    desk.until(120, "nothing is pending any more", nothing_pending).await;
}

/// Waits until the console shows what was asked for of the pending maintenance.
async fn until_opted(desk: &mut Desk, opt_in: Option<&str>) {
    let arn = known(desk, STAGING).arn.clone();
    let shows = |state: &quarterdeck::app::State| {
        let mut all =
            state.shell.world.sites.iter().filter_map(|site| site.rds.maintenance.value()?.get(&arn)).flatten();
        all.any(|action| action.action == "ca-certificate-rotation" && action.opt_in.as_deref() == opt_in)
    };
    desk.until(120, "the maintenance is as it was asked for", shows).await;
}
