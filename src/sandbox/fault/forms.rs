//! The answers that are not AWS's good ones: refusals in AWS's words, and what machines on the way
//! put in their place.

use bytes::Bytes;
use ciborium::Value;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use winterbaume_core::{MockRequest, MockResponse};

use super::{Call, Kind};
use crate::sandbox::services::answer::{Refusal, response};
use crate::sandbox::services::{eks, rds, sts};
use crate::sandbox::world::identity;
use crate::sandbox::world::moment::{MINUTE, after};

/// A proxy's error page.
pub(super) const WEB_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>500 Internal Server Error</title></head>\n<body>\
    <h1>Internal Server Error</h1><p>The server encountered an internal error.</p></body></html>\n";

/// What an API gateway says when all is well, to whoever asks.
pub(super) const GATEWAY: &str = "{\"status\":\"ok\",\"data\":[]}";

/// Namespace of CloudWatch's XML.
const MONITORING: &str = "http://monitoring.amazonaws.com/doc/2010-08-01/";

/// What a huge answer has too much of, bytes.
const PADDING: usize = 10 * 1024 * 1024;

/// How far the caller's clock is behind in [`Kind::ClockSkew`], seconds. AWS allows 15 minutes.
const BEHIND: i64 = 40 * MINUTE;

/// The refusal of a call in its own protocol. Codes and messages as in "Common Errors" of the API
/// references, and as the services put them.
pub(super) fn refusal(kind: Kind, call: &Call<'_>, request: &MockRequest) -> MockResponse {
    let (status, code, message) = match kind {
        Kind::Throttled => (400, "Throttling", "Rate exceeded".to_owned()),
        Kind::Expired => (403, "ExpiredToken", "The security token included in the request is expired".to_owned()),
        Kind::ClockSkew => (403, "SignatureDoesNotMatch", too_old(call)),
        Kind::Internal => {
            (500, "InternalFailure", "The request processing has failed because of an unknown error".into())
        }
        Kind::Unavailable => (503, "ServiceUnavailable", "The service is unavailable; please try again".into()),
        _ => (403, "AccessDenied", denied(call, request)),
    };
    match call.scope.service.as_str() {
        "eks" => return modern(code, message).rest_json(&[]),
        "secretsmanager" => return modern(code, message).json(),
        _ => {}
    }
    let namespace = match call.scope.service.as_str() {
        "sts" => sts::NAMESPACE,
        "monitoring" => MONITORING,
        _ => rds::NAMESPACE,
    };
    let mut answer = Refusal { status, code, message }.to(request, namespace);
    // CloudWatch is query-compatible: in its newer protocols this header carries the code.
    let newer = request.headers.contains_key("smithy-protocol") || request.headers.contains_key("x-amz-target");
    if newer && let Ok(error) = HeaderValue::from_str(&format!("{code};Sender")) {
        answer.headers.insert("x-amzn-query-error", error);
    }
    answer
}

/// The same of a service that speaks JSON, where the codes are others (EKS: `ThrottlingException`, `ServerException` and
/// `ServiceUnavailableException` in its model, the rest in the API references' "Common Errors").
fn modern(code: &'static str, message: String) -> Refusal {
    let (status, code) = match code {
        "Throttling" => (429, "ThrottlingException"),
        "ExpiredToken" => (403, "ExpiredTokenException"),
        "SignatureDoesNotMatch" => (403, "InvalidSignatureException"),
        "InternalFailure" => (500, "ServerException"),
        "ServiceUnavailable" => (503, "ServiceUnavailableException"),
        _ => (403, "AccessDeniedException"),
    };
    Refusal { status, code, message }
}

fn denied(call: &Call<'_>, request: &MockRequest) -> String {
    let caller = &call.scope.caller;
    // IAM knows CloudWatch by another name than signatures do.
    let prefix = if call.scope.service == "monitoring" { "cloudwatch" } else { call.scope.service.as_str() };
    let action = format!("{prefix}:{}", call.operation);
    let place = format!("arn:aws:rds:{}:{}", caller.region, caller.account);
    let resource = match call.operation {
        "DescribeDBInstances" => format!("{place}:db:*"),
        "DescribeDBSnapshots" => format!("{place}:snapshot:*"),
        _ if prefix == "eks" => eks::resource(caller, request),
        _ => "*".to_owned(),
    };
    format!(
        "User: arn:aws:sts::{}:assumed-role/reader/oncall is not authorized to perform: {action} on resource: \
         {resource} because no identity-based policy allows the {action} action",
        caller.account
    )
}

fn too_old(call: &Call<'_>) -> String {
    let stamp = |at: jiff::Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let (signed, oldest) = (after(call.at, -BEHIND), after(call.at, -15 * MINUTE));
    format!("Signature expired: {} is now earlier than {} ({} - 15 min.)", stamp(signed), stamp(oldest), stamp(call.at))
}

/// A proxy's error page.
pub(super) fn web_page() -> MockResponse {
    response(500, "text/html; charset=utf-8", WEB_PAGE)
}

/// A success of something that is not AWS.
pub(super) fn gateway() -> MockResponse {
    response(200, "application/json", GATEWAY)
}

/// The same head, and a body of noise: no UTF-8, no XML, no CBOR item (0xff ends one that never
/// began).
pub(super) fn garbled(mut answer: MockResponse, number: u64) -> MockResponse {
    answer.status = 200;
    answer.body = noise(answer.body.len().clamp(64, 4096), number).into();
    answer
}

/// So many bytes without any meaning, of a call's number.
pub(super) fn noise(count: usize, number: u64) -> Vec<u8> {
    let noise = (0..count as u64).map(|i| identity::mix(number.wrapping_mul(4096) ^ i).to_le_bytes()[0]);
    std::iter::once(0xff).chain(noise).collect()
}

/// The same answer with a member of ten megabytes that its model does not know, which clients skip.
pub(super) fn padded(mut answer: MockResponse, operation: &str) -> MockResponse {
    let content_type = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let padded = if content_type.contains("cbor") {
        padded_cbor(&answer.body)
    } else if content_type.contains("json") {
        padded_json(&answer.body)
    } else {
        padded_text(&answer.body, &format!("<{operation}Result>"), ("<Padding>", "</Padding>"))
    };
    if let Some(body) = padded {
        answer.body = body;
    }
    answer
}

/// JSON with ten megabytes more in its first object.
pub(super) fn padded_json(body: &[u8]) -> Option<Bytes> {
    padded_text(body, "{", ("\"Padding\":\"", "\","))
}

fn padded_cbor(body: &[u8]) -> Option<Bytes> {
    let Ok(Value::Map(mut members)) = ciborium::from_reader::<Value, _>(body) else { return None };
    members.insert(0, (Value::Text("Padding".to_owned()), Value::Text("x".repeat(PADDING))));
    let mut out = Vec::with_capacity(body.len() + PADDING + 64);
    ciborium::into_writer(&Value::Map(members), &mut out).ok()?;
    Some(out.into())
}

/// Puts the padding after the first `mark`.
fn padded_text(body: &[u8], mark: &str, (open, close): (&str, &str)) -> Option<Bytes> {
    let text = std::str::from_utf8(body).ok()?;
    let at = text.find(mark)? + mark.len();
    let (before, behind) = text.split_at_checked(at)?;
    Some([before, open, &"x".repeat(PADDING), close, behind].concat().into())
}
