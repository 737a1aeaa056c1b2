//! The charts: which, how many abreast, and what each is told to draw.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::facts::has_own_storage;
use super::proof;
use super::state::State;
use crate::domain::event::EventWeight;
use crate::domain::runway::GIB;
use crate::domain::{Database, Metric, Remote, Series};
use crate::services::alarms::AlarmState;
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::{Chart, Mode, YRange, layout};
use crate::world::data::SiteData;

/// More rows of charts than there ever are.
pub const MOST_ROWS: usize = Metric::CHARTED.len() + Metric::VITALS.len();
/// Below this a chart says nothing; with the empty row below it.
const LEAST_HEIGHT: u16 = 7;
/// Above this a chart says no more.
const MOST_HEIGHT: u16 = 24;
/// Columns from which two stand side by side.
const TWO: u16 = 60;
/// Columns of each, from three abreast on.
const LEAST_WIDTH: u16 = 36;

/// How the charts are laid out in an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    pub abreast: usize,
    /// Rows of charts that are visible.
    pub rows: usize,
    /// Rows of charts in all.
    pub total: usize,
    /// Height of each, with the empty row below it.
    height: u16,
    /// So many of the first are a row higher.
    higher: u16,
}

impl Grid {
    /// The grid for so many charts: as many abreast as there is room for, as high as there is room for.
    #[must_use]
    pub fn of(area: Rect, count: usize) -> Self {
        let most = usize::from((area.width + 1) / (LEAST_WIDTH + 1)).max(if area.width < TWO { 1 } else { 2 });
        let total = count.div_ceil(most).max(1);
        // Not more than these rows need: what is left makes all of them wider.
        let abreast = count.div_ceil(total).max(1);
        // The last needs no empty row.
        let height = area.height + 1;
        let rows = usize::from(height / LEAST_HEIGHT).clamp(1, total);
        let count = u16::try_from(rows).unwrap_or(1);
        let each = (height / count).min(MOST_HEIGHT);
        let higher = if each == MOST_HEIGHT { 0 } else { height % count };
        Self { abreast, rows, total, height: each, higher }
    }

    /// Rows from the top of the area to a row of charts, and the height of the charts in it.
    fn row(&self, row: usize) -> (u16, u16) {
        let row = u16::try_from(row).unwrap_or(0);
        let height = self.height + u16::from(row < self.higher);
        (row * self.height + row.min(self.higher), height.saturating_sub(1))
    }

    /// Charts that are above and below those that are visible from a scroll position on.
    #[must_use]
    pub fn hidden(&self, offset: usize, count: usize) -> (usize, usize) {
        ((offset * self.abreast).min(count), count.saturating_sub((offset + self.rows) * self.abreast))
    }
}

/// Draws as many charts as fit from the scroll position on.
pub fn draw(
    shell: &Shell,
    data: &SiteData,
    database: &Database,
    screen: &State,
    grid: Grid,
    area: Rect,
    buf: &mut Buffer,
) {
    let metrics = proof::metrics(shell, screen, database);
    let window = screen.window(shell.world.now);
    let now = shell.world.now.as_second();
    let marks = marks(data, database, &window);
    for at in 0..grid.rows {
        let row = at + screen.chart_offset;
        let (y, height) = grid.row(at);
        let line = Rect { y: area.y + y, height, ..area };
        let places = layout::abreast(line, u16::try_from(grid.abreast).unwrap_or(1));
        for (i, place) in places.into_iter().enumerate() {
            let Some(metric) = metrics.get(row * grid.abreast + i).copied() else { continue };
            let series = proof::series(data, &database.id, metric, screen.range().period);
            let points: Vec<(i64, f64)> = series.into_iter().flat_map(Series::points).collect();
            let impossible: Vec<i64> = series.into_iter().flat_map(Series::impossible).collect();
            let asked = series.is_some_and(|s| s.missing(window.start..window.end.min(now)).next().is_none());
            let message = message(data, screen, asked);
            let lines = proof::thresholds(&shell.world, database, data, metric);
            let period = series.map_or(screen.range().period, Series::period).max(metric.finest_period());
            Chart {
                title: metric.title(),
                unit: metric.unit(),
                points: &points,
                impossible: &impossible,
                period,
                window: window.clone(),
                range: if screen.scaled { YRange::Auto } else { range(metric, database) },
                thresholds: &lines,
                band: None,
                low_is_bad: metric.low_is_bad(),
                marks: &marks,
                cursor: screen.cursor,
                axis: true,
                mode: Mode::Braille,
                message: &message,
            }
            .draw(place, buf, &shell.theme);
        }
    }
}

