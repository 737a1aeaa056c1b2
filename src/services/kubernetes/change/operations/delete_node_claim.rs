//! Delete a NodeClaim: Karpenter drains its node and ends its instance.

mod force;
mod stalls;

use serde::{Deserialize, Serialize};

use self::force::ForcedEnd;
use self::stalls::Stalls;
use super::drain_node::leaving::{self, names, pods_in_words};
use super::prelude::*;
use crate::services::kubernetes::model::{Node, NodeClaim, Pod};
use crate::services::kubernetes::why::{self, EvictionFate, NodeStory, PodFate};
use crate::services::kubernetes::{ClusterView, ObjectKind};

/// Deletes a NodeClaim. It has no parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteNodeClaim {}

/// Without it the API server deletes the claim at once, and nobody drains its node (karpenter
/// pkg/controllers/nodeclaim/lifecycle/controller.go, `finalize`).
const FINALIZER: &str = "karpenter.sh/termination";

/// Seconds from a deletion to the end of claim and node where nothing holds it: pods with the usual grace of 30 s, and
/// EC2's end of an instance, for which AWS promises nothing.
const USUAL: (u32, u32) = (60, 900);

/// How far a claim has come, which says what its deletion ends.
enum ClaimReach<'a> {
    /// It is this node.
    Node(&'a Node),
    /// It is a node of this name, of which nothing was read.
    Unread(&'a str),
    /// It was a node that is not there any more.
    Left,
    /// Its instance has not become a node: there is no drain (`finalize`: nodes of registered claims alone).
    Instance,
    /// Nothing was launched for it.
    Nothing,
}

impl<'a> ClaimReach<'a> {
    fn of(seen: &'a Seen, claim: &'a NodeClaim) -> Self {
        if !claim.conditions.is_true("Registered") {
            return if claim.instance.is_some() { Self::Instance } else { Self::Nothing };
        }
        match (seen.node(), claim.node.as_deref()) {
            (Some(node), _) => Self::Node(node),
            (None, Some(name)) if !seen.knows(ObjectKind::Node) => Self::Unread(name),
            _ => Self::Left,
        }
    }
}

impl Request for DeleteNodeClaim {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::NodeClaim(_, claim) = on else { return None };
        claim.deleting.map(|at| format!("it was told to go at {}", at.strftime("%Y-%m-%d %H:%MZ")))
    }

    fn offer(_: &Seen) -> Self {
        Self {}
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Irreversible, seen);
        let (Some(name), Some(object)) = (seen.name(), &seen.object) else { return draft };
        step(&mut draft, seen, &name, object);
        let (Some(view), Some(claim)) = (seen.view(), seen.claim()) else {
            draft.summary = format!("NodeClaim {} is deleted, with whatever came of it, for good.", name.name);
            draft.check(Check::unknown("what goes with it is known", "the claim's state was not read"));
            return draft;
        };
        let is_held = claim.finalizers.iter().any(|finalizer| &**finalizer == FINALIZER);
        // What has no claim is ended (karpenter-provider-aws pkg/controllers/nodeclaim/garbagecollection).
        let why = format!(
            "without finalizer {FINALIZER} it vanishes at once: nothing is drained, and its instance is ended as garbage"
        );
        draft.check(Check::must("Karpenter ends it", is_held, why));
        let ends = instance(claim).map(|instance| format!("ends instance {instance}"));
        let ends = ends.unwrap_or_else(|| "ends its instance".to_owned());
        let (reach, claimed) = (ClaimReach::of(seen, claim), &claim.name);
        match reach {
            ClaimReach::Node(node) => of_node(&mut draft, seen, &view, claim, node, &ends),
            ClaimReach::Unread(node) => {
                draft.summary =
                    format!("NodeClaim {claimed} and node {node} go: Karpenter drains the node, then {ends}.");
                draft.say("Interruption", "not known: its node was not read", Tone::Critical);
                let why = format!("node {node} was not read: which pods go, and what holds them, is not known");
                draft.check(Check::unknown("nothing holds its drain", why));
                force::say(&mut draft, ForcedEnd::of(seen, claim).as_ref(), None);
            }
            ClaimReach::Left => {
                draft.summary = format!("NodeClaim {claimed} goes: its node is gone already. Karpenter {ends}.");
                draft.say("Interruption", "none: no node of it is there", Tone::Good);
            }
            ClaimReach::Instance => {
                draft.summary =
                    format!("NodeClaim {claimed} goes before it is a node of the cluster: Karpenter {ends}.");
                draft.say("Interruption", "none: it is no node yet, and nothing is drained", Tone::Good);
            }
            ClaimReach::Nothing => {
                draft.summary = format!("NodeClaim {claimed} goes before anything was launched for it.");
                draft.say("Interruption", "none: nothing runs of it", Tone::Good);
            }
        }
        draft.say(
            "Way back",
            "none: once it is sent Karpenter goes on to the end, and nothing stops it",
            Tone::Critical,
        );
        if let Some(pool) = &claim.pool {
            // Budgets are for Karpenter's own "automated graceful methods" (Karpenter, "Disruption").
            let text = format!("those of {pool} do not hold it back: they are for what Karpenter does by itself");
            draft.say("Pool budgets", text, Tone::Plain);
        }
        let is_node = matches!(reach, ClaimReach::Node(_) | ClaimReach::Unread(_));
        draft.say("In its place", replacement(seen, &view, claim, is_node), Tone::Plain);
        draft
    }
}

