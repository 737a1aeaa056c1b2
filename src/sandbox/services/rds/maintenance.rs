//! `DescribePendingMaintenanceActions` and `ListTagsForResource`.

use winterbaume_rds::model::{
    PendingMaintenanceAction, PendingMaintenanceActionDetails, PendingMaintenanceActions,
    PendingMaintenanceActionsMessage, ResourcePendingMaintenanceActions, TagListMessage,
};
use winterbaume_rds::wire;

use super::filters::Filters;
use super::paging::page;
use super::snapshots::not_found;
use super::{Answer, Call, local_id, malformed, tag_list};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::instance::Maintenance;
use crate::sandbox::world::snapshots::find;
use crate::sandbox::world::{Instance, World};

/// `DescribePendingMaintenanceActions`: the instances that have any.
pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let request =
        wire::deserialize_describe_pending_maintenance_actions_request(&call.parameters).map_err(malformed)?;
    let filters = Filters::read(request.filters, &["db-cluster-id", "db-instance-id"])?;
    if let Some(arn) = &request.resource_identifier
        && super::instance(world, call, arn).is_err()
    {
        let message = format!("The specified resource {arn} was not found.");
        return Err(Refusal::not_found("ResourceNotFoundFault", message));
    }
    let there = world
        .instances_in(&call.caller.account, &call.caller.region)
        .filter(|i| !i.maintenance.is_empty() && i.status_at(call.now).is_some())
        .filter(|i| request.resource_identifier.as_deref().is_none_or(|arn| i.arn() == arn))
        .filter(|i| {
            filters.admit(|name, value| {
                name == "db-instance-id" && (value.eq_ignore_ascii_case(&i.id) || value == i.arn())
            })
        });
    let page = page(there, |instance| instance.id.clone(), request.max_records, request.marker.as_deref())?;
    let items = page.items.into_iter().map(on_wire).collect();
    let message = PendingMaintenanceActionsMessage {
        pending_maintenance_actions: Some(PendingMaintenanceActions { items }),
        marker: page.marker,
    };
    Ok(wire::serialize_describe_pending_maintenance_actions_response(&message))
}

/// The pending actions of an instance as the API tells them.
pub(super) fn on_wire(instance: &Instance) -> ResourcePendingMaintenanceActions {
    let action = |action: &Maintenance| PendingMaintenanceAction {
        action: Some(action.action.clone()),
        description: Some(action.description.clone()),
        auto_applied_after_date: action.auto_applied_after.map(|at| at.to_string()),
        forced_apply_date: action.forced.map(|at| at.to_string()),
        current_apply_date: action.current_apply.map(|at| at.to_string()),
        opt_in_status: action.opt_in.clone(),
    };
    ResourcePendingMaintenanceActions {
        resource_identifier: Some(instance.arn()),
        pending_maintenance_action_details: Some(PendingMaintenanceActionDetails {
            items: instance.maintenance.iter().map(action).collect(),
        }),
    }
}

/// `ListTagsForResource` of an instance or a snapshot, by ARN.
pub(super) fn tags(world: &World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_list_tags_for_resource_request(&call.parameters).map_err(malformed)?;
    let arn = request.resource_name.as_str();
    let tags = match arn.split(':').nth(5) {
        Some("db") => tag_list(&super::instance(world, call, arn)?.tags),
        Some("snapshot") => {
            let id = local_id(call.caller, "snapshot", arn).ok_or_else(|| not_found(arn))?;
            find(world, &call.caller.account, &call.caller.region, &id, call.now)
                .map(|seen| tag_list(seen.tags))
                .ok_or_else(|| not_found(arn))?
        }
        _ => {
            let message = format!("The specified resource name does not match an RDS resource in this region: {arn}");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
    };
    Ok(wire::serialize_list_tags_for_resource_response(&TagListMessage { tag_list: Some(tags) }))
}
