//! The queries of `GetMetricData`, checked and read.

use std::collections::HashMap;

use winterbaume_cloudwatch::wire::{GetMetricDataInput, Metric, MetricDataQuery};

use super::expression::{self, Expression};
use super::fault::Fault;
use super::series::{Stat, is_period};

/// Most queries in a request.
const MOST: usize = 500;

/// One query.
#[derive(Debug)]
pub struct Question<'a> {
    pub id: &'a str,
    pub label: Option<&'a str>,
    /// Whether the answer has it; others only feed expressions.
    pub returned: bool,
    pub kind: Kind<'a>,
}

/// What is asked for.
#[derive(Debug)]
pub enum Kind<'a> {
    Metric {
        metric: &'a Metric,
        period: i64,
        stat: Stat,
        unit: Option<&'a str>,
    },
    /// An expression, and which queries it refers to.
    Math {
        expression: Expression,
        needs: Vec<usize>,
    },
}

/// All queries of a request.
#[derive(Debug)]
pub struct Questions<'a> {
    pub all: Vec<Question<'a>>,
    /// Every query after those that it refers to.
    pub order: Vec<usize>,
    pub index: HashMap<&'a str, usize>,
}

/// Checks a request's queries as CloudWatch does.
///
/// # Errors
/// `ValidationError` naming the first thing that is wrong.
pub fn read(input: &GetMetricDataInput) -> Result<Questions<'_>, Fault> {
    let queries = &input.metric_data_queries;
    if queries.is_empty() {
        return Err(Fault::validation("The parameter MetricDataQueries is required."));
    }
    if queries.len() > MOST {
        let message = format!("The collection MetricDataQueries must not have a size greater than {MOST}.");
        return Err(Fault::validation(message));
    }
    let mut index = HashMap::with_capacity(queries.len());
    for (position, query) in queries.iter().enumerate() {
        check_id(&query.id, position + 1)?;
        if index.insert(query.id.as_str(), position).is_some() {
            return Err(Fault::validation("The values for parameter id in MetricDataQueries are not unique."));
        }
    }
    let mut all = Vec::with_capacity(queries.len());
    for (position, query) in queries.iter().enumerate() {
        let kind = kind(query, position + 1)?;
        let (label, returned) = (query.label.as_deref(), query.return_data.unwrap_or(true));
        all.push(Question { id: &query.id, label, returned, kind });
    }
    if !all.iter().any(|question| question.returned) {
        return Err(Fault::validation("At least one query must have ReturnData set to true."));
    }
    connect(&mut all, &index)?;
    let order = order(&all)?;
    Ok(Questions { all, order, index })
}

fn check_id(id: &str, number: usize) -> Result<(), Fault> {
    if id.is_empty() {
        return Err(Fault::validation(format!("The parameter MetricDataQueries.member.{number}.Id is required.")));
    }
    let begins = id.starts_with(|c: char| c.is_ascii_lowercase());
    if begins && id.len() <= 255 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(());
    }
    Err(Fault::validation(format!(
        "The value '{id}' for parameter 'MetricDataQueries.member.{number}.Id' is not matching the expected pattern \
         '^[a-z][a-zA-Z0-9_]*$'."
    )))
}

fn kind(query: &MetricDataQuery, number: usize) -> Result<Kind<'_>, Fault> {
    let parameter = |name: &str| format!("MetricDataQueries.member.{number}.{name}");
    match (&query.metric_stat, &query.expression) {
        (Some(stat), None) => {
            if !is_period(stat.period) {
                let message = format!(
                    "The value {} for parameter {} is invalid: it must be 1, 5, 10, 20, 30 or a multiple of 60.",
                    stat.period,
                    parameter("MetricStat.Period")
                );
                return Err(Fault::validation(message));
            }
            let statistic = Stat::parse(&stat.stat).ok_or_else(|| {
                let name = parameter("MetricStat.Stat");
                Fault::validation(format!("The value {} for parameter {name} is not supported.", stat.stat))
            })?;
            let period = i64::from(stat.period);
            Ok(Kind::Metric { metric: &stat.metric, period, stat: statistic, unit: stat.unit.as_deref() })
        }
        (None, Some(text)) => {
            let first = text.split_ascii_whitespace().next().unwrap_or_default();
            if first.eq_ignore_ascii_case("select") {
                return Err(in_expression(&query.id, "Metrics Insights queries are not part of the sandbox"));
            }
            let expression = expression::parse(text).map_err(|why| in_expression(&query.id, &why))?;
            Ok(Kind::Math { expression, needs: Vec::new() })
        }
        _ => Err(Fault::validation(format!(
            "Exactly one of the parameters {} and {} must be given.",
            parameter("MetricStat"),
            parameter("Expression")
        ))),
    }
}

