//! HorizontalPodAutoscalers and PodDisruptionBudgets.

use jiff::Timestamp;
use serde_json::Value;

use super::age;
use super::cell::{each, name, number, plain, text};
use super::column::{AGE, NAME, PrinterColumn, number as number_column, text as column};

/// The most metrics that are told; the others are counted.
const MOST: usize = 2;

pub(super) const AUTOSCALER: &[PrinterColumn] = &[
    NAME,
    column("Reference", "What it scales."),
    column("Targets", "Its metrics: what they are, and what they shall be."),
    column("MinPods", "The fewest pods."),
    column("MaxPods", "The most pods."),
    column("Replicas", "How many pods there are."),
    AGE,
];

pub(super) const BUDGET: &[PrinterColumn] = &[
    NAME,
    column("Min Available", "How many pods must stay available."),
    column("Max Unavailable", "How many pods may be unavailable."),
    number_column("Allowed Disruptions", "How many pods may be evicted now."),
    AGE,
];

pub(super) fn autoscaler(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let target = &spec["scaleTargetRef"];
    vec![
        name(object),
        format!("{}/{}", text(&target["kind"]), text(&target["name"])).into(),
        targets(&spec["metrics"], &status["currentMetrics"]).into(),
        spec["minReplicas"].as_i64().map_or_else(|| "<unset>".to_owned(), |least| least.to_string()).into(),
        number(&spec["maxReplicas"]).into(),
        number(&status["currentReplicas"]).into(),
        age::of(object, now),
    ]
}

pub(super) fn budget(object: &Value, now: Timestamp) -> Vec<Value> {
    let said = |field: &str| match &object["spec"][field] {
        Value::Null => "N/A".to_owned(),
        amount => plain(amount),
    };
    vec![
        name(object),
        said("minAvailable").into(),
        said("maxUnavailable").into(),
        number(&object["status"]["disruptionsAllowed"]).into(),
        age::of(object, now),
    ]
}

/// `cpu: 63%/70%, memory: <unknown>/2Gi + 1 more...` (`formatHPAMetrics`). The status of a metric is at its place in
/// the list, whatever it is of.
fn targets(metrics: &Value, statuses: &Value) -> String {
    let all: Vec<String> = each(metrics).enumerate().map(|(at, metric)| target(metric, &statuses[at])).collect();
    match all.len().checked_sub(MOST) {
        _ if all.is_empty() => "<none>".to_owned(),
        None | Some(0) => all.join(", "),
        Some(more) => format!("{} + {more} more...", all[..MOST].join(", ")),
    }
}

