//! The way from one finding to the next: those of a resource, then those of the next resource that has one.

use std::collections::HashSet;

use super::words;
use crate::domain::finding::About;
use crate::screens::State as App;
use crate::world::Scope;

/// A finding: the ARN of its resource, and its rule.
type Place = (String, &'static str);

/// The finding after this one of a resource; none after the last.
#[must_use]
pub fn next(app: &App, arn: &str, rule: Option<&str>) -> Option<Place> {
    let own = words::of(&app.shell.world, arn);
    let at = rule.and_then(|rule| own.iter().position(|finding| finding.rule == rule)).unwrap_or(0);
    if let Some(finding) = own.get(at + 1) {
        return Some((arn.to_owned(), finding.rule));
    }
    let all = resources(app);
    let following = all.iter().position(|other| *other == arn).map_or(0, |at| at + 1);
    let next = *all.get(following)?;
    Some((next.to_owned(), words::of(&app.shell.world, next).first()?.rule))
}

/// The finding before this one; none before the first.
#[must_use]
pub fn previous(app: &App, arn: &str, rule: Option<&str>) -> Option<Place> {
    let own = words::of(&app.shell.world, arn);
    let at = rule.and_then(|rule| own.iter().position(|finding| finding.rule == rule)).unwrap_or(0);
    if let Some(finding) = at.checked_sub(1).and_then(|before| own.get(before)) {
        return Some((arn.to_owned(), finding.rule));
    }
    let all = resources(app);
    let here = all.iter().position(|other| *other == arn)?;
    let previous = *all.get(here.checked_sub(1)?)?;
    Some((previous.to_owned(), words::of(&app.shell.world, previous).last()?.rule))
}

/// The DB instances that are looked at and have findings, in the order in which the fleet tells of them. Alarms have a
/// screen of their own.
fn resources(app: &App) -> Vec<&str> {
    let mut seen = HashSet::new();
    let in_scope = |environment| match app.shell.scope {
        Scope::All => true,
        Scope::One(only) => only == environment,
    };
    let summaries = app.fleet.summaries.iter().filter(|summary| in_scope(summary.environment));
    let findings = summaries.flat_map(|summary| &summary.findings);
    let findings = findings.filter(|finding| finding.about == About::DbInstance);
    findings.map(|finding| finding.arn.as_str()).filter(|arn| seen.insert(*arn)).collect()
}
