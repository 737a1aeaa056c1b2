//! Drain: a node is cordoned, and its pods are evicted as their disruption budgets allow.

mod blocks;
pub(super) mod leaving;
mod pods;

use serde::{Deserialize, Serialize};

use self::leaving::{are, bare, name_of, names, scratch};
use self::pods::{DrainPods, PodBudgets};
use super::cordon;
use super::prelude::*;
use crate::services::kubernetes::model::{Node, NodeProvider, Pod, Resources};
use crate::services::kubernetes::why::{self, BudgetIndex, Protection};
use crate::services::kubernetes::{ClusterView, ObjectKind};

/// Drains a node. What `kubectl drain` does only where a flag says so is done only where a parameter says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrainNode {
    /// Evict pods that no controller makes again, too (`--force`).
    pub bare: bool,
    /// Evict pods whose emptyDir volumes are deleted with them, too (`--delete-emptydir-data`).
    pub emptydir: bool,
    /// Evict pods with `karpenter.sh/do-not-disrupt`, too: the eviction API does not know it, whoever wrote it meant it.
    pub do_not_disrupt: bool,
}

const FIELDS: [&str; 3] = ["bare", "emptydir", "do_not_disrupt"];

/// Seconds from an eviction to the end of its pod: 30 is the grace of a pod that says none (Kubernetes, `PodSpec`,
/// `terminationGracePeriodSeconds`); what each says is not among what is kept of it.
const USUAL: (u32, u32) = (1, 30);

/// Why a drain is not what takes pods from a node.
fn other_way(view: &ClusterView<'_>, node: &Node) -> Option<String> {
    // A drain never starts terminationGracePeriod (karpenter #2802). Nodes of claims without a pool have the finalizer.
    let is_karpenters = node.finalizers.iter().any(|finalizer| &**finalizer == "karpenter.sh/termination");
    if node.pool().is_some() || is_karpenters {
        let claim = view.claim_of(node).map(|claim| format!(" {}", claim.name)).unwrap_or_default();
        return Some(format!(
            "Karpenter manages it: delete its NodeClaim{claim} instead, which drains it too; after a plain drain its \
             terminationGracePeriod is not begun, and Karpenter may bring a node like it again"
        ));
    }
    // "Each Pod running on Fargate has its own compute boundary": its node is that pod's (EKS user guide, "Fargate").
    (node.provider == NodeProvider::Fargate).then(|| {
        "a node of Fargate is that of one pod, and goes with it: restart that pod's workload instead".to_owned()
    })
}

impl Request for DrainNode {
    fn unavailable(on: On<'_>) -> Option<String> {
        let On::Node(view, node) = on else { return None };
        if node.deleting.is_some() {
            return Some("it is going already".to_owned());
        }
        other_way(view, node)
    }

    fn offer(_: &Seen) -> Self {
        Self { bare: false, emptydir: false, do_not_disrupt: false }
    }

    fn fields(&self, _: &Seen) -> Vec<Field> {
        let switch = |name, label, value: bool, hint: &str| {
            Field::new(name, label, value.to_string(), FieldKind::Switch).hint(hint)
        };
        vec![
            switch(
                "bare",
                "Bare pods",
                self.bare,
                "yes evicts pods that no controller makes again, as kubectl's --force",
            ),
            switch("emptydir", "emptyDir", self.emptydir, "yes deletes emptyDir data, as --delete-emptydir-data"),
            switch("do_not_disrupt", "Do-not-disrupt", self.do_not_disrupt, "yes evicts pods that have the annotation"),
        ]
    }

    fn set(&mut self, name: &str, value: &str, _: &Seen) -> Result<(), String> {
        let place = match name {
            "bare" => &mut self.bare,
            "emptydir" => &mut self.emptydir,
            "do_not_disrupt" => &mut self.do_not_disrupt,
            _ => return Err(field::unknown(name, &FIELDS)),
        };
        *place = field::switch(value)?;
        Ok(())
    }

