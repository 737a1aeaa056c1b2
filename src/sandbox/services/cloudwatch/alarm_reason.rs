//! Why an alarm is in its state, in CloudWatch's words.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::alarm::{Alarm, State};

/// What one evaluation of an alarm found.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// End of the newest period that was looked at.
    pub end: i64,
    pub state: State,
    /// Datapoints, newest first.
    pub points: Vec<(i64, f64)>,
}

/// Why an alarm is in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// `StateReason`.
    pub reason: String,
    /// `StateReasonData`, JSON.
    pub data: String,
}

impl Cause {
    /// Why a judgement has brought an alarm into the state that it is in since a moment.
    pub fn of(alarm: &Alarm<'_>, judgement: &Evaluated, since: i64) -> Self {
        Self { reason: reason(alarm, judgement), data: reason_data(alarm, judgement, since) }
    }

    /// Why an alarm is in its state before its first evaluation: no data goes with it.
    pub fn unchecked() -> Self {
        Self { reason: "Unchecked: Initial alarm creation".to_owned(), data: String::new() }
    }
}

/// `StateReason` as CloudWatch words it.
fn reason(alarm: &Alarm<'_>, judgement: &Evaluated) -> String {
    let count = judgement.points.len();
    let (plural, verb) = if count == 1 { ("", "was") } else { ("s", "were") };
    if judgement.state == State::InsufficientData {
        let missing = alarm.evaluation_periods();
        let (plural, verb) = if missing == 1 { ("", "was") } else { ("s", "were") };
        return format!("Insufficient Data: {missing} datapoint{plural} {verb} unknown.");
    }
    let mut list = String::new();
    for (at, value) in &judgement.points {
        let comma = if list.is_empty() { "" } else { ", " };
        let _ = write!(list, "{comma}{} ({})", number(*value), time(*at).strftime("%d/%m/%y %H:%M:%S"));
    }
    let not = if judgement.state == State::Ok { "not " } else { "" };
    format!(
        "Threshold Crossed: {count} datapoint{plural} [{list}] {verb} {not}{} the threshold ({}).",
        alarm.comparison().1,
        number(alarm.threshold())
    )
}

/// `StateReasonData`: the same for programs.
fn reason_data(alarm: &Alarm<'_>, judgement: &Evaluated, since: i64) -> String {
    let recent: Vec<String> = judgement.points.iter().rev().map(|point| number(point.1)).collect();
    // The newest alone, however many were judged (user guide, "How partial data is handled").
    let evaluated: Vec<String> = judgement
        .points
        .first()
        .map(|(at, value)| format!("{{\"timestamp\":\"{}\",\"value\":{}}}", stamp(*at), number(*value)))
        .into_iter()
        .collect();
    let start = judgement.end - alarm.evaluation_periods() * alarm.period();
    format!(
        "{{\"version\":\"1.0\",\"queryDate\":\"{}\",\"startDate\":\"{}\",\"statistic\":\"{}\",\"period\":{},\
         \"recentDatapoints\":[{}],\"threshold\":{},\"evaluatedDatapoints\":[{}]}}",
        stamp(since),
        stamp(start),
        alarm.statistic().0,
        alarm.period(),
        recent.join(","),
        number(alarm.threshold()),
        evaluated.join(",")
    )
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

/// A moment as CloudWatch writes it into JSON.
pub fn stamp(second: i64) -> String {
    time(second).strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}

/// A moment as CloudWatch writes it into the reason of a composite alarm.
pub fn written(second: i64) -> String {
    time(second).strftime("%A %d %B, %Y %H:%M:%S UTC").to_string()
}

/// A number as CloudWatch writes it into a reason: `80.0`, and `1.073741824E10` from ten million on.
pub fn number(value: f64) -> String {
    if (1e-3..1e7).contains(&value.abs()) || value.abs() < f64::MIN_POSITIVE {
        return format!("{value:?}");
    }
    let written = format!("{value:E}");
    match written.split_once('E') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0E{exponent}"),
        _ => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_cloudwatch_writes_them() {
        for (value, written) in [
            (80.0, "80.0"),
            (91.25, "91.25"),
            (0.0, "0.0"),
            (1e10, "1.0E10"),
            (1.073_741_824e10, "1.073741824E10"),
            (-1.0, "-1.0"),
        ] {
            assert_eq!(number(value), written);
        }
    }
}
