//! The whole story of what somebody did: an execution from its approval to its end, or one record that stands alone.

use super::words::{event, moment, outcome, target, with};
use crate::domain::text::clean;
use crate::ops::CheckState;
use crate::ops::journal::{ExecutionId, Outcome};
use crate::ops::plan::Verify;
use crate::slices::{Body, Entry, Plan};

/// Cells of a [`moment`].
const MOMENT: usize = 19;

/// The execution of a name, or of the only one that begins so.
///
/// # Errors
/// When there is none, or more than one.
pub fn find(entries: &[Entry], wanted: &str) -> Result<ExecutionId, String> {
    let wanted = wanted.trim();
    let mut found: Vec<&ExecutionId> = entries
        .iter()
        .filter(|entry| matches!(entry.body, Body::Approved { .. }))
        .filter_map(|entry| entry.body.execution())
        .filter(|id| !wanted.is_empty() && id.as_str().starts_with(wanted))
        .collect();
    found.dedup();
    if let Some(whole) = found.iter().find(|id| id.as_str() == wanted) {
        return Ok((*whole).clone());
    }
    match found.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(format!("the journal has no execution {wanted:?}: `qd audit list` names them")),
        several => {
            let names: Vec<&str> = several.iter().map(|id| id.as_str()).collect();
            Err(format!("{wanted:?} is the beginning of several executions: {}", names.join(", ")))
        }
    }
}

/// A line of a story. Its text is cleaned: nothing in it steers a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoryLine {
    /// What begins a part; one line is free above it.
    Heading(String),
    /// A name in a column of so many cells, so far from the left, and what belongs to it.
    Fact { indent: usize, name: String, column: usize, text: String },
    /// What is wrong with what is told.
    Warning(String),
    /// Text alone, so far from the left.
    Line { indent: usize, text: String },
}

impl StoryLine {
    /// As a line of a terminal; a long name pushes its text away and never touches it.
    fn plain(&self) -> String {
        match self {
            Self::Heading(text) => format!("\n{text}"),
            Self::Fact { indent, name, column, text } => {
                let line = format!("{:indent$}{name:<column$}  {text}", "");
                line.trim_end().to_owned()
            }
            Self::Warning(text) => format!("WARNING      {text}"),
            Self::Line { indent, text } => format!("{:indent$}{text}", "").trim_end().to_owned(),
        }
    }
}

/// A story that grows by lines.
#[derive(Default)]
struct Page(Vec<StoryLine>);

impl Page {
    fn line(&mut self, indent: usize, text: &str) {
        self.0.push(StoryLine::Line { indent, text: clean(text) });
    }

    fn fact(&mut self, name: &str, text: &str) {
        self.pair(0, name, 11, text);
    }

    fn pair(&mut self, indent: usize, name: &str, column: usize, text: &str) {
        self.0.push(StoryLine::Fact { indent, name: clean(name), column, text: clean(text) });
    }

    fn heading(&mut self, text: &str) {
        self.0.push(StoryLine::Heading(clean(text)));
    }
}

/// Lines as they are printed, each with its end.
#[must_use]
pub fn printed(lines: &[StoryLine]) -> String {
    lines.iter().map(|line| format!("{}\n", line.plain())).collect()
}

/// The story of an execution, printed.
#[must_use]
pub fn text(id: &ExecutionId, own: &[&Entry]) -> String {
    printed(&of(id, own))
}

/// What an entry tells that belongs to no execution: an arming, a plan that was refused or put away.
#[must_use]
pub fn alone(entry: &Entry) -> Vec<StoryLine> {
    let mut page = Page::default();
    page.fact("Record", &entry.seq.to_string());
    page.fact("Time", &format!("{} UTC", moment(entry.at)));
    page.fact("Environment", &entry.environment);
    match &entry.body {
        Body::Armed { reason, until } => {
            page.fact("Armed", &format!("changes allowed until {} UTC", moment(*until)));
            page.fact("Reason", reason);
        }
        Body::Disarmed { why } => page.fact("Disarmed", why),
        Body::PlanCancelled { operation, target: on, fingerprint, summary } => {
            page.fact("Cancelled", "a plan that was shown was put away");
            page.fact("Would have", summary);
            page.fact("Operation", &format!("{} ({})", operation.title(), operation.name()));
            page.fact("Target", &target(on));
            page.fact("Fingerprint", &fingerprint.short());
        }
        Body::PlanRefused { operation, target: on, fingerprint, why, summary, reason } => {
            page.fact("Refused", why);
            page.fact("Would have", summary);
            page.fact("Reason", reason);
            page.fact("Operation", &format!("{} ({})", operation.title(), operation.name()));
            page.fact("Target", &target(on));
            page.fact("Fingerprint", &fingerprint.short());
        }
        other => page.fact("Event", &event(other, None)),
    }
    who(entry, &mut page);
    page.0
}

