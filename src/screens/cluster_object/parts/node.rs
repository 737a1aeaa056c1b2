//! A node: why it is as it is, what it has, and what runs on it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::pod::short;
use super::pods::PodPlaces;
use super::{CRITICAL, GOOD, ObjectParts, UNKNOWN, WARNING, conditions, pods, reason, said};
use crate::screens::cluster_object::amount::{cpu, memory, percent};
use crate::screens::cluster_object::key::ThingKey;
use crate::screens::cluster_object::page::{ClusterPage, PageItem, PageLink};
use crate::services::kubernetes::model::{CapacityType, Node, NodeProvider, Taint, TaintEffect};
use crate::services::kubernetes::price::{HourlyPrice, why_unknown};
use crate::services::kubernetes::why::{DrainHold, WhyLine};
use crate::services::kubernetes::{ClusterView, ObjectKind, why};
use crate::theme::Role;

/// All of a node but its events.
#[must_use]
pub fn parts(view: &ClusterView<'_>, node: &Node, unfolded: &BTreeSet<&'static str>, now: Timestamp) -> ObjectParts {
    let mut page = ClusterPage::default();
    let story = why::node(view, node, now);
    page.section("Why", "Enter tells more");
    let is_held = story.drain.going && story.drain.holds.iter().any(DrainHold::is_block);
    let drain = (story.drain.words(now), story.drain.lines(now), story.drain.advice());
    answer(&mut page, "not drained", drain, is_held, unfolded);
    let consolidation = (story.consolidation.words(now), story.consolidation.lines(now), story.consolidation.advice());
    answer(&mut page, "consolidated", consolidation, false, unfolded);
    let drift = (story.drift.words(now), story.drift.lines(now), story.drift.advice());
    answer(&mut page, "drift", drift, story.drift.is_drifted(), unfolded);
    let eviction = (story.eviction.words(now), story.eviction.lines(now), story.eviction.advice());
    answer(&mut page, "if disrupted", eviction, false, unfolded);
    room(&mut page, view, node);
    belongs(&mut page, view, node);
    conditions::put(&mut page, node.conditions.0.iter());
    marks(&mut page, node, unfolded.contains("labels"));
    pods::put(&mut page, view, view.pods_on(&node.name).iter().map(AsRef::as_ref), PodPlaces::OnNode, now);
    let kind = node.instance_type.as_deref().unwrap_or("type not known");
    let zone = node.zone.as_deref().unwrap_or("zone not known");
    let place = format!("{kind}  {zone}  {}  {}", capacity(node.capacity_type), price(view, node));
    ObjectParts { state: state(node, story.state()), created: node.created, place, body: page, gone: None }
}

/// The answer to one of the questions in a line, and all of it where it is unfolded.
fn answer(
    page: &mut ClusterPage,
    label: &'static str,
    (words, lines, advice): (String, Vec<WhyLine>, Option<String>),
    is_wrong: bool,
    unfolded: &BTreeSet<&'static str>,
) {
    let role = if is_wrong { Role::Warning } else { Role::Text };
    let said = words.clone();
    page.push(PageItem::fact(label, words, role).opening(Some(PageLink::Unfold(label))).wrong(is_wrong));
    if unfolded.contains(label) {
        let advice: Vec<String> = advice.into_iter().collect();
        if matches!(lines.as_slice(), [only] if only.words == said) && advice.is_empty() {
            page.push(PageItem::marked(("·", Role::Dim), 6, "that is all that is known of it", Role::Dim));
        } else {
            reason::put(page, &lines, &advice, 6);
        }
    } else if let Some(advice) = advice.filter(|_| is_wrong) {
        page.push(PageItem::advice(6, advice));
    }
}

/// Its state in the words of a line.
fn state(node: &Node, told: Option<String>) -> Vec<(String, Role)> {
    let ready = match node.conditions.get("Ready") {
        None => said(UNKNOWN, "readiness not told"),
        Some(_) if node.is_ready() && node.deleting.is_none() => said(GOOD, "ready"),
        Some(_) if node.is_ready() => said(WARNING, "going"),
        Some(ready) => said(CRITICAL, format!("not ready: {}", ready.reason)),
    };
    let mut line = ready;
    if node.cordoned {
        line.push(("  cordoned".into(), Role::Warning));
    }
    if let Some(told) = told.filter(|told| !told.is_empty()) {
        line.push((format!("  {told}"), Role::Warning));
    }
    line
}

/// On demand, spot, reserved.
#[must_use]
pub fn capacity(capacity: Option<CapacityType>) -> &'static str {
    match capacity {
        Some(CapacityType::OnDemand) => "on demand",
        Some(CapacityType::Spot) => "spot",
        Some(CapacityType::Reserved) => "reserved",
        None => "capacity type not known",
    }
}

fn price(view: &ClusterView<'_>, node: &Node) -> String {
    match view.price_of(node) {
        HourlyPrice::Nothing => String::new(),
        HourlyPrice::Known(usd) => format!("${usd:.3}/h"),
        HourlyPrice::AtMost(usd) => format!("at most ${usd:.3}/h"),
        HourlyPrice::Unknown => why_unknown(view.region()),
    }
}

