//! The charts: which, how many abreast, and what each is told to draw.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::State;
use super::thresholds;
use crate::domain::event::EventWeight;
use crate::domain::runway::GIB;
use crate::domain::{Database, Metric, Remote, Series};
use crate::services::alarms::AlarmState;
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::{Chart, Mode, YRange, layout};
use crate::world::data::SiteData;

/// More rows of charts than there ever are.
pub const MOST_ROWS: usize = Metric::CHARTED.len();
/// Below this a chart says nothing.
const LEAST_HEIGHT: u16 = 7;
/// Above this it wastes room.
const MOST_HEIGHT: u16 = 14;

/// How the charts are laid out in an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    pub abreast: usize,
    /// Rows of charts that are visible.
    pub rows: usize,
    /// Height of each.
    pub height: u16,
    /// Rows of charts in all.
    pub total: usize,
}

impl Grid {
    /// The grid for so many charts.
    #[must_use]
    pub fn of(area: Rect, count: usize) -> Self {
        let abreast = match area.width {
            0..=59 => 1,
            60..=139 => 2,
            _ => 3,
        };
        let total = count.div_ceil(abreast).max(1);
        let most = usize::from(area.height / LEAST_HEIGHT).max(1);
        let rows = most.min(total);
        let height = (area.height / u16::try_from(rows).unwrap_or(1)).min(MOST_HEIGHT);
        Self { abreast, rows, height, total }
    }
}

/// The metrics that the DB instance has.
pub fn metrics(database: &Database) -> impl Iterator<Item = Metric> {
    Metric::CHARTED.into_iter().filter(|metric| metric.applies_to(database))
}

/// Draws as many charts as fit from the scroll position on.
pub fn draw(shell: &Shell, data: &SiteData, database: &Database, screen: &State, area: Rect, buf: &mut Buffer) {
    let metrics: Vec<Metric> = metrics(database).collect();
    let grid = Grid::of(area, metrics.len());
    let window = screen.window(shell.world.now);
    let now = shell.world.now.as_second();
    let marks = marks(data, database, &window);
    for (row, y) in (0..grid.rows).map(|r| (r + screen.chart_offset, u16::try_from(r).unwrap_or(0) * grid.height)) {
        let line = Rect { y: area.y + y, height: grid.height, ..area };
        let places = layout::abreast(line, u16::try_from(grid.abreast).unwrap_or(1));
        for (i, place) in places.into_iter().enumerate() {
            let Some(metric) = metrics.get(row * grid.abreast + i).copied() else { continue };
            let series = data.rds.charts.series(&database.id, metric, screen.range().period);
            let points: Vec<(i64, f64)> = series.into_iter().flat_map(Series::points).collect();
            let impossible: Vec<i64> = series.into_iter().flat_map(Series::impossible).collect();
            let asked = series.is_some_and(|s| s.missing(window.start..window.end.min(now)).is_empty());
            let message = message(data, screen, asked);
            let lines = thresholds::of(metric, database, data);
            let period = screen.range().period.max(metric.finest_period());
            Chart {
                title: metric.title(),
                unit: metric.unit(),
                points: &points,
                impossible: &impossible,
                period,
                window: window.clone(),
                range: range(metric, database),
                thresholds: &lines,
                band: None,
                low_is_bad: metric.low_is_bad(),
                marks: &marks,
                cursor: screen.cursor,
                axis: true,
                mode: Mode::Braille,
                message: &message,
            }
            .draw(Rect { height: place.height.saturating_sub(1), ..place }, buf, &shell.theme);
        }
    }
}

/// The value axis of a metric: from 0, or up to the limit where there is one.
fn range(metric: Metric, database: &Database) -> YRange {
    let class = database.instance_class();
    match metric {
        Metric::CPUUtilization => YRange::Percent,
        Metric::DatabaseConnections => {
            class.map_or(YRange::From0, |class| YRange::Fixed(0.0, class.default_max_connections()))
        }
        Metric::FreeStorageSpace => YRange::Fixed(0.0, f64::from(database.storage.allocated) * GIB),
        Metric::FreeableMemory => class.map_or(YRange::From0, |class| YRange::Fixed(0.0, class.memory_gib * GIB)),
        _ => YRange::From0,
    }
}

/// Events and alarms on the time axis.
fn marks(data: &SiteData, database: &Database, window: &Range<i64>) -> Vec<(i64, Role, char)> {
    let events = data.rds.events_of(&database.id).filter_map(|event| {
        let (role, mark) = match event.weight() {
            EventWeight::Grave => (Role::Critical, '▲'),
            EventWeight::Change => (Role::ChartMark, '◆'),
            // Daily backups would cover a week's axis and say nothing.
            EventWeight::Routine => return None,
        };
        Some((event.at.as_second(), role, mark))
    });
    let alarms = data
        .alarms
        .of_database(&database.id)
        .filter(|alarm| alarm.state == AlarmState::Alarm)
        .filter_map(|alarm| Some((alarm.since?.as_second(), Role::Critical, '✖')));
    events.chain(alarms).filter(|(at, ..)| window.contains(at)).collect()
}

/// What stands in an empty chart.
fn message(data: &SiteData, screen: &State, asked: bool) -> String {
    let key = (screen.id.clone(), screen.range().period);
    match data.rds.history.get(&key) {
        None | Some(Remote::Idle | Remote::Loading) => "asking CloudWatch …".into(),
        Some(remote) => match remote.fault() {
            Some(fault) => match remote.denied() {
                Some(action) => format!("denied: {action}"),
                None => format!("{}: {}", fault.call, fault.word()),
            },
            None if !asked => "asking CloudWatch …".into(),
            None => "no datapoints".into(),
        },
    }
}
