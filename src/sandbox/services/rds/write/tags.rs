//! `AddTagsToResource` and `RemoveTagsFromResource`, of instances and manual snapshots.

use winterbaume_rds::wire;

use super::super::{Answer, Call, local_id, malformed, read_tags, snapshots};
use super::{invalid, position};
use crate::sandbox::services::answer::Refusal;
use crate::sandbox::world::World;

/// Tags that a resource may have.
const MOST_TAGS: usize = 50;

type Tags = Vec<(String, String)>;

/// `AddTagsToResource`: a key that is there gets the new value.
pub(in super::super) fn add_tags(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_add_tags_to_resource_request(&call.parameters).map_err(malformed)?;
    let added = read_tags(Some(request.tags));
    if let Some((key, _)) = added.iter().find(|(key, _)| key.is_empty() || key.starts_with("aws:") || key.len() > 128) {
        return Err(invalid(format!("The tag key is not valid: {key}")));
    }
    let tags = tags_of(world, call, &request.resource_name)?;
    let mut next = tags.clone();
    for (key, value) in added {
        match next.iter_mut().find(|(known, _)| *known == key) {
            Some(tag) => tag.1 = value,
            None => next.push((key, value)),
        }
    }
    if next.len() > MOST_TAGS {
        return Err(invalid(format!("A resource cannot have more than {MOST_TAGS} tags.")));
    }
    *tags = next;
    Ok(wire::serialize_add_tags_to_resource_response())
}

/// `RemoveTagsFromResource`: a key that is not there is no error.
pub(in super::super) fn remove_tags(world: &mut World, call: &Call<'_>) -> Answer {
    let request = wire::deserialize_remove_tags_from_resource_request(&call.parameters).map_err(malformed)?;
    let tags = tags_of(world, call, &request.resource_name)?;
    tags.retain(|(key, _)| !request.tag_keys.items.contains(key));
    Ok(wire::serialize_remove_tags_from_resource_response())
}

/// The tags of a resource by its ARN.
fn tags_of<'w>(world: &'w mut World, call: &Call<'_>, arn: &str) -> Result<&'w mut Tags, Refusal> {
    let (account, region) = (&call.caller.account, &call.caller.region);
    match arn.split(':').nth(5) {
        Some("db") => {
            let id = super::instance(world, call, arn)?.id.clone();
            let missing = || Refusal::not_found("DBInstanceNotFound", format!("DBInstance {arn} not found."));
            world.find_mut(account, region, &id).map(|instance| &mut instance.tags).ok_or_else(missing)
        }
        Some("snapshot") => {
            let id = local_id(call.caller, "snapshot", arn).ok_or_else(|| snapshots::not_found(arn))?;
            let at = position(world, call, &id).ok_or_else(|| snapshots::not_found(arn))?;
            let found = world.snapshots.get_mut(at).map(|snapshot| &mut snapshot.tags);
            found.ok_or_else(|| snapshots::not_found(arn))
        }
        _ => Err(invalid(format!("The specified resource name does not match an RDS resource in this region: {arn}"))),
    }
}
