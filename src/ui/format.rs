//! Numbers, units and times as text.
//!
//! Three significant digits; a value that is small but not zero never reads as zero; what is not
//! a number is `?`. Times are UTC and say so.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::runway::GIB;
use crate::domain::{Unit, duration};

/// Stands for a value that is not known.
pub const UNKNOWN: &str = "?";
/// Stands for a value that does not apply, or is missing at this moment.
pub const MISSING: &str = "–";

const BYTE_UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const BYTE_RATE_UNITS: [&str; 6] = ["B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s", "PiB/s"];

/// A value of this unit: the number, and the unit to show dim beside it (empty for a count).
#[must_use]
pub fn value(unit: Unit, v: f64) -> (String, &'static str) {
    if !v.is_finite() {
        return (UNKNOWN.to_owned(), "");
    }
    match unit {
        Unit::Percent => (percent_number(v), "%"),
        Unit::Count => (count(v), ""),
        Unit::PerSecond => (count(v), "/s"),
        Unit::Bytes => scaled_bytes(v, &BYTE_UNITS),
        Unit::BytesPerSecond => scaled_bytes(v, &BYTE_RATE_UNITS),
        Unit::Seconds => scaled_seconds(v),
    }
}

/// Bytes in the unit that suits: `62.4 GiB`.
#[must_use]
pub fn bytes(v: f64) -> String {
    joined(value(Unit::Bytes, v))
}

/// Bytes as GiB whatever their size, for a column in one unit: `62.4 GiB`.
#[must_use]
pub fn gib(v: f64) -> String {
    if v.is_finite() { format!("{} GiB", three_digits(v / GIB)) } else { UNKNOWN.to_owned() }
}

/// Bytes a second: `1.20 MiB/s`.
#[must_use]
pub fn byte_rate(v: f64) -> String {
    joined(value(Unit::BytesPerSecond, v))
}

/// A percentage, one digit after the point: `41.2 %`, `100 %`.
#[must_use]
pub fn percent(v: f64) -> String {
    joined(value(Unit::Percent, v))
}

/// A number of things; whole numbers stay whole up to 9999: `182`, `0.53`, `12.3k`, `1.20M`.
#[must_use]
pub fn count(v: f64) -> String {
    if !v.is_finite() {
        return UNKNOWN.to_owned();
    }
    let magnitude = v.abs();
    if magnitude >= 999_500_000.0 {
        format!("{}G", three_digits(v / 1e9))
    } else if magnitude >= 999_500.0 {
        format!("{}M", three_digits(v / 1e6))
    } else if magnitude >= 9_999.5 {
        format!("{}k", three_digits(v / 1e3))
    } else if (v - v.round()).abs() < 1e-9 {
        format!("{:.0}", v.round() + 0.0)
    } else {
        three_digits(v)
    }
}

/// Things a second: `84/s`.
#[must_use]
pub fn rate(v: f64) -> String {
    format!("{}/s", count(v))
}

/// Seconds in the unit that suits: `850 µs`, `3.10 ms`, `312 s`, `16.7 min`.
#[must_use]
pub fn latency(seconds: f64) -> String {
    joined(value(Unit::Seconds, seconds))
}

/// An age, or the time to something, in its two largest units: `8s`, `3m 34s`, `2h 11m`, `3d 4h`.
#[must_use]
pub fn age(age: Duration) -> String {
    duration::words(age)
}

/// An age in its largest unit, where a column has no room for two: `8s`, `3m`, `2h`, `3d`.
#[must_use]
pub fn coarse_age(age: Duration) -> String {
    duration::coarse(age)
}

/// How long ago it was, or how long it is until then: `3m 34s ago`, `in 4m`.
#[must_use]
pub fn ago(now: Timestamp, at: Timestamp) -> String {
    relative(now, at, duration::words)
}

/// The same in the largest unit alone: `3m ago`, `in 4m`.
#[must_use]
pub fn coarse_ago(now: Timestamp, at: Timestamp) -> String {
    relative(now, at, duration::coarse)
}

/// The same for a cell, without `ago`: `3m 34s`, `in 4m`.
#[must_use]
pub fn age_at(now: Timestamp, at: Timestamp) -> String {
    let ahead = since(at, now);
    if ahead.as_secs() > 0 { format!("in {}", duration::coarse(ahead)) } else { duration::words(since(now, at)) }
}

fn relative(now: Timestamp, at: Timestamp, words: impl Fn(Duration) -> String) -> String {
    let ahead = since(at, now);
    if ahead.as_secs() > 0 { format!("in {}", words(ahead)) } else { format!("{} ago", words(since(now, at))) }
}

/// How long ago `then` was at `now`; zero when it lies ahead.
#[must_use]
pub fn since(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

/// The minute, UTC: `03:12Z`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    at.strftime("%H:%MZ").to_string()
}

/// The second, UTC: `03:12:44Z`.
#[must_use]
pub fn clock_seconds(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}

