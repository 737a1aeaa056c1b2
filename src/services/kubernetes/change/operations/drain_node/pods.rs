//! Which pods of a node a drain evicts, and which it leaves.

use crate::services::kubernetes::ClusterView;
use crate::services::kubernetes::model::{DisruptionBudget, Pod};
use crate::services::kubernetes::why::{BudgetIndex, is_kubelets};

/// The pods of a node by what a drain does with them, each list by namespace and name.
///
/// As `kubectl drain --ignore-daemonsets` (staging/src/k8s.io/kubectl/pkg/drain/filters.go), but for two: it deletes pods
/// that are over, with their logs and how they ended, which takes nothing from the node; and it waits for pods that end
/// already, which nothing is to be sent for.
#[derive(Debug, Default)]
pub(super) struct DrainPods<'a> {
    /// Those that are evicted.
    pub goes: Vec<&'a Pod>,
    /// Of daemon sets, which would make them again at once.
    pub daemons: Vec<&'a Pod>,
    /// The kubelet's own, which the API server cannot take away.
    pub kubelets: Vec<&'a Pod>,
    /// They have succeeded or failed.
    pub over: Vec<&'a Pod>,
    /// They were told to end.
    pub ending: Vec<&'a Pod>,
}

impl<'a> DrainPods<'a> {
    /// Those of a node.
    pub fn of(view: &ClusterView<'a>, node: &str) -> Self {
        let mut all = Self::default();
        for pod in view.pods_on(node) {
            let list = if is_kubelets(pod) {
                &mut all.kubelets
            } else if pod.deleting.is_some() {
                &mut all.ending
            } else if pod.is_over() {
                &mut all.over
            } else if pod.is_daemon() {
                &mut all.daemons
            } else {
                &mut all.goes
            };
            list.push(pod);
        }
        all
    }
}

/// A disruption budget, and pods that it is over.
#[derive(Debug)]
pub(super) struct PodsUnder<'a> {
    pub budget: &'a DisruptionBudget,
    pub pods: Vec<&'a Pod>,
}

/// What the disruption budgets do with pods that are to be evicted now.
#[derive(Debug, Default)]
pub(super) struct PodBudgets<'a> {
    /// Budgets that let none of these go.
    pub shut: Vec<PodsUnder<'a>>,
    /// Budgets that let fewer go at once than there are.
    pub in_turn: Vec<PodsUnder<'a>>,
    /// Pods under several, which the eviction API never takes, and those.
    pub several: Vec<(&'a Pod, Vec<&'a DisruptionBudget>)>,
    /// Whether any of them is under one.
    pub any: bool,
}

impl<'a> PodBudgets<'a> {
    /// Of these pods.
    pub fn of(index: &BudgetIndex<'a>, pods: &[&'a Pod]) -> Self {
        let mut all = Self::default();
        let mut free: Vec<PodsUnder<'a>> = Vec::new();
        for pod in pods.iter().copied() {
            all.any |= index.of_pod(pod).next().is_some();
            match index.refusing(pod).as_slice() {
                // One that is not ready does not count, and takes nobody's turn.
                [] if pod.ready => index.of_pod(pod).for_each(|budget| add(&mut free, budget, pod)),
                [] => {}
                [one] => add(&mut all.shut, one, pod),
                several => all.several.push((pod, several.to_vec())),
            }
        }
        free.retain(|under| under.budget.allowed < i64::try_from(under.pods.len()).unwrap_or(i64::MAX));
        all.in_turn = free;
        all
    }
}

fn add<'a>(all: &mut Vec<PodsUnder<'a>>, budget: &'a DisruptionBudget, pod: &'a Pod) {
    match all.iter_mut().find(|under| std::ptr::eq(under.budget, budget)) {
        Some(under) => under.pods.push(pod),
        None => all.push(PodsUnder { budget, pods: vec![pod] }),
    }
}
