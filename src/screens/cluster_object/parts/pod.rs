//! A pod: why it waits, how its containers fare, where it belongs.

use jiff::Timestamp;

use super::said::unused_words;
use super::{ObjectParts, conditions, containers, pods, reason, said};
use crate::screens::cluster_object::amount::{cpu, memory, owner_words, percent, resources};
use crate::screens::cluster_object::key::ThingKey;
use crate::screens::cluster_object::page::{ClusterPage, PageItem};
use crate::services::kubernetes::model::{Pod, PodPhase, Requirement, RequirementOperator};
use crate::services::kubernetes::why::PodPlace;
use crate::services::kubernetes::{ClusterView, why};
use crate::theme::Role;

/// All of a pod but its events.
#[must_use]
pub fn parts(view: &ClusterView<'_>, pod: &Pod, now: Timestamp) -> ObjectParts {
    let (mark, words) = pods::state(pod);
    let mut page = ClusterPage::default();
    if pod.is_unschedulable() || pod.is_gated() {
        let story = why::pod(view, pod, now);
        page.section("Why it waits", "");
        let lines = story.lines(now);
        if lines.is_empty() && matches!(story.place, PodPlace::NotYetSaid) {
            page.push(PageItem::marked(super::UNKNOWN, 3, "nobody has said why yet", Role::Dim));
        }
        reason::put(&mut page, &lines, &story.advice, 3);
        for kind in &story.unread {
            let words = format!("{} are not known: they would tell more", kind.resource().2);
            page.push(PageItem::marked(super::UNKNOWN, 3, words, Role::Unknown));
        }
    }
    containers::put(&mut page, pod, now);
    belongs(&mut page, view, pod);
    asks(&mut page, view, pod);
    // Why it waits is said above.
    let is_said = |kind: &str| kind == "PodScheduled" && (pod.is_unschedulable() || pod.is_gated());
    conditions::put(&mut page, pod.conditions.iter().filter(|condition| !is_said(&condition.kind)));
    let place = pod.node.as_ref().map_or_else(String::new, |node| format!("on {node}"));
    ObjectParts { state: said(mark, words), created: pod.created, place, body: page, gone: None }
}

/// The chain from its application to its node.
fn belongs(page: &mut ClusterPage, view: &ClusterView<'_>, pod: &Pod) {
    page.section("Belongs to", "");
    match &pod.owner {
        Some(owner) => {
            let key = ThingKey::owner(owner, &pod.namespace);
            page.push(PageItem::fact("owner", owner_words(owner), Role::Text).to(key.clone()));
            if let Some(application) = key.as_ref().and_then(|key| super::workload::application(view, key, &pod.labels))
            {
                page.push(PageItem::fact("application", application, Role::Text));
            }
        }
        None => page.push(PageItem::fact("owner", "nobody: it is not made again once it is gone", Role::Warning)),
    }
    match &pod.node {
        Some(name) => {
            page.push(PageItem::fact("node", name.to_string(), Role::Text).to(Some(ThingKey::Node(name.clone()))));
            if let Some(claim) = view.node(name).and_then(|node| view.claim_of(node)) {
                page.push(PageItem::fact("claim", claim.name.to_string(), Role::Text).to(Some(ThingKey::claim(claim))));
            }
            if let Some(pool) = view.node(name).and_then(|node| node.pool()) {
                page.push(PageItem::fact("pool", pool.to_string(), Role::Text).to(Some(ThingKey::Pool(pool.clone()))));
            }
        }
        None => {
            if let Some(node) = &pod.nominated_node {
                let key = Some(ThingKey::Node(node.clone()));
                page.push(
                    PageItem::fact("nominated", format!("{node}, once others are gone from it"), Role::Text).to(key),
                );
            }
        }
    }
    for budget in view.budgets_of(pod) {
        let role = if budget.allowed > 0 { Role::Text } else { Role::Warning };
        page.push(PageItem::fact("PDB", super::workload::budget_words(budget), role));
    }
}

