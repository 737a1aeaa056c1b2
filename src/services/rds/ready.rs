//! Whether a later step's DB instance can take its call.

use super::checks::STARTS_FROM;
use super::{Follow, Plan, Seen};

/// The step's instance is there and ready; it is the resource that the plan knew, if it knew it.
///
/// # Errors
/// What it is instead, in words.
pub fn ready(plan: &Plan, step: usize, fresh: &Seen) -> Result<(), String> {
    let Some(follow) = plan.steps.get(step).map(|step| &step.follow) else { return Ok(()) };
    let Some(id) = follow.instance() else { return Ok(()) };
    let Some(database) = fresh.find(follow.region(), id) else {
        return Err(format!("{id} is not there"));
    };
    if resource_id(plan, step).is_some_and(|known| known != database.resource_id) {
        return Err(format!("{id} is another instance of the same name now"));
    }
    let is_ready = match follow {
        Follow::Running { .. } => STARTS_FROM.contains(&database.status.as_str()),
        _ => database.is_usable(),
    };
    if is_ready { Ok(()) } else { Err(format!("{id} is {}", database.status)) }
}

/// `DbiResourceId` of what a step is about, where the plan knew it: what was there under the name then.
#[must_use]
pub fn resource_id(plan: &Plan, step: usize) -> Option<&str> {
    let follow = &plan.steps.get(step)?.follow;
    let (region, id) = (follow.region(), follow.instance()?);
    let targeted = id == plan.target.id && region == plan.target.region;
    let own = format!("{region} {id} resource id");
    let is_own = |name: &str| name == own || (targeted && name == "resource id");
    let known = plan.observed.iter().find(|(name, _)| is_own(name));
    known.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}
