//! The calls that change the world, an operation family a file. What they start goes on by itself
//! from `now`.

mod create;
mod delete;
mod maintain;
mod members;
mod modify;
mod power;
mod promote;
mod replica;
mod restore;
mod settings;
mod snapshot;
mod storage;
mod tags;
mod wishes;

pub(super) use create::create_instance;
pub(super) use delete::delete_instance;
pub(super) use maintain::apply_maintenance;
pub(super) use modify::modify_instance;
pub(super) use power::{reboot, start, stop};
pub(super) use promote::promote;
pub(super) use replica::create_replica;
pub(super) use restore::{restore_snapshot, restore_to_time};
pub(super) use snapshot::{copy_snapshot, create_snapshot, delete_snapshot};
pub(super) use tags::{add_tags, remove_tags};

use jiff::Timestamp;

use super::{Call, instance};
use crate::domain::class::InstanceClass;
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::changes::Key;
use crate::sandbox::world::events::{Happening, Recorded, of_instance};
use crate::sandbox::world::instance::Window;
use crate::sandbox::world::metrics::{self, RdsMetric};
use crate::sandbox::world::moment::after;
use crate::sandbox::world::snapshots::ManualSnapshot;
use crate::sandbox::world::{World, window};

/// Manual snapshots in an account and region before the quota is raised.
const MOST_SNAPSHOTS: usize = 100;

/// The caller's instance, if it can take orders now.
fn ready(world: &World, call: &Call<'_>, name: &str) -> Result<Key, Refusal> {
    let found = instance(world, call, name)?;
    if found.is_ready_at(call.now) { Ok(Key::of(found)) } else { Err(not_ready(&found.id)) }
}

/// A manual snapshot of an instance, made now; gives the seconds that it takes.
fn take_snapshot(
    world: &mut World,
    call: &Call<'_>,
    name: &str,
    id: &str,
    tags: Vec<(String, String)>,
) -> Result<ManualSnapshot, Refusal> {
    let id = valid(id, "DBSnapshotIdentifier", 255)?;
    room_for_snapshot(world, call, &id)?;
    let taken_of = instance(world, call, name)?;
    let copied = if tags.is_empty() && taken_of.copy_tags_to_snapshot { taken_of.tags.clone() } else { tags };
    let mut snapshot = ManualSnapshot::of(taken_of, &id, call.now, copied);
    // A replica's data are as old as its lag (service model, `DBSnapshot.SnapshotDatabaseTime`).
    let lag = metrics::value(world, taken_of, RdsMetric::ReplicaLag.name(), call.now).unwrap_or_default();
    snapshot.data_at = after(snapshot.data_at, -(lag.max(0.0) as i64));
    let done = snapshot.done();
    let say = |at: Timestamp, message: &str| of_instance(taken_of, at, message.to_owned(), &["backup"]);
    let told = [
        say(call.now, "Backing up DB instance"),
        of_snapshot(&snapshot, call.now, "Creating manual snapshot", "creation"),
        say(done, "Finished DB Instance backup"),
        of_snapshot(&snapshot, done, "Manual snapshot created", "creation"),
    ];
    record(world, call, told);
    world.snapshots.push(snapshot.clone());
    Ok(snapshot)
}

/// Whether one more snapshot of that name may be made here.
fn room_for_snapshot(world: &World, call: &Call<'_>, id: &str) -> Result<(), Refusal> {
    if position(world, call, id).is_some() {
        let message = format!("Cannot create the snapshot because a snapshot with the identifier {id} already exists.");
        return Err(Refusal::new("DBSnapshotAlreadyExists", message));
    }
    let mine = |s: &&ManualSnapshot| s.is_in(&call.caller.account, &call.caller.region);
    if world.snapshots.iter().filter(mine).count() >= MOST_SNAPSHOTS {
        let message = format!("Cannot create more than {MOST_SNAPSHOTS} manual snapshots");
        return Err(Refusal::new("SnapshotQuotaExceeded", message));
    }
    Ok(())
}

fn of_snapshot(snapshot: &ManualSnapshot, at: Timestamp, message: &str, category: &str) -> Happening {
    Happening {
        at,
        source: snapshot.id.clone(),
        message: message.to_owned(),
        categories: vec![category.to_owned()],
        kind: "db-snapshot",
        arn: snapshot.arn(),
    }
}

fn record(world: &mut World, call: &Call<'_>, told: impl IntoIterator<Item = Happening>) {
    let (account, region) = (&call.caller.account, &call.caller.region);
    let recorded =
        told.into_iter().map(|happening| Recorded { account: account.clone(), region: region.clone(), happening });
    world.recorded.extend(recorded);
}

/// Where a manual snapshot of the caller is in the world's list.
fn position(world: &World, call: &Call<'_>, id: &str) -> Option<usize> {
    let mine = |s: &ManualSnapshot| s.is_in(&call.caller.account, &call.caller.region);
    world.snapshots.iter().position(|snapshot| mine(snapshot) && snapshot.id == id)
}

/// A name for an instance that none has.
fn new_id(world: &World, call: &Call<'_>, name: &str) -> Result<String, Refusal> {
    let id = valid(name, "DBInstanceIdentifier", 63)?;
    let taken = world.find(&call.caller.account, &call.caller.region, &id);
    if taken.is_some_and(|instance| instance.status_at(call.now).is_some()) {
        return Err(Refusal::new("DBInstanceAlreadyExists", "DB instance already exists"));
    }
    Ok(id)
}

/// An identifier by RDS's rules, in lower case.
fn valid(name: &str, parameter: &str, longest: usize) -> Result<String, Refusal> {
    let fine = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.ends_with('-')
        && !name.contains("--")
        && name.len() <= longest;
    if fine {
        return Ok(name.to_ascii_lowercase());
    }
    Err(invalid(format!(
        "The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only \
         ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
    )))
}

fn known_class(class: &str) -> Result<(), Refusal> {
    match InstanceClass::parse(class) {
        Some(_) => Ok(()),
        None => Err(invalid(format!("Invalid DB Instance class: {class}"))),
    }
}

/// Days that automated backups may be kept.
fn valid_retention(days: i32) -> Result<i32, Refusal> {
    if (0..=35).contains(&days) {
        return Ok(days);
    }
    Err(invalid(format!("Invalid backup retention period: {days}. Retention period must be between 0 and 35.")))
}

/// Refuses windows of which one is open while the other is.
fn apart(backup: Window, maintenance: &str) -> Result<(), Refusal> {
    if window::overlaps(backup, maintenance) {
        return Err(invalid("The backup window and maintenance window must not overlap."));
    }
    Ok(())
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterValue", message)
}

fn combination(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterCombination", message)
}

fn state(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidDBInstanceState", message)
}

fn not_ready(id: &str) -> Refusal {
    state(format!("Instance {id} is not in available state."))
}
