//! Asks the guard about the plan on the screen.

use tui_input::Input;

use super::refused::{LastRefusal, RefusedBy};
use super::state::State as Open;
use crate::ops::guard::{self, Gesture};
use crate::screens::State;
use crate::shell::{Effect, Shell, Tone};
use crate::slices::{Body, Plan, Refusal, Situation};

/// What keeps a plan on the screen from being approved, whatever is typed: the guard's own reasons, the first one
/// first.
#[must_use]
pub fn in_the_way(shell: &Shell, open: &Open, plan: &Plan) -> Vec<Refusal> {
    situated(shell, open, plan, |situation| guard::in_the_way(plan, situation))
}

/// Asks the guard about a plan on the screen, as things are now.
fn situated<T>(shell: &Shell, open: &Open, plan: &Plan, ask: impl FnOnce(&Situation<'_>) -> T) -> T {
    let policy = shell.world.changes.policy(open.environment);
    let here = shell.world.changes.running().filter(|execution| execution.environment == plan.target.environment);
    let running: Vec<&Plan> = here.map(|execution| &execution.plan).collect();
    ask(&Situation {
        now: shell.world.now,
        arming: shell.world.changes.arming.as_ref(),
        policy: &policy,
        running: &running,
        shown_since: open.shown_since,
        read_since: open.worse_since.unwrap_or(open.shown_since).max(open.shown_since),
        identity: shell.world.identity(open.environment),
        headless: false,
    })
}

/// Tries to approve the plan on the screen.
pub fn approve(state: &mut State, gesture: &Gesture, effects: &mut Vec<Effect>) {
    let Some(open) = state.views.plan() else { return };
    let Some(plan) = open.plan.as_deref().filter(|_| !open.reading) else {
        return state.shell.say("the state is still being read", Tone::Plain);
    };
    let environment = open.environment;
    let result = match (&state.shell.world.changes.journal, &state.shell.world.changes.blocked) {
        (Some(why), _) => {
            let words = format!("nothing is changed without a record, and the journal cannot be written: {why}");
            Err((words, RefusedBy::Journal))
        }
        (None, Some(why)) => Err((why.clone(), RefusedBy::Blocked)),
        (None, None) => situated(&state.shell, open, plan, |situation| guard::approve(plan, gesture, situation))
            .map_err(|refusal| (refusal.to_string(), RefusedBy::Guard(refusal))),
    };
    match result {
        Ok(approved) => {
            let title = plan.operation.kind().title();
            let text = format!("{title} of {}: approved, O shows how it goes", plan.target.id);
            state.views.take_plan();
            effects.push(Effect::Execute(Box::new(approved)));
            state.shell.say(text, Tone::Plain);
        }
        Err((why, by)) => {
            let body = Body::PlanRefused {
                operation: plan.operation.kind(),
                target: plan.target.clone(),
                fingerprint: plan.fingerprint.clone(),
                why: why.clone(),
                summary: plan.summary.clone(),
                reason: open.reason.value().trim().to_owned(),
            };
            if let Some(open) = state.views.plan_mut() {
                open.refused = Some(LastRefusal::new(why, by, state.shell.world.now));
                // A key that is held down must not come through when the time for it has come.
                if matches!(gesture, Gesture::Typed { .. }) {
                    open.name = Input::default();
                }
            }
            state.shell.record(environment, body, effects);
        }
    }
}
