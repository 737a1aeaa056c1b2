//! Health rules of DB instances: what is known of one in, what is wrong with it out.
//!
//! Pure. The engine is `crate::health`, which judges [`DbInstances`] by the rules here. A rule lives in the file of
//! its family under `rules`; it says which instances it judges, and gives a verdict with its evidence.

#[cfg(test)]
mod advised;
mod coverage;
mod lifecycle;
mod rules;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::{Kind, On, Read};
use crate::collect::metrics::Measured;
use crate::domain::database::Condition;
use crate::domain::finding::About;
use crate::domain::runway::Runway;
use crate::domain::threshold::Thresholds;
use crate::domain::{Database, Event, MaintenanceAction, Metric, Series, Since};
use crate::health::{self, Judged, Limits, reading};

use super::data::{TABLE_PERIOD, TREND_PERIOD, VITALS_PERIOD};

pub use coverage::{NEEDED, coverage, title};
pub use lifecycle::{EngineSupport, engine_support};

/// One check of a DB instance.
pub type Rule = health::Rule<DbInstances>;
/// What a check of a DB instance sees.
pub type Case<'a> = health::Case<'a, DbInstances>;
/// What a check of a DB instance found.
pub type Verdict = health::Verdict<Kind>;

/// DB instances, for the rules to judge: whatever `DescribeDBInstances` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DbInstances;

impl Judged for DbInstances {
    type Subject<'a> = Subject<'a>;
    type Read = Read;
    type Operation = Kind;

    const ABOUT: About = About::DbInstance;
    const LISTED: Read = Read::Databases;

    fn rules() -> impl Iterator<Item = &'static Rule> {
        rules::all()
    }

    fn resource<'s>(subject: &'s Subject<'_>) -> (&'s str, &'s str) {
        (&subject.database.id, &subject.database.arn)
    }
}

/// A DB instance and everything that the rules look at.
///
/// Of its metrics they read: CPU, connections, free storage and lag at 60 s
/// over the last hour, and [`Metric::VITALS`] at 300 s over the last three hours.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The instance as it was listed.
    pub database: &'a Database,
    /// The series of its metrics.
    pub metrics: Measured<'a>,
    /// How long storage lasts, from a week of hourly values.
    pub runway: Option<Runway>,
    /// The grave events of this instance, oldest first.
    pub events: &'a [Event],
    /// Pending maintenance of this instance.
    pub maintenance: Vec<&'a MaintenanceAction>,
    /// Metrics have been read: a series without values means that AWS has none.
    pub metrics_known: bool,
    /// The vitals have been read: what is not among them AWS does not give.
    pub vitals_known: bool,
    /// Pending maintenance has been read.
    pub maintenance_known: bool,
    /// The environment's recovery point objective.
    pub rpo: Option<Duration>,
    /// Where the environment's rules draw their lines.
    pub thresholds: &'a Thresholds,
}

impl Subject<'_> {
    /// RDS for PostgreSQL, an instance of its own: backups, replication and storage of others are not theirs.
    fn is_postgres(&self) -> bool {
        self.database.is_postgres()
    }

    /// It runs, so that metrics and restore points can be expected of it.
    fn runs(&self) -> bool {
        self.database.condition() != Condition::Off && self.database.status != "creating"
    }

    /// It runs and metrics have been read.
    fn is_measured(&self) -> bool {
        self.metrics_known && self.runs()
    }

    /// It runs, and AWS gives this one of the vitals for it. Before they are read, those that it
    /// gives for every instance of the class count as given.
    fn gives(&self, metric: Metric) -> bool {
        let told = match self.metrics.series(metric, VITALS_PERIOD) {
            Some(series) => series.last().is_some(),
            None => {
                !self.vitals_known && metric != Metric::OldestReplicationSlotLag && metric.applies_to(self.database)
            }
        };
        told && self.is_measured()
    }
}

impl Case<'_> {
    /// The DB instance.
    fn database(&self) -> &Database {
        self.subject.database
    }

    /// Where the rules of its environment draw their lines.
    fn thresholds(&self) -> &Thresholds {
        self.subject.thresholds
    }

    /// The values of a metric over its newest `span` seconds, oldest first; see [`reading::recent`].
    fn recent(&self, metric: Metric, period: u32, span: i64) -> Vec<(i64, f64)> {
        self.series(metric, period).map_or_else(Vec::new, |series| reading::recent(series, span))
    }

    /// Since when a metric has been beyond a limit without having recovered by its margin.
    fn since(&self, metric: Metric, period: u32, limits: Limits) -> Option<Since> {
        self.series(metric, period).and_then(|series| reading::passed(series, limits))
    }

    /// The series of a metric at a period.
    fn series(&self, metric: Metric, period: u32) -> Option<&Series> {
        self.subject.metrics.series(metric, period)
    }
}

impl Verdict {
    /// It is one about the values of a metric, and began where they passed these limits.
    fn beyond(mut self, case: &Case<'_>, metric: Metric, period: u32, limits: Limits) -> Self {
        self.since = case.since(metric, period, limits);
        self.limits = Some(limits);
        self
    }

    /// With the operation that the advice comes to, if it can be planned for the instance as it is.
    fn by(mut self, operation: Kind, database: &Database) -> Self {
        self.operation = operation.unavailable(On::Database(database)).is_none().then_some(operation);
        self
    }
}
