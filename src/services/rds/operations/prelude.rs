//! What every operation's file needs.

pub use crate::cost::rds as price;
pub use crate::ops::field::{self, Field, FieldKind, Mark, Offer};
pub use crate::ops::plan::{Check, Gate, Kept, Risk, Tone};
pub use crate::services::rds::request::Request;
pub use crate::services::rds::seen::Part;
pub use crate::services::rds::{Api, Call, Draft, Follow, On, Seen, checks};

#[cfg(test)]
pub use crate::services::rds::Operation;
#[cfg(test)]
pub use crate::services::rds::testing::{failed, plan_of};
