//! What of a reading counts into the fingerprint of a plan.

use serde_json::Value;

use super::object::ascii;
use super::{ApiObject, Seen, SeenPart, TargetKind};
use crate::domain::text::clean;

/// The observed state that counts, as names and values: which cluster, which object, and what of it the operations
/// change. What changes by itself all the time (heartbeats, counters of replicas) does not. Of pods those count that the
/// plan names as its subjects (as [`Followed::pod`](super::follow::Followed::pod) names them): these and no others.
#[must_use]
pub fn observed(seen: &Seen, subjects: &[(String, String)]) -> Vec<(String, String)> {
    let mut all = of_target(seen);
    all.extend(subjects.iter().filter_map(|(_, id)| pod_of(id)).map(|pod| {
        let uid = seen.pods.get(pod).map_or_else(|| "not there".to_owned(), |detail| detail.uid.clone());
        (format!("pod {pod}"), uid)
    }));
    all
}

/// `NAMESPACE/NAME` of a subject that is a pod.
fn pod_of(id: &str) -> Option<&str> {
    let (_, local) = id.split_once('/')?;
    local.strip_prefix("pod/")
}

fn of_target(seen: &Seen) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut say = |name: &str, value: String| all.push((name.to_owned(), value));
    match seen.eks() {
        Some(eks) => {
            say("cluster ARN", eks.arn.to_string());
            say("cluster created", eks.created.map(|at| at.to_string()).unwrap_or_default());
        }
        None if seen.is_read(&SeenPart::Cluster) => say("cluster", "not there".to_owned()),
        None => say("cluster", "not read".to_owned()),
    }
    if seen.target.kind == TargetKind::Nodegroup {
        match seen.nodegroup() {
            Some(group) => {
                let number = |n: Option<i32>| n.map(|n| n.to_string()).unwrap_or_default();
                say("ARN", group.arn.to_string());
                say("status", group.status.to_string());
                say("minimum", number(group.minimum));
                say("maximum", number(group.maximum));
                say("desired", number(group.desired));
            }
            None => say("node group", "not there".to_owned()),
        }
        return all;
    }
    let Some(object) = &seen.object else {
        say("target", "not there".to_owned());
        return all;
    };
    say("UID", object.uid().to_owned());
    say("deletion", object.text("/metadata/deletionTimestamp").to_owned());
    if seen.target.kind == TargetKind::Workload {
        say("images", images(object));
    }
    for pointer in fields(seen.target.kind) {
        // `/spec/disruption/budgets`: `disruption/budgets`.
        let name = pointer.splitn(3, '/').nth(2).unwrap_or(pointer);
        say(name, object.at(pointer).map(word).unwrap_or_default());
    }
    all
}

/// A value, as it is shown where it is another one.
fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| ascii(value), clean)
}

/// The images of a workload's containers: what is other in its template is mostly these.
fn images(object: &ApiObject) -> String {
    let containers = object.at("/spec/template/spec/containers").and_then(Value::as_array);
    let images = containers.into_iter().flatten().filter_map(|container| container.get("image").map(word));
    images.collect::<Vec<_>>().join(", ")
}

