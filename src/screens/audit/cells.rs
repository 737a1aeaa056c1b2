//! The columns of the table, and what a cell says.

use std::borrow::Cow;

use super::scope::environment;
use crate::domain::text::clean;
use crate::screens::State as App;
use crate::screens::executions::ended_mark;
use crate::theme::Role;
use crate::trail::{Became, Row};
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::pen::Piece;
use crate::ui::table::{Align, Column, Width};
use crate::ui::{format, text};

/// Columns of a terminal from which a time has its year and its second.
const ROOMY: u16 = 110;

/// A column, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditColumn {
    Mark,
    When,
    Age,
    Environment,
    What,
    Outcome,
    Who,
    Reason,
}

impl AuditColumn {
    const ALL: [Self; 8] =
        [Self::Mark, Self::When, Self::Age, Self::Environment, Self::What, Self::Outcome, Self::Who, Self::Reason];

    /// Those that have something to say.
    #[must_use]
    pub fn useful(app: &App) -> Vec<Self> {
        let is_mixed = environment(app).is_none();
        let is_useful = |column: &Self| match column {
            Self::Environment => is_mixed,
            // It says what the time says, and the names need the room.
            Self::Age => app.shell.size.0 >= ROOMY,
            _ => true,
        };
        Self::ALL.into_iter().filter(is_useful).collect()
    }

    /// Its heading and its room; those of the highest number go first where there is little.
    #[must_use]
    pub fn slot(self, app: &App) -> Column {
        let is_roomy = app.shell.size.0 >= ROOMY;
        let (title, width, align, priority) = match self {
            Self::Mark => ("", Width::Fixed(1), Align::Left, 1),
            Self::When => ("WHEN (UTC)", Width::Fixed(if is_roomy { 20 } else { 12 }), Align::Left, 2),
            Self::Age => ("AGE", Width::Fixed(4), Align::Right, 5),
            Self::Environment => ("ENV", Width::Fixed(environment_width(app)), Align::Left, 3),
            Self::What => ("WHAT", Width::Min(20), Align::Left, 0),
            Self::Outcome => ("OUTCOME", Width::Fixed(outcome_width(app)), Align::Left, 1),
            Self::Who => ("WHO", Width::Fixed(who_width(app, if is_roomy { 30 } else { 13 })), Align::Left, 4),
            Self::Reason => ("REASON", Width::Min(20), Align::Left, 6),
        };
        Column { title: Cow::Borrowed(title), width, align, priority }
    }

    /// What its cell says of a row.
    #[must_use]
    pub fn pieces(self, app: &App, row: &Row) -> Vec<Piece> {
        match self {
            Self::Mark => {
                let (mark, role) = mark(&row.outcome);
                vec![(mark.into(), role)]
            }
            Self::When => {
                let form = if app.shell.size.0 >= ROOMY { "%Y-%m-%d %H:%M:%SZ" } else { "%m-%d %H:%MZ" };
                vec![(row.at.strftime(form).to_string(), Role::Text)]
            }
            Self::Age => vec![(format::coarse_age(format::since(app.shell.world.now, row.at)), Role::Dim)],
            Self::Environment => vec![badge(app, row)],
            Self::What => what(row),
            Self::Outcome => {
                let (_, role) = mark(&row.outcome);
                vec![(row.outcome.word().into(), if role == Role::Good { Role::Text } else { role })]
            }
            Self::Who => vec![(clean(&row.who), Role::Text)],
            // Two pieces are cut at the end, one in the middle.
            Self::Reason => vec![(clean(reason(row)), Role::Text), (String::new(), Role::Text)],
        }
    }
}

/// How a row stands: the same marks as those of operations, and few others.
#[must_use]
pub fn mark(became: &Became) -> (&'static str, Role) {
    match became {
        Became::Ended(outcome) => ended_mark(outcome),
        Became::NotEnded => ("◐", Role::Accent),
        Became::Armed => ("◆", Role::Accent),
        Became::Refused => ("▲", Role::Warning),
        Became::Disarmed | Became::Cancelled => (" ", Role::Dim),
    }
}

/// The operation and its resource; nothing of what is neither: the outcome says it.
fn what(row: &Row) -> Vec<Piece> {
    if row.operation.is_empty() {
        return vec![(format::MISSING.into(), Role::Faint)];
    }
    // One piece is cut in the middle: what tells resources apart is the end of their names.
    vec![(format!("{} {}", row.operation, clean(&row.target)), Role::Text)]
}

/// What was given as the reason, or else why it came so.
fn reason(row: &Row) -> &str {
    if row.reason.is_empty() { &row.why } else { &row.reason }
}

/// An environment as it is shown; one that is not configured any more as it was called.
#[must_use]
pub fn badge(app: &App, row: &Row) -> Piece {
    match app.shell.world.estate.by_name(&row.environment) {
        Some(known) => (shown_name(known), criticality_role(known.criticality)),
        None => (clean(&row.environment), Role::Dim),
    }
}

/// Room for the names of the environments, as they are told.
fn environment_width(app: &App) -> u16 {
    let rows = app.audit.telling.iter().flat_map(|telling| &telling.rows);
    let longest = rows.map(|row| text::width(&row.environment)).max().unwrap_or(0);
    u16::try_from(longest.clamp(3, 12)).unwrap_or(12)
}

/// Room for who it was, at most this: what is left over belongs to the names of resources, which are longer.
fn who_width(app: &App, most: usize) -> u16 {
    let rows = app.audit.telling.iter().flat_map(|telling| &telling.rows);
    let longest = rows.map(|row| text::width(&row.who)).max().unwrap_or(0);
    u16::try_from(longest.clamp(3, most)).unwrap_or(13)
}

/// Room for the longest outcome: the columns keep still while the filter changes.
fn outcome_width(app: &App) -> u16 {
    let rows = app.audit.telling.iter().flat_map(|telling| &telling.rows);
    let longest = rows.map(|row| text::width(row.outcome.word())).max().unwrap_or(0);
    u16::try_from(longest.max(7)).unwrap_or(16)
}
