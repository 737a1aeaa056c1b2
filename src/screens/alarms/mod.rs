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

pub use places::has_story;
pub use row::{AlarmRow, Silence};
pub use rows::{rebuild, renew};
pub use state::{AlarmOrder, State, Tally};
pub use update::{click, copy_menu, filter, handle, hints, link, open, seek, selected};
pub use view::view;
