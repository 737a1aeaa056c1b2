//! Objects as API servers, Karpenter and Argo CD write them, and what becomes of them.

mod karpenter;
mod nodes;
mod pods;
mod workloads;

use serde_json::{Value, json};

use super::*;
use crate::services::kubernetes::model::Resources;

/// The model of an object, as of a list and as of a watch: both must be the same.
fn projected<M: Projected + PartialEq + std::fmt::Debug>(kind: ObjectKind, object: &Value) -> M {
    let mut words = Interned::default();
    let page = json!({ "metadata": { "resourceVersion": "7" }, "items": [object] }).to_string();
    let mut page = list::<M>(kind, page.as_bytes(), &mut words).unwrap();
    assert_eq!((page.odd, page.version.as_str(), page.items.len()), (0, "7", 1));
    let line = json!({ "type": "ADDED", "object": object }).to_string();
    let ObjectTold::Put { key, object, .. } = change::<M>(kind, line.as_bytes(), &mut words).unwrap() else {
        panic!("nothing is put")
    };
    assert_eq!(page.items.pop().unwrap(), (key, object));
    page_of::<M>(kind, line.as_bytes())
}

fn page_of<M: Projected>(kind: ObjectKind, line: &[u8]) -> M {
    match change::<M>(kind, line, &mut Interned::default()).unwrap() {
        ObjectTold::Put { object, .. } => object,
        other => panic!("{}", matches!(other, ObjectTold::Odd { .. })),
    }
}

fn texts(all: &[Arc<str>]) -> Vec<&str> {
    all.iter().map(|text| &**text).collect()
}

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

fn amounts(cpu: i64, memory: i64, pods: i64) -> Resources {
    Resources { cpu, memory, pods, ..Resources::default() }
}

/// Whatever is missing, null or of another type somewhere deep inside.
#[test]
fn an_object_with_nothing_is_read() {
    for kind in ObjectKind::ALL {
        let bare = json!({ "metadata": { "name": "bare" } });
        let nulls = json!({ "metadata": { "name": "bare", "labels": null, "ownerReferences": null },
                            "spec": null, "status": null });
        for object in [bare, nulls] {
            let body = json!({ "metadata": { "resourceVersion": "1" }, "items": [object] }).to_string();
            let mut words = Interned::default();
            let (read, odd) = match kind {
                ObjectKind::Node => of::<crate::services::kubernetes::model::Node>(kind, &body, &mut words),
                ObjectKind::Pod => of::<crate::services::kubernetes::model::Pod>(kind, &body, &mut words),
                ObjectKind::NodePool => of::<crate::services::kubernetes::model::NodePool>(kind, &body, &mut words),
                ObjectKind::NodeClaim => of::<crate::services::kubernetes::model::NodeClaim>(kind, &body, &mut words),
                ObjectKind::Ec2NodeClass | ObjectKind::AutoNodeClass => {
                    of::<crate::services::kubernetes::model::NodeClass>(kind, &body, &mut words)
                }
                ObjectKind::Deployment | ObjectKind::StatefulSet | ObjectKind::DaemonSet => {
                    of::<crate::services::kubernetes::model::Workload>(kind, &body, &mut words)
                }
                ObjectKind::Autoscaler => of::<crate::services::kubernetes::model::Autoscaler>(kind, &body, &mut words),
                ObjectKind::DisruptionBudget => {
                    of::<crate::services::kubernetes::model::DisruptionBudget>(kind, &body, &mut words)
                }
                ObjectKind::Event => of::<crate::services::kubernetes::model::ClusterEvent>(kind, &body, &mut words),
                ObjectKind::Application => {
                    of::<crate::services::kubernetes::model::Application>(kind, &body, &mut words)
                }
            };
            assert_eq!((read, odd), (1, 0), "{kind:?}");
        }
    }
}

fn of<M: Projected>(kind: ObjectKind, body: &str, words: &mut Interned) -> (usize, usize) {
    let page = list::<M>(kind, body.as_bytes(), words).unwrap();
    (page.items.len(), page.odd)
}
