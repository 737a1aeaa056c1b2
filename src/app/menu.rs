//! A list to choose from: the palette, sorting, columns, environments, ranges, what to copy.

use tui_input::Input;

use super::command::Command;
use crate::fuzzy;

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
    pub title: &'static str,
    items: Vec<Item>,
    pub input: Input,
    /// Indices of the items that match, best first.
    matches: Vec<usize>,
    /// Index into `matches`.
    selected: usize,
}

impl Menu {
    /// Opens with the item `selected` under the cursor.
    #[must_use]
    pub fn new(purpose: Purpose, title: &'static str, items: Vec<Item>, selected: usize) -> Self {
        let matches = (0..items.len()).collect();
        Self { purpose, title, items, input: Input::default(), matches, selected }
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

    /// Applies what was typed.
    pub fn narrow(&mut self) {
        let labels: Vec<String> = self.items.iter().map(|i| format!("{} {}", i.label, i.detail)).collect();
        self.matches = fuzzy::rank(self.input.value(), labels.iter().map(String::as_str));
        self.selected = 0;
    }

    /// Flips the switch under the cursor.
    pub fn toggle_current(&mut self) {
        if let Some(item) = self.matches.get(self.selected).and_then(|i| self.items.get_mut(*i)) {
            item.checked = item.checked.map(|on| !on);
        }
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
