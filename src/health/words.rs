//! Numbers and times as an engineer says them, for summaries and evidence.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::duration;

/// Bytes in a GiB.
pub const GIB: f64 = 1_073_741_824.0;

/// From here on hours say nothing.
const MONTH: Duration = Duration::from_hours(30 * 24);

/// Three significant digits, without empty decimals: `9.13`, `62.4`, `312`.
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    trimmed(if magnitude < 0.0995 {
        format!("{value:.3}")
    } else if magnitude < 9.995 {
        format!("{value:.2}")
    } else if magnitude < 99.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    })
}

/// Two significant digits: what a rate or another estimate is good for.
pub fn rough(value: f64) -> String {
    let magnitude = value.abs();
    trimmed(if magnitude < 0.995 {
        format!("{value:.2}")
    } else if magnitude < 9.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    })
}

fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A percentage.
pub fn percent(value: f64) -> String {
    format!("{} %", number(value))
}

/// A duration in seconds as measured: `3.1 ms`, `312 s`, `25m`.
pub fn seconds(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.9995 {
        format!("{} ms", number(value * 1000.0))
    } else if value.abs() < 999.5 {
        format!("{} s", number(value))
    } else {
        span(value)
    }
}

/// A distance in time, given in seconds: `3d 4h`, `2h 11m`, `40s`; hours matter in days, not in months.
pub fn span(seconds: f64) -> String {
    let span = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
    if span >= MONTH { duration::coarse(span) } else { duration::words(span) }
}

/// Bytes, in the unit that fits: `143 MiB`, `9.1 GiB`.
pub fn bytes(value: f64) -> String {
    let mut scaled = value;
    let mut unit = "B";
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if scaled.abs() < 999.5 {
            break;
        }
        scaled /= 1024.0;
        unit = larger;
    }
    format!("{} {unit}", number(scaled))
}

/// Counts that are large: `640 million`, `1.12 billion`.
pub fn large(value: f64) -> String {
    if value.abs() >= 999.5e6 {
        format!("{} billion", number(value / 1e9))
    } else if value.abs() >= 999.5e3 {
        format!("{} million", number(value / 1e6))
    } else {
        format!("{value:.0}")
    }
}

/// The day, UTC: `2026-11-22`.
pub fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// A count with its word: `1 failover`, `2 failovers`.
pub fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_and_no_empty_decimals() {
        for (value, expected) in
            [(0.0, "0"), (0.02, "0.02"), (9.126, "9.13"), (60.0, "60"), (62.44, "62.4"), (312.4, "312"), (-1.0, "-1")]
        {
            assert_eq!(number(value), expected);
        }
        for (value, expected) in [(22.28, "22"), (9.13, "9.1"), (0.126, "0.13"), (104.0, "104")] {
            assert_eq!(rough(value), expected);
        }
    }

    #[test]
    fn times_as_they_are_said() {
        for (value, expected) in [(0.02, "20 ms"), (0.0031, "3.1 ms"), (312.0, "312 s"), (1500.0, "25m")] {
            assert_eq!(seconds(value), expected);
        }
        for (value, expected) in [
            (-5.0, "0s"),
            (40.0, "40s"),
            (300.0, "5m"),
            (7860.0, "2h 11m"),
            (7200.0, "2h"),
            (76.0 * 3600.0, "3d 4h"),
            (72.0 * 3600.0, "3d"),
            (40.0 * 86_400.0, "40d"),
        ] {
            assert_eq!(span(value), expected);
        }
    }

    #[test]
    fn sizes_and_counts() {
        assert_eq!(bytes(143.0 * 1024.0 * 1024.0), "143 MiB");
        assert_eq!(bytes(9.1 * GIB), "9.1 GiB");
        assert_eq!(bytes(512.0), "512 B");
        assert_eq!(large(1.12e9), "1.12 billion");
        assert_eq!(large(640e6), "640 million");
        assert_eq!((plural(1, "failover"), plural(2, "failover")), ("1 failover".into(), "2 failovers".into()));
    }
}
