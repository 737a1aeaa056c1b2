//! Ages in two or three significant figures (apimachinery, `util/duration`, `HumanDuration`).

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::super::store::metadata;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY_HOURS: i64 = 24;
const YEAR_HOURS: i64 = 365 * DAY_HOURS;

/// A duration as kubectl shows it.
pub(super) fn human(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    // A clock that is a second ahead is nobody's fault.
    if seconds < -1 {
        return "<invalid>".to_owned();
    }
    if seconds < 2 * MINUTE {
        return format!("{}s", seconds.max(0));
    }
    let (minutes, hours) = (seconds / MINUTE, seconds / HOUR);
    match (minutes, hours) {
        (..10, _) => parts((minutes, "m"), (seconds % MINUTE, "s")),
        (..180, _) => format!("{minutes}m"),
        (_, ..8) => parts((hours, "h"), (minutes % 60, "m")),
        (_, ..48) => format!("{hours}h"),
        (_, ..192) => parts((hours / DAY_HOURS, "d"), (hours % DAY_HOURS, "h")),
        (_, ..17_520) => format!("{}d", hours / DAY_HOURS),
        (_, ..70_080) => parts((hours / YEAR_HOURS, "y"), (hours / DAY_HOURS % 365, "d")),
        _ => format!("{}y", hours / YEAR_HOURS),
    }
}

fn parts((whole, unit): (i64, &str), (rest, smaller): (i64, &str)) -> String {
    if rest == 0 { format!("{whole}{unit}") } else { format!("{whole}{unit}{rest}{smaller}") }
}

/// How long ago a time was that an object holds; `<unknown>` without one.
pub(super) fn since(time: &Value, now: Timestamp) -> String {
    let time: Option<Timestamp> = time.as_str().and_then(|text| text.parse().ok());
    time.map_or_else(|| "<unknown>".to_owned(), |time| human(now.duration_since(time)))
}

/// The age of an object.
pub(super) fn of(object: &Value, now: Timestamp) -> Value {
    let created = metadata::creation_timestamp(object);
    created.map_or_else(|| "<unknown>".to_owned(), |created| human(now.duration_since(created))).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upstream's cases (`duration_test.go`).
    #[test]
    fn durations_are_told_as_upstream_tells_them() {
        let (minute, hour, day) = (60_000, 3_600_000, 86_400_000);
        for (millis, said) in [
            (1_000, "1s"),
            (70_000, "70s"),
            (190_000, "3m10s"),
            (70 * minute, "70m"),
            (47 * hour, "47h"),
            (49 * hour, "2d1h"),
            (8 * day + 2 * hour, "8d"),
            (367 * day, "367d"),
            (365 * 2 * day + 25 * hour, "2y1d"),
            (365 * 8 * day + 2 * hour, "8y"),
            (-1_999, "0s"),
            (-2_000, "<invalid>"),
            (0, "0s"),
            (2 * minute - 1, "119s"),
            (2 * minute, "2m"),
            (2 * minute + 1_000, "2m1s"),
            (10 * minute - 1, "9m59s"),
            (10 * minute, "10m"),
            (3 * hour - 1, "179m"),
            (3 * hour, "3h"),
            (3 * hour + minute, "3h1m"),
            (8 * hour - 1, "7h59m"),
            (8 * hour, "8h"),
            (2 * day - 1, "47h"),
            (2 * day, "2d"),
            (8 * day - 1, "7d23h"),
            (2 * 365 * day - 1, "729d"),
            (2 * 365 * day, "2y"),
            (2 * 365 * day + 23 * hour, "2y"),
            (8 * 365 * day - 1, "7y364d"),
        ] {
            assert_eq!(human(SignedDuration::from_millis(millis)), said, "{millis} ms");
        }
    }

    #[test]
    fn an_object_without_a_time_has_no_known_age() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        assert_eq!(since(&Value::Null, now), "<unknown>");
        assert_eq!(since(&"2026-11-22T02:58:00.5Z".into(), now), "119s");
        assert_eq!(of(&serde_json::json!({"metadata": {"creationTimestamp": null}}), now), "<unknown>");
    }
}
