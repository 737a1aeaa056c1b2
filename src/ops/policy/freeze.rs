//! Times in which nothing is changed: a weekend, a night, the days around a sale.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A time in which only some operations, or none, may be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Freeze<K> {
    /// As the engineer calls it: `black friday`.
    pub name: String,
    pub window: Window,
    /// The operations that may be done all the same.
    pub allows: Vec<K>,
}

/// When a freeze is on. The begin belongs to it, the end does not.
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// Every week. `days` are those on which it begins; from `from` to `to` by the clock of `zone`.
    /// It goes over midnight when `to` is not after `from`.
    Weekly { days: Vec<Weekday>, from: Time, to: Time, zone: TimeZone },
    /// Once.
    Between { from: Timestamp, to: Timestamp },
}

const DAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

impl<K> Freeze<K> {
    /// A freeze of every week, as a configuration says it: days `Mon` … `Sun` (none: every day),
    /// times `HH:MM` (`24:00` is the end of the day), the IANA name of the time zone.
    ///
    /// # Errors
    /// What is wrong with a day, a time or the zone, in words.
    pub fn weekly(name: &str, days: &[&str], from: &str, to: &str, zone: &str, allows: Vec<K>) -> Result<Self, String> {
        let days = if days.is_empty() {
            DAYS.iter().map(|(_, day)| *day).collect()
        } else {
            days.iter().map(|day| weekday(day)).collect::<Result<Vec<_>, _>>()?
        };
        let zone = TimeZone::get(zone).map_err(|_| format!("{zone:?} is no time zone, as Europe/Berlin is one"))?;
        let window = Window::Weekly { days, from: time(from)?, to: time(to)?, zone };
        Ok(Self { name: name.to_owned(), window, allows })
    }

    /// A freeze from one moment to another.
    ///
    /// # Errors
    /// When it ends before it begins.
    pub fn between(name: &str, from: Timestamp, to: Timestamp, allows: Vec<K>) -> Result<Self, String> {
        if from >= to {
            return Err(format!("it must end after it begins: {from} is not before {to}"));
        }
        Ok(Self { name: name.to_owned(), window: Window::Between { from, to }, allows })
    }

    /// Whether it is on.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        match &self.window {
            Window::Between { from, to } => (*from..*to).contains(&now),
            Window::Weekly { days, from, to, zone } => {
                let local = now.to_zoned(zone.clone());
                let (day, time) = (local.weekday(), local.time());
                if from < to {
                    days.contains(&day) && (*from..*to).contains(&time)
                } else {
                    (days.contains(&day) && time >= *from) || (days.contains(&day.previous()) && time < *to)
                }
            }
        }
    }

    /// Its end, for a freeze that is on: `until 2026-11-23 08:00 (Europe/Berlin)`.
    #[must_use]
    pub fn until_words(&self, now: Timestamp) -> String {
        match &self.window {
            Window::Between { to, .. } => format!("until {}", to.strftime("%Y-%m-%d %H:%MZ")),
            Window::Weekly { to, zone, .. } => match self.weekly_end(*to, zone, now) {
                Some(end) => {
                    format!("until {} ({})", end.strftime("%Y-%m-%d %H:%M"), zone.iana_name().unwrap_or("UTC"))
                }
                None => "until it is lifted".to_owned(),
            },
        }
    }

    /// When it is off next: a day may begin where the one before it ends. `None` when it never is.
    fn weekly_end(&self, to: Time, zone: &TimeZone, now: Timestamp) -> Option<Zoned> {
        let mut day = now.to_zoned(zone.clone()).date();
        // Its ends of today and of the week to come; after that it begins anew.
        for _ in 0..=8 {
            let end = day.to_datetime(to).to_zoned(zone.clone()).ok()?;
            if end.timestamp() > now && !self.is_on(end.timestamp()) {
                return Some(end);
            }
            day = day.tomorrow().ok()?;
        }
        None
    }
}

fn weekday(word: &str) -> Result<Weekday, String> {
    let found = DAYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word.trim()));
    found.map(|(_, day)| *day).ok_or_else(|| format!("{word:?} is no day: Mon, Tue, Wed, Thu, Fri, Sat or Sun"))
}

