//! What the keys do, the environments and the settings, by name.

use super::Sort;
use crate::keymap::{Action, Layer};
use crate::screens::State;
use crate::screens::command::Command;
use crate::screens::environments;
use crate::screens::menu::Named;
use crate::theme;

/// Moving about is not a command, nor is mending a screen on which none can be read.
fn is_command(action: Action) -> bool {
    !action.moves()
        && !matches!(
            action,
            Action::Toggle
                | Action::Palette
                | Action::CursorLeft
                | Action::CursorRight
                | Action::CursorLeftTen
                | Action::CursorRightTen
                | Action::Back
                | Action::AllEnvironments
                | Action::Redraw
        )
        && action.environment().is_none()
}

/// The screens, with their keys.
pub fn screens(state: &State, layers: &[Layer]) -> Vec<Named> {
    let all = Action::ALL.iter().copied().filter(|action| action.is_place());
    all.filter_map(|action| item(state, layers, action, Sort::Screen)).collect()
}

/// All other commands, with their keys.
pub fn commands(state: &State, layers: &[Layer]) -> Vec<Named> {
    let has_scenarios = state.shell.world.estate.sandbox.is_some();
    let all = Action::ALL.iter().copied().filter(|action| is_command(*action) && !action.is_place());
    all.filter(|action| *action != Action::PlayScenario || has_scenarios)
        .filter_map(|action| item(state, layers, action, Sort::Command))
        .collect()
}

/// None where no key is heard for it: it does nothing here.
fn item(state: &State, layers: &[Layer], action: Action, sort: Sort) -> Option<Named> {
    let key = state.shell.keymap.key_for(layers, action)?;
    let item = sort.item(action.describe(), &key, Command::Run(action));
    Some(Named { key: Some(key), ..item.into() })
}

/// The environments, and all of them.
pub fn environments(state: &State) -> Vec<Named> {
    let each = environments::scopes(state).into_iter();
    each.map(|mut named| {
        let label = std::mem::take(&mut named.item.label);
        named.item = Sort::Environment.item(label, &named.item.detail, named.item.command);
        named
    })
    .collect()
}

/// What of the settings can be chosen here.
pub fn settings() -> Vec<Named> {
    let item = |name: &str| Sort::Setting.item(format!("theme {name}"), "", Command::Theme(name.to_owned())).into();
    theme::shipped().map(item).collect()
}
