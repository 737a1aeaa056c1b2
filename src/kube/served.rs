//! What an API server serves: its version, and the kinds of the groups that matter here.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::try_join_all;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::answer::ApiFailure;
use super::ask::ApiLine;
use super::interned::own;
use super::request::{ApiRequest, GROUPS, METRICS, METRICS_VERSION};
use crate::domain::{Fault, FaultKind};
use crate::services::kubernetes::Served;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VersionTold {
    git_version: String,
}

#[derive(Deserialize)]
struct GroupsTold {
    groups: Vec<GroupTold>,
}

#[derive(Deserialize)]
struct GroupTold {
    name: String,
    versions: Vec<GroupVersionTold>,
}

#[derive(Deserialize)]
struct GroupVersionTold {
    version: String,
}

#[derive(Deserialize)]
struct ResourcesTold {
    resources: Vec<ResourceTold>,
}

#[derive(Deserialize)]
struct ResourceTold {
    name: String,
}

pub(super) async fn served(line: &ApiLine) -> Result<Served, Fault> {
    let VersionTold { git_version } = told(line, &ApiRequest::Version).await?;
    let GroupsTold { groups } = told(line, &ApiRequest::Groups).await?;
    let known = groups.into_iter().filter(|group| GROUPS.contains(&&*group.name));
    let all: Vec<(String, String)> = known
        .flat_map(|group| group.versions.into_iter().map(move |version| (group.name.clone(), version.version)))
        .collect();
    let metrics = all.iter().any(|(group, version)| group == METRICS && version == METRICS_VERSION);
    let lists = try_join_all(all.into_iter().map(|(group, version)| resources(line, group, version))).await?;
    let mut kinds: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (name, version) in lists.into_iter().flatten() {
        kinds.entry(name).or_default().push(version);
    }
    Ok(Served { version: own(&git_version), kinds, metrics })
}

/// The resources of a group in a version: `nodepools.karpenter.sh`, without subresources.
async fn resources(line: &ApiLine, group: String, version: String) -> Result<Vec<(Arc<str>, Arc<str>)>, Fault> {
    let request = ApiRequest::Resources { group: group.clone(), version: version.clone() };
    let resources = match told::<ResourcesTold>(line, &request).await {
        Ok(ResourcesTold { resources }) => resources,
        // It went meanwhile.
        Err(failure) if failure.fault.kind == FaultKind::NotServed => Vec::new(),
        // The API server only passes this on: what stands behind it may be down, and that is told where it is read.
        Err(_) if group == METRICS => Vec::new(),
        Err(failure) => return Err(failure.fault),
    };
    let whole = resources.into_iter().filter(|resource| !resource.name.contains('/'));
    Ok(whole.map(|resource| (own(&format!("{}.{group}", resource.name)), own(&version))).collect())
}

/// A whole answer, read as JSON.
pub(super) async fn told<T: DeserializeOwned>(line: &ApiLine, request: &ApiRequest) -> Result<T, ApiFailure> {
    let body = line.read(request).await?;
    serde_json::from_slice(&body).map_err(|_| broken(request, &body))
}

/// The failure of a request whose answer is not what the API promises.
pub(super) fn broken(request: &ApiRequest, body: &[u8]) -> ApiFailure {
    let message = if super::answer::is_page(body) {
        "a web page in place of the API server's answer"
    } else {
        "the answer is not what the Kubernetes API promises"
    };
    ApiFailure::of(request, FaultKind::BrokenAnswer, message)
}

#[cfg(test)]
mod tests;
