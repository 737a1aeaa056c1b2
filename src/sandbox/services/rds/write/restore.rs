//! `RestoreDBInstanceToPointInTime` and `RestoreDBInstanceFromDBSnapshot`: always into a new
//! instance, with AWS's defaults for what the request does not say.

use jiff::Timestamp;
use winterbaume_rds::model::{
    RestoreDBInstanceFromDBSnapshotResult, RestoreDBInstanceToPointInTimeMessage, RestoreDBInstanceToPointInTimeResult,
};
use winterbaume_rds::wire;

use super::super::instances::on_wire;
use super::super::{Answer, Call, local_id, malformed, read_tags, snapshots};
use super::create::{begin, blank, default_type};
use super::members::{Order, stands_alone};
use super::wishes::Wishes;
use super::{combination, invalid, known_class, new_id, settings, valid_retention};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::changes::Key;
use crate::sandbox::world::estate::baseline;
use crate::sandbox::world::instance::{Load, Window};
use crate::sandbox::world::moment::{DAY, after, seconds_between};
use crate::sandbox::world::record::{StorageOperation, StorageWork};
use crate::sandbox::world::settings::Settings;
use crate::sandbox::world::snapshots::find;
use crate::sandbox::world::{Instance, World, backups, identity, lifecycle, window};

/// `RestoreDBInstanceToPointInTime`, from an instance or from what is kept of a deleted one.
pub(in super::super) fn restore_to_time(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_restore_d_b_instance_to_point_in_time_request(&call.parameters);
    let request = request.map_err(malformed)?;
    let (source, reach) = origin(world, call, &request)?;
    let id = new_id(world, call, &request.target_d_b_instance_identifier)?;
    let moment = moment(&request, reach)?;
    let told_of = source.id.clone();
    let told = make(world, call, &source, &id, moment, Wishes::from(request))?;
    world.tell(&told, call.now, format!("Restored from DB instance {told_of} to {}.", told.id), &["restoration"]);
    let told = world.by_key(&told).map(|instance| on_wire(world, instance, call.now));
    let result = RestoreDBInstanceToPointInTimeResult { d_b_instance: told };
    Ok(wire::serialize_restore_d_b_instance_to_point_in_time_response(&result))
}

/// `RestoreDBInstanceFromDBSnapshot`, from a manual or an automated one.
pub(in super::super) fn restore_snapshot(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_restore_d_b_instance_from_d_b_snapshot_request(&call.parameters);
    let request = request.map_err(malformed)?;
    let Some(named) = request.d_b_snapshot_identifier.clone() else {
        return Err(combination("The parameter DBSnapshotIdentifier must be provided."));
    };
    let (account, region) = (&call.caller.account, &call.caller.region);
    let snapshot_id = local_id(call.caller, "snapshot", &named).ok_or_else(|| snapshots::not_found(&named))?;
    let snapshot = find(world, account, region, &snapshot_id, call.now).ok_or_else(|| snapshots::not_found(&named))?;
    let (is_available, taken) = (snapshot.status == "available", snapshot.data_at);
    let mut source = snapshot.instance.without_past();
    source.kms_key = snapshot.kms_key.map(str::to_owned);
    let id = new_id(world, call, &request.d_b_instance_identifier)?;
    if !is_available {
        return Err(Refusal::new(
            "InvalidDBSnapshotState",
            format!(
                "Cannot restore from the snapshot because it is not currently in the available state: {snapshot_id}"
            ),
        ));
    }
    let told = make(world, call, &source, &id, taken, Wishes::from(request))?;
    world.tell(&told, call.now, format!("Restored from snapshot {snapshot_id}."), &["restoration"]);
    let told = world.by_key(&told).map(|instance| on_wire(world, instance, call.now));
    let result = RestoreDBInstanceFromDBSnapshotResult { d_b_instance: told };
    Ok(wire::serialize_restore_d_b_instance_from_d_b_snapshot_response(&result))
}

/// The window that can be restored; there may be none yet.
type Reach = Option<(Timestamp, Timestamp)>;

