//! The operations on what is selected, by name: the same as in their menu, with why one is not available.

use super::Sort;
use crate::screens::State;
use crate::screens::command::Command;
use crate::screens::menu::{Item, Named};
use crate::screens::operations;
use crate::slices::Kind;

/// Every operation, with what it would be done to.
pub fn items(state: &State) -> Vec<Named> {
    let offered = match operations::offered(state) {
        Ok(offered) => offered,
        Err((why, _)) => return Kind::ALL.iter().map(|kind| nothing(*kind, why)).collect(),
    };
    let item = |(kind, item): (Kind, Item)| {
        let sorted = match &item.command {
            Command::NotAvailable(why) => Sort::Operation.item(item.label, why, item.command.clone()),
            _ => Sort::Operation.item(item.label, offered.on(kind), item.command),
        };
        named(kind, sorted)
    };
    offered.all().into_iter().map(item).collect()
}

/// An operation where there is nothing that it could be done to.
fn nothing(kind: Kind, why: &str) -> Named {
    named(kind, Sort::Operation.item(kind.title(), why, Command::NotAvailable(why.to_owned())))
}

/// It is found by its name on the command line, too.
fn named(kind: Kind, item: Item) -> Named {
    Named { names: vec![kind.name().to_owned()], ..item.into() }
}
