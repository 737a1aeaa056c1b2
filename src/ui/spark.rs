//! Sparklines: a series in one line of text.

use std::ops::Range;

use super::pen::Piece;
use crate::theme::Role;

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A full height stands for this share of the greatest value at least: what changes by less stays low,
/// and what never changes is a baseline.
const LEAST_SPREAD: f64 = 0.5;
/// From this level on a steady series is drawn as high as it stands: it is nearly full.
const NEARLY_FULL: usize = 6;

/// Draws points (seconds, value; oldest first) of `window` in `width` characters.
///
/// Each character shows the highest value of its part of the window. With a `max` the height is from
/// 0 to that; without one it is from the quietest value to the peak, and to half as much again where
/// that is near: what hardly moves stays low. A series that stays on one level is a baseline, whatever
/// that level is, unless it is nearly at its `max`: a bar would look like progress. A point holds for
/// `period` seconds, and up to the next point if that is at most 2.5 periods away; where nothing holds
/// there is a space: a gap is not zero.
#[must_use]
pub fn spark(
    points: impl IntoIterator<Item = (i64, f64)>,
    period: u32,
    window: &Range<i64>,
    width: usize,
    max: Option<f64>,
) -> String {
    let period = i64::from(period.max(1));
    let mut cells: Vec<Option<f64>> = vec![None; width];
    if width > 0 && !window.is_empty() {
        let mut before: Option<(i64, f64)> = None;
        for (at, value) in points.into_iter().filter(|(_, value)| value.is_finite()) {
            if let Some((start, held)) = before {
                let bridged = at.saturating_sub(start).saturating_mul(2) <= period.saturating_mul(5);
                hold(&mut cells, window, start..if bridged { at } else { start.saturating_add(period) }, held);
            }
            before = Some((at, value));
        }
        if let Some((start, held)) = before {
            hold(&mut cells, window, start..start.saturating_add(period), held);
        }
    }
    let levels = levels(&cells, max);
    levels.into_iter().map(|level| level.map_or(' ', |level| LEVELS[level])).collect()
}

/// A small chart in roles: dim at its baseline, coloured where it moved.
#[must_use]
pub fn calm(drawn: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for sign in drawn.chars() {
        let role = if matches!(sign, '▁' | ' ') { Role::Dim } else { Role::ChartLine };
        match pieces.last_mut().filter(|(_, last)| *last == role) {
            Some((words, _)) => words.push(sign),
            None => pieces.push((sign.to_string(), role)),
        }
    }
    pieces
}

/// The level of each cell.
fn levels(cells: &[Option<f64>], max: Option<f64>) -> Vec<Option<usize>> {
    let mut values: Vec<f64> = cells.iter().flatten().copied().collect();
    values.sort_by(f64::total_cmp);
    let (Some(quietest), Some(peak)) = (values.first().copied(), values.last().copied()) else {
        return vec![None; cells.len()];
    };
    let (lowest, highest) = match max {
        Some(max) => (quietest.min(0.0), max),
        None => (quietest, peak.max(quietest + quietest.abs().max(peak.abs()) * LEAST_SPREAD)),
    };
    let level = |value: f64| level(value, lowest, highest);
    let middle = values.get(values.len() / 2).map_or(0, |value| level(*value));
    // Values at the border of two levels must not look like something that happens.
    let is_steady = level(peak) - level(quietest) <= 1;
    let settled = match (is_steady, middle < NEARLY_FULL) {
        (true, true) => Some(0),
        (true, false) => Some(middle),
        (false, _) => None,
    };
    cells.iter().map(|cell| cell.map(|value| settled.unwrap_or_else(|| level(value)))).collect()
}

/// Writes a value into the cells that `held` (seconds) touches; the highest stays.
fn hold(cells: &mut [Option<f64>], window: &Range<i64>, held: Range<i64>, value: f64) {
    let (start, end) = (held.start.max(window.start), held.end.min(window.end));
    if start >= end {
        return;
    }
    let cell = |at: i64| {
        let share = i128::from(at - window.start) * cells.len() as i128 / i128::from(window.end - window.start);
        usize::try_from(share).unwrap_or(0)
    };
    let (first, last) = (cell(start), cell(end - 1));
    for cell in cells.iter_mut().take(last + 1).skip(first) {
        *cell = Some(cell.map_or(value, |other| other.max(value)));
    }
}

