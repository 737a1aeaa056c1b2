//! `DescribeAlarms`: the alarms of a region, of metrics and composite ones.

use ciborium::Value;
use winterbaume_cloudwatch::wire::DescribeAlarmsInput;

use super::alarm::{self, Alarm, Kinds, State};
use super::alarm_state::Status;
use super::composite::{self, Composite};
use super::composite_state::CompositeStatus;
use super::data::without_null;
use super::fault::Fault;
use super::protocol::{moment, record, text};
use super::token::{Token, page_size};
use super::{Call, DIMENSION, NAMESPACE};

/// Alarms in an answer if the request does not say.
const PAGE: usize = 50;

/// An alarm of either kind.
#[derive(Debug, Clone, Copy)]
enum Either<'l, 'a> {
    Metric(&'l Alarm<'a>),
    Composite(&'l Composite<'a>),
}

/// Which alarms are asked for.
#[derive(Debug, Clone, Copy)]
enum Wanted<'r> {
    /// Those that fit the request's filters.
    Those(Kinds),
    /// Those that the rule of a composite alarm looks at.
    ChildrenOf(&'r str),
    /// The composite alarms whose rule looks at an alarm.
    ParentsOf(&'r str),
}

/// Answers a request.
///
/// # Errors
/// `ValidationError`, `InvalidParameterCombination` and `InvalidNextToken`, as CloudWatch gives them.
pub fn answer(call: &Call<'_>, input: &DescribeAlarmsInput) -> Result<Value, Fault> {
    let most = page_size(input.max_records, PAGE)?;
    if input.alarm_names.is_some() && input.alarm_name_prefix.is_some() {
        return Err(Fault::combination("AlarmNames and AlarmNamePrefix cannot both be specified."));
    }
    let state = match input.state_value.as_deref() {
        None => None,
        Some(name) => {
            let known = ["INSUFFICIENT_DATA", "ALARM", "OK"];
            Some(State::parse(name).ok_or_else(|| Fault::not_among(name, "stateValue", &known))?)
        }
    };
    let wanted = Wanted::read(input)?;
    let request = format!(
        "{:?} {:?} {:?} {:?} {wanted:?}",
        input.alarm_names, input.alarm_name_prefix, input.state_value, input.action_prefix
    );
    let from = match &input.next_token {
        Some(token) => Token::read(token, &request)?,
        None => Token { now: call.now, index: 0, offset: 0 },
    };
    let alarms = alarm::all(call, from.now);
    let composites = if wanted.needs_composites() { composite::over(&alarms) } else { Vec::new() };
    let (mut of_metrics, mut composed) = (Vec::new(), Vec::new());
    let mut next = Value::Null;
    let all = alarms.iter().map(Either::Metric).chain(composites.iter().map(Either::Composite));
    for (index, alarm) in all.enumerate().skip(from.index) {
        let name = alarm.name();
        if !wanted.has(call, input, alarm, &name, &composites) {
            continue;
        }
        let found = alarm.found(call, from.now);
        if state.is_some_and(|state| state != found.state()) {
            continue;
        }
        if of_metrics.len() + composed.len() == most {
            next = text(Token { now: from.now, index, offset: 0 }.write(&request));
            break;
        }
        let told = match wanted {
            Wanted::Those(_) => found.whole(call, &name),
            Wanted::ChildrenOf(_) => found.child(call, &name),
            Wanted::ParentsOf(_) => record(named(call, &name)),
        };
        match alarm {
            Either::Metric(_) => of_metrics.push(told),
            Either::Composite(_) => composed.push(told),
        }
    }
    Ok(without_null([
        ("CompositeAlarms", Value::Array(composed)),
        ("MetricAlarms", Value::Array(of_metrics)),
        ("NextToken", next),
    ]))
}

impl<'r> Wanted<'r> {
    /// Reads what is asked for. Who asks for the kin of an alarm may ask for nothing else.
    fn read(input: &'r DescribeAlarmsInput) -> Result<Self, Fault> {
        let kinds = Kinds::read(input.alarm_types.as_deref())?;
        let filtered = input.alarm_names.is_some()
            || input.alarm_name_prefix.is_some()
            || input.alarm_types.is_some()
            || input.state_value.is_some()
            || input.action_prefix.is_some();
        let alone = |name: &str| {
            Fault::validation(format!(
                "{name} cannot be specified with parameters other than MaxRecords and NextToken."
            ))
        };
        match (input.children_of_alarm_name.as_deref(), input.parents_of_alarm_name.as_deref()) {
            (None, None) => Ok(Self::Those(kinds)),
            (Some(parent), None) if !filtered => Ok(Self::ChildrenOf(parent)),
            (None, Some(child)) if !filtered => Ok(Self::ParentsOf(child)),
            (Some(_), _) => Err(alone("ChildrenOfAlarmName")),
            (None, Some(_)) => Err(alone("ParentsOfAlarmName")),
        }
    }

    fn needs_composites(self) -> bool {
        match self {
            Self::Those(kinds) => kinds.composite,
            Self::ChildrenOf(_) | Self::ParentsOf(_) => true,
        }
    }

    /// Whether an alarm of that name is asked for, its state aside.
    fn has(
        self,
        call: &Call<'_>,
        input: &DescribeAlarmsInput,
        alarm: Either<'_, '_>,
        name: &str,
        composites: &[Composite<'_>],
    ) -> bool {
        match (self, alarm) {
            (Self::Those(kinds), Either::Metric(_)) => kinds.metric && fits(call, input, name),
            (Self::Those(kinds), Either::Composite(_)) => kinds.composite && fits(call, input, name),
            (Self::ChildrenOf(parent), _) => composites.iter().any(|one| one.name() == parent && one.looks_at(name)),
            (Self::ParentsOf(child), Either::Composite(composite)) => composite.looks_at(child),
            (Self::ParentsOf(_), Either::Metric(_)) => false,
        }
    }
}

/// Whether a name and the topic that all alarms tell pass the request's filters.
fn fits(call: &Call<'_>, input: &DescribeAlarmsInput, name: &str) -> bool {
    input.alarm_names.as_ref().is_none_or(|names| names.is_empty() || names.iter().any(|asked| asked == name))
        && input.alarm_name_prefix.as_deref().is_none_or(|prefix| name.starts_with(prefix))
        && input.action_prefix.as_deref().is_none_or(|prefix| alarm::topic(call).starts_with(prefix))
}

impl<'l, 'a> Either<'l, 'a> {
    fn name(self) -> String {
        match self {
            Self::Metric(alarm) => alarm.name(),
            Self::Composite(composite) => composite.name().to_owned(),
        }
    }

    /// Evaluates it.
    fn found(self, call: &Call<'a>, now: i64) -> Found<'l, 'a> {
        match self {
            Self::Metric(alarm) => Found::Metric(alarm, Box::new(Status::of(call, alarm, now))),
            Self::Composite(composite) => Found::Composite(composite, CompositeStatus::of(call, composite, now)),
        }
    }
}

/// An alarm of either kind, evaluated.
#[derive(Debug)]
enum Found<'l, 'a> {
    Metric(&'l Alarm<'a>, Box<Status<'a>>),
    Composite(&'l Composite<'a>, CompositeStatus<'a>),
}

impl Found<'_, '_> {
    fn state(&self) -> State {
        match self {
            Self::Metric(_, status) => status.state(),
            Self::Composite(_, status) => status.state(),
        }
    }

    /// All that there is to tell.
    fn whole(self, call: &Call<'_>, name: &str) -> Value {
        match self {
            Self::Metric(alarm, status) => metric(call, name, alarm, *status),
            Self::Composite(composite, status) => composed(call, name, composite, status),
        }
    }

    /// What is told of the children of a composite alarm.
    fn child(self, call: &Call<'_>, name: &str) -> Value {
        let state = self.state();
        let history = match self {
            Self::Metric(_, status) => status.history(),
            Self::Composite(_, status) => status.history(),
        };
        let more = [("StateValue", text(state.name())), ("StateUpdatedTimestamp", moment(history.since))];
        record(named(call, name).into_iter().chain(more))
    }
}

/// What is told of every alarm.
fn named(call: &Call<'_>, name: &str) -> [(&'static str, Value); 2] {
    [("AlarmName", text(name)), ("AlarmArn", text(alarm::arn(call, name)))]
}

fn metric(call: &Call<'_>, name: &str, alarm: &Alarm<'_>, status: Status<'_>) -> Value {
    let dimension = record([("Name", text(DIMENSION)), ("Value", text(alarm.instance.id.as_str()))]);
    let actions = || Value::Array(vec![text(alarm::topic(call))]);
    let whole = |number: i64| Value::Integer(number.into());
    let state = status.state();
    let history = status.history();
    record(named(call, name).into_iter().chain([
        ("AlarmDescription", text(alarm.description())),
        ("AlarmConfigurationUpdatedTimestamp", moment(alarm.configured())),
        ("ActionsEnabled", Value::Bool(alarm.acts())),
        ("OKActions", actions()),
        ("AlarmActions", actions()),
        ("InsufficientDataActions", Value::Array(Vec::new())),
        ("StateValue", text(state.name())),
        ("StateReason", text(history.cause.reason)),
        ("StateReasonData", text(history.cause.data)),
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
    ]))
}

fn composed(call: &Call<'_>, name: &str, composite: &Composite<'_>, status: CompositeStatus<'_>) -> Value {
    let actions = || Value::Array(vec![text(alarm::topic(call))]);
    let state = status.state();
    let history = status.history();
    let configured = composite.configured().last().copied().unwrap_or_default();
    record(named(call, name).into_iter().chain([
        ("AlarmDescription", text(composite.description())),
        ("AlarmConfigurationUpdatedTimestamp", moment(configured)),
        ("AlarmRule", text(composite.rule())),
        ("ActionsEnabled", Value::Bool(true)),
        ("OKActions", actions()),
        ("AlarmActions", actions()),
        ("InsufficientDataActions", Value::Array(Vec::new())),
        ("StateValue", text(state.name())),
        ("StateReason", text(history.cause.reason)),
        ("StateReasonData", text(history.cause.data)),
        ("StateUpdatedTimestamp", moment(history.since)),
        ("StateTransitionedTimestamp", moment(history.since)),
    ]))
}
