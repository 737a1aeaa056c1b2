//! Lets the rules look at the alarms of a site.

use jiff::{SignedDuration, Timestamp};

use super::current::is_alarm_need_current;
use super::instances::VALUE;
use crate::collect::Touched;
use crate::domain::database::Condition;
use crate::domain::finding::Severity;
use crate::domain::{Metric, Remote, Series, SiteId};
use crate::health::{self, Ledger, was_made};
use crate::services::alarms::health::{AlarmNeed, AlarmSubject, Alarms, NEEDED, Teller, WatchedInstances};
use crate::services::alarms::{Alarm, AlarmState};
use crate::services::rds::data::VITALS_PERIOD;
use crate::world::checkups::Checkups;
use crate::world::data::SiteData;
use crate::world::estate::Estate;
use crate::world::links::AlarmLinks;
use crate::world::owners::AlarmOwners;

/// Two lists that are read within so long of each other tell of the same moment, about.
const APART: SignedDuration = SignedDuration::from_mins(2);

/// So many composite alarms may be made of each other; CloudWatch lets them form circles, too.
const DEPTH: usize = 8;

/// Takes in what an answer has changed: of an alarm that is another also those are looked at again that it is told with.
pub fn take(data: &mut SiteData, touched: &Touched) {
    data.alarm_checkups.take(touched);
    let Touched::Places(places) = touched else { return };
    let SiteData { services, alarm_checkups, alarm_links, checkups, .. } = data;
    for at in places {
        let Some(alarm) = services.alarms.alarms().get(*at) else { continue };
        touch_above(alarm_links, alarm_checkups, *at);
        for (child, _) in services.alarms.children(alarm) {
            if let Some(child) = services.alarms.place(&child.alarm) {
                alarm_checkups.touch_at(child);
            }
        }
        // It is evidence of what is found there by the same metric.
        if let Some(database) = alarm.database().filter(|_| alarm.charted().is_some()) {
            checkups.touch(database);
        }
    }
}

/// Something else is said of a DB instance: the alarms on it are looked at again, and those that ring because of them.
pub fn touch_of(data: &mut SiteData, database: &str) {
    let SiteData { alarm_links, alarm_checkups, .. } = data;
    for at in alarm_links.of_database(database) {
        alarm_checkups.touch_at(*at);
        touch_above(alarm_links, alarm_checkups, *at);
    }
}

/// The composite alarms that it is a part of are looked at again, and those that they are a part of.
fn touch_above(links: &AlarmLinks, checkups: &mut Checkups<AlarmNeed>, at: usize) {
    let mut touched = vec![at];
    let mut next = 0;
    while let Some(at) = touched.get(next).copied() {
        next += 1;
        for parent in links.parents(at) {
            if !touched.contains(parent) {
                checkups.touch_at(*parent);
                touched.push(*parent);
            }
        }
    }
}

/// Makes a place for each alarm of a list that is new.
pub fn lay_out(data: &mut SiteData, site: SiteId, estate: &Estate) {
    let SiteData { services, alarm_checkups, alarm_links, checkups, .. } = data;
    *alarm_links = AlarmLinks::of(&services.alarms);
    let owners = AlarmOwners::of(estate, site, services.rds.databases.value());
    let all = services.alarms.alarms().iter();
    alarm_checkups.lay_out(all.map(|alarm| (&*alarm.name, alarm.key(), owners.owner(&services.alarms, alarm))));
    alarm_links.databases().for_each(|database| checkups.touch(database));
}

/// Time has passed. True when a part is current no longer, or is again.
pub fn age(data: &mut SiteData, now: Timestamp) -> bool {
    let current = NEEDED.into_iter().filter(|need| is_alarm_need_current(data, *need, now)).collect();
    data.alarm_checkups.age(current, now)
}

/// Looks at one of them; whether something else is said of it than before, and none when there was nothing to look at:
/// what belongs to no environment is nobody's finding.
pub fn look(
    data: &SiteData,
    index: usize,
    checkups: &mut Checkups<AlarmNeed>,
    health: &mut Ledger,
    now: Timestamp,
) -> Option<bool> {
    let current = checkups.current().to_vec();
    checkups.begin(index, now)?.owner?;
    let alarm = data.alarms.alarms().get(index)?;
    let seen = data.alarms.all.at()?;
    let subject = subject(data, index, alarm, checkups, health);
    let found = health::examine::<Alarms>(&subject, seen, &|rule| health.standing(alarm.key(), rule));
    let coverage = health::coverage::<Alarms>(&subject, &|_, need| current.contains(need));
    let checked = checkups.get_mut(index)?;
    let before = checked.seen.replace(seen).zip(checked.coverage.clone());
    let well = |rule: &'static str| before.as_ref().filter(|(_, c)| was_made::<Alarms>(c, rule)).map(|(at, _)| *at);
    let is_other = checked.coverage.as_ref() != Some(&coverage);
    checked.coverage = Some(coverage);
    checked.is_troubled = found.iter().any(|finding| finding.severity > Severity::Info);
    Some(health.renew(alarm.key(), found, seen, &well) || is_other)
}

