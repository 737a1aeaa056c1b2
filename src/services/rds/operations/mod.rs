//! One file an operation: a typed request, its preconditions, its consequences, how its end is
//! recognised, and how it is undone.

pub mod apply_maintenance;
mod carried;
pub mod change_class;
pub mod change_retention;
pub mod change_storage;
pub mod convert_multi_az;
pub mod copy_snapshot;
pub mod create_replica;
pub mod create_snapshot;
pub mod delete_instance;
pub mod delete_snapshot;
pub mod deletion_protection;
mod destination;
pub mod failover;
mod prelude;
pub mod promote_replica;
pub mod reboot;
pub mod restore_from_snapshot;
pub mod restore_to_point_in_time;
mod restored;
pub mod start;
pub mod start_environment;
pub mod stop;
pub mod stop_environment;
