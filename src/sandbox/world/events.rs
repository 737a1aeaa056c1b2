//! What RDS says has happened: daily backups, creations and the scenario's troubles as functions
//! of time, and what was written by the scenario or by calls.
//!
//! Messages and categories as in the RDS user guide, "Amazon RDS event categories and event
//! messages".

use jiff::Timestamp;

use super::World;
use super::backups;
use super::instance::Instance;
use super::moment::{DAY, HOUR, MINUTE, after};
use super::scenario::{Incident, IncidentKind};

/// How long RDS keeps events, seconds.
pub const KEPT: i64 = 14 * DAY;

/// One event. RDS gives them no ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happening {
    pub at: Timestamp,
    /// `SourceIdentifier`.
    pub source: String,
    pub message: String,
    pub categories: Vec<String>,
    /// `db-instance` or `db-snapshot`.
    pub kind: &'static str,
    pub arn: String,
}

/// An event that was recorded instead of computed.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub account: String,
    pub region: String,
    pub happening: Happening,
}

/// An event of an instance.
#[must_use]
pub fn of_instance(instance: &Instance, at: Timestamp, message: String, categories: &[&str]) -> Happening {
    Happening {
        at,
        source: instance.id.clone(),
        message,
        categories: categories.iter().map(|category| (*category).to_owned()).collect(),
        kind: "db-instance",
        arn: instance.arn(),
    }
}

/// All events of an account and region in `from..=to`, oldest first; `only` narrows them to one
/// instance's own.
#[must_use]
pub fn between(
    world: &World,
    account: &str,
    region: &str,
    only: Option<&str>,
    from: Timestamp,
    to: Timestamp,
) -> Vec<Happening> {
    let mut found = Vec::new();
    for instance in world.instances_in(account, region).filter(|i| only.is_none_or(|id| i.id == id)) {
        // Creations are over within the hour: an older instance need not be looked at.
        if instance.created >= after(from, -HOUR) {
            creation(instance, &mut found);
        }
        for backup in backups::between(instance, after(from, -30 * MINUTE), to) {
            found.push(of_instance(instance, backup.at, "Backing up DB instance".into(), &["backup"]));
            found.push(of_instance(instance, backup.end(), "Finished DB Instance backup".into(), &["backup"]));
        }
    }
    for incident in &world.incidents {
        let target = world.find(account, region, &incident.target);
        if let Some(instance) = target.filter(|i| only.is_none_or(|id| i.id == id)) {
            trouble(instance, incident, world.epoch, &mut found);
        }
    }
    let recorded = world.recorded.iter().filter(|r| r.account == account && r.region == region);
    found.extend(recorded.map(|r| r.happening.clone()).filter(|h| only.is_none_or(|id| h.source == id)));
    found.retain(|happening| happening.at >= from && happening.at <= to);
    found.sort();
    found
}

fn creation(instance: &Instance, found: &mut Vec<Happening>) {
    let mut stages = instance.statuses.windows(2);
    let Some([(_, first), (at, second)]) = stages.next() else { return };
    if first != "creating" {
        return;
    }
    let message = if instance.is_replica() { "Read replica DB instance created" } else { "DB instance created" };
    found.push(of_instance(instance, *at, message.into(), &["creation"]));
    if second == "backing-up" {
        found.push(of_instance(instance, after(*at, 1), "Backing up DB instance".into(), &["backup"]));
        if let Some([_, (end, _)]) = stages.next() {
            found.push(of_instance(instance, *end, "Finished DB Instance backup".into(), &["backup"]));
        }
    }
}

