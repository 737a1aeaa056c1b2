//! What is asked to draw what an alarm judges (`GetMetricData`).

use std::ops::Range;

use super::metric::{EvaluationWindow, MathQuery, QuerySource};
use super::model::{Alarm, Watching};

/// Values of a curve at most.
pub const MOST_POINTS: i64 = 1_440;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// Of an alarm that judges a few minutes, so much is shown.
const LEAST_SPAN: i64 = 3 * HOUR;
/// How often what an alarm judges at once fits into what is shown by itself.
const WINDOWS: i64 = 4;
/// Seconds that a question may be on its way: what is nearly too old for CloudWatch is not asked for.
const SPARE: i64 = 60;

/// What is asked for one curve: the alarm's own queries, at its own period.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveQuestion {
    /// All that is sent; those whose values are not drawn only feed the others.
    pub queries: Vec<MathQuery>,
    /// `Id` of the query whose values the alarm judges.
    pub watched: String,
    /// `Id` of the query that gives the band, in an alarm on anomalies.
    pub band: Option<String>,
    /// Seconds.
    pub period: u32,
    /// Seconds since the epoch, multiples of the period; at most [`MOST_POINTS`] periods.
    pub window: Range<i64>,
}

impl CurveQuestion {
    /// What an alarm judges, up to the end of the last period that is over at `now`: what is known of the one under way
    /// is no value yet. Over about `span` seconds, as far back as CloudWatch has it at the alarm's period. None for a
    /// composite alarm, for one that is not modelled, and where too little of it is told.
    #[must_use]
    pub fn of(alarm: &Alarm, now: i64, span: i64) -> Option<Self> {
        let (queries, watched, band) = queries(alarm)?;
        let period = alarm.period().filter(|period| *period > 0)?;
        let step = i64::from(period);
        let reach = if queries.iter().any(is_insights) { INSIGHTS.min(kept(step)) } else { kept(step) };
        let end = now.div_euclid(step).saturating_mul(step);
        let points = span.max(step).div_euclid(step).min(MOST_POINTS);
        let asked = end.saturating_sub(points.saturating_mul(step));
        let oldest = now.saturating_sub(reach).saturating_add(SPARE);
        let start = asked.max(oldest.div_euclid(step).saturating_add(1).saturating_mul(step)).min(end - step);
        Some(Self { queries, watched, band, period, window: start..end })
    }

    /// How much is shown of an alarm where nobody says: some times what it judges at once, at least three hours.
    #[must_use]
    pub fn usual_span(alarm: &Alarm) -> i64 {
        let judged = alarm.judged().map_or(0, |judged| i64::from(judged.evaluation_periods));
        let period = alarm.period().map_or(0, i64::from);
        judged.saturating_mul(period).saturating_mul(WINDOWS).max(LEAST_SPAN)
    }

    /// In what the curve is not what CloudWatch judges, in words. Without an evaluation window of its own an alarm
    /// judges a range that moves on with each evaluation (CloudWatch user guide, "Alarm evaluation windows").
    #[must_use]
    pub fn caveat(alarm: &Alarm) -> Option<String> {
        let (window, period) = (&alarm.judged()?.window, alarm.period()?);
        match window {
            EvaluationWindow::Sliding if i64::from(period) >= HOUR => {
                Some("drawn in periods of UTC; CloudWatch judges rolling ones".into())
            }
            EvaluationWindow::WallClock { timezone } => {
                let zone = timezone.as_deref().unwrap_or("UTC");
                // Weeks are drawn from a Thursday on, the first day of 1970.
                if zone == "UTC" && i64::from(period) != WEEK {
                    return None;
                }
                let unit = match i64::from(period) {
                    HOUR => "hours",
                    DAY => "days",
                    WEEK => return Some(format!("drawn in weeks from Thursday on; CloudWatch judges those of {zone}")),
                    _ => "periods",
                };
                Some(format!("drawn in {unit} of UTC; CloudWatch judges {unit} of {zone}"))
            }
            EvaluationWindow::Sliding | EvaluationWindow::Unknown => None,
        }
    }

    /// The start of the period that a moment is in (seconds); none when the question does not ask for it.
    #[must_use]
    pub fn period_of(&self, at: i64) -> Option<i64> {
        let step = i64::from(self.period.max(1));
        self.window.contains(&at).then(|| at.div_euclid(step).saturating_mul(step))
    }
}

/// "Metrics Insights queries can query only the most recent three hours of metric data" (API reference,
/// `GetMetricData`).
const INSIGHTS: i64 = 3 * HOUR;

/// Whether a query is one of Metrics Insights, which all begin with `SELECT`.
fn is_insights(query: &MathQuery) -> bool {
    let QuerySource::Expression(text) = &query.source else { return false };
    text.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("SELECT"))
}

/// How far back CloudWatch has values at a period, seconds: below a minute for 3 hours, at multiples of a minute for 15
/// days, of 5 minutes for 63 days, of an hour for 455 days (API reference, `GetMetricData` and `MetricStat`, `Period`).
fn kept(step: i64) -> i64 {
    if step % HOUR == 0 {
        455 * DAY
    } else if step % 300 == 0 {
        63 * DAY
    } else if step % 60 == 0 {
        15 * DAY
    } else {
        3 * HOUR
    }
}

