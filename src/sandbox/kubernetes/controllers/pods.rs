//! Pods as the workload controllers see and make them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::condition;
use crate::sandbox::kubernetes::scheduler::resources::Resources;
use crate::sandbox::kubernetes::store::metadata;

/// Whether a pod has ended: Succeeded or Failed.
#[must_use]
pub fn has_ended(pod: &Value) -> bool {
    matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed"))
}

/// Whether a controller counts it: it has not ended and is not being deleted.
#[must_use]
pub fn is_active(pod: &Value) -> bool {
    !has_ended(pod) && !metadata::is_terminating(pod)
}

/// Whether it is ready.
#[must_use]
pub fn is_ready(pod: &Value) -> bool {
    condition::holds(pod, "Ready")
}

/// When it becomes available: ready for `min_ready` seconds. `None`: it is not ready.
#[must_use]
pub fn available_from(pod: &Value, min_ready: i64) -> Option<Timestamp> {
    if !is_ready(pod) {
        return None;
    }
    let since = condition::since(pod, "Ready").or_else(|| metadata::creation_timestamp(pod))?;
    since.checked_add(SignedDuration::from_secs(min_ready)).ok()
}

/// How many pods are what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PodTally {
    pub all: i64,
    pub ready: i64,
    pub available: i64,
    /// When one more becomes available.
    pub next: Option<Timestamp>,
}

impl PodTally {
    /// Of active pods.
    pub fn of<'a>(pods: impl Iterator<Item = &'a Value>, min_ready: i64, now: Timestamp) -> Self {
        let mut tally = Self::default();
        for pod in pods {
            tally.all += 1;
            let Some(from) = available_from(pod, min_ready) else { continue };
            tally.ready += 1;
            if from <= now {
                tally.available += 1;
            } else {
                tally.next = super::feed::earlier(tally.next, Some(from));
            }
        }
        tally
    }
}

/// A pod of `template`, owned by `owner`, as the API server's defaulting and admission leave it. Its name is the caller's
/// to set (`name` or `generateName`).
#[must_use]
pub fn from_template(template: &Value, owner: &Value) -> Value {
    let mut pod_metadata = Map::new();
    for field in ["labels", "annotations", "finalizers"] {
        if !template["metadata"][field].is_null() {
            pod_metadata.insert(field.to_owned(), template["metadata"][field].clone());
        }
    }
    pod_metadata.insert("ownerReferences".to_owned(), json!([metadata::owner_reference(owner)]));
    let mut pod = json!({"metadata": pod_metadata, "spec": template["spec"]});
    finish_spec(&mut pod);
    pod["status"] = json!({"phase": "Pending", "qosClass": quality_of_service(&pod["spec"])});
    pod
}

/// Puts what the API server's defaulting and the admission plugins Priority and DefaultTolerationSeconds add.
pub fn finish_spec(pod: &mut Value) {
    let spec = metadata::section(pod, "spec");
    let defaults = [
        ("restartPolicy", json!("Always")),
        ("terminationGracePeriodSeconds", json!(30)),
        ("dnsPolicy", json!("ClusterFirst")),
        ("serviceAccountName", json!("default")),
        ("securityContext", json!({})),
        ("schedulerName", json!("default-scheduler")),
        ("enableServiceLinks", json!(true)),
        ("preemptionPolicy", json!("PreemptLowerPriority")),
    ];
    for (field, value) in defaults {
        spec.entry(field).or_insert(value);
    }
    let class = spec.get("priorityClassName").and_then(Value::as_str).unwrap_or_default();
    let priority = match class {
        "system-cluster-critical" => 2_000_000_000,
        "system-node-critical" => 2_000_001_000,
        _ => 0,
    };
    spec.entry("priority").or_insert(json!(priority));
    for list in ["initContainers", "containers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            finish_container(container);
        }
    }
    let tolerations = spec.entry("tolerations").or_insert_with(|| json!([]));
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let said = tolerations.as_array().into_iter().flatten().any(|one| {
            let for_all = one["key"].as_str().unwrap_or_default().is_empty() && one["operator"] == "Exists";
            (one["key"] == key || for_all)
                && (one["effect"].is_null() || one["effect"] == "" || one["effect"] == "NoExecute")
        });
        if !said && let Some(all) = tolerations.as_array_mut() {
            all.push(json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}));
        }
    }
}

