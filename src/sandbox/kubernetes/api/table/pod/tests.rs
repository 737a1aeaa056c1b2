use super::*;

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

/// A status of a container: its state, whether it is ready, how often it was started anew.
fn container(state: Value, ready: bool, restarts: i64) -> Value {
    let mut status = json!({"name": "c", "ready": ready, "restartCount": restarts});
    status["state"] = state;
    status
}

fn runs() -> Value {
    json!({"running": {"startedAt": "2026-11-22T02:00:00Z"}})
}

fn waits(reason: &str) -> Value {
    json!({"waiting": {"reason": reason}})
}

fn ended(reason: &str, code: i64) -> Value {
    json!({"terminated": {"reason": reason, "exitCode": code}})
}

fn last(mut container: Value, ended: &str) -> Value {
    container["lastState"] = json!({"terminated": {"finishedAt": ended, "exitCode": 1}});
    container
}

/// Ready, status and restarts.
fn said(pod: &Value) -> [String; 3] {
    let cells = cells(pod, now());
    assert_eq!(cells.len(), COLUMNS.len());
    [1, 2, 3].map(|at| cells[at].as_str().unwrap().to_owned())
}

fn pod(containers: usize, status: Value) -> Value {
    let all: Vec<Value> = (0..containers).map(|_| json!({"name": "c"})).collect();
    let mut pod = json!({"metadata": {"name": "test"}, "spec": {"containers": all}});
    pod["status"] = status;
    pod
}