    fn draft(&self, seen: &Seen) -> Draft {
        let mut draft = Draft::new(Risk::Disruptive, seen);
        let (Some(name), Some(object)) = (seen.name(), &seen.object) else { return draft };
        let is_read = seen.knows(ObjectKind::Pod);
        let Some(view) = seen.view() else { return draft };
        check_node(&mut draft, seen, &view);
        let why = "what would have to be evicted is not known";
        draft.check(Check::must("its pods were read", is_read, why));
        if !is_read {
            draft.summary = format!("Pods of {} would be evicted: which ones was not read.", name.name);
            return draft;
        }
        let pods = DrainPods::of(&view, &name.name);
        let goes = &pods.goes;
        draft.summary = match goes.len() {
            0 => format!("{} takes no new pods. No pod on it has to go, and the node itself stays.", name.name),
            count => format!(
                "{} takes no new pods, and {} evicted from it, as disruption budgets allow. The node itself stays.",
                name.name,
                are(count)
            ),
        };
        if self.loses(seen, goes) {
            draft.risk = Risk::Irreversible;
        }
        let protected = protected(seen, goes);
        self.check_allowed(&mut draft, seen, goes, &protected);
        let budgets = PodBudgets::of(&BudgetIndex::of(&view), goes);
        blocks::check(&mut draft, seen, &budgets);

        leaving::say_interruption(&mut draft, goes.len(), 0);
        leaving::say_lost(&mut draft, seen, goes);
        say_protected(&mut draft, seen, &protected);
        say_stay(&mut draft, &pods);
        blocks::say(&mut draft, seen, &budgets);
        if let Some(node) = seen.node() {
            leaving::say_way(&mut draft, seen, &view, node, goes);
        }
        say_room(&mut draft, goes);
        say_after(&mut draft, seen);
        if !cordon::is_cordoned(object) {
            undone::say(&mut draft, object, &["spec", "unschedulable"]);
        }
        steps(&mut draft, seen, &name, object, goes);
        let is_some = !draft.steps.is_empty();
        let why = "it is cordoned, and no pod on it has to go";
        draft.check(Check::must("something is to be done", is_some, why));
        draft.inverse = Some("uncordon it: pods come to it again, those that went do not".to_owned());
        draft
    }
}

impl DrainNode {
    /// Something goes that no new pod brings back.
    fn loses(&self, seen: &Seen, goes: &[&Pod]) -> bool {
        (self.bare && !bare(goes).is_empty()) || (self.emptydir && !scratch(seen, goes).is_empty())
    }

    /// What is not evicted unless it is said so.
    fn check_allowed(&self, draft: &mut Draft, seen: &Seen, goes: &[&Pod], protected: &[(&Pod, Protection)]) {
        let protected: Vec<&Pod> = protected.iter().map(|(pod, _)| *pod).collect();
        let mut check = |is_allowed: bool, name: &str, pods: &[&Pod], why: &str| {
            if is_allowed {
                return;
            }
            draft.check(Check::must(name, pods.is_empty(), format!("{}: {why}", names(pods))));
        };
        let why = "no controller does; Bare pods: yes evicts nevertheless";
        check(self.bare, "every pod is made again", &bare(goes), why);
        let why = "with emptyDir data, which is deleted; emptyDir: yes evicts nevertheless";
        check(self.emptydir, "no emptyDir data goes", &scratch(seen, goes), why);
        let why = "somebody has protected them from disruption; Do-not-disrupt: yes evicts nevertheless";
        check(self.do_not_disrupt, "no pod is do-not-disrupt", &protected, why);
    }
}

/// Cordons it, where it is not, and evicts each pod.
fn steps(draft: &mut Draft, seen: &Seen, name: &ObjectName, object: &ApiObject, goes: &[&Pod]) {
    if !cordon::is_cordoned(object) {
        cordon::step(draft, seen, name, object, true);
    }
    let region = &seen.target.region;
    let (mut calls, mut unknown): (Vec<(String, Call, Follow)>, Vec<&Pod>) = (Vec::new(), Vec::new());
    for pod in goes.iter().copied() {
        let Some(uid) = seen.uid_of(pod) else {
            unknown.push(pod);
            continue;
        };
        let call = Call::new(Api::EvictPod, region)
            .with(parameter::CLUSTER, &name.cluster)
            .with(parameter::NAMESPACE, &*pod.namespace)
            .with(parameter::NAME, &*pod.name)
            .with(parameter::UID, uid);
        let of = Followed::pod(region, &name.cluster, &pod.namespace, &pod.name, uid);
        draft.subjects.push((of.region.clone(), of.id.clone()));
        let follow = Follow::PodGone { of, node: name.name.clone(), approved: Vec::new() };
        calls.push((format!("evicts {}", name_of(pod)), call, follow));
    }
    if !unknown.is_empty() {
        let why = format!("{}: another pod of its name could be meant", names(&unknown));
        draft.check(Check::hard("each pod's UID is known", false, why));
    }
    if let Some((_, _, Follow::PodGone { approved, .. })) = calls.last_mut() {
        *approved = goes.iter().copied().map(name_of).collect();
    }
    draft.each(calls, USUAL, Resend::WhenRefused);
}

