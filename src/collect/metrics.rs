//! Packing metrics into as few `GetMetricData` calls as AWS allows, and only what is missing.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use crate::domain::{Metric, Series};

/// Queries in one `GetMetricData` call (API reference, `MetricDataQueries`).
pub const QUERIES_PER_CALL: usize = 500;
/// Datapoints that one call returns at most (API reference, `GetMetricData`).
pub const DATAPOINTS_PER_CALL: usize = 100_800;
/// Newest periods that are asked for again: CloudWatch fills them late, and the period that was
/// running when it was asked for is only then complete.
const LATE_PERIODS: i64 = 3;
/// The least time for which datapoints may still come, seconds.
const LATE: i64 = 300;

/// How long before its end an answer may still grow.
fn late(metric: Metric, step: i64) -> i64 {
    let published = 2 * i64::from(metric.finest_period()) + 60;
    let seconds = (LATE_PERIODS * step).max(LATE).max(published);
    (seconds + step - 1).div_euclid(step) * step
}

/// One metric of one DB instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MetricQuery {
    /// `DBInstanceIdentifier`.
    pub database: Arc<str>,
    pub metric: Metric,
}

/// One `GetMetricData` call: at most 500 queries over one window at one period.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricCall {
    /// Seconds.
    pub period: u32,
    /// Seconds since the epoch, multiples of the period.
    pub window: Range<i64>,
    pub queries: Vec<MetricQuery>,
}

impl MetricCall {
    /// The start of the period that a moment is in (seconds); `None` when the call does not ask for it.
    #[must_use]
    pub fn period_of(&self, at: i64) -> Option<i64> {
        let step = i64::from(self.period.max(1));
        let start = |at: i64| at.div_euclid(step).saturating_mul(step);
        // CloudWatch rounds the beginning of what is asked for down to a whole period.
        (start(self.window.start)..self.window.end).contains(&at).then(|| start(at))
    }
}

/// The answer to a [`MetricCall`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetricAnswer {
    /// Datapoints of each query, in the order of the call's queries, oldest first.
    pub points: Vec<Vec<(i64, f64)>>,
    /// AWS did not give everything (`StatusCode` other than `Complete` after the last page).
    pub partial: bool,
}

/// What is known of every metric of a site's DB instances.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MetricStore {
    /// Whoever writes them down shares them meanwhile.
    #[serde(with = "by_name")]
    databases: HashMap<Arc<str>, Arc<Vec<(Metric, Series)>>>,
}

/// The series of one DB instance.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured<'a>(&'a [(Metric, Series)]);

impl<'a> Measured<'a> {
    /// The series of a metric at a period (seconds).
    #[must_use]
    pub fn series(self, metric: Metric, period: u32) -> Option<&'a Series> {
        self.0.iter().find(|(m, s)| *m == metric && s.period() == period).map(|(_, s)| s)
    }

    /// The newest value at the finest period, if it is not older than `oldest` (seconds) and none that
    /// the metric cannot have came after it.
    #[must_use]
    pub fn latest(self, metric: Metric, oldest: i64) -> Option<f64> {
        let (at, value) = self.series(metric, metric.finest_period())?.newest()?;
        (at >= oldest && value.is_finite()).then_some(value)
    }
}

/// A shared name is written as the text that it is.
mod by_name {
    use std::collections::HashMap;
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::domain::{Metric, Series};

    type All = Vec<(Metric, Series)>;

    pub fn serialize<S: Serializer>(all: &HashMap<Arc<str>, Arc<All>>, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(all.iter().map(|(name, series)| (&**name, &**series)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<HashMap<Arc<str>, Arc<All>>, D::Error> {
        let all = HashMap::<String, All>::deserialize(from)?;
        Ok(all.into_iter().map(|(name, series)| (name.into(), series.into())).collect())
    }
}

impl MetricStore {
    /// The series of a metric at a period (seconds).
    #[must_use]
    pub fn series(&self, database: &str, metric: Metric, period: u32) -> Option<&Series> {
        self.of(database).series(metric, period)
    }

    /// What is known of one DB instance: for whoever asks more than once.
    #[must_use]
    pub fn of(&self, database: &str) -> Measured<'_> {
        Measured(self.databases.get(database).map_or(&[], |all| all.as_slice()))
    }

    /// The newest value at the finest period, if it is not older than `oldest` (seconds) and none that
    /// the metric cannot have came after it.
    #[must_use]
    pub fn latest(&self, database: &str, metric: Metric, oldest: i64) -> Option<f64> {
        self.of(database).latest(metric, oldest)
    }

    /// Takes in an answer; keeps at most `keep` seconds of each series. Nothing is taken that the call
    /// did not ask for, and a value that the metric cannot have is kept as impossible.
    pub fn merge(&mut self, call: &MetricCall, answer: &MetricAnswer, keep: i64) {
        for (query, points) in call.queries.iter().zip(&answer.points) {
            let taken = || points.iter().copied().filter(|(at, _)| call.window.contains(at));
            let window = match (answer.partial, taken().map(|(at, _)| at).min(), taken().map(|(at, _)| at).max()) {
                (false, ..) => call.window.clone(),
                // What AWS held back stays missing, and is asked for again.
                (true, Some(first), Some(last)) => {
                    first..last.saturating_add(i64::from(call.period)).min(call.window.end)
                }
                (true, ..) => continue,
            };
            let all = Arc::make_mut(self.databases.entry(query.database.clone()).or_default());
            let position = all.iter().position(|(m, s)| *m == query.metric && s.period() == call.period);
            let index = position.unwrap_or_else(|| {
                all.push((query.metric, Series::new(call.period)));
                all.len() - 1
            });
            if let Some((_, series)) = all.get_mut(index) {
                let possible = |value: f64| if query.metric.can_be(value) { value } else { f64::INFINITY };
                series.merge(window, taken().map(|(at, value)| (at, possible(value))));
                series.forget_before(call.window.end.saturating_sub(keep));
            }
        }
    }

    /// Forgets the databases that `keep` refuses.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.databases.retain(|id, _| keep(id));
    }
}

/// Calls that are being put together: only the parts that are missing and the newest periods before now again, never more
/// than 500 queries or 100,800 datapoints a call. None where nothing is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Packing {
    period: u32,
    step: i64,
    window: Range<i64>,
    /// The end of the period that now is in.
    present: i64,
    groups: BTreeMap<(i64, i64), Vec<MetricCall>>,
}

