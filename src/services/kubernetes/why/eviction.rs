//! What would go from a node if it were disrupted now, and what holds.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::protection::protected;
use super::requirements::tolerates_disruption;
use super::{WhyLine, WhyTone, listed, moment};
use crate::health::words::plural;
use crate::services::kubernetes::model::{ConditionStatus, DisruptionBudget, Node, OwnerRef, Pod, PodPhase};
use crate::services::kubernetes::{ClusterView, ObjectKind};

/// What becomes of a pod when its node is disrupted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvictionFate {
    /// It is evicted, and its owner makes another.
    Goes,
    /// It is evicted, and nobody makes another.
    NobodyRecreates,
    /// A disruption budget allows no eviction now: its name with its namespace, alone.
    Budget(Vec<String>),
    /// It is under several, and the eviction API takes no pod that is.
    SeveralBudgets(Vec<String>),
    /// `karpenter.sh/do-not-disrupt`: for ever, or until then.
    DoNotDisrupt { until: Option<Timestamp> },
    /// It is going already.
    Ends,
}

impl EvictionFate {
    /// It keeps its node.
    #[must_use]
    pub fn holds(&self) -> bool {
        matches!(self, Self::Budget(_) | Self::SeveralBudgets(_) | Self::DoNotDisrupt { .. })
    }
}

/// A pod and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodFate {
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    pub owner: Option<OwnerRef>,
    pub fate: EvictionFate,
    /// Its budgets do not keep it in a drain: it is not ready, or not even started.
    pub goes_unready: bool,
    /// Karpenter's drain does not wait for it, whatever is said of it: it is the kubelet's, or tolerates the disruption.
    pub outlasts_drain: bool,
}

impl PodFate {
    /// `namespace/name`.
    #[must_use]
    pub fn pod(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// It keeps its node from being drained.
    #[must_use]
    pub fn holds_drain(&self) -> bool {
        let is_annotated = matches!(self.fate, EvictionFate::DoNotDisrupt { .. });
        !self.outlasts_drain && self.fate.holds() && (is_annotated || !self.goes_unready)
    }

    /// It is of a daemon set, or the kubelet's: it finds no other place.
    fn is_bound(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| matches!(&*owner.kind, "DaemonSet" | "Node"))
    }

    /// What holds it, in words; none where nothing does.
    #[must_use]
    pub fn hold(&self, now: Timestamp) -> Option<String> {
        match &self.fate {
            EvictionFate::Budget(budgets) => Some(format!("PDB {}", budgets.join(", "))),
            EvictionFate::SeveralBudgets(budgets) => {
                Some(format!("{} is under several PDBs ({})", self.pod(), budgets.join(", ")))
            }
            EvictionFate::DoNotDisrupt { until: None } => Some(format!("do-not-disrupt {}", self.pod())),
            EvictionFate::DoNotDisrupt { until: Some(until) } => {
                Some(format!("do-not-disrupt {} until {}", self.pod(), moment(*until, now)))
            }
            EvictionFate::Goes | EvictionFate::NobodyRecreates | EvictionFate::Ends => None,
        }
    }
}

/// What would go from a node if it were disrupted now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvictionAnswer {
    /// Its pods but those that stay, and those that are over.
    pub pods: Vec<PodFate>,
    /// Pods of daemon sets, the kubelet's own, and those that tolerate the disruption.
    pub stay: usize,
    /// Whether its pods are known.
    pub has_pods: bool,
    /// Whether the disruption budgets are known.
    pub is_known: bool,
}

/// The disruption budgets of a cluster, by namespace.
#[derive(Debug, Default)]
pub struct BudgetIndex<'a> {
    namespaces: HashMap<&'a str, Vec<&'a DisruptionBudget>>,
}

impl<'a> BudgetIndex<'a> {
    /// Of all that there are.
    #[must_use]
    pub fn of(view: &ClusterView<'a>) -> Self {
        let mut namespaces: HashMap<&str, Vec<&DisruptionBudget>> = HashMap::new();
        for budget in view.budgets() {
            namespaces.entry(&budget.namespace).or_default().push(budget);
        }
        Self { namespaces }
    }

