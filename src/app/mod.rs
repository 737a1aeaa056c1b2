//! The functional core: state, what enters it, what leaves it.

pub mod actions;
pub mod armed;
pub mod effect;
pub mod keys;
pub mod menus;
pub mod mouse;
pub mod msg;
pub mod operations;
mod overlays;
pub mod reconfiguration;
pub mod settle;
pub mod state;
pub mod succession;
pub mod toast;
pub mod update;
pub mod view;

pub use effect::Effect;
pub use msg::Msg;
pub use reconfiguration::{Reconfiguration, Restyle};
pub use state::State;
pub use update::update;
