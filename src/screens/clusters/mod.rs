//! All clusters of the environments that are looked at.

mod cells;
mod copied;
mod heading;
mod places;
mod preview;
pub mod price;
mod row;
mod rows;
mod state;
mod update;
pub mod version;
mod view;

#[cfg(test)]
mod tests;

pub use copied::copy_menu_of;
pub use heading::badge;
pub use row::{ClusterKey, ClusterRow, Inside};
pub use rows::{filter, rebuild};
pub use state::{ClusterOrder, State};
pub use update::{click, handle, hints, link};
pub use view::view;
