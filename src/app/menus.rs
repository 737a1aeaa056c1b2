//! The menus of the shell: commands, environments, themes, scenarios.

use super::state::State;
use super::update::{moves, place_of};
use crate::keymap::Action;
use crate::screens::command::Command;
use crate::screens::menu::{Item, Menu, Purpose};
use crate::theme;
use crate::world::Scope;

/// Moving about is not a command, nor is mending a screen on which none can be read.
fn in_palette(action: Action) -> bool {
    !moves(action)
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

/// What stands in a menu whose items are those of now.
pub fn listed(state: &State, purpose: Purpose) -> Vec<Item> {
    match purpose {
        Purpose::Palette => commands(state),
        Purpose::Environments => scopes(state),
        _ => Vec::new(),
    }
}

pub fn palette(state: &State) -> Menu {
    Menu::new(Purpose::Palette, "Commands", commands(state), 0)
}

fn commands(state: &State) -> Vec<Item> {
    let layers = state.layers();
    let mut items: Vec<Item> = Action::ALL
        .iter()
        .copied()
        .filter(|action| in_palette(*action))
        .filter(|action| *action != Action::PlayScenario || state.world.estate.sandbox.is_some())
        .filter_map(|action| {
            let keys = state.keymap.key_for(layers, action)?;
            Some(Item { label: action.describe().into(), detail: keys, checked: None, command: Command::Run(action) })
        })
        .collect();
    items.push(look_item("all environments", Scope::All));
    for (id, environment) in state.world.estate.environments() {
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

pub fn themes(state: &State) -> Menu {
    let names: Vec<&str> = theme::shipped().collect();
    let items = names.iter().map(|name| Item {
        label: (*name).to_owned(),
        detail: String::new(),
        checked: None,
        command: Command::Theme((*name).to_owned()),
    });
    let selected = names.iter().position(|name| *name == state.theme.name).unwrap_or(0);
    Menu::new(Purpose::Theme, "Theme", items.collect(), selected)
}

#[cfg(feature = "sandbox")]
pub fn scenarios() -> Menu {
    let items = crate::sandbox::world::scenario::shipped().map(|(name, description)| Item {
        label: name.to_owned(),
        detail: description,
        checked: None,
        command: Command::Play(name.to_owned()),
    });
    Menu::new(Purpose::Scenario, "Scenario", items.collect(), 0)
}

#[cfg(not(feature = "sandbox"))]
pub fn scenarios() -> Menu {
    Menu::new(Purpose::Scenario, "Scenario", Vec::new(), 0)
}

pub fn environments(state: &State) -> Menu {
    let selected = place_of(&state.world.estate, state.scope);
    Menu::new(Purpose::Environments, "Environment", scopes(state), selected)
}

fn scopes(state: &State) -> Vec<Item> {
    let mut items = vec![Item {
        label: "all".into(),
        detail: "every environment".into(),
        checked: None,
        command: Command::Look(Scope::All),
    }];
    for (id, environment) in state.world.estate.environments() {
        let region = state.world.estate.site(environment.site).map_or("", |s| s.region.as_str());
        items.push(Item {
            label: environment.name.clone(),
            detail: format!("{} {region}", environment.estate).trim().to_owned(),
            checked: None,
            command: Command::Look(Scope::One(id)),
        });
    }
    items
}
