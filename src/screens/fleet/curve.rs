//! The small charts of the fleet.

use super::summary::Summary;
use crate::app::state::State as App;
use crate::domain::{Metric, SiteId};
use crate::theme::Role;
use crate::ui::pen::Piece;
use crate::ui::{format, spark};
use crate::world::collection::TABLE_WINDOW;

/// Width of one, columns.
pub const WIDTH: usize = 9;

/// The last hour of a metric.
pub fn curve(app: &App, site: SiteId, database: &str, metric: Metric, max: Option<f64>) -> String {
    let now = app.world.now.as_second();
    let series = app
        .world
        .site(site)
        .and_then(|data| data.store.series(database, metric, 60).or_else(|| data.store.series(database, metric, 300)));
    match series {
        Some(series) => spark(series.points(), series.period(), &(now - TABLE_WINDOW..now), WIDTH, max),
        None => String::new(),
    }
}

/// CPU, connections and write latency of the busiest primary; empty when none of them is known.
pub fn gauges(app: &App, summary: &Summary, width: u16) -> Vec<Piece> {
    let Some((site, place)) = summary.busiest else { return Vec::new() };
    let Some(data) = app.world.site(site) else { return Vec::new() };
    let Some(database) = data.databases.value().and_then(|all| all.get(place)) else { return Vec::new() };
    let oldest = app.world.now.as_second() - 900;
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
