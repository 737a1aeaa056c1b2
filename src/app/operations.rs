//! What becomes of changes while the console runs, and when it is left. Pure.

use crate::domain::Environment;
use crate::keymap::Action;
use crate::ops::journal::Outcome;
use crate::screens::State;
use crate::screens::plan;
use crate::shell::{ArmingEnd, Effect, Tone, Topic};
use crate::slices::reads::{Read, Target};
use crate::slices::{Execution, StepState, TargetKind};
use crate::world::World;

/// Executions that ended stay in the panel this long, newest first; the journal keeps all.
const KEPT: usize = 200;

/// Ends arming because the console is left: the record says so.
pub fn leave(state: &mut State, effects: &mut Vec<Effect>) {
    plan::leave(state, effects);
    state.shell.disarm(&ArmingEnd::Closed, effects);
}

/// Takes in the state of an execution.
pub fn take(state: &mut State, execution: Execution, effects: &mut Vec<Effect>) {
    let before = state.shell.world.changes.executions.iter().position(|known| known.id == execution.id);
    let was_running =
        before.and_then(|at| state.shell.world.changes.executions.get(at)).is_some_and(Execution::is_running);
    let ended = was_running && !execution.is_running();
    if ended {
        let outcome = execution.result_words();
        let title = execution.plan.operation.kind().title();
        let text = format!("{title} of {}: {outcome}", execution.plan.target.id);
        let is_good = execution.outcome.as_ref().is_some_and(Outcome::is_good);
        let tone = if is_good { Tone::Plain } else { Tone::Bad };
        effects.push(Effect::Notify(text.clone()));
        state.shell.say(text, tone);
        // What it has changed is looked at now, however slowly the list is read; the objects of a cluster are watched.
        let World { estate, schedule, .. } = &mut state.shell.world;
        let read = match execution.plan.target.kind {
            TargetKind::Rds(_) => Read::DATABASES,
            TargetKind::Kubernetes(_) => {
                let cluster = execution.plan.target.id.split('/').next().unwrap_or_default();
                Read::nodegroups(cluster)
            }
        };
        for site in estate.by_name(&execution.environment).into_iter().flat_map(Environment::sites) {
            schedule.renew(&Target { site, read: read.clone() });
        }
    }
    let changed = execution.changed.clone();
    let again = (ended && !changed.is_empty() && state.views.plan().is_none()).then(|| execution.plan.clone());
    match before {
        Some(at) => state.shell.world.changes.executions[at] = execution,
        None => state.shell.world.changes.executions.push(execution),
    }
    let mut surplus = state.shell.world.changes.executions.len().saturating_sub(KEPT);
    state.shell.world.changes.executions.retain(|execution| {
        let goes = surplus > 0 && !execution.is_running();
        surplus -= usize::from(goes);
        !goes
    });
    // Back to a new plan: the same request on the state of now.
    if let Some(plan) = again {
        let Some(environment) = state.shell.world.estate.named(&plan.target.environment) else { return };
        plan::begin(state, plan.operation.kind(), plan.target.clone(), environment, effects);
        if let Some(open) = state.views.plan_mut() {
            open.operation = Some(plan.operation);
            open.safety = plan.safety_snapshot;
            open.changed = changed;
        }
    }
}

/// Whether the console may be left now. While operations run it says first what becomes of them.
pub fn may_leave(state: &mut State) -> bool {
    let running: Vec<&Execution> = state.shell.world.changes.running().collect();
    if running.is_empty() || state.asked_to_leave {
        return true;
    }
    let unsent = running.iter().any(|e| e.is_live() && e.steps.contains(&StepState::Waiting));
    let what =
        if running.len() == 1 { "one operation is".to_owned() } else { format!("{} operations are", running.len()) };
    // As it is heard here: where text is typed, or on a plan, it is another key than elsewhere.
    let key = state.shell.keymap.key_for(state.views.top().heard(), Action::Quit).unwrap_or_default();
    let becomes = if unsent {
        "steps not sent yet will not be sent"
    } else {
        "what was sent goes on in AWS, the next qd follows it"
    };
    let text = format!("{key} leaves, any other key stays: {what} running; {becomes}");
    state.asked_to_leave = true;
    state.shell.say_of(Topic::Leaving, text, Tone::Bad);
    false
}
