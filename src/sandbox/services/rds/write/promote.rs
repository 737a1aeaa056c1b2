//! `PromoteReadReplica`.

use winterbaume_rds::model::PromoteReadReplicaResult;
use winterbaume_rds::wire;

use super::super::instances::on_wire;
use super::super::{Answer, Call, malformed};
use super::{apart, invalid, ready, state, valid_retention};
use crate::sandbox::world::World;
use crate::sandbox::world::instance::Window;

/// `PromoteReadReplica`: automated backups are kept for a day unless the call says otherwise. The
/// other replicas of the source stay with it.
pub(in super::super) fn promote(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_promote_read_replica_request(&call.parameters).map_err(malformed)?;
    let retention = valid_retention(request.backup_retention_period.unwrap_or(1))?;
    let window = request.preferred_backup_window.map(Window::try_from).transpose().map_err(invalid)?;
    let found = super::instance(world, call, &request.d_b_instance_identifier)?;
    if !found.is_replica() {
        return Err(state(format!("DB Instance is not a read replica: {}", found.id)));
    }
    if let Some(window) = window {
        apart(window, &found.maintenance_window)?;
    }
    let key = ready(world, call, &request.d_b_instance_identifier)?;
    if let Some(instance) = world.by_key_mut(&key) {
        instance.backup_window = window.unwrap_or(instance.backup_window);
    }
    world.promote(&key, retention, call.now);
    let told = world.by_key(&key).map(|instance| on_wire(world, instance, call.now));
    Ok(wire::serialize_promote_read_replica_response(&PromoteReadReplicaResult { d_b_instance: told }))
}
