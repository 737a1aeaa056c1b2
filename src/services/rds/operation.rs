//! The catalogue: every operation, one file each in `operations/`.

use serde::{Deserialize, Serialize};

pub use super::operations::apply_maintenance::ApplyMaintenance;
pub use super::operations::change_class::ChangeClass;
pub use super::operations::change_retention::ChangeRetention;
pub use super::operations::change_storage::ChangeStorage;
pub use super::operations::convert_multi_az::ConvertMultiAz;
pub use super::operations::copy_snapshot::CopySnapshot;
pub use super::operations::create_replica::CreateReplica;
pub use super::operations::create_snapshot::CreateSnapshot;
pub use super::operations::delete_instance::DeleteInstance;
pub use super::operations::delete_snapshot::DeleteSnapshot;
pub use super::operations::deletion_protection::DeletionProtection;
pub use super::operations::failover::Failover;
pub use super::operations::promote_replica::PromoteReplica;
pub use super::operations::reboot::Reboot;
pub use super::operations::restore_from_snapshot::RestoreFromSnapshot;
pub use super::operations::restore_to_point_in_time::RestoreToPointInTime;
pub use super::operations::start::Start;
pub use super::operations::start_environment::StartEnvironment;
pub use super::operations::stop::Stop;
pub use super::operations::stop_environment::StopEnvironment;
use super::request::{On, Request};
use super::{Api, Draft, Seen, TargetKind};
use crate::ops::field::Field;
use crate::ops::operations::operations;

operations! {
    CreateSnapshot, "create-snapshot", "Create snapshot", DbInstance, [CreateDbSnapshot];
    RestoreToPointInTime, "restore-to-point-in-time", "Restore to a point in time", DbInstance, [RestoreToPointInTime, ModifyDbInstance];
    RestoreFromSnapshot, "restore-from-snapshot", "Restore from snapshot", DbSnapshot, [RestoreFromSnapshot, ModifyDbInstance];
    CopySnapshot, "copy-snapshot", "Copy snapshot", DbSnapshot, [CopyDbSnapshot];
    DeleteSnapshot, "delete-snapshot", "Delete snapshot", DbSnapshot, [DeleteDbSnapshot];
    Failover, "failover", "Reboot with failover", DbInstance, [RebootDbInstance];
    Reboot, "reboot", "Reboot", DbInstance, [RebootDbInstance];
    PromoteReplica, "promote-replica", "Promote read replica", DbInstance, [PromoteReadReplica, ModifyDbInstance];
    CreateReplica, "create-replica", "Create read replica", DbInstance, [CreateReadReplica];
    ChangeClass, "change-class", "Change instance class", DbInstance, [ModifyDbInstance, CreateDbSnapshot];
    ChangeStorage, "change-storage", "Change storage", DbInstance, [ModifyDbInstance, CreateDbSnapshot];
    ConvertMultiAz, "convert-multi-az", "Convert Multi-AZ", DbInstance, [ModifyDbInstance, CreateDbSnapshot];
    ChangeRetention, "change-retention", "Change backup retention", DbInstance, [ModifyDbInstance, CreateDbSnapshot];
    DeletionProtection, "deletion-protection", "Deletion protection", DbInstance, [ModifyDbInstance];
    ApplyMaintenance, "apply-maintenance", "Apply pending maintenance", DbInstance, [ApplyPendingMaintenance, CreateDbSnapshot];
    Stop, "stop", "Stop", DbInstance, [StopDbInstance];
    Start, "start", "Start", DbInstance, [StartDbInstance];
    StopEnvironment, "stop-environment", "Stop all DB instances", Environment, [StopDbInstance];
    StartEnvironment, "start-environment", "Start all DB instances", Environment, [StartDbInstance];
    DeleteInstance, "delete-instance", "Delete DB instance", DbInstance, [DeleteDbInstance];
}

impl Kind {
    /// Whether a snapshot is offered before it.
    #[must_use]
    pub fn offers_safety_snapshot(self) -> bool {
        matches!(
            self,
            Self::ChangeClass
                | Self::ChangeStorage
                | Self::ConvertMultiAz
                | Self::ChangeRetention
                | Self::ApplyMaintenance
        )
    }

    /// Why it makes no sense for what is selected.
    #[must_use]
    pub fn unavailable(self, on: On<'_>) -> Option<String> {
        if let On::Database(database) = on
            && let Some(why) = database.nature().refusal()
        {
            return Some(why);
        }
        self.refused_by_request(on)
    }

    /// The operation of a name as on the command line.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}
