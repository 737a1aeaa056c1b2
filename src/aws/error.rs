//! One classification of what can go wrong with a call, from the SDK's errors to [`Fault`].
//!
//! Error codes are from "Common Errors" of the RDS, CloudWatch and STS API references and from the
//! AWS SDKs' list of retryable codes; `codes` holds them. `clock` tells how wrong ours is, `here` what is
//! wrong on this machine, `words` makes the message.

mod clock;
mod codes;
mod here;
mod words;

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::Timestamp;

use super::address::At;
use super::limit::TooLarge;
use super::mfa::MfaError;
use super::session::SignIn;
use crate::domain::fault::clock as clock_words;
use crate::domain::{Fault, FaultKind, text};

/// An error and what caused it, outermost first.
type Chain<'a> = [&'a (dyn Error + 'static)];

/// Classifies a failed call. `call` is its name in AWS's words (`rds:DescribeDBInstances`),
/// `sign_in` tells how credentials are renewed.
pub fn fault<E>(sign_in: &SignIn, call: &str, error: &SdkError<E, HttpResponse>) -> Fault
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let chain = chain_of(error);
    let (kind, message) = match error {
        SdkError::ServiceError(context) => {
            let answer = Answer {
                status: context.raw().status().as_u16(),
                body: context.raw().body().bytes().unwrap_or_default(),
                code: error.code().unwrap_or_default(),
                message: error.message().unwrap_or_default(),
                date: context.raw().headers().get("date").unwrap_or_default(),
            };
            answered(sign_in, call, &answer, &chain)
        }
        SdkError::TimeoutError(_) => (FaultKind::TimedOut, words::deepest(&chain)),
        SdkError::ResponseError(_) => (unreadable(&chain), words::deepest(&chain)),
        _ => unsent(sign_in, call, &chain),
    };
    let is_of_address = matches!(kind, FaultKind::Unreachable | FaultKind::TimedOut | FaultKind::Untrusted { .. });
    let message = match addresses(&chain) {
        Some(addresses) if is_of_address => format!("{addresses}: {message}"),
        _ => message,
    };
    let headers = error.raw_response().map(HttpResponse::headers);
    let request_id = headers.and_then(|h| h.get("x-amzn-requestid").or_else(|| h.get("x-amz-request-id")));
    Fault {
        kind,
        call: call.to_owned(),
        message: words::one_line(&message),
        request_id: request_id.filter(|id| id.len() <= 200).map(text::clean),
    }
}

/// One cleaned line without what must not be on a screen or in a log.
#[must_use]
pub fn one_line(message: &str) -> String {
    words::one_line(message)
}

/// Everywhere that was tried in vain.
fn addresses(chain: &Chain<'_>) -> Option<String> {
    let mut all: Vec<&str> =
        chain.iter().filter_map(|e| e.downcast_ref::<At>()).map(|at| at.address.as_str()).collect();
    all.dedup();
    (!all.is_empty()).then(|| all.join(" and "))
}

/// The fault of a call that was not made, because there are no credentials to sign it with.
pub(super) fn unsigned(sign_in: &SignIn, call: &str, error: CredentialsError) -> Fault {
    fault(sign_in, call, &SdkError::<GetCallerIdentityError, HttpResponse>::construction_failure(error))
}

/// Seconds that AWS's clock is ahead of this machine's, by the `Date` of an answer that came in at `now`.
pub(super) fn dated(header: &str, now: Timestamp) -> Option<i64> {
    clock::dated(header, now)
}

/// Whether an answer asks us to slow down, in whichever protocol.
pub(super) fn is_throttled(status: u16, body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(body.get(..4096).unwrap_or(body));
    status == 429 || (status >= 400 && codes::names_throttling(&start))
}

/// What an error answer says.
struct Answer<'a> {
    status: u16,
    body: &'a [u8],
    code: &'a str,
    message: &'a str,
    /// The `Date` header: when AWS's clock says that it was given.
    date: &'a str,
}

fn answered(sign_in: &SignIn, call: &str, answer: &Answer<'_>, chain: &Chain<'_>) -> (FaultKind, String) {
    let status = answer.status;
    if !answer.code.is_empty() {
        let kind = match codes::classify(call, status, answer.code, answer.message, sign_in) {
            FaultKind::WrongClock { behind: None } => {
                FaultKind::WrongClock { behind: clock::dated(answer.date, Timestamp::now()) }
            }
            kind => kind,
        };
        let message = if let FaultKind::WrongClock { behind } = kind {
            let said = if answer.message.is_empty() { answer.code } else { answer.message };
            format!("this machine's clock {} ({said})", clock_words(behind))
        } else if answer.message.is_empty() {
            format!("HTTP {status} {}", answer.code)
        } else {
            answer.message.to_owned()
        };
        return (kind, message);
    }
    if is_page(answer.body) {
        return (FaultKind::BrokenAnswer, format!("HTTP {status} with a web page in place of AWS's answer"));
    }
    match status {
        429 => (FaultKind::Throttled, "HTTP 429 without an error code".to_owned()),
        403 => (
            FaultKind::Denied { action: super::action_of(call).to_owned() },
            "HTTP 403 without an error code".to_owned(),
        ),
        200..=299 => (FaultKind::BrokenAnswer, format!("HTTP {status}, not readable: {}", words::deepest(chain))),
        _ => (FaultKind::BrokenAnswer, format!("HTTP {status} without an error code")),
    }
}

/// True for HTML: a proxy, a captive portal or an emulator answered in AWS's place.
fn is_page(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(body.get(..256).unwrap_or(body)).trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.contains("<html")
}

