//! One row of the table.

use std::sync::Arc;

use super::reading::Reading;
use crate::domain::{Database, EnvironmentId, SiteId};
use crate::world::World;

/// One row: where its DB instance is, and what it reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub site: SiteId,
    /// Index into the site's databases.
    pub index: usize,
    pub environment: EnvironmentId,
    /// Where the environment stands among the others.
    pub place: usize,
    pub arn: Arc<str>,
    pub reading: Reading,
}

impl Row {
    /// The DB instance itself; none, where the list has changed since the row was made.
    #[must_use]
    pub fn database<'a>(&self, world: &'a World) -> Option<&'a Database> {
        let known = world.site(self.site)?.rds.databases.value()?.get(self.index);
        known.filter(|database| *database.arn == *self.arn).map(AsRef::as_ref)
    }
}