    /// Those that a pod is under.
    pub fn of_pod<'s>(&'s self, pod: &'s Pod) -> impl Iterator<Item = &'a DisruptionBudget> + 's {
        let all = self.namespaces.get(&*pod.namespace).map_or(&[][..], Vec::as_slice);
        all.iter().copied().filter(|budget| budget.selector.selects(&pod.labels))
    }

    /// Those for which the eviction API refuses a pod now: the one that lets none go, or several, whatever they say
    /// (kubernetes pkg/registry/core/pod/storage/eviction.go). None where it takes the pod.
    #[must_use]
    pub fn refusing(&self, pod: &Pod) -> Vec<&'a DisruptionBudget> {
        let of_pod: Vec<&DisruptionBudget> = self.of_pod(pod).collect();
        let lets_go = |budget: &DisruptionBudget| budget.allowed > 0 && budget.is_observed;
        let is_taken = of_pod.is_empty() || matches!(of_pod.as_slice(), [one] if lets_go(one));
        if is_taken || goes_unready(self, pod) { Vec::new() } else { of_pod }
    }
}

/// What becomes of the pods of a node (karpenter pkg/controllers/state/statenode.go, `ValidatePodsDisruptable`;
/// pkg/utils/pod/scheduling.go, `IsEvictable`; pkg/utils/pdb, `CanEvictPods`).
#[must_use]
pub fn of_node(view: &ClusterView<'_>, budgets: &BudgetIndex<'_>, node: &Node, now: Timestamp) -> EvictionAnswer {
    let is_known = view.standing(ObjectKind::DisruptionBudget).is_known();
    let has_pods = view.standing(ObjectKind::Pod).is_known();
    let mut answer = EvictionAnswer { has_pods, is_known, ..EvictionAnswer::default() };
    for pod in view.pods_on(&node.name).iter().filter(|pod| !pod.is_over()) {
        match fate(budgets, pod, now) {
            None => answer.stay += 1,
            Some(fate) => answer.pods.push(PodFate {
                namespace: pod.namespace.clone(),
                name: pod.name.clone(),
                owner: pod.owner.clone(),
                fate,
                goes_unready: goes_unready(budgets, pod),
                // `IsDrainable`, which a pod that is not to be disrupted is asked too.
                outlasts_drain: is_kubelets(pod) || tolerates_disruption(pod),
            }),
        }
    }
    answer
}

/// None for a pod that stays.
fn fate(budgets: &BudgetIndex<'_>, pod: &Pod, now: Timestamp) -> Option<EvictionFate> {
    if pod.deleting.is_some() {
        return Some(EvictionFate::Ends);
    }
    // It counts for pods of daemon sets and for static ones too.
    if let Some(protection) = protected(pod, now) {
        return Some(EvictionFate::DoNotDisrupt { until: protection.until });
    }
    if is_kubelets(pod) || tolerates_disruption(pod) {
        return None;
    }
    let of_pod: Vec<&DisruptionBudget> = budgets.of_pod(pod).collect();
    let name = |budget: &DisruptionBudget| format!("{}/{}", budget.namespace, budget.name);
    Some(match of_pod.as_slice() {
        [one] if one.allowed <= 0 && !(one.always_allow && is_unready(pod)) => EvictionFate::Budget(vec![name(one)]),
        // Karpenter evicts it too, and the next node has its own.
        [] | [_] if pod.is_daemon() => return None,
        [] | [_] if pod.owner.is_none() => EvictionFate::NobodyRecreates,
        [] | [_] => EvictionFate::Goes,
        several => EvictionFate::SeveralBudgets(several.iter().map(|budget| name(budget)).collect()),
    })
}

/// A static pod, which its kubelet makes and the API server cannot take away.
pub(in crate::services::kubernetes) fn is_kubelets(pod: &Pod) -> bool {
    pod.is_mirror || pod.owner.as_ref().is_some_and(|owner| &*owner.kind == "Node")
}

/// It says that it is not ready.
fn is_unready(pod: &Pod) -> bool {
    pod.condition("Ready").is_some_and(|ready| ready.status == ConditionStatus::False)
}

/// Whether the eviction API takes a pod for all that its budgets say: one that has not started, and one that is not ready
/// while those that are ready are enough, or under `AlwaysAllow` (kubernetes pkg/registry/core/pod/storage/eviction.go).
fn goes_unready(budgets: &BudgetIndex<'_>, pod: &Pod) -> bool {
    if pod.phase == PodPhase::Pending {
        return true;
    }
    let mut of_pod = budgets.of_pod(pod);
    let (Some(one), None) = (of_pod.next(), of_pod.next()) else { return false };
    let is_enough = one.wanted_healthy > 0 && one.healthy >= one.wanted_healthy;
    !pod.ready && (one.always_allow || is_enough)
}