fn target(metric: &Value, status: &Value) -> String {
    let kind = match text(&metric["type"]) {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return "<unknown type>".to_owned(),
    };
    let (wanted, current) = (&metric[kind]["target"], &status[kind]["current"]);
    let known = |field: &str| match &current[field] {
        Value::Null => "<unknown>".to_owned(),
        amount => plain(amount),
    };
    let average = &wanted["averageValue"];
    match kind {
        "pods" => format!("{}/{}", known("averageValue"), plain(average)),
        "external" | "object" if average.is_null() => format!("{}/{}", known("value"), plain(&wanted["value"])),
        "external" | "object" => format!("{}/{} (avg)", known("averageValue"), plain(average)),
        _ => {
            let resource = text(&metric[kind]["name"]);
            if !average.is_null() {
                return format!("{resource}: {}/{}", known("averageValue"), plain(average));
            }
            let percent = |value: &Value, other: &str| {
                value.as_i64().map_or_else(|| other.to_owned(), |percent| format!("{percent}%"))
            };
            let is = percent(&current["averageUtilization"], "<unknown>");
            format!("{resource}: {is}/{}", percent(&wanted["averageUtilization"], "<auto>"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn external(wanted: &Value) -> Value {
        json!({"type": "External", "external": {"metric": {"name": "some-external-metric"}, "target": wanted}})
    }

    fn resource(kind: &str, field: &str, name: &str, wanted: &Value) -> Value {
        json!({"type": kind, field: {"name": name, "target": wanted}})
    }

    /// Upstream's cases (`TestPrintHPA`).
    #[test]
    fn targets_are_told_as_upstream_tells_them() {
        let cpu = resource("Resource", "resource", "cpu", &json!({"averageUtilization": 80}));
        let memory = resource("Resource", "resource", "memory", &json!({"averageValue": "200m"}));
        let container = resource("ContainerResource", "containerResource", "cpu", &json!({"averageUtilization": 80}));
        let pods = json!({"type": "Pods", "pods": {"metric": {"name": "qps"}, "target": {"averageValue": "100m"}}});
        let object = json!({"type": "Object", "object": {"target": {"value": "100m"}}});
        for (metrics, statuses, said) in [
            (vec![], json!([]), "<none>"),
            (vec![external(&json!({"averageValue": "100m"}))], json!([]), "<unknown>/100m (avg)"),
            (
                vec![external(&json!({"averageValue": "100m"}))],
                json!([{"type": "External", "external": {"current": {"averageValue": "50m"}}}]),
                "50m/100m (avg)",
            ),
            (vec![external(&json!({"value": "100m"}))], json!(null), "<unknown>/100m"),
            (
                vec![external(&json!({"value": "100m"}))],
                json!([{"type": "External", "external": {"current": {"value": "50m"}}}]),
                "50m/100m",
            ),
            (vec![pods.clone()], json!([]), "<unknown>/100m"),
            (vec![pods.clone()], json!([{"pods": {"current": {"averageValue": "50m"}}}]), "50m/100m"),
            (vec![object], json!([{"object": {"current": {"value": "50m"}}}]), "50m/100m"),
            (vec![memory.clone()], json!([]), "memory: <unknown>/200m"),
            (vec![memory.clone()], json!([{"resource": {"current": {"averageValue": "100m"}}}]), "memory: 100m/200m"),
            (vec![cpu.clone()], json!([]), "cpu: <unknown>/80%"),
            (
                vec![cpu.clone()],
                json!([{"resource": {"current": {"averageUtilization": 50, "averageValue": "40m"}}}]),
                "cpu: 50%/80%",
            ),
            (vec![container], json!([{"containerResource": {"current": {"averageUtilization": 50}}}]), "cpu: 50%/80%"),
            (vec![resource("Resource", "resource", "cpu", &json!({}))], json!([]), "cpu: <unknown>/<auto>"),
            (
                vec![pods.clone(), cpu.clone()],
                json!([{"pods": {"current": {"averageValue": "50m"}}}]),
                "50m/100m, cpu: <unknown>/80%",
            ),
            (
                vec![pods.clone(), cpu, pods, memory],
                json!([{"pods": {"current": {"averageValue": "50m"}}}]),
                "50m/100m, cpu: <unknown>/80% + 2 more...",
            ),
            (vec![json!({"type": "Other"})], json!([]), "<unknown type>"),
        ] {
            assert_eq!(targets(&json!(metrics), &statuses), said);
        }
    }

    #[test]
    fn an_autoscaler_without_a_least_number_says_so() {
        let object = json!({
            "metadata": {"name": "some-hpa", "creationTimestamp": "2026-11-22T03:00:00Z"},
            "spec": {"scaleTargetRef": {"kind": "ReplicationController", "name": "some-rc"}, "maxReplicas": 10},
            "status": {"currentReplicas": 4},
        });
        let said = json!(["some-hpa", "ReplicationController/some-rc", "<none>", "<unset>", 10, 4, "0s"]);
        assert_eq!(Value::from(autoscaler(&object, "2026-11-22T03:00:00Z".parse().unwrap())), said);
    }

    /// Upstream's cases (`TestPrintPodDisruptionBudget`).
    #[test]
    fn a_budget_says_which_of_two_it_has() {
        let now = "2026-11-22T03:00:00Z".parse().unwrap();
        for (spec, said) in [
            (json!({"minAvailable": 22}), json!(["pdb1", "22", "N/A", 5, "0s"])),
            (json!({"maxUnavailable": "25%"}), json!(["pdb1", "N/A", "25%", 5, "0s"])),
        ] {
            let object = json!({
                "metadata": {"name": "pdb1", "creationTimestamp": "2026-11-22T03:00:00Z"},
                "spec": spec, "status": {"disruptionsAllowed": 5},
            });
            assert_eq!(Value::from(budget(&object, now)), said);
        }
    }
}
