//! What EKS found when it looked at a cluster: `ListInsights`, `DescribeInsight`.
//!
//! Names and words as EKS has them (AWS CLI, examples of `list-insights` and `describe-insight`). All pass: kubelets and
//! kube-proxy are of the cluster's version, nothing is wrong with its health. There is none about deprecated APIs, of
//! which the next versions remove none that 1.33 has, and none of `MISCONFIGURATION`, which are about hybrid nodes (EKS
//! user guide, cluster insights).

use std::collections::HashMap;

use jiff::Timestamp;
use winterbaume_core::MockResponse;
use winterbaume_eks::model::{
    DescribeInsightRequest, DescribeInsightResponse, Insight, InsightCategorySpecificSummary, InsightStatus,
    InsightSummary, InsightsFilter, ListInsightsRequest, ListInsightsResponse,
};
use winterbaume_eks::wire;

use super::paging::page;
use super::refusal::EksRefusal;
use super::{EksCall, part_id, seconds, versions};
use crate::sandbox::kubernetes::estate::ClusterSite;
use crate::sandbox::world::moment::{DAY, after, seconds_between};

/// A check: what passes it, why it is made, and what to do when it does not pass.
struct Check {
    name: &'static str,
    description: &'static str,
    passed: &'static str,
    recommendation: &'static str,
    links: &'static [(&'static str, &'static str)],
}

const UPGRADING: (&str, &str) =
    ("EKS update cluster documentation", "https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html");

const CHECKS: [Check; 4] = [
    Check {
        name: "Cluster health issues",
        description: "Checks for any cluster health issues that prevent successful upgrade to the next Kubernetes \
                      version on EKS.",
        passed: "No cluster health issues detected.",
        recommendation: "Resolve the cluster's health issues before upgrading it.",
        links: &[UPGRADING],
    },
    Check {
        name: "EKS add-on version compatibility",
        description: "Checks version of installed EKS add-ons to ensure they are compatible with the next version of \
                      Kubernetes. ",
        passed: "All installed EKS add-on versions are compatible with next Kubernetes version.",
        recommendation: "Upgrade add-ons to a version that goes with the next Kubernetes version before upgrading the \
                         cluster.",
        links: &[(
            "Managing Amazon EKS add-ons",
            "https://docs.aws.amazon.com/eks/latest/userguide/managing-add-ons.html",
        )],
    },
    Check {
        name: "Kubelet version skew",
        description: "Checks for kubelet versions of worker nodes in the cluster to see if upgrade would cause \
                      noncompliance with supported Kubernetes kubelet version skew policy.",
        passed: "Node kubelet versions match the cluster control plane version.",
        recommendation: "Upgrade your worker nodes to match the Kubernetes version of your cluster control plane.",
        links: &[
            ("Kubelet version skew policy", "https://kubernetes.io/releases/version-skew-policy/#kubelet"),
            (
                "Updating a managed node group",
                "https://docs.aws.amazon.com/eks/latest/userguide/update-managed-node-group.html",
            ),
        ],
    },
    Check {
        name: "kube-proxy version skew",
        description: "Checks version of kube-proxy in cluster to see if upgrade would cause noncompliance with \
                      supported Kubernetes kube-proxy version skew policy.",
        passed: "kube-proxy versions match the cluster control plane version.",
        recommendation: "Upgrade kube-proxy to match the Kubernetes version of your cluster control plane.",
        links: &[("kube-proxy version skew policy", "https://kubernetes.io/releases/version-skew-policy/#kube-proxy")],
    },
];

const CATEGORY: &str = "UPGRADE_READINESS";
const PASSING: &str = "PASSING";

impl Check {
    fn id(&self, site: ClusterSite) -> String {
        part_id(site, "insight", self.name)
    }

    fn status(&self) -> InsightStatus {
        InsightStatus { status: Some(PASSING.to_owned()), reason: Some(self.passed.to_owned()) }
    }

    fn summary(&self, call: &EksCall<'_>, site: ClusterSite) -> InsightSummary {
        let (refreshed, since) = looked(call, site);
        InsightSummary {
            id: Some(self.id(site)),
            name: Some(self.name.to_owned()),
            category: Some(CATEGORY.to_owned()),
            kubernetes_version: versions::next().map(ToOwned::to_owned),
            last_refresh_time: Some(seconds(refreshed)),
            last_transition_time: Some(seconds(since)),
            description: Some(self.description.to_owned()),
            insight_status: Some(self.status()),
        }
    }

    fn insight(&self, call: &EksCall<'_>, site: ClusterSite) -> Insight {
        let summary = self.summary(call, site);
        let links = self.links.iter().map(|(name, link)| ((*name).to_owned(), (*link).to_owned()));
        Insight {
            id: summary.id,
            name: summary.name,
            category: summary.category,
            kubernetes_version: summary.kubernetes_version,
            last_refresh_time: summary.last_refresh_time,
            last_transition_time: summary.last_transition_time,
            description: summary.description,
            insight_status: summary.insight_status,
            recommendation: Some(self.recommendation.to_owned()),
            additional_info: Some(links.collect::<HashMap<_, _>>()),
            resources: Some(Vec::new()),
            category_specific_summary: Some(InsightCategorySpecificSummary {
                deprecation_details: Some(Vec::new()),
                addon_compatibility_details: Some(Vec::new()),
            }),
        }
    }
}

/// When EKS looked last, which it does every 24 hours, and since when it finds the same: the first look at the cluster.
fn looked(call: &EksCall<'_>, site: ClusterSite) -> (Timestamp, Timestamp) {
    let first = call.made(site, 47);
    let days = seconds_between(first, call.now).max(0) / DAY;
    (after(first, days * DAY), first)
}

fn passes(filter: Option<&InsightsFilter>, summary: &InsightSummary) -> bool {
    let among = |wanted: Option<&Vec<String>>, value: Option<&str>| {
        wanted.is_none_or(|wanted| wanted.is_empty() || wanted.iter().any(|one| Some(one.as_str()) == value))
    };
    let Some(filter) = filter else { return true };
    among(filter.categories.as_ref(), summary.category.as_deref())
        && among(filter.kubernetes_versions.as_ref(), summary.kubernetes_version.as_deref())
        && among(filter.statuses.as_ref(), Some(PASSING))
}

pub(super) fn list(call: &EksCall<'_>, input: &ListInsightsRequest) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.cluster_name)?;
    let mut all: Vec<InsightSummary> = CHECKS
        .iter()
        .map(|check| check.summary(call, site))
        .filter(|summary| passes(input.filter.as_ref(), summary))
        .collect();
    let key = |one: &InsightSummary| one.id.clone().unwrap_or_default();
    all.sort_by_key(key);
    let page = page(all, key, input.max_results, input.next_token.as_deref())?;
    let answer = ListInsightsResponse { insights: Some(page.items), next_token: page.next };
    Ok(wire::serialize_list_insights_response(&answer))
}

pub(super) fn describe(call: &EksCall<'_>, input: &DescribeInsightRequest) -> Result<MockResponse, EksRefusal> {
    let site = call.site(&input.cluster_name)?;
    let check = CHECKS.iter().find(|check| check.id(site) == input.id);
    let check = check.ok_or_else(|| {
        let refusal = EksRefusal::not_found(format!("No insight found for id: {}.", input.id));
        refusal.about("clusterName", site.cluster())
    })?;
    let answer = DescribeInsightResponse { insight: Some(check.insight(call, site)) };
    Ok(wire::serialize_describe_insight_response(&answer))
}
