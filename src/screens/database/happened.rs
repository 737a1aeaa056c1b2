//! Events as they are told: what repeats itself day by day is one line.

use jiff::Timestamp;

use crate::domain::event::{Event, EventWeight};

/// Seconds between two backups that are a day apart, about: a window is half an hour long at least, and
/// a backup begins anywhere in it.
const DAILY: std::ops::RangeInclusive<i64> = 20 * 3600..=28 * 3600;

/// An event, or several of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told<'a> {
    /// The newest of them.
    pub event: &'a Event,
    /// How often it happened; 1 for what is told by itself.
    pub times: usize,
    /// The oldest of them.
    pub first: Timestamp,
    /// They came a day apart, each of them.
    pub is_daily: bool,
}

impl Told<'_> {
    /// What is said of it.
    pub fn words(&self) -> String {
        if self.times == 1 {
            return self.event.message.clone();
        }
        let daily = if self.is_daily { "daily " } else { "" };
        format!("{daily}backups {}×, since {}", self.times, self.first.strftime("%m-%d"))
    }
}

/// Events, newest first. Those of backups that came more than once are one, at the place of the newest;
/// all others are told by themselves. While a backup runs, its beginning is too.
pub fn told<'a>(events: impl Iterator<Item = &'a Event>, running: bool) -> Vec<Told<'a>> {
    let mut all: Vec<&Event> = events.collect();
    all.sort_by_key(|event| std::cmp::Reverse(event.at));
    let backups: Vec<&Event> = all.iter().copied().filter(|event| is_backup(event)).skip(running.into()).collect();
    let times = |message: &str| backups.iter().filter(|other| other.message == message).count();
    // A backup is told of twice, when it begins and when it is done: the same words come once for each.
    let folded: Vec<&Event> = backups.iter().copied().filter(|event| times(&event.message) > 1).collect();
    let most = folded.iter().map(|event| times(&event.message)).max().unwrap_or(0);
    let single = |event| Told { event, times: 1, first: event.at, is_daily: false };
    let mut told: Vec<Told<'a>> =
        all.into_iter().filter(|event| !folded.iter().any(|other| std::ptr::eq(*other, *event))).map(single).collect();
    if let (Some(newest), Some(oldest)) = (folded.first(), folded.last()) {
        let alike: Vec<i64> =
            folded.iter().filter(|event| event.message == newest.message).map(|event| event.at.as_second()).collect();
        // One that is missing must not hide in a mean.
        let is_daily = alike.windows(2).all(|pair| DAILY.contains(&(pair[0] - pair[1])));
        told.push(Told { event: newest, times: most, first: oldest.at, is_daily });
        told.sort_by_key(|told| std::cmp::Reverse(told.event.at));
    }
    told
}

/// A routine event of the category `backup`.
fn is_backup(event: &Event) -> bool {
    event.weight() == EventWeight::Routine && event.categories.iter().any(|category| category == "backup")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;
    /// 2026-11-30 01:33:20 UTC.
    const LAST: i64 = 1_796_002_400;

    fn event(at: i64, message: &str, category: &str) -> Event {
        Event {
            at: Timestamp::from_second(at).unwrap(),
            source: "db".into(),
            message: message.into(),
            categories: vec![category.into()],
        }
    }

    fn backups(count: i64) -> Vec<Event> {
        (0..count)
            .flat_map(|day| {
                let at = LAST - day * DAY - day % 3 * 400;
                [
                    event(at, "Backing up DB instance", "backup"),
                    event(at + 200, "Finished DB Instance backup", "backup"),
                ]
            })
            .collect()
    }

    fn words(events: &[Event], running: bool) -> Vec<String> {
        told(events.iter(), running).iter().map(Told::words).collect()
    }

    #[test]
    fn daily_backups_are_one_line() {
        assert_eq!(words(&backups(14), false), ["daily backups 14×, since 11-17"]);
        assert_eq!(told(backups(14).iter(), false)[0].event.at.as_second(), LAST + 200, "at the place of the newest");
    }

    #[test]
    fn other_events_stay_in_their_order() {
        let mut events = backups(3);
        events.push(event(LAST - DAY + 900, "Multi-AZ instance failover started.", "failover"));
        events.push(event(LAST + 900, "DB instance restarted", "availability"));
        events.push(event(LAST - 5 * DAY, "The snapshot could not be copied", "backup"));
        assert_eq!(
            words(&events, false),
            [
                "DB instance restarted",
                "daily backups 3×, since 11-28",
                "Multi-AZ instance failover started.",
                "The snapshot could not be copied",
            ]
        );
    }

    #[test]
    fn a_backup_that_runs_is_told_by_itself() {
        let mut events = backups(3);
        events.push(event(LAST + DAY, "Backing up DB instance", "backup"));
        assert_eq!(words(&events, true), ["Backing up DB instance", "daily backups 3×, since 11-28"]);
    }

    #[test]
    fn one_backup_is_told_as_it_was_and_many_in_a_day_are_not_daily() {
        assert_eq!(words(&backups(1), false), ["Finished DB Instance backup", "Backing up DB instance"]);
        let hourly: Vec<Event> = (0..4).map(|hour| event(LAST - hour * 3600, "Backing up", "backup")).collect();
        assert_eq!(words(&hourly, false), ["backups 4×, since 11-29"]);
        assert!(words(&[], false).is_empty());
    }
}
