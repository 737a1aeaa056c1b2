//! What is still to happen to instances because of a call: values that are taken over when a
//! change is through, the maintenance window, the end of a deletion. Each is due at a moment; the
//! world is brought up to a moment by [`World::advance`].

use jiff::Timestamp;

use super::World;
use super::backups::{self, Backup};
use super::events::Recorded;
use super::events::of_instance;
use super::instance::{Instance, Pending};
use super::lifecycle::{self, BACKUP, MODIFYING};
use super::moment::{DAY, MINUTE, after};
use super::record::{Interruption, StorageOperation, StorageWork};
use super::window;
use crate::domain::class::InstanceClass;

/// One instance, and no other that takes its name after it is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub account: String,
    pub region: String,
    pub id: String,
    pub resource_id: String,
}

impl Key {
    /// Of an instance.
    #[must_use]
    pub fn of(instance: &Instance) -> Self {
        Self {
            account: instance.account.clone(),
            region: instance.region.clone(),
            id: instance.id.clone(),
            resource_id: instance.resource_id.clone(),
        }
    }
}

/// Something that is due at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub at: Timestamp,
    pub key: Key,
    pub change: Change,
}

/// What is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// These values become the instance's own.
    Take(Pending),
    /// The maintenance window opens: what waits for it begins.
    Window,
    /// The standby has taken over.
    Swap,
    /// The scenario has restarted it.
    Restarted,
    /// A replica has become an instance of its own.
    Promoted { retention_days: i32 },
    /// A stopped instance starts by itself.
    Restart,
    /// A deletion is through.
    Deleted,
    /// A maintenance action of that name is through.
    Maintained(String),
}

