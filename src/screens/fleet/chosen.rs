//! What is chosen on the fleet: by whoever acts on it, and by a sheet beside the list.

use super::state::Item;
use crate::domain::database::region_of;
use crate::domain::finding::{About, Finding};
use crate::screens::State as App;
use crate::screens::findings::Concern;
use crate::services::{alarms, rds};

/// The finding under the cursor, with its DB instance.
#[must_use]
pub fn concern(app: &App) -> Option<Concern<'_>> {
    of(app, chosen(app)?)
}

/// The finding under the cursor, where it is about an alarm.
#[must_use]
pub fn alarm(app: &App) -> Option<&Finding> {
    chosen(app).filter(|finding| finding.about == About::Alarm)
}

/// The page of the AWS console for what the finding under the cursor is about.
#[must_use]
pub fn link(app: &App) -> Option<String> {
    match alarm(app) {
        // Without an ARN its region is not known here; its own screen knows it.
        Some(finding) => match region_of(&finding.arn) {
            "" => None,
            region => Some(alarms::link::of_alarm(region, &finding.resource)),
        },
        None => concern(app).map(|concern| rds::link::of_database(concern.database)),
    }
}

/// What a sheet beside the list is about.
#[derive(Debug, Clone, Copy)]
pub enum FleetSheet<'a> {
    Instance(Concern<'a>),
    /// It is not about a DB instance: its own words are all that is known here.
    Words(&'a Finding),
}

/// The finding under the cursor, or the worst of the environment; where nothing is wrong with it, its busiest DB instance.
#[must_use]
pub fn beside(app: &App) -> Option<FleetSheet<'_>> {
    let told = |finding| of(app, finding).map_or(FleetSheet::Words(finding), FleetSheet::Instance);
    let Some(Item::Environment(id)) = app.fleet.current() else { return chosen(app).map(told) };
    let summary = app.fleet.summary(id)?;
    if let Some(worst) = summary.findings.first() {
        return Some(told(worst));
    }
    let (site, place) = summary.busiest?;
    let database = app.shell.world.site(site)?.rds.databases.value()?.get(place)?;
    Some(FleetSheet::Instance(Concern { site, database, finding: None }))
}

fn chosen(app: &App) -> Option<&Finding> {
    let Some(Item::Finding(environment, place)) = app.fleet.current() else { return None };
    app.fleet.summary(environment)?.findings.get(place)
}

fn of<'a>(app: &'a App, finding: &'a Finding) -> Option<Concern<'a>> {
    let (site, database) = app.shell.world.all_databases().find(|(_, database)| database.arn == finding.arn)?;
    Some(Concern { site, database, finding: Some(finding) })
}
