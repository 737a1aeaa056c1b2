//! Events and snapshots as lines.

use super::happened;
use crate::domain::event::EventWeight;
use crate::domain::{Database, Remote};
use crate::services::alarms::AlarmState;
use crate::shell::Shell;
use crate::theme::Role;
use crate::ui::pen::Piece;
use crate::ui::{format, pen, text};
use crate::world::data::SiteData;

/// Lines, each of pieces of text.
pub type Lines = Vec<Vec<Piece>>;

/// What happened to the DB instance in the last 14 days, newest first, its alarms' changes among
/// it; the daily backups in one line.
#[must_use]
pub fn events(shell: &Shell, data: &SiteData, database: &Database, width: usize) -> Lines {
    let running = database.status == "backing-up";
    let mut happened: Vec<_> = happened::told(data.rds.events_of(&database.id), running)
        .into_iter()
        .map(|told| {
            let weight = told.event.weight();
            let (mark, role) = match weight {
                EventWeight::Grave => ("◆", Role::Critical),
                EventWeight::Change => ("◇", Role::Accent),
                EventWeight::Routine => ("·", Role::Dim),
            };
            let text_role = if weight == EventWeight::Routine { Role::Dim } else { Role::Text };
            (told.event.at, mark, role, told.words(), text_role)
        })
        .collect();
    happened.extend(data.alarms.of_database(&database.id).filter(|a| a.state == AlarmState::Alarm).filter_map(
        |alarm| {
            let text = format!("alarm {}: {}", alarm.name, alarm.why());
            Some((alarm.since?, "✖", Role::Critical, text, Role::Text))
        },
    ));
    happened.sort_by_key(|line| std::cmp::Reverse(line.0));
    let age = |at| format::age_at(shell.world.now, at);
    happened
        .into_iter()
        .flat_map(|(at, mark, role, message, text_role)| {
            let mut lead = vec![
                (format!("{mark} "), role),
                (at.strftime("%m-%d %H:%M:%SZ").to_string(), Role::Dim),
                (format!(" {:>7}  ", age(at)), Role::Dim),
            ];
            let indent = pen::width(&lead);
            let mut lines = Lines::new();
            for part in text::wrap(&message, width.saturating_sub(indent).max(20)) {
                let mut line = std::mem::replace(&mut lead, vec![(" ".repeat(indent), Role::Text)]);
                line.push((part, text_role));
                lines.push(line);
            }
            lines
        })
        .collect()
}

/// Snapshots, newest first, below the window that a point-in-time restore reaches. The name stands in a
/// line of its own where it would be cut.
#[must_use]
pub fn snapshots(shell: &Shell, data: &SiteData, database: &Database, width: usize) -> Lines {
    let mut lines = vec![restorable(shell, database)];
    if let Some(list) = data.rds.snapshots.get(database.id.as_str()).and_then(Remote::value) {
        for snapshot in list {
            let created = snapshot
                .created
                .map_or_else(|| "being prepared".into(), |at| at.strftime("%Y-%m-%d %H:%MZ").to_string());
            let state = match snapshot.status.as_str() {
                "available" => (String::new(), Role::Dim),
                "failed" => ("  failed".into(), Role::Critical),
                other => (format!("  {other} {} %", snapshot.progress), Role::Accent),
            };
            let mut line = vec![
                (format!("{created:<19}"), Role::Dim),
                (format!("{:<10}", snapshot.kind), Role::Dim),
                (format!("{:>8} ", format!("{} GiB", snapshot.allocated)), Role::Dim),
            ];
            let name = (snapshot.id.clone(), if snapshot.kind == "manual" { Role::Text } else { Role::Dim });
            if pen::width(&line) + text::width(&name.0) + text::width(&state.0) <= width {
                line.extend([name, state]);
                lines.push(line);
            } else {
                line.push(state);
                lines.extend([line, vec![("  ".into(), Role::Text), name]]);
            }
        }
    }
    lines
}

/// The restorable window in words.
fn restorable(shell: &Shell, database: &Database) -> Vec<Piece> {
    match (database.backup_retention_days, database.latest_restorable) {
        (0, _) if database.is_replica() => {
            vec![("a replica without automated backups of its own: restore from its source".into(), Role::Dim)]
        }
        (0, _) => vec![("▲ automated backups are off: no restore to a point in time".into(), Role::Warning)],
        (days, Some(latest)) => {
            let age = format::ago(shell.world.now, latest);
            vec![
                ("restorable up to ".into(), Role::Dim),
                (format::stamp(latest), Role::Text),
                (format!(", {age}"), Role::Text),
                (format!(", back {days}d"), Role::Dim),
            ]
        }
        (days, None) => vec![(format!("backups kept {days}d, none restorable yet"), Role::Dim)],
    }
}
