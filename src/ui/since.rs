//! Since when something is so, in words: no edge of what was read is called a beginning.

use jiff::Timestamp;

use super::format;
use crate::domain::Since;

/// A day and more ago the hour says nothing, the day does.
const DAY: u64 = 86_400;

/// As it stands beside what is wrong: `since 04:08Z (14m)`, `over 3h`, `seen 2m ago`, `trend of 7d`.
#[must_use]
pub fn words(since: Since, now: Timestamp) -> String {
    match since {
        Since::Told(at) | Since::At(at) => format!("since {} ({})", moment(at, now), age(at, now)),
        _ => short(since, now),
    }
}

/// The same where there is little room: `14m`, `over 3h`, `seen 2m ago`.
#[must_use]
pub fn short(since: Since, now: Timestamp) -> String {
    match since {
        Since::Told(at) | Since::At(at) => age(at, now),
        Since::Before(at) => format!("over {}", age(at, now)),
        Since::Trend(at) => format!("trend of {}", age(at, now)),
        Since::Seen(at) if is_now(at, now) => "just seen".into(),
        Since::Seen(at) => format!("seen {} ago", age(at, now)),
    }
}

fn age(at: Timestamp, now: Timestamp) -> String {
    if is_now(at, now) { "< 1m".into() } else { format::coarse_age(format::since(now, at)) }
}

fn is_now(at: Timestamp, now: Timestamp) -> bool {
    format::since(now, at).as_secs() < 60
}

fn moment(at: Timestamp, now: Timestamp) -> String {
    if format::since(now, at).as_secs() < DAY { format::clock(at) } else { at.strftime("%Y-%m-%d").to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_beginning_that_is_known_has_a_moment() {
        let now = Timestamp::from_second(1_794_999_600).expect("in range");
        let ago = |seconds: i64| Timestamp::from_second(1_794_999_600 - seconds).expect("in range");
        for (since, long, brief) in [
            (Since::At(ago(840)), "since 10:46Z (14m)", "14m"),
            (Since::Told(ago(3 * 86_400)), "since 2026-11-15 (3d)", "3d"),
            (Since::Told(ago(20)), "since 10:59Z (< 1m)", "< 1m"),
            (Since::Before(ago(3 * 3600)), "over 3h", "over 3h"),
            (Since::Trend(ago(7 * 86_400)), "trend of 7d", "trend of 7d"),
            (Since::Seen(ago(120)), "seen 2m ago", "seen 2m ago"),
            (Since::Seen(now), "just seen", "just seen"),
        ] {
            assert_eq!((words(since, now).as_str(), short(since, now).as_str()), (long, brief));
        }
    }
}
