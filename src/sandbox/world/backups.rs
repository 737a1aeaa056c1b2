//! Automated backups: one a day in the backup window, computed for any moment instead of being
//! remembered.

use jiff::Timestamp;

use super::identity;
use super::instance::Instance;
use super::moment::{DAY, MINUTE, after, floor_to, seconds_between};

/// One automated backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backup {
    /// When it begins.
    pub at: Timestamp,
    /// Seconds that it takes.
    pub seconds: i64,
}

impl Backup {
    /// When it is done.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        after(self.at, self.seconds)
    }

    /// `DBSnapshotIdentifier`: `rds:rentaliq-prod-db-2026-11-22-03-05`.
    #[must_use]
    pub fn snapshot_id(&self, instance: &str) -> String {
        format!("rds:{instance}-{}", self.at.strftime("%Y-%m-%d-%H-%M"))
    }
}

/// Whether it has automated backups of its own; of a cluster's members the cluster has them.
fn is_backed_up(instance: &Instance) -> bool {
    instance.retention_days > 0 && instance.cluster.is_none()
}

/// The backup of a day (counted from 1970-01-01 UTC), if automated backups are on and the instance
/// was there and running when its time came.
#[must_use]
pub fn of_day(instance: &Instance, day: i64) -> Option<Backup> {
    if !is_backed_up(instance) {
        return None;
    }
    let fixed = (identity::hash(&["backup-time", &instance.resource_id]) % 20) as i64 * MINUTE;
    let varying = identity::mix(identity::hash(&[&instance.resource_id]) ^ day.unsigned_abs());
    let at = day * DAY + instance.backup_window.start + fixed + (varying % 150) as i64;
    let seconds = 170 + (varying >> 16) as i64 % 120;
    let backup = Backup { at: Timestamp::from_second(at).ok()?, seconds };
    if instance.record.backups_since.is_some_and(|since| backup.at < since) {
        return None;
    }
    (instance.settled_status_at(backup.at) == Some("available")).then_some(backup)
}

