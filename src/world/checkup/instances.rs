//! Lets the rules look at the DB instances of a site.

use jiff::Timestamp;

use super::current::is_current;
use crate::domain::finding::{Finding, Severity};
use crate::domain::{Database, Environment, Metric, SiteId};
use crate::health::{self, Ledger, was_made};
use crate::services::alarms::AlarmState;
use crate::services::alarms::health::echo;
use crate::services::rds;
use crate::services::rds::health::{DbInstances, NEEDED, Subject, coverage};
use crate::world::checkups::Checkups;
use crate::world::data::SiteData;
use crate::world::estate::Estate;
use crate::world::gist::Gist;

/// A value of the table's metrics that is older says nothing of now, seconds.
pub const VALUE: i64 = 900;

/// What a summary takes from it.
fn gist(data: &SiteData, database: &Database, now: Timestamp) -> Gist {
    if database.is_replica() {
        return Gist::default();
    }
    let known = data.rds.store.latest(&database.id, Metric::DatabaseConnections, now.as_second() - VALUE);
    let restorable = database.latest_restorable.filter(|_| database.backup_retention_days > 0);
    Gist { restorable, connections: Some(known.unwrap_or(0.0)) }
}

/// Makes a place for each instance of a list that is new.
pub fn lay_out(data: &mut SiteData, site: SiteId, estate: &Estate) {
    let all = data.services.rds.databases.value().into_iter().flatten();
    data.checkups.lay_out(all.map(|database| (&*database.id, &*database.arn, estate.owner(site, database))));
}

/// Time has passed. True when a part is current no longer, or is again.
pub fn age(data: &mut SiteData, now: Timestamp) -> bool {
    let current = NEEDED.into_iter().filter(|read| is_current(data, read, now)).collect();
    data.checkups.age(current, now)
}

/// Looks at one of them; whether something else is said of it than before, and none when there was nothing to look at.
pub fn look(
    data: &SiteData,
    index: usize,
    checkups: &mut Checkups<rds::Read, Gist>,
    estate: &Estate,
    health: &mut Ledger,
    now: Timestamp,
) -> Option<bool> {
    let current = checkups.current().to_vec();
    let checked = checkups.begin(index, now)?;
    let environment = checked.owner.and_then(|owner| estate.environment(owner));
    let database = data.rds.databases.value().and_then(|all| all.get(index));
    let ((environment, database), read) = environment.zip(database).zip(data.rds.databases.at())?;
    let subject = subject(data, database, environment);
    let standing = |rule: &'static str| health.standing(&database.arn, rule);
    // Ages are judged at the moment of the list: an old list is stale, its backups not late.
    let mut found = health::examine::<DbInstances>(&subject, read, &standing);
    for finding in &mut found {
        hear_alarms(data, database, finding, read);
    }
    // What came from disk was last seen when it was written, not now.
    let parts = [data.rds.metrics.at(), data.rds.vitals.at(), data.rds.trend.at(), data.rds.maintenance.at()];
    let seen = parts.into_iter().flatten().fold(read, Timestamp::max);
    let coverage = coverage(&subject, now.as_second() - VALUE, &|read| current.contains(read));
    let old = coverage.missing.iter().all(|read| data.rds.standing(read).0.is_some() && !current.contains(read));
    let before = checked.seen.replace(seen).zip(checked.coverage.clone());
    let well =
        |rule: &'static str| before.as_ref().filter(|(_, c)| was_made::<DbInstances>(c, rule)).map(|(at, _)| *at);
    let gist = gist(data, database, now);
    let is_other = checked.old != old || checked.coverage.as_ref() != Some(&coverage);
    (checked.old, checked.gist, checked.coverage) = (old, gist, Some(coverage));
    checked.is_troubled = found.iter().any(|finding| finding.severity > Severity::Info);
    Some(health.renew(&database.arn, found, seen, &well) || is_other)
}

/// An alarm that says the same as a finding, by the same metric of the same instance, is evidence of it.
fn hear_alarms(data: &SiteData, database: &Database, finding: &mut Finding, now: Timestamp) {
    let Some(metric) = finding.metric.filter(|_| finding.severity > Severity::Info) else { return };
    let all = data.alarm_links.of_database(&database.id).iter().filter_map(|at| data.alarms.alarms().get(*at));
    let same = all.filter(|alarm| {
        let is_alone = alarm.database() == Some(&database.id);
        alarm.state == AlarmState::Alarm && is_alone && alarm.charted() == Some(metric)
    });
    for alarm in same {
        if !finding.evidence.is_empty() {
            finding.evidence.push_str(", ");
        }
        finding.evidence.push_str(&echo(alarm, now));
    }
}

/// What the rules look at.
#[must_use]
pub fn subject<'a>(data: &'a SiteData, database: &'a Database, environment: &'a Environment) -> Subject<'a> {
    Subject {
        database,
        metrics: data.rds.store.of(&database.id),
        runway: data.rds.runways.get(database.id.as_str()).copied(),
        events: data.rds.grave_events_of(&database.id),
        maintenance: data.rds.maintenance_of(&database.arn).iter().collect(),
        metrics_known: data.rds.metrics.value().is_some(),
        vitals_known: data.rds.vitals.value().is_some(),
        maintenance_known: data.rds.maintenance.value().is_some(),
        rpo: environment.rpo,
        thresholds: &environment.thresholds,
    }
}
