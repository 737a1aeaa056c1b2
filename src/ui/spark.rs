//! Sparklines: a series in one line of text.

use std::ops::Range;

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Room above the peak, as a multiple of the quietest value: a series that never changes stands in
/// the lower half, one that comes from 0 takes the whole height.
const HEADROOM: f64 = 1.5;

/// Draws points (seconds, value; oldest first) of `window` in `width` characters.
///
/// Each character shows the highest value of its part of the window, from 0 (or from the lowest
/// value, where that is below 0) to `max`. Without a `max` there is room above the highest value,
/// the more of it the steadier the series is: what does not change must not look full. A point
/// holds for `period` seconds, and up to the next point if that is at most 2.5 periods away; where
/// nothing holds there is a space: a gap is not zero.
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
    let lowest = cells.iter().flatten().copied().fold(0.0, f64::min);
    let highest = max.unwrap_or_else(|| {
        let peak = cells.iter().flatten().copied().fold(lowest, f64::max);
        let quietest = cells.iter().flatten().copied().fold(peak, f64::min);
        peak + HEADROOM * (quietest - lowest)
    });
    cells.iter().map(|cell| cell.map_or(' ', |value| level(value, lowest, highest))).collect()
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

fn level(value: f64, lowest: f64, highest: f64) -> char {
    if highest <= lowest {
        return LEVELS[0];
    }
    let step = ((value - lowest) / (highest - lowest) * 7.0).round().clamp(0.0, 7.0);
    LEVELS[step as usize]
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
        assert_eq!(spark([(0, 1.0), (120, 1.0)], 60, &(0..180), 9, None), "▄▄▄▄▄▄▄▄▄");
    }

    #[test]
    fn what_does_not_change_is_never_full() {
        for value in [0.001_33, 1.0, 7e9] {
            let steady = spark((0..8).map(|i| (i * 60, value)), 60, &(0..480), 8, None);
            assert_eq!(steady, "▄▄▄▄▄▄▄▄", "{value}");
        }
        assert_eq!(spark((0..3).map(|i| (i * 60, 0.0)), 60, &(0..180), 3, None), "▁▁▁");
        let leap = spark([(0, 1.0), (60, 1.0), (120, 100.0)], 60, &(0..180), 3, None);
        assert_eq!(leap, "▁▁█", "what leaps is seen to leap");
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
