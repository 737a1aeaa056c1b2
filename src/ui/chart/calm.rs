//! A series that hardly moves: it stays on one row of dots, and is no colour's business.

use super::scale::Scale;
use super::track::{Column, Track};

/// Of so many columns most must stay near the median: a slope passes its median too, and is not still.
const MOST: (usize, usize) = (4, 5);
/// Dots from the median up to which a column has not moved.
const STILL: f64 = 2.0;

/// The level that a series keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Calm {
    median: f64,
    /// What a dot stands for.
    dot: f64,
}

impl Calm {
    /// The level of a series over so many dots of height; `None` when it moves.
    pub fn of(track: &Track, scale: &Scale, dots: usize) -> Option<Self> {
        let mut values: Vec<f64> = track.columns.iter().flatten().map(|column| column.last).collect();
        values.sort_by(f64::total_cmp);
        let median = *values.get(values.len() / 2)?;
        let calm = Self { median, dot: (scale.hi - scale.lo) / dots.saturating_sub(1).max(1) as f64 };
        let near = track.columns.iter().flatten().filter(|column| calm.is_within(column, 1.0)).count();
        (near * MOST.1 >= values.len() * MOST.0).then_some(calm)
    }

    /// A value less than a dot from the median is drawn at the median, so that a line at the border of
    /// two rows of dots does not flicker between them. Of a value alone, and thus the same in any frame.
    pub fn settle(&self, value: f64) -> f64 {
        if self.is_near(value, 1.0) { self.median } else { value }
    }

    /// Whether a column shows nothing that has to be looked at.
    pub fn is_still(&self, column: &Column) -> bool {
        self.is_within(column, STILL)
    }

    fn is_within(&self, column: &Column, dots: f64) -> bool {
        self.is_near(column.min, dots) && self.is_near(column.max, dots)
    }

    fn is_near(&self, value: f64, dots: f64) -> bool {
        (value - self.median).abs() < self.dot * dots
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Unit;
    use crate::ui::YRange;

    /// Values over 0 to 100 %, in 11 dots of 10 % each.
    fn calm(values: &[f64]) -> (Track, Scale, Option<Calm>) {
        let points: Vec<(i64, f64)> = (0_i64..).zip(values).map(|(i, value)| (i * 60, *value)).collect();
        let track = Track::read(&points, &(0..values.len() as i64 * 60), 60, values.len(), None);
        let scale = Scale::new(YRange::Percent, Unit::Percent, track.bounds, 3);
        let calm = Calm::of(&track, &scale, 11);
        (track, scale, calm)
    }

    /// Rows of dots that are drawn, without repetition.
    fn rows(values: &[f64]) -> Vec<usize> {
        let (_, scale, calm) = calm(values);
        let mut rows: Vec<usize> =
            values.iter().map(|value| scale.place(calm.map_or(*value, |calm| calm.settle(*value)), 11)).collect();
        rows.dedup();
        rows
    }

    #[test]
    fn what_is_almost_constant_stays_on_one_row() {
        assert_eq!(rows(&[44.9, 45.1, 44.8, 45.2, 44.9, 45.1]).len(), 1);
        assert_eq!(rows(&[4.0, 6.0, 4.0, 6.0, 13.0, 4.0]).len(), 1, "within a dot");
    }

    #[test]
    fn what_leaves_its_level_is_drawn_where_it_is() {
        let values = [45.0, 45.0, 45.0, 45.0, 45.0, 45.0, 45.0, 45.0, 90.0];
        assert_eq!(rows(&values), [6, 1]);
        let (track, _, calm) = calm(&values);
        let calm = calm.expect("it keeps a level");
        let still: Vec<bool> = track.columns.iter().flatten().map(|column| calm.is_still(column)).collect();
        assert_eq!(still, [true, true, true, true, true, true, true, true, false]);
    }

    #[test]
    fn a_slope_has_no_step_in_its_middle() {
        let slope: Vec<f64> = (0..21).map(|i| f64::from(i) * 5.0).collect();
        assert_eq!(calm(&slope).2, None);
        assert_eq!(rows(&slope).len(), 11);
    }

    #[test]
    fn nothing_has_no_level() {
        assert_eq!(calm(&[]).2, None);
        assert_eq!(calm(&[f64::NAN]).2, None);
    }
}
