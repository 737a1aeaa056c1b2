//! Whether a later step's DB instance can take its call.

use super::checks::STARTS_FROM;
use super::{Follow, Seen, Target};

/// The step's instance is there and ready; it is the resource that the plan knew, if it knew it.
///
/// # Errors
/// What it is instead, in words.
pub fn ready(target: &Target, observed: &[(String, String)], follow: &Follow, fresh: &Seen) -> Result<(), String> {
    let Some(id) = follow.instance() else { return Ok(()) };
    let Some(database) = fresh.find(follow.region(), id) else {
        return Err(format!("{id} is not there"));
    };
    if resource_id(target, observed, follow).is_some_and(|known| known != database.resource_id) {
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
pub fn resource_id<'a>(target: &Target, observed: &'a [(String, String)], follow: &Follow) -> Option<&'a str> {
    let (region, id) = (follow.region(), follow.instance()?);
    let targeted = id == target.id && region == target.region;
    let own = format!("{region} {id} resource id");
    let is_own = |name: &str| name == own || (targeted && name == "resource id");
    let known = observed.iter().find(|(name, _)| is_own(name));
    known.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}