/// What it asks for, and what it uses.
fn asks(page: &mut ClusterPage, view: &ClusterView<'_>, pod: &Pod) {
    page.section("Asks for", "");
    let asked = resources(&pod.requests).unwrap_or_else(|| "nothing: it is the first to be evicted".into());
    page.push(PageItem::fact("requests", asked, Role::Text));
    let used = view.used_by_pod(pod).map(|used| {
        let share =
            |part: i64, whole: i64| percent(part, whole).map_or_else(String::new, |share| format!(" ({share} %)"));
        let (cpus, memories) = (share(used.cpu, pod.requests.cpu), share(used.memory, pod.requests.memory));
        format!("cpu {}{cpus}, memory {}{memories} of its requests", cpu(used.cpu), memory(used.memory))
    });
    let role = if used.is_some() { Role::Text } else { Role::Unknown };
    let runs = pod.phase == PodPhase::Running;
    page.push(PageItem::fact("use", used.unwrap_or_else(|| unused_words(view, runs).into()), role));
    if !pod.node_selector.is_empty() {
        let all: Vec<String> = pod.node_selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
        page.push(PageItem::fact("selector", all.join(", "), Role::Text));
    }
    for (place, terms) in pod.affinity.iter().enumerate() {
        let label = if place == 0 { "affinity" } else { "or" };
        page.push(PageItem::fact(label, requirements(terms), Role::Text));
    }
    let tolerated: Vec<String> = pod
        .tolerations
        .iter()
        .filter_map(|toleration| {
            // Every pod has these of the node life cycle (admission plugin DefaultTolerationSeconds).
            let key = toleration.key.as_deref();
            let is_default = key.is_some_and(|key| key.starts_with("node.kubernetes.io/"));
            let value = toleration.value.as_ref().map_or_else(String::new, |value| format!("={value}"));
            (!is_default).then(|| key.map_or_else(|| "every taint".into(), |key| format!("{key}{value}")))
        })
        .collect();
    if !tolerated.is_empty() {
        page.push(PageItem::fact("tolerates", tolerated.join(", "), Role::Text));
    }
    if !pod.spread.is_empty() {
        page.push(PageItem::fact("spread over", pod.spread.join(", "), Role::Text));
    }
    if let Some(kept) = &pod.do_not_disrupt {
        let words = if &**kept == "true" {
            "Karpenter may not take its node away".to_owned()
        } else {
            format!("Karpenter may not take its node away for {kept}")
        };
        page.push(PageItem::fact("do-not-disrupt", words, Role::Text));
    }
    if pod.priority != 0 {
        page.push(PageItem::fact("priority", pod.priority.to_string(), Role::Text));
    }
    let labels: Vec<String> = pod.labels.iter().map(|(key, value)| format!("{}={value}", short(key))).collect();
    if !labels.is_empty() {
        page.push(PageItem::fact("labels", labels.join("  "), Role::Dim));
    }
}

/// A label's key without the domain in front of it.
#[must_use]
pub fn short(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// Requirements in a line: `arch in arm64; zone not in eu-west-1a, eu-west-1b`.
#[must_use]
pub fn requirements(all: &[Requirement]) -> String {
    let words = |requirement: &Requirement| {
        let (key, values) = (short(&requirement.key), requirement.values.join(", "));
        match requirement.operator {
            RequirementOperator::In => format!("{key} in {values}"),
            RequirementOperator::NotIn => format!("{key} not in {values}"),
            RequirementOperator::Exists => format!("{key} set"),
            RequirementOperator::DoesNotExist => format!("{key} not set"),
            RequirementOperator::Gt => format!("{key} > {values}"),
            RequirementOperator::Lt => format!("{key} < {values}"),
            RequirementOperator::Gte => format!("{key} at least {values}"),
            RequirementOperator::Lte => format!("{key} at most {values}"),
        }
    };
    all.iter().map(words).collect::<Vec<_>>().join("; ")
}