/// What is restored from, and the window that can be.
fn origin(
    world: &World,
    call: &Call<'_>,
    request: &RestoreDBInstanceToPointInTimeMessage,
) -> Result<(Instance, Reach), Refusal> {
    let (account, region) = (&call.caller.account, &call.caller.region);
    let off = || {
        let message = "The DB instance does not have automated backups enabled: its backup retention period is 0.";
        Refusal::new("PointInTimeRestoreNotEnabled", message)
    };
    let of_living = |instance: &Instance| -> Result<(Instance, Reach), Refusal> {
        stands_alone(instance, Order::Restore)?;
        if instance.retention_days == 0 || instance.is_replica() {
            return Err(off());
        }
        Ok((instance.without_past(), backups::window(instance, call.now)))
    };
    if let Some(name) = &request.source_d_b_instance_identifier {
        return of_living(super::instance(world, call, name)?);
    }
    let wanted = |resource_id: &str| {
        let id = identity::automated_backup_id(resource_id);
        let arn = format!("arn:aws:rds:{region}:{account}:auto-backup:{id}");
        request.source_dbi_resource_id.as_deref() == Some(resource_id)
            || request.source_d_b_instance_automated_backups_arn.as_deref() == Some(arn.as_str())
    };
    let living =
        world.instances_in(account, region).find(|i| wanted(&i.resource_id) && i.status_at(call.now).is_some());
    if let Some(instance) = living {
        return of_living(instance);
    }
    let mine = |instance: &Instance| instance.account == *account && instance.region == *region;
    let kept = world.retained.iter().find(|kept| mine(&kept.instance) && wanted(&kept.instance.resource_id));
    if let Some(kept) = kept.filter(|kept| kept.window(call.now).is_some()) {
        // The tags went with the instance.
        let source = Instance { tags: Vec::new(), ..kept.instance.without_past() };
        return Ok((source, kept.window(call.now)));
    }
    if request.source_dbi_resource_id.is_none() && request.source_d_b_instance_automated_backups_arn.is_none() {
        return Err(combination(
            "One of SourceDBInstanceIdentifier, SourceDbiResourceId and SourceDBInstanceAutomatedBackupsArn must be \
             provided.",
        ));
    }
    Err(Refusal::not_found("DBInstanceAutomatedBackupNotFound", "The automated backup was not found."))
}

/// The moment that is restored.
fn moment(request: &RestoreDBInstanceToPointInTimeMessage, reach: Reach) -> Result<Timestamp, Refusal> {
    let latest = request.use_latest_restorable_time.unwrap_or(false);
    let wanted = match (&request.restore_time, latest) {
        (Some(_), true) => {
            return Err(combination("RestoreTime and UseLatestRestorableTime cannot be specified together."));
        }
        (None, false) => return Err(combination("Either RestoreTime or UseLatestRestorableTime must be specified.")),
        (Some(text), false) => {
            let read = text.parse::<Timestamp>();
            Some(read.map_err(|_| invalid(format!("Invalid timestamp: {text}")))?)
        }
        (None, true) => None,
    };
    let Some((first, last)) = reach else {
        return Err(Refusal::new("InvalidRestoreFault", "The DB instance has no automated backup yet."));
    };
    match wanted {
        None => Ok(last),
        Some(at) if at > last => {
            let message = format!("The specified instance cannot be restored to a time later than {last}.");
            Err(Refusal::new("InvalidRestoreFault", message))
        }
        Some(at) if at < first => {
            let message = format!("The specified instance cannot be restored to a time earlier than {first}.");
            Err(Refusal::new("InvalidRestoreFault", message))
        }
        Some(at) => Ok(at),
    }
}

