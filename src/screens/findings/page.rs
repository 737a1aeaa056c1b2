//! All that is known of a finding, or of a DB instance: to be read from its beginning to its end.

use super::concern::Concern;
use super::words;
use crate::domain::finding::{Finding, Severity};
use crate::screens::State as App;
use crate::screens::database::all_facts;
use crate::services::rds::link;
use crate::theme::Role;
use crate::ui::prose::{self, Line};
use crate::ui::{format, text};

/// The page in so many columns: the finding that is meant first, then the others, then what the DB instance is.
#[must_use]
pub fn page(app: &App, concern: &Concern<'_>, width: usize) -> Vec<Line> {
    let world = &app.shell.world;
    let all = words::of(world, &concern.database.arn);
    let meant = concern.finding.filter(|meant| all.iter().any(|finding| finding.rule == meant.rule));
    let others = all.iter().copied().filter(|finding| meant.is_none_or(|meant| meant.rule != finding.rule));
    let mut lines = Vec::new();
    for finding in meant.into_iter().chain(others) {
        lines.extend(of_finding(app, finding, width));
        lines.push(Line::new());
    }
    if all.is_empty() {
        lines.push(vec![(" no health rule finds anything wrong with what was read of it".into(), Role::Dim)]);
        lines.push(Line::new());
    }
    if let Some(page) = link::of_database(concern.database) {
        lines.extend(told("Console", &page, Role::Text, width));
    }
    let facts = world.site(concern.site).map(|data| all_facts(concern.database, data, world.now)).unwrap_or_default();
    for (name, value, role) in facts {
        lines.extend(told(&name, &value, role, width));
    }
    lines
}

/// Columns of the names that stand under one another: the longest is `deletion protection`.
const NAMES: usize = 20;

/// A name and what is told of it.
fn told(name: &str, value: &str, role: Role, width: usize) -> Vec<Line> {
    let names = NAMES.min(width / 3);
    prose::hanging(vec![(format!(" {} ", text::fit(name, names)), Role::Dim)], value, role, width)
}

fn of_finding(app: &App, finding: &Finding, width: usize) -> Vec<Line> {
    let (mark, role) = words::mark(finding.severity);
    let mut lines = prose::hanging(vec![(format!(" {mark} "), role)], &finding.summary, Role::Header, width);
    let since = match words::whole(app.shell.world.now, finding) {
        known if !known.is_empty() => known,
        _ => "not known".to_owned(),
    };
    let rule = format!("{}: {}", finding.rule, finding.source);
    let parts = [
        ("Since", since),
        ("Evidence", finding.evidence.clone()),
        ("Metric", metric(finding)),
        ("Advice", finding.advice.clone()),
        ("Rule", rule),
    ];
    for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
        lines.extend(told(name, &value, Role::Text, width));
    }
    lines
}

/// The metric that shows it, and what its rule holds it against.
fn metric(finding: &Finding) -> String {
    let Some(metric) = finding.metric else { return String::new() };
    let named = format!("{} ({})", metric.name(), metric.statistic().name());
    let Some(limits) = finding.limits else { return named };
    let critical = limits.critical.filter(|_| finding.severity == Severity::Critical);
    let (number, unit) = format::value(metric.unit(), critical.unwrap_or(limits.warning));
    let side = if metric.low_is_bad() { "below" } else { "above" };
    format!("{named}, {} {side} {}", finding.severity.word(), format!("{number} {unit}").trim_end())
}
