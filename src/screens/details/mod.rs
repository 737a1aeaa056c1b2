//! All that is known of a finding or a DB instance, over the screen.

mod about;
mod state;
mod update;
mod view;

pub use state::State;
pub use update::{act, open};
pub use view::view;
