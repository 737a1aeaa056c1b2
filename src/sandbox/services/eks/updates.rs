//! Updates of node groups: `UpdateNodegroupConfig`, `ListUpdates`, `DescribeUpdate`. Of a group its sizes alone are
//! changed, and of clusters and add-ons nobody has changed anything that EKS would still know of.

use winterbaume_core::MockResponse;
use winterbaume_eks::model::{
    DescribeUpdateRequest, DescribeUpdateResponse, ErrorDetail, ListUpdatesRequest, ListUpdatesResponse, Update,
    UpdateNodegroupConfigRequest, UpdateNodegroupConfigResponse, UpdateParam,
};
use winterbaume_eks::wire;

use super::paging::page;
use super::refusal::EksRefusal;
use super::{EksCall, node_groups, seconds};
use crate::sandbox::kubernetes::estate::ClusterSite;
use crate::sandbox::kubernetes::node_group::{GroupRefusal, GroupUpdate, GroupWish, UpdateState};

pub(super) fn update_group(
    call: &EksCall<'_>,
    input: &UpdateNodegroupConfigRequest,
) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.cluster_name)?;
    let group = node_groups::named(call, site, &input.nodegroup_name)?;
    let about = |refusal: EksRefusal| {
        refusal.about("clusterName", site.cluster()).about("nodegroupName", &input.nodegroup_name)
    };
    let more = input.labels.is_some()
        || input.taints.is_some()
        || input.update_config.is_some()
        || input.node_repair_config.is_some()
        || input.warm_pool_config.is_some();
    if more {
        return Err(EksRefusal::not_built("UpdateNodegroupConfig of anything but scalingConfig"));
    }
    let wish = input.scaling_config.as_ref().map_or_else(GroupWish::default, |scaling| GroupWish {
        min: scaling.min_size,
        max: scaling.max_size,
        desired: scaling.desired_size,
    });
    if wish == GroupWish::default() {
        return Err(about(EksRefusal::parameter("The request changes nothing of the node group.")));
    }
    let token = input.client_request_token.as_deref();
    let begun = group.lock().begin(wish, token, call.now).map_err(|refusal| match refusal {
        // containers-roadmap #2204.
        GroupRefusal::InUse => {
            about(EksRefusal::in_use("Nodegroup cannot be updated as it is currently not in Active State"))
        }
        GroupRefusal::Invalid(words) => about(EksRefusal::parameter(words)),
    })?;
    Ok(wire::serialize_update_nodegroup_config_response(&UpdateNodegroupConfigResponse { update: Some(told(&begun)) }))
}

pub(super) fn list(call: &EksCall<'_>, input: &ListUpdatesRequest) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.name)?;
    let mut ids: Vec<String> =
        updates(call, site, input.nodegroup_name.as_deref())?.into_iter().map(|update| update.id).collect();
    ids.sort_unstable();
    let page = page(ids, String::clone, input.max_results, input.next_token.as_deref())?;
    let answer = ListUpdatesResponse { next_token: page.next, update_ids: Some(page.items) };
    Ok(wire::serialize_list_updates_response(&answer))
}

pub(super) fn describe(call: &EksCall<'_>, input: &DescribeUpdateRequest) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.name)?;
    let all = updates(call, site, input.nodegroup_name.as_deref())?;
    let update = all.iter().find(|update| update.id == input.update_id).ok_or_else(|| {
        let refusal = EksRefusal::not_found(format!("No update found for ID: {}", input.update_id));
        refusal.about("clusterName", site.cluster())
    })?;
    let answer = DescribeUpdateResponse { update: Some(told(update)) };
    Ok(wire::serialize_describe_update_response(&answer))
}

/// Those of a group; those of the cluster itself, of which there are none, where no group is named.
fn updates(call: &EksCall<'_>, site: ClusterSite, group: Option<&str>) -> Result<Vec<GroupUpdate>, EksRefusal> {
    let Some(group) = group else { return Ok(Vec::new()) };
    Ok(node_groups::named(call, site, group)?.lock().updates().to_vec())
}

fn told(update: &GroupUpdate) -> Update {
    let wish = update.wish;
    let params = [("MinSize", wish.min), ("MaxSize", wish.max), ("DesiredSize", wish.desired)];
    let param = |(name, value): (&str, Option<i32>)| {
        Some(UpdateParam { r#type: Some(name.to_owned()), value: Some(value?.to_string()) })
    };
    let (status, errors) = match &update.state {
        UpdateState::InProgress => ("InProgress", Vec::new()),
        UpdateState::Successful => ("Successful", Vec::new()),
        UpdateState::Failed(trouble) => {
            let error = ErrorDetail {
                error_code: Some(trouble.code.to_owned()),
                error_message: Some(trouble.message.clone()),
                resource_ids: Some(trouble.resources.clone()),
            };
            ("Failed", vec![error])
        }
    };
    Update {
        id: Some(update.id.clone()),
        status: Some(status.to_owned()),
        r#type: Some("ConfigUpdate".to_owned()),
        params: Some(params.into_iter().filter_map(param).collect()),
        created_at: Some(seconds(update.created)),
        errors: Some(errors),
    }
}
