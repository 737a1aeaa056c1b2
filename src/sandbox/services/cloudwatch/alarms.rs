//! `DescribeAlarms`: the alarms that the estates' Terraform has put on every database.

use std::cmp::Ordering;

use ciborium::Value;
use jiff::Timestamp;
use winterbaume_cloudwatch::wire::DescribeAlarmsInput;

use super::alarm_state::{State, Status};
use super::data::without_null;
use super::fault::Fault;
use super::protocol::{moment, record, text};
use super::series::Stat;
use super::token::Token;
use super::{Call, DIMENSION, NAMESPACE};
use crate::sandbox::world::Instance;
use crate::sandbox::world::metrics::RdsMetric;

/// Alarms in an answer if the request does not say, and at most.
const PAGE: i32 = 50;
const MOST: i32 = 100;

/// More databases than this in a region have one alarm each, to keep the listing quick.
const MANY: usize = 500;

/// What an alarm watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    Cpu,
    Lag,
    Storage,
}

/// One alarm of one database.
#[derive(Debug, Clone, Copy)]
pub struct Alarm<'a> {
    pub instance: &'a Instance,
    pub watch: Watch,
}

impl Alarm<'_> {
    /// `AlarmName`.
    pub fn name(&self) -> String {
        let suffix = match self.watch {
            Watch::Cpu => "cpu-high",
            Watch::Lag => "replica-lag-high",
            Watch::Storage => "storage-low",
        };
        format!("{}-{suffix}", self.instance.id)
    }

    /// The order of the names. Few ids begin with another one: for all others no name need be made.
    fn by_name(&self, other: &Self) -> Ordering {
        let (one, two) = (self.instance.id.as_bytes(), other.instance.id.as_bytes());
        let both = one.len().min(two.len());
        one.get(..both).cmp(&two.get(..both)).then_with(|| self.name().cmp(&other.name()))
    }

    /// The metric that is watched.
    pub fn metric(&self) -> RdsMetric {
        match self.watch {
            Watch::Cpu => RdsMetric::CpuUtilization,
            Watch::Lag => RdsMetric::ReplicaLag,
            Watch::Storage => RdsMetric::FreeStorageSpace,
        }
    }

    /// `Statistic`, by name and as it is computed.
    pub fn statistic(&self) -> (&'static str, Stat) {
        match self.watch {
            Watch::Cpu => ("Average", Stat::Average),
            Watch::Lag => ("Maximum", Stat::Maximum),
            Watch::Storage => ("Minimum", Stat::Minimum),
        }
    }

    /// `Period`, seconds.
    pub fn period(&self) -> i64 {
        match self.watch {
            Watch::Lag => 60,
            Watch::Cpu | Watch::Storage => 300,
        }
    }

    /// `EvaluationPeriods`, all of which must breach.
    pub fn evaluation_periods(&self) -> i64 {
        match self.watch {
            Watch::Lag => 5,
            Watch::Cpu | Watch::Storage => 1,
        }
    }

    /// `Threshold`, in the metric's unit.
    pub fn threshold(&self) -> f64 {
        match self.watch {
            Watch::Cpu => 80.0,
            Watch::Lag => 60.0,
            // A tenth of what is allocated.
            Watch::Storage => f64::from(self.instance.allocated_gib) * 1_073_741_824.0 / 10.0,
        }
    }

    /// `ComparisonOperator`, and the same in the words of a state's reason.
    pub fn comparison(&self) -> (&'static str, &'static str) {
        match self.watch {
            Watch::Storage => ("LessThanThreshold", "less than"),
            Watch::Cpu | Watch::Lag => ("GreaterThanThreshold", "greater than"),
        }
    }

    fn description(&self) -> &'static str {
        match self.watch {
            Watch::Cpu => "CPU is above 80 % on average over 5 minutes",
            Watch::Lag => "The replica is more than 60 s behind for 5 minutes",
            Watch::Storage => "Less than a tenth of the storage is free",
        }
    }
}

