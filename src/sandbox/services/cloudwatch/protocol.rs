//! The forms in which CloudWatch is spoken to: rpc-v2-cbor (AWS's newer SDKs), awsJson 1.0 (boto3)
//! and awsQuery (older clients). Requests become CBOR, answers are made from a CBOR value.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use ciborium::Value;
use http::HeaderValue;
use jiff::Timestamp;
use winterbaume_cloudwatch::wire;
use winterbaume_core::{MockRequest, MockResponse};

use super::fault::Fault;
use crate::sandbox::world::identity;

/// Deepest nesting of a query parameter's name; the operations need seven.
const DEEPEST: usize = 12;

const NAMESPACE: &str = "http://monitoring.amazonaws.com/doc/2010-08-01/";

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Cbor,
    Json,
    Query,
}

/// A request in one form for all protocols.
#[derive(Debug)]
pub struct Asked {
    pub protocol: Protocol,
    /// Name of the operation; empty if there was none.
    pub operation: String,
    /// The input in CBOR.
    pub body: Result<Vec<u8>, Fault>,
}

/// Finds out what is asked, and in which protocol.
pub fn read(request: &MockRequest) -> Asked {
    let path = request.uri.split('?').next().unwrap_or_default();
    if let Some((_, operation)) = path.split_once("/operation/") {
        let operation = operation.trim_end_matches('/').to_owned();
        return Asked { protocol: Protocol::Cbor, operation, body: Ok(request.body.to_vec()) };
    }
    let text = String::from_utf8_lossy(&request.body);
    if let Some(target) = request.headers.get("x-amz-target") {
        let target = target.to_str().unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        return Asked { protocol: Protocol::Json, operation, body: from_json(&text) };
    }
    let asked =
        if text.is_empty() { request.uri.split_once('?').map_or("", |(_, query)| query) } else { text.as_ref() };
    let mut params: HashMap<String, String> = form_urlencoded::parse(asked.as_bytes()).into_owned().collect();
    let operation = params.remove("Action").unwrap_or_default();
    Asked { protocol: Protocol::Query, operation, body: from_query(params) }
}

fn from_json(text: &str) -> Result<Vec<u8>, Fault> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let Ok(json) = text.parse() else {
        return Err(Fault::unreadable("The request is not a JSON document.".to_owned()));
    };
    encode(&wire::json_to_cbor(&json))
}

fn encode(value: &Value) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|_| Fault::internal())?;
    Ok(bytes)
}

/// `MetricDataQueries.member.1.Id=m1` and so on, as the tree that the other protocols send.
fn from_query(params: impl IntoIterator<Item = (String, String)>) -> Result<Vec<u8>, Fault> {
    let mut root = Node::default();
    for (name, text) in params {
        // Nothing after the `=` is how an empty list is sent.
        if !text.is_empty() {
            let mut node = &mut root;
            for part in name.split('.').take(DEEPEST) {
                node = node.children.entry(part.to_owned()).or_default();
            }
            node.text = text;
        }
    }
    encode(&root.value("")?)
}

/// A part of a query's parameters.
#[derive(Debug, Default)]
struct Node {
    text: String,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn value(mut self, name: &str) -> Result<Value, Fault> {
        if let Some(members) = self.children.remove("member") {
            let numbered = |(key, node): (String, Self)| key.parse::<u32>().ok().map(|number| (number, node));
            let mut items: Vec<(u32, Self)> = members.children.into_iter().filter_map(numbered).collect();
            items.sort_by_key(|(number, _)| *number);
            return items.into_iter().map(|(_, node)| node.value(name)).collect::<Result<_, _>>().map(Value::Array);
        }
        if self.children.is_empty() && !name.is_empty() {
            return scalar(name, self.text);
        }
        let entry = |(key, node): (String, Self)| node.value(&key).map(|value| (Value::Text(key), value));
        self.children.into_iter().map(entry).collect::<Result<_, _>>().map(Value::Map)
    }
}

/// A parameter's value in the type that the service model gives to its name.
fn scalar(name: &str, text: String) -> Result<Value, Fault> {
    let wrong = || Fault::value(format!("The value {text} for parameter {name} is invalid."));
    match name {
        "Period" | "MaxDatapoints" | "MaxRecords" => {
            text.parse::<i32>().map(|number| Value::Integer(number.into())).map_err(|_| wrong())
        }
        "StartTime" | "EndTime" | "StartDate" | "EndDate" => {
            let moment = |at: Timestamp| at.as_millisecond() as f64 / 1000.0;
            let seconds = text.parse::<f64>().ok().or_else(|| text.parse().ok().map(moment));
            seconds.map(Value::Float).ok_or_else(wrong)
        }
        "ReturnData" | "IncludeLinkedAccounts" => text.parse().map(Value::Bool).map_err(|_| wrong()),
        _ => Ok(Value::Text(text)),
    }
}

/// A structure.
pub fn record(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Map(fields.into_iter().map(|(name, value)| (text(name), value)).collect())
}

/// A string.
pub fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// A timestamp, from seconds since 1970.
pub fn moment(second: i64) -> Value {
    Value::Tag(1, Box::new(Value::Integer(second.into())))
}

