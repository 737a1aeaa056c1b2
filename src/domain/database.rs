//! An RDS DB instance.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::class::InstanceClass;
use super::settings::Settings;

/// An RDS DB instance as `DescribeDBInstances` tells it (API 2014-10-31), text cleaned.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Database {
    /// `DBInstanceIdentifier`.
    pub id: String,
    /// `DBInstanceArn`; unique over accounts and regions.
    pub arn: String,
    /// `DbiResourceId`, stays when the instance is renamed.
    pub resource_id: String,
    /// Region, from the ARN.
    pub region: String,
    /// `DBInstanceStatus`: `available`, `creating`, `backing-up`, `storage-optimization` …
    pub status: String,
    /// `DBInstanceClass`, for example `db.t3.medium`.
    pub class: String,
    /// `Engine`.
    pub engine: String,
    /// `EngineVersion`.
    pub engine_version: String,
    pub multi_az: bool,
    /// `AvailabilityZone` of the writer.
    pub zone: Option<String>,
    /// `SecondaryAvailabilityZone` of the standby.
    pub secondary_zone: Option<String>,
    pub storage: Storage,
    /// Host name to connect to; absent while creating.
    pub endpoint: Option<String>,
    pub port: Option<i32>,
    pub created: Option<Timestamp>,
    /// `LatestRestorableTime`: the newest moment that a point-in-time restore reaches.
    pub latest_restorable: Option<Timestamp>,
    /// Automated backup retention in days; 0 means that automated backups are off.
    pub backup_retention_days: i32,
    pub backup_window: String,
    pub maintenance_window: String,
    /// `ReadReplicaSourceDBInstanceIdentifier`: a name in the same region, an ARN across regions.
    pub source: Option<String>,
    /// `ReadReplicaDBInstanceIdentifiers`: names in the same region, ARNs across regions.
    pub replicas: Vec<String>,
    /// `DBClusterIdentifier`: the DB cluster that it is a member of.
    #[serde(default)]
    pub cluster: Option<String>,
    /// `ReadReplicaSourceDBClusterIdentifier`: the Multi-AZ DB cluster that it is a replica of.
    #[serde(default)]
    pub source_cluster: Option<String>,
    /// `ReadReplicaDBClusterIdentifiers`: Aurora clusters that replicate from it.
    #[serde(default)]
    pub replica_clusters: Vec<String>,
    /// `StatusInfos`, for a replica "read replication".
    pub status_infos: Vec<StatusInfo>,
    /// `PendingModifiedValues`, as name and value.
    pub pending: Vec<(String, String)>,
    pub deletion_protection: bool,
    pub encrypted: bool,
    pub kms_key: Option<String>,
    pub publicly_accessible: bool,
    pub auto_minor_version_upgrade: bool,
    pub parameter_groups: Vec<String>,
    pub security_groups: Vec<String>,
    pub subnet_group: Option<String>,
    pub vpc: Option<String>,
    /// `CACertificateIdentifier`.
    pub ca_certificate: Option<String>,
    /// When the server certificate ends.
    pub certificate_valid_till: Option<Timestamp>,
    pub performance_insights: bool,
    /// Enhanced Monitoring interval in seconds; 0 is off.
    pub monitoring_interval: i32,
    /// Log types exported to CloudWatch Logs.
    pub log_exports: Vec<String>,
    /// Database name given at creation.
    pub database_name: Option<String>,
    pub master_username: Option<String>,
    /// `TagList`, sorted by key.
    pub tags: Vec<(String, String)>,
    /// What only matters when it is made anew.
    #[serde(default)]
    pub settings: Settings,
}

/// Storage of a DB instance.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Storage {
    /// Allocated, GiB.
    pub allocated: i32,
    /// `MaxAllocatedStorage`, GiB: the limit of storage autoscaling; absent when it is off.
    pub max_allocated: Option<i32>,
    /// `gp2`, `gp3`, `io1`, `io2`.
    pub kind: String,
    pub iops: Option<i32>,
    /// MiB/s.
    pub throughput: Option<i32>,
}

impl Storage {
    /// GiB from which on RDS stripes a volume of PostgreSQL.
    pub const STRIPED: i32 = 400;

    /// Whether a volume of this type and size takes a throughput: gp3 below [`Self::STRIPED`] has fixed IOPS and
    /// throughput, and AWS refuses to be given any.
    #[must_use]
    pub fn takes_throughput(kind: &str, gib: i32) -> bool {
        kind == "gp3" && gib >= Self::STRIPED
    }

