//! How often a dataset is read: what is looked at faster than the rest, hidden slower.

use jiff::{SignedDuration, Timestamp};

use super::Readable;

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
pub fn interval(read: &impl Readable, attention: Attention) -> Option<i64> {
    let [watched, near, hidden] = read.intervals();
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
pub fn next_due(read: &impl Readable, attention: Attention, now: Timestamp, pages: usize) -> Option<Timestamp> {
    // Never slower than what nobody looks at: what is said of its freshness holds.
    let slowest = interval(read, Attention::Hidden)?;
    let spread = A_PAGE.saturating_mul(i64::try_from(pages).unwrap_or(i64::MAX)).min(slowest);
    let step = interval(read, attention)?.max(spread);
    if !read.is_of_periods() {
        return now.checked_add(SignedDuration::from_secs(step)).ok();
    }
    let seconds = (now.as_second() - SETTLE).div_euclid(step) * step + step + SETTLE;
    Timestamp::from_second(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::testing::Fake;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn metrics_are_asked_for_just_after_a_period_closes() {
        for (now, due) in [(600, 615), (614, 615), (615, 675), (659, 675)] {
            let next = next_due(&Fake::Metrics, Attention::Watched, at(now), 1);
            assert_eq!(next, Some(at(due)), "at {now}");
        }
    }

    #[test]
    fn a_list_of_many_pages_is_read_slower_and_never_slower_than_what_nobody_looks_at() {
        for (pages, due) in [(0, 30), (1, 30), (15, 30), (50, 100), (5000, 300)] {
            assert_eq!(next_due(&Fake::List, Attention::Watched, at(0), pages), Some(at(due)), "{pages} pages");
        }
        assert_eq!(next_due(&Fake::List, Attention::None, at(0), 50), None);
    }

    #[test]
    fn less_attention_is_never_faster() {
        for read in [Fake::List, Fake::Metrics] {
            assert!(interval(&read, Attention::Watched) <= interval(&read, Attention::Near));
            assert!(interval(&read, Attention::Near) <= interval(&read, Attention::Hidden));
            assert_eq!(interval(&read, Attention::None), None);
        }
    }
}
