//! What an API server says when it refuses, as a [`Fault`].

use serde::Deserialize;

use super::interned::cleaned;
use super::request::ApiRequest;
use super::route::{ApiRoute, ApiVia};
use crate::domain::{Fault, FaultKind};

/// A message is cut after this many characters.
const LONGEST: usize = 300;

/// A request that failed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ApiFailure {
    pub(super) fault: Fault,
    /// The server no longer knows the moment that was asked for (410 Gone, "Expired").
    pub(super) is_gone: bool,
}

impl From<Fault> for ApiFailure {
    fn from(fault: Fault) -> Self {
        Self { fault, is_gone: false }
    }
}

impl From<ApiFailure> for Fault {
    fn from(failure: ApiFailure) -> Self {
        failure.fault
    }
}

impl ApiFailure {
    /// A failure of a request, with a message that is cleaned here.
    pub(super) fn of(request: &ApiRequest, kind: FaultKind, message: &str) -> Self {
        fault(request.call(), kind, message).into()
    }
}

/// A fault with its message in one clean line.
pub(super) fn fault(call: String, kind: FaultKind, message: &str) -> Fault {
    Fault { kind, call, message: one_line(message), request_id: None }
}

/// What an API server says of a failure (`metav1.Status`).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct SaidStatus {
    kind: String,
    pub(super) code: u16,
    pub(super) reason: String,
    pub(super) message: String,
    pub(super) details: Option<SaidDetails>,
}

/// What a failure is about, and why it is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct SaidDetails {
    pub(super) name: String,
    /// The resource: `pods`.
    pub(super) kind: String,
    pub(super) causes: Option<Vec<SaidCause>>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct SaidCause {
    pub(super) reason: String,
    pub(super) message: String,
}

impl SaidStatus {
    /// What a body says, if an API server has said it.
    pub(super) fn of(status: u16, body: &[u8]) -> Option<Self> {
        let said = serde_json::from_slice::<Self>(body).ok().filter(|said| said.kind == "Status")?;
        Some(Self { code: status, ..said })
    }

    /// The moment that was asked for is no longer known.
    fn is_gone(&self) -> bool {
        self.code == 410 || matches!(&*self.reason, "Expired" | "Gone")
    }
}

/// The failure of a request that was answered with this status.
pub(super) fn refused(request: &ApiRequest, route: &ApiRoute, status: u16, body: &[u8]) -> ApiFailure {
    if is_page(body) {
        let message = format!("HTTP {status} with a web page in place of the API server's answer");
        return ApiFailure::of(request, FaultKind::BrokenAnswer, &message);
    }
    let said = match serde_json::from_slice::<SaidStatus>(body) {
        Ok(said) => SaidStatus { code: status, ..said },
        Err(_) => SaidStatus {
            code: status,
            message: String::from_utf8_lossy(body.get(..LONGEST).unwrap_or(body)).into_owned(),
            ..SaidStatus::default()
        },
    };
    told(request, route, &said)
}

/// The failure that a status tells: of an answer, or in the middle of a watch.
pub(super) fn told(request: &ApiRequest, route: &ApiRoute, said: &SaidStatus) -> ApiFailure {
    let is_gone = said.is_gone();
    let mut message = said.message.clone();
    let kind = match said.code {
        401 => FaultKind::NotLetIn { remedy: not_let_in(route) },
        403 => FaultKind::Forbidden { rule: request.right().to_string() },
        404 if said.details.as_ref().is_some_and(|details| !details.name.is_empty()) => FaultKind::NotFound,
        404 | 405 => FaultKind::NotServed,
        429 => FaultKind::Throttled,
        504 => FaultKind::TimedOut,
        400 if matches!(request, ApiRequest::Log { .. }) => {
            let (kind, words) = of_log(&said.message);
            message = words;
            kind
        }
        300..=399 => FaultKind::BrokenAnswer,
        _ => FaultKind::Other { code: String::new() },
    };
    if message.trim().is_empty() {
        message = format!("HTTP {} {}", said.code, said.reason);
    }
    ApiFailure { fault: fault(request.call(), kind, &message), is_gone }
}

fn not_let_in(route: &ApiRoute) -> String {
    let cluster = cleaned(&route.cluster);
    match route.via {
        ApiVia::Context => format!(
            "{cluster} does not take the credentials of its kubeconfig context: renew them, or reach it without a context"
        ),
        _ => format!(
            "let this identity into {cluster}: qd k8s-rbac reader prints the access entry (with CONFIG_MAP: aws-auth); if it \
             is in, see whether its credentials are over"
        ),
    }
}

/// Why the kubelet has no log (kubernetes, pkg/kubelet `validateContainerLogStatus`).
fn of_log(said: &str) -> (FaultKind, String) {
    let kind = FaultKind::Other { code: String::new() };
    if said.contains("previous terminated container") && said.contains("not found") {
        return (FaultKind::NotFound, "the container has not run before: there is no previous log".into());
    }
    if let Some((_, why)) = said.split_once("is waiting to start: ") {
        return (kind, format!("the container has not started yet: {why}"));
    }
    (kind, said.to_owned())
}

/// True for HTML: a proxy or a captive portal answered in the API server's place.
pub(super) fn is_page(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(body.get(..256).unwrap_or(body)).trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.contains("<html")
}

/// One clean line that is not too long.
pub(super) fn one_line(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    let line = cleaned(&words.join(" ")).into_owned();
    match line.char_indices().nth(LONGEST) {
        None => line,
        Some(_) => line.chars().take(LONGEST - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests;
