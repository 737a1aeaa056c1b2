//! The adapters over canned answers, below the SDK: as the sandbox plugs in.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

use super::*;
use crate::domain::FaultKind;

/// Gives its answers in turn, the last one again and again; without any it never answers. Status 0
/// is a connection that is refused.
#[derive(Debug, Clone, Default)]
struct Wire {
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Wire {
    fn of(answers: &[(u16, &str)]) -> Self {
        let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        Self { answers: Arc::new(Mutex::new(answers)), asked: Arc::default() }
    }

    /// The bodies of the requests so far.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    async fn session(&self) -> Session {
        self.metered(&meter::Meter::default()).await
    }

    async fn metered(&self, meter: &meter::Meter) -> Session {
        let wire = self.clone();
        let http = http_client_fn(move |_, _| SharedHttpConnector::new(wire.clone()));
        let credentials = Credentials::new("AKIASANDBOX111122223333", "secret", None, None, "test");
        let in_process = Some(InProcess { http, credentials });
        let (region, meter) = (Some("us-east-1".into()), meter.clone());
        Session::load(&SessionSpec { region, meter, in_process, ..SessionSpec::default() }).await
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().unwrap_or_default();
        self.asked.lock().unwrap().push(String::from_utf8_lossy(body).into_owned());
        let mut answers = self.answers.lock().unwrap();
        let next = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        match next {
            Some((0, body)) => HttpConnectorFuture::ready(Err(ConnectorError::io(body.into()))),
            Some((status, body)) => {
                HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))))
            }
            None => HttpConnectorFuture::new(std::future::pending()),
        }
    }
}

/// An answer to `DescribeDBInstances`.
fn page(ids: &[&str], marker: &str) -> String {
    let instances: String = ids
        .iter()
        .map(|id| format!("<DBInstance><DBInstanceIdentifier>{id}</DBInstanceIdentifier></DBInstance>"))
        .collect();
    let marker = if marker.is_empty() { String::new() } else { format!("<Marker>{marker}</Marker>") };
    format!(
        "<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><DescribeDBInstancesResult>\
         <DBInstances>{instances}</DBInstances>{marker}</DescribeDBInstancesResult></DescribeDBInstancesResponse>"
    )
}

#[tokio::test(start_paused = true)]
async fn a_list_is_followed_to_its_end_over_a_failed_page() {
    let busy = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
    let wire = Wire::of(&[(200, &page(&["b"], "one+")), (400, busy), (200, &page(&["c", "a"], ""))]);
    let found = rds::databases(&wire.session().await, "eu-west-1").await.unwrap();
    assert_eq!(found.iter().map(|d| d.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(found[0].region, "eu-west-1");
    let asked = wire.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked[0].contains("MaxRecords=100") && !asked[0].contains("Marker"), "{}", asked[0]);
    assert!(asked[1].contains("Marker=one%2B") && asked[2].contains("Marker=one%2B"), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_marker_that_comes_again_ends_the_list_with_a_fault() {
    let wire = Wire::of(&[(200, &page(&["a"], "one"))]);
    let fault = rds::databases(&wire.session().await, "us-east-1").await.unwrap_err();
    assert_eq!((fault.kind, wire.asked().len()), (FaultKind::BrokenAnswer, 2));
}

#[tokio::test(start_paused = true)]
async fn a_web_page_is_a_broken_answer_after_three_attempts() {
    let wire = Wire::of(&[(500, "<!DOCTYPE html><html><body>oops</body></html>")]);
    let session = wire.session().await;
    let fault = rds::databases(&session, "us-east-1").await.unwrap_err();
    assert_eq!((fault.kind, wire.asked().len()), (FaultKind::BrokenAnswer, 3));
    assert_eq!(alarms::all(&session, "us-east-1").await.unwrap_err().kind, FaultKind::BrokenAnswer);
    assert_eq!(sts::identity(&session, "us-east-1").await.unwrap_err().kind, FaultKind::BrokenAnswer);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_cut_is_no_shorter_list() {
    let whole = page(&["a", "b"], "");
    let cut = whole.split_inclusive("</DBInstance>").next().unwrap();
    let wire = Wire::of(&[(200, cut)]);
    let fault = rds::databases(&wire.session().await, "us-east-1").await.unwrap_err();
    assert_eq!((fault.kind, fault.call.as_str()), (FaultKind::BrokenAnswer, DESCRIBE_DB_INSTANCES));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_never_answers_is_given_up() {
    let started = tokio::time::Instant::now();
    let wire = Wire::default();
    let fault = rds::databases(&wire.session().await, "us-east-1").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::TimedOut);
    assert!(started.elapsed() <= std::time::Duration::from_secs(31), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_names_its_address_and_is_no_call() {
    let meter = meter::Meter::default();
    let wire = Wire::of(&[(0, "Connection refused")]);
    let fault = rds::databases(&wire.metered(&meter).await, "eu-west-1").await.unwrap_err();
    assert_eq!((fault.kind, wire.asked().len()), (FaultKind::Unreachable, 3));
    assert_eq!(fault.message, "rds.eu-west-1.amazonaws.com:443: Connection refused");
    assert_eq!(meter.last_minute().total(), crate::collect::Rate::default());
}

#[tokio::test(start_paused = true)]
async fn every_answer_is_a_call_and_throttled_ones_are_told() {
    let busy = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
    let meter = meter::Meter::default();
    let wire = Wire::of(&[(400, busy), (0, "connection reset"), (200, &page(&["a"], ""))]);
    rds::databases(&wire.metered(&meter).await, "us-east-1").await.unwrap();
    assert_eq!(wire.asked().len(), 3);
    assert_eq!(meter.last_minute().of("rds"), crate::collect::Rate { calls: 2, throttled: 1 });
    tokio::time::advance(std::time::Duration::from_secs(61)).await;
    assert_eq!(meter.last_minute().total(), crate::collect::Rate::default());
}

#[tokio::test]
async fn a_session_in_process_knows_what_it_was_given() {
    let session = Wire::default().session().await;
    assert_eq!((session.region(), session.profile(), session.endpoint()), (Some("us-east-1"), None, None));
    assert_eq!(session.sign_in().command(false), None);
}

#[test]
fn every_call_has_its_action() {
    assert_eq!(action_of(DESCRIBE_ALARMS), "cloudwatch:DescribeAlarms");
    assert_eq!(action_of("sqs:SendMessage"), "sqs:SendMessage");
    assert!(READS.iter().all(|(call, action)| call.contains(':') && action.contains(':')));
}
