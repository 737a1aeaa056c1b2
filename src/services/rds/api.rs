//! The mutating calls of RDS, by their names.

use serde::{Deserialize, Serialize};

/// The mutating calls that this console can make (RDS, API 2014-10-31).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Api {
    #[serde(rename = "CreateDBSnapshot")]
    CreateDbSnapshot,
    #[serde(rename = "CopyDBSnapshot")]
    CopyDbSnapshot,
    #[serde(rename = "DeleteDBSnapshot")]
    DeleteDbSnapshot,
    #[serde(rename = "RestoreDBInstanceToPointInTime")]
    RestoreToPointInTime,
    #[serde(rename = "RestoreDBInstanceFromDBSnapshot")]
    RestoreFromSnapshot,
    #[serde(rename = "ModifyDBInstance")]
    ModifyDbInstance,
    #[serde(rename = "CreateDBInstanceReadReplica")]
    CreateReadReplica,
    #[serde(rename = "PromoteReadReplica")]
    PromoteReadReplica,
    #[serde(rename = "RebootDBInstance")]
    RebootDbInstance,
    #[serde(rename = "StopDBInstance")]
    StopDbInstance,
    #[serde(rename = "StartDBInstance")]
    StartDbInstance,
    #[serde(rename = "DeleteDBInstance")]
    DeleteDbInstance,
    #[serde(rename = "ApplyPendingMaintenanceAction")]
    ApplyPendingMaintenance,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::CreateDbSnapshot,
        Self::CopyDbSnapshot,
        Self::DeleteDbSnapshot,
        Self::RestoreToPointInTime,
        Self::RestoreFromSnapshot,
        Self::ModifyDbInstance,
        Self::CreateReadReplica,
        Self::PromoteReadReplica,
        Self::RebootDbInstance,
        Self::StopDbInstance,
        Self::StartDbInstance,
        Self::DeleteDbInstance,
        Self::ApplyPendingMaintenance,
    ];

    /// AWS's name of the operation: `CreateDBSnapshot`.
    #[must_use]
    pub fn name(self) -> &'static str {
        &self.id()["rds:".len()..]
    }

    /// With its service, as CloudTrail and IAM write it: `rds:CreateDBSnapshot`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::CreateDbSnapshot => "rds:CreateDBSnapshot",
            Self::CopyDbSnapshot => "rds:CopyDBSnapshot",
            Self::DeleteDbSnapshot => "rds:DeleteDBSnapshot",
            Self::RestoreToPointInTime => "rds:RestoreDBInstanceToPointInTime",
            Self::RestoreFromSnapshot => "rds:RestoreDBInstanceFromDBSnapshot",
            Self::ModifyDbInstance => "rds:ModifyDBInstance",
            Self::CreateReadReplica => "rds:CreateDBInstanceReadReplica",
            Self::PromoteReadReplica => "rds:PromoteReadReplica",
            Self::RebootDbInstance => "rds:RebootDBInstance",
            Self::StopDbInstance => "rds:StopDBInstance",
            Self::StartDbInstance => "rds:StartDBInstance",
            Self::DeleteDbInstance => "rds:DeleteDBInstance",
            Self::ApplyPendingMaintenance => "rds:ApplyPendingMaintenanceAction",
        }
    }
}
