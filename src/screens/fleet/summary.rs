//! What there is to say of an environment, rebuilt when data changes, never while drawing.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::app::checkup::subject;
use crate::app::state::State as App;
use crate::domain::finding::{Finding, Severity};
use crate::domain::{Database, Fault, FaultKind, Metric, Remote, SiteId};

/// A small chart of the environment's busiest DB instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gauge {
    pub metric: Metric,
    pub site: SiteId,
    /// Index into the site's databases.
    pub database: usize,
}

/// One environment on the fleet screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Index into the estate's environments.
    pub environment: usize,
    /// The worst of its findings; `None` when all is well or nothing is known.
    pub severity: Option<Severity>,
    /// Warnings and worse, worst first.
    pub findings: Vec<Finding>,
    /// DB instances that belong to it.
    pub databases: usize,
    /// Rules that could be applied to them.
    pub checks: usize,
    /// The oldest of the newest restorable times of its primaries.
    pub restorable: Option<Timestamp>,
    /// When the oldest of its lists was read.
    pub read: Option<Timestamp>,
    /// Why it cannot be read, when it cannot.
    pub fault: Option<Fault>,
    /// Still waiting for the first answer.
    pub loading: bool,
    /// The busiest primary, for the small charts.
    pub busiest: Option<(SiteId, usize)>,
}

/// Rebuilds all summaries; the cursor stays on its line's environment.
pub fn rebuild(app: &mut App) {
    let before = app.fleet.current();
    let mut summaries: Vec<Summary> = (0..app.estate.environments.len()).map(|i| summarise(app, i)).collect();
    summaries.sort_by_key(|s| {
        let environment = &app.estate.environments[s.environment];
        (Reverse(rank(s)), Reverse(environment.criticality), s.environment)
    });
    app.fleet.summaries = summaries;
    let found = before.and_then(|item| app.fleet.position(item));
    let count = app.fleet.items().count();
    app.fleet.selected = found.unwrap_or(app.fleet.selected).min(count.saturating_sub(1));
}

/// Critical findings first, then what cannot be read at all, then warnings, then the rest.
fn rank(summary: &Summary) -> u8 {
    match (summary.severity, &summary.fault) {
        (_, Some(fault)) if matches!(fault.kind, FaultKind::WrongAccount { .. }) => 5,
        (Some(Severity::Critical), _) => 4,
        (_, Some(_)) => 3,
        (Some(Severity::Warning), None) => 2,
        _ => 1,
    }
}

fn summarise(app: &App, index: usize) -> Summary {
    let environment = &app.estate.environments[index];
    let mut summary = Summary {
        environment: index,
        severity: None,
        findings: Vec::new(),
        databases: 0,
        checks: 0,
        restorable: None,
        read: None,
        fault: None,
        loading: false,
        busiest: None,
    };
    let mut most = -1.0;
    for site in environment.sites() {
        let Some(data) = app.site(site) else { continue };
        match &data.databases {
            Remote::Idle | Remote::Loading => summary.loading = true,
            remote => summary.fault = summary.fault.or_else(|| remote.fault().cloned()),
        }
        summary.read = match (summary.read, data.databases.at()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        for (place, database) in data.databases.value().into_iter().flatten().enumerate() {
            if app.estate.owner(site, database) != Some(index) {
                continue;
            }
            summary.databases += 1;
            summary.checks += crate::health::applicable(&subject(data, database, environment.rpo));
            summary.findings.extend(app.health.of(&database.arn).filter(|f| f.severity > Severity::Info).cloned());
            if let Some(at) = restorable(database) {
                summary.restorable = Some(summary.restorable.map_or(at, |known: Timestamp| known.min(at)));
            }
            let oldest = app.now.as_second() - 900;
            let connections = data.store.latest(&database.id, Metric::DatabaseConnections, oldest).unwrap_or(0.0);
            if !database.is_replica() && connections > most {
                most = connections;
                summary.busiest = Some((site, place));
            }
        }
    }
    summary.findings.sort_by_key(|f| (Reverse(f.severity), f.since, f.resource.clone()));
    summary.severity = summary.findings.first().map(|f| f.severity);
    summary
}

/// Replicas and instances without backups have no restorable time of their own.
fn restorable(database: &Database) -> Option<Timestamp> {
    database.latest_restorable.filter(|_| !database.is_replica() && database.backup_retention_days > 0)
}
