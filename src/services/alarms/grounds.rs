//! What `StateReasonData` tells of why an alarm is in its state.
//!
//! A metric alarm's has `threshold`, `recentDatapoints` (a number for each period that had data) and
//! `evaluatedDatapoints`, each with `timestamp` and `value`. In the latter stands the newest alone also where several were
//! judged: how many were is told by the former (CloudWatch user guide, "How partial data is handled", with its example of
//! three). A composite's has `triggeringAlarms`, each with `arn` and `state` (the same, "Alarm events and EventBridge").

use jiff::Timestamp;
use serde_json::Value;

use super::state::AlarmState;
use crate::domain::text;

/// Alarms that are named one by one; more of them are counted.
const NAMED: usize = 3;

/// What `StateReasonData` tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Grounds {
    /// The values that were judged, the newest of them with its moment where that is told, and the threshold.
    Datapoints { values: Vec<f64>, newest: Option<Datapoint>, threshold: Option<f64> },
    /// The alarms that brought a composite into its state, by name, and theirs.
    Alarms(Vec<(String, AlarmState)>),
}

/// A value that was judged, and of when it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Datapoint {
    pub at: Timestamp,
    pub value: f64,
}

impl Grounds {
    /// Of the text as AWS gives it; none where it is not there or has another form.
    #[must_use]
    pub fn read(data: &str) -> Option<Self> {
        Self::of(&serde_json::from_str(data).ok()?)
    }

    /// Of JSON that was read already.
    #[must_use]
    pub(super) fn of(data: &Value) -> Option<Self> {
        if let Some(alarms) = data["triggeringAlarms"].as_array() {
            let alarm = |told: &Value| {
                let (_, name) = told["arn"].as_str()?.split_once(":alarm:")?;
                Some((text::clean(name), AlarmState::from_name(told["state"]["value"].as_str()?)?))
            };
            let all: Option<Vec<_>> = alarms.iter().map(alarm).collect();
            return all.filter(|all| !all.is_empty()).map(Self::Alarms);
        }
        let dated = |told: &Value| {
            let at = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", told["timestamp"].as_str()?).ok()?;
            // A period without data has no value.
            Some(Datapoint { at, value: told["value"].as_f64()? })
        };
        let evaluated = data["evaluatedDatapoints"].as_array().into_iter().flatten();
        let newest = evaluated.filter_map(dated).max_by_key(|point| point.at);
        let values = data["recentDatapoints"].as_array().into_iter().flatten().filter_map(Value::as_f64);
        let values: Vec<f64> = values.collect();
        let threshold = data["threshold"].as_f64();
        (!values.is_empty()).then_some(Self::Datapoints { values, newest, threshold })
    }

    /// Which alarms brought a composite into its state: `lag-high is in ALARM`; none of a metric alarm.
    #[must_use]
    pub fn alarms_in_words(&self) -> Option<String> {
        let Self::Alarms(alarms) = self else { return None };
        let mut said: Vec<String> = Vec::new();
        for state in AlarmState::ALL {
            let names: Vec<&str> =
                alarms.iter().filter(|(_, at)| *at == state).map(|(name, _)| name.as_str()).collect();
            let (named, rest) = names.split_at(names.len().min(NAMED));
            let verb = if names.len() == 1 { "is" } else { "are" };
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            if !named.is_empty() {
                said.push(format!("{}{more} {verb} in {}", named.join(", "), state.name()));
            }
        }
        Some(said.join("; "))
    }
}
