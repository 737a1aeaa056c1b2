//! What crashes or cannot start: by owner, container and reason.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::block::WorkloadBlock;
use crate::screens::cluster_object::page::PageItem;
use crate::screens::cluster_object::{ThingKey, container_end, is_container_trouble, owner_words, short_image};
use crate::services::kubernetes::ClusterView;
use crate::services::kubernetes::model::{Container, ContainerState, Ended, OwnerRef, Pod, PodPhase};
use crate::theme::Role;
use crate::ui::format;

/// Who ended so lately is shown, though it runs again.
const LATELY: SignedDuration = SignedDuration::from_mins(30);

/// What is wrong with a container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum CrashKind {
    /// It waits for this reason, and waiting does not help.
    Stuck(String),
    /// It has ended with an error.
    Ended,
    /// It runs again, and ended with an error lately.
    Again,
    /// The whole pod failed, was evicted, or lost its node.
    Pod(String),
}

/// A container of a pod that fares ill.
struct CrashCase<'a> {
    pod: &'a Pod,
    container: Option<&'a Container>,
    crash: CrashKind,
}

type CrashGroup<'a> = (&'a str, Option<&'a OwnerRef>, &'a str, CrashKind);

/// The cases of a pod.
fn cases(pod: &Pod, now: Timestamp) -> Vec<CrashCase<'_>> {
    if pod.deleting.is_some() {
        return Vec::new();
    }
    if pod.phase == PodPhase::Failed {
        let reason = if pod.reason.is_empty() { "failed".to_owned() } else { pod.reason.to_string() };
        return vec![CrashCase { pod, container: None, crash: CrashKind::Pod(reason) }];
    }
    let is_bad = |ended: &Ended| ended.exit_code != 0;
    let is_late = |ended: &Ended| ended.at.is_some_and(|at| now.duration_since(at) < LATELY);
    let case = |container: &'_ Container| match &container.state {
        ContainerState::Waiting { reason, .. } if is_container_trouble(reason) => {
            Some(CrashKind::Stuck(reason.to_string()))
        }
        ContainerState::Ended(ended) if is_bad(ended) && !pod.is_over() => Some(CrashKind::Ended),
        ContainerState::Running { .. } if container.last.as_ref().is_some_and(|last| is_bad(last) && is_late(last)) => {
            Some(CrashKind::Again)
        }
        _ => None,
    };
    let all = pod.containers.iter();
    all.filter_map(|container| Some(CrashCase { pod, container: Some(container), crash: case(container)? })).collect()
}

/// A block for each owner, container and reason, the gravest first; and how many pods do not run for it.
#[must_use]
pub fn blocks(view: &ClusterView<'_>, now: Timestamp) -> (Vec<WorkloadBlock>, usize) {
    let mut groups: BTreeMap<CrashGroup<'_>, Vec<CrashCase<'_>>> = BTreeMap::new();
    let mut pods = 0;
    for pod in view.pods() {
        let cases = cases(pod, now);
        pods += usize::from(cases.iter().any(|case| matches!(case.crash, CrashKind::Stuck(_) | CrashKind::Ended)));
        for case in cases {
            let name = case.container.map_or("", |container| &container.name);
            let group = (&*pod.namespace, pod.owner.as_ref(), name, case.crash.clone());
            groups.entry(group).or_default().push(case);
        }
    }
    let mut groups: Vec<Vec<CrashCase<'_>>> = groups.into_values().collect();
    groups.sort_by_key(|cases| (cases.first().map(|case| rank(&case.crash)), std::cmp::Reverse(cases.len())));
    (groups.iter().filter_map(|cases| block(cases, now)).collect(), pods)
}

fn rank(crash: &CrashKind) -> u8 {
    match crash {
        CrashKind::Stuck(_) => 0,
        CrashKind::Ended => 1,
        CrashKind::Again => 2,
        CrashKind::Pod(_) => 3,
    }
}

fn block(cases: &[CrashCase<'_>], now: Timestamp) -> Option<WorkloadBlock> {
    let first = cases.first()?;
    let pod = first.pod;
    let owner = pod.owner.as_ref();
    let (what, key) = if cases.len() == 1 {
        (format!("{}/{}", pod.namespace, pod.name), Some(ThingKey::pod(pod)))
    } else {
        let name = owner.map_or("nobody", |owner| &owner.name);
        let key = owner.and_then(|owner| ThingKey::owner(owner, &pod.namespace));
        (format!("{} pods of {}/{name}", cases.len(), pod.namespace), key.or_else(|| Some(ThingKey::pod(pod))))
    };
    let (mark, words) = match &first.crash {
        CrashKind::Stuck(reason) => (("✖", Role::Critical), reason.clone()),
        CrashKind::Ended => (("✖", Role::Critical), "ended".to_owned()),
        CrashKind::Again => (("▲", Role::Warning), "runs again".to_owned()),
        CrashKind::Pod(reason) => (("▲", Role::Warning), reason.clone()),
    };
    let container = first.container;
    let name = container.map_or_else(String::new, |container| format!(", {}", container.name));
    let restarts: u32 = cases.iter().filter_map(|case| case.container).map(|container| container.restarts).sum();
    let restarts = match restarts {
        0 => String::new(),
        1 => ", 1 restart".to_owned(),
        many => format!(", {many} restarts"),
    };
    // Of several the one that ended last tells how.
    let ends = cases.iter().filter_map(|case| case.container).filter_map(ended);
    let last = ends.max_by_key(|ended| ended.at);
    let end = last.map_or_else(String::new, |last| {
        let ago = last.at.map_or_else(String::new, |at| format!(" {}", format::coarse_ago(now, at)));
        format!(", last {}{ago}", container_end(last))
    });
    let line = format!("{what}{name}: {words}{end}{restarts}");
    let since = last.and_then(|last| last.at).filter(|_| matches!(first.crash, CrashKind::Ended));
    let is_wrong = !matches!(first.crash, CrashKind::Pod(_));
    let mut items = vec![PageItem::marked(mark, 1, line, Role::Text).since(since).to(key).wrong(is_wrong)];
    if let Some(message) = message(first) {
        items.push(PageItem::marked(("·", Role::Dim), 3, message, Role::Dim));
    }
    let names: Vec<&str> = cases.iter().map(|case| &*case.pod.name).collect();
    let owner = pod.owner.as_ref().map_or_else(String::new, owner_words);
    Some(WorkloadBlock::new(items, &[&pod.namespace, &owner, &names.join(" "), &words, &name, &end, "crashing"]))
}

/// How it ended last.
fn ended(container: &Container) -> Option<&Ended> {
    match &container.state {
        ContainerState::Ended(ended) => Some(ended),
        _ => container.last.as_ref(),
    }
}

/// What is said beside the reason: of an image its name too.
fn message(case: &CrashCase<'_>) -> Option<String> {
    let container = case.container?;
    let said = match &container.state {
        ContainerState::Waiting { reason, message } if reason.contains("Image") || reason.contains("Config") => {
            format!("{}: {message}", short_image(&container.image))
        }
        _ => ended(container).map(|ended| ended.message.to_string())?,
    };
    (!said.is_empty()).then_some(said)
}
