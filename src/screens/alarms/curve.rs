//! What is drawn of an alarm: the values that it judges, its threshold or band, and when its state changed.

use std::ops::Range;

use jiff::Timestamp;

use super::{past, words};
use crate::domain::{Metric, Remote, Unit};
use crate::services::alarms::{Alarm, Curve, CurveQuestion, Data, MathQuery, Watching};
use crate::theme::Role;
use crate::ui::prose::Line;
use crate::ui::{Chart, Sides, YRange, format, text};

/// Columns that the title of a chart leaves to its value.
const VALUE: usize = 22;

/// All that a chart borrows.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmPlot<'a> {
    title: String,
    unit: Unit,
    window: Range<i64>,
    period: u32,
    range: YRange,
    thresholds: Vec<(f64, Role)>,
    low_is_bad: bool,
    marks: Vec<(i64, Role, char)>,
    /// Start of the period and value, up to the last period that was over when they were read.
    points: &'a [(i64, f64)],
    curve: Option<&'a Curve>,
    message: String,
    /// What is drawn is not all that the alarm judges.
    pub caveat: Option<String>,
    /// What of it is old or missing; empty where nothing is.
    pub note: Line,
}

impl<'a> AlarmPlot<'a> {
    /// What is drawn of an alarm in so many columns, or why nothing can be.
    pub fn of(alarm: &Alarm, data: &'a Data, now: Timestamp, width: usize) -> Result<Self, &'static str> {
        let span = CurveQuestion::usual_span(alarm);
        let asked = CurveQuestion::of(alarm, now.as_second(), span).ok_or_else(|| lack(alarm))?;
        let remote = data.curves.get(alarm.name.as_str());
        let curve = remote.and_then(Remote::value);
        let read = remote.and_then(Remote::at).map_or(now, |at| at.min(now));
        let threshold = alarm.threshold().filter(|value| value.is_finite());
        let unit = unit(alarm);
        let title = title(alarm);
        Ok(Self {
            title: text::clip(&title, width.saturating_sub(VALUE)).into_owned(),
            unit,
            range: range(unit, threshold, curve),
            thresholds: threshold.into_iter().map(|value| (value, Role::Critical)).collect(),
            low_is_bad: alarm.judged().is_some_and(|judged| judged.comparison.name().starts_with("LessThan")),
            marks: past::marks(data.history.get(alarm.name.as_str()).and_then(Remote::value)),
            points: curve.map_or(&[][..], |curve| over(&curve.points, asked.period, read)),
            curve,
            message: message(remote, &asked.window),
            caveat: CurveQuestion::caveat(alarm),
            note: note(remote, now),
            window: asked.window,
            period: asked.period,
        })
    }

    /// The chart itself; with an `axis` of time where there is room for it.
    #[must_use]
    pub fn chart(&self, axis: bool) -> Chart<'_> {
        let mut chart = Chart::new(&self.title, self.unit, self.window.clone(), self.period);
        if let Some(curve) = self.curve {
            chart.points = self.points;
            chart.band = curve.band.as_ref().map(|band| Sides { lower: &band.lower, upper: &band.upper });
        }
        chart.range = self.range;
        chart.thresholds = &self.thresholds;
        chart.low_is_bad = self.low_is_bad;
        chart.marks = &self.marks;
        chart.axis = axis;
        chart.message = &self.message;
        chart
    }
}

/// The values of the periods that were over at a moment: that of a period that goes on is of a part of it, and its sum
/// says too little. Where there is nothing else, it is better than nothing.
fn over(points: &[(i64, f64)], period: u32, moment: Timestamp) -> &[(i64, f64)] {
    let is_over = |(at, _): &(i64, f64)| at.saturating_add(i64::from(period)) <= moment.as_second();
    match points.partition_point(is_over) {
        0 => points,
        count => points.get(..count).unwrap_or(points),
    }
}

/// Why there is nothing to be drawn.
fn lack(alarm: &Alarm) -> &'static str {
    match &alarm.watches {
        Watching::Composite(_) => "no curve: it is made of other alarms",
        Watching::Other(_) => "no curve: alarms of this kind are not charted here",
        Watching::Metric(_) => "no curve: its statistic or its period is not told",
        Watching::Expression(_) => "no curve: its queries or their period are not told",
    }
}

