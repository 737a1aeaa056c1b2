//! The line of an environment: its mark, where it is, and how it is in a few words.

use std::time::Duration;

use super::finding::role;
use super::lack;
use super::recovery::Recovery;
use super::standing::Standing;
use super::summary::Summary;
use crate::domain::{Environment, FaultKind};
use crate::screens::State as App;
use crate::theme::Role;
use crate::ui::environment::{names_width, row_role, shown_name};
use crate::ui::pen::{self, Piece};
use crate::ui::{format, text, trouble};
use crate::world::Estate;

/// The rule that judges the latest restorable time.
const RESTORABLE: &str = "restorable-time";

/// Columns that all headings have in common.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    names: usize,
    groups: usize,
}

impl Columns {
    /// Those of an estate: made once a frame, not once a line.
    #[must_use]
    pub fn of(estate: &Estate) -> Self {
        let names = names_width(estate.environments().map(|(_, environment)| environment));
        let groups = estate.environments().map(|(_, e)| text::width(&e.estate)).max().unwrap_or(0).min(16);
        Self { names, groups }
    }
}

/// The pieces at the left, and those at the right end, for a screen of this width in columns.
pub fn pieces(
    app: &App,
    summary: &Summary,
    environment: &Environment,
    Columns { names, groups }: Columns,
    width: u16,
    has_words: bool,
) -> (Vec<Piece>, Vec<Piece>) {
    let mut right = recovery(summary, environment).map(|r| r.pieces(app.shell.world.now, width)).unwrap_or_default();
    right.push((format!("  {:>9}", freshness(app, summary)), Role::Dim));

    let name = text::clip(&shown_name(environment), names.saturating_sub(1)).into_owned();
    let padding = " ".repeat(names.saturating_sub(text::width(&name)));
    let mut left: Vec<Piece> = vec![
        Standing::of(summary).mark(),
        (" ".into(), Role::Text),
        (name, row_role(environment.criticality)),
        (padding, Role::Text),
    ];
    if groups > 0 && width >= 100 {
        left.push((format!("  {}", text::fit(&environment.estate, groups)), Role::Dim));
    }
    if width >= 80 {
        left.push((format!("  {}", place(app, environment)), Role::Dim));
    }
    let words = words(app, summary);
    if width >= 120
        && let Some(account) = account(app, environment)
    {
        let account = (format!("  {account}"), Role::Dim);
        // It gives way to the words about the environment.
        let needed = pen::width(&left) + text::width(&account.0) + 3 + text::width(&words.0) + pen::width(&right);
        if needed + 4 <= usize::from(width) {
            left.push(account);
        }
    }
    if has_words {
        left.push(("   ".into(), Role::Text));
        left.push(words);
    }
    (left, right)
}

/// The words about an environment, where its line has no room for all of them: the reason must not be what is cut.
#[must_use]
pub fn below(app: &App, summary: &Summary, environment: &Environment, columns: Columns, width: u16) -> Option<Piece> {
    let (left, right) = pieces(app, summary, environment, columns, width, true);
    let fits = pen::width(&left) + pen::width(&right) + EDGES <= usize::from(width);
    left.into_iter().next_back().filter(|_| !fits)
}

/// Columns beside the two ends of a line, and between them.
const EDGES: usize = 3;

/// Region, and the DR region.
fn place(app: &App, environment: &Environment) -> String {
    app.shell.world.estate.regions(environment).collect::<Vec<&str>>().join(" → ")
}

/// The account that its credentials are of, or else the one that they have to be of.
fn account<'a>(app: &'a App, environment: &'a Environment) -> Option<&'a str> {
    let known = app.shell.world.site(environment.site).and_then(|data| data.identity.value());
    known.map(|identity| identity.account.as_str()).or(environment.expected_account.as_deref())
}

fn recovery(summary: &Summary, environment: &Environment) -> Option<Recovery> {
    let slack = environment.thresholds.restorable_slack_minutes;
    Some(Recovery {
        restorable: summary.restorable?,
        rpo: environment.rpo,
        upload: Duration::try_from_secs_f64(slack * 60.0).unwrap_or_default(),
        late: summary.findings.iter().any(|finding| finding.rule == RESTORABLE),
        stale: summary.fault.is_some(),
    })
}

/// The state in a few words; the worst finding where there is one line only.
fn words(app: &App, summary: &Summary) -> Piece {
    if let Some(finding) = summary.findings.first().filter(|_| app.fleet.dense) {
        return (format!("{} {}", finding.summary, finding.resource), role(finding.severity));
    }
    match (&summary.fault, summary.findings.len()) {
        (Some(fault), _) if summary.read.is_none() => match &fault.kind {
            // Both accounts first: the end is cut off where there is no room.
            FaultKind::WrongAccount { .. } => (trouble::advice(fault), Role::Critical),
            _ => (format!("{}: {}", trouble::cause(fault), trouble::advice(fault)), Role::Warning),
        },
        (Some(fault), _) => (trouble::cause(fault).into(), Role::Stale),
        (None, _) if summary.databases == 0 && summary.loading => ("asking AWS …".into(), Role::Dim),
        (None, _) if !summary.lacks.is_empty() => partial(summary),
        // A prefix or a tag with a slip of the pen selects nothing, for ever and without a word.
        (None, 0) if summary.databases == 0 && summary.passed_over > 0 => {
            let words = format!("none of {} DB instances here is selected: name_prefix, tags", summary.passed_over);
            (words, Role::Warning)
        }
        (None, 0) if summary.databases == 0 => ("no DB instances".into(), Role::Dim),
        (None, 0) if !summary.aside.is_empty() => {
            (format!("{} checks pass; {}", summary.made, lack::line(&summary.aside)), Role::Dim)
        }
        (None, 0) => (format!("all {} checks pass", summary.checks), Role::Dim),
        // They follow below.
        (None, _) => (String::new(), Role::Dim),
    }
}

/// How many checks could be made, and why not the others.
fn partial(summary: &Summary) -> Piece {
    let (made, checks) = (summary.made, summary.checks);
    let words = format!("{made} of {checks} checks; {}", lack::line(&summary.lacks));
    let failed = summary.lacks.iter().any(|lack| lack.failed);
    let known = summary.lacks.iter().all(|lack| lack.known);
    let role = match (failed, known) {
        (true, false) => Role::Warning,
        (_, true) => Role::Stale,
        (false, false) => Role::Dim,
    };
    (words, role)
}

fn freshness(app: &App, summary: &Summary) -> String {
    match summary.read {
        None => "data –".into(),
        Some(_) if summary.in_part => "in part".into(),
        Some(at) => {
            let age = format::since(app.shell.world.now, at);
            if age.as_secs() < 60 { "data < 1m".into() } else { format!("data {}", format::coarse_age(age)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lack::Lack;
    use super::*;

    #[test]
    fn checks_that_could_not_be_made_are_counted_and_say_why() {
        let lack = |words: &str, failed| Lack { words: words.into(), known: false, failed };
        let mut summary =
            Summary { checks: 18, made: 7, lacks: vec![lack("metrics denied", true)], ..Summary::default() };
        assert_eq!(partial(&summary), ("7 of 18 checks; metrics denied".into(), Role::Warning));
        summary.lacks = vec![lack("events not read yet", false)];
        assert_eq!(partial(&summary), ("7 of 18 checks; events not read yet".into(), Role::Dim));
    }
}
