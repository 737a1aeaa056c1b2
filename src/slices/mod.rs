//! What the product is made of: what is read of all services ([`reads`]), and the change engine with those that it
//! changes.
//!
//! Whoever is above the services uses these names. A second service whose resources are changed comes in here: then
//! `Kind`, `Operation`, `Api`, `Seen` and `Follow` are enums over those of each, [`Services`] is what they are for, and
//! no call site changes but those that look into one of them.

pub mod reads;

pub use crate::services::rds::{
    Api, Follow, Kind, LastKnown, Look, On, Operation, OperationGroup, Seen, Sought, TargetKind,
};

use crate::ops;
use crate::services::rds::Rds;

/// All services whose resources are changed.
pub type Services = Rds;

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
