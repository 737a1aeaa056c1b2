//! `qd audit list`: the journal as rows, one for each thing that somebody did.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::Filter;
use super::words::{Ending, moment, outcome};
use crate::domain::text::clean;
use crate::ops::journal::{ExecutionId, escaped, short};
use crate::slices::{Body, Entry, Kind, Target};

/// One thing that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub at: Timestamp,
    /// When something happened last; `at` for what has no course.
    pub last: Timestamp,
    /// `done`, `failed`, `not sent`, `interrupted`, `not ended`, `refused`, `cancelled`, `armed`, `disarmed`.
    pub outcome: &'static str,
    /// The same for people: `scheduled for sun 04:00Z`.
    #[serde(skip)]
    pub ended: String,
    pub environment: String,
    /// `create-snapshot`; empty for what is no operation, like the next two.
    pub operation: &'static str,
    pub target: String,
    pub region: String,
    /// ARN of the one who did it; empty when it was not known.
    pub arn: String,
    /// ARN of the one whose credentials sent it; empty when nothing was sent, or it is not known.
    pub sender: String,
    /// In short: the sender, else the one who did it.
    pub who: String,
    pub os_user: String,
    pub host: String,
    pub execution: Option<ExecutionId>,
    /// What the engineer gave as the reason.
    pub reason: String,
    /// Why it came to that outcome.
    pub why: String,
}

impl Row {
    fn of(entry: &Entry, outcome: &'static str) -> Self {
        Self {
            at: entry.at,
            last: entry.at,
            outcome,
            ended: outcome.to_owned(),
            environment: entry.environment.clone(),
            operation: "",
            target: String::new(),
            region: String::new(),
            arn: entry.who.arn.clone(),
            sender: String::new(),
            who: entry.who.short(),
            os_user: entry.who.os_user.clone(),
            host: entry.who.host.clone(),
            execution: None,
            reason: String::new(),
            why: String::new(),
        }
    }

    /// The same, sent with these credentials, where they are known.
    fn sent_by(self, sender: Option<&str>) -> Self {
        match sender {
            Some(sender) => Self { sender: sender.to_owned(), who: short(sender).to_owned(), ..self },
            None => self,
        }
    }

    fn on(self, operation: Kind, target: &Target) -> Self {
        Self { operation: operation.name(), target: target.id.clone(), region: target.region.clone(), ..self }
    }

    /// Whether it belongs to what was asked for.
    #[must_use]
    pub fn is_wanted(&self, filter: &Filter) -> bool {
        filter.takes(&self.environment, self.last)
    }
}

/// What became of an execution.
#[derive(Default)]
struct Course<'e> {
    own: Vec<&'e Entry>,
    sender: Option<&'e str>,
}

/// The rows of a journal, oldest first.
#[must_use]
pub fn rows(entries: &[Entry]) -> Vec<Row> {
    let mut courses: HashMap<&ExecutionId, Course<'_>> = HashMap::new();
    for entry in entries {
        if let Some(id) = entry.body.execution() {
            let course = courses.entry(id).or_default();
            course.own.push(entry);
            if let Body::Verified { sender, .. } = &entry.body
                && !sender.is_empty()
            {
                course.sender = Some(sender);
            }
        }
    }
    let row = |entry: &Entry| {
        Some(match &entry.body {
            Body::Armed { reason, until } => {
                Row { reason: reason.clone(), why: format!("until {} UTC", moment(*until)), ..Row::of(entry, "armed") }
            }
            Body::Disarmed { why } => Row { why: why.clone(), ..Row::of(entry, "disarmed") },
            Body::PlanCancelled { operation, target, .. } => Row::of(entry, "cancelled").on(*operation, target),
            Body::PlanRefused { operation, target, why, .. } => {
                Row { why: why.clone(), ..Row::of(entry, "refused") }.on(*operation, target)
            }
            Body::Approved { execution, plan, approval } => {
                let begun = Course { own: vec![entry], sender: None };
                let course = courses.get(execution).unwrap_or(&begun);
                let last = course.own.iter().map(|entry| entry.at).max().unwrap_or(entry.at);
                let Ending { word, title, why } = outcome(&course.own);
                let row = Row { ended: title, ..Row::of(entry, word) }
                    .on(plan.operation.kind(), &plan.target)
                    .sent_by(course.sender);
                Row { last, execution: Some(execution.clone()), reason: approval.reason.clone(), why, ..row }
            }
            _ => return None,
        })
    };
    entries.iter().filter_map(row).collect()
}

