//! What of RDS is read, how often, what is asked for it, and what comes back.

use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::collect::metrics::{MetricAnswer, MetricCall};
use crate::collect::shared::share;
use crate::collect::{Attention, Readable};
use crate::domain::database::account_of;
use crate::domain::{Database, Event, MaintenanceAction, Metric, Snapshot};

/// One thing that is read as a whole and has one age.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Read {
    /// All DB instances of the site.
    Databases,
    /// The table's metrics, last hour at 60 s, of every DB instance of the site.
    Metrics,
    /// The metrics that only the health rules need, last three hours at 300 s.
    Vitals,
    /// Free storage of the last week at one hour, of every DB instance: for the runway.
    StorageTrend,
    /// Failovers, failures and full storage of the last 14 days, of all DB instances.
    Events,
    /// All pending maintenance of the site.
    Maintenance,
    /// All events of one DB instance, last 14 days.
    InstanceEvents(Arc<str>),
    /// Snapshots of one DB instance.
    Snapshots(Arc<str>),
    /// The charts of one DB instance at this period (seconds).
    History(Arc<str>, u32),
}

impl Read {
    /// It is wanted only while its DB instance is open.
    #[must_use]
    pub fn is_of_detail(&self) -> bool {
        matches!(self, Self::Snapshots(_) | Self::History(..) | Self::InstanceEvents(_))
    }
}

impl Readable for Read {
    fn title(&self) -> String {
        match self {
            Self::Databases => "databases".into(),
            Self::Maintenance => "pending maintenance".into(),
            Self::Events => "events".into(),
            Self::InstanceEvents(database) => format!("events of {database}"),
            Self::Metrics => "metrics".into(),
            Self::Vitals => "vitals".into(),
            Self::StorageTrend => "storage trend".into(),
            Self::Snapshots(database) => format!("snapshots of {database}"),
            Self::History(database, _) => format!("charts of {database}"),
        }
    }

    fn intervals(&self) -> [i64; 3] {
        match self {
            Self::Databases => [30, 60, 300],
            Self::Events => [60, 120, 600],
            Self::InstanceEvents(_) | Self::Snapshots(_) => [60, 600, 600],
            Self::Metrics => [60, 180, 600],
            Self::Vitals => [300, 300, 900],
            Self::Maintenance => [600, 1800, 3600],
            Self::StorageTrend => [1800, 3600, 7200],
            Self::History(_, period) => [i64::from(*period).max(60), 600, 600],
        }
    }

    fn is_of_periods(&self) -> bool {
        matches!(self, Self::Metrics | Self::Vitals | Self::StorageTrend | Self::History(..))
    }
}

/// One DB instance that fills the screen, and the time that its charts show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// `DBInstanceIdentifier`.
    pub id: Arc<str>,
    /// Seconds that a point of the charts covers.
    pub period: u32,
    /// Seconds since 1970.
    pub window: Range<i64>,
    /// Charted beside the usual metrics.
    pub beside: Vec<Metric>,
}

/// What of a site is worth reading, and how eagerly: its lists, its metrics, which are paid for, and what is beside the
/// table.
#[must_use]
pub fn wanted(list: Attention, paid: Attention, open: Option<&Opened>) -> Vec<(Read, Attention)> {
    let beside = if open.is_none() && list == Attention::Watched { Attention::Near } else { list };
    let mut wanted = vec![
        (Read::Databases, list),
        (Read::Metrics, paid),
        (Read::Vitals, paid),
        (Read::StorageTrend, paid),
        (Read::Maintenance, list),
        (Read::Events, beside),
    ];
    if let Some(open) = open {
        wanted.push((Read::Snapshots(open.id.clone()), Attention::Watched));
        wanted.push((Read::InstanceEvents(open.id.clone()), Attention::Watched));
        wanted.push((Read::History(open.id.clone(), open.period), Attention::Watched));
    }
    wanted
}

/// What exactly is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    Databases,
    Maintenance,
    Events { of: EventsOf, since: Timestamp, until: Timestamp },
    Snapshots { database: Arc<str> },
    Metrics { calls: Vec<MetricCall> },
}

/// Which events: a large account has hundreds of thousands, nearly all of them backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventsOf {
    /// Of all DB instances, the categories that somebody must know of.
    Grave,
    /// All of one DB instance.
    Database(Arc<str>),
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Databases(Vec<Arc<Database>>),
    Maintenance(Vec<MaintenanceAction>),
    Events {
        events: Vec<Event>,
        window: Range<Timestamp>,
    },
    Snapshots(Vec<Snapshot>),
    /// One of a request's metric calls; the request is still under way.
    MetricPart {
        call: MetricCall,
        answer: MetricAnswer,
    },
    /// All metric calls of the request have been answered.
    MetricsDone,
}

impl Answer {
    /// What has not changed since another answer to the same becomes the same record as there.
    pub fn share(&mut self, before: &Self) {
        if let (Self::Databases(fresh), Self::Databases(before)) = (self, before) {
            share(fresh, before, |database| &database.arn);
        }
    }

    /// It is a list of records that an answer to the same is worth being compared with.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self, Self::Databases(_))
    }

    /// The accounts that its ARNs are of: the credentials may have changed since we asked who we are.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        let databases = match self {
            Self::Databases(databases) => databases.as_slice(),
            _ => &[],
        };
        databases.iter().map(|database| account_of(&database.arn)).filter(|account| !account.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_attention_is_never_faster() {
        for read in [Read::Databases, Read::Events, Read::Metrics, Read::History("a".into(), 300)] {
            assert!(read.intervals().is_sorted(), "{}", read.title());
        }
    }
}
