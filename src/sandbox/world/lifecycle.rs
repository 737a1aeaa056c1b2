//! The statuses that an instance goes through, and how long each lasts.

use jiff::Timestamp;

use super::moment::{MINUTE, after};

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

#[cfg(test)]
mod tests {
    use super::*;

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
