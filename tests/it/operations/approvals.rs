//! What it takes to approve a plan, and what becomes of one that is put away or left behind.

use crossterm::event::{KeyCode, KeyModifiers};
use quarterdeck::app::Msg;
use quarterdeck::keymap::Key;
use quarterdeck::ops::Level;
use quarterdeck::ops::journal::Outcome;
use quarterdeck::screens::plan::Focus;
use quarterdeck::slices::{Body, Kind};

use super::{DEV, STAGING, armed, carried_out, has_snapshot, put_away};
use crate::harness::Desk;

/// In production, with snapshots and without replicas.
const BILLING: &str = "prod-billing-db";

fn refusal(desk: &Desk) -> String {
    desk.opened().refusal.clone().unwrap_or_default()
}

/// Puts the cursor where the name is typed.
fn to_the_name(desk: &mut Desk) {
    for _ in 0..10 {
        if desk.opened().focus == Focus::Name {
            return;
        }
        desk.press("tab");
    }
    panic!("no name can be typed: {:?}", desk.opened().focus);
}

#[tokio::test(start_paused = true)]
async fn enter_approves_nothing_where_a_key_does() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::Reboot, DEV).await;
    assert_eq!(desk.level(), Level::Confirm);
    desk.press("enter enter space tab enter j enter");
    assert_eq!(desk.executed, 0, "Enter approved a plan");
    desk.press("ctrl-t");
    assert_eq!(desk.executed, 1);
    desk.finish().await;
    assert_eq!(desk.mutations().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_name_is_typed_exactly_and_not_pasted() {
    let mut desk = armed(STAGING).await;
    desk.plan(Kind::Failover, STAGING).await;
    assert_eq!(desk.level(), Level::TypeName);
    desk.press("ctrl-t");
    assert_eq!(refusal(&desk), format!("to approve, type {STAGING}"));
    for wrong in ["", "staging-orders", "STAGING-ORDERS-DB", "staging-orders-db-replica-1"] {
        to_the_name(&mut desk);
        desk.press("ctrl-u");
        desk.types(wrong);
        desk.press("enter");
        assert_eq!(refusal(&desk), format!("that is not the name: type exactly {STAGING}"), "{wrong:?}");
    }
    desk.press("ctrl-u");
    desk.send(Msg::Paste(STAGING.into()));
    desk.press("enter");
    assert_eq!((desk.executed, desk.opened().name.value()), (0, ""), "a pasted name was taken");
    desk.types(STAGING);
    desk.press("enter");
    assert_eq!(desk.executed, 1);
    let execution = desk.finish().await;
    assert_eq!((execution.approval.typed.as_str(), execution.approval.level), (STAGING, Level::TypeName));
    assert_eq!(desk.mutations().len(), 1);
}

/// Text that a terminal pastes as keys, with the end of its line.
#[tokio::test(start_paused = true)]
async fn keys_in_a_burst_approve_nothing() {
    let enter = || Msg::Rushed(Key::new(KeyCode::Enter, KeyModifiers::NONE));
    let mut desk = armed(STAGING).await;
    desk.plan(Kind::Failover, STAGING).await;
    to_the_name(&mut desk);
    for character in STAGING.chars() {
        desk.send(Msg::Rushed(Key::new(KeyCode::Char(character), KeyModifiers::NONE)));
    }
    desk.send(enter());
    assert_eq!((desk.executed, desk.opened().name.value()), (0, ""), "a name in a burst was taken");
    desk.types(STAGING);
    desk.send(enter());
    assert_eq!(desk.executed, 0, "Enter in a burst approved a plan");
    desk.press("enter");
    assert_eq!(desk.executed, 1);
    desk.finish().await;

    let mut desk = armed(DEV).await;
    desk.plan(Kind::Reboot, DEV).await;
    desk.send(Msg::Rushed(Key::new(KeyCode::Char('t'), KeyModifiers::CONTROL)));
    assert_eq!(desk.executed, 0, "a key in a burst approved a plan");
    desk.press("ctrl-t");
    assert_eq!(desk.executed, 1);
    desk.finish().await;
}

/// A terminal that pastes text as keys does not leave the console at its first `q`; Ctrl-c is in no text.
#[tokio::test(start_paused = true)]
async fn text_in_a_burst_leaves_nothing() {
    let mut desk = Desk::new("quiet").await;
    for character in "aws rds describe-db-instances rentaliq-prod-db".chars() {
        desk.send(Msg::Rushed(Key::new(KeyCode::Char(character), KeyModifiers::NONE)));
    }
    assert!(!desk.state.leaving);
    desk.send(Msg::Rushed(Key::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
    assert!(desk.state.leaving);
}

/// What cannot be undone in production wants a reason as well, and time to be read.
#[tokio::test(start_paused = true)]
async fn an_irreversible_plan_is_read_first() {
    let mut desk = armed(BILLING).await;
    has_snapshot(&desk, "444455556666", BILLING, "old-one");
    desk.plan_on_snapshot(Kind::DeleteSnapshot, BILLING, "old-one").await;
    let Level::TypeNameAndReason { cool_down } = desk.level() else { panic!("{:?}", desk.level()) };
    desk.gesture();
    assert!(refusal(&desk).starts_with("read it first"), "{}", refusal(&desk));
    desk.pass(cool_down.as_secs() / 2).await;
    desk.read().await;
    desk.gesture();
    assert!(refusal(&desk).starts_with("read it first"), "{}", refusal(&desk));
    assert_eq!(desk.executed, 0);

    // Without a reason not even then.
    desk.pass(cool_down.as_secs()).await;
    desk.read().await;
    desk.press("backtab");
    assert_eq!(desk.opened().focus, Focus::Reason);
    desk.press("ctrl-u tab ctrl-u");
    desk.types("old-one");
    desk.press("enter");
    assert!(refusal(&desk).starts_with("say why"), "{}", refusal(&desk));
    desk.press("backtab");
    desk.types("INC-4312, space");
    let execution = carried_out(&mut desk).await;
    assert_eq!(execution.approval.reason, "INC-4312, space");
    assert_eq!(desk.mutations().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_put_away_is_in_the_journal() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::Reboot, DEV).await;
    let plan = desk.planned().clone();
    desk.press("y");
    let command = "aws rds reboot-db-instance";
    assert!(desk.copied().last().is_some_and(|text| text.starts_with(command)), "{:?}", desk.copied());
    put_away(&mut desk);
    desk.pass(1).await;
    let journal = desk.journal();
    let Some(Body::PlanCancelled { operation, target, fingerprint }) = journal.last().map(|entry| &entry.body) else {
        panic!("{:?}", journal.last())
    };
    assert_eq!((*operation, target, fingerprint), (Kind::Reboot, &plan.target, &plan.fingerprint));
    assert!(desk.mutations().is_empty() && desk.notified().is_empty() && desk.verified());
}

/// Whoever leaves while something runs is told first; the next console follows it to its end.
#[tokio::test(start_paused = true)]
async fn what_runs_is_followed_by_the_next_console() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::CreateSnapshot, DEV).await;
    desk.set("name", "left-behind");
    desk.approve().await;
    desk.pass(5).await;
    assert_eq!(desk.state.shell.world.changes.running().count(), 1);
    desk.press("ctrl-c");
    assert!(!desk.left, "left without a word");
    desk.press("ctrl-c");
    assert!(desk.left);

    desk.restart().await;
    assert!(desk.folder().join("journal.jsonl").is_file());
    assert!(desk.state.shell.world.changes.arming.is_none(), "a new console is read-only");
    let execution = desk.finish().await;
    desk.pass(1).await;
    assert_eq!(execution.outcome, Some(Outcome::Done), "{:#?}", execution.history);
    assert_eq!(desk.mutations().len(), 1, "it was sent again");
    let journal = desk.journal();
    let of_it = |wanted: fn(&Body) -> bool| journal.iter().filter(|entry| wanted(&entry.body)).count();
    assert_eq!(of_it(|body| matches!(body, Body::TakenOver { .. })), 1);
    assert_eq!(of_it(|body| matches!(body, Body::Sending { .. })), 1);
    assert_eq!(of_it(|body| matches!(body, Body::Ended { .. })), 1);
    assert!(desk.verified());
}
