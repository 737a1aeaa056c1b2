//! A series as the columns of a plot.

use std::ops::Range;

/// Points farther apart than this many periods have a gap between them.
const GAP_PERIODS: f64 = 2.5;

/// What one column of a plot shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Column {
    pub min: f64,
    pub max: f64,
    pub first: f64,
    pub last: f64,
    /// Connected with the column before it.
    pub joined: bool,
}

/// A series over a window, read once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Track {
    /// `None` is a gap.
    pub columns: Vec<Option<Column>>,
    /// Lowest and highest value in the window.
    pub bounds: Option<(f64, f64)>,
    /// The last point in the window.
    pub last: Option<(i64, f64)>,
    /// The point nearest to the cursor, within a period.
    pub at_cursor: Option<(i64, f64)>,
}

impl Track {
    /// Reads points (seconds, value; oldest first) into `count` columns.
    pub fn read(points: &[(i64, f64)], window: &Range<i64>, period: u32, count: usize, cursor: Option<i64>) -> Self {
        let mut track = Self { columns: vec![None; count], bounds: None, last: None, at_cursor: None };
        if window.is_empty() {
            return track;
        }
        let mut before: Option<(i64, f64)> = None;
        for (at, value) in points.iter().copied().filter(|(_, value)| value.is_finite()) {
            let joined = before
                .filter(|(then, _)| period == 0 || at.saturating_sub(*then) as f64 <= GAP_PERIODS * f64::from(period));
            if let Some(from) = joined {
                track.bridge(from, (at, value), window);
            }
            before = Some((at, value));
            if at >= window.end {
                break;
            }
            if at >= window.start {
                track.put(at, value, window, joined.is_some());
                track.look(at, value, period, cursor);
            }
        }
        track
    }

    /// Takes in a point of the window.
    fn put(&mut self, at: i64, value: f64, window: &Range<i64>, joined: bool) {
        self.last = Some((at, value));
        self.bounds = Some(self.bounds.map_or((value, value), |(lo, hi)| (lo.min(value), hi.max(value))));
        let column = column_of(at, window, self.columns.len());
        let Some(slot) = usize::try_from(column).ok().and_then(|column| self.columns.get_mut(column)) else { return };
        if let Some(column) = slot {
            column.min = column.min.min(value);
            column.max = column.max.max(value);
            column.last = value;
        } else {
            *slot = Some(Column { min: value, max: value, first: value, last: value, joined });
        }
    }

    /// Remembers a point that is nearer to the cursor than what was seen before.
    fn look(&mut self, at: i64, value: f64, period: u32, cursor: Option<i64>) {
        let Some(cursor) = cursor else { return };
        let distance = at.abs_diff(cursor);
        let nearer = self.at_cursor.is_none_or(|(other, _)| distance < other.abs_diff(cursor));
        if nearer && distance <= u64::from(period.max(1)) {
            self.at_cursor = Some((at, value));
        }
    }

    /// Fills the columns between two connected points with the straight line.
    fn bridge(&mut self, from: (i64, f64), to: (i64, f64), window: &Range<i64>) {
        let count = self.columns.len();
        let length = window.end.saturating_sub(window.start) as f64;
        let first = column_of(from.0, window, count).saturating_add(1).max(0);
        let end = column_of(to.0, window, count).min(count as i64);
        for column in first..end {
            let middle = window.start as f64 + (column as f64 + 0.5) * length / count as f64;
            let share = (middle - from.0 as f64) / (to.0 as f64 - from.0 as f64);
            let value = from.1 + (to.1 - from.1) * share.clamp(0.0, 1.0);
            if let Some(slot) = self.columns.get_mut(column as usize) {
                *slot = Some(Column { min: value, max: value, first: value, last: value, joined: true });
            }
        }
    }
}

/// The column of a moment among `count` over the window; outside of `0..count` when the moment is
/// outside of the window.
pub(super) fn column_of(at: i64, window: &Range<i64>, count: usize) -> i64 {
    let length = i128::from(window.end) - i128::from(window.start);
    if length <= 0 {
        return -1;
    }
    let column = ((i128::from(at) - i128::from(window.start)) * count as i128).div_euclid(length);
    column.clamp(-1, count as i128) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(points: &[(i64, f64)], window: Range<i64>, count: usize) -> Track {
        Track::read(points, &window, 60, count, None)
    }

    fn shape(track: &Track) -> String {
        track.columns.iter().map(|column| if column.is_some() { '#' } else { '.' }).collect()
    }

    #[test]
    fn near_points_are_joined_and_far_ones_are_not() {
        assert_eq!(shape(&read(&[(0, 1.0), (120, 2.0), (300, 3.0)], 0..360, 12)), "#####.....#.");
    }

    #[test]
    fn a_column_keeps_the_extremes_of_its_points() {
        let track = read(&[(0, 5.0), (60, 1.0), (120, 9.0), (180, 4.0)], 0..240, 1);
        assert_eq!(track.columns, [Some(Column { min: 1.0, max: 9.0, first: 5.0, last: 4.0, joined: false })]);
        assert_eq!((track.bounds, track.last), (Some((1.0, 9.0)), Some((180, 4.0))));
    }

    #[test]
    fn a_line_enters_from_outside_and_leaves() {
        let track = read(&[(-60, 0.0), (60, 2.0), (180, 4.0)], 0..120, 4);
        assert_eq!(shape(&track), "####");
        assert_eq!(track.bounds, Some((2.0, 2.0)), "only points of the window count");
    }

    #[test]
    fn the_cursor_reads_within_a_period_or_not_at_all() {
        let points = [(0, 1.0), (60, 2.0), (600, 3.0)];
        for (cursor, expected) in [(40, Some((60, 2.0))), (30, Some((0, 1.0))), (300, None), (550, Some((600, 3.0)))] {
            let track = Track::read(&points, &(0..660), 60, 11, Some(cursor));
            assert_eq!(track.at_cursor, expected, "{cursor}");
        }
    }

    #[test]
    fn anything_can_be_read() {
        for window in [0..0, i64::MIN..i64::MAX, 0..1] {
            let points = [(i64::MIN, 1.0), (0, f64::NAN), (5, 2.0), (3, 1.0), (i64::MAX, f64::MAX)];
            read(&points, window, 7);
        }
    }
}
