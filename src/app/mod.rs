//! The top of the functional core: what enters it ([`Msg`]), how the state changes ([`update()`]), the frame around the
//! screens. The state is of [`crate::screens`], what leaves it of [`crate::shell`]; whoever drives the core finds all of
//! it here.

pub mod actions;
pub mod foot;
pub mod keys;
pub mod menus;
pub mod mouse;
pub mod msg;
mod notice;
pub mod operations;
mod overlays;
mod places;
pub mod reconfiguration;
pub mod settle;
pub mod succession;
pub mod update;
pub mod view;

pub use msg::Msg;
pub use reconfiguration::{Reconfiguration, Restyle};
pub use update::update;

pub use crate::screens::State;
pub use crate::shell::Effect;
