//! Pods as a small table, those that fare worst first.

use jiff::Timestamp;

use super::{CRITICAL, GOOD, WARNING};
use crate::screens::cluster_object::amount::{cpu, memory};
use crate::screens::cluster_object::key::ThingKey;
use crate::screens::cluster_object::page::{ClusterPage, PageBody, PageItem, cell};
use crate::services::kubernetes::ClusterView;
use crate::services::kubernetes::model::{ContainerState, Pod, PodPhase};
use crate::theme::Role;
use crate::ui::table::{Align, Column, Width};

/// How a pod fares: its mark, and what it does in a few words.
#[must_use]
pub fn state(pod: &Pod) -> ((&'static str, Role), String) {
    if pod.deleting.is_some() {
        return (WARNING, "ending".into());
    }
    if !pod.reason.is_empty() {
        return (WARNING, pod.reason.to_string());
    }
    for container in &pod.containers {
        match &container.state {
            ContainerState::Waiting { reason, .. } if is_trouble(reason) => return (CRITICAL, reason.to_string()),
            ContainerState::Ended(ended) if ended.exit_code != 0 && !pod.is_over() => {
                return (CRITICAL, format!("{} exit {}", ended.reason, ended.exit_code));
            }
            _ => {}
        }
    }
    match pod.phase {
        PodPhase::Pending if pod.node.is_none() => (WARNING, "waits for a node".into()),
        PodPhase::Pending => {
            let waiting = pod.containers.iter().find_map(|container| match &container.state {
                ContainerState::Waiting { reason, .. } if !reason.is_empty() => Some(reason.to_string()),
                _ => None,
            });
            (("·", Role::Text), waiting.unwrap_or_else(|| "starting".into()))
        }
        PodPhase::Running if pod.ready => (GOOD, "running".into()),
        PodPhase::Running => (WARNING, "running, not ready".into()),
        PodPhase::Succeeded => (("·", Role::Dim), "completed".into()),
        PodPhase::Failed => (CRITICAL, "failed".into()),
        PodPhase::Unknown => (("○", Role::Unknown), "unknown".into()),
    }
}

/// A reason for which a container waits, and that does not go away by waiting (kubelet, `pkg/kubelet/container` and
/// `pkg/kubelet/images`).
#[must_use]
pub fn is_trouble(reason: &str) -> bool {
    matches!(
        reason,
        "CrashLoopBackOff"
            | "ImagePullBackOff"
            | "ErrImagePull"
            | "ErrImageNeverPull"
            | "InvalidImageName"
            | "ImageInspectError"
            | "RegistryUnavailable"
            | "CreateContainerConfigError"
            | "CreateContainerError"
            | "RunContainerError"
            | "PreCreateHookError"
            | "PostStartHookError"
    )
}

/// How bad: the less the worse.
fn rank(pod: &Pod) -> u8 {
    match state(pod).0.1 {
        Role::Critical => 0,
        Role::Warning => 1,
        Role::Unknown => 2,
        Role::Text => 3,
        Role::Good => 4,
        _ => 5,
    }
}

/// What of the table is worth a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PodPlaces {
    /// They are on one node: whose they are differs.
    OnNode,
    /// They are of one workload: where they are differs.
    OfWorkload,
}

/// A section of pods.
pub fn put<'a>(
    page: &mut ClusterPage,
    view: &ClusterView<'a>,
    pods: impl Iterator<Item = &'a Pod>,
    places: PodPlaces,
    now: Timestamp,
) {
    let mut pods: Vec<&Pod> = pods.collect();
    pods.sort_by_key(|pod| rank(pod));
    let ill = pods.iter().filter(|pod| rank(pod) < 3).count();
    let beside = match (pods.len(), ill) {
        (0, _) => String::new(),
        (all, 0) => all.to_string(),
        (all, ill) => format!("{all}, {ill} not well"),
    };
    page.section("Pods", beside);
    if pods.is_empty() {
        page.push(PageItem::marked(("·", Role::Dim), 3, "none", Role::Dim));
        return;
    }
    let place = if places == PodPlaces::OnNode { "OF" } else { "NODE" };
    let table = page.table(vec![
        Column { title: "".into(), width: Width::Fixed(1), align: Align::Left, priority: 0 },
        Column { title: "POD".into(), width: Width::Min(18), align: Align::Left, priority: 0 },
        Column { title: "STATE".into(), width: Width::Min(16), align: Align::Left, priority: 1 },
        Column { title: place.into(), width: Width::Min(14), align: Align::Left, priority: 5 },
        Column { title: "RESTARTS".into(), width: Width::Fixed(8), align: Align::Right, priority: 3 },
        Column { title: "CPU use/req".into(), width: Width::Fixed(12), align: Align::Right, priority: 6 },
        Column { title: "MEM use/req".into(), width: Width::Fixed(20), align: Align::Right, priority: 7 },
        Column { title: "AGE".into(), width: Width::Fixed(5), align: Align::Right, priority: 4 },
    ]);
    for pod in pods {
        page.push(row(view, pod, places, table, now));
    }
}

fn row(view: &ClusterView<'_>, pod: &Pod, places: PodPlaces, table: usize, now: Timestamp) -> PageItem {
    let ((mark, role), words) = state(pod);
    let is_calm = matches!(role, Role::Good | Role::Dim);
    let name =
        if places == PodPlaces::OnNode { format!("{}/{}", pod.namespace, pod.name) } else { pod.name.to_string() };
    let place = match places {
        PodPlaces::OnNode => pod.owner.as_ref().map_or_else(|| "nobody".into(), |owner| owner.kind.to_string()),
        PodPlaces::OfWorkload => pod.node.as_deref().unwrap_or("–").to_owned(),
    };
    let used = view.used_by_pod(pod);
    let of = |used: Option<String>, asked: i64, words: fn(i64) -> String| {
        let asked = if asked == 0 { "–".to_owned() } else { words(asked) };
        vec![(used.unwrap_or_else(|| "?".into()), Role::Text), (format!(" / {asked}"), Role::Dim)]
    };
    let restarts = pod.restarts();
    let age =
        pod.created.map_or_else(|| "?".into(), |at| crate::ui::format::coarse_age(crate::ui::format::since(now, at)));
    let cells = vec![
        cell(mark, role),
        cell(name, Role::Text),
        cell(words, if is_calm { Role::Dim } else { role }),
        cell(place, Role::Dim),
        cell(restarts.to_string(), if restarts == 0 { Role::Faint } else { Role::Text }),
        of(used.map(|used| cpu(used.cpu)), pod.requests.cpu, cpu),
        of(used.map(|used| memory(used.memory)), pod.requests.memory, memory),
        cell(age, Role::Dim),
    ];
    let item = PageItem::of(PageBody::Row(table, cells)).to(Some(ThingKey::pod(pod)));
    item.wrong(matches!(role, Role::Critical | Role::Warning))
}
