//! The pods of a cluster by where they are and by what owns them, kept up to date with each change: nobody looks through
//! all of them to find those of a node.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use crate::services::kubernetes::model::{Pod, Resources};

/// The pods, each list by namespace and name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlacedPods {
    nodes: HashMap<Arc<str>, NodePods>,
    unplaced: Vec<Arc<Pod>>,
    /// By the name of what owns them, whatever it is.
    owned: HashMap<Arc<str>, Vec<Arc<Pod>>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct NodePods {
    pods: Vec<Arc<Pod>>,
    /// What they ask for together; those that are over do not.
    requested: Resources,
}

impl PlacedPods {
    /// All of these.
    #[must_use]
    pub fn of<'a>(pods: impl Iterator<Item = &'a Arc<Pod>>) -> Self {
        let mut all = Self::default();
        for pod in pods {
            match &pod.node {
                Some(node) => all.nodes.entry(node.clone()).or_default().pods.push(pod.clone()),
                None => all.unplaced.push(pod.clone()),
            }
            if let Some(owner) = &pod.owner {
                all.owned.entry(owner.name.clone()).or_default().push(pod.clone());
            }
        }
        all.unplaced.sort_by(|a, b| order(a, b));
        all.owned.values_mut().for_each(|pods| pods.sort_by(|a, b| order(a, b)));
        for node in all.nodes.values_mut() {
            node.pods.sort_by(|a, b| order(a, b));
            node.sum();
        }
        all
    }

    /// A pod is another than before; none where it was not there, or is gone.
    pub fn renew(&mut self, before: Option<&Arc<Pod>>, after: Option<&Arc<Pod>>) {
        if let Some(pod) = before {
            self.take(pod);
        }
        if let Some(pod) = after {
            self.put(pod);
        }
    }

    fn take(&mut self, pod: &Arc<Pod>) {
        match &pod.node {
            Some(node) => {
                if let Some(known) = self.nodes.get_mut(node) {
                    remove(&mut known.pods, pod);
                    known.sum();
                    if known.pods.is_empty() {
                        self.nodes.remove(node);
                    }
                }
            }
            None => remove(&mut self.unplaced, pod),
        }
        let Some(owner) = &pod.owner else { return };
        if let Some(known) = self.owned.get_mut(&owner.name) {
            remove(known, pod);
            if known.is_empty() {
                self.owned.remove(&owner.name);
            }
        }
    }

    fn put(&mut self, pod: &Arc<Pod>) {
        match &pod.node {
            Some(node) => {
                let known = self.nodes.entry(node.clone()).or_default();
                insert(&mut known.pods, pod);
                known.sum();
            }
            None => insert(&mut self.unplaced, pod),
        }
        if let Some(owner) = &pod.owner {
            insert(self.owned.entry(owner.name.clone()).or_default(), pod);
        }
    }

    /// Those on a node.
    #[must_use]
    pub fn on(&self, node: &str) -> &[Arc<Pod>] {
        self.nodes.get(node).map_or(&[], |node| node.pods.as_slice())
    }

    /// What those on a node ask for together; none where there are none.
    #[must_use]
    pub fn requested_on(&self, node: &str) -> Option<&Resources> {
        self.nodes.get(node).map(|node| &node.requested)
    }

    /// Those that are on no node.
    #[must_use]
    pub fn unplaced(&self) -> &[Arc<Pod>] {
        &self.unplaced
    }

    /// Those whose owner has this name, of whatever kind and namespace it is.
    #[must_use]
    pub fn owned(&self, owner: &str) -> &[Arc<Pod>] {
        self.owned.get(owner).map_or(&[], Vec::as_slice)
    }
}

impl NodePods {
    fn sum(&mut self) {
        self.requested = Resources::default();
        for pod in self.pods.iter().filter(|pod| !pod.is_over()) {
            self.requested += &pod.requests;
        }
    }
}

fn order(a: &Pod, b: &Pod) -> Ordering {
    (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name))
}

fn remove(pods: &mut Vec<Arc<Pod>>, pod: &Pod) {
    if let Ok(at) = pods.binary_search_by(|known| order(known, pod)) {
        pods.remove(at);
    }
}

fn insert(pods: &mut Vec<Arc<Pod>>, pod: &Arc<Pod>) {
    match pods.binary_search_by(|known| order(known, pod)) {
        Ok(at) => pods[at] = pod.clone(),
        Err(at) => pods.insert(at, pod.clone()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::services::kubernetes::model::{OwnerRef, PodPhase};
    use crate::services::kubernetes::testing::pod;

    /// A pod as it is at some moment: where it is, what owns it, whether it is over.
    type Kept = (u8, Option<u8>, Option<u8>, bool);

    fn made((name, node, owner, over): Kept) -> Arc<Pod> {
        Arc::new(Pod {
            node: node.map(|node| format!("ip-{node}").into()),
            owner: owner.map(|owner| OwnerRef { kind: "Deployment".into(), name: format!("owner-{owner}").into() }),
            phase: if over { PodPhase::Succeeded } else { PodPhase::Running },
            requests: Resources::of(i64::from(name), 1),
            ..pod(if name % 2 == 0 { "orders" } else { "shop" }, &format!("pod-{name}"))
        })
    }

    proptest! {
        #[test]
        fn after_any_changes_it_is_as_if_made_of_what_is_there(
            changes in prop::collection::vec(
                (0u8..12, prop::option::of((prop::option::of(0u8..4), prop::option::of(0u8..3), any::<bool>()))),
                0..60,
            ),
        ) {
            let mut there: std::collections::BTreeMap<u8, Arc<Pod>> = std::collections::BTreeMap::new();
            let mut kept = PlacedPods::default();
            for (name, change) in changes {
                let after = change.map(|(node, owner, over)| made((name, node, owner, over)));
                let before = match &after {
                    Some(pod) => there.insert(name, pod.clone()),
                    None => there.remove(&name),
                };
                kept.renew(before.as_ref(), after.as_ref());
            }
            prop_assert_eq!(kept, PlacedPods::of(there.values()));
        }
    }
}
