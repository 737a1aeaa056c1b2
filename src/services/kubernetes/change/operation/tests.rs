//! What holds for every operation, whichever it is, over readings of every kind of target.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;
use crate::ops::plan::{CheckState, Risk};
use crate::services::kubernetes::change::api::parameter;
use crate::services::kubernetes::change::seen::{SeenPart, Unread};
use crate::services::kubernetes::change::{Api, ObjectName, Plan, Target, testing};
use crate::services::kubernetes::model::{NodeProvider, Pod};
use crate::services::kubernetes::testing::{self as objects, CLUSTER, TestCluster};

fn text<'a>(call: &'a super::super::Call, name: &str) -> Option<&'a str> {
    match call.get(name) {
        Some(crate::ops::call::Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// Of a target, whatever is read of it beside: healthy, and with a change.
fn readings() -> Vec<Seen> {
    let mut all = vec![testing::node(), testing::pool(), testing::deployment()];
    all.push(testing::nodegroup_with(TestCluster { nodes: group_nodes(), ..TestCluster::default() }));
    all.extend([
        own_node(false),
        own_node(true),
        claim(),
        stateful_set("Retain"),
        stateful_set("Delete"),
        daemon_set(),
    ]);
    all.extend([autoscaler(3), autoscaler(9), pool_with_more(None), pool_with_more(Some("0")), group_with_bare()]);
    let healthy = all.clone();
    for seen in healthy {
        // What is told of it, and by whom it is deployed.
        let mut deployed = seen.clone();
        testing::edit(&mut deployed, |object| {
            if object.is_object() {
                object["metadata"]["ownerReferences"] = json!([{ "kind": "Thing", "name": "a", "controller": true }]);
                object["metadata"]["annotations"] = json!({ "meta.helm.sh/release-name": "a" });
            }
        });
        if seen.object.is_none() {
            deployed.object = None;
        }
        // Nothing beside it was read.
        let unread = crate::services::kubernetes::ObjectKind::ALL.to_vec();
        let cluster = TestCluster { unread, ..TestCluster::default() };
        let data = match seen.target.kind {
            TargetKind::Nodegroup => testing::nodegroup_with(cluster).data,
            _ => cluster.data(),
        };
        let alone = Seen { data, ..seen.clone() };
        let mut denied = seen.clone();
        denied.rights.clear();
        let mut cordoned = seen.clone();
        if seen.target.kind == TargetKind::Node {
            testing::edit(&mut cordoned, |object| object["spec"]["unschedulable"] = json!(true));
        }
        all.extend([deployed, alone, denied, cordoned]);
    }
    all
}

fn group_nodes() -> Vec<crate::services::kubernetes::model::Node> {
    (0..3)
        .map(|at| crate::services::kubernetes::model::Node {
            provider: NodeProvider::ManagedGroup("system".into()),
            finalizers: Vec::new(),
            ..objects::node(&format!("ip-{at}"))
        })
        .collect()
}

/// A node group with a pod that nothing makes again.
fn group_with_bare() -> Seen {
    let bare = Pod { owner: None, labels: Vec::new(), node: Some("ip-0".into()), ..objects::pod("shop", "bare-1") };
    testing::nodegroup_with(TestCluster { nodes: group_nodes(), pods: vec![bare], ..TestCluster::default() })
}

/// A node of a managed group, with pods; with one that nothing makes again.
fn own_node(with_bare: bool) -> Seen {
    let node = crate::services::kubernetes::model::Node {
        provider: NodeProvider::ManagedGroup("system".into()),
        finalizers: Vec::new(),
        ..objects::node(testing::NODE)
    };
    let pod = |name: &str| Pod { node: Some(testing::NODE.into()), ..objects::pod("shop", name) };
    let bare = with_bare.then(|| Pod { owner: None, labels: Vec::new(), ..pod("bare-1") });
    let cluster = TestCluster {
        nodes: vec![node],
        pods: vec![pod("api-1"), pod("api-2")].into_iter().chain(bare).collect(),
        workloads: vec![objects::deployment("shop", "api", 6, 6)],
        ..TestCluster::default()
    };
    let local = format!("node/{}", testing::NODE);
    let mut seen = testing::seen(TargetKind::Node, &local, Some(testing::node_object()), cluster);
    testing::edit(&mut seen, |object| object["metadata"]["labels"] = json!({}));
    seen
}

fn claim() -> Seen {
    let cluster = TestCluster {
        claims: vec![objects::claim("general-x", "general")],
        nodes: vec![objects::node("ip-general-x")],
        pools: vec![objects::pool("general")],
        pods: vec![Pod { node: Some("ip-general-x".into()), ..objects::pod("shop", "api-1") }],
        ..TestCluster::default()
    };
    let object = json!({
        "kind": "NodeClaim", "metadata": { "name": "general-x", "uid": "u-claim" },
        "status": { "nodeName": "ip-general-x" },
    });
    testing::seen(TargetKind::NodeClaim, "nodeclaim/general-x", Some(object), cluster)
}

/// A pool with a pause that holds, and other budgets.
fn pool_with_more(always: Option<&str>) -> Seen {
    use crate::services::kubernetes::model::{Budget, NodePool};
    let budget = |nodes: &str, schedule: Option<&str>| Budget {
        nodes: nodes.into(),
        reasons: Vec::new(),
        schedule: schedule.map(Into::into),
        duration: schedule.map(|_| 4 * 3_600),
    };
    let hour = objects::now() - SignedDuration::from_hours(1);
    let began = hour.strftime("%-M %-H %-d %-m *").to_string();
    let mut budgets = vec![budget("10%", None), budget("0", Some(&began))];
    budgets.extend(always.map(|nodes| budget(nodes, None)));
    let cluster = TestCluster { nodes: vec![objects::node("ip-0")], ..TestCluster::default() };
    testing::pool_with(NodePool { budgets, weight: 7, ..objects::pool("general") }, cluster)
}

fn stateful_set(when_scaled: &str) -> Seen {
    let object = json!({
        "kind": "StatefulSet", "metadata": { "name": "db", "namespace": "shop", "uid": "u-db", "generation": 2 },
        "spec": {
            "replicas": 3,
            "template": { "metadata": { "labels": {}, "annotations": { "a/b": "caf\u{e9} 'x'" } } },
            "volumeClaimTemplates": [{ "metadata": { "name": "data" } }],
            "persistentVolumeClaimRetentionPolicy": { "whenScaled": when_scaled },
        },
        "status": { "observedGeneration": 2, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3 },
    });
    testing::seen(TargetKind::Workload, "statefulset/shop/db", Some(object), TestCluster::default())
}

fn daemon_set() -> Seen {
    let object = json!({
        "kind": "DaemonSet", "metadata": { "name": "agent", "namespace": "shop", "uid": "u-agent", "generation": 2 },
        "spec": { "template": {} },
        "status": { "observedGeneration": 2, "desiredNumberScheduled": 5, "updatedNumberScheduled": 5, "numberAvailable": 5 },
    });
    testing::seen(TargetKind::Workload, "daemonset/shop/agent", Some(object), TestCluster::default())
}

fn autoscaler(current: i64) -> Seen {
    let object = json!({
        "kind": "HorizontalPodAutoscaler", "metadata": { "name": "checkout", "namespace": "shop", "uid": "u-hpa" },
        "spec": { "minReplicas": 2, "maxReplicas": 10, "scaleTargetRef": { "kind": "Deployment", "name": "checkout" } },
        "status": { "currentReplicas": current },
    });
    testing::seen(TargetKind::Autoscaler, "hpa/shop/checkout", Some(object), TestCluster::default())
}

/// Parameters that are set, beside what is offered.
fn wishes(kind: Kind) -> Vec<Vec<(&'static str, &'static str)>> {
    let mut all = vec![Vec::new()];
    all.extend(match kind {
        Kind::DrainNode => vec![vec![("bare", "yes"), ("emptydir", "yes"), ("do_not_disrupt", "yes")]],
        Kind::PauseDisruption => vec![vec![("duration", "90m"), ("reasons", "Drifted")]],
        Kind::ChangePool => {
            vec![vec![("cpu", "1"), ("weight", "9")], vec![("cpu", "none"), ("memory", "999Gi")], vec![("weight", "0")]]
        }
        Kind::ScaleNodegroup => vec![vec![("desired", "2")], vec![("maximum", "9"), ("desired", "7")]],
        Kind::ScaleWorkload => vec![vec![("replicas", "0")], vec![("replicas", "1")], vec![("replicas", "5")]],
        Kind::ChangeAutoscaler => {
            vec![vec![("minimum", "1")], vec![("maximum", "4")], vec![("maximum", "20"), ("minimum", "5")]]
        }
        _ => Vec::new(),
    });
    all
}

/// Every operation with every wish on every reading of its kind of target.
fn plans() -> Vec<(Seen, Operation, Plan)> {
    let mut all = Vec::new();
    for seen in readings() {
        for kind in Kind::ALL.iter().copied().filter(|kind| kind.target() == seen.target.kind) {
            for wish in wishes(kind) {
                let mut operation = kind.offer(&seen);
                for (name, value) in wish {
                    // A static pool, say, refuses some.
                    let _ = operation.set(name, value, &seen);
                }
                let plan = testing::plan_of(operation.clone(), &seen);
                all.push((seen.clone(), operation, plan));
            }
        }
    }
    all
}

#[test]
fn a_kind_is_named_as_it_is_written_down() {
    let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let titles: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.title()).collect();
    assert_eq!((names.len(), titles.len()), (Kind::ALL.len(), Kind::ALL.len()));
    for kind in Kind::ALL.iter().copied() {
        assert_eq!(serde_json::to_value(kind).unwrap(), json!(kind.name()));
        assert_eq!(serde_json::from_value::<Kind>(json!(kind.name())).unwrap(), kind);
        assert_eq!(Kind::named(kind.name()), Some(kind));
        assert!(kind.name().chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", kind.name());
    }
    assert_eq!(Kind::named("delete-everything"), None);
}

#[test]
fn an_operation_and_its_plan_come_back_as_they_were_written() {
    for (_, operation, plan) in plans() {
        let written = serde_json::to_value(&operation).unwrap();
        assert_eq!(written["operation"], json!(operation.kind().name()));
        assert_eq!(serde_json::from_value::<Operation>(written).unwrap(), operation);
        let written = serde_json::to_string(&plan).unwrap();
        let read: Plan = serde_json::from_str(&written).unwrap();
        assert_eq!(read, plan);
        assert!(read.is_intact());
    }
}

#[test]
fn of_what_was_not_read_nothing_can_be_done() {
    for kind in Kind::ALL.iter().copied() {
        let healthy = testing::deployment();
        let id = format!("{CLUSTER}/{}", kind.target().form());
        let target = Target { environment: "PROD".into(), kind: kind.target(), id, region: testing::REGION.into() };
        let blank = Seen::blank(objects::now(), target, healthy.identity);
        let why = "another account".to_owned();
        let unread = Seen { missing: vec![Unread { part: SeenPart::All, why }], ..blank.clone() };
        for seen in [blank, unread] {
            let operation = kind.offer(&seen);
            let _ = operation.fields(&seen);
            let plan = testing::plan_of(operation, &seen);
            assert_eq!(plan.steps, [], "{kind:?}");
            assert!(plan.checks.iter().any(|check| check.state != CheckState::Met), "{kind:?}");
        }
    }
}

#[test]
fn what_is_for_another_kind_of_target_is_said_so() {
    let view_of = testing::node();
    let view = view_of.view().unwrap();
    let workload = objects::deployment("shop", "checkout", 3, 3);
    let pool = objects::pool("general");
    let node = view.node(testing::NODE).unwrap();
    for kind in Kind::ALL.iter().copied() {
        for on in [On::Node(&view, node), On::NodePool(&pool), On::Workload(&workload)] {
            let refused = kind.unavailable(on).is_some_and(|why| why.starts_with("it is done to a "));
            assert_eq!(refused, kind.target() != on.kind(), "{kind:?} on {:?}", on.kind());
        }
    }
}

#[test]
fn every_patch_tests_whose_it_is_and_what_it_replaces() {
    let mut patches = BTreeMap::new();
    for (seen, operation, plan) in plans() {
        let Some(object) = &seen.object else { continue };
        for step in &plan.steps {
            let Some(patch) = text(&step.call, parameter::PATCH) else { continue };
            *patches.entry(operation.kind()).or_insert(0) += 1;
            assert!(patch.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()), "{patch}");
            let steps: Vec<Value> = serde_json::from_str(patch).unwrap();
            let uid = json!({ "op": "test", "path": "/metadata/uid", "value": object.uid() });
            assert_eq!(steps[0], uid, "{operation:?}");
            let changes = steps.iter().any(|step| step["op"] != "test");
            assert!(changes || plan.obstacle().is_some(), "{operation:?} changes nothing: {patch}");
            for (at, step) in steps.iter().enumerate() {
                let path = step["path"].as_str().unwrap();
                match step["op"].as_str().unwrap() {
                    "test" => assert_eq!(Some(&step["value"]), object.at(path), "{operation:?} {path}"),
                    "replace" | "remove" => {
                        let tested = |before: &Value| before["op"] == "test" && before["path"] == path;
                        assert!(steps[..at].iter().any(tested), "{operation:?} {path}");
                    }
                    // What is added is not there: an `add` to what is there would replace it.
                    "add" => assert_eq!(object.at(path), None, "{operation:?} {path}"),
                    other => panic!("{operation:?} {other}"),
                }
            }
        }
    }
    let sends = |kind: &&Kind| kind.apis().iter().any(|api| api.id().starts_with("k8s: patch"));
    let kinds: Vec<Kind> = Kind::ALL.iter().filter(sends).copied().collect();
    assert_eq!(patches.keys().copied().collect::<Vec<_>>(), kinds, "one of them has sent none");
}

#[test]
fn every_call_says_where_and_of_whom_it_is() {
    for (seen, operation, plan) in plans() {
        let name = seen.name().unwrap();
        for step in &plan.steps {
            let (call, followed) = (&step.call, step.follow.of());
            assert_eq!((call.region.as_str(), followed.region.as_str()), (testing::REGION, testing::REGION));
            assert_eq!(followed.cluster(), name.cluster, "{operation:?}");
            let cluster = if call.api == Api::UpdateNodegroupConfig { "clusterName" } else { parameter::CLUSTER };
            assert_eq!(text(call, cluster), Some(name.cluster.as_str()), "{operation:?}");
            if call.api == Api::EvictPod {
                assert_eq!(text(call, parameter::UID), Some(followed.uid.as_str()));
            } else {
                assert_eq!(ObjectName::parse(&followed.id), Some(name.clone()), "{operation:?}");
                let uid = seen.object.as_ref().map_or("", |object| object.uid());
                assert_eq!(followed.uid, uid, "{operation:?}");
            }
            assert!(step.usual.0 <= step.usual.1 && step.usual.1 > 0, "{operation:?}");
            assert!(!step.purpose.is_empty());
            let line = call.as_command("");
            assert!(line.contains("kubectl ") || line.starts_with("aws eks "), "{line}");
        }
        assert_eq!(plan.name_to_type, name.name);
    }
}

#[test]
fn its_risks_and_its_calls_are_those_that_its_kind_says() {
    let mut seen: BTreeMap<Kind, (BTreeSet<Risk>, BTreeSet<Api>)> = BTreeMap::new();
    for (_, operation, plan) in plans() {
        let (risks, apis) = seen.entry(operation.kind()).or_default();
        apis.extend(plan.steps.iter().map(|step| step.call.api));
        // Of what cannot be approved nobody asks.
        if plan.obstacle().is_none() {
            risks.insert(plan.risk);
        }
        assert!(operation.kind().risks().contains(&plan.risk), "{operation:?} is {:?}", plan.risk);
    }
    for kind in Kind::ALL.iter().copied() {
        let (risks, apis) = seen.remove(&kind).unwrap_or_default();
        let range = (risks.first().copied(), risks.last().copied());
        assert_eq!(range, (Some(*kind.risks().start()), Some(*kind.risks().end())), "{kind:?}");
        assert_eq!(apis, kind.apis().iter().copied().collect(), "{kind:?}");
    }
}

#[test]
fn a_plan_says_what_it_does_in_words_that_fit() {
    for (_, operation, plan) in plans() {
        let kind = operation.kind();
        assert!(plan.summary.ends_with('.'), "{kind:?}: {:?}", plan.summary);
        for said in &plan.consequences {
            assert!((1..=14).contains(&said.label.chars().count()), "{kind:?}: {}", said.label);
            assert!(!said.text.is_empty() && !said.text.ends_with('.'), "{kind:?} {}: {}", said.label, said.text);
        }
        let words = plan.consequences.iter().map(|said| &said.text).chain([&plan.summary]);
        let why = plan.checks.iter().flat_map(|check| [&check.name, &check.why]);
        for words in words.chain(why).chain(&plan.inverse) {
            let is_debug = ["Some(", "None)", "Ok(", "Err(", "{ ", "  "].iter().any(|mark| words.contains(mark));
            assert!(!is_debug, "{kind:?}: {words}");
            assert_eq!(*words, crate::domain::text::clean(words), "{kind:?}");
        }
        for check in &plan.checks {
            assert_eq!(check.why.is_empty(), check.state == CheckState::Met, "{kind:?} {}: {}", check.name, check.why);
        }
    }
}

#[test]
fn a_plan_that_is_made_again_for_a_later_reading_sends_the_same() {
    for (mut seen, operation, plan) in plans() {
        seen.at += SignedDuration::from_secs(9);
        let again = plan.again(&seen);
        assert_eq!(again.steps, plan.steps, "{operation:?}");
        assert_eq!(plan.differences(&again), Vec::<String>::new(), "{operation:?}");
        if plan.obstacle().is_none() {
            assert_eq!(plan.still_holds(&again), Ok(()), "{operation:?}");
        }
    }
}

#[test]
fn another_target_of_the_same_name_is_another_plan() {
    for (mut seen, operation, plan) in plans().into_iter().filter(|(seen, ..)| seen.object.is_some()) {
        testing::edit(&mut seen, |object| object["metadata"]["uid"] = json!("another"));
        assert!(plan.still_holds(&plan.again(&seen)).is_err(), "{operation:?}");
    }
}

#[test]
fn a_parameter_is_set_to_what_it_shows() {
    for (seen, mut operation, _) in plans() {
        let (before, fields) = (operation.clone(), operation.fields(&seen));
        let names: BTreeSet<&str> = fields.iter().map(|field| field.name).collect();
        assert_eq!(names.len(), fields.len(), "{before:?}");
        for field in &fields {
            assert!((1..=14).contains(&field.label.chars().count()), "{before:?} {}", field.label);
            // What has no value yet shows none: there is nothing to choose.
            let is_set = field.value.is_empty() || operation.set(field.name, &field.value, &seen) == Ok(());
            assert!(is_set, "{before:?} {} {:?}", field.name, field.value);
        }
        assert_eq!(operation, before);
        let why = operation.set("nothing", "1", &seen).unwrap_err();
        assert!(names.iter().all(|name| why.contains(name)), "{before:?}: {why}");
        assert_eq!(operation, before);
    }
}
