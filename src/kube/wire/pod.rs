//! A pod (core/v1). Neither environment nor commands nor volumes' contents are read.

mod containers;
mod requests;

use std::sync::Arc;

use serde::Deserialize;

use self::containers::{WireContainer, WireContainerStatus, containers};
use super::super::interned::{Interned, own};
use super::common::WireCondition;
use super::meta::shared_pairs;
use super::scheduling::{WireRequirement, effect, requirements};
use super::value::{WireList, WireMap, WireText, WireThere, WireTime};
use super::{Projected, WireMeta};
use crate::domain::Delta;
use crate::services::kubernetes::model::{OwnerRef, Pod, PodPhase, Requirement, Toleration};
use crate::services::kubernetes::{ObjectKind, WatchTold};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::kube) struct WirePod<'a> {
    #[serde(borrow)]
    metadata: WireMeta<'a>,
    spec: WirePodSpec<'a>,
    status: WirePodStatus<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WirePodSpec<'a> {
    #[serde(borrow)]
    node_name: WireText<'a>,
    init_containers: WireList<WireContainer<'a>>,
    containers: WireList<WireContainer<'a>>,
    resources: WirePodResources<'a>,
    overhead: WireMap<'a>,
    node_selector: WireMap<'a>,
    affinity: WireAffinity<'a>,
    tolerations: WireList<WireToleration<'a>>,
    topology_spread_constraints: WireList<WireSpread<'a>>,
    priority: Option<i32>,
    volumes: WireList<WireVolume>,
}

/// Requests of the pod as a whole ("Pod-level resources").
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WirePodResources<'a> {
    #[serde(borrow)]
    requests: WireMap<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireAffinity<'a> {
    #[serde(borrow)]
    node_affinity: WireNodeAffinity<'a>,
    pod_anti_affinity: WireAntiAffinity<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireNodeAffinity<'a> {
    #[serde(borrow)]
    required_during_scheduling_ignored_during_execution: WireTerms<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireTerms<'a> {
    #[serde(borrow)]
    node_selector_terms: WireList<WireTerm<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireTerm<'a> {
    #[serde(borrow)]
    match_expressions: WireList<WireRequirement<'a>>,
    match_fields: WireList<WireRequirement<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireAntiAffinity<'a> {
    #[serde(borrow)]
    required_during_scheduling_ignored_during_execution: WireList<WireAntiTerm<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireAntiTerm<'a> {
    #[serde(borrow)]
    topology_key: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireToleration<'a> {
    #[serde(borrow)]
    key: WireText<'a>,
    operator: WireText<'a>,
    value: WireText<'a>,
    effect: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireSpread<'a> {
    #[serde(borrow)]
    topology_key: WireText<'a>,
    when_unsatisfiable: WireText<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireVolume {
    persistent_volume_claim: WireThere,
    ephemeral: WireThere,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WirePodStatus<'a> {
    #[serde(borrow)]
    phase: WireText<'a>,
    reason: WireText<'a>,
    start_time: WireTime,
    nominated_node_name: WireText<'a>,
    conditions: WireList<WireCondition<'a>>,
    init_container_statuses: WireList<WireContainerStatus<'a>>,
    container_statuses: WireList<WireContainerStatus<'a>>,
}

/// The controller that owns it. A Deployment names its ReplicaSets after itself and the `pod-template-hash` that their
/// pods carry (kubernetes, pkg/controller/deployment `getNewReplicaSet`).
fn owner(meta: &WireMeta<'_>, words: &mut Interned) -> Option<OwnerRef> {
    let owner = meta.owner_references.iter().find(|owner| owner.controller == Some(true))?;
    let hash = meta.labels.get("pod-template-hash").filter(|_| &*owner.kind == "ReplicaSet");
    let deployment = hash.and_then(|hash| owner.name.strip_suffix(hash)?.strip_suffix('-'));
    Some(match deployment.filter(|name| !name.is_empty()) {
        Some(name) => OwnerRef { kind: words.word("Deployment"), name: words.word(name) },
        None => OwnerRef { kind: words.word(&owner.kind), name: words.word(&owner.name) },
    })
}

