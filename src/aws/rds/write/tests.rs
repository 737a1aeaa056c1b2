//! What a call says is what goes over the wire, once, and nothing else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;

use super::*;
use crate::aws::{InProcess, SessionSpec};
use crate::ops::Value;
use crate::services::rds::Plan;
use crate::services::rds::{Kind, TargetKind, testing};

/// What is answered to a request.
#[derive(Debug, Clone, Copy)]
enum Says {
    Yes,
    Error(u16, &'static str),
    Nothing,
}

/// Keeps the bodies of the requests.
#[derive(Debug, Clone)]
struct Wire {
    says: Says,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Wire {
    fn new(says: Says) -> Self {
        Self { says, bodies: Arc::default() }
    }

    fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }

    async fn session(&self) -> Session {
        let wire = self.clone();
        let http = http_client_fn(move |_, _| SharedHttpConnector::new(wire.clone()));
        let credentials = Credentials::new("AKIASANDBOX111122223333", "secret", None, None, "test");
        let in_process = Some(InProcess { http, credentials });
        Session::load(&SessionSpec { region: Some("us-east-1".into()), in_process, ..SessionSpec::default() }).await
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let action = fields(&body).remove("Action").unwrap_or_default();
        self.bodies.lock().unwrap().push(body);
        let (status, answer) = match self.says {
            Says::Yes => (200, format!("<{action}Response><{action}Result></{action}Result></{action}Response>")),
            Says::Error(status, code) => {
                let error = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
                (status, format!("<ErrorResponse>{error}</ErrorResponse>"))
            }
            Says::Nothing => return HttpConnectorFuture::new(std::future::pending()),
        };
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(answer));
        response.headers_mut().insert("x-amzn-requestid", "1b2c");
        HttpConnectorFuture::ready(Ok(response))
    }
}

