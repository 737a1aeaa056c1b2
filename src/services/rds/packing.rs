//! The question for the metrics of many DB instances, put together part by part: thousands take longer than a key may
//! wait.

use std::sync::Arc;

use jiff::Timestamp;

use super::reads::Read;
use crate::collect::metrics::{MetricCall, MetricQuery, MetricStore, Packing};
use crate::domain::{Database, Metric};

/// The table's metrics cover the last hour.
pub const TABLE_WINDOW: i64 = 3600;
/// The storage trend covers the last week.
pub const TREND_WINDOW: i64 = 7 * 86_400;
/// The vitals cover the last three hours.
pub const VITALS_WINDOW: i64 = 3 * 3600;
/// Period of the table's metrics, seconds.
pub const TABLE_PERIOD: u32 = 60;
/// Period of the vitals, seconds.
pub const VITALS_PERIOD: u32 = 300;
/// Period of the storage trend, seconds.
pub const TREND_PERIOD: u32 = 3600;

/// DB instances whose metrics are packed at once: a millisecond or less.
pub const PART: usize = 256;
/// What was packed so long ago, seconds, asks for another time than is wanted.
const OLD: i64 = 30;

/// A question that is being put together.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricsPacking {
    pub read: Read,
    /// The moment of it, seconds.
    second: i64,
    metrics: &'static [Metric],
    packing: Packing,
    /// How many DB instances of the list are packed, and how many there are.
    next: usize,
    count: usize,
}

impl MetricsPacking {
    /// One of so many DB instances; none for a read that is of something else.
    #[must_use]
    pub fn of(read: &Read, count: usize, now: Timestamp) -> Option<Self> {
        let (metrics, period, window): (&'static [Metric], u32, i64) = match read {
            Read::Metrics => (&Metric::TABLE, TABLE_PERIOD, TABLE_WINDOW),
            Read::Vitals => (&Metric::VITALS, VITALS_PERIOD, VITALS_WINDOW),
            Read::StorageTrend => (&[Metric::FreeStorageSpace], TREND_PERIOD, TREND_WINDOW),
            _ => return None,
        };
        let second = now.as_second();
        let packing = Packing::new(period, second - window..second, second);
        Some(Self { read: read.clone(), second, metrics, packing, next: 0, count })
    }

    /// Packs the next DB instances.
    pub fn go_on(&mut self, databases: &[Arc<Database>], store: &MetricStore) {
        let part = databases.get(self.next..).unwrap_or_default();
        let part = &part[..part.len().min(PART)];
        self.packing.take(store, queries(part, self.metrics));
        self.next += PART;
    }

    /// Nothing is left to be packed.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.next >= self.count
    }

    /// It asks for another time than is wanted now.
    #[must_use]
    pub fn is_old(&self, now: Timestamp) -> bool {
        !(0..OLD).contains(&(now.as_second() - self.second))
    }

    /// What is asked.
    #[must_use]
    pub fn calls(self) -> Vec<MetricCall> {
        self.packing.calls()
    }
}

/// `wanted` of every instance that they apply to.
fn queries<'a>(databases: &'a [Arc<Database>], wanted: &'a [Metric]) -> impl Iterator<Item = MetricQuery> + 'a {
    databases.iter().flat_map(move |instance| {
        let database: Arc<str> = instance.id.as_str().into();
        wanted
            .iter()
            .filter(|metric| metric.applies_to(instance))
            .map(move |metric| MetricQuery { database: database.clone(), metric: *metric })
    })
}
