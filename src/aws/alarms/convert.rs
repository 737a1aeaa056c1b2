//! CloudWatch's alarms as ours, every text cleaned; our queries as CloudWatch's.

use aws_sdk_cloudwatch::types as sdk;

use crate::aws::{list, named, time, words};
use crate::domain::{duration, text};
use crate::services::alarms::{
    Actions, Alarm, AlarmMetric, AlarmState, ComparisonOperator, CompositeWatch, EvaluationState, EvaluationWindow,
    Grounds, Judgement, MathQuery, MathWatch, MetricWatch, MissingData, OtherWatch, QuerySource, SuppressedBy,
    Suppression, Suppressor, Watching, figure, references,
};

/// What alarms of all kinds have, which are three types with members of the same names.
macro_rules! alarm {
    ($raw:ident, $evaluation:expr, $watches:expr, $warms_up:expr) => {
        Alarm {
            name: words($raw.alarm_name),
            arn: words($raw.alarm_arn),
            description: line($raw.alarm_description),
            state: state($raw.state_value.as_ref()),
            reason: words($raw.state_reason),
            grounds: $raw.state_reason_data.as_deref().and_then(Grounds::read),
            since: time::optional($raw.state_transitioned_timestamp.or($raw.state_updated_timestamp)),
            evaluation: $evaluation,
            // "The default is TRUE" (API reference, `PutMetricAlarm`).
            actions_enabled: $raw.actions_enabled.unwrap_or(true),
            actions: Actions {
                alarm: list($raw.alarm_actions),
                ok: list($raw.ok_actions),
                insufficient_data: list($raw.insufficient_data_actions),
            },
            watches: $watches,
            notes: notes($raw.state_value.as_ref(), $warms_up),
        }
    };
}

/// An alarm on a metric, on metric math, or by a query language of its own.
pub(super) fn metric_alarm(raw: sdk::MetricAlarm) -> Alarm {
    let judged = judged(&raw);
    let watches = if let Some(criteria) = raw.evaluation_criteria() {
        Watching::Other(by_criteria(criteria))
    } else if raw.metric_name.is_some() {
        Watching::Metric(MetricWatch { metric: own_metric(&raw), judged })
    } else if raw.metrics().is_empty() {
        Watching::Other(OtherWatch { kind: "alarm of an unknown kind".into(), facts: Vec::new() })
    } else {
        let queries = raw.metrics().iter().map(math_query).collect();
        Watching::Expression(MathWatch { queries, band: named(raw.threshold_metric_id.clone()), judged })
    };
    let evaluation = evaluation(raw.evaluation_state());
    let warms_up = raw.warm_up_configuration().is_some();
    alarm!(raw, evaluation, watches, warms_up)
}

/// An alarm on other alarms.
pub(super) fn composite_alarm(raw: sdk::CompositeAlarm) -> Alarm {
    let rule = line(raw.alarm_rule);
    let suppressor = named(raw.actions_suppressor).map(|alarm| Suppressor {
        alarm,
        wait: whole(raw.actions_suppressor_wait_period),
        extension: whole(raw.actions_suppressor_extension_period),
    });
    let by = raw.actions_suppressed_by.as_ref().map(|by| text::clean(by.as_str())).filter(|by| !by.is_empty());
    let reason = words(raw.actions_suppressed_reason);
    let suppressed = by.map(|by| Suppression { by: SuppressedBy::from_name(&by), reason });
    let children = references(&rule);
    let watches = Watching::Composite(CompositeWatch { rule, children, suppressor, suppressed });
    alarm!(raw, None, watches, false)
}

