//! Restarts: failover, reboot, stop and start, of one instance and of an environment.

use quarterdeck::screens::command::Command;
use quarterdeck::services::rds::Kind;

use super::{
    DEV, DEV_ACCOUNT, JOBS, STAGING, STAGING_ACCOUNT, arm, armed, behind_its_back, carried_out, has_another_instance,
    is_again, is_now, known, refused,
};
use crate::harness::Desk;

#[tokio::test(start_paused = true)]
async fn failover() {
    let mut desk = armed(STAGING).await;
    let before = known(&desk, STAGING).clone();
    desk.plan(Kind::Failover, STAGING).await;
    carried_out(&mut desk).await;
    assert_eq!(desk.mutations()[0].parameters["ForceFailover"], "true");
    let after = known(&desk, STAGING);
    assert_eq!(
        (&after.zone, &after.secondary_zone),
        (&before.secondary_zone, &before.zone),
        "the zones are not swapped"
    );

    let offered = desk.offered(Kind::Failover, DEV);
    assert_eq!(offered, Command::NotAvailable("it is Single-AZ: there is no standby".into()));
    desk.press("esc");
    behind_its_back(&desk, STAGING_ACCOUNT, STAGING, |instance| instance.multi_az = false);
    desk.plan(Kind::Failover, STAGING).await;
    refused(&mut desk, "Multi-AZ").await;
    assert_eq!(desk.mutations().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn reboot() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::Reboot, DEV).await;
    let execution = carried_out(&mut desk).await;
    assert_eq!(desk.mutations()[0].parameters["ForceFailover"], "false");
    assert!(execution.ended > Some(execution.started), "a restart takes time");
    assert_eq!(known(&desk, DEV).status, "available");

    is_now(&desk, DEV_ACCOUNT, DEV, "modifying");
    desk.plan(Kind::Reboot, DEV).await;
    refused(&mut desk, "dev-orders-db is available").await;
    assert_eq!(desk.mutations().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn stop_and_start() {
    let mut desk = armed(DEV).await;
    let offered = desk.offered(Kind::Start, DEV);
    assert_eq!(offered, Command::NotAvailable("it is running already".into()));
    desk.press("esc");
    let offered = desk.offered(Kind::Stop, STAGING);
    assert_eq!(offered, Command::NotAvailable("AWS does not stop an instance that has read replicas".into()));
    desk.press("esc");
    is_now(&desk, DEV_ACCOUNT, DEV, "modifying");
    desk.plan(Kind::Stop, DEV).await;
    refused(&mut desk, "dev-orders-db is available").await;
    is_again(&mut desk, DEV_ACCOUNT, DEV, "available").await;

    desk.plan(Kind::Stop, DEV).await;
    desk.set("snapshot", "before-the-stop");
    carried_out(&mut desk).await;
    assert_eq!(desk.mutations()[0].parameters["DBSnapshotIdentifier"], "before-the-stop");
    assert_eq!(known(&desk, DEV).status, "stopped");
    assert!(desk.sandbox().read(|world| world.snapshots.iter().any(|s| s.id == "before-the-stop")));

    // Somebody else starts it first.
    arm(&mut desk, DEV).await;
    is_now(&desk, DEV_ACCOUNT, DEV, "available");
    desk.plan(Kind::Start, DEV).await;
    refused(&mut desk, "dev-orders-db is stopped").await;
    is_again(&mut desk, DEV_ACCOUNT, DEV, "stopped").await;
    desk.plan(Kind::Start, DEV).await;
    carried_out(&mut desk).await;
    assert_eq!(known(&desk, DEV).status, "available");
    assert_eq!(desk.mutations().len(), 2);
}

/// Two instances are stopped side by side, and started again.
#[tokio::test(start_paused = true)]
async fn stop_and_start_an_environment() {
    let mut desk = Desk::new("quiet").await;
    has_another_instance(&mut desk).await;
    arm(&mut desk, DEV).await;
    desk.plan(Kind::StopEnvironment, DEV).await;
    assert_eq!(desk.planned().steps.len(), 2);
    let execution = carried_out(&mut desk).await;
    assert_eq!(execution.plan.target.id, "development");
    let calls = desk.mutations();
    let apart = calls[1].at.duration_since(calls[0].at).as_secs();
    assert!(apart < 30, "the second was waited with for {apart} s");
    for id in [DEV, JOBS] {
        assert_eq!(known(&desk, id).status, "stopped", "{id}");
    }

    arm(&mut desk, DEV).await;
    let offered = desk.offered(Kind::StopEnvironment, DEV);
    assert_eq!(offered, Command::NotAvailable("no DB instance here can be stopped".into()));
    desk.press("esc");
    desk.plan(Kind::StartEnvironment, DEV).await;
    carried_out(&mut desk).await;
    for id in [DEV, JOBS] {
        assert_eq!(known(&desk, id).status, "available", "{id}");
    }

    for id in [DEV, JOBS] {
        is_now(&desk, DEV_ACCOUNT, id, "modifying");
    }
    desk.plan(Kind::StopEnvironment, DEV).await;
    refused(&mut desk, "something can be stopped").await;
    for id in [DEV, JOBS] {
        is_now(&desk, DEV_ACCOUNT, id, "stopped");
    }
    desk.refresh().await;
    for id in [DEV, JOBS] {
        is_now(&desk, DEV_ACCOUNT, id, "available");
    }
    desk.plan(Kind::StartEnvironment, DEV).await;
    refused(&mut desk, "something is stopped").await;
    assert_eq!(desk.mutations().len(), 4);
}
