//! The statuses that an instance goes through, and how long each lasts.

use jiff::Timestamp;

use super::instance::Pending;
use super::moment::{HOUR, MINUTE, after};

/// The status while settings are changed.
pub const MODIFYING: &str = "modifying";

/// Seconds of the backup that follows when automated backups are switched on.
pub const BACKUP: i64 = 2 * MINUTE;

/// What is created, as far as it changes the way to `available`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Birth {
    pub multi_az: bool,
    /// Enhanced Monitoring is set up after the rest.
    pub monitored: bool,
    /// A first backup follows when automated backups are on.
    pub backed_up: bool,
    /// A read replica is copied from its source first.
    pub replica: bool,
}

/// The statuses of an instance whose creation begins at `from`: creating, then backing-up where
/// there are automated backups, configuring-enhanced-monitoring where that is on, available.
#[must_use]
pub fn creation(from: Timestamp, birth: Birth) -> Vec<(Timestamp, String)> {
    let mut at = from;
    let mut statuses = Vec::with_capacity(4);
    let mut stage = |status: &str, seconds: i64| {
        statuses.push((at, status.to_owned()));
        at = after(at, seconds);
    };
    let copying = if birth.replica { 3 * MINUTE } else { 0 };
    let standby = if birth.multi_az { 2 * MINUTE } else { 0 };
    stage("creating", 4 * MINUTE + 30 + copying + standby);
    if birth.backed_up {
        stage("backing-up", 2 * MINUTE);
    }
    if birth.monitored {
        stage("configuring-enhanced-monitoring", MINUTE);
    }
    stage("available", 0);
    statuses
}

/// Seconds that a snapshot of an instance of this size takes.
#[must_use]
pub fn snapshot_seconds(allocated_gib: i32) -> i64 {
    150 + i64::from(allocated_gib.max(0)).min(4000) / 2
}

/// Seconds that a copy of a snapshot of this size takes: slower than the snapshot, and slower still
/// to another region.
#[must_use]
pub fn copy_seconds(allocated_gib: i32, crosses: bool) -> i64 {
    let here = snapshot_seconds(allocated_gib) * 2;
    if crosses { here * 3 } else { here }
}

/// Seconds that the changes take before they count.
#[must_use]
pub fn change_seconds(values: &Pending) -> i64 {
    let parts = [
        (values.class.is_some(), 6 * MINUTE),
        (values.engine_version.is_some(), 8 * MINUTE),
        (values.multi_az == Some(true), 8 * MINUTE),
        (values.multi_az == Some(false), 2 * MINUTE),
        (values.changes_storage(), 3 * MINUTE),
    ];
    parts.into_iter().filter(|(changes, _)| *changes).map(|(_, seconds)| seconds).max().unwrap_or(MINUTE)
}

/// Seconds that a volume of this size is optimised after a change: some minutes for a small one,
/// up to a day (RDS user guide, "Modifying settings for storage": it can take hours).
#[must_use]
pub fn optimization_seconds(allocated_gib: i32) -> i64 {
    10 * MINUTE + (i64::from(allocated_gib.max(0)) * 6).min(24 * HOUR)
}

/// Seconds for which a restored volume still reads its blocks from the snapshot.
#[must_use]
pub fn initialization_seconds(allocated_gib: i32) -> i64 {
    15 * MINUTE + (i64::from(allocated_gib.max(0)) * 10).min(12 * HOUR)
}

/// Seconds that a maintenance action takes.
#[must_use]
pub fn maintenance_seconds(action: &str) -> i64 {
    if action == "db-upgrade" { 8 * MINUTE } else { 6 * MINUTE }
}

/// RDS's words for the beginning and the end of changes.
#[must_use]
pub fn words(values: &Pending) -> Vec<(String, String)> {
    let mut words = Vec::new();
    let mut say = |changes: bool, what: &str| {
        if changes {
            words.push((
                format!("Applying modification to {what}"),
                format!("Finished applying modification to {what}"),
            ));
        }
    };
    say(values.class.is_some(), "DB instance class");
    say(values.allocated_gib.is_some(), "allocated storage");
    say(values.storage_type.is_some() && values.allocated_gib.is_none(), "storage type");
    say(values.iops.is_some() && values.allocated_gib.is_none(), "provisioned IOPS");
    say(values.multi_az == Some(true), "convert to a Multi-AZ DB instance");
    say(values.multi_az == Some(false), "convert to a standard (Single-AZ) DB instance");
    say(values.engine_version.is_some(), "database engine version");
    say(values.ca_certificate.is_some(), "certificate authority");
    if let Some(days) = values.retention_days {
        let word = if days > 0 { "Enabled automated backups" } else { "Disabled automated backups" };
        words.push(("Applying modification to backup retention period".to_owned(), word.to_owned()));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_of_several_changes_counts() {
        let class = Pending { class: Some("db.m7g.large".into()), ..Pending::default() };
        assert_eq!(change_seconds(&class), 6 * MINUTE);
        let both = Pending { allocated_gib: Some(200), multi_az: Some(true), ..class };
        assert_eq!(change_seconds(&both), 8 * MINUTE);
        assert_eq!(words(&both).len(), 3);
        assert_eq!(change_seconds(&Pending { port: Some(5433), ..Pending::default() }), MINUTE);
    }

    #[test]
    fn creation_ends_available_and_is_in_order() {
        let from = Timestamp::from_second(1_800_000_000).unwrap();
        for flags in 0..16_u8 {
            let birth = Birth {
                multi_az: flags & 1 != 0,
                monitored: flags & 2 != 0,
                backed_up: flags & 4 != 0,
                replica: flags & 8 != 0,
            };
            let statuses = creation(from, birth);
            assert!(statuses.is_sorted_by(|a, b| a.0 < b.0), "{birth:?}");
            assert_eq!(statuses.first().map(|s| s.1.as_str()), Some("creating"));
            assert_eq!(statuses.last().map(|s| s.1.as_str()), Some("available"));
        }
    }
}
