//! Why a node that was told to go is still there.

use std::sync::Arc;

use jiff::Timestamp;

use super::eviction::{EvictionAnswer, EvictionFate};
use super::refusal::between;
use super::{WhyLine, WhyTone, after, listed, moment, seconds_since};
use crate::domain::duration;
use crate::health::words::plural;
use crate::services::kubernetes::ClusterView;
use crate::services::kubernetes::model::{ClusterEvent, ConditionStatus, Node, NodeClaim};

/// The annotation with the moment at which a node goes by force (karpenter pkg/apis/v1/labels.go).
const ENDS: &str = "karpenter.sh/nodeclaim-termination-timestamp";

/// One thing that a node that goes waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DrainHold {
    /// A pod that a disruption budget does not let go.
    Budget { pod: String, budgets: Vec<String> },
    /// A pod that is not evicted while its annotation protects it.
    DoNotDisrupt { pod: String, until: Option<Timestamp> },
    /// Volumes are to be detached: their attachments, as far as they are named.
    Volumes(String),
    /// Pods that are going, or still to be evicted.
    Pods(usize),
    /// Everything is drained: EC2 ends the instance.
    Instance,
    /// What Karpenter says, in its own words.
    Said(String),
}

impl DrainHold {
    /// In words.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        match self {
            Self::Budget { pod, budgets } if budgets.len() > 1 => {
                format!("{pod} is under several PDBs ({})", budgets.join(", "))
            }
            Self::Budget { pod, budgets } if budgets.is_empty() => format!("a PDB does not let {pod} go"),
            Self::Budget { pod, budgets } => format!("PDB {} does not let {pod} go", budgets.join(", ")),
            Self::DoNotDisrupt { pod, until: None } => format!("{pod} must not be disrupted"),
            Self::DoNotDisrupt { pod, until: Some(until) } => {
                format!("{pod} must not be disrupted until {}", moment(*until, now))
            }
            Self::Volumes(names) if names.is_empty() => "volumes are to be detached".to_owned(),
            Self::Volumes(names) => format!("volumes are to be detached ({names})"),
            Self::Pods(count) => format!("{} still to go", plural(*count, "pod")),
            Self::Instance => "drained, the instance is being ended".to_owned(),
            Self::Said(words) => words.clone(),
        }
    }

    /// It does not go on by itself.
    #[must_use]
    pub fn is_block(&self) -> bool {
        matches!(self, Self::Budget { .. } | Self::DoNotDisrupt { until: None, .. })
    }
}

/// Why a node is not gone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrainAnswer {
    /// It was told to go.
    pub going: bool,
    /// Nobody schedules onto it; whether somebody drains it is not told.
    pub cordoned: bool,
    pub since: Option<Timestamp>,
    /// When it goes by force, whatever holds it.
    pub ends: Option<Timestamp>,
    /// What it waits for, what does not go on by itself first.
    pub holds: Vec<DrainHold>,
    /// Whether it is known that it goes by force some time, or never.
    pub knows_end: bool,
    /// Karpenter has chosen it, and is about to tell it to go: for this reason.
    pub chosen: Option<Arc<str>>,
    pub finalizers: Vec<Arc<str>>,
}

pub(super) fn of_node(
    view: &ClusterView<'_>,
    node: &Node,
    claim: Option<&NodeClaim>,
    eviction: &EvictionAnswer,
) -> DrainAnswer {
    let since = [node.deleting, claim.and_then(|claim| claim.deleting)].into_iter().flatten().min();
    let chosen = claim.and_then(chosen);
    let Some(began) = since else {
        return DrainAnswer { cordoned: node.cordoned, chosen, ..DrainAnswer::default() };
    };
    let mut told = [claim.map(|claim| &claim.annotations), Some(&node.annotations)].into_iter().flatten();
    let ends = told.find_map(|annotations| annotations.get(ENDS)?.parse().ok());
    let grace = claim.filter(|claim| claim.deleting.is_some()).and_then(|claim| claim.termination_grace);
    DrainAnswer {
        going: true,
        cordoned: node.cordoned,
        since,
        ends: ends.or_else(|| grace.and_then(|grace| after(began, grace))),
        holds: holds(view, node, claim, eviction, began),
        knows_end: claim.is_some() || node.pool().is_none(),
        chosen,
        finalizers: node.finalizers.clone(),
    }
}

/// Why Karpenter has chosen a claim to go (condition `DisruptionReason`: pkg/controllers/disruption/queue.go).
pub(super) fn chosen(claim: &NodeClaim) -> Option<Arc<str>> {
    let condition = claim.conditions.get("DisruptionReason").filter(|one| one.status == ConditionStatus::True)?;
    Some(condition.reason.clone())
}

