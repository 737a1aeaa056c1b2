//! Metric math, worked out over the series of a request.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use super::Call;
use super::expression::{Expression, Operator};
use super::fault::Fault;
use super::question::{Kind, Questions, in_expression};
use super::series::{Reader, align_down, align_up, oldest};

/// Datapoints of one period's length, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What tells it from the others of an array.
    pub name: String,
    pub period: i64,
    pub points: Vec<(i64, f64)>,
}

impl Series {
    fn with(&self, points: Vec<(i64, f64)>) -> Self {
        Self { name: self.name.clone(), period: self.period, points }
    }

    /// Every point changed; a result that is no number is no point.
    fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        let changed = self.points.iter().map(|(at, value)| (*at, change(*value)));
        self.with(changed.filter(|(_, value)| value.is_finite()).collect())
    }

    fn at(&self, at: i64) -> Option<f64> {
        let place = self.points.binary_search_by_key(&at, |point| point.0).ok()?;
        self.points.get(place).map(|point| point.1)
    }
}

/// What an expression can come to.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    Number(f64),
    One(Series),
    Many(Vec<Series>),
}

impl Quantity {
    /// The series of a result; none of a number.
    pub fn series(&self) -> &[Series] {
        match self {
            Self::Number(_) => &[],
            Self::One(series) => std::slice::from_ref(series),
            Self::Many(all) => all,
        }
    }

    fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Number(number) => Self::Number(change(*number)),
            Self::One(series) => Self::One(series.map(change)),
            Self::Many(all) => Self::Many(all.iter().map(|series| series.map(&change)).collect()),
        }
    }

    /// Every series turned into another.
    fn map_series(&self, change: impl Fn(&Series) -> Series) -> Result<Self, String> {
        match self {
            Self::Number(_) => Err("a time series is needed, not a number".to_owned()),
            Self::One(series) => Ok(Self::One(change(series))),
            Self::Many(all) => Ok(Self::Many(all.iter().map(change).collect())),
        }
    }

    /// The value at a moment: a number has it at any.
    fn at(&self, at: i64) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::One(series) => series.at(at),
            Self::Many(_) => None,
        }
    }
}

/// From when (inclusive) to when (exclusive), seen at which moment; seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub start: i64,
    pub end: i64,
    pub now: i64,
}

