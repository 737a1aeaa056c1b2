//! What an answer to a change means: that it was made, that it was certainly not, or that nobody knows.
//!
//! An API server refuses by a status of 4xx with a `Status` that says why, and has changed nothing then. What comes
//! without a `Status` is of somebody in between; 5xx is of a server that failed at it, or gave up waiting for it.

use http::StatusCode;
use serde_json::Value;

use super::super::answer::{self, ApiFailure, SaidStatus, is_page};
use super::super::request::{ApiChange, ApiRequest, ChangeHow};
use super::super::route::ApiRoute;
use crate::domain::{Fault, FaultKind};

/// The cause of an eviction that a budget does not allow now (k8s.io/api policy/v1, `DisruptionBudgetCause`).
const BUDGET: &str = "DisruptionBudget";
/// What an API server says, without a `Status`, to whoever it does not even let in now (apiserver, filters
/// `tooManyRequests`).
const BUSY: &[u8] = b"Too many requests, please try again later.";
/// How an eviction begins that no budget can allow (pkg/registry/core/pod/storage/eviction.go): a 500 like any other,
/// and the one of which the source says that nothing was done.
const SEVERAL_BUDGETS: &str = "This pod has more than one PodDisruptionBudget";
/// What an API server says of a JSON patch that does not apply: a test that fails, or a path that is not there
/// (apiserver, handlers/patch.go; the words are apimachinery's, api/errors `NewGenericServerResponse`).
const NOT_APPLIED: &str = "the server rejected our request due to an error in our request";
/// What somebody has done to the object that a patch was made for.
const CHANGED: &str = "somebody has changed it in between: it is not as it was when the plan was made";

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChangeVerdict {
    /// It was taken; or what it was for is so already.
    Taken,
    /// Nothing was changed.
    Refused(Fault),
    /// It may have been made.
    Unsure(Fault),
    /// Nothing was changed: the object that was to go is another one by now, or its server could not decide.
    Conflict(Fault),
}

/// What an answer to a change means.
pub(super) fn of(
    request: &ApiRequest,
    change: &ApiChange,
    route: &ApiRoute,
    status: StatusCode,
    body: &[u8],
) -> ChangeVerdict {
    if status.is_success() {
        return taken(request, body);
    }
    let said = SaidStatus::of(status.as_u16(), body);
    let plain = answer::refused(request, route, status.as_u16(), body).fault;
    let Some(said) = said.filter(|_| status.is_client_error() || is_of_several(change, status, body)) else {
        let is_busy = status == StatusCode::TOO_MANY_REQUESTS && body.trim_ascii() == BUSY;
        return if is_busy { ChangeVerdict::Refused(plain) } else { ChangeVerdict::Unsure(plain) };
    };
    let fault = refusal(change, &said, plain);
    match (status, change.how) {
        (StatusCode::NOT_FOUND, ChangeHow::Evict | ChangeHow::Delete) if fault.kind == FaultKind::NotFound => {
            ChangeVerdict::Taken
        }
        (StatusCode::CONFLICT, ChangeHow::Evict | ChangeHow::Delete) => ChangeVerdict::Conflict(fault),
        _ => ChangeVerdict::Refused(fault),
    }
}

/// An API server gives back an object, or a `Status`; both say what they are.
fn taken(request: &ApiRequest, body: &[u8]) -> ChangeVerdict {
    let is_object = serde_json::from_slice::<Value>(body).is_ok_and(|body| body["kind"].is_string());
    if is_object {
        return ChangeVerdict::Taken;
    }
    let message = if is_page(body) {
        "a web page in place of the API server's answer"
    } else {
        "the answer is not what the Kubernetes API promises"
    };
    ChangeVerdict::Unsure(ApiFailure::of(request, FaultKind::BrokenAnswer, message).fault)
}

/// Whether it is the eviction of a pod that more than one budget is for.
fn is_of_several(change: &ApiChange, status: StatusCode, body: &[u8]) -> bool {
    let said = SaidStatus::of(status.as_u16(), body);
    change.how == ChangeHow::Evict
        && status == StatusCode::INTERNAL_SERVER_ERROR
        && said.is_some_and(|said| said.message.starts_with(SEVERAL_BUDGETS))
}

/// A refusal in the words that tell most. `plain` is what is said of any request.
fn refusal(change: &ApiChange, said: &SaidStatus, plain: Fault) -> Fault {
    let details = said.details.as_ref();
    let causes = details.and_then(|details| details.causes.as_deref()).unwrap_or_default();
    let is_of_kind = details.is_some_and(|details| details.kind == change.kind.resource().2);
    let is_it = is_of_kind && details.is_some_and(|details| details.name == change.name);
    let other = FaultKind::Other { code: String::new() };
    match (said.code, change.how) {
        // Which budget, and what it lacks.
        (429, _) => match causes.iter().find(|cause| cause.reason == BUDGET) {
            Some(cause) => reworded(plain, &cause.message),
            None => plain,
        },
        // What is wrong with a value has the field that it is of as its cause; a webhook has words of its own.
        (422, ChangeHow::Patch) if causes.is_empty() && said.message == NOT_APPLIED => reworded(plain, CHANGED),
        // Others wrote it each time that the server tried (handlers/patch.go, `MaxRetryWhenPatchConflicts`).
        (409, ChangeHow::Patch) if is_it => reworded(plain, CHANGED),
        // Others wrote its budget each time (eviction.go, `EvictionsRetry`): it came too early, as with a 429.
        (409, ChangeHow::Evict) => Fault { kind: FaultKind::Throttled, ..plain },
        // RBAC tells of the very resource. A budget that counts too many evictions tells of itself, a webhook of
        // nothing: no rule of RBAC is missing then.
        (403, _) if !is_of_kind => Fault { kind: other, ..plain },
        // It is something else that is not there: a budget that went meanwhile.
        (404, _) if plain.kind == FaultKind::NotFound && !is_it => Fault { kind: other, ..plain },
        _ => plain,
    }
}

fn reworded(fault: Fault, message: &str) -> Fault {
    Fault { message: answer::one_line(message), ..fault }
}
