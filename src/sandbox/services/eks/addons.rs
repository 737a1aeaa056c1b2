//! Add-ons: `ListAddons`, `DescribeAddon`. Those that EKS keeps; the load balancer controller and Karpenter are
//! installed by others.

use winterbaume_core::MockResponse;
use winterbaume_eks::model::{
    Addon, AddonHealth, DescribeAddonRequest, DescribeAddonResponse, ListAddonsRequest, ListAddonsResponse,
};
use winterbaume_eks::wire;

use super::paging::page;
use super::refusal::EksRefusal;
use super::{EksCall, arn, part_id, role_arn, seconds, tags};
use crate::sandbox::kubernetes::estate::{ClusterSite, system_image};

/// An add-on by EKS's name; what runs of it in the cluster; whether it has a role of its own. Sorted by name.
const ADDONS: [(&str, &str, bool); 7] = [
    ("aws-ebs-csi-driver", "ebs-csi-controller", true),
    ("aws-efs-csi-driver", "efs-csi-controller", true),
    ("coredns", "coredns", false),
    ("kube-proxy", "kube-proxy", false),
    ("metrics-server", "metrics-server", false),
    ("snapshot-controller", "snapshot-controller", false),
    ("vpc-cni", "aws-node", true),
];

fn all(call: &EksCall<'_>, site: ClusterSite) -> &'static [(&'static str, &'static str, bool)] {
    if call.is_furnished(site) { &ADDONS } else { &[] }
}

pub(super) fn list(call: &EksCall<'_>, input: &ListAddonsRequest) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.cluster_name)?;
    let names = all(call, site).iter().map(|(name, ..)| (*name).to_owned());
    let page = page(names, String::clone, input.max_results, input.next_token.as_deref())?;
    let answer = ListAddonsResponse { addons: Some(page.items), next_token: page.next };
    Ok(wire::serialize_list_addons_response(&answer))
}

pub(super) fn describe(call: &EksCall<'_>, input: &DescribeAddonRequest) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.cluster_name)?;
    let (cluster, name) = (site.cluster(), &input.addon_name);
    let Some((name, workload, has_role)) = all(call, site).iter().find(|(known, ..)| known == name) else {
        let refusal = EksRefusal::not_found(format!("No addon: {name} found in cluster: {cluster}"));
        return Err(refusal.about("addonName", name).about("clusterName", cluster));
    };
    let text = |text: &str| Some(text.to_owned());
    let id = part_id(site, "addon", name);
    let (owner, publisher) = if *name == "metrics-server" { ("community", "kubernetes-sigs") } else { ("aws", "eks") };
    let addon = Addon {
        addon_name: text(name),
        cluster_name: text(cluster),
        status: text("ACTIVE"),
        addon_version: system_image(workload).map(version),
        health: Some(AddonHealth { issues: Some(Vec::new()) }),
        addon_arn: Some(arn(call.caller, &format!("addon/{cluster}/{name}/{id}"))),
        created_at: Some(seconds(call.made(site, 14))),
        // The week after that in which the nodes were renewed.
        modified_at: Some(seconds(call.past(12, site.pick(15, 45, 75)))),
        service_account_role_arn: has_role.then(|| role_arn(site, &format!("{cluster}-{name}"))),
        owner: text(owner),
        publisher: text(publisher),
        tags: Some(tags(site)),
        ..Addon::default()
    };
    Ok(wire::serialize_describe_addon_response(&DescribeAddonResponse { addon: Some(addon) }))
}

/// An add-on's version is its image's, with EKS's own build where the image does not say it.
fn version(image: &str) -> String {
    let tag = image.rsplit(':').next().unwrap_or(image);
    if tag.contains("-eksbuild.") { tag.to_owned() } else { format!("{tag}-eksbuild.1") }
}