/// What the values are called.
fn title(alarm: &Alarm) -> String {
    match &alarm.watches {
        Watching::Metric(watch) => format!("{} {}", watch.metric.name, watch.metric.statistic),
        Watching::Expression(watch) => watch.watched().map_or_else(String::new, |query| query.title().to_owned()),
        Watching::Composite(_) | Watching::Other(_) => String::new(),
    }
}

/// The unit of the values, where it is known.
fn unit(alarm: &Alarm) -> Unit {
    let judged = match &alarm.watches {
        Watching::Metric(watch) => Some(&watch.metric),
        Watching::Expression(watch) => watch.watched().and_then(MathQuery::metric),
        Watching::Composite(_) | Watching::Other(_) => None,
    };
    let Some(metric) = judged.filter(|metric| metric.statistic != "SampleCount") else { return Unit::Count };
    if let Some(known) = Metric::from_name(&metric.name).filter(|_| metric.namespace == "AWS/RDS") {
        return known.unit();
    }
    match metric.unit.as_deref() {
        Some("Percent") => Unit::Percent,
        Some("Seconds") => Unit::Seconds,
        Some("Bytes") => Unit::Bytes,
        Some("Bytes/Second") => Unit::BytesPerSecond,
        Some("Count/Second") => Unit::PerSecond,
        _ => Unit::Count,
    }
}

/// An axis on which the threshold and the band are seen.
fn range(unit: Unit, threshold: Option<f64>, curve: Option<&Curve>) -> YRange {
    let band = curve.and_then(|curve| curve.band.as_ref());
    let sides = band.into_iter().flat_map(|band| band.lower.iter().chain(&band.upper));
    let values = curve.into_iter().flat_map(|curve| &curve.points).chain(sides).map(|(_, value)| *value);
    let seen = values.chain(threshold).filter(|value| value.is_finite());
    let (lo, hi) = seen.fold((0.0_f64, 0.0_f64), |(lo, hi), value| (lo.min(value), hi.max(value)));
    if unit == Unit::Percent && lo >= 0.0 && hi <= 100.0 { YRange::Percent } else { YRange::Holding(lo, hi) }
}

/// What stands in an empty chart.
fn message(remote: Option<&Remote<Curve>>, window: &Range<i64>) -> String {
    match remote {
        None | Some(Remote::Idle | Remote::Loading) => "reading its curve …".into(),
        Some(remote) => {
            if let Some(fault) = remote.fault() {
                words::failure(fault)
            } else {
                let seconds = u64::try_from(window.end.saturating_sub(window.start)).unwrap_or(0);
                format!("no datapoints in {}", format::age(std::time::Duration::from_secs(seconds)))
            }
        }
    }
}

