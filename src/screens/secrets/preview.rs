//! What is wrong with the secret under the cursor, on what evidence, and what to do; then what is told of it.

use jiff::Timestamp;

use super::cells::{read_words, recovery_piece};
use super::row::{SecretRecovery, SecretRow};
use crate::domain::Remote;
use crate::screens::State as App;
use crate::screens::clusters::badge;
use crate::screens::findings;
use crate::services::secrets::health::SecretTwin;
use crate::services::secrets::{Replica, ReplicaStatus, RotationState, SecretVersion, rotation, schedule};
use crate::theme::Role;
use crate::ui::prose::{self, Line};
use crate::ui::{format, trouble};

/// Versions that are told of; AWS keeps up to about a hundred.
const VERSIONS: usize = 8;

/// The lines of the preview in so many columns.
#[must_use]
pub fn lines(app: &App, row: &SecretRow, width: usize) -> Vec<Line> {
    let world = &app.shell.world;
    let width = width.saturating_sub(1);
    let mut name: Line = vec![(" ".into(), Role::Text)];
    if row.environment.is_some() {
        name.push(badge(app, row.site, row.environment));
        name.push(("  ".into(), Role::Text));
    }
    name.push((row.secret.name.clone(), Role::Header));
    name.push((format!("  {}", row.region), Role::Dim));
    let mut lines = vec![name];
    let all = findings::of(world, &row.arn);
    if all.is_empty() && row.environment.is_some() {
        lines.push(vec![(" no health rule finds anything wrong with what was read of it".into(), Role::Dim)]);
    } else if row.environment.is_none() {
        lines.push(vec![(" it belongs to no environment: no rule judges it".into(), Role::Dim)]);
    }
    for finding in all {
        let (mark, role) = findings::mark(finding.severity);
        lines.extend(prose::hanging(vec![(format!(" {mark} "), role)], &finding.summary, Role::Text, width));
        let since = findings::since(world.now, finding);
        if !since.is_empty() {
            lines.push(vec![(format!("   {since}"), Role::Dim)]);
        }
        lines.extend(findings::about(finding, 3, width));
    }
    if row.is_missing {
        return lines;
    }
    lines.push(Line::new());
    lines.extend(facts(app, row, width));
    lines.extend(details(app, row, width));
    lines
}

/// What the list says of it.
fn facts(app: &App, row: &SecretRow, width: usize) -> Vec<Line> {
    let (secret, now) = (&row.secret, app.shell.world.now);
    let at = |at: Option<Timestamp>| at.map(|at| format!("{}  {}", format::stamp(at), format::coarse_ago(now, at)));
    let mut facts: Vec<(&str, String)> = Vec::new();
    let mut add =
        |name, value: Option<String>| facts.extend(value.filter(|value| !value.is_empty()).map(|value| (name, value)));
    add("Description", Some(secret.description.clone()));
    let state = rotation(secret, now);
    let is_replica = matches!(row.recovery, SecretRecovery::ReplicaOf(_));
    let rotated = match (state, schedule(&secret.rotation)) {
        _ if is_replica => "in the region that it was made in".to_owned(),
        (RotationState::Off, _) => state.as_str().to_owned(),
        (_, Some(schedule)) => format!("{}, {schedule}", state.as_str()),
        (_, None) => state.as_str().to_owned(),
    };
    add("Rotation", Some(rotated));
    if state != RotationState::Off {
        let managed = secret.owning_service.as_ref().map(|service| format!("by {service}"));
        add("Rotated by", secret.rotation.lambda.clone().or(managed));
        add("Window", secret.rotation.duration.clone());
        add("Rotated", Some(at(secret.rotation.last).unwrap_or_else(|| "never".into())));
        add("Next by", secret.rotation.next.map(format::stamp));
    }
    add("Changed", at(secret.changed));
    let read = secret.read_on.map(|day| format!("{}  {}", day.strftime("%Y-%m-%d"), read_words(now, Some(day))));
    add("Read", Some(read.unwrap_or_else(|| format!("never in {}", row.region))));
    add("Created", at(secret.created));
    add("Key", Some(secret.kms_key.clone().unwrap_or_else(|| "aws/secretsmanager, managed by AWS".into())));
    add("Managed by", secret.owning_service.clone());
    if matches!(row.recovery, SecretRecovery::In(..)) {
        add("Recovery", Some(recovery_words(row)));
    }
    let tags = secret.tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("  ");
    add("Tags", Some(tags));
    facts.into_iter().flat_map(|(name, value)| prose::labelled(name, "", &value, Role::Text, width)).collect()
}

