//! What `StateReasonData` tells of why an alarm is in its state.
//!
//! A metric alarm's has `threshold`, `recentDatapoints` and `evaluatedDatapoints`, each with `timestamp` and `value`; a
//! composite's has `triggeringAlarms`, each with `arn` and `state` (CloudWatch user guide, "Alarm events and
//! EventBridge", examples).

use jiff::Timestamp;
use serde_json::Value;

use super::state::AlarmState;
use crate::domain::text;

/// Alarms that are named one by one; more of them are counted.
const NAMED: usize = 3;

/// What `StateReasonData` tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Grounds {
    /// What was judged, and against which threshold, where one is told.
    Datapoints { points: Vec<Datapoint>, threshold: Option<f64> },
    /// The alarms that brought a composite into its state, by name, and theirs.
    Alarms(Vec<(String, AlarmState)>),
}

/// A value that was judged, and of when it is, where that is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Datapoint {
    pub at: Option<Timestamp>,
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
            Some(Datapoint { at: Some(at), value: told["value"].as_f64()? })
        };
        let evaluated = data["evaluatedDatapoints"].as_array();
        let mut points: Vec<Datapoint> = evaluated.into_iter().flatten().filter_map(dated).collect();
        if points.is_empty() {
            let recent = data["recentDatapoints"].as_array();
            let values = recent.into_iter().flatten().filter_map(Value::as_f64);
            points = values.map(|value| Datapoint { at: None, value }).collect();
        }
        let threshold = data["threshold"].as_f64();
        (!points.is_empty()).then_some(Self::Datapoints { points, threshold })
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
