//! The journal's entries in words.

use jiff::Timestamp;

use crate::domain::duration;
use crate::ops::call::ApiName;
use crate::ops::journal::{Outcome, Report, StepEnd};
use crate::ops::{Approval, Level};
use crate::slices::{Body, Entry, Plan, Target};

/// A moment as it stands in lists: date and time in UTC.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// What happened; the plan gives the steps their calls.
#[must_use]
pub fn event(body: &Body, plan: Option<&Plan>) -> String {
    let step = |step: &usize| {
        let call = plan.and_then(|plan| plan.steps.get(*step)).map(|step| format!(" {}", step.call.api.id()));
        format!("step {}{}", step.saturating_add(1), call.unwrap_or_default())
    };
    let taker = |step: &usize| plan.and_then(|plan| plan.steps.get(*step)).map_or("AWS", |step| step.call.api.taker());
    let with_id = |id: Option<&String>| id.map(|id| format!(" (request id {id})")).unwrap_or_default();
    match body {
        Body::Armed { reason, until } => format!("changes allowed until {} UTC: {reason}", moment(*until)),
        Body::Disarmed { why } => format!("changes no longer allowed: {why}"),
        Body::PlanCancelled { operation, target, .. } => format!("plan put away: {} {}", operation.title(), target.id),
        Body::PlanRefused { operation, target, why, .. } => {
            format!("plan refused: {} {}: {why}", operation.title(), target.id)
        }
        Body::Approved { approval, .. } => format!("approved: {}", approval.reason),
        Body::Verified { .. } => "everything was read again: it is the same plan".to_owned(),
        Body::Changed { differences, .. } => {
            format!("everything was read again, and has changed: {}; nothing was sent", differences.join("; "))
        }
        Body::Sending { step: n, call: Some(call), .. } => {
            format!("step {}: sending {}", n.saturating_add(1), call.as_command(""))
        }
        Body::Sending { step: n, .. } => format!("{}: sending", step(n)),
        Body::Sent { step: n, request_id, .. } => {
            format!("{}: {} took it{}", step(n), taker(n), with_id(request_id.as_ref()))
        }
        Body::Rejected { step: n, fault, request_id, .. } => {
            format!("{}: not done: {fault}{}", step(n), with_id(request_id.as_ref()))
        }
        Body::Ambiguous { step: n, fault, .. } => {
            format!("{}: no answer, {} may have taken it or not: {fault}", step(n), taker(n))
        }
        Body::Found { step: n, happened: true, note, .. } => format!("{}: {} has taken it: {note}", step(n), taker(n)),
        Body::Found { step: n, note, .. } => format!("{}: there is no sign that {} took it: {note}", step(n), taker(n)),
        Body::Followed { step: n, words, .. } => format!("{}: {words}", step(n)),
        Body::Deferred { step: n, fault, .. } => {
            format!("{}: {} does not take it yet, nothing was changed: {fault}", step(n), taker(n))
        }
        Body::StepEnded { step: n, words, failed, end, .. } => {
            let how = match StepEnd::told(end.as_ref(), words, *failed) {
                StepEnd::Done => "finished",
                StepEnd::Scheduled { .. } => "scheduled",
                StepEnd::Failed => "failed",
                StepEnd::Unknown => "outcome unknown",
                StepEnd::GivenUp => "given up",
            };
            format!("{}: {how}: {words}", step(n))
        }
        Body::Ended { outcome, .. } => {
            format!("over: {}", outcome.words())
        }
        Body::TakenOver { note, .. } => format!("taken over: {note}"),
        Body::HeadLost => "the head was lost: whether lines before this one are gone is not known".into(),
        Body::Torn { bytes, .. } => format!("the write before this one was cut short after {bytes} bytes"),
    }
}

/// How the execution with these entries ended; `None` when they do not say.
#[must_use]
pub fn outcome(own: &[&Entry]) -> Option<Outcome> {
    let window = own.iter().rev().find_map(|entry| match &entry.body {
        Body::StepEnded { words, failed, end, .. } => match StepEnd::told(end.as_ref(), words, *failed) {
            StepEnd::Scheduled { window } => Some(window),
            _ => None,
        },
        _ => None,
    });
    own.iter().rev().find_map(|entry| match &entry.body {
        Body::Ended { outcome, .. } => Some(outcome.in_window(window.as_deref())),
        _ => None,
    })
}

/// What it was approved with.
#[must_use]
pub fn with(approval: &Approval) -> String {
    let typed = &approval.typed;
    match approval.level {
        _ if approval.headless => format!("its fingerprint on the command line: {typed}"),
        // What the journal has for the approval key is no text that was typed.
        Level::Confirm => "the approval key".to_owned(),
        Level::TypeName => format!("the name typed: {typed}"),
        Level::TypeNameAndReason { cool_down } => {
            format!("the name typed: {typed}; a reason, after {}", duration::words(cool_down))
        }
        Level::Deny => format!("nothing that is allowed: {typed}"),
    }
}

/// A target with where it is: `DB instance qa-db in us-east-1`.
#[must_use]
pub fn target(target: &Target) -> String {
    format!("{} {} in {}", target.kind.noun(), target.id, target.region)
}

/// What a verification comes to.
#[must_use]
pub fn verdict(report: &Report) -> String {
    let entries = match report.entries {
        1 => "1 entry".to_owned(),
        n => format!("{n} entries"),
    };
    match report.breaks.len() {
        0 => format!("sound, {entries}"),
        1 => format!("BROKEN in 1 place, {entries}"),
        n => format!("BROKEN in {n} places, {entries}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::journal::ExecutionId;
    use crate::services::rds::Operation;
    use crate::services::rds::operation::CreateSnapshot;
    use crate::services::rds::testing::seen;
    use crate::slices::testing::plan_of;

    #[test]
    fn steps_are_counted_from_one_and_have_their_call() {
        let plan = plan_of(Operation::CreateSnapshot(CreateSnapshot { name: "x".into() }), &seen());
        let execution: ExecutionId = "20261122-031244-7f3a91c2-0b5e".parse().unwrap();
        let body = Body::Sent { execution, step: 0, request_id: Some("r-1".into()) };
        assert_eq!(event(&body, Some(&plan)), "step 1 rds:CreateDBSnapshot: AWS took it (request id r-1)");
        assert_eq!(event(&body, None), "step 1: AWS took it (request id r-1)");
    }

    #[test]
    fn what_was_not_sent_is_named() {
        let outcome = Outcome::Interrupted { unsent: vec![1, 2], why: "the console was closed".into() };
        assert_eq!(
            (outcome.word(), outcome.why().as_str()),
            ("interrupted", "the console was closed; steps 2, 3 not sent")
        );
        let outcome = Outcome::Interrupted { unsent: vec![1], why: "x".into() };
        assert_eq!(outcome.why(), "x; step 2 not sent");
    }
}
