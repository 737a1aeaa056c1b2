//! Reads of a cluster what a plan stands on: its target whole, and what explains it beside that, all of it now.
//!
//! Everything is a list, narrowed to what is wanted: that needs no right that the screens do not need. What cannot be
//! read beside the target is told as missing; nothing of it is then known.

mod beside;
mod look;
mod owners;
mod parts;
mod picked;
mod plan;
mod reading;

pub(super) use look::look;
pub(super) use picked::object;
pub(super) use plan::{node_names, read_for, read_target};
pub use reading::ClusterReading;

#[cfg(test)]
mod tests;
