//! Which lines a chart has: the account's own alarms, or AWS's recommended ones.

use super::facts::has_own_storage;
use crate::domain::runway::GIB;
use crate::domain::{Database, Metric};
use crate::services::alarms::Alarm;
use crate::theme::Role;
use crate::world::data::SiteData;

/// The thresholds of a metric for a DB instance: value and the role of what is beyond it.
#[must_use]
pub fn of(metric: Metric, database: &Database, data: &SiteData) -> Vec<(f64, Role)> {
    let mut lines = of_alarms(metric, database, data);
    if lines.is_empty() {
        lines.extend(recommended(metric, database));
    }
    lines
}

/// Those of the account's own alarms.
#[must_use]
pub fn of_alarms(metric: Metric, database: &Database, data: &SiteData) -> Vec<(f64, Role)> {
    data.alarms
        .of_database(&database.id)
        .filter(|alarm| alarm.charted() == Some(metric) && guards(alarm, metric))
        .filter_map(Alarm::threshold)
        .map(|threshold| (threshold, Role::Warning))
        .collect()
}

/// An alarm on the bad direction: one that rings when an instance is idle is no limit.
fn guards(alarm: &Alarm, metric: Metric) -> bool {
    let direction = if metric.low_is_bad() { "LessThan" } else { "GreaterThan" };
    alarm.judged().is_some_and(|judged| judged.comparison.name().starts_with(direction))
}

/// CloudWatch user guide, "Best practice alarm recommendations", Amazon RDS. Its threshold for
/// free memory (a quarter of the class's memory) is left out: small classes live below it.
fn recommended(metric: Metric, database: &Database) -> Option<(f64, Role)> {
    let class = database.instance_class();
    let value = match metric {
        // A part of no storage of its own says nothing.
        Metric::FreeStorageSpace if !has_own_storage(database) => return None,
        Metric::CPUUtilization => 90.0,
        Metric::DatabaseConnections => class?.default_max_connections() * 0.9,
        Metric::FreeStorageSpace => f64::from(database.storage.allocated) * GIB * 0.1,
        Metric::ReplicaLag => 60.0,
        Metric::EBSIOBalance | Metric::EBSByteBalance => 10.0,
        Metric::MaximumUsedTransactionIDs => 1e9,
        Metric::ReadLatency | Metric::WriteLatency => 0.02,
        _ => return None,
    };
    Some((value, Role::Warning))
}
