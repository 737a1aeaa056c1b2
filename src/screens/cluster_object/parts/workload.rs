//! A workload: why it is not whole, what scales it, what protects its pods, and its pods.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::pods::PodPlaces;
use super::said::unused_words;
use super::{CRITICAL, GOOD, ObjectParts, WARNING, conditions, pods, reason, said};
use crate::screens::cluster_object::amount::{cpu, memory, resources, short_image};
use crate::screens::cluster_object::key::ThingKey;
use crate::screens::cluster_object::page::{ClusterPage, PageItem};
use crate::services::kubernetes::model::{
    Application, Autoscaler, DisruptionBudget, Figure, MetricTarget, Pod, PodPhase, Resources, Workload,
};
use crate::services::kubernetes::{ClusterView, Used, why};
use crate::theme::Role;
use crate::ui::format;

/// All of a workload but its events.
#[must_use]
pub fn parts(view: &ClusterView<'_>, workload: &Workload, now: Timestamp) -> ObjectParts {
    let mut page = ClusterPage::default();
    let story = why::workload(view, workload, now);
    let all: Vec<&Pod> = view.pods_of(workload.kind.name(), &workload.namespace, &workload.name).collect();
    if !story.lines.is_empty() || !story.advice.is_empty() {
        page.section("Why", "");
        reason::put(&mut page, &story.lines, &story.advice, 3);
    }
    rollout(&mut page, workload);
    scaling(&mut page, view, workload, &all);
    belongs(&mut page, view, workload, &all);
    conditions::put(&mut page, workload.conditions.0.iter());
    pods::put(&mut page, view, all.iter().copied(), PodPlaces::OfWorkload, now);
    let images: Vec<&str> = workload.images.iter().map(|image| short_image(image)).collect();
    ObjectParts { state: state(workload), created: workload.created, place: images.join("  "), body: page, gone: None }
}

fn state(workload: &Workload) -> Vec<(String, Role)> {
    let (ready, wanted) = (workload.ready, workload.wanted);
    match (ready, wanted) {
        _ if workload.deleting.is_some() => said(WARNING, "going"),
        (_, 0) => said(("·", Role::Dim), "scaled to nothing"),
        (0, wanted) => said(CRITICAL, format!("none of {wanted} ready")),
        (ready, wanted) if ready < wanted => said(WARNING, format!("{ready} of {wanted} ready")),
        (ready, wanted) => said(GOOD, format!("{ready} of {wanted} ready")),
    }
}

fn rollout(page: &mut ClusterPage, workload: &Workload) {
    page.section("Rollout", "");
    let (wanted, updated) = (workload.wanted, workload.updated);
    let words = format!(
        "{} of {wanted} ready, {} available, {updated} of the newest template",
        workload.ready, workload.available
    );
    page.push(PageItem::fact("replicas", words, if workload.ready < wanted { Role::Warning } else { Role::Text }));
    if workload.paused {
        page.push(PageItem::fact("paused", "its rollout is paused: a new template is not rolled out", Role::Warning));
    }
    if !workload.is_observed {
        page.push(PageItem::fact(
            "not observed",
            "its controller has not seen its newest specification yet",
            Role::Warning,
        ));
    }
    page.push(PageItem::fact("images", workload.images.join(", "), Role::Dim));
}

/// A figure of a metric: `95 %`, `120`.
fn figure(figure: Figure) -> String {
    match figure {
        Figure::Utilization(percent) => format!("{percent} %"),
        Figure::Value(value) | Figure::AverageValue(value) => format::count(value),
    }
}

/// A metric against what it is held to: `cpu 95 % of 80 %`.
#[must_use]
pub fn metric_words(metric: &MetricTarget) -> String {
    let current = metric.current.map_or_else(|| "?".to_owned(), figure);
    format!("{} {current} of {}", metric.name, figure(metric.target))
}

/// Whether an autoscaler wants more than it may: it is at its maximum, and a metric is above its target
/// (`ScalingLimited` with `TooManyReplicas`, horizontal pod autoscaler's `convertDesiredReplicasWithRules`).
#[must_use]
pub fn is_held_back(scaler: &Autoscaler) -> bool {
    let limited = scaler.conditions.get("ScalingLimited");
    scaler.desired >= scaler.maximum
        && scaler.conditions.is_true("ScalingLimited")
        && limited.is_some_and(|limited| &*limited.reason == "TooManyReplicas")
}

/// How a disruption budget stands: `orders/api allows none: 3 of 3 needed healthy`.
#[must_use]
pub fn budget_words(budget: &DisruptionBudget) -> String {
    let rule = match (&budget.min_available, &budget.max_unavailable) {
        (Some(least), _) => format!("at least {least} available"),
        (None, Some(most)) => format!("at most {most} unavailable"),
        (None, None) => "no rule".into(),
    };
    let allowed = match budget.allowed {
        _ if !budget.is_observed => "not looked at yet".to_owned(),
        0 => "allows none".to_owned(),
        1 => "allows one eviction".to_owned(),
        many => format!("allows {many} evictions"),
    };
    format!(
        "{} {allowed}: {} of {} healthy, {} needed ({rule})",
        budget.name, budget.healthy, budget.expected, budget.wanted_healthy
    )
}

