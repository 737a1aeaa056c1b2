//! The menu of environments.

use super::State;
use super::command::Command;
use super::fleet;
use super::menu::{Item, Menu, Named, Purpose};
use crate::ui::environment::shown_name;
use crate::world::Scope;

/// The environments in the order of the fleet, with the cursor on what is looked at.
pub fn menu(state: &State) -> Menu {
    let items = scopes(state);
    let is_here = |named: &Named| named.item.command == Command::Look(state.shell.scope);
    let here = items.iter().position(is_here).unwrap_or(0);
    Menu::of_named(Purpose::Environments, "Environment", items, here)
}

/// What stands in it. An environment is found by its name as it is shown, and as it is written.
pub fn scopes(state: &State) -> Vec<Named> {
    let estate = &state.shell.world.estate;
    let all = Item {
        label: "all".into(),
        detail: "every environment".into(),
        checked: None,
        command: Command::Look(Scope::All),
    };
    let each = fleet::order(&state.shell.world.estate).into_iter().filter_map(|id| {
        let environment = estate.environment(id)?;
        let region = estate.site(environment.site).map_or("", |s| s.region.as_str());
        let item = Item {
            label: shown_name(environment),
            detail: format!("{} {region}", environment.estate).trim().to_owned(),
            checked: None,
            command: Command::Look(Scope::One(id)),
        };
        Some(Named { names: vec![environment.name.clone()], ..item.into() })
    });
    std::iter::once(all.into()).chain(each).collect()
}
