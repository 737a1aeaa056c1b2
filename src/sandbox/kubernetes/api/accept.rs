//! What a caller can read, and what it sends. Everything here is JSON, of the object or of a table: whoever asks for an
//! aggregated discovery or protobuf *first* and JSON after it is answered in JSON.

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde_json::Value;

use super::ApiRefusal;
use super::request::ApiTarget;

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnswerForm {
    /// The object itself, or the list.
    Plain,
    /// As a Table of this API version.
    Table(&'static str),
}

/// The first form that the caller reads and that there is.
///
/// # Errors
/// 406 when the caller reads no JSON.
pub(super) fn form(request: &Request<Bytes>, target: &ApiTarget) -> Result<AnswerForm, ApiRefusal> {
    let log = matches!(target, ApiTarget::Objects(objects) if objects.subresource == "log");
    let accepted = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let Some(accepted) = accepted.filter(|_| !log) else { return Ok(AnswerForm::Plain) };
    if let Some(form) = accepted.split(',').find_map(read) {
        return Ok(form);
    }
    // Whoever asks for a table alone that there is not reads plain objects as well: kubectl does.
    if accepted.contains("as=Table") {
        return Ok(AnswerForm::Plain);
    }
    let message = "only the following media types are accepted: application/json, application/json;stream=watch";
    Err(ApiRefusal::new(406, "NotAcceptable", message))
}

/// What one part of the header reads; nothing that there is, perhaps.
fn read(part: &str) -> Option<AnswerForm> {
    let mut parameters = part.split(';').map(str::trim);
    let kind = parameters.next().unwrap_or_default();
    if !matches!(kind, "application/json" | "application/*" | "*/*" | "") {
        return None;
    }
    let parameters: Vec<(&str, &str)> = parameters.filter_map(|parameter| parameter.split_once('=')).collect();
    let of = |name: &str| parameters.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
    match (of("as"), of("g"), of("v")) {
        (None, ..) => Some(AnswerForm::Plain),
        (Some("Table"), Some("meta.k8s.io"), Some("v1")) => Some(AnswerForm::Table("meta.k8s.io/v1")),
        (Some("Table"), Some("meta.k8s.io"), Some("v1beta1")) => Some(AnswerForm::Table("meta.k8s.io/v1beta1")),
        // A part of an object is not the object itself.
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn form_of(path: &str, accept: &str) -> Option<AnswerForm> {
        let request = Request::builder().uri(path).header(ACCEPT, accept).body(Bytes::new()).unwrap();
        form(&request, &ApiTarget::of(path).unwrap()).ok()
    }

    #[test]
    fn the_first_form_that_there_is_is_answered() {
        let table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        let older = "application/json;as=Table;g=meta.k8s.io;v=v1beta1";
        let part = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
        let (v1, v1beta1) = (AnswerForm::Table("meta.k8s.io/v1"), AnswerForm::Table("meta.k8s.io/v1beta1"));
        for (accept, form) in [
            (table.to_owned(), Some(v1)),
            (format!("{table},{older},application/json"), Some(v1)),
            (format!("{older}, application/json"), Some(v1beta1)),
            (format!("application/json, {table}"), Some(AnswerForm::Plain)),
            ("application/json;as=Table;v=v9;g=meta.k8s.io".to_owned(), Some(AnswerForm::Plain)),
            (format!("application/vnd.kubernetes.protobuf,{part},application/json"), Some(AnswerForm::Plain)),
            ("application/json;q=0.9".to_owned(), Some(AnswerForm::Plain)),
            ("*/*".to_owned(), Some(AnswerForm::Plain)),
            (part.to_owned(), None),
            ("application/vnd.kubernetes.protobuf".to_owned(), None),
        ] {
            assert_eq!(form_of("/api/v1/pods", &accept), form, "{accept}");
        }
        assert_eq!(form_of("/api/v1/namespaces/a/pods/p/log", "text/plain"), Some(AnswerForm::Plain));
    }
}