/// What is sent, which of it is judged, and which is the band. Only these two give their values back: one period of
/// each counts against the 100,800 datapoints of a call.
fn queries(alarm: &Alarm) -> Option<(Vec<MathQuery>, String, Option<String>)> {
    match &alarm.watches {
        Watching::Metric(watch) => {
            let id = "m1".to_owned();
            let source = QuerySource::Metric(watch.metric.clone());
            let query =
                MathQuery { id: id.clone(), source, label: None, returns_data: true, period: None, account: None };
            (!watch.metric.statistic.is_empty()).then(|| (vec![query], id, None))
        }
        Watching::Expression(watch) => {
            let watched = watch.watched()?.id.clone();
            let is_drawn = |id: &String| *id == watched || Some(id) == watch.band.as_ref();
            let queries = watch.queries.iter().map(|query| MathQuery {
                returns_data: is_drawn(&query.id),
                // A label may hold a value that changes from page to page, and lines are told apart by it.
                label: None,
                ..query.clone()
            });
            let queries: Vec<MathQuery> = queries.collect();
            let whole = queries.iter().all(|query| query.source != QuerySource::Unknown);
            whole.then(|| (queries, watched.clone(), watch.band.clone()))
        }
        Watching::Composite(_) | Watching::Other(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::alarms::testing::{anomaly, composite, cpu, expression, of};

    const NOW: i64 = 1_795_000_030;

    /// The processor alarm at another period.
    fn every(period: u32) -> Alarm {
        let mut alarm = cpu();
        if let Watching::Metric(watch) = &mut alarm.watches {
            watch.metric.period = Some(period);
        }
        alarm
    }

    #[test]
    fn the_window_is_aligned_bounded_and_within_what_cloudwatch_keeps() {
        for period in [1, 5, 10, 20, 30, 60, 120, 300, 900, 3_600, 21_600, 86_400, 604_800] {
            for span in [i64::MIN, 0, 60, HOUR, 3 * HOUR, DAY, 70 * DAY, 500 * DAY, i64::MAX] {
                let asked = CurveQuestion::of(&every(period), NOW, span).unwrap();
                let (step, window) = (i64::from(period), asked.window);
                assert_eq!((window.start % step, window.end % step), (0, 0), "{period} {span}");
                let points = (window.end - window.start) / step;
                assert!((1..=MOST_POINTS).contains(&points), "{period} {span}: {points}");
                assert!((0..step).contains(&(NOW - window.end)), "{period} {span}: only what is over");
                assert!(NOW - window.start <= kept(step), "{period} {span}");
            }
        }
    }

    #[test]
    fn what_is_drawn_otherwise_than_judged_is_said() {
        let windowed = |period: u32, zone: Option<&str>| {
            let mut alarm = every(period);
            if let Watching::Metric(watch) = &mut alarm.watches {
                watch.judged.window = EvaluationWindow::WallClock { timezone: zone.map(ToOwned::to_owned) };
            }
            CurveQuestion::caveat(&alarm)
        };
        assert_eq!(CurveQuestion::caveat(&every(300)), None);
        let rolling = "drawn in periods of UTC; CloudWatch judges rolling ones";
        assert_eq!(CurveQuestion::caveat(&every(3_600)).as_deref(), Some(rolling));
        let days = "drawn in days of UTC; CloudWatch judges days of America/New_York";
        assert_eq!(windowed(86_400, Some("America/New_York")).as_deref(), Some(days));
        assert_eq!((windowed(86_400, None), windowed(604_800, None).is_some()), (None, true));
        assert_eq!(CurveQuestion::caveat(&composite("ALARM(a)")), None);
    }

    #[test]
    fn an_hour_is_an_hour() {
        let asked = CurveQuestion::of(&cpu(), NOW, HOUR).unwrap();
        assert_eq!(asked.window.end - asked.window.start, HOUR);
        assert_eq!((asked.period, asked.watched.as_str(), asked.band), (60, "m1", None));
        assert_eq!(CurveQuestion::usual_span(&cpu()), 3 * HOUR);
        assert_eq!(CurveQuestion::usual_span(&every(86_400)), 20 * DAY);
    }

    #[test]
    fn an_expression_sends_all_its_queries_and_draws_what_it_judges() {
        let asked = CurveQuestion::of(&of(Watching::Expression(expression())), NOW, HOUR).unwrap();
        let drawn: Vec<_> = asked.queries.iter().map(|query| (query.id.as_str(), query.returns_data)).collect();
        assert_eq!(drawn, [("e1", true), ("m1", false), ("m2", false)]);
        assert_eq!(asked.period, 300);
        let asked = CurveQuestion::of(&of(Watching::Expression(anomaly())), NOW, HOUR).unwrap();
        assert!(asked.queries.iter().all(|query| query.returns_data));
        assert_eq!((asked.watched.as_str(), asked.band.as_deref()), ("m1", Some("ad1")));
    }

    #[test]
    fn a_query_of_metrics_insights_reaches_back_three_hours() {
        let mut watch = expression();
        watch.queries.truncate(1);
        watch.queries[0].source = QuerySource::Expression(" select AVG(CPUUtilization) FROM \"AWS/EC2\"".into());
        watch.queries[0].period = Some(60);
        let asked = CurveQuestion::of(&of(Watching::Expression(watch)), NOW, DAY).unwrap();
        assert!(NOW - asked.window.start <= 3 * HOUR && asked.window.end - asked.window.start >= 3 * HOUR - 120);
    }

    #[test]
    fn what_is_not_told_is_not_asked() {
        assert_eq!(CurveQuestion::of(&composite("ALARM(a)"), NOW, HOUR), None);
        assert_eq!(CurveQuestion::of(&every(0), NOW, HOUR), None);
        let mut alarm = cpu();
        if let Watching::Metric(watch) = &mut alarm.watches {
            watch.metric.statistic.clear();
        }
        assert_eq!(CurveQuestion::of(&alarm, NOW, HOUR), None);
        let mut watch = expression();
        watch.queries[1].source = QuerySource::Unknown;
        assert_eq!(CurveQuestion::of(&of(Watching::Expression(watch)), NOW, HOUR), None);
    }
}
