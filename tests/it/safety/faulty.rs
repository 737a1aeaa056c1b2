//! What goes wrong while a plan is carried out: at the call, between the plan and the call, in the
//! journal. Whatever it is, a call is sent once at most, and what is told is what happened.

use std::fs;
use std::path::Path;

use quarterdeck::app::State;
use quarterdeck::ops::journal::Outcome;
use quarterdeck::runtime::journal::FILE;
use quarterdeck::sandbox::fault::disturbance::Disturbance;
use quarterdeck::sandbox::fault::{self, Fault, STRANGER, Service};
use quarterdeck::screens::command::Command;
use quarterdeck::services::rds::{self, Kind};
use quarterdeck::slices::{Body, Execution, StepState};

use super::{ACCOUNT, DATABASE, is_sound, noon, story};
use crate::harness::Desk;

const CALL: &str = "CreateDBSnapshot";
/// Signs of a call without an answer are sought for so long, seconds.
const SEEKS: i64 = 300;

/// An armed console with an operation planned.
async fn planned(kind: Kind) -> Desk {
    let mut desk = noon().await;
    desk.select(DATABASE);
    desk.arm("INC-4312").await;
    desk.plan(kind, DATABASE).await;
    assert_eq!(desk.planned().obstacle(), None);
    desk
}

/// Every call that makes a snapshot has this trouble: a second one would be seen.
fn trouble(desk: &Desk, kind: fault::Kind) {
    desk.sandbox().disturb(Disturbance::new(Fault::new(kind).in_operation(Service::Rds, CALL)));
}

/// A snapshot is approved, and the call has this trouble.
async fn at_the_call(kind: fault::Kind) -> (Desk, Execution) {
    let mut desk = planned(Kind::CreateSnapshot).await;
    trouble(&desk, kind);
    desk.gesture();
    let execution = desk.finish().await;
    is_sound(&desk);
    (desk, execution)
}

/// The call arrived once; whether RDS did what was asked.
fn is_sent_once(desk: &Desk) -> bool {
    let log = desk.mutations();
    assert_eq!(log.len(), 1, "{log:?}");
    log[0].is_done()
}

fn not_sent(execution: &Execution) -> &str {
    match &execution.outcome {
        Some(Outcome::NotSent { why } | Outcome::Refused { why }) => why,
        other => panic!("{other:?}"),
    }
}

/// Why it is not known whether the call arrived; that is no "it was not sent".
fn unknown(execution: &Execution) -> &str {
    match &execution.outcome {
        Some(Outcome::Unknown { why, .. }) if why.contains("not known whether") => why,
        other => panic!("{other:?}"),
    }
}

/// Seconds from the intent to the end.
fn sought(desk: &Desk) -> i64 {
    let entries = desk.journal();
    let at = |is_it: &dyn Fn(&Body) -> bool| {
        entries.iter().find(|entry| is_it(&entry.body)).expect("the entry").at.as_second()
    };
    at(&|body| matches!(body, Body::Ended { .. })) - at(&|body| matches!(body, Body::Sending { .. }))
}

/// What was told about whether the call arrived.
fn found(desk: &Desk) -> Vec<bool> {
    let told = |body: &Body| match body {
        Body::Found { happened, .. } => Some(*happened),
        _ => None,
    };
    desk.journal().iter().filter_map(|entry| told(&entry.body)).collect()
}