/// As a JSON array.
#[must_use]
pub fn json(rows: &[Row]) -> String {
    // Strings and times always have a JSON form.
    format!("{}\n", escaped(&serde_json::to_string_pretty(rows).unwrap_or_default()))
}

/// As a table for people; nothing is cut.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "nothing was recorded\n".to_owned();
    }
    let head = ["TIME (UTC)", "ENVIRONMENT", "OPERATION", "TARGET", "OUTCOME", "WHO", "EXECUTION", "REASON"];
    let mut cells: Vec<[String; 8]> = vec![head.map(ToOwned::to_owned)];
    cells.extend(rows.iter().map(|row| {
        let reason = match (row.reason.as_str(), row.why.as_str()) {
            (reason, "") => reason.to_owned(),
            ("", why) => why.to_owned(),
            (reason, why) => format!("{reason} ({why})"),
        };
        let execution = row.execution.as_ref().map(ToString::to_string).unwrap_or_default();
        [
            moment(row.at),
            clean(&row.environment),
            row.operation.to_owned(),
            clean(&row.target),
            row.ended.clone(),
            clean(&row.who),
            execution,
            clean(&reason),
        ]
    }));
    let width = |column: usize| cells.iter().map(|line| line[column].width()).max().unwrap_or(0);
    let widths: [usize; 8] = std::array::from_fn(width);
    let mut text = String::new();
    for line in &cells {
        let mut drawn = String::new();
        for (cell, width) in line.iter().zip(widths) {
            drawn.push_str(cell);
            drawn.push_str(&" ".repeat(width - cell.width() + 2));
        }
        text.push_str(drawn.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Fingerprint;
    use crate::ops::journal::Who;
    use crate::services::rds::testing::{at, seen};

    fn entry(body: Body) -> Entry {
        let who = Who { arn: "arn:aws:sts::1:assumed-role/reader/oncall".into(), ..Who::default() };
        Entry { seq: 1, at: at(), who, environment: "PROD".into(), body, prev: String::new(), hash: String::new() }
    }

    #[test]
    fn a_refused_plan_is_a_row() {
        let body = Body::PlanRefused {
            operation: Kind::Stop,
            target: seen().target,
            fingerprint: Fingerprint::default(),
            why: "changes are frozen".into(),
        };
        let rows = rows(&[entry(body), entry(Body::Disarmed { why: "time is up".into() })]);
        assert_eq!((rows[0].outcome, rows[0].operation, rows[0].who.as_str()), ("refused", "stop", "reader/oncall"));
        let text = table(&rows);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        let column = lines[0].find("WHO").unwrap();
        assert!(lines[1][column..].starts_with("reader/oncall  "), "{text}");
        assert!(lines[1].ends_with("changes are frozen"), "{text}");
    }

    #[test]
    fn who_sent_it_is_who_did_it() {
        let row = Row::of(&entry(Body::Disarmed { why: String::new() }), "done");
        assert_eq!(row.clone().sent_by(None), row);
        let sent = row.sent_by(Some("arn:aws:sts::1:assumed-role/operator/qd-alice-INC-1"));
        assert_eq!(
            (sent.who.as_str(), sent.arn.as_str()),
            ("operator/qd-alice-INC-1", "arn:aws:sts::1:assumed-role/reader/oncall",)
        );
    }

    #[test]
    fn what_belongs_to_an_execution_is_no_row_of_its_own() {
        let execution: ExecutionId = "20261122-031244-7f3a91c2-0b5e".parse().unwrap();
        assert_eq!(
            rows(&[entry(Body::Sending { execution, step: 0, call: None, before: Vec::new(), ahead: 0 })]),
            Vec::new()
        );
        assert_eq!(table(&[]), "nothing was recorded\n");
    }
}