/// An alarm on a query of CloudWatch Logs, which is told and not modelled.
pub(super) fn log_alarm(raw: sdk::LogAlarm) -> Alarm {
    let mut facts = Vec::new();
    let mut say = |name: &str, value: Option<String>| {
        facts.extend(value.filter(|value| !value.is_empty()).map(|value| (name.to_owned(), value)));
    };
    if let Some(asked) = raw.scheduled_query_configuration() {
        say("query", Some(line(asked.query_string.clone())));
        say("log groups", Some(list(asked.log_group_identifiers.clone()).join(", ")));
        say("aggregation", Some(line(asked.aggregation_expression.clone())));
    }
    say("comparison", raw.comparison_operator().map(|operator| text::clean(operator.as_str())));
    say("threshold", raw.threshold.map(figure));
    if let (Some(some), Some(all)) = (whole(raw.query_results_to_alarm), whole(raw.query_results_to_evaluate)) {
        say("results beyond it", Some(format!("{some} of the last {all}")));
    }
    say("missing data", named(raw.treat_missing_data.clone()).map(|name| MissingData::from_name(&name).words()));
    let evaluation = evaluation(raw.evaluation_state());
    let warms_up = raw.warm_up_configuration().is_some();
    alarm!(raw, evaluation, Watching::Other(OtherWatch { kind: OtherWatch::LOG.into(), facts }), warms_up)
}

/// An alarm by `EvaluationCriteria`, which is told and not modelled.
fn by_criteria(criteria: &sdk::EvaluationCriteria) -> OtherWatch {
    let Ok(query) = criteria.as_prom_ql_criteria() else {
        return OtherWatch { kind: "alarm by criteria of an unknown kind".into(), facts: Vec::new() };
    };
    let mut facts = vec![("query".to_owned(), line(query.query.clone()))];
    let periods = [("pending period", query.pending_period), ("recovery period", query.recovery_period)];
    facts.extend(
        periods.into_iter().filter_map(|(name, seconds)| Some((name.to_owned(), duration::seconds(seconds?.into())))),
    );
    OtherWatch { kind: "PromQL alarm".into(), facts }
}

/// A state; one that is newer than this console says nothing of the metric.
fn state(raw: Option<&sdk::StateValue>) -> AlarmState {
    raw.and_then(|state| AlarmState::from_name(state.as_str())).unwrap_or(AlarmState::InsufficientData)
}

/// What is told beside: a state that is newer than this console, and a warm-up (API reference, `WarmUpConfiguration`).
fn notes(state: Option<&sdk::StateValue>, warms_up: bool) -> Vec<String> {
    let name = state.map(|state| text::clean(state.as_str())).filter(|name| AlarmState::from_name(name).is_none());
    let mut notes: Vec<String> =
        name.map(|name| format!("its state is {name}, which is not known here")).into_iter().collect();
    if warms_up {
        notes.push("in its warm-up it stays in INSUFFICIENT_DATA and acts on nothing".into());
    }
    notes
}

fn evaluation(raw: Option<&sdk::EvaluationState>) -> Option<EvaluationState> {
    let name = raw.map(|state| text::clean(state.as_str())).filter(|name| !name.is_empty());
    name.map(|name| EvaluationState::from_name(&name))
}

fn judged(raw: &sdk::MetricAlarm) -> Judgement {
    let periods = whole(raw.evaluation_periods).unwrap_or_default();
    let operator = raw.comparison_operator().map(|operator| text::clean(operator.as_str())).unwrap_or_default();
    Judgement {
        comparison: ComparisonOperator::from_name(&operator),
        threshold: raw.threshold,
        evaluation_periods: periods,
        datapoints_to_alarm: whole(raw.datapoints_to_alarm).unwrap_or(periods),
        missing: MissingData::from_name(&words(raw.treat_missing_data.clone())),
        ignores_low_samples: raw.evaluate_low_sample_count_percentile() == Some("ignore"),
        window: match raw.evaluation_window() {
            None | Some(sdk::EvaluationWindow::SlidingWindow(_)) => EvaluationWindow::Sliding,
            Some(sdk::EvaluationWindow::WallClockWindow(window)) => {
                EvaluationWindow::WallClock { timezone: named(window.timezone.clone()) }
            }
            Some(_) => EvaluationWindow::Unknown,
        },
    }
}