/// Writes the answer in the protocol of the question.
pub fn answer(asked: &Asked, now: Timestamp, result: Result<Value, Fault>) -> MockResponse {
    let seed = identity::hash(&[&asked.operation, &now.to_string()]);
    let size = asked.body.as_ref().map_or(0, Vec::len) as u64;
    let request_id = identity::uuid(identity::mix(seed ^ size));
    let mut response = match (asked.protocol, result) {
        (Protocol::Query, Ok(value)) => MockResponse::xml(200, query_answer(&asked.operation, &value, &request_id)),
        (Protocol::Query, Err(fault)) => MockResponse::xml(fault.status, query_fault(&fault, &request_id)),
        (protocol, Ok(value)) => body(protocol, 200, value),
        (protocol, Err(fault)) => {
            let kind = text(format!("com.amazonaws.cloudwatch#{}", fault.shape()));
            let message = text(fault.message.clone());
            let mut response = body(protocol, fault.status, record([("__type", kind), ("message", message)]));
            // The service is query-compatible: this header carries the code of the query protocol.
            if let Ok(code) = HeaderValue::from_str(&format!("{};{}", fault.code, fault.side())) {
                response.headers.insert("x-amzn-query-error", code);
            }
            response
        }
    };
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        response.headers.insert("x-amzn-requestid", id);
    }
    response
}

fn body(protocol: Protocol, status: u16, value: Value) -> MockResponse {
    if protocol == Protocol::Json {
        // JSON has no tags: a timestamp is the number inside.
        return MockResponse::json(status, wire::cbor_to_json(value).to_string());
    }
    match encode(&value) {
        Ok(bytes) => MockResponse::cbor(status, bytes),
        Err(fault) => MockResponse::cbor(fault.status, Vec::new()),
    }
}

fn query_answer(operation: &str, value: &Value, request_id: &str) -> String {
    let mut out = format!("<{operation}Response xmlns=\"{NAMESPACE}\">");
    element(&mut out, &format!("{operation}Result"), value);
    let _ =
        write!(out, "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>");
    out
}

fn query_fault(fault: &Fault, request_id: &str) -> String {
    let mut out = format!("<ErrorResponse xmlns=\"{NAMESPACE}\"><Error>");
    for (name, value) in [("Type", fault.side()), ("Code", fault.code), ("Message", fault.message.as_str())] {
        element(&mut out, name, &text(value));
    }
    let _ = write!(out, "</Error><RequestId>{request_id}</RequestId></ErrorResponse>");
    out
}

/// Writes a value as an element; nothing at all for null.
fn element(out: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    let _ = write!(out, "<{name}>");
    match value {
        Value::Map(entries) => {
            for (key, value) in entries {
                let key = key.as_text().unwrap_or_default();
                // The only map among these operations' answers; everything else is a structure.
                if name == "ExtendedStatistics" {
                    out.push_str("<entry>");
                    element(out, "key", &text(key));
                    element(out, "value", value);
                    out.push_str("</entry>");
                } else {
                    element(out, key, value);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                element(out, "member", item);
            }
        }
        Value::Tag(_, inner) => {
            let second = inner.as_integer().and_then(|second| i64::try_from(second).ok());
            if let Some(at) = second.and_then(|second| Timestamp::from_second(second).ok()) {
                let _ = write!(out, "{at}");
            }
        }
        Value::Text(text) => escape(out, text),
        Value::Integer(number) => {
            let _ = write!(out, "{}", i128::from(*number));
        }
        Value::Float(number) => {
            let _ = write!(out, "{number:?}");
        }
        Value::Bool(yes) => {
            let _ = write!(out, "{yes}");
        }
        _ => {}
    }
    let _ = write!(out, "</{name}>");
}

/// Text as XML 1.0 allows it: control characters cannot be written at all.
fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_parameters_become_the_tree_of_the_service_model() {
        let params = [
            ("MetricDataQueries.member.2.Id", "b"),
            ("MetricDataQueries.member.10.Id", "j"),
            ("MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Value", "orders"),
            ("MetricDataQueries.member.1.MetricStat.Period", "300"),
            ("StartTime", "2026-11-22T03:05:00Z"),
            ("EndTime", "1795317000"),
        ];
        let params = params.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let input = wire::deserialize_get_metric_data_request(&from_query(params).unwrap()).unwrap();
        assert_eq!(input.metric_data_queries.iter().map(|q| q.id.as_str()).collect::<Vec<_>>(), ["", "b", "j"]);
        let stat = input.metric_data_queries[0].metric_stat.as_ref().unwrap();
        assert_eq!((stat.period, stat.metric.dimensions.as_ref().unwrap()[0].value.as_str()), (300, "orders"));
        assert!((input.start_time - 1_795_316_700.0).abs() < 1e-9 && (input.end_time - 1_795_317_000.0).abs() < 1e-9);
        assert!(from_query([("Period".to_owned(), "often".to_owned())]).is_err());
    }

    #[test]
    fn answers_are_escaped_and_lists_have_members() {
        let value = record([
            ("Label", text("a<b>&\u{1b}[0m")),
            ("Timestamps", Value::Array(vec![moment(0)])),
            ("ExtendedStatistics", Value::Map(vec![(text("p99"), Value::Float(1.0))])),
            ("NextToken", Value::Null),
        ]);
        let mut out = String::new();
        element(&mut out, "R", &value);
        assert_eq!(
            out,
            "<R><Label>a&lt;b&gt;&amp;\u{fffd}[0m</Label><Timestamps><member>1970-01-01T00:00:00Z</member></Timestamps>\
             <ExtendedStatistics><entry><key>p99</key><value>1.0</value></entry></ExtendedStatistics></R>"
        );
    }
}
