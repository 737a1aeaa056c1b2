//! How the fleet screen is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::{Item, SHOWN};
use super::summary::Summary;
use crate::app::collection::TABLE_WINDOW;
use crate::app::state::State as App;
use crate::domain::finding::{Finding, Severity};
use crate::domain::{Criticality, Environment, FaultKind, Metric, SiteId};
use crate::keymap::Action;
use crate::theme::Role;
use crate::ui::environment::{criticality_role, shown_name};
use crate::ui::pen::{self, Piece};
use crate::ui::{format, layout, spark, text};

/// Width of the small charts.
const SPARK: usize = 9;

/// A line of the screen and the item that it belongs to.
struct Line {
    item: Option<Item>,
    left: Vec<Piece>,
    right: Vec<Piece>,
    /// Production has a bar at its left edge.
    bar: bool,
}

/// Draws the screen into the body of the frame.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let lines = lines(app, area.width);
    if lines.is_empty() {
        let words = "no environments: qd init writes a configuration, qd config path says where it belongs";
        pen::left(
            buf,
            Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area },
            &[(words.into(), Role::Dim)],
            &app.theme,
        );
        return;
    }
    let current = app.fleet.current();
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(app.fleet.offset)) {
        let row = Rect { y, height: 1, ..area };
        let chosen = line.item.is_some() && line.item == current && app.overlay.is_none();
        if chosen {
            buf.set_style(row, app.theme.style(Role::Selection));
        }
        if chosen {
            buf.set_string(row.x, y, "▌", app.theme.style(Role::Accent));
        } else if line.bar {
            buf.set_string(row.x, y, "▌", app.theme.style(Role::Text));
        }
        let inner = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        let start = pen::right(buf, inner, &line.right, &app.theme);
        let room = Rect { width: start.saturating_sub(inner.x + 1), ..inner };
        let room = if line.right.is_empty() { inner } else { room };
        pen::left(buf, room, &line.left, &app.theme);
    }
}

/// The first line to show so that the cursor's is visible.
pub(super) fn reveal(app: &App) -> usize {
    let body = layout::regions(Rect::new(0, 0, app.size.0, app.size.1)).body;
    let lines = lines(app, body.width);
    let current = app.fleet.current();
    let page = usize::from(body.height).max(1);
    let at = lines.iter().position(|line| line.item.is_some() && line.item == current).unwrap_or(0);
    let mut offset = app.fleet.offset.min(lines.len().saturating_sub(page));
    if at < offset {
        offset = at;
    } else if at >= offset + page {
        offset = at + 1 - page;
    }
    if at == 0 { 0 } else { offset }
}

fn lines(app: &App, width: u16) -> Vec<Line> {
    // An environment that is missing for an error must not be taken for one that is well.
    let mut lines: Vec<Line> = app
        .problems
        .iter()
        .map(|problem| Line {
            item: None,
            left: vec![("▲ ".into(), Role::Warning), (problem.clone(), Role::Warning)],
            right: Vec::new(),
            bar: false,
        })
        .collect();
    for summary in &app.fleet.summaries {
        let Some(environment) = app.estate.environments.get(summary.environment) else { continue };
        let bar = environment.criticality == Criticality::Production;
        lines.push(heading(app, summary, environment, width, bar));
        if app.fleet.dense {
            continue;
        }
        for (i, finding) in summary.findings.iter().take(SHOWN).enumerate() {
            lines.push(Line {
                item: Some(Item::Finding(summary.environment, i)),
                left: finding_pieces(finding, width),
                right: since(app, finding, width),
                bar,
            });
        }
        if summary.findings.len() > SHOWN {
            let more = format!("    … {} more", summary.findings.len() - SHOWN);
            lines.push(Line { item: None, left: vec![(more, Role::Dim)], right: Vec::new(), bar });
        }
        // Where nothing was ever read the heading says it.
        if let Some(fault) = summary.fault.as_ref().filter(|_| summary.read.is_some()) {
            let left = vec![
                ("  ▲ ".into(), Role::Warning),
                (format!("{} {}: {}", fault.call, fault.word(), fault.advice()), Role::Text),
            ];
            lines.push(Line { item: None, left, right: Vec::new(), bar });
        }
        if !summary.findings.is_empty() || bar {
            let gauges = gauges(app, summary, width);
            if !gauges.is_empty() {
                lines.push(Line { item: None, left: gauges, right: Vec::new(), bar });
            }
        }
        lines.push(Line { item: None, left: Vec::new(), right: Vec::new(), bar: false });
    }
    lines
}

