//! What EKS says of the cluster: it goes on being known where the API server is not reached.

use jiff::Timestamp;

use super::head::KnownCluster;
use crate::domain::Remote;
use crate::services::kubernetes::{Addon, EksCluster, EksTrouble, Insight, Nodegroup};
use crate::theme::Role;
use crate::ui::pen::Piece;
use crate::ui::prose::{self, Line};
use crate::ui::{format, trouble};

/// The lines in so many columns.
#[must_use]
pub fn lines(known: KnownCluster<'_>, width: usize, now: Timestamp) -> Vec<Line> {
    let width = width.saturating_sub(1);
    let mut lines = Vec::new();
    if let Some(eks) = known.eks {
        lines.extend(eks.health.iter().flat_map(|issue| trouble_lines(issue, 1, width)));
    }
    let cluster = known.cluster;
    section(&mut lines, "Node groups", &cluster.nodegroups, (width, now), nodegroups);
    section(&mut lines, "Add-ons", &cluster.addons, (width, now), addons);
    section(&mut lines, "Insights", &cluster.insights, (width, now), insights);
    if let Some(eks) = known.eks {
        lines.push(vec![(" Cluster".into(), Role::Header)]);
        lines.extend(facts(eks, width));
    }
    lines
}

/// A list of EKS: what it has, or why it is not known.
fn section<T>(
    lines: &mut Vec<Line>,
    title: &str,
    list: &Remote<Vec<T>>,
    (width, now): (usize, Timestamp),
    of: impl Fn(&[T], usize) -> Vec<Line>,
) {
    let mut head: Line = vec![(format!(" {title}"), Role::Header)];
    if let Some(all) = list.value() {
        head.push((format!("  {}", all.len()), Role::Dim));
    }
    if let Remote::Stale { at, .. } = list {
        head.push((format!("  ◌ {}", format::coarse_age(format::since(now, *at))), Role::Stale));
    }
    if let Some(fault) = list.fault() {
        let words = format!("  {}: {}", trouble::cause(fault), trouble::advice(fault));
        head.push((words, Role::Warning));
    } else if list.value().is_none() {
        head.push(("  reading …".into(), Role::Dim));
    }
    lines.push(head);
    lines.extend(list.value().map(|all| of(all, width)).unwrap_or_default());
}

/// The mark of a status: what EKS calls ready is, what it is at is not wrong.
fn mark(status: &str, has_trouble: bool) -> Piece {
    let (mark, role) = match status {
        _ if status.ends_with("FAILED") || status == "DEGRADED" => ("▲", Role::Warning),
        _ if has_trouble => ("▲", Role::Warning),
        "ACTIVE" => ("●", Role::Good),
        _ => ("○", Role::Accent),
    };
    (format!(" {mark} "), role)
}

fn trouble_lines(issue: &EksTrouble, indent: usize, width: usize) -> Vec<Line> {
    let about = if issue.resources.is_empty() { String::new() } else { format!(" ({})", issue.resources.join(", ")) };
    let words = format!("{}: {}{about}", issue.code, issue.message);
    prose::hanging(vec![(format!("{}▲ ", " ".repeat(indent)), Role::Warning)], &words, Role::Text, width)
}

fn nodegroups(all: &[Nodegroup], width: usize) -> Vec<Line> {
    if all.is_empty() {
        return vec![vec![(
            "   none: nodes come of Karpenter, Auto Mode, Fargate, or groups of one's own".into(),
            Role::Dim,
        )]];
    }
    let one = |group: &Nodegroup| {
        let number = |count: Option<i32>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
        let (least, most) = (number(group.minimum), number(group.maximum));
        let mut line: Line = vec![mark(&group.status, !group.health.is_empty()), (group.name.to_string(), Role::Text)];
        if &*group.status != "ACTIVE" {
            line.push((format!("  {}", group.status), Role::Warning));
        }
        line.push((format!("  {} nodes wanted", number(group.desired)), Role::Text));
        line.push((format!(" ({least} to {most})"), Role::Dim));
        let kind = group.capacity_type.to_lowercase().replace('_', "-");
        line.push((format!("  {kind} {}  {}", group.instance_types.join(" "), group.version), Role::Dim));
        let issues = group.health.iter().flat_map(|issue| trouble_lines(issue, 3, width));
        std::iter::once(line).chain(issues.collect::<Vec<Line>>()).collect::<Vec<Line>>()
    };
    all.iter().flat_map(one).collect()
}

