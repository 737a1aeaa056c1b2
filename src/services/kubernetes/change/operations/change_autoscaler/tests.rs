use serde_json::{Value, json};

use super::*;
use crate::ops::plan::CheckState;
use crate::services::kubernetes::change::{Plan, TargetKind};
use crate::services::kubernetes::model::{Autoscaler, Figure, MetricTarget};
use crate::services::kubernetes::testing::{TestCluster, autoscaler, deployment, eks};
use crate::services::kubernetes::{EksCluster, ObjectKind};

fn change(minimum: i32, maximum: i32) -> Operation {
    Operation::ChangeAutoscaler(ChangeAutoscaler { minimum, maximum })
}

/// HPA `shop/checkout` of a Deployment of that name, from 2 to 10, at 4, in a cluster of which there is more.
fn seen_with(cluster: TestCluster, edit: impl FnOnce(&mut Value)) -> Seen {
    let condition = |kind: &str, status: &str| json!({ "type": kind, "status": status, "reason": "R", "message": "m" });
    let mut object = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": { "name": "checkout", "namespace": "shop", "uid": "u-hpa" },
        "spec": {
            "minReplicas": 2, "maxReplicas": 10,
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout" },
        },
        "status": {
            "currentReplicas": 4, "desiredReplicas": 4,
            "conditions": [condition("AbleToScale", "True"), condition("ScalingActive", "True")],
        },
    });
    edit(&mut object);
    let workloads =
        if cluster.workloads.is_empty() { vec![deployment("shop", "checkout", 4, 4)] } else { cluster.workloads };
    let cluster = TestCluster { workloads, ..cluster };
    testing::seen(TargetKind::Autoscaler, "hpa/shop/checkout", Some(object), cluster)
}

fn seen(edit: impl FnOnce(&mut Value)) -> Seen {
    seen_with(TestCluster::default(), edit)
}

fn said(plan: &Plan, label: &str) -> Vec<(String, Tone)> {
    plan.consequences.iter().filter(|c| c.label == label).map(|c| (c.text.clone(), c.tone)).collect()
}

fn check_of(plan: &Plan, name: &str) -> (CheckState, String) {
    let check = plan.checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("{:?}", plan.checks));
    (check.state, check.why.clone())
}

fn limited(reason: &str) -> Value {
    json!({ "type": "ScalingLimited", "status": "True", "reason": reason, "message": "m" })
}