fn time(text: &str) -> Result<Time, String> {
    match text.trim() {
        "24:00" => Ok(Time::midnight()),
        text => Time::strptime("%H:%M", text).map_err(|_| format!("{text:?} is no time of day, as 22:30 is one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slices::Freeze;

    fn on(freeze: &Freeze, at: &str) -> bool {
        freeze.is_on(at.parse().unwrap())
    }

    #[test]
    fn a_freeze_goes_over_midnight_and_by_the_local_clock() {
        // 2026-11-20 is a Friday; Berlin is one hour ahead of UTC in November.
        let night = Freeze::weekly("night", &["Fri"], "22:00", "06:00", "Europe/Berlin", Vec::new()).unwrap();
        for (at, expected) in [
            ("2026-11-20T20:59:59Z", false),
            ("2026-11-20T21:00:00Z", true),
            ("2026-11-21T04:59:59Z", true),
            ("2026-11-21T05:00:00Z", false),
            ("2026-11-20T03:00:00Z", false),
            ("2026-11-21T21:30:00Z", false),
        ] {
            assert_eq!(on(&night, at), expected, "{at}");
        }
    }

    #[test]
    fn whole_days_and_the_hours_of_a_day() {
        let weekend = Freeze::weekly("weekend", &["sat", "Sun"], "00:00", "24:00", "UTC", Vec::new()).unwrap();
        assert!(on(&weekend, "2026-11-21T00:00:00Z"));
        assert!(on(&weekend, "2026-11-22T23:59:59Z"));
        assert!(!on(&weekend, "2026-11-23T00:00:00Z"));
        assert!(!on(&weekend, "2026-11-20T23:59:59Z"));
        let lunch = Freeze::weekly("lunch", &[], "12:00", "13:00", "UTC", Vec::new()).unwrap();
        assert!(on(&lunch, "2026-11-18T12:59:59Z"));
        assert!(!on(&lunch, "2026-11-18T13:00:00Z"));
    }

    #[test]
    fn a_freeze_between_two_moments() {
        let (from, to) = ("2026-11-27T00:00:00Z".parse().unwrap(), "2026-12-01T00:00:00Z".parse().unwrap());
        let sale = Freeze::between("sale", from, to, Vec::new()).unwrap();
        assert!(!on(&sale, "2026-11-26T23:59:59Z"));
        assert!(on(&sale, "2026-11-27T00:00:00Z"));
        assert!(!on(&sale, "2026-12-01T00:00:00Z"));
        assert_eq!(sale.until_words(from), "until 2026-12-01 00:00Z");
        assert!(Freeze::between("sale", to, from, Vec::new()).is_err());
    }

    #[test]
    fn the_end_has_a_date() {
        // 2026-11-21 is a Saturday.
        let at = |at: &str| at.parse::<Timestamp>().unwrap();
        let weekly =
            |days: &[&str], from, to| Freeze::weekly("x", days, from, to, "Europe/Berlin", Vec::new()).unwrap();
        let weekend = weekly(&["Sat", "Sun"], "00:00", "24:00");
        assert_eq!(weekend.until_words(at("2026-11-21T10:00:00Z")), "until 2026-11-23 00:00 (Europe/Berlin)");
        let night = weekly(&[], "22:00", "06:00");
        assert_eq!(night.until_words(at("2026-11-21T21:30:00Z")), "until 2026-11-22 06:00 (Europe/Berlin)");
        assert_eq!(night.until_words(at("2026-11-21T04:30:00Z")), "until 2026-11-21 06:00 (Europe/Berlin)");
        let always = weekly(&[], "00:00", "24:00");
        assert_eq!(always.until_words(at("2026-11-21T10:00:00Z")), "until it is lifted");
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let weekly = |day, from, zone| Freeze::weekly("x", &[day], from, "12:00", zone, Vec::new());
        assert!(weekly("Funday", "10:00", "UTC").unwrap_err().contains("Funday"));
        assert!(weekly("Mon", "25:00", "UTC").unwrap_err().contains("25:00"));
        assert!(weekly("Mon", "10:00", "Mars/Base").unwrap_err().contains("Mars/Base"));
        assert!(weekly("Mon", "10:00", "Europe/Berlin").is_ok());
    }
}
