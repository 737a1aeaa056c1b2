//! All environments at a glance: what is wrong, where, since when.

mod chosen;
mod curve;
mod finding;
mod folding;
mod heading;
mod lack;
mod order;
pub mod problems;
mod recovery;
mod seek;
mod standing;
mod state;
mod summaries;
mod summary;
mod update;
mod view;

pub use chosen::{FleetChoice, choice, concern, link};
pub use lack::Lack;
pub use order::order;
pub use seek::seek;
pub use standing::{Standing, standing, standing_of_databases};
pub use state::{Item, State};
pub use summaries::{rebuild, renew};
pub use summary::Summary;
pub use update::{click, handle, selected, selected_environment, selected_rule};
pub use view::{hints, view};