/// Makes the new instance, with the data that the source had at `moment`.
fn make(
    world: &mut World,
    call: &Call<'_>,
    source: &Instance,
    id: &str,
    moment: Timestamp,
    wishes: Wishes,
) -> Result<Key, Refusal> {
    let class = wishes.class.unwrap_or_else(|| source.class.clone());
    known_class(&class)?;
    let multi_az = wishes.multi_az.unwrap_or(false);
    if multi_az && wishes.zone.is_some() {
        return Err(combination("Requesting a specific availability zone is not valid for Multi-AZ instances."));
    }
    let allocated = wishes.allocated.unwrap_or(source.allocated_gib);
    if allocated < source.allocated_gib {
        return Err(invalid(format!("The allocated storage must be at least {} GiB.", source.allocated_gib)));
    }
    let retention = valid_retention(wishes.retention.unwrap_or(source.retention_days))?;
    let backup_window = wishes.backup_window.map(Window::try_from).transpose().map_err(invalid)?;
    // What is not named here has AWS's default whatever the source has (service model).
    let settings = Settings {
        iam_authentication: wishes.iam_authentication.unwrap_or(false),
        network_type: settings::network_type(wishes.network_type)?,
        dedicated_log_volume: wishes.dedicated_log_volume.unwrap_or(false),
        extended_support: settings::extended_support(wishes.lifecycle_support.as_deref())?,
        option_group: wishes.option_group,
        ..Settings::default()
    };
    let site = world.site(&call.caller.account, &call.caller.region);
    let mut made = blank(&site, id, &class, call.now);
    made.engine.clone_from(&source.engine);
    made.engine_version.clone_from(&source.engine_version);
    made.settings = settings;
    made.database_name.clone_from(&source.database_name);
    made.master_username.clone_from(&source.master_username);
    made.kms_key.clone_from(&source.kms_key);
    made.ca_certificate = wishes.certificate.unwrap_or(made.ca_certificate);
    made.allocated_gib = allocated;
    made.max_allocated_gib = wishes.max_allocated;
    made.storage_type = wishes.storage_type.unwrap_or_else(|| default_type(wishes.iops).to_owned());
    let keeps_type = made.storage_type == source.storage_type;
    let (iops, throughput) = baseline(&made.storage_type, allocated);
    made.iops = wishes.iops.or(source.iops.filter(|_| keeps_type).max(iops));
    made.throughput = wishes.throughput.or(source.throughput.filter(|_| keeps_type).max(throughput));
    made.multi_az = multi_az;
    made.zone = wishes.zone.unwrap_or(made.zone);
    made.secondary_zone = site.zones.iter().find(|zone| **zone != made.zone).cloned().filter(|_| multi_az);
    made.retention_days = retention;
    made.backup_window = backup_window.unwrap_or(made.backup_window);
    window::beside(made.backup_window).clone_into(&mut made.maintenance_window);
    made.network.subnet_group = wishes.subnet_group.unwrap_or_else(|| "default".to_owned());
    if let Some(groups) = wishes.security_groups.filter(|groups| !groups.items.is_empty()) {
        made.network.security_groups = groups.items;
    }
    let default_group = || format!("default.{}{}", source.engine, source.major_version());
    made.parameter_group = wishes.parameter_group.unwrap_or_else(default_group);
    made.port = wishes.port.unwrap_or(source.port);
    made.deletion_protection = wishes.protected.unwrap_or(false);
    made.publicly_accessible = wishes.public.unwrap_or(false);
    made.copy_tags_to_snapshot = wishes.copy_tags.unwrap_or(false);
    made.auto_minor_version_upgrade = wishes.minor_upgrades.unwrap_or(true);
    made.log_exports = wishes.logs.map(|list| list.items).unwrap_or_default();
    // Without tags in the request those of the source are taken: to a point in time its latest, from
    // a snapshot those that it had then (RDS user guide, "Tagging Amazon RDS resources").
    made.tags = read_tags(wishes.tags);
    if made.tags.is_empty() {
        made.tags.clone_from(&source.tags);
    }
    // Its use counts from the world's epoch, as all do; nobody works on it yet.
    let days = |from: Timestamp, to: Timestamp| seconds_between(from, to) as f64 / DAY as f64;
    let used = source.load.used_gib + source.load.growth_gib_per_day * days(world.epoch, moment);
    let growth = 0.01;
    made.load = Load {
        used_gib: used.max(0.5) - growth * days(world.epoch, call.now),
        growth_gib_per_day: growth,
        ..made.load
    };
    begin(&mut made, call.now);
    let created = made.statuses.get(1).map_or(call.now, |(at, _)| *at);
    made.record.storage_operation = Some(StorageOperation {
        work: StorageWork::Initializing,
        from: created,
        until: after(created, lifecycle::initialization_seconds(allocated)),
    });
    let key = Key::of(&made);
    world.add(made);
    Ok(key)
}
