use serde_json::{Value, json};

use super::*;
use crate::ops::plan::CheckState;
use crate::services::kubernetes::change::{Plan, TargetKind};
use crate::services::kubernetes::testing::{TestCluster, autoscaler};

const AT: &str = "2026-11-30T03:00:00Z";

fn restart() -> Operation {
    Operation::RestartRollout(RestartRollout { restarted: AT.to_owned() })
}

fn plan(seen: &Seen) -> Plan {
    plan_of(restart(), seen)
}

/// The deployment of the tests, otherwise.
fn deployment(change: impl FnOnce(&mut Value)) -> Seen {
    let mut seen = testing::deployment();
    testing::edit(&mut seen, change);
    seen
}

/// A StatefulSet `shop/db` of three pods, all ready.
fn stateful_set(change: impl FnOnce(&mut Value)) -> Seen {
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": { "name": "db", "namespace": "shop", "uid": "u-db", "generation": 2 },
        "spec": { "replicas": 3, "template": { "metadata": { "labels": { "app": "db" } }, "spec": {} } },
        "status": { "observedGeneration": 2, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3 },
    });
    change(&mut object);
    testing::seen(TargetKind::Workload, "statefulset/shop/db", Some(object), TestCluster::default())
}

/// A DaemonSet `kube-system/agent` on five nodes.
fn daemon_set(change: impl FnOnce(&mut Value)) -> Seen {
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": { "name": "agent", "namespace": "kube-system", "uid": "u-agent", "generation": 2 },
        "spec": { "template": { "metadata": { "labels": { "app": "agent" } }, "spec": {} } },
        "status": {
            "observedGeneration": 2, "desiredNumberScheduled": 5, "updatedNumberScheduled": 5, "numberAvailable": 5,
        },
    });
    change(&mut object);
    testing::seen(TargetKind::Workload, "daemonset/kube-system/agent", Some(object), TestCluster::default())
}

/// What is said under a label, with its tone.
fn said(plan: &Plan, label: &str) -> Vec<(String, Tone)> {
    let all = plan.consequences.iter().filter(|c| c.label == label);
    all.map(|c| (c.text.clone(), c.tone)).collect()
}

fn one(plan: &Plan, label: &str) -> (String, Tone) {
    let mut all = said(plan, label);
    assert_eq!(all.len(), 1, "{label}: {all:?}");
    all.remove(0)
}

/// Why a check is doubtful.
fn doubts(plan: &Plan) -> Vec<(String, String)> {
    let all = plan.checks.iter().filter(|check| check.state == CheckState::Doubtful);
    all.map(|check| (check.name.clone(), check.why.clone())).collect()
}

#[test]
fn it_writes_the_moment_into_the_template_of_this_very_deployment() {
    let plan = plan(&testing::deployment());
    let patch = concat!(
        r#"[{"op":"test","path":"/metadata/uid","value":"u-deployment"},"#,
        r#"{"op":"test","path":"/metadata/generation","value":4},"#,
        r#"{"op":"test","path":"/spec/template/metadata","value":{"labels":{"app":"checkout"}}},"#,
        r#"{"op":"add","path":"/spec/template/metadata/annotations","value":{}},"#,
        r#"{"op":"add","path":"/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt","#,
        r#""value":"2026-11-30T03:00:00Z"}]"#,
    );
    let line = plan.steps[0].call.as_command("");
    assert_eq!(line, format!("kubectl -n shop patch deployment checkout --type=json -p '{patch}'"));
    assert_eq!((plan.steps.len(), plan.risk, failed(&plan)), (1, Risk::Disruptive, Vec::new()));
    assert_eq!(doubts(&plan), []);
    assert_eq!(plan.name_to_type, "checkout");
    assert_eq!(plan.summary, "Every pod of shop/checkout is replaced by a new one of the same template, 3 in all.");
    let of = Followed { region: testing::REGION.into(), id: plan.target.id.clone(), uid: "u-deployment".into() };
    assert_eq!(plan.steps[0].follow, Follow::RolledOut { of, restarted: AT.into() });
    let shown: Vec<Api> = [stateful_set(|_| {}), daemon_set(|_| {})]
        .iter()
        .map(|seen| plan_of(restart(), seen).steps[0].call.api)
        .collect();
    assert_eq!(shown, [Api::PatchStatefulSet, Api::PatchDaemonSet]);
}

