//! The only code that changes anything in a cluster: one call of an approved plan, sent once.
//!
//! A call's parameters are taken by their names, and each by one place alone: one that is not known, is missing or comes
//! twice is refused before anything is sent. Nothing is sent again here, not even where the API server was busy: whether
//! it may be is for whoever knows the plan, and after an answer that was lost for nobody before the cluster was looked
//! at ([`super::ClusterApi::look`]).

mod parameters;
mod verdict;

use std::time::Duration;

use http::HeaderMap;
use http::StatusCode;
use tokio::time::{Instant, timeout, timeout_at};

use self::parameters::ChangeAsked;
use self::verdict::ChangeVerdict;
use super::answer::ApiFailure;
use super::ask::{ApiLine, whole};
use super::observe;
use super::request::ApiRequest;
use crate::domain::{Fault, FaultKind};
use crate::ops::sent::{Receipt, SendFault};
use crate::services::kubernetes::change::Call;

/// Time to the whole answer. Longer than for a reading: an answer that is given up may be a change that was made, and an
/// API server waits up to 30 s for its webhooks (Kubernetes, "Dynamic Admission Control", `timeoutSeconds`).
const ANSWER: Duration = Duration::from_secs(45);
/// Time to a token. Without one nothing is sent.
const TOKEN: Duration = Duration::from_secs(45);
/// Under which the cluster's audit log knows a request (kubernetes, apiserver `HeaderAuditID`).
const AUDIT: &str = "audit-id";

/// Sends a call, once.
pub(super) async fn send(line: &ApiLine, call: &Call) -> Result<Receipt, SendFault> {
    let asked = parameters::asked(call, &line.route.cluster)?;
    let request = ApiRequest::Change(asked.change.clone());
    let late = |message: String| ApiFailure::of(&request, FaultKind::TimedOut, &message).fault;
    let token = timeout(TOKEN, line.token()).await;
    let token = token.unwrap_or_else(|_| Err(late(format!("no credentials within {} s", TOKEN.as_secs()))));
    let token = token.map_err(SendFault::NotSent)?;
    // What answers in this process may have to make its cluster first.
    let longest = ANSWER.max(line.patience.head());
    let until = Instant::now() + longest;
    let answer = match line.once(&request, token.as_ref(), longest).await {
        Ok(answer) => answer,
        Err(none) if none.never_left => return Err(SendFault::NotSent(none.failure.fault)),
        Err(none) => return Err(SendFault::Ambiguous(none.failure.fault)),
    };
    let (head, body) = answer.into_parts();
    if head.status == StatusCode::UNAUTHORIZED {
        line.refused(token.as_ref());
    }
    let audit = audit_id(&head.headers);
    let with_id = |fault: Fault| Fault { request_id: audit.clone(), ..fault };
    let cut = |_| late(format!("an answer began, and the rest of it did not come within {} s", longest.as_secs()));
    let body = timeout_at(until, whole(&request, body)).await.map_err(cut);
    let body = body.and_then(|body| body.map_err(Fault::from)).map_err(|fault| SendFault::Ambiguous(with_id(fault)))?;
    match verdict::of(&request, &asked.change, &line.route, head.status, &body) {
        ChangeVerdict::Taken => Ok(Receipt { request_id: audit }),
        ChangeVerdict::Refused(fault) => Err(SendFault::Refused(with_id(fault))),
        ChangeVerdict::Unsure(fault) => Err(SendFault::Ambiguous(with_id(fault))),
        ChangeVerdict::Conflict(_) if is_gone(line, &asked).await => Ok(Receipt { request_id: audit }),
        ChangeVerdict::Conflict(fault) => Err(SendFault::Refused(with_id(fault))),
    }
}

/// Whether the very object that was to go is gone: none of its name is there, or another one. Where it cannot be read it
/// counts as there.
async fn is_gone(line: &ApiLine, asked: &ChangeAsked) -> bool {
    let change = &asked.change;
    match observe::object(line, change.kind, &change.namespace, &change.name).await {
        Ok((_, object)) => object.is_none_or(|object| object.uid() != asked.uid),
        Err(_) => false,
    }
}

fn audit_id(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(AUDIT)?.to_str().ok()?.to_owned())
}

#[cfg(test)]
mod tests;
