//! `CreateDBSnapshot`, `CopyDBSnapshot` and `DeleteDBSnapshot`.

use jiff::Timestamp;
use winterbaume_rds::model::{CopyDBSnapshotResult, CreateDBSnapshotResult, DeleteDBSnapshotResult};
use winterbaume_rds::wire;

use super::super::{Answer, Call, local_id, malformed, read_tags, snapshots};
use super::members::{Order, stands_alone};
use super::{combination, of_snapshot, position, record, room_for_snapshot, state, take_snapshot, valid};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::World;
use crate::sandbox::world::events::Recorded;
use crate::sandbox::world::snapshots::{ManualSnapshot, find, seen};

/// Copies to one region that may go on at once (RDS user guide, "Copying a DB snapshot").
const MOST_COPIES: usize = 20;

/// `CreateDBSnapshot` of an available instance.
pub(in super::super) fn create_snapshot(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_create_d_b_snapshot_request(&call.parameters).map_err(malformed)?;
    let name = &request.d_b_instance_identifier;
    let id = valid(&request.d_b_snapshot_identifier, "DBSnapshotIdentifier", 255)?;
    let instance = super::instance(world, call, name)?;
    stands_alone(instance, Order::Snapshot)?;
    // A name that is taken is said before the state, so that a repeated call is known as one.
    room_for_snapshot(world, call, &id)?;
    if !instance.is_ready_at(call.now) {
        return Err(state(format!(
            "Cannot create a snapshot because the database instance {} is not currently in the available state.",
            instance.id
        )));
    }
    let snapshot = take_snapshot(world, call, name, &id, read_tags(request.tags))?;
    let answer = snapshots::on_wire(&seen(&snapshot, call.now));
    if let Some(instance) = world.find_mut(&call.caller.account, &call.caller.region, &snapshot.origin.id) {
        instance.pass_through("backing-up", call.now, snapshot.seconds);
    }
    Ok(wire::serialize_create_d_b_snapshot_response(&CreateDBSnapshotResult { d_b_snapshot: Some(answer) }))
}

/// `CopyDBSnapshot`: called where the copy is to be; the source is a name in the same region or an
/// ARN in another one.
pub(in super::super) fn copy_snapshot(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_copy_d_b_snapshot_request(&call.parameters).map_err(malformed)?;
    let named = request.source_d_b_snapshot_identifier.as_str();
    let (account, here) = (&call.caller.account, &call.caller.region);
    let region = named.strip_prefix("arn:aws:rds:").and_then(|rest| rest.split(':').next()).unwrap_or(here).to_owned();
    let mut there = call.caller.clone();
    there.region.clone_from(&region);
    let source_id = local_id(&there, "snapshot", named).ok_or_else(|| snapshots::not_found(named))?;
    let id = valid(&request.target_d_b_snapshot_identifier, "TargetDBSnapshotIdentifier", 255)?;
    let source = find(world, account, &region, &source_id, call.now).ok_or_else(|| snapshots::not_found(named))?;
    room_for_snapshot(world, call, &id)?;
    if source.status != "available" {
        return Err(Refusal::new(
            "InvalidDBSnapshotState",
            format!("Cannot copy the snapshot because it is not currently in the available state: {source_id}"),
        ));
    }
    let crosses = region != *here;
    if crosses && source.kms_key.is_some() && request.kms_key_id.is_none() {
        return Err(combination(
            "A KMS key of the destination region must be specified to copy an encrypted snapshot to another region.",
        ));
    }
    let in_progress = |s: &&ManualSnapshot| s.is_in(account, here) && s.is_being_copied(call.now);
    if world.snapshots.iter().filter(in_progress).count() >= MOST_COPIES {
        let message = format!("Cannot have more than {MOST_COPIES} snapshot copies in progress in this region.");
        return Err(Refusal::new("SnapshotQuotaExceeded", message));
    }
    let mut tags = read_tags(request.tags);
    if tags.is_empty() && request.copy_tags == Some(true) {
        tags = source.tags.to_vec();
    }
    let mut copy = ManualSnapshot::copy(&source, here, &id, call.now);
    copy.tags = tags;
    copy.kms_key = request.kms_key_id.or(copy.kms_key);
    let say = |at: Timestamp, what: &str| {
        let message = format!("{what} the copy of snapshot {source_id} from region {region}.");
        of_snapshot(&copy, at, &message, "notification")
    };
    let told = [say(call.now, "Started"), say(copy.done(), "Finished")];
    let answer = snapshots::on_wire(&seen(&copy, call.now));
    record(world, call, told);
    world.snapshots.push(copy);
    Ok(wire::serialize_copy_d_b_snapshot_response(&CopyDBSnapshotResult { d_b_snapshot: Some(answer) }))
}

/// `DeleteDBSnapshot` of an available manual snapshot.
pub(in super::super) fn delete_snapshot(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_delete_d_b_snapshot_request(&call.parameters).map_err(malformed)?;
    let name = request.d_b_snapshot_identifier.as_str();
    let id = local_id(call.caller, "snapshot", name).unwrap_or_default();
    if id.starts_with("rds:") {
        let message = "Only manual snapshots may be deleted.";
        return Err(Refusal::new("InvalidDBSnapshotState", message));
    }
    let at = position(world, call, &id).ok_or_else(|| snapshots::not_found(name))?;
    let snapshot = world.snapshots.get(at).cloned().ok_or_else(|| snapshots::not_found(name))?;
    let shown = seen(&snapshot, call.now);
    if !matches!(shown.status, "available" | "failed") {
        let message = format!("Cannot delete the snapshot because it is not currently in the available state: {id}");
        return Err(Refusal::new("InvalidDBSnapshotState", message));
    }
    let mut answer = snapshots::on_wire(&shown);
    answer.status = Some("deleted".to_owned());
    world.snapshots.remove(at);
    fail_copies(world, &snapshot, call.now);
    record(world, call, [of_snapshot(&snapshot, call.now, "Deleted manual snapshot", "deletion")]);
    Ok(wire::serialize_delete_d_b_snapshot_response(&DeleteDBSnapshotResult { d_b_snapshot: Some(answer) }))
}

/// Ends the copies of a snapshot that go on: "If the snapshot is being copied, the copy operation is
/// terminated" (service model, `DeleteDBSnapshot`).
fn fail_copies(world: &mut World, source: &ManualSnapshot, now: Timestamp) {
    let arn = source.arn();
    let is_of_it = |copy: &ManualSnapshot| copy.copied.as_ref().is_some_and(|copied| copied.arn == arn);
    for copy in world.snapshots.iter_mut().filter(|copy| is_of_it(copy) && copy.is_being_copied(now)) {
        copy.failed = Some(now);
        let (done, copy_arn) = (copy.done(), copy.arn());
        world.recorded.retain(|told| told.happening.arn != copy_arn || told.happening.at != done);
        let message = format!("Canceled snapshot copy request of {} from region {}.", source.id, source.region);
        let happening = of_snapshot(copy, now, &message, "notification");
        world.recorded.push(Recorded { account: copy.account.clone(), region: copy.region.clone(), happening });
    }
}
