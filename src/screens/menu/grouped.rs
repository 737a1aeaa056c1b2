//! A menu whose items stand in groups. What is typed takes items away and leaves their order: an eye that knows where an
//! operation stands finds it there.

use std::borrow::Cow;

use super::{Item, Menu, Named, Purpose, fit};
use crate::fuzzy::Finder;

/// A heading, and what stands under it.
pub type Grouped = (Cow<'static, str>, Vec<Item>);

impl Menu {
    /// Opens with items in groups, and the item `selected`, counted over all of them, under the cursor.
    #[must_use]
    pub fn grouped(
        purpose: Purpose,
        title: impl Into<Cow<'static, str>>,
        groups: Vec<Grouped>,
        selected: usize,
    ) -> Self {
        let mut menu = Self::new(purpose, title, Vec::new(), selected);
        for (heading, items) in groups {
            menu.groups.push((menu.items.len(), heading));
            menu.items.extend(items.into_iter().map(Named::from));
        }
        menu.matches = (0..menu.items.len()).collect();
        menu
    }

    /// Rows that all of them take with a blank one between two groups.
    #[must_use]
    pub fn rows_of_all(&self) -> usize {
        self.items.len() + self.groups.len().saturating_sub(1)
    }

    /// Whether its items stand in groups.
    #[must_use]
    pub fn is_grouped(&self) -> bool {
        !self.groups.is_empty()
    }

    /// The heading of the item at this place among the visible ones.
    #[must_use]
    pub fn heading(&self, place: usize) -> Option<&str> {
        self.matches.get(place).and_then(|item| self.heading_of(*item))
    }

    fn heading_of(&self, item: usize) -> Option<&str> {
        self.groups.iter().rev().find(|(first, _)| *first <= item).map(|(_, heading)| heading.as_ref())
    }

    /// Leaves the items that match best, in their order, with the cursor on the one that is meant the most surely.
    pub(super) fn narrow_groups(&mut self) {
        let mut finder = Finder::new(self.input.value().trim());
        let fits = (0..).zip(&self.items).map(|(at, named)| fit(&mut finder, named, self.heading_of(at)));
        let mut found = Finder::best(fits);
        let best = found.first().copied();
        found.sort_unstable();
        self.selected = best.and_then(|best| found.iter().position(|at| *at == best)).unwrap_or(0);
        self.matches = found;
    }
}

/// What is typed into it, for tests.
#[cfg(test)]
impl Menu {
    fn typed(mut self, text: &str) -> Self {
        self.input = tui_input::Input::new(text.to_owned());
        self.narrow();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::command::Command;

    fn menu() -> Menu {
        let item = |label: &str, risk: &str| Item {
            label: label.into(),
            detail: risk.into(),
            checked: None,
            command: Command::NotAvailable(String::new()),
        };
        let groups = vec![
            ("Backup".into(), vec![item("Restore from snapshot …", "routine"), item("Copy snapshot …", "routine")]),
            ("Availability".into(), vec![item("Reboot with failover", "disruptive"), item("Reboot", "disruptive")]),
            ("Lifecycle".into(), vec![item("Stop", "disruptive"), item("Delete DB instance", "irreversible")]),
        ];
        Menu::grouped(Purpose::Operations, "Operations", groups, 1)
    }

    fn labels(menu: &Menu) -> Vec<&str> {
        menu.visible().map(|item| item.label.as_str()).collect()
    }

    fn chosen(menu: &Menu) -> &str {
        menu.current().map_or("", |item| item.label.as_str())
    }

    #[test]
    fn what_is_typed_leaves_the_order_and_the_cursor_goes_to_what_is_meant() {
        let found = menu().typed("reboot");
        assert_eq!(labels(&found), ["Reboot with failover", "Reboot"]);
        assert_eq!(chosen(&found), "Reboot", "named outright");
        let found = menu().typed("sto");
        assert_eq!((labels(&found), chosen(&found)), (vec!["Restore from snapshot …", "Stop"], "Stop"));
        assert_eq!(labels(&menu().typed("snapshot co")), ["Copy snapshot …"], "words in any order");
        assert_eq!(labels(&menu().typed("irrev")), ["Delete DB instance"], "by risk");
        assert_eq!(labels(&menu().typed("AVAIL")).len(), 2, "by group");
        assert_eq!(labels(&menu().typed("cpsn")), ["Copy snapshot …"], "by letters where no word fits");
        assert!(menu().typed("xyzzy").is_empty());
    }

    #[test]
    fn an_item_stands_under_its_heading_and_an_empty_group_has_none() {
        let all = menu();
        assert_eq!((0..all.len()).filter_map(|at| all.heading(at)).collect::<Vec<_>>().len(), 6);
        assert_eq!(
            (chosen(&all), all.heading(1), all.heading(2)),
            ("Copy snapshot …", Some("Backup"), Some("Availability"))
        );
        let found = menu().typed("stop");
        assert_eq!((found.len(), found.heading(0), found.heading(1)), (1, Some("Lifecycle"), None));
        let none = menu().typed("stop").typed("");
        assert_eq!(none.len(), 6);
    }
}
