//! The menus of the shell: themes, scenarios.

use crate::screens::command::Command;
use crate::screens::menu::{Item, Menu, Purpose};
use crate::theme::{self, Theme};
use crate::world::Estate;

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
