//! `ModifyDBInstance`.

use winterbaume_rds::model::{
    CloudwatchLogsExportConfiguration, LogTypeList, ModifyDBInstanceMessage, ModifyDBInstanceResult,
};
use winterbaume_rds::wire;

use super::super::instances::on_wire;
use super::super::{Answer, Call, malformed};
use super::members::may_modify;
use super::{apart, combination, invalid, known_class, ready, settings, state, storage, valid_retention};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::estate::Site;
use crate::sandbox::world::instance::{Pending, Window};
use crate::sandbox::world::lifecycle::MODIFYING;
use crate::sandbox::world::moment::MINUTE;
use crate::sandbox::world::{Instance, World, backups, window};

/// Seconds between two measurements of Enhanced Monitoring.
const INTERVALS: [i32; 7] = [0, 1, 5, 10, 15, 30, 60];
/// What PostgreSQL can export to CloudWatch Logs.
const LOGS: [&str; 3] = ["postgresql", "upgrade", "iam-db-auth-error"];

/// `ModifyDBInstance`: some settings count at once; the others wait for the maintenance window, or
/// begin now, with everything else that waits, if `ApplyImmediately` is set. Values that are so
/// already change nothing.
pub(in super::super) fn modify_instance(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_modify_d_b_instance_request(&call.parameters).map_err(malformed)?;
    let key = ready(world, call, &request.d_b_instance_identifier)?;
    let Some(instance) = world.by_key(&key) else { return Err(super::not_ready(&key.id)) };
    may_modify(instance, &request)?;
    if request.new_d_b_instance_identifier.as_ref().is_some_and(|id| !id.eq_ignore_ascii_case(&instance.id)) {
        let message = "The sandbox does not rename instances.".to_owned();
        return Err(Refusal { status: 501, code: "NotImplemented", message });
    }
    let mut next = instance.clone();
    next.pending = pending(world, instance, &request, call)?;
    let site = world.site(&instance.account, &instance.region);
    let working = at_once(&mut next, &request, &site, call)?;
    let waits = next.pending != instance.pending || request.preferred_maintenance_window.is_some();
    if let Some((status, seconds)) = working {
        next.pass_through(status, call.now, seconds);
    }
    if let Some(place) = world.by_key_mut(&key) {
        *place = next;
    }
    if request.apply_immediately == Some(true) {
        world.begin_changes(&key, call.now);
    } else if waits {
        world.defer(&key, call.now);
    }
    // What is told is how it is after the call.
    let told = world.by_key(&key).map(|instance| on_wire(world, instance, call.now));
    Ok(wire::serialize_modify_d_b_instance_response(&ModifyDBInstanceResult { d_b_instance: told }))
}

/// What waits after this request: what waited before, and what the request wants differently.
fn pending(
    world: &World,
    instance: &Instance,
    request: &ModifyDBInstanceMessage,
    call: &Call<'_>,
) -> Result<Pending, Refusal> {
    let mut pending = instance.pending.clone();
    storage::change(instance, request, call.now, &mut pending)?;
    if let Some(class) = &request.d_b_instance_class {
        known_class(class)?;
        pending.class = Some(class.clone()).filter(|class| *class != instance.class);
    }
    if let Some(multi_az) = request.multi_a_z {
        pending.multi_az = Some(multi_az).filter(|multi_az| *multi_az != instance.multi_az);
    }
    if let Some(version) = &request.engine_version {
        pending.engine_version = engine_version(instance, version, request.allow_major_version_upgrade)?;
    }
    if let Some(certificate) = &request.c_a_certificate_identifier {
        if !certificate.starts_with("rds-ca-") {
            let message = format!("Certificate not found: {certificate}");
            return Err(Refusal::not_found("CertificateNotFound", message));
        }
        pending.ca_certificate = Some(certificate.clone()).filter(|name| *name != instance.ca_certificate);
    }
    if let Some(port) = request.d_b_port_number {
        if !(1150..=65_535).contains(&port) {
            return Err(invalid(format!("Invalid port: {port}. The port must be between 1150 and 65535.")));
        }
        pending.port = Some(port).filter(|port| *port != instance.port);
    }
    if let Some(enabled) = request.enable_i_a_m_database_authentication {
        pending.iam_authentication = Some(enabled).filter(|enabled| *enabled != instance.settings.iam_authentication);
    }
    if let Some(dedicated) = request.dedicated_log_volume {
        let is_new = dedicated != instance.settings.dedicated_log_volume;
        pending.dedicated_log_volume = Some(dedicated).filter(|_| is_new);
    }
    if let Some(days) = request.backup_retention_period {
        let days = valid_retention(days)?;
        if days > 0 && instance.is_replica() {
            return Err(combination("DB Backups not supported on a read replica for engine postgres"));
        }
        if days == 0 && world.replicas_of(instance, call.now).next().is_some() {
            return Err(state(format!(
                "Automated backups cannot be disabled for {}: it is the source of read replicas.",
                instance.id
            )));
        }
        let switches = (days == 0) != (instance.retention_days == 0);
        pending.retention_days = Some(days).filter(|_| switches);
    }
    Ok(pending)
}

