//! What requests may say of an instance's settings.

use super::{combination, invalid};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::settings::{InsightsMode, lifecycle_support};

/// Days that Performance Insights must keep for the advanced mode of Database Insights (RDS user
/// guide, "Turning on the Advanced mode of Database Insights").
const ADVANCED: i32 = 465;

/// Whether `EngineLifecycleSupport` enrols in Extended Support; it does when it is not named.
pub(super) fn extended_support(named: Option<&str>) -> Result<bool, Refusal> {
    let Some(name) = named else { return Ok(true) };
    [true, false]
        .into_iter()
        .find(|extended| lifecycle_support(*extended) == name)
        .ok_or_else(|| invalid(format!("Invalid engine lifecycle support: {name}")))
}

/// A `NetworkType`; IPv4 when it is not named.
pub(super) fn network_type(named: Option<String>) -> Result<String, Refusal> {
    match named {
        None => Ok("IPV4".to_owned()),
        Some(name) if matches!(name.as_str(), "IPV4" | "DUAL") => Ok(name),
        Some(name) => Err(invalid(format!("Invalid network type: {name}. Valid values are IPV4, DUAL."))),
    }
}

/// Days that Performance Insights may keep: 7, whole months of 31 days, or two years (service model,
/// `PerformanceInsightsRetentionPeriod`).
pub(super) fn insights_days(days: i32) -> Result<i32, Refusal> {
    let months = days % 31 == 0 && (1..=23).contains(&(days / 31));
    if days == 7 || days == 731 || months {
        return Ok(days);
    }
    Err(invalid(format!("Invalid Performance Insights retention period: {days}.")))
}

/// A `DatabaseInsightsMode`, where Performance Insights keeps long enough for it.
pub(super) fn insights_mode(name: &str, days: Option<i32>) -> Result<InsightsMode, Refusal> {
    let mode =
        InsightsMode::from_name(name).ok_or_else(|| invalid(format!("Invalid Database Insights mode: {name}")))?;
    if mode == InsightsMode::Advanced && days.is_none_or(|days| days < ADVANCED) {
        return Err(combination(format!(
            "To enable the Advanced mode of Database Insights, enable Performance Insights and set its retention period \
             to at least {ADVANCED} days."
        )));
    }
    Ok(mode)
}

/// Enhanced Monitoring needs a role, and a role an interval; `known` is the role that there is.
pub(super) fn monitoring(interval: i32, asked: Option<&str>, known: Option<&str>) -> Result<(), Refusal> {
    if interval > 0 && asked.or(known).is_none() {
        return Err(combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.",
        ));
    }
    if interval == 0 && asked.is_some() {
        return Err(combination(
            "A MonitoringInterval value other than 0 is required if you specify a MonitoringRoleARN value.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_aws_refuses_are_refused() {
        assert_eq!(extended_support(None), Ok(true));
        assert_eq!(extended_support(Some("open-source-rds-extended-support-disabled")), Ok(false));
        assert!(extended_support(Some("yes")).is_err());
        assert_eq!(network_type(Some("DUAL".into())), Ok("DUAL".into()));
        assert!(network_type(Some("IPV6".into())).is_err());
        for (days, fine) in
            [(7, true), (31, true), (465, true), (713, true), (731, true), (0, false), (94, false), (744, false)]
        {
            assert_eq!(insights_days(days).is_ok(), fine, "{days}");
        }
        assert_eq!(insights_mode("advanced", Some(465)), Ok(InsightsMode::Advanced));
        assert!(insights_mode("advanced", Some(7)).is_err() && insights_mode("advanced", None).is_err());
        assert!(insights_mode("loud", Some(465)).is_err());
        assert!(monitoring(60, None, None).is_err() && monitoring(0, Some("role"), None).is_err());
        assert!(monitoring(60, None, Some("role")).is_ok() && monitoring(0, None, Some("role")).is_ok());
    }
}
