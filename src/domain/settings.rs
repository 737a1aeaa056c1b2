//! Settings of a DB instance that matter when it is made anew: a restore, a replica or a promotion
//! keeps them, or must say that it does not.

use serde::{Deserialize, Serialize};

/// What `DescribeDBInstances` tells beside [`super::Database`]'s own fields. What AWS left out is
/// `None` or empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `IAMDatabaseAuthenticationEnabled`: clients sign in with IAM tokens.
    pub iam_authentication: bool,
    /// `CopyTagsToSnapshot`.
    pub copy_tags_to_snapshot: bool,
    /// `NetworkType`: `IPV4` or `DUAL`.
    pub network_type: Option<String>,
    pub dedicated_log_volume: bool,
    /// `EngineLifecycleSupport`: `open-source-rds-extended-support` is paid once the version's standard
    /// support has ended; `open-source-rds-extended-support-disabled` is not.
    pub lifecycle_support: Option<String>,
    /// `OptionGroupMemberships`, the names.
    pub option_groups: Vec<String>,
    /// `DBParameterGroups`: `ParameterApplyStatus` of one that is `pending-reboot`, else of the first: `in-sync`, `applying` …
    pub parameter_status: Option<String>,
    /// `DatabaseInsightsMode`: `standard` or `advanced`.
    pub insights_mode: Option<String>,
    /// `PerformanceInsightsRetentionPeriod`, days.
    pub insights_retention: Option<i32>,
    /// `PerformanceInsightsKMSKeyId`.
    pub insights_key: Option<String>,
    /// `MonitoringRoleArn`: the role that Enhanced Monitoring writes with.
    pub monitoring_role: Option<String>,
    /// `MasterUserSecret`: RDS keeps the master password in Secrets Manager and rotates it.
    pub master_secret: Option<String>,
    /// `DomainMemberships`, the names: Kerberos.
    pub domains: Vec<String>,
    /// `AssociatedRoles`, as `feature role`: S3 import and export, Lambda.
    pub roles: Vec<String>,
    /// `CustomerOwnedIpEnabled`, on Outposts.
    pub customer_owned_ip: bool,
    /// `BackupTarget`: `region`, `outposts`, `local`.
    pub backup_target: Option<String>,
    /// `DBCapacityReservationIdentifier`.
    pub capacity_reservation: Option<String>,
    /// `DBInstanceAutomatedBackupsReplications`: ARNs of its automated backups in other regions.
    pub replicated_backups: Vec<String>,
    /// `AwsBackupRecoveryPointArn`: AWS Backup keeps its continuous backup.
    pub aws_backup: Option<String>,
}

/// `ParameterApplyStatus` of parameters that the next restart applies, wanted or not.
pub const PENDING_REBOOT: &str = "pending-reboot";

impl Settings {
    /// Extended Support was declined (`EngineLifecycleSupport`): "RDS upgrades your DB instance … to a supported engine
    /// version … on or shortly after the RDS end of standard support date" (RDS user guide, Extended Support).
    #[must_use]
    pub fn declines_extended_support(&self) -> bool {
        self.lifecycle_support.as_deref().is_some_and(|value| value.ends_with("disabled"))
    }

    /// Changed parameters wait for a restart, whoever causes it.
    #[must_use]
    pub fn parameters_wait(&self) -> bool {
        self.parameter_status.as_deref() == Some(PENDING_REBOOT)
    }
}
