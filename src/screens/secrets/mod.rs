//! The secrets of the environments that are looked at: what is told of them, never what is in them.

mod cells;
mod copied;
mod heading;
mod mark;
mod places;
mod preview;
mod row;
mod rows;
mod state;
mod update;
mod view;

#[cfg(test)]
mod tests;

pub use copied::copy_menu_of;
pub use mark::mark;
pub use row::{SecretKey, SecretRow};
pub use rows::{filter, rebuild};
pub use state::{SecretOrder, State};
pub use update::{click, handle, hints, link, looked_at, open_at};
pub use view::view;
