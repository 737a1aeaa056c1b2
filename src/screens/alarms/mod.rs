//! All CloudWatch alarms of the environments that are looked at, and the whole story of the one under the cursor.

mod cells;
mod curve;
mod facts;
mod heading;
mod kin;
mod past;
mod places;
mod row;
mod rows;
mod scrolled;
mod sheet;
mod state;
mod update;
mod view;
mod words;

#[cfg(test)]
mod testing;

pub use row::AlarmRow;
pub use rows::{rebuild, renew};
pub use state::{AlarmOrder, REST, State, Tally};
pub use update::filter;
pub use update::{click, copy_menu, handle, hints, paste, selected, typed};
pub use view::view;
