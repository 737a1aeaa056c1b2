//! The containers of a pod: how each fares, how it ended before; Enter reads its log.

use jiff::Timestamp;

use super::pods::is_trouble;
use super::{CRITICAL, GOOD, UNKNOWN, WARNING};
use crate::screens::cluster_object::amount::{resources, short_image};
use crate::screens::cluster_object::page::{ClusterPage, PageItem, PageLink};
use crate::services::kubernetes::logs::LogSource;
use crate::services::kubernetes::model::{Container, ContainerState, Ended, Pod};
use crate::theme::Role;
use crate::ui::format;

/// The log of a container.
#[must_use]
pub fn log(pod: &Pod, container: &Container) -> LogSource {
    LogSource {
        namespace: pod.namespace.clone(),
        pod: pod.name.clone(),
        container: container.name.clone(),
        previous: false,
    }
}

/// How one ended: `exit 137 OOMKilled`, `signal 9`.
#[must_use]
pub fn end(ended: &Ended) -> String {
    let mut words = format!("exit {}", ended.exit_code);
    if let Some(signal) = ended.signal.filter(|signal| *signal != 0) {
        words.push_str(&format!(" (signal {signal})"));
    }
    if !ended.reason.is_empty() {
        words.push_str(&format!(" {}", ended.reason));
    }
    words
}

/// A section of them.
pub fn put(page: &mut ClusterPage, pod: &Pod, now: Timestamp) {
    page.section("Containers", "Enter or l reads the log");
    if pod.containers.is_empty() {
        page.push(PageItem::marked(UNKNOWN, 3, "nothing is said of them yet", Role::Unknown));
    }
    for container in &pod.containers {
        one(page, pod, container, now);
    }
}

fn one(page: &mut ClusterPage, pod: &Pod, container: &Container, now: Timestamp) {
    let (mark, words, since) = standing(pod, container);
    let mut line = container.name.to_string();
    if container.is_init {
        line.push_str(" (init)");
    }
    line.push_str(&format!(": {words}"));
    if container.restarts > 0 {
        let times = if container.restarts == 1 { "once".to_owned() } else { format!("{} times", container.restarts) };
        line.push_str(&format!(", restarted {times}"));
    }
    let is_ill = matches!(mark.1, Role::Critical | Role::Warning);
    let item = PageItem::marked(mark, 3, line, Role::Text).since(since).wrong(is_ill);
    page.push(item.opening(Some(PageLink::Log(log(pod, container)))));
    if let Some(last) = &container.last {
        let ago = last.at.map_or_else(String::new, |at| format!(", {}", format::coarse_ago(now, at)));
        let message = if last.message.is_empty() { String::new() } else { format!(": {}", last.message) };
        let words = format!("ended before with {}{ago}{message}", end(last));
        let role = if last.exit_code == 0 { Role::Dim } else { Role::Text };
        page.push(PageItem::marked((" ", Role::Text), 5, words, role));
    }
    if let ContainerState::Waiting { message, .. } = &container.state
        && !message.is_empty()
    {
        page.push(PageItem::marked((" ", Role::Text), 5, message.to_string(), Role::Text));
    }
    let mut facts = vec![short_image(&container.image).to_owned()];
    facts.push(
        resources(&container.requests).map_or_else(|| "requests nothing".into(), |all| format!("requests {all}")),
    );
    facts.push(resources(&container.limits).map_or_else(|| "no limits".into(), |all| format!("limits {all}")));
    page.push(PageItem::marked((" ", Role::Text), 5, facts.join("; "), Role::Dim));
}

/// Its mark, what it does, and since when.
fn standing(pod: &Pod, container: &Container) -> ((&'static str, Role), String, Option<Timestamp>) {
    match &container.state {
        ContainerState::Running { since } if container.ready || container.is_init => (GOOD, "running".into(), *since),
        ContainerState::Running { since } => (WARNING, "running, not ready".into(), *since),
        ContainerState::Waiting { reason, .. } if is_trouble(reason) => (CRITICAL, reason.to_string(), None),
        ContainerState::Waiting { reason, .. } if reason.is_empty() => (("·", Role::Text), "waits".into(), None),
        ContainerState::Waiting { reason, .. } => (("·", Role::Text), format!("waits: {reason}"), None),
        ContainerState::Ended(ended) if ended.exit_code == 0 => (("·", Role::Dim), "completed".into(), ended.at),
        ContainerState::Ended(ended) => (CRITICAL, end(ended), ended.at),
        ContainerState::Unknown if pod.node.is_none() => {
            (("·", Role::Dim), "not started: the pod has no node".into(), None)
        }
        ContainerState::Unknown => (UNKNOWN, "nothing is said of it yet".into(), None),
    }
}
