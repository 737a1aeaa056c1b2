//! Whether whoever asks may do something, as the API server says itself (`SelfSubjectAccessReview`).

use futures_util::future::join_all;
use serde::Deserialize;

use super::answer::{fault, one_line};
use super::ask::ApiLine;
use super::request::ApiRequest;
use super::served::told;
use crate::domain::{Fault, FaultKind};
use crate::services::kubernetes::change::{KubeRight, Permission};

#[derive(Deserialize)]
struct ReviewTold {
    status: ReviewStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReviewStatus {
    allowed: bool,
    /// Somebody has said no; else nobody has said yes.
    #[serde(default)]
    denied: bool,
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
    let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty()).map(|text| one_line(&text));
    // "it is entirely possible to get an error and be able to continue determine authorization status in spite of it": where
    // somebody has denied it, it was determined (authorization/v1, `SubjectAccessReviewStatus`).
    match said(status.evaluation_error).filter(|_| !status.denied) {
        Some(error) => Err(fault(request.call(), FaultKind::Other { code: String::new() }, &error)),
        None => Ok(Permission::Denied(said(status.reason).unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests;
