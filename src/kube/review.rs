//! Whether whoever asks may do something, as the API server says itself (`SelfSubjectAccessReview`).

use futures_util::future::join_all;
use serde::Deserialize;

use super::answer::one_line;
use super::ask::ApiLine;
use super::request::ApiRequest;
use super::served::told;
use crate::domain::Fault;
use crate::services::kubernetes::change::{KubeRight, Permission};

#[derive(Deserialize)]
struct ReviewTold {
    status: ReviewStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReviewStatus {
    allowed: bool,
    #[serde(default)]
    reason: Option<String>,
    /// What went wrong in finding out. It may be known nevertheless.
    #[serde(default)]
    evaluation_error: Option<String>,
}

/// Asks for each right, all at once.
pub(super) async fn permissions(
    line: &ApiLine,
    namespace: Option<&str>,
    rights: &[KubeRight],
) -> Vec<(KubeRight, Result<Permission, Fault>)> {
    let asked = rights.iter().map(|right| async move { (*right, permission(line, namespace, *right).await) });
    join_all(asked).await
}

async fn permission(line: &ApiLine, namespace: Option<&str>, right: KubeRight) -> Result<Permission, Fault> {
    let request = ApiRequest::Review { right, namespace: namespace.map(str::to_owned) };
    let ReviewTold { status } = told(line, &request).await?;
    if status.allowed {
        return Ok(Permission::Allowed);
    }
    let why = [status.reason, status.evaluation_error].into_iter().flatten().find(|why| !why.trim().is_empty());
    Ok(Permission::Denied(why.map(|why| one_line(&why)).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
