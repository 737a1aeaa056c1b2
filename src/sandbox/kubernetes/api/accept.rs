//! What a caller can read, and what it sends. Everything here is JSON: whoever asks for a table, an
//! aggregated discovery or protobuf *first* and JSON after it is answered in JSON.

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde_json::Value;

use super::ApiRefusal;
use super::request::ApiTarget;

/// # Errors
/// 406 when the caller reads no JSON.
pub(super) fn check(request: &Request<Bytes>, target: &ApiTarget) -> Result<(), ApiRefusal> {
    let log = matches!(target, ApiTarget::Objects(objects) if objects.subresource == "log");
    let Some(accepted) = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()) else { return Ok(()) };
    let reads = |part: &str| {
        let mut parameters = part.split(';').map(str::trim);
        let kind = parameters.next().unwrap_or_default();
        // A part of an object, or a table, is not JSON of the object itself.
        let shape = parameters.any(|parameter| parameter.starts_with("as="));
        matches!(kind, "application/json" | "application/*" | "*/*" | "") && !shape
    };
    // kubectl asks for a table alone where it prints one, and reads plain objects as well.
    let table = accepted.contains("as=Table");
    if log || table || accepted.split(',').any(reads) {
        return Ok(());
    }
    let message = "only the following media types are accepted: application/json, application/json;stream=watch";
    Err(ApiRefusal::new(406, "NotAcceptable", message))
}

/// The kind of the body, without parameters; JSON where nothing is said.
pub(super) fn content_type(request: &Request<Bytes>) -> &str {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match value.split(';').next().map(str::trim).unwrap_or_default() {
        "" => "application/json",
        kind => kind,
    }
}

/// The body as JSON; null where there is none.
///
/// # Errors
/// 415 for another kind of body, 400 when it is no JSON.
pub(super) fn body(request: &Request<Bytes>) -> Result<Value, ApiRefusal> {
    if request.body().is_empty() {
        return Ok(Value::Null);
    }
    if content_type(request) != "application/json" {
        return Err(ApiRefusal::unknown_format(&["application/json"]));
    }
    serde_json::from_slice(request.body())
        .map_err(|error| ApiRefusal::bad_request(&format!("error decoding the body: {error}")))
}