fn step(draft: &mut Draft, seen: &Seen, name: &ObjectName, claim: &ApiObject) {
    let call = Call::new(Api::DeleteNodeClaim, &seen.target.region)
        .with(parameter::CLUSTER, &name.cluster)
        .with(parameter::NAME, &name.name)
        .with(parameter::UID, claim.uid());
    let node = claim.text("/status/nodeName");
    let follow = Follow::ClaimGone {
        of: Followed::of(&seen.target.region, name, claim.uid()),
        node: (!node.is_empty()).then(|| node.to_owned()),
    };
    draft.step("deletes the NodeClaim", call, follow, USUAL);
}

/// Its instance, as far as it is known: `i-1 (m6i.xlarge)`.
fn instance(claim: &NodeClaim) -> Option<String> {
    let instance = claim.instance.as_deref()?;
    let kind = claim.instance_type.as_deref().map(|kind| format!(" ({kind})")).unwrap_or_default();
    Some(format!("{instance}{kind}"))
}

/// A claim that is a node: what goes, what holds it, what is overridden.
fn of_node(draft: &mut Draft, seen: &Seen, view: &ClusterView<'_>, claim: &NodeClaim, node: &Node, ends: &str) {
    let story = why::node(view, node, seen.at);
    let is_going = |pod: &&PodFate| !pod.outlasts_drain && pod.fate != EvictionFate::Ends;
    let going = || story.eviction.pods.iter().filter(is_going);
    let pods: Vec<&Pod> = going().filter_map(|pod| view.pod(&pod.namespace, &pod.name)).collect();
    let is_read = story.eviction.has_pods;
    let evicted = if is_read { pods_in_words(pods.len()) } else { "its pods".to_owned() };
    draft.summary =
        format!("NodeClaim {} and node {} go: Karpenter evicts {evicted}, then {ends}.", claim.name, node.name);
    let end = ForcedEnd::of(seen, claim);
    let stalls = Stalls::of(&story, seen, end.as_ref());
    let cut = force::cut_short(seen, end.as_ref(), &pods);
    check_protection(draft, claim, node, &story);
    draft.check(stalls.check(&story, end.as_ref()));

    if is_read {
        leaving::say_interruption(draft, pods.len(), cut.len());
    } else {
        draft.say("Interruption", "not known: which pods run on it was not read", Tone::Critical);
    }
    force::say_cut_short(draft, seen, end.as_ref(), &cut);
    if !pods.is_empty() {
        draft.say("Pods that go", names(&pods), Tone::Warning);
    }
    leaving::say_lost(draft, seen, &pods);
    stalls.say(draft, &story, seen.at);
    force::say(draft, end.as_ref(), stalls.held_by().as_deref());
    if story.eviction.stay > 0 {
        let stay = pods_in_words(story.eviction.stay);
        draft.say(
            "End with it",
            format!("{stay} of daemon sets, of the kubelet, or that tolerate its taint"),
            Tone::Plain,
        );
    }
    leaving::say_way(draft, seen, view, node, &pods);
    say_karpenters(draft, &pods);
    // What is lost, and what somebody has protected, was approved by its name; other pods come and go.
    let is_named = |pod: &&PodFate| pod.owner.is_none() || matches!(pod.fate, EvictionFate::DoNotDisrupt { .. });
    if let Some(name) = seen.name() {
        draft.subjects.extend(going().filter(is_named).map(|pod| {
            let of = Followed::pod(&seen.target.region, &name.cluster, &pod.namespace, &pod.name, "");
            (of.region, of.id)
        }));
    }
}

