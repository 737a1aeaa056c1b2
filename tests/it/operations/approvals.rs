//! What it takes to approve a plan, and what becomes of one that is put away or left behind.

use crossterm::event::{KeyCode, KeyModifiers};
use quarterdeck::app::Msg;
use quarterdeck::keymap::{Key, Keymap};
use quarterdeck::ops::Level;
use quarterdeck::ops::journal::Outcome;
use quarterdeck::screens::plan::Focus;
use quarterdeck::services::rds::Kind;
use quarterdeck::slices::Body;

use super::{DEV, STAGING, armed, carried_out, has_snapshot, put_away};
use crate::harness::Desk;

/// In production, with snapshots and without replicas.
const BILLING: &str = "prod-billing-db";

fn refusal(desk: &Desk) -> String {
    desk.opened().refusal().map(str::to_owned).unwrap_or_default()
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

/// A reason that is pasted as keys is text; the end of its line arms nothing, nor does a key in it open the question,
/// choose an operation or answer whether to leave.
#[tokio::test(start_paused = true)]
async fn keys_in_a_burst_arm_choose_and_leave_nothing() {
    let rushed = |code: KeyCode| Msg::Rushed(Key::new(code, KeyModifiers::NONE));
    let mut desk = Desk::new("quiet").await;
    desk.select(DEV);
    desk.send(rushed(KeyCode::Char('A')));
    assert!(desk.state.views.question().is_none(), "a key in a burst asks");
    desk.press("A");
    for character in "INC-4312".chars() {
        desk.send(rushed(KeyCode::Char(character)));
    }
    desk.send(rushed(KeyCode::Enter));
    assert!(desk.state.shell.world.changes.arming.is_none(), "a pasted line arms");
    assert_eq!(desk.state.views.question().map(|question| question.reason.value()), Some("INC-4312"));
    desk.press("enter");
    assert!(desk.state.shell.world.changes.arming.is_some());
    // That a key was not heard is not said any more once one is.
    assert_eq!(desk.state.shell.toast, None);

    desk.press("a");
    for character in "create snapshot".chars() {
        desk.send(rushed(KeyCode::Char(character)));
    }
    desk.send(rushed(KeyCode::Enter));
    assert!(desk.state.views.plan().is_none(), "a pasted line chooses");
    desk.press("enter");
    assert_eq!(desk.opened().kind, Kind::CreateSnapshot.into());
    desk.approve().await;
    desk.pass(5).await;
    desk.press("q");
    assert!(desk.state.asked_to_leave && !desk.left);
    desk.send(rushed(KeyCode::Char('q')));
    assert!(!desk.left, "a key in a burst leaves");
}

/// The question before leaving says which key answers it, and goes with any other.
#[tokio::test(start_paused = true)]
async fn the_question_before_leaving_names_its_key_and_goes_with_another() {
    let mut desk = armed(DEV).await;
    desk.plan(Kind::CreateSnapshot, DEV).await;
    desk.approve().await;
    desk.pass(5).await;
    for (keymap, keys) in [("default", "q"), ("vim", "Z Z"), ("default", "ctrl-c")] {
        desk.state.shell.keymap = Keymap::load(keymap, None).0;
        desk.press(keys);
        let said = desk.state.shell.toast.as_ref().map(|toast| toast.text.clone()).unwrap_or_default();
        assert!(said.contains(" leaves, any other key stays"), "{said}");
        desk.press("j");
        assert!(desk.state.shell.toast.is_none() && !desk.left, "{keymap}: {:?}", desk.state.shell.toast);
    }
    desk.state.shell.keymap = Keymap::load("vim", None).0;
    desk.press("Z Z Z Z");
    assert!(desk.left, "a sequence of keys does not answer");
}

/// What is not so any more is not said any more.
#[tokio::test(start_paused = true)]
async fn that_it_is_read_only_is_over_when_it_is_armed() {
    let mut desk = Desk::new("quiet").await;
    desk.plan(Kind::Reboot, DEV).await;
    desk.press("ctrl-t");
    assert!(refusal(&desk).contains("arm it first"), "{}", refusal(&desk));
    desk.arm("INC-4312").await;
    assert_eq!(refusal(&desk), "");
    let text = desk.text();
    assert!(!text.contains("arm it first") && text.contains("Ctrl-t sends it"), "{text}");
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
    let Some(Body::PlanCancelled { operation, target, fingerprint, summary }) = journal.last().map(|entry| &entry.body)
    else {
        panic!("{:?}", journal.last())
    };
    assert_eq!((*operation, target, fingerprint), (Kind::Reboot.into(), &plan.target, &plan.fingerprint));
    assert_eq!(*summary, plan.summary);
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
