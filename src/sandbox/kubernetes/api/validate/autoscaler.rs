//! The bounds of an autoscaler (kubernetes, `pkg/apis/autoscaling/validation`).

use serde_json::Value;

use super::super::super::resources::Resource;
use super::ApiRefusal;

/// # Errors
/// 422
pub(super) fn check(name: &str, spec: &Value) -> Result<(), ApiRefusal> {
    let invalid = |field: &str, value: i64, words: &str| {
        let served = Resource::HorizontalPodAutoscalers.served();
        let what = format!("Invalid value: {value}: {words}");
        Err(ApiRefusal::invalid(served, name, &format!("spec.{field}"), "FieldValueInvalid", &what))
    };
    let least = spec["minReplicas"].as_i64().unwrap_or(1);
    let most = spec["maxReplicas"].as_i64().unwrap_or(0);
    // 0 is for the feature gate HPAScaleToZero, which is off.
    if least < 1 {
        return invalid("minReplicas", least, "must be greater than or equal to 1");
    }
    if most < 1 {
        return invalid("maxReplicas", most, "must be greater than 0");
    }
    if most < least {
        return invalid("maxReplicas", most, "must be greater than or equal to `minReplicas`");
    }
    Ok(())
}