fn finish_container(container: &mut Value) {
    let image = container["image"].as_str().unwrap_or_default();
    // No tag means latest, and that is pulled always.
    let last = image.rsplit('/').next().unwrap_or_default();
    let latest = !image.contains('@') && last.split_once(':').is_none_or(|(_, tag)| tag == "latest");
    let policy = if latest { "Always" } else { "IfNotPresent" };
    let fields = metadata::map(container);
    let defaults = [
        ("imagePullPolicy", json!(policy)),
        ("terminationMessagePath", json!("/dev/termination-log")),
        ("terminationMessagePolicy", json!("File")),
        ("resources", json!({})),
    ];
    for (field, value) in defaults {
        fields.entry(field).or_insert(value);
    }
}

/// `Guaranteed`, `Burstable` or `BestEffort`, by requests and limits of CPU and memory.
#[must_use]
pub fn quality_of_service(spec: &Value) -> &'static str {
    let lists = ["containers", "initContainers"];
    let containers: Vec<&Value> = lists.iter().filter_map(|list| spec[*list].as_array()).flatten().collect();
    let mut said = false;
    let mut guaranteed = !containers.is_empty();
    for container in containers {
        let requests = Resources::read(&container["resources"]["requests"]);
        let limits = Resources::read(&container["resources"]["limits"]);
        said |= requests.milli_cpu + requests.memory + limits.milli_cpu + limits.memory > 0;
        let whole = |request: i64, limit: i64| limit > 0 && (request == 0 || request == limit);
        guaranteed &= whole(requests.milli_cpu, limits.milli_cpu) && whole(requests.memory, limits.memory);
    }
    match (said, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

/// A number or a percentage of `whole`, rounded up or down (`intstr.GetScaledValueFromIntOrPercent`). `None` when it is
/// neither.
#[must_use]
pub fn scaled(value: &Value, whole: i64, round_up: bool) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let text = value.as_str()?;
    match text.strip_suffix('%') {
        Some(percent) => {
            let product = percent.parse::<i64>().ok()?.checked_mul(whole)?;
            Some(if round_up { (product + 99).div_euclid(100) } else { product.div_euclid(100) })
        }
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_as_upstream() {
        for (value, whole, up, expected) in [
            (json!("25%"), 10, true, Some(3)),
            (json!("25%"), 10, false, Some(2)),
            (json!("50%"), 3, true, Some(2)),
            (json!(4), 10, true, Some(4)),
            (json!("100%"), 7, true, Some(7)),
            (json!("x"), 7, true, None),
            (Value::Null, 7, true, None),
        ] {
            assert_eq!(scaled(&value, whole, up), expected, "{value}");
        }
    }

    #[test]
    fn a_template_becomes_a_pod_as_admission_leaves_it() {
        let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"priorityClassName": "system-node-critical",
            "containers": [{"name": "a", "image": "registry:5000/web"}, {"name": "b", "image": "web:1", "resources": {"requests": {"cpu": "1"}}}]}});
        let owner = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web", "uid": "u"}});
        let pod = from_template(&template, &owner);
        assert_eq!(pod["spec"]["priority"], 2_000_001_000);
        assert_eq!(pod["spec"]["containers"][0]["imagePullPolicy"], "Always");
        assert_eq!(pod["spec"]["containers"][1]["imagePullPolicy"], "IfNotPresent");
        assert_eq!(pod["spec"]["tolerations"][0]["tolerationSeconds"], 300);
        assert_eq!(
            (&pod["status"]["qosClass"], &pod["metadata"]["ownerReferences"][0]["controller"]),
            (&json!("Burstable"), &json!(true))
        );
    }
}
