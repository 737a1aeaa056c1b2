//! A pod that was evicted.

use jiff::Timestamp;

use super::{ApiObject, Followed, Look};
use crate::domain::duration;
use crate::ops::progress::Progress;
use crate::services::kubernetes::ObjectKind;
use crate::services::kubernetes::model::Pod;
use crate::services::kubernetes::why::{is_kubelets, listed};

/// Of more names the first are told.
const NAMED: usize = 5;

/// A pod keeps its UID until it is gone; one of the same name is another one.
pub(super) fn progress(of: &Followed, node: &str, approved: &[String], look: &Look) -> Progress {
    let Some(pod) = look.of(of) else {
        return Progress::Reached(format!("gone from {node}{}", left(of, node, approved, look)));
    };
    if !pod.is_going() {
        return Progress::Going("evicted, not told to end yet".to_owned());
    }
    // The moment at which its grace ends (`metadata.deletionTimestamp` of a pod).
    let Ok(ends) = pod.text("/metadata/deletionTimestamp").parse::<Timestamp>() else {
        return Progress::Going("ending".to_owned());
    };
    let left = ends.duration_since(look.at).as_secs();
    if left > 0 {
        return Progress::Going(format!("ending, {} of its grace left", duration::seconds(left)));
    }
    let finalizers = finalizers(pod);
    let why = if finalizers.is_empty() {
        format!("the kubelet of {node} has not said that it ended")
    } else {
        format!("held by {}", finalizers.join(", "))
    };
    Progress::Going(format!("its grace is over for {}: {why}", duration::seconds(left)))
}

/// Which pods are on the node that nobody has approved to evict: they came after the plan. Nothing where this is not the
/// last pod of a drain.
fn left(of: &Followed, node: &str, approved: &[String], look: &Look) -> String {
    if approved.is_empty() {
        return String::new();
    }
    let view = look.view(of.cluster()).filter(|view| view.standing(ObjectKind::Pod).is_known());
    let Some(view) = view else { return "; which pods came to it meanwhile was not read".to_owned() };
    let is_left = |pod: &&Pod| pod.deleting.is_none() && !pod.is_over() && !pod.is_daemon() && !is_kubelets(pod);
    let names = view.pods_on(node).iter().map(AsRef::as_ref).filter(is_left);
    let names = names.map(|pod: &Pod| format!("{}/{}", pod.namespace, pod.name));
    let came: Vec<String> = names.filter(|name| !approved.contains(name)).collect();
    if came.is_empty() {
        return String::new();
    }
    format!("; left on it, for they came after the plan: {}", listed(&came, NAMED))
}

fn finalizers(pod: &ApiObject) -> Vec<&str> {
    let all = pod.at("/metadata/finalizers").and_then(serde_json::Value::as_array);
    all.into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ops::progress::Happened;
    use crate::services::kubernetes::change::Follow;
    use crate::services::kubernetes::testing::{CLUSTER, TestCluster, ago, now, pod};

    fn follow() -> Follow {
        let of = Followed::pod("eu-west-1", CLUSTER, "shop", "api-1", "u-1");
        Follow::PodGone { of, node: "ip-a".into(), approved: Vec::new() }
    }

    fn look(metadata: Option<Value>) -> Look {
        let object = metadata.map(|metadata| ApiObject::new(json!({ "metadata": metadata })));
        Look { object, ..Look::blank(now()) }
    }

    #[test]
    fn it_is_gone_when_no_pod_of_its_uid_is_there() {
        let gone = Progress::Reached("gone from ip-a".into());
        let another = json!({ "name": "api-1", "uid": "u-2" });
        for metadata in [None, Some(another)] {
            assert_eq!(follow().progress(&look(metadata.clone()), now()), gone);
            assert_eq!(follow().happened(&look(metadata), now()), Happened::Yes, "it needs no eviction any more");
        }
    }

    #[test]
    fn until_then_it_says_what_it_waits_for() {
        let going = |seconds: i64| json!({ "uid": "u-1", "deletionTimestamp": ago(-seconds).to_string() });
        let held = |seconds: i64| {
            let mut metadata = going(seconds);
            metadata["finalizers"] = json!(["batch.kubernetes.io/job-tracking", "x/y"]);
            metadata
        };
        for (metadata, words) in [
            (json!({ "uid": "u-1" }), "evicted, not told to end yet"),
            (json!({ "uid": "u-1", "deletionTimestamp": "soon" }), "ending"),
            (going(12), "ending, 12s of its grace left"),
            (held(90), "ending, 1m 30s of its grace left"),
            (going(-40), "its grace is over for 40s: the kubelet of ip-a has not said that it ended"),
            (held(-40), "its grace is over for 40s: held by batch.kubernetes.io/job-tracking, x/y"),
        ] {
            assert_eq!(follow().progress(&look(Some(metadata)), now()), Progress::Going(words.into()));
        }
    }

    #[test]
    fn an_eviction_whose_answer_was_lost_has_arrived_when_the_pod_ends() {
        assert_eq!(follow().happened(&look(Some(json!({ "uid": "u-1" }))), now()), Happened::NoSign);
        let going = json!({ "uid": "u-1", "deletionTimestamp": now().to_string() });
        assert_eq!(follow().happened(&look(Some(going)), now()), Happened::Yes);
    }

    #[test]
    fn the_last_pod_of_a_drain_tells_which_came_meanwhile() {
        let of = || Followed::pod("eu-west-1", CLUSTER, "shop", "api-1", "u-1");
        let follow = Follow::PodGone { of: of(), node: "ip-a".into(), approved: vec!["shop/api-1".into()] };
        let on = |name: &str| Pod { node: Some("ip-a".into()), ..pod("shop", name) };
        let told = |pods: Vec<Pod>, unread: Vec<ObjectKind>| {
            let data = TestCluster { pods, unread, ..TestCluster::default() }.data();
            match follow.progress(&Look { data, ..Look::blank(now()) }, now()) {
                Progress::Reached(words) => words,
                other => panic!("{other:?}"),
            }
        };
        let ending = Pod { deleting: Some(now()), ..on("api-7") };
        assert_eq!(told(vec![on("api-1"), ending], vec![]), "gone from ip-a", "approved, or ending");
        let words = "gone from ip-a; left on it, for they came after the plan: shop/api-9";
        assert_eq!(
            told(vec![on("api-9"), Pod { node: Some("ip-b".into()), ..pod("shop", "elsewhere") }], vec![]),
            words
        );
        let unread = told(vec![on("api-9")], vec![ObjectKind::Pod]);
        assert_eq!(unread, "gone from ip-a; which pods came to it meanwhile was not read");
    }
}