/// The daily backups that begin in `from..=to`, oldest first.
pub fn between(instance: &Instance, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Backup> {
    // A window close to midnight begins on the day before the one in which its backup may begin.
    let first = from.as_second().div_euclid(DAY) - 1;
    let last = to.as_second().div_euclid(DAY);
    (first..=last).filter_map(|day| of_day(instance, day)).filter(move |b| b.at >= from && b.at <= to)
}

/// Whether a daily backup is being taken.
#[must_use]
pub fn running(instance: &Instance, at: Timestamp) -> bool {
    is_backed_up(instance) && between(instance, after(at, -10 * MINUTE), at).any(|b| b.end() > at)
}

/// The moment from which on an instance was not stopped for so many seconds until `at`.
#[must_use]
pub fn running_since(instance: &Instance, at: Timestamp, seconds: i64) -> Timestamp {
    let (mut until, mut left) = (at, seconds);
    let mut next = at;
    for (from, status) in instance.statuses.iter().rev().filter(|(from, _)| *from < at) {
        if status == "stopped" {
            let ran = seconds_between(next, until);
            if ran >= left {
                break;
            }
            left -= ran;
            until = *from;
        }
        next = *from;
    }
    after(until, -left)
}

/// The moment from which on backups are kept at `now`. Time in which an instance is stopped does
/// not count (RDS user guide, "Backup retention period"), and what has been dropped stays away
/// when the retention is raised.
fn oldest(instance: &Instance, now: Timestamp) -> Timestamp {
    let retention = i64::from(instance.retention_days) * DAY;
    let inside = running_since(instance, now, retention);
    instance.record.dropped_before.map_or(inside, |dropped| inside.max(dropped))
}

/// Keeps backups for so many days from `now` on.
pub fn keep_for(instance: &mut Instance, days: i32, now: Timestamp) {
    if instance.retention_days > 0 && instance.retention_days != days {
        instance.record.dropped_before = Some(oldest(instance, now));
    }
    instance.retention_days = days;
}

/// The automated backups that are kept at `now`, oldest first: the daily ones inside the
/// retention, and the one that creation ends with as long as it is inside.
#[must_use]
pub fn kept(instance: &Instance, now: Timestamp) -> Vec<Backup> {
    keeps(instance, now).collect()
}

/// The first of those that are [`kept`]; the others are not worked out.
#[must_use]
pub fn first_kept(instance: &Instance, now: Timestamp) -> Option<Backup> {
    keeps(instance, now).next()
}

fn keeps(instance: &Instance, now: Timestamp) -> impl Iterator<Item = Backup> {
    let is_there = is_backed_up(instance) && instance.settled_status_at(now).is_some();
    is_there.then(|| inside(instance, now)).into_iter().flatten()
}

/// What is [`kept`] of an instance that is there and has automated backups.
fn inside(instance: &Instance, now: Timestamp) -> impl Iterator<Item = Backup> {
    let oldest = oldest(instance, now);
    let first = instance
        .statuses
        .windows(2)
        .find_map(|pair| match pair {
            [(from, status), (to, _)] if status == "backing-up" => {
                Some(Backup { at: *from, seconds: seconds_between(*from, *to) })
            }
            _ => None,
        })
        .filter(|backup| {
            instance.statuses.get(1).is_some_and(|(from, _)| *from == backup.at)
                && backup.at >= oldest
                && backup.at <= now
        });
    let since = instance.record.backups_since;
    let enabled = instance.record.first_backup.filter(|backup| backup.at >= oldest && backup.at <= now);
    let first = first.filter(|backup| since.is_none_or(|since| backup.at >= since));
    first.into_iter().chain(enabled).chain(between(instance, oldest, now))
}

/// `LatestRestorableTime`: the transaction logs are uploaded every five minutes, so it trails by
/// two to seven. Absent for a replica, without automated backups, and before the first backup.
#[must_use]
pub fn latest_restorable(instance: &Instance, now: Timestamp) -> Option<Timestamp> {
    if !is_backed_up(instance) || instance.is_replica() || !instance.is_created_at(now) {
        return None;
    }
    // A stopped instance writes no logs: the time stays where it was.
    let running_until = match instance.settled_status_at(now)? {
        "stopped" => instance.statuses.iter().rev().find(|(from, s)| *from <= now && s == "stopped")?.0,
        _ => now,
    };
    let first = first_kept(instance, now)?.end();
    let latest = floor_to(after(running_until, -2 * MINUTE), 5 * MINUTE);
    (now >= first).then(|| latest.max(first))
}

/// `RestoreWindow`: from the end of the oldest backup that is kept to [`latest_restorable`].
#[must_use]
pub fn window(instance: &Instance, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let latest = latest_restorable(instance, now)?;
    Some((first_kept(instance, now)?.end(), latest))
}

#[cfg(test)]
mod tests {
    use super::super::{World, WorldOptions};
    use super::*;

    fn world() -> World {
        let epoch = "2026-11-22T14:00:00Z".parse().unwrap();
        World::build(&WorldOptions { scenario: "quiet".into(), seed: 1, databases: None, epoch }).unwrap()
    }

    #[test]
    fn as_many_backups_as_days_of_retention() {
        let world = world();
        for (id, days) in [("rentaliq-lab-db", 3), ("rentaliq-qa-db", 7), ("rentaliq-prod-db", 30)] {
            let instance = world.find("111122223333", "us-east-1", id).unwrap();
            let kept = kept(instance, world.epoch);
            assert_eq!(kept.len(), days, "{id}");
            for backup in &kept {
                let of_day = backup.at.as_second().rem_euclid(DAY);
                assert!((10_800..14_400).contains(&of_day), "{id} at {}", backup.at);
                assert_eq!(instance.status_at(after(backup.at, 60)), Some("backing-up"));
                assert_eq!(instance.status_at(backup.end()), Some("available"));
            }
        }
    }

    #[test]
    fn restorable_time_trails_by_minutes_and_replicas_have_none() {
        let world = world();
        let prod = world.find("111122223333", "us-east-1", "rentaliq-prod-db").unwrap();
        for minute in 0..30 {
            let now = after(world.epoch, minute * 60 + 7);
            let behind = seconds_between(latest_restorable(prod, now).unwrap(), now);
            assert!((120..=420).contains(&behind), "{behind}");
        }
        let replica = world.find("111122223333", "us-west-2", "rentaliq-prod-db-dr").unwrap();
        assert_eq!(latest_restorable(replica, world.epoch), None);
    }
}
