//! A finding as it is pasted into a chat or a ticket.

use super::concern::Concern;
use super::words;
use crate::domain::database::account_of;
use crate::domain::finding::Finding;
use crate::services::rds::link;
use crate::ui::format;
use crate::world::World;

/// What, where, since when, on what evidence, what to do, and where AWS shows it: plain text, a line each. What is not
/// known has no line.
#[must_use]
pub fn incident(world: &World, concern: &Concern<'_>, finding: &Finding) -> String {
    let database = concern.database;
    let owner = world.estate.owner(concern.site, database).and_then(|id| world.estate.environment(id));
    let lines = [
        ("where", format!("DB instance {}", database.id)),
        (
            "environment",
            owner.map_or_else(String::new, |known| format!("{}, {}", known.name, known.criticality.name())),
        ),
        ("account", account_of(&database.arn).to_owned()),
        ("region", database.region.clone()),
        ("ARN", database.arn.clone()),
        ("since", words::whole(world.now, finding)),
        ("evidence", finding.evidence.clone()),
        ("advice", finding.advice.clone()),
        ("rule", format!("{} ({})", finding.rule, finding.source)),
        ("console", link::of_database(database).unwrap_or_default()),
        ("seen", format::stamp(world.now)),
    ];
    let told = lines.into_iter().filter(|(_, value)| !value.is_empty());
    let told: String = told.map(|(name, value)| format!("{name:<12} {value}\n")).collect();
    format!("{}: {}\n{told}", finding.severity.word().to_uppercase(), finding.summary)
}