/// A taint is tolerated whatever its value where the operator is `Exists`; `Equal` is the default.
fn toleration(wire: &WireToleration<'_>, words: &mut Interned) -> Toleration {
    Toleration {
        key: words.filled(&wire.key),
        value: (&*wire.operator != "Exists").then(|| words.word(&wire.value)),
        effect: effect(&wire.effect),
    }
}

/// One of these sets of requirements must hold.
fn affinity(spec: &WirePodSpec<'_>, words: &mut Interned) -> Vec<Vec<Requirement>> {
    let terms = &spec.affinity.node_affinity.required_during_scheduling_ignored_during_execution.node_selector_terms;
    let of_term = |term: &WireTerm<'_>| {
        let mut all = requirements(&term.match_expressions, words);
        all.extend(requirements(&term.match_fields, words));
        all
    };
    terms.iter().map(of_term).collect()
}

/// Topology keys over which it must be spread.
fn spread(spec: &WirePodSpec<'_>, words: &mut Interned) -> Vec<Arc<str>> {
    let apart = &spec.affinity.pod_anti_affinity.required_during_scheduling_ignored_during_execution;
    let hard = spec.topology_spread_constraints.iter().filter(|one| &*one.when_unsatisfiable == "DoNotSchedule");
    let keys = hard.map(|one| &one.topology_key).chain(apart.iter().map(|term| &term.topology_key));
    let mut all: Vec<Arc<str>> = Vec::new();
    for key in keys {
        let key = words.word(key);
        if !all.contains(&key) {
            all.push(key);
        }
    }
    all
}

impl Projected for Pod {
    type Fields<'a> = WirePod<'a>;

    fn meta<'w, 'a>(wire: &'w Self::Fields<'a>) -> &'w WireMeta<'a> {
        &wire.metadata
    }

    fn project(_: ObjectKind, wire: &WirePod<'_>, words: &mut Interned) -> Self {
        let WirePod { metadata, spec, status } = wire;
        let conditions = status.conditions.iter();
        let is_told =
            |one: &&WireCondition<'_>| matches!(&*one.kind, "PodScheduled" | "Ready") && &*one.status != "True";
        Self {
            namespace: words.word(&metadata.namespace),
            name: own(&metadata.name),
            created: metadata.created(),
            started: status.start_time.0,
            deleting: metadata.deleting(),
            owner: owner(metadata, words),
            labels: shared_pairs(&metadata.labels, words),
            do_not_disrupt: metadata.annotations.get("karpenter.sh/do-not-disrupt").map(|value| words.word(value)),
            is_mirror: metadata.annotations.get("kubernetes.io/config.mirror").is_some(),
            node: words.filled(&spec.node_name),
            nominated_node: words.filled(&status.nominated_node_name),
            phase: match &*status.phase {
                "Pending" => PodPhase::Pending,
                "Running" => PodPhase::Running,
                "Succeeded" => PodPhase::Succeeded,
                "Failed" => PodPhase::Failed,
                _ => PodPhase::Unknown,
            },
            reason: words.word(&status.reason),
            conditions: conditions.clone().filter(is_told).map(|one| one.condition(words)).collect(),
            ready: conditions.clone().any(|one| &*one.kind == "Ready" && &*one.status == "True"),
            containers: containers(spec, status, words),
            requests: requests::of_pod(spec, words),
            node_selector: shared_pairs(&spec.node_selector, words),
            affinity: affinity(spec, words),
            tolerations: spec.tolerations.iter().map(|one| toleration(one, words)).collect(),
            spread: spread(spec, words),
            priority: spec.priority.unwrap_or(0),
            has_claims: spec.volumes.iter().any(|one| one.persistent_volume_claim.0 || one.ephemeral.0),
        }
    }

    fn told(delta: Delta<Arc<Self>>) -> WatchTold {
        WatchTold::Pods(delta)
    }
}
