//! `DescribeDBSnapshots` and `DescribeDBInstanceAutomatedBackups`.

use winterbaume_rds::model::{
    DBInstanceAutomatedBackup, DBInstanceAutomatedBackupList, DBInstanceAutomatedBackupMessage, DBSnapshot,
    DBSnapshotList, DBSnapshotMessage, RestoreWindow,
};
use winterbaume_rds::wire;

use super::filters::Filters;
use super::paging::{open, page};
use super::{Answer, Call, local_id, malformed, tag_list};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::changes::Key;
use crate::sandbox::world::record::Retained;
use crate::sandbox::world::snapshots::{Seen, of_instance, sources};
use crate::sandbox::world::{Instance, World, backups, identity};

const FILTERS: [&str; 5] = ["db-instance-id", "db-snapshot-id", "dbi-resource-id", "snapshot-type", "engine"];
const TYPES: [&str; 5] = ["automated", "manual", "shared", "public", "awsbackup"];

/// Separates the parts of a page key; sorts before every character of an identifier.
const SEPARATOR: char = '\u{1}';

/// `DescribeDBSnapshots`: by instance, then by time. A named snapshot that is not there is an
/// error, an instance without any is not.
pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_describe_d_b_snapshots_request(&call.parameters).map_err(malformed)?;
    let filters = Filters::read(request.filters, &FILTERS)?;
    if let Some(kind) = request.snapshot_type.as_deref().filter(|kind| !TYPES.contains(kind)) {
        let message = format!("Unrecognized snapshot type: {kind}");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let only_instance = request.d_b_instance_identifier.as_deref();
    let only_instance = only_instance.map(|name| local_id(call.caller, "db", name).unwrap_or_default());
    let only_snapshot = request.d_b_snapshot_identifier.as_deref();
    let only_id = only_snapshot.map(|name| local_id(call.caller, "snapshot", name).unwrap_or_default());
    // Instances before the one where the page begins are not looked at.
    let begin = request.marker.as_deref().filter(|marker| !marker.is_empty()).map(open).transpose()?;
    let begin = begin.as_deref().and_then(|key| key.split(SEPARATOR).next()).unwrap_or_default();
    let admitted = |seen: &Seen<'_>| {
        only_id.as_deref().is_none_or(|id| seen.id == id)
            && request.snapshot_type.as_deref().is_none_or(|kind| seen.kind == kind)
            && filters.admit(|name, value| match name {
                "db-instance-id" => value.eq_ignore_ascii_case(&seen.instance.id) || value == seen.instance.arn(),
                "db-snapshot-id" => value.eq_ignore_ascii_case(&seen.id),
                "dbi-resource-id" => value == seen.instance.resource_id,
                "snapshot-type" => value == seen.kind,
                "engine" => value == seen.instance.engine,
                _ => false,
            })
    };
    let (account, region) = (&call.caller.account, &call.caller.region);
    let there = sources(world, account, region)
        .into_iter()
        .filter(|id| only_instance.as_deref().is_none_or(|only| *id == only) && *id >= begin)
        .flat_map(|id| of_instance(world, account, region, id, call.now))
        .filter(|seen| request.dbi_resource_id.as_deref().is_none_or(|id| seen.instance.resource_id == id))
        .filter(admitted);
    let page = page(there, key, request.max_records, request.marker.as_deref())?;
    if let Some(name) = only_snapshot.filter(|_| page.items.is_empty()) {
        return Err(not_found(name));
    }
    let items = page.items.iter().map(on_wire).collect();
    let message = DBSnapshotMessage { d_b_snapshots: Some(DBSnapshotList { items }), marker: page.marker };
    Ok(wire::serialize_describe_d_b_snapshots_response(&message))
}

fn key(seen: &Seen<'_>) -> String {
    format!("{}{SEPARATOR}{:024}{SEPARATOR}{}", seen.instance.id, seen.at.as_nanosecond(), seen.id)
}

/// AWS's answer to a name of no snapshot.
pub(super) fn not_found(name: &str) -> Refusal {
    Refusal::not_found("DBSnapshotNotFound", format!("DBSnapshot {name} not found."))
}

