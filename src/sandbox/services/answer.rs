//! Refusals in the form of the caller's protocol, and what every response has in common.

use std::fmt::Write as _;

use bytes::Bytes;
use ciborium::Value;
use http::{HeaderMap, HeaderValue};
use winterbaume_core::{MockRequest, MockResponse, xml_escape};

use crate::sandbox::world::identity;

/// A request that is refused, as AWS would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    /// A refusal that is the caller's fault (400).
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, code, message: message.into() }
    }

    /// A refusal because something is not there (404).
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 404, code, message: message.into() }
    }

    /// In the query protocol's XML.
    #[must_use]
    pub fn xml(&self, namespace: &str) -> MockResponse {
        let kind = if self.status < 500 { "Sender" } else { "Receiver" };
        let id = identity::uuid(identity::hash(&[self.code, &self.message]));
        let (code, message) = (xml_escape(self.code), xml_escape(&self.message));
        let body = format!(
            "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{kind}</Type><Code>{code}</Code>\
             <Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
        );
        response(self.status, "text/xml", body)
    }

    /// In the JSON protocols' form.
    #[must_use]
    pub fn json(&self) -> MockResponse {
        let body = format!("{{\"__type\":{},\"message\":{}}}", json_string(self.code), json_string(&self.message));
        response(self.status, "application/x-amz-json-1.0", body)
    }

    /// In REST-JSON's form: the code is in a header, and beside the message stand what other members the error's shape
    /// has.
    #[must_use]
    pub fn rest_json(&self, others: &[(&str, &str)]) -> MockResponse {
        let mut members = String::new();
        for (name, value) in others.iter().chain([&("message", self.message.as_str())]) {
            let comma = if members.is_empty() { "" } else { "," };
            members.push_str(&format!("{comma}{}:{}", json_string(name), json_string(value)));
        }
        let mut answer = response(self.status, "application/json", format!("{{{members}}}"));
        answer.headers.insert("x-amzn-errortype", HeaderValue::from_static(self.code));
        answer
    }

    /// In the RPC v2 CBOR protocol's form.
    #[must_use]
    pub fn cbor(&self) -> MockResponse {
        let text = |text: &str| Value::Text(text.to_owned());
        let map = Value::Map(vec![(text("__type"), text(self.code)), (text("message"), text(&self.message))]);
        let mut body = Vec::new();
        // Writing into memory fails only when memory does.
        let _written = ciborium::into_writer(&map, &mut body);
        let mut answer = response(self.status, "application/cbor", body);
        answer.headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
        answer
    }

    /// In the form of the protocol that the request speaks.
    #[must_use]
    pub fn to(&self, request: &MockRequest, namespace: &str) -> MockResponse {
        if request.headers.contains_key("smithy-protocol") {
            self.cbor()
        } else if request.headers.contains_key("x-amz-target") {
            self.json()
        } else {
            self.xml(namespace)
        }
    }
}

/// A response of one content type.
pub fn response(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> MockResponse {
    let mut headers = HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    MockResponse { status, headers, body: body.into() }
}

/// What every response has: a request id in its headers (the body's own where it has one), and, in
/// XML, no character that XML cannot carry.
pub fn finish(answer: &mut MockResponse, number: u64) {
    let content_type = answer.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_xml = content_type.is_some_and(|value| value.contains("xml"));
    let mut id = None;
    if is_xml {
        if let Some(clean) = without_controls(&answer.body) {
            answer.body = clean.into();
        }
        id = between(&answer.body, b"<RequestId>", b"</RequestId>").and_then(|id| HeaderValue::from_bytes(id).ok());
    }
    if !answer.headers.contains_key("x-amzn-requestid") {
        let id = id.or_else(|| HeaderValue::from_str(&identity::uuid(identity::mix(number))).ok());
        if let Some(id) = id {
            answer.headers.insert("x-amzn-requestid", id);
        }
    }
}

/// Control characters as character references, which lenient parsers such as the Rust SDK's
/// decode; `None` when there are none. NUL has no reference in any XML and becomes U+FFFD.
fn without_controls(body: &[u8]) -> Option<Vec<u8>> {
    let is_control = |byte: u8| byte < 0x20 && byte != b'\n' && byte != b'\t';
    // Hardly any answer has one. A block is looked at as a whole, which takes a fraction of the time.
    let has_one = |block: &[u8]| block.iter().filter(|byte| is_control(**byte)).count() > 0;
    if !body.chunks(256).any(has_one) {
        return None;
    }
    let mut clean = Vec::with_capacity(body.len() + 64);
    for byte in body {
        match byte {
            0 => clean.extend_from_slice("\u{fffd}".as_bytes()),
            byte if is_control(*byte) => clean.extend_from_slice(format!("&#x{byte:X};").as_bytes()),
            byte => clean.push(*byte),
        }
    }
    Some(clean)
}

/// What is between the last `open` and the `close` after it.
fn between<'a>(body: &'a [u8], open: &[u8], close: &[u8]) -> Option<&'a [u8]> {
    let start = body.windows(open.len()).rposition(|part| part == open)? + open.len();
    let rest = body.get(start..)?;
    let end = rest.windows(close.len()).position(|part| part == close)?;
    rest.get(..end)
}

/// A JSON string literal.
fn json_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                let _infallible = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_xml_refusal_is_escaped_and_keeps_its_id() {
        let mut answer = Refusal::not_found("DBInstanceNotFound", "DBInstance <a&b> not found.").xml("urn:x");
        finish(&mut answer, 1);
        let body = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(body.contains("<Message>DBInstance &lt;a&amp;b&gt; not found.</Message>"), "{body}");
        let id = answer.headers.get("x-amzn-requestid").unwrap().to_str().unwrap();
        assert!(body.contains(&format!("<RequestId>{id}</RequestId>")));
        assert_eq!(answer.status, 404);
    }

    #[test]
    fn control_characters_leave_xml_as_references() {
        let mut answer = response(200, "text/xml", "<a>\u{1b}[31m\u{0}é\n</a>");
        finish(&mut answer, 1);
        assert_eq!(answer.body, "<a>&#x1B;[31m\u{fffd}é\n</a>".as_bytes());
        assert!(answer.headers.contains_key("x-amzn-requestid"));
    }

    #[test]
    fn rest_refusals_have_their_code_in_a_header() {
        let answer = Refusal::not_found("X", "no \"a\"").rest_json(&[("clusterName", "a")]);
        let read: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(read, serde_json::json!({ "clusterName": "a", "message": "no \"a\"" }));
        assert_eq!(answer.headers.get("x-amzn-errortype").unwrap(), "X");
    }

    #[test]
    fn json_refusals_are_json() {
        let answer = Refusal::new("ValidationError", "a \"b\"\n\\").json();
        let read: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(read.get("message").and_then(|m| m.as_str()), Some("a \"b\"\n\\"));
    }
}
