//! The palette: everything that can be named, found by typing. Screens and commands, environments, operations on what is
//! selected, findings, DB instances, clusters and
//! what is in them, alarms, secrets, settings. Opening it only gathers names; they are ranked as one types.

mod commands;
mod known;
mod operations;

use super::State;
use super::command::Command;
use super::menu::{Item, Menu, Named, Purpose};
use crate::keymap::Layer;

/// The palette, with the keys of these layers.
#[must_use]
pub fn menu(state: &State, layers: &[Layer]) -> Menu {
    Menu::of_named(Purpose::Palette, "Commands", items(state, layers), 0)
}

/// What stands in it. Of things that are named as well the earlier come first.
#[must_use]
pub fn items(state: &State, layers: &[Layer]) -> Vec<Named> {
    let mut items = commands::screens(state, layers);
    items.extend(commands::environments(state));
    items.extend(commands::commands(state, layers));
    items.extend(operations::items(state));
    items.extend(known::findings(state));
    items.extend(known::databases(state));
    items.extend(known::clusters(state));
    items.extend(known::alarms(state));
    items.extend(known::secrets(state));
    items.extend(commands::settings());
    items
}

/// What kind of thing an item is: a word at the right tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Screen,
    Environment,
    Command,
    Operation,
    Finding,
    Database,
    Cluster,
    Node,
    Pool,
    Workload,
    Alarm,
    Secret,
    Setting,
}

impl Sort {
    fn word(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Environment => "environment",
            Self::Command => "command",
            Self::Operation => "operation",
            Self::Finding => "finding",
            Self::Database => "DB instance",
            Self::Cluster => "cluster",
            Self::Node => "node",
            Self::Pool => "node pool",
            Self::Workload => "workload",
            Self::Alarm => "alarm",
            Self::Secret => "secret",
            Self::Setting => "setting",
        }
    }

    /// An item of this kind; `beside` says more of it. The words for the kinds stand below each other.
    fn item(self, label: impl Into<String>, beside: &str, command: Command) -> Item {
        let kind = self.word();
        let detail = if beside.is_empty() { format!("{kind:<11}") } else { format!("{beside}  {kind:<11}") };
        Item { label: label.into(), detail, checked: None, command }
    }
}

#[cfg(test)]
mod tests;
