//! Which operation it is, as the rules and the words need to know it.

use std::hash::Hash;

use super::durable::Durable;

/// Which operation: one of a closed list.
pub trait OperationKind: Durable + Copy + Eq + Ord + Hash {
    /// As on the command line and in a configuration: `create-snapshot`.
    fn name(self) -> &'static str;
    /// As a person says it: `Create snapshot`.
    fn title(self) -> &'static str;
}