/// Works the queries of a request out, each at most once and only where it is needed.
#[derive(Debug)]
pub struct Evaluator<'a> {
    pub call: &'a Call<'a>,
    pub questions: &'a Questions<'a>,
    pub range: Range,
    known: HashMap<usize, Rc<Quantity>>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator that knows nothing yet.
    pub fn new(call: &'a Call<'a>, questions: &'a Questions<'a>, range: Range) -> Self {
        Self { call, questions, range, known: HashMap::new() }
    }

    /// What a query comes to.
    ///
    /// # Errors
    /// `ValidationError` for an expression that cannot be worked out.
    pub fn quantity(&mut self, position: usize) -> Result<Rc<Quantity>, Fault> {
        let mut needed = vec![false; self.questions.all.len()];
        mark(&mut needed, position);
        for at in self.questions.order.iter().rev() {
            if needed.get(*at) == Some(&true)
                && let Some(Kind::Math { needs, .. }) = self.questions.all.get(*at).map(|question| &question.kind)
            {
                for need in needs {
                    mark(&mut needed, *need);
                }
            }
        }
        for at in &self.questions.order {
            if needed.get(*at) == Some(&true) && !self.known.contains_key(at) {
                let quantity = self.work_out(*at)?;
                self.known.insert(*at, Rc::new(quantity));
            }
        }
        self.known.get(&position).cloned().ok_or_else(Fault::internal)
    }

    fn work_out(&self, position: usize) -> Result<Quantity, Fault> {
        let question = self.questions.all.get(position).ok_or_else(Fault::internal)?;
        match &question.kind {
            Kind::Metric { metric, period, stat, unit } => {
                let (namespace, name) = (metric.namespace.as_deref(), metric.metric_name.as_deref());
                let reader = Reader::find(
                    self.call,
                    self.range.now,
                    namespace.unwrap_or_default(),
                    name.unwrap_or_default(),
                    metric.dimensions.as_deref().unwrap_or_default(),
                    *unit,
                );
                let mut points = Vec::new();
                if let Some(mut reader) = reader {
                    let step = (*period).max(60);
                    for at in self.grid(step) {
                        if reader.load(at, step) {
                            points.push((at, reader.stat(*stat)));
                        }
                    }
                }
                Ok(Quantity::One(Series { name: question.id.to_owned(), period: *period, points }))
            }
            Kind::Math { expression, .. } => self.evaluate(expression).map_err(|why| in_expression(question.id, &why)),
        }
    }

    /// The moments at which periods of that length begin, as far back as they are kept.
    fn grid(&self, period: i64) -> impl Iterator<Item = i64> + use<> {
        let kept = align_up(oldest(period, self.range.now), period);
        let first = align_down(self.range.start, period).max(kept);
        let end = self.range.end.min(self.range.now);
        std::iter::successors(Some(first), move |at| Some(at + period)).take_while(move |at| *at < end)
    }

    fn evaluate(&self, expression: &Expression) -> Result<Quantity, String> {
        match expression {
            Expression::Number(number) => Ok(Quantity::Number(*number)),
            Expression::Text(_) => Err("a text does not belong here".to_owned()),
            Expression::Name(name) => {
                let known = self.questions.index.get(name.as_str()).and_then(|at| self.known.get(at));
                known.map(|quantity| (**quantity).clone()).ok_or_else(|| format!("'{name}' does not belong here"))
            }
            Expression::Negative(inner) => Ok(self.evaluate(inner)?.map(|value| -value)),
            Expression::Binary(operator, left, right) => {
                combine(&self.evaluate(left)?, &self.evaluate(right)?, |a, b| apply(*operator, a, b))
            }
            Expression::List(items) => {
                let mut all = Vec::new();
                for item in items {
                    all.extend_from_slice(self.evaluate(item)?.series());
                }
                Ok(Quantity::Many(all))
            }
            Expression::Call(function, arguments) => self.function(function, arguments),
        }
    }

    fn function(&self, function: &str, arguments: &[Expression]) -> Result<Quantity, String> {
        match (function, arguments) {
            ("METRICS", []) => Ok(Quantity::Many(self.metrics(""))),
            ("METRICS", [Expression::Text(part)]) => Ok(Quantity::Many(self.metrics(part))),
            ("ABS", [of]) => Ok(self.evaluate(of)?.map(f64::abs)),
            ("CEIL", [of]) => Ok(self.evaluate(of)?.map(f64::ceil)),
            ("FLOOR", [of]) => Ok(self.evaluate(of)?.map(f64::floor)),
            ("AVG" | "MIN" | "MAX" | "SUM", [of]) => summarise(function, &self.evaluate(of)?),
            ("DIFF", [of]) => self.evaluate(of)?.map_series(|series| steps(series, |value, _| value)),
            ("RATE", [of]) => self.evaluate(of)?.map_series(|series| steps(series, |value, seconds| value / seconds)),
            ("PERIOD", [of]) => match self.evaluate(of)? {
                Quantity::One(series) => Ok(Quantity::Number(series.period as f64)),
                _ => Err("PERIOD takes one time series".to_owned()),
            },
            ("FILL", [of, with]) => {
                let repeat = matches!(with, Expression::Name(name) if name == "REPEAT");
                let with = if repeat { None } else { Some(self.evaluate(with)?) };
                self.evaluate(of)?.map_series(|series| self.fill(series, with.as_ref()))
            }
            ("IF", [condition, yes]) => choose(&self.evaluate(condition)?, &self.evaluate(yes)?, None),
            ("IF", [condition, yes, no]) => {
                choose(&self.evaluate(condition)?, &self.evaluate(yes)?, Some(&self.evaluate(no)?))
            }
            _ => Err(format!("there is no function {function} that takes {} arguments", arguments.len())),
        }
    }

    /// The request's metrics whose ids contain `part`.
    fn metrics(&self, part: &str) -> Vec<Series> {
        let mut found = Vec::new();
        for (at, question) in self.questions.all.iter().enumerate() {
            if matches!(question.kind, Kind::Metric { .. })
                && question.id.contains(part)
                && let Some(quantity) = self.known.get(&at)
            {
                found.extend_from_slice(quantity.series());
            }
        }
        found
    }

    /// Fills the gaps with a value, or with the last one where there is none to fill with.
    fn fill(&self, series: &Series, with: Option<&Quantity>) -> Series {
        let mut last = None;
        let filled = self.grid(series.period.max(60)).filter_map(|at| {
            let own = series.at(at);
            last = own.or(last);
            let value = own.or_else(|| with.map_or(last, |with| with.at(at)))?;
            Some((at, value))
        });
        series.with(filled.collect())
    }
}