/// What its pods use together; none where nothing tells of any.
#[must_use]
pub fn used(view: &ClusterView<'_>, pods: &[&Pod]) -> Option<Used> {
    let mut sum: Option<Used> = None;
    for used in pods.iter().filter(|pod| !pod.is_over()).filter_map(|pod| view.used_by_pod(pod)) {
        let all = sum.get_or_insert_default();
        all.cpu += used.cpu;
        all.memory += used.memory;
    }
    sum
}

/// What its pods ask for together.
#[must_use]
pub fn asked(pods: &[&Pod]) -> Resources {
    let mut sum = Resources::default();
    for pod in pods.iter().filter(|pod| !pod.is_over()) {
        sum += &pod.requests;
    }
    sum
}

/// The zones that its pods run in, each with how many.
#[must_use]
pub fn zones<'a>(view: &ClusterView<'a>, pods: &[&Pod]) -> BTreeMap<&'a str, usize> {
    let mut all = BTreeMap::new();
    for pod in pods.iter().filter(|pod| !pod.is_over()) {
        let zone = pod.node.as_deref().and_then(|node| view.node(node)).and_then(|node| node.zone.as_deref());
        if let Some(zone) = zone {
            *all.entry(zone).or_default() += 1;
        }
    }
    all
}

fn scaling(page: &mut ClusterPage, view: &ClusterView<'_>, workload: &Workload, pods: &[&Pod]) {
    page.section("Scaling and safety", "");
    match view.autoscaler_of(workload) {
        Some(scaler) => {
            let limits = format!(
                "{} now, {} desired, between {} and {}",
                scaler.current, scaler.desired, scaler.minimum, scaler.maximum
            );
            let (words, role) = if is_held_back(scaler) {
                (format!("at maximum and wants more: {limits}"), Role::Warning)
            } else if scaler.desired >= scaler.maximum {
                (format!("at maximum: {limits}"), Role::Warning)
            } else {
                (limits, Role::Text)
            };
            page.push(PageItem::fact("HPA", words, role).since(scaler.last_scaled));
            for metric in &scaler.metrics {
                let role = if metric.current.is_none() { Role::Warning } else { Role::Text };
                page.push(PageItem::fact("", metric_words(metric), role));
            }
            let ill = ["AbleToScale", "ScalingActive"].into_iter().filter_map(|kind| scaler.conditions.get(kind));
            for condition in ill.filter(|condition| !scaler.conditions.is_true(&condition.kind)) {
                let words = format!("{} is not true: {} {}", condition.kind, condition.reason, condition.message);
                page.push(PageItem::marked(WARNING, 5, words, Role::Text).since(condition.since));
            }
        }
        None => page.push(PageItem::fact("HPA", "none", Role::Dim)),
    }
    let budgets: Vec<&DisruptionBudget> = pods.first().map(|pod| view.budgets_of(pod).collect()).unwrap_or_default();
    for budget in &budgets {
        let role = if budget.allowed == 0 && budget.expected > 0 { Role::Warning } else { Role::Text };
        page.push(PageItem::fact("PDB", budget_words(budget), role));
    }
    if budgets.is_empty() {
        page.push(PageItem::fact("PDB", "none: its pods may all be evicted at once", Role::Dim));
    } else if budgets.len() > 1 {
        page.push(PageItem::marked(WARNING, 5, "more than one: its pods cannot be evicted at all", Role::Text));
    }
    let zones: Vec<String> = zones(view, pods).into_iter().map(|(zone, count)| format!("{zone} {count}")).collect();
    if !zones.is_empty() {
        let role = if zones.len() == 1 && workload.wanted > 1 { Role::Warning } else { Role::Text };
        page.push(PageItem::fact("zones", zones.join(", "), role));
    }
    let asked = asked(pods);
    page.push(PageItem::fact("requests", resources(&asked).unwrap_or_else(|| "nothing".into()), Role::Text));
    let words = used(view, pods).map(|used| format!("cpu {}, memory {}", cpu(used.cpu), memory(used.memory)));
    let role = if words.is_some() { Role::Text } else { Role::Unknown };
    let runs = pods.iter().any(|pod| pod.phase == PodPhase::Running);
    page.push(PageItem::fact("use", words.unwrap_or_else(|| unused_words(view, runs).into()), role));
}

/// Label of what belongs to an application, as Argo CD writes it unless it is told otherwise ("Resource Tracking").
const INSTANCE: &str = "app.kubernetes.io/instance";

/// The application that something with these labels belongs to, and how it stands.
#[must_use]
pub fn application(view: &ClusterView<'_>, key: &ThingKey, labels: &[(Arc<str>, Arc<str>)]) -> Option<String> {
    let named = labels.iter().find(|(name, _)| &**name == INSTANCE).map(|(_, value)| value);
    let has = |application: &&Application| {
        let is_wrong = |(kind, namespace, name): &(Arc<str>, Arc<str>, Arc<str>)| {
            **kind == *key.kind() && **namespace == *key.namespace() && name == key.name()
        };
        Some(&application.name) == named || application.wrong.iter().any(is_wrong)
    };
    let found = view.applications().find(has)?;
    Some(format!("{}  {}, {}", found.name, found.sync, found.health))
}

fn belongs(page: &mut ClusterPage, view: &ClusterView<'_>, workload: &Workload, pods: &[&Pod]) {
    let labels = pods.first().map_or(&[][..], |pod| &pod.labels);
    if let Some(application) = application(view, &ThingKey::workload(workload), labels) {
        page.section("Belongs to", "");
        page.push(PageItem::fact("application", application, Role::Text));
    }
}