/// Says what Karpenter does to a node that goes, beside evicting its pods.
fn say_karpenters(draft: &mut Draft, pods: &[&Pod]) {
    if pods.iter().any(|pod| pod.has_claims) {
        // pkg/controllers/node/termination/controller.go, `awaitVolumeDetachment`.
        let text = "Karpenter ends the instance when the volumes of these pods are detached, or by force";
        draft.say("Waits for", text, Tone::Plain);
    }
    // `node.kubernetes.io/exclude-from-external-load-balancers` (pkg/controllers/node/termination/terminator, `Taint`).
    let text = "those that send to nodes leave this one out as its drain begins: Karpenter labels it so";
    draft.say("Load balancers", text, Tone::Plain);
}

/// What somebody, or Karpenter itself, has decided of it.
fn check_protection(draft: &mut Draft, claim: &NodeClaim, node: &Node, story: &NodeStory) {
    let is_protected = [&claim.annotations, &node.annotations]
        .iter()
        .any(|all| all.get("karpenter.sh/do-not-disrupt").is_some_and(|value| &**value == "true"));
    let why = "it has karpenter.sh/do-not-disrupt: that keeps Karpenter from it, and a deletion does not ask for it";
    draft.check(Check::soft("nobody has protected it", !is_protected, if is_protected { why } else { "" }));
    let chosen = &story.drain.chosen;
    let why = chosen.as_ref().map(|reason| {
        format!("Karpenter is replacing it ({reason}), and waits for the new node first: a deletion does not")
    });
    draft.check(Check::soft("Karpenter is not replacing it", chosen.is_none(), why.unwrap_or_default()));
}

/// What comes in its place (karpenter pkg/controllers/provisioning/provisioner.go: pods of nodes that go are scheduled
/// with those that wait; pkg/controllers/static/provisioning).
fn replacement(seen: &Seen, view: &ClusterView<'_>, claim: &NodeClaim, is_node: bool) -> String {
    let Some(name) = &claim.pool else {
        return "it is of no NodePool: Karpenter makes a node only of a pool that can take its pods".to_owned();
    };
    if !seen.knows(ObjectKind::NodePool) {
        return format!("not known: NodePool {name} was not read");
    }
    match view.pool(name) {
        None => format!("its NodePool {name} is gone: another pool has to take its pods"),
        Some(pool) => match pool.replicas {
            Some(replicas) => {
                format!(
                    "NodePool {name} is static: Karpenter makes another, to have {replicas}, as limits.nodes allows"
                )
            }
            None if is_node => {
                "another node only if its pods find no room and a pool's limits allow one; it is not waited for"
                    .to_owned()
            }
            None => "another claim if the pods that it was made for still wait".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests;
