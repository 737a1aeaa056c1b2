//! All environments at a glance: what is wrong, where, since when.

mod curve;
mod finding;
mod heading;
mod recovery;
mod state;
mod summary;
mod update;
mod view;

pub use state::{Item, State};
pub use summary::{Gauge, Summary, rebuild};
pub use update::handle;
pub use view::{hints, item_at, view};
