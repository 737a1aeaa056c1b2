//! Evictions: deletions that a PodDisruptionBudget may refuse. Rules, codes and words from
//! kubernetes, `pkg/registry/core/pod/storage/eviction.go`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::api::ApiRefusal;
use super::controllers::condition::{self, ObjectCondition};
use super::resources::Resource;
use super::selector::LabelSelector;
use super::store::{DeleteOptions, ObjectKey, Store, StoreCause, metadata};

const REFUSED: &str = "Cannot evict pod as it would violate the pod's disruption budget.";
const CAUSE: &str = "DisruptionBudget";
/// The most evictions of a budget that its controller has not seen yet (`MaxDisruptedPodSize`).
const MOST_DISRUPTED: usize = 2_000;

/// Evicts a pod: asks its budget, takes one disruption from it, and deletes the pod.
///
/// # Errors
/// 429 when the budget allows none, or its controller has not seen its last change; 500 when two
/// budgets hold the pod; 404.
pub fn evict(
    store: &mut Store,
    key: &ObjectKey,
    now: Timestamp,
    options: &DeleteOptions,
    dry_run: bool,
) -> Result<(), ApiRefusal> {
    let pod = store.get(key).ok_or_else(|| StoreCause::NotFound.of(key))?.clone();
    let budget = if unguarded(&pod) { None } else { budget(store, key, &pod)? };
    // The budget is asked first, and pays though the preconditions of the deletion refuse then: upstream's order.
    if let Some((budget, object)) = &budget {
        allows(object, metadata::name(object))?;
        if !dry_run {
            store.update(budget, now, |object| take(object, &key.name, now))?;
        }
    }
    store.plan_delete(key, now, options)?;
    if dry_run {
        return Ok(());
    }
    store.update(key, now, |pod| {
        condition::set(
            pod,
            &ObjectCondition::disruption_target("EvictionByEvictionAPI", "Eviction API: evicting"),
            now,
        );
    })?;
    // The condition is a new version, which the caller cannot have known.
    store.delete(key, now, &DeleteOptions { resource_version: None, ..options.clone() })?;
    Ok(())
}

/// Whether no budget is asked: the pod does not run, or ends already.
fn unguarded(pod: &Value) -> bool {
    matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed" | "Pending")) || metadata::is_terminating(pod)
}

