//! A list to choose from: the palette, sorting, columns, environments, ranges, what to copy.

mod grouped;

use std::borrow::Cow;

use tui_input::Input;

use super::command::Command;
use crate::fuzzy::{Finder, Fit};

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

/// An item, and by what else than its label it is found.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    pub item: Item,
    /// Other names of the same.
    pub names: Vec<String>,
    /// Its key: who types exactly this means it.
    pub key: Option<String>,
}

impl From<Item> for Named {
    fn from(item: Item) -> Self {
        let names = match &item.command {
            Command::Run(action) => vec![action.name().replace('_', " ")],
            other => other.operation().iter().map(|kind| kind.name().to_owned()).collect(),
        };
        Self { item, names, key: None }
    }
}

/// An open menu: typing narrows it.
#[derive(Debug, Clone)]
pub struct Menu {
    pub purpose: Purpose,
    /// On its frame; names what is acted on where the choice would act: `Operations on qa-db, qa`.
    pub title: Cow<'static, str>,
    items: Vec<Named>,
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
        Self::of_named(purpose, title, items.into_iter().map(Named::from).collect(), selected)
    }

    /// The menu that `y` opens: what can be copied, each text under what it is called. What is empty is left out.
    #[must_use]
    pub fn copying(texts: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let item = |(label, text): (&'static str, String)| Item {
            label: label.into(),
            detail: text.clone(),
            checked: None,
            command: Command::Copy(text),
        };
        let items = texts.into_iter().filter(|(_, text)| !text.is_empty()).map(item).collect();
        Self::new(Purpose::Copy, "Copy", items, 0)
    }

    /// The same of items that have other names beside their labels.
    #[must_use]
    pub fn of_named(purpose: Purpose, title: impl Into<Cow<'static, str>>, items: Vec<Named>, selected: usize) -> Self {
        let matches = (0..items.len()).collect();
        Self { purpose, title: title.into(), items, groups: Vec::new(), input: Input::default(), matches, selected }
    }

    /// The items that match what was typed.
    pub fn visible(&self) -> impl Iterator<Item = &Item> {
        self.matches.iter().filter_map(|i| self.items.get(*i)).map(|named| &named.item)
    }

    /// All of them, whatever was typed.
    pub fn all(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().map(|named| &named.item)
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
        self.matches.get(self.selected).and_then(|i| self.items.get(*i)).map(|named| &named.item)
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

    /// Applies what was typed: what has exactly this key, then what is named so, the nearest first.
    pub fn narrow(&mut self) {
        if self.is_grouped() {
            return self.narrow_groups();
        }
        let typed = self.input.value().trim();
        let mut finder = Finder::new(typed);
        let by_key = self.items.iter().position(|named| named.key.as_deref().is_some_and(|key| key == typed));
        let rest = Finder::best(self.items.iter().map(|named| fit(&mut finder, named, None)));
        let rest = rest.into_iter().filter(|at| Some(*at) != by_key);
        self.matches = by_key.into_iter().chain(rest).collect();
        self.selected = 0;
    }

    /// Puts other items in the place of these; what was typed stays, and the cursor on what it is on if that is still
    /// there.
    pub fn replace(&mut self, items: Vec<Named>) {
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
        if let Some(named) = self.matches.get(self.selected).and_then(|i| self.items.get_mut(*i)) {
            named.item.checked = named.item.checked.map(|on| !on);
        }
    }
}

/// How well an item matches by its label and its other names; what stands beside it goes with them, and its heading.
fn fit(finder: &mut Finder, named: &Named, heading: Option<&str>) -> Option<Fit> {
    let label = std::iter::once(named.item.label.as_str());
    let names: Vec<&str> = label.chain(named.names.iter().map(String::as_str)).collect();
    finder.fit(&names, &[named.item.detail.as_str(), heading.unwrap_or("")])
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
        let run = |action: Action, key: &str| Named {
            key: Some(key.to_owned()),
            ..Named::from(item(action.describe(), key, Command::Run(action)))
        };
        let items: Vec<Named> = vec![
            run(Action::Filter, "/"),
            run(Action::Environments, "e"),
            run(Action::Errors, "!"),
            // As in the vim keymap, which shows another key for it.
            run(Action::Quit, "ZZ"),
            item("qa", "environment", Command::Look(Scope::One(EnvironmentId(0)))).into(),
            item("errors-qa", "environment", Command::Look(Scope::One(EnvironmentId(1)))).into(),
        ];
        let mut menu = Menu::of_named(Purpose::Palette, "Commands", items, 0);
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
            ("qa", "qa"),
        ] {
            assert_eq!(typed(text).first().map(String::as_str), Some(first), "{text}");
        }
    }

    #[test]
    fn what_only_has_the_letters_hides_where_something_is_named() {
        assert_eq!(typed("qa"), ["qa", "errors-qa"]);
        assert_eq!(typed("flt"), ["filter"], "nothing is named so: letters in order are better than nothing");
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
