//! How arming is asked for and begun.

use std::time::Duration;

use tui_input::Input;

use super::question::ArmQuestion;
use crate::domain::EnvironmentId;
use crate::ops::{Arming, arming};
use crate::screens::{Screen, State, View, fleet};
use crate::shell::{ArmingEnd, Effect, Tone, Topic};
use crate::slices::Body;
use crate::world::Scope;

/// Minutes that are offered for arming.
const ARMED_FOR: &str = "15";

/// The environment that arming would be for: the plan's, that of the fleet's line under the cursor, or what is looked
/// at. On the fleet nothing but the line counts: whoever looks at it means what is marked there.
fn armed_for(state: &State) -> Option<EnvironmentId> {
    if let Some(plan) = state.views.plan() {
        return Some(plan.environment);
    }
    if state.screen() == Screen::Fleet {
        return fleet::selected_environment(state);
    }
    if let Scope::One(id) = state.shell.scope {
        return Some(id);
    }
    let estate = &state.shell.world.estate;
    if let Some((site, cluster)) = state.cluster_looked_at() {
        return estate.owner_of_cluster(site, cluster);
    }
    let (site, database) = state.selected()?;
    estate.owner(site, database)
}

/// Arms after a question, or disarms at once.
pub fn ask_to_arm(state: &mut State, effects: &mut Vec<Effect>) {
    if state.shell.world.changes.arming.is_some() {
        return state.shell.disarm(&ArmingEnd::ByHand, effects);
    }
    let Some(environment) = armed_for(state) else {
        return state.shell.say_of(
            Topic::Arming,
            "choose one environment first: e, or select a DB instance or a cluster",
            Tone::Plain,
        );
    };
    ask(state, environment);
}

/// Asks whether this environment is to be armed; one that is armed stays so until it is disarmed.
pub fn ask(state: &mut State, environment: EnvironmentId) {
    if let Some(arming) = &state.shell.world.changes.arming {
        let words = format!("{} is armed: disarm it first", arming.environment);
        return state.shell.say_of(Topic::Arming, words, Tone::Bad);
    }
    if let Some(why) = state.shell.world.changes.blocked.clone() {
        return state.shell.say_of(Topic::Arming, why, Tone::Bad);
    }
    if state.shell.world.identity(environment).is_none() {
        return state.shell.say_of(Topic::Arming, "who we are there is not known yet: nothing can be armed", Tone::Bad);
    }
    state.shell.unsay(Topic::Arming);
    state.views.open(View::Arm(Box::new(ArmQuestion {
        environment,
        reason: Input::default(),
        minutes: Input::new(ARMED_FOR.into()),
        on_minutes: false,
        problem: None,
    })));
}

/// Takes the answer to the question.
pub fn arm(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(question) = state.views.question() else { return };
    let environment = question.environment;
    let policy = state.shell.world.changes.policy(environment);
    let most = (policy.arm_at_most.as_secs() / 60).max(1);
    let reason = question.reason.value().trim().to_owned();
    let minutes: Option<u64> = question.minutes.value().trim().parse().ok().filter(|m| (1..=most).contains(m));
    let identity = state.shell.world.identity(environment);
    let name = state.shell.world.estate.environment(environment).map(|e| e.name.as_str());
    let unknown = identity.is_none().then(|| "who we are there is not known yet".to_owned());
    if let Some(problem) = state.shell.world.changes.blocked.clone().or(unknown) {
        if let Some(question) = state.views.question_mut() {
            question.problem = Some(problem);
        }
        return;
    }
    let (Some(identity), Some(name)) = (identity, name) else { return };
    let armed = match minutes {
        Some(minutes) => {
            Arming::begin(name, identity, &reason, state.shell.world.now, Duration::from_secs(minutes * 60), &policy)
                .map_err(|problem| (problem, false))
        }
        None if !arming::is_reason(&reason) => Err(("say why: the incident's id, or a few words".to_owned(), false)),
        None => Err((format!("1 to {most} minutes"), true)),
    };
    let armed = match armed {
        Ok(armed) => armed,
        Err((problem, on_minutes)) => {
            if let Some(question) = state.views.question_mut() {
                question.on_minutes = on_minutes;
                question.problem = Some(problem);
            }
            return;
        }
    };
    let until = armed.until;
    state.views.remove(|view| matches!(view, View::Arm(_)));
    state.shell.world.changes.arming = Some(armed);
    if let Some(plan) = state.views.plan_mut().filter(|plan| plan.environment == environment)
        && plan.reason.value().is_empty()
    {
        plan.reason = Input::new(reason.clone());
    }
    state.shell.record(environment, Body::Armed { reason, until }, effects);
}
