//! Rollouts and scalings, as `kubectl rollout status` and `kubectl get` tell them.

use super::{Followed, Look};
use crate::domain::text::clean;
use crate::health::words::plural;
use crate::ops::progress::Progress;
use crate::services::kubernetes::change::name::ObjectSort;
use crate::services::kubernetes::change::rollout::{RolloutPace, wanted};
use crate::services::kubernetes::change::{ApiObject, ObjectName};
use crate::services::kubernetes::model::Pod;
use crate::services::kubernetes::why::{self, Crashes};

/// Where the moment of a restart stands (`kubectl rollout restart`).
pub const RESTARTED: &str = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt";

fn gone(of: &Followed) -> Progress {
    Progress::Failed(format!("{} is not there any more", of.local()))
}

/// Its controller has not seen the newest specification yet.
fn is_unseen(object: &ApiObject) -> bool {
    object.number("/status/observedGeneration") < object.number("/metadata/generation")
}

/// The restart is in its template.
pub(super) fn is_restarted(of: &Followed, restarted: &str, look: &Look) -> bool {
    look.of(of).is_some_and(|object| object.text(RESTARTED) == restarted)
}

/// How far the rollout of this very restart is.
pub(super) fn rolled_out(of: &Followed, restarted: &str, look: &Look) -> Progress {
    let Some(object) = look.of(of) else { return gone(of) };
    match object.text(RESTARTED) {
        is if is == restarted => {}
        "" => return Progress::Failed("something has taken the restart out of its template again".to_owned()),
        _ => return Progress::Failed(format!("it was restarted again, at {}", object.said(RESTARTED))),
    }
    with_hold(rollout(object), of, look)
}

/// How far the rollout of the newest template is, whatever has begun it, as kubectl's `StatusViewer`s have it
/// (staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go).
#[must_use]
pub fn rollout(object: &ApiObject) -> Progress {
    if is_unseen(object) {
        return Progress::Going("its controller has not seen it yet".to_owned());
    }
    let status = |field: &str| object.number(&format!("/status/{field}")).unwrap_or(0);
    let wanted = wanted(object);
    match object.text("/kind") {
        "DaemonSet" => told(wanted, wanted, status("updatedNumberScheduled"), 0, status("numberAvailable")),
        "StatefulSet" => {
            let replaced = RolloutPace::of(object).replaced(wanted);
            told(wanted, replaced, status("updatedReplicas"), 0, available(object))
        }
        _ => {
            if let Some(said) = stuck(object) {
                return Progress::Failed(format!("it does not get on: {said}"));
            }
            let updated = status("updatedReplicas");
            told(wanted, wanted, updated, status("replicas") - updated, available(object))
        }
    }
}

fn told(wanted: i64, replaced: i64, updated: i64, old: i64, available: i64) -> Progress {
    if updated < replaced {
        return Progress::Going(format!("{updated} of {replaced} are of the new template"));
    }
    if old > 0 {
        return Progress::Going(format!("{old} of the old template still to end"));
    }
    if available < wanted {
        return Progress::Going(format!("{available} of {wanted} are available"));
    }
    Progress::Reached(if replaced == wanted {
        format!("all {wanted} are of the new template and available")
    } else {
        format!("{replaced} of {wanted} are of the new template, as its partition says, and all are available")
    })
}

/// Of a StatefulSet of old clusters it is not told how many are available (before Kubernetes 1.22): those that are ready.
fn available(object: &ApiObject) -> i64 {
    let told = object.number("/status/availableReplicas");
    let ready = || object.number("/status/readyReplicas").filter(|_| object.text("/kind") == "StatefulSet");
    told.or_else(ready).unwrap_or(0)
}

/// What its controller says when it has given up waiting (`progressDeadlineSeconds`); it goes on trying.
fn stuck(object: &ApiObject) -> Option<String> {
    let condition = condition(object, "Progressing")?;
    let said = condition["message"].as_str().unwrap_or("its progress deadline has passed");
    (condition["reason"] == "ProgressDeadlineExceeded").then(|| clean(said))
}

fn condition<'a>(object: &'a ApiObject, kind: &str) -> Option<&'a serde_json::Value> {
    let all = object.at("/status/conditions")?.as_array()?;
    all.iter().find(|condition| condition["type"] == kind)
}

