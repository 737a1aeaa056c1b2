//! Moments and distances in time as the sandbox writes them.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// Seconds in a minute, an hour and a day.
pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// `at` moved by a number of seconds; stays where it is at the ends of what a timestamp can say.
#[must_use]
pub fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(at)
}

/// Whole seconds from `from` to `to`, negative when `to` is earlier.
#[must_use]
pub fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_second() - from.as_second()
}

/// The last moment not after `at` that is a whole multiple of `step` seconds since 1970.
#[must_use]
pub fn floor_to(at: Timestamp, step: i64) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(step.max(1))).unwrap_or(at)
}

/// A distance from the world's epoch in seconds, written `-14m`, `210d`, `-36h`, `90s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Offset(pub i64);

impl Offset {
    /// The moment that lies this far from `epoch`.
    #[must_use]
    pub fn since(self, epoch: Timestamp) -> Timestamp {
        after(epoch, self.0)
    }
}

impl TryFrom<String> for Offset {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = || format!("`{text}` is not a distance in time such as `-14m`, `90s`, `-36h` or `210d`");
        let unit = text.chars().next_back().ok_or_else(wrong)?;
        let seconds = match unit {
            's' => 1,
            'm' => MINUTE,
            'h' => HOUR,
            'd' => DAY,
            _ => return Err(wrong()),
        };
        let number: i64 = text.strip_suffix(unit).and_then(|n| n.parse().ok()).ok_or_else(wrong)?;
        number.checked_mul(seconds).map(Self).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_and_refused() {
        for (text, seconds) in [("-14m", Some(-840)), ("0s", Some(0)), ("2d", Some(172_800)), ("-36h", Some(-129_600))]
        {
            assert_eq!(Offset::try_from(text.to_owned()).ok(), seconds.map(Offset), "{text}");
        }
        for text in ["", "m", "12", "1w", "4mm", "99999999999999999d", "é"] {
            assert!(Offset::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn flooring_goes_down_before_1970_too() {
        let at = Timestamp::from_second(-1).unwrap();
        assert_eq!(floor_to(at, 300).as_second(), -300);
        assert_eq!(floor_to(Timestamp::from_second(899).unwrap(), 300).as_second(), 600);
    }
}