/// What of an object the operations change or stand on. Its generation is another one with every other specification
/// (Kubernetes, API conventions, "Metadata"): it stands for all the rest of that.
fn fields(kind: TargetKind) -> &'static [&'static str] {
    match kind {
        TargetKind::Node => &["/spec/unschedulable", "/spec/providerID"],
        TargetKind::NodeClaim => &["/spec/terminationGracePeriod", "/status/nodeName", "/status/providerID"],
        TargetKind::NodePool => {
            &["/spec/limits", "/spec/weight", "/spec/replicas", "/spec/disruption/budgets", "/metadata/generation"]
        }
        TargetKind::Workload => &["/spec/replicas", "/spec/paused", "/metadata/generation"],
        TargetKind::Autoscaler => &["/spec/minReplicas", "/spec/maxReplicas", "/spec/scaleTargetRef"],
        TargetKind::Nodegroup => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::services::kubernetes::change::follow::Followed;
    use crate::services::kubernetes::change::seen::PodDetail;
    use crate::services::kubernetes::change::testing;
    use crate::services::kubernetes::testing::TestCluster;

    /// Names of what is other in a reading.
    fn other(before: &Seen, after: &Seen) -> Vec<String> {
        let (before, after) = (observed(before, &[]), observed(after, &[]));
        let differs = |(name, value): &&(String, String)| !before.contains(&(name.clone(), value.clone()));
        after.iter().filter(differs).map(|(name, _)| name.clone()).collect()
    }

    fn edited(seen: &Seen, pointer: &str, value: Value) -> Seen {
        let mut seen = seen.clone();
        testing::edit(&mut seen, |object| {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            object.pointer_mut(parent).unwrap()[key] = value;
        });
        seen
    }

    fn of_kind(kind: TargetKind) -> Seen {
        let object = |name: &str| json!({ "metadata": { "name": name, "uid": "u-1" }, "spec": {}, "status": {} });
        let of = |local: &str, name: &str| testing::seen(kind, local, Some(object(name)), TestCluster::default());
        match kind {
            TargetKind::Node => testing::node(),
            TargetKind::NodeClaim => of("nodeclaim/general-x", "general-x"),
            TargetKind::NodePool => testing::pool(),
            TargetKind::Workload => testing::deployment(),
            TargetKind::Autoscaler => of("hpa/shop/checkout", "checkout"),
            TargetKind::Nodegroup => testing::nodegroup_with(TestCluster::default()),
        }
    }

    #[test]
    fn what_changes_by_itself_does_not_count() {
        for kind in TargetKind::ALL {
            let seen = of_kind(kind);
            if kind == TargetKind::Nodegroup {
                continue;
            }
            let other_version = edited(&seen, "/metadata/resourceVersion", json!("99"));
            assert_eq!(other(&seen, &other_version), Vec::<String>::new(), "{kind:?}");
            let beating = edited(&seen, "/status", json!({ "conditions": [{ "type": "Ready" }], "replicas": 9 }));
            assert_eq!(other(&seen, &beating), Vec::<String>::new(), "{kind:?}");
        }
        let mut later = testing::deployment();
        later.at = "2030-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(other(&testing::deployment(), &later), Vec::<String>::new());
    }

    #[test]
    fn another_object_or_one_that_goes_counts() {
        for kind in TargetKind::ALL.into_iter().filter(|kind| *kind != TargetKind::Nodegroup) {
            let seen = of_kind(kind);
            assert_eq!(other(&seen, &edited(&seen, "/metadata/uid", json!("u-2"))), ["UID"], "{kind:?}");
            let going = edited(&seen, "/metadata/deletionTimestamp", json!("2026-11-30T03:00:00Z"));
            assert_eq!(other(&seen, &going), ["deletion"], "{kind:?}");
            assert_eq!(other(&seen, &Seen { object: None, ..seen.clone() }), ["target"], "{kind:?}");
        }
    }

    #[test]
    fn what_an_operation_changes_or_stands_on_counts_by_its_name() {
        let rows = [
            (TargetKind::Node, "/spec/unschedulable", json!(true), "unschedulable"),
            (TargetKind::Node, "/spec/providerID", json!("aws:///a/i-2"), "providerID"),
            (TargetKind::NodeClaim, "/spec/terminationGracePeriod", json!("1h"), "terminationGracePeriod"),
            (TargetKind::NodeClaim, "/status/nodeName", json!("ip-9"), "nodeName"),
            (TargetKind::NodePool, "/spec/disruption/budgets", json!([]), "disruption/budgets"),
            (TargetKind::NodePool, "/spec/limits", json!({ "cpu": "1" }), "limits"),
            (TargetKind::NodePool, "/metadata/generation", json!(2), "generation"),
            (TargetKind::Workload, "/spec/replicas", json!(9), "replicas"),
            (TargetKind::Workload, "/spec/paused", json!(true), "paused"),
            (TargetKind::Workload, "/metadata/generation", json!(5), "generation"),
            (TargetKind::Workload, "/spec/template/spec/containers", json!([{ "image": "a:2" }]), "images"),
            (TargetKind::Autoscaler, "/spec/minReplicas", json!(3), "minReplicas"),
            (TargetKind::Autoscaler, "/spec/maxReplicas", json!(30), "maxReplicas"),
        ];
        for (kind, pointer, value, name) in rows {
            let seen = of_kind(kind);
            assert_eq!(other(&seen, &edited(&seen, pointer, value)), [name], "{pointer}");
        }
    }

    #[test]
    fn a_node_group_counts_by_what_eks_says_of_it() {
        let seen = of_kind(TargetKind::Nodegroup);
        let names: Vec<String> = observed(&seen, &[]).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["cluster ARN", "cluster created", "ARN", "status", "minimum", "maximum", "desired"]);
        let mut gone = seen.clone();
        gone.target.id = "prod-eks/nodegroup/other".into();
        assert_eq!(other(&seen, &gone), ["node group"]);
    }

    #[test]
    fn a_cluster_that_is_not_there_is_told_from_one_that_is_unread() {
        use crate::services::kubernetes::change::seen::Unread;
        let mut seen = testing::deployment();
        seen.data = crate::services::kubernetes::Data::default();
        let cluster = |seen: &Seen| observed(seen, &[]).into_iter().find(|(name, _)| name == "cluster").unwrap().1;
        assert_eq!(cluster(&seen), "not there");
        seen.missing = vec![Unread { part: SeenPart::Cluster, why: "denied".into() }];
        assert_eq!(cluster(&seen), "not read");
    }

    #[test]
    fn values_are_shown_as_they_are_written_and_cleaned() {
        assert_eq!(word(&json!("a\u{1b}b")), "a?b");
        assert_eq!(word(&json!([{ "nodes": "10%" }])), r#"[{"nodes":"10%"}]"#);
        let mut seen = testing::deployment();
        let containers = json!([{ "image": "api:1" }, { "image": "side:2" }, {}]);
        testing::edit(&mut seen, |o| o["spec"]["template"]["spec"]["containers"] = containers);
        assert!(observed(&seen, &[]).contains(&("images".to_owned(), "api:1, side:2".to_owned())));
    }

    #[test]
    fn pods_count_that_the_plan_names() {
        let mut seen = testing::node();
        seen.pods.insert("shop/api-1".to_owned(), PodDetail { uid: "u-7".to_owned(), ..PodDetail::default() });
        let subject = |pod: &str| {
            let of = Followed::pod(testing::REGION, "prod-eks", "shop", pod, "");
            (of.region, of.id)
        };
        let subjects = [(testing::REGION.to_owned(), seen.target.id.clone()), subject("api-1"), subject("api-2")];
        let all = observed(&seen, &subjects);
        let pods: Vec<&(String, String)> = all.iter().filter(|(name, _)| name.starts_with("pod ")).collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pods, [&pair("pod shop/api-1", "u-7"), &pair("pod shop/api-2", "not there")]);
    }
}