/// What it has, what is asked of it, what is used.
fn room(page: &mut ClusterPage, view: &ClusterView<'_>, node: &Node) {
    page.section("Room", "requested and used of what can be given");
    let has_pods = view.standing(ObjectKind::Pod).is_known();
    let (asked, used) = (view.requested_on(&node.name), view.used_by_node(&node.name));
    let line = |asked: i64, used: Option<i64>, whole: i64, words: fn(i64) -> String| {
        let share = |part: i64| percent(part, whole).map_or_else(String::new, |share| format!(" ({share} %)"));
        let used = used.map_or_else(|| "use not known".into(), |used| format!("uses {}{}", words(used), share(used)));
        if !has_pods {
            return format!("requested of {} not known: pods are not read   {used}", words(whole));
        }
        format!("{} of {}{} requested   {used}", words(asked), words(whole), share(asked))
    };
    let whole = &node.allocatable;
    page.push(PageItem::fact("cpu", line(asked.cpu, used.map(|used| used.cpu), whole.cpu, cpu), Role::Text));
    page.push(PageItem::fact(
        "memory",
        line(asked.memory, used.map(|used| used.memory), whole.memory, memory),
        Role::Text,
    ));
    let live = view.pods_on(&node.name).iter().filter(|pod| !pod.is_over()).count();
    let pods = if has_pods { format!("{live} of {}", whole.pods) } else { "not known: pods are not read".to_owned() };
    page.push(PageItem::fact("pods", pods, if has_pods { Role::Text } else { Role::Unknown }));
    for (name, amount) in &whole.others {
        let asked = asked.others.get(name).copied().unwrap_or(0);
        if has_pods && !name.contains("storage") && !name.starts_with("hugepages") {
            page.push(PageItem::fact(short(name), format!("{asked} of {amount} requested"), Role::Text));
        }
    }
}

/// Who brought it: its claim, its pool, its class.
fn belongs(page: &mut ClusterPage, view: &ClusterView<'_>, node: &Node) {
    page.section("Belongs to", "");
    match &node.provider {
        NodeProvider::Karpenter(pool) => {
            match view.claim_of(node) {
                Some(claim) => {
                    page.push(
                        PageItem::fact("claim", claim.name.to_string(), Role::Text).to(Some(ThingKey::claim(claim))),
                    );
                }
                None => page.push(PageItem::fact("claim", "none is known", Role::Unknown)),
            }
            page.push(PageItem::fact("pool", pool.to_string(), Role::Text).to(Some(ThingKey::Pool(pool.clone()))));
            if let Some(known) = view.pool(pool) {
                page.push(PageItem::fact("class", format!("{} {}", known.class.0, known.class.1), Role::Text));
            }
        }
        NodeProvider::ManagedGroup(group) => {
            page.push(PageItem::fact("node group", format!("{group}, managed by EKS"), Role::Text));
        }
        NodeProvider::Fargate => page.push(PageItem::fact("Fargate", "a node for one pod", Role::Text)),
        NodeProvider::Other => page.push(PageItem::fact("group", "nobody that is known here", Role::Dim)),
    }
    let instance = node.instance.as_deref().unwrap_or("not told");
    page.push(PageItem::fact("instance", instance, Role::Text));
    let arch = node.arch.as_deref().unwrap_or("?");
    page.push(PageItem::fact("runs", format!("{}  {arch}  kubelet {}", node.image, node.kubelet), Role::Dim));
}

/// A taint as kubectl writes it.
#[must_use]
pub fn taint(taint: &Taint) -> String {
    let effect = match taint.effect {
        TaintEffect::NoSchedule => "NoSchedule",
        TaintEffect::PreferNoSchedule => "PreferNoSchedule",
        TaintEffect::NoExecute => "NoExecute",
    };
    let value = if taint.value.is_empty() { String::new() } else { format!("={}", taint.value) };
    format!("{}{value}:{effect}", taint.key)
}

/// Its taints, its labels in short, and what Karpenter noted on it.
fn marks(page: &mut ClusterPage, node: &Node, is_open: bool) {
    page.section("Taints and labels", "");
    let taints: Vec<String> = node.taints.iter().map(taint).collect();
    let none = || "none".to_owned();
    page.push(PageItem::fact("taints", if taints.is_empty() { none() } else { taints.join(", ") }, Role::Text));
    let labels: Vec<String> = if is_open {
        node.labels.iter().map(|(key, value)| format!("{key}={value}")).collect()
    } else {
        let told = |key: &str| {
            key.starts_with("kubernetes.io/") || key.starts_with("beta.kubernetes.io/") || key.contains("topology.")
        };
        node.labels.iter().filter(|(key, _)| !told(key)).map(|(key, value)| format!("{}={value}", short(key))).collect()
    };
    let words = if labels.is_empty() { none() } else { labels.join("  ") };
    page.push(PageItem::fact("labels", words, Role::Dim).opening(Some(PageLink::Unfold("labels"))));
    if !node.finalizers.is_empty() {
        page.push(PageItem::fact("finalizers", node.finalizers.join(", "), Role::Dim));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kubernetes::testing::{self, CLUSTER, TestCluster, now};

    #[test]
    fn pods_that_are_not_read_are_not_none() {
        let told = |unread: Vec<ObjectKind>| {
            let data = TestCluster { nodes: vec![testing::node("ip-a")], unread, ..TestCluster::default() }.data();
            let view = ClusterView::of(&data, CLUSTER).unwrap();
            format!("{:?}", parts(&view, view.node("ip-a").unwrap(), &BTreeSet::new(), now()).body)
        };
        let (read, unread) = (told(vec![]), told(vec![ObjectKind::Pod]));
        assert!(read.contains("0 of 58") && read.contains("(0 %) requested"), "{read}");
        assert!(unread.contains("\"not known: pods are not read\""), "{unread}");
        assert!(!unread.contains("0 of 58") && !unread.contains("(0 %)"), "{unread}");
    }
}
