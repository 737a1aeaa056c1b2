//! EKS: clusters, versions of Kubernetes, and what EKS manages in a cluster (API 2017-11-01).
//!
//! Lists give names alone: each is followed to its end, and what it names is described, a few at once. What goes away
//! between the two is left out. `include` of `ListClusters` is not used: with `all` it gives clusters, too, that are
//! connected to EKS and run elsewhere.

mod convert;
mod part;
pub mod token;
pub mod updates;
pub mod write;

use std::sync::Arc;

use aws_sdk_eks::Client;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::error::fault;
use super::given::given;
use super::pages::Markers;
use super::{
    DESCRIBE_CLUSTER, DESCRIBE_CLUSTER_VERSIONS, LIST_ACCESS_ENTRIES, LIST_ADDONS, LIST_CLUSTERS, LIST_INSIGHTS,
    LIST_NODEGROUPS, Session,
};
use crate::domain::{Fault, FaultKind};
use crate::services::kubernetes::{Answer, ClusterVersion, EksAsk, EksCluster};

/// Records a page, the most that AWS gives.
const PAGE: i32 = 100;
/// Descriptions that are asked for at once.
const AT_ONCE: usize = 5;

/// Answers a question.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`FaultKind::BrokenAnswer`].
pub async fn answer(session: &Session, region: &str, ask: EksAsk) -> Result<Answer, Fault> {
    match ask {
        EksAsk::Clusters => {
            clusters(session, region).await.map(|all| Answer::Clusters(all.into_iter().map(Arc::new).collect()))
        }
        EksAsk::Versions => versions(session, region).await.map(Answer::Versions),
        EksAsk::Nodegroups { cluster } => part::nodegroups(session, region, &cluster).await.map(Answer::Nodegroups),
        EksAsk::Addons { cluster } => part::addons(session, region, &cluster).await.map(Answer::Addons),
        EksAsk::Insights { cluster } => part::insights(session, region, &cluster).await.map(Answer::Insights),
        EksAsk::AccessEntries { cluster } => {
            part::access_entries(session, region, &cluster).await.map(Answer::AccessEntries)
        }
    }
}

/// The first call that a question takes.
#[must_use]
pub fn call_of(ask: &EksAsk) -> &'static str {
    match ask {
        EksAsk::Clusters => LIST_CLUSTERS,
        EksAsk::Versions => DESCRIBE_CLUSTER_VERSIONS,
        EksAsk::Nodegroups { .. } => LIST_NODEGROUPS,
        EksAsk::Addons { .. } => LIST_ADDONS,
        EksAsk::Insights { .. } => LIST_INSIGHTS,
        EksAsk::AccessEntries { .. } => LIST_ACCESS_ENTRIES,
    }
}

/// Reads the clusters of a region, sorted by name.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`FaultKind::BrokenAnswer`].
pub async fn clusters(session: &Session, region: &str) -> Result<Vec<EksCluster>, Fault> {
    let client = &session.eks(region);
    let names = listed(LIST_CLUSTERS, |token| async move {
        let page = client
            .list_clusters()
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), LIST_CLUSTERS, &error))?;
        Ok((given(LIST_CLUSTERS, "clusters", page.clusters)?, page.next_token))
    })
    .await?;
    each(names, |name| described(session, client, name)).await
}

/// Reads a cluster; none where EKS has none of the name in the region.
///
/// # Errors
/// The call's [`Fault`].
pub async fn cluster(session: &Session, region: &str, name: &str) -> Result<Option<EksCluster>, Fault> {
    match described(session, &session.eks(region), name.to_owned()).await {
        Ok(cluster) => Ok(Some(cluster)),
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

async fn described(session: &Session, client: &Client, name: String) -> Result<EksCluster, Fault> {
    let answer = client
        .describe_cluster()
        .name(&name)
        .send()
        .await
        .map_err(|error| fault(session.sign_in(), DESCRIBE_CLUSTER, &error))?;
    let raw = given(DESCRIBE_CLUSTER, "cluster", answer.cluster)?;
    Ok(convert::cluster(&name, raw))
}

/// Reads the versions of Kubernetes that EKS knows, those that it no longer supports too: a cluster may still be of one.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`FaultKind::BrokenAnswer`].
pub async fn versions(session: &Session, region: &str) -> Result<Vec<ClusterVersion>, Fault> {
    let client = session.eks(region);
    let (mut pages, mut token, mut found) = (Markers::default(), None, Vec::new());
    loop {
        let page = client
            .describe_cluster_versions()
            // "Include all available versions in the response."
            .include_all(true)
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| fault(session.sign_in(), DESCRIBE_CLUSTER_VERSIONS, &error))?;
        let versions = given(DESCRIBE_CLUSTER_VERSIONS, "clusterVersions", page.cluster_versions)?;
        found.extend(versions.into_iter().filter_map(convert::version));
        token = pages.next(DESCRIBE_CLUSTER_VERSIONS, page.next_token, found.len())?;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// Reads a list to its end: `ask` gives a page of it, after a token.
///
/// # Errors
/// The call's [`Fault`]; a list that never ends is [`FaultKind::BrokenAnswer`].
async fn listed<T, F>(call: &str, ask: impl Fn(Option<String>) -> F) -> Result<Vec<T>, Fault>
where
    F: Future<Output = Result<(Vec<T>, Option<String>), Fault>>,
{
    let (mut pages, mut token, mut found) = (Markers::default(), None, Vec::new());
    loop {
        let (page, next) = ask(token).await?;
        found.extend(page);
        token = pages.next(call, next, found.len())?;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// Describes all that a list has named, a few at once, in the order of their names. What AWS does not know any more is
/// left out.
async fn each<T, F>(mut names: Vec<String>, describe: impl Fn(String) -> F) -> Result<Vec<T>, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    // What is made while a list is read may be on two pages.
    names.sort();
    names.dedup();
    let asked = stream::iter(names.into_iter().map(describe)).buffered(AT_ONCE);
    let found: Vec<Option<T>> = asked
        .map(|answer| match answer {
            Ok(found) => Ok(Some(found)),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        })
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests;
