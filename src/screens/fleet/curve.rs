//! The small charts of the fleet.

use super::summary::Summary;
use crate::domain::{Database, Metric, SiteId};
use crate::services::rds::data::TABLE_WINDOW;
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::pen::{self, Piece};
use crate::ui::{format, spark};
use crate::world::data::SiteData;

/// Columns of one, the least and the most.
const WIDTHS: (usize, usize) = (9, 24);
/// Columns of a line of gauges without its curves.
const WORDS: usize = 70;

/// The last hour of a metric, in so many columns.
pub fn curve(shell: &Shell, site: SiteId, database: &str, metric: Metric, max: Option<f64>, width: usize) -> String {
    let now = shell.world.now.as_second();
    let series = shell.world.site(site).and_then(|data| {
        data.rds.store.series(database, metric, 60).or_else(|| data.rds.store.series(database, metric, 300))
    });
    match series {
        Some(series) => spark(series.points(), series.period(), &(now - TABLE_WINDOW..now), width, max),
        None => String::new(),
    }
}

/// The busiest primary of an environment, with its site.
fn busiest<'a>(shell: &'a Shell, summary: &Summary) -> Option<(SiteId, &'a SiteData, &'a Database)> {
    let (site, place) = summary.busiest?;
    let data = shell.world.site(site)?;
    Some((site, data, data.rds.databases.value()?.get(place)?))
}

/// What a small chart says in a number: of now, or else the last of the slower readings.
fn value(shell: &Shell, data: &SiteData, database: &str, metric: Metric) -> Option<f64> {
    let oldest = shell.world.now.as_second() - 900;
    let known = data.rds.store.latest(database, metric, oldest);
    known.or_else(|| data.rds.store.series(database, metric, 300)?.last().map(|(_, value)| value))
}

/// Whether [`gauges`] has anything to show.
pub fn has_gauges(shell: &Shell, summary: &Summary) -> bool {
    busiest(shell, summary)
        .is_some_and(|(_, data, database)| SHOWN.iter().any(|m| value(shell, data, &database.id, *m).is_some()))
}

/// The metrics of the small charts.
const SHOWN: [Metric; 3] = [Metric::CPUUtilization, Metric::DatabaseConnections, Metric::WriteLatency];

/// CPU, connections and write latency of the busiest primary; empty when none of them is known.
pub fn gauges(shell: &Shell, summary: &Summary, width: u16) -> Vec<Piece> {
    let Some((site, data, database)) = busiest(shell, summary) else { return Vec::new() };
    let mut pieces: Vec<Piece> = vec![("    ".into(), Role::Text)];
    let limit = database.instance_class().map(crate::domain::class::InstanceClass::default_max_connections);
    let wide = (usize::from(width).saturating_sub(WORDS) / SHOWN.len()).clamp(WIDTHS.0, WIDTHS.1);
    let words = [("cpu", Some(100.0)), ("connections", limit), ("write", None)];
    for (metric, (name, max)) in SHOWN.into_iter().zip(words) {
        let Some(value) = value(shell, data, &database.id, metric) else { continue };
        let (number, unit) = format::value(metric.unit(), value);
        let gap = if pieces.len() > 1 { "   " } else { "" };
        pieces.push((format!("{gap}{name} "), Role::Dim));
        pieces.push((number, Role::Text));
        pieces.push((format!(" {unit} "), Role::Dim));
        pieces.extend(spark::calm(&curve(shell, site, &database.id, metric, max, wide)));
        if width < 80 && pieces.len() > 5 {
            break;
        }
    }
    if pieces.len() == 1 {
        return Vec::new();
    }
    if width >= 100 {
        pieces.push((format!("   {}", database.id), Role::Dim));
    }
    let clusters = of_clusters(summary);
    if pen::width(&pieces) + pen::width(&clusters) <= usize::from(width) {
        pieces.extend(clusters);
    }
    pieces
}

/// How the nodes of the clusters stand, and how many pods wait; empty where that is not known.
fn of_clusters(summary: &Summary) -> Vec<Piece> {
    let Some((ready, all)) = summary.nodes else { return Vec::new() };
    let mut pieces: Vec<Piece> = vec![
        ("   nodes ".into(), Role::Dim),
        (format!("{ready}/{all}"), if ready < all { Role::Warning } else { Role::Text }),
        (" ready".into(), Role::Dim),
    ];
    if let Some(waiting) = summary.waiting.filter(|waiting| *waiting > 0) {
        let word = if waiting == 1 { "pod waits" } else { "pods wait" };
        pieces.push((format!("   {waiting} {word}"), Role::Warning));
    }
    pieces
}
