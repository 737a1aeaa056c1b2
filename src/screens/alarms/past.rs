//! What happened to an alarm: changes of its state, what was done then, changes of its configuration.

use jiff::Timestamp;

use super::words;
use crate::domain::Remote;
use crate::services::alarms::{AlarmChange, AlarmState, ChangeKind, Past, action_words};
use crate::theme::Role;
use crate::ui::format;
use crate::ui::prose::{self, Line};

/// The lines of its history, newest first; what was done in another account than this one says so.
#[must_use]
pub fn lines(past: Option<&Remote<Past>>, account: &str, now: Timestamp, width: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![vec![(" What happened, UTC".into(), Role::Header)]];
    let Some(remote) = past.filter(|remote| !matches!(remote, Remote::Idle | Remote::Loading)) else {
        lines.push(vec![(" reading its history …".into(), Role::Dim)]);
        return lines;
    };
    if let Some(fault) = remote.fault() {
        let age = remote.at().map(|at| format!("◌ of {}  ", format::coarse_ago(now, at)));
        let lead = vec![(" ▲ ".into(), Role::Warning), (age.unwrap_or_default(), Role::Stale)];
        lines.extend(prose::hanging(lead, &words::failure(fault), Role::Warning, width));
    }
    let Some(past) = remote.value() else { return lines };
    if past.changes.is_empty() {
        lines.push(vec![(" nothing that CloudWatch tells of".into(), Role::Dim)]);
    }
    let mut day = String::new();
    for change in &past.changes {
        let date = change.at.strftime("%Y-%m-%d").to_string();
        if date != day {
            lines.push(vec![(format!(" {date}"), Role::Dim)]);
            day = date;
        }
        let (mark, role, words) = told(change, account);
        let words = match &change.contributor {
            Some(contributor) => format!("{contributor}: {words}"),
            None => words,
        };
        let lead = vec![(format!(" {}  ", format::clock_seconds(change.at)), Role::Dim), (format!("{mark} "), role)];
        lines.extend(prose::hanging(lead, &words, Role::Text, width));
    }
    if past.cut {
        lines.push(vec![(" there is more than was read".into(), Role::Dim)]);
    }
    lines
}

/// An entry: its mark, and what happened.
fn told(change: &AlarmChange, account: &str) -> (&'static str, Role, String) {
    let summary = || change.summary.clone();
    match &change.kind {
        ChangeKind::State { from, to: Some(to), reason, .. } => {
            let (mark, role) = words::mark(*to);
            let from = from.map_or("", words::word);
            let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            (mark, role, format!("{from} → {}{reason}", words::word(*to)).trim_start().to_owned())
        }
        ChangeKind::State { .. } => ("○", Role::Unknown, summary()),
        ChangeKind::Configuration => ("◇", Role::Accent, summary()),
        ChangeKind::Action { what, ok: Some(true), .. } => {
            ("✔", Role::Good, what.as_ref().map_or_else(summary, |arn| ChangeKind::deed(arn, account)))
        }
        ChangeKind::Action { what, ok: Some(false), error, .. } => {
            let what = what.as_ref().map_or_else(summary, |arn| action_words(arn, account));
            let error = error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            ("✖", Role::Critical, format!("action failed, {what}{error}"))
        }
        ChangeKind::Action { ok: None, .. } => ("○", Role::Unknown, summary()),
        ChangeKind::Other(kind) => ("·", Role::Dim, format!("{kind}: {}", change.summary)),
    }
}

/// The moments at which its state changed, for the chart.
#[must_use]
pub fn marks(past: Option<&Past>) -> Vec<(i64, Role, char)> {
    let changes = past.into_iter().flat_map(|past| &past.changes);
    // Those of one series of many are not the alarm's own.
    changes
        .filter(|change| change.contributor.is_none())
        .filter_map(|change| {
            let ChangeKind::State { to: Some(to), .. } = change.kind else { return None };
            let mark = match to {
                AlarmState::Alarm => '✖',
                AlarmState::InsufficientData => '○',
                AlarmState::Ok => '✔',
            };
            Some((change.at.as_second(), words::mark(to).1, mark))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fault, FaultKind};
    use crate::screens::alarms::testing::{before, now};
    use crate::ui::prose::plain;

    const ACCOUNT: &str = "111122223333";

    fn past() -> Past {
        let state = r#"{"oldState":{"stateValue":"OK"},"newState":{"stateValue":"ALARM","stateReason":"too much"}}"#;
        let action = |how: &str| {
            format!(
                r#"{{"actionState":"{how}","notificationResource":"arn:aws:sns:us-east-1:111122223333:oncall","error":"no permission"}}"#
            )
        };
        let changes = vec![
            AlarmChange::of(before(60), "Action", "s", &action("Failed")),
            AlarmChange::of(before(61), "Action", "s", &action("Succeeded")),
            AlarmChange::of(before(62), "StateUpdate", "s", state),
            AlarmChange::of(before(63), "StateUpdate", "it changed", "{}"),
            AlarmChange::of(before(90_000), "ConfigurationUpdate", "threshold 80", "{}"),
        ];
        Past { changes, cut: true }
    }

    fn shown(remote: Option<&Remote<Past>>) -> Vec<String> {
        lines(remote, ACCOUNT, now(), 90).iter().map(|line| plain(line)).collect()
    }

    #[test]
    fn each_entry_says_what_happened() {
        let shown = shown(Some(&Remote::Ready { value: past(), at: now() }));
        let failed = action_words("arn:aws:sns:us-east-1:111122223333:oncall", ACCOUNT);
        let failed = format!(" 03:11:44Z  ✖ action failed, {failed}: no permission");
        assert_eq!(
            shown,
            [
                " What happened, UTC",
                " 2026-11-22",
                failed.as_str(),
                " 03:11:43Z  ✔ published to sns oncall",
                " 03:11:42Z  ✖ OK → ALARM: too much",
                " 03:11:41Z  ○ it changed",
                " 2026-11-21",
                " 02:12:44Z  ◇ threshold 80",
                " there is more than was read",
            ]
        );
        assert_eq!(marks(Some(&past())), [(before(62).as_second(), Role::Critical, '✖')]);
    }

    #[test]
    fn what_was_not_read_is_not_empty() {
        assert_eq!(shown(None)[1], " reading its history …");
        let nothing = Remote::Ready { value: Past::default(), at: now() };
        assert_eq!(shown(Some(&nothing))[1], " nothing that CloudWatch tells of");
        let kind = FaultKind::Throttled;
        let fault =
            Fault { kind, call: "cloudwatch:DescribeAlarmHistory".into(), message: String::new(), request_id: None };
        let mut known = Remote::Ready { value: past(), at: before(240) };
        known.fail(fault.clone());
        let lines = shown(Some(&known));
        assert!(lines[1].starts_with(" ▲ ◌ of 4m ago  cloudwatch:DescribeAlarmHistory throttled"), "{lines:?}");
        assert!(lines.len() > 8, "what was known stays: {lines:?}");
        assert_eq!(shown(Some(&Remote::Failed { fault })).len(), 3, "the words take two lines");
    }
}
