//! What arrives at the caller.

use std::time::Duration;

use winterbaume_core::{MockRequest, MockResponse};

use super::{Call, Fault, Kind, forms};
use crate::sandbox::services::Caller;
use crate::sandbox::services::answer::finish;

/// A connection that nothing comes over is kept for this long.
pub const SILENCE: Duration = Duration::from_secs(3600);
/// So late is a slow answer ([`Kind::Slow`]): within what clients wait for.
pub const LATE: Duration = Duration::from_secs(5);

/// What arrives at the caller.
#[derive(Debug)]
pub enum Reply {
    /// The whole of an answer.
    Whole(MockResponse),
    /// The head and half of the body; then the connection is gone.
    Cut(MockResponse),
    /// The whole of an answer, after [`LATE`].
    Late(MockResponse),
    /// The head, and a byte of the body each second.
    Drip(MockResponse),
    /// The head, and for [`SILENCE`] nothing more.
    Silent(MockResponse),
    /// Nothing, for [`SILENCE`].
    Nothing,
    /// There is nobody to connect to.
    Refused,
}

/// What arrives when `fault` hits the call, if one does; `said` gives AWS's own answer to a caller.
/// What a write does, it does even when its answer is lost on the way.
pub fn reply(
    fault: Option<&Fault>,
    call: &Call<'_>,
    request: &MockRequest,
    said: impl FnOnce(&Caller) -> MockResponse,
) -> Reply {
    let caller = &call.scope.caller;
    let finished = |mut answer: MockResponse| {
        finish(&mut answer, call.number);
        answer
    };
    let Some(fault) = fault else { return Reply::Whole(finished(said(caller))) };
    match fault.kind {
        Kind::Throttled | Kind::Expired | Kind::Denied | Kind::ClockSkew | Kind::Internal | Kind::Unavailable => {
            Reply::Whole(finished(forms::refusal(fault.kind, call, request)))
        }
        Kind::Hangs => Reply::Nothing,
        Kind::Refuses => Reply::Refused,
        Kind::Html500 => Reply::Whole(finished(forms::web_page())),
        Kind::WrongContentType => Reply::Whole(finished(forms::gateway())),
        Kind::WrongAccount => {
            let other = Caller { account: fault.becomes.clone(), ..caller.clone() };
            Reply::Whole(finished(said(&other)))
        }
        Kind::Garbage => Reply::Whole(forms::garbled(finished(said(caller)), call.number)),
        Kind::Huge => Reply::Whole(forms::padded(finished(said(caller)), call.operation)),
        Kind::Cut => Reply::Cut(finished(said(caller))),
        Kind::Slow => Reply::Late(finished(said(caller))),
        Kind::Drip => Reply::Drip(finished(said(caller))),
        Kind::Silent => Reply::Silent(finished(said(caller))),
        Kind::AnswerLost => {
            said(caller);
            Reply::Nothing
        }
    }
}
