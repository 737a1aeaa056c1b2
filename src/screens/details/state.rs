//! What is told in full.

use crate::domain::SiteId;

/// A DB instance, the finding that is meant, and how far it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub site: SiteId,
    /// `DBInstanceIdentifier`.
    pub id: String,
    /// The rule of the finding that is told first.
    pub rule: Option<&'static str>,
    /// Lines that are scrolled past.
    pub scroll: usize,
}
