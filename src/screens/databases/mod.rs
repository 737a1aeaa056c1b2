//! All DB instances of the environments that are looked at.

mod cells;
mod column;
mod filter;
mod reading;
mod rows;
mod state;
mod update;
mod view;

pub use cells::{Piece, mark, status_role};
pub use column::Column;
pub use reading::{Level, Reading};
pub use rows::{Row, narrow, rebuild, renew};
pub use state::{State, page};
pub use update::{columns_menu, copy_menu, handle, select, sort_by, sort_menu};
pub use view::{failure, hints, view};
