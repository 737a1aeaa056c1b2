//! CloudWatch alarms.

use jiff::Timestamp;

use super::Metric;

/// `StateValue` of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlarmState {
    Alarm,
    InsufficientData,
    Ok,
}

/// A CloudWatch metric alarm (`DescribeAlarms`), text cleaned.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    pub name: String,
    pub arn: String,
    pub state: AlarmState,
    /// `StateReason`.
    pub reason: String,
    /// `StateTransitionedTimestamp`, or `StateUpdatedTimestamp` where that is missing.
    pub since: Option<Timestamp>,
    /// `DBInstanceIdentifier` among its dimensions, if it watches a DB instance.
    pub database: Option<String>,
    /// The metric, if it is one that we chart.
    pub metric: Option<Metric>,
    /// `MetricName` as AWS has it.
    pub metric_name: String,
    pub threshold: Option<f64>,
    /// `ComparisonOperator`, for example `GreaterThanThreshold`.
    pub comparison: String,
    /// Seconds.
    pub period: i32,
    pub evaluation_periods: i32,
}
