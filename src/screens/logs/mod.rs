//! The log of a container: its tail, followed.

mod copied;
mod log;
mod matching;
mod reading;
mod rows;
mod state;
mod update;
mod view;

pub use log::FollowedLog as Reading;
pub use reading::{take, want};
pub use state::State;
pub use update::{click, filter, handle, hints, open, rebuild};
pub use view::view;
