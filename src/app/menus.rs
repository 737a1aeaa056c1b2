//! The menus of the shell: commands, environments, themes, scenarios.

use crate::keymap::{Action, Keymap, Layer};
use crate::screens::command::Command;
use crate::screens::menu::{Item, Menu, Purpose};
use crate::theme::{self, Theme};
use crate::world::{Estate, Scope};

/// Moving about is not a command, nor is mending a screen on which none can be read.
fn in_palette(action: Action) -> bool {
    !action.moves()
        && !matches!(
            action,
            Action::Toggle
                | Action::Palette
                | Action::CursorLeft
                | Action::CursorRight
                | Action::Back
                | Action::AllEnvironments
                | Action::Redraw
        )
        && action.environment().is_none()
}

/// The menu of commands, with the keys of these layers.
pub fn palette(estate: &Estate, keymap: &Keymap, layers: &[Layer]) -> Menu {
    Menu::new(Purpose::Palette, "Commands", commands(estate, keymap, layers), 0)
}

/// What stands in it.
pub fn commands(estate: &Estate, keymap: &Keymap, layers: &[Layer]) -> Vec<Item> {
    let mut items: Vec<Item> = Action::ALL
        .iter()
        .copied()
        .filter(|action| in_palette(*action))
        .filter(|action| *action != Action::PlayScenario || estate.sandbox.is_some())
        .filter_map(|action| {
            let keys = keymap.key_for(layers, action)?;
            Some(Item { label: action.describe().into(), detail: keys, checked: None, command: Command::Run(action) })
        })
        .collect();
    items.push(look_item("all environments", Scope::All));
    for (id, environment) in estate.environments() {
        items.push(look_item(&format!("environment {}", environment.name), Scope::One(id)));
    }
    for name in theme::shipped() {
        items.push(Item {
            label: format!("theme {name}"),
            detail: String::new(),
            checked: None,
            command: Command::Theme(name.to_owned()),
        });
    }
    items
}

fn look_item(label: &str, scope: Scope) -> Item {
    Item { label: label.into(), detail: String::new(), checked: None, command: Command::Look(scope) }
}

/// The shipped themes, with the cursor on the one that is used.
pub fn themes(theme: &Theme) -> Menu {
    let names: Vec<&str> = theme::shipped().collect();
    let items = names.iter().map(|name| Item {
        label: (*name).to_owned(),
        detail: String::new(),
        checked: None,
        command: Command::Theme((*name).to_owned()),
    });
    let selected = names.iter().position(|name| *name == theme.name).unwrap_or(0);
    Menu::new(Purpose::Theme, "Theme", items.collect(), selected)
}

/// What the sandbox can play.
pub fn scenarios(estate: &Estate) -> Menu {
    let items = estate.scenarios.iter().map(|(name, description)| Item {
        label: name.clone(),
        detail: description.clone(),
        checked: None,
        command: Command::Play(name.clone()),
    });
    Menu::new(Purpose::Scenario, "Scenario", items.collect(), 0)
}
