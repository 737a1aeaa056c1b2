//! The time axis: round moments, UTC.

use std::ops::Range;

use jiff::Timestamp;

use super::track::column_of;

const DAY: i64 = 86_400;
const STEPS: [i64; 17] = [
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    2 * 3600,
    3 * 3600,
    6 * 3600,
    12 * 3600,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    84 * DAY,
];
/// Cells of a label.
pub(super) const LABEL: usize = 5;
/// Cells from one label to the next, at least.
const APART: i64 = 9;

/// The labels over `columns` cells: column and text. `HH:MM`, or `MM-DD` at midnight and where a
/// step is a day or more. A label begins at the column of its moment.
pub(super) fn ticks(window: &Range<i64>, columns: usize) -> Vec<(usize, String)> {
    let length = window.end.saturating_sub(window.start);
    if length <= 0 || columns < LABEL {
        return Vec::new();
    }
    let cells = columns as i64;
    let fits = |step: &&i64| i128::from(**step) * i128::from(cells) >= i128::from(length) * i128::from(APART);
    let step = STEPS.iter().find(fits).copied().unwrap_or(84 * DAY);
    let first = window.start.div_euclid(step).saturating_add(i64::from(window.start.rem_euclid(step) != 0));
    (0..cells)
        .map(|tick| first.saturating_add(tick).saturating_mul(step))
        .take_while(|at| *at < window.end)
        .filter_map(|at| {
            let column = usize::try_from(column_of(at, window, columns)).ok()?;
            let moment = Timestamp::from_second(at).ok()?;
            let format = if step >= DAY || at.rem_euclid(DAY) == 0 { "%m-%d" } else { "%H:%M" };
            (column + LABEL <= columns).then(|| (column, moment.strftime(format).to_string()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(window: Range<i64>, columns: usize) -> Vec<(usize, String)> {
        ticks(&window, columns)
    }

    #[test]
    fn an_hour_is_in_minutes() {
        let start = 1_795_316_400; // 2026-11-22 03:00:00 UTC
        assert_eq!(
            labels(start..start + 3600, 40),
            [(0, "03:00".to_owned()), (10, "03:15".to_owned()), (20, "03:30".to_owned()), (30, "03:45".to_owned())]
        );
    }

    #[test]
    fn midnight_and_days_are_dates() {
        let midnight = 1_795_305_600; // 2026-11-22
        assert_eq!(
            labels(midnight - 6 * 3600..midnight + 6 * 3600, 40),
            [(0, "18:00".to_owned()), (10, "21:00".to_owned()), (20, "11-22".to_owned()), (30, "03:00".to_owned())]
        );
        assert_eq!(labels(midnight..midnight + 2 * DAY, 20), [(0, "11-22".to_owned()), (10, "11-23".to_owned())]);
    }

    #[test]
    fn no_window_gives_labels_without_end() {
        for window in [0..0, i64::MIN..i64::MAX, 0..i64::MAX, 0..1] {
            assert!(labels(window, 60).len() <= 60);
        }
    }
}