/// The mark of an environment: its worst finding, or that nothing is known.
fn mark(summary: &Summary) -> Piece {
    match (summary.severity, &summary.fault, summary.read) {
        (_, Some(_), Some(_)) => ("◌".into(), Role::Stale),
        (_, Some(fault), None) if matches!(fault.kind, FaultKind::WrongAccount { .. }) => ("✖".into(), Role::Critical),
        (_, Some(_), None) => ("○".into(), Role::Warning),
        (Some(Severity::Critical), ..) => ("✖".into(), Role::Critical),
        (Some(Severity::Warning), ..) => ("▲".into(), Role::Warning),
        (_, None, None) => ("○".into(), Role::Unknown),
        _ => ("●".into(), Role::Good),
    }
}

fn heading(app: &App, summary: &Summary, environment: &Environment, width: u16, bar: bool) -> Line {
    let names = app.estate.environments.iter().map(|e| text::width(&shown_name(e)) + 2).max().unwrap_or(8).min(20);
    let groups = app.estate.environments.iter().map(|e| text::width(&e.estate)).max().unwrap_or(0).min(16);
    let name = format!(" {} ", shown_name(environment));
    let padding = " ".repeat(names.saturating_sub(text::width(&name)));
    let mut left: Vec<Piece> = vec![
        mark(summary),
        (" ".into(), Role::Text),
        (name, criticality_role(environment.criticality)),
        (padding, Role::Text),
    ];
    if groups > 0 && width >= 100 {
        left.push((format!("  {}", text::fit(&environment.estate, groups)), Role::Dim));
    }
    if width >= 80 {
        left.push((format!("  {}", place(app, environment)), Role::Dim));
    }
    left.push(("   ".into(), Role::Text));
    left.push(words(app, summary));
    let mut right = Vec::new();
    if let Some(at) = summary.restorable {
        let age = format::since(app.now, at);
        let late = environment.rpo.is_some_and(|rpo| age > rpo + std::time::Duration::from_secs(300));
        let role = if late { Role::Warning } else { Role::Text };
        if width >= 70 {
            right.push(("restorable ".into(), Role::Dim));
        }
        right.push((format!("{} ago", format::coarse_age(age)), role));
        if let Some(rpo) = environment.rpo.filter(|_| width >= 100) {
            right.push((format!("  RPO {} ", format::coarse_age(rpo)), Role::Dim));
            right.push(if late { ("▲".into(), Role::Warning) } else { ("●".into(), Role::Good) });
        }
    }
    right.push((format!("  {:>8}", freshness(app, summary)), Role::Dim));
    Line { item: Some(Item::Environment(summary.environment)), left, right, bar }
}

/// Region, and the DR region.
fn place(app: &App, environment: &Environment) -> String {
    let regions: Vec<&str> =
        environment.sites().filter_map(|site| app.estate.site(site)).map(|site| site.region.as_str()).collect();
    regions.join(" → ")
}

/// The state in a few words; the worst finding where there is one line only.
fn words(app: &App, summary: &Summary) -> Piece {
    if let Some(finding) = summary.findings.first().filter(|_| app.fleet.dense) {
        return (format!("{} {}", finding.summary, finding.resource), severity_role(finding.severity));
    }
    match (&summary.fault, summary.findings.len()) {
        (Some(fault), _) if summary.read.is_none() => {
            let strange = matches!(fault.kind, FaultKind::WrongAccount { .. });
            (format!("{}: {}", fault.word(), fault.advice()), if strange { Role::Critical } else { Role::Warning })
        }
        (Some(fault), _) => (fault.word().into(), Role::Stale),
        (None, 0) if summary.loading => ("asking AWS …".into(), Role::Dim),
        (None, 0) if summary.databases == 0 => ("no DB instances".into(), Role::Dim),
        (None, 0) => (format!("all {} checks pass", summary.checks), Role::Dim),
        // They follow below.
        (None, _) => (String::new(), Role::Dim),
    }
}

fn severity_role(severity: Severity) -> Role {
    match severity {
        Severity::Critical => Role::Critical,
        Severity::Warning => Role::Warning,
        Severity::Info => Role::Text,
    }
}

