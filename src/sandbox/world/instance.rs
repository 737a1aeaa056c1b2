//! One DB instance of the sandbox: what it is, and what its status was and will be.

use jiff::Timestamp;
use serde::Deserialize;

use super::backups;
use super::moment::{DAY, HOUR, MINUTE, after};
use super::record::Record;
use super::settings::Settings;

/// A DB instance. Nothing in here changes with time by itself: what a moment looks like is computed
/// from it by `status_at`, by the backups, the incidents and the metrics.
#[derive(Debug, Clone)]
pub struct Instance {
    pub account: String,
    pub region: String,
    pub id: String,
    /// `DbiResourceId`.
    pub resource_id: String,
    pub class: String,
    /// `postgres` unless an estate says otherwise.
    pub engine: String,
    pub engine_version: String,
    /// The DB cluster that it is a member of, Aurora's or a Multi-AZ one.
    pub cluster: Option<String>,
    pub allocated_gib: i32,
    pub max_allocated_gib: Option<i32>,
    pub storage_type: String,
    pub iops: Option<i32>,
    /// MiB/s.
    pub throughput: Option<i32>,
    pub multi_az: bool,
    /// Zone of the writer before any failover of the scenario.
    pub zone: String,
    /// Zone of the standby before any failover of the scenario.
    pub secondary_zone: Option<String>,
    /// When creation began.
    pub created: Timestamp,
    /// Days that automated backups are kept; 0 is off.
    pub retention_days: i32,
    /// What it replicates, if it is a read replica.
    pub source: Option<Source>,
    /// The Multi-AZ DB cluster that it replicates, if that is what it does.
    pub source_cluster: Option<String>,
    /// Status from that moment on, sorted; [`GONE`] from where it does not exist any more.
    pub statuses: Vec<(Timestamp, String)>,
    pub load: Load,
    pub tags: Vec<(String, String)>,
    pub endpoint: String,
    pub port: i32,
    pub database_name: Option<String>,
    pub master_username: String,
    pub backup_window: Window,
    /// As AWS writes it: `sun:04:00-sun:05:00`.
    pub maintenance_window: String,
    pub network: Network,
    pub parameter_group: String,
    /// ARN of the key that encrypts the storage.
    pub kms_key: Option<String>,
    pub deletion_protection: bool,
    pub publicly_accessible: bool,
    pub auto_minor_version_upgrade: bool,
    /// Days that Performance Insights keeps; `None` is off.
    pub performance_insights_days: Option<i32>,
    /// Enhanced Monitoring, seconds; 0 is off.
    pub monitoring_interval: i32,
    pub monitoring_role: Option<String>,
    pub log_exports: Vec<String>,
    pub ca_certificate: String,
    pub certificate_valid_till: Timestamp,
    pub pending: Pending,
    pub maintenance: Vec<Maintenance>,
    pub copy_tags_to_snapshot: bool,
    pub settings: Settings,
    /// What calls have done to it.
    pub record: Record,
}

/// The status that says: from here on there is no such instance.
pub const GONE: &str = "";

/// The source of a read replica, in the same account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub region: String,
    pub id: String,
}

/// What an ordinary day does to the instance; the metrics vary it over the day and the week.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// Mean CPU, %.
    pub cpu: f64,
    /// Mean number of connections.
    pub connections: f64,
    pub write_iops: f64,
    pub read_iops: f64,
    /// GiB in use at the epoch.
    pub used_gib: f64,
    pub growth_gib_per_day: f64,
}

/// Where the instance is on the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    pub vpc: String,
    pub subnet_group: String,
    /// Subnet id and its zone.
    pub subnets: Vec<(String, String)>,
    pub security_groups: Vec<String>,
}

/// Changes that wait for the maintenance window.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pending {
    pub class: Option<String>,
    pub engine_version: Option<String>,
    pub allocated_gib: Option<i32>,
    pub storage_type: Option<String>,
    pub iops: Option<i32>,
    /// MiB/s.
    pub throughput: Option<i32>,
    pub multi_az: Option<bool>,
    pub retention_days: Option<i32>,
    pub ca_certificate: Option<String>,
    pub port: Option<i32>,
    pub iam_authentication: Option<bool>,
    pub dedicated_log_volume: Option<bool>,
    /// True while the first password is being set.
    pub password: bool,
}

impl Pending {
    /// Whether anything waits for the maintenance window; a password never does.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        Self { password: false, ..self.clone() } != Self::default()
    }

    /// Whether the engine is restarted for it.
    #[must_use]
    pub fn restarts(&self) -> bool {
        self.class.is_some() || self.engine_version.is_some() || self.port.is_some()
    }

    /// Whether the volume is among what changes.
    #[must_use]
    pub fn changes_storage(&self) -> bool {
        self.allocated_gib.is_some() || self.storage_type.is_some() || self.iops.is_some() || self.throughput.is_some()
    }
}

/// A pending maintenance action of the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    pub action: String,
    pub description: String,
    pub auto_applied_after: Option<Timestamp>,
    pub forced: Option<Timestamp>,
    pub current_apply: Option<Timestamp>,
    pub opt_in: Option<String>,
}

