//! Arming and policies: when nothing may be changed, whatever is pressed.

use jiff::SignedDuration;
use quarterdeck::screens::command::Command;
use quarterdeck::screens::fleet;
use quarterdeck::services::rds::Kind;
use quarterdeck::slices::{Body, Freeze, Policy};

use super::{
    DEV, JOBS, STAGING, arm, armed, carried_out, has_another_instance, known, put_away, refused_with, until_snapshot,
};
use crate::harness::Desk;

/// Changes the rules of the development environment.
fn rules(desk: &mut Desk, change: impl FnOnce(Policy) -> Policy) {
    let development = desk.state.shell.world.estate.named("development").expect("the environment");
    let policy = desk.state.shell.world.changes.policy(development);
    desk.state.shell.world.changes.policies.insert(development, change(policy));
}

/// Presses the number of an environment.
fn look_at(desk: &mut Desk, environment: &str) {
    let id = desk.state.shell.world.estate.named(environment).expect("an environment");
    let place = fleet::order(&desk.state.shell.world.estate).iter().position(|other| *other == id).expect("its place");
    desk.press(&(place + 1).to_string());
}

/// The last reason in the journal for which an environment was disarmed.
fn disarmed(desk: &Desk) -> Option<String> {
    let journal = desk.journal();
    journal.iter().rev().find_map(|entry| match &entry.body {
        Body::Disarmed { why } => Some(format!("{}: {why}", entry.environment)),
        _ => None,
    })
}

#[tokio::test(start_paused = true)]
async fn a_console_that_is_not_armed_changes_nothing() {
    let mut desk = Desk::new("quiet").await;
    desk.plan(Kind::CreateSnapshot, DEV).await;
    refused_with(&mut desk, "development is read-only: arm it first").await;
    desk.press("ctrl-t enter ctrl-t esc esc");
    assert!(desk.mutations().is_empty() && desk.executed == 0);

    // Armed from within the plan it goes.
    desk.plan(Kind::CreateSnapshot, DEV).await;
    desk.set("name", "armed-in-the-plan");
    desk.arm("INC-4312").await;
    carried_out(&mut desk).await;
    until_snapshot(&mut desk, DEV, "armed-in-the-plan", true).await;
}

#[tokio::test(start_paused = true)]
async fn arming_wants_a_reason_and_is_for_one_environment() {
    let mut desk = Desk::new("quiet").await;
    desk.select(DEV);
    desk.press("A");
    desk.types("no");
    desk.press("enter");
    let problem = desk.state.views.question().and_then(|question| question.problem.clone());
    assert!(problem.is_some_and(|said| said.contains("say why")), "armed without a reason");
    desk.press("esc");
    assert!(desk.state.shell.world.changes.arming.is_none());

    desk.arm("INC-4312").await;
    let is_told = |desk: &Desk| {
        let journal = desk.journal();
        journal.iter().any(|entry| {
            entry.environment == "development"
                && matches!(&entry.body, Body::Armed { reason, .. } if reason == "INC-4312")
        })
    };
    assert!(is_told(&desk), "{:?}", desk.journal());
    desk.plan(Kind::Failover, STAGING).await;
    refused_with(&mut desk, "development is armed, the plan is for staging").await;
    assert!(desk.mutations().is_empty());
}

#[tokio::test(start_paused = true)]
async fn arming_ends_with_its_time() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::Reboot, DEV).await;
    desk.pass(14 * 60).await;
    assert!(desk.state.shell.world.changes.arming.is_some(), "too early");
    desk.pass(61).await;
    assert!(desk.state.shell.world.changes.arming.is_none(), "still armed");
    assert_eq!(disarmed(&desk).as_deref(), Some("development: disarmed: the time is over"));
    refused_with(&mut desk, "development is read-only: arm it first").await;
    assert!(desk.mutations().is_empty());
}

#[tokio::test(start_paused = true)]
async fn arming_ends_by_hand() {
    let mut desk = armed(DEV).await;
    desk.press("A");
    desk.pass(1).await;
    assert!(desk.state.shell.world.changes.arming.is_none());
    assert_eq!(disarmed(&desk).as_deref(), Some("development: disarmed by hand"));
    desk.plan(Kind::Reboot, DEV).await;
    refused_with(&mut desk, "development is read-only: arm it first").await;
}

#[tokio::test(start_paused = true)]
async fn arming_ends_when_another_environment_is_looked_at() {
    let mut desk = armed(DEV).await;
    look_at(&mut desk, "development");
    assert!(desk.state.shell.world.changes.arming.is_some(), "development itself is in view");
    desk.press("0");
    assert!(desk.state.shell.world.changes.arming.is_some(), "all of them is no other one");
    look_at(&mut desk, "staging");
    desk.pass(1).await;
    assert!(desk.state.shell.world.changes.arming.is_none(), "staging is in view");
    assert_eq!(disarmed(&desk).as_deref(), Some("development: development disarmed: staging is in view now"));
    desk.press("0");
    desk.plan(Kind::Reboot, DEV).await;
    refused_with(&mut desk, "development is read-only: arm it first").await;
    assert!(desk.mutations().is_empty() && desk.verified());
}

#[tokio::test(start_paused = true)]
async fn a_freeze_allows_only_what_it_names() {
    let mut desk = armed(DEV).await;
    // It begins while the plan is read.
    desk.plan(Kind::Reboot, DEV).await;
    let now = desk.sandbox().now();
    let (from, to) = (now - SignedDuration::from_hours(1), now + SignedDuration::from_hours(8));
    let freeze = Freeze::between("black friday", from, to, vec![Kind::CreateSnapshot.into()]).expect("a freeze");
    rules(&mut desk, |policy| policy.with_freeze(freeze));
    refused_with(&mut desk, "change freeze black friday").await;
    put_away(&mut desk);
    let Command::NotAvailable(why) = desk.offered(Kind::Reboot, DEV) else { panic!("it is offered in the freeze") };
    assert!(why.contains("black friday") && why.contains("only create-snapshot"), "{why}");
    desk.press("esc");
    desk.plan(Kind::CreateSnapshot, DEV).await;
    carried_out(&mut desk).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_allowed_is_not_done() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::Reboot, DEV).await;
    rules(&mut desk, |policy| Policy { allowed: Some(vec![Kind::CreateSnapshot.into()]), ..policy });
    refused_with(&mut desk, "the configuration does not allow reboot here").await;
    put_away(&mut desk);
    let offered = desk.offered(Kind::Reboot, DEV);
    assert_eq!(offered, Command::NotAvailable("the configuration does not allow reboot here".into()));
    assert!(desk.mutations().is_empty());
}

#[tokio::test(start_paused = true)]
async fn no_more_run_at_a_time_than_may() {
    let mut desk = Desk::new("quiet").await;
    has_another_instance(&mut desk).await;
    arm(&mut desk, DEV).await;
    rules(&mut desk, |policy| Policy { running_at_most: 1, ..policy });
    desk.plan(Kind::CreateSnapshot, DEV).await;
    desk.approve().await;
    assert_eq!((desk.executed, desk.state.shell.world.changes.running().count()), (1, 1));
    desk.plan(Kind::Reboot, JOBS).await;
    refused_with(&mut desk, "wait until one has ended").await;
    put_away(&mut desk);
    desk.finish().await;
    desk.plan(Kind::Reboot, JOBS).await;
    carried_out(&mut desk).await;
    assert_eq!(known(&desk, JOBS).status, "available");
    assert_eq!(desk.mutations().len(), 2);
}
