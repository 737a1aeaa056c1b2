//! What an alarm looks at, a metric or metric math, and how it judges it.
//!
//! Names and meanings are those of the CloudWatch API reference: `MetricAlarm`, `MetricDataQuery`, `MetricStat` and
//! `PutMetricAlarm`.

use crate::domain::Metric;
use crate::domain::metric::Unit;

/// A metric with the statistic of it that is read (`MetricStat`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlarmMetric {
    /// `Namespace`: `AWS/RDS`.
    pub namespace: String,
    /// `MetricName`.
    pub name: String,
    /// `Dimensions`, name and value, in AWS's order.
    pub dimensions: Vec<(String, String)>,
    /// `Statistic` or `ExtendedStatistic`: `Average`, `p90`, `TM(10%:90%)`; empty where neither is told.
    pub statistic: String,
    /// `Period`, seconds.
    pub period: Option<u32>,
    /// `Unit`: only what was published in this unit counts.
    pub unit: Option<String>,
}

impl AlarmMetric {
    /// The value of a dimension.
    #[must_use]
    pub fn dimension(&self, name: &str) -> Option<&str> {
        self.dimensions.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Whether its values are bytes: its unit says so, or RDS gives the metric in no other.
    #[must_use]
    pub fn is_of_bytes(&self) -> bool {
        if let Some(unit) = self.unit.as_deref() {
            unit == "Bytes"
        } else {
            let known = Metric::from_name(&self.name).filter(|_| self.namespace == "AWS/RDS");
            known.is_some_and(|metric| metric.unit() == Unit::Bytes)
        }
    }
}

/// An alarm on one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricWatch {
    pub metric: AlarmMetric,
    pub judged: Judgement,
}

/// An alarm on metric math, on a Metrics Insights query, on an anomaly detection band, or on a metric of another
/// account: whatever is written as a list of queries (`Metrics`).
#[derive(Debug, Clone, PartialEq)]
pub struct MathWatch {
    /// In AWS's order.
    pub queries: Vec<MathQuery>,
    /// `ThresholdMetricId`: the query that gives the band, in an alarm on anomalies.
    pub band: Option<String>,
    pub judged: Judgement,
}

impl MathWatch {
    /// The query whose values are judged: "one item in the Metrics array is the math expression that the alarm
    /// watches", the one with `ReturnData` (API reference, `MetricAlarm`, `Metrics`). In an alarm on anomalies the
    /// band returns its data too.
    #[must_use]
    pub fn watched(&self) -> Option<&MathQuery> {
        self.queries.iter().find(|query| query.returns_data && Some(&query.id) != self.band.as_ref())
    }

    /// The first metric that is read for it.
    #[must_use]
    pub fn metric(&self) -> Option<&AlarmMetric> {
        self.queries.iter().find_map(MathQuery::metric)
    }

    /// Seconds: the watched query's own, or those of the first metric that has any.
    #[must_use]
    pub fn period(&self) -> Option<u32> {
        let own = self.watched().and_then(|query| query.period.or_else(|| query.metric()?.period));
        own.or_else(|| self.queries.iter().find_map(|query| query.metric()?.period))
    }
}

/// One query of metric math (`MetricDataQuery`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MathQuery {
    /// `Id`, by which expressions name it.
    pub id: String,
    pub source: QuerySource,
    /// `Label`, for a person.
    pub label: Option<String>,
    /// `ReturnData`: its values are the result.
    pub returns_data: bool,
    /// `Period`, seconds; a metric has its own.
    pub period: Option<u32>,
    /// `AccountId`: the account that has the metrics, where it is another one.
    pub account: Option<String>,
}

impl MathQuery {
    /// The metric that it reads.
    #[must_use]
    pub fn metric(&self) -> Option<&AlarmMetric> {
        match &self.source {
            QuerySource::Metric(metric) => Some(metric),
            QuerySource::Expression(_) | QuerySource::Unknown => None,
        }
    }

    /// What it is in words: its label, its expression, or its metric's name.
    #[must_use]
    pub fn title(&self) -> &str {
        if let Some(label) = self.label.as_deref().filter(|label| !label.is_empty()) {
            return label;
        }
        match &self.source {
            QuerySource::Metric(metric) => &metric.name,
            QuerySource::Expression(text) => text,
            QuerySource::Unknown => &self.id,
        }
    }
}

/// Where the values of a query come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuerySource {
    /// `MetricStat`.
    Metric(AlarmMetric),
    /// `Expression`: metric math, or a Metrics Insights query.
    Expression(String),
    /// Neither was told.
    Unknown,
}

/// When values make the alarm ring.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub comparison: ComparisonOperator,
    /// `Threshold`, in the unit of what is judged; none where a band is the threshold.
    pub threshold: Option<f64>,
    /// `EvaluationPeriods`: the N of "M out of N"; 0 where it is not told.
    pub evaluation_periods: u32,
    /// `DatapointsToAlarm`: the M of "M out of N"; all N where it is not told.
    pub datapoints_to_alarm: u32,
    pub missing: MissingData,
    /// `EvaluateLowSampleCountPercentile` is `ignore`: too few samples for a percentile leave the state as it is.
    pub ignores_low_samples: bool,
    pub window: EvaluationWindow,
}