impl World {
    /// Whether something is due.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.plans.first().is_some_and(|plan| plan.at <= now)
    }

    /// Brings the world up to a moment: what is due happens, each at its own time.
    pub fn advance(&mut self, now: Timestamp) {
        while self.is_due(now) {
            let Plan { at, key, change } = self.plans.remove(0);
            self.happen(&key, change, at);
        }
    }

    /// Plans a change of an instance.
    pub(super) fn plan(&mut self, key: Key, at: Timestamp, change: Change) {
        let place = self.plans.partition_point(|plan| plan.at <= at);
        self.plans.insert(place, Plan { at, key, change });
    }

    /// Drops what is planned for an instance, as far as `which` says so.
    pub(super) fn unplan(&mut self, key: &Key, which: impl Fn(&Change) -> bool) {
        self.plans.retain(|plan| plan.key != *key || !which(&plan.change));
    }

    /// The instance of a key, if it is still that one.
    #[must_use]
    pub fn by_key(&self, key: &Key) -> Option<&Instance> {
        self.find(&key.account, &key.region, &key.id).filter(|instance| instance.resource_id == key.resource_id)
    }

    /// The same, to be changed. Account, region and id must stay as they are.
    pub fn by_key_mut(&mut self, key: &Key) -> Option<&mut Instance> {
        let found = self.find_mut(&key.account, &key.region, &key.id);
        found.filter(|instance| instance.resource_id == key.resource_id)
    }

    /// Records an event of an instance.
    pub fn tell(&mut self, key: &Key, at: Timestamp, message: impl Into<String>, categories: &[&str]) {
        let Some(instance) = self.by_key(key) else { return };
        let happening = of_instance(instance, at, message.into(), categories);
        self.recorded.push(Recorded { account: key.account.clone(), region: key.region.clone(), happening });
    }

    /// Lets the pending changes of an instance wait for its maintenance window.
    pub fn defer(&mut self, key: &Key, now: Timestamp) {
        self.unplan(key, |change| *change == Change::Window);
        let Some(instance) = self.by_key(key) else { return };
        let opted = instance.maintenance.iter().any(|action| action.opt_in.as_deref() == Some("next-maintenance"));
        if !instance.pending.is_waiting() && !opted {
            return;
        }
        if let Some(opens) = window::next(&instance.maintenance_window, now) {
            self.plan(key.clone(), opens, Change::Window);
        }
    }

    fn happen(&mut self, key: &Key, change: Change, at: Timestamp) {
        match change {
            Change::Take(values) => self.take(key, &values, at),
            Change::Window => self.open(key, at),
            Change::Swap => {
                if let Some(instance) = self.by_key_mut(key)
                    && let Some(secondary) = instance.secondary_zone.take()
                {
                    instance.secondary_zone = Some(std::mem::replace(&mut instance.zone, secondary));
                }
            }
            Change::Restarted => {
                // What was set afterwards still waits.
                if let Some(instance) = self.by_key_mut(key) {
                    instance.record.awaits_reboot = instance.record.awaits_reboot.filter(|since| *since > at);
                }
            }
            Change::Promoted { retention_days } => self.promoted(key, retention_days, at),
            Change::Restart => {
                let message =
                    "DB instance is being started due to it exceeding the maximum allowed time being stopped.";
                self.tell(key, at, message, &["notification"]);
                self.start(key, at);
            }
            Change::Deleted => self.deleted(key, at),
            Change::Maintained(action) => self.maintained(key, &action, at),
        }
    }

    /// What waits for the maintenance window begins, or waits a week more where the instance
    /// cannot be changed now.
    fn open(&mut self, key: &Key, at: Timestamp) {
        let Some(instance) = self.by_key(key) else { return };
        if instance.status_at(at).is_none() {
            return;
        }
        if !matches!(instance.settled_status_at(at), Some("available" | "storage-optimization")) {
            self.defer(key, at);
            return;
        }
        let opted = instance.maintenance.iter().find(|action| action.opt_in.as_deref() == Some("next-maintenance"));
        if let Some(action) = opted.map(|action| action.action.clone()) {
            self.maintain(key, &action, at);
            // One after the other: the rest has its turn in the next window.
            self.defer(key, at);
            return;
        }
        self.begin_changes(key, at);
    }

    /// Begins everything that is pending for an instance: it is `modifying` (or `upgrading`), then
    /// the values are its own, then a changed volume is optimised.
    pub fn begin_changes(&mut self, key: &Key, at: Timestamp) {
        self.unplan(key, |change| *change == Change::Window);
        let Some(instance) = self.by_key_mut(key) else { return };
        let values = Pending { password: false, ..instance.pending.clone() };
        if !values.is_waiting() {
            return;
        }
        let only_iam = Pending { iam_authentication: values.iam_authentication, ..Pending::default() };
        let status = match values.engine_version {
            Some(_) => "upgrading",
            None if values == only_iam => "configuring-iam-database-auth",
            None => MODIFYING,
        };
        let seconds = lifecycle::change_seconds(&values);
        let done = after(at, seconds);
        let mut stages = vec![(status, seconds)];
        let first_backup = instance.retention_days == 0 && values.retention_days.is_some_and(|days| days > 0);
        if first_backup {
            stages.push(("backing-up", BACKUP));
        }
        if values.changes_storage() {
            let gib = values.allocated_gib.unwrap_or(instance.allocated_gib);
            let until = after(done, lifecycle::optimization_seconds(gib));
            instance.record.storage_changes.push(at);
            instance.record.storage_operation =
                Some(StorageOperation { work: StorageWork::Optimizing, from: done, until });
        }
        let is_multi_az = instance.multi_az;
        let restarts = values.restarts();
        if restarts {
            // The standby is changed first and takes over: that is short.
            let full = if is_multi_az { MINUTE } else { 2 * MINUTE };
            let begin = after(done, -full);
            instance.record.interruptions.push(Interruption {
                at: begin,
                full,
                back: full + 2 * MINUTE,
                is_failover: is_multi_az,
            });
        }
        instance.pass(&stages, at);
        for (began, ended) in lifecycle::words(&values) {
            self.tell(key, at, began, &["configuration change"]);
            self.tell(key, done, ended, &["configuration change"]);
        }
        if restarts {
            self.tell(key, after(done, -MINUTE), "DB instance shutdown", &["availability"]);
            self.tell(key, after(done, -1), "DB instance restarted", &["availability"]);
            if is_multi_az {
                self.tell(key, after(done, -MINUTE), "Multi-AZ instance failover started.", &["failover"]);
                self.tell(key, after(done, -1), "Multi-AZ instance failover completed", &["failover"]);
                self.plan(key.clone(), done, Change::Swap);
            }
        }
        self.plan(key.clone(), done, Change::Take(values));
    }

    /// The values are the instance's own from now on.
    fn take(&mut self, key: &Key, values: &Pending, at: Timestamp) {
        let Some(instance) = self.by_key_mut(key) else { return };
        instance.remember(at);
        // A restart takes static parameters over.
        if values.restarts() {
            instance.record.awaits_reboot = None;
        }
        if let Some(class) = &values.class {
            let vcpus = |name: &str| InstanceClass::parse(name).map_or(2.0, |class| f64::from(class.vcpus));
            // The same work on more or fewer processors.
            instance.load.cpu = (instance.load.cpu * vcpus(&instance.class) / vcpus(class)).clamp(0.5, 95.0);
            instance.class.clone_from(class);
        }
        if values.changes_storage() {
            if let Some(kind) = &values.storage_type {
                instance.storage_type.clone_from(kind);
            }
            instance.allocated_gib = values.allocated_gib.unwrap_or(instance.allocated_gib);
            let (iops, throughput) = super::estate::baseline(&instance.storage_type, instance.allocated_gib);
            let keeps = values.storage_type.is_none();
            instance.iops = values.iops.or(instance.iops.filter(|_| keeps).max(iops));
            instance.throughput = values.throughput.or(instance.throughput.filter(|_| keeps).max(throughput));
        }
        if let Some(version) = &values.engine_version {
            instance.engine_version.clone_from(version);
        }
        if let Some(certificate) = &values.ca_certificate {
            instance.ca_certificate.clone_from(certificate);
            instance.certificate_valid_till = after(at, 365 * DAY);
        }
        instance.port = values.port.unwrap_or(instance.port);
        let settings = &mut instance.settings;
        settings.iam_authentication = values.iam_authentication.unwrap_or(settings.iam_authentication);
        settings.dedicated_log_volume = values.dedicated_log_volume.unwrap_or(settings.dedicated_log_volume);
        if let Some(multi_az) = values.multi_az {
            instance.multi_az = multi_az;
            let mut zones = instance.network.subnets.iter().map(|(_, zone)| zone);
            instance.secondary_zone = zones.find(|zone| **zone != instance.zone).cloned().filter(|_| multi_az);
        }
        if let Some(days) = values.retention_days {
            if instance.retention_days == 0 && days > 0 {
                instance.record.backups_since = Some(at);
                instance.record.first_backup = Some(Backup { at, seconds: BACKUP });
            }
            backups::keep_for(instance, days, at);
        }
        instance.pending = Pending { password: instance.pending.password, ..Pending::default() };
    }

    fn promoted(&mut self, key: &Key, retention_days: i32, at: Timestamp) {
        if let Some(instance) = self.by_key_mut(key) {
            instance.remember(at);
            instance.source = None;
            instance.source_cluster = None;
            instance.record.terminated = None;
            instance.record.awaits_reboot = None;
            instance.pending.retention_days = None;
            instance.retention_days = retention_days;
            // The backup that promotion ends with has just been taken.
            let backup = Backup { at: after(at, -BACKUP), seconds: BACKUP };
            instance.record.first_backup = (retention_days > 0).then_some(backup);
            instance.record.backups_since = Some(backup.at);
        }
        self.tell(key, at, "Promoted Read Replica instance to standalone database instance.", &["read replica"]);
    }

    /// Replicas in the same region become instances of their own; those in other regions stay
    /// behind with their replication terminated (RDS user guide, "Working with read replicas of
    /// RDS for PostgreSQL").
    fn deleted(&mut self, key: &Key, at: Timestamp) {
        let Some(source) = self.by_key(key) else { return };
        let replicas: Vec<Key> = self.replicas_of(source, at).map(Key::of).collect();
        for replica in replicas {
            let is_near = replica.region == key.region;
            if let Some(instance) = self.by_key_mut(&replica) {
                instance.remember(at);
                if is_near {
                    instance.source = None;
                } else {
                    instance.record.terminated = Some(at);
                }
            }
            self.tell(&replica, at, "Replication on the read replica was terminated.", &["read replica"]);
        }
    }
}