/// The error of an expression, as CloudWatch puts it.
pub fn in_expression(id: &str, why: &str) -> Fault {
    Fault::validation(format!("Error in expression '{id}': {why}"))
}

/// Finds the queries that each expression refers to.
fn connect(all: &mut [Question<'_>], index: &HashMap<&str, usize>) -> Result<(), Fault> {
    let metrics: Vec<usize> =
        all.iter().enumerate().filter(|(_, q)| matches!(q.kind, Kind::Metric { .. })).map(|(at, _)| at).collect();
    for question in all {
        let id = question.id;
        let Kind::Math { expression, needs } = &mut question.kind else { continue };
        let mut names = Vec::new();
        expression::names(expression, &mut names);
        for name in names {
            match index.get(name) {
                Some(position) => needs.push(*position),
                // The second argument of FILL; it cannot be an id, which begins in lower case.
                None if name == "REPEAT" => {}
                None => return Err(in_expression(id, &format!("there is no query with the id '{name}'"))),
            }
        }
        if expression::calls(expression, "METRICS") {
            needs.extend(&metrics);
        }
        needs.sort_unstable();
        needs.dedup();
    }
    Ok(())
}

/// Puts every query after those that it needs.
fn order(all: &[Question<'_>]) -> Result<Vec<usize>, Fault> {
    let mut order = Vec::with_capacity(all.len());
    let mut placed = vec![false; all.len()];
    while order.len() < all.len() {
        let before = order.len();
        for (position, question) in all.iter().enumerate() {
            let ready = match &question.kind {
                Kind::Metric { .. } => true,
                Kind::Math { needs, .. } => needs.iter().all(|need| placed.get(*need) == Some(&true)),
            };
            if let Some(mark) = placed.get_mut(position)
                && ready
                && !*mark
            {
                *mark = true;
                order.push(position);
            }
        }
        if order.len() == before {
            let stuck = all.iter().zip(&placed).find(|(_, placed)| !**placed).map_or("", |(question, _)| question.id);
            return Err(in_expression(stuck, "it refers to itself"));
        }
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn math(queries: &[(&str, &str)]) -> GetMetricDataInput {
        let query = |(id, expression): &(&str, &str)| MetricDataQuery {
            id: (*id).to_owned(),
            expression: Some((*expression).to_owned()),
            ..MetricDataQuery::default()
        };
        GetMetricDataInput { metric_data_queries: queries.iter().map(query).collect(), ..GetMetricDataInput::default() }
    }

    #[test]
    fn what_cloudwatch_refuses() {
        let cases: [(&[(&str, &str)], &str); 6] = [
            (&[], "The parameter MetricDataQueries is required."),
            (&[("M1", "1")], "The value 'M1' for parameter 'MetricDataQueries.member.1.Id'"),
            (&[("a", "1"), ("a", "2")], "not unique"),
            (&[("a", "b + 1")], "there is no query with the id 'b'"),
            (&[("a", "b"), ("b", "a")], "Error in expression 'a': it refers to itself"),
            (&[("a", "1 +")], "unexpected end"),
        ];
        for (queries, why) in cases {
            let fault = read(&math(queries)).map(|_| ()).unwrap_err();
            assert_eq!(fault.code, "ValidationError");
            assert!(fault.message.contains(why), "{}", fault.message);
        }
        let many: Vec<(String, &str)> = (0..501).map(|n| (format!("m{n}"), "1")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|(id, text)| (id.as_str(), *text)).collect();
        let message = "The collection MetricDataQueries must not have a size greater than 500.";
        assert_eq!(read(&math(&many)).map(|_| ()).unwrap_err().message, message);
    }

    #[test]
    fn queries_come_after_what_they_need() {
        let input = math(&[("c", "a + b"), ("b", "a * 2"), ("a", "1")]);
        assert_eq!(read(&input).unwrap().order, [2, 1, 0]);
    }
}