/// `ComparisonOperator`: the value is the first operand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComparisonOperator {
    GreaterThanOrEqualToThreshold,
    GreaterThanThreshold,
    LessThanThreshold,
    LessThanOrEqualToThreshold,
    /// Anomaly detection: on either side of the band.
    LessThanLowerOrGreaterThanUpperThreshold,
    /// Anomaly detection: below the band.
    LessThanLowerThreshold,
    /// Anomaly detection: above the band.
    GreaterThanUpperThreshold,
    /// One that is newer than this console; empty where none is told.
    Unknown(String),
}

impl ComparisonOperator {
    /// Those that are known.
    pub const KNOWN: [Self; 7] = [
        Self::GreaterThanOrEqualToThreshold,
        Self::GreaterThanThreshold,
        Self::LessThanThreshold,
        Self::LessThanOrEqualToThreshold,
        Self::LessThanLowerOrGreaterThanUpperThreshold,
        Self::LessThanLowerThreshold,
        Self::GreaterThanUpperThreshold,
    ];

    /// CloudWatch's word.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::GreaterThanOrEqualToThreshold => "GreaterThanOrEqualToThreshold",
            Self::GreaterThanThreshold => "GreaterThanThreshold",
            Self::LessThanThreshold => "LessThanThreshold",
            Self::LessThanOrEqualToThreshold => "LessThanOrEqualToThreshold",
            Self::LessThanLowerOrGreaterThanUpperThreshold => "LessThanLowerOrGreaterThanUpperThreshold",
            Self::LessThanLowerThreshold => "LessThanLowerThreshold",
            Self::GreaterThanUpperThreshold => "GreaterThanUpperThreshold",
            Self::Unknown(name) => name,
        }
    }

    /// The operator that CloudWatch calls so, of cleaned text.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let known = Self::KNOWN.into_iter().find(|operator| operator.name() == name);
        known.unwrap_or_else(|| Self::Unknown(name.to_owned()))
    }
}

/// `TreatMissingData` (CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MissingData {
    /// A missing datapoint is beyond the threshold.
    Breaching,
    /// A missing datapoint is within the threshold.
    NotBreaching,
    /// The state stays.
    Ignore,
    /// INSUFFICIENT_DATA once all are missing; what CloudWatch does where nothing is set.
    Missing,
    /// One that is newer than this console.
    Unknown(String),
}

impl MissingData {
    /// What CloudWatch calls so, of cleaned text; nothing set is `missing`.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "breaching" => Self::Breaching,
            "notBreaching" => Self::NotBreaching,
            "ignore" => Self::Ignore,
            "missing" | "" => Self::Missing,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// As it is said in a line.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Breaching => "missing data counts as breaching".into(),
            Self::NotBreaching => "missing data counts as within the threshold".into(),
            Self::Ignore => "missing data leaves the state as it is".into(),
            Self::Missing => "INSUFFICIENT_DATA when all data is missing".into(),
            Self::Unknown(name) => format!("missing data is treated as {name}"),
        }
    }
}

/// `EvaluationWindow`: which range of data each evaluation looks at (CloudWatch user guide, "Alarm evaluation
/// windows").
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum EvaluationWindow {
    /// It moves on with each evaluation; what CloudWatch does where nothing is set.
    #[default]
    Sliding,
    /// Its periods begin at the full minute, hour, day or week of a time zone (UTC where none is set).
    WallClock { timezone: Option<String> },
    /// One that is newer than this console.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::alarms::testing::{anomaly, expression};

    #[test]
    fn operators_and_missing_data_are_called_as_cloudwatch_calls_them() {
        for operator in ComparisonOperator::KNOWN {
            assert_eq!(ComparisonOperator::from_name(operator.name()), operator);
        }
        let newer = ComparisonOperator::from_name("EqualToThreshold");
        assert_eq!(newer, ComparisonOperator::Unknown("EqualToThreshold".into()));
        assert_eq!(newer.name(), "EqualToThreshold");
        assert_eq!(MissingData::from_name(""), MissingData::Missing);
        assert_eq!(MissingData::from_name("breaching"), MissingData::Breaching);
        assert_eq!(MissingData::from_name("maybe").words(), "missing data is treated as maybe");
    }

    #[test]
    fn the_watched_query_is_the_one_that_returns_data_and_is_no_band() {
        assert_eq!(expression().watched().map(|query| query.id.as_str()), Some("e1"));
        assert_eq!(anomaly().watched().map(|query| query.id.as_str()), Some("m1"));
        let mut silent = expression();
        silent.queries.iter_mut().for_each(|query| query.returns_data = false);
        assert_eq!(silent.watched(), None);
    }

    #[test]
    fn the_period_is_the_watched_querys_or_the_first_metrics() {
        assert_eq!(expression().period(), Some(300), "an expression has that of its metrics");
        let mut own = expression();
        own.queries[0].period = Some(60);
        assert_eq!(own.period(), Some(60));
        own.queries.retain(|query| query.metric().is_none());
        own.queries[0].period = None;
        assert_eq!(own.period(), None);
    }
}
