//! The whole story of an execution: the plan, its steps, what happens next or what to do, and
//! everything that happened with its time.

use jiff::Timestamp;

use super::step::is_of_a_world_before;
use super::{applied, drift, line, many};
use crate::ops::execution::Act;
use crate::ops::journal::{Outcome, steps};
use crate::services::rds;
use crate::shell::Shell;
use crate::slices::{Execution, Follow, StepState, TargetKind};
use crate::theme::Role;
use crate::ui::format;
use crate::ui::prose::{self, Line};

/// The lines of the story.
#[must_use]
pub fn of(shell: &Shell, execution: &Execution, width: usize) -> Vec<Line> {
    let plan = &execution.plan;
    let mut lines: Vec<Line> = Vec::new();
    let (mark, role) = line::mark(shell, execution);
    lines.push(vec![
        (" ".into(), Role::Text),
        line::badge(shell, &execution.environment),
        (format!("  {} of {}, {}", plan.operation.kind().title(), plan.target.id, plan.target.region), Role::Header),
    ]);
    let lead = vec![(format!(" {mark} "), role)];
    let standing = format!("{}  {}", line::words(shell, execution), line::times(shell, execution));
    lines.extend(prose::hanging(lead, &standing, role, width));
    lines.push(Vec::new());
    lines.extend(prose::hanging(vec![(" ".into(), Role::Text)], &plan.summary, Role::Text, width));
    let approved = format!("{}: {}", format::stamp(execution.started), execution.approval.reason);
    lines.extend(prose::labelled("Approved", "", &approved, Role::Text, width));
    let names = format!("{}, plan {}", execution.id, plan.fingerprint.short());
    lines.extend(prose::labelled("Execution", "", &names, Role::Dim, width));
    lines.push(Vec::new());
    lines.extend(many::all(execution, width));
    if let Some(trouble) = &execution.trouble {
        lines.extend(prose::labelled("Trouble", "▲", trouble, Role::Warning, width));
    }
    lines.push(Vec::new());
    let mut label = if execution.is_running() { "Next" } else { "What to do" };
    for words in what_now(shell, execution) {
        lines.extend(prose::labelled(label, "", &words, Role::Accent, width));
        label = "";
    }
    let drift = drift::lines(shell, execution, width);
    if !drift.is_empty() {
        lines.push(Vec::new());
        lines.extend(drift);
    }
    lines.push(Vec::new());
    lines.push(vec![(" What happened, UTC".into(), Role::Header)]);
    let mut day = String::new();
    for (at, words) in &execution.history {
        let date = at.strftime("%Y-%m-%d").to_string();
        if date != day {
            lines.push(vec![(format!(" {date}"), Role::Dim)]);
            day = date;
        }
        let lead = vec![(format!(" {}  ", format::clock_seconds(*at)), Role::Dim)];
        lines.extend(prose::hanging(lead, words, Role::Text, width));
    }
    lines
}

/// What happens next; when it is over and not well, what to do.
fn what_now(shell: &Shell, execution: &Execution) -> Vec<String> {
    let Some(outcome) = &execution.outcome else { return next(execution, shell.world.now) };
    // Of a database's operations all are begun on its instance.
    let noun = match execution.plan.target.kind {
        TargetKind::Rds(_) => "DB instance",
        TargetKind::Kubernetes(kind) => kind.noun(),
    };
    let (taker, new_plan) = (execution.taker(0), format!("a on the {noun} makes a new plan from the state of now"));
    if is_of_a_world_before(execution) {
        return vec![format!("Nothing: the sandbox began anew, and nothing of this is there any more; {new_plan}.")];
    }
    let mut said = match outcome {
        Outcome::Done => Vec::new(),
        Outcome::Scheduled { .. } if applied::is_applied(shell, execution) => {
            vec!["Nothing: AWS has made the change.".to_owned()]
        }
        Outcome::Scheduled { window } => {
            vec![format!("Nothing now: AWS makes the change in the window {window} UTC, by itself.")]
        }
        Outcome::NotSent { why } | Outcome::Refused { why } => {
            vec![why.clone(), format!("Nothing was changed. Fix what is said here; {new_plan}.")]
        }
        Outcome::GivenUp { .. } | Outcome::Unknown { .. } | Outcome::Abandoned { .. } => {
            vec![outcome.why(), format!("Look at how the {noun} is now; {new_plan}.")]
        }
        Outcome::Failed { why } => vec![
            why.clone(),
            format!("The call was taken by {taker} and came to no good end. Nothing is repeated by itself."),
            format!("Look at the {noun} and its events before anything else; {new_plan}."),
        ],
        Outcome::Incomplete { not_done, why } => {
            vec![why.clone(), format!("All is done but {}. Look at those; {new_plan} for them.", steps(not_done))]
        }
        Outcome::Interrupted { unsent, why } => {
            let mut said = vec![why.clone()];
            if !unsent.is_empty() {
                said.push(format!("Not sent: {}. What went before is done and stays.", steps(unsent)));
            }
            said.push(format!("Look at how the {noun} is now; {new_plan} for the rest."));
            said
        }
    };
    if !outcome.is_nothing() {
        said.extend(undo(execution));
    }
    said
}

