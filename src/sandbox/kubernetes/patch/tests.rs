use serde_json::{Value, json};

use super::super::resources::Resource;
use super::*;

fn strategic(mut object: Value, patch: &Value) -> Value {
    Patch::Strategic.apply(&mut object, patch.to_string().as_bytes()).unwrap();
    object
}

#[test]
fn containers_merge_by_name_and_a_new_one_comes_first() {
    let pod = json!({"spec": {"containers": [
        {"name": "app", "image": "app:1", "env": [{"name": "A", "value": "1"}], "args": ["x", "y"]},
    ]}});
    let patch = json!({"spec": {"containers": [
        {"name": "proxy", "image": "proxy:1"},
        {"name": "app", "image": "app:2", "env": [{"name": "B", "value": "2"}], "args": ["z"]},
    ]}});
    let expected = json!({"spec": {"containers": [
        {"name": "proxy", "image": "proxy:1"},
        {"name": "app", "image": "app:2", "env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}], "args": ["z"]},
    ]}});
    assert_eq!(strategic(pod, &patch), expected);
}

#[test]
fn elements_are_deleted_and_ordered_as_the_directives_say() {
    let pod = json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}});
    let patch = json!({"spec": {
        "$setElementOrder/containers": [{"name": "c"}, {"name": "a"}],
        "containers": [{"name": "b", "$patch": "delete"}, {"name": "c", "image": "c:1"}],
    }});
    let expected = json!({"spec": {"containers": [{"name": "c", "image": "c:1"}, {"name": "a"}]}});
    assert_eq!(strategic(pod, &patch), expected);
}

#[test]
fn taints_and_tolerations_are_replaced_conditions_are_merged() {
    let node = json!({
        "spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "DiskPressure", "status": "False"}]},
    });
    let patch = json!({
        "spec": {"taints": [{"key": "b", "effect": "NoExecute"}]},
        "status": {"conditions": [{"type": "Ready", "status": "False"}]},
    });
    let expected = json!({
        "spec": {"taints": [{"key": "b", "effect": "NoExecute"}]},
        "status": {"conditions": [{"type": "Ready", "status": "False"}, {"type": "DiskPressure", "status": "False"}]},
    });
    assert_eq!(strategic(node, &patch), expected);
}

#[test]
fn finalizers_are_a_set_and_keys_are_retained() {
    let object = json!({
        "metadata": {"finalizers": ["a", "b"], "labels": {"x": "1", "y": "2"}},
        "spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}},
    });
    let patch = json!({
        "metadata": {"$deleteFromPrimitiveList/finalizers": ["a"], "finalizers": ["c"], "labels": {"x": null}},
        "spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}},
    });
    let expected = json!({
        "metadata": {"finalizers": ["c", "b"], "labels": {"y": "2"}},
        "spec": {"strategy": {"type": "Recreate"}},
    });
    assert_eq!(strategic(object, &patch), expected);
}

#[test]
fn a_map_or_list_is_replaced_where_the_patch_says_so() {
    let object = json!({"spec": {"a": {"x": 1, "y": 2}, "containers": [{"name": "a"}, {"name": "b"}]}});
    let patch =
        json!({"spec": {"a": {"$patch": "replace", "z": 3}, "containers": [{"name": "c"}, {"$patch": "replace"}]}});
    assert_eq!(strategic(object, &patch), json!({"spec": {"a": {"z": 3}, "containers": [{"name": "c"}]}}));
}

#[test]
fn a_test_that_fails_leaves_the_object_and_is_422() {
    let mut object = json!({"metadata": {"resourceVersion": "7"}, "spec": {"replicas": 1}});
    let patch = json!([
        {"op": "replace", "path": "/spec/replicas", "value": 3},
        {"op": "test", "path": "/metadata/resourceVersion", "value": "6"},
    ]);
    let before = object.clone();
    let refused = Patch::Json.apply(&mut object, patch.to_string().as_bytes()).unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (422, "Invalid"));
    assert_eq!(object, before);
}

#[test]
fn what_is_not_served_is_415() {
    let pods = Resource::Pods.served();
    let pools = Resource::NodePools.served();
    assert_eq!(Patch::of("application/strategic-merge-patch+json", pods).unwrap(), Patch::Strategic);
    for (kind, served) in [
        ("application/strategic-merge-patch+json", pools),
        ("application/apply-patch+yaml", pods),
        ("application/json", pods),
    ] {
        assert_eq!(Patch::of(kind, served).unwrap_err().code(), 415, "{kind}");
    }
}