/// The fields of a form, decoded.
fn fields(body: &str) -> BTreeMap<String, String> {
    body.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex: String = rest.by_ref().take(2).map(char::from).collect();
            bytes.push(u8::from_str_radix(&hex, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A call as AWS's query protocol writes it (names of list members from the service model).
fn flattened(call: &Call) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::from([
        ("Action".to_owned(), call.api.name().to_owned()),
        ("Version".to_owned(), "2014-10-31".to_owned()),
    ]);
    for (name, value) in &call.parameters {
        match value {
            // The parameter's name alone says that a list is empty.
            Value::List(items) if items.is_empty() => {
                fields.insert(name.to_string(), String::new());
            }
            Value::Tags(tags) if tags.is_empty() => {
                fields.insert(name.to_string(), String::new());
            }
            Value::List(items) => {
                let member = if *name == "VpcSecurityGroupIds" { "VpcSecurityGroupId" } else { "member" };
                for (i, item) in (1..).zip(items) {
                    fields.insert(format!("{name}.{member}.{i}"), item.clone());
                }
            }
            Value::Tags(tags) => {
                for (i, tag) in (1..).zip(tags) {
                    fields.insert(format!("{name}.Tag.{i}.Key"), tag.key.clone());
                    fields.insert(format!("{name}.Tag.{i}.Value"), tag.value.clone());
                }
            }
            plain => {
                fields.insert(name.to_string(), plain.to_string());
            }
        }
    }
    fields
}

/// A value of the type that the table names, different for each parameter.
fn sample(sort: &str, index: usize) -> Value {
    match sort {
        "text" => Value::Text(format!("text & {index} größe+=")),
        "flag" => Value::Bool(index.is_multiple_of(2)),
        "number" => Value::Int(index as i64 + 1),
        "list" => Value::List(vec![format!("sg-{index}"), "sg, two".into()]),
        "tags" => Value::from(&[("Owner".to_owned(), "it's, me".to_owned()), ("Empty".to_owned(), String::new())][..]),
        "insights" => Value::Text("advanced".into()),
        "moment" => Value::Text("2026-11-22T03:06:44Z".into()),
        other => panic!("{other} is no type of a parameter"),
    }
}

fn full(api: Api, parameters: &[(&'static str, &'static str)]) -> Call {
    let samples = parameters.iter().enumerate();
    samples.fold(Call::new(api, "eu-west-1"), |call, (i, (name, sort))| call.with(name, sample(sort, i)))
}

#[tokio::test]
async fn what_a_call_says_is_what_is_sent() {
    let wire = Wire::new(Says::Yes);
    let session = wire.session().await;
    for (api, parameters) in KNOWN {
        let call = full(*api, parameters);
        let receipt = post(&session, &call).await.unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(receipt.request_id.as_deref(), Some("1b2c"));
        assert_eq!(fields(wire.bodies().last().unwrap()), flattened(&call), "{}", api.name());
    }
    let known: Vec<Api> = KNOWN.iter().map(|(api, _)| *api).collect();
    assert_eq!(known, Api::ALL);
    assert_eq!(wire.bodies().len(), Api::ALL.len());
}

/// A parameter that an operation uses and the table does not know would be found out only when an
/// approved plan is sent.
#[tokio::test]
async fn every_operation_can_be_sent_as_it_is_offered() {
    let wire = Wire::new(Says::Yes);
    let session = wire.session().await;
    let mut count = 0;
    for kind in Kind::ALL {
        let targets: &[&str] = match kind.target() {
            TargetKind::DbInstance => &["rentaliq-prod-db", "rentaliq-prod-db-replica-1"],
            TargetKind::DbSnapshot => &["before-release-42"],
            TargetKind::Environment => &["PROD"],
        };
        for target in targets {
            let seen = testing::seen_on(kind.target(), target, "us-east-1");
            let plan = Plan::make(&kind.offer(&seen), None, &seen);
            for step in &plan.steps {
                let sent = post(&session, &step.call).await;
                assert!(sent.is_ok(), "{} on {target}: {sent:?}", kind.name());
                assert_eq!(fields(wire.bodies().last().unwrap()), flattened(&step.call), "{}", kind.name());
                count += 1;
            }
        }
    }
    assert!(count > 10, "only {count} calls");
}

#[tokio::test(start_paused = true)]
async fn a_change_is_sent_once_whatever_is_answered() {
    let call = Call::new(Api::StopDbInstance, "us-east-1").with("DBInstanceIdentifier", "qa-db");
    for (says, is_ambiguous) in [
        (Says::Error(500, "InternalFailure"), true),
        (Says::Error(503, "ServiceUnavailable"), true),
        (Says::Nothing, true),
        (Says::Error(400, "Throttling"), false),
        (Says::Error(400, "InvalidDBInstanceState"), false),
        (Says::Error(404, "DBInstanceNotFound"), false),
    ] {
        let wire = Wire::new(says);
        let fault = post(&wire.session().await, &call).await.unwrap_err();
        assert_eq!((fault.is_ambiguous(), wire.bodies().len()), (is_ambiguous, 1), "{says:?}: {fault}");
        assert_eq!(fault.fault().call, "rds:StopDBInstance");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_whole_is_not_sent() {
    let wire = Wire::new(Says::Yes);
    let session = wire.session().await;
    let call = || Call::new(Api::ModifyDbInstance, "us-east-1").with("DBInstanceIdentifier", "qa-db");
    for (call, why) in [
        (call().with("MasterUserPassword", "x"), "this version cannot send the parameter MasterUserPassword"),
        (call().with("MultiAZ", "yes"), "the parameter MultiAZ must be true or false"),
        (call().with("Iops", 1).with("Iops", 2), "the parameter Iops is given twice"),
    ] {
        let fault = post(&session, &call).await.unwrap_err();
        assert_eq!((fault.is_ambiguous(), fault.fault().message.as_str()), (false, why));
    }
    assert!(wire.bodies().is_empty(), "{:?}", wire.bodies());
}
