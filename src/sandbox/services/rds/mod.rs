//! Amazon RDS (query protocol, API 2014-10-31) over the sandbox's world. Parameters and error
//! codes as in AWS's service model.

mod blue_green;
mod events;
mod filters;
mod instances;
mod maintenance;
mod orderable;
mod paging;
mod snapshots;
#[cfg(test)]
mod tests;
mod write;

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use jiff::Timestamp;
use winterbaume_core::{MockRequest, MockResponse};
use winterbaume_rds::model::{Tag, TagList};

use super::answer::Refusal;
use super::{Caller, parameters};
use crate::sandbox::world::{Instance, World};

/// Namespace of the service's XML.
pub const NAMESPACE: &str = "http://rds.amazonaws.com/doc/2014-10-31/";

/// The engine that the sandbox makes instances of.
const ENGINE: &str = "postgres";

type Answer = Result<MockResponse, Refusal>;

/// One request, with what is needed to answer it.
struct Call<'a> {
    caller: &'a Caller,
    now: Timestamp,
    parameters: HashMap<String, String>,
}

/// Answers a request to RDS.
#[must_use]
pub fn handle(world: &RwLock<World>, caller: &Caller, now: Timestamp, request: &MockRequest) -> MockResponse {
    let call = Call { caller, now, parameters: parameters(request) };
    let is_due = world.read().unwrap_or_else(PoisonError::into_inner).is_due(now);
    if is_due {
        world.write().unwrap_or_else(PoisonError::into_inner).advance(now);
    }
    let answer = dispatch(world, &call).unwrap_or_else(|refusal| refusal.xml(NAMESPACE));
    instances::with_storage_operations(answer)
}

fn dispatch(world: &RwLock<World>, call: &Call<'_>) -> Answer {
    let read = || world.read().unwrap_or_else(PoisonError::into_inner);
    let write = || world.write().unwrap_or_else(PoisonError::into_inner);
    match call.parameters.get("Action").map_or("", String::as_str) {
        "DescribeDBInstances" => instances::describe(&read(), call),
        "DescribeDBSnapshots" => snapshots::describe(&read(), call),
        "DescribeDBInstanceAutomatedBackups" => snapshots::automated_backups(&read(), call),
        "DescribeBlueGreenDeployments" => blue_green::describe(&read(), call),
        "DescribeEvents" => events::describe(&read(), call),
        "DescribePendingMaintenanceActions" => maintenance::describe(&read(), call),
        "ListTagsForResource" => maintenance::tags(&read(), call),
        "DescribeOrderableDBInstanceOptions" => orderable::describe(&read(), call),
        "CreateDBInstance" => write::create_instance(&mut write(), call),
        "CreateDBInstanceReadReplica" => write::create_replica(&mut write(), call),
        "CreateDBSnapshot" => write::create_snapshot(&mut write(), call),
        "DeleteDBSnapshot" => write::delete_snapshot(&mut write(), call),
        "CopyDBSnapshot" => write::copy_snapshot(&mut write(), call),
        "ModifyDBInstance" => write::modify_instance(&mut write(), call),
        "RestoreDBInstanceToPointInTime" => write::restore_to_time(&mut write(), call),
        "RestoreDBInstanceFromDBSnapshot" => write::restore_snapshot(&mut write(), call),
        "PromoteReadReplica" => write::promote(&mut write(), call),
        "RebootDBInstance" => write::reboot(&mut write(), call),
        "StopDBInstance" => write::stop(&mut write(), call),
        "StartDBInstance" => write::start(&mut write(), call),
        "DeleteDBInstance" => write::delete_instance(&mut write(), call),
        "ApplyPendingMaintenanceAction" => write::apply_maintenance(&mut write(), call),
        "AddTagsToResource" => write::add_tags(&mut write(), call),
        "RemoveTagsFromResource" => write::remove_tags(&mut write(), call),
        other => {
            let message = format!("Could not find operation {other} for version 2014-10-31");
            Err(Refusal::new("InvalidAction", message))
        }
    }
}

/// A request that cannot be read at all.
fn malformed(message: String) -> Refusal {
    Refusal::new("MalformedInput", message)
}

/// The caller's instance by name or ARN, if it exists now.
fn instance<'w>(world: &'w World, call: &Call<'_>, name: &str) -> Result<&'w Instance, Refusal> {
    let missing = || Refusal::not_found("DBInstanceNotFound", format!("DBInstance {name} not found."));
    let id = local_id(call.caller, "db", name).ok_or_else(missing)?;
    world
        .find(&call.caller.account, &call.caller.region, &id)
        .filter(|instance| instance.status_at(call.now).is_some())
        .ok_or_else(missing)
}

/// The name in an ARN of the caller's account and region, or the name itself. RDS keeps
/// identifiers in lower case and compares without case.
fn local_id(caller: &Caller, kind: &str, name: &str) -> Option<String> {
    if !name.starts_with("arn:") {
        return Some(name.to_ascii_lowercase());
    }
    let prefix = format!("arn:aws:rds:{}:{}:{kind}:", caller.region, caller.account);
    name.strip_prefix(&prefix).map(str::to_ascii_lowercase)
}

/// Tags as they go over the wire.
fn tag_list(tags: &[(String, String)]) -> TagList {
    let items = tags.iter().map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) });
    TagList { items: items.collect() }
}

/// Tags as they came over the wire.
fn read_tags(tags: Option<TagList>) -> Vec<(String, String)> {
    let items = tags.map(|list| list.items).unwrap_or_default();
    items.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect()
}
