//! What is chosen on the fleet: by whoever acts on it, and by a sheet beside the list.

use super::state::Item;
use crate::domain::database::region_of;
use crate::domain::finding::{About, Finding};
use crate::domain::{Database, SiteId};
use crate::screens::State as App;
use crate::screens::alarms;
use crate::screens::findings::Concern;
use crate::screens::menu::Menu;
use crate::services::alarms::{Alarm, link};
use crate::services::rds;

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

/// The DB instance that the alarm under the cursor watches, where it is one.
#[must_use]
pub fn watched(app: &App) -> Option<(SiteId, &Database)> {
    let finding = alarm(app)?;
    let (site, alarm) = found(app, finding)?;
    let id = alarm.database()?;
    app.shell.world.database(site, id).map(|database| (site, database))
}

/// The menu that copies what is known of the alarm under the cursor.
#[must_use]
pub fn copy_menu(app: &App) -> Option<Menu> {
    let (site, alarm) = found(app, alarm(app)?)?;
    alarms::copy_menu_of(app, site, alarm)
}

/// The alarm that a finding is about.
fn found<'a>(app: &'a App, finding: &Finding) -> Option<(SiteId, &'a Alarm)> {
    let mut known = app.shell.world.known();
    known.find_map(|(site, data)| {
        let place = data.alarm_checkups.place(&finding.resource)?;
        let alarm = data.alarms.alarms().get(place).filter(|alarm| alarm.key() == finding.arn)?;
        Some((site, alarm.as_ref()))
    })
}

/// The page of the AWS console for what the finding under the cursor is about.
#[must_use]
pub fn link(app: &App) -> Option<String> {
    match alarm(app) {
        // Without an ARN its region is not known here; its own screen knows it.
        Some(finding) => match region_of(&finding.arn) {
            "" => None,
            region => link::of_alarm(region, &finding.resource),
        },
        None => concern(app).and_then(|concern| rds::link::of_database(concern.database)),
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
    app.fleet.summary(environment)?.findings.get(place).map(AsRef::as_ref)
}

fn of<'a>(app: &'a App, finding: &'a Finding) -> Option<Concern<'a>> {
    let (site, database) = app.shell.world.instance(&finding.arn, &finding.resource)?;
    Some(Concern { site, database, finding: Some(finding) })
}