/// A daily window in UTC, written `03:00-04:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Window {
    /// Seconds after midnight.
    pub start: i64,
    /// Seconds that it is open.
    pub length: i64,
}

impl TryFrom<String> for Window {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let clock = |part: &str| -> Option<i64> {
            let (hours, minutes) = part.split_once(':')?;
            let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
            ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * HOUR + minutes * MINUTE)
        };
        text.split_once('-')
            .and_then(|(from, to)| Some((clock(from)?, clock(to)?)))
            .map(|(start, end)| Self { start, length: (end - start).rem_euclid(DAY) })
            .filter(|window| window.length >= 30 * MINUTE)
            .ok_or_else(|| format!("`{text}` is not a window of at least 30 minutes such as `03:00-04:00`"))
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let clock = |seconds: i64| (seconds / HOUR % 24, seconds / MINUTE % 60);
        let (from, to) = (clock(self.start), clock(self.start + self.length));
        write!(f, "{:02}:{:02}-{:02}:{:02}", from.0, from.1, to.0, to.1)
    }
}

impl Instance {
    /// `DBInstanceArn`.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("arn:aws:rds:{}:{}:db:{}", self.region, self.account, self.id)
    }

    /// Whether it replicates something, and so has no data of its own.
    #[must_use]
    pub fn is_replica(&self) -> bool {
        self.source.is_some() || self.source_cluster.is_some()
    }

    /// `DBInstanceStatus` at a moment, the daily backup included; `None` when there is no such
    /// instance yet, or any more.
    #[must_use]
    pub fn status_at(&self, at: Timestamp) -> Option<&str> {
        let status = self.settled_status_at(at)?;
        if status == "available" && backups::running(self, at) { Some("backing-up") } else { Some(status) }
    }

    /// The status without the daily backup.
    #[must_use]
    pub fn settled_status_at(&self, at: Timestamp) -> Option<&str> {
        let past = self.statuses.partition_point(|(from, _)| *from <= at);
        let (_, status) = self.statuses.get(past.checked_sub(1)?)?;
        (status != GONE).then_some(status.as_str())
    }

    /// True once creation is over: only then is there an endpoint and something to restore.
    #[must_use]
    pub fn is_created_at(&self, at: Timestamp) -> bool {
        self.statuses.iter().find(|(_, status)| status != "creating").is_some_and(|(from, _)| *from <= at)
    }

    /// Whether it serves and takes orders: available, or available while its volume is optimised.
    #[must_use]
    pub fn is_ready_at(&self, at: Timestamp) -> bool {
        matches!(self.status_at(at), Some("available" | "storage-optimization"))
    }

    /// Passes through `status` for some seconds and is then back at rest; what was planned for
    /// later is dropped.
    pub fn pass_through(&mut self, status: &str, now: Timestamp, seconds: i64) {
        self.pass(&[(status, seconds)], now);
    }

    /// Passes through statuses, each for some seconds, and is then at rest: available, or in
    /// storage-optimization for as long as that still goes on. Gives the moment at which it is.
    pub fn pass(&mut self, stages: &[(&str, i64)], now: Timestamp) -> Timestamp {
        let at = self.stage(stages, now);
        match self.record.optimised_at().filter(|done| *done > at) {
            Some(done) => {
                self.statuses.push((at, "storage-optimization".to_owned()));
                self.statuses.push((done, "available".to_owned()));
            }
            None => self.statuses.push((at, "available".to_owned())),
        }
        at
    }

    /// Passes through statuses and stays in `last`. Gives the moment at which it comes there.
    pub fn end_in(&mut self, stages: &[(&str, i64)], last: &str, now: Timestamp) -> Timestamp {
        let at = self.stage(stages, now);
        self.statuses.push((at, last.to_owned()));
        at
    }

    fn stage(&mut self, stages: &[(&str, i64)], now: Timestamp) -> Timestamp {
        self.statuses.retain(|(from, _)| *from <= now);
        let mut at = now;
        for (status, seconds) in stages {
            self.statuses.push((at, (*status).to_owned()));
            at = after(at, *seconds);
        }
        at
    }

    /// Whether a replica follows this instance.
    #[must_use]
    pub fn is_source_of(&self, other: &Self) -> bool {
        other.account == self.account
            && other.record.terminated.is_none()
            && other.source.as_ref().is_some_and(|source| source.id == self.id && source.region == self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_over_midnight_too() {
        let read = |text: &str| Window::try_from(text.to_owned());
        assert_eq!(read("03:00-04:00").map(|w| (w.start, w.length)), Ok((10_800, 3600)));
        assert_eq!(read("23:45-00:15").map(|w| w.length), Ok(1800));
        assert_eq!(read("23:45-00:15").map(|w| w.to_string()), Ok("23:45-00:15".to_owned()));
        for text in ["", "03:00", "03:00-03:10", "25:00-26:00", "a:b-c:d", "-1:00-04:00"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
