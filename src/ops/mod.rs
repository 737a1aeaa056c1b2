//! Guarded changes: operation → plan → approval → execution. Pure; the runtime carries it out.
//!
//! An [`Operation`] says what is to be done. With what was read ([`Seen`]) it becomes a [`Plan`]:
//! exact calls, preconditions, consequences, a [`Fingerprint`]. Only [`guard::approve`] turns a plan
//! into an [`Approved`] one, and only an approved plan can be sent. An [`Execution`] follows it to
//! its end and is rebuilt from the journal after a crash.

pub mod arming;
pub mod call;
pub mod checks;
pub mod execution;
pub mod field;
pub mod fingerprint;
pub mod follow;
pub mod guard;
pub mod journal;
pub mod operation;
pub mod operations;
pub mod plan;
pub mod policy;
pub mod requested;
pub mod safety;
pub mod seen;

#[cfg(test)]
pub mod testing;

pub use arming::Arming;
pub use call::{Api, Call, Value};
pub use execution::Execution;
pub use field::{Field, FieldKind};
pub use fingerprint::Fingerprint;
pub use follow::{Follow, Look};
pub use guard::{Approval, Approved};
pub use operation::{Kind, On, Operation};
pub use plan::{Check, CheckState, Plan, Risk, Step};
pub use policy::{Level, Policy};
pub use seen::{Part, Seen, Target, TargetKind, Unread};
