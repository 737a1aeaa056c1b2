//! `DeleteDBInstance`.

use winterbaume_rds::model::DeleteDBInstanceResult;
use winterbaume_rds::wire;

use super::super::instances::on_wire;
use super::super::{Answer, Call, malformed};
use super::members::{Order, stands_alone};
use super::{combination, state, take_snapshot};
use crate::sandbox::world::World;
use crate::sandbox::world::changes::Key;

/// `DeleteDBInstance`. Manual snapshots stay; automated backups stay only where that is asked for.
pub(in super::super) fn delete_instance(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_delete_d_b_instance_request(&call.parameters).map_err(malformed)?;
    let instance = super::instance(world, call, &request.d_b_instance_identifier)?;
    let key = Key::of(instance);
    stands_alone(instance, Order::Delete)?;
    if instance.deletion_protection {
        return Err(combination(
            "Cannot delete protected DB Instance, please disable deletion protection and try again.",
        ));
    }
    let status = instance.status_at(call.now).unwrap_or_default();
    if status == "deleting" {
        return Err(state(format!("Instance {} is already being deleted.", key.id)));
    }
    let skips = request.skip_final_snapshot.unwrap_or(false);
    let named = request.final_d_b_snapshot_identifier.as_deref();
    match (skips, named) {
        (_, Some(_)) if instance.cluster.is_some() => {
            return Err(combination("FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance"));
        }
        // Its data are the cluster's.
        (false, None) if instance.cluster.is_some() => {}
        (true, Some(_)) => {
            return Err(combination(
                "FinalDBSnapshotIdentifier cannot be specified when SkipFinalSnapshot is enabled.",
            ));
        }
        (false, None) => {
            return Err(combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."));
        }
        (false, Some(_)) if instance.is_replica() => {
            return Err(combination("FinalDBSnapshotIdentifier cannot be specified when deleting a read replica."));
        }
        (false, Some(_)) if !matches!(status, "available" | "storage-optimization" | "backing-up" | "stopped") => {
            return Err(state(format!(
                "Cannot create a final snapshot because the DB instance {} is in the state {status}.",
                key.id
            )));
        }
        _ => {}
    }
    let seconds = match named {
        Some(id) => Some(take_snapshot(world, call, &key.id, id, Vec::new())?.seconds),
        None => None,
    };
    let keeps = request.delete_automated_backups == Some(false);
    world.delete(&key, keeps, seconds, call.now);
    let told = world.by_key(&key).map(|instance| on_wire(world, instance, call.now));
    Ok(wire::serialize_delete_d_b_instance_response(&DeleteDBInstanceResult { d_b_instance: told }))
}
