//! How a plan is begun, read again and left.

use tui_input::Input;

use super::state::State as Open;
use crate::domain::EnvironmentId;
use crate::ops::Arming;
use crate::screens::State;
use crate::screens::views::View;
use crate::shell::{Effect, Tone};
use crate::slices::{Body, Kind, Target};

/// Seconds after which the state of an open plan is read again.
const RENEWED: i64 = 30;

/// Begins a plan for this target.
pub fn plan_on(state: &mut State, kind: Kind, target: Target, effects: &mut Vec<Effect>) {
    match state.shell.world.estate.named(&target.environment) {
        Some(environment) => begin(state, kind, target, environment, effects),
        None => state.shell.say(format!("{} is not in the configuration any more", target.environment), Tone::Bad),
    }
}

/// Whether an environment is in this region.
fn is_in(state: &State, environment: EnvironmentId, region: &str) -> bool {
    let estate = &state.shell.world.estate;
    estate.environment(environment).is_some_and(|known| estate.regions(known).any(|own| own == region))
}

/// Opens a plan in the place of the one that is open.
pub fn begin(state: &mut State, kind: Kind, target: Target, environment: EnvironmentId, effects: &mut Vec<Effect>) {
    if !is_in(state, environment, &target.region) {
        let text = format!("{} is not in {} any more", target.environment, target.region);
        return state.shell.say(text, Tone::Bad);
    }
    let id = state.shell.next_reading();
    let mut opened = Open::new(kind, target.clone(), environment, id, state.shell.world.now);
    let here = |arming: &&Arming| arming.environment == target.environment;
    if let Some(arming) = state.shell.world.changes.arming.as_ref().filter(here) {
        opened.reason = Input::new(arming.reason.clone());
    }
    state.views.take_plan();
    state.views.open_beneath(View::Plan(Box::new(opened)));
    effects.push(Effect::Observe { id, kind, target });
}

/// Reads the state of the world again, because the engineer wants to see it; parameters stay.
pub fn reread(state: &mut State, effects: &mut Vec<Effect>) {
    observe(state, effects);
    if let Some(plan) = state.views.plan_mut() {
        plan.reading = true;
    }
}

fn observe(state: &mut State, effects: &mut Vec<Effect>) {
    let id = state.shell.next_reading();
    let now = state.shell.world.now;
    let Some(plan) = state.views.plan_mut() else { return };
    plan.asked = id;
    plan.asked_at = now;
    plan.awaiting = true;
    effects.push(Effect::Observe { id, kind: plan.kind, target: plan.target.clone() });
}

/// Leaves the plan; that one was made and not carried out is recorded.
pub fn leave(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(left) = state.views.take_plan() else { return };
    if let Some(plan) = left.plan {
        let operation = plan.operation.kind();
        let body = Body::PlanCancelled {
            operation,
            target: plan.target.clone(),
            fingerprint: plan.fingerprint.clone(),
            summary: plan.summary.clone(),
        };
        state.shell.record(left.environment, body, effects);
    }
}

/// Reads the state of the open plan again from time to time: lag, connections and the newest
/// restorable time go on while the engineer thinks. Called after every message.
pub fn renew(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.shell.world.now.as_second();
    let is_old = state.views.plan().is_some_and(|plan| {
        plan.seen.is_some() && !plan.awaiting && plan.edit.is_none() && now - plan.asked_at.as_second() >= RENEWED
    });
    if is_old {
        observe(state, effects);
    }
}