fn addons(all: &[Addon], width: usize) -> Vec<Line> {
    let is_well = |addon: &&Addon| &*addon.status == "ACTIVE" && addon.health.is_empty();
    let mut lines: Vec<Line> = Vec::new();
    for addon in all.iter().filter(|addon| !is_well(addon)) {
        lines.push(vec![
            mark(&addon.status, !addon.health.is_empty()),
            (addon.name.to_string(), Role::Text),
            (format!("  {}", addon.version), Role::Dim),
            (format!("  {}", addon.status), Role::Warning),
        ]);
        lines.extend(addon.health.iter().flat_map(|issue| trouble_lines(issue, 3, width)));
    }
    let well = all.iter().filter(is_well).map(|addon| {
        vec![
            ("● ".to_owned(), Role::Good),
            (addon.name.to_string(), Role::Text),
            (format!(" {}", addon.version), Role::Dim),
        ]
    });
    let well: Vec<Line> = well.collect();
    if !well.is_empty() {
        lines.extend(prose::flow(vec![(" ".into(), Role::Text)], well, width));
    }
    lines
}

fn insights(all: &[Insight], width: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for insight in all.iter().filter(|insight| &*insight.status != "PASSING") {
        let (mark, role) = match &*insight.status {
            "ERROR" => ("✖", Role::Critical),
            "WARNING" => ("▲", Role::Warning),
            _ => ("○", Role::Unknown),
        };
        let category = insight.category.to_lowercase().replace('_', " ");
        let words = if insight.reason.is_empty() { &insight.description } else { &insight.reason };
        let words = format!("{} ({category}): {words}", insight.name);
        lines.extend(prose::hanging(vec![(format!(" {mark} "), role)], &words, Role::Text, width));
    }
    let passing = all.iter().filter(|insight| &*insight.status == "PASSING").count();
    if passing > 0 {
        lines.push(vec![(" ● ".into(), Role::Good), (format!("{passing} passing"), Role::Dim)]);
    }
    lines
}

fn facts(eks: &EksCluster, width: usize) -> Vec<Line> {
    let is_open = eks.access.public && eks.access.cidrs.iter().any(|cidr| &**cidr == "0.0.0.0/0");
    let mut facts: Vec<(&str, String, Role)> = vec![("Endpoint", eks.endpoint.to_string(), Role::Text)];
    if eks.access.public {
        let role = if is_open { Role::Warning } else { Role::Text };
        facts.push(("Open to", eks.access.cidrs.join(", "), role));
    }
    facts.push(("Access", eks.authentication.to_string(), Role::Text));
    if !eks.logs_off.is_empty() {
        facts.push(("Logs off", eks.logs_off.join(", "), Role::Text));
    }
    if !eks.logs_on.is_empty() {
        facts.push(("Logs on", eks.logs_on.join(", "), Role::Text));
    }
    let secrets = eks.secrets_key.as_deref().unwrap_or("no key of one's own");
    facts.push(("Secrets", secrets.to_owned(), Role::Text));
    let protection = match eks.deletion_protection {
        Some(true) => "on",
        Some(false) => "off",
        None => "not told",
    };
    facts.push(("Deletion guard", protection.into(), Role::Text));
    if eks.auto_mode {
        facts.push(("Auto Mode", format!("on, pools {}", eks.auto_pools.join(", ")), Role::Text));
    }
    facts.into_iter().flat_map(|(name, value, role)| prose::labelled(name, "", &value, role, width)).collect()
}
