//! What is chosen on the fleet: by whoever acts on it, and by a sheet beside the list.

use super::state::Item;
use crate::domain::database::region_of;
use crate::domain::finding::{About, Finding};
use crate::domain::{Database, EnvironmentId, SiteId};
use crate::screens::State as App;
use crate::screens::findings::Concern;
use crate::screens::menu::Menu;
use crate::screens::{alarms, clusters, databases, secrets};
use crate::services::alarms::{Alarm, link};
use crate::services::kubernetes::rules::ThingRef;
use crate::services::kubernetes::{EksCluster, link as page_of};
use crate::services::rds;
use crate::services::secrets::link as page_of_secrets;

/// What is chosen on the fleet, by what it is about: whoever acts on it says what it does with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FleetChoice {
    /// The line of a whole environment.
    Environment(EnvironmentId),
    /// A finding about this, among those of its environment.
    Finding(EnvironmentId, About),
}

/// What is under the cursor; none where the fleet is empty.
#[must_use]
pub fn choice(app: &App) -> Option<FleetChoice> {
    match app.fleet.current()? {
        Item::Environment(id) => Some(FleetChoice::Environment(id)),
        Item::Finding(id, _) => chosen(app).map(|finding| FleetChoice::Finding(id, finding.about)),
    }
}

/// The finding under the cursor, with its DB instance.
#[must_use]
pub fn concern(app: &App) -> Option<Concern<'_>> {
    of(app, chosen(app)?)
}

/// The finding under the cursor, where it is about an alarm.
fn alarm(app: &App) -> Option<&Finding> {
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

/// The menu that copies what is known of what the finding under the cursor is about.
#[must_use]
pub fn copy_menu(app: &App) -> Option<Menu> {
    let finding = chosen(app)?;
    match finding.about {
        About::DbInstance => databases::copy_menu(app),
        About::Alarm => databases::copy_menu(app).or_else(|| {
            let (site, alarm) = found(app, finding)?;
            alarms::copy_menu_of(app, site, alarm)
        }),
        About::Cluster => {
            let (site, cluster) = cluster(app, finding)?;
            Some(clusters::copy_menu_of(app, site, cluster))
        }
        About::Secret => {
            let mut known = app.shell.world.known();
            let found = known.find(|(_, data)| data.secrets.secrets().iter().any(|s| s.key() == finding.arn));
            Some(secrets::copy_menu_of(app, &finding.resource, found.map(|(site, _)| (site, finding.arn.as_str()))))
        }
    }
}

/// The cluster that a finding is about, or about something in it.
fn cluster<'a>(app: &'a App, finding: &Finding) -> Option<(SiteId, &'a EksCluster)> {
    let (arn, _) = ThingRef::of_key(&finding.arn)?;
    let found = app.shell.world.clusters().find(|(_, cluster)| *cluster.arn == *arn);
    found.map(|(site, cluster)| (site, cluster.as_ref()))
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
    let finding = chosen(app)?;
    match finding.about {
        About::DbInstance => concern(app).and_then(|concern| rds::link::of_database(concern.database)),
        // Without an ARN its region is not known here; its own screen knows it.
        About::Alarm => match region_of(&finding.arn) {
            "" => None,
            region => link::of_alarm(region, &finding.resource),
        },
        About::Cluster => {
            let (site, cluster) = cluster(app, finding)?;
            page_of::of_cluster(&app.shell.world.estate.site(site)?.region, &cluster.name)
        }
        // One that is missing has neither ARN nor page.
        About::Secret => match region_of(&finding.arn) {
            "" => None,
            region => page_of_secrets::of_secret(region, &finding.resource),
        },
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