/// Date and time, UTC: `2026-11-22 03:12:44Z`.
#[must_use]
pub fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn joined((number, unit): (String, &'static str)) -> String {
    if unit.is_empty() { number } else { format!("{number} {unit}") }
}

fn percent_number(v: f64) -> String {
    if v.abs() >= 99.95 {
        format!("{v:.0}")
    } else if v != 0.0 && v.abs() < 0.05 {
        below(v, "0.1")
    } else {
        format!("{v:.1}")
    }
}

fn scaled_bytes(v: f64, units: &[&'static str; 6]) -> (String, &'static str) {
    let mut scaled = v;
    let mut unit = 0;
    while scaled.abs() >= 999.5 && unit + 1 < units.len() {
        scaled /= 1024.0;
        unit += 1;
    }
    (if unit == 0 { count(scaled) } else { three_digits(scaled) }, units[unit])
}

fn scaled_seconds(v: f64) -> (String, &'static str) {
    let magnitude = v.abs();
    if v == 0.0 {
        ("0".to_owned(), "s")
    } else if magnitude < 0.000_999_5 {
        (three_digits(v * 1e6), "µs")
    } else if magnitude < 0.999_5 {
        (three_digits(v * 1e3), "ms")
    } else if magnitude < 999.5 {
        (three_digits(v), "s")
    } else if magnitude < 59_970.0 {
        (three_digits(v / 60.0), "min")
    } else {
        (three_digits(v / 3600.0), "h")
    }
}

/// Three significant digits down to hundredths.
fn three_digits(v: f64) -> String {
    let magnitude = v.abs();
    if v == 0.0 {
        "0".to_owned()
    } else if magnitude < 0.005 {
        below(v, "0.01")
    } else if magnitude < 9.995 {
        format!("{v:.2}")
    } else if magnitude < 99.95 {
        format!("{v:.1}")
    } else {
        format!("{v:.0}")
    }
}

/// What is too small for its digits, and is not zero.
fn below(v: f64, limit: &str) -> String {
    if v < 0.0 { format!(">-{limit}") } else { format!("<{limit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_a_unit() {
        for (shown, expected) in [
            (bytes(0.0), "0 B"),
            (bytes(512.0), "512 B"),
            (bytes(1000.0), "0.98 KiB"),
            (bytes(62.4 * GIB), "62.4 GiB"),
            (bytes(9.999 * GIB), "10.0 GiB"),
            (bytes(100.0 * GIB), "100 GiB"),
            (bytes(f64::NAN), "?"),
            (gib(0.05 * GIB), "0.05 GiB"),
            (gib(2048.0 * GIB), "2048 GiB"),
            (byte_rate(1.2 * 1024.0 * 1024.0), "1.20 MiB/s"),
            (percent(41.23), "41.2 %"),
            (percent(0.0), "0.0 %"),
            (percent(0.01), "<0.1 %"),
            (percent(99.97), "100 %"),
            (count(182.0), "182"),
            (count(9_999.0), "9999"),
            (count(12_345.0), "12.3k"),
            (count(1_200_000.0), "1.20M"),
            (count(0.531), "0.53"),
            (count(0.001), "<0.01"),
            (count(-3.0), "-3"),
            (count(f64::INFINITY), "?"),
            (rate(84.0), "84/s"),
            (latency(0.0), "0 s"),
            (latency(0.0031), "3.10 ms"),
            (latency(0.00085), "850 µs"),
            (latency(0.9999), "1.00 s"),
            (latency(312.0), "312 s"),
            (latency(1_002.0), "16.7 min"),
            (latency(90_000.0), "25.0 h"),
        ] {
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn a_value_comes_apart_from_its_unit() {
        assert_eq!(value(Unit::Bytes, 62.4 * GIB), ("62.4".to_owned(), "GiB"));
        assert_eq!(value(Unit::Count, 182.0), ("182".to_owned(), ""));
        assert_eq!(value(Unit::Percent, f64::NAN), ("?".to_owned(), ""));
    }

    #[test]
    fn what_is_to_come_is_not_zero_seconds_ago() {
        let at = |second: i64| Timestamp::from_second(second).unwrap_or_default();
        for (then, two, one) in [
            (1_000 - 214, "3m 34s ago", "3m ago"),
            (1_000, "0s ago", "0s ago"),
            (1_000 + 245, "in 4m 5s", "in 4m"),
            (1_000 + 86_400, "in 1d", "in 1d"),
        ] {
            assert_eq!((ago(at(1_000), at(then)).as_str(), coarse_ago(at(1_000), at(then)).as_str()), (two, one));
        }
        assert_eq!((age_at(at(1_000), at(443)), age_at(at(1_000), at(1_245))), ("9m 17s".into(), "in 4m".into()));
    }

    #[test]
    fn times_are_utc() {
        let at: Timestamp = "2026-11-22T03:12:44Z".parse().unwrap_or_default();
        assert_eq!(clock(at), "03:12Z");
        assert_eq!(clock_seconds(at), "03:12:44Z");
        assert_eq!(stamp(at), "2026-11-22 03:12:44Z");
        assert_eq!(since(Timestamp::UNIX_EPOCH, at), Duration::ZERO);
    }
}
