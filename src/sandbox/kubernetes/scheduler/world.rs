//! What the scheduler knows of the cluster: nodes, and the pods that are on them by label set and by owner.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::node::NodeInfo;
use super::pod::PodInfo;
use super::selector::{Labels, MatchSelector};

/// How many pods of one label set are on each node.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Pods that are not being deleted: what spreads count.
    pub live: i64,
    /// All that have not ended: what affinity looks at.
    pub all: i64,
}

/// Pods of a namespace by their labels, then by node.
type LabelSets = BTreeMap<Arc<Labels>, BTreeMap<Arc<str>, Counts>>;

/// Nodes with what is bound to them.
#[derive(Debug, Clone, Default)]
pub struct SchedulingWorld {
    nodes: BTreeMap<Arc<str>, NodeInfo>,
    /// Every pod that is counted, by uid, with its node, which may not be known (yet, or any more).
    pods: HashMap<Arc<str>, Arc<PodInfo>>,
    /// Pods by label set, in their namespace.
    sets: BTreeMap<Arc<str>, LabelSets>,
    /// Pods by controller and node.
    owners: HashMap<Arc<str>, BTreeMap<Arc<str>, i64>>,
    /// Uids of bound pods with required anti-affinity.
    apart: BTreeSet<Arc<str>>,
    /// Bound pods by the node they name, for nodes that are not here (yet).
    homeless: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Pods that others made room for, by node.
    nominated: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Arc<PodInfo>>>,
}

impl SchedulingWorld {
    /// Nodes by name.
    pub fn nodes(&self) -> impl Iterator<Item = &NodeInfo> {
        self.nodes.values()
    }

    /// How many nodes there are.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// A node.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&NodeInfo> {
        self.nodes.get(name)
    }

    /// A bound pod, by uid.
    #[must_use]
    pub fn pod(&self, uid: &str) -> Option<&Arc<PodInfo>> {
        self.pods.get(uid)
    }

    /// Puts a node or what it has become; whether the scheduler sees any difference.
    pub fn put_node(&mut self, mut node: NodeInfo) -> bool {
        let name = Arc::clone(&node.name);
        match self.nodes.get_mut(&name) {
            Some(before) if before.is_same_node(&node) => return false,
            Some(before) => {
                node.pods = std::mem::take(&mut before.pods);
                node.requested = before.requested.clone();
                node.scored = before.scored.clone();
            }
            None => {
                let waiting = self.homeless.remove(&name).unwrap_or_default();
                for pod in waiting.iter().filter_map(|uid| self.pods.get(uid)) {
                    node.add(Arc::clone(pod));
                }
            }
        }
        self.nodes.insert(name, node);
        true
    }

    /// A node is gone; its pods stay known until they are deleted.
    pub fn remove_node(&mut self, name: &str) {
        if let Some(node) = self.nodes.remove(name)
            && !node.pods.is_empty()
        {
            self.homeless.insert(Arc::clone(&node.name), node.pods.keys().cloned().collect());
        }
    }

    /// Puts a pod that is bound and has not ended, or what it has become.
    pub fn put_pod(&mut self, pod: PodInfo) {
        let Some(node) = pod.node.clone() else { return };
        let before = self.pods.get(&pod.uid);
        if before.is_some_and(|before| {
            before.node == pod.node
                && before.terminating == pod.terminating
                && before.labels == pod.labels
                && before.shape == pod.shape
        }) {
            return;
        }
        self.remove_pod(&pod.uid.clone());
        let pod = Arc::new(pod);
        self.count(&pod, &node, 1);
        if !pod.apart.is_empty() {
            self.apart.insert(Arc::clone(&pod.uid));
        }
        match self.nodes.get_mut(&node) {
            Some(known) => known.add(Arc::clone(&pod)),
            None => {
                self.homeless.entry(node).or_default().insert(Arc::clone(&pod.uid));
            }
        }
        self.pods.insert(Arc::clone(&pod.uid), pod);
    }

    /// A pod ended or is gone; the pod, when it was here.
    pub fn remove_pod(&mut self, uid: &str) -> Option<Arc<PodInfo>> {
        let pod = self.pods.remove(uid)?;
        let node = pod.node.clone()?;
        self.count(&pod, &node, -1);
        self.apart.remove(uid);
        if let Some(known) = self.nodes.get_mut(&node) {
            known.remove(uid);
        } else if let Some(waiting) = self.homeless.get_mut(&node) {
            waiting.remove(uid);
            if waiting.is_empty() {
                self.homeless.remove(&node);
            }
        }
        Some(pod)
    }

    fn count(&mut self, pod: &PodInfo, node: &Arc<str>, by: i64) {
        let sets = self.sets.entry(Arc::clone(&pod.namespace)).or_default();
        let nodes = sets.entry(Arc::clone(&pod.labels)).or_default();
        let counts = nodes.entry(Arc::clone(node)).or_default();
        counts.all += by;
        counts.live += if pod.terminating { 0 } else { by };
        if counts.all == 0 {
            nodes.remove(node);
            if nodes.is_empty() {
                sets.remove(&pod.labels);
            }
        }
        if let Some(owner) = &pod.owner {
            let nodes = self.owners.entry(Arc::clone(owner)).or_default();
            let count = nodes.entry(Arc::clone(node)).or_default();
            *count += by;
            if *count == 0 {
                nodes.remove(node);
                if nodes.is_empty() {
                    self.owners.remove(owner);
                }
            }
        }
    }

    /// Calls `each` with node and counts for every label set of `namespace` that `selector` selects.
    pub fn each_selected(&self, namespace: &str, selector: &MatchSelector, mut each: impl FnMut(&NodeInfo, &Counts)) {
        let sets = self.sets.get(namespace).into_iter().flatten();
        for (_, nodes) in sets.filter(|(labels, _)| selector.matches(labels)) {
            for (node, counts) in nodes {
                if let Some(node) = self.nodes.get(node) {
                    each(node, counts);
                }
            }
        }
    }

    /// The namespaces in which pods are.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.sets.keys().map(AsRef::as_ref)
    }

    /// Bound pods that refuse others by required anti-affinity.
    pub fn refusing(&self) -> impl Iterator<Item = &Arc<PodInfo>> {
        self.apart.iter().filter_map(|uid| self.pods.get(uid))
    }

    /// How many pods of a controller are on each node.
    #[must_use]
    pub fn of_owner(&self, owner: &str) -> Option<&BTreeMap<Arc<str>, i64>> {
        self.owners.get(owner)
    }

    /// Room on `node` is kept for `pod`.
    pub fn nominate(&mut self, node: &str, pod: PodInfo) {
        self.forget_nomination(&pod.uid.clone());
        self.nominated.entry(Arc::from(node)).or_default().insert(Arc::clone(&pod.uid), Arc::new(pod));
    }

    /// No room is kept for the pod any more.
    pub fn forget_nomination(&mut self, uid: &str) {
        self.nominated.retain(|_, pods| {
            pods.remove(uid);
            !pods.is_empty()
        });
    }

    /// The pods for which room is kept on `node`.
    pub fn nominated(&self, node: &str) -> impl Iterator<Item = &Arc<PodInfo>> {
        self.nominated.get(node).into_iter().flat_map(BTreeMap::values)
    }
}