/// Upstream's cases (`TestPrintPod`).
#[test]
fn a_status_sums_up_the_containers() {
    let ready = json!([{"type": "Ready", "status": "True"}]);
    for (status, shown) in [
        (
            json!({"phase": "podPhase", "containerStatuses": [container(runs(), true, 3), container(json!({}), false, 3)]}),
            ["1/2", "podPhase", "6"],
        ),
        // An error of a container says more than the phase.
        (
            json!({"phase": "podPhase", "containerStatuses": [
            container(runs(), true, 3), container(waits("ContainerWaitingReason"), false, 3)]}),
            ["1/2", "ContainerWaitingReason", "6"],
        ),
        // The first container has the last word.
        (
            json!({"phase": "podPhase", "containerStatuses": [
            container(waits("ContainerWaitingReason"), false, 3), container(ended("ContainerTerminatedReason", 0), false, 3)]}),
            ["0/2", "ContainerWaitingReason", "6"],
        ),
        (
            json!({"phase": "podPhase", "containerStatuses": [container(runs(), true, 3), container(runs(), false, 3)]}),
            ["1/2", "podPhase", "6"],
        ),
        (
            json!({"phase": "podPhase", "containerStatuses": [
            container(ended("", 2), false, 3), container(runs(), true, 3)]}),
            ["1/2", "ExitCode:2", "6"],
        ),
        (
            json!({"phase": "Running", "containerStatuses": [
            container(json!({"terminated": {"signal": 9, "exitCode": 137}}), false, 0)]}),
            ["0/2", "Signal:9", "0"],
        ),
        // One that is done does not make a pod complete while another runs.
        (
            json!({"phase": "Running", "conditions": ready, "containerStatuses": [
            container(ended("Completed", 0), false, 3), container(runs(), true, 3)]}),
            ["1/2", "Running", "6"],
        ),
        (
            json!({"phase": "Running", "containerStatuses": [
            container(ended("Completed", 0), false, 3), container(runs(), true, 3)]}),
            ["1/2", "NotReady", "6"],
        ),
        (json!({"phase": "Failed", "reason": "Evicted"}), ["0/2", "Evicted", "0"]),
        (
            json!({"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]}),
            ["0/2", "SchedulingGated", "0"],
        ),
        (
            json!({"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]}),
            ["0/2", "Pending", "0"],
        ),
        // The latest end counts.
        (
            json!({"phase": "Running", "containerStatuses": [
            last(container(runs(), true, 3), "2026-11-22T02:59:50Z"),
            last(container(runs(), true, 1), "2026-11-22T02:55:00Z")]}),
            ["2/2", "Running", "4 (10s ago)"],
        ),
        (
            json!({"phase": "Running", "containerStatuses": [
            last(container(waits("CrashLoopBackOff"), false, 3), "2026-11-22T02:55:00Z")]}),
            ["0/2", "CrashLoopBackOff", "3 (5m ago)"],
        ),
    ] {
        assert_eq!(said(&pod(2, status.clone())), shown, "{status}");
    }
}

fn with_inits(inits: Value, status: Value) -> Value {
    let mut pod = pod(1, status);
    pod["spec"]["initContainers"] = inits;
    pod
}

/// Upstream's cases (`TestPrintPodWithRestartableInitContainers` and those of initialization).
#[test]
fn initialization_is_told_step_by_step() {
    let named = |name: &str, mut status: Value| {
        status["name"] = name.into();
        status
    };
    let started = |mut status: Value| {
        status["started"] = json!(true);
        status
    };
    let plain = json!([{"name": "a"}, {"name": "b"}]);
    let sidecar = json!([{"name": "a", "restartPolicy": "Always"}, {"name": "b"}]);
    let done = || named("a", container(ended("Completed", 0), false, 0));
    let waiting = || container(waits("PodInitializing"), false, 0);
    let initialized = json!([{"type": "Initialized", "status": "True"}]);
    for (inits, init_statuses, conditions, statuses, shown) in [
        (
            &plain,
            json!([named("a", waiting()), named("b", waiting())]),
            json!([]),
            json!([waiting()]),
            ["0/1", "Init:0/2", "0"],
        ),
        (
            &plain,
            json!([done(), named("b", container(runs(), false, 0))]),
            json!([]),
            json!([waiting()]),
            ["0/1", "Init:1/2", "0"],
        ),
        (
            &plain,
            json!([done(), named("b", container(ended("Error", 1), false, 2))]),
            json!([]),
            json!([waiting()]),
            ["0/1", "Init:Error", "2"],
        ),
        (
            &plain,
            json!([done(), named("b", container(ended("", 3), false, 2))]),
            json!([]),
            json!([waiting()]),
            ["0/1", "Init:ExitCode:3", "2"],
        ),
        (
            &plain,
            json!([named("a", last(container(waits("CrashLoopBackOff"), false, 3), "2026-11-22T02:58:00Z"))]),
            json!([]),
            json!([waiting()]),
            ["0/1", "Init:CrashLoopBackOff", "3 (2m ago)"],
        ),
        // What was started anew before counts no longer once the containers run.
        (
            &plain,
            json!([done(), named("b", container(ended("Completed", 0), false, 4))]),
            json!([]),
            json!([container(runs(), true, 1)]),
            ["1/1", "Running", "1"],
        ),
        // A sidecar is one of the pod's containers.
        (
            &sidecar,
            json!([named("a", container(runs(), false, 0)), named("b", waiting())]),
            json!([]),
            json!([waiting()]),
            ["0/2", "Init:0/2", "0"],
        ),
        (
            &sidecar,
            json!([started(named("a", container(runs(), true, 0))), named("b", waiting())]),
            json!([]),
            json!([waiting()]),
            ["1/2", "Init:1/2", "0"],
        ),
        (
            &sidecar,
            json!([
                started(named("a", container(runs(), true, 2))),
                named("b", container(ended("Completed", 0), false, 5))
            ]),
            initialized.clone(),
            json!([container(runs(), true, 1)]),
            ["2/2", "Running", "3"],
        ),
        (
            &sidecar,
            json!([named("a", container(waits("CrashLoopBackOff"), false, 3)), done()]),
            initialized.clone(),
            json!([container(runs(), true, 0)]),
            ["1/2", "Init:CrashLoopBackOff", "3"],
        ),
    ] {
        let status = json!({
            "phase": if statuses[0]["ready"] == true { "Running" } else { "Pending" },
            "conditions": conditions, "initContainerStatuses": init_statuses, "containerStatuses": statuses,
        });
        assert_eq!(said(&with_inits(inits.clone(), status.clone())), shown, "{status}");
    }
}

#[test]
fn a_deleted_pod_terminates_unless_its_node_is_lost() {
    for (status, shown) in [
        (json!({"phase": "Running", "containerStatuses": [container(runs(), true, 0)]}), "Terminating"),
        (json!({"phase": "Running", "reason": "NodeLost"}), "Unknown"),
        (json!({"phase": "Succeeded", "containerStatuses": [container(ended("Completed", 0), false, 0)]}), "Completed"),
        (json!({"phase": "Failed"}), "Failed"),
    ] {
        let mut pod = pod(1, status);
        pod["metadata"]["deletionTimestamp"] = json!("2026-11-22T03:00:30Z");
        assert_eq!(said(&pod)[1], shown);
    }
}

/// Upstream's cases (`TestPrintPodwide`, `TestPrintPodConditions`).
#[test]
fn the_wide_columns_tell_where_it_is() {
    let bare = pod(1, json!({"phase": "Pending"}));
    assert_eq!(cells(&bare, now())[5..], ["<none>"; 4].map(Value::from));
    let mut placed = pod(
        1,
        json!({
            "phase": "Succeeded", "podIPs": [{"ip": "10.0.0.7"}, {"ip": "fd00::7"}], "nominatedNodeName": "n2",
            "conditions": [{"type": "condition1", "status": "False"}, {"type": "condition2", "status": "True"}],
        }),
    );
    placed["spec"]["nodeName"] = json!("n1");
    placed["spec"]["readinessGates"] =
        json!([{"conditionType": "condition1"}, {"conditionType": "condition2"}, {"conditionType": "condition3"}]);
    assert_eq!(cells(&placed, now())[5..], ["10.0.0.7", "n1", "n2", "1/3"].map(Value::from));
    assert_eq!(conditions(&placed).unwrap()[0]["reason"], "Succeeded");
    assert_eq!((conditions(&bare), conditions(&pod(1, json!({"phase": "Running"})))), (None, None));
}
