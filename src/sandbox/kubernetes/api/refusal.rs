//! Refusals, as the `metav1.Status` that clients read. Reasons and messages are those of
//! k8s.io/apimachinery, `api/errors`: clients decide by the reason and show the message.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::super::resources::Served;
use super::super::store::{StoreCause, StoreError};
use super::body::{self, ApiBody};

/// A request that is not done, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiRefusal {
    code: u16,
    reason: &'static str,
    message: String,
    details: Map<String, Value>,
    /// The token to go on with, for a list whose token expired.
    onward: Option<String>,
}

impl ApiRefusal {
    /// Any refusal.
    pub fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: Map::new(), onward: None }
    }

    /// HTTP status.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// `NotFound`, `Conflict`, …
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// The words for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// 400
    pub fn bad_request(message: &str) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// 401
    pub fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized")
    }

    /// 403 for an object; an empty name is the kind as a whole.
    pub fn forbidden(served: &Served, name: &str, why: &str) -> Self {
        let object = if name.is_empty() { String::new() } else { format!(" \"{name}\"") };
        let message = format!("{}{object} is forbidden: {why}", served.qualified());
        Self::new(403, "Forbidden", message).about(served, name)
    }

    /// 404 for an object.
    pub fn not_found(served: &Served, name: &str) -> Self {
        Self::new(404, "NotFound", format!("{} \"{name}\" not found", served.qualified())).about(served, name)
    }

    /// 404 for a path that is not served.
    pub fn no_such_path() -> Self {
        Self::new(404, "NotFound", "the server could not find the requested resource")
    }

    /// 405
    pub fn not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::new(405, "MethodNotAllowed", message)
    }

    /// 409: the object is not as the caller knew it.
    pub fn conflict(served: &Served, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        Self::conflict_because(served, name, why)
    }

    /// 409
    pub fn conflict_because(served: &Served, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {} \"{name}\": {why}", served.qualified());
        Self::new(409, "Conflict", message).about(served, name)
    }

    /// 410: what was asked for lies too far back.
    pub fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    /// 413
    pub fn too_large(message: &str) -> Self {
        Self::new(413, "RequestEntityTooLarge", format!("Request entity too large: {message}"))
    }

    /// 415
    pub fn unsupported_media(message: &str) -> Self {
        Self::new(415, "UnsupportedMediaType", message)
    }

    /// 415 with what would be accepted.
    pub fn unknown_format(accepted: &[&str]) -> Self {
        Self::unsupported_media(&format!(
            "the body of the request was in an unknown format - accepted media types include: {}",
            accepted.join(", ")
        ))
    }

    /// 422 without a field: a JSON patch that does not apply.
    pub fn unprocessable() -> Self {
        Self::new(422, "Invalid", "the server rejected our request due to an error in our request")
    }

    /// 422 for a field of an object.
    pub fn invalid(served: &Served, name: &str, field: &str, cause: &'static str, what: &str) -> Self {
        Self::invalid_kind(served.group(), served.kind, name, field, cause, what)
    }

    /// 422 for a field of something that is no object, such as a request's options.
    pub fn invalid_kind(group: &str, kind: &str, name: &str, field: &str, cause: &'static str, what: &str) -> Self {
        let qualified = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        let mut refusal = Self::new(422, "Invalid", format!("{qualified} \"{name}\" is invalid: {field}: {what}"));
        refusal.details.insert("kind".to_owned(), kind.into());
        refusal.detail("group", group);
        refusal.detail("name", name);
        refusal.details.insert("causes".to_owned(), json!([{"reason": cause, "message": what, "field": field}]));
        refusal
    }

    /// 429. `retry` is in seconds; 0 says nothing about when.
    pub fn too_many_requests(message: &str, retry: u32) -> Self {
        Self::new(429, "TooManyRequests", message).retry(retry)
    }

    /// 500
    pub fn internal(message: &str) -> Self {
        let mut refusal = Self::new(500, "InternalError", format!("Internal error occurred: {message}"));
        refusal.details.insert("causes".to_owned(), json!([{"message": message}]));
        refusal
    }

    /// 504: the caller has seen a later revision than there is.
    pub fn too_large_version(asked: u64, current: u64) -> Self {
        let what = format!("Too large resource version: {asked}, current: {current}");
        let refusal = Self::new(504, "Timeout", format!("Timeout: {what}")).retry(1);
        refusal.cause("ResourceVersionTooLarge", "Too large resource version")
    }

    /// With a cause that clients look for.
    #[must_use]
    pub fn cause(mut self, reason: &str, message: &str) -> Self {
        let cause = json!({"reason": reason, "message": message});
        let causes = self.details.entry("causes").or_insert_with(|| json!([]));
        if let Value::Array(causes) = causes {
            causes.push(cause);
        }
        self
    }

    /// With a token to go on with.
    #[must_use]
    pub(super) fn onward(mut self, token: String) -> Self {
        self.onward = Some(token);
        self
    }

    /// As JSON, for a body or an `ERROR` event.
    pub fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "code": self.code,
        });
        if !self.reason.is_empty() {
            status["reason"] = self.reason.into();
        }
        if let Some(token) = &self.onward {
            status["metadata"]["continue"] = token.as_str().into();
        }
        if !self.details.is_empty() {
            status["details"] = Value::Object(self.details.clone());
        }
        status
    }

    /// As a response.
    pub fn response(&self) -> Response<ApiBody> {
        let mut response = Response::new(body::whole(Bytes::from(self.status().to_string())));
        *response.status_mut() = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(seconds) = self.details.get("retryAfterSeconds").and_then(Value::as_u64) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    pub(super) fn about(mut self, served: &Served, name: &str) -> Self {
        self.detail("name", name);
        self.detail("group", served.group());
        self.detail("kind", served.plural);
        self
    }

    fn detail(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.details.insert(name.to_owned(), value.into());
        }
    }

    fn retry(mut self, seconds: u32) -> Self {
        if seconds > 0 {
            self.details.insert("retryAfterSeconds".to_owned(), seconds.into());
        }
        self
    }
}

impl From<StoreError> for ApiRefusal {
    fn from(error: StoreError) -> Self {
        let (served, name) = (error.key.resource.served(), &*error.key.name);
        match error.cause {
            StoreCause::NotFound => Self::not_found(served, name),
            StoreCause::AlreadyExists => {
                let message = format!("{} \"{name}\" already exists", served.qualified());
                Self::new(409, "AlreadyExists", message).about(served, name)
            }
            StoreCause::Conflict => Self::conflict(served, name),
            StoreCause::OtherUid => {
                let why = "Precondition failed: UID in precondition is not the one in object meta";
                Self::conflict_because(served, name, why)
            }
            StoreCause::Nameless => Self::invalid(
                served,
                "",
                "metadata.name",
                "FieldValueRequired",
                "Required value: name or generateName is required",
            ),
        }
    }
}