/// It has the replicas that were asked for, and they are available.
pub(super) fn scaled(of: &Followed, replicas: i64, look: &Look) -> Progress {
    let Some(object) = look.of(of) else { return gone(of) };
    let now = wanted(object);
    if now != replicas {
        return Progress::Failed(format!("it was set to {now} since: somebody or an autoscaler has"));
    }
    if is_unseen(object) {
        return Progress::Going("its controller has not seen it yet".to_owned());
    }
    let there = object.number("/status/replicas").unwrap_or(0);
    if there > replicas {
        return Progress::Going(format!("{} still to end", there - replicas));
    }
    let available = available(object);
    if available < replicas {
        return with_hold(Progress::Going(format!("{available} of {replicas} are available")), of, look);
    }
    let ending = pods(of, look).iter().filter(|pod| pod.deleting.is_some()).count();
    let words = if replicas == 0 { "0 replicas".to_owned() } else { format!("{replicas} replicas, all available") };
    Progress::Reached(if ending > 0 { format!("{words}; {} not yet ended", plural(ending, "pod")) } else { words })
}

/// The pods of what is followed; none where they were not looked at.
fn pods<'a>(of: &Followed, look: &'a Look) -> Vec<&'a Pod> {
    let Some(name) = ObjectName::parse(&of.id) else { return Vec::new() };
    let (ObjectSort::Workload(kind), Some(view)) = (name.sort, look.view(&name.cluster)) else { return Vec::new() };
    view.pods_of(kind.name(), &name.namespace, &name.name).collect()
}

/// With what keeps its pods from being there, while it goes on.
fn with_hold(progress: Progress, of: &Followed, look: &Look) -> Progress {
    match (progress, held(of, look)) {
        (Progress::Going(words), Some(held)) => Progress::Going(format!("{words}; {held}")),
        (progress, _) => progress,
    }
}

