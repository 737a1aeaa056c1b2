//! A list to choose from: the palette, sorting, columns, environments, ranges, what to copy.

mod grouped;

use std::borrow::Cow;

use tui_input::Input;

use super::command::Command;
use crate::fuzzy;

pub use grouped::Grouped;

/// What a menu is for; decides its place and whether choosing closes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Palette,
    Sort,
    Columns,
    Environments,
    Range,
    Copy,
    Theme,
    Scenario,
    /// Operations on what is selected.
    Operations,
    /// Snapshots to do an operation to.
    Snapshots,
}

impl Purpose {
    /// Whether it is found by typing: the palette, the environments and the operations are.
    #[must_use]
    pub fn is_typed(self) -> bool {
        matches!(self, Self::Palette | Self::Environments | Self::Operations)
    }

    /// Whether it was opened for one resource, and does something with it.
    #[must_use]
    pub fn is_of_resource(self) -> bool {
        matches!(self, Self::Operations | Self::Snapshots | Self::Copy | Self::Range)
    }
}

/// One line of a menu.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub label: String,
    /// Dim, at the right.
    pub detail: String,
    /// `Some` makes it a switch.
    pub checked: Option<bool>,
    pub command: Command,
}

/// An open menu: typing narrows it.
#[derive(Debug, Clone)]
pub struct Menu {
    pub purpose: Purpose,
    /// On its frame; names what is acted on where the choice would act: `Operations on qa-db, qa`.
    pub title: Cow<'static, str>,
    items: Vec<Item>,
    /// The first item of each group, and its heading; empty where they stand in none.
    groups: Vec<(usize, Cow<'static, str>)>,
    pub input: Input,
    /// Indices of the items that match, best first.
    matches: Vec<usize>,
    /// Index into `matches`.
    selected: usize,
}

impl Menu {
    /// Opens with the item `selected` under the cursor.
    #[must_use]
    pub fn new(purpose: Purpose, title: impl Into<Cow<'static, str>>, items: Vec<Item>, selected: usize) -> Self {
        let matches = (0..items.len()).collect();
        Self { purpose, title: title.into(), items, groups: Vec::new(), input: Input::default(), matches, selected }
    }

    /// The items that match what was typed.
    pub fn visible(&self) -> impl Iterator<Item = &Item> {
        self.matches.iter().filter_map(|i| self.items.get(*i))
    }

    /// How many match.
    #[must_use]
    pub fn len(&self) -> usize {
        self.matches.len()
    }

    /// True when nothing matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.matches.is_empty()
    }

    /// Position of the cursor among the visible items.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// The item under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Item> {
        self.matches.get(self.selected).and_then(|i| self.items.get(*i))
    }

    /// Moves the cursor, around the ends by single steps only.
    pub fn step(&mut self, by: isize) {
        let count = self.matches.len();
        if count == 0 {
            return;
        }
        let last = count - 1;
        self.selected = match by {
            1 if self.selected >= last => 0,
            -1 if self.selected == 0 => last,
            _ => self.selected.saturating_add_signed(by).min(last),
        };
    }

    /// Applies what was typed. The action that is named outright comes before what only has the letters:
    /// who types `q` and Enter wants to leave, not to open the environment qa.
    pub fn narrow(&mut self) {
        if self.is_grouped() {
            return self.narrow_groups();
        }
        let labels: Vec<String> = self.items.iter().map(|i| format!("{} {}", i.label, i.detail)).collect();
        let typed = self.input.value();
        let mut named: Vec<(Naming, usize)> =
            (0..).zip(&self.items).filter_map(|(i, item)| Some((naming(item, typed.trim())?, i))).collect();
        named.sort_unstable();
        let first: Vec<usize> = named.into_iter().map(|(_, i)| i).collect();
        let rest = fuzzy::rank(typed, labels.iter().map(String::as_str)).into_iter().filter(|i| !first.contains(i));
        self.matches = first.iter().copied().chain(rest).collect();
        self.selected = 0;
    }

    /// Puts other items in the place of these; what was typed stays, and the cursor on what it is on if that is still
    /// there.
    pub fn replace(&mut self, items: Vec<Item>) {
        let current = self.current().map(|item| item.command.clone());
        self.items = items;
        if self.input.value().is_empty() {
            self.matches = (0..self.items.len()).collect();
            self.selected = 0;
        } else {
            self.narrow();
        }
        let place = current.and_then(|command| self.visible().position(|item| item.command == command));
        self.selected = place.unwrap_or(self.selected);
    }

    /// Flips the switch under the cursor.
    pub fn toggle_current(&mut self) {
        if let Some(item) = self.matches.get(self.selected).and_then(|i| self.items.get_mut(*i)) {
            item.checked = item.checked.map(|on| !on);
        }
    }
}

