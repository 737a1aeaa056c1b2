//! The lease of a node: there is one for as long as there is the node.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::LEASES;
use crate::sandbox::kubernetes::controllers::chance;
use crate::sandbox::kubernetes::resources::Resource;
use crate::sandbox::kubernetes::store::{ObjectKey, Store, metadata};

/// How long after its last renewal a node counts as lost (`nodeLeaseDurationSeconds`).
const SECONDS: i64 = 40;

/// Makes the lease of a node, and lets it be renewed unless the kubelet has been silent since a moment.
pub(super) fn keep(store: &mut Store, node: &Value, silent: Option<Timestamp>, now: Timestamp) {
    let name = metadata::name(node);
    let key = ObjectKey::namespaced(Resource::Leases, LEASES, name);
    if !store.contains(&key) {
        let uid = chance::uuid(0, &["lease", metadata::uid(node)]);
        let lease = json!({
            "metadata": {
                "name": name,
                "uid": uid,
                "creationTimestamp": node["metadata"]["creationTimestamp"],
                "ownerReferences": [
                    {"apiVersion": "v1", "kind": "Node", "name": name, "uid": metadata::uid(node)},
                ],
            },
            "spec": {"holderIdentity": name, "leaseDurationSeconds": SECONDS},
        });
        // With a uid of its own: names and uids of everything else are the same with and without leases.
        if let Ok(pending) = store.plan_insert(Resource::Leases, LEASES, lease, now) {
            store.commit(pending);
        }
    }
    // Only the end of renewals is written down; while they go on, whoever reads is told the last.
    let _ = store.update(&key, now, |lease| {
        let spec = metadata::section(lease, "spec");
        match silent {
            Some(since) if !spec.contains_key("renewTime") => {
                spec.insert("renewTime".to_owned(), format!("{since:.6}").into());
            }
            Some(_) => {}
            None => {
                spec.remove("renewTime");
            }
        }
    });
}
