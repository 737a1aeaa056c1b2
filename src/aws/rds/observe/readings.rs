//! The newest metrics of the environment's DB instances, for a plan's consequences.

use jiff::Timestamp;

use super::not_read;
use crate::aws::{Session, cloudwatch};
use crate::collect::metrics::{MetricAnswer, MetricCall, MetricQuery, QUERIES_PER_CALL};
use crate::domain::{Database, Metric};
use crate::services::rds::seen::{Part, Readings, Unread};

/// What a plan speaks of.
const METRICS: [Metric; 4] =
    [Metric::DatabaseConnections, Metric::ReplicaLag, Metric::FreeStorageSpace, Metric::CPUUtilization];
/// Seconds of a datapoint.
const PERIOD: i64 = 60;
/// Seconds that are asked for: a datapoint comes some minutes late, an older one says nothing.
const WINDOW: i64 = 15 * 60;
/// Bytes of a GiB.
const GIB: f64 = 1_073_741_824.0;

/// The readings of every instance of which there are any, and what could not be read.
pub(super) async fn read(session: &Session, databases: &[Database], at: Timestamp) -> (Vec<Readings>, Vec<Unread>) {
    let calls = calls(databases, at);
    let mut asked = Vec::new();
    for (region, call) in &calls {
        asked.push(Box::pin(cloudwatch::metric_data(session, region, call)));
    }
    let answers = futures_util::future::join_all(asked).await;
    let (mut readings, mut missing): (Vec<Readings>, Vec<Unread>) = (Vec::new(), Vec::new());
    for ((region, call), answer) in calls.iter().zip(answers) {
        match answer {
            Ok(answer) => {
                if answer.partial {
                    let why = "CloudWatch did not give all of them".to_owned();
                    missing.push(Unread { part: Part::Metrics(region.clone()), why });
                }
                take(&mut readings, region, call, &answer);
            }
            Err(fault) => missing.push(not_read(Part::Metrics(region.clone()), &fault)),
        }
    }
    (readings, missing)
}

/// As few calls as AWS allows: one a region for up to 125 instances.
fn calls(databases: &[Database], at: Timestamp) -> Vec<(String, MetricCall)> {
    let end = (at.as_second().div_euclid(PERIOD) + 1) * PERIOD;
    let mut regions: Vec<&str> = databases.iter().map(|database| database.region.as_str()).collect();
    regions.sort_unstable();
    regions.dedup();
    let mut calls = Vec::new();
    for region in regions {
        let queries: Vec<MetricQuery> = databases
            .iter()
            .filter(|database| database.region == region)
            .flat_map(|database| {
                let applies = METRICS.into_iter().filter(move |metric| metric.applies_to(database));
                applies.map(move |metric| MetricQuery { database: database.id.as_str().into(), metric })
            })
            .collect();
        for queries in queries.chunks(QUERIES_PER_CALL) {
            let call = MetricCall { period: PERIOD as u32, window: end - WINDOW..end, queries: queries.to_vec() };
            calls.push((region.to_owned(), call));
        }
    }
    calls
}

/// Takes the newest datapoint of each query.
fn take(readings: &mut Vec<Readings>, region: &str, call: &MetricCall, answer: &MetricAnswer) {
    for (query, points) in call.queries.iter().zip(&answer.points) {
        let Some((second, value)) = points.last().copied() else { continue };
        let known = readings.iter().position(|r| r.region == region && *r.database == *query.database);
        let index = known.unwrap_or_else(|| {
            let (region, database) = (region.to_owned(), query.database.to_string());
            readings.push(Readings { region, database, ..Readings::default() });
            readings.len() - 1
        });
        let Some(reading) = readings.get_mut(index) else { continue };
        match query.metric {
            Metric::DatabaseConnections => reading.connections = Some(value),
            Metric::ReplicaLag => {
                reading.lag = Some(value);
                reading.lag_at = Timestamp::from_second(second).ok();
            }
            Metric::FreeStorageSpace => reading.free_storage = Some(value / GIB),
            Metric::CPUUtilization => reading.cpu = Some(value),
            _ => continue,
        }
        reading.at = reading.at.max(Timestamp::from_second(second).ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(id: &str, region: &str, source: Option<&str>) -> Database {
        Database { id: id.into(), region: region.into(), source: source.map(Into::into), ..Database::default() }
    }

    fn at() -> Timestamp {
        "2026-11-22T03:12:44Z".parse().unwrap()
    }

    #[test]
    fn one_call_a_region_and_lag_for_replicas_only() {
        let calls = calls(
            &[
                database("db", "us-east-1", None),
                database("db-r", "us-east-1", Some("db")),
                database("db-dr", "us-west-2", Some("arn:aws:rds:us-east-1:1:db:db")),
            ],
            at(),
        );
        let told: Vec<_> = calls.iter().map(|(region, call)| (region.as_str(), call.queries.len())).collect();
        assert_eq!(told, [("us-east-1", 7), ("us-west-2", 4)]);
        let window = &calls[0].1.window;
        assert!(window.end > at().as_second() && window.end - at().as_second() <= PERIOD, "{window:?}");
        assert_eq!((window.start % PERIOD, window.end % PERIOD), (0, 0));
    }

    #[test]
    fn a_large_environment_is_asked_in_pieces() {
        let many: Vec<Database> = (0..300).map(|i| database(&format!("db-{i}"), "us-east-1", None)).collect();
        let sizes: Vec<usize> = calls(&many, at()).iter().map(|(_, call)| call.queries.len()).collect();
        assert_eq!(sizes, [500, 400]);
    }

    #[test]
    fn the_newest_datapoint_counts_and_none_stays_unknown() {
        let calls = calls(&[database("db", "us-east-1", Some("x"))], at());
        let (region, call) = &calls[0];
        let points = call
            .queries
            .iter()
            .map(|query| match query.metric {
                Metric::DatabaseConnections => vec![(60, 7.0), (120, 9.0)],
                Metric::ReplicaLag => vec![(180, -1.0)],
                Metric::FreeStorageSpace => vec![(60, 2.0 * GIB)],
                _ => vec![],
            })
            .collect();
        let mut readings = Vec::new();
        take(&mut readings, region, call, &MetricAnswer { points, partial: false });
        let expected = Readings {
            region: "us-east-1".into(),
            database: "db".into(),
            connections: Some(9.0),
            lag: Some(-1.0),
            lag_at: Timestamp::from_second(180).ok(),
            free_storage: Some(2.0),
            cpu: None,
            at: Timestamp::from_second(180).ok(),
        };
        assert_eq!(readings, [expected]);
    }
}
