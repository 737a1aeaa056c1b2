//! What the product is made of: what is read of all services ([`reads`]), and the change engine with those that it
//! changes.
//!
//! Whoever is above the services uses these names. A service more whose resources are changed is a variant of each
//! enum of `services`, and no call site changes but those that look into one of them.

pub mod reads;
mod services;
#[cfg(test)]
pub mod testing;

pub use services::{Api, Follow, Kind, Look, Operation, Resource, Seen, Services, TargetKind};

pub use crate::services::rds::{LastKnown, OperationGroup, Sought};

use crate::ops;

pub type Body = ops::journal::Body<Services>;
pub type Call = ops::Call<Api>;
pub type Entry = ops::journal::Entry<Services>;
pub type Execution = ops::Execution<Services>;
pub type Freeze = ops::policy::Freeze<Kind>;
pub type Plan = ops::Plan<Services>;
pub type Policy = ops::Policy<Kind>;
pub type PolicyOverride = ops::policy::PolicyOverride<Kind>;
pub type Refusal = ops::guard::Refusal<Kind>;
pub type Requested = ops::requested::Requested<Services>;
pub type Situation<'a> = ops::guard::Situation<'a, Services>;
pub type Step = ops::Step<Services>;
pub type StepState = ops::execution::StepState<Services>;
pub type Target = ops::Target<TargetKind>;
