//! A pod as the scheduler reads it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde_json::Value;

use super::resources::{Resources, pod_requests, pod_requests_for_scoring};
use super::selector::{Labels, MatchSelector, NodeTerm, labels_of, strings};
use super::taint::Toleration;

/// A topology spread constraint.
#[derive(Debug, Clone)]
pub struct SpreadConstraint {
    pub max_skew: i64,
    pub topology_key: String,
    /// `whenUnsatisfiable: DoNotSchedule`; otherwise it only scores.
    pub hard: bool,
    pub selector: MatchSelector,
    /// With fewer domains than this, the least is taken as zero.
    pub min_domains: Option<i64>,
    /// Nodes that the pod's affinity or selector excludes are not counted (`nodeAffinityPolicy: Honor`, the default).
    pub honors_affinity: bool,
    /// Nodes with taints that the pod does not tolerate are not counted (`nodeTaintsPolicy: Honor`; default Ignore).
    pub honors_taints: bool,
}

/// A term of pod affinity or anti-affinity.
#[derive(Debug, Clone)]
pub struct PodTerm {
    pub selector: MatchSelector,
    pub topology_key: String,
    /// Empty: every namespace (an empty namespaceSelector).
    pub namespaces: Vec<String>,
    /// Of a preferred term, 1-100.
    pub weight: i64,
}

impl PodTerm {
    /// Whether it means a pod with `labels` in `namespace`.
    #[must_use]
    pub fn matches(&self, namespace: &str, labels: &Labels) -> bool {
        (self.namespaces.is_empty() || self.namespaces.iter().any(|one| one == namespace))
            && self.selector.matches(labels)
    }
}

/// What the scheduler knows of a pod.
#[derive(Debug, Clone)]
pub struct PodInfo {
    pub uid: Arc<str>,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    pub labels: Arc<Labels>,
    /// Uid of its controller.
    pub owner: Option<Arc<str>>,
    /// The node that it is bound to.
    pub node: Option<Arc<str>>,
    /// `status.nominatedNodeName`.
    pub nominated: Option<Arc<str>>,
    pub priority: i64,
    /// `preemptionPolicy: Never`.
    pub never_preempts: bool,
    pub requests: Resources,
    /// As nodes are scored.
    pub scored: Resources,
    pub node_selector: Labels,
    /// Required node affinity: one of the terms must hold; `None` when there is none.
    pub affinity: Option<Vec<NodeTerm>>,
    /// Preferred node affinity, with weights.
    pub preferred: Vec<(i64, NodeTerm)>,
    pub tolerations: Vec<Toleration>,
    pub spread: Vec<SpreadConstraint>,
    pub together: Vec<PodTerm>,
    pub apart: Vec<PodTerm>,
    pub preferred_apart: Vec<PodTerm>,
    /// Host ports, with protocol.
    pub ports: Vec<(String, i64)>,
    /// It is being deleted.
    pub terminating: bool,
    /// It ended: Succeeded or Failed.
    pub ended: bool,
    /// It has scheduling gates.
    pub gated: bool,
    /// Equal of pods that are the same to the scheduler.
    pub shape: u64,
}

impl PodInfo {
    /// Reads a pod; `None` without a uid and a name.
    #[must_use]
    pub fn read(pod: &Value) -> Option<Self> {
        let (metadata, spec, status) = (&pod["metadata"], &pod["spec"], &pod["status"]);
        let namespace = metadata["namespace"].as_str().unwrap_or("default");
        let labels = labels_of(pod);
        let affinity = &spec["affinity"];
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(Arc::from);
        let owners = metadata["ownerReferences"].as_array().into_iter().flatten();
        let owner = owners.into_iter().find(|owner| owner["controller"] == true).and_then(|owner| text(&owner["uid"]));
        let required = &affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
        Some(Self {
            uid: text(&metadata["uid"])?,
            namespace: Arc::from(namespace),
            name: text(&metadata["name"])?,
            node: text(&spec["nodeName"]),
            nominated: text(&status["nominatedNodeName"]),
            priority: spec["priority"].as_i64().unwrap_or(0),
            never_preempts: spec["preemptionPolicy"] == "Never",
            requests: pod_requests(spec),
            scored: pod_requests_for_scoring(spec),
            node_selector: strings(&spec["nodeSelector"]),
            affinity: list(&required["nodeSelectorTerms"]).map(|terms| terms.iter().map(NodeTerm::read).collect()),
            preferred: preferred_nodes(&affinity["nodeAffinity"]),
            tolerations: Toleration::read_all(&spec["tolerations"]),
            spread: spread(&spec["topologySpreadConstraints"], &labels),
            together: required_terms(&affinity["podAffinity"], namespace),
            apart: required_terms(&affinity["podAntiAffinity"], namespace),
            preferred_apart: preferred_terms(&affinity["podAntiAffinity"], namespace),
            ports: host_ports(spec),
            terminating: !metadata["deletionTimestamp"].is_null(),
            ended: matches!(status["phase"].as_str(), Some("Succeeded" | "Failed")),
            gated: list(&spec["schedulingGates"]).is_some_and(|gates| !gates.is_empty()),
            shape: shape(namespace, &labels, owner.as_deref(), spec),
            labels: Arc::new(labels),
            owner,
        })
    }

