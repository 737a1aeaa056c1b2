//! All environments at a glance: what is wrong, where, since when.

mod curve;
mod finding;
mod heading;
mod lack;
pub mod problems;
mod recovery;
mod standing;
mod state;
mod summary;
mod update;
mod view;

pub use lack::Lack;
pub use standing::{Standing, standing};
pub use state::{Item, State};
pub use summary::{Summary, rebuild, renew};
pub use update::{handle, selected_arn};
pub use view::{hints, item_at, view};
