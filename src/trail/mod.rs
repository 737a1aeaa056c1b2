//! The journal told: what was done as rows, what became of each in words, and the whole story of one.
//!
//! Pure, and below the screens: `qd audit` prints it, the audit screen draws it, and both say the same.

pub mod rows;
pub mod story;
mod telling;
pub mod words;

pub use rows::{Became, Row};
pub use story::StoryLine;
pub use telling::{MOST, Telling, Whose};
