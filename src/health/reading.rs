//! Reading a series the way an alarm does: the newest minutes, not one datapoint.

use jiff::Timestamp;

use crate::domain::limits::Limits;
use crate::domain::{Series, Since};

/// A newest value that is further from the end of what was asked for says nothing about now.
/// Measured against what was asked, not against the clock: while nothing can be read, the last
/// known state stands, and the screen shows its age.
const STALE: i64 = 15 * 60;

/// Datapoints that may be missing within a stretch that is still one stretch.
const GAP: i64 = 3;

/// The values of the newest `span` seconds that have any, oldest first; none when the newest is
/// stale.
pub fn recent(series: &Series, span: i64) -> Vec<(i64, f64)> {
    let Some((newest, _)) = series.points().next_back() else { return Vec::new() };
    if newest + STALE.max(GAP * i64::from(series.period())) < series.covered().end {
        return Vec::new();
    }
    let mut points: Vec<_> = series.points().rev().take_while(|(at, _)| *at > newest - span).collect();
    points.reverse();
    points
}

/// Since when every value up to the newest has been `beyond`; `None` when the newest is not. It has begun where the
/// value before it was not beyond: where there is none, because it was not asked for or is missing, it was so before.
pub fn since(series: &Series, beyond: impl Fn(f64) -> bool) -> Option<Since> {
    begun(series, &beyond, &|_| true)
}

/// Since when the values have been beyond limits without having recovered by the margin: the first of them that passed
/// the limit itself.
pub fn passed(series: &Series, limits: Limits) -> Option<Since> {
    begun(series, &|value| limits.holds(value), &|value| limits.is_passed(value))
}

/// The first of the values up to the newest that all hold, of those that begin it.
fn begun(series: &Series, holds: &dyn Fn(f64) -> bool, begins: &dyn Fn(f64) -> bool) -> Option<Since> {
    let gap = GAP * i64::from(series.period());
    let (mut last, mut first): (Option<i64>, Option<i64>) = (None, None);
    let mut is_begun = false;
    for (at, value) in series.points().rev() {
        if last.is_some_and(|later| later - at > gap) {
            break;
        }
        if !holds(value) {
            is_begun = true;
            break;
        }
        last = Some(at);
        if begins(value) {
            first = Some(at);
        }
    }
    // What was within the limit before it passed it is its beginning, too.
    is_begun |= first != last;
    let first = Timestamp::from_second(first?).ok()?;
    Some(if is_begun { Since::At(first) } else { Since::Before(first) })
}

/// The mean, of three values at least.
pub fn mean(points: &[(i64, f64)]) -> Option<f64> {
    (points.len() >= 3).then(|| points.iter().map(|(_, v)| v).sum::<f64>() / points.len() as f64)
}

/// The median: one odd value does not move it.
pub fn median(points: &[(i64, f64)]) -> Option<f64> {
    let mut values: Vec<f64> = points.iter().map(|(_, v)| *v).collect();
    values.sort_by(f64::total_cmp);
    let upper = values.len() / 2;
    let high = *values.get(upper)?;
    Some(if values.len() % 2 == 1 { high } else { f64::midpoint(*values.get(upper - 1)?, high) })
}

/// The lowest value.
pub fn lowest(points: &[(i64, f64)]) -> Option<f64> {
    points.iter().map(|(_, v)| *v).reduce(f64::min)
}

/// Change a second: from the median of the older half to the median of the newer half, of four
/// values at least.
pub fn rate(points: &[(i64, f64)]) -> Option<f64> {
    if points.len() < 4 {
        return None;
    }
    let (older, newer) = points.split_at(points.len() / 2);
    let middle = |half: &[(i64, f64)]| half.iter().map(|(at, _)| *at as f64).sum::<f64>() / half.len() as f64;
    Some((median(newer)? - median(older)?) / (middle(newer) - middle(older)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(window: i64, points: impl IntoIterator<Item = (i64, f64)>) -> Series {
        let mut series = Series::new(60);
        series.merge(0..window, points);
        series
    }

    #[test]
    fn the_newest_minutes_are_read_and_stale_ones_are_not() {
        let all = series(3600, (0..60).map(|m| (m * 60, m as f64)));
        assert_eq!(recent(&all, 180), vec![(3420, 57.0), (3480, 58.0), (3540, 59.0)]);
        let late = series(3600, (0..57).map(|m| (m * 60, m as f64)));
        assert_eq!(recent(&late, 60), vec![(3360, 56.0)]);
        let silent = series(3600, (0..40).map(|m| (m * 60, m as f64)));
        assert_eq!(recent(&silent, 180), vec![]);
        assert_eq!(recent(&Series::new(60), 180), vec![]);
    }

    #[test]
    fn a_stretch_begins_where_the_values_last_were_good() {
        let values = series(3600, (0..60).map(|m| (m * 60, if m < 50 || m == 52 { 1.0 } else { 9.0 })));
        let at = |minute: i64| Timestamp::from_second(minute * 60).expect("in range");
        assert_eq!(since(&values, |v| v > 5.0), Some(Since::At(at(53))));
        assert_eq!(since(&values, |v| v > 9.5), None);
        assert_eq!(since(&values, |v| v > 0.5), Some(Since::Before(at(0))), "the edge of what was read");
        let holed = series(3600, (0..60).filter(|m| !(30..35).contains(m)).map(|m| (m * 60, 9.0)));
        assert_eq!(since(&holed, |v| v > 5.0), Some(Since::Before(at(35))), "nobody knows how it was in the hole");
    }

    #[test]
    fn the_rate_of_a_line_is_its_slope() {
        let line: Vec<_> = (0..10).map(|m| (m * 60, 100.0 + 22.0 * m as f64)).collect();
        assert!(rate(&line).is_some_and(|r| (r * 60.0 - 22.0).abs() < 1e-9));
        assert_eq!(rate(&line[..3]), None);
    }

    #[test]
    fn a_median_ignores_one_spike() {
        assert_eq!(median(&[(0, 1.0), (1, 900.0), (2, 2.0)]), Some(2.0));
        assert_eq!(median(&[(0, 1.0), (1, 3.0)]), Some(2.0));
        assert_eq!(median(&[]), None);
        assert_eq!(mean(&[(0, 1.0), (1, 2.0)]), None);
    }
}