/// Who did it, as AWS sees them and as the machine does.
fn who(entry: &Entry, page: &mut Page) {
    let who = &entry.who;
    page.fact("By", if who.arn.is_empty() { "not known" } else { &who.arn });
    page.fact("At", &format!("{}@{}, process {}, qd {}", who.os_user, who.host, who.pid, who.version));
}

/// All that the entries of an execution tell, oldest first.
#[must_use]
pub fn of(id: &ExecutionId, own: &[&Entry]) -> Vec<StoryLine> {
    let mut page = Page::default();
    page.fact("Execution", id.as_str());
    let ended = outcome(own);
    let title = ended.as_ref().map_or_else(|| "not ended".to_owned(), Outcome::title);
    let why = ended.as_ref().map(Outcome::why).unwrap_or_default();
    page.fact("Outcome", &if why.is_empty() { title } else { format!("{title}: {why}") });
    let mut known = None;
    for entry in own {
        if let Body::Approved { plan, approval, .. } = &entry.body {
            known = Some(plan.as_ref());
            page.fact("Operation", &format!("{} ({})", plan.operation.kind().title(), plan.operation.kind().name()));
            page.fact("Target", &target(&plan.target));
            page.fact("Environment", &format!("{}, account {}", entry.environment, plan.account));
            page.fact("Approved", &format!("{} UTC", moment(approval.at)));
            page.fact("With", &with(approval));
            who(entry, &mut page);
            if let Some(sender) = sender(own) {
                page.fact("Sent by", sender);
            }
            page.fact("Reason", &approval.reason);
            page.fact("Fingerprint", &format!("{} ({})", plan.fingerprint.short(), plan.fingerprint.whole()));
            if !plan.is_intact() || approval.fingerprint != plan.fingerprint {
                let words = "the plan below is not the one that this fingerprint was made of";
                page.0.push(StoryLine::Warning(words.to_owned()));
            }
            describe(plan, &mut page);
        }
    }
    page.heading("Course (UTC)");
    for entry in own {
        page.pair(2, &moment(entry.at), MOMENT, &event(&entry.body, known));
    }
    page.0
}

/// Whose credentials sent its calls, where that was recorded.
fn sender<'e>(own: &[&'e Entry]) -> Option<&'e str> {
    own.iter().rev().find_map(|entry| match &entry.body {
        Body::Verified { sender, .. } if !sender.is_empty() => Some(sender.as_str()),
        _ => None,
    })
}