#[test]
fn a_restart_of_before_is_replaced_if_it_is_the_one_that_was_read() {
    let seen = deployment(|object| {
        let annotations = json!({ "kubectl.kubernetes.io/restartedAt": "2026-11-01T00:00:00Z", "a": "b" });
        object["spec"]["template"]["metadata"]["annotations"] = annotations;
    });
    let plan = plan(&seen);
    let steps: Vec<Value> = match plan.steps[0].call.get(parameter::PATCH) {
        Some(crate::ops::call::Value::Text(text)) => serde_json::from_str(text).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(steps[2]["op"], "test");
    assert_eq!(steps[2]["value"], "2026-11-01T00:00:00Z");
    assert_eq!((&steps[3]["op"], &steps[3]["value"]), (&json!("replace"), &json!(AT)));
}

#[test]
fn the_moment_is_chosen_once_and_kept_when_the_plan_is_made_again() {
    let mut seen = testing::deployment();
    seen.at = "2026-11-30T03:00:00.123456789Z".parse().unwrap();
    let operation = crate::services::kubernetes::change::Kind::RestartRollout.offer(&seen);
    assert_eq!(operation, restart());
    let first = plan_of(operation, &seen);
    seen.at = "2026-11-30T03:00:09Z".parse().unwrap();
    assert_eq!(first.again(&seen).fingerprint, first.fingerprint);
    assert_eq!(first.still_holds(&first.again(&seen)), Ok(()));
    // What was carried out is not sent again.
    let done = deployment(|o| {
        o["spec"]["template"]["metadata"]["annotations"] = json!({ "kubectl.kubernetes.io/restartedAt": AT });
    });
    assert_eq!(failed(&plan(&done)), ["not restarted at this moment"]);
}

#[test]
fn another_specification_than_the_one_that_was_read_refuses() {
    let seen = testing::deployment();
    let first = plan(&seen);
    let deployed = deployment(|object| object["metadata"]["generation"] = json!(5));
    assert!(first.still_holds(&first.again(&deployed)).is_err());
}

#[test]
fn each_precondition_is_refused() {
    assert_eq!(failed(&plan(&deployment(|o| o["spec"]["paused"] = json!(true)))), ["not paused"]);
    assert_eq!(failed(&plan(&deployment(|o| o["spec"]["paused"] = json!(false)))), Vec::<String>::new());
    let none = json!({ "observedGeneration": 4 });
    let empty = deployment(|o| (o["spec"]["replicas"], o["status"]) = (json!(0), none.clone()));
    assert_eq!(failed(&plan(&empty)), ["has pods"]);
    let nowhere = daemon_set(|o| o["status"] = json!({ "observedGeneration": 2 }));
    assert_eq!(failed(&plan(&nowhere)), ["has pods"]);
    let by_hand = json!({ "type": "OnDelete" });
    for seen in [
        stateful_set(|o| o["spec"]["updateStrategy"] = by_hand.clone()),
        daemon_set(|o| o["spec"]["updateStrategy"] = by_hand.clone()),
    ] {
        let plan = plan(&seen);
        assert_eq!(failed(&plan), ["its strategy replaces pods"]);
        assert!(plan.obstacle().is_some_and(|check| check.why.contains("none restarts by itself")));
    }
    let kept = stateful_set(|o| o["spec"]["updateStrategy"] = json!({ "rollingUpdate": { "partition": 3 } }));
    let plan = plan(&kept);
    assert!(plan.obstacle().is_some_and(|check| check.why.contains("none of its 3 pods")), "{:?}", plan.checks);
}

#[test]
fn a_rollout_that_goes_on_is_a_doubt() {
    let name = "whole, and no rollout goes on";
    let going = plan(&deployment(|o| o["status"]["updatedReplicas"] = json!(1)));
    assert_eq!(doubts(&going), [(name.to_owned(), "1 of 3 are of the new template".to_owned())]);
    let short = plan(&deployment(|o| o["status"]["availableReplicas"] = json!(2)));
    assert_eq!(doubts(&short), [(name.to_owned(), "2 of 3 are available".to_owned())]);
    let message = "ReplicaSet \"a\" has timed out progressing.";
    let stuck = json!([{ "type": "Progressing", "reason": "ProgressDeadlineExceeded", "message": message }]);
    let stuck = plan(&deployment(|o| o["status"]["conditions"] = stuck));
    assert_eq!(doubts(&stuck), [(name.to_owned(), format!("its last rollout: it does not get on: {message}"))]);
    assert_eq!(failed(&stuck), Vec::<String>::new());
}

#[test]
fn a_stateful_set_does_not_get_past_a_pod_that_is_not_ready() {
    let short = |o: &mut Value| (o["status"]["readyReplicas"], o["status"]["availableReplicas"]) = (json!(2), json!(2));
    let names: Vec<String> = doubts(&plan(&stateful_set(short))).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["whole, and no rollout goes on", "all its pods are ready"]);
    let parallel = stateful_set(|o| {
        short(o);
        o["spec"]["podManagementPolicy"] = json!("Parallel");
    });
    assert_eq!(doubts(&plan(&parallel)).len(), 1);
    assert_eq!(doubts(&plan(&stateful_set(|_| {}))), []);
}

