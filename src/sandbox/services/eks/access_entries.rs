//! Who is let into a cluster: `ListAccessEntries`, `DescribeAccessEntry`, `ListAssociatedAccessPolicies`. The same table
//! is what the clusters go by ([`super::authenticator`]).

use winterbaume_core::MockResponse;
use winterbaume_eks::model::{
    AccessEntry, AccessScope, AssociatedAccessPolicy, DescribeAccessEntryRequest, DescribeAccessEntryResponse,
    ListAccessEntriesRequest, ListAccessEntriesResponse, ListAssociatedAccessPoliciesRequest,
    ListAssociatedAccessPoliciesResponse,
};
use winterbaume_eks::wire;

use super::paging::page;
use super::refusal::EksRefusal;
use super::{EksCall, arn, node_groups, operator_role, part_id, role_arn, seconds, tags};
use crate::sandbox::kubernetes::estate::ClusterSite;

/// The role of whoever makes a change, as in the sample configuration.
pub(super) const OPERATOR: &str = "oncall-operator";

/// The role of whoever made the cluster.
pub(super) const CREATOR: &str = "platform-admin";

/// An access policy of EKS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AccessPolicy {
    /// `AmazonEKSAdminViewPolicy`: sees everything, secrets too, and changes nothing.
    AdminView,
    /// `AmazonEKSClusterAdminPolicy`: everything.
    ClusterAdmin,
}

impl AccessPolicy {
    fn arn(self) -> String {
        let name = match self {
            Self::AdminView => "AmazonEKSAdminViewPolicy",
            Self::ClusterAdmin => "AmazonEKSClusterAdminPolicy",
        };
        format!("arn:aws:eks::aws:cluster-access-policy/{name}")
    }
}

/// What an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GrantKind {
    /// People, `STANDARD`: with a policy of EKS, and a group of Kubernetes to which RBAC may grant more.
    People(AccessPolicy, Option<&'static str>),
    /// Nodes, `EC2_LINUX`.
    Nodes,
}

/// One access entry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct AccessGrant {
    role: String,
    kind: GrantKind,
}

impl AccessGrant {
    fn principal(&self, site: ClusterSite) -> String {
        role_arn(site, &self.role)
    }

    fn policy(&self) -> Option<AccessPolicy> {
        match self.kind {
            GrantKind::People(policy, _) => Some(policy),
            GrantKind::Nodes => None,
        }
    }
}

/// What people are let in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Admission {
    pub(super) policy: AccessPolicy,
    pub(super) group: Option<&'static str>,
}

/// All entries of a cluster, by principal: the roles of the sandbox's sessions, those of the sample configuration, and
/// the nodes'.
fn grants(site: ClusterSite) -> Vec<AccessGrant> {
    let people = |role: &str, policy| AccessGrant { role: role.to_owned(), kind: GrantKind::People(policy, None) };
    let operators = GrantKind::People(AccessPolicy::AdminView, Some(operator_role::GROUP));
    let nodes = |role: String| AccessGrant { role, kind: GrantKind::Nodes };
    let mut grants = vec![
        people("reader", AccessPolicy::AdminView),
        people("oncall-reader", AccessPolicy::AdminView),
        AccessGrant { role: OPERATOR.to_owned(), kind: operators },
        people(CREATOR, AccessPolicy::ClusterAdmin),
        nodes(node_groups::role(site)),
        nodes(format!("{}-karpenter-node", site.cluster())),
    ];
    grants.sort_by_key(|grant| grant.principal(site));
    grants
}

/// What a role is let into a cluster for; `None` for one that is not, and for those of nodes.
pub(super) fn admission_of(site: ClusterSite, role: &str) -> Option<Admission> {
    match grants(site).iter().find(|grant| grant.role == role)?.kind {
        GrantKind::People(policy, group) => Some(Admission { policy, group }),
        GrantKind::Nodes => None,
    }
}

fn grant(site: ClusterSite, principal: &str) -> Result<AccessGrant, EksRefusal> {
    let missing = || {
        EksRefusal::not_found(
            "The specified principalArn could not be found. You can view your available access entries with \
             'list-access-entries'.",
        )
    };
    grants(site).into_iter().find(|grant| grant.principal(site) == principal).ok_or_else(missing)
}

pub(super) fn list(call: &EksCall<'_>, input: &ListAccessEntriesRequest) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.cluster_name)?;
    let wanted = input.associated_policy_arn.as_deref();
    let is_wanted =
        |grant: &AccessGrant| wanted.is_none_or(|arn| grant.policy().is_some_and(|policy| policy.arn() == arn));
    let principals = grants(site).into_iter().filter(is_wanted).map(|grant| grant.principal(site));
    let page = page(principals, String::clone, input.max_results, input.next_token.as_deref())?;
    let answer = ListAccessEntriesResponse { access_entries: Some(page.items), next_token: page.next };
    Ok(wire::serialize_list_access_entries_response(&answer))
}

pub(super) fn describe(call: &EksCall<'_>, input: &DescribeAccessEntryRequest) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.cluster_name)?;
    let grant = grant(site, &input.principal_arn)?;
    let (cluster, account, role) = (site.cluster(), site.account(), &grant.role);
    let id = part_id(site, "access-entry", role);
    let (kind, username, groups) = match grant.kind {
        GrantKind::People(_, group) => {
            let username = format!("arn:aws:sts::{account}:assumed-role/{role}/{{{{SessionName}}}}");
            ("STANDARD", username, group.map(ToOwned::to_owned).into_iter().collect())
        }
        GrantKind::Nodes => {
            ("EC2_LINUX", "system:node:{{EC2PrivateDNSName}}".to_owned(), vec!["system:nodes".to_owned()])
        }
    };
    let made = Some(seconds(call.made(site, 12)));
    let entry = AccessEntry {
        cluster_name: Some(cluster.to_owned()),
        principal_arn: Some(input.principal_arn.clone()),
        kubernetes_groups: Some(groups),
        access_entry_arn: Some(arn(call.caller, &format!("access-entry/{cluster}/role/{account}/{role}/{id}"))),
        created_at: made,
        modified_at: made,
        tags: Some(tags(site)),
        username: Some(username),
        r#type: Some(kind.to_owned()),
    };
    let answer = DescribeAccessEntryResponse { access_entry: Some(entry) };
    Ok(wire::serialize_describe_access_entry_response(&answer))
}

pub(super) fn policies(
    call: &EksCall<'_>,
    input: &ListAssociatedAccessPoliciesRequest,
) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.cluster_name)?;
    let grant = grant(site, &input.principal_arn)?;
    let made = Some(seconds(call.made(site, 12)));
    let policies = grant.policy().into_iter().map(|policy| AssociatedAccessPolicy {
        policy_arn: Some(policy.arn()),
        access_scope: Some(AccessScope { r#type: Some("cluster".to_owned()), namespaces: Some(Vec::new()) }),
        associated_at: made,
        modified_at: made,
    });
    let key = |one: &AssociatedAccessPolicy| one.policy_arn.clone().unwrap_or_default();
    let page = page(policies, key, input.max_results, input.next_token.as_deref())?;
    let answer = ListAssociatedAccessPoliciesResponse {
        associated_access_policies: Some(page.items),
        cluster_name: Some(site.cluster().to_owned()),
        next_token: page.next,
        principal_arn: Some(input.principal_arn.clone()),
    };
    Ok(wire::serialize_list_associated_access_policies_response(&answer))
}
