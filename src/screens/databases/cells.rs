//! What a cell says, and in which role.

use super::column::Column;
use super::reading::{Level, Reading, status_level};
use crate::domain::database::Condition;
use crate::domain::{Database, Metric, Nature, Remote, SiteId, Unit};
use crate::services::rds::data::TABLE_WINDOW;
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::{format, spark};

pub use crate::ui::pen::Piece;

/// Width of the CPU trend.
pub const TREND: u16 = 10;

/// What stands where nothing is known.
pub const UNKNOWN: &str = "?";
/// What stands where a value makes no sense.
pub const NOT_APPLICABLE: &str = "–";

/// The mark that goes with a level: never colour alone.
#[must_use]
pub fn mark(level: Level) -> Piece {
    match level {
        Level::Critical => ("✖".into(), Role::Critical),
        Level::Warning => ("▲".into(), Role::Warning),
        Level::Good => ("●".into(), Role::Good),
        Level::Unknown => ("○".into(), Role::Unknown),
    }
}

/// The role of a value that is judged so: only what is wrong is coloured.
#[must_use]
pub fn role(level: Level) -> Role {
    match level {
        Level::Critical => Role::Critical,
        Level::Warning => Role::Warning,
        Level::Good => Role::Text,
        Level::Unknown => Role::Dim,
    }
}

/// The pieces of a cell; the environment's is drawn by the view.
#[must_use]
pub fn pieces(shell: &Shell, site: SiteId, database: &Database, reading: &Reading, column: Column) -> Vec<Piece> {
    let text = |text: &str| vec![(text.to_owned(), Role::Text)];
    let dim = |text: &str| vec![(text.to_owned(), Role::Dim)];
    let missing = |applies: bool| vec![((if applies { UNKNOWN } else { NOT_APPLICABLE }).to_owned(), Role::Faint)];
    match column {
        Column::Health if reading.level == Level::Unknown && reading.old => vec![("◌".into(), Role::Stale)],
        Column::Health => vec![mark(reading.level)],
        Column::Environment => Vec::new(),
        Column::Name => text(&database.id),
        Column::Status => vec![(database.status.clone(), status_role(database))],
        Column::Class => dim(&database.class),
        Column::Engine => match database.nature() {
            Nature::Postgres => dim(&database.engine_version),
            // What it is matters more than its version: nothing here is for it.
            Nature::MultiAzCluster { .. } => dim(&format!("{} cluster", database.engine)),
            _ => dim(&database.engine_words()),
        },
        Column::MultiAz => dim(if database.multi_az { "yes" } else { "no" }),
        Column::Cpu => match reading.cpu {
            Some(cpu) => number(&format::value(Unit::Percent, cpu).0, " %", reading.cpu_level()),
            None => missing(true),
        },
        Column::CpuTrend => spark::calm(&trend(shell, site, database)),
        Column::Connections => connections(reading).unwrap_or_else(|| missing(true)),
        Column::Storage => storage(database, reading),
        Column::Runway => match reading.runway {
            Some(runway) => {
                // The trend of the last run, or one that cannot be read any more.
                let current = shell.world.site(site).is_some_and(|data| matches!(data.rds.trend, Remote::Ready { .. }));
                let stale = if current { "" } else { "◌" };
                vec![(stale.into(), Role::Stale), (runway_age(runway.left), role(reading.runway_level()))]
            }
            None => missing(false),
        },
        Column::Lag if database.replication().is_some_and(|info| !info.normal) => {
            let status = database.replication().map_or_else(String::new, |info| info.status.clone());
            vec![(status, Role::Critical)]
        }
        Column::Lag => match reading.lag {
            Some(lag) if lag < 0.0 => vec![("stopped".into(), Role::Critical)],
            Some(lag) => number(&format::count(lag.round()), " s", reading.lag_level(database)),
            None => missing(database.is_replica()),
        },
        Column::Restorable => match (reading.restorable_age, database.latest_restorable) {
            (Some(_), Some(at)) => {
                // Minutes: seconds would move the whole column every second and say nothing.
                let age = shell.world.now.duration_since(at).unsigned_abs();
                let age = if age.as_secs() < 60 { "<1m".into() } else { format::coarse_age(age) };
                vec![(age, role(reading.restorable_level(database)))]
            }
            _ => missing(
                database.is_postgres()
                    && database.backup_retention_days > 0
                    && database.condition() != Condition::Changing,
            ),
        },
        Column::Maintenance => {
            let Some(data) = shell.world.site(site) else { return missing(true) };
            let actions: Vec<&str> = data.rds.maintenance_of(&database.arn).iter().map(|a| a.action.as_str()).collect();
            match (actions.as_slice(), data.rds.maintenance.value()) {
                ([], None) => missing(true),
                ([], Some(_)) => missing(false),
                (actions, _) => text(&actions.join(" ")),
            }
        }
        Column::Region => dim(&database.region),
        Column::Zone => dim(database.zone.as_deref().unwrap_or(NOT_APPLICABLE)),
        Column::Retention => {
            let off = database.backup_retention_days == 0;
            let shown = if off { "off".into() } else { format!("{}d", database.backup_retention_days) };
            vec![(shown, if off && !database.is_replica() { Role::Warning } else { Role::Dim })]
        }
        Column::Created => match database.created {
            Some(at) => dim(&at.strftime("%Y-%m-%d").to_string()),
            None => missing(true),
        },
        Column::Endpoint => dim(database.endpoint.as_deref().unwrap_or(NOT_APPLICABLE)),
    }
}

