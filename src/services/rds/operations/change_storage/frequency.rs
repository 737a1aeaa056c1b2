//! How often AWS takes a storage change: at most four in 24 hours, and none while the volume is still
//! optimised after the last one.

use jiff::{SignedDuration, Timestamp};

use crate::domain::Event;
use crate::ops::plan::Check;
use crate::services::rds::Seen;
use crate::services::rds::seen::Part;

/// Storage changes that AWS takes within 24 hours.
pub(super) const MOST_CHANGES: usize = 4;

/// Whether AWS takes another storage change, by the events of the last 24 hours.
pub(super) fn changes_left(seen: &Seen) -> Check {
    let name = "fewer than four storage changes in 24h";
    if !seen.is_read(&Part::Events) {
        return Check::unknown(name, "the events were not read: AWS will say");
    }
    let made = storage_changes(&seen.events, seen.at);
    let day = made.len();
    let recent = made.iter().filter(|at| seen.at.duration_since(**at) < SignedDuration::from_hours(6)).count();
    if day >= MOST_CHANGES {
        Check::hard(name, false, format!("there were {day}: AWS takes no more until the first is a day old"))
    } else if recent > 0 {
        Check::soft(name, false, format!("{recent} in the last 6h: AWS may still be optimising and refuse"))
    } else {
        Check::hard(name, true, "")
    }
}

/// The ends of storage changes within 24 hours, autoscaling's included. One change of size and IOPS
/// is told in several events at once.
fn storage_changes(events: &[Event], now: Timestamp) -> Vec<Timestamp> {
    const WHAT: [&str; 4] = ["allocated storage", "storage type", "provisioned iops", "storage throughput"];
    let is_end = |event: &&Event| {
        let message = event.message.to_lowercase();
        message.contains("finished applying") && WHAT.iter().any(|what| message.contains(what))
    };
    let mut ends: Vec<Timestamp> = events.iter().filter(is_end).map(|event| event.at).collect();
    ends.retain(|at| now.duration_since(*at) < SignedDuration::from_hours(24));
    ends.sort();
    ends.dedup_by(|next, kept| next.duration_since(*kept) < SignedDuration::from_mins(2));
    ends
}
