//! What every operation's file needs.

pub use crate::cost::rds as price;
pub use crate::ops::call::{Api, Call};
pub use crate::ops::checks;
pub use crate::ops::field::{self, Field, FieldKind, Mark, Offer};
pub use crate::ops::follow::Follow;
pub use crate::ops::operation::{On, Request};
pub use crate::ops::plan::{Check, Draft, Gate, Kept, Risk, Tone};
pub use crate::ops::seen::{Part, Seen};

#[cfg(test)]
pub use crate::ops::operation::Operation;
#[cfg(test)]
pub use crate::ops::testing::{failed, plan_of};
