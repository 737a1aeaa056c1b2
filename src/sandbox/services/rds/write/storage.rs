//! What `ModifyDBInstance` allows with storage (RDS user guide, "Working with storage for Amazon RDS
//! DB instances").

use jiff::Timestamp;
use winterbaume_rds::model::ModifyDBInstanceMessage;

use super::super::ENGINE;
use super::{combination, invalid};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::Instance;
use crate::sandbox::world::instance::Pending;
use crate::sandbox::world::moment::{DAY, after};

/// Largest volume of PostgreSQL, GiB.
const LARGEST: i32 = 65_536;
/// From this size on a gp3 volume of PostgreSQL is striped and takes IOPS and throughput, GiB.
const STRIPED: i32 = 400;
/// Storage changes in 24 hours.
const MOST_CHANGES: usize = 4;
/// The types that PostgreSQL has.
const TYPES: [&str; 5] = ["gp2", "gp3", "io1", "io2", "standard"];

/// Puts what a request wants of the storage into `pending`, as far as it is not so already.
pub(super) fn change(
    instance: &Instance,
    request: &ModifyDBInstanceMessage,
    now: Timestamp,
    pending: &mut Pending,
) -> Result<(), Refusal> {
    let mut wanted = Pending::default();
    if let Some(gib) = request.allocated_storage.filter(|gib| *gib != instance.allocated_gib) {
        wanted.allocated_gib = Some(grown(instance, gib)?);
    }
    if let Some(kind) = request.storage_type.as_ref().filter(|kind| **kind != instance.storage_type) {
        if !TYPES.contains(&kind.as_str()) {
            return Err(invalid(format!("Invalid storage type: {kind}")));
        }
        wanted.storage_type = Some(kind.clone());
    }
    wanted.iops = request.iops.filter(|iops| Some(*iops) != instance.iops);
    wanted.throughput = request.storage_throughput.filter(|throughput| Some(*throughput) != instance.throughput);
    if wanted.changes_storage() {
        performance(instance, &wanted, request)?;
        allowed(instance, now)?;
    }
    // Asking for what is so already takes back what was to come.
    if request.allocated_storage.is_some() {
        pending.allocated_gib = wanted.allocated_gib;
    }
    if request.storage_type.is_some() {
        pending.storage_type = wanted.storage_type;
    }
    if request.iops.is_some() {
        pending.iops = wanted.iops;
    }
    if request.storage_throughput.is_some() {
        pending.throughput = wanted.throughput;
    }
    Ok(())
}

/// The limit of autoscaling that a request wants: the size itself switches it off.
pub(super) fn limit(instance: &Instance, wanted: i32) -> Result<Option<i32>, Refusal> {
    if wanted == instance.allocated_gib {
        return Ok(None);
    }
    if wanted < instance.allocated_gib || wanted > LARGEST {
        return Err(combination(format!(
            "Invalid max storage size for engine name {ENGINE} and storage type {}: {wanted}",
            instance.storage_type
        )));
    }
    Ok(Some(wanted))
}

/// The size that a request leads to: at least a tenth more than now.
fn grown(instance: &Instance, gib: i32) -> Result<i32, Refusal> {
    if gib < instance.allocated_gib {
        return Err(combination(format!(
            "Invalid storage modification: the allocated storage of {} GiB cannot be reduced to {gib} GiB.",
            instance.allocated_gib
        )));
    }
    let least = i64::from(instance.allocated_gib) * 11;
    let least = i32::try_from((least + 9) / 10).unwrap_or(LARGEST);
    let size = gib.max(least);
    if size > LARGEST {
        let kind = &instance.storage_type;
        return Err(invalid(format!("Invalid storage size for engine name {ENGINE} and storage type {kind}: {gib}")));
    }
    Ok(size)
}

/// What IOPS and throughput the type and the size take.
fn performance(instance: &Instance, wanted: &Pending, request: &ModifyDBInstanceMessage) -> Result<(), Refusal> {
    let kind = wanted.storage_type.as_deref().unwrap_or(&instance.storage_type);
    let size = wanted.allocated_gib.unwrap_or(instance.allocated_gib);
    let provisions = wanted.iops.is_some() || wanted.throughput.is_some();
    let has_iops = matches!(kind, "io1" | "io2") || (kind == "gp3" && instance.allocated_gib >= STRIPED);
    if kind == "gp3" && size < STRIPED && provisions {
        return Err(combination(format!(
            "You can't specify IOPS or storage throughput for engine {ENGINE} and a storage size less than {STRIPED}."
        )));
    }
    if matches!(kind, "gp2" | "standard") && provisions {
        return Err(combination(format!("You can't specify IOPS or storage throughput for storage type {kind}.")));
    }
    if matches!(kind, "io1" | "io2") && wanted.throughput.is_some() {
        return Err(combination(format!("You can't specify storage throughput for storage type {kind}.")));
    }
    if wanted.storage_type.is_some() && matches!(kind, "io1" | "io2") && request.iops.is_none() {
        return Err(combination(format!("You must specify iops when changing the storage type to {kind}.")));
    }
    let alone = (wanted.allocated_gib.is_some() && request.iops.is_none())
        || (wanted.iops.is_some() && request.allocated_storage.is_none());
    if wanted.storage_type.is_none() && has_iops && alone {
        return Err(combination(
            "You must specify both the storage size and iops when modifying the storage size or iops on a DB instance \
             that has iops.",
        ));
    }
    Ok(())
}

/// Whether the volume may be changed now.
fn allowed(instance: &Instance, now: Timestamp) -> Result<(), Refusal> {
    if instance.record.optimised_at().is_some_and(|done| done > now) {
        return Err(combination(
            "You can't currently modify the storage of this DB instance because the previous storage change is being \
             optimized.",
        ));
    }
    let a_day_ago = after(now, -DAY);
    if instance.record.storage_changes.iter().filter(|at| **at > a_day_ago).count() >= MOST_CHANGES {
        return Err(combination(format!(
            "You can't modify the storage of this DB instance: it has reached {MOST_CHANGES} storage modifications \
             within 24 hours."
        )));
    }
    Ok(())
}