/// Answers a request.
///
/// # Errors
/// `ValidationError`, `InvalidParameterCombination` and `InvalidNextToken`, as CloudWatch gives them.
pub fn answer(call: &Call<'_>, input: &DescribeAlarmsInput) -> Result<Value, Fault> {
    let most = input.max_records.unwrap_or(PAGE);
    if !(1..=MOST).contains(&most) {
        let (bound, limit) = if most < 1 { ("greater", 1) } else { ("less", MOST) };
        return Err(Fault::validation(format!(
            "1 validation error detected: Value '{most}' at 'maxRecords' failed to satisfy constraint: Member must \
             have value {bound} than or equal to {limit}"
        )));
    }
    if input.alarm_names.is_some() && input.alarm_name_prefix.is_some() {
        return Err(Fault::combination("AlarmNames and AlarmNamePrefix cannot both be specified."));
    }
    let wanted = match input.state_value.as_deref() {
        None => None,
        Some(name) => Some(State::parse(name).ok_or_else(|| {
            Fault::validation(format!(
                "1 validation error detected: Value '{name}' at 'stateValue' failed to satisfy constraint: Member \
                 must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]"
            ))
        })?),
    };
    let request = format!(
        "{:?} {:?} {:?} {:?}",
        input.alarm_names, input.alarm_name_prefix, input.state_value, input.action_prefix
    );
    let from = match &input.next_token {
        Some(token) => Token::read(token, &request)?,
        None => Token { now: call.now, index: 0, offset: 0 },
    };
    let mut found = Vec::new();
    let mut next = Value::Null;
    if !only_other_kinds(input) {
        for (index, alarm) in alarms(call, from.now).into_iter().enumerate().skip(from.index) {
            let name = alarm.name();
            if !is_asked_for(call, input, &name) {
                continue;
            }
            let status = Status::of(call, &alarm, from.now);
            if wanted.is_some_and(|wanted| wanted != status.state()) {
                continue;
            }
            if found.len() as i32 == most {
                next = text(Token { now: from.now, index, offset: 0 }.write(&request));
                break;
            }
            found.push(shape(call, &name, &alarm, status));
        }
    }
    Ok(without_null([
        ("CompositeAlarms", Value::Array(Vec::new())),
        ("MetricAlarms", Value::Array(found)),
        ("NextToken", next),
    ]))
}

/// Whether only composite alarms, or the kin of some alarm, are asked for: there are none.
fn only_other_kinds(input: &DescribeAlarmsInput) -> bool {
    let types = input.alarm_types.as_deref().unwrap_or_default();
    let others = !types.is_empty() && !types.iter().any(|kind| kind == "MetricAlarm");
    others || input.children_of_alarm_name.is_some() || input.parents_of_alarm_name.is_some()
}

fn is_asked_for(call: &Call<'_>, input: &DescribeAlarmsInput, name: &str) -> bool {
    input.alarm_names.as_ref().is_none_or(|names| names.is_empty() || names.iter().any(|asked| asked == name))
        && input.alarm_name_prefix.as_deref().is_none_or(|prefix| name.starts_with(prefix))
        && input.action_prefix.as_deref().is_none_or(|prefix| action(call).starts_with(prefix))
}

/// All alarms of the caller's region, by name.
fn alarms<'a>(call: &Call<'a>, now: i64) -> Vec<Alarm<'a>> {
    let Call { world, caller, .. } = *call;
    let now = Timestamp::from_second(now).unwrap_or_default();
    let there = world.instances_in(&caller.account, &caller.region).filter(|i| i.settled_status_at(now).is_some());
    let mut alarms: Vec<Alarm<'a>> = there.map(|instance| Alarm { instance, watch: Watch::Cpu }).collect();
    if alarms.len() <= MANY {
        for Alarm { instance, .. } in alarms.clone() {
            alarms.push(Alarm { instance, watch: Watch::Storage });
            if instance.source.is_some() {
                alarms.push(Alarm { instance, watch: Watch::Lag });
            }
        }
    }
    alarms.sort_by(Alarm::by_name);
    alarms
}

/// The topic that every alarm tells.
fn action(call: &Call<'_>) -> String {
    format!("arn:aws:sns:{}:{}:oncall", call.caller.region, call.caller.account)
}

fn shape(call: &Call<'_>, name: &str, alarm: &Alarm<'_>, status: Status<'_>) -> Value {
    let dimension = record([("Name", text(DIMENSION)), ("Value", text(alarm.instance.id.as_str()))]);
    let arn = format!("arn:aws:cloudwatch:{}:{}:alarm:{name}", call.caller.region, call.caller.account);
    let actions = || Value::Array(vec![text(action(call))]);
    let whole = |number: i64| Value::Integer(number.into());
    let state = status.state();
    let history = status.history(alarm);
    record([
        ("AlarmName", text(name)),
        ("AlarmArn", text(arn)),
        ("AlarmDescription", text(alarm.description())),
        ("AlarmConfigurationUpdatedTimestamp", moment(history.configured)),
        ("ActionsEnabled", Value::Bool(true)),
        ("OKActions", actions()),
        ("AlarmActions", actions()),
        ("InsufficientDataActions", Value::Array(Vec::new())),
        ("StateValue", text(state.name())),
        ("StateReason", text(history.reason)),
        ("StateReasonData", text(history.reason_data)),
        ("StateUpdatedTimestamp", moment(history.since)),
        ("StateTransitionedTimestamp", moment(history.since)),
        ("MetricName", text(alarm.metric().name())),
        ("Namespace", text(NAMESPACE)),
        ("Statistic", text(alarm.statistic().0)),
        ("Dimensions", Value::Array(vec![dimension])),
        ("Period", whole(alarm.period())),
        ("EvaluationPeriods", whole(alarm.evaluation_periods())),
        ("DatapointsToAlarm", whole(alarm.evaluation_periods())),
        ("Threshold", Value::Float(alarm.threshold())),
        ("ComparisonOperator", text(alarm.comparison().0)),
        ("TreatMissingData", text("missing")),
    ])
}
