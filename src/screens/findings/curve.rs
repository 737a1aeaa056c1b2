//! The curve that proves a finding, of what is known: nothing is read for it.

use std::ops::Range;

use super::concern::Concern;
use crate::domain::finding::{Finding, Severity};
use crate::domain::{Metric, Series, Unit};
use crate::services::rds::data::{TABLE_PERIOD, VITALS_PERIOD};
use crate::theme::Role;
use crate::ui::{Chart, YRange};
use crate::world::World;
use crate::world::data::SiteData;

/// Seconds that it shows.
const SPAN: i64 = 3 * 3600;

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct ProofPlot {
    metric: Metric,
    points: Vec<(i64, f64)>,
    impossible: Vec<i64>,
    period: u32,
    window: Range<i64>,
    thresholds: Vec<(f64, Role)>,
}

impl ProofPlot {
    /// The metric of the finding; where there is none, the processor.
    #[must_use]
    pub fn of(world: &World, concern: &Concern<'_>) -> Self {
        let database = concern.database;
        let metric = concern.finding.and_then(|finding| finding.metric).unwrap_or(Metric::CPUUtilization);
        let now = world.now.as_second();
        let window = now - SPAN..now;
        let series = world.site(concern.site).and_then(|data| known(data, &database.id, metric, &window));
        let thresholds = concern.finding.map(lines).unwrap_or_default();
        Self {
            metric,
            points: series.into_iter().flat_map(Series::points).collect(),
            impossible: series.into_iter().flat_map(Series::impossible).collect(),
            period: series.map_or(TABLE_PERIOD, Series::period),
            window,
            thresholds,
        }
    }

    /// The chart itself, with an axis of time where there is room for it.
    #[must_use]
    pub fn chart(&self, axis: bool) -> Chart<'_> {
        let mut chart = Chart::new(self.metric.title(), self.metric.unit(), self.window.clone(), self.period);
        let lines = self.thresholds.iter().map(|(value, _)| *value).fold(0.0, f64::max);
        chart.points = &self.points;
        chart.impossible = &self.impossible;
        chart.range = if self.metric.unit() == Unit::Percent { YRange::Percent } else { YRange::Holding(0.0, lines) };
        chart.thresholds = &self.thresholds;
        chart.low_is_bad = self.metric.low_is_bad();
        chart.axis = axis;
        chart.message = "nothing of it is known yet";
        chart
    }
}

/// Where the rule of a finding draws its lines, and the role of what is beyond them: what is not that bad yet is not shown
/// how bad it could be.
#[must_use]
pub fn lines(finding: &Finding) -> Vec<(f64, Role)> {
    let Some(limits) = finding.limits else { return Vec::new() };
    let critical = limits.critical.filter(|_| finding.severity == Severity::Critical);
    let warning = Some(limits.warning).filter(|warning| Some(*warning) != critical);
    let warning = warning.map(|value| (value, Role::Warning));
    warning.into_iter().chain(critical.map(|value| (value, Role::Critical))).collect()
}

/// The series of those that are known that has most of the window; of several the finest.
fn known<'a>(data: &'a SiteData, id: &str, metric: Metric, window: &Range<i64>) -> Option<&'a Series> {
    let (charts, store) = (&data.rds.charts, &data.rds.store);
    let all = [
        charts.series(id, metric, TABLE_PERIOD),
        store.series(id, metric, TABLE_PERIOD),
        charts.series(id, metric, VITALS_PERIOD),
        store.series(id, metric, VITALS_PERIOD),
    ];
    let has = |series: &&Series| series.points().filter(|(at, _)| window.contains(at)).count();
    let seconds = |series: &&Series| has(series) as i64 * i64::from(series.period());
    // Of equals the first is the finest.
    all.into_iter().flatten().filter(|series| has(series) > 0).rev().max_by_key(seconds)
}