fn mark(needed: &mut [bool], position: usize) {
    if let Some(mark) = needed.get_mut(position) {
        *mark = true;
    }
}

fn apply(operator: Operator, a: f64, b: f64) -> f64 {
    let order = a.partial_cmp(&b);
    let truth = |yes: bool| f64::from(u8::from(yes));
    match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        Operator::Power => a.powf(b),
        Operator::Equal => truth(order == Some(Ordering::Equal)),
        Operator::NotEqual => truth(order != Some(Ordering::Equal)),
        Operator::Less => truth(order == Some(Ordering::Less)),
        Operator::LessOrEqual => truth(order.is_some_and(Ordering::is_le)),
        Operator::Greater => truth(order == Some(Ordering::Greater)),
        Operator::GreaterOrEqual => truth(order.is_some_and(Ordering::is_ge)),
        Operator::And => truth(holds(a) && holds(b)),
        Operator::Or => truth(holds(a) || holds(b)),
    }
}

/// Whether a value counts as true.
fn holds(value: f64) -> bool {
    value.abs() > 0.0
}

/// Two quantities by an operator: series meet where both have a point.
fn combine(left: &Quantity, right: &Quantity, by: impl Fn(f64, f64) -> f64) -> Result<Quantity, String> {
    let join = |a: &Series, b: &Quantity, turned: bool| {
        let both = a.points.iter().filter_map(|(at, value)| {
            let other = b.at(*at)?;
            Some((*at, if turned { by(other, *value) } else { by(*value, other) }))
        });
        a.with(both.filter(|(_, value)| value.is_finite()).collect())
    };
    match (left, right) {
        (Quantity::Number(a), Quantity::Number(b)) => Ok(Quantity::Number(by(*a, *b))),
        (Quantity::Many(_), Quantity::Many(_)) => Err("two arrays of time series do not combine".to_owned()),
        (Quantity::Number(_) | Quantity::One(_), Quantity::Many(_)) | (Quantity::Number(_), Quantity::One(_)) => {
            right.map_series(|series| join(series, left, true))
        }
        _ => left.map_series(|series| join(series, right, false)),
    }
}

/// `IF(condition, yes, no)`, point by point; without `no` there is a point only where it holds.
fn choose(condition: &Quantity, yes: &Quantity, no: Option<&Quantity>) -> Result<Quantity, String> {
    match condition {
        Quantity::Number(value) if holds(*value) => Ok(yes.clone()),
        Quantity::Number(_) => no.cloned().ok_or_else(|| "IF needs a third argument here".to_owned()),
        Quantity::One(series) => {
            let chosen = series.points.iter().filter_map(|(at, value)| {
                let from = if holds(*value) { Some(yes) } else { no };
                Some((*at, from?.at(*at)?))
            });
            Ok(Quantity::One(series.with(chosen.collect())))
        }
        Quantity::Many(_) => Err("IF takes one time series as its condition".to_owned()),
    }
}