fn level(value: f64, lowest: f64, highest: f64) -> usize {
    if highest <= lowest {
        return 0;
    }
    ((value - lowest) / (highest - lowest) * 7.0).round().clamp(0.0, 7.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rising(count: i64) -> impl Iterator<Item = (i64, f64)> {
        (0..count).map(|i| (i * 60, i as f64))
    }

    #[test]
    fn one_character_a_point() {
        assert_eq!(spark(rising(8), 60, &(0..480), 8, None), "▁▂▃▄▅▆▇█");
    }

    #[test]
    fn a_wider_line_has_no_holes_that_the_data_has_not() {
        assert_eq!(spark([(0, 1.0), (120, 1.0)], 60, &(0..180), 9, None), "▁▁▁▁▁▁▁▁▁");
    }

    fn drawn(values: &[f64], max: Option<f64>) -> String {
        let points = (0_i64..).zip(values).map(|(i, value)| (i * 60, *value));
        spark(points, 60, &(0..values.len() as i64 * 60), values.len(), max)
    }

    #[test]
    fn what_does_not_change_is_a_baseline() {
        for value in [0.0, 0.001_33, 1.0, 7e9] {
            assert_eq!(drawn(&[value; 8], None), "▁▁▁▁▁▁▁▁", "{value}");
        }
        assert_eq!(drawn(&[50.0; 4], Some(100.0)), "▁▁▁▁");
        assert_eq!(drawn(&[1.0, 1.0, 100.0], None), "▁▁█", "what leaps is seen to leap");
        assert_eq!(drawn(&[100.0, 104.0, 98.0, 103.0], None), "▁▁▁▁", "noise is none of it");
    }

    #[test]
    fn values_at_the_border_of_two_levels_do_not_flicker() {
        assert_eq!(drawn(&[49.0, 51.0, 49.9, 50.1], Some(100.0)), "▁▁▁▁");
        assert_eq!(drawn(&[1.0, 60.0, 1.0, 1.0], Some(100.0)), "▁▅▁▁");
    }

    #[test]
    fn what_stays_nearly_full_is_not_hidden() {
        assert_eq!(drawn(&[95.0, 96.0, 95.0], Some(100.0)), "███");
        assert_eq!(drawn(&[88.0; 3], Some(100.0)), "▇▇▇");
    }

    #[test]
    fn the_baseline_is_dim_and_what_moved_is_not() {
        let role = |role| move |(words, of): &Piece| (*of == role).then(|| words.clone());
        let pieces = calm("▁▁▅█▁ ▁");
        assert_eq!(pieces.iter().filter_map(role(Role::ChartLine)).collect::<Vec<_>>(), ["▅█"]);
        assert_eq!(pieces.iter().map(|(words, _)| words.as_str()).collect::<String>(), "▁▁▅█▁ ▁");
        assert!(calm("").is_empty());
    }

    #[test]
    fn gaps_are_spaces_and_zero_is_not() {
        assert_eq!(spark([(0, 0.0), (60, 2.0), (360, 1.0)], 60, &(0..420), 7, Some(2.0)), "▁█    ▅");
        assert_eq!(spark([(0, f64::NAN)], 60, &(0..120), 2, None), "  ");
        assert_eq!(spark([(0, 0.0)], 60, &(0..60), 2, None), "▁▁");
    }

    #[test]
    fn a_fixed_maximum_is_a_ceiling() {
        assert_eq!(spark([(0, 50.0), (60, 100.0), (120, 400.0)], 60, &(0..180), 3, Some(100.0)), "▅██");
    }

    #[test]
    fn nothing_and_nowhere() {
        assert_eq!(spark([], 60, &(0..180), 3, None), "   ");
        assert_eq!(spark(rising(3), 60, &(0..180), 0, None), "");
        assert_eq!(spark(rising(3), 60, &(180..180), 2, None), "  ");
    }
}
