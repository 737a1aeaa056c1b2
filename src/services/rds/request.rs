//! What each operation is asked: on what it makes sense, with which parameters, and what it means.

use super::{Draft, Seen};
use crate::domain::{Database, Snapshot};
use crate::ops::field::{self, Field};

/// What is selected when operations are offered, as it is known now (it may be some seconds old).
#[derive(Debug, Clone, Copy)]
pub enum On<'a> {
    Database(&'a Database),
    Snapshot(&'a Snapshot),
    /// All DB instances of an environment.
    Environment(&'a [&'a Database]),
}

/// What each operation must say of itself. All of it is pure.
pub trait Request: Sized {
    /// Why it makes no sense for what is selected; `None` when it may be planned.
    fn unavailable(on: On<'_>) -> Option<String>;
    /// The request with good defaults for the target. Total: a target that is gone gives a request
    /// whose draft has a failed check.
    fn offer(seen: &Seen) -> Self;
    /// The parameters, in the order in which they are edited; there are none where it does not say.
    fn fields(&self, _seen: &Seen) -> Vec<Field> {
        Vec::new()
    }
    /// Sets a parameter.
    ///
    /// # Errors
    /// What is wrong with the value, in words, and nothing is changed.
    fn set(&mut self, name: &str, _value: &str, _seen: &Seen) -> Result<(), String> {
        Err(field::unknown(name, &[]))
    }
    /// What it means for this state of the world.
    fn draft(&self, seen: &Seen) -> Draft;
}
