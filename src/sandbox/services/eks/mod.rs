//! Amazon EKS (REST-JSON, API 2017-11-01): what it tells of the clusters of the sandbox's estate. It changes the sizes of
//! a node group for those who may; whoever wants to change anything else is refused.
//!
//! What the Kubernetes side holds is told as it is there: node groups have its nodes, add-ons its images. Clusters and
//! parts have existed for a time that counts from the world's epoch.

mod access_entries;
mod addons;
pub mod authenticator;
mod clusters;
mod insights;
mod node_groups;
mod operator_role;
mod paging;
mod presigned;
mod refusal;
mod routes;
mod signature;
mod updates;
mod versions;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use winterbaume_core::{MockRequest, MockResponse};
use winterbaume_eks::wire;

use self::refusal::EksRefusal;
use self::routes::Route;
use super::{Caller, sts};
use crate::sandbox::kubernetes::estate::ClusterSite;
use crate::sandbox::kubernetes::live::NOISY;
use crate::sandbox::kubernetes::node_group::SharedNodeGroup;
use crate::sandbox::kubernetes::serve::ServedEndpoint;
use crate::sandbox::world::moment::after;
use crate::sandbox::world::{World, identity};

/// Where clusters are served; those that are not have an address that leads nowhere.
pub type ServedEndpoints = BTreeMap<ClusterSite, ServedEndpoint>;

/// The clusters that EKS tells of.
#[derive(Debug, Clone, Copy)]
pub struct KnownClusters<'a> {
    /// Those that there are.
    pub sites: &'a [ClusterSite],
    pub served: &'a ServedEndpoints,
    pub groups: &'a BTreeMap<ClusterSite, SharedNodeGroup>,
}

/// The operation that a request asks for; empty when it is none of EKS's.
#[must_use]
pub fn operation(request: &MockRequest) -> String {
    Route::of(request).map_or_else(String::new, |route| route.operation.to_owned())
}

/// What stands in the path of a request, each by its name (`clusterName`).
#[must_use]
pub fn labels(request: &MockRequest) -> BTreeMap<String, String> {
    let labels = Route::of(request).map(|route| route.labels).unwrap_or_default();
    labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What a request is about, as IAM names it.
#[must_use]
pub fn resource(caller: &Caller, request: &MockRequest) -> String {
    let route = Route::of(request);
    let label = |name: &str| route.as_ref().and_then(|route| route.label(name));
    let cluster = label("clusterName").or_else(|| label("name")).unwrap_or("*");
    match label("nodegroupName") {
        // The last part is the group's id, which policies leave open.
        Some(group) => arn(caller, &format!("nodegroup/{cluster}/{group}/*")),
        None => arn(caller, &format!("cluster/{cluster}")),
    }
}

/// The roles that may change a node group: the operator's of the sample configuration, and whoever made the clusters.
const OPERATORS: [&str; 2] = [access_entries::OPERATOR, access_entries::CREATOR];

/// Answers a request to EKS: of the clusters that there are, and of those that are served where they are.
#[must_use]
pub fn handle(
    world: &World,
    clusters: &KnownClusters<'_>,
    caller: &Caller,
    now: Timestamp,
    request: &MockRequest,
) -> MockResponse {
    let Some(route) = Route::of(request) else { return EksRefusal::no_operation().response() };
    let call = EksCall { world, clusters: *clusters, caller, now, request, route };
    call.answer().unwrap_or_else(|refusal| refusal.response())
}

/// One call: whose world it looks at, as whom, when, and what it asks.
#[derive(Debug)]
struct EksCall<'a> {
    world: &'a World,
    clusters: KnownClusters<'a>,
    caller: &'a Caller,
    now: Timestamp,
    request: &'a MockRequest,
    route: Route,
}

/// Reads the input of the call with the codec of its operation.
macro_rules! input {
    ($call:ident, $codec:ident) => {
        wire::$codec($call.request, &$call.route.borrowed(), &$call.route.query).map_err(EksRefusal::unreadable)?
    };
}

