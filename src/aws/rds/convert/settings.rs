//! The settings that only matter when an instance is made anew.

use aws_sdk_rds::types::DbInstance;

use crate::aws::{named, words};
use crate::domain::settings::PENDING_REBOOT;
use crate::domain::{Settings, text};

/// Reads them beside what [`super::database`] takes.
pub(super) fn of(raw: &DbInstance) -> Settings {
    let each = |names: Vec<Option<String>>| names.into_iter().filter_map(named).collect();
    Settings {
        iam_authentication: raw.iam_database_authentication_enabled.unwrap_or_default(),
        copy_tags_to_snapshot: raw.copy_tags_to_snapshot.unwrap_or_default(),
        network_type: named(raw.network_type.clone()),
        dedicated_log_volume: raw.dedicated_log_volume.unwrap_or_default(),
        lifecycle_support: named(raw.engine_lifecycle_support.clone()),
        option_groups: each(raw.option_group_memberships().iter().map(|g| g.option_group_name.clone()).collect()),
        parameter_status: parameter_status(raw),
        insights_mode: raw.database_insights_mode.as_ref().map(|mode| text::clean(mode.as_str())),
        insights_retention: raw.performance_insights_retention_period.filter(|days| *days > 0),
        insights_key: named(raw.performance_insights_kms_key_id.clone()),
        monitoring_role: named(raw.monitoring_role_arn.clone()),
        master_secret: raw.master_user_secret.as_ref().and_then(|secret| named(secret.secret_arn.clone())),
        domains: each(raw.domain_memberships().iter().map(|d| d.domain.clone().or(d.fqdn.clone())).collect()),
        roles: raw
            .associated_roles()
            .iter()
            .map(|role| format!("{} {}", words(role.feature_name.clone()), words(role.role_arn.clone())))
            .map(|role| role.trim().to_owned())
            .collect(),
        customer_owned_ip: raw.customer_owned_ip_enabled.unwrap_or_default(),
        backup_target: named(raw.backup_target.clone()),
        capacity_reservation: named(raw.db_capacity_reservation_identifier.clone()),
        replicated_backups: each(
            raw.db_instance_automated_backups_replications()
                .iter()
                .map(|r| r.db_instance_automated_backups_arn.clone())
                .collect(),
        ),
        aws_backup: named(raw.aws_backup_recovery_point_arn.clone()),
    }
}

/// `ParameterApplyStatus`: that a restart is waited for counts, whichever group it is of; else the first's.
fn parameter_status(raw: &DbInstance) -> Option<String> {
    let each = || raw.db_parameter_groups().iter().filter_map(|group| group.parameter_apply_status.clone());
    named(each().find(|status| status == PENDING_REBOOT).or_else(|| each().next()))
}
