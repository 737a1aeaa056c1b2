//! The catalogue: every operation, one file each in `operations/`.

use serde::{Deserialize, Serialize};

use super::{Draft, Seen, TargetKind};
use crate::domain::{Database, Snapshot};
use crate::ops::field::Field;

/// What is selected when operations are offered, as it is known now (it may be some seconds old).
#[derive(Debug, Clone, Copy)]
pub enum On<'a> {
    Database(&'a Database),
    Snapshot(&'a Snapshot),
    /// All DB instances of an environment.
    Environment(&'a [&'a Database]),
}

/// What each operation must say of itself. All of it is pure.
pub trait Request: Sized {
    /// Why it makes no sense for what is selected; `None` when it may be planned.
    fn unavailable(on: On<'_>) -> Option<String>;
    /// The request with good defaults for the target. Total: a target that is gone gives a request
    /// whose draft has a failed check.
    fn offer(seen: &Seen) -> Self;
    /// The parameters, in the order in which they are edited.
    fn fields(&self, seen: &Seen) -> Vec<Field>;
    /// Sets a parameter.
    ///
    /// # Errors
    /// What is wrong with the value, in words, and nothing is changed.
    fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String>;
    /// What it means for this state of the world.
    fn draft(&self, seen: &Seen) -> Draft;
}

macro_rules! catalogue {
    ($($name:ident in $module:ident, $text:literal, $title:literal, $target:ident, [$($api:ident),+], safety: $safety:literal;)+) => {
        $(pub use super::operations::$module::$name;)+

        /// Which operation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind { $($name,)+ }

        /// What is to be done, with its parameters.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case", tag = "operation")]
        pub enum Operation { $($name($name),)+ }

        impl Kind {
            /// All operations, in the order of the menu.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// As on the command line and in a configuration: `create-snapshot`.
            #[must_use]
            pub fn name(self) -> &'static str { match self { $(Self::$name => $text,)+ } }

            /// As a person says it: `Create snapshot`.
            #[must_use]
            pub fn title(self) -> &'static str { match self { $(Self::$name => $title,)+ } }

            /// What it is done to.
            #[must_use]
            pub fn target(self) -> TargetKind { match self { $(Self::$name => TargetKind::$target,)+ } }

            /// The calls that it may make.
            #[must_use]
            pub fn apis(self) -> &'static [super::Api] {
                match self { $(Self::$name => &[$(super::Api::$api,)+],)+ }
            }

            /// Whether a snapshot is offered before it.
            #[must_use]
            pub fn offers_safety_snapshot(self) -> bool { match self { $(Self::$name => $safety,)+ } }

            /// Why it makes no sense for what is selected.
            #[must_use]
            pub fn unavailable(self, on: On<'_>) -> Option<String> {
                if let On::Database(database) = on
                    && let Some(why) = database.nature().refusal()
                {
                    return Some(why);
                }
                match self { $(Self::$name => <$name as Request>::unavailable(on),)+ }
            }

            /// The request with good defaults for the target.
            #[must_use]
            pub fn offer(self, seen: &Seen) -> Operation {
                match self { $(Self::$name => Operation::$name(<$name as Request>::offer(seen)),)+ }
            }
        }

        impl Operation {
            /// Which operation this is.
            #[must_use]
            pub fn kind(&self) -> Kind { match self { $(Self::$name(_) => Kind::$name,)+ } }

            /// The parameters, in the order in which they are edited.
            #[must_use]
            pub fn fields(&self, seen: &Seen) -> Vec<Field> { match self { $(Self::$name(r) => r.fields(seen),)+ } }

            /// Sets a parameter.
            ///
            /// # Errors
            /// What is wrong with the value, in words, and nothing is changed.
            pub fn set(&mut self, name: &str, value: &str, seen: &Seen) -> Result<(), String> {
                match self { $(Self::$name(r) => r.set(name, value, seen),)+ }
            }

            /// What it means for this state of the world.
            #[must_use]
            pub fn draft(&self, seen: &Seen) -> Draft { match self { $(Self::$name(r) => r.draft(seen),)+ } }
        }
    };
}

catalogue! {
    CreateSnapshot in create_snapshot, "create-snapshot", "Create snapshot", DbInstance, [CreateDbSnapshot], safety: false;
    RestoreToPointInTime in restore_to_point_in_time, "restore-to-point-in-time", "Restore to a point in time", DbInstance, [RestoreToPointInTime, ModifyDbInstance], safety: false;
    RestoreFromSnapshot in restore_from_snapshot, "restore-from-snapshot", "Restore from snapshot", DbSnapshot, [RestoreFromSnapshot, ModifyDbInstance], safety: false;
    CopySnapshot in copy_snapshot, "copy-snapshot", "Copy snapshot", DbSnapshot, [CopyDbSnapshot], safety: false;
    DeleteSnapshot in delete_snapshot, "delete-snapshot", "Delete snapshot", DbSnapshot, [DeleteDbSnapshot], safety: false;
    Failover in failover, "failover", "Reboot with failover", DbInstance, [RebootDbInstance], safety: false;
    Reboot in reboot, "reboot", "Reboot", DbInstance, [RebootDbInstance], safety: false;
    PromoteReplica in promote_replica, "promote-replica", "Promote read replica", DbInstance, [PromoteReadReplica, ModifyDbInstance], safety: false;
    CreateReplica in create_replica, "create-replica", "Create read replica", DbInstance, [CreateReadReplica], safety: false;
    ChangeClass in change_class, "change-class", "Change instance class", DbInstance, [ModifyDbInstance, CreateDbSnapshot], safety: true;
    ChangeStorage in change_storage, "change-storage", "Change storage", DbInstance, [ModifyDbInstance, CreateDbSnapshot], safety: true;
    ConvertMultiAz in convert_multi_az, "convert-multi-az", "Convert Multi-AZ", DbInstance, [ModifyDbInstance, CreateDbSnapshot], safety: true;
    ChangeRetention in change_retention, "change-retention", "Change backup retention", DbInstance, [ModifyDbInstance, CreateDbSnapshot], safety: true;
    DeletionProtection in deletion_protection, "deletion-protection", "Deletion protection", DbInstance, [ModifyDbInstance], safety: false;
    ApplyMaintenance in apply_maintenance, "apply-maintenance", "Apply pending maintenance", DbInstance, [ApplyPendingMaintenance, CreateDbSnapshot], safety: true;
    Stop in stop, "stop", "Stop", DbInstance, [StopDbInstance], safety: false;
    Start in start, "start", "Start", DbInstance, [StartDbInstance], safety: false;
    StopEnvironment in stop_environment, "stop-environment", "Stop all DB instances", Environment, [StopDbInstance], safety: false;
    StartEnvironment in start_environment, "start-environment", "Start all DB instances", Environment, [StartDbInstance], safety: false;
    DeleteInstance in delete_instance, "delete-instance", "Delete DB instance", DbInstance, [DeleteDbInstance], safety: false;
}

impl Kind {
    /// The operation of a name as on the command line.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}
