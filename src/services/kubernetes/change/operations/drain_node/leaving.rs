//! What it means for pods that they have to leave their node, whoever evicts them.

use std::collections::BTreeMap;

use crate::health::words::plural;
use crate::ops::plan::Tone;
use crate::services::kubernetes::change::{Draft, Seen};
use crate::services::kubernetes::model::{Node, OwnerRef, Pod, WorkloadKind};
use crate::services::kubernetes::why::{self, BudgetIndex};
use crate::services::kubernetes::{ClusterView, ObjectKind};

/// Names of more are not listed where none of them is lost by it.
const FEW: usize = 8;

/// `namespace/name`.
pub fn name_of(pod: &Pod) -> String {
    format!("{}/{}", pod.namespace, pod.name)
}

/// All of their names.
pub fn names(pods: &[&Pod]) -> String {
    pods.iter().copied().map(name_of).collect::<Vec<_>>().join(", ")
}

/// The first of their names, and how many more there are.
pub fn some_names(pods: &[&Pod]) -> String {
    why::listed(&pods.iter().copied().map(name_of).collect::<Vec<_>>(), FEW)
}

/// Those of them that nobody makes again.
pub fn bare<'a>(pods: &[&'a Pod]) -> Vec<&'a Pod> {
    pods.iter().copied().filter(|pod| pod.owner.is_none()).collect()
}

/// Those of them that have data which goes with them.
pub fn scratch<'a>(seen: &Seen, pods: &[&'a Pod]) -> Vec<&'a Pod> {
    pods.iter().copied().filter(|pod| seen.has_scratch(pod)).collect()
}

/// Says that so many pods end, and how many of them with less than their own grace.
pub fn say_interruption(draft: &mut Draft, pods: usize, cut: usize) {
    if pods == 0 {
        draft.say("Interruption", "none: no pod on it has to go", Tone::Good);
        return;
    }
    let text = match cut {
        0 => format!("{} told to end, each with its own grace, and away until a new one is ready", are(pods)),
        cut => {
            format!(
                "{} told to end, and away until a new one is ready; {cut} of them with less than its grace",
                are(pods)
            )
        }
    };
    draft.say("Interruption", text, Tone::Warning);
}

/// Says what is lost with these pods.
pub fn say_lost(draft: &mut Draft, seen: &Seen, pods: &[&Pod]) {
    let bare = bare(pods);
    if !bare.is_empty() {
        let text = format!("{}: no controller makes {} again", names(&bare), it_or_them(bare.len()));
        draft.say("Lost for good", text, Tone::Critical);
    }
    let scratch = scratch(seen, pods);
    if !scratch.is_empty() {
        // "When a Pod is removed from a node for any reason, the data in the emptyDir is deleted permanently" (Kubernetes,
        // "Volumes").
        let text = format!("deleted with {}", names(&scratch));
        draft.say("emptyDir data", text, Tone::Critical);
    }
}

/// Says what the way of each kind of pod to another node is.
pub fn say_way(draft: &mut Draft, seen: &Seen, view: &ClusterView<'_>, node: &Node, pods: &[&Pod]) {
    say_away(draft, seen, view, pods);
    let of = |kind: &str| -> Vec<&Pod> {
        let is_of = |pod: &&Pod| pod.owner.as_ref().is_some_and(|owner| &*owner.kind == kind);
        pods.iter().copied().filter(is_of).collect()
    };
    let sets = of("StatefulSet");
    if !sets.is_empty() {
        // Kubernetes, "Force Delete StatefulSet Pods": at most one pod with an identity at a time.
        let text = format!("{}: each is made again only when the old one is gone", some_names(&sets));
        draft.say("StatefulSets", text, Tone::Warning);
    }
    let jobs = of("Job");
    if !jobs.is_empty() {
        // Kubernetes, "Jobs", "Pod backoff failure policy" and "Pod failure policy".
        let text = format!(
            "{}: each counts as failed where no podFailurePolicy ignores it, and is begun anew while backoffLimit allows",
            some_names(&jobs)
        );
        draft.say("Jobs", text, Tone::Warning);
    }
    let claims: Vec<&Pod> = pods.iter().copied().filter(|pod| pod.has_claims).collect();
    if !claims.is_empty() {
        let zone = node.zone.as_deref().map(|zone| format!(" ({zone})")).unwrap_or_default();
        let text =
            format!("{}: volumes are attached anew, those of EBS in their own zone alone{zone}", some_names(&claims));
        draft.say("Volumes", text, Tone::Warning);
    }
}

/// Says which workloads have no ready replica elsewhere.
fn say_away(draft: &mut Draft, seen: &Seen, view: &ClusterView<'_>, pods: &[&Pod]) {
    let index = BudgetIndex::of(view);
    let mut owners: BTreeMap<(&str, &OwnerRef), Vec<&Pod>> = BTreeMap::new();
    for pod in pods.iter().copied() {
        if let Some(owner) = &pod.owner {
            owners.entry((&pod.namespace, owner)).or_default().push(pod);
        }
    }
    let (mut away, mut unread) = (Vec::new(), Vec::new());
    for ((namespace, owner), pods) in owners {
        let (kind, objects) = match &*owner.kind {
            "Deployment" => (WorkloadKind::Deployment, ObjectKind::Deployment),
            "StatefulSet" => (WorkloadKind::StatefulSet, ObjectKind::StatefulSet),
            _ => continue,
        };
        let name = format!("{namespace}/{}", owner.name);
        if !seen.knows(objects) {
            unread.push(name);
            continue;
        }
        let Some(workload) = view.workload(kind, namespace, &owner.name) else { continue };
        // A budget that wants some healthy lets them go one after another.
        let is_kept = pods.iter().any(|pod| index.of_pod(pod).any(|budget| budget.wanted_healthy > 0));
        let ready = pods.iter().filter(|pod| pod.ready).count();
        if ready > 0 && !is_kept && workload.ready <= i64::try_from(ready).unwrap_or(i64::MAX) {
            away.push(name);
        }
    }
    if !away.is_empty() {
        let doubt = if seen.knows(ObjectKind::DisruptionBudget) { "" } else { ", unless a PDB holds them" };
        let text = format!("{}: no replica elsewhere is ready, none serves until a new one is{doubt}", away.join(", "));
        draft.say("Away meanwhile", text, Tone::Critical);
    }
    if !unread.is_empty() {
        let text = format!("{}: whether replicas elsewhere are ready was not read", unread.join(", "));
        draft.say("Away meanwhile", text, Tone::Warning);
    }
}

fn it_or_them(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

/// `3 pods`, or `no pod`.
pub fn pods_in_words(count: usize) -> String {
    if count == 0 { "no pod".to_owned() } else { plural(count, "pod") }
}

/// `3 pods are`, `1 pod is`.
pub fn are(pods: usize) -> String {
    format!("{} {}", pods_in_words(pods), if pods > 1 { "are" } else { "is" })
}