/// An answer began and could not be read: the connection was cut, or it is not what the API promises.
fn unreadable(chain: &Chain<'_>) -> FaultKind {
    if chain.iter().any(|cause| cause.is::<TooLarge>()) {
        FaultKind::BrokenAnswer
    } else if says(chain, &["minimum throughput"]) {
        // The SDK's stalled-stream protection: the body came to a halt.
        FaultKind::TimedOut
    } else if is_io(chain) || says(chain, &["reading a body", "end of file", "connection closed", "unexpected eof"]) {
        FaultKind::Unreachable
    } else {
        FaultKind::BrokenAnswer
    }
}

/// No answer came: the endpoint was not reached, or there were no credentials to sign with.
fn unsent(sign_in: &SignIn, call: &str, chain: &Chain<'_>) -> (FaultKind, String) {
    // No command fixes this, a code does; the message says whose.
    if let Some(mfa) = chain.iter().find_map(|e| e.downcast_ref::<MfaError>()) {
        let kind = match mfa {
            MfaError::NobodyToAsk { .. } => {
                FaultKind::Unusable { remedy: "or give credentials that need no code".to_owned() }
            }
            _ => FaultKind::NoCode,
        };
        return (kind, mfa.to_string());
    }
    let message = words::deepest(chain);
    if let Some(kind) = here::wrong(sign_in, chain) {
        return (kind, message);
    }
    let connector =
        |is: fn(&ConnectorError) -> bool| chain.iter().filter_map(|e| e.downcast_ref::<ConnectorError>()).any(is);
    let timed_out = matches!(
        chain.iter().find_map(|e| e.downcast_ref::<CredentialsError>()),
        Some(CredentialsError::ProviderTimedOut(_))
    );
    // Fetching credentials is a call too (STS, SSO): what stopped it is looked at first.
    if timed_out || connector(ConnectorError::is_timeout) || says(chain, &["timed out", "timeout occurred"]) {
        return (FaultKind::TimedOut, message);
    }
    if connector(ConnectorError::is_io) {
        return (FaultKind::Unreachable, message);
    }
    let credentials = says(chain, &["credential", "identity", "token", "no matching auth scheme"])
        || chain.iter().any(|e| e.is::<CredentialsError>());
    if credentials {
        if let Some((code, said)) = chain.iter().find_map(|e| e.downcast_ref::<ErrorMetadata>()).and_then(code_of) {
            // What AWS does not name is the call that this kind of credentials needs.
            let fetch = if says(chain, &["sso"]) { "sso:GetRoleCredentials" } else { "sts:AssumeRole" };
            let kind = match codes::classify(fetch, 400, code, said, sign_in) {
                FaultKind::Other { .. } | FaultKind::NotFound => lost(sign_in, chain),
                kind => kind,
            };
            return (kind, message);
        }
        return (without(sign_in, chain), message);
    }
    if is_io(chain) || connector(|e| e.as_other().is_some()) {
        return (FaultKind::Unreachable, message);
    }
    // What the connection complains of after it has sent (a head that is no HTTP) is about an answer: the call
    // may have been carried out.
    if connector(|e| !e.is_user()) {
        return (FaultKind::BrokenAnswer, message);
    }
    (FaultKind::Other { code: String::new() }, format!("{call} was not sent: {message}"))
}

fn code_of(metadata: &ErrorMetadata) -> Option<(&str, &str)> {
    Some((metadata.code()?, metadata.message().unwrap_or_default()))
}

/// There is nothing to sign with, and it was not AWS that said why.
fn without(sign_in: &SignIn, chain: &Chain<'_>) -> FaultKind {
    if let Some(kind) = sign_in.no_profile() {
        return kind;
    }
    let is_empty = chain.iter().any(|cause| {
        matches!(cause.downcast_ref::<CredentialsError>(), Some(CredentialsError::CredentialsNotLoaded(_)))
    });
    match lost(sign_in, chain) {
        FaultKind::Unusable { .. } if is_empty && sign_in.command(false).is_none() => sign_in.no_credentials(),
        kind => kind,
    }
}

/// A way to credentials that gave none: expired only where somebody says so.
fn lost(sign_in: &SignIn, chain: &Chain<'_>) -> FaultKind {
    let is_over = ["expired", "session token not found or invalid", "invalidgrant", "invalid_grant"];
    let says_sso = says(chain, &["sso", "session token not found or invalid", "invalidgrant", "invalid_grant"]);
    let login = sign_in.command(says_sso);
    if says(chain, &is_over) {
        return FaultKind::Expired { login };
    }
    let remedy = match login {
        Some(login) => format!("run: {login}"),
        None => "sign in again, or give credentials by AWS_PROFILE or the environment".to_owned(),
    };
    FaultKind::Unusable { remedy }
}

/// Whether any cause says one of these, whatever the case.
fn says(chain: &Chain<'_>, phrases: &[&str]) -> bool {
    chain.iter().any(|cause| {
        let text = cause.to_string().to_lowercase();
        phrases.iter().any(|phrase| text.contains(phrase))
    })
}

fn is_io(chain: &Chain<'_>) -> bool {
    chain.iter().any(|cause| cause.is::<std::io::Error>())
}

/// The causes of an error without the error itself, whose text says only which kind it is.
fn chain_of<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    // A source that is its own source would never end; no real chain is this long.
    std::iter::successors(error.source(), |&cause| cause.source()).take(32).collect()
}

#[cfg(test)]
mod tests;
