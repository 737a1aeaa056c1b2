//! `RebootDBInstance`, `StopDBInstance` and `StartDBInstance`.

use winterbaume_rds::model::{RebootDBInstanceResult, StartDBInstanceResult, StopDBInstanceResult};
use winterbaume_rds::wire;

use super::super::instances::on_wire;
use super::super::{Answer, Call, malformed};
use super::members::{Order, stands_alone};
use super::{combination, ready, state, take_snapshot};
use crate::sandbox::world::World;
use crate::sandbox::world::changes::Key;
use crate::sandbox::world::moment::{MINUTE, after};

/// For this long after a failover another one is refused, seconds.
const PAUSE: i64 = 10 * MINUTE;

/// Statuses in which an instance can be started.
const STARTABLE: [&str; 3] = ["stopped", "inaccessible-encryption-credentials-recoverable", "incompatible-network"];

/// `RebootDBInstance`, with or without a failover.
pub(in super::super) fn reboot(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_reboot_d_b_instance_request(&call.parameters).map_err(malformed)?;
    let key = ready(world, call, &request.d_b_instance_identifier)?;
    let with_failover = request.force_failover.unwrap_or(false);
    if let Some(instance) = world.by_key(&key).filter(|_| with_failover) {
        if !instance.multi_az {
            return Err(combination("Cannot force failover since the instance is not configured for Multi-AZ."));
        }
        if world.last_failover(instance, call.now).is_some_and(|at| after(at, PAUSE) > call.now) {
            return Err(state(format!("Cannot force failover of {}: it has just failed over.", instance.id)));
        }
    }
    world.reboot(&key, with_failover, call.now);
    let told = world.by_key(&key).map(|instance| on_wire(world, instance, call.now));
    Ok(wire::serialize_reboot_d_b_instance_response(&RebootDBInstanceResult { d_b_instance: told }))
}

/// `StopDBInstance`, after a snapshot if one is named.
pub(in super::super) fn stop(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_stop_d_b_instance_request(&call.parameters).map_err(malformed)?;
    let instance = super::instance(world, call, &request.d_b_instance_identifier)?;
    let key = Key::of(instance);
    stands_alone(instance, Order::StopOrStart)?;
    if instance.status_at(call.now) != Some("available") {
        return Err(super::not_ready(&key.id));
    }
    if instance.is_replica() {
        return Err(state("Cannot stop or start a read replica instance"));
    }
    if world.replicas_of(instance, call.now).next().is_some() {
        return Err(state("Cannot stop or start an instance that has a read replica"));
    }
    if let Some(id) = &request.d_b_snapshot_identifier {
        take_snapshot(world, call, &key.id, id, Vec::new())?;
    }
    world.stop(&key, call.now);
    let told = world.by_key(&key).map(|instance| on_wire(world, instance, call.now));
    Ok(wire::serialize_stop_d_b_instance_response(&StopDBInstanceResult { d_b_instance: told }))
}

/// `StartDBInstance` of a stopped instance, or of one whose key or network is back.
pub(in super::super) fn start(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_start_d_b_instance_request(&call.parameters).map_err(malformed)?;
    let instance = super::instance(world, call, &request.d_b_instance_identifier)?;
    let key = Key::of(instance);
    stands_alone(instance, Order::StopOrStart)?;
    if !STARTABLE.contains(&instance.status_at(call.now).unwrap_or_default()) {
        return Err(state(format!(
            "Instance {} cannot be started as it is not in one of the following statuses: 'stopped, \
             inaccessible-encryption-credentials-recoverable, incompatible-network (only valid for non-SqlServer \
             instances)'.",
            key.id
        )));
    }
    world.start(&key, call.now);
    let told = world.by_key(&key).map(|instance| on_wire(world, instance, call.now));
    Ok(wire::serialize_start_d_b_instance_response(&StartDBInstanceResult { d_b_instance: told }))
}
