//! How long something lasts, in the one style of the console.

use std::time::Duration;

/// Its two largest units, without one that is zero at the end: `6d 1h`, `3h 4m`, `9m 17s`, `45s`, `2h`.
#[must_use]
pub fn words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (large, small) = match seconds {
        0..60 => ((seconds, "s"), None),
        60..3600 => ((seconds / 60, "m"), Some((seconds % 60, "s"))),
        3600..86_400 => ((seconds / 3600, "h"), Some((seconds % 3600 / 60, "m"))),
        _ => ((seconds / 86_400, "d"), Some((seconds % 86_400 / 3600, "h"))),
    };
    match small.filter(|(count, _)| *count > 0) {
        Some((count, unit)) => format!("{}{} {count}{unit}", large.0, large.1),
        None => format!("{}{}", large.0, large.1),
    }
}

/// Its largest unit alone: `6d`, `3h`, `9m`, `45s`.
#[must_use]
pub fn coarse(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// [`words`] of so many seconds; those of a time that lies ahead have no sign.
#[must_use]
pub fn seconds(seconds: i64) -> String {
    words(Duration::from_secs(seconds.unsigned_abs()))
}

/// So many seconds ago, or how long it is until then when they are negative: `9m 17s ago`, `in 4m`.
#[must_use]
pub fn ago(seconds: i64) -> String {
    if seconds < 0 { format!("in {}", self::seconds(seconds)) } else { format!("{} ago", self::seconds(seconds)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_units_at_most_and_no_zero_at_the_end() {
        for (given, two, one) in [
            (0, "0s", "0s"),
            (45, "45s", "45s"),
            (60, "1m", "1m"),
            (557, "9m 17s", "9m"),
            (602, "10m 2s", "10m"),
            (3600, "1h", "1h"),
            (11_059, "3h 4m", "3h"),
            (86_399, "23h 59m", "23h"),
            (86_400, "1d", "1d"),
            (522_000, "6d 1h", "6d"),
            (17_913_600, "207d 8h", "207d"),
        ] {
            let duration = Duration::from_secs(given);
            assert_eq!((words(duration).as_str(), coarse(duration).as_str()), (two, one));
        }
        assert_eq!((ago(557), ago(0), ago(-240)), ("9m 17s ago".into(), "0s ago".into(), "in 4m".into()));
        assert_eq!((seconds(-557), seconds(90_000)), ("9m 17s".to_owned(), "1d 1h".to_owned()));
    }
}
