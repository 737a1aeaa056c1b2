//! What makes pods: Deployments, ReplicaSets, StatefulSets, DaemonSets and Jobs.

use jiff::Timestamp;
use serde_json::Value;

use super::super::super::store::metadata;
use super::age;
use super::cell::{containers, each, labels, name, number, selector, selector_or_none, text};
use super::column::{AGE, CONTAINERS, IMAGES, NAME, PrinterColumn, SELECTOR, number as number_column, text as column};

const READY: PrinterColumn = column("Ready", "How many pods are ready, of those that shall be.");

pub(super) const DEPLOYMENT: &[PrinterColumn] = &[
    NAME,
    READY,
    column("Up-to-date", "How many pods are of the template as it is now."),
    column("Available", "How many pods have been ready for long enough."),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
];

pub(super) const REPLICA_SET: &[PrinterColumn] = &[
    NAME,
    number_column("Desired", "How many pods there shall be."),
    number_column("Current", "How many pods there are."),
    number_column("Ready", "How many pods are ready."),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
];

pub(super) const STATEFUL_SET: &[PrinterColumn] = &[NAME, READY, AGE, CONTAINERS, IMAGES];

pub(super) const DAEMON_SET: &[PrinterColumn] = &[
    NAME,
    number_column("Desired", "How many nodes shall run the pod."),
    number_column("Current", "How many nodes run the pod that shall."),
    number_column("Ready", "How many pods are ready."),
    number_column("Up-to-date", "How many pods are of the template as it is now."),
    number_column("Available", "How many pods have been ready for long enough."),
    column("Node Selector", "The labels of nodes that shall run the pod."),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
];

pub(super) const JOB: &[PrinterColumn] = &[
    NAME,
    column("Status", "What became of it."),
    column("Completions", "How many pods have succeeded, of those that shall."),
    column("Duration", "How long it takes or took."),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
];

/// `spec.replicas`, 1 when it is not said.
fn desired(object: &Value) -> i64 {
    object["spec"]["replicas"].as_i64().unwrap_or(1)
}

fn ready_of_desired(object: &Value) -> Value {
    format!("{}/{}", number(&object["status"]["readyReplicas"]), desired(object)).into()
}

pub(super) fn deployment(object: &Value, now: Timestamp) -> Vec<Value> {
    let status = &object["status"];
    let [names, images] = containers(object);
    vec![
        name(object),
        ready_of_desired(object),
        number(&status["updatedReplicas"]).into(),
        number(&status["availableReplicas"]).into(),
        age::of(object, now),
        names,
        images,
        selector(&object["spec"]["selector"]).into(),
    ]
}

pub(super) fn replica_set(object: &Value, now: Timestamp) -> Vec<Value> {
    let [names, images] = containers(object);
    vec![
        name(object),
        desired(object).into(),
        number(&object["status"]["replicas"]).into(),
        number(&object["status"]["readyReplicas"]).into(),
        age::of(object, now),
        names,
        images,
        selector_or_none(&object["spec"]["selector"]).into(),
    ]
}

pub(super) fn stateful_set(object: &Value, now: Timestamp) -> Vec<Value> {
    let [names, images] = containers(object);
    vec![name(object), ready_of_desired(object), age::of(object, now), names, images]
}

pub(super) fn daemon_set(object: &Value, now: Timestamp) -> Vec<Value> {
    let status = &object["status"];
    let [names, images] = containers(object);
    vec![
        name(object),
        number(&status["desiredNumberScheduled"]).into(),
        number(&status["currentNumberScheduled"]).into(),
        number(&status["numberReady"]).into(),
        number(&status["updatedNumberScheduled"]).into(),
        number(&status["numberAvailable"]).into(),
        labels(&object["spec"]["template"]["spec"]["nodeSelector"]).into(),
        age::of(object, now),
        names,
        images,
        selector_or_none(&object["spec"]["selector"]).into(),
    ]
}

pub(super) fn job(object: &Value, now: Timestamp) -> Vec<Value> {
    let [names, images] = containers(object);
    vec![
        name(object),
        job_status(object).into(),
        completions(object).into(),
        job_duration(object, now).into(),
        age::of(object, now),
        names,
        images,
        selector_or_none(&object["spec"]["selector"]).into(),
    ]
}

fn job_status(job: &Value) -> &'static str {
    let holds = |kind: &str| {
        let condition = each(&job["status"]["conditions"]).find(|one| one["type"] == kind);
        condition.is_some_and(|one| one["status"] == "True")
    };
    match () {
        () if holds("Complete") => "Complete",
        () if holds("Failed") => "Failed",
        () if metadata::is_terminating(job) => "Terminating",
        () if holds("Suspended") => "Suspended",
        () if holds("FailureTarget") => "FailureTarget",
        () => "Running",
    }
}