/// The budget that must be asked, if any.
fn budget(store: &Store, key: &ObjectKey, pod: &Value) -> Result<Option<(ObjectKey, Value)>, ApiRefusal> {
    let all = store.in_namespace(Resource::PodDisruptionBudgets, &key.namespace);
    let mut holding = all.filter(|(_, budget)| {
        LabelSelector::of(&budget["spec"]["selector"]).is_some_and(|selector| selector.accepts(pod))
    });
    let Some((budget, object)) = holding.next() else { return Ok(None) };
    if holding.next().is_some() {
        let message =
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
        return Err(ApiRefusal::new(500, "", message));
    }
    let status = |field: &str| object["status"][field].as_i64().unwrap_or(0);
    if !is_ready(pod) {
        let always = object["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow";
        let healthy = status("currentHealthy") >= status("desiredHealthy") && status("desiredHealthy") > 0;
        // A pod that is not ready does not count as healthy.
        if always || healthy {
            return Ok(None);
        }
    }
    Ok(Some((budget.clone(), Value::clone(object))))
}

fn allows(budget: &Value, name: &str) -> Result<(), ApiRefusal> {
    let status = &budget["status"];
    let number = |value: &Value| value.as_i64().unwrap_or(0);
    if number(&status["observedGeneration"]) < number(&budget["metadata"]["generation"]) {
        let message = format!("The disruption budget {name} is still being processed by the server.");
        return Err(ApiRefusal::too_many_requests(REFUSED, 10).cause(CAUSE, &message));
    }
    if status["disruptedPods"].as_object().is_some_and(|pods| pods.len() > MOST_DISRUPTED) {
        let why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
        return Err(ApiRefusal::forbidden(Resource::PodDisruptionBudgets.served(), name, why));
    }
    if number(&status["disruptionsAllowed"]) > 0 {
        return Ok(());
    }
    let message = match failed_sync(status) {
        Some(why) => {
            format!("The disruption budget {name} does not allow evicting pods currently because it failed sync: {why}")
        }
        None => format!(
            "The disruption budget {name} needs {} healthy pods and has {} currently",
            number(&status["desiredHealthy"]),
            number(&status["currentHealthy"])
        ),
    };
    Err(ApiRefusal::too_many_requests(REFUSED, 0).cause(CAUSE, &message))
}

fn failed_sync(status: &Value) -> Option<&str> {
    let conditions = status["conditions"].as_array()?;
    let allowed = conditions.iter().find(|condition| condition["type"] == "DisruptionAllowed")?;
    let failed = allowed["status"] == "False" && allowed["reason"] == "SyncFailed";
    failed.then(|| allowed["message"].as_str().unwrap_or_default())
}

/// Takes one disruption, until the controller counts anew.
fn take(budget: &mut Value, pod: &str, now: Timestamp) {
    let generation = budget["metadata"]["generation"].clone();
    let status = metadata::section(budget, "status");
    let left = status.get("disruptionsAllowed").and_then(Value::as_i64).unwrap_or(0) - 1;
    status.insert("disruptionsAllowed".to_owned(), left.into());
    let disrupted = metadata::map(status.entry("disruptedPods").or_insert(Value::Null));
    disrupted.insert(pod.to_owned(), metadata::time(now).into());
    if left > 0 {
        return;
    }
    let Value::Array(conditions) = status.entry("conditions").or_insert_with(|| json!([])) else { return };
    let changed = conditions.iter().find(|condition| condition["type"] == "DisruptionAllowed");
    let since = match changed {
        Some(condition) if condition["status"] == "False" => condition["lastTransitionTime"].clone(),
        _ => metadata::time(now).into(),
    };
    conditions.retain(|condition| condition["type"] != "DisruptionAllowed");
    conditions.push(json!({
        "type": "DisruptionAllowed",
        "status": "False",
        "reason": "InsufficientPods",
        "message": "",
        "lastTransitionTime": since,
        "observedGeneration": generation,
    }));
}

fn is_ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array();
    conditions.into_iter().flatten().any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(budgets: &[(&str, i64)]) -> (Store, ObjectKey, Timestamp) {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let mut store = Store::new(1);
        for (name, allowed) in budgets {
            let budget = json!({
                "metadata": {"name": name},
                "spec": {"selector": {"matchLabels": {"app": "web"}}},
                "status": {
                    "observedGeneration": 1, "disruptionsAllowed": allowed, "desiredHealthy": 2, "currentHealthy": 2,
                },
            });
            store.create(Resource::PodDisruptionBudgets, "shop", budget, now).unwrap();
        }
        let pod = json!({
            "metadata": {"name": "web-1", "labels": {"app": "web"}},
            "spec": {"nodeName": "n"},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
        });
        store.create(Resource::Pods, "shop", pod, now).unwrap();
        (store, ObjectKey::namespaced(Resource::Pods, "shop", "web-1"), now)
    }

    #[test]
    fn a_budget_gives_what_it_has_and_then_refuses() {
        let (mut store, pod, now) = world(&[("web", 1)]);
        evict(&mut store, &pod, now, &DeleteOptions::default(), true).unwrap();
        assert!(!metadata::is_terminating(store.get(&pod).unwrap()));
        evict(&mut store, &pod, now, &DeleteOptions::default(), false).unwrap();
        assert!(metadata::is_terminating(store.get(&pod).unwrap()));
        let budget = store.get(&ObjectKey::namespaced(Resource::PodDisruptionBudgets, "shop", "web")).unwrap();
        assert_eq!(budget["status"]["disruptionsAllowed"], 0);
        assert_eq!(budget["status"]["disruptedPods"]["web-1"], "2026-11-22T03:00:00Z");
        assert_eq!(budget["status"]["conditions"][0]["reason"], "InsufficientPods");
    }

    /// kubernetes, `EvictionREST.Create`: `checkAndDecrement` comes before the deletion with its preconditions.
    #[test]
    fn the_budget_is_asked_before_the_uid_and_pays_though_it_is_another_pod() {
        let other = DeleteOptions { uid: Some("another".into()), ..DeleteOptions::default() };
        let (mut store, pod, now) = world(&[("web", 1)]);
        let budget = ObjectKey::namespaced(Resource::PodDisruptionBudgets, "shop", "web");
        assert_eq!(evict(&mut store, &pod, now, &other, true).unwrap_err().code(), 409);
        assert_eq!(store.get(&budget).unwrap()["status"]["disruptionsAllowed"], 1, "a dry run costs nothing");
        let refused = evict(&mut store, &pod, now, &other, false).unwrap_err();
        assert_eq!((refused.code(), &refused.status()["reason"]), (409, &json!("Conflict")));
        assert!(!metadata::is_terminating(store.get(&pod).unwrap()));
        assert_eq!(store.get(&budget).unwrap()["status"]["disruptionsAllowed"], 0);
        // Now the budget refuses, though the pod that is meant is not there any more.
        assert_eq!(evict(&mut store, &pod, now, &other, false).unwrap_err().code(), 429);
        let (mut store, pod, now) = world(&[]);
        assert_eq!(evict(&mut store, &pod, now, &other, false).unwrap_err().code(), 409);
        let own = DeleteOptions { uid: Some(metadata::uid(store.get(&pod).unwrap()).to_owned()), ..other };
        evict(&mut store, &pod, now, &own, false).unwrap();
        let evicted = store.get(&pod).unwrap();
        assert_eq!(condition::of(evicted, "DisruptionTarget").unwrap()["reason"], "EvictionByEvictionAPI");
        assert!(metadata::is_terminating(evicted));
    }

    #[test]
    fn a_refusal_names_the_budget_and_its_count() {
        let (mut store, pod, now) = world(&[("web", 0)]);
        let refused = evict(&mut store, &pod, now, &DeleteOptions::default(), false).unwrap_err();
        let status = refused.status();
        assert_eq!((refused.code(), &status["reason"]), (429, &json!("TooManyRequests")));
        let cause = json!([{
            "reason": "DisruptionBudget",
            "message": "The disruption budget web needs 2 healthy pods and has 2 currently",
        }]);
        assert_eq!(status["details"], json!({"causes": cause}));
    }

    #[test]
    fn a_budget_that_changed_is_waited_for_and_two_are_an_error() {
        let (mut store, pod, now) = world(&[("web", 5)]);
        let budget = ObjectKey::namespaced(Resource::PodDisruptionBudgets, "shop", "web");
        store.update(&budget, now, |budget| budget["spec"]["minAvailable"] = json!(1)).unwrap();
        let refused = evict(&mut store, &pod, now, &DeleteOptions::default(), false).unwrap_err();
        assert_eq!(refused.status()["details"]["retryAfterSeconds"], 10);
        let (mut store, pod, now) = world(&[("a", 1), ("b", 1)]);
        assert_eq!(evict(&mut store, &pod, now, &DeleteOptions::default(), false).unwrap_err().code(), 500);
    }

    #[test]
    fn a_pod_that_is_not_ready_goes_when_enough_others_are() {
        let (mut store, pod, now) = world(&[("web", 0)]);
        store.update(&pod, now, |pod| pod["status"]["conditions"] = json!([])).unwrap();
        evict(&mut store, &pod, now, &DeleteOptions::default(), false).unwrap();
    }
}
