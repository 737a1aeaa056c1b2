//! One execution in one line: for the list, and at the foot of every screen while it runs.

use std::time::Duration;

use jiff::Timestamp;

use super::applied;
use crate::domain::Criticality;
use crate::keymap::{Action, Layer};
use crate::ops::journal::Outcome;
use crate::services::rds;
use crate::shell::Shell;
use crate::slices::{Execution, Follow, Plan};
use crate::theme::Role;
use crate::ui::environment::{criticality_role, in_row, shown_name};
use crate::ui::pen::{self, Piece};
use crate::ui::prose::Line;
use crate::ui::{format, text};

/// Lines at the foot of the screen.
const SHOWN: usize = 2;

/// Seconds that an execution has taken so far, or took.
fn elapsed(execution: &Execution, now: Timestamp) -> i64 {
    execution.ended.unwrap_or(now).as_second() - execution.started.as_second()
}

/// How it stands: a mark with its role.
#[must_use]
pub fn mark(shell: &Shell, execution: &Execution) -> (&'static str, Role) {
    match &execution.outcome {
        Some(Outcome::Scheduled { .. }) if applied::is_applied(shell, execution) => ("✔", Role::Good),
        None if execution.trouble.is_some() => ("▲", Role::Warning),
        None => ("◐", Role::Accent),
        Some(outcome) => ended_mark(outcome),
    }
}

/// How it ended: a mark with its role.
#[must_use]
pub fn ended_mark(outcome: &Outcome) -> (&'static str, Role) {
    match outcome {
        Outcome::Done => ("✔", Role::Good),
        Outcome::Scheduled { .. } => ("◌", Role::Accent),
        Outcome::Failed { .. } => ("✖", Role::Critical),
        Outcome::NotSent { .. } | Outcome::Refused { .. } => ("○", Role::Warning),
        Outcome::Abandoned { .. } => ("○", Role::Dim),
        Outcome::Incomplete { .. }
        | Outcome::Interrupted { .. }
        | Outcome::GivenUp { .. }
        | Outcome::Unknown { .. } => ("▲", Role::Warning),
    }
}

/// What is happening now, or how it ended, in a few words.
#[must_use]
pub fn words(shell: &Shell, execution: &Execution) -> String {
    if let Some(outcome) = &execution.outcome {
        let is_applied = matches!(outcome, Outcome::Scheduled { .. }) && applied::is_applied(shell, execution);
        return if is_applied { "applied".to_owned() } else { outcome.title() };
    }
    let open = execution.open_steps();
    let step = under_way(execution);
    let said = step.and_then(|step| execution.words.get(step)).filter(|words| !words.is_empty());
    let now = match (said, open.is_empty()) {
        (Some(words), _) => words.clone(),
        (None, true) => match step.and_then(|step| execution.refused_for_now(step)) {
            Some((_, _, why)) => format!("not taken yet: {why}"),
            None => "checking the state again".to_owned(),
        },
        (None, false) => "sent".to_owned(),
    };
    let safety = !open.is_empty() && step.is_some_and(|step| is_safety(execution, step));
    if safety { format!("snapshot first: {now}") } else { now }
}

/// The step that is followed, or comes next.
fn under_way(execution: &Execution) -> Option<usize> {
    execution.open_steps().first().copied().or_else(|| execution.current())
}

/// Whether a step takes the safety snapshot, which only prepares what the plan is about.
fn is_safety(execution: &Execution, step: usize) -> bool {
    let taken = execution.plan.steps.get(step).and_then(|step| step.follow.rds()?.snapshot());
    taken.is_some() && taken == execution.plan.safety_snapshot.as_deref()
}

/// What is changed: the snapshot that is made or deleted or the instance that is followed now, or else the target;
/// the target also of what is done to many.
#[must_use]
pub fn subject(execution: &Execution) -> &str {
    let step = under_way(execution).filter(|step| !is_safety(execution, *step) && !execution.is_one_of_many(*step));
    let follow = step.and_then(|step| execution.plan.steps.get(step)).map(|step| &step.follow);
    // A snapshot that a deletion or a stop leaves behind is not what is deleted or stopped.
    let changed = follow.and_then(|follow| match follow {
        Follow::Rds(of @ (rds::Follow::SnapshotAvailable { .. } | rds::Follow::SnapshotGone { .. })) => of.snapshot(),
        Follow::Rds(of) => of.instance(),
        Follow::Kubernetes(of) => Some(of.of().local()),
    });
    changed.unwrap_or(&execution.plan.target.id)
}

/// The whole plan's usual time, seconds, least and most.
#[must_use]
pub fn usual(plan: &Plan) -> (u32, u32) {
    plan.steps
        .iter()
        .fold((0, 0), |(least, most), step| (least.saturating_add(step.usual.0), most.saturating_add(step.usual.1)))
}

/// `2m 10s of ~4m`; only the first part when it is over.
#[must_use]
pub fn times(shell: &Shell, execution: &Execution) -> String {
    let seconds = u64::try_from(elapsed(execution, shell.world.now)).unwrap_or(0);
    let so_far = format::age(Duration::from_secs(seconds));
    let (least, most) = usual(&execution.plan);
    let middle = u64::midpoint(u64::from(least), u64::from(most));
    if execution.is_running() && middle > 0 {
        format!("{so_far} of ~{}", format::coarse_age(Duration::from_secs(middle)))
    } else {
        so_far
    }
}

