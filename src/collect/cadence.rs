//! How often a dataset is read: what is looked at faster than the rest, hidden slower.

use jiff::{SignedDuration, Timestamp};

use super::Dataset;

/// How much somebody cares at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attention {
    /// Nobody: not asked at all.
    None,
    /// Belongs to an environment that is not shown.
    Hidden,
    /// Belongs to what is shown, not on the screen itself.
    Near,
    /// On the screen.
    Watched,
}

/// CloudWatch has a minute's datapoint some seconds after the minute: asking earlier is paid for
/// and brings nothing.
const SETTLE: i64 = 15;

/// A list of many pages is read this much slower for each, seconds: RDS and CloudWatch throttle calls by account and
/// region, and whoever works there shares them with this console.
const A_PAGE: i64 = 2;

/// Seconds between two reads, `None` for never.
#[must_use]
pub fn interval(dataset: &Dataset, attention: Attention) -> Option<i64> {
    let [watched, near, hidden] = match dataset {
        Dataset::Identity => [300, 300, 900],
        Dataset::Databases => [30, 60, 300],
        Dataset::Events => [60, 120, 600],
        Dataset::InstanceEvents(_) => [60, 600, 600],
        Dataset::Alarms => [60, 60, 300],
        Dataset::Metrics => [60, 180, 600],
        Dataset::Vitals => [300, 300, 900],
        Dataset::Maintenance => [600, 1800, 3600],
        Dataset::StorageTrend => [1800, 3600, 7200],
        Dataset::Snapshots(_) => [60, 600, 600],
        Dataset::History(_, period) => [i64::from(*period).max(60), 600, 600],
    };
    match attention {
        Attention::None => None,
        Attention::Hidden => Some(hidden),
        Attention::Near => Some(near),
        Attention::Watched => Some(watched),
    }
}

/// When to read again after a success at `now` that took so many pages. Metrics are asked for just after the moment at
/// which CloudWatch closes a period; everything else after its interval.
#[must_use]
pub fn next_due(dataset: &Dataset, attention: Attention, now: Timestamp, pages: usize) -> Option<Timestamp> {
    // Never slower than what nobody looks at: what is said of its freshness holds.
    let slowest = interval(dataset, Attention::Hidden)?;
    let spread = A_PAGE.saturating_mul(i64::try_from(pages).unwrap_or(i64::MAX)).min(slowest);
    let step = interval(dataset, attention)?.max(spread);
    let seconds = match dataset {
        Dataset::Metrics | Dataset::Vitals | Dataset::StorageTrend | Dataset::History(..) => {
            (now.as_second() - SETTLE).div_euclid(step) * step + step + SETTLE
        }
        _ => return now.checked_add(SignedDuration::from_secs(step)).ok(),
    };
    Timestamp::from_second(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn metrics_are_asked_for_just_after_a_period_closes() {
        for (now, due) in [(600, 615), (614, 615), (615, 675), (659, 675)] {
            let next = next_due(&Dataset::Metrics, Attention::Watched, at(now), 1);
            assert_eq!(next, Some(at(due)), "at {now}");
        }
    }

    #[test]
    fn a_list_of_many_pages_is_read_slower_and_never_slower_than_what_nobody_looks_at() {
        for (pages, due) in [(0, 30), (1, 30), (15, 30), (50, 100), (5000, 300)] {
            assert_eq!(next_due(&Dataset::Databases, Attention::Watched, at(0), pages), Some(at(due)), "{pages} pages");
        }
        assert_eq!(next_due(&Dataset::Databases, Attention::None, at(0), 50), None);
    }

    #[test]
    fn less_attention_is_never_faster() {
        for dataset in [Dataset::Databases, Dataset::Events, Dataset::Metrics, Dataset::History("a".into(), 300)] {
            assert!(interval(&dataset, Attention::Watched) <= interval(&dataset, Attention::Near));
            assert!(interval(&dataset, Attention::Near) <= interval(&dataset, Attention::Hidden));
            assert_eq!(interval(&dataset, Attention::None), None);
        }
    }
}