fn completions(job: &Value) -> String {
    let done = number(&job["status"]["succeeded"]);
    match (job["spec"]["completions"].as_i64(), number(&job["spec"]["parallelism"])) {
        (Some(wanted), _) => format!("{done}/{wanted}"),
        (None, at_once) if at_once > 1 => format!("{done}/1 of {at_once}"),
        (None, _) => format!("{done}/1"),
    }
}

fn job_duration(job: &Value, now: Timestamp) -> String {
    let at = |field: &str| text(&job["status"][field]).parse::<Timestamp>().ok();
    let ended = at("completionTime").unwrap_or(now);
    at("startTime").map_or_else(String::new, |started| age::human(ended.duration_since(started)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T03:00:00Z".parse().unwrap()
    }

    fn template() -> Value {
        json!({"spec": {"containers": [{"name": "fake-container1", "image": "fake-image1"},
                                       {"name": "fake-container2", "image": "fake-image2"}]}})
    }

    /// Upstream's cases (`TestPrintDeployment`, `TestPrintReplicaSet`, `TestPrintStatefulSet`).
    #[test]
    fn replicas_are_counted() {
        let object = json!({
            "metadata": {"name": "test1", "creationTimestamp": "2026-11-22T03:00:00Z"},
            "spec": {"replicas": 5, "template": template(), "selector": {"matchLabels": {"foo": "bar"}}},
            "status": {"replicas": 10, "updatedReplicas": 2, "availableReplicas": 1, "readyReplicas": 4},
        });
        let pods = ["fake-container1,fake-container2", "fake-image1,fake-image2", "foo=bar"];
        let rows = [deployment(&object, now()), replica_set(&object, now()), stateful_set(&object, now())];
        assert_eq!(Value::from(rows[0].clone()), json!(["test1", "4/5", 2, 1, "0s", pods[0], pods[1], pods[2]]));
        assert_eq!(Value::from(rows[1].clone()), json!(["test1", 5, 10, 4, "0s", pods[0], pods[1], pods[2]]));
        assert_eq!(Value::from(rows[2].clone()), json!(["test1", "4/5", "0s", pods[0], pods[1]]));
        let widths = [DEPLOYMENT, REPLICA_SET, STATEFUL_SET].map(<[PrinterColumn]>::len);
        assert_eq!(rows.map(|row| row.len()), widths);
    }

    /// Upstream's case (`TestPrintDaemonSet`).
    #[test]
    fn a_daemon_set_counts_nodes() {
        let object = json!({
            "metadata": {"name": "test1", "creationTimestamp": "2026-11-22T03:00:00Z"},
            "spec": {"template": template(), "selector": {"matchLabels": {"a": "1"}}},
            "status": {"currentNumberScheduled": 2, "desiredNumberScheduled": 3, "numberReady": 1,
                       "updatedNumberScheduled": 2, "numberAvailable": 0},
        });
        let row = daemon_set(&object, now());
        assert_eq!(Value::from(row[..8].to_vec()), json!(["test1", 3, 2, 1, 2, 0, "<none>", "0s"]));
        assert_eq!((row.len(), &row[10]), (DAEMON_SET.len(), &json!("a=1")));
    }

    /// Upstream's cases (`TestPrintJob`).
    #[test]
    fn a_job_tells_how_far_it_is() {
        let condition = |kind: &str| json!([{"type": kind, "status": "True"}]);
        let started = json!("2026-11-22T02:30:00Z");
        for (spec, status, said) in [
            (json!({"completions": 2}), json!({"succeeded": 1}), ["Running", "1/2", ""]),
            (json!({}), json!({"succeeded": 0}), ["Running", "0/1", ""]),
            (json!({"parallelism": 20}), json!({"startTime": started}), ["Running", "0/1 of 20", "30m"]),
            (
                json!({"completions": 1}),
                json!({"startTime": started, "completionTime": "2026-11-22T02:31:03Z", "succeeded": 1,
                       "conditions": condition("Complete")}),
                ["Complete", "1/1", "63s"],
            ),
            (json!({}), json!({"conditions": condition("Failed")}), ["Failed", "0/1", ""]),
            (json!({}), json!({"conditions": condition("Suspended")}), ["Suspended", "0/1", ""]),
            (json!({}), json!({"conditions": condition("FailureTarget")}), ["FailureTarget", "0/1", ""]),
        ] {
            let row = job(&json!({"metadata": {"name": "j"}, "spec": spec, "status": status}), now());
            assert_eq!(Value::from(row[1..4].to_vec()), json!(said), "{status}");
            assert_eq!(row.len(), JOB.len());
        }
    }
}
