//! The SDK's moments and ours.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// An SDK moment as ours; `None` outside of the years that [`Timestamp`] knows (-9999 to 9999),
/// which only a broken answer holds.
#[must_use]
pub fn timestamp(at: DateTime) -> Option<Timestamp> {
    Timestamp::from_nanosecond(at.as_nanos()).ok()
}

/// The same where AWS may have left the moment out.
#[must_use]
pub fn optional(at: Option<DateTime>) -> Option<Timestamp> {
    at.and_then(timestamp)
}

/// Our moment as the SDK's.
#[must_use]
pub fn date_time(at: Timestamp) -> DateTime {
    // Every Timestamp is inside of what a DateTime holds (64-bit seconds).
    DateTime::from_nanos(at.as_nanosecond()).unwrap_or_else(|_| DateTime::from_secs(at.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_the_way_there_and_back() {
        for nanos in [0, 1, -1, 1_795_000_000_123_456_789, -62_135_596_800_000_000_001] {
            let at = Timestamp::from_nanosecond(nanos).unwrap();
            assert_eq!(timestamp(date_time(at)), Some(at));
        }
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_none() {
        assert_eq!(timestamp(DateTime::from_secs(i64::MAX)), None);
        assert_eq!(optional(None), None);
    }
}
