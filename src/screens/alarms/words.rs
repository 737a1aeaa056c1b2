//! What is said of alarms on several parts of the screen.

use jiff::Timestamp;

use crate::domain::Fault;
use crate::services::alarms::{Alarm, AlarmState};
use crate::theme::Role;
use crate::ui::{format, trouble};

/// The mark that goes with a state: never colour alone.
#[must_use]
pub fn mark(state: AlarmState) -> (&'static str, Role) {
    match state {
        AlarmState::Alarm => ("✖", Role::Critical),
        AlarmState::InsufficientData => ("○", Role::Warning),
        AlarmState::Ok => ("✔", Role::Good),
    }
}

/// A state in words.
#[must_use]
pub fn word(state: AlarmState) -> &'static str {
    match state {
        AlarmState::Alarm => "ALARM",
        AlarmState::InsufficientData => "insufficient data",
        AlarmState::Ok => "OK",
    }
}

/// How long ago, for a cell: `14m`. What lies ahead, as clocks differ, is not of now: `in 5s`.
#[must_use]
pub fn age(now: Timestamp, at: Timestamp) -> String {
    if at > now { format!("in {}", ahead(now, at)) } else { format::coarse_age(format::since(now, at)) }
}

/// The same in full, with the moment: `2026-11-22 02:58:12Z (14m 3s ago)`.
#[must_use]
pub fn moment(now: Timestamp, at: Timestamp) -> String {
    let differ = if at > now { ", clocks differ" } else { "" };
    format!("{} ({}{differ})", format::stamp(at), format::ago(now, at))
}

/// How far ahead a moment lies.
fn ahead(now: Timestamp, at: Timestamp) -> String {
    format::coarse_age(format::since(at, now))
}

/// An error in one line: what, why, what to do.
#[must_use]
pub fn failure(fault: &Fault) -> String {
    format!("{} {}: {}", fault.call, trouble::cause(fault), trouble::advice(fault))
}

/// The account that an alarm is of; empty where its ARN is missing.
#[must_use]
pub fn account(alarm: &Alarm) -> &str {
    alarm.arn.split(':').nth(4).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::alarms::testing::cpu;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_lies_ahead_is_not_of_now() {
        assert_eq!(age(at(1_000), at(160)), "14m");
        assert_eq!(age(at(1_000), at(1_005)), "in 5s");
        assert_eq!(moment(at(843), at(0)), "1970-01-01 00:00:00Z (14m 3s ago)");
        assert!(moment(at(0), at(90)).ends_with("(in 1m 30s, clocks differ)"));
    }

    #[test]
    fn an_alarm_is_of_the_account_of_its_arn() {
        assert_eq!(account(&cpu()), "111122223333");
        assert_eq!(account(&Alarm { arn: String::new(), ..cpu() }), "");
    }
}
