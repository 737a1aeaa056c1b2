//! One step of an execution: what it is for, and how it stands.

use jiff::Timestamp;

use crate::ops::call::ApiName;
use crate::ops::journal::{Outcome, StepEnd};
use crate::screens::plan::usual;
use crate::slices::{Execution, StepState};
use crate::theme::Role;
use crate::ui::format;
use crate::ui::prose::{self, Line};

/// A step: what it is for, and below it how it stands.
pub(super) fn step(execution: &Execution, place: usize, width: usize) -> Vec<Line> {
    let (Some(state), Some(planned)) = (execution.steps.get(place), execution.plan.steps.get(place)) else {
        return Vec::new();
    };
    let (mark, role, mut words) = standing(execution, place, state);
    let lead = vec![(format!(" {mark} "), role), (format!("{}  ", place + 1), Role::Dim)];
    let what = format!("{}: {}", planned.call.api.id(), planned.purpose);
    let mut lines = prose::hanging(lead, &what, Role::Text, width);
    if execution.is_running() && matches!(state, StepState::Sent { .. } | StepState::Waiting) {
        words.push_str(&format!("; usually {}", usual(planned.usual)));
    }
    let role = if role == Role::Good || role == Role::Accent { Role::Dim } else { role };
    lines.extend(prose::hanging(vec![("      ".into(), Role::Text)], &words, role, width));
    if *state == StepState::Waiting {
        // What would have been sent is what the next plan may need; of the others the journal has it.
        let parameters: Vec<String> =
            planned.call.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let below = vec![("      ".into(), Role::Text)];
        lines.extend(prose::hanging(below, &parameters.join(" "), Role::Dim, width));
    }
    lines
}

/// Whether it belongs to a sandbox that is no more: nothing of it is there to be looked at.
pub(super) fn is_of_a_world_before(execution: &Execution) -> bool {
    matches!(execution.outcome, Some(Outcome::Abandoned { .. }))
}

/// A step that was sent and whose end nobody saw, of an execution that has ended.
fn unseen(execution: &Execution, sent: Timestamp, request_id: Option<&String>) -> (&'static str, Role, String) {
    let request = request_id.map(|id| format!(", request {id}")).unwrap_or_default();
    let words = format!("sent {}{request}; outcome unknown", format::clock_seconds(sent));
    if is_of_a_world_before(execution) { ("○", Role::Dim, words) } else { ("▲", Role::Warning, words) }
}

fn standing(execution: &Execution, place: usize, state: &StepState) -> (&'static str, Role, String) {
    let clock = format::clock_seconds;
    match state {
        StepState::Waiting if execution.is_running() => match execution.refused_for_now(place) {
            Some((times, last, why)) => {
                let often = if times == 1 { String::new() } else { format!(", {times} times") };
                ("▲", Role::Warning, format!("not taken yet{often}, last {}: {why}; it is tried again", clock(last)))
            }
            None => ("○", Role::Dim, "not sent yet".to_owned()),
        },
        StepState::Waiting => ("○", Role::Warning, "was not sent".to_owned()),
        StepState::Sending { at } | StepState::Seeking { at, .. } if !execution.is_running() => {
            unseen(execution, *at, None)
        }
        StepState::Sent { at, request_id } if !execution.is_running() => unseen(execution, *at, request_id.as_ref()),
        StepState::Sending { at } => ("◐", Role::Accent, format!("being sent since {}", clock(*at))),
        StepState::Seeking { at, why, .. } => {
            let words = format!("sent {}, and no answer came ({why}): looking whether it arrived", clock(*at));
            ("▲", Role::Warning, words)
        }
        StepState::Sent { at, request_id } => {
            let request = request_id.as_ref().map(|id| format!(", request {id}")).unwrap_or_default();
            let now = execution.words.get(place).filter(|words| !words.is_empty());
            let now = now.map(|words| format!(": {words}")).unwrap_or_default();
            ("◐", Role::Accent, format!("{} took it {}{request}{now}", execution.taker(place), clock(*at)))
        }
        StepState::Ended { sent, at, words, end } => {
            let took = format::age(format::since(*at, *sent));
            let words = format!("{words}; sent {}, ended {} ({took})", clock(*sent), clock(*at));
            match end {
                StepEnd::Done => ("✔", Role::Good, words),
                StepEnd::Scheduled { .. } => ("◌", Role::Accent, words),
                StepEnd::Failed => ("✖", Role::Critical, words),
                StepEnd::Unknown | StepEnd::GivenUp => ("▲", Role::Warning, words),
            }
        }
        StepState::NotSent { at, why, .. } => ("✖", Role::Critical, format!("not carried out, {}: {why}", clock(*at))),
    }
}
