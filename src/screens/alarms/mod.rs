//! All CloudWatch alarms of the environments that are looked at, and the whole story of the one under the cursor.

mod cells;
mod curve;
mod facts;
mod filter;
mod heading;
mod kin;
mod mark;
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
mod worst;

#[cfg(test)]
mod testing;

pub use filter::FORMS;
pub use mark::{mark, watch};
pub use places::has_story;
pub use row::{AlarmKey, AlarmRow, Silence, key};
pub use rows::{filter, rebuild, renew};
pub use state::{AlarmOrder, State, Tally};
pub use update::{click, copy_menu, copy_menu_of, handle, hints, link, open, open_at, seek, selected};
pub use view::view;
