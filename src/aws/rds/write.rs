//! The only code that changes anything at AWS: one step of an approved plan, sent once.
//!
//! A call's parameters go to the SDK by AWS's names, each through the one setter that the table
//! below gives it. A name that is not in the table, a value of another type or a name that comes
//! twice is refused before anything is sent: nothing that the plan showed may be lost on the way.
//! The SDK does not retry here. A second attempt after an answer that was lost could make the change
//! twice; whether the first arrived is found out by looking ([`crate::services::rds::follow`]).

mod value;

use aws_sdk_rds::config::Builder;
use aws_sdk_rds::config::retry::RetryConfig;
use aws_sdk_rds::operation::RequestId;

use self::value::{flag, insights, list, moment, number, tags};
use crate::aws::Session;
use crate::aws::once::{once_each, text, timeouts, unknown};
use crate::aws::verdict::sent;
use crate::domain;
use crate::ops::guard::ApprovedCall;
use crate::ops::sent::{Receipt, SendFault};
use crate::services::rds::{Api, Call};

/// Sends a call of an approved plan, once.
///
/// # Errors
/// Whether the call did certainly not change anything, or may have.
pub async fn send(session: &Session, approved: &ApprovedCall<Api>) -> Result<Receipt, SendFault> {
    post(session, approved.call()).await
}

/// The table and the code that sends, made from the same lines: AWS's name, the type of its value,
/// the SDK's setter.
macro_rules! requests {
    ($($api:ident $method:ident { $($name:literal $sort:ident $setter:ident,)+ })+) => {
        /// What can be sent, for the tests: each call's parameters and their types.
        #[cfg(test)]
        const KNOWN: &[(Api, &[(&str, &str)])] =
            &[$((Api::$api, &[$(($name, stringify!($sort)),)+]),)+];

        async fn post(session: &Session, call: &Call) -> Result<Receipt, SendFault> {
            let api = call.api.id();
            once_each(call)?;
            let client = session.rds(&call.region);
            match call.api {
                $(Api::$api => {
                    let mut request = client.$method();
                    for (name, value) in &call.parameters {
                        request = match &**name {
                            $($name => request.$setter(Some($sort(api, name, value)?)),)+
                            _ => return Err(unknown(api, name)),
                        };
                    }
                    let answer = request.customize().config_override(one_attempt()).send().await;
                    let answer = answer.map_err(|error| sent(session.sign_in(), api, &error))?;
                    Ok(Receipt { request_id: answer.request_id().map(domain::text::clean) })
                })+
            }
        }
    };
}

