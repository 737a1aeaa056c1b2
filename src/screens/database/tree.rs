//! The replication tree as lines: who replicates from whom, with the lag on each edge.

use crate::domain::Database;
use crate::domain::database::Condition;
use crate::domain::replication::{ReplicationNode, tree};
use crate::screens::databases::{Level, Reading};
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::format;

/// A line of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Branches before the name.
    pub branch: String,
    pub name: String,
    pub name_role: Role,
    /// What follows, dim unless something is wrong: lag, region, standby.
    pub notes: Vec<(String, Role)>,
    /// The DB instance that the screen shows.
    pub open: bool,
}

/// The tree of the DB instance that is open.
#[must_use]
pub fn lines(shell: &Shell, open: &Database) -> Vec<Line> {
    let all: Vec<&Database> = shell.world.all_databases().map(|(_, d)| d).collect();
    let nodes = tree(&all, open);
    let home = nodes.first().map(|n| n.region.clone()).unwrap_or_default();
    // For each depth: whether a line of that level goes on below.
    let mut continues: Vec<bool> = Vec::new();
    nodes
        .iter()
        .map(|node| {
            continues.truncate(node.depth);
            let mut branch: String = continues.iter().skip(1).map(|more| if *more { "│ " } else { "  " }).collect();
            if node.depth > 0 {
                branch.push_str(if node.last { "└ " } else { "├ " });
            }
            continues.push(!node.last);
            line(shell, node, open, &home, branch)
        })
        .collect()
}

fn line(shell: &Shell, node: &ReplicationNode<'_>, open: &Database, home: &str, branch: String) -> Line {
    let mut notes = Vec::new();
    if let Some(database) = node.database {
        if database.is_replica() {
            notes.push(lag(shell, database));
        }
        if !matches!(database.condition(), Condition::Healthy) {
            notes.push((database.status.clone(), Role::Accent));
        }
        if database.multi_az {
            let zone = database.secondary_zone.as_deref().unwrap_or("another zone");
            notes.push((format!("standby {zone}"), Role::Dim));
        }
    } else {
        notes.push(("not readable here".into(), Role::Unknown));
    }
    if node.region != home {
        notes.push((node.region.clone(), Role::Dim));
    }
    let is_open = node.database.is_some_and(|d| d.arn == open.arn);
    Line {
        branch,
        name: node.id.clone(),
        name_role: if node.database.is_none() { Role::Unknown } else { Role::Text },
        notes,
        open: is_open,
    }
}

/// The lag of a replica in words; what RDS says of replication where it is not well.
fn lag(shell: &Shell, replica: &Database) -> (String, Role) {
    if let Some(info) = replica.replication().filter(|info| !info.normal) {
        return (format!("replication {}", info.status), Role::Critical);
    }
    let found = shell.world.all_databases().find(|(_, d)| d.arn == replica.arn).map(|(site, _)| site);
    let Some((site, data)) = found.and_then(|site| Some((site, shell.world.site(site)?))) else {
        return ("lag ?".into(), Role::Unknown);
    };
    let owner = shell.world.estate.owner(site, replica).and_then(|id| shell.world.estate.environment(id));
    let limits = owner.map(|environment| environment.thresholds).unwrap_or_default();
    let reading = Reading::take(data, replica, limits, shell.world.now);
    match reading.lag {
        None => ("lag ?".into(), Role::Unknown),
        Some(lag) if lag < 0.0 => ("replication stopped".into(), Role::Critical),
        Some(lag) => {
            let role = match reading.lag_level(replica) {
                Level::Critical => Role::Critical,
                Level::Warning => Role::Warning,
                _ => Role::Dim,
            };
            (format!("lag {} s", format::count(lag.round())), role)
        }
    }
}
