//! What is wrong with the cluster under the cursor, on what evidence, and what to do; then what it is.

use super::row::ClusterRow;
use super::{heading, price, version};
use crate::domain::Criticality;
use crate::screens::State as App;
use crate::screens::findings;
use crate::theme::Role;
use crate::ui::format::UNKNOWN;
use crate::ui::prose::{self, Line};
use crate::ui::{bar, trouble};

/// The lines of the preview in so many columns.
#[must_use]
pub fn lines(app: &App, row: &ClusterRow, width: usize) -> Vec<Line> {
    let world = &app.shell.world;
    let width = width.saturating_sub(1);
    let mut name: Line = vec![(" ".into(), Role::Text)];
    if let Some(known) = row.environment.and_then(|id| world.estate.environment(id)) {
        let (badge, role) = heading::badge(app, row.site, row.environment);
        let is_production = known.criticality == Criticality::Production;
        name.push((if is_production { format!(" {badge} ") } else { badge }, role));
        name.push(("  ".into(), Role::Text));
    }
    name.push((row.eks.name.to_string(), Role::Header));
    name.push((format!("  {}", row.region), Role::Dim));
    let mut lines = vec![name];
    lines.extend(unreached(row, width));
    let all = world.cluster_findings(&row.eks.arn);
    if all.is_empty() {
        lines.push(vec![(" no health rule finds anything wrong with what was read of it".into(), Role::Dim)]);
    }
    for finding in all {
        let (mark, role) = findings::mark(finding.severity);
        lines.extend(prose::hanging(vec![(format!(" {mark} "), role)], &findings::within(finding), Role::Text, width));
        let since = findings::since(world.now, finding);
        if !since.is_empty() {
            lines.push(vec![(format!("   {since}"), Role::Dim)]);
        }
        lines.extend(findings::about(finding, 3, width));
    }
    lines.push(Line::new());
    lines.extend(facts(app, row, width));
    lines
}

/// Why its API server tells nothing, or nothing newer.
fn unreached(row: &ClusterRow, width: usize) -> Vec<Line> {
    let Some(fault) = &row.inside.fault else { return Vec::new() };
    let words = format!("API server {}: {}", trouble::cause(fault), trouble::advice(fault));
    prose::hanging(vec![(" ▲ ".into(), Role::Warning)], &words, Role::Warning, width)
}

/// What it is.
fn facts(app: &App, row: &ClusterRow, width: usize) -> Vec<Line> {
    let (eks, now) = (&row.eks, app.shell.world.now);
    let version: String = version::pieces(eks, row.version.as_ref(), now).into_iter().map(|(words, _)| words).collect();
    let mut facts: Vec<(&str, String)> = vec![
        ("Version", version),
        ("Status", eks.status.to_string()),
        ("Endpoint", version::endpoint(eks).to_owned()),
        ("Platform", eks.platform.to_string()),
    ];
    match &row.inside.nodes {
        Some(all) => {
            facts.push(("Nodes", format!("{} of {} ready", all.ready, all.nodes)));
            let month = price::month(all.price).map(|month| format!("  {month}")).unwrap_or_default();
            facts.push(("Nodes cost", format!("{}{month}", price::hour(all.price))));
            if row.inside.waiting.is_some() {
                let of = |part, whole| bar::share(part, whole).map_or_else(|| UNKNOWN.to_owned(), bar::percent);
                let cpu = of(all.requested.cpu, all.allocatable.cpu);
                let memory = of(all.requested.memory, all.allocatable.memory);
                facts.push(("Requested", format!("cpu {cpu}  memory {memory}")));
            }
        }
        None => facts.push(("Nodes", "not known".into())),
    }
    if eks.auto_mode {
        facts.push(("Auto Mode", "on".into()));
    }
    facts.into_iter().flat_map(|(name, value)| prose::labelled(name, "", &value, Role::Text, width)).collect()
}