/// The value axis of a metric: from 0, or up to the limit where there is one.
fn range(metric: Metric, database: &Database) -> YRange {
    let class = database.instance_class();
    match metric {
        Metric::CPUUtilization | Metric::EBSIOBalance | Metric::EBSByteBalance => YRange::Percent,
        Metric::DatabaseConnections => {
            class.map_or(YRange::From0, |class| YRange::Fixed(0.0, class.default_max_connections()))
        }
        Metric::FreeStorageSpace if !has_own_storage(database) => YRange::From0,
        Metric::FreeStorageSpace => YRange::Fixed(0.0, f64::from(database.storage.allocated) * GIB),
        Metric::FreeableMemory => class.map_or(YRange::From0, |class| YRange::Fixed(0.0, class.memory_gib * GIB)),
        _ => YRange::From0,
    }
}

/// Events and alarms on the time axis.
fn marks(data: &SiteData, database: &Database, window: &Range<i64>) -> Vec<(i64, Role, char)> {
    let events = data.rds.events_of(&database.id).filter_map(|event| {
        let (role, mark) = match event.weight() {
            EventWeight::Grave => (Role::Critical, '◆'),
            EventWeight::Change => (Role::ChartMark, '◇'),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(width: u16, height: u16, count: usize) -> Grid {
        Grid::of(Rect::new(0, 0, width, height), count)
    }

    #[test]
    fn as_many_abreast_as_there_is_room_for() {
        for (width, abreast) in [(38, 1), (59, 1), (60, 2), (78, 2), (109, 2), (110, 3), (137, 3), (237, 6)] {
            assert_eq!(grid(width, 46, 12).abreast, abreast, "{width}");
        }
        assert_eq!(grid(137, 46, 4).abreast, 2, "three and one would be no fewer rows");
        assert_eq!((grid(137, 46, 1).abreast, grid(137, 46, 0).abreast), (1, 1));
    }

    #[test]
    fn they_take_all_the_rows_and_none_is_hidden_while_there_are_some() {
        for height in 6..60 {
            for count in 1..14 {
                let grid = grid(121, height, count);
                let (y, last) = grid.row(grid.rows - 1);
                assert!(y + last == height || grid.height == MOST_HEIGHT, "{height} {count} {grid:?}");
                let free = height + 1 - u16::try_from(grid.rows).unwrap() * LEAST_HEIGHT.min(height + 1);
                assert!(grid.rows == grid.total || free < LEAST_HEIGHT, "{height} {count} {grid:?}");
                for row in 1..grid.rows {
                    let ((above, high), (below, _)) = (grid.row(row - 1), grid.row(row));
                    assert_eq!(above + high + 1, below, "{height} {count} {grid:?}");
                }
            }
        }
        assert_eq!(grid(121, 46, 11).row(0), (0, 11));
    }

    #[test]
    fn what_is_hidden_is_counted() {
        let grid = grid(78, 19, 11);
        assert_eq!((grid.abreast, grid.rows, grid.total), (2, 2, 6));
        assert_eq!((grid.hidden(0, 11), grid.hidden(1, 11), grid.hidden(4, 11)), ((0, 7), (2, 5), (8, 0)));
    }
}
