//! A database with its metrics and events, for the tests of the rules.

use std::time::Duration;

use jiff::Timestamp;

use crate::collect::metrics::{MetricAnswer, MetricCall, MetricQuery, MetricStore};
use crate::domain::database::{StatusInfo, Storage};
use crate::domain::finding::{Finding, Severity};
use crate::domain::runway::Runway;
use crate::domain::threshold::Thresholds;
use crate::domain::{Database, Event, MaintenanceAction, Metric};

use super::{DbInstances, Subject};
use crate::health::examine;
use crate::health::words::GIB;

/// The moment of the tests, 2026-11-18: the start of a minute, of five minutes and of an hour.
pub const NOW: i64 = 1_794_999_600;

pub fn now() -> Timestamp {
    ago(0)
}

/// So many seconds before the moment of the tests.
pub fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW - seconds).expect("in range")
}

/// What the rules look at, owned.
pub struct Bed {
    pub database: Database,
    pub store: MetricStore,
    answers: Vec<(MetricCall, MetricAnswer)>,
    pub runway: Option<Runway>,
    pub events: Vec<Event>,
    pub maintenance: Vec<MaintenanceAction>,
    pub metrics_known: bool,
    pub vitals_known: bool,
    pub rpo: Option<Duration>,
    pub thresholds: Thresholds,
}

impl Bed {
    /// A primary that is well: db.m6g.large, 100 GiB, backups on.
    pub fn healthy() -> Self {
        let database = Database {
            id: "db".into(),
            arn: "arn:aws:rds:us-east-1:1:db:db".into(),
            region: "us-east-1".into(),
            status: "available".into(),
            class: "db.m6g.large".into(),
            engine: "postgres".into(),
            engine_version: "17.5".into(),
            zone: Some("us-east-1a".into()),
            storage: Storage { allocated: 100, ..Storage::default() },
            created: Some(ago(400 * 86_400)),
            latest_restorable: Some(ago(200)),
            backup_retention_days: 7,
            certificate_valid_till: Some(ago(-300 * 86_400)),
            ..Database::default()
        };
        let bed = Self {
            database,
            store: MetricStore::default(),
            answers: Vec::new(),
            runway: None,
            events: Vec::new(),
            maintenance: Vec::new(),
            metrics_known: true,
            vitals_known: true,
            rpo: None,
            thresholds: Thresholds::default(),
        };
        bed.at_60(Metric::CPUUtilization, |_| Some(30.0))
            .at_60(Metric::DatabaseConnections, |_| Some(50.0))
            .at_60(Metric::FreeStorageSpace, |_| Some(50.0 * GIB))
            .at_300(Metric::ReadLatency, |_| Some(0.001))
            .at_300(Metric::WriteLatency, |_| Some(0.002))
            .at_300(Metric::FreeableMemory, |_| Some(3.0 * GIB))
            .at_300(Metric::MaximumUsedTransactionIDs, |_| Some(150e6))
    }

    /// A replica that is well.
    pub fn replica() -> Self {
        let mut bed = Self::healthy().at_60(Metric::ReplicaLag, |_| Some(0.5));
        bed.database.source = Some("source-db".into());
        bed.database.backup_retention_days = 0;
        bed.database.latest_restorable = None;
        bed.database.status_infos = vec![StatusInfo {
            kind: "read replication".into(),
            status: "replicating".into(),
            normal: true,
            message: String::new(),
        }];
        bed
    }

    /// One hour of a metric at 60 s; the function is told how many seconds ago.
    pub fn at_60(self, metric: Metric, value: impl Fn(i64) -> Option<f64>) -> Self {
        self.with(metric, 60, 3600, value)
    }

    /// Three hours of a metric at 300 s.
    pub fn at_300(self, metric: Metric, value: impl Fn(i64) -> Option<f64>) -> Self {
        self.with(metric, 300, 3 * 3600, value)
    }

    /// So many hours of a metric at one hour.
    pub fn hourly(self, metric: Metric, hours: i64, value: impl Fn(i64) -> Option<f64>) -> Self {
        self.with(metric, 3600, hours * 3600, value)
    }

    fn with(mut self, metric: Metric, period: u32, reach: i64, value: impl Fn(i64) -> Option<f64>) -> Self {
        let step = i64::from(period);
        let points =
            (1..=reach / step).rev().filter_map(|i| Some((NOW - i * step, value(i * step)?))).collect::<Vec<_>>();
        let query = MetricQuery { database: self.database.id.as_str().into(), metric };
        let call = MetricCall { period, window: NOW - reach..NOW, queries: vec![query] };
        self.answers.retain(|(old, _)| old.queries != call.queries || old.period != call.period);
        self.answers.push((call, MetricAnswer { points: vec![points], partial: false }));
        // Anew, because an answer leaves in place what an earlier one said.
        self.store = MetricStore::default();
        for (call, answer) in &self.answers {
            self.store.merge(call, answer, 86_400);
        }
        self
    }

    /// An event of this instance.
    pub fn event(mut self, seconds_ago: i64, category: &str, message: &str) -> Self {
        self.events.push(Event {
            at: ago(seconds_ago),
            source: self.database.id.clone(),
            message: message.into(),
            categories: vec![category.into()],
        });
        self
    }

    pub fn subject(&self) -> Subject<'_> {
        Subject {
            database: &self.database,
            metrics: self.store.of(&self.database.id),
            runway: self.runway,
            events: &self.events,
            maintenance: self.maintenance.iter().collect(),
            metrics_known: self.metrics_known,
            vitals_known: self.vitals_known,
            maintenance_known: true,
            rpo: self.rpo,
            thresholds: &self.thresholds,
        }
    }

    pub fn findings(&self) -> Vec<Finding> {
        self.findings_where(&|_| None)
    }

    pub fn findings_where(&self, standing: &dyn Fn(&'static str) -> Option<Severity>) -> Vec<Finding> {
        examine::<DbInstances>(&self.subject(), now(), standing)
    }

    /// The one finding of a rule.
    pub fn finding(&self, rule: &str) -> Option<Finding> {
        self.findings().into_iter().find(|finding| finding.rule == rule)
    }

    /// The severity that a rule gives.
    pub fn severity(&self, rule: &str) -> Option<Severity> {
        self.finding(rule).map(|finding| finding.severity)
    }

    /// The severity that a rule gives where its finding stands already.
    pub fn severity_after(&self, rule: &str, standing: Severity) -> Option<Severity> {
        self.findings_where(&|_| Some(standing)).into_iter().find(|f| f.rule == rule).map(|f| f.severity)
    }
}
