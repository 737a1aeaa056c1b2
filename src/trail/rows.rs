//! The journal as rows, one for each thing that somebody did.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::words::{moment, outcome, with};
use crate::ops::journal::{ExecutionId, Outcome, short};
use crate::slices::{Body, Entry, Kind, Target};

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// Changes were allowed for a while.
    Armed,
    /// They no longer are.
    Disarmed,
    /// A plan was put away.
    Cancelled,
    /// A plan was to be approved, and the rules said no.
    Refused,
    /// It was approved, and the journal has no end of it.
    NotEnded,
    /// It came to this end.
    Ended(Outcome),
}

impl Became {
    /// For people: what is scheduled says for when.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Ended(outcome) => outcome.title(),
            _ => self.word().to_owned(),
        }
    }

    /// The word for it, in files and for programs.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Armed => "armed",
            Self::Disarmed => "disarmed",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
            Self::NotEnded => "not ended",
            Self::Ended(outcome) => outcome.word(),
        }
    }
}

impl Serialize for Became {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// One thing that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub at: Timestamp,
    /// The record that it begins with, counted from 1.
    #[serde(skip)]
    pub record: u64,
    /// When something happened last; `at` for what has no course.
    pub last: Timestamp,
    /// For programs: `done`, `scheduled`, `failed`, `refused`, `armed`; [`Became::title`] says it to people.
    pub outcome: Became,
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
    /// What was to be changed, in a sentence; empty where that is not known.
    pub summary: String,
    /// What it was approved with: a key, the name typed, a fingerprint.
    pub approval: String,
}

impl Row {
    fn of(entry: &Entry, outcome: Became) -> Self {
        Self {
            at: entry.at,
            record: entry.seq,
            last: entry.at,
            outcome,
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
            summary: String::new(),
            approval: String::new(),
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

    /// What was done, in a few words: `create-snapshot`, or that it was armed.
    #[must_use]
    pub fn what(&self) -> &'static str {
        if self.operation.is_empty() { self.outcome.word() } else { self.operation }
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
            Body::Armed { reason, until } => Row {
                reason: reason.clone(),
                why: format!("until {} UTC", moment(*until)),
                ..Row::of(entry, Became::Armed)
            },
            Body::Disarmed { why } => Row { why: why.clone(), ..Row::of(entry, Became::Disarmed) },
            Body::PlanCancelled { operation, target, summary, .. } => {
                Row { summary: summary.clone(), ..Row::of(entry, Became::Cancelled) }.on(*operation, target)
            }
            Body::PlanRefused { operation, target, why, summary, reason, .. } => {
                let (why, summary, reason) = (why.clone(), summary.clone(), reason.clone());
                Row { reason, why, summary, ..Row::of(entry, Became::Refused) }.on(*operation, target)
            }
            Body::Approved { execution, plan, approval } => {
                let begun = Course { own: vec![entry], sender: None };
                let course = courses.get(execution).unwrap_or(&begun);
                let last = course.own.iter().map(|entry| entry.at).max().unwrap_or(entry.at);
                let ended = outcome(&course.own);
                let why = ended.as_ref().map(Outcome::why).unwrap_or_default();
                let row = Row::of(entry, ended.map_or(Became::NotEnded, Became::Ended))
                    .on(plan.operation.kind(), &plan.target)
                    .sent_by(course.sender);
                let (execution, reason, summary) =
                    (Some(execution.clone()), approval.reason.clone(), plan.summary.clone());
                Row { last, execution, reason, why, summary, approval: with(approval), ..row }
            }
            _ => return None,
        })
    };
    entries.iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Fingerprint;
    use crate::ops::journal::Who;
    use crate::services::rds::{
        self,
        testing::{at, seen},
    };
    use crate::slices::testing::target_of;

    fn entry(body: Body) -> Entry {
        let who = Who { arn: "arn:aws:sts::1:assumed-role/reader/oncall".into(), ..Who::default() };
        Entry { seq: 1, at: at(), who, environment: "PROD".into(), body, prev: String::new(), hash: String::new() }
    }

    #[test]
    fn a_refused_plan_is_a_row() {
        let body = Body::PlanRefused {
            operation: rds::Kind::Stop.into(),
            target: target_of(&seen()),
            fingerprint: Fingerprint::default(),
            why: "changes are frozen".into(),
            summary: String::new(),
            reason: String::new(),
        };
        let rows = rows(&[entry(body), entry(Body::Disarmed { why: "time is up".into() })]);
        assert_eq!((rows.len(), rows[1].what()), (2, "disarmed"));
        assert_eq!(
            (rows[0].outcome.word(), rows[0].operation, rows[0].who.as_str()),
            ("refused", "stop", "reader/oncall")
        );
    }

    #[test]
    fn who_sent_it_is_who_did_it() {
        let row = Row::of(&entry(Body::Disarmed { why: String::new() }), Became::Disarmed);
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
    }
}
