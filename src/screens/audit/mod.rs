//! The journal on the screen: what was done, refused and armed, the newest first, and the whole story of one row.

mod cells;
mod heading;
mod places;
mod rows;
mod scope;
mod sheet;
mod state;
mod update;
mod view;

#[cfg(test)]
mod testing;

pub use heading::mark;
pub use rows::{FORMS, rebuild};
pub use state::State;
pub use update::{click, copy_menu, filter, grown, handle, hints, take, want};
pub use view::view;
