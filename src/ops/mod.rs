//! The change engine: operation → plan → approval → execution. Pure; the runtime carries it out.
//!
//! An operation says what is to be done. With what was read it becomes a [`Plan`]: exact calls, preconditions,
//! consequences, a [`Fingerprint`]. Only [`guard::approve`] turns a plan into an [`Approved`] one, and only an approved
//! plan can be sent. An [`Execution`] follows it to its end and is rebuilt from the journal after a crash.
//!
//! The engine knows no service: what it has to be told of one is [`provider::Provider`], and [`catalogue::Catalogue`]
//! where a plan is made. `slices` has the types for the services of the product.

pub mod arming;
pub mod call;
pub mod catalogue;
pub mod durable;
pub mod execution;
#[cfg(test)]
mod fake;
pub mod field;
pub mod fingerprint;
pub mod guard;
pub mod journal;
pub mod kind;
pub(crate) mod operations;
pub mod plan;
pub mod policy;
pub mod progress;
pub mod provider;
pub mod requested;
pub mod sent;
pub mod target;
pub mod unread;
mod window;

pub use arming::Arming;
pub use call::{Call, Value};
pub use catalogue::Catalogue;
pub use execution::Execution;
pub use field::{Field, FieldKind};
pub use fingerprint::Fingerprint;
pub use guard::{Approval, Approved, ApprovedCall};
pub use plan::{Check, CheckState, Draft, Plan, Risk, Step};
pub use policy::{Level, Policy};
pub use provider::Provider;
pub use target::Target;
