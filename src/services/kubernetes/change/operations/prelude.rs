//! What every operation's file needs.

pub use crate::ops::field::{self, Field, FieldKind, Offer};
pub use crate::ops::plan::{Check, Resend, Risk, Tone};
pub use crate::services::kubernetes::change::api::parameter;
pub use crate::services::kubernetes::change::follow::Followed;
pub use crate::services::kubernetes::change::object::Patch;
pub use crate::services::kubernetes::change::request::Request;
pub use crate::services::kubernetes::change::{Api, ApiObject, Call, Draft, Follow, ObjectName, On, Seen, undone};

#[cfg(test)]
pub use crate::services::kubernetes::change::testing::{failed, plan_of};
#[cfg(test)]
pub use crate::services::kubernetes::change::{Operation, testing};
