//! A cluster: what is wrong with it, its nodes and claims in one list, its pools, and what EKS says of it.

mod arrange;
mod card;
mod cells;
mod eks;
mod head;
mod machines;
mod making;
mod opening;
mod places;
mod pools;
mod row;
mod rows;
mod standing;
mod state;
mod strip;
mod update;
mod view;

#[cfg(test)]
mod tests;

pub use opening::{open, open_pools};
pub use rows::{filter, rebuild, renew};
pub use state::{ClusterChoice, State};
pub use update::{click, handle, hints, link};
pub use view::view;
