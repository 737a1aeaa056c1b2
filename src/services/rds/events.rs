//! Events of RDS as they are read again and again: what is known, and what is new.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

use crate::domain::Event;

/// RDS keeps events for 14 days.
pub const EVENTS_KEPT: i64 = 14 * 86_400;
/// Events may appear late: the newest minutes are asked for again.
pub const EVENTS_OVERLAP: i64 = 900;

/// So many seconds earlier, or the beginning of time.
pub fn before(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN)
}

/// Known events before the window of the answer, then the answer; none twice, none older than
/// RDS itself keeps. All dates and the window are by AWS's clock.
pub fn merge_events<'a>(
    known: impl Iterator<Item = &'a Event>,
    fresh: Vec<Event>,
    window: &Range<Timestamp>,
) -> Vec<Event> {
    let oldest = before(window.end, EVENTS_KEPT);
    let mut all: Vec<Event> = known.filter(|e| e.at < window.start && e.at >= oldest).cloned().chain(fresh).collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(second: i64, message: &str) -> Event {
        Event {
            at: Timestamp::from_second(second).expect("in range"),
            source: "db".into(),
            message: message.into(),
            categories: vec![],
        }
    }

    #[test]
    fn overlapping_answers_give_every_event_once() {
        let at = |s| Timestamp::from_second(s).expect("in range");
        let known = [event(10, "a"), event(20, "b")];
        let merged = merge_events(known.iter(), vec![event(20, "b"), event(30, "c")], &(at(15)..at(40)));
        assert_eq!(merged, vec![event(10, "a"), event(20, "b"), event(30, "c")]);
        let aged = merge_events(known.iter(), vec![], &(at(15 + EVENTS_KEPT)..at(15 + EVENTS_KEPT)));
        assert_eq!(aged, vec![event(20, "b")]);
    }
}
