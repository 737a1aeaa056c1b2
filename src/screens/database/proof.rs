//! Which charts there are, in which order: what proves a finding comes first.

use super::state::State;
use super::{strip, thresholds};
use crate::domain::finding::Finding;
use crate::domain::{Database, Metric, Series};
use crate::screens::State as App;
use crate::screens::findings;
use crate::services::rds::Opened;
use crate::services::rds::data::VITALS_PERIOD;
use crate::shell::Shell;
use crate::theme::Role;
use crate::world::World;
use crate::world::data::SiteData;

/// The metrics that are charted: that of the finding under the strip's cursor, those of the other findings, and the
/// usual ones.
#[must_use]
pub fn metrics(shell: &Shell, screen: &State, database: &Database) -> Vec<Metric> {
    let chosen = strip::current(&shell.world, screen, database);
    let others = findings::of(&shell.world, &database.arn).into_iter();
    let proving = chosen.into_iter().chain(others).filter_map(|finding| finding.metric);
    let mut all: Vec<Metric> = Vec::new();
    for metric in proving.chain(Metric::CHARTED).filter(|metric| metric.applies_to(database)) {
        if !all.contains(&metric) {
            all.push(metric);
        }
    }
    all
}

/// The metrics that prove findings and are not among the usual charts: they are read beside those.
fn beside(world: &World, arn: &str) -> Vec<Metric> {
    let mut all: Vec<Metric> = findings::of(world, arn).into_iter().filter_map(|finding| finding.metric).collect();
    all.retain(|metric| !Metric::CHARTED.contains(metric));
    all.sort_unstable();
    all.dedup();
    all
}

/// What of the open DB instance decides what is read.
#[must_use]
pub fn looked_at(app: &App, screen: &State) -> Opened {
    let world = &app.shell.world;
    let arn = world.database(screen.site, &screen.id).map(|database| database.arn.as_str());
    screen.looked_at(arn.map(|arn| beside(world, arn)).unwrap_or_default(), world.now)
}

/// What is known of a metric at the period of the charts; of one that is only read for a finding, at first what the
/// finding was made of.
#[must_use]
pub fn series<'a>(data: &'a SiteData, id: &str, metric: Metric, period: u32) -> Option<&'a Series> {
    let charted = data.rds.charts.series(id, metric, period);
    let is_usual = Metric::CHARTED.contains(&metric);
    charted.or_else(|| data.rds.store.series(id, metric, VITALS_PERIOD).filter(|_| !is_usual))
}

/// The lines of a metric's chart: those of the rule that found something by it, with the account's own alarms; where
/// nothing is wrong, the alarms or what AWS recommends.
#[must_use]
pub fn thresholds(world: &World, database: &Database, data: &SiteData, metric: Metric) -> Vec<(f64, Role)> {
    let proves = |finding: &&Finding| finding.metric == Some(metric) && finding.limits.is_some();
    let Some(finding) = findings::of(world, &database.arn).into_iter().find(proves) else {
        return thresholds::of(metric, database, data);
    };
    let mut lines = findings::lines(finding);
    for line in thresholds::of_alarms(metric, database, data) {
        if lines.iter().all(|(value, _)| (value - line.0).abs() > f64::EPSILON) {
            lines.push(line);
        }
    }
    lines
}
