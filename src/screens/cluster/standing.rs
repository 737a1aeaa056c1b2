//! What of the cluster is not known, or not as it is by now, and why: said in place, never taken for nothing.

use jiff::Timestamp;

use crate::domain::{Fault, FaultKind, Remote};
use crate::services::kubernetes::{Cluster, ObjectKind, Served, WatchStanding};
use crate::theme::Role;
use crate::ui::prose::Line;
use crate::ui::{format, trouble};

/// The kinds that the screen stands on, those without which it says least first.
const KINDS: [ObjectKind; 9] = [
    ObjectKind::Node,
    ObjectKind::Pod,
    ObjectKind::NodeClaim,
    ObjectKind::NodePool,
    ObjectKind::Event,
    ObjectKind::DisruptionBudget,
    ObjectKind::Ec2NodeClass,
    ObjectKind::AutoNodeClass,
    ObjectKind::Deployment,
];

/// Those of them that the cluster serves.
fn served(cluster: &Cluster) -> impl Iterator<Item = ObjectKind> + '_ {
    let is_served = |kind: &ObjectKind| cluster.served.value().is_some_and(|served| served.serves(*kind));
    KINDS.into_iter().filter(is_served)
}

/// Why its API server tells nothing at all: nodes were never told.
#[must_use]
pub fn unreached(cluster: &Cluster) -> Option<&Fault> {
    let nodes = cluster.objects.standing(ObjectKind::Node);
    if nodes.is_known() {
        return None;
    }
    match nodes {
        WatchStanding::Failed(fault) => Some(fault),
        _ => cluster.served.fault(),
    }
}

/// How old what is shown is, and why there is nothing newer: at the right of the head.
#[must_use]
pub fn age(cluster: &Cluster, now: Timestamp) -> Line {
    let [nodes, pods] = [ObjectKind::Node, ObjectKind::Pod].map(|kind| cluster.objects.standing(kind));
    let fault = nodes.fault().or_else(|| pods.fault());
    let at = match (nodes.at(), pods.at()) {
        (Some(nodes), Some(pods)) => Some(nodes.min(pods)),
        (one, other) => one.or(other),
    };
    let age = at.map(|at| {
        let age = format::since(now, at);
        // Counting seconds would be noise.
        if age.as_secs() < 60 { "< 1m".to_owned() } else { format::coarse_age(age) }
    });
    match (age, fault) {
        (Some(age), None) => {
            // A watch that is alive tells so more often than this.
            let is_old = at.is_some_and(|at| format::since(now, at).as_secs() >= 300);
            let role = if is_old { Role::Stale } else { Role::Dim };
            vec![(format!("  data {age} "), role)]
        }
        (Some(age), Some(fault)) => {
            vec![(format!("  ◌ {age} "), Role::Stale), (format!("{} ", fault.word()), Role::Warning)]
        }
        (None, _) => match unreached(cluster) {
            Some(fault) => vec![(format!("  {} ", fault.word()), Role::Warning)],
            None => vec![("  reading … ".into(), Role::Dim)],
        },
    }
}

/// What is denied, lost or awaited, a line for each cause: not what the whole of the body tells.
#[must_use]
pub fn notices(cluster: &Cluster, now: Timestamp) -> Vec<Line> {
    if unreached(cluster).is_some() {
        return Vec::new();
    }
    let mut causes: Vec<(&Fault, Option<Timestamp>, Vec<&str>)> = Vec::new();
    let mut awaited: Vec<&str> = Vec::new();
    for kind in served(cluster) {
        match cluster.objects.standing(kind) {
            WatchStanding::Failed(fault) => add(&mut causes, fault, None, kind.title()),
            WatchStanding::Stale(at, fault) => add(&mut causes, fault, Some(at), kind.title()),
            WatchStanding::Loading | WatchStanding::Idle => awaited.push(kind.title()),
            WatchStanding::Fresh(_) => {}
        }
    }
    if let Remote::Stale { fault, at, .. } = &cluster.usage {
        add(&mut causes, fault, Some(*at), "use of nodes");
    }
    if let Remote::Failed { fault } = &cluster.usage {
        add(&mut causes, fault, None, "use of nodes");
    }
    let mut lines: Vec<Line> = causes.into_iter().map(|(fault, at, kinds)| lost(fault, at, &kinds, now)).collect();
    if !awaited.is_empty() {
        lines.push(vec![(format!(" reading {} …", listed(&awaited)), Role::Dim)]);
    }
    if let Some(served) = cluster.served.value() {
        lines.extend(other_versions(served));
    }
    lines
}

fn add<'f>(
    causes: &mut Vec<(&'f Fault, Option<Timestamp>, Vec<&'static str>)>,
    fault: &'f Fault,
    at: Option<Timestamp>,
    kind: &'static str,
) {
    // What is denied is denied by its own rule.
    let is_same = |known: &Fault| match (&known.kind, &fault.kind) {
        (FaultKind::Forbidden { .. }, FaultKind::Forbidden { .. }) => true,
        (one, other) => one.is_like(other),
    };
    match causes.iter_mut().find(|(known, before, _)| is_same(known) && before.is_some() == at.is_some()) {
        Some((_, before, kinds)) => {
            *before = (*before).min(at);
            kinds.push(kind);
        }
        None => causes.push((fault, at, vec![kind])),
    }
}

fn lost(fault: &Fault, at: Option<Timestamp>, kinds: &[&str], now: Timestamp) -> Line {
    let mut line: Line = vec![(" ▲ ".into(), Role::Warning)];
    if let Some(at) = at {
        line.push((format!("◌ {} ", format::coarse_age(format::since(now, at))), Role::Stale));
    }
    let advice = match &fault.kind {
        FaultKind::Forbidden { rule } if kinds.len() == 1 => format!("allow {rule} (qd k8s-rbac reader)"),
        FaultKind::Forbidden { .. } => "allow list and watch of them (qd k8s-rbac reader)".into(),
        _ => trouble::advice(fault),
    };
    line.push((format!("{} {}: {advice}", listed(kinds), trouble::cause(fault)), Role::Warning));
    line
}

fn listed(kinds: &[&str]) -> String {
    match kinds {
        [first, second, third, rest @ ..] if rest.len() > 1 => {
            format!("{first}, {second}, {third} and {} more kinds", rest.len())
        }
        all => all.join(", "),
    }
}

/// Kinds that are served in versions that this console does not read.
fn other_versions(served: &Served) -> Option<Line> {
    let other = |kind: ObjectKind| Some((kind, served.other_versions(kind)?));
    let all: Vec<String> = ObjectKind::ALL
        .into_iter()
        .filter(|kind| !kind.is_built_in())
        .filter_map(other)
        .map(|(kind, versions)| format!("{} in {} only", kind.title(), versions.join(", ")))
        .collect();
    let words = format!(" served and not read here: {}", all.join("; "));
    (!all.is_empty()).then(|| vec![(words, Role::Warning)])
}

/// Kinds that are served and not shown, in a line.
#[must_use]
pub fn unshown(cluster: &Cluster) -> Option<Line> {
    let all: Vec<&str> = cluster.served.value()?.unshown().collect();
    let words = format!(" served and not shown here: {}", all.join(", "));
    (!all.is_empty()).then(|| vec![(words, Role::Dim)])
}
