//! Where keys and pasted text go: to the view on top, and what it does not hear, to the shell. Pure.

use super::actions::run;
use crate::domain::text;
use crate::keymap::{Action, Key, Layer, Resolution};
use crate::screens::State;
use crate::screens::line::{edit, insert};
use crate::screens::{View, plan};
use crate::shell::Effect;
use crate::shell::{Tone, Topic};

/// A key was pressed.
pub fn pressed(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    let asked = state.asked_to_leave;
    if state.shell.toast.as_ref().is_some_and(|toast| toast.is_reply) {
        state.shell.toast = None;
    }
    let before = state.shell.toast.clone();
    // "Any other key stays": the one that says no is no way back, too.
    if !(asked && key.to_string() == "esc") {
        hear(state, key, effects);
    }
    if let Some(toast) = state.shell.toast.as_mut().filter(|toast| before.as_ref() != Some(toast)) {
        toast.is_reply = true;
    }
    // Only the very next key answers; it may be several in a row.
    if asked && state.resolver.pending().is_empty() {
        state.asked_to_leave = false;
        state.shell.unsay(Topic::Leaving);
    }
}

fn hear(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    let is_typed = state.views.top().is_typed();
    match resolve(state, state.views.top().heard(), key) {
        // Whatever a keymap says: a change is not on Enter, Space or a single character.
        Resolution::Action(Action::Approve)
            if key.character().is_some() || matches!(key.to_string().as_str(), "enter" | "space") =>
        {
            state
                .shell
                .say("a change is not approved by Enter, Space or a single character: bind another key", Tone::Bad);
        }
        Resolution::Action(action @ (Action::Quit | Action::Suspend | Action::Redraw)) => run(state, action, effects),
        Resolution::Action(_) if is_typed && is_text(state, key) => typed(state, key),
        Resolution::Action(action) => run(state, action, effects),
        Resolution::Pending => {}
        Resolution::None if is_typed => typed(state, key),
        Resolution::None => {}
    }
}

/// Whether a key that is bound where text is typed is text all the same.
fn is_text(state: &State, key: Key) -> bool {
    matches!(state.views.top(), View::Plan(_)) && plan::is_text(state, key)
}

/// What a key does. One that came in a burst moves about or is text, and does nothing else: text that a
/// terminal pastes as keys approves nothing and opens nothing.
fn resolve(state: &mut State, layers: &[Layer], key: Key) -> Resolution {
    match state.resolver.resolve(&state.shell.keymap, layers, key) {
        // Whatever types a code for a person types Enter, too: it approves nothing.
        Resolution::Action(Action::Open) if matches!(state.views.top(), View::Code(_)) => {
            Resolution::Action(Action::Open)
        }
        Resolution::Action(action) if state.shell.rushed && !is_harmless(action, key) => {
            let text = format!("{key} came faster than a person types: press it again");
            state.shell.say_of(Topic::Unheard, text, Tone::Bad);
            Resolution::Pending
        }
        resolution => resolution,
    }
}

/// Actions that only move about, or leave by a key that is in no text.
fn is_harmless(action: Action, key: Key) -> bool {
    action.moves()
        || (action == Action::Quit && key.character().is_none())
        || matches!(
            action,
            Action::Back
                | Action::NextPane
                | Action::PreviousPane
                | Action::NextFinding
                | Action::PreviousFinding
                | Action::PanBack
                | Action::PanForward
                | Action::ZoomIn
                | Action::ZoomOut
                | Action::CursorLeft
                | Action::CursorRight
                | Action::CursorLeftTen
                | Action::CursorRightTen
                | Action::CursorClear
                | Action::Now
                | Action::ScaleToData
                | Action::Redraw
                | Action::Suspend
        )
}

/// A key that is bound to nothing, where text is typed.
fn typed(state: &mut State, key: Key) {
    let is_pasted = state.shell.rushed && plan::is_naming(state);
    match state.views.top_mut() {
        // A name that comes in a burst was pasted, whatever the terminal calls it.
        View::Plan(_) if is_pasted => plan::paste(state, ""),
        View::Plan(_) => plan::typed(state, key),
        View::Filter(line) => {
            let edited = edit(line, key).then(|| line.value().to_owned());
            if let Some(text) = edited {
                state.screen().filter(state, text);
            }
        }
        View::Menu(menu) => {
            let is_edited = edit(&mut menu.input, key);
            if is_edited {
                menu.narrow();
            }
        }
        View::Help(help) => {
            edit(&mut help.sought, key);
            help.scroll = 0;
        }
        View::Arm(question) => {
            edit(question.line(), key);
            question.problem = None;
        }
        View::Code(code) => match (key.to_string().as_str(), key.character()) {
            ("backspace", _) => drop(code.typed.pop()),
            (_, Some(digit)) => code.take(digit.encode_utf8(&mut [0; 4])),
            _ => {}
        },
        _ => {}
    }
}

/// Text was pasted.
pub fn paste(state: &mut State, text: &str) {
    let text: String = text::clean(text).chars().take(200).collect();
    match state.views.top_mut() {
        View::Plan(_) => plan::paste(state, &text),
        View::Filter(line) => {
            insert(line, &text);
            let text = line.value().to_owned();
            state.screen().filter(state, text);
        }
        View::Menu(menu) if menu.purpose.is_typed() => {
            insert(&mut menu.input, &text);
            menu.narrow();
        }
        View::Help(help) if help.is_typing => {
            insert(&mut help.sought, &text);
            help.scroll = 0;
        }
        View::Arm(question) => insert(question.line(), &text),
        View::Code(code) => code.take(&text),
        _ => {}
    }
}
