//! Why a workload is not whole.

use jiff::Timestamp;

use super::attempts::PastClaims;
use super::eviction::BudgetIndex;
use super::waiting::together;
use super::{WhyLine, WhyTone};
use crate::health::words::plural;
use crate::services::kubernetes::ClusterView;
use crate::services::kubernetes::model::{Autoscaler, ContainerState, DisruptionBudget, Ended, Figure, Pod, Workload};

/// How far back claims that vanished say something, seconds.
const PAST: i64 = 3600;

/// Why a workload is not whole: no lines where it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkloadStory {
    pub lines: Vec<WhyLine>,
    pub advice: Vec<String>,
}

/// Why a workload is not whole.
#[must_use]
pub fn workload(view: &ClusterView<'_>, workload: &Workload, now: Timestamp) -> WorkloadStory {
    let pods: Vec<&Pod> = view.pods_of(workload.kind.name(), &workload.namespace, &workload.name).collect();
    let mut story = WorkloadStory::default();
    rollout(&mut story, workload);
    let waiting: Vec<&Pod> = pods.iter().copied().filter(|pod| pod.is_unschedulable()).collect();
    if !waiting.is_empty() {
        let told = together(view, &waiting, &PastClaims::of(view, PAST, now), now);
        let verb = if told.count == 1 { "waits" } else { "wait" };
        let words = format!("{} {verb}: {}", plural(told.count, "pod"), told.reason(now));
        let tone = if told.refused > 0 { WhyTone::Blocks } else { WhyTone::Waits };
        story.lines.push(WhyLine::new(tone, words).since(told.since));
        story.advice.extend(told.advice);
    }
    if let Some(crashes) = Crashes::of(&pods) {
        story.lines.push(WhyLine::new(WhyTone::Blocks, crashes.words()).since(crashes.last_at()));
        story.advice.push(crashes.advice());
    }
    if let Some(scaler) = view.autoscaler_of(workload)
        && let Some(above) = saturated(scaler)
    {
        let words = format!("autoscaler at its maximum of {}: {above}", scaler.maximum);
        let since = scaler.conditions.true_since("ScalingLimited");
        story.lines.push(WhyLine::new(WhyTone::Blocks, words).since(since));
        story.advice.push(format!("Raise maxReplicas of {}, if nodes and what it calls bear it", scaler.name));
    }
    let index = BudgetIndex::of(view);
    let mut budgets = pods.first().into_iter().flat_map(|pod| index.of_pod(pod));
    if let Some(words) = budgets.find_map(shut) {
        story.lines.push(WhyLine::new(WhyTone::Note, words));
    }
    story
}

fn rollout(story: &mut WorkloadStory, workload: &Workload) {
    let conditions = &workload.conditions;
    if let Some(stuck) = conditions.get("Progressing").filter(|_| conditions.is_false("Progressing")) {
        let words = format!("its rollout is stuck: {}", said(&stuck.message, &stuck.reason));
        story.lines.push(WhyLine::new(WhyTone::Blocks, words).since(stuck.since));
        story.advice.push("Look at the pods of the newest template, or go back to the one before".to_owned());
    }
    if let Some(failure) = conditions.get("ReplicaFailure").filter(|_| conditions.is_true("ReplicaFailure")) {
        let words = format!("pods cannot be made: {}", said(&failure.message, &failure.reason));
        story.lines.push(WhyLine::new(WhyTone::Blocks, words).since(failure.since));
        story
            .advice
            .push("Look at quotas, admission and the service account: pods are refused when they are made".to_owned());
    }
    if workload.paused {
        story.lines.push(WhyLine::new(WhyTone::Note, "its rollout is paused"));
    }
    if !workload.is_observed {
        story.lines.push(WhyLine::new(WhyTone::Waits, "its controller has not seen the newest specification"));
    }
}

fn said<'a>(message: &'a str, reason: &'a str) -> &'a str {
    if message.is_empty() { reason } else { message }
}

/// Containers of one owner that do not stay up, or do not start.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::services::kubernetes) struct Crashes<'a> {
    /// Pods of which a container is so.
    pub pods: usize,
    /// `CrashLoopBackOff`, `ImagePullBackOff` …
    pub reason: &'a str,
    pub container: &'a str,
    /// What the kubelet says of it.
    pub message: &'a str,
    pub restarts: u32,
    /// How it ended last, where it has.
    pub last: Option<&'a Ended>,
}