/// The metric of an alarm on one.
fn own_metric(raw: &sdk::MetricAlarm) -> AlarmMetric {
    let plain = raw.statistic().map(|statistic| text::clean(statistic.as_str()));
    AlarmMetric {
        namespace: words(raw.namespace.clone()),
        name: words(raw.metric_name.clone()),
        dimensions: dimensions(raw.dimensions()),
        statistic: plain.unwrap_or_else(|| words(raw.extended_statistic.clone())),
        period: whole(raw.period),
        unit: raw.unit().map(|unit| text::clean(unit.as_str())),
    }
}

fn math_query(raw: &sdk::MetricDataQuery) -> MathQuery {
    let source = match (raw.metric_stat(), raw.expression()) {
        (Some(stat), _) => QuerySource::Metric(listed_metric(stat)),
        (None, Some(expression)) => QuerySource::Expression(line(Some(expression.to_owned()))),
        (None, None) => QuerySource::Unknown,
    };
    MathQuery {
        id: words(raw.id.clone()),
        source,
        label: named(raw.label.clone()),
        // "If you omit this, the default of true is used" (API reference, `MetricDataQuery`).
        returns_data: raw.return_data.unwrap_or(true),
        period: whole(raw.period),
        account: named(raw.account_id.clone()),
    }
}

/// A metric in a list of queries.
fn listed_metric(raw: &sdk::MetricStat) -> AlarmMetric {
    let metric = raw.metric();
    AlarmMetric {
        namespace: metric.and_then(sdk::Metric::namespace).map(text::clean).unwrap_or_default(),
        name: metric.and_then(sdk::Metric::metric_name).map(text::clean).unwrap_or_default(),
        dimensions: dimensions(metric.map(sdk::Metric::dimensions).unwrap_or_default()),
        statistic: words(raw.stat.clone()),
        period: whole(raw.period),
        unit: raw.unit().map(|unit| text::clean(unit.as_str())),
    }
}

fn dimensions(raw: &[sdk::Dimension]) -> Vec<(String, String)> {
    let word = |word: Option<&str>| word.map(text::clean).unwrap_or_default();
    raw.iter().map(|dimension| (word(dimension.name()), word(dimension.value()))).collect()
}

/// A query of a curve. The unit is the alarm's: with one, only what was published in it counts, for the alarm too.
pub(super) fn query(query: &MathQuery, period: u32) -> sdk::MetricDataQuery {
    let asked = sdk::MetricDataQuery::builder()
        .id(&query.id)
        .return_data(query.returns_data)
        .set_account_id(query.account.clone());
    let asked = match &query.source {
        QuerySource::Metric(metric) => asked.metric_stat(stat(metric, period)),
        QuerySource::Expression(text) => asked.expression(text).set_period(query.period.map(signed)),
        QuerySource::Unknown => asked,
    };
    asked.build()
}

/// A metric of a curve, at its own period or at that of the curve.
fn stat(metric: &AlarmMetric, period: u32) -> sdk::MetricStat {
    let dimension = |(name, value): &(String, String)| sdk::Dimension::builder().name(name).value(value).build();
    let of = sdk::Metric::builder()
        .namespace(&metric.namespace)
        .metric_name(&metric.name)
        .set_dimensions(Some(metric.dimensions.iter().map(dimension).collect()))
        .build();
    sdk::MetricStat::builder()
        .metric(of)
        .period(signed(metric.period.unwrap_or(period)))
        .stat(&metric.statistic)
        .set_unit(metric.unit.as_deref().map(sdk::StandardUnit::from))
        .build()
}

/// Cleaned text of one line, whatever lines it was written in: rules and expressions may be.
fn line(raw: Option<String>) -> String {
    let raw = raw.unwrap_or_default();
    let joined: String = raw.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    text::clean(&joined)
}

/// A number of AWS's that is a count or seconds; none where it is missing, zero or nonsense.
fn whole(raw: Option<i32>) -> Option<u32> {
    raw.and_then(|raw| u32::try_from(raw).ok()).filter(|number| *number > 0)
}

/// A number for AWS.
fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