    /// Whether a volume of this type and size takes IOPS.
    #[must_use]
    pub fn takes_iops(kind: &str, gib: i32) -> bool {
        kind.starts_with("io") || Self::takes_throughput(kind, gib)
    }
}

/// One entry of `StatusInfos`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StatusInfo {
    /// `read replication` for a replica.
    pub kind: String,
    /// `replicating`, `error`, `stopped`, `terminated` …
    pub status: String,
    pub normal: bool,
    pub message: String,
}

/// How a status should be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// Failed or unable to serve.
    Critical,
    /// Serving, or soon to be, with something going on.
    Changing,
    /// Switched off on purpose.
    Off,
    /// `available`.
    Healthy,
    /// A status that we do not know.
    Unknown,
}

impl Database {
    /// True for a read replica, of an instance or of a Multi-AZ DB cluster.
    #[must_use]
    pub fn is_replica(&self) -> bool {
        self.source.is_some() || self.source_cluster.is_some()
    }

    /// Whether this instance is what `replica` replicates from.
    #[must_use]
    pub fn is_source_of(&self, replica: &Self) -> bool {
        let Some(source) = replica.source.as_deref() else { return false };
        if source.starts_with("arn:") { self.arn == source } else { self.region == replica.region && self.id == source }
    }

    /// Everything that replicates from it: instances (names here, ARNs elsewhere), then clusters.
    pub fn followers(&self) -> impl Iterator<Item = &str> {
        self.replicas.iter().chain(&self.replica_clusters).map(String::as_str)
    }

    /// The last part of the source's identifier (the source itself when it is not an ARN), also of a cluster.
    #[must_use]
    pub fn source_id(&self) -> Option<&str> {
        self.source.as_deref().or(self.source_cluster.as_deref()).map(id_of)
    }

    /// Parsed instance class.
    #[must_use]
    pub fn instance_class(&self) -> Option<InstanceClass> {
        InstanceClass::parse(&self.class)
    }

    /// How the status should be seen. Statuses from the RDS user guide, "Viewing Amazon RDS DB
    /// instance status".
    #[must_use]
    pub fn condition(&self) -> Condition {
        match self.status.as_str() {
            "available" => Condition::Healthy,
            "stopped" | "stopping" | "deleting" | "delete-precheck" => Condition::Off,
            "failed"
            | "storage-full"
            | "incompatible-network"
            | "incompatible-option-group"
            | "incompatible-parameters"
            | "incompatible-restore"
            | "incompatible-create"
            | "inaccessible-encryption-credentials"
            | "inaccessible-encryption-credentials-recoverable"
            | "insufficient-capacity"
            | "restore-error" => Condition::Critical,
            "backing-up"
            | "configuring-enhanced-monitoring"
            | "configuring-iam-database-auth"
            | "configuring-log-exports"
            | "converting-to-vpc"
            | "creating"
            | "maintenance"
            | "modifying"
            | "moving-to-vpc"
            | "rebooting"
            | "resetting-master-credentials"
            | "renaming"
            | "starting"
            | "storage-optimization"
            | "storage-config-upgrade"
            | "storage-initialization"
            | "upgrading" => Condition::Changing,
            _ => Condition::Unknown,
        }
    }

    /// Whether it serves and takes changes: `available`, or at work on its volume beneath. Both
    /// `storage-optimization` and `storage-initialization` "remain available for operations" (RDS user guide,
    /// "Viewing Amazon RDS DB instance status"), and the first may last over a day.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        matches!(self.status.as_str(), "available" | "storage-optimization" | "storage-initialization")
    }

    /// The state of replication as RDS tells it in `StatusInfos`; `None` when this is no replica
    /// or RDS says nothing.
    #[must_use]
    pub fn replication(&self) -> Option<&StatusInfo> {
        self.status_infos.iter().find(|info| info.kind == "read replication")
    }
}

/// The resource name in an ARN (`arn:aws:rds:us-east-1:1:db:name` → `name`), or the text itself.
#[must_use]
pub fn id_of(arn_or_id: &str) -> &str {
    if arn_or_id.starts_with("arn:") { arn_or_id.rsplit(':').next().unwrap_or(arn_or_id) } else { arn_or_id }
}

/// The region in an ARN, or empty.
#[must_use]
pub fn region_of(arn: &str) -> &str {
    arn.split(':').nth(3).unwrap_or("")
}

/// The account in an ARN, or empty.
#[must_use]
pub fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or("")
}