fn check_node(draft: &mut Draft, seen: &Seen, view: &ClusterView<'_>) {
    let Some(node) = seen.node() else {
        draft.check(Check::unknown("a plain drain is right here", "who brought the node was not read"));
        return;
    };
    let other = other_way(view, node);
    draft.check(Check::hard("a plain drain is right here", other.is_none(), other.unwrap_or_default()));
    // The kubelet confirms the end of a container (Kubernetes, "Nodes", "Non-graceful node shutdown handling").
    let why = "its kubelet may not end pods, or not say so: they stay Terminating until the node is back or deleted";
    draft.check(Check::should("is ready", node.is_ready(), why));
}

/// Those that `karpenter.sh/do-not-disrupt` protects now.
fn protected<'a>(seen: &Seen, goes: &[&'a Pod]) -> Vec<(&'a Pod, Protection)> {
    goes.iter().copied().filter_map(|pod| Some((pod, why::protected(pod, seen.at)?))).collect()
}

fn say_protected(draft: &mut Draft, seen: &Seen, protected: &[(&Pod, Protection)]) {
    if protected.is_empty() {
        return;
    }
    let all: Vec<String> = protected
        .iter()
        .map(|(pod, protection)| match protection.until {
            Some(until) => format!("{} until {}", name_of(pod), why::moment(until, seen.at)),
            None => name_of(pod),
        })
        .collect();
    // It is Karpenter's alone: the eviction API of Kubernetes does not read it (pkg/registry/core/pod/storage/eviction.go).
    let text = format!("{}: that keeps Karpenter off, not an eviction by hand", all.join(", "));
    draft.say("Do-not-disrupt", text, Tone::Warning);
}

/// Says which pods are left on it.
fn say_stay(draft: &mut Draft, pods: &DrainPods<'_>) {
    let mut stay = Vec::new();
    for (pods, what) in [(&pods.daemons, "of daemon sets"), (&pods.kubelets, "of the kubelet")] {
        if !pods.is_empty() {
            stay.push(format!("{} {what} ({})", pods.len(), leaving::some_names(pods)));
        }
    }
    if !pods.over.is_empty() {
        stay.push(format!("{} that are over ({})", pods.over.len(), leaving::some_names(&pods.over)));
    }
    if !stay.is_empty() {
        draft.say("Stay on it", stay.join(", "), Tone::Plain);
    }
    if !pods.ending.is_empty() {
        let text = format!("{}: told to end before; whether they do is not waited for", names(&pods.ending));
        draft.say("End already", text, Tone::Plain);
    }
}

/// Says what the pods ask for: what other nodes have free is not read.
fn say_room(draft: &mut Draft, goes: &[&Pod]) {
    if goes.is_empty() {
        return;
    }
    let mut asked = Resources::default();
    for pod in goes {
        asked += &pod.requests;
    }
    let text = format!(
        "not read: together they ask for {} CPU and {}; a pod for which no node has room waits",
        why::amount("cpu", asked.cpu),
        why::amount("memory", asked.memory),
    );
    draft.say("Room elsewhere", text, Tone::Warning);
}

/// Says what comes after it, and what may come to it meanwhile.
fn say_after(draft: &mut Draft, seen: &Seen) {
    // DaemonSet pods tolerate node.kubernetes.io/unschedulable (Kubernetes, "DaemonSet", "Taints and tolerations").
    draft.say(
        "Still come",
        "pods that tolerate the cordon, as those of daemon sets do; they are not evicted",
        Tone::Plain,
    );
    let text = match seen.node().map(|node| &node.provider) {
        // Which node goes is decided by the Auto Scaling group (Amazon EC2 Auto Scaling, "Termination policies").
        Some(NodeProvider::ManagedGroup(group)) => format!(
            "node group {group} keeps its size, and this node is paid for on; scaling the group down may take another one"
        ),
        _ => "the node is paid for on, until somebody ends its machine".to_owned(),
    };
    draft.say("Afterwards", text, Tone::Plain);
}

#[cfg(test)]
mod tests;
