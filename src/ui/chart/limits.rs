//! Where thresholds are seen: as a labelled line where that is true, at an edge where they lie beyond
//! it, and in the title where neither can be.

use super::scale::{Scale, short};
use crate::domain::Unit;

/// A threshold's line: its row from the top, and its label.
pub(super) type LabelledRow = (usize, String);

/// Labels of the value axis and thresholds, none on the row of another.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ThresholdRows {
    /// Labels of the value axis that stay.
    pub ticks: Vec<LabelledRow>,
    pub lines: Vec<LabelledRow>,
    /// Beyond the upper end and the lower one: `↑80%`, `↓10G`.
    pub above: Vec<String>,
    pub below: Vec<String>,
    /// For the title: no row stands for them alone.
    pub told: Vec<String>,
}

impl ThresholdRows {
    /// Gives each threshold its place on a scale of so many rows; `seen` are values that are drawn.
    pub fn arrange(
        scale: &Scale,
        unit: Unit,
        thresholds: impl Iterator<Item = f64>,
        rows: usize,
        seen: &[f64],
    ) -> Self {
        let row_of = |value: f64| scale.place(value, rows * 4) / 4;
        let mut ticks: Vec<(f64, usize)> = scale.ticks().map(|tick| (tick, row_of(tick))).collect();
        ticks.dedup_by_key(|(_, row)| *row);
        let room = (scale.hi - scale.lo) * 1e-6;
        let mut values: Vec<f64> = thresholds.filter(|value| value.is_finite()).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        values.dedup();
        let mut limits = Self::default();
        for value in values {
            let label = short(unit, value);
            if value > scale.hi + room {
                limits.above.push(format!("↑{label}"));
                continue;
            }
            if value < scale.lo - room {
                limits.below.push(format!("↓{label}"));
                continue;
            }
            let row = row_of(value);
            let is_taken = |row: usize| limits.lines.iter().any(|(line, _)| *line == row);
            let tick = ticks.iter().position(|(_, of)| *of == row);
            let place = match tick {
                None => Some(row),
                Some(tick) if (ticks[tick].0 - value).abs() <= room => Some(row),
                // 0 and the end stay; a label between them gives way.
                Some(tick) if tick > 0 && tick + 1 < ticks.len() => Some(row),
                // One row further in, unless data would then be seen on the wrong side of the line.
                Some(0) => Some(row + 1),
                Some(_) => row.checked_sub(1),
            };
            let true_there = |place: usize| {
                place == row
                    || seen
                        .iter()
                        .all(|data| if *data < value { row_of(*data) >= place } else { row_of(*data) <= place })
            };
            let is_end = |place: usize| place == 0 || place + 1 >= rows;
            let free = place.filter(|place| !is_taken(*place) && true_there(*place));
            match free.filter(|place| *place == row || !is_end(*place)) {
                Some(place) => {
                    ticks.retain(|(tick, of)| *of != place || (tick - value).abs() <= room);
                    limits.lines.push((place, label));
                }
                None => limits.told.push(label),
            }
        }
        limits.ticks = ticks.into_iter().map(|(tick, row)| (row, scale.label(tick))).collect();
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::runway::GIB;
    use crate::ui::YRange;

    fn percent(thresholds: &[f64], rows: u16, seen: &[f64]) -> ThresholdRows {
        let scale = Scale::new(YRange::Percent, Unit::Percent, None, rows);
        ThresholdRows::arrange(&scale, Unit::Percent, thresholds.iter().copied(), usize::from(rows), seen)
    }

    fn lines(lines: &[LabelledRow]) -> Vec<(usize, &str)> {
        lines.iter().map(|(row, label)| (*row, label.as_str())).collect()
    }

    #[test]
    fn a_threshold_has_a_row_of_its_own() {
        let limits = percent(&[80.0], 5, &[5.0]);
        assert_eq!(lines(&limits.ticks), [(0, "100%"), (2, "50%"), (4, "0")]);
        assert_eq!(lines(&limits.lines), [(1, "80%")]);
    }

    #[test]
    fn one_at_an_end_moves_in_where_that_is_true() {
        let limits = percent(&[95.0, 5.0], 6, &[60.0, 40.0]);
        assert_eq!(lines(&limits.lines), [(1, "95%"), (4, "5%")]);
        assert_eq!((limits.ticks[0].0, limits.ticks.last().map(|(row, _)| *row)), (0, Some(5)));
        let limits = percent(&[95.0, 5.0], 6, &[93.0, 7.0]);
        assert_eq!((limits.lines.len(), limits.told), (0, vec!["95%".to_owned(), "5%".to_owned()]));
    }

    #[test]
    fn a_label_between_the_ends_gives_way_and_one_of_the_same_value_stays() {
        let limits = percent(&[55.0], 5, &[]);
        assert_eq!((lines(&limits.ticks), lines(&limits.lines)), (vec![(0, "100%"), (4, "0")], vec![(2, "55%")]));
        let limits = percent(&[50.0], 5, &[]);
        assert_eq!((limits.ticks.len(), lines(&limits.lines)), (3, vec![(2, "50%")]));
    }

    #[test]
    fn two_on_one_row_are_told_apart() {
        let limits = percent(&[70.0, 75.0, 75.0], 5, &[]);
        assert_eq!((lines(&limits.lines), limits.told), (vec![(1, "75%")], vec!["70%".to_owned()]));
    }

    #[test]
    fn what_lies_beyond_the_scale_is_at_its_edge() {
        let scale = Scale::new(YRange::Auto, Unit::Bytes, Some((20.0 * GIB, 22.0 * GIB)), 5);
        let limits = ThresholdRows::arrange(&scale, Unit::Bytes, [10.0 * GIB, 100.0 * GIB].into_iter(), 5, &[]);
        assert_eq!((limits.above, limits.below), (vec!["↑100G".to_owned()], vec!["↓10G".to_owned()]));
        assert!(limits.lines.is_empty() && limits.told.is_empty());
    }

    #[test]
    fn whatever_the_height_no_threshold_is_on_the_row_of_another_value() {
        for rows in 1..16 {
            for value in 1..100 {
                let limits = percent(&[f64::from(value)], rows, &[f64::from(value) - 3.0]);
                for (row, label) in &limits.lines {
                    let other = limits.ticks.iter().find(|(tick, _)| tick == row);
                    assert!(other.is_none_or(|(_, tick)| tick == label), "{rows} {value} {limits:?}");
                }
                assert_eq!(limits.lines.len() + limits.told.len(), 1, "{rows} {value}");
                assert_eq!(limits.ticks.last().is_some_and(|(_, label)| label == "0"), rows > 1, "{rows} {value}");
            }
        }
    }
}
