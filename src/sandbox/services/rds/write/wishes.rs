//! What restores may say of the new instance.

use winterbaume_rds::model::{
    LogTypeList, RestoreDBInstanceFromDBSnapshotMessage, RestoreDBInstanceToPointInTimeMessage, TagList,
    VpcSecurityGroupIdList,
};

/// What both kinds of request may say of the new instance.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    pub(super) class: Option<String>,
    pub(super) allocated: Option<i32>,
    pub(super) max_allocated: Option<i32>,
    pub(super) storage_type: Option<String>,
    pub(super) iops: Option<i32>,
    pub(super) throughput: Option<i32>,
    pub(super) multi_az: Option<bool>,
    pub(super) zone: Option<String>,
    pub(super) retention: Option<i32>,
    pub(super) backup_window: Option<String>,
    pub(super) subnet_group: Option<String>,
    pub(super) security_groups: Option<VpcSecurityGroupIdList>,
    pub(super) parameter_group: Option<String>,
    pub(super) port: Option<i32>,
    pub(super) protected: Option<bool>,
    pub(super) public: Option<bool>,
    pub(super) copy_tags: Option<bool>,
    pub(super) minor_upgrades: Option<bool>,
    pub(super) certificate: Option<String>,
    pub(super) logs: Option<LogTypeList>,
    pub(super) tags: Option<TagList>,
    pub(super) iam_authentication: Option<bool>,
    pub(super) network_type: Option<String>,
    pub(super) dedicated_log_volume: Option<bool>,
    pub(super) lifecycle_support: Option<String>,
    pub(super) option_group: Option<String>,
}

impl From<RestoreDBInstanceToPointInTimeMessage> for Wishes {
    fn from(request: RestoreDBInstanceToPointInTimeMessage) -> Self {
        Self {
            class: request.d_b_instance_class,
            allocated: request.allocated_storage,
            max_allocated: request.max_allocated_storage,
            storage_type: request.storage_type,
            iops: request.iops,
            throughput: request.storage_throughput,
            multi_az: request.multi_a_z,
            zone: request.availability_zone,
            retention: request.backup_retention_period,
            backup_window: request.preferred_backup_window,
            subnet_group: request.d_b_subnet_group_name,
            security_groups: request.vpc_security_group_ids,
            parameter_group: request.d_b_parameter_group_name,
            port: request.port,
            protected: request.deletion_protection,
            public: request.publicly_accessible,
            copy_tags: request.copy_tags_to_snapshot,
            minor_upgrades: request.auto_minor_version_upgrade,
            certificate: request.c_a_certificate_identifier,
            logs: request.enable_cloudwatch_logs_exports,
            tags: request.tags,
            iam_authentication: request.enable_i_a_m_database_authentication,
            network_type: request.network_type,
            dedicated_log_volume: request.dedicated_log_volume,
            lifecycle_support: request.engine_lifecycle_support,
            option_group: request.option_group_name,
        }
    }
}

impl From<RestoreDBInstanceFromDBSnapshotMessage> for Wishes {
    fn from(request: RestoreDBInstanceFromDBSnapshotMessage) -> Self {
        Self {
            class: request.d_b_instance_class,
            allocated: request.allocated_storage,
            max_allocated: None,
            storage_type: request.storage_type,
            iops: request.iops,
            throughput: request.storage_throughput,
            multi_az: request.multi_a_z,
            zone: request.availability_zone,
            retention: request.backup_retention_period,
            backup_window: request.preferred_backup_window,
            subnet_group: request.d_b_subnet_group_name,
            security_groups: request.vpc_security_group_ids,
            parameter_group: request.d_b_parameter_group_name,
            port: request.port,
            protected: request.deletion_protection,
            public: request.publicly_accessible,
            copy_tags: request.copy_tags_to_snapshot,
            minor_upgrades: request.auto_minor_version_upgrade,
            certificate: request.c_a_certificate_identifier,
            logs: request.enable_cloudwatch_logs_exports,
            tags: request.tags,
            iam_authentication: request.enable_i_a_m_database_authentication,
            network_type: request.network_type,
            dedicated_log_volume: request.dedicated_log_volume,
            lifecycle_support: request.engine_lifecycle_support,
            option_group: request.option_group_name,
        }
    }
}