fn held(of: &Followed, look: &Look) -> Option<String> {
    let failure = condition(look.of(of)?, "ReplicaFailure").filter(|condition| condition["status"] == "True");
    if let Some(said) = failure.and_then(|condition| condition["message"].as_str()) {
        return Some(format!("pods cannot be made: {}", clean(said)));
    }
    let pods = pods(of, look);
    if let Some(crashes) = Crashes::of(&pods) {
        return Some(crashes.words());
    }
    let told = why::waiting(&look.view(of.cluster())?, &pods, look.at);
    let verb = if told.count == 1 { "waits" } else { "wait" };
    (told.count > 0).then(|| format!("{} {verb}: {}", plural(told.count, "pod"), told.reason(look.at)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::services::kubernetes::model::{ContainerState, Ended};
    use crate::services::kubernetes::testing::{CLUSTER, TestCluster, ago, container, now, pod, waiting_pod};

    const AT: &str = "2026-11-30T03:12:44Z";

    fn of(sort: &str) -> Followed {
        Followed { region: "eu-west-1".into(), id: format!("{CLUSTER}/{sort}/shop/api"), uid: "u-1".into() }
    }

    fn look(object: Value) -> Look {
        Look { object: Some(ApiObject::new(object)), ..Look::blank(now()) }
    }

    /// A workload that was restarted at [`AT`], of three replicas.
    fn workload(kind: &str, status: &Value) -> Value {
        let annotations = json!({ "kubectl.kubernetes.io/restartedAt": AT });
        let mut object = json!({
            "kind": kind,
            "metadata": { "name": "api", "namespace": "shop", "uid": "u-1", "generation": 5 },
            "spec": { "replicas": 3, "template": { "metadata": { "annotations": annotations } } },
            "status": { "observedGeneration": 5 },
        });
        for (key, value) in status.as_object().unwrap() {
            object["status"][key] = value.clone();
        }
        object
    }

    fn rolled(kind: &str, status: &Value) -> Progress {
        rolled_out(&of(&kind.to_lowercase()), AT, &look(workload(kind, status)))
    }

    fn going(words: &str) -> Progress {
        Progress::Going(words.to_owned())
    }

    #[test]
    fn a_deployment_is_told_as_kubectl_tells_it() {
        let rows = [
            (json!({ "observedGeneration": 4 }), going("its controller has not seen it yet")),
            (json!({ "replicas": 3 }), going("0 of 3 are of the new template")),
            (json!({ "replicas": 4, "updatedReplicas": 2 }), going("2 of 3 are of the new template")),
            (json!({ "replicas": 4, "updatedReplicas": 3 }), going("1 of the old template still to end")),
            (json!({ "replicas": 3, "updatedReplicas": 3, "availableReplicas": 2 }), going("2 of 3 are available")),
            // What is ready is not yet available.
            (json!({ "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3 }), going("0 of 3 are available")),
            (
                json!({ "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3 }),
                Progress::Reached("all 3 are of the new template and available".into()),
            ),
            (
                json!({ "conditions": [{ "type": "Progressing", "reason": "ProgressDeadlineExceeded",
                        "message": "ReplicaSet \"api-6d\" has timed out\u{1b} progressing." }] }),
                Progress::Failed("it does not get on: ReplicaSet \"api-6d\" has timed out? progressing.".into()),
            ),
        ];
        for (status, told) in rows {
            assert_eq!(rolled("Deployment", &status), told, "{status}");
        }
    }

    #[test]
    fn a_stateful_set_stops_at_its_partition() {
        let status =
            |updated: i64, available: i64| json!({ "updatedReplicas": updated, "availableReplicas": available });
        assert_eq!(rolled("StatefulSet", &status(1, 3)), going("1 of 3 are of the new template"));
        assert_eq!(rolled("StatefulSet", &status(3, 2)), going("2 of 3 are available"));
        assert!(matches!(rolled("StatefulSet", &status(3, 3)), Progress::Reached(_)));
        let mut parted = workload("StatefulSet", &status(1, 3));
        parted["spec"]["updateStrategy"] = json!({ "rollingUpdate": { "partition": 2 } });
        let words = "1 of 3 are of the new template, as its partition says, and all are available";
        assert_eq!(rolled_out(&of("statefulset"), AT, &look(parted)), Progress::Reached(words.into()));
        // Before Kubernetes 1.22 only what is ready is told.
        let old = json!({ "updatedReplicas": 3, "readyReplicas": 3 });
        assert!(matches!(rolled("StatefulSet", &old), Progress::Reached(_)));
    }

    #[test]
    fn a_daemon_set_has_a_pod_for_each_node() {
        let status = |updated: i64, available: i64| json!({ "desiredNumberScheduled": 5, "updatedNumberScheduled": updated, "numberAvailable": available });
        assert_eq!(rolled("DaemonSet", &status(2, 5)), going("2 of 5 are of the new template"));
        assert_eq!(rolled("DaemonSet", &status(5, 4)), going("4 of 5 are available"));
        assert!(matches!(rolled("DaemonSet", &status(5, 5)), Progress::Reached(_)));
    }

    #[test]
    fn a_restart_that_was_taken_back_or_done_again_has_failed() {
        let done = json!({ "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3 });
        let with = |annotations: Value| {
            let mut object = workload("Deployment", &done);
            object["spec"]["template"]["metadata"]["annotations"] = annotations;
            rolled_out(&of("deployment"), AT, &look(object))
        };
        let again = with(json!({ "kubectl.kubernetes.io/restartedAt": "2026-11-30T03:20:00Z" }));
        assert_eq!(again, Progress::Failed("it was restarted again, at 2026-11-30T03:20:00Z".into()));
        let back = with(json!({ "other": "a" }));
        assert_eq!(back, Progress::Failed("something has taken the restart out of its template again".into()));
        let other = Followed { uid: "u-2".into(), ..of("deployment") };
        let gone = rolled_out(&other, AT, &look(workload("Deployment", &done)));
        assert_eq!(gone, Progress::Failed("shop/api is not there any more".into()));
        assert!(!is_restarted(&other, AT, &look(workload("Deployment", &json!({})))));
        assert!(is_restarted(&of("deployment"), AT, &look(workload("Deployment", &json!({})))));
        assert!(!is_restarted(&of("deployment"), "another", &look(workload("Deployment", &json!({})))));
    }

    #[test]
    fn what_holds_it_is_named_while_it_holds() {
        let status = json!({ "replicas": 3, "updatedReplicas": 3, "availableReplicas": 1 });
        let told = |pods: Vec<Pod>, status: &Value| {
            let data = TestCluster { pods, ..TestCluster::default() }.data();
            let look = Look { data, ..look(workload("Deployment", status)) };
            match rolled_out(&of("deployment"), AT, &look) {
                Progress::Going(words) => words,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(told(vec![pod("shop", "api-1")], &status), "1 of 3 are available");
        let waits = waiting_pod("shop", "api-2", "api", "0/3 nodes are available: 3 Insufficient cpu.");
        assert_eq!(
            told(vec![waits.clone()], &status),
            "1 of 3 are available; 1 pod waits: of 3 nodes 3 Insufficient cpu"
        );
        let waiting = ContainerState::Waiting { reason: "CrashLoopBackOff".into(), message: "back-off".into() };
        let last = Ended { exit_code: 1, signal: None, reason: "Error".into(), message: "".into(), at: Some(ago(9)) };
        let crashed = crate::services::kubernetes::model::Container { last: Some(last), ..container("api", waiting) };
        let crashing = Pod { containers: vec![crashed], ready: false, ..pod("shop", "api-3") };
        assert_eq!(
            told(vec![waits, crashing], &status),
            "1 of 3 are available; 1 pod in CrashLoopBackOff: api exits with 1"
        );
        let quota = json!([{ "type": "ReplicaFailure", "status": "True", "message": "exceeded quota: cpu" }]);
        let refused = json!({ "updatedReplicas": 1, "conditions": quota });
        assert_eq!(
            told(Vec::new(), &refused),
            "1 of 3 are of the new template; pods cannot be made: exceeded quota: cpu"
        );
        let over = json!([{ "type": "ReplicaFailure", "status": "False", "message": "exceeded quota: cpu" }]);
        assert_eq!(told(Vec::new(), &json!({ "conditions": over })), "0 of 3 are of the new template");
    }

    #[test]
    fn a_workload_has_the_replicas_that_were_asked_for() {
        let told = |kind: &str, status: Value| scaled(&of(&kind.to_lowercase()), 3, &look(workload(kind, &status)));
        assert_eq!(told("Deployment", json!({ "observedGeneration": 4 })), going("its controller has not seen it yet"));
        assert_eq!(told("Deployment", json!({ "replicas": 5 })), going("2 still to end"));
        assert_eq!(told("Deployment", json!({ "replicas": 3, "availableReplicas": 1 })), going("1 of 3 are available"));
        let all = json!({ "replicas": 3, "availableReplicas": 3 });
        assert_eq!(told("Deployment", all.clone()), Progress::Reached("3 replicas, all available".into()));
        assert_eq!(told("Deployment", json!({ "replicas": 3, "readyReplicas": 3 })), going("0 of 3 are available"));
        assert!(matches!(told("StatefulSet", json!({ "replicas": 3, "readyReplicas": 3 })), Progress::Reached(_)));
        let fresh = json!({ "replicas": 3, "readyReplicas": 3, "availableReplicas": 0 });
        assert_eq!(told("StatefulSet", fresh), going("0 of 3 are available"));
        let other = scaled(&of("deployment"), 4, &look(workload("Deployment", &all)));
        assert_eq!(other, Progress::Failed("it was set to 3 since: somebody or an autoscaler has".into()));
        assert_eq!(
            scaled(&of("deployment"), 3, &Look::blank(now())),
            Progress::Failed("shop/api is not there any more".into())
        );
    }

    #[test]
    fn what_was_scaled_to_zero_may_still_be_ending() {
        let mut object = workload("Deployment", &json!({}));
        object["spec"]["replicas"] = json!(0);
        let with = |pods: Vec<Pod>| {
            let data = TestCluster { pods, ..TestCluster::default() }.data();
            scaled(&of("deployment"), 0, &Look { data, ..look(object.clone()) })
        };
        assert_eq!(with(Vec::new()), Progress::Reached("0 replicas".into()));
        let ending = Pod { deleting: Some(now()), ..pod("shop", "api-1") };
        assert_eq!(with(vec![ending]), Progress::Reached("0 replicas; 1 pod not yet ended".into()));
    }

    #[test]
    fn a_call_whose_answer_was_lost_is_found_in_the_specification() {
        use crate::ops::progress::Happened;
        use crate::services::kubernetes::change::Follow;
        let seen = look(workload("Deployment", &json!({})));
        let of = of("deployment");
        let happened = |follow: Follow| follow.happened(&seen, now());
        let restarted = |at: &str| happened(Follow::RolledOut { of: of.clone(), restarted: at.to_owned() });
        assert_eq!((restarted(AT), restarted("another")), (Happened::Yes, Happened::NoSign));
        let scaled = |replicas: i64| happened(Follow::Scaled { of: of.clone(), replicas });
        assert_eq!((scaled(3), scaled(4)), (Happened::Yes, Happened::NoSign));
        let other = Followed { uid: "u-2".into(), ..of.clone() };
        assert_eq!(happened(Follow::Scaled { of: other, replicas: 3 }), Happened::NoSign);
    }
}
