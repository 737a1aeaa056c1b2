//! Dispatch: every message, every action. Pure.

use super::actions::say;
use super::effect::Effect;
use super::keys;
use super::mouse;
use super::msg::Msg;
use super::operations;
use super::state::State;
use super::succession;
use super::toast::Tone;
use crate::collect::{Answer, Target};
use crate::domain::Fault;
use crate::screens::code::CodePrompt;
use crate::screens::{View, database, databases, plan};
use crate::theme;
use crate::world;

/// Takes in a message: changes the state, gives what is to be done outside.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    match msg {
        Msg::Tick(now) => tick(state, now),
        Msg::Resize(columns, rows) => {
            state.size = (columns, rows);
            state.databases.reveal(databases::page(state.size));
            database::clamp_scroll(state);
        }
        Msg::Key(key) => keys::pressed(state, key, &mut effects),
        Msg::Rushed(key) => {
            state.rushed = true;
            keys::pressed(state, key, &mut effects);
            state.rushed = false;
        }
        Msg::Paste(text) => keys::paste(state, &text),
        Msg::Answered { id, target, result } => answered(state, id, &target, result),
        Msg::Reconfigured(next) => succession::reconfigure(state, *next, &mut effects),
        Msg::ConfigurationRefused(problems) => succession::refuse(state, problems, &mut effects),
        Msg::AppearanceProblems(problems) => state.world.problems.of_appearance(problems),
        Msg::Restyled { theme, keymap, warnings } => {
            if let Some(theme) = theme {
                state.theme = theme::degrade(&theme, state.depth);
            }
            if let Some(keymap) = keymap {
                state.keymap = *keymap;
            }
            let text = warnings.first().map_or_else(|| "theme and keymap read again".to_owned(), Clone::clone);
            say(state, text, if warnings.is_empty() { Tone::Plain } else { Tone::Bad });
        }
        Msg::Wheel(notches) => mouse::wheel(state, notches, &mut effects),
        Msg::Click(_, row) => mouse::click(state, row),
        Msg::Metered(calls) => state.world.calls = calls,
        Msg::CodeWanted { session, serial } => {
            state.views.open(View::Code(CodePrompt { session, serial, typed: String::new() }));
        }
        Msg::CodeOver => state.views.remove(|view| matches!(view, View::Code(_))),
        Msg::Observed { id, result } => plan::observed(state, id, result),
        Msg::Execution(execution) => operations::take(state, *execution, &mut effects),
        Msg::Denied { environment, api, action } => {
            state.world.changes.denied.insert((environment, api), action);
        }
        Msg::JournalDoubtful(why) => {
            say(state, why.clone(), Tone::Bad);
            state.world.problems.of_journal(why);
        }
        Msg::NotBegun(why) => say(state, why, Tone::Bad),
        Msg::JournalFailed(why) => {
            say(state, format!("the journal fails, nothing can be changed: {why}"), Tone::Bad);
            state.world.changes.journal = Some(why);
        }
        Msg::Copied(Ok(text)) => say(state, format!("sent to the terminal's clipboard: {text}"), Tone::Plain),
        Msg::Copied(Err(why)) => say(state, format!("not sent to the terminal's clipboard: {why}"), Tone::Bad),
    }
    operations::watch(state, &mut effects);
    operations::renew(state, &mut effects);
    let focus = state.focus();
    effects.extend(world::due(&mut state.world, &focus).into_iter().map(Effect::Fetch));
    effects
}

fn tick(state: &mut State, now: jiff::Timestamp) {
    state.world.now = now;
    if state.toast.as_ref().is_some_and(|toast| toast.until <= now) {
        state.toast = None;
    }
    let focus = state.focus();
    world::retire(&mut state.world, &focus);
}

/// Takes an answer in and tells what it brought.
fn answered(state: &mut State, id: u64, target: &Target, result: Result<Answer, Fault>) {
    let news = world::take(&mut state.world, id, target, result);
    // The cursor stays on its error when a newer one comes above it.
    let is_above = news.logged && state.world.faults.len() > 1;
    state.views.move_errors(usize::from(is_above));
    if let Some(text) = news.told {
        say(state, text, Tone::Bad);
    }
}