async fn is_turned_away(kind: fault::Kind, words: &str) -> (Desk, Execution) {
    let (desk, execution) = at_the_call(kind).await;
    assert!(!is_sent_once(&desk), "{kind:?} did it");
    let why = not_sent(&execution);
    assert!(why.contains(words), "{kind:?}: {why}");
    assert_eq!(story(&desk, &execution), ["approved", "verified", "sending", "rejected", "ended"]);
    assert!(sought(&desk) < 60, "a refusal is certain, and was sought for {} s", sought(&desk));
    (desk, execution)
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_told_and_not_repeated() {
    Box::pin(is_turned_away(fault::Kind::Throttled, "throttled")).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_with_credentials_that_are_over_is_told() {
    Box::pin(is_turned_away(fault::Kind::Expired, "expired")).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_connection_did_not_happen() {
    Box::pin(is_turned_away(fault::Kind::Refuses, "unreachable")).await;
}

#[tokio::test(start_paused = true)]
async fn a_denied_call_names_its_action_and_is_not_offered_again() {
    let action = format!("rds:{CALL}");
    let (mut desk, _) = Box::pin(is_turned_away(fault::Kind::Denied, &action)).await;
    let told = |body: &Body| matches!(body, Body::Rejected { fault, .. } if fault.contains(&action));
    assert!(desk.journal().iter().any(|entry| told(&entry.body)), "the journal does not name {action}");
    let offered = desk.offered(Kind::CreateSnapshot, DATABASE);
    assert_eq!(offered, Command::NotAvailable(format!("denied: {action}")));
    let screen = desk.text();
    assert!(screen.contains("denied: rds:"), "{screen}");
}

async fn is_found(kind: fault::Kind) {
    let (desk, execution) = at_the_call(kind).await;
    assert!(is_sent_once(&desk), "{kind:?} did not do it");
    assert_eq!(execution.outcome, Some(Outcome::Done), "{kind:?}");
    assert_eq!(found(&desk), [true], "{kind:?}");
    let story = story(&desk, &execution);
    let begins = ["approved", "verified", "sending", "ambiguous", "found"];
    assert!(story.starts_with(&begins.map(str::to_owned)), "{kind:?}: {story:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_answer_was_lost_is_found() {
    Box::pin(is_found(fault::Kind::AnswerLost)).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_answer_was_cut_off_is_found() {
    Box::pin(is_found(fault::Kind::Cut)).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_answer_makes_no_sense_is_found() {
    Box::pin(is_found(fault::Kind::Garbage)).await;
}

async fn is_sought_in_vain(kind: fault::Kind) {
    let (desk, execution) = at_the_call(kind).await;
    assert!(!is_sent_once(&desk), "{kind:?} did it");
    assert!(unknown(&execution).contains("not sent again"), "{kind:?}: {}", unknown(&execution));
    assert_eq!(found(&desk), [false], "{kind:?}");
    assert!(sought(&desk) >= SEEKS, "{kind:?}: sought for {} s only", sought(&desk));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_got_through_is_sought_and_not_repeated() {
    Box::pin(is_sought_in_vain(fault::Kind::Hangs)).await;
}

#[tokio::test(start_paused = true)]
async fn a_proxy_s_error_says_nothing_about_the_call() {
    Box::pin(is_sought_in_vain(fault::Kind::Html500)).await;
}

#[tokio::test(start_paused = true)]
async fn a_gateway_s_success_is_none() {
    Box::pin(is_sought_in_vain(fault::Kind::WrongContentType)).await;
}

/// The console is killed while it waits for the answer to the call.
async fn killed_at_the_call(kind: fault::Kind) -> (Desk, Execution) {
    let mut desk = planned(Kind::CreateSnapshot).await;
    trouble(&desk, kind);
    desk.gesture();
    desk.pass(10).await;
    let is_open = |state: &State| {
        let newest = state.shell.world.changes.executions.last();
        newest.is_some_and(|execution| matches!(execution.steps[0], StepState::Sending { .. }))
    };
    assert!(is_open(&desk.state), "{:?}", desk.state.shell.world.changes.executions);
    desk.restart().await;
    let execution = desk.finish().await;
    is_sound(&desk);
    let story = story(&desk, &execution);
    let begins = ["approved", "verified", "sending", "taken_over", "found"];
    assert!(story.starts_with(&begins.map(str::to_owned)), "{kind:?}: {story:?}");
    (desk, execution)
}

#[tokio::test(start_paused = true)]
async fn the_next_console_finds_what_the_killed_one_sent() {
    let (desk, execution) = Box::pin(killed_at_the_call(fault::Kind::AnswerLost)).await;
    assert!(is_sent_once(&desk));
    assert_eq!(execution.outcome, Some(Outcome::Done));
}

#[tokio::test(start_paused = true)]
async fn the_next_console_does_not_send_what_the_killed_one_did_not() {
    let (desk, execution) = Box::pin(killed_at_the_call(fault::Kind::Hangs)).await;
    assert!(!is_sent_once(&desk));
    assert!(unknown(&execution).contains("not sent again"), "{}", unknown(&execution));
}

#[tokio::test(start_paused = true)]
async fn credentials_that_end_before_the_call_send_nothing() {
    let mut desk = planned(Kind::CreateSnapshot).await;
    desk.sandbox().disturb(Disturbance::new(Fault::new(fault::Kind::Expired).in_account(ACCOUNT)));
    desk.gesture();
    let execution = desk.finish().await;
    let why = not_sent(&execution);
    assert!(why.contains("right before sending") && why.contains("expired"), "{why}");
    assert_eq!(story(&desk, &execution), ["approved", "rejected", "ended"]);
    assert!(desk.mutations().is_empty(), "{:?}", desk.mutations());
    is_sound(&desk);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_approved_with_credentials_of_another_account() {
    let mut desk = noon().await;
    desk.select(DATABASE);
    desk.arm("INC-4312").await;
    let fault = Fault::new(fault::Kind::WrongAccount).in_operation(Service::Sts, "GetCallerIdentity");
    desk.sandbox().disturb(Disturbance::new(fault));
    desk.plan(Kind::CreateSnapshot, DATABASE).await;
    let check = desk.planned().obstacle().expect("an obstacle").clone();
    assert!(check.name.contains(STRANGER) && check.why.contains(ACCOUNT), "{check:?}");
    desk.gesture();
    desk.pass(2).await;
    assert!(desk.opened().refusal().is_some_and(|why| why.contains(ACCOUNT)), "{:?}", desk.opened().refusal());
    assert_eq!(desk.executed, 0);
    assert!(desk.journal().iter().any(|entry| matches!(entry.body, Body::PlanRefused { .. })));
    assert!(desk.mutations().is_empty(), "{:?}", desk.mutations());
    is_sound(&desk);
}

/// What the journal was cannot be written any more: a folder is in its place.
fn spoil(folder: &Path) {
    fs::rename(folder.join(FILE), folder.join("moved")).expect("moved");
    fs::create_dir(folder.join(FILE)).expect("a folder");
}

#[tokio::test(start_paused = true)]
async fn without_a_journal_nothing_begins() {
    let mut desk = planned(Kind::CreateSnapshot).await;
    spoil(desk.folder());
    desk.gesture();
    desk.until(60, "the console knows that the journal fails", |state| state.shell.world.changes.journal.is_some())
        .await;
    desk.pass(600).await;
    assert!(desk.mutations().is_empty(), "{:?}", desk.mutations());
    assert!(desk.state.shell.world.changes.executions.is_empty());

    // From now on it is refused on the screen.
    desk.plan(Kind::CreateSnapshot, DATABASE).await;
    desk.gesture();
    let refusal = desk.opened().refusal().map(str::to_owned).unwrap_or_default();
    assert!(refusal.contains("without a record"), "{refusal}");
    assert_eq!(desk.executed, 1, "the refused one was handed on");
    desk.pass(60).await;
    assert!(desk.mutations().is_empty(), "{:?}", desk.mutations());
}

#[tokio::test(start_paused = true)]
async fn without_a_journal_nothing_goes_on() {
    let mut desk = planned(Kind::ChangeClass).await;
    desk.press("S");
    assert_eq!(desk.planned().steps.len(), 2, "a snapshot and the change");
    desk.pass(2).await;
    desk.gesture();
    let is_taken = |state: &State| {
        let newest = state.shell.world.changes.executions.last();
        newest.is_some_and(|execution| matches!(execution.steps[0], StepState::Sent { .. }))
    };
    desk.until(60, "the snapshot is under way", is_taken).await;
    spoil(desk.folder());
    desk.pass(1800).await;
    let sent: Vec<String> = desk.mutations().into_iter().map(|logged| logged.operation).collect();
    assert_eq!(sent, [rds::Api::CreateDbSnapshot.name()], "the change was sent without a record");
    let execution = desk.state.shell.world.changes.executions.last().expect("an execution");
    assert!(execution.is_running(), "its end cannot have been recorded");
    let trouble = execution.trouble.as_deref().unwrap_or_default();
    assert!(trouble.contains("the journal cannot be written"), "{trouble}");
}