/// The version to come, if it is another one.
fn engine_version(instance: &Instance, version: &str, major_allowed: Option<bool>) -> Result<Option<String>, Refusal> {
    if version == instance.engine_version {
        return Ok(None);
    }
    let parts = |text: &str| -> Option<(u32, u32)> {
        let (major, minor) = text.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let (Some(wanted), Some(current)) = (parts(version), parts(&instance.engine_version)) else {
        return Err(combination(format!("Cannot find version {version} for postgres")));
    };
    if wanted < current {
        let message = format!("Cannot upgrade postgres from {} to {version}", instance.engine_version);
        return Err(combination(message));
    }
    if wanted.0 != current.0 && major_allowed != Some(true) {
        let message = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.";
        return Err(combination(message));
    }
    Ok(Some(version.to_owned()))
}

/// Puts what counts at once into `next`; gives the status that it passes through, if there is one,
/// and its seconds.
fn at_once(
    next: &mut Instance,
    request: &ModifyDBInstanceMessage,
    site: &Site,
    call: &Call<'_>,
) -> Result<Option<(&'static str, i64)>, Refusal> {
    let mut working = None;
    if let Some(limit) = request.max_allocated_storage {
        next.max_allocated_gib = storage::limit(next, limit)?;
    }
    if let Some(days) = request.backup_retention_period.filter(|days| *days > 0 && next.retention_days > 0) {
        backups::keep_for(next, days, call.now);
    }
    if let Some(text) = &request.preferred_backup_window {
        next.backup_window = Window::try_from(text.clone()).map_err(invalid)?;
    }
    if let Some(text) = &request.preferred_maintenance_window {
        if window::read(text).is_none() {
            return Err(invalid(format!("The parameter PreferredMaintenanceWindow is not valid: {text}")));
        }
        next.maintenance_window.clone_from(text);
    }
    if request.preferred_backup_window.is_some() || request.preferred_maintenance_window.is_some() {
        apart(next.backup_window, &next.maintenance_window)?;
    }
    next.deletion_protection = request.deletion_protection.unwrap_or(next.deletion_protection);
    next.copy_tags_to_snapshot = request.copy_tags_to_snapshot.unwrap_or(next.copy_tags_to_snapshot);
    next.auto_minor_version_upgrade = request.auto_minor_version_upgrade.unwrap_or(next.auto_minor_version_upgrade);
    if let Some(public) = request.publicly_accessible.filter(|public| *public != next.publicly_accessible) {
        next.publicly_accessible = public;
        working = Some((MODIFYING, MINUTE));
    }
    if let Some(groups) = request.vpc_security_group_ids.as_ref().filter(|groups| !groups.items.is_empty()) {
        if let Some(wrong) = groups.items.iter().find(|id| !id.starts_with("sg-")) {
            return Err(invalid(format!("Invalid security group , groupId= {wrong}, groupName=.")));
        }
        if next.network.security_groups != groups.items {
            next.network.security_groups.clone_from(&groups.items);
            working = Some((MODIFYING, 30));
        }
    }
    if let Some(group) = request.d_b_parameter_group_name.as_ref().filter(|name| **name != next.parameter_group) {
        next.parameter_group.clone_from(group);
        next.record.awaits_reboot = Some(call.now);
        working = Some((MODIFYING, 30));
    }
    insights(next, request, site)?;
    let settings = &mut next.settings;
    // The codec's model is older than this member.
    if let Some(support) = call.parameters.get("EngineLifecycleSupport") {
        settings.extended_support = settings::extended_support(Some(support.as_str()))?;
    }
    if request.network_type.as_ref().is_some_and(|kind| *kind != settings.network_type) {
        settings.network_type = settings::network_type(request.network_type.clone())?;
        working = Some((MODIFYING, MINUTE));
    }
    if let Some(group) = &request.option_group_name {
        settings.option_group = Some(group.clone()).filter(|name| !name.starts_with("default:"));
    }
    monitoring(next, request, &mut working)?;
    if let Some(exports) = &request.cloudwatch_logs_export_configuration
        && export(next, exports)?
    {
        working = Some(("configuring-log-exports", MINUTE));
    }
    if password(next, request, site)? {
        working = Some(("resetting-master-credentials", 40));
    }
    Ok(working)
}

/// The master password, and whether RDS keeps it in Secrets Manager; gives whether it is another one
/// now.
fn password(next: &mut Instance, request: &ModifyDBInstanceMessage, site: &Site) -> Result<bool, Refusal> {
    let (asked, is_given) = (request.manage_master_user_password, request.master_user_password.is_some());
    if asked.is_none() && !is_given {
        return Ok(false);
    }
    if next.is_replica() {
        return Err(state("The master user password of a read replica cannot be changed."));
    }
    let is_managed = next.settings.managed_password;
    if is_given && asked.unwrap_or(is_managed) {
        return Err(combination(
            "You can't specify MasterUserPassword for an instance whose master user password is managed with AWS \
             Secrets Manager.",
        ));
    }
    if asked == Some(false) && is_managed && !is_given {
        return Err(combination(
            "You must specify MasterUserPassword when you turn off the management of the master user password with AWS \
             Secrets Manager.",
        ));
    }
    let settings = &mut next.settings;
    match asked {
        Some(true) if !is_managed => {
            let key = request.master_user_secret_kms_key_id.clone();
            settings.secret_key = Some(key.unwrap_or_else(|| site.default_key_arn("secretsmanager")));
            settings.managed_password = true;
        }
        // The secret is deleted.
        Some(false) => (settings.managed_password, settings.secret_key) = (false, None),
        _ => {}
    }
    Ok(is_given || settings.managed_password != is_managed)
}

/// Performance Insights and the mode of Database Insights.
fn insights(next: &mut Instance, request: &ModifyDBInstanceMessage, site: &Site) -> Result<(), Refusal> {
    let days = request.performance_insights_retention_period.map(settings::insights_days).transpose()?;
    match (request.enable_performance_insights, next.performance_insights_days) {
        (Some(false), _) => {
            next.performance_insights_days = None;
            next.settings.insights_key = None;
        }
        (Some(true), None) => {
            next.performance_insights_days = Some(days.unwrap_or(7));
            let key = request.performance_insights_k_m_s_key_id.clone();
            next.settings.insights_key = Some(key.unwrap_or_else(|| site.default_key_arn("rds")));
        }
        (_, Some(before)) => next.performance_insights_days = Some(days.unwrap_or(before)),
        (None, None) => {}
    }
    if let Some(name) = &request.database_insights_mode {
        next.settings.insights_mode = settings::insights_mode(name, next.performance_insights_days)?;
    }
    Ok(())
}

/// Enhanced Monitoring.
fn monitoring(
    next: &mut Instance,
    request: &ModifyDBInstanceMessage,
    working: &mut Option<(&'static str, i64)>,
) -> Result<(), Refusal> {
    let interval = request.monitoring_interval.unwrap_or(next.monitoring_interval);
    let role = request.monitoring_role_arn.clone().or_else(|| next.monitoring_role.clone());
    if !INTERVALS.contains(&interval) {
        return Err(invalid(format!(
            "Invalid monitoring interval: {interval}. Valid values are 0, 1, 5, 10, 15, 30, 60."
        )));
    }
    settings::monitoring(interval, request.monitoring_role_arn.as_deref(), next.monitoring_role.as_deref())?;
    if interval != next.monitoring_interval {
        next.monitoring_interval = interval;
        *working = Some(("configuring-enhanced-monitoring", MINUTE));
    }
    next.monitoring_role = role.filter(|_| interval > 0);
    Ok(())
}

/// Log exports; gives whether anything is different now.
fn export(next: &mut Instance, exports: &CloudwatchLogsExportConfiguration) -> Result<bool, Refusal> {
    let named = |list: Option<&LogTypeList>| list.map(|list| list.items.clone()).unwrap_or_default();
    let (enable, disable) = (named(exports.enable_log_types.as_ref()), named(exports.disable_log_types.as_ref()));
    if let Some(wrong) = enable.iter().chain(&disable).find(|log| !LOGS.contains(&log.as_str())) {
        return Err(combination(format!("You cannot use the log types '{wrong}' with engine version postgres.")));
    }
    let before = next.log_exports.clone();
    next.log_exports.retain(|log| !disable.contains(log));
    for log in enable {
        if !next.log_exports.contains(&log) {
            next.log_exports.push(log);
        }
    }
    Ok(next.log_exports != before)
}