#[test]
fn what_is_away_is_as_the_strategy_says() {
    let rolling = |replicas: i64, away: Value, more: Value| {
        one(
            &plan(&deployment(|o| {
                o["spec"]["replicas"] = json!(replicas);
                o["spec"]["strategy"] = json!({ "rollingUpdate": { "maxUnavailable": away, "maxSurge": more } });
            })),
            "Interruption",
        )
    };
    assert_eq!(
        rolling(3, json!("25%"), json!("25%")),
        (
            "none is away: an old pod ends when a new one is available, up to 1 at a time (maxUnavailable 25%, maxSurge \
             25%)"
                .to_owned(),
            Tone::Good
        )
    );
    assert_eq!(
        rolling(8, json!("25%"), json!(1)),
        (
            "up to 2 of 8 are away at once, and up to 1 more are made (maxUnavailable 25%, maxSurge 1)".to_owned(),
            Tone::Warning
        )
    );
    assert_eq!(
        rolling(3, json!(1), json!(0)),
        ("up to 1 of 3 are away at once (maxUnavailable 1, maxSurge 0)".to_owned(), Tone::Warning)
    );
    assert_eq!(
        rolling(1, json!(1), json!(0)),
        ("its only pod may be away (maxUnavailable 1, maxSurge 0)".to_owned(), Tone::Critical)
    );
    let (text, tone) =
        one(&plan(&deployment(|o| o["spec"]["strategy"] = json!({ "type": "Recreate" }))), "Interruption");
    assert!(text.starts_with("Recreate: all 3 pods end before the first new one is made"), "{text}");
    assert_eq!(tone, Tone::Critical);
    let alone = json!({ "type": "Recreate" });
    let alone = plan(&deployment(|o| (o["spec"]["strategy"], o["spec"]["replicas"]) = (alone, json!(1))));
    assert!(one(&alone, "Interruption").0.starts_with("Recreate: its only pod ends before"));
    // The defaults of the API server, where nothing is written.
    assert!(one(&plan(&testing::deployment()), "Interruption").0.ends_with("(by default)"));
}