/// What changes from point to point: `of` gets the difference and the seconds between.
fn steps(series: &Series, of: impl Fn(f64, f64) -> f64) -> Series {
    let pairs = series.points.windows(2).filter_map(|pair| match pair {
        [(before, old), (at, new)] => Some((*at, of(new - old, (at - before) as f64))),
        _ => None,
    });
    series.with(pairs.collect())
}

/// `AVG`, `MIN`, `MAX` or `SUM`: of a series the number over all its points, of an array the series
/// over its members at each moment.
fn summarise(function: &str, of: &Quantity) -> Result<Quantity, String> {
    let summary = |values: &[f64]| match function {
        "MIN" => values.iter().copied().fold(f64::INFINITY, f64::min),
        "MAX" => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        "AVG" => values.iter().sum::<f64>() / values.len() as f64,
        _ => values.iter().sum(),
    };
    match of {
        Quantity::Number(_) => Err(format!("{function} takes time series")),
        Quantity::One(series) => {
            let values: Vec<f64> = series.points.iter().map(|point| point.1).collect();
            Ok(Quantity::Number(summary(&values)))
        }
        Quantity::Many(all) => {
            let mut points: Vec<(i64, f64)> = all.iter().flat_map(|series| series.points.iter().copied()).collect();
            points.sort_by_key(|point| point.0);
            let moments = points.chunk_by(|a, b| a.0 == b.0).filter_map(|moment| {
                let values: Vec<f64> = moment.iter().map(|point| point.1).collect();
                Some((moment.first()?.0, summary(&values)))
            });
            let period = all.iter().map(|series| series.period).max().unwrap_or(60);
            Ok(Quantity::One(Series { name: function.to_owned(), period, points: moments.collect() }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: &[(i64, f64)]) -> Quantity {
        Quantity::One(Series { name: "s".to_owned(), period: 60, points: points.to_vec() })
    }

    #[test]
    fn series_meet_where_both_have_points() {
        let (a, b) = (series(&[(0, 6.0), (60, 8.0), (120, 1.0)]), series(&[(60, 2.0), (120, 0.0), (180, 5.0)]));
        let divided = combine(&a, &b, |a, b| apply(Operator::Divide, a, b)).unwrap();
        // Division by zero gives no point.
        assert_eq!(divided, series(&[(60, 4.0)]));
        let turned = combine(&Quantity::Number(10.0), &b, |a, b| apply(Operator::Subtract, a, b)).unwrap();
        assert_eq!(turned, series(&[(60, 8.0), (120, 10.0), (180, 5.0)]));
    }

    #[test]
    fn summaries_of_one_and_of_many() {
        let (a, b) = (series(&[(0, 1.0), (60, 3.0)]), series(&[(60, 5.0)]));
        assert_eq!(summarise("AVG", &a), Ok(Quantity::Number(2.0)));
        let many = Quantity::Many([a.series(), b.series()].concat());
        let sum = summarise("SUM", &many).unwrap();
        assert_eq!(sum.series()[0].points, [(0, 1.0), (60, 8.0)]);
        assert!(summarise("MAX", &Quantity::Number(1.0)).is_err());
    }

    #[test]
    fn choosing_and_stepping() {
        let condition = series(&[(0, 0.0), (60, 1.0)]);
        let chosen = choose(&condition, &Quantity::Number(7.0), Some(&series(&[(0, 2.0)]))).unwrap();
        assert_eq!(chosen, series(&[(0, 2.0), (60, 7.0)]));
        let rate = series(&[(0, 1.0), (60, 121.0)]).map_series(|s| steps(s, |value, seconds| value / seconds));
        assert_eq!(rate, Ok(series(&[(60, 2.0)])));
    }
}
