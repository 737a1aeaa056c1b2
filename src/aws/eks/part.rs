//! What EKS manages in one cluster, what it has found out about it, and who is let in.

use std::sync::Arc;

use super::{PAGE, convert, each, given, listed};
use crate::aws::error::fault;
use crate::aws::{
    DESCRIBE_ADDON, DESCRIBE_NODEGROUP, LIST_ACCESS_ENTRIES, LIST_ADDONS, LIST_INSIGHTS, LIST_NODEGROUPS, Session,
};
use crate::domain::{Fault, text};
use crate::services::kubernetes::{AccessEntry, Addon, Insight, Nodegroup};

/// Reads the managed node groups of a cluster, sorted by name.
pub(super) async fn nodegroups(session: &Session, region: &str, cluster: &str) -> Result<Vec<Nodegroup>, Fault> {
    let client = &session.eks(region);
    let names = listed(LIST_NODEGROUPS, |token| async move {
        let page = client
            .list_nodegroups()
            .cluster_name(cluster)
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), LIST_NODEGROUPS, &error))?;
        Ok((given(LIST_NODEGROUPS, "nodegroups", page.nodegroups)?, page.next_token))
    })
    .await?;
    each(names, |name| async move {
        let answer = client
            .describe_nodegroup()
            .cluster_name(cluster)
            .nodegroup_name(&name)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), DESCRIBE_NODEGROUP, &error))?;
        let raw = given(DESCRIBE_NODEGROUP, "nodegroup", answer.nodegroup)?;
        Ok(convert::nodegroup(&name, raw))
    })
    .await
}

/// Reads the add-ons of a cluster that EKS manages, sorted by name.
pub(super) async fn addons(session: &Session, region: &str, cluster: &str) -> Result<Vec<Addon>, Fault> {
    let client = &session.eks(region);
    let names = listed(LIST_ADDONS, |token| async move {
        let page = client
            .list_addons()
            .cluster_name(cluster)
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), LIST_ADDONS, &error))?;
        Ok((given(LIST_ADDONS, "addons", page.addons)?, page.next_token))
    })
    .await?;
    each(names, |name| async move {
        let answer = client
            .describe_addon()
            .cluster_name(cluster)
            .addon_name(&name)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), DESCRIBE_ADDON, &error))?;
        let raw = given(DESCRIBE_ADDON, "addon", answer.addon)?;
        Ok(convert::addon(&name, raw))
    })
    .await
}

/// Reads the insights of a cluster, of all categories and in AWS's order.
pub(super) async fn insights(session: &Session, region: &str, cluster: &str) -> Result<Vec<Insight>, Fault> {
    let client = &session.eks(region);
    listed(LIST_INSIGHTS, |token| async move {
        let page = client
            .list_insights()
            .cluster_name(cluster)
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), LIST_INSIGHTS, &error))?;
        let insights = given(LIST_INSIGHTS, "insights", page.insights)?;
        Ok((insights.into_iter().map(convert::insight).collect(), page.next_token))
    })
    .await
}

/// Reads who is let into a cluster, sorted.
pub(super) async fn access_entries(session: &Session, region: &str, cluster: &str) -> Result<Vec<AccessEntry>, Fault> {
    let client = &session.eks(region);
    let mut found: Vec<AccessEntry> = listed(LIST_ACCESS_ENTRIES, |token| async move {
        let page = client
            .list_access_entries()
            .cluster_name(cluster)
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), LIST_ACCESS_ENTRIES, &error))?;
        let entries = given(LIST_ACCESS_ENTRIES, "accessEntries", page.access_entries)?;
        Ok((entries.iter().map(|arn| Arc::from(text::clean(arn))).collect(), page.next_token))
    })
    .await?;
    found.sort();
    found.dedup();
    Ok(found)
}