    /// `namespace/name`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// Whether a node called `name` with `labels` satisfies the pod's selector and required affinity.
    #[must_use]
    pub fn selects(&self, name: &str, labels: &Labels) -> bool {
        self.node_selector.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.affinity.as_ref().is_none_or(|terms| terms.iter().any(|term| term.matches(name, labels)))
    }

    /// The nodes that its affinity names, when every term names some: a DaemonSet's pod is made for one.
    #[must_use]
    pub fn named_nodes(&self) -> Option<Vec<&str>> {
        let mut named = Vec::new();
        for term in self.affinity.as_ref()? {
            named.extend(term.names()?.iter().map(String::as_str));
        }
        (!named.is_empty()).then_some(named)
    }

    /// Whether where other pods are decides where it can be.
    #[must_use]
    pub fn looks_at_others(&self) -> bool {
        self.spread.iter().any(|one| one.hard) || !self.together.is_empty() || !self.apart.is_empty()
    }
}

fn list(value: &Value) -> Option<&Vec<Value>> {
    value.as_array()
}

fn preferred_nodes(affinity: &Value) -> Vec<(i64, NodeTerm)> {
    let all = list(&affinity["preferredDuringSchedulingIgnoredDuringExecution"]).into_iter().flatten();
    all.map(|one| (one["weight"].as_i64().unwrap_or(1), NodeTerm::read(&one["preference"]))).collect()
}

fn spread(constraints: &Value, labels: &Labels) -> Vec<SpreadConstraint> {
    let read = |one: &Value| {
        let mut selector = MatchSelector::read(&one["labelSelector"]);
        for key in list(&one["matchLabelKeys"]).into_iter().flatten().filter_map(Value::as_str) {
            if let Some(value) = labels.get(key) {
                selector.require(key, value);
            }
        }
        Some(SpreadConstraint {
            max_skew: one["maxSkew"].as_i64().unwrap_or(1),
            topology_key: one["topologyKey"].as_str()?.to_owned(),
            hard: one["whenUnsatisfiable"] != "ScheduleAnyway",
            selector,
            min_domains: one["minDomains"].as_i64(),
            honors_affinity: one["nodeAffinityPolicy"] != "Ignore",
            honors_taints: one["nodeTaintsPolicy"] == "Honor",
        })
    };
    list(constraints).into_iter().flatten().filter_map(read).collect()
}

fn term(term: &Value, weight: i64, namespace: &str) -> Option<PodTerm> {
    let named = list(&term["namespaces"]).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let mut namespaces: Vec<String> = named.collect();
    // A namespace selector with requirements would need the namespaces' labels: it is read as the pod's own namespace.
    let everywhere = MatchSelector::read(&term["namespaceSelector"]).is_empty();
    if everywhere {
        namespaces.clear();
    } else if namespaces.is_empty() {
        namespaces.push(namespace.to_owned());
    }
    let topology_key = term["topologyKey"].as_str()?.to_owned();
    Some(PodTerm { selector: MatchSelector::read(&term["labelSelector"]), topology_key, namespaces, weight })
}

fn required_terms(affinity: &Value, namespace: &str) -> Vec<PodTerm> {
    let all = list(&affinity["requiredDuringSchedulingIgnoredDuringExecution"]).into_iter().flatten();
    all.filter_map(|one| term(one, 100, namespace)).collect()
}

fn preferred_terms(affinity: &Value, namespace: &str) -> Vec<PodTerm> {
    let all = list(&affinity["preferredDuringSchedulingIgnoredDuringExecution"]).into_iter().flatten();
    all.filter_map(|one| term(&one["podAffinityTerm"], one["weight"].as_i64().unwrap_or(1), namespace)).collect()
}

fn host_ports(spec: &Value) -> Vec<(String, i64)> {
    let containers = list(&spec["containers"]).into_iter().flatten();
    let ports = containers.flat_map(|container| list(&container["ports"]).into_iter().flatten());
    let read = |port: &Value| {
        let host = port["hostPort"].as_i64().filter(|port| *port > 0)?;
        Some((port["protocol"].as_str().unwrap_or("TCP").to_owned(), host))
    };
    ports.filter_map(read).collect()
}

/// A hash of what the scheduler decides by: the same for the pods of a ReplicaSet, stable between runs.
fn shape(namespace: &str, labels: &Labels, owner: Option<&str>, spec: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    (namespace, labels, owner).hash(&mut hasher);
    let parts = ["affinity", "nodeSelector", "tolerations", "topologySpreadConstraints", "priority", "overhead"];
    for part in parts {
        hash(&spec[part], &mut hasher);
    }
    for container in ["containers", "initContainers"].iter().filter_map(|name| list(&spec[*name])).flatten() {
        hash(&container["resources"], &mut hasher);
        hash(&container["ports"], &mut hasher);
    }
    hasher.finish()
}

fn hash(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Null => 0_u8.hash(hasher),
        Value::Bool(flag) => flag.hash(hasher),
        Value::Number(number) => number.hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::Array(all) => {
            all.len().hash(hasher);
            for one in all {
                hash(one, hasher);
            }
        }
        Value::Object(map) => {
            map.len().hash(hasher);
            for (key, one) in map {
                key.hash(hasher);
                hash(one, hasher);
            }
        }
    }
}
