//! In which state an alarm is, since when and why, worked out from the metric itself.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::Call;
use super::alarms::Alarm;
use super::series::{Reader, align_down};
use crate::sandbox::world::metrics::Probe;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// How far back the last change is looked for: period by period, then by the hour.
const CLOSELY: i64 = DAY;
const COARSELY: i64 = 14 * DAY;

/// Seconds after a period's end until its last datapoint has come in and the alarm is evaluated.
const DELAY: i64 = 60;

/// `StateValue`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Ok,
    Alarm,
    InsufficientData,
}

impl State {
    const ALL: [Self; 3] = [Self::Ok, Self::Alarm, Self::InsufficientData];

    /// CloudWatch's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What one evaluation of an alarm found.
#[derive(Debug, Clone, PartialEq)]
struct Verdict {
    /// End of the newest period that was looked at.
    end: i64,
    state: State,
    /// Datapoints, newest first.
    points: Vec<(i64, f64)>,
}

/// An alarm's state at a moment.
#[derive(Debug)]
pub struct Status<'a> {
    reader: Option<Reader<'a>>,
    verdict: Verdict,
}

/// Since when an alarm is in its state, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// When the alarm was put, seconds since 1970: together with its database.
    pub configured: i64,
    /// When it changed to its state.
    pub since: i64,
    /// `StateReason`.
    pub reason: String,
    /// `StateReasonData`, JSON.
    pub reason_data: String,
}

impl<'a> Status<'a> {
    /// Evaluates an alarm at a moment.
    pub fn of(call: &Call<'a>, alarm: &Alarm<'a>, now: i64) -> Self {
        let probe = Probe::new(call.world, alarm.instance, alarm.metric());
        let mut reader = probe.map(|probe| Reader::new(probe, now));
        let end = align_down(now - DELAY, alarm.period());
        let verdict = judge(alarm, reader.as_mut(), end);
        Self { reader, verdict }
    }

    /// The state.
    pub fn state(&self) -> State {
        self.verdict.state
    }

    /// Since when the alarm is known to have been as fine as it is, without a look at its datapoints.
    fn fine_since(&self, alarm: &Alarm<'_>) -> Option<i64> {
        if self.verdict.state != State::Ok || alarm.comparison().0 != "GreaterThanThreshold" {
            return None;
        }
        self.reader.as_ref()?.below_since(alarm.threshold(), self.verdict.end)
    }

    /// Looks back to when the state began.
    pub fn history(mut self, alarm: &Alarm<'_>) -> History {
        let configured = alarm.instance.created.as_second();
        let newest = self.verdict.end;
        let fine = self.fine_since(alarm);
        // The end of the first period that was judged as the newest one is.
        let mut first = newest;
        let mut changed = false;
        while !changed && newest - first < COARSELY {
            let step = if newest - first < CLOSELY { alarm.period() } else { HOUR };
            let before = first - step;
            let is_fine = fine.is_some_and(|since| since <= before - alarm.evaluation_periods() * alarm.period());
            changed = !is_fine && judge(alarm, self.reader.as_mut(), before).state != self.verdict.state;
            if !changed {
                first = before;
            }
        }
        if changed {
            let first = judge(alarm, self.reader.as_mut(), first);
            let since = (first.end + DELAY).max(configured);
            History { configured, since, reason: reason(alarm, &first), reason_data: reason_data(alarm, &first, since) }
        } else {
            let data = reason_data(alarm, &self.verdict, configured);
            History { configured, since: configured, reason: reason(alarm, &self.verdict), reason_data: data }
        }
    }
}

/// Evaluates an alarm over the periods that end at `end`. A missing datapoint is left out, as
/// `TreatMissingData` = `missing` has it.
fn judge(alarm: &Alarm<'_>, reader: Option<&mut Reader<'_>>, end: i64) -> Verdict {
    let mut points = Vec::new();
    if let Some(reader) = reader {
        for back in 1..=alarm.evaluation_periods() {
            let start = end - back * alarm.period();
            if reader.load(start, alarm.period()) {
                points.push((start, reader.stat(alarm.statistic().1)));
            }
        }
    }
    let low_is_bad = alarm.comparison().0 == "LessThanThreshold";
    let breaches = |value: f64| if low_is_bad { value < alarm.threshold() } else { value > alarm.threshold() };
    let state = if points.is_empty() {
        State::InsufficientData
    } else if points.iter().all(|point| breaches(point.1)) {
        State::Alarm
    } else {
        State::Ok
    };
    Verdict { end, state, points }
}

/// `StateReason` as CloudWatch words it.
fn reason(alarm: &Alarm<'_>, verdict: &Verdict) -> String {
    let count = verdict.points.len();
    let (plural, verb) = if count == 1 { ("", "was") } else { ("s", "were") };
    if verdict.state == State::InsufficientData {
        let missing = alarm.evaluation_periods();
        let (plural, verb) = if missing == 1 { ("", "was") } else { ("s", "were") };
        return format!("Insufficient Data: {missing} datapoint{plural} {verb} unknown.");
    }
    let mut list = String::new();
    for (at, value) in &verdict.points {
        let comma = if list.is_empty() { "" } else { ", " };
        let _ = write!(list, "{comma}{} ({})", number(*value), time(*at).strftime("%d/%m/%y %H:%M:%S"));
    }
    let not = if verdict.state == State::Ok { "not " } else { "" };
    format!(
        "Threshold Crossed: {count} datapoint{plural} [{list}] {verb} {not}{} the threshold ({}).",
        alarm.comparison().1,
        number(alarm.threshold())
    )
}

/// `StateReasonData`: the same for programs.
fn reason_data(alarm: &Alarm<'_>, verdict: &Verdict, since: i64) -> String {
    let stamp = |at: i64| time(at).strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string();
    let recent: Vec<String> = verdict.points.iter().map(|point| number(point.1)).collect();
    let start = verdict.end - alarm.evaluation_periods() * alarm.period();
    format!(
        "{{\"version\":\"1.0\",\"queryDate\":\"{}\",\"startDate\":\"{}\",\"statistic\":\"{}\",\"period\":{},\
         \"recentDatapoints\":[{}],\"threshold\":{}}}",
        stamp(since),
        stamp(start),
        alarm.statistic().0,
        alarm.period(),
        recent.join(","),
        number(alarm.threshold())
    )
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

/// A number as CloudWatch writes it into a reason: `80.0`, and `1.073741824E10` from ten million on.
fn number(value: f64) -> String {
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

    #[test]
    fn states_have_names() {
        for state in State::ALL {
            assert_eq!(State::parse(state.name()), Some(state));
        }
        assert_eq!(State::parse("ok"), None);
    }
}
