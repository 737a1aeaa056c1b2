//! What one row says: the newest values and how bad they are.

use jiff::Timestamp;

use crate::domain::database::Condition;
use crate::domain::finding::Severity;
use crate::domain::runway::{GIB, Runway};
use crate::domain::threshold::Thresholds;
use crate::domain::{Database, Metric};
use crate::world::data::SiteData;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    /// Nothing is known that could be judged.
    Unknown,
    /// As it should be.
    #[default]
    Good,
    /// Needs somebody soon.
    Warning,
    /// Needs somebody now.
    Critical,
}

impl Level {
    /// How soon somebody has to look: what is not known comes before what is well.
    #[must_use]
    pub fn urgency(self) -> u8 {
        match self {
            Self::Critical => 3,
            Self::Warning => 2,
            Self::Unknown => 1,
            Self::Good => 0,
        }
    }

    /// `Warning` from `warning` on, `Critical` from `critical` on.
    #[must_use]
    pub fn above(value: f64, warning: f64, critical: f64) -> Self {
        if value >= critical {
            Self::Critical
        } else if value >= warning {
            Self::Warning
        } else {
            Self::Good
        }
    }
}

/// A metric older than this is not shown as if it were current, seconds.
const FRESH: i64 = 900;
const DAY: f64 = 86_400.0;

/// The values of a row at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reading {
    /// %.
    pub cpu: Option<f64>,
    pub connections: Option<f64>,
    /// Default limit of the class.
    pub max_connections: Option<f64>,
    /// GiB.
    pub used: Option<f64>,
    /// Seconds; -1 when replication does not run.
    pub lag: Option<f64>,
    pub runway: Option<Runway>,
    /// Seconds since the newest restorable time.
    pub restorable_age: Option<f64>,
    pub pending_maintenance: usize,
    /// The environment's limits, so that a cell and a finding agree.
    pub limits: Thresholds,
    /// The worst of all.
    pub level: Level,
    /// All that is missing to judge it was known once, and is old.
    pub old: bool,
}

impl Reading {
    /// Reads a DB instance at `now`.
    #[must_use]
    pub fn take(data: &SiteData, database: &Database, limits: Thresholds, now: Timestamp) -> Self {
        let oldest = now.as_second() - FRESH;
        let metrics = data.rds.store.of(&database.id);
        let latest = |metric| metrics.latest(metric, oldest);
        let allocated = f64::from(database.storage.allocated);
        let mut reading = Self {
            cpu: latest(Metric::CPUUtilization),
            connections: latest(Metric::DatabaseConnections),
            max_connections: database
                .instance_class()
                .map(crate::domain::class::InstanceClass::default_max_connections),
            used: latest(Metric::FreeStorageSpace).map(|free| (allocated - free / GIB).max(0.0)),
            lag: latest(Metric::ReplicaLag).filter(|_| database.is_replica()),
            runway: data.rds.runways.get(database.id.as_str()).copied(),
            // Against the moment of the list: an old list is stale, its backups are not late.
            restorable_age: database
                .latest_restorable
                .map(|at| data.rds.databases.at().unwrap_or(now).duration_since(at).as_secs_f64()),
            pending_maintenance: data.rds.maintenance_of(&database.arn).len(),
            limits,
            level: Level::Unknown,
            old: false,
        };
        reading.level = reading.judge(database);
        reading
    }

    /// The row's level: that of its worst finding; without one, whether every check was made.
    #[must_use]
    pub fn judged(worst: Option<Severity>, whole: bool) -> Level {
        match worst {
            Some(Severity::Critical) => Level::Critical,
            Some(Severity::Warning) => Level::Warning,
            _ if whole => Level::Good,
            _ => Level::Unknown,
        }
    }

    fn judge(&self, database: &Database) -> Level {
        let levels = [
            status_level(database),
            self.cpu_level(),
            self.connections_level(),
            self.storage_level(database),
            self.runway_level(),
            self.lag_level(database),
            self.restorable_level(database),
        ];
        let worst = levels.into_iter().max().unwrap_or_default();
        // What serves and says nothing of itself is not known to be well.
        let serves = matches!(database.condition(), Condition::Healthy | Condition::Unknown);
        if worst == Level::Good && serves && levels.contains(&Level::Unknown) { Level::Unknown } else { worst }
    }

    /// CPU against the environment's limits.
    #[must_use]
    pub fn cpu_level(&self) -> Level {
        self.cpu.map_or(Level::Unknown, |cpu| Level::above(cpu, self.limits.cpu_warning, self.limits.cpu_critical))
    }

    /// Connections as a part of the class's default limit.
    #[must_use]
    pub fn connections_level(&self) -> Level {
        match (self.connections, self.max_connections) {
            (Some(now), Some(max)) if max > 0.0 => {
                Level::above(now / max, self.limits.connections_warning, self.limits.connections_critical)
            }
            _ => Level::Unknown,
        }
    }

    /// Free storage against the environment's limits.
    #[must_use]
    pub fn storage_level(&self, database: &Database) -> Level {
        match self.used {
            Some(used) if database.storage.allocated > 0 => {
                let limits = &self.limits;
                let used = used / f64::from(database.storage.allocated);
                Level::above(used, 1.0 - limits.free_storage_warning, 1.0 - limits.free_storage_critical)
            }
            _ => Level::Unknown,
        }
    }

    /// The runway against the environment's limits, in days.
    #[must_use]
    pub fn runway_level(&self) -> Level {
        self.runway.map_or(Level::Good, |r| {
            Level::above(-r.left.as_secs_f64() / DAY, -self.limits.runway_warning, -self.limits.runway_critical)
        })
    }

    /// Lag against the environment's limits; -1, and a `StatusInfos` entry that is not
    /// normal, mean that replication does not run.
    #[must_use]
    pub fn lag_level(&self, database: &Database) -> Level {
        if database.replication().is_some_and(|info| !info.normal) {
            return Level::Critical;
        }
        match self.lag {
            None if database.is_replica() => Level::Unknown,
            None => Level::Good,
            Some(lag) if lag < 0.0 => Level::Critical,
            Some(lag) => Level::above(lag, self.limits.lag_warning, self.limits.lag_critical),
        }
    }

    /// RDS uploads transaction logs every five minutes: a quarter of an hour is late.
    #[must_use]
    pub fn restorable_level(&self, database: &Database) -> Level {
        match self.restorable_age {
            Some(age) if database.backup_retention_days > 0 && database.condition() != Condition::Off => {
                Level::above(age, 900.0, 3600.0)
            }
            _ => Level::Good,
        }
    }
}

/// How bad a status is.
#[must_use]
pub fn status_level(database: &Database) -> Level {
    match database.condition() {
        Condition::Critical => Level::Critical,
        Condition::Changing | Condition::Healthy | Condition::Off => Level::Good,
        Condition::Unknown => Level::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_good_only_when_every_check_was_made() {
        assert_eq!(Reading::judged(None, true), Level::Good);
        assert_eq!(Reading::judged(None, false), Level::Unknown);
        assert_eq!(Reading::judged(Some(Severity::Info), false), Level::Unknown);
        assert_eq!(Reading::judged(Some(Severity::Warning), false), Level::Warning);
        assert!(Level::Unknown.urgency() > Level::Good.urgency());
    }
}