fn finding_pieces(finding: &Finding, width: u16) -> Vec<Piece> {
    let (mark, role) = match finding.severity {
        Severity::Critical => ("✖", Role::Critical),
        Severity::Warning => ("▲", Role::Warning),
        Severity::Info => ("·", Role::Dim),
    };
    let summary_width = match width {
        0..=99 => 0,
        100..=139 => 46,
        _ => 60,
    };
    let summary = if summary_width > 0 {
        format!("{}  ", text::fit(&finding.summary, summary_width))
    } else {
        format!("{}  ", finding.summary)
    };
    let mut pieces = vec![(format!("  {mark} "), role), (summary, Role::Text), (finding.resource.clone(), Role::Dim)];
    if width >= 150 && !finding.evidence.is_empty() {
        pieces.push((format!("   {}", finding.evidence), Role::Dim));
    }
    pieces
}

/// Since when, and the metric that shows it.
fn since(app: &App, finding: &Finding, width: u16) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(at) = finding.since {
        let age = format::coarse_age(format::since(app.now, at));
        let absolute = if width >= 110 { format!("since {} ", format::clock(at)) } else { String::new() };
        pieces.push((format!("{absolute}({age})"), Role::Dim));
    }
    if width >= 100 {
        let curve = finding.metric.and_then(|metric| {
            let (site, database) = app.all_databases().find(|(_, d)| d.arn == finding.arn)?;
            Some(curve(app, site, &database.id, metric, None))
        });
        pieces.push((format!("  {:<SPARK$}", curve.unwrap_or_default()), Role::ChartLine));
    }
    pieces
}

/// The last hour of a metric.
fn curve(app: &App, site: SiteId, database: &str, metric: Metric, max: Option<f64>) -> String {
    let now = app.now.as_second();
    let series = app
        .site(site)
        .and_then(|data| data.store.series(database, metric, 60).or_else(|| data.store.series(database, metric, 300)));
    match series {
        Some(series) => spark(series.points(), series.period(), &(now - TABLE_WINDOW..now), SPARK, max),
        None => String::new(),
    }
}

/// CPU, connections and write latency of the busiest primary.
fn gauges(app: &App, summary: &Summary, width: u16) -> Vec<Piece> {
    let Some((site, place)) = summary.busiest else { return Vec::new() };
    let Some(data) = app.site(site) else { return Vec::new() };
    let Some(database) = data.databases.value().and_then(|all| all.get(place)) else { return Vec::new() };
    let oldest = app.now.as_second() - 900;
    let mut pieces: Vec<Piece> = vec![("    ".into(), Role::Text)];
    let limit = database.instance_class().map(crate::domain::class::InstanceClass::default_max_connections);
    for (name, metric, max) in [
        ("cpu", Metric::CPUUtilization, Some(100.0)),
        ("connections", Metric::DatabaseConnections, limit),
        ("write", Metric::WriteLatency, None),
    ] {
        let value = data
            .store
            .latest(&database.id, metric, oldest)
            .or_else(|| data.store.series(&database.id, metric, 300)?.last().map(|(_, value)| value));
        let Some(value) = value else { continue };
        let (number, unit) = format::value(metric.unit(), value);
        pieces.push((format!("{name} "), Role::Dim));
        pieces.push((number, Role::Text));
        pieces.push((format!(" {unit} "), Role::Dim));
        pieces.push((curve(app, site, &database.id, metric, max), Role::ChartLine));
        pieces.push(("   ".into(), Role::Text));
        if width < 80 && pieces.len() > 6 {
            break;
        }
    }
    if pieces.len() == 1 {
        return Vec::new();
    }
    if width >= 100 {
        pieces.push((database.id.clone(), Role::Dim));
    }
    pieces
}

fn freshness(app: &App, summary: &Summary) -> String {
    match summary.read {
        None => "–".into(),
        Some(at) => {
            let age = format::since(app.now, at);
            if age.as_secs() < 60 { "< 1m".into() } else { format::coarse_age(age) }
        }
    }
}

/// The keys that work here, most useful first.
#[must_use]
pub fn hints(_app: &App) -> Vec<(Action, &'static str)> {
    vec![
        (Action::Open, "open"),
        (Action::NextFinding, "next finding"),
        (Action::Databases, "databases"),
        (Action::ToggleDensity, "density"),
        (Action::Environments, "environment"),
        (Action::Refresh, "refresh"),
        (Action::Palette, "commands"),
        (Action::Help, "help"),
        (Action::Quit, "leave"),
    ]
}