/// The text of a cell without roles, for the filter.
#[must_use]
pub fn plain(shell: &Shell, site: SiteId, database: &Database, reading: &Reading, column: Column) -> String {
    match column {
        Column::Health => format!("{:?}", reading.level).to_lowercase(),
        Column::CpuTrend => String::new(),
        _ => pieces(shell, site, database, reading, column).into_iter().map(|(text, _)| text).collect(),
    }
}

/// A number and its unit, the unit dim.
fn number(number: &str, unit: &str, level: Level) -> Vec<Piece> {
    vec![(number.to_owned(), role(level)), (unit.to_owned(), Role::Dim)]
}

/// The role of a status.
#[must_use]
pub fn status_role(database: &Database) -> Role {
    match (status_level(database), database.condition()) {
        (Level::Critical, _) => Role::Critical,
        (_, Condition::Changing) => Role::Accent,
        (_, Condition::Off | Condition::Unknown) => Role::Unknown,
        _ => Role::Dim,
    }
}

fn connections(reading: &Reading) -> Option<Vec<Piece>> {
    let now = reading.connections?;
    let mut pieces = vec![(format::count(now.round()), role(reading.connections_level()))];
    if let Some(max) = reading.max_connections {
        // An estimate: a parameter group may set another limit.
        pieces.push((format!("/~{max:.0}"), Role::Dim));
    }
    Some(pieces)
}

/// Used / allocated → limit of autoscaling, GiB.
fn storage(database: &Database, reading: &Reading) -> Vec<Piece> {
    let used = match reading.used {
        Some(used) => (format!("{used:.0}"), role(reading.storage_level(database))),
        None => (UNKNOWN.into(), Role::Faint),
    };
    let rest = match database.storage.max_allocated {
        Some(max) => format!("/{} →{max}", database.storage.allocated),
        None => format!("/{}", database.storage.allocated),
    };
    vec![used, (rest, Role::Dim)]
}

fn trend(shell: &Shell, site: SiteId, database: &Database) -> String {
    let now = shell.world.now.as_second();
    let series = shell.world.site(site).and_then(|d| d.rds.store.series(&database.id, Metric::CPUUtilization, 60));
    match series {
        Some(series) => spark(series.points(), 60, &(now - TABLE_WINDOW..now), usize::from(TREND), Some(100.0)),
        None => String::new(),
    }
}

/// Hours matter in a runway of days, not in one of months.
fn runway_age(left: std::time::Duration) -> String {
    if left.as_secs() > 30 * 86_400 { format::coarse_age(left) } else { format::age(left) }
}
