//! When a budget of a pool holds, in words that are no cron expression.

use std::time::Duration;

use crate::services::kubernetes::model::Budget;
use crate::ui::format;

const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// When it holds: `every day 02:00-04:00 UTC`; as it is written where that says more than a time of the day and days of
/// the week. None where it always holds. Karpenter reads schedules as UTC (karpenter pkg/apis/v1/nodepool.go, `Budget`).
#[must_use]
pub fn words(budget: &Budget) -> Option<String> {
    let lasts = || budget.duration.map(|seconds| Duration::from_secs(seconds.max(0).unsigned_abs()));
    let schedule = budget.schedule.as_deref()?;
    Some(match (begins(schedule), lasts()) {
        (Some((days, minute)), Some(lasts)) if lasts.as_secs() < 86_400 && lasts.as_secs().is_multiple_of(60) => {
            let end = (minute + u32::try_from(lasts.as_secs() / 60).unwrap_or(0)) % 1440;
            format!("{days} {}-{} UTC", clock(minute), clock(end))
        }
        (Some((days, minute)), Some(lasts)) => format!("{days} from {} UTC for {}", clock(minute), format::age(lasts)),
        (None, Some(lasts)) => format!("at {schedule} UTC for {}", format::age(lasts)),
        (_, None) => format!("at {schedule} UTC"),
    })
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// On which days a schedule begins, and at which minute of them.
fn begins(schedule: &str) -> Option<(String, u32)> {
    let schedule = if matches!(schedule, "@daily" | "@midnight") { "0 0 * * *" } else { schedule };
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    let [minute, hour, "*", "*", days] = fields.as_slice() else { return None };
    let of = |text: &str, most: u32| text.parse::<u32>().ok().filter(|number| *number < most);
    Some((weekdays(days)?, of(hour, 24)? * 60 + of(minute, 60)?))
}

fn weekdays(field: &str) -> Option<String> {
    let day = |text: &str| {
        let at = text.parse().ok().or_else(|| DAYS.iter().position(|day| text.eq_ignore_ascii_case(day)))?;
        // Sunday is 0, and 7 too.
        DAYS.get(at % 7).filter(|_| at <= 7)
    };
    if field == "*" {
        return Some("every day".into());
    }
    let parts = field.split(',').map(|part| match part.split_once('-') {
        Some((first, last)) => Some(format!("{}-{}", day(first)?, day(last)?)),
        None => day(part).map(|day| (*day).to_owned()),
    });
    Some(parts.collect::<Option<Vec<String>>>()?.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(schedule: &str, seconds: Option<i64>) -> Option<String> {
        words(&Budget {
            nodes: "0".into(),
            reasons: Vec::new(),
            schedule: (!schedule.is_empty()).then(|| schedule.into()),
            duration: seconds,
        })
    }

    #[test]
    fn a_window_is_days_and_times() {
        for (schedule, seconds, said) in [
            ("0 2 * * *", 7_200, "every day 02:00-04:00 UTC"),
            ("@daily", 3_600, "every day 00:00-01:00 UTC"),
            ("30 22 * * mon-fri", 10_800, "mon-fri 22:30-01:30 UTC"),
            ("0 9 * * 1,3,7", 28_800, "mon, wed, sun 09:00-17:00 UTC"),
            ("0 0 * * 6", 172_800, "sat from 00:00 UTC for 2d"),
        ] {
            assert_eq!(told(schedule, Some(seconds)).as_deref(), Some(said), "{schedule}");
        }
    }

    #[test]
    fn what_says_more_stands_as_it_is_written() {
        for schedule in ["*/5 * * * *", "0 2 1 * *", "0 2 * dec *", "0 24 * * *", "0 2 * * 8", "0 2 * * x", "nonsense"]
        {
            let said = told(schedule, Some(3_600)).unwrap();
            assert_eq!(said, format!("at {schedule} UTC for 1h"));
        }
        assert_eq!(told("", None), None);
    }
}