fn holds(
    view: &ClusterView<'_>,
    node: &Node,
    claim: Option<&NodeClaim>,
    eviction: &EvictionAnswer,
    began: Timestamp,
) -> Vec<DrainHold> {
    let mut holds: Vec<DrainHold> = Vec::new();
    for pod in &eviction.pods {
        match &pod.fate {
            _ if !pod.holds_drain() => {}
            EvictionFate::Budget(budgets) | EvictionFate::SeveralBudgets(budgets) => {
                holds.push(DrainHold::Budget { pod: pod.pod(), budgets: budgets.clone() });
            }
            EvictionFate::DoNotDisrupt { until } => {
                holds.push(DrainHold::DoNotDisrupt { pod: pod.pod(), until: *until });
            }
            EvictionFate::Goes | EvictionFate::NobodyRecreates | EvictionFate::Ends => {}
        }
    }
    let fresh = |event: &&ClusterEvent| event.last.is_none_or(|last| last >= began);
    let said = |reasons: &[&str]| view.event("Node", "", &node.name, reasons).filter(fresh);
    let drained = claim.is_some_and(|claim| claim.conditions.is_true("Drained"));
    if let Some(event) = said(&["FailedDraining"]).filter(|_| !drained) {
        let is_there = |pod: &str| !eviction.has_pods || eviction.pods.iter().any(|one| one.pod() == pod);
        holds.extend(refused(&event.message, &holds, &|pod| !eviction.is_known && is_there(pod)));
    }
    let left = eviction.pods.iter().filter(|pod| !pod.holds_drain() && !pod.outlasts_drain).count();
    if !drained && left > 0 {
        holds.push(DrainHold::Pods(left));
    }
    let detached = claim.is_some_and(|claim| claim.conditions.is_true("VolumesDetached"));
    if let Some(event) = said(&["AwaitingVolumeDetachment"]).filter(|_| drained && !detached) {
        let names = between(&event.message, "(", ")").unwrap_or_default();
        holds.push(DrainHold::Volumes(names.to_owned()));
    }
    if claim.is_some_and(|claim| claim.conditions.is_true("InstanceTerminating")) {
        holds.push(DrainHold::Instance);
    }
    holds.sort_by_key(|hold| !hold.is_block());
    holds
}

/// What Karpenter says of a drain, unless it is known: `Failed to drain node, evicting pod violates a PDB (Pod=ns/name)`,
/// `Failed to drain node, 3 pods are waiting to be evicted` (pkg/controllers/node/termination/terminator/events).
fn refused(message: &str, known: &[DrainHold], may_be: &dyn Fn(&str) -> bool) -> Option<DrainHold> {
    let rest = message.strip_prefix("Failed to drain node, ").unwrap_or(message);
    if rest.contains("waiting to be evicted") {
        return None;
    }
    let pod = between(rest, "(Pod=", ")").map(|pod| pod.split([',', ' ']).next().unwrap_or(pod));
    let is_known = |pod: &str| {
        known.iter().any(|hold| matches!(hold, DrainHold::Budget { pod: own, .. } | DrainHold::DoNotDisrupt { pod: own, .. } if own == pod))
    };
    match pod {
        // Where the budgets are known they are believed: it may have been let go since.
        Some(pod) if rest.contains("PDB") => {
            (!is_known(pod) && may_be(pod)).then(|| DrainHold::Budget { pod: pod.to_owned(), budgets: Vec::new() })
        }
        _ => Some(DrainHold::Said(rest.to_owned())),
    }
}

impl DrainAnswer {
    /// In one line: `going for 12m: PDB orders/api does not let orders/api-1 go, by force at 04:00Z`.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        if !self.going {
            if let Some(reason) = &self.chosen {
                return format!("Karpenter is replacing it ({reason})");
            }
            let cordoned = "cordoned: nothing new is scheduled here; whether somebody drains it is not told";
            return if self.cordoned { cordoned.to_owned() } else { "it is not told to go".to_owned() };
        }
        let since = self.since.map(|since| format!(" for {}", duration::seconds(seconds_since(now, since))));
        let mut words = format!("going{}", since.unwrap_or_default());
        if let Some(hold) = self.holds.first() {
            words += &format!(": {}", hold.words(now));
            if self.holds.len() > 1 {
                words += &format!(" and {} more", self.holds.len() - 1);
            }
        }
        if let Some(ends) = self.ends {
            words += &format!(", by force at {}", moment(ends, now));
        }
        words
    }

    /// The whole explanation, line by line.
    #[must_use]
    pub fn lines(&self, now: Timestamp) -> Vec<WhyLine> {
        if !self.going {
            let tone = match (&self.chosen, self.cordoned) {
                (Some(_), _) => WhyTone::Waits,
                (None, true) => WhyTone::Note,
                (None, false) => WhyTone::Good,
            };
            return vec![WhyLine::new(tone, self.words(now))];
        }
        let mut lines = vec![WhyLine::new(WhyTone::Waits, "told to go").since(self.since)];
        lines.extend(self.holds.iter().map(|hold| {
            let tone = if hold.is_block() { WhyTone::Blocks } else { WhyTone::Waits };
            WhyLine::new(tone, hold.words(now))
        }));
        lines.push(match self.ends {
            Some(ends) => {
                let left = duration::ago(-ends.duration_since(now).as_secs());
                WhyLine::new(WhyTone::Note, format!("goes by force at {} ({left})", moment(ends, now)))
            }
            None if !self.knows_end => WhyLine::new(WhyTone::Unknown, "whether it goes by force is not known"),
            None => {
                WhyLine::new(WhyTone::Note, "no terminationGracePeriod: it waits for as long as something holds it")
            }
        });
        if !self.finalizers.is_empty() {
            let words = format!("finalizers: {}", listed(&self.finalizers, 4));
            lines.push(WhyLine::new(WhyTone::Note, words));
        }
        lines
    }

    /// What to do.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let hold = self.holds.iter().find(|hold| hold.is_block()).or_else(|| self.holds.first())?;
        match hold {
            DrainHold::Budget { budgets, .. } if budgets.len() > 1 => {
                Some("Leave the pod under one PDB: evictions refuse pods under several".to_owned())
            }
            DrainHold::Budget { budgets, .. } => {
                let name = budgets.first().map_or("the PDB", |name| name);
                Some(format!("Give {name} a pod to spare: more replicas, or another minAvailable or maxUnavailable"))
            }
            DrainHold::DoNotDisrupt { pod, .. } => {
                Some(format!("Let {pod} end, or take karpenter.sh/do-not-disrupt from it"))
            }
            DrainHold::Volumes(_) => {
                Some("Look at the volume attachments of the node: the CSI driver detaches them".to_owned())
            }
            DrainHold::Pods(_) | DrainHold::Instance | DrainHold::Said(_) => None,
        }
    }
}
