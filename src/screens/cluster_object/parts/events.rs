//! What was told of a thing, the last first.

use std::cmp::Reverse;
use std::sync::Arc;

use super::{UNKNOWN, WARNING};
use crate::screens::cluster_object::key::ThingKey;
use crate::screens::cluster_object::page::{ClusterPage, PageItem};
use crate::services::kubernetes::model::ClusterEvent;
use crate::services::kubernetes::{ClusterView, ObjectKind, WatchStanding};
use crate::theme::Role;

/// Of what belongs to a workload so many are shown.
const MOST: usize = 60;

/// The section of the events about a thing, and about what belongs to it.
#[must_use]
pub fn events(view: &ClusterView<'_>, key: &ThingKey) -> ClusterPage {
    let mut page = ClusterPage::default();
    let all = about(view, key);
    page.section("Events", if all.is_empty() { String::new() } else { "the last first".into() });
    if all.is_empty() {
        page.push(none(view.standing(ObjectKind::Event)));
        return page;
    }
    if let Some(fault) = view.standing(ObjectKind::Event).fault() {
        page.push(PageItem::marked(WARNING, 3, fault.words("events"), Role::Warning));
    }
    let hidden = all.len().saturating_sub(MOST);
    for (other, event) in all.into_iter().take(MOST) {
        let mark = if event.is_warning { WARNING } else { ("·", Role::Dim) };
        let mut words = event.reason.to_string();
        if let Some(other) = other {
            words.push_str(&format!(" {other}"));
        }
        if !event.message.is_empty() {
            words.push_str(&format!(": {}", event.message));
        }
        if event.count > 1 {
            words.push_str(&format!("  ×{}", event.count));
        }
        if !event.from.is_empty() {
            words.push_str(&format!("  ({})", event.from));
        }
        let role = if event.is_warning { Role::Text } else { Role::Dim };
        page.push(PageItem::marked(mark, 3, words, role).since(event.last.or(event.first)));
    }
    if hidden > 0 {
        page.push(PageItem::marked(("·", Role::Dim), 3, format!("{hidden} older ones"), Role::Dim));
    }
    page
}

/// Why there are none.
fn none(standing: WatchStanding<'_>) -> PageItem {
    match standing {
        WatchStanding::Fresh(_) => {
            PageItem::marked(("·", Role::Dim), 3, "none are kept: the server forgets them after an hour", Role::Dim)
        }
        WatchStanding::Stale(_, fault) | WatchStanding::Failed(fault) => {
            PageItem::marked(UNKNOWN, 3, format!("not known: {}", fault.words("events")), Role::Unknown)
        }
        WatchStanding::Loading | WatchStanding::Idle => PageItem::marked(UNKNOWN, 3, "not read yet", Role::Unknown),
    }
}

/// Those about it, with whose they are where they are of something that belongs to it.
fn about<'a>(view: &ClusterView<'a>, key: &ThingKey) -> Vec<(Option<String>, &'a ClusterEvent)> {
    let mut all: Vec<(Option<String>, &ClusterEvent)> = Vec::new();
    let mut take = |kind: &str, namespace: &str, name: &str, whose: Option<&str>| {
        let events: &'a [Arc<ClusterEvent>] = view.events(kind, namespace, name);
        all.extend(events.iter().map(|event| (whose.map(str::to_owned), &**event)));
    };
    take(key.kind(), key.namespace(), key.name(), None);
    match key {
        ThingKey::Node(name) => {
            if let Some(claim) = view.node(name).and_then(|node| view.claim_of(node)) {
                take("NodeClaim", "", &claim.name, Some("(claim)"));
            }
        }
        ThingKey::Claim(name) => {
            if let Some(node) = view.claim(name).and_then(|claim| claim.node.as_deref()) {
                take("Node", "", node, Some("(node)"));
            }
        }
        ThingKey::Workload { kind, namespace, name } => {
            for pod in view.pods_of(kind.name(), namespace, name) {
                take("Pod", namespace, &pod.name, Some(&pod.name));
            }
            let scaler = view.workload(*kind, namespace, name).and_then(|workload| view.autoscaler_of(workload));
            if let Some(scaler) = scaler {
                take("HorizontalPodAutoscaler", namespace, &scaler.name, Some("(autoscaler)"));
            }
        }
        ThingKey::Pod { .. } | ThingKey::Pool(_) => {}
    }
    all.sort_by_key(|(_, event)| Reverse(event.last));
    all
}
