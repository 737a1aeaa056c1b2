//! Dispatch: every message, every action. Pure.

use super::keys;
use super::mouse;
use super::msg::Msg;
use super::operations;
use super::succession;
use crate::domain::Fault;
use crate::screens::State;
use crate::screens::code::CodePrompt;
use crate::screens::{View, audit, database, databases, logs, plan};
use crate::shell::Effect;
use crate::shell::Tone;
use crate::slices::reads::{Answer, Target};
use crate::theme;
use crate::world::{self, WatchOrder};

/// Takes in a message: changes the state, gives what is to be done outside.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    match msg {
        Msg::Tick(now) => tick(state, now),
        Msg::Resize(columns, rows) => {
            state.shell.size = (columns, rows);
            state.databases.reveal(databases::page(state.shell.size));
            database::clamp_scroll(state);
        }
        Msg::Key(key) => keys::pressed(state, key, &mut effects),
        Msg::Rushed(key) => {
            state.shell.rushed = true;
            keys::pressed(state, key, &mut effects);
            state.shell.rushed = false;
        }
        Msg::Paste(text) => keys::paste(state, &text),
        Msg::Answered { id, target, result } => answered(state, id, &target, result),
        Msg::Streamed { id, target, told } => {
            let news = world::take_told(&mut state.shell.world, id, &target, told);
            tell(state, news);
        }
        Msg::Logged { id, told } => logs::take(state, id, told),
        Msg::Reconfigured(next) => succession::reconfigure(state, *next, &mut effects),
        Msg::ConfigurationRefused(problems) => succession::refuse(state, problems, &mut effects),
        Msg::AppearanceProblems(problems) => state.shell.world.problems.of_appearance(problems),
        Msg::Restyled { theme, keymap, warnings } => {
            if let Some(theme) = theme {
                state.shell.theme = theme::degrade(&theme, state.shell.depth);
            }
            if let Some(keymap) = keymap {
                state.shell.keymap = *keymap;
            }
            let text = warnings.first().map_or_else(|| "theme and keymap read again".to_owned(), Clone::clone);
            state.shell.say(text, if warnings.is_empty() { Tone::Plain } else { Tone::Bad });
        }
        Msg::Wheel(notches) => mouse::wheel(state, notches, &mut effects),
        Msg::Click(_, row) => mouse::click(state, row),
        Msg::Metered(calls) => state.shell.world.calls = calls,
        Msg::CodeWanted { session, serial } => {
            state.views.open(View::Code(CodePrompt { session, serial, typed: String::new() }));
        }
        Msg::CodeOver => state.views.remove(|view| matches!(view, View::Code(_))),
        Msg::Observed { id, result } => plan::observed(state, id, result),
        Msg::Execution(execution) => {
            audit::grown(state);
            operations::take(state, *execution, &mut effects);
        }
        Msg::Recorded => {
            // It can be written again.
            state.shell.world.changes.journal = None;
            audit::grown(state);
        }
        Msg::JournalRead(result) => audit::take(state, result),
        Msg::Denied { environment, api, action } => {
            state.shell.world.changes.denied.insert((environment, api), action);
        }
        Msg::JournalDoubtful(why) => {
            state.shell.say(why.clone(), Tone::Bad);
            state.shell.world.problems.of_journal(why);
        }
        Msg::NotBegun(why) => state.shell.say(why, Tone::Bad),
        Msg::JournalFailed(why) => {
            state.shell.say(format!("the journal fails, nothing can be changed: {why}"), Tone::Bad);
            state.shell.world.changes.journal = Some(why);
        }
        Msg::LinkOpened(link) => state.shell.say(format!("opening {link}"), Tone::Plain),
        Msg::LinkUnopened(link) => effects.push(Effect::Copy(link)),
        Msg::Copied(Ok(text)) => state.shell.say(copied(&text), Tone::Plain),
        Msg::Copied(Err(why)) => state.shell.say(format!("not sent to the terminal's clipboard: {why}"), Tone::Bad),
    }
    state.shell.watch(&mut effects);
    plan::renew(state, &mut effects);
    plan::forget_refusal(state);
    audit::want(state, &mut effects);
    logs::want(state, &mut effects);
    state.screen().rest(state);
    let focus = state.focus();
    effects.extend(world::watch(&mut state.shell.world, &focus).into_iter().map(|order| match order {
        WatchOrder::Begin { id, target, address } => Effect::Watch { id, target, address },
        WatchOrder::End(id) => Effect::Unwatch(id),
    }));
    effects.extend(world::due(&mut state.shell.world, &focus).into_iter().map(Effect::Fetch));
    effects
}

/// What is said of a text that was copied: an address by that word, one of several lines by its first.
fn copied(text: &str) -> String {
    let mut lines = text.lines();
    match (lines.next(), lines.next()) {
        (Some(link), None) if link.starts_with("https://") => {
            format!("link sent to the terminal's clipboard: {link}")
        }
        (first, None) => format!("sent to the terminal's clipboard: {}", first.unwrap_or_default()),
        (first, Some(_)) => format!("all of it sent to the terminal's clipboard: {} …", first.unwrap_or_default()),
    }
}

fn tick(state: &mut State, now: jiff::Timestamp) {
    state.shell.world.now = now;
    if state.shell.toast.as_ref().is_some_and(|toast| toast.until <= now) {
        state.shell.toast = None;
    }
    let focus = state.focus();
    world::retire(&mut state.shell.world, &focus);
}

/// Takes an answer in and tells what it brought.
fn answered(state: &mut State, id: u64, target: &Target, result: Result<Answer, Fault>) {
    let news = world::take(&mut state.shell.world, id, target, result);
    tell(state, news);
}

/// Tells what somebody should hear of at once.
fn tell(state: &mut State, news: world::News) {
    // The cursor stays on its error when a newer one comes above it.
    let is_above = news.logged && state.shell.world.faults.by_cause(&state.shell.world.estate).len() > 1;
    state.views.move_errors(usize::from(is_above));
    if let Some(text) = news.told {
        state.shell.say(text, Tone::Bad);
    }
}
