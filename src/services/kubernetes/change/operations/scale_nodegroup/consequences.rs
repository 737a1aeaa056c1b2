//! What other sizes of a node group come to.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{GroupChange, GroupSize, autoscaler, there};
use crate::cost::rds::difference;
use crate::health::words::plural;
use crate::services::kubernetes::change::operations::prelude::*;
use crate::services::kubernetes::model::{CapacityType, Node, Pod};
use crate::services::kubernetes::price::{self, HourlyPrice};
use crate::services::kubernetes::why::{self, EvictionFate, listed};
use crate::services::kubernetes::{ClusterView, Nodegroup, ObjectKind};

/// So many names stand in a row.
const NAMED: usize = 4;

/// All of it.
pub(super) fn say(draft: &mut Draft, seen: &Seen, group: &Nodegroup, change: &GroupChange) {
    match (change.going, change.coming) {
        (Some(0), Some(0)) => draft.say("Interruption", "none: no node comes or goes", Tone::Good),
        (Some(0), _) => {
            draft.say("Interruption", "none: nodes are added", Tone::Good);
            draft.say("Time", "usually some minutes until a node is ready, if EC2 has one", Tone::Plain);
        }
        (going, _) => say_down(draft, seen, change, going),
    }
    if change.sends(GroupSize::Desired).is_none()
        && let Ok(Some(scaler)) = autoscaler(seen)
    {
        // Cluster Autoscaler on AWS, "Auto-Discovery Setup" and "Manual configuration".
        let text = format!(
            "Cluster Autoscaler ({scaler}) keeps to the new minimum and maximum if it discovers its groups; one that is \
             given this group by --nodes keeps to what that says"
        );
        draft.say("Autoscaler", text, Tone::Plain);
    }
    say_cost(draft, seen, group, change);
    draft.say("Undone by", "what keeps the group as code, if anything does: EKS does not tell", Tone::Plain);
}

/// What is said of nodes that go.
fn say_down(draft: &mut Draft, seen: &Seen, change: &GroupChange, going: Option<i32>) {
    // "the necessary number of worker nodes are terminated to match the given value" (EKS API, `desiredSize`); which ones
    // is the termination policy's of the Auto Scaling group.
    let text = match (going, change.there) {
        (Some(going), Some(there)) if going == there => format!("all {there} nodes go, with the pods on them"),
        (Some(going), Some(there)) => {
            format!("{going} of {there} nodes go, with the pods on them; AWS chooses which")
        }
        _ => "nodes may go, with the pods on them: how many are there is not known".to_owned(),
    };
    draft.say("Interruption", text, Tone::Critical);
    // "Pod disruption budgets aren't respected when … reducing the desired node count. These actions try to evict Pods on
    // the node. But if it takes more than 15 minutes, the node is terminated regardless" (EKS user guide, "Simplify node
    // lifecycle with managed node groups").
    let text = "not honoured to the end: pods are evicted, and after 15 minutes a node goes with what is left on it";
    draft.say("PDBs", text, Tone::Critical);
    let (Some(nodes), Some(view)) = (there(seen), seen.view()) else {
        draft.say("Nodes", "which are there was not read", Tone::Warning);
        return;
    };
    let names: Vec<&str> = nodes.iter().map(|node| &*node.name).collect();
    if !names.is_empty() {
        let any = if going == change.there { "" } else { "any of " };
        draft.say("Nodes", format!("{any}{}", listed(&names, NAMED)), Tone::Plain);
    }
    if !seen.knows(ObjectKind::Pod) {
        draft.say("Pods", "which run there was not read", Tone::Warning);
        return;
    }
    say_pods(draft, &view, &nodes, seen);
}

