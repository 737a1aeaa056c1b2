//! One DB instance: charts, replication tree, events, snapshots, configuration.

mod charts;
mod facts;
mod happened;
mod lists;
mod open;
mod places;
mod side;
mod state;
mod strip;
mod thresholds;
mod tree;
mod update;
mod view;

pub use open::open;
pub use state::{Pane, RANGES, Span, State};
pub use update::{clamp_scroll, handle, range_menu, set_range};
pub use view::{hints, view};
