//! `GetMetricStatistics`: the statistics of one metric.

use ciborium::Value;
use winterbaume_cloudwatch::wire::GetMetricStatisticsInput;

use super::Call;
use super::fault::Fault;
use super::protocol::{moment, record, text};
use super::series::{Reader, Stat, align_down, is_period, oldest, whole_seconds};
use crate::domain::text::with_commas;

/// Most datapoints in an answer.
const MOST_POINTS: i64 = 1_440;

/// The statistics of the parameter `Statistics`.
const PLAIN: [(&str, Stat); 5] = [
    ("SampleCount", Stat::SampleCount),
    ("Average", Stat::Average),
    ("Sum", Stat::Sum),
    ("Minimum", Stat::Minimum),
    ("Maximum", Stat::Maximum),
];

/// Answers a request.
///
/// # Errors
/// `InvalidParameterValue`, `InvalidParameterCombination` and `MissingParameter`, as CloudWatch
/// gives them.
pub fn answer(call: &Call<'_>, input: &GetMetricStatisticsInput) -> Result<Value, Fault> {
    for (name, given) in [("Namespace", &input.namespace), ("MetricName", &input.metric_name)] {
        if given.is_empty() {
            return Err(Fault::missing(name));
        }
    }
    if !is_period(input.period) {
        let message = "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.";
        return Err(Fault::value(message));
    }
    let plain = plain(input.statistics.as_deref().unwrap_or_default())?;
    let percentiles = percentiles(input.extended_statistics.as_deref().unwrap_or_default())?;
    if plain.is_empty() && percentiles.is_empty() {
        let message = "At least one of the parameters Statistics and ExtendedStatistics must be specified.";
        return Err(Fault::combination(message));
    }
    let (start, end) = (whole_seconds(input.start_time), whole_seconds(input.end_time));
    if start >= end {
        let message = "The parameter StartTime must be less than the parameter EndTime.";
        return Err(Fault::combination(message));
    }
    let period = i64::from(input.period);
    let asked = (end - start + period - 1) / period;
    if asked > MOST_POINTS {
        return Err(Fault::combination(format!(
            "You have requested up to {} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints \
             requested by increasing Period, or decreasing the time range.",
            with_commas(asked.unsigned_abs())
        )));
    }
    let dimensions = input.dimensions.as_deref().unwrap_or_default();
    let unit = input.unit.as_deref();
    let reader = Reader::find(call, call.now, &input.namespace, &input.metric_name, dimensions, unit);
    let mut points = Vec::new();
    if let Some(mut reader) = reader {
        // Periods count from the start, which is rounded down by its age.
        let rounding = match call.now - start {
            0..1_296_000 => 60,
            ..=5_443_200 => 300,
            _ => 3_600,
        };
        let step = period.max(60);
        let kept = oldest(period, call.now);
        let mut at = align_down(start, rounding);
        while at < end.min(call.now) {
            if at >= kept && reader.load(at, step) {
                points.push(point(&mut reader, at, &plain, &percentiles));
            }
            at += step;
        }
    }
    // CloudWatch says that datapoints come in no particular order, and so they do.
    let half = points.len() / 2;
    points.rotate_left(half);
    Ok(record([("Label", text(input.metric_name.clone())), ("Datapoints", Value::Array(points))]))
}

fn point(reader: &mut Reader<'_>, at: i64, plain: &[(&'static str, Stat)], percentiles: &[(String, Stat)]) -> Value {
    let mut fields = vec![("Timestamp", moment(at)), ("Unit", text(reader.unit()))];
    for (name, stat) in plain {
        fields.push((*name, Value::Float(reader.stat(*stat))));
    }
    if !percentiles.is_empty() {
        let values = percentiles.iter().map(|(name, stat)| (text(name.as_str()), Value::Float(reader.stat(*stat))));
        fields.push(("ExtendedStatistics", Value::Map(values.collect())));
    }
    record(fields)
}

fn plain(asked: &[String]) -> Result<Vec<(&'static str, Stat)>, Fault> {
    let known = |name: &String| PLAIN.into_iter().find(|(known, _)| known == name);
    let wrong = |name: &String| Fault::value(format!("The value {name} for parameter Statistics is invalid."));
    asked.iter().map(|name| known(name).ok_or_else(|| wrong(name))).collect()
}

fn percentiles(asked: &[String]) -> Result<Vec<(String, Stat)>, Fault> {
    let known = |name: &String| Stat::parse(name).filter(|stat| matches!(stat, Stat::Percentile(_)));
    let wrong = |name: &String| Fault::value(format!("The value {name} for parameter ExtendedStatistics is invalid."));
    let one = |name: &String| known(name).map(|stat| (name.clone(), stat)).ok_or_else(|| wrong(name));
    asked.iter().map(one).collect()
}