/// The plan as it was approved.
fn describe(plan: &Plan, page: &mut Page) {
    page.heading("Plan");
    page.pair(2, "Summary", 9, &plan.summary);
    page.pair(2, "Risk", 9, plan.risk.name());
    page.pair(2, "Read by", 9, &format!("{}, {} UTC", plan.principal, moment(plan.seen_at)));
    if let Some(monthly) = plan.monthly {
        page.pair(2, "Cost", 9, &format!("US$ {monthly:.2} a month"));
    }
    page.pair(2, "Way back", 9, plan.inverse.as_deref().unwrap_or("none"));

    page.heading("Calls");
    for (number, step) in (1..).zip(&plan.steps) {
        let verify = match step.verify {
            Verify::Whole => "the whole plan is checked again before it",
            Verify::Same => "its target is checked again before it",
        };
        page.pair(2, &number.to_string(), 1, &format!("{}; {verify}", step.purpose));
        page.line(5, &step.call.as_command(&plan.cli));
    }
    page.heading("Preconditions");
    for check in &plan.checks {
        let state = match check.state {
            CheckState::Met => "met",
            CheckState::Doubtful => "doubtful",
            CheckState::Failed => "failed",
            CheckState::Unknown => "unknown",
        };
        let why = if check.why.is_empty() { String::new() } else { format!(": {}", check.why) };
        page.pair(2, state, 8, &format!("{}{why}", check.name));
    }
    if !plan.consequences.is_empty() {
        page.heading("Consequences");
        for consequence in &plan.consequences {
            page.pair(2, &consequence.label, 14, &consequence.text);
        }
    }
    if !plan.kept.is_empty() {
        page.heading("Settings of the new instance");
        for kept in &plan.kept {
            let note = if kept.kept { "as the source" } else { "not as the source" };
            page.pair(2, &kept.name, 30, &format!("{}  ({note}; default {})", kept.value, kept.default));
        }
    }
    page.heading("State that it stands on");
    for (name, value) in &plan.observed {
        page.pair(2, name, 30, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::journal::Who;
    use crate::ops::{Approval, Fingerprint, Level};
    use crate::services::rds::Operation;
    use crate::services::rds::operation::CreateSnapshot;
    use crate::services::rds::testing::{at, seen};
    use crate::slices::testing::plan_of;

    fn course() -> (ExecutionId, Vec<Entry>) {
        let plan = plan_of(Operation::CreateSnapshot(CreateSnapshot { name: "before-it".into() }), &seen());
        let id = ExecutionId::new(at(), &plan.fingerprint, 7);
        let approval = Approval {
            at: at(),
            reason: "INC-4312 \u{1b}]0;x\u{7}\nsecond line".into(),
            typed: "rentaliq-prod-db".into(),
            level: Level::TypeName,
            headless: false,
            fingerprint: plan.fingerprint.clone(),
        };
        let bodies = vec![
            Body::Approved { execution: id.clone(), plan: Box::new(plan), approval },
            Body::Verified {
                execution: id.clone(),
                fingerprint: Fingerprint::default(),
                sender: "arn:aws:sts::111122223333:assumed-role/operator/qd-alice-INC-4312".into(),
            },
            Body::Sending { execution: id.clone(), step: 0, call: None, before: Vec::new(), ahead: 0 },
            Body::Sent { execution: id.clone(), step: 0, request_id: Some("r-1".into()) },
            Body::StepEnded { execution: id.clone(), step: 0, words: "available".into(), failed: false, end: None },
            Body::Ended { execution: id.clone(), outcome: Outcome::Done },
        ];
        let entry = |(seq, body)| Entry {
            seq,
            at: at(),
            who: Who::default(),
            environment: "PROD".into(),
            body,
            prev: String::new(),
            hash: String::new(),
        };
        (id, (1..).zip(bodies).map(entry).collect())
    }

    #[test]
    fn all_of_it_is_there_and_nothing_steers() {
        let (id, entries) = course();
        let own: Vec<&Entry> = entries.iter().collect();
        let text = text(&id, &own);
        for wanted in [
            "Outcome      done\n",
            "With         the name typed: rentaliq-prod-db\n",
            "Sent by      arn:aws:sts::111122223333:assumed-role/operator/qd-alice-INC-4312\n",
            "INC-4312 ?]0;x??second line\n",
            "     aws rds create-db-snapshot --region us-east-1 --db-instance-identifier rentaliq-prod-db",
            "  met       rentaliq-prod-db is available\n",
            "step 1 rds:CreateDBSnapshot: AWS took it (request id r-1)\n",
        ] {
            assert!(text.contains(wanted), "{wanted:?} is not in:\n{text}");
        }
        assert!(!text.contains("WARNING") && !text.contains('\u{1b}'));
    }

    #[test]
    fn without_a_screen_nothing_was_typed() {
        let (id, mut entries) = course();
        if let Body::Approved { plan, approval, .. } = &mut entries[0].body {
            approval.headless = true;
            approval.typed = "8601-9b14".into();
            plan.observed.push(("us-west-2 rentaliq-prod-db-dr backup retention".into(), "30".into()));
        }
        let own: Vec<&Entry> = entries.iter().collect();
        let text = text(&id, &own);
        assert!(text.contains("With         its fingerprint on the command line: 8601-9b14\n"), "{text}");
        assert!(!text.contains("typed"), "{text}");
        assert!(text.contains("backup retention  30\n"), "{text}");
    }

    #[test]
    fn a_plan_that_was_changed_is_not_shown_as_approved() {
        let (id, mut entries) = course();
        if let Body::Approved { plan, .. } = &mut entries[0].body {
            plan.account = "999999999999".into();
        }
        let own: Vec<&Entry> = entries.iter().collect();
        assert!(text(&id, &own).contains("WARNING"));
    }

    #[test]
    fn the_beginning_of_a_name_is_enough() {
        let (id, mut entries) = course();
        assert_eq!(find(&entries, "20261122-03"), Ok(id.clone()));
        assert!(find(&entries, "").is_err() && find(&entries, "2025").is_err());
        let other = ExecutionId::new(at(), &Fingerprint::default(), 7);
        let mut second = entries[0].clone();
        if let Body::Approved { execution, .. } = &mut second.body {
            *execution = other;
        }
        entries.push(second);
        assert!(find(&entries, "20261122").unwrap_err().contains("several"));
        assert_eq!(find(&entries, id.as_str()), Ok(id));
    }
}
