//! What is looked at: a DB instance, and what is wrong with it where that is meant.

use crate::domain::finding::Finding;
use crate::domain::{Database, SiteId};

/// A DB instance, and the finding about it that is selected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concern<'a> {
    pub site: SiteId,
    pub database: &'a Database,
    pub finding: Option<&'a Finding>,
}
