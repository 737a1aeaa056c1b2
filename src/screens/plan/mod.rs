//! The plan of a change: what is sent, what must hold, what it means, and the approval.

mod approval;
mod body;
mod fields;
mod picker;
mod state;
mod update;
mod view;

pub use body::usual;
pub use state::{Edit, Focus, State};
pub use update::{act, is_naming, is_text, observed, paste, typed};
pub use view::{hints, scroll_limit, view};
