//! `ApplyPendingMaintenanceAction`.

use winterbaume_rds::model::ApplyPendingMaintenanceActionResult;
use winterbaume_rds::wire;

use super::super::{Answer, Call, maintenance, malformed};
use super::{invalid, not_ready};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::changes::Key;
use crate::sandbox::world::{World, window};

/// `ApplyPendingMaintenanceAction`: now, in the next maintenance window, or not in it after all.
pub(in super::super) fn apply_maintenance(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_apply_pending_maintenance_action_request(&call.parameters).map_err(malformed)?;
    let (arn, name) = (request.resource_identifier.as_str(), request.apply_action.as_str());
    let missing =
        || Refusal::not_found("ResourceNotFoundFault", format!("The specified resource {arn} was not found."));
    let instance = if arn.starts_with("arn:") { super::instance(world, call, arn).ok() } else { None };
    let instance = instance.ok_or_else(missing)?;
    let key = Key::of(instance);
    let Some(action) = instance.maintenance.iter().find(|action| action.action == name) else {
        let message = format!("There is no pending maintenance action {name} for {arn}.");
        return Err(Refusal::not_found("ResourceNotFoundFault", message));
    };
    let opted = action.opt_in.clone();
    let opens = window::next(&instance.maintenance_window, call.now);
    match request.opt_in_type.as_str() {
        "immediate" => {
            if !instance.is_ready_at(call.now) {
                return Err(not_ready(&key.id));
            }
            world.maintain(&key, name, call.now);
        }
        "next-maintenance" | "undo-opt-in" => {
            if opted.as_deref() == Some("immediate") {
                return Err(invalid("An opt-in request of type immediate can't be undone."));
            }
            let opts_in = request.opt_in_type == "next-maintenance";
            let found = world.by_key_mut(&key);
            if let Some(action) = found.and_then(|i| i.maintenance.iter_mut().find(|action| action.action == name)) {
                action.opt_in = opts_in.then(|| "next-maintenance".to_owned());
                if opts_in {
                    action.current_apply = opens;
                }
            }
            world.defer(&key, call.now);
        }
        other => return Err(invalid(format!("Invalid opt-in type: {other}"))),
    }
    let told = world.by_key(&key).map(maintenance::on_wire);
    let result = ApplyPendingMaintenanceActionResult { resource_pending_maintenance_actions: told };
    Ok(wire::serialize_apply_pending_maintenance_action_response(&result))
}
