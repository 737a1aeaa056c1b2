//! Amazon RDS: what is read of it and what is known, the operations on DB instances and snapshots, what their plans
//! stand on, how their end is seen, and the health rules of DB instances.
//!
//! [`Rds`] is what the change engine knows of it. The names below are the engine's types for RDS alone; whoever is
//! above the services takes those of `crate::slices`.

pub mod api;
pub mod checks;
pub mod data;
mod events;
pub mod follow;
mod grouping;
pub mod health;
pub mod link;
mod observed;
pub mod operation;
pub mod operations;
mod packing;
mod provider;
pub mod reads;
pub mod ready;
pub mod request;
pub mod safety;
pub mod seen;

#[cfg(test)]
pub mod testing;

pub use api::Api;
pub use data::Data;
pub use follow::{Follow, Look};
pub use grouping::OperationGroup;
pub use operation::{Kind, Operation};
pub use provider::Rds;
pub use reads::{Answer, Ask, EventsOf, Opened, Read};
pub use request::On;
pub use seen::{LastKnown, Seen, Sought, TargetKind};

use crate::ops;

pub type Call = ops::Call<Api>;
pub type Draft = ops::Draft<Rds>;
pub type Plan = ops::Plan<Rds>;
pub type Step = ops::Step<Rds>;
pub type Target = ops::Target<TargetKind>;