/// What of a curve that is there is old or missing.
fn note(remote: Option<&Remote<Curve>>, now: Timestamp) -> Line {
    let Some((remote, curve)) = remote.and_then(|remote| Some((remote, remote.value()?))) else { return Line::new() };
    let mut line = Line::new();
    if let (Some(at), Some(fault)) = (remote.at(), remote.fault()) {
        let age = format::coarse_ago(now, at);
        line.push((format!("   ◌ curve of {age}, {}", fault.word()), Role::Stale));
    }
    if curve.partial {
        line.push(("   CloudWatch gave only a part of the curve".into(), Role::Warning));
    }
    if curve.others > 0 {
        line.push((format!("   one series is drawn, {} more are not", curve.others), Role::Warning));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fault, FaultKind};
    use crate::screens::alarms::testing::{before, now};
    use crate::services::alarms::testing::{anomaly, composite, cpu, of};
    use crate::services::alarms::{Band, ComparisonOperator};
    use crate::ui::prose::plain;

    fn with(curve: Remote<Curve>, name: &str) -> Data {
        let mut data = Data::default();
        data.curves.insert(name.into(), curve);
        data
    }

    fn curve(values: &[f64]) -> Curve {
        let points = (0_i64..).zip(values).map(|(i, value)| (before(600 - i * 60).as_second(), *value)).collect();
        Curve { points, ..Curve::default() }
    }

    #[test]
    fn the_threshold_is_drawn_and_on_the_axis() {
        let mut alarm = cpu();
        let data = with(Remote::Ready { value: curve(&[3.0, 5.0]), at: now() }, "orders-cpu");
        let plot = AlarmPlot::of(&alarm, &data, now(), 80).unwrap();
        let chart = plot.chart(true);
        assert_eq!((chart.title, chart.unit, chart.range), ("CPUUtilization Average", Unit::Percent, YRange::Percent));
        assert_eq!((chart.thresholds, chart.low_is_bad), (&[(80.0, Role::Critical)][..], false));
        // What is still under way is not drawn.
        assert!(chart.window.end <= now().as_second() && chart.points.len() == 2 && plot.note.is_empty());
        if let Watching::Metric(watch) = &mut alarm.watches {
            watch.metric.name = "DatabaseConnections".into();
            watch.judged.comparison = ComparisonOperator::LessThanThreshold;
        }
        let plot = AlarmPlot::of(&alarm, &data, now(), 80).unwrap();
        assert_eq!((plot.range, plot.low_is_bad), (YRange::Holding(0.0, 80.0), true));
    }

    #[test]
    fn a_band_is_drawn_and_on_the_axis() {
        let mut alarm = of(Watching::Expression(anomaly()));
        alarm.name = "band".into();
        let at = before(300).as_second();
        let band = Band { lower: vec![(at, -5.0)], upper: vec![(at, 130.0)] };
        let value = Curve { band: Some(band.clone()), ..curve(&[50.0]) };
        let data = with(Remote::Ready { value, at: now() }, "band");
        let plot = AlarmPlot::of(&alarm, &data, now(), 80).unwrap();
        assert_eq!(plot.chart(false).band, Some(Sides { lower: &band.lower, upper: &band.upper }));
        assert_eq!((plot.range, plot.thresholds.len()), (YRange::Holding(-5.0, 130.0), 0));
    }

    #[test]
    fn the_last_value_is_of_a_period_that_was_over() {
        let start = now().as_second().div_euclid(60) * 60;
        let points = vec![(start - 120, 1.0), (start - 60, 2.0), (start, 3.0)];
        let value = Curve { points: points.clone(), ..Curve::default() };
        let data = with(Remote::Ready { value: value.clone(), at: now() }, "orders-cpu");
        assert_eq!(AlarmPlot::of(&cpu(), &data, now(), 80).unwrap().chart(true).points, &points[..2]);
        // It was read while the one before went on.
        let data = with(Remote::Ready { value, at: before(60) }, "orders-cpu");
        assert_eq!(AlarmPlot::of(&cpu(), &data, now(), 80).unwrap().chart(true).points, &points[..1]);
        assert_eq!(over(&points[2..], 60, now()), &points[2..], "there is nothing else");
    }

    #[test]
    fn what_is_not_there_says_why() {
        let said = |data: &Data| AlarmPlot::of(&cpu(), data, now(), 80).unwrap().message;
        assert_eq!(said(&Data::default()), "reading its curve …");
        let empty = with(Remote::Ready { value: Curve::default(), at: now() }, "orders-cpu");
        assert_eq!(said(&empty), "no datapoints in 3h");
        let kind = FaultKind::Denied { action: "cloudwatch:GetMetricData".into() };
        let fault = Fault { kind, call: "cloudwatch:GetMetricData".into(), message: String::new(), request_id: None };
        let failed = with(Remote::Failed { fault: fault.clone() }, "orders-cpu");
        assert!(said(&failed).contains("allow the IAM action cloudwatch:GetMetricData"), "{}", said(&failed));
        let value = Curve { partial: true, others: 2, ..curve(&[1.0]) };
        let stale = with(Remote::Stale { value, at: before(240), fault }, "orders-cpu");
        let note = plain(&AlarmPlot::of(&cpu(), &stale, now(), 80).unwrap().note);
        for words in ["◌ curve of 4m ago, denied", "only a part", "2 more are not"] {
            assert!(note.contains(words), "{words}: {note}");
        }
        let why = AlarmPlot::of(&composite("ALARM(a)"), &stale, now(), 80).unwrap_err();
        assert_eq!(why, "no curve: it is made of other alarms");
    }
}