/// A snapshot as the API tells it.
pub(super) fn on_wire(seen: &Seen<'_>) -> DBSnapshot {
    let instance = seen.instance;
    DBSnapshot {
        d_b_snapshot_identifier: Some(seen.id.clone()),
        d_b_snapshot_arn: Some(seen.arn()),
        d_b_instance_identifier: Some(instance.id.clone()),
        dbi_resource_id: Some(instance.resource_id.clone()),
        snapshot_type: Some(seen.kind.to_owned()),
        snapshot_create_time: Some(seen.at.to_string()),
        original_snapshot_create_time: Some(seen.copied.map_or(seen.at, |copied| copied.original_at).to_string()),
        // What is in it is known when it is there.
        snapshot_database_time: (seen.status == "available").then(|| seen.data_at.to_string()),
        // "It only has a value in the case of a cross-account or cross-Region copy" (service model).
        source_d_b_snapshot_identifier: seen
            .copied
            .filter(|copied| copied.region != seen.region)
            .map(|copied| copied.arn.clone()),
        source_region: seen.copied.map(|copied| copied.region.clone()),
        snapshot_target: Some("region".to_owned()),
        status: Some(seen.status.to_owned()),
        percent_progress: Some(seen.progress),
        engine: Some(instance.engine.clone()),
        engine_version: Some(instance.engine_version.clone()),
        license_model: Some(instance.license().to_owned()),
        master_username: Some(instance.master_username.clone()),
        port: Some(instance.port),
        // The zone of another region means nothing here.
        availability_zone: Some(instance.zone.clone()).filter(|_| instance.region == seen.region),
        vpc_id: Some(instance.network.vpc.clone()).filter(|_| instance.region == seen.region),
        option_group_name: Some(instance.option_group()),
        instance_create_time: Some(instance.created.to_string()),
        allocated_storage: Some(instance.allocated_gib),
        storage_type: Some(instance.storage_type.clone()),
        iops: instance.iops,
        storage_throughput: instance.throughput,
        encrypted: Some(seen.kms_key.is_some()),
        kms_key_id: seen.kms_key.map(str::to_owned),
        i_a_m_database_authentication_enabled: Some(instance.settings.iam_authentication),
        dedicated_log_volume: Some(instance.settings.dedicated_log_volume),
        tag_list: Some(tag_list(seen.tags)),
        ..DBSnapshot::default()
    }
}

/// `DescribeDBInstanceAutomatedBackups`: what a point-in-time restore can reach.
pub(super) fn automated_backups(world: &World, call: &Call<'_>) -> Answer {
    let request =
        wire::deserialize_describe_d_b_instance_automated_backups_request(&call.parameters).map_err(malformed)?;
    let filters = Filters::read(request.filters, &["status", "db-instance-id", "dbi-resource-id"])?;
    let only = request.d_b_instance_identifier.as_deref();
    let only_id = only.map(|name| local_id(call.caller, "db", name).unwrap_or_default());
    let admitted = |backup: &DBInstanceAutomatedBackup| {
        let arn = request.d_b_instance_automated_backups_arn.as_deref();
        arn.is_none_or(|arn| backup.d_b_instance_automated_backups_arn.as_deref() == Some(arn))
            && filters.admit(|name, value| match name {
                "status" => backup.status.as_deref() == Some(value),
                "db-instance-id" => {
                    backup.d_b_instance_identifier.as_deref().is_some_and(|id| value.eq_ignore_ascii_case(id))
                        || backup.d_b_instance_arn.as_deref() == Some(value)
                }
                "dbi-resource-id" => {
                    backup.dbi_resource_id.as_deref().is_some_and(|id| value.eq_ignore_ascii_case(id))
                        || backup.d_b_instance_automated_backups_arn.as_deref() == Some(value)
                }
                _ => false,
            })
    };
    let (account, region) = (&call.caller.account, &call.caller.region);
    let wanted = |i: &Instance| {
        only_id.as_deref().is_none_or(|id| i.id == id)
            // "This parameter isn't case-sensitive" (service model).
            && request.dbi_resource_id.as_deref().is_none_or(|id| id.eq_ignore_ascii_case(&i.resource_id))
    };
    let living = world
        .instances_in(account, region)
        .filter(|i| i.retention_days > 0 && i.cluster.is_none() && i.status_at(call.now).is_some() && wanted(i))
        .map(|instance| automated_backup(instance, call));
    let retained = world
        .retained
        .iter()
        .filter(|kept| kept.instance.account == *account && kept.instance.region == *region && wanted(&kept.instance))
        // Until it is gone the instance tells of them itself.
        .filter(|kept| world.by_key(&Key::of(&kept.instance)).is_none_or(|i| i.status_at(call.now).is_none()))
        .filter_map(|kept| retained_backup(kept, call));
    let key = |backup: &DBInstanceAutomatedBackup| {
        let id = backup.d_b_instance_identifier.as_deref().unwrap_or_default();
        format!("{id}{SEPARATOR}{}", backup.dbi_resource_id.as_deref().unwrap_or_default())
    };
    let mut there: Vec<DBInstanceAutomatedBackup> = living.chain(retained).filter(admitted).collect();
    there.sort_by_cached_key(key);
    // An instance's name "must match the identifier of an existing DB instance" (service model).
    let is_gone = only.is_some_and(|name| super::instance(world, call, name).is_err());
    let is_named = request.dbi_resource_id.is_some() || request.d_b_instance_automated_backups_arn.is_some();
    if is_gone || (is_named && there.is_empty()) {
        let message = "No automated backup was found for the specified resource.";
        return Err(Refusal::not_found("DBInstanceAutomatedBackupNotFound", message));
    }
    let page = page(there.into_iter(), key, request.max_records, request.marker.as_deref())?;
    let message = DBInstanceAutomatedBackupMessage {
        d_b_instance_automated_backups: Some(DBInstanceAutomatedBackupList { items: page.items }),
        marker: page.marker,
    };
    Ok(wire::serialize_describe_d_b_instance_automated_backups_response(&message))
}

