//! Many steps that do not need each other, as the evictions of a drain: what holds or is under way is told one by one,
//! the others are named.

use std::ops::Range;

use super::step::step;
use crate::ops::call::ApiName;
use crate::ops::journal::StepEnd;
use crate::screens::plan::subject;
use crate::slices::{Execution, StepState};
use crate::theme::Role;
use crate::ui::prose::{self, Line};

/// So few are told one by one.
pub const FEW: usize = 3;

/// The lines of all steps.
#[must_use]
pub fn all(execution: &Execution, width: usize) -> Vec<Line> {
    let mut all = Vec::new();
    let mut place = 0;
    while place < execution.steps.len() {
        let beside = execution.plan.beside(place);
        place = beside.end.max(place + 1);
        if beside.len() > FEW {
            all.extend(lines(execution, beside, width));
        } else {
            all.extend(beside.flat_map(|place| step(execution, place, width)));
        }
    }
    all
}

/// Their lines: how many there are and how they stand, what holds, and the names of the others.
fn lines(execution: &Execution, beside: Range<usize>, width: usize) -> Vec<Line> {
    let is_done =
        |place: &usize| matches!(execution.steps.get(*place), Some(StepState::Ended { end: StepEnd::Done, .. }));
    // Once it is over, what was not sent is what the next plan may need: all of it.
    let is_to_come = |place: &usize| {
        execution.is_running()
            && execution.steps.get(*place) == Some(&StepState::Waiting)
            && execution.refused_for_now(*place).is_none()
    };
    let done: Vec<usize> = beside.clone().filter(is_done).collect();
    let to_come: Vec<usize> = beside.clone().filter(is_to_come).collect();
    let told: Vec<usize> = beside.clone().filter(|place| !is_done(place) && !is_to_come(place)).collect();
    let refused = told.iter().filter(|place| execution.refused_for_now(**place).is_some()).count();
    let under_way = told.iter().filter(|place| execution.open_steps().contains(place)).count();
    let left = told.len() - refused - under_way;
    let counts = [
        (done.len(), "done"),
        (refused, "refused for now"),
        (under_way, "under way"),
        (to_come.len(), "not sent yet"),
        (left, if execution.is_running() { "ended otherwise" } else { "not done" }),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let (mark, role) = match (told.len(), to_come.len()) {
        (0, 0) => ("✔", Role::Good),
        _ if refused + left > 0 => ("▲", Role::Warning),
        _ if under_way > 0 => ("◐", Role::Accent),
        _ => ("○", Role::Dim),
    };
    let api = execution.plan.steps.get(beside.start).map_or("", |step| step.call.api.id());
    let lead = vec![(format!(" {mark} "), role), (format!("{}-{}  ", beside.start + 1, beside.end), Role::Dim)];
    let what = format!("{api}, {} times: {}", beside.len(), counts.join(", "));
    let mut lines = prose::hanging(lead, &what, Role::Text, width);
    lines.extend(told.iter().flat_map(|place| step(execution, *place, width)));
    for (places, what) in [(&to_come, "not sent yet"), (&done, "done")] {
        if !places.is_empty() {
            let names: Vec<&str> = places.iter().map(|place| named(execution, *place)).collect();
            let lead = vec![(format!("      {what}: "), Role::Dim)];
            lines.extend(prose::hanging(lead, &names.join(", "), Role::Dim, width));
        }
    }
    lines
}

/// What a step is done to.
fn named(execution: &Execution, place: usize) -> &str {
    execution.plan.steps.get(place).map_or("", subject)
}