impl EvictionAnswer {
    /// What holds the node, each once.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> Vec<String> {
        let mut holds: Vec<String> = Vec::new();
        for hold in self.pods.iter().filter_map(|pod| pod.hold(now)) {
            if !holds.contains(&hold) {
                holds.push(hold);
            }
        }
        holds
    }

    /// Pods that would have to find another place, or are lost.
    #[must_use]
    pub fn moved(&self) -> usize {
        self.moving().count()
    }

    fn moving(&self) -> impl Iterator<Item = &PodFate> {
        self.pods.iter().filter(|pod| pod.fate != EvictionFate::Ends && !pod.is_bound())
    }

    fn bare(&self) -> Vec<String> {
        self.pods.iter().filter(|pod| pod.fate == EvictionFate::NobodyRecreates).map(PodFate::pod).collect()
    }

    /// In one line: `12 pods would go, PDB orders/api holds, 1 comes from nobody again (tools/debug)`.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        if !self.has_pods {
            return "its pods are not known".to_owned();
        }
        let mut parts = vec![match self.moved() {
            0 => "no pod would have to go".to_owned(),
            moved => format!("{} would go", plural(moved, "pod")),
        }];
        let holds = self.holds(now);
        if !holds.is_empty() {
            parts.push(format!("held by {}", listed(&holds, 3)));
        }
        let bare = self.bare();
        if !bare.is_empty() {
            parts.push(format!("nobody recreates {}", listed(&bare, 3)));
        }
        if !self.is_known && !self.pods.is_empty() {
            parts.push("disruption budgets are not known".to_owned());
        }
        parts.join(", ")
    }

    /// The whole explanation, line by line: what holds, what is lost, then what goes by its owner.
    #[must_use]
    pub fn lines(&self, now: Timestamp) -> Vec<WhyLine> {
        let mut lines: Vec<WhyLine> =
            self.holds(now).into_iter().map(|hold| WhyLine::new(WhyTone::Blocks, format!("held by {hold}"))).collect();
        let bare = self.bare();
        lines.extend(
            bare.iter().map(|pod| WhyLine::new(WhyTone::Blocks, format!("{pod} is lost: nobody recreates it"))),
        );
        let mut owners: Vec<(String, usize)> = Vec::new();
        for pod in self.moving() {
            let Some(owner) = &pod.owner else { continue };
            let name = format!("{} {}/{}", owner.kind, pod.namespace, owner.name);
            match owners.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => owners.push((name, 1)),
            }
        }
        lines.extend(
            owners
                .into_iter()
                .map(|(name, count)| WhyLine::new(WhyTone::Note, format!("{} of {name}", plural(count, "pod")))),
        );
        if self.stay > 0 {
            let verb = if self.stay == 1 { "finds" } else { "find" };
            let words = format!("{} of daemon sets and the kubelet {verb} no other place", plural(self.stay, "pod"));
            lines.push(WhyLine::new(WhyTone::Good, words));
        }
        if !self.has_pods {
            lines.push(WhyLine::new(WhyTone::Unknown, "its pods are not known"));
        }
        if !self.is_known {
            lines.push(WhyLine::new(WhyTone::Unknown, "the disruption budgets are not known"));
        }
        lines
    }

    /// What to do before.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let held = self.pods.iter().find(|pod| pod.fate.holds())?;
        Some(match &held.fate {
            EvictionFate::SeveralBudgets(budgets) => {
                format!(
                    "Leave {} under one PDB: evictions refuse pods under several ({})",
                    held.pod(),
                    budgets.join(", ")
                )
            }
            EvictionFate::DoNotDisrupt { .. } => {
                format!("Let {} end, or take karpenter.sh/do-not-disrupt from it", held.pod())
            }
            _ => {
                let budget = held.hold(Timestamp::UNIX_EPOCH).unwrap_or_default();
                format!("Give {budget} a pod to spare: more replicas, or another minAvailable or maxUnavailable")
            }
        })
    }
}

#[cfg(test)]
mod tests;
