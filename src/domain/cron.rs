//! The schedules of budgets: cron's five fields in UTC, and `@daily` and its like.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// When something begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetSchedule {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// A day needs to please only one of day and weekday when both are restricted, as in cron.
    either_day: bool,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl BudgetSchedule {
    /// Reads it; nothing for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = match text {
            "@annually" | "@yearly" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            other => other,
        };
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields[..] else { return None };
        let restricted = |field: &str| !field.starts_with(['*', '?']);
        let mut week = field(weekdays, 0, 7, &WEEKDAYS, 0)?;
        if week & (1 << 7) != 0 {
            week |= 1;
        }
        Some(Self {
            minutes: field(minutes, 0, 59, &[], 0)?,
            hours: field(hours, 0, 23, &[], 0)?,
            days: field(days, 1, 31, &[], 0)?,
            months: field(months, 1, 12, &MONTHS, 1)?,
            weekdays: week,
            either_day: restricted(days) && restricted(weekdays),
        })
    }

    /// The first beginning after `from`, looked for no further than `within`.
    pub fn next_after(&self, from: Timestamp, within: SignedDuration) -> Option<Timestamp> {
        let last = from.checked_add(within).ok()?;
        let mut at = Timestamp::from_second(from.as_second().div_euclid(60) * 60 + 60).ok()?;
        while at <= last {
            let civil = TimeZone::UTC.to_datetime(at);
            let step = if !self.on_day(civil) {
                let midnight = i64::from(civil.hour()) * 3600 + i64::from(civil.minute()) * 60;
                SignedDuration::from_secs(86_400 - midnight)
            } else if self.hours & (1 << civil.hour()) == 0 {
                SignedDuration::from_secs(3600 - i64::from(civil.minute()) * 60)
            } else if self.minutes & (1 << civil.minute()) == 0 {
                SignedDuration::from_secs(60)
            } else {
                return Some(at);
            };
            at = at.checked_add(step).ok()?;
        }
        None
    }

    fn on_day(&self, civil: DateTime) -> bool {
        if self.months & (1 << civil.month()) == 0 {
            return false;
        }
        let day = self.days & (1 << civil.day()) != 0;
        let weekday = self.weekdays & (1 << civil.weekday().to_sunday_zero_offset()) != 0;
        if self.either_day { day || weekday } else { day && weekday }
    }
}

/// A field as bits.
fn field(text: &str, low: u32, high: u32, names: &[&str], first: u32) -> Option<u64> {
    let number = |text: &str| {
        let lower = text.to_ascii_lowercase();
        let named = names.iter().position(|name| *name == lower).map(|at| at as u32 + first);
        named.or_else(|| text.parse().ok()).filter(|number| (low..=high).contains(number))
    };
    let mut bits = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range {
            "*" | "?" => (low, high),
            _ => match range.split_once('-') {
                Some((from, to)) => (number(from)?, number(to)?),
                None if part.contains('/') => (number(range)?, high),
                None => (number(range)?, number(range)?),
            },
        };
        if from > to {
            return None;
        }
        for one in (from..=to).step_by(step) {
            bits |= 1 << one;
        }
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, from: &str) -> Option<String> {
        let from: Timestamp = from.parse().unwrap();
        BudgetSchedule::parse(schedule)?.next_after(from, SignedDuration::from_hours(24 * 366)).map(|at| at.to_string())
    }

    #[test]
    fn the_next_beginning_is_found() {
        let from = "2026-11-22T03:00:30Z";
        for (schedule, expected) in [
            ("*/15 * * * *", "2026-11-22T03:15:00Z"),
            ("0 3 * * *", "2026-11-23T03:00:00Z"),
            ("0 9 * * mon-fri", "2026-11-23T09:00:00Z"),
            ("30 1 1 jan *", "2027-01-01T01:30:00Z"),
            ("@hourly", "2026-11-22T04:00:00Z"),
            ("@weekly", "2026-11-29T00:00:00Z"),
            ("0 0 25 * 1", "2026-11-23T00:00:00Z"),
            ("0 0 * * 7", "2026-11-29T00:00:00Z"),
        ] {
            assert_eq!(next(schedule, from).as_deref(), Some(expected), "{schedule}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in ["", "* * * *", "60 * * * *", "* * 0 * *", "a * * * *", "5-1 * * * *", "*/0 * * * *", "@often"] {
            assert_eq!(BudgetSchedule::parse(text), None, "{text}");
        }
    }
}