/// What the rules look at.
fn subject<'a>(
    data: &'a SiteData,
    index: usize,
    alarm: &'a Alarm,
    checkups: &Checkups<AlarmNeed>,
    health: &Ledger,
) -> AlarmSubject<'a> {
    let is_ringing = alarm.state == AlarmState::Alarm;
    let told = if !is_ringing {
        None
    } else if is_found(data, alarm, health, DEPTH) {
        Some(Teller::Finding)
    } else {
        rings_for(data, index, checkups).then_some(Teller::Composite)
    };
    let ringing = if is_ringing { ringing(data, alarm) } else { Vec::new() };
    AlarmSubject {
        alarm,
        told,
        ringing: ringing.into_iter().map(|child| child.name.as_str()).collect(),
        is_part: data.alarm_links.is_part(index),
        watched: watched(data, alarm),
    }
}

/// The alarms in ALARM because of which a composite one rings, each once.
fn ringing<'a>(data: &'a SiteData, alarm: &'a Alarm) -> Vec<&'a Alarm> {
    let mut all: Vec<&Alarm> = Vec::new();
    for (reference, child) in data.alarms.children(alarm) {
        let is_asked = reference.state == AlarmState::Alarm && !reference.negated;
        let child = child.filter(|child| is_asked && child.state == AlarmState::Alarm);
        all.extend(child.filter(|child| !all.iter().any(|known| known.name == child.name)));
    }
    all
}

/// Whether findings of DB instances say what it says: by the same metric of the same instance; of a composite alarm all
/// that makes it ring.
fn is_found(data: &SiteData, alarm: &Alarm, health: &Ledger, depth: usize) -> bool {
    if alarm.composite().is_some() {
        let ringing = ringing(data, alarm);
        return depth > 0
            && !ringing.is_empty()
            && ringing.iter().all(|child| is_found(data, child, health, depth - 1));
    }
    let Some((database, metric)) = alarm.database().zip(alarm.charted()) else { return false };
    let place = data.checkups.place(database).and_then(|at| data.checkups.get(at));
    let says = |arn: &str| health.of(arn).any(|f| f.metric == Some(metric) && f.severity > Severity::Info);
    place.is_some_and(|checked| says(&checked.arn))
}

/// Whether a composite alarm of the same environment rings because of it, and tells it.
fn rings_for(data: &SiteData, index: usize, checkups: &Checkups<AlarmNeed>) -> bool {
    let alarms = data.alarms.alarms();
    let owner = |at: usize| checkups.get(at).and_then(|checked| checked.owner);
    let mut way = vec![index];
    while way.len() <= DEPTH {
        let at = *way.last().unwrap_or(&index);
        let rings_by = |parent: &&usize| {
            let rung = alarms.get(**parent).filter(|parent| parent.state == AlarmState::Alarm).zip(alarms.get(at));
            rung.is_some_and(|(parent, child)| ringing(data, parent).iter().any(|other| other.name == child.name))
                && owner(**parent) == owner(index)
        };
        let Some(parent) = data.alarm_links.parents(at).iter().find(rings_by) else { return way.len() > 1 };
        if way.contains(parent) {
            // They ring because of each other: each says it.
            return false;
        }
        way.push(*parent);
    }
    false
}

/// What there is of the DB instances that it watches; none where they were not read.
fn watched(data: &SiteData, alarm: &Alarm) -> Option<WatchedInstances> {
    let all = data.rds.databases.value()?;
    let mut names = alarm.databases().peekable();
    if names.peek().is_none() {
        return Some(WatchedInstances::None);
    }
    if names.all(|name| data.checkups.place(name).is_none()) {
        // An older list does not have what was made since, and other services call their dimension so, too.
        let is_told = is_as_new(data) && alarm.is_of_rds();
        return is_told.then_some(WatchedInstances::Gone);
    }
    let place = alarm.database().and_then(|name| data.checkups.place(name));
    let serving = place.and_then(|at| all.get(at)).filter(|database| database.condition() == Condition::Healthy);
    let reports = serving.zip(alarm.charted()).is_some_and(|(database, metric)| reports(data, &database.id, metric));
    Some(WatchedInstances::There { reports })
}

/// Whether the DB instances were read when the alarms were, or later.
fn is_as_new(data: &SiteData) -> bool {
    let read = data.rds.databases.at().filter(|_| matches!(data.rds.databases, Remote::Ready { .. }));
    read.zip(data.alarms.all.at()).is_some_and(|(databases, alarms)| alarms.duration_since(databases) <= APART)
}

/// Whether a DB instance reports a metric at this moment.
fn reports(data: &SiteData, database: &str, metric: Metric) -> bool {
    let Some(read) = data.rds.metrics.at() else { return false };
    let oldest = read.as_second() - VALUE;
    let metrics = data.rds.store.of(database);
    let slow = || metrics.series(metric, VITALS_PERIOD).and_then(Series::last);
    metrics.latest(metric, oldest).is_some() || slow().is_some_and(|(at, _)| at.as_second() >= oldest)
}

#[cfg(test)]
mod tests;