/// The environment's name in its role.
#[must_use]
pub fn badge(shell: &Shell, name: &str) -> Piece {
    match shell.world.estate.by_name(name) {
        Some(known) if known.criticality == Criticality::Production => {
            (format!(" {} ", shown_name(known)), Role::Production)
        }
        Some(known) => (shown_name(known), criticality_role(known.criticality)),
        None => (name.to_owned(), Role::Dim),
    }
}

/// What runs, for the foot of the screen: newest first, two at most. Empty when nothing does.
#[must_use]
pub fn running_lines(shell: &Shell, width: u16) -> Vec<Line> {
    let running: Vec<&Execution> = shell.world.changes.running().collect();
    let more = running.len().saturating_sub(SHOWN);
    let width = usize::from(width);
    let shown = running.iter().rev().take(SHOWN);
    let mut lines: Vec<Line> = shown.map(|execution| running_line(shell, execution, width)).collect();
    if more > 0
        && let Some(last) = lines.last_mut()
    {
        let key = shell.keymap.key_for(&[Layer::Global], Action::Executions).unwrap_or_default();
        let words = format!("  +{more} more: {key}");
        // That there is more is said even where the name before it is cut.
        let room = width.saturating_sub(text::width(&words) + 1);
        if let Some((name, role)) = last.pop() {
            let left = room.saturating_sub(pen::width(last));
            last.push((text::clip(&name, left).into_owned(), role));
        }
        while pen::width(last) > room && last.len() > 3 {
            last.pop();
        }
        last.push((words, Role::Dim));
    }
    lines
}

/// Rows that [`running_lines`] needs.
#[must_use]
pub fn running_rows(shell: &Shell) -> u16 {
    shell.world.changes.running().take(SHOWN).count() as u16
}

/// What the eye looks for comes first: the mark, where, how far, since when. The names, which may be
/// long, are what is cut.
fn running_line(shell: &Shell, execution: &Execution, width: usize) -> Line {
    let (mark, role) = mark(shell, execution);
    let title = execution.plan.operation.kind().title();
    let state = match &execution.trouble {
        // A fault's message may fill the line; all of it stands in the story.
        Some(trouble) => (text::clip(trouble, (width / 2).max(20)).into_owned(), Role::Warning),
        None => (words(shell, execution), Role::Accent),
    };
    vec![
        (format!(" {mark} "), role),
        in_row(badge(shell, &execution.environment)),
        ("  ".into(), Role::Text),
        state,
        (format!("  {}", times(shell, execution)), Role::Dim),
        (format!("  {title} {}", subject(execution)), Role::Text),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{Database, Environment};
    use crate::keymap::Keymap;
    use crate::ops::Level;
    use crate::ops::execution::ended;
    use crate::ops::guard::Approval;
    use crate::ops::journal::{ExecutionId, StepEnd};
    use crate::screens::State as App;
    use crate::services::rds::{
        Kind,
        testing::{at, seen},
    };
    use crate::slices::Body;
    use crate::slices::testing::plan_of;
    use crate::theme::{ColorDepth, Theme};
    use crate::world::Estate;

    #[test]
    fn what_waits_for_its_window_is_scheduled_and_not_done() {
        let mut plan = plan_of(Kind::ChangeClass.offer(&seen()), &seen());
        let values = vec![("DBInstanceClass".to_owned(), "db.m6g.large".to_owned())];
        let (region, name) = ("us-east-1".to_owned(), "rentaliq-prod-db".to_owned());
        plan.steps[0].follow = rds::Follow::Pending { region, id: name.clone(), values: values.clone() }.into();
        let id = ExecutionId::new(at(), &plan.fingerprint, 7);
        let approval = Approval {
            at: at(),
            reason: "INC-1".into(),
            typed: "key".into(),
            level: Level::Confirm,
            headless: false,
            fingerprint: plan.fingerprint.clone(),
        };
        let mut execution = Execution::begin(id.clone(), "PROD", plan, approval, at());
        let end = StepEnd::Scheduled { window: "sun:04:00-sun:05:00".into() };
        execution.apply(at(), &ended(id.clone(), 0, "scheduled".into(), end));
        let outcome = execution.verdict();
        execution.apply(at(), &Body::Ended { execution: id, outcome });
        let mut estate = Estate::default();
        let session = estate.add_session_named("ops");
        let site = estate.add_site(session, "us-east-1");
        estate.add(Environment { name: "PROD".into(), site, ..Environment::default() });
        let mut app = App::new(estate, at(), Keymap::default(), Theme::default(), ColorDepth::TrueColor);
        let waits = Database { id: name, class: "db.t3.medium".into(), pending: values, ..Database::default() };
        let later = at().checked_add(jiff::SignedDuration::from_hours(100)).unwrap();
        app.shell.world.site_mut(site).unwrap().rds.databases.succeed(vec![Arc::new(waits.clone())], later);
        let said = |app: &App| (mark(&app.shell, &execution), words(&app.shell, &execution));
        assert_eq!(said(&app), (("◌", Role::Accent), "scheduled for sun 04:00Z".to_owned()));
        assert_eq!(execution.result_words(), "scheduled for sun 04:00Z", "a message says the same");
        // AWS shows it; what was read before it was scheduled says nothing.
        let made = Database { class: "db.m6g.large".into(), pending: Vec::new(), ..waits };
        app.shell.world.site_mut(site).unwrap().rds.databases.succeed(vec![Arc::new(made.clone())], at());
        assert_eq!(said(&app).1, "scheduled for sun 04:00Z");
        app.shell.world.site_mut(site).unwrap().rds.databases.succeed(vec![Arc::new(made)], later);
        assert_eq!(said(&app), (("✔", Role::Good), "applied".to_owned()));
    }
}
