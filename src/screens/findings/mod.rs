//! What is wrong with a resource, as every screen says it: in which order, in which words, with which curve.

mod concern;
mod curve;
mod incident;
mod page;
mod view;
mod walk;
mod within;
mod words;

pub use concern::Concern;
pub use curve::lines;
pub use incident::incident;
pub use page::page;
pub use view::{preview, told};
pub use walk::{next, previous};
pub use within::{whose, within};
pub use words::{about, brief, mark, of, since};