#[test]
fn a_stateful_set_goes_pod_by_pod_and_a_daemon_set_node_by_node() {
    let of = |update: Value, replicas: i64| {
        one(
            &plan(&stateful_set(|o| {
                (o["spec"]["updateStrategy"], o["spec"]["replicas"]) = (update, json!(replicas));
            })),
            "Interruption",
        )
    };
    assert_eq!(
        of(json!({}), 3),
        (
            "one pod after another, from db-2 down to db-0: each is away until the new one is ready".to_owned(),
            Tone::Warning
        )
    );
    assert_eq!(of(json!({}), 1), ("its only pod is away until the new one is ready".to_owned(), Tone::Critical));
    let partition = json!({ "rollingUpdate": { "partition": 2 } });
    assert_eq!(of(partition.clone(), 3), ("db-2 is away until the new one is ready".to_owned(), Tone::Warning));
    let plan_ = plan(&stateful_set(|o| o["spec"]["updateStrategy"] = partition));
    assert_eq!(
        plan_.summary,
        "The pods of shop/db from ordinal 2 on are replaced by new ones of the same template, 1 of 3."
    );
    let two = json!({ "rollingUpdate": { "maxUnavailable": 2 } });
    assert_eq!(of(two.clone(), 3), ("up to 2 pods at a time, from db-2 down to db-0".to_owned(), Tone::Warning));
    assert_eq!(of(two, 2).1, Tone::Critical);
    let late = plan(&stateful_set(|o| o["spec"]["ordinals"] = json!({ "start": 5 })));
    assert!(one(&late, "Interruption").0.contains("from db-7 down to db-5"));

    let nodes = plan(&daemon_set(|_| {}));
    assert_eq!(
        one(&nodes, "Interruption"),
        ("node by node: up to 1 of 5 nodes without their pod at once (by default)".to_owned(), Tone::Warning)
    );
    assert!(nodes.summary.ends_with("on 5 nodes."));
    let surge = json!({ "rollingUpdate": { "maxUnavailable": 0, "maxSurge": "20%" } });
    let (text, tone) = one(&plan(&daemon_set(|o| o["spec"]["updateStrategy"] = surge)), "Interruption");
    assert!(text.contains("a new pod is ready before the old one ends"), "{text}");
    assert_eq!(tone, Tone::Good);
}

#[test]
fn what_a_new_pod_counts_by_and_what_happens_where_it_does_not() {
    let probed = |probe: &str| {
        let container = json!({ "name": "api", "image": "a@sha256:1", probe: {} });
        deployment(|o| {
            o["spec"]["template"]["spec"]["containers"] = json!([{ "name": "side", "image": "b@sha256:2" }, container]);
            o["spec"]["minReadySeconds"] = json!(30);
            o["spec"]["progressDeadlineSeconds"] = json!(120);
        })
    };
    let ready = plan(&probed("readinessProbe"));
    let counts = "a new pod counts after 30 s of being ready (minReadySeconds)".to_owned();
    assert_eq!(said(&ready, "Ready"), [(counts.clone(), Tone::Plain)]);
    assert_eq!(said(&plan(&probed("startupProbe")), "Ready").len(), 1);
    let blind = plan(&probed("livenessProbe"));
    assert_eq!(said(&blind, "Ready")[1].1, Tone::Warning);
    assert!(
        one(&ready, "If it sticks").0.contains("after 120 s without progress, and the old pods that are left stay")
    );
    assert!(one(&plan(&testing::deployment()), "If it sticks").0.contains("after 600 s"));
    let recreate = plan(&deployment(|o| o["spec"]["strategy"] = json!({ "type": "Recreate" })));
    assert!(one(&recreate, "If it sticks").0.ends_with("no old pod is left then"));
    assert!(one(&plan(&stateful_set(|_| {})), "If it sticks").0.contains("waits for the new pods to be ready"));
    assert_eq!(said(&ready, "Version"), []);
    // 30 s for each of the three, one at a time.
    assert_eq!(ready.steps[0].usual, (105, 270));
}

#[test]
fn a_tag_that_may_have_moved_is_named() {
    let with = |containers: Value, init: Value| {
        let seen = deployment(|o| {
            o["spec"]["template"]["spec"] = json!({ "containers": containers, "initContainers": init });
        });
        said(&plan(&seen), "Version").into_iter().map(|(text, _)| text).collect::<Vec<_>>()
    };
    let image = |image: &str, pull: &str| json!([{ "name": "api", "image": image, "imagePullPolicy": pull }]);
    for fixed in ["registry:5000/api:1.2", "api@sha256:1", "registry:5000/api:latest@sha256:1"] {
        assert_eq!(with(image(fixed, "IfNotPresent"), json!([])), Vec::<String>::new(), "{fixed}");
    }
    for moving in ["api", "registry:5000/api", "registry:5000/api:latest"] {
        let words = format!("may be another one: {moving} (pulled by tag, not by digest)");
        assert_eq!(with(image(moving, "IfNotPresent"), json!([])), [words]);
    }
    let words = "may be another one: api:1.2, init (pulled by tag, not by digest)";
    assert_eq!(with(image("api:1.2", "Always"), image("init", "IfNotPresent")), [words]);
    assert_eq!(with(image("api@sha256:1", "Always"), json!([])), Vec::<String>::new());
    assert_eq!(with(json!([]), json!([])), ["which images it pulls is not known: its template names no containers"]);
}

