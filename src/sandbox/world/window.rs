//! The weekly maintenance window.

use jiff::Timestamp;

use super::instance::Window;
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

/// Whether a daily window is open at some time of a weekly one; a text that is no window never is.
#[must_use]
pub fn overlaps(daily: Window, weekly: &str) -> bool {
    let Some((opens, length)) = read(weekly) else { return false };
    // A window of the day before may last over midnight, and a weekly one over the end of the week.
    (-1..=8).any(|day| {
        let from = day * DAY + daily.start;
        from < opens + length && opens < from + daily.length
    })
}

/// A weekly window that RDS chooses beside a daily one.
#[must_use]
pub fn beside(daily: Window) -> &'static str {
    let choice = ["sun:05:00-sun:06:00", "sun:10:00-sun:11:00"];
    choice.into_iter().find(|weekly| !overlaps(daily, weekly)).unwrap_or("sun:20:00-sun:21:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_overlap_over_midnight_and_over_the_end_of_the_week() {
        let daily = |text: &str| Window::try_from(text.to_owned()).unwrap();
        for (backup, weekly, expected) in [
            ("03:00-04:00", "sun:04:00-sun:05:00", false),
            ("04:30-05:30", "sun:04:00-sun:05:00", true),
            ("05:00-06:00", "sun:04:00-sun:05:00", false),
            ("23:45-00:15", "wed:00:00-wed:01:00", true),
            ("00:10-00:40", "sun:23:30-mon:00:30", true),
            ("00:30-01:00", "sun:23:30-mon:00:30", false),
            ("12:00-12:30", "sun:23:30-mon:23:00", true),
            ("12:00-12:30", "never", false),
        ] {
            assert_eq!(overlaps(daily(backup), weekly), expected, "{backup} and {weekly}");
        }
        for text in ["05:30-06:30", "04:00-11:00", "03:00-04:00"] {
            assert!(!overlaps(daily(text), beside(daily(text))), "{text}");
        }
    }

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