#[test]
fn it_sets_what_is_other_and_tests_both() {
    let plan = plan_of(change(2, 20), &seen(|_| {}));
    let patch = concat!(
        r#"[{"op":"test","path":"/metadata/uid","value":"u-hpa"},"#,
        r#"{"op":"test","path":"/spec/minReplicas","value":2},"#,
        r#"{"op":"test","path":"/spec/maxReplicas","value":10},"#,
        r#"{"op":"replace","path":"/spec/maxReplicas","value":20}]"#,
    );
    let line = plan.steps[0].call.as_command("");
    assert_eq!(line, format!("kubectl -n shop patch horizontalpodautoscaler checkout --type=json -p '{patch}'"));
    assert_eq!((plan.risk, failed(&plan)), (Risk::Routine, Vec::new()));
    assert_eq!(plan.summary, "HPA shop/checkout keeps Deployment checkout between 2 and 20 pods instead of 2 and 10.");
    assert_eq!(plan.inverse.as_deref(), Some("set it back to 2 and 10"));
    let of = Followed { region: testing::REGION.into(), id: plan.target.id.clone(), uid: "u-hpa".into() };
    let values = vec![(MINIMUM.to_owned(), "2".to_owned()), (MAXIMUM.to_owned(), "20".to_owned())];
    assert_eq!(plan.steps[0].follow, Follow::Shows { of, values });
    let both = plan_of(change(3, 20), &seen(|_| {})).steps[0].call.as_command("");
    assert!(both.contains(r#"{"op":"replace","path":"/spec/minReplicas","value":3}"#), "{both}");
}

#[test]
fn a_minimum_that_is_not_written_is_one() {
    let seen = seen(|o| o["spec"] = json!({ "maxReplicas": 10 }));
    assert_eq!(ChangeAutoscaler::offer(&seen), ChangeAutoscaler { minimum: 1, maximum: 10 });
    assert_eq!(failed(&plan_of(change(1, 10), &seen)), ["other limits than now"]);
    let line = plan_of(change(2, 10), &seen).steps[0].call.as_command("");
    assert!(line.contains(r#"{"op":"add","path":"/spec/minReplicas","value":2}"#), "{line}");
}

#[test]
fn each_precondition_is_refused() {
    assert_eq!(failed(&plan_of(change(2, 10), &seen(|_| {}))), ["other limits than now"]);
    assert_eq!(failed(&plan_of(change(11, 10), &seen(|_| {}))), ["the minimum is not above the maximum"]);
    assert_eq!(failed(&plan_of(change(10, 10), &seen(|_| {}))), Vec::<String>::new());
    assert_eq!(failed(&plan_of(change(0, 10), &seen(|_| {}))), ["a minimum that it may have"]);
}

#[test]
fn limits_are_numbers_that_kubernetes_takes() {
    let seen = seen(|_| {});
    let mut request = ChangeAutoscaler::offer(&seen);
    for (name, bad) in [("minimum", "-1"), ("minimum", "0"), ("maximum", "0"), ("maximum", "150001"), ("maximum", "x")]
    {
        assert!(request.set(name, bad, &seen).is_err(), "{name} {bad}");
    }
    assert!(request.set("target", "5", &seen).unwrap_err().contains("minimum, maximum"));
    assert_eq!(request, ChangeAutoscaler { minimum: 2, maximum: 10 });
    // One after the other, in any order: that they fit is a precondition.
    assert_eq!(request.set("minimum", "12", &seen), Ok(()));
    assert_eq!(request.set("maximum", "15", &seen), Ok(()));
    let fields = request.fields(&seen);
    assert_eq!((fields[0].value.as_str(), fields[0].hint.as_str()), ("12", "now 2"));
    assert_eq!((fields[1].value.as_str(), fields[1].hint.as_str()), ("15", "now 10"));
}

#[test]
fn zero_needs_a_cluster_and_a_metric_that_take_it() {
    let takes = |version: &str, metric: &str, minimum: i64| {
        let eks = EksCluster { version: version.into(), ..eks() };
        let seen = seen_with(TestCluster { eks: Some(eks), ..TestCluster::default() }, |o| {
            o["spec"]["metrics"] = json!([{ "type": "Resource" }, { "type": metric }]);
            o["spec"]["minReplicas"] = json!(minimum);
        });
        let is_set = ChangeAutoscaler::offer(&seen).set("minimum", "0", &seen).is_ok();
        assert_eq!(failed(&plan_of(change(0, 9), &seen)).is_empty(), is_set);
        is_set
    };
    assert!(takes("1.37", "External", 2) && takes("1.40", "Object", 2));
    assert!(!takes("1.36", "External", 2) && !takes("1.37", "Pods", 2));
    // It is 0: this cluster has taken it.
    assert!(takes("1.34", "Pods", 0));
}

#[test]
fn what_is_outside_of_the_limits_is_set_at_once() {
    let at_once = |minimum: i32, maximum: i32, current: Value| {
        let plan = plan_of(change(minimum, maximum), &seen(|o| o["status"]["currentReplicas"] = current));
        let mut said = said(&plan, "At once");
        assert_eq!(said.len(), 1);
        (said.remove(0), plan)
    };
    let ((text, tone), plan) = at_once(1, 3, json!(8));
    assert_eq!(text, "from 8 to 3 pods within 15 s by default, whatever its metrics say: 5 pods end together");
    assert_eq!((tone, plan.risk), (Tone::Critical, Risk::Disruptive));
    assert_eq!(said(&plan, "Budgets").len(), 1);
    assert_eq!(said(&plan, "Cannot grow"), [("3 pods are its maximum then".to_owned(), Tone::Warning)]);

    let ((text, _), plan) = at_once(6, 10, json!(4));
    assert_eq!(text, "from 4 to 6 pods within 15 s by default, whatever its metrics say");
    assert_eq!((plan.risk, said(&plan, "Budgets").len(), said(&plan, "Cannot grow").len()), (Risk::Routine, 0, 0));

    let ((text, tone), plan) = at_once(2, 4, json!(4));
    assert_eq!((text.as_str(), tone), ("nothing: there are 4 pods, within the limits", Tone::Good));
    assert_eq!((plan.risk, said(&plan, "Cannot grow").len()), (Risk::Routine, 1));
    assert_eq!(said(&at_once(2, 5, json!(4)).1, "Cannot grow"), []);

    let ((text, _), plan) = at_once(1, 3, json!(0));
    assert_eq!((text.as_str(), plan.risk), ("nothing: what it scales has 0 replicas", Risk::Routine));
    let ((text, tone), _) = at_once(1, 3, Value::Null);
    assert!(text.starts_with("how many pods there are is not known"), "{text}");
    assert_eq!(tone, Tone::Warning);
}

#[test]
fn what_its_metrics_ask_for_comes_later() {
    let with = |minimum: i32, maximum: i32, reason: &str, behavior: Value| {
        plan_of(
            change(minimum, maximum),
            &seen(|o| {
                o["status"]["conditions"] = json!([limited(reason)]);
                o["spec"]["behavior"] = behavior;
            }),
        )
    };
    let grows = with(2, 20, "TooManyReplicas", json!({}));
    assert_eq!(said(&grows, "Grows").len(), 1);
    assert!(said(&grows, "Grows")[0].0.starts_with("its metrics ask for more than 10 already"));
    assert_eq!(said(&with(2, 20, "DesiredWithinRange", json!({})), "Grows"), []);
    assert_eq!(said(&with(2, 9, "TooManyReplicas", json!({})), "Grows"), []);

    let shrinks = |plan: &Plan| said(plan, "Shrinks").into_iter().map(|(text, _)| text).collect::<Vec<_>>();
    assert_eq!(
        shrinks(&with(1, 10, "TooFewReplicas", json!({}))),
        ["down to 1, when its metrics ask for fewer, as they do now: 300 s after they last asked for more"]
    );
    assert_eq!(
        shrinks(&with(1, 10, "ScaleDownLimit", json!({ "scaleDown": { "stabilizationWindowSeconds": 60 } }))),
        ["down to 1, when its metrics ask for fewer: 60 s after they last asked for more"]
    );
    assert_eq!(
        shrinks(&with(1, 10, "TooFewReplicas", json!({ "scaleDown": { "selectPolicy": "Disabled" } }))),
        ["not by its metrics: its behavior has scaling down disabled"]
    );
    assert_eq!(shrinks(&with(3, 10, "TooFewReplicas", json!({}))), Vec::<String>::new());
}

#[test]
fn an_autoscaler_that_does_not_work_is_a_doubt() {
    let name = "the autoscaler works";
    let with =
        |conditions: Value| check_of(&plan_of(change(2, 20), &seen(|o| o["status"]["conditions"] = conditions)), name);
    assert_eq!(check_of(&plan_of(change(2, 20), &seen(|_| {})), name).0, CheckState::Met);
    let one = |kind: &str, reason: &str, message: &str| json!([{ "type": kind, "status": "False", "reason": reason, "message": message }]);
    assert_eq!(
        with(one("ScalingActive", "FailedGetResourceMetric", "no metrics\u{1b} known")),
        (CheckState::Doubtful, "no metrics? known".to_owned())
    );
    assert_eq!(with(one("AbleToScale", "FailedGetScale", "not found")).0, CheckState::Doubtful);
    assert!(with(one("ScalingActive", "ScalingDisabled", "m")).1.contains("has 0 replicas"));
    assert_eq!(with(json!([])).0, CheckState::Unknown);
}

#[test]
fn what_it_scales_is_looked_for() {
    let name = "what it scales is there";
    assert_eq!(check_of(&plan_of(change(2, 20), &seen(|_| {})), name).0, CheckState::Met);
    let other = TestCluster { workloads: vec![deployment("other", "checkout", 3, 3)], ..TestCluster::default() };
    let (state, why) = check_of(&plan_of(change(2, 20), &seen_with(other, |_| {})), name);
    assert_eq!((state, why.as_str()), (CheckState::Doubtful, "there is no Deployment checkout in shop"));
    let of_set = plan_of(change(2, 20), &seen(|o| o["spec"]["scaleTargetRef"]["kind"] = json!("StatefulSet")));
    assert_eq!(check_of(&of_set, name).0, CheckState::Doubtful);
    let unread = TestCluster { unread: vec![ObjectKind::Deployment], ..TestCluster::default() };
    assert_eq!(check_of(&plan_of(change(2, 20), &seen_with(unread, |_| {})), name).0, CheckState::Unknown);
    let of_other = plan_of(change(2, 20), &seen(|o| o["spec"]["scaleTargetRef"]["kind"] = json!("Rollout")));
    assert!(of_other.checks.iter().all(|check| check.name != name));
    assert!(of_other.summary.contains("keeps Rollout checkout between"));
}

#[test]
fn what_is_at_its_maximum_is_told_as_on_the_screens() {
    let cpu = |current| MetricTarget {
        name: "cpu".into(),
        target: Figure::Utilization(70),
        current: Some(Figure::Utilization(current)),
    };
    let with = |current: i64, percent: i64| {
        let scaler = Autoscaler { metrics: vec![cpu(percent)], ..autoscaler("shop", "checkout", current) };
        let cluster = TestCluster { autoscalers: vec![scaler], ..TestCluster::default() };
        said(&plan_of(change(2, 20), &seen_with(cluster, |_| {})), "Now")
    };
    assert_eq!(with(10, 94), [("at its maximum of 10: cpu 94 %, target 70 %".to_owned(), Tone::Warning)]);
    assert_eq!(with(9, 94), []);
    assert_eq!(with(10, 60), []);
}

#[test]
fn what_makes_it_again_is_said() {
    assert_eq!(said(&plan_of(change(2, 20), &seen(|_| {})), "Undone by"), []);
    let owned = seen(|o| {
        let owner = json!({ "kind": "ScaledObject", "name": "checkout", "controller": true });
        o["metadata"]["ownerReferences"] = json!([owner]);
    });
    let said = said(&plan_of(change(2, 20), &owned), "Undone by");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].0.starts_with("ScaledObject checkout controls it"));
}

#[test]
fn it_is_offered_of_every_autoscaler() {
    assert_eq!(ChangeAutoscaler::unavailable(On::Autoscaler(&autoscaler("shop", "checkout", 3))), None);
}