/// The pods that run on nodes of which some go.
fn say_pods(draft: &mut Draft, view: &ClusterView<'_>, nodes: &[&Node], at: &Seen) {
    let answers: Vec<_> = nodes.iter().map(|node| why::node(view, node, at.at).eviction).collect();
    let moved: usize = answers.iter().map(why::EvictionAnswer::moved).sum();
    draft.say(
        "Pods",
        format!("{} on these nodes; those of the nodes that go need another place", plural(moved, "pod")),
        Tone::Plain,
    );
    let mut holds = budgets_of(&answers, at.at);
    holds.sort();
    holds.dedup();
    if !holds.is_empty() {
        draft.say("Held", format!("for 15 minutes at most: {}", listed(&holds, NAMED)), Tone::Warning);
    }
    if answers.iter().any(|answer| !answer.is_known) {
        draft.say("Held", "which PDBs hold pods there was not read", Tone::Warning);
    }
    let named = |which: &dyn Fn(&EvictionFate) -> bool| -> Vec<String> {
        answers.iter().flat_map(|answer| &answer.pods).filter(|pod| which(&pod.fate)).map(why::PodFate::pod).collect()
    };
    let protected = named(&|fate| matches!(fate, EvictionFate::DoNotDisrupt { .. }));
    if !protected.is_empty() {
        let text = format!("is Karpenter's alone, and does not hold here: {}", listed(&protected, NAMED));
        draft.say("Do-not-disrupt", text, Tone::Warning);
    }
    let bare = named(&|fate| *fate == EvictionFate::NobodyRecreates);
    if !bare.is_empty() {
        draft.risk = Risk::Irreversible;
        draft.say("Lost", format!("nobody makes them again: {}", bare.join(", ")), Tone::Critical);
    }
    let on_them = |which: &dyn Fn(&Pod) -> bool| -> Vec<String> {
        let pods = nodes.iter().flat_map(|node| view.pods_on(&node.name)).filter(|pod| !pod.is_over() && which(pod));
        pods.map(|pod| format!("{}/{}", pod.namespace, pod.name)).collect()
    };
    let scratch = on_them(&|pod| at.has_scratch(pod) && !pod.is_daemon());
    if !scratch.is_empty() {
        draft.risk = Risk::Irreversible;
        draft.say("emptyDir", format!("goes with its node: {}", scratch.join(", ")), Tone::Critical);
    }
    // The label of its Helm chart (charts/karpenter/templates/_helpers.tpl, `karpenter.selectorLabels`).
    let karpenter = on_them(&|pod| pod.label("app.kubernetes.io/name") == Some("karpenter"));
    if !karpenter.is_empty() {
        let text =
            format!("runs here: while none of it runs, no node is made or drained: {}", listed(&karpenter, NAMED));
        draft.say("Karpenter", text, Tone::Critical);
    }
}

/// Disruption budgets that hold pods now.
fn budgets_of(answers: &[why::EvictionAnswer], now: Timestamp) -> Vec<String> {
    let holds = |fate: &EvictionFate| matches!(fate, EvictionFate::Budget(_) | EvictionFate::SeveralBudgets(_));
    let pods = answers.iter().flat_map(|answer| &answer.pods).filter(|pod| holds(&pod.fate));
    pods.filter_map(|pod| pod.hold(now)).collect()
}

/// What the nodes that come or go cost.
fn say_cost(draft: &mut Draft, seen: &Seen, group: &Nodegroup, change: &GroupChange) {
    let (Some(going), Some(coming)) = (change.going, change.coming) else {
        draft.say("Cost", "not known", Tone::Plain);
        return;
    };
    let by = coming - going;
    if by == 0 {
        return;
    }
    let month = |usd: f64| Decimal::from_f64_retain(usd * price::MONTH * f64::from(by)).map(|usd| usd.round_dp(2));
    match of_one(group, &seen.target.region) {
        HourlyPrice::Known(usd) => {
            draft.monthly = month(usd);
            let text = month(usd).map(|usd| format!("{}, on demand", difference(usd))).unwrap_or_default();
            draft.say("Cost", text, Tone::Plain);
        }
        HourlyPrice::AtMost(usd) => {
            let text = month(usd).map(|usd| format!("at most {}", difference(usd))).unwrap_or_default();
            draft.say("Cost", text, Tone::Plain);
        }
        HourlyPrice::Nothing | HourlyPrice::Unknown => {
            let text = if by > 0 { "more; how much is not known" } else { "less; how much is not known" };
            draft.say("Cost", text, Tone::Plain);
        }
    }
}

/// What one of its nodes costs an hour: of several types at most the dearest. Without a type it is its launch template's.
fn of_one(group: &Nodegroup, region: &str) -> HourlyPrice {
    let capacity = match &*group.capacity_type {
        "ON_DEMAND" => Some(CapacityType::OnDemand),
        "SPOT" => Some(CapacityType::Spot),
        // EKS API, `capacityType`: a block is a reservation.
        "CAPACITY_BLOCK" => Some(CapacityType::Reserved),
        _ => None,
    };
    let all: Vec<HourlyPrice> =
        group.instance_types.iter().map(|kind| price::of(Some(kind.as_ref()), capacity, region)).collect();
    if let [one] = all.as_slice() {
        return *one;
    }
    let figure = |price: &HourlyPrice| match price {
        HourlyPrice::Known(usd) | HourlyPrice::AtMost(usd) => Some(*usd),
        HourlyPrice::Nothing | HourlyPrice::Unknown => None,
    };
    let known: Option<Vec<f64>> = all.iter().map(figure).collect();
    known.and_then(|known| known.into_iter().reduce(f64::max)).map_or(HourlyPrice::Unknown, HourlyPrice::AtMost)
}