/// What the region for disaster recovery has of it, in full.
fn recovery_words(row: &SecretRow) -> String {
    match &row.recovery {
        SecretRecovery::In(region, None) => format!("not known: the secrets of {region} were not read"),
        SecretRecovery::In(region, Some(SecretTwin::Replica)) => format!("replica in {region}"),
        _ => recovery_piece(row).0,
    }
}

/// What was read of it alone: its replicas and its versions.
fn details(app: &App, row: &SecretRow, width: usize) -> Vec<Line> {
    let known = app.shell.world.site(row.site).and_then(|data| data.secrets.readings(&row.arn));
    let Some(known) = known else { return Vec::new() };
    let now = app.shell.world.now;
    let mut lines = Vec::new();
    let replicas = known.detail.value().map(|detail| detail.replicas.as_slice());
    if replicas.is_none_or(|all| !all.is_empty()) {
        lines.extend(part("Replicas", &known.detail, width));
    }
    lines.extend(replicas.into_iter().flatten().flat_map(|replica| replica_lines(replica, now, width)));
    lines.extend(part("Versions", &known.versions, width));
    let versions = known.versions.value().map_or(&[][..], Vec::as_slice);
    lines.extend(versions.iter().take(VERSIONS).map(|version| version_line(version, now)));
    if versions.len() > VERSIONS {
        lines.push(vec![(format!("   and {} older", versions.len() - VERSIONS), Role::Dim)]);
    }
    lines
}

/// The heading of a part, with why it is not there or old.
fn part<T>(title: &str, known: &Remote<T>, width: usize) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    let mut head: Line = vec![(format!(" {title}"), Role::Header)];
    if known.value().is_none() && known.fault().is_none() {
        head.push(("  being read".into(), Role::Dim));
    }
    lines.push(head);
    if let Some(fault) = known.fault() {
        let words = format!("{} {}: {}", fault.call, trouble::cause(fault), trouble::advice(fault));
        lines.extend(prose::hanging(vec![(" ▲ ".into(), Role::Warning)], &words, Role::Warning, width));
    }
    lines
}

fn replica_lines(replica: &Replica, now: Timestamp, width: usize) -> Vec<Line> {
    let (mark, role) = match &replica.status {
        ReplicaStatus::InSync => ("●", Role::Good),
        ReplicaStatus::Failed => ("✖", Role::Critical),
        ReplicaStatus::InProgress => ("·", Role::Accent),
        ReplicaStatus::Other(_) | ReplicaStatus::Unsaid => ("○", Role::Unknown),
    };
    // Of one that succeeded its message says that it did.
    let why = Some(&replica.message).filter(|text| !text.is_empty() && replica.status != ReplicaStatus::InSync);
    let why = why.map(|text| format!(": {text}")).unwrap_or_default();
    let words =
        format!("{} {}{why}, read {}", replica.region, replica.status.as_str(), read_words(now, replica.read_on));
    prose::hanging(vec![(format!(" {mark} "), role)], &words, Role::Text, width)
}

fn version_line(version: &SecretVersion, now: Timestamp) -> Line {
    let id: String = version.id.chars().take(8).collect();
    let stages = if version.stages.is_empty() { "no stage".to_owned() } else { version.stages.join(" ") };
    let role = if version.stages.is_empty() { Role::Dim } else { Role::Text };
    let made = version.created.map(|at| format!("  made {}", format::coarse_ago(now, at))).unwrap_or_default();
    vec![
        (format!("   {id}  "), Role::Dim),
        (stages, role),
        (format!("{made}  read {}", read_words(now, version.read_on)), Role::Dim),
    ]
}
