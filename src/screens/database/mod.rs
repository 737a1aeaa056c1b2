//! One DB instance: charts, replication tree, events, snapshots, configuration.

mod beginning;
mod charts;
mod facts;
mod happened;
mod lists;
mod open;
mod places;
mod proof;
mod side;
mod state;
mod strip;
mod thresholds;
mod tree;
mod update;
mod view;

pub use beginning::to_beginning;
pub use facts::{all as all_facts, brief as brief_facts};
pub use open::open;
pub use proof::looked_at;
pub use state::{Pane, RANGES, Span, State};
pub use strip::concern;
pub use update::{clamp_scroll, handle, range_menu, set_range};
pub use view::{hints, view};
