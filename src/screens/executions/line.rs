//! One execution in one line: for the list, and at the foot of every screen while it runs.

use std::time::Duration;

use crate::app::operations::elapsed;
use crate::app::state::State as App;
use crate::domain::Criticality;
use crate::keymap::{Action, Layer};
use crate::ops::journal::Outcome;
use crate::ops::{Execution, Plan};
use crate::theme::Role;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::format;
use crate::ui::pen::{self, Piece};
use crate::ui::prose::Line;

/// Lines at the foot of the screen.
const SHOWN: usize = 2;

/// How it stands: a mark with its role.
#[must_use]
pub fn mark(execution: &Execution) -> (&'static str, Role) {
    match &execution.outcome {
        None if execution.trouble.is_some() => ("▲", Role::Warning),
        None => ("◐", Role::Accent),
        Some(Outcome::Done) => ("✔", Role::Good),
        Some(Outcome::Failed { .. }) => ("✖", Role::Critical),
        Some(Outcome::Interrupted { .. }) => ("▲", Role::Warning),
        Some(Outcome::NotSent { .. }) => ("○", Role::Warning),
    }
}

/// What is happening now, or how it ended, in a few words.
#[must_use]
pub fn words(execution: &Execution) -> String {
    if let Some(outcome) = &execution.outcome {
        return match outcome {
            Outcome::Done => "done".to_owned(),
            Outcome::Failed { .. } => "failed".to_owned(),
            Outcome::NotSent { .. } => "nothing was sent".to_owned(),
            Outcome::Interrupted { .. } => "interrupted".to_owned(),
        };
    }
    let open = execution.open_steps();
    let step = open.first().copied().or_else(|| execution.current());
    let said = step.and_then(|step| execution.words.get(step)).filter(|words| !words.is_empty());
    match (said, open.is_empty()) {
        (Some(words), _) => words.clone(),
        (None, true) => "checking the state again".to_owned(),
        (None, false) => "sent".to_owned(),
    }
}

/// What is changed: the snapshot or the instance that is followed now, or else the target.
#[must_use]
pub fn subject(execution: &Execution) -> &str {
    let step = execution.open_steps().first().copied().or_else(|| execution.current());
    let follow = step.and_then(|step| execution.plan.steps.get(step)).map(|step| &step.follow);
    follow.and_then(|follow| follow.snapshot().or_else(|| follow.instance())).unwrap_or(&execution.plan.target.id)
}

/// The whole plan's usual time, seconds, least and most.
#[must_use]
pub fn usual(plan: &Plan) -> (u32, u32) {
    plan.steps
        .iter()
        .fold((0, 0), |(least, most), step| (least.saturating_add(step.usual.0), most.saturating_add(step.usual.1)))
}

/// `2m10s of ~4m`; only the first part when it is over.
#[must_use]
pub fn times(app: &App, execution: &Execution) -> String {
    let seconds = u64::try_from(elapsed(execution, app.now)).unwrap_or(0);
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
pub fn badge(app: &App, name: &str) -> Piece {
    match app.estate.environments.iter().find(|e| e.name == name) {
        Some(known) if known.criticality == Criticality::Production => {
            (format!(" {} ", shown_name(known)), Role::Production)
        }
        Some(known) => (shown_name(known), criticality_role(known.criticality)),
        None => (name.to_owned(), Role::Dim),
    }
}

/// What runs, for the foot of the screen: newest first, two at most. Empty when nothing does.
#[must_use]
pub fn running_lines(app: &App, width: u16) -> Vec<Line> {
    let running: Vec<&Execution> = app.operations.running().collect();
    let more = running.len().saturating_sub(SHOWN);
    let mut lines: Vec<Line> = running.iter().rev().take(SHOWN).map(|execution| running_line(app, execution)).collect();
    if more > 0
        && let Some(last) = lines.last_mut()
    {
        let key = app.keymap.key_for(&[Layer::Global], Action::Executions).unwrap_or_default();
        let words = format!("  +{more} more: {key}");
        // That there is more is said even where the line before it is cut.
        let room = usize::from(width).saturating_sub(words.chars().count() + 1);
        while pen::width(last) > room && last.len() > 4 {
            last.pop();
        }
        last.push((words, Role::Dim));
    }
    lines
}

/// Rows that [`running_lines`] needs.
#[must_use]
pub fn running_rows(app: &App) -> u16 {
    app.operations.running().take(SHOWN).count() as u16
}

fn running_line(app: &App, execution: &Execution) -> Line {
    let (mark, role) = mark(execution);
    let title = execution.plan.operation.kind().title();
    let mut line: Line = vec![
        (format!(" {mark} "), role),
        badge(app, &execution.environment),
        (format!(" {title} "), Role::Text),
        (format!("{}  ", subject(execution)), Role::Text),
    ];
    match &execution.trouble {
        Some(trouble) => line.push((trouble.clone(), Role::Warning)),
        None => line.push((words(execution), Role::Accent)),
    }
    line.push((format!("  {}", times(app, execution)), Role::Dim));
    line
}
