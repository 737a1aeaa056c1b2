//! What the health rules advise to do about a DB instance, where this console can do it.

use super::World;
use super::checkup::subject;
use crate::domain::finding::Severity;
use crate::domain::{Database, SiteId};
use crate::health;
use crate::services::rds::Kind;
use crate::services::rds::health::DbInstances;

/// The operations that the findings of a DB instance come to, each with the rule that gives it and how bad it is, in the rules' order.
/// Asked when somebody wants to choose one, not in every frame.
#[must_use]
pub fn advised(world: &World, site: SiteId, database: &Database) -> Vec<(&'static str, Severity, Kind)> {
    let owner = world.estate.owner(site, database).and_then(|id| world.estate.environment(id));
    let Some((data, environment)) = world.site(site).zip(owner) else { return Vec::new() };
    let Some(read) = data.rds.databases.at() else { return Vec::new() };
    let standing = |rule: &'static str| world.health.standing(&database.arn, rule);
    let verdicts = health::verdicts::<DbInstances>(&subject(data, database, environment), read, &standing);
    verdicts.into_iter().filter_map(|(rule, verdict)| Some((rule.id, verdict.severity, verdict.operation?))).collect()
}
