//! Managed node groups: `ListNodegroups`, `DescribeNodegroup`. There is one, the nodes of which the cluster has.

use std::collections::HashMap;

use winterbaume_core::MockResponse;
use winterbaume_eks::model::{
    AutoScalingGroup, DescribeNodegroupRequest, DescribeNodegroupResponse, Issue, ListNodegroupsRequest,
    ListNodegroupsResponse, NodeRepairConfig, Nodegroup, NodegroupHealth, NodegroupResources, NodegroupScalingConfig,
    NodegroupUpdateConfig, Taint,
};
use winterbaume_eks::wire;

use super::paging::page;
use super::refusal::EksRefusal;
use super::{EksCall, arn, role_arn, seconds, tags, versions};
use crate::sandbox::kubernetes::cloud::KUBELET;
use crate::sandbox::kubernetes::estate::{ClusterSite, system_group};
use crate::sandbox::kubernetes::karpenter::{ALIAS, images};
use crate::sandbox::kubernetes::node_group::{GroupTrouble, NodeGroup, SharedNodeGroup};

/// The role of the group's nodes.
pub(super) fn role(site: ClusterSite) -> String {
    format!("{}-system-node", site.cluster())
}

fn names(call: &EksCall<'_>, site: ClusterSite) -> Vec<String> {
    call.group(site).map(|_| system_group::NAME.to_owned()).into_iter().collect()
}

/// The node group of a name.
pub(super) fn named<'a>(
    call: &'a EksCall<'_>,
    site: ClusterSite,
    name: &str,
) -> Result<&'a SharedNodeGroup, EksRefusal> {
    call.group(site).filter(|_| name == system_group::NAME).ok_or_else(|| {
        let refusal = EksRefusal::not_found(format!("No node group found for name: {name}."));
        refusal.about("clusterName", site.cluster()).about("nodegroupName", name)
    })
}

pub(super) fn list(call: &EksCall<'_>, input: &ListNodegroupsRequest) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.cluster_name)?;
    let page = page(names(call, site), String::clone, input.max_results, input.next_token.as_deref())?;
    let answer = ListNodegroupsResponse { nodegroups: Some(page.items), next_token: page.next };
    Ok(wire::serialize_list_nodegroups_response(&answer))
}

pub(super) fn describe(call: &EksCall<'_>, input: &DescribeNodegroupRequest) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.cluster_name)?;
    let known = named(call, site, &input.nodegroup_name)?.lock().clone();
    let answer = DescribeNodegroupResponse { nodegroup: Some(group(call, site, &known)) };
    Ok(wire::serialize_describe_nodegroup_response(&answer))
}

/// Its image is the newest, and its first nodes came with the update to it: they are 17 to 18 days old.
fn group(call: &EksCall<'_>, site: ClusterSite, known: &NodeGroup) -> Nodegroup {
    let (name, cluster) = (system_group::NAME, site.cluster());
    let (id, sizes) = (known.id(), known.sizes());
    let changed = known.updates().last().map_or_else(|| call.past(17, 0), |update| update.changed);
    let issue = |issue: &GroupTrouble| Issue {
        code: Some(issue.code.to_owned()),
        message: Some(issue.message.clone()),
        resource_ids: Some(issue.resources.clone()),
    };
    let text = |text: &str| Some(text.to_owned());
    Nodegroup {
        nodegroup_name: text(name),
        nodegroup_arn: Some(arn(call.caller, &format!("nodegroup/{cluster}/{name}/{id}"))),
        cluster_name: text(cluster),
        version: text(versions::OURS),
        release_version: release(),
        created_at: Some(seconds(call.made(site, 21))),
        modified_at: Some(seconds(changed)),
        status: text(known.status()),
        capacity_type: text("ON_DEMAND"),
        scaling_config: Some(NodegroupScalingConfig {
            min_size: Some(sizes.min),
            max_size: Some(sizes.max),
            desired_size: Some(sizes.desired),
        }),
        instance_types: Some(vec![system_group::INSTANCE_TYPE.to_owned()]),
        subnets: Some(site.zones().into_iter().map(|zone| zone.subnet).collect()),
        ami_type: text("AL2023_x86_64_STANDARD"),
        node_role: Some(role_arn(site, &role(site))),
        labels: Some(HashMap::from([(system_group::LABEL.0.to_owned(), system_group::LABEL.1.to_owned())])),
        taints: Some(vec![Taint {
            key: text(system_group::TAINT.0),
            value: text(system_group::TAINT.1),
            effect: text("NO_SCHEDULE"),
        }]),
        resources: Some(NodegroupResources {
            auto_scaling_groups: Some(vec![AutoScalingGroup { name: Some(known.auto_scaling_group()) }]),
            ..NodegroupResources::default()
        }),
        disk_size: Some(20),
        health: Some(NodegroupHealth { issues: Some(known.issues().iter().map(issue).collect()) }),
        update_config: Some(NodegroupUpdateConfig {
            max_unavailable: Some(1),
            update_strategy: text("DEFAULT"),
            ..NodegroupUpdateConfig::default()
        }),
        node_repair_config: Some(NodeRepairConfig { enabled: Some(false), ..NodeRepairConfig::default() }),
        tags: Some(tags(site)),
        ..Nodegroup::default()
    }
}

/// `1.33.5-20261109`: the kubelet's version and the day of the image.
fn release() -> Option<String> {
    let image = images(ALIAS)?.into_iter().next()?.2;
    let (_, day) = image.rsplit_once("-v")?;
    let kubelet = KUBELET.trim_start_matches('v').split('-').next()?;
    Some(format!("{kubelet}-{day}"))
}
