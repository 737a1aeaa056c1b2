//! The menu of environments.

use super::command::Command;
use super::menu::{Item, Menu, Purpose};
use crate::world::{Estate, Scope};

/// The environments, with the cursor on what is looked at.
pub fn menu(estate: &Estate, scope: Scope) -> Menu {
    Menu::new(Purpose::Environments, "Environment", scopes(estate), scope.place(estate))
}

/// What stands in it.
pub fn scopes(estate: &Estate) -> Vec<Item> {
    let mut items = vec![Item {
        label: "all".into(),
        detail: "every environment".into(),
        checked: None,
        command: Command::Look(Scope::All),
    }];
    for (id, environment) in estate.environments() {
        let region = estate.site(environment.site).map_or("", |s| s.region.as_str());
        items.push(Item {
            label: environment.name.clone(),
            detail: format!("{} {region}", environment.estate).trim().to_owned(),
            checked: None,
            command: Command::Look(Scope::One(id)),
        });
    }
    items
}
