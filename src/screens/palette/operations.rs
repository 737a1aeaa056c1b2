//! The operations on what is selected, by name: the same as in their menu, with why one is not available.

use super::Sort;
use crate::screens::State;
use crate::screens::command::Command;
use crate::screens::menu::{Item, Named};
use crate::screens::operations;
use crate::slices::Kind;

/// Every operation, with what it would be done to.
pub fn items(state: &State) -> Vec<Named> {
    let item = |(kind, item, on): (Kind, Item, String)| {
        let sorted = match &item.command {
            Command::NotAvailable(why) => Sort::Operation.item(item.label, why, item.command.clone()),
            _ => Sort::Operation.item(item.label, &on, item.command),
        };
        named(kind, sorted)
    };
    operations::by_name(state).into_iter().map(item).collect()
}

/// It is found by its name on the command line, too.
fn named(kind: Kind, item: Item) -> Named {
    Named { names: vec![kind.name().to_owned()], ..item.into() }
}
