//! The weekly maintenance window.

use jiff::Timestamp;

use super::moment::{DAY, HOUR, MINUTE, after};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WEEK: i64 = 7 * DAY;

/// Reads `sun:04:00-sun:05:00`: seconds from Monday 00:00 UTC to the opening, and seconds that it
/// is open. `None` unless it is open for half an hour to a day, as RDS wants it.
#[must_use]
pub fn read(text: &str) -> Option<(i64, i64)> {
    let moment = |part: &str| -> Option<i64> {
        let mut fields = part.split(':');
        let day = fields.next()?.to_ascii_lowercase();
        let day = DAYS.iter().position(|known| *known == day)? as i64;
        let (hours, minutes) = (fields.next()?.parse::<i64>().ok()?, fields.next()?.parse::<i64>().ok()?);
        let fine = fields.next().is_none() && (0..24).contains(&hours) && (0..60).contains(&minutes);
        fine.then_some(day * DAY + hours * HOUR + minutes * MINUTE)
    };
    let (from, to) = text.split_once('-')?;
    let (from, to) = (moment(from)?, moment(to)?);
    let length = (to - from).rem_euclid(WEEK);
    (30 * MINUTE..=DAY).contains(&length).then_some((from, length))
}

/// When the window opens next after `now`; `None` for a text that is no window.
#[must_use]
pub fn next(text: &str, now: Timestamp) -> Option<Timestamp> {
    let (opens, _) = read(text)?;
    // 1970-01-01 was a Thursday: day 3 of a week that starts on Monday.
    let in_week = (now.as_second() + 3 * DAY).rem_euclid(WEEK);
    let wait = (opens - in_week).rem_euclid(WEEK);
    Some(after(now, if wait == 0 { WEEK } else { wait }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_opening_is_found_over_the_end_of_the_week() {
        // 2026-11-22 was a Sunday.
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let opens = |now: &str| next("sun:04:00-sun:05:00", at(now)).unwrap();
        assert_eq!(opens("2026-11-22T03:12:44Z"), at("2026-11-22T04:00:00Z"));
        assert_eq!(opens("2026-11-22T04:00:00Z"), at("2026-11-29T04:00:00Z"));
        assert_eq!(opens("2026-11-23T00:00:00Z"), at("2026-11-29T04:00:00Z"));
        assert_eq!(next("mon:00:10-mon:00:40", at("2026-11-22T23:50:00Z")), Some(at("2026-11-23T00:10:00Z")));
    }

    #[test]
    fn windows_that_rds_refuses_are_none() {
        for text in ["", "sun:04:00", "sun:04:00-sun:04:10", "04:00-05:00", "sun:25:00-sun:26:00", "sun:1:2:3-mon:1:2"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("Sun:23:30-Mon:00:30").map(|w| w.1), Some(HOUR));
    }
}