/// How an action is named by what is typed, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Naming {
    /// Its key, as the menu shows it.
    Key,
    /// All of its name, as in keymap files, or of its label.
    Name,
    /// The beginning of one.
    Beginning,
}

/// `None` where an item is no action, or what is typed is only somewhere in it.
fn naming(item: &Item, typed: &str) -> Option<Naming> {
    let Command::Run(action) = &item.command else { return None };
    if typed.is_empty() {
        return None;
    }
    if item.detail == typed {
        return Some(Naming::Key);
    }
    let typed = typed.to_lowercase().replace('_', " ");
    let names = [action.name().replace('_', " "), item.label.to_lowercase()];
    if names.contains(&typed) {
        Some(Naming::Name)
    } else {
        names.iter().any(|name| name.starts_with(&typed)).then_some(Naming::Beginning)
    }
}

impl PartialEq for Menu {
    fn eq(&self, other: &Self) -> bool {
        self.purpose == other.purpose
            && self.items == other.items
            && self.input.value() == other.input.value()
            && self.selected == other.selected
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::EnvironmentId;
    use crate::keymap::Action;
    use crate::world::Scope;

    fn item(label: &str, detail: &str, command: Command) -> Item {
        Item { label: label.into(), detail: detail.into(), checked: None, command }
    }

    /// The labels that are left when this is typed into a palette.
    fn typed(text: &str) -> Vec<String> {
        let run = |action: Action, key: &str| item(action.describe(), key, Command::Run(action));
        let items = vec![
            run(Action::Filter, "/"),
            run(Action::Environments, "e"),
            run(Action::Errors, "!"),
            // As in the vim keymap, which shows another key for it.
            run(Action::Quit, "ZZ"),
            item("environment qa", "", Command::Look(Scope::One(EnvironmentId(0)))),
            item("environment errors", "", Command::Look(Scope::One(EnvironmentId(1)))),
        ];
        let mut menu = Menu::new(Purpose::Palette, "Commands", items, 0);
        menu.input = Input::new(text.to_owned());
        menu.narrow();
        menu.visible().map(|item| item.label.clone()).collect()
    }

    #[test]
    fn the_action_that_is_named_is_first() {
        for (text, first) in [
            ("q", "leave"),
            ("quit", "leave"),
            ("ZZ", "leave"),
            ("lea", "leave"),
            ("e", "choose an environment"),
            ("!", "errors"),
            ("err", "errors"),
            ("qa", "environment qa"),
        ] {
            assert_eq!(typed(text).first().map(String::as_str), Some(first), "{text}");
        }
    }

    #[test]
    fn a_title_can_name_what_is_acted_on() {
        let id = "qa-db";
        let menu = Menu::new(Purpose::Operations, format!("Operations on {id}, qa"), Vec::new(), 0);
        assert_eq!(menu.title, "Operations on qa-db, qa");
        assert_eq!(Menu::new(Purpose::Sort, "Sort by", Vec::new(), 0).title, "Sort by");
    }

    #[test]
    fn nothing_is_shown_twice_and_all_of_it_without_a_word() {
        let all = typed("");
        assert_eq!((all.len(), all[0].as_str()), (6, "filter"));
        let mut found = typed("e");
        let count = found.len();
        found.sort();
        found.dedup();
        assert_eq!(found.len(), count);
    }
}
