//! How long storage lasts.

use std::time::Duration;

use super::Series;

/// Bytes in a GiB.
pub const GIB: f64 = 1_073_741_824.0;

/// When storage will be full, if it goes on like this.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Runway {
    /// Time until no storage is free, autoscaling not considered.
    pub left: Duration,
    /// Bytes that are lost a day.
    pub bytes_per_day: f64,
}

/// A runway longer than this says nothing that anybody can act on.
const FAR: f64 = 400.0 * 86_400.0;

/// Estimates the runway from free storage over time (bytes): Theil-Sen slope (the median of the
/// slopes between points), so that a vacuum or a dropped table does not bend it. `None` with
/// fewer than six points or without a loss worth naming.
#[must_use]
pub fn estimate(free: &Series) -> Option<Runway> {
    let points: Vec<(f64, f64)> = free.points().map(|(at, v)| (seconds(at), v)).collect();
    let (_, last) = *points.last()?;
    if points.len() < 6 {
        return None;
    }
    let stride = points.len().div_ceil(24);
    let sample: Vec<_> = points.iter().rev().step_by(stride).copied().collect();
    let mut slopes = Vec::with_capacity(sample.len() * sample.len() / 2);
    for (i, a) in sample.iter().enumerate() {
        for b in &sample[i + 1..] {
            slopes.push((a.1 - b.1) / (a.0 - b.0));
        }
    }
    let middle = slopes.len() / 2;
    let (_, slope, _) = slopes.select_nth_unstable_by(middle, f64::total_cmp);
    let slope = *slope;
    let left = last / -slope;
    (slope < 0.0 && left < FAR)
        .then(|| Runway { left: Duration::from_secs_f64(left.max(0.0)), bytes_per_day: -slope * 86_400.0 })
}

#[allow(clippy::cast_precision_loss, reason = "seconds of this century fit")]
fn seconds(at: i64) -> f64 {
    at as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(points: impl IntoIterator<Item = (i64, f64)>) -> Series {
        let mut s = Series::new(3600);
        s.merge(0..3600 * 200, points);
        s
    }

    #[test]
    fn a_steady_loss_gives_the_day_it_ends() {
        let s = free((0..48).map(|h| (h * 3600, 100.0 * GIB - f64::from(i32::try_from(h).unwrap_or(0)) * GIB)));
        let runway = estimate(&s);
        assert_eq!(runway.map(|r| r.left.as_secs() / 3600), Some(53));
        assert_eq!(runway.map(|r| (r.bytes_per_day / GIB).round()), Some(24.0));
    }

    #[test]
    fn one_dropped_table_does_not_bend_it() {
        let s = free((0..48).map(|h| {
            let jump = if h > 40 { 10.0 } else { 0.0 };
            (h * 3600, (100.0 + jump) * GIB - f64::from(i32::try_from(h).unwrap_or(0)) * GIB)
        }));
        assert_eq!(estimate(&s).map(|r| (r.bytes_per_day / GIB).round()), Some(24.0));
    }

    #[test]
    fn no_loss_and_too_little_data_give_nothing() {
        assert_eq!(estimate(&free((0..48).map(|h| (h * 3600, 5.0)))), None);
        assert_eq!(estimate(&free((0..3).map(|h| (h * 3600, 5.0 - f64::from(i32::try_from(h).unwrap_or(0)))))), None);
    }
}