#[test]
fn who_takes_it_back_and_who_leaves_it() {
    let with = |metadata: Value| {
        plan(&deployment(|o| {
            for (key, value) in metadata.as_object().unwrap() {
                o["metadata"][key] = value.clone();
            }
        }))
    };
    let plain = with(json!({}));
    assert_eq!((said(&plain, "Undone by"), said(&plain, "Not undone by")), (vec![], vec![]));
    let owned = with(json!({ "ownerReferences": [{ "kind": "Rollout", "name": "checkout", "controller": true }] }));
    assert!(one(&owned, "Undone by").0.starts_with("Rollout checkout controls it"));
    let tracking = json!({ "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/checkout" });
    let argo = one(&with(json!({ "annotations": tracking })), "Not undone by");
    assert!(argo.0.starts_with("Argo CD application shop: its own restart is the same annotation"), "{argo:?}");
    let flux = one(&with(json!({ "labels": { "kustomize.toolkit.fluxcd.io/name": "apps" } })), "Not undone by");
    assert!(flux.0.contains("takes out what kubectl has written, and this is not"), "{flux:?}");
    let helm = one(&with(json!({ "annotations": { "meta.helm.sh/release-name": "shop" } })), "Not undone by");
    assert_eq!(helm.0, "Helm release shop: what it does not set itself it leaves");
}

#[test]
fn what_else_goes_on_and_what_is_lost() {
    let plain = plan(&testing::deployment());
    assert_eq!((said(&plain, "Autoscaler"), said(&plain, "Lost")), (vec![], vec![]));
    assert!(one(&plain, "Connections").0.ends_with("at most 30 s after it is told to end"));
    assert!(one(&plain, "Budgets").0.starts_with("a rollout does not ask disruption budgets"));
    let cluster = TestCluster {
        autoscalers: vec![autoscaler("shop", "checkout", 3), autoscaler("other", "checkout", 3)],
        ..TestCluster::default()
    };
    let mut seen = testing::deployment();
    seen.data = cluster.data();
    let volumes = json!([{ "name": "cache", "emptyDir": {} }, { "name": "config", "configMap": {} }]);
    testing::edit(&mut seen, |o| {
        o["spec"]["template"]["spec"] = json!({ "volumes": volumes, "terminationGracePeriodSeconds": 600 });
    });
    let plan = plan(&seen);
    assert!(one(&plan, "Connections").0.ends_with("at most 600 s after it is told to end"));
    assert!(one(&plan, "Autoscaler").0.starts_with("HPA checkout goes on meanwhile"));
    assert_eq!(one(&plan, "Lost"), ("what each pod keeps in emptyDir: cache".to_owned(), Tone::Warning));
}

#[test]
fn it_is_not_offered_where_it_makes_no_sense() {
    let mut workload = crate::services::kubernetes::testing::deployment("shop", "checkout", 3, 3);
    assert_eq!(RestartRollout::unavailable(On::Workload(&workload)), None);
    workload.wanted = 0;
    assert_eq!(RestartRollout::unavailable(On::Workload(&workload)).as_deref(), Some("it has no pods"));
    (workload.wanted, workload.paused) = (3, true);
    assert_eq!(RestartRollout::unavailable(On::Workload(&workload)).as_deref(), Some("its rollout is paused"));
    let seen = testing::deployment();
    assert_eq!(restart().fields(&seen), []);
    assert!(restart().set("restarted", "now", &seen).is_err_and(|why| why.contains("has none")));
}