/// What is kept of a deleted instance; `None` when the last of it has expired.
fn retained_backup(kept: &Retained, call: &Call<'_>) -> Option<DBInstanceAutomatedBackup> {
    let (first, last) = kept.window(call.now)?;
    Some(DBInstanceAutomatedBackup {
        status: Some("retained".to_owned()),
        restore_window: Some(RestoreWindow {
            earliest_time: Some(first.to_string()),
            latest_time: Some(last.to_string()),
        }),
        ..automated_backup(&kept.instance, call)
    })
}

fn automated_backup(instance: &Instance, call: &Call<'_>) -> DBInstanceAutomatedBackup {
    let is_active = backups::first_kept(instance, call.now).is_some_and(|backup| backup.end() <= call.now);
    let id = identity::automated_backup_id(&instance.resource_id);
    DBInstanceAutomatedBackup {
        d_b_instance_arn: Some(instance.arn()),
        d_b_instance_identifier: Some(instance.id.clone()),
        dbi_resource_id: Some(instance.resource_id.clone()),
        d_b_instance_automated_backups_arn: Some(format!(
            "arn:aws:rds:{}:{}:auto-backup:{id}",
            instance.region, instance.account
        )),
        region: Some(instance.region.clone()),
        status: Some(if is_active { "active" } else { "creating" }.to_owned()),
        // Nothing can be restored yet while the first backup is taken.
        restore_window: backups::window(instance, call.now).map(|(first, last)| RestoreWindow {
            earliest_time: Some(first.to_string()),
            latest_time: Some(last.to_string()),
        }),
        backup_retention_period: Some(instance.retention_days),
        backup_target: Some("region".to_owned()),
        preferred_backup_window: Some(instance.backup_window.to_string()),
        engine: Some(instance.engine.clone()),
        engine_version: Some(instance.engine_version.clone()),
        license_model: Some(instance.license().to_owned()),
        option_group_name: Some(instance.option_group()),
        i_a_m_database_authentication_enabled: Some(instance.settings.iam_authentication),
        dedicated_log_volume: Some(instance.settings.dedicated_log_volume),
        master_username: Some(instance.master_username.clone()),
        port: Some(instance.port),
        availability_zone: Some(instance.zone.clone()),
        vpc_id: Some(instance.network.vpc.clone()),
        instance_create_time: Some(instance.created.to_string()),
        allocated_storage: Some(instance.allocated_gib),
        storage_type: Some(instance.storage_type.clone()),
        iops: instance.iops,
        storage_throughput: instance.throughput,
        encrypted: Some(instance.kms_key.is_some()),
        kms_key_id: instance.kms_key.clone(),
        tag_list: Some(tag_list(&instance.tags)),
        ..DBInstanceAutomatedBackup::default()
    }
}
