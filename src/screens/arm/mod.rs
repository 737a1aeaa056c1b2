//! The question before an environment is armed: why, and for how long.

mod question;
mod update;

pub use question::ArmQuestion;
pub use update::{arm, ask, ask_to_arm};