fn undo(execution: &Execution) -> Vec<String> {
    execution.plan.inverse.iter().map(|inverse| format!("To undo it: {inverse}.")).collect()
}

fn next(execution: &Execution, now: Timestamp) -> Vec<String> {
    let purpose = |step: usize| execution.plan.steps.get(step).map_or("", |s| s.purpose.as_str());
    match execution.next(now) {
        Act::Verify { step } => {
            vec![format!("The state is read again; if nothing changed, step {} is sent: {}.", step + 1, purpose(step))]
        }
        Act::Send { step } => vec![format!("Step {} is sent: {}.", step + 1, purpose(step))],
        Act::Look => {
            let steps = execution.open_steps();
            let awaited = steps.iter().filter_map(|step| execution.plan.steps.get(*step));
            let mut said: Vec<String> =
                awaited.take(many::FEW).map(|step| format!("It is looked at until {}.", until(&step.follow))).collect();
            if steps.len() > many::FEW {
                said.push(format!("So it is with {} more.", steps.len() - many::FEW));
            }
            let waiting = execution.steps.iter().position(|state| *state == StepState::Waiting);
            match waiting {
                Some(step) if execution.is_live() => said.push(format!("Then step {}: {}.", step + 1, purpose(step))),
                Some(step) => {
                    said.push(format!("It was begun elsewhere: step {} is not sent from here.", step + 1));
                }
                None => {}
            }
            let taker = execution.taker(0);
            said.push(format!("Leaving qd does not stop it: {taker} goes on, and the next qd follows it."));
            said
        }
        Act::Finish => vec!["Its end is written to the journal.".to_owned()],
        Act::Rest => Vec::new(),
    }
}

/// What is waited for, in words.
fn until(follow: &Follow) -> String {
    match follow {
        Follow::Rds(follow) => of_database(follow),
        Follow::Kubernetes(follow) => follow.awaited(),
    }
}

fn of_database(follow: &rds::Follow) -> String {
    use crate::services::rds::Follow;

    match follow {
        Follow::Pending { id, .. } => format!("the change of {id} waits for its maintenance window"),
        Follow::SnapshotAvailable { snapshot, .. } => format!("snapshot {snapshot} is available"),
        Follow::SnapshotGone { snapshot, .. } => format!("snapshot {snapshot} is gone"),
        Follow::Created { id, .. } => format!("{id} is there and available"),
        Follow::Values { id, .. } => format!("{id} shows the new values"),
        Follow::Standalone { id, .. } => format!("{id} is a standalone primary"),
        Follow::Restarted { id, failover_from: Some(zone), .. } => format!("{id} runs in another zone than {zone}"),
        Follow::Restarted { id, .. } => format!("{id} is available again"),
        Follow::Stopped { id, .. } => format!("{id} is stopped"),
        Follow::Running { id, .. } => format!("{id} is available"),
        Follow::Gone { id, .. } => format!("{id} is gone"),
        Follow::Maintained { id, action, .. } => format!("{action} of {id} is no longer pending"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_is_said_in_words() {
        let region = "us-east-1".to_owned();
        let snapshot =
            rds::Follow::SnapshotAvailable { region: region.clone(), snapshot: "before-it".into(), instance: None };
        assert_eq!(until(&snapshot.into()), "snapshot before-it is available");
        let failover = |from: Option<&str>| rds::Follow::Restarted {
            region: region.clone(),
            id: "qa-db".into(),
            failover_from: from.map(ToOwned::to_owned),
        };
        assert_eq!(until(&failover(Some("us-east-1a")).into()), "qa-db runs in another zone than us-east-1a");
        assert_eq!(until(&failover(None).into()), "qa-db is available again");
    }
}
