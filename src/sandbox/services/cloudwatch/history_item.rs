//! The items of an alarm's history, as CloudWatch writes them.

use std::ops::Range;

use ciborium::Value;

use super::Call;
use super::alarm::{self, Alarm, Kinds, State};
use super::alarm_reason::{Cause, number, stamp};
use super::alarm_state::{Status, Transition};
use super::composite::Composite;
use super::composite_state::CompositeStatus;
use super::protocol::{moment, record, text};
use super::{DIMENSION, NAMESPACE};

/// `HistoryItemType` of what is told here.
pub const CONFIGURATION: &str = "ConfigurationUpdate";
pub const STATE: &str = "StateUpdate";
pub const ACTION: &str = "Action";

/// An alarm whose history is asked for.
#[derive(Debug)]
pub struct Remembered<'a> {
    name: String,
    past: Past<'a>,
}

/// What an alarm is, and where its past comes from.
#[derive(Debug)]
enum Past<'a> {
    Metric(Alarm<'a>, Box<Status<'a>>),
    Composite(Composite<'a>, CompositeStatus<'a>),
}

impl<'a> Remembered<'a> {
    /// The history of an alarm on a metric.
    pub fn metric(call: &Call<'a>, alarm: Alarm<'a>, now: i64) -> Self {
        Self { name: alarm.name(), past: Past::Metric(alarm, Box::new(Status::of(call, &alarm, now))) }
    }

    /// The history of a composite alarm.
    pub fn composite(call: &Call<'a>, composite: Composite<'a>, now: i64) -> Self {
        let status = CompositeStatus::of(call, &composite, now);
        Self { name: composite.name().to_owned(), past: Past::Composite(composite, status) }
    }

    /// How many alarms must be looked at for it.
    pub fn weight(&self) -> usize {
        match &self.past {
            Past::Metric(..) => 1,
            Past::Composite(composite, _) => composite.children.len(),
        }
    }

    /// Whether anybody is told of its changes.
    pub fn acts(&self) -> bool {
        match &self.past {
            Past::Metric(alarm, _) => alarm.acts(),
            Past::Composite(..) => true,
        }
    }

    /// When it was put: seconds since 1970, the first time first.
    pub fn configured(&self) -> Vec<i64> {
        match &self.past {
            Past::Metric(alarm, _) => vec![alarm.configured()],
            Past::Composite(composite, _) => composite.configured(),
        }
    }

    /// The changes of its state in a stretch of time, newest first.
    pub fn transitions(&mut self, stretch: &Range<i64>) -> Vec<Transition> {
        match &mut self.past {
            Past::Metric(_, status) => status.transitions(stretch),
            Past::Composite(_, status) => status.transitions(stretch),
        }
    }

    /// Why it was in its state before a change of which the stretches until `number` know no earlier one.
    pub fn cause_before(&mut self, change: &Transition, number: usize) -> Cause {
        match &mut self.past {
            Past::Metric(_, status) => match status.last_before(change.at, number) {
                Some(earlier) => earlier.cause,
                None => status.cause_before(change),
            },
            Past::Composite(_, status) => match status.last_before(change.at, number) {
                Some(earlier) => earlier.cause,
                None => status.cause_before(change),
            },
        }
    }

    /// `StateUpdate`: the alarm was in another state, and why.
    pub fn updated(&self, change: &Transition, before: &Cause) -> Value {
        let summary = format!("Alarm updated from {} to {}", change.from.name(), change.to.name());
        let data = object([
            ("version", quoted("1.0")),
            ("oldState", state(change.from, before)),
            ("newState", state(change.to, &change.cause)),
        ]);
        self.item(change.at, STATE, summary, data)
    }

    /// `Action`: the topic was told of a change.
    pub fn acted(&self, call: &Call<'_>, at: i64) -> Value {
        let topic = alarm::topic(call);
        let data = object([
            ("actionState", quoted("Succeeded")),
            ("stateUpdateTimestamp", (at * 1_000).to_string()),
            ("notificationResource", quoted(&topic)),
        ]);
        self.item(at, ACTION, format!("Successfully executed action {topic}"), data)
    }

    /// `ConfigurationUpdate`: the alarm was put for the first time, or again.
    pub fn put(&self, call: &Call<'_>, at: i64, first: bool) -> Value {
        let (done, kind, field) =
            if first { ("created", "Create", "createdAlarm") } else { ("updated", "Update", "updatedAlarm") };
        let data =
            object([("version", quoted("1.0")), ("type", quoted(kind)), (field, self.configuration(call, at, first))]);
        self.item(at, CONFIGURATION, format!("Alarm \"{}\" {done}", self.name), data)
    }

    /// What was put, with the state that an alarm has at first.
    fn configuration(&self, call: &Call<'_>, at: i64, first: bool) -> String {
        let topics = || format!("[{}]", quoted(&alarm::topic(call)));
        let description = match &self.past {
            Past::Metric(alarm, _) => alarm.description().to_owned(),
            Past::Composite(composite, _) => composite.description(),
        };
        let mut fields = vec![
            ("alarmName", quoted(&self.name)),
            ("alarmDescription", quoted(&description)),
            ("alarmArn", quoted(&alarm::arn(call, &self.name))),
            ("alarmConfigurationUpdatedTimestamp", quoted(&stamp(at))),
        ];
        match &self.past {
            Past::Metric(alarm, _) => {
                let id = quoted(&alarm.instance.id);
                fields.extend([
                    ("namespace", quoted(NAMESPACE)),
                    ("metricName", quoted(alarm.metric().name())),
                    ("statistic", quoted(alarm.statistic().0)),
                    ("period", alarm.period().to_string()),
                    ("dimensions", format!("[{}]", object([("value", id), ("name", quoted(DIMENSION))]))),
                    ("threshold", number(alarm.threshold())),
                    ("comparisonOperator", quoted(alarm.comparison().0)),
                    ("evaluationPeriods", alarm.evaluation_periods().to_string()),
                    ("treatMissingData", quoted("missing")),
                ]);
            }
            Past::Composite(composite, _) => fields.push(("alarmRule", quoted(&composite.rule()))),
        }
        if first {
            fields.push(("stateValue", quoted(State::InsufficientData.name())));
            fields.push(("stateUpdatedTimestamp", quoted(&stamp(at))));
        }
        fields.extend([
            ("actionsEnabled", self.acts().to_string()),
            ("alarmActions", topics()),
            ("insufficientDataActions", "[]".to_owned()),
            ("okactions", topics()),
        ]);
        object(fields)
    }

    fn item(&self, at: i64, kind: &str, summary: String, data: String) -> Value {
        let alarm_type = match self.past {
            Past::Metric(..) => Kinds::METRIC,
            Past::Composite(..) => Kinds::COMPOSITE,
        };
        record([
            ("AlarmName", text(self.name.as_str())),
            ("AlarmType", text(alarm_type)),
            ("Timestamp", moment(at)),
            ("HistoryItemType", text(kind)),
            ("HistorySummary", text(summary)),
            ("HistoryData", text(data)),
        ])
    }
}

/// A state and its cause, in JSON.
fn state(state: State, cause: &Cause) -> String {
    let mut fields = vec![("stateValue", quoted(state.name())), ("stateReason", quoted(&cause.reason))];
    if !cause.data.is_empty() {
        fields.push(("stateReasonData", cause.data.clone()));
    }
    object(fields)
}

/// An object in JSON, of fields whose values are JSON already, in the order in which CloudWatch writes them.
fn object(fields: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

/// A text in JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