/// Why a container waits that will not start by itself (kubelet pkg/kubelet/images, pkg/kubelet/container/sync_result.go).
const STUCK: [&str; 10] = [
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "ErrImagePull",
    "ErrImageNeverPull",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "PostStartHookError",
    "ImageInspectError",
];

impl<'a> Crashes<'a> {
    /// Of pods of one owner; none where all start.
    pub fn of(pods: &[&'a Pod]) -> Option<Self> {
        let mut found: Option<Self> = None;
        for pod in pods.iter().filter(|pod| pod.deleting.is_none() && !pod.is_over()) {
            let stuck = pod.containers.iter().find_map(|container| match &container.state {
                ContainerState::Waiting { reason, message } if STUCK.contains(&&**reason) => {
                    Some((container, &**reason, &**message))
                }
                _ => None,
            });
            let Some((container, reason, message)) = stuck else { continue };
            let one = Self {
                pods: 1,
                reason,
                container: &container.name,
                message,
                restarts: container.restarts,
                last: container.last.as_ref(),
            };
            found = Some(match found {
                None => one,
                // The one that was started most often is the example.
                Some(known) if one.restarts > known.restarts => Self { pods: known.pods + 1, ..one },
                Some(known) => Self { pods: known.pods + 1, ..known },
            });
        }
        found
    }

    /// In words: `2 pods in CrashLoopBackOff: api exits with 137 OOMKilled, 12 restarts`.
    pub fn words(&self) -> String {
        let mut words = format!("{} in {}: {}", plural(self.pods, "pod"), self.reason, self.container);
        match self.last {
            Some(ended) => {
                words += &format!(" exits with {}", ended.exit_code);
                if !ended.reason.is_empty() && &*ended.reason != "Error" {
                    words += &format!(" {}", ended.reason);
                }
            }
            None if !self.message.is_empty() => words += &format!(", {}", self.message),
            None => {}
        }
        if self.restarts > 0 {
            words += &format!(", {}", plural(self.restarts as usize, "restart"));
        }
        words
    }

    /// When it ended last.
    pub fn last_at(&self) -> Option<Timestamp> {
        self.last.and_then(|ended| ended.at)
    }

    /// What to do.
    pub fn advice(&self) -> String {
        match self.reason {
            "ImagePullBackOff" | "ErrImagePull" | "ErrImageNeverPull" | "InvalidImageName" | "ImageInspectError" => {
                "Look at the image's name and tag, and at who may pull it".to_owned()
            }
            "CreateContainerConfigError" | "CreateContainerError" => {
                "Look at the config maps, secrets and volumes that it names".to_owned()
            }
            _ if self.last.is_some_and(|ended| &*ended.reason == "OOMKilled") => {
                "Raise its memory limit, or find what it holds: the kernel killed it for its memory".to_owned()
            }
            _ => format!("Read the previous log of {}", self.container),
        }
    }
}

/// What is above its target while an autoscaler is at its maximum; none where it is not, or nothing is above.
pub(in crate::services::kubernetes) fn saturated(scaler: &Autoscaler) -> Option<String> {
    if scaler.current < scaler.maximum || scaler.maximum == 0 {
        return None;
    }
    let above = scaler.metrics.iter().filter_map(|metric| {
        let (current, target, unit) = match (metric.current?, metric.target) {
            (Figure::Utilization(current), Figure::Utilization(target)) => (current as f64, target as f64, " %"),
            (Figure::Value(current), Figure::Value(target))
            | (Figure::AverageValue(current), Figure::AverageValue(target)) => (current, target, ""),
            _ => return None,
        };
        let number = crate::health::words::number;
        // The autoscaler's own tolerance is 10 % (kube-controller-manager, `--horizontal-pod-autoscaler-tolerance`).
        (current > target * 1.1)
            .then(|| format!("{} {}{unit}, target {}{unit}", metric.name, number(current), number(target)))
    });
    let above: Vec<String> = above.collect();
    (!above.is_empty()).then(|| above.join(", "))
}

/// Why a budget lets no pod go, where it does not for the state of its pods.
fn shut(budget: &DisruptionBudget) -> Option<String> {
    if let Some(said) = uncomputed(budget) {
        return Some(format!("PDB {} cannot be computed: {said}", budget.name));
    }
    shuts(budget).then(|| format!("PDB {} lets no pod go though all are healthy: evictions are refused", budget.name))
}

/// What its controller says where it cannot compute a budget, which then lets no pod go (kubernetes
/// pkg/controller/disruption, `failSafe`: `DisruptionAllowed` with reason `SyncFailed`).
pub(in crate::services::kubernetes) fn uncomputed(budget: &DisruptionBudget) -> Option<&str> {
    let condition = budget.conditions.get("DisruptionAllowed").filter(|one| &*one.reason == "SyncFailed")?;
    Some(&condition.message)
}

/// A PDB that lets no pod go though all are healthy (`maxUnavailable: 0`, `minAvailable` of all).
pub(in crate::services::kubernetes) fn shuts(budget: &DisruptionBudget) -> bool {
    uncomputed(budget).is_none()
        && budget.is_observed
        && budget.expected > 0
        && budget.allowed <= 0
        && budget.healthy >= budget.expected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kubernetes::model::{Conditions, MetricTarget};
    use crate::services::kubernetes::testing::{
        CLUSTER, TestCluster, ago, autoscaler, budget, container, deployment, fails, now, pod, waiting_pod,
    };

    fn told(cluster: TestCluster) -> Vec<String> {
        let data = TestCluster { workloads: vec![deployment("shop", "api", 3, 1)], ..cluster }.data();
        let view = ClusterView::of(&data, CLUSTER).unwrap();
        let story = workload(&view, view.workloads().next().unwrap(), now());
        story.lines.into_iter().map(|line| line.words).collect()
    }

    pub fn crashing(name: &str, restarts: u32) -> Pod {
        let waiting = ContainerState::Waiting { reason: "CrashLoopBackOff".into(), message: "back-off 5m0s".into() };
        let last =
            Ended { exit_code: 137, signal: None, reason: "OOMKilled".into(), message: "".into(), at: Some(ago(90)) };
        let api =
            crate::services::kubernetes::model::Container { restarts, last: Some(last), ..container("api", waiting) };
        Pod { containers: vec![api], ready: false, ..pod("shop", name) }
    }

    #[test]
    fn what_keeps_it_from_being_whole() {
        assert_eq!(told(TestCluster::default()), [""; 0]);
        let crashes = TestCluster { pods: vec![crashing("api-1", 3), crashing("api-2", 12)], ..TestCluster::default() };
        assert_eq!(told(crashes), ["2 pods in CrashLoopBackOff: api exits with 137 OOMKilled, 12 restarts"]);
        let waits = waiting_pod("shop", "api-3", "api", "0/3 nodes are available: 3 Insufficient cpu.");
        assert_eq!(
            told(TestCluster { pods: vec![waits], ..TestCluster::default() }),
            ["1 pod waits: of 3 nodes 3 Insufficient cpu"]
        );
        let shut = TestCluster {
            pods: vec![pod("shop", "api-1")],
            budgets: vec![budget("shop", "api", 0)],
            ..Default::default()
        };
        assert_eq!(told(shut), ["PDB api lets no pod go though all are healthy: evictions are refused"]);
        let mut scaler = autoscaler("shop", "api", 10);
        let cpu = |current| MetricTarget {
            name: "cpu".into(),
            target: Figure::Utilization(70),
            current: Some(Figure::Utilization(current)),
        };
        scaler.metrics = vec![cpu(94)];
        let full = TestCluster { autoscalers: vec![scaler.clone()], ..TestCluster::default() };
        assert_eq!(told(full), ["autoscaler at its maximum of 10: cpu 94 %, target 70 %"]);
        scaler.metrics = vec![cpu(76)];
        assert_eq!(saturated(&scaler), None, "within its tolerance");
    }

    #[test]
    fn a_rollout_that_is_stuck_says_why() {
        let message = "ReplicaSet \"api-6d\" has timed out progressing.";
        let mut stuck = deployment("shop", "api", 3, 1);
        stuck.conditions = Conditions(vec![fails("Progressing", "ProgressDeadlineExceeded", message, 60)]);
        let data = TestCluster { workloads: vec![stuck], ..TestCluster::default() }.data();
        let view = ClusterView::of(&data, CLUSTER).unwrap();
        let story = workload(&view, view.workloads().next().unwrap(), now());
        assert_eq!(story.lines[0].words, format!("its rollout is stuck: {message}"));
    }
}
