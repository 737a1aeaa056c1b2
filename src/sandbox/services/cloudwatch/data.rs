//! `GetMetricData`: many metrics and metric math in one call, page by page.

use ciborium::Value;
use winterbaume_cloudwatch::wire::GetMetricDataInput;

use super::Call;
use super::evaluate::{Evaluator, Quantity, Range, Series};
use super::fault::Fault;
use super::protocol::{moment, record, text};
use super::question::{Kind, Question, Questions, in_expression, read};
use super::series::whole_seconds;
use super::token::Token;

/// Most datapoints in an answer.
const MOST_POINTS: usize = 100_800;

/// Answers a request.
///
/// # Errors
/// `ValidationError` and `InvalidNextToken`, as CloudWatch gives them.
pub fn answer(call: &Call<'_>, input: &GetMetricDataInput) -> Result<Value, Fault> {
    let questions = read(input)?;
    let (start, end) = (whole_seconds(input.start_time), whole_seconds(input.end_time));
    if start >= end {
        return Err(Fault::validation("The parameter StartTime must be less than the parameter EndTime."));
    }
    let newest_first = match input.scan_by.as_deref() {
        None | Some("TimestampDescending") => true,
        Some("TimestampAscending") => false,
        Some(other) => return Err(Fault::validation(format!("The value {other} for parameter ScanBy is invalid."))),
    };
    let mut room = match input.max_datapoints {
        None => MOST_POINTS,
        Some(most) => usize::try_from(most).ok().filter(|most| (1..=MOST_POINTS).contains(most)).ok_or_else(|| {
            let message = format!("The value {most} for parameter MaxDatapoints is not between 1 and {MOST_POINTS}.");
            Fault::validation(message)
        })?,
    };
    let request = || format!("{start} {end} {newest_first} {:?}", input.metric_data_queries);
    let from = match &input.next_token {
        Some(token) => Token::read(token, &request())?,
        None => Token { now: call.now, index: 0, offset: 0 },
    };
    let mut evaluator = Evaluator::new(call, &questions, Range { start, end, now: from.now });
    let labels = Labels::of(&questions);
    let mut results = Vec::new();
    let mut next: Option<Token> = None;
    for (index, question) in questions.all.iter().enumerate().skip(from.index) {
        if !question.returned {
            continue;
        }
        if next.is_some() {
            results.push(result(question.id, labels.of_question(question), &[], false));
            continue;
        }
        let quantity = evaluator.quantity(index)?;
        if matches!(*quantity, Quantity::Number(_)) {
            return Err(in_expression(question.id, "the result is a number, not a time series"));
        }
        let several = matches!(*quantity, Quantity::Many(_));
        // Points of this query that came with earlier pages, and that are behind us at all.
        let mut given = if index == from.index { from.offset } else { 0 };
        let mut behind = 0;
        for series in quantity.series() {
            let total = series.points.len();
            let first = given.min(total);
            given -= first;
            let take = (total - first).min(room);
            room -= take;
            behind += first + take;
            if first == total && total > 0 {
                continue;
            }
            let points = page(series, newest_first, first, take);
            let whole = first + take == total;
            let label = if several { series.name.clone() } else { labels.of_question(question) };
            results.push(result(question.id, label, &points, whole));
            if !whole {
                next = Some(Token { now: from.now, index, offset: behind });
                break;
            }
        }
    }
    let token = next.map_or(Value::Null, |token| text(token.write(&request())));
    Ok(without_null([("MetricDataResults", Value::Array(results)), ("NextToken", token)]))
}

/// A part of a series in the order asked for.
fn page(series: &Series, newest_first: bool, first: usize, take: usize) -> Vec<(i64, f64)> {
    if newest_first {
        series.points.iter().rev().skip(first).take(take).copied().collect()
    } else {
        series.points.iter().skip(first).take(take).copied().collect()
    }
}

fn result(id: &str, label: String, points: &[(i64, f64)], whole: bool) -> Value {
    record([
        ("Id", text(id)),
        ("Label", text(label)),
        ("Timestamps", Value::Array(points.iter().map(|point| moment(point.0)).collect())),
        ("Values", Value::Array(points.iter().map(|point| Value::Float(point.1)).collect())),
        ("StatusCode", text(if whole { "Complete" } else { "PartialData" })),
    ])
}

/// A structure without the fields that are null.
pub fn without_null(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    record(fields.into_iter().filter(|(_, value)| !value.is_null()))
}

/// Labels for queries that give none: what tells them apart, as the console shows them.
struct Labels {
    metrics_differ: bool,
    instances_differ: bool,
}

impl Labels {
    fn of<'a>(questions: &Questions<'a>) -> Self {
        let differ = |part: fn(&Question<'a>) -> Option<&'a str>| {
            let mut parts = questions.all.iter().filter_map(part);
            let first = parts.next();
            parts.any(|part| Some(part) != first)
        };
        Self { metrics_differ: differ(metric_name), instances_differ: differ(dimension) }
    }

    fn of_question(&self, question: &Question<'_>) -> String {
        if let Some(label) = question.label {
            return label.to_owned();
        }
        match (metric_name(question), dimension(question)) {
            (Some(name), Some(instance)) if self.instances_differ && self.metrics_differ => {
                format!("{instance} {name}")
            }
            (_, Some(instance)) if self.instances_differ => instance.to_owned(),
            (Some(name), _) => name.to_owned(),
            (None, _) => question.id.to_owned(),
        }
    }
}

fn metric_name<'a>(question: &Question<'a>) -> Option<&'a str> {
    match &question.kind {
        Kind::Metric { metric, .. } => metric.metric_name.as_deref(),
        Kind::Math { .. } => None,
    }
}

fn dimension<'a>(question: &Question<'a>) -> Option<&'a str> {
    match &question.kind {
        Kind::Metric { metric, .. } => Some(metric.dimensions.as_ref()?.first()?.value.as_str()),
        Kind::Math { .. } => None,
    }
}
