//! What EKS does to a node that Auto Scaling takes: it is cordoned and its pods are evicted, as `kubectl drain` does
//! it. Source: EKS user guide, "Simplify node lifecycle with managed node groups".

use jiff::Timestamp;
use serde_json::Value;

use crate::sandbox::kubernetes::eviction;
use crate::sandbox::kubernetes::karpenter::pod::{is_owned_by, is_terminal};
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{DeleteOptions, ObjectKey, Store, metadata};

/// Goes on with the drain of a node; how many pods are still waited for. A budget may refuse: then it is asked again.
pub(super) fn drain(store: &mut Store, node: &str, now: Timestamp) -> usize {
    let key = ObjectKey::cluster(Resource::Nodes, node);
    let _ = store.update(&key, now, |node| {
        metadata::section(node, "spec").insert("unschedulable".to_owned(), true.into());
    });
    let pods: Vec<(ObjectKey, bool)> = store
        .pods_on(node)
        .filter(|(_, pod)| leaves(pod))
        .map(|(key, pod)| (key.clone(), metadata::is_terminating(pod)))
        .collect();
    for (key, _) in pods.iter().filter(|(_, ends)| !ends) {
        let _ = eviction::evict(store, key, now, &DeleteOptions::default(), false);
    }
    pods.len()
}

/// Daemons and the kubelet's own pods stay.
fn leaves(pod: &Value) -> bool {
    !is_terminal(pod) && !is_owned_by(pod, "DaemonSet") && !is_owned_by(pod, "Node")
}
