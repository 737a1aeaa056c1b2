//! CloudWatch: datapoints.
//!
//! Limits from the CloudWatch API reference: `GetMetricData` takes 500 queries and gives 100,800
//! datapoints a call.

use std::collections::BTreeMap;
use std::ops::Range;

use aws_sdk_cloudwatch::types::{
    Dimension, Metric as SdkMetric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StatusCode,
};
use aws_smithy_types::DateTime;

use super::error::fault;
use super::pages::Markers;
use super::{GET_METRIC_DATA, Session};
use crate::collect::metrics::{MetricAnswer, MetricCall, MetricQuery};
use crate::domain::Fault;

/// The namespace of RDS's metrics.
const NAMESPACE: &str = "AWS/RDS";
/// The dimension that names a DB instance.
const DATABASE: &str = "DBInstanceIdentifier";

/// Reads the datapoints of a call, all pages of them.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub async fn metric_data(session: &Session, region: &str, call: &MetricCall) -> Result<MetricAnswer, Fault> {
    let mut joined = Joined::new(call);
    if call.queries.is_empty() {
        return Ok(joined.finish());
    }
    let queries = call.queries.iter().enumerate().map(|(i, q)| query(i, q, call.period)).collect();
    let cut = results(session, region, queries, &call.window, |result| joined.take(result)).await?;
    joined.cut = cut;
    Ok(joined.finish())
}

/// Asks for datapoints, all pages of them, and hands on each piece of the answer; whether AWS said that it left
/// something out.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`crate::domain::FaultKind::BrokenAnswer`].
pub(super) async fn results(
    session: &Session,
    region: &str,
    queries: Vec<MetricDataQuery>,
    window: &Range<i64>,
    mut take: impl FnMut(&MetricDataResult),
) -> Result<bool, Fault> {
    let client = session.cloudwatch(region);
    let (mut pages, mut token, mut cut) = (Markers::default(), None, false);
    loop {
        let page = client
            .get_metric_data()
            .set_metric_data_queries(Some(queries.clone()))
            .start_time(DateTime::from_secs(window.start))
            .end_time(DateTime::from_secs(window.end))
            .scan_by(ScanBy::TimestampAscending)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), GET_METRIC_DATA, &error))?;
        // A message about the whole call says that something was left out.
        cut |= page.messages.is_some_and(|messages| !messages.is_empty());
        for result in page.metric_data_results.unwrap_or_default() {
            take(&result);
        }
        token = pages.next(GET_METRIC_DATA, page.next_token, 0)?;
        if token.is_none() {
            return Ok(cut);
        }
    }
}

/// The unit is left unset: with one, CloudWatch gives only what was published in that unit.
fn query(index: usize, query: &MetricQuery, period: u32) -> MetricDataQuery {
    let dimension = Dimension::builder().name(DATABASE).value(&*query.database).build();
    let metric =
        SdkMetric::builder().namespace(NAMESPACE).metric_name(query.metric.name()).dimensions(dimension).build();
    let stat = MetricStat::builder()
        .metric(metric)
        .period(i32::try_from(period).unwrap_or(i32::MAX))
        .stat(query.metric.statistic().name())
        .build();
    MetricDataQuery::builder().id(format!("q{index}")).metric_stat(stat).return_data(true).build()
}

/// The pieces of an answer, put together by query id: one query's datapoints may be spread over
/// pages (`PartialData`). Only what was asked for is taken, one value a period, so that no answer
/// grows beyond its question.
#[derive(Debug)]
struct Joined<'a> {
    call: &'a MetricCall,
    /// By the start of the period.
    points: Vec<BTreeMap<i64, f64>>,
    /// The last status of each query was `Complete`.
    complete: Vec<bool>,
    /// AWS said that it left something out.
    cut: bool,
}

impl<'a> Joined<'a> {
    fn new(call: &'a MetricCall) -> Self {
        let queries = call.queries.len();
        Self { call, points: vec![BTreeMap::new(); queries], complete: vec![false; queries], cut: false }
    }

    fn take(&mut self, result: &MetricDataResult) {
        let Some(index) = result.id().and_then(|id| id.strip_prefix('q')?.parse::<usize>().ok()) else {
            return;
        };
        let (Some(points), Some(complete)) = (self.points.get_mut(index), self.complete.get_mut(index)) else {
            return;
        };
        for (at, value) in result.timestamps().iter().zip(result.values()).filter(|(_, value)| !value.is_nan()) {
            if let Some(start) = self.call.period_of(at.secs()) {
                points.entry(start).or_insert(*value);
            }
        }
        *complete = result.status_code() == Some(&StatusCode::Complete);
    }

    fn finish(self) -> MetricAnswer {
        let partial = self.cut || self.complete.contains(&false);
        MetricAnswer { points: self.points.into_iter().map(|points| points.into_iter().collect()).collect(), partial }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Metric;

    fn result(id: &str, points: &[(i64, f64)], status: StatusCode) -> MetricDataResult {
        MetricDataResult::builder()
            .id(id)
            .set_timestamps(Some(points.iter().map(|(at, _)| DateTime::from_secs(*at)).collect()))
            .set_values(Some(points.iter().map(|(_, value)| *value).collect()))
            .status_code(status)
            .build()
    }

    /// A call for the first hour with so many queries.
    fn call(queries: usize) -> MetricCall {
        let query = MetricQuery { database: "db".into(), metric: Metric::ReplicaLag };
        MetricCall { period: 60, window: 0..3600, queries: vec![query; queries] }
    }

    #[test]
    fn pieces_are_joined_by_id() {
        let asked = call(2);
        let mut joined = Joined::new(&asked);
        joined.take(&result("q1", &[(60, 1.0)], StatusCode::PartialData));
        joined.take(&result("q0", &[], StatusCode::Complete));
        joined.take(&result("q1", &[(120, 2.0), (180, f64::NAN)], StatusCode::Complete));
        joined.take(&result("q7", &[(0, 9.0)], StatusCode::Complete));
        joined.take(&result("hello", &[(0, 9.0)], StatusCode::Complete));
        let answer = joined.finish();
        assert_eq!(answer, MetricAnswer { points: vec![vec![], vec![(60, 1.0), (120, 2.0)]], partial: false });
    }

    #[test]
    fn what_is_not_complete_at_the_end_is_partial() {
        let (one, none) = (call(1), call(0));
        for status in [StatusCode::PartialData, StatusCode::InternalError, StatusCode::Forbidden] {
            let mut joined = Joined::new(&one);
            joined.take(&result("q0", &[(60, 1.0)], status));
            assert!(joined.finish().partial);
        }
        assert!(Joined::new(&one).finish().partial, "a query that was not answered");
        assert!(!Joined::new(&none).finish().partial);
    }

    #[test]
    fn only_what_was_asked_for_is_taken() {
        let asked = call(1);
        let mut joined = Joined::new(&asked);
        // The last second of year 9999, and long before there were clocks.
        let absurd = [(253_402_300_799, 1.0), (-1_000_000_000_000, 2.0), (i64::MAX, 3.0), (i64::MIN, 4.0), (3600, 5.0)];
        joined.take(&result("q0", &absurd, StatusCode::PartialData));
        let many: Vec<(i64, f64)> = (0..1_000_000).map(|n| (n - 500_000, 7.0)).collect();
        joined.take(&result("q0", &many, StatusCode::PartialData));
        let answer = joined.finish();
        assert_eq!(answer.points[0], (0..60).map(|n| (n * 60, 7.0)).collect::<Vec<_>>());
        assert!(answer.partial);
    }
}