impl Packing {
    /// Of nothing yet, over `window` (seconds) at `period`.
    #[must_use]
    pub fn new(period: u32, window: Range<i64>, now: i64) -> Self {
        let step = i64::from(period.max(1));
        let end = window.end.saturating_add(step - 1).div_euclid(step).saturating_mul(step);
        let window = window.start.div_euclid(step).saturating_mul(step)..end;
        Self { period, step, window, present: now.div_euclid(step) * step + step, groups: BTreeMap::new() }
    }

    /// What brings these up to date, too.
    pub fn take(&mut self, store: &MetricStore, wanted: impl IntoIterator<Item = MetricQuery>) {
        // The metrics of one come after each other: it is looked up once.
        let mut current: Option<(Arc<str>, Measured<'_>)> = None;
        for query in wanted {
            let known = match &current {
                Some((database, known)) if Arc::ptr_eq(database, &query.database) => *known,
                _ => current.insert((query.database.clone(), store.of(&query.database))).1,
            };
            let window = self.window.clone();
            let missing = known
                .series(query.metric, self.period)
                .map_or_else(|| Series::default().missing(window.clone()), |series| series.missing(window.clone()));
            let late = late(query.metric, self.step);
            let settled = self.present - late;
            let mut tail = settled.max(window.start).min(window.end)..window.end;
            for part in missing {
                if part.end >= tail.start {
                    // The end of what is covered was not settled when it was read.
                    tail.start = tail.start.min(part.start - late).max(window.start);
                } else {
                    self.ask(part, query.clone());
                }
            }
            if !tail.is_empty() {
                self.ask(tail, query);
            }
        }
    }

    fn ask(&mut self, window: Range<i64>, query: MetricQuery) {
        let group = self.groups.entry((window.start, window.end)).or_default();
        let points = usize::try_from((window.end - window.start) / self.step).unwrap_or(1).max(1);
        let size = (DATAPOINTS_PER_CALL / points).clamp(1, QUERIES_PER_CALL);
        match group.last_mut().filter(|call| call.queries.len() < size) {
            Some(call) => call.queries.push(query),
            None => group.push(MetricCall { period: self.period, window, queries: vec![query] }),
        }
    }

    /// All of them.
    #[must_use]
    pub fn calls(self) -> Vec<MetricCall> {
        self.groups.into_values().flatten().collect()
    }
}

/// The calls that bring `wanted` over `window` (seconds) at `period` up to date ([`Packing`]). Empty when nothing is
/// missing.
#[must_use]
pub fn calls(
    store: &MetricStore,
    wanted: impl IntoIterator<Item = MetricQuery>,
    period: u32,
    window: Range<i64>,
    now: i64,
) -> Vec<MetricCall> {
    let mut packing = Packing::new(period, window, now);
    packing.take(store, wanted);
    packing.calls()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queries(databases: usize, metrics: &[Metric]) -> Vec<MetricQuery> {
        (0..databases)
            .flat_map(|i| {
                let database: Arc<str> = format!("db-{i}").into();
                metrics.iter().map(move |m| MetricQuery { database: database.clone(), metric: *m })
            })
            .collect()
    }

    #[test]
    fn five_thousand_databases_with_twelve_metrics_take_120_calls() {
        let wanted = queries(5000, &Metric::CHARTED[..12]);
        let calls = calls(&MetricStore::default(), wanted, 60, 0..3600, 3600);
        assert_eq!(calls.len(), 120);
        assert!(calls.iter().all(|c| c.queries.len() == 500));
    }

    #[test]
    fn no_call_asks_for_more_datapoints_than_aws_gives() {
        for (period, window) in [(60, 0..14 * 86_400), (3600, 0..14 * 86_400), (60, 0..86_400)] {
            for call in
                calls(&MetricStore::default(), queries(600, &Metric::CHARTED[..2]), period, window.clone(), window.end)
            {
                let points = usize::try_from((call.window.end - call.window.start) / i64::from(period)).expect("fits");
                assert!(points * call.queries.len() <= DATAPOINTS_PER_CALL);
            }
        }
    }

    #[test]
    fn a_second_refresh_asks_for_the_tail_only() {
        let wanted = queries(3, &[Metric::CPUUtilization]);
        let mut store = MetricStore::default();
        for call in calls(&store, wanted.clone(), 60, 0..3600, 3599) {
            store.merge(&call, &MetricAnswer { points: vec![vec![]; 3], partial: false }, 7200);
        }
        let again = calls(&store, wanted.clone(), 60, 60..3660, 3659);
        assert_eq!(again.iter().map(|c| c.window.clone()).collect::<Vec<_>>(), vec![3300..3660]);
        let gap = calls(&store, wanted, 60, 1800..5400, 5399);
        assert_eq!(gap.iter().map(|c| c.window.clone()).collect::<Vec<_>>(), vec![3300..5400]);
    }

    #[test]
    fn the_settled_past_is_asked_for_once_and_a_partial_answer_again() {
        let wanted = queries(1, &[Metric::CPUUtilization]);
        let mut store = MetricStore::default();
        let first = calls(&store, wanted.clone(), 60, 0..3600, 90_000);
        let held_back = MetricAnswer { points: vec![vec![(0, 1.0), (2940, 2.0)]], partial: true };
        store.merge(&first[0], &held_back, 7200);
        let again = calls(&store, wanted.clone(), 60, 0..3600, 90_000);
        assert_eq!(again.iter().map(|c| c.window.clone()).collect::<Vec<_>>(), vec![2700..3600]);
        store.merge(&again[0], &MetricAnswer { points: vec![vec![]], partial: false }, 7200);
        assert_eq!(calls(&store, wanted, 60, 0..3600, 90_000), vec![]);
    }

    #[test]
    fn a_new_database_gets_its_history_beside_the_tail_of_the_others() {
        let mut store = MetricStore::default();
        let old = queries(2, &[Metric::CPUUtilization]);
        for call in calls(&store, old, 60, 0..3600, 3599) {
            store.merge(&call, &MetricAnswer { points: vec![vec![]; 2], partial: false }, 7200);
        }
        let windows: Vec<_> = calls(&store, queries(3, &[Metric::CPUUtilization]), 60, 60..3660, 3659)
            .into_iter()
            .map(|c| (c.window, c.queries.len()))
            .collect();
        assert_eq!(windows, vec![(60..3660, 1), (3300..3660, 2)]);
    }

    #[test]
    fn an_answer_beyond_its_call_is_cut_to_it() {
        for partial in [true, false] {
            let mut store = MetricStore::default();
            let call = MetricCall { period: 60, window: 0..3600, queries: queries(1, &[Metric::ReplicaLag]) };
            // The last second of year 9999, and long before there were clocks.
            let mut points = vec![(-1_000_000_000_000, 9.0), (i64::MIN, 9.0), (60, 1.0), (3540, 2.0), (3600, 9.0)];
            points.extend([(253_402_300_799, 9.0), (i64::MAX, 9.0)]);
            points.extend((0..1_000_000).map(|n| (10_000_000 + n, 9.0)));
            store.merge(&call, &MetricAnswer { points: vec![points], partial }, 7200);
            let series = store.series("db-0", Metric::ReplicaLag, 60).unwrap();
            assert_eq!(series.points().collect::<Vec<_>>(), vec![(60, 1.0), (3540, 2.0)]);
            assert_eq!(series.covered(), if partial { 60..3600 } else { 0..3600 });
        }
    }

    #[test]
    fn a_value_that_the_metric_cannot_have_is_none() {
        let mut store = MetricStore::default();
        let call = MetricCall { period: 60, window: 0..300, queries: queries(1, &[Metric::CPUUtilization]) };
        let points = vec![vec![(0, -5.0), (60, 41.0), (120, 1e300), (180, f64::INFINITY), (240, 5000.0)]];
        store.merge(&call, &MetricAnswer { points, partial: false }, 7200);
        let series = store.series("db-0", Metric::CPUUtilization, 60).unwrap();
        assert_eq!(series.points().collect::<Vec<_>>(), vec![(60, 41.0)]);
        assert_eq!(series.impossible().collect::<Vec<_>>(), vec![0, 120, 180, 240]);
        assert_eq!(store.latest("db-0", Metric::CPUUtilization, 0), None);
    }

    #[test]
    fn a_file_cannot_name_a_moment_beyond_the_calendar() {
        for start in [i64::MIN, i64::MAX] {
            // Eight bytes are two values.
            let text = format!("{{\"period\":60,\"start\":{start},\"values\":\"8 bytes.\"}}");
            let s: Series = serde_json::from_str(&text).unwrap();
            let covered = s.covered();
            assert_eq!(covered.end - covered.start, 120);
        }
    }
}
