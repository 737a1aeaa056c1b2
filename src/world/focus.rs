//! What somebody looks at: it decides what is read, and how often.

use super::estate::Scope;
use crate::slices::reads::Shown;

/// What somebody looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Focus {
    /// The environments that are looked at.
    pub scope: Scope,
    /// What fills the screen.
    pub shown: Shown,
}
