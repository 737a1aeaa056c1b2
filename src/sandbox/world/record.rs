//! What calls have done to an instance, as far as it shows afterwards: in its metrics of the past,
//! in what may be done next, and in the backups that outlive it.

use jiff::Timestamp;

use super::backups::{self, Backup};
use super::instance::Instance;
use super::moment::{DAY, after, seconds_between};

/// States of an instance that are kept for its metrics of the past.
const MOST_FORMER: usize = 12;

/// What was done to an instance.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// What it was before its last change.
    pub before: Option<Box<Former>>,
    /// Times without connections, oldest first.
    pub interruptions: Vec<Interruption>,
    /// When its storage was changed, oldest first.
    pub storage_changes: Vec<Timestamp>,
    /// The last thing that its volume had to do.
    pub storage_operation: Option<StorageOperation>,
    /// When a stopped instance starts by itself.
    pub restarts_at: Option<Timestamp>,
    /// When its replication was ended because the source is no more.
    pub terminated: Option<Timestamp>,
    /// Since when it has a parameter group that only counts after a restart.
    pub awaits_reboot: Option<Timestamp>,
    /// Automated backups were off before.
    pub backups_since: Option<Timestamp>,
    /// The backup that is taken when automated backups are switched on.
    pub first_backup: Option<Backup>,
    /// Backups that began before are gone, however long they would be kept today.
    pub dropped_before: Option<Timestamp>,
}

/// What an instance was until a moment.
#[derive(Debug, Clone)]
pub struct Former {
    pub until: Timestamp,
    pub instance: Instance,
}

/// A time in which an instance serves nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruption {
    pub at: Timestamp,
    /// Seconds without any connection.
    pub full: i64,
    /// Seconds until all connections are back, from the beginning.
    pub back: i64,
    /// The standby took over.
    pub is_failover: bool,
}

/// What goes on in a volume, as `StorageOperationStatus` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageWork {
    /// Its blocks are still read from a snapshot when they are first asked for.
    Initializing,
    /// It is being rearranged after a change.
    Optimizing,
}

/// Work of a volume, and how long it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageOperation {
    pub work: StorageWork,
    pub from: Timestamp,
    pub until: Timestamp,
}

impl StorageOperation {
    /// How far it is, 0-99 %; `None` before it begins and when it is done.
    #[must_use]
    pub fn percent(&self, now: Timestamp) -> Option<i64> {
        let whole = seconds_between(self.from, self.until).max(1);
        (self.from <= now && now < self.until).then(|| seconds_between(self.from, now) * 100 / whole)
    }
}

impl Record {
    /// When the volume will be, or was, optimised.
    #[must_use]
    pub fn optimised_at(&self) -> Option<Timestamp> {
        let operation = self.storage_operation.as_ref()?;
        (operation.work == StorageWork::Optimizing).then_some(operation.until)
    }

    /// When the standby last took over.
    #[must_use]
    pub fn last_failover(&self) -> Option<Timestamp> {
        self.interruptions.iter().rev().find(|interruption| interruption.is_failover).map(|found| found.at)
    }
}

impl Instance {
    /// Keeps what it is until `until`, before it is changed.
    pub fn remember(&mut self, until: Timestamp) {
        let mut depth = 0;
        let mut at = self.record.before.as_ref();
        while let Some(former) = at {
            depth += 1;
            at = former.instance.record.before.as_ref();
        }
        if depth >= MOST_FORMER {
            self.record.before = None;
        }
        let former = Former { until, instance: self.clone() };
        self.record.before = Some(Box::new(former));
    }

    /// The same without its past, as snapshots and copies hold it.
    #[must_use]
    pub fn without_past(&self) -> Self {
        let mut copy = self.clone();
        copy.record.before = None;
        copy
    }
}

/// Automated backups that are kept although their instance was deleted.
#[derive(Debug, Clone)]
pub struct Retained {
    /// The instance as it was.
    pub instance: Instance,
    pub deleted: Timestamp,
    /// The newest moment that can be restored.
    pub latest: Timestamp,
}

impl Retained {
    /// Those of an instance that is deleted at `at`; `None` when there is nothing to keep.
    #[must_use]
    pub fn of(instance: &Instance, at: Timestamp) -> Option<Self> {
        let latest = backups::latest_restorable(instance, at)?;
        Some(Self { instance: instance.without_past(), deleted: at, latest })
    }

    /// The window that can still be restored at `now`; `None` when the last backup has expired.
    #[must_use]
    pub fn window(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        // While there was an instance, only the time in which it was not stopped counts.
        let left = i64::from(self.instance.retention_days) * DAY - seconds_between(self.deleted, now);
        let oldest = if left > 0 {
            backups::running_since(&self.instance, self.deleted, left)
        } else {
            after(self.deleted, -left)
        };
        let kept = backups::kept(&self.instance, after(self.deleted, -1));
        let first = kept.iter().find(|backup| backup.at >= oldest)?.end();
        (first <= self.latest).then_some((first, self.latest))
    }
}
