//! The pieces of an answer of `GetMetricData`, as one curve.

use std::collections::BTreeMap;

use super::series::CurveQuestion;

/// Time series of one query that are taken; a query may give many (Metrics Insights, `GROUP BY`).
const MOST_LINES: usize = 100;

/// What an alarm judges, over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// Start of the period (seconds since the epoch) and value, oldest first. Of many series the first by its label.
    pub points: Vec<(i64, f64)>,
    /// What is expected, in an alarm on anomalies.
    pub band: Option<Band>,
    /// CloudWatch did not give everything that was asked for.
    pub partial: bool,
    /// Further series of the same query, which are not in here.
    pub others: usize,
}

/// The band of an alarm on anomalies, both sides at the same moments.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Band {
    pub lower: Vec<(i64, f64)>,
    pub upper: Vec<(i64, f64)>,
}

/// An answer as it comes: one query's datapoints may be spread over pages. Only what was asked for is taken, of each
/// series one value a period, so that no answer grows beyond its question.
#[derive(Debug)]
pub struct Gathered<'a> {
    question: &'a CurveQuestion,
    /// The series of the watched query by their labels, each by the start of the period.
    lines: BTreeMap<String, BTreeMap<i64, f64>>,
    /// Lower and upper side, and how many values there were. Both are series of one query, and no document says how
    /// their labels differ: the lower value is the lower side.
    band: BTreeMap<i64, (f64, f64, usize)>,
    /// Whether the last piece of a series was complete; whether it is one of the band, and its label.
    complete: BTreeMap<(bool, String), bool>,
    /// There were more series than are taken.
    more: bool,
}

impl<'a> Gathered<'a> {
    /// Nothing of the answer yet.
    #[must_use]
    pub fn new(question: &'a CurveQuestion) -> Self {
        Self { question, lines: BTreeMap::new(), band: BTreeMap::new(), complete: BTreeMap::new(), more: false }
    }

    /// Takes a piece: the query's `Id`, its `Label`, its datapoints, and whether its status is `Complete`.
    pub fn take(&mut self, id: &str, label: &str, points: impl Iterator<Item = (i64, f64)>, complete: bool) {
        let is_band = self.question.band.as_deref() == Some(id);
        if !is_band && self.question.watched != id {
            return;
        }
        let key = (is_band, label.to_owned());
        if self.complete.len() >= MOST_LINES && !self.complete.contains_key(&key) {
            self.more = true;
            return;
        }
        self.complete.insert(key, complete);
        let points = points.filter(|(_, value)| value.is_finite());
        if is_band {
            for (at, value) in points {
                if let Some(start) = self.question.period_of(at) {
                    let (lower, upper, seen) = self.band.entry(start).or_insert((value, value, 0));
                    *lower = lower.min(value);
                    *upper = upper.max(value);
                    *seen += 1;
                }
            }
        } else {
            let line = self.lines.entry(label.to_owned()).or_default();
            for (at, value) in points {
                if let Some(start) = self.question.period_of(at) {
                    line.entry(start).or_insert(value);
                }
            }
        }
    }

    /// The curve; `cut` when CloudWatch said of the whole call that something was left out.
    #[must_use]
    pub fn finish(self, cut: bool) -> Curve {
        let answered = self.complete.keys().any(|(is_band, _)| !is_band);
        let partial = cut || self.more || !answered || self.complete.values().any(|complete| !complete);
        let others = self.lines.len().saturating_sub(1);
        let points = self.lines.into_values().next().unwrap_or_default().into_iter().collect();
        let band = self.question.band.as_ref().map(|_| {
            // One value alone is no band.
            let both = || self.band.iter().filter(|(_, (_, _, seen))| *seen > 1);
            Band {
                lower: both().map(|(at, (lower, _, _))| (*at, *lower)).collect(),
                upper: both().map(|(at, (_, upper, _))| (*at, *upper)).collect(),
            }
        });
        Curve { points, band, partial, others }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::alarms::Watching;
    use crate::services::alarms::testing::{anomaly, cpu, of};

    fn question() -> CurveQuestion {
        CurveQuestion::of(&cpu(), 3_599, 3_600).unwrap()
    }

    #[test]
    fn pieces_are_joined() {
        let asked = question();
        let mut gathered = Gathered::new(&asked);
        gathered.take("m1", "CPU", [(120, 2.0), (60, 1.0)].into_iter(), false);
        gathered.take("m2", "CPU", [(60, 9.0)].into_iter(), true);
        gathered.take("m1", "CPU", [(180, f64::NAN), (240, 4.0), (60, 9.0)].into_iter(), true);
        let points = vec![(60, 1.0), (120, 2.0), (240, 4.0)];
        assert_eq!(gathered.finish(false), Curve { points, band: None, partial: false, others: 0 });
    }

    #[test]
    fn what_was_not_answered_whole_is_partial() {
        let asked = question();
        assert!(Gathered::new(&asked).finish(false).partial, "not answered at all");
        for (complete, cut, partial) in [(true, false, false), (true, true, true), (false, false, true)] {
            let mut gathered = Gathered::new(&asked);
            gathered.take("m1", "", std::iter::empty(), complete);
            assert_eq!(gathered.finish(cut).partial, partial);
        }
    }

    #[test]
    fn only_what_was_asked_for_is_taken() {
        let asked = question();
        let mut gathered = Gathered::new(&asked);
        gathered.take("m1", "", (-500_000..500_000).map(|at| (at, 7.0)), true);
        gathered.take("m1", "", [(i64::MIN, 1.0), (i64::MAX, 1.0)].into_iter(), true);
        let periods = asked.window.clone().step_by(60).map(|at| (at, 7.0)).collect::<Vec<_>>();
        assert_eq!(gathered.finish(false).points, periods);
        let mut gathered = Gathered::new(&asked);
        for label in 0..1_000 {
            gathered.take("m1", &format!("{label:04}"), [(60, f64::from(label))].into_iter(), true);
        }
        let curve = gathered.finish(false);
        assert_eq!((curve.points, curve.others, curve.partial), (vec![(60, 0.0)], MOST_LINES - 1, true));
    }

    #[test]
    fn a_band_has_two_sides_whatever_they_are_called() {
        let asked = CurveQuestion::of(&of(Watching::Expression(anomaly())), 3_599, 3_600).unwrap();
        for (one, two) in [("low", "high"), ("expected", "expected")] {
            let mut gathered = Gathered::new(&asked);
            gathered.take("m1", "CPU", [(300, 40.0)].into_iter(), true);
            gathered.take("ad1", one, [(300, 30.0), (600, 31.0), (900, 32.0)].into_iter(), true);
            gathered.take("ad1", two, [(300, 50.0), (600, 51.0)].into_iter(), true);
            let band = Band { lower: vec![(300, 30.0), (600, 31.0)], upper: vec![(300, 50.0), (600, 51.0)] };
            let wanted = Curve { points: vec![(300, 40.0)], band: Some(band), partial: false, others: 0 };
            assert_eq!(gathered.finish(false), wanted);
        }
    }
}
