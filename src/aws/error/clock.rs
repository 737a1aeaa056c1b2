//! How far this machine's clock is from AWS's, as its answers tell.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;

/// Seconds that this machine's clock is behind AWS's (ahead when negative), from the message of a
/// refused signature: "Signature expired: SIGNED is now earlier than LIMIT (NOW - 15 min.)" or
/// "Signature not yet current: SIGNED is still later than LIMIT (NOW + 5 min.)".
pub(super) fn told(message: &str) -> Option<i64> {
    let mut moments = message.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(moment);
    let signed = moments.next()?;
    let _limit = moments.next()?;
    Some(moments.next()? - signed)
}

/// The same from an answer's `Date` header, which came in at `now` by this machine's clock.
pub(super) fn dated(header: &str, now: Timestamp) -> Option<i64> {
    let theirs = DateTimeParser::new().parse_timestamp(header).ok()?;
    Some(theirs.as_second() - now.as_second())
}

/// Seconds since the epoch of a signature's time: `20261122T030000Z`.
fn moment(word: &str) -> Option<i64> {
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", word).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_a_refused_signature_tells_by_how_much() {
        for (message, behind) in [
            (
                "Signature expired: 20261122T022000Z is now earlier than 20261122T024500Z (20261122T030000Z - 15 min.)",
                Some(2400),
            ),
            (
                "Signature not yet current: 20261122T040000Z is still later than 20261122T030500Z (20261122T030000Z + 5 min.)",
                Some(-3600),
            ),
            ("Signature expired: 20261122T022000Z is now earlier than something", None),
            ("The request signature we calculated does not match", None),
            ("", None),
        ] {
            assert_eq!(told(message), behind, "{message}");
        }
    }

    #[test]
    fn a_date_header_tells_it_too() {
        let now: Timestamp = "2026-11-22T02:20:00Z".parse().unwrap();
        assert_eq!(dated("Sun, 22 Nov 2026 03:00:00 GMT", now), Some(2400));
        assert_eq!(dated("yesterday", now), None);
    }
}
