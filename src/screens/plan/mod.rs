//! The plan of a change: what is sent, what must hold, what it means, and the approval.

mod approval;
mod approve;
mod body;
mod fields;
mod picker;
mod planning;
mod refused;
mod standing;
mod state;
mod update;
mod view;

pub use approve::approve;
pub use body::{subject, usual};
pub use planning::{begin, leave, plan_on, renew, reread};
pub use refused::{LastRefusal, RefusedBy};
pub use standing::forget_refusal;
pub use state::{Edit, Focus, State};
pub use update::{act, is_naming, is_text, observed, paste, typed};
pub use view::{hints, scroll_limit, view};
