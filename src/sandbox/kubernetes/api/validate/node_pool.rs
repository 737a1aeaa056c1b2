//! What the CRD of NodePools refuses of budgets, limits, weight and replicas (karpenter, `pkg/apis/v1/nodepool.go`).

use serde_json::Value;

use super::super::super::resources::Resource;
use super::ApiRefusal;
use crate::domain::quantity::Amount;

const REASONS: [&str; 3] = ["Underutilized", "Empty", "Drifted"];
const MACROS: [&str; 7] = ["@annually", "@yearly", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const MOST_BUDGETS: usize = 50;

fn invalid(name: &str, field: &str, what: &str) -> ApiRefusal {
    ApiRefusal::invalid(Resource::NodePools.served(), name, field, "FieldValueInvalid", what)
}

/// # Errors
/// 422
pub(super) fn check(name: &str, spec: &Value) -> Result<(), ApiRefusal> {
    let budgets = spec["disruption"]["budgets"].as_array().map_or(&[][..], Vec::as_slice);
    if budgets.len() > MOST_BUDGETS {
        let what = format!("Too many: {}: must have at most {MOST_BUDGETS} items", budgets.len());
        return Err(invalid(name, "spec.disruption.budgets", &what));
    }
    for (at, budget) in budgets.iter().enumerate() {
        check_budget(name, &format!("spec.disruption.budgets[{at}]"), budget)?;
    }
    if budgets.iter().any(|budget| budget["schedule"].is_null() != budget["duration"].is_null()) {
        let what = "Invalid value: \"array\": 'schedule' must be set with 'duration'";
        return Err(invalid(name, "spec.disruption.budgets", what));
    }
    if let Some(weight) = spec["weight"].as_i64().filter(|weight| !(1..=100).contains(weight)) {
        let bound = if weight < 1 { "greater than or equal to 1" } else { "less than or equal to 100" };
        let what = format!("Invalid value: {weight}: spec.weight in body should be {bound}");
        return Err(invalid(name, "spec.weight", &what));
    }
    let limits = spec["limits"].as_object();
    for (resource, amount) in limits.into_iter().flatten() {
        if !is_quantity(amount) {
            let what = format!("Invalid value: {amount}: spec.limits.{resource} in body should be a quantity");
            return Err(invalid(name, &format!("spec.limits.{resource}"), &what));
        }
    }
    if spec["replicas"].is_null() {
        return Ok(());
    }
    if limits.is_some_and(|limits| limits.keys().any(|resource| resource != "nodes")) {
        return Err(invalid(
            name,
            "spec",
            "Invalid value: \"object\": only 'limits.nodes' is supported on static NodePools",
        ));
    }
    if !spec["weight"].is_null() {
        return Err(invalid(name, "spec", "Invalid value: \"object\": 'weight' is not supported on static NodePools"));
    }
    Ok(())
}

/// # Errors
/// 422 when a pool of a fixed size is to become one that follows demand, or the other way.
pub(super) fn keeps_its_mode(name: &str, old: &Value, new: &Value) -> Result<(), ApiRefusal> {
    if old["replicas"].is_null() == new["replicas"].is_null() {
        return Ok(());
    }
    let what = "Invalid value: \"object\": Cannot transition NodePool between static (replicas set) and dynamic \
                (replicas unset) provisioning modes";
    Err(invalid(name, "spec", what))
}

fn check_budget(name: &str, path: &str, budget: &Value) -> Result<(), ApiRefusal> {
    let matched = |field: &str, is_good: fn(&str) -> bool, pattern: &str| {
        let value = &budget[field];
        if value.is_null() || value.as_str().is_some_and(is_good) {
            return Ok(());
        }
        let at = format!("{path}.{field}");
        Err(invalid(name, &at, &format!("Invalid value: {value}: {at} in body should match '{pattern}'")))
    };
    if budget["nodes"].is_null() {
        return Err(invalid(name, &format!("{path}.nodes"), "Required value"));
    }
    matched("nodes", is_nodes, "^((100|[0-9]{1,2})%|[0-9]+)$")?;
    matched(
        "schedule",
        is_schedule,
        "^(@(annually|yearly|monthly|weekly|daily|midnight|hourly))|((.+)\\s(.+)\\s(.+)\\s(.+)\\s(.+))$",
    )?;
    matched("duration", is_duration, "^((([0-9]+(h|m))|([0-9]+h[0-9]+m))(0s)?)$")?;
    for reason in budget["reasons"].as_array().into_iter().flatten() {
        if !reason.as_str().is_some_and(|reason| REASONS.contains(&reason)) {
            let what =
                format!("Unsupported value: {reason}: supported values: \"Underutilized\", \"Empty\", \"Drifted\"");
            let field = format!("{path}.reasons");
            return Err(ApiRefusal::invalid(
                Resource::NodePools.served(),
                name,
                &field,
                "FieldValueNotSupported",
                &what,
            ));
        }
    }
    Ok(())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_nodes(text: &str) -> bool {
    match text.strip_suffix('%') {
        Some(share) => is_number(share) && (share.len() <= 2 || share == "100"),
        None => is_number(text),
    }
}

fn is_schedule(text: &str) -> bool {
    MACROS.iter().any(|one| text.starts_with(one)) || text.split_whitespace().count() >= 5
}

fn is_duration(text: &str) -> bool {
    let text = text.strip_suffix("0s").unwrap_or(text);
    let minutes = |text: &str| text.strip_suffix('m').is_some_and(is_number);
    match text.split_once('h') {
        Some((hours, rest)) => is_number(hours) && (rest.is_empty() || minutes(rest)),
        None => minutes(text),
    }
}

fn is_quantity(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_str().is_some_and(|text| Amount::parse(text).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pool_that_the_crd_does_not_let_pass_is_refused_with_its_field() {
        let pausing = json!({"nodes": "0", "schedule": "0 3 22 11 *", "duration": "2h"});
        for (spec, field) in [
            (json!({"disruption": {"budgets": [{"nodes": "10%"}, pausing]}, "weight": 100}), None),
            (json!({"disruption": {"budgets": []}, "limits": {"cpu": "64", "memory": "256Gi"}}), None),
            (json!({"disruption": {"budgets": [{"nodes": "0", "schedule": "@daily", "duration": "1h30m"}]}}), None),
            (json!({"replicas": 3, "limits": {"nodes": 5}}), None),
            (json!({"disruption": {"budgets": [{"nodes": "101%"}]}}), Some("spec.disruption.budgets[0].nodes")),
            (json!({"disruption": {"budgets": [{}]}}), Some("spec.disruption.budgets[0].nodes")),
            (json!({"disruption": {"budgets": [{"nodes": "0", "duration": "2h"}]}}), Some("spec.disruption.budgets")),
            (
                json!({"disruption": {"budgets": [{"nodes": "0", "schedule": "0 3 * * *", "duration": "90s"}]}}),
                Some("spec.disruption.budgets[0].duration"),
            ),
            (
                json!({"disruption": {"budgets": [{"nodes": "0", "schedule": "0 3 * *", "duration": "2h"}]}}),
                Some("spec.disruption.budgets[0].schedule"),
            ),
            (
                json!({"disruption": {"budgets": [{"nodes": "0", "reasons": ["Expired"]}]}}),
                Some("spec.disruption.budgets[0].reasons"),
            ),
            (json!({"disruption": {"budgets": vec![json!({"nodes": "1"}); 51]}}), Some("spec.disruption.budgets")),
            (json!({"weight": 0}), Some("spec.weight")),
            (json!({"weight": 101}), Some("spec.weight")),
            (json!({"limits": {"cpu": "many"}}), Some("spec.limits.cpu")),
            (json!({"replicas": 3, "limits": {"cpu": "5"}}), Some("spec")),
            (json!({"replicas": 3, "weight": 5}), Some("spec")),
        ] {
            let refused = check("general", &spec).err().map(|refusal| refusal.status());
            let at = refused.as_ref().and_then(|status| status["details"]["causes"][0]["field"].as_str());
            assert_eq!(at, field, "{spec}");
        }
        assert!(keeps_its_mode("general", &json!({"replicas": 3}), &json!({})).is_err());
        assert!(keeps_its_mode("general", &json!({"replicas": 3}), &json!({"replicas": 4})).is_ok());
    }
}
