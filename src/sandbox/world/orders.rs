//! What the calls that keep an instance's settings begin: stop, start, reboot, promotion,
//! maintenance and deletion. Whether AWS would allow it is the service's matter.

use jiff::Timestamp;

use super::changes::{Change, Key};
use super::instance::Pending;
use super::lifecycle::{self, BACKUP, MODIFYING};
use super::moment::{DAY, MINUTE, after};
use super::record::{Interruption, Retained};
use super::{FAILOVER_SECONDS, IncidentKind, Instance, World};

/// Seconds after which a stopped instance starts by itself (RDS user guide, "Stopping an Amazon RDS
/// DB instance temporarily").
pub const LONGEST_STOP: i64 = 7 * DAY;

impl World {
    /// Stops a running instance. What was to be changed is not changed any more (RDS user guide,
    /// "Stopping an Amazon RDS DB instance temporarily": it "removes pending actions").
    pub fn stop(&mut self, key: &Key, now: Timestamp) {
        let Some(instance) = self.by_key_mut(key) else { return };
        instance.pending = Pending { password: instance.pending.password, ..Pending::default() };
        let stopped = instance.end_in(&[("stopping", 3 * MINUTE)], "stopped", now);
        let restarts = after(stopped, LONGEST_STOP);
        instance.record.restarts_at = Some(restarts);
        self.tell(key, after(now, 30), "DB instance shutdown", &["availability"]);
        self.tell(key, stopped, "DB instance stopped", &["notification"]);
        // A maintenance action that was opted in to still waits for the window.
        self.defer(key, now);
        self.plan(key.clone(), restarts, Change::Restart);
    }

    /// Starts a stopped instance.
    pub fn start(&mut self, key: &Key, now: Timestamp) {
        self.unplan(key, |change| *change == Change::Restart);
        let Some(instance) = self.by_key_mut(key) else { return };
        instance.record.restarts_at = None;
        instance.record.awaits_reboot = None;
        let started = instance.pass(&[("starting", 4 * MINUTE)], now);
        self.tell(key, after(started, -5), "DB instance restarted", &["availability"]);
        self.tell(key, started, "DB instance started", &["notification"]);
    }

    /// Restarts an instance, on its standby where that is asked for.
    pub fn reboot(&mut self, key: &Key, with_failover: bool, now: Timestamp) {
        let Some(instance) = self.by_key_mut(key) else { return };
        instance.record.awaits_reboot = None;
        let (seconds, back) = if with_failover { (FAILOVER_SECONDS + 9, 240) } else { (MINUTE, 180) };
        let interruption = Interruption { at: now, full: seconds, back, is_failover: with_failover };
        instance.record.interruptions.push(interruption);
        instance.pass(&[("rebooting", seconds)], now);
        if with_failover {
            self.tell(key, now, "Multi-AZ instance failover started.", &["failover"]);
            self.tell(key, after(now, 28), "DB instance restarted", &["availability"]);
            let completed = after(now, FAILOVER_SECONDS);
            self.tell(key, completed, "Multi-AZ instance failover completed", &["failover"]);
            self.plan(key.clone(), completed, Change::Swap);
        } else {
            self.tell(key, after(now, 10), "DB instance shutdown", &["availability"]);
            self.tell(key, after(now, seconds - 5), "DB instance restarted", &["availability"]);
        }
    }

    /// When the standby last took over before `now`, by a call or by itself.
    #[must_use]
    pub fn last_failover(&self, instance: &Instance, now: Timestamp) -> Option<Timestamp> {
        let of_scenario = self
            .incidents
            .iter()
            .filter(|incident| incident.kind == IncidentKind::Failover && incident.target == instance.id)
            .map(|incident| incident.starts);
        of_scenario.chain(instance.record.last_failover()).filter(|at| *at <= now).max()
    }

    /// Makes a replica an instance of its own: modifying, rebooting, its first backup, available.
    pub fn promote(&mut self, key: &Key, retention_days: i32, now: Timestamp) {
        let Some(instance) = self.by_key_mut(key) else { return };
        let mut stages = vec![(MODIFYING, 90), ("rebooting", 60)];
        if retention_days > 0 {
            stages.push(("backing-up", BACKUP));
        }
        instance.pending.retention_days = Some(retention_days);
        let interruption = Interruption { at: after(now, 90), full: 60, back: 180, is_failover: false };
        instance.record.interruptions.push(interruption);
        let done = instance.pass(&stages, now);
        self.tell(key, after(now, 20), "Replication on the read replica was terminated.", &["read replica"]);
        self.tell(key, after(now, 150), "DB instance restarted", &["availability"]);
        if retention_days > 0 {
            self.tell(key, after(done, -BACKUP), "Backing up DB instance", &["backup"]);
            self.tell(key, done, "Finished DB Instance backup", &["backup"]);
        }
        self.plan(key.clone(), done, Change::Promoted { retention_days });
    }

    /// Applies a pending maintenance action now.
    pub fn maintain(&mut self, key: &Key, action: &str, now: Timestamp) {
        let is_upgrade = action == "db-upgrade";
        let seconds = lifecycle::maintenance_seconds(action);
        let Some(instance) = self.by_key_mut(key) else { return };
        if let Some(found) = instance.maintenance.iter_mut().find(|found| found.action == action) {
            found.opt_in = Some("immediate".to_owned());
        }
        let full = if instance.multi_az { MINUTE } else { seconds / 3 };
        let begin = after(now, seconds / 2);
        let interruption = Interruption { at: begin, full, back: full + 2 * MINUTE, is_failover: false };
        instance.record.interruptions.push(interruption);
        let status = if is_upgrade { "upgrading" } else { "maintenance" };
        let done = instance.pass(&[(status, seconds)], now);
        let (began, ended) = if is_upgrade {
            ("Database instance is being upgraded.", "Database instance has been upgraded.")
        } else {
            ("Applying off-line patches to DB instance", "Finished applying off-line patches to DB instance")
        };
        self.tell(key, now, began, &["maintenance"]);
        self.tell(key, done, ended, &["maintenance"]);
        self.plan(key.clone(), done, Change::Maintained(action.to_owned()));
    }

    /// A maintenance action is through.
    pub(super) fn maintained(&mut self, key: &Key, action: &str, at: Timestamp) {
        let Some(instance) = self.by_key_mut(key) else { return };
        instance.record.awaits_reboot = None;
        let Some(place) = instance.maintenance.iter().position(|found| found.action == action) else { return };
        let done = instance.maintenance.remove(place);
        if action == "db-upgrade" {
            // "Automatic minor version upgrade to postgres 16.8": the version is the last word.
            let version = done.description.rsplit(' ').next().unwrap_or_default();
            if version.starts_with(|c: char| c.is_ascii_digit()) {
                version.clone_into(&mut instance.engine_version);
            }
        }
        self.defer(key, at);
    }

    /// Deletes an instance; `final_snapshot` says how many seconds its last snapshot takes first.
    pub fn delete(&mut self, key: &Key, keep_backups: bool, final_snapshot: Option<i64>, now: Timestamp) {
        self.unplan(key, |_| true);
        let Some(instance) = self.by_key_mut(key) else { return };
        let retained = Retained::of(instance, now).filter(|_| keep_backups);
        let seconds = 3 * MINUTE + final_snapshot.unwrap_or_default();
        let gone = instance.end_in(&[("deleting", seconds)], super::instance::GONE, now);
        self.retained.extend(retained);
        self.tell(key, gone, "DB instance deleted", &["deletion"]);
        self.plan(key.clone(), gone, Change::Deleted);
    }
}
