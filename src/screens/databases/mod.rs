//! All DB instances of the environments that are looked at.

mod cells;
mod column;
mod filter;
mod reading;
mod row;
mod rows;
mod state;
mod update;
mod view;

pub use cells::{Piece, mark, status_role};
pub use column::Column;
pub use filter::FORMS;
pub use reading::{Level, Reading};
pub use row::Row;
pub use rows::{filter, rebuild, renew};
pub use state::{State, page};
pub use update::{click, columns_menu, copy_menu, handle, look, select, selected, sort_by, sort_menu};
pub use view::{failure, hints, view};
