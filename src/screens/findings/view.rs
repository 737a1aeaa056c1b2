//! The sheet at the right of a list: what is wrong with what is selected, one large chart, what to do, and what it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::concern::Concern;
use super::curve::ProofPlot;
use super::words;
use crate::domain::finding::Finding;
use crate::domain::{Criticality, Database, SiteId};
use crate::screens::State as App;
use crate::screens::database::brief_facts;
use crate::screens::databases::Reading;
use crate::theme::Role;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::layout;
use crate::ui::pen;
use crate::ui::prose::{self, Line};
use crate::world::World;

/// Rows from which a chart has an axis of time.
const AXIS: u16 = 6;

/// Draws the sheet of what is selected.
pub fn preview(app: &App, concern: &Concern<'_>, area: Rect, buf: &mut Buffer) {
    let theme = &app.shell.theme;
    // A column of air at the right.
    let width = usize::from(area.width).saturating_sub(1);
    let above = above(app, concern, width);
    let mut y = area.y;
    let draw = |lines: &[Line], y: &mut u16, buf: &mut Buffer| {
        for line in lines.iter().take(usize::from(area.bottom().saturating_sub(*y))) {
            pen::left(buf, Rect { y: *y, height: 1, ..area }, line, theme);
            *y += 1;
        }
    };
    draw(&above, &mut y, buf);
    let rows = layout::chart_rows(area.bottom().saturating_sub(y), false);
    if rows > 0 {
        let place = Rect { x: area.x + 1, y, width: area.width.saturating_sub(2), height: rows };
        ProofPlot::of(&app.shell.world, concern).chart(rows >= AXIS).draw(place, buf, theme);
        y += rows;
    }
    let mut below = vec![Line::new()];
    below.extend(others(app, concern));
    below.extend(facts(app, concern.site, concern.database, width));
    draw(&below, &mut y, buf);
}

/// Draws what is said of a finding that is not about a DB instance.
pub fn told(app: &App, finding: &Finding, area: Rect, buf: &mut Buffer) {
    let width = usize::from(area.width).saturating_sub(1);
    let mut lines = vec![vec![(format!(" {}", finding.resource), Role::Header)]];
    lines.extend(of_finding(&app.shell.world, finding, width));
    for (y, line) in (area.y..area.bottom()).zip(&lines) {
        pen::left(buf, Rect { y, height: 1, ..area }, line, &app.shell.theme);
    }
}

/// What is wrong, since when, on what evidence, and what to do.
fn of_finding(world: &World, finding: &Finding, width: usize) -> Vec<Line> {
    let (mark, role) = words::mark(finding.severity);
    let mut lines = prose::hanging(vec![(format!(" {mark} "), role)], &finding.summary, Role::Text, width);
    let since = words::since(world.now, finding);
    if !since.is_empty() {
        lines.push(vec![(format!("   {since}"), Role::Dim)]);
    }
    lines.extend(words::about(finding, 3, width));
    lines
}

/// Whose it is, what is wrong, since when, on what evidence, and what to do.
fn above(app: &App, concern: &Concern<'_>, width: usize) -> Vec<Line> {
    let world = &app.shell.world;
    let database = concern.database;
    let mut name: Line = vec![(" ".into(), Role::Text)];
    let owner = world.estate.owner(concern.site, database).and_then(|id| world.estate.environment(id));
    if let Some(known) = owner {
        let (badge, role) = (shown_name(known), criticality_role(known.criticality));
        let is_production = known.criticality == Criticality::Production;
        name.push((if is_production { format!(" {badge} ") } else { badge }, role));
        name.push(("  ".into(), Role::Text));
    }
    name.push((database.id.clone(), Role::Header));
    name.push((format!("  {}", database.region), Role::Dim));
    let mut lines = vec![name];
    if let Some(finding) = concern.finding {
        lines.extend(of_finding(world, finding, width));
    }
    lines.push(Line::new());
    lines
}

/// What else is wrong with it.
fn others(app: &App, concern: &Concern<'_>) -> Vec<Line> {
    let world = &app.shell.world;
    let all = words::of(world, &concern.database.arn).into_iter();
    let others = all.filter(|finding| concern.finding.is_none_or(|meant| meant.rule != finding.rule));
    let mut lines: Vec<Line> = others
        .map(|finding| {
            let (mark, role) = words::mark(finding.severity);
            let since = words::since(world.now, finding);
            vec![(format!(" {mark} "), role), (finding.summary.clone(), Role::Text), (format!("  {since}"), Role::Dim)]
        })
        .collect();
    if !lines.is_empty() {
        lines.push(Line::new());
    }
    lines
}

/// What it is, in a few lines.
fn facts(app: &App, site: SiteId, database: &Database, width: usize) -> Vec<Line> {
    let world = &app.shell.world;
    let Some(data) = world.site(site) else { return Vec::new() };
    let owner = world.estate.owner(site, database).and_then(|id| world.estate.environment(id));
    let limits = owner.map(|environment| environment.thresholds).unwrap_or_default();
    let reading = Reading::take(data, database, limits, world.now);
    let facts = brief_facts(database, &reading, data, world.now);
    facts.into_iter().flat_map(|(name, value, role)| prose::labelled(&name, "", &value, role, width)).collect()
}