fn trouble(instance: &Instance, incident: &Incident, epoch: Timestamp, found: &mut Vec<Happening>) {
    let mut say = |at: Timestamp, message: &str, categories: &[&str]| {
        found.push(of_instance(instance, at, message.to_owned(), categories));
    };
    let starts = incident.starts;
    match incident.kind {
        IncidentKind::Failover => {
            say(starts, "Multi-AZ instance failover started.", &["failover"]);
            say(after(starts, 28), "DB instance restarted", &["availability"]);
            say(after(starts, super::FAILOVER_SECONDS), "Multi-AZ instance failover completed", &["failover"]);
        }
        IncidentKind::ReplicationStopped => {
            say(after(starts, 20), "Replication has stopped.", &["read replica"]);
            if let Some(ends) = incident.ends {
                say(ends, "Replication for the Read Replica resumed", &["read replica"]);
            }
        }
        IncidentKind::StorageFilling => {
            for percent in [10, 5, 2] {
                if let Some(at) = free_falls_to(instance, incident, epoch, f64::from(percent)) {
                    let provisioned = f64::from(instance.allocated_gib) * 0.98;
                    let free = provisioned * f64::from(percent) / 100.0;
                    let message = format!(
                        "The free storage capacity for DB Instance: {} is low at {percent}% of the provisioned storage \
                         [Provisioned Storage: {provisioned:.2} GB, Free Storage: {free:.2} GB]. You may want to \
                         increase the provisioned storage to address this issue.",
                        instance.id
                    );
                    say(at, &message, &["low storage"]);
                }
            }
        }
        // RDS says nothing about these.
        IncidentKind::ReplicationLag | IncidentKind::ConnectionStorm | IncidentKind::Load | IncidentKind::LowMemory => {
        }
    }
}

/// When free storage falls below a percentage of what is allocated, with the ordinary growth and
/// nine GiB a day more (the incident at strength 1); `None` when it is not in the incident's time.
fn free_falls_to(instance: &Instance, incident: &Incident, epoch: Timestamp, percent: f64) -> Option<Timestamp> {
    let day = DAY as f64;
    let extra = 9.0 * incident.strength;
    let growth = instance.load.growth_gib_per_day;
    let goal = f64::from(instance.allocated_gib) * (1.0 - percent / 100.0);
    let days_to_start = (incident.starts.as_second() - epoch.as_second()) as f64 / day;
    let used_at_start = instance.load.used_gib + growth * days_to_start;
    let days = (goal - used_at_start) / (growth + extra);
    if !days.is_finite() || !(0.0..3650.0).contains(&days) {
        return None;
    }
    let at = after(incident.starts, (days * day) as i64);
    incident.is_active(at).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::super::WorldOptions;
    use super::*;

    fn world(scenario: &str) -> World {
        let epoch = "2026-11-22T14:00:00Z".parse().unwrap();
        World::build(&WorldOptions { scenario: scenario.into(), seed: 1, databases: None, epoch }).unwrap()
    }

    #[test]
    fn two_backup_events_a_day() {
        let world = world("quiet");
        let from = after(world.epoch, -KEPT);
        let events = between(&world, "111122223333", "us-east-1", Some("rentaliq-prod-db"), from, world.epoch);
        assert_eq!(events.len(), 28);
        assert!(events.is_sorted());
    }

    #[test]
    fn a_failover_is_told_in_order() {
        let world = world("failover");
        let incident = world.incidents.first().unwrap();
        let target = world.instances.iter().find(|i| i.id == incident.target).unwrap();
        let told = between(
            &world,
            &target.account,
            &target.region,
            Some(&target.id),
            incident.starts,
            after(incident.starts, 300),
        );
        let messages: Vec<&str> = told.iter().map(|h| h.message.as_str()).collect();
        assert_eq!(messages.first().copied(), Some("Multi-AZ instance failover started."));
        assert_eq!(messages.last().copied(), Some("Multi-AZ instance failover completed"));
        let before = world.zones_at(target, after(incident.starts, -1));
        let since = world.zones_at(target, after(incident.starts, 300));
        assert_eq!((before.0, before.1), (since.1.unwrap(), Some(since.0)));
    }

    #[test]
    fn low_storage_is_told_when_it_is_low() {
        let world = world("storage-filling");
        let incident = world.incidents.first().unwrap();
        let target = world.instances.iter().find(|i| i.id == incident.target).unwrap();
        let at = free_falls_to(target, incident, world.epoch, 10.0).unwrap();
        let days = |to: Timestamp, from: Timestamp| (to.as_second() - from.as_second()) as f64 / DAY as f64;
        let used = target.load.used_gib
            + target.load.growth_gib_per_day * days(at, world.epoch)
            + 9.0 * incident.strength * days(at, incident.starts);
        assert!((used / f64::from(target.allocated_gib) - 0.9).abs() < 0.001, "{used}");
    }
}