impl EksCall<'_> {
    fn answer(&self) -> Result<MockResponse, EksRefusal> {
        match self.route.operation {
            "ListClusters" => clusters::list(self, &input!(self, deserialize_list_clusters_request)),
            "DescribeCluster" => clusters::describe(self, &input!(self, deserialize_describe_cluster_request)),
            "DescribeClusterVersions" => {
                versions::describe(self, &input!(self, deserialize_describe_cluster_versions_request))
            }
            "ListNodegroups" => node_groups::list(self, &input!(self, deserialize_list_nodegroups_request)),
            "DescribeNodegroup" => node_groups::describe(self, &input!(self, deserialize_describe_nodegroup_request)),
            "ListAddons" => addons::list(self, &input!(self, deserialize_list_addons_request)),
            "DescribeAddon" => addons::describe(self, &input!(self, deserialize_describe_addon_request)),
            "ListInsights" => insights::list(self, &input!(self, deserialize_list_insights_request)),
            "DescribeInsight" => insights::describe(self, &input!(self, deserialize_describe_insight_request)),
            "ListAccessEntries" => access_entries::list(self, &input!(self, deserialize_list_access_entries_request)),
            "DescribeAccessEntry" => {
                access_entries::describe(self, &input!(self, deserialize_describe_access_entry_request))
            }
            "ListAssociatedAccessPolicies" => {
                access_entries::policies(self, &input!(self, deserialize_list_associated_access_policies_request))
            }
            "ListUpdates" => updates::list(self, &input!(self, deserialize_list_updates_request)),
            "DescribeUpdate" => updates::describe(self, &input!(self, deserialize_describe_update_request)),
            operation @ "UpdateNodegroupConfig" => {
                self.authorize(operation, &OPERATORS)?;
                updates::update_group(self, &input!(self, deserialize_update_nodegroup_config_request))
            }
            other if self.route.reads() => Err(EksRefusal::not_built(other)),
            other => {
                self.authorize(other, &[])?;
                Err(EksRefusal::not_built(other))
            }
        }
    }

    /// Whether the caller's role is one of those that may. Reading is free to everybody.
    fn authorize(&self, operation: &str, roles: &[&str]) -> Result<(), EksRefusal> {
        let (role, session) = sts::session_of(self.request);
        if roles.contains(&role) {
            return Ok(());
        }
        let user = sts::user_arn(&self.caller.account, role, session);
        Err(EksRefusal::denied(&user, operation, &resource(self.caller, self.request)))
    }

    /// The node group of a cluster; `None` where it has none.
    fn group(&self, site: ClusterSite) -> Option<&SharedNodeGroup> {
        self.clusters.groups.get(&site).filter(|_| self.is_furnished(site))
    }

    /// The clusters of the caller's account and region.
    fn sites(&self) -> impl Iterator<Item = ClusterSite> {
        let mut sites: Vec<ClusterSite> = self
            .clusters
            .sites
            .iter()
            .copied()
            .filter(|site| site.account() == self.caller.account && site.region() == self.caller.region)
            .collect();
        sites.sort_by_key(|site| site.cluster());
        sites.into_iter()
    }

    /// The caller's cluster of a name.
    fn site(&self, name: &str) -> Result<ClusterSite, EksRefusal> {
        self.sites().find(|site| site.cluster() == name).ok_or_else(|| EksRefusal::no_cluster(name))
    }

    /// Whether a site's cluster is the estate's: that of a thousand nodes, which stands in its place in one scenario,
    /// has neither node group nor add-ons.
    fn is_furnished(&self, site: ClusterSite) -> bool {
        let is_noisy = self.world.scenario.split(',').any(|name| name.trim() == NOISY);
        !(is_noisy && site == ClusterSite::Production)
    }

    /// When a cluster was created.
    fn created(&self, site: ClusterSite) -> Timestamp {
        self.past(site.pick(402, 388, 371), site.pick(8, 31, 54))
    }

    /// When something was made in a cluster, minutes after the cluster itself.
    fn made(&self, site: ClusterSite, minutes: i64) -> Timestamp {
        after(self.created(site), minutes * 60)
    }

    /// So many days and minutes before the world's epoch.
    fn past(&self, days: i64, minutes: i64) -> Timestamp {
        after(self.world.epoch, -(days * 86_400 + minutes * 60))
    }
}

/// An ARN of EKS in the caller's place.
fn arn(caller: &Caller, what: &str) -> String {
    format!("arn:aws:eks:{}:{}:{what}", caller.region, caller.account)
}

/// A role of a cluster's account.
fn role_arn(site: ClusterSite, name: &str) -> String {
    format!("arn:aws:iam::{}:role/{name}", site.account())
}

/// The id that EKS gives to a part of a cluster.
fn part_id(site: ClusterSite, kind: &str, name: &str) -> String {
    identity::uuid(identity::hash(&["eks", site.account(), site.cluster(), kind, name]))
}

/// A timestamp as REST-JSON carries it, seconds since 1970.
fn seconds(at: Timestamp) -> f64 {
    at.as_second() as f64
}

/// Tags that everything of a cluster has.
fn tags(site: ClusterSite) -> HashMap<String, String> {
    let pairs = [("Environment", site.name()), ("ManagedBy", "Terraform"), ("Owner", "platform")];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