requests! {
    CreateDbSnapshot create_db_snapshot {
        "DBInstanceIdentifier" text set_db_instance_identifier,
        "DBSnapshotIdentifier" text set_db_snapshot_identifier,
        "Tags" tags set_tags,
    }
    CopyDbSnapshot copy_db_snapshot {
        "SourceDBSnapshotIdentifier" text set_source_db_snapshot_identifier,
        "TargetDBSnapshotIdentifier" text set_target_db_snapshot_identifier,
        "KmsKeyId" text set_kms_key_id,
        "CopyTags" flag set_copy_tags,
        "CopyOptionGroup" flag set_copy_option_group,
        "OptionGroupName" text set_option_group_name,
        "Tags" tags set_tags,
    }
    DeleteDbSnapshot delete_db_snapshot {
        "DBSnapshotIdentifier" text set_db_snapshot_identifier,
    }
    RestoreToPointInTime restore_db_instance_to_point_in_time {
        "SourceDBInstanceIdentifier" text set_source_db_instance_identifier,
        "SourceDbiResourceId" text set_source_dbi_resource_id,
        "SourceDBInstanceAutomatedBackupsArn" text set_source_db_instance_automated_backups_arn,
        "TargetDBInstanceIdentifier" text set_target_db_instance_identifier,
        "RestoreTime" moment set_restore_time,
        "UseLatestRestorableTime" flag set_use_latest_restorable_time,
        "DBInstanceClass" text set_db_instance_class,
        "Port" number set_port,
        "AvailabilityZone" text set_availability_zone,
        "DBSubnetGroupName" text set_db_subnet_group_name,
        "MultiAZ" flag set_multi_az,
        "PubliclyAccessible" flag set_publicly_accessible,
        "AutoMinorVersionUpgrade" flag set_auto_minor_version_upgrade,
        "AllocatedStorage" number set_allocated_storage,
        "MaxAllocatedStorage" number set_max_allocated_storage,
        "StorageType" text set_storage_type,
        "Iops" number set_iops,
        "StorageThroughput" number set_storage_throughput,
        "DedicatedLogVolume" flag set_dedicated_log_volume,
        "OptionGroupName" text set_option_group_name,
        "DBParameterGroupName" text set_db_parameter_group_name,
        "VpcSecurityGroupIds" list set_vpc_security_group_ids,
        "CopyTagsToSnapshot" flag set_copy_tags_to_snapshot,
        "EnableIAMDatabaseAuthentication" flag set_enable_iam_database_authentication,
        "EnableCloudwatchLogsExports" list set_enable_cloudwatch_logs_exports,
        "DeletionProtection" flag set_deletion_protection,
        "BackupRetentionPeriod" number set_backup_retention_period,
        "PreferredBackupWindow" text set_preferred_backup_window,
        "NetworkType" text set_network_type,
        "BackupTarget" text set_backup_target,
        "CACertificateIdentifier" text set_ca_certificate_identifier,
        "EngineLifecycleSupport" text set_engine_lifecycle_support,
        "Tags" tags set_tags,
    }
    RestoreFromSnapshot restore_db_instance_from_db_snapshot {
        "DBInstanceIdentifier" text set_db_instance_identifier,
        "DBSnapshotIdentifier" text set_db_snapshot_identifier,
        "DBInstanceClass" text set_db_instance_class,
        "Port" number set_port,
        "AvailabilityZone" text set_availability_zone,
        "DBSubnetGroupName" text set_db_subnet_group_name,
        "MultiAZ" flag set_multi_az,
        "PubliclyAccessible" flag set_publicly_accessible,
        "AutoMinorVersionUpgrade" flag set_auto_minor_version_upgrade,
        "AllocatedStorage" number set_allocated_storage,
        "StorageType" text set_storage_type,
        "Iops" number set_iops,
        "StorageThroughput" number set_storage_throughput,
        "DedicatedLogVolume" flag set_dedicated_log_volume,
        "OptionGroupName" text set_option_group_name,
        "DBParameterGroupName" text set_db_parameter_group_name,
        "VpcSecurityGroupIds" list set_vpc_security_group_ids,
        "CopyTagsToSnapshot" flag set_copy_tags_to_snapshot,
        "EnableIAMDatabaseAuthentication" flag set_enable_iam_database_authentication,
        "EnableCloudwatchLogsExports" list set_enable_cloudwatch_logs_exports,
        "DeletionProtection" flag set_deletion_protection,
        "BackupRetentionPeriod" number set_backup_retention_period,
        "PreferredBackupWindow" text set_preferred_backup_window,
        "NetworkType" text set_network_type,
        "BackupTarget" text set_backup_target,
        "CACertificateIdentifier" text set_ca_certificate_identifier,
        "EngineLifecycleSupport" text set_engine_lifecycle_support,
        "Tags" tags set_tags,
    }
    ModifyDbInstance modify_db_instance {
        "DBInstanceIdentifier" text set_db_instance_identifier,
        "ApplyImmediately" flag set_apply_immediately,
        "DBInstanceClass" text set_db_instance_class,
        "AllocatedStorage" number set_allocated_storage,
        "MaxAllocatedStorage" number set_max_allocated_storage,
        "StorageType" text set_storage_type,
        "Iops" number set_iops,
        "StorageThroughput" number set_storage_throughput,
        "DedicatedLogVolume" flag set_dedicated_log_volume,
        "MultiAZ" flag set_multi_az,
        "BackupRetentionPeriod" number set_backup_retention_period,
        "PreferredBackupWindow" text set_preferred_backup_window,
        "PreferredMaintenanceWindow" text set_preferred_maintenance_window,
        "DeletionProtection" flag set_deletion_protection,
        "PubliclyAccessible" flag set_publicly_accessible,
        "AutoMinorVersionUpgrade" flag set_auto_minor_version_upgrade,
        "CopyTagsToSnapshot" flag set_copy_tags_to_snapshot,
        "VpcSecurityGroupIds" list set_vpc_security_group_ids,
        "DBParameterGroupName" text set_db_parameter_group_name,
        "OptionGroupName" text set_option_group_name,
        "CACertificateIdentifier" text set_ca_certificate_identifier,
        "EnableIAMDatabaseAuthentication" flag set_enable_iam_database_authentication,
        "MonitoringInterval" number set_monitoring_interval,
        "MonitoringRoleArn" text set_monitoring_role_arn,
        "EnablePerformanceInsights" flag set_enable_performance_insights,
        "PerformanceInsightsKMSKeyId" text set_performance_insights_kms_key_id,
        "PerformanceInsightsRetentionPeriod" number set_performance_insights_retention_period,
        "DatabaseInsightsMode" insights set_database_insights_mode,
    }
    CreateReadReplica create_db_instance_read_replica {
        "DBInstanceIdentifier" text set_db_instance_identifier,
        "SourceDBInstanceIdentifier" text set_source_db_instance_identifier,
        "DBInstanceClass" text set_db_instance_class,
        "AvailabilityZone" text set_availability_zone,
        "Port" number set_port,
        "MultiAZ" flag set_multi_az,
        "AutoMinorVersionUpgrade" flag set_auto_minor_version_upgrade,
        "AllocatedStorage" number set_allocated_storage,
        "MaxAllocatedStorage" number set_max_allocated_storage,
        "StorageType" text set_storage_type,
        "Iops" number set_iops,
        "StorageThroughput" number set_storage_throughput,
        "DedicatedLogVolume" flag set_dedicated_log_volume,
        "OptionGroupName" text set_option_group_name,
        "DBParameterGroupName" text set_db_parameter_group_name,
        "DBSubnetGroupName" text set_db_subnet_group_name,
        "VpcSecurityGroupIds" list set_vpc_security_group_ids,
        "PubliclyAccessible" flag set_publicly_accessible,
        "CopyTagsToSnapshot" flag set_copy_tags_to_snapshot,
        "MonitoringInterval" number set_monitoring_interval,
        "MonitoringRoleArn" text set_monitoring_role_arn,
        "KmsKeyId" text set_kms_key_id,
        "EnableIAMDatabaseAuthentication" flag set_enable_iam_database_authentication,
        "EnablePerformanceInsights" flag set_enable_performance_insights,
        "PerformanceInsightsKMSKeyId" text set_performance_insights_kms_key_id,
        "PerformanceInsightsRetentionPeriod" number set_performance_insights_retention_period,
        "EnableCloudwatchLogsExports" list set_enable_cloudwatch_logs_exports,
        "DeletionProtection" flag set_deletion_protection,
        "NetworkType" text set_network_type,
        "BackupTarget" text set_backup_target,
        "CACertificateIdentifier" text set_ca_certificate_identifier,
        "Tags" tags set_tags,
    }
    PromoteReadReplica promote_read_replica {
        "DBInstanceIdentifier" text set_db_instance_identifier,
        "BackupRetentionPeriod" number set_backup_retention_period,
        "PreferredBackupWindow" text set_preferred_backup_window,
    }
    RebootDbInstance reboot_db_instance {
        "DBInstanceIdentifier" text set_db_instance_identifier,
        "ForceFailover" flag set_force_failover,
    }
    StopDbInstance stop_db_instance {
        "DBInstanceIdentifier" text set_db_instance_identifier,
        "DBSnapshotIdentifier" text set_db_snapshot_identifier,
    }
    StartDbInstance start_db_instance {
        "DBInstanceIdentifier" text set_db_instance_identifier,
    }
    DeleteDbInstance delete_db_instance {
        "DBInstanceIdentifier" text set_db_instance_identifier,
        "SkipFinalSnapshot" flag set_skip_final_snapshot,
        "FinalDBSnapshotIdentifier" text set_final_db_snapshot_identifier,
        "DeleteAutomatedBackups" flag set_delete_automated_backups,
    }
    ApplyPendingMaintenance apply_pending_maintenance_action {
        "ResourceIdentifier" text set_resource_identifier,
        "ApplyAction" text set_apply_action,
        "OptInType" text set_opt_in_type,
    }
}

/// One attempt, and more time for it than a read has.
fn one_attempt() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled()).timeout_config(timeouts())
}

#[cfg(test)]
mod tests;
