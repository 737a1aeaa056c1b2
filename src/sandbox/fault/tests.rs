use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use winterbaume_core::{MockRequest, MockResponse};

use super::disturbance::Disturbance;
use super::reply::{Reply, reply};
use super::*;
use crate::sandbox::services::answer::response;
use crate::sandbox::services::{Caller, Scope};

fn scope(service: &str, account: &str, region: &str) -> Scope {
    let caller = Caller { account: account.into(), region: region.into(), access_key: "k".into() };
    Scope { caller, service: service.into() }
}

fn call<'a>(scope: &'a Scope, operation: &'a str) -> Call<'a> {
    Call { scope, operation, number: 1, at: "2026-11-22T03:12:44Z".parse().unwrap() }
}

fn request(protocol: Option<&'static str>) -> MockRequest {
    let mut headers = HeaderMap::new();
    if let Some(protocol) = protocol {
        headers.insert("smithy-protocol", HeaderValue::from_static(protocol));
    }
    MockRequest { method: "POST".into(), uri: "/".into(), headers, body: Bytes::new() }
}

/// The whole answer that a fault of this kind gives.
fn whole(kind: Kind, scope: &Scope, operation: &str, protocol: Option<&'static str>) -> MockResponse {
    let good = |caller: &Caller| response(200, "text/xml", format!("<A>{}</A>", caller.account));
    match reply(Some(&Fault::new(kind)), &call(scope, operation), &request(protocol), good) {
        Reply::Whole(answer) => answer,
        other => panic!("{kind:?} gives {other:?}"),
    }
}

#[test]
fn a_fault_hits_what_it_names() {
    let here = scope("rds", "111122223333", "us-east-1");
    let struck = |fault: &Fault| fault.hits(&call(&here, "DescribeEvents"));
    assert!(struck(&Fault::new(Kind::Hangs)));
    assert!(struck(&Fault::new(Kind::Hangs).in_account("111122223333")));
    assert!(!struck(&Fault::new(Kind::Hangs).in_account("444455556666")));
    for (service, expected) in [(Service::Rds, true), (Service::Monitoring, false), (Service::Sts, false)] {
        assert_eq!(struck(&Fault { services: vec![service], ..Fault::new(Kind::Hangs) }), expected);
    }
    assert!(!struck(&Fault { operations: vec!["DescribeDBInstances".into()], ..Fault::new(Kind::Hangs) }));
    assert!(!struck(&Fault { regions: vec!["us-west-2".into()], ..Fault::new(Kind::Hangs) }));
    let (before, now) = ("2026-11-22T03:00:00Z".parse().ok(), "2026-11-22T03:12:44Z".parse().ok());
    assert!(struck(&Fault { starts: before, ..Fault::new(Kind::Hangs) }));
    assert!(struck(&Fault { starts: now, ..Fault::new(Kind::Hangs) }));
    assert!(!struck(&Fault { ends: now, ..Fault::new(Kind::Hangs) }));
}

#[test]
fn a_share_hits_about_so_many_calls_and_always_the_same() {
    let here = scope("rds", "1", "r");
    let hit = |share: f64| {
        let fault = Fault { share, ..Fault::new(Kind::Throttled) };
        (0..1000).filter(|number| fault.hits(&Call { number: *number, ..call(&here, "X") })).collect::<Vec<u64>>()
    };
    assert!((250..350).contains(&hit(0.3).len()), "{}", hit(0.3).len());
    assert_eq!(hit(0.3), hit(0.3));
    assert_eq!((hit(0.0).len(), hit(1.0).len()), (0, 1000));
}

#[test]
fn refusals_speak_as_aws_does() {
    let rds = scope("rds", "111122223333", "us-east-1");
    let text = |answer: &MockResponse| String::from_utf8_lossy(&answer.body).into_owned();
    let denied = whole(Kind::Denied, &rds, "DescribeDBInstances", None);
    assert_eq!(denied.status, 403);
    for part in [
        "<Code>AccessDenied</Code>",
        "User: arn:aws:sts::111122223333:assumed-role/reader/oncall is not authorized to perform: \
         rds:DescribeDBInstances on resource: arn:aws:rds:us-east-1:111122223333:db:* because",
    ] {
        assert!(text(&denied).contains(part), "{}", text(&denied));
    }
    let throttled = whole(Kind::Throttled, &rds, "DescribeEvents", None);
    assert_eq!(throttled.status, 400);
    assert!(text(&throttled).contains("<Code>Throttling</Code><Message>Rate exceeded</Message>"));
    let late = whole(Kind::ClockSkew, &rds, "DescribeEvents", None);
    let said = "Signature expired: 20261122T023244Z is now earlier than 20261122T025744Z (20261122T031244Z - 15 min.)";
    assert!(text(&late).contains(said), "{}", text(&late));
    assert!(late.headers.contains_key("x-amzn-requestid"));
}

#[test]
fn cloudwatch_refuses_in_its_own_protocol_and_under_its_iam_name() {
    let monitoring = scope("monitoring", "111122223333", "us-east-1");
    let denied = whole(Kind::Denied, &monitoring, "GetMetricData", Some("rpc-v2-cbor"));
    assert_eq!(denied.headers.get("x-amzn-query-error").unwrap(), "AccessDenied;Sender");
    let ciborium::Value::Map(members) = ciborium::from_reader(&denied.body[..]).unwrap() else { panic!("no map") };
    let message = members.iter().find_map(|(name, value)| (name.as_text() == Some("message")).then(|| value.as_text()));
    assert!(message.flatten().unwrap().contains("not authorized to perform: cloudwatch:GetMetricData on resource: *"));
}

#[test]
fn eks_refuses_in_rest_json() {
    let eks = scope("eks", "444455556666", "eu-west-1");
    let mut asked = request(None);
    asked.method = "GET".into();
    asked.uri = "/clusters".into();
    for (kind, status, code) in [
        (Kind::Throttled, 429, "ThrottlingException"),
        (Kind::Expired, 403, "ExpiredTokenException"),
        (Kind::Denied, 403, "AccessDeniedException"),
        (Kind::ClockSkew, 403, "InvalidSignatureException"),
        (Kind::Internal, 500, "ServerException"),
        (Kind::Unavailable, 503, "ServiceUnavailableException"),
    ] {
        let good = |_: &Caller| response(200, "application/json", "{}");
        let Reply::Whole(answer) = reply(Some(&Fault::new(kind)), &call(&eks, "ListClusters"), &asked, good) else {
            panic!("not whole")
        };
        assert_eq!((answer.status, answer.headers.get("x-amzn-errortype").unwrap().to_str().unwrap()), (status, code));
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
    }
}

#[test]
fn another_account_answers() {
    let rds = scope("rds", "111122223333", "us-east-1");
    let answer = whole(Kind::WrongAccount, &rds, "DescribeDBInstances", None);
    assert_eq!(answer.body, format!("<A>{STRANGER}</A>").as_bytes());
}

#[test]
fn padding_goes_where_clients_skip_it() {
    let rds = scope("rds", "1", "r");
    let fault = Fault::new(Kind::Huge);
    let xml = "<XResponse><XResult><A>1</A></XResult></XResponse>";
    let Reply::Whole(answer) =
        reply(Some(&fault), &call(&rds, "X"), &request(None), |_: &Caller| response(200, "text/xml", xml))
    else {
        panic!("not whole")
    };
    assert!(answer.body.len() > 10_000_000);
    assert!(answer.body.starts_with(b"<XResponse><XResult><Padding>xx"));
    assert!(answer.body.ends_with(b"xx</Padding><A>1</A></XResult></XResponse>"));

    let mut cbor = Vec::new();
    ciborium::into_writer(
        &ciborium::Value::Map(vec![(ciborium::Value::Text("A".into()), ciborium::Value::Bool(true))]),
        &mut cbor,
    )
    .unwrap();
    let Reply::Whole(answer) =
        reply(Some(&fault), &call(&rds, "X"), &request(None), |_: &Caller| response(200, "application/cbor", cbor))
    else {
        panic!("not whole")
    };
    let ciborium::Value::Map(members) = ciborium::from_reader(&answer.body[..]).unwrap() else { panic!("no map") };
    assert_eq!(members.iter().map(|(name, _)| name.as_text().unwrap()).collect::<Vec<_>>(), ["Padding", "A"]);
}

#[test]
fn each_kind_has_its_way_of_arriving() {
    let rds = scope("rds", "1", "r");
    for kind in Kind::ALL {
        let good = |_: &Caller| response(200, "text/xml", "<A><B/></A>");
        let arrived = reply(Some(&Fault::new(kind)), &call(&rds, "X"), &request(None), good);
        let way = match arrived {
            Reply::Whole(_) => "whole",
            Reply::Cut(_) => "cut",
            Reply::Drip(_) => "drip",
            Reply::Late(_) => "late",
            Reply::Silent(_) => "silent",
            Reply::Nothing => "nothing",
            Reply::Refused => "refused",
        };
        let expected = match kind {
            Kind::Cut => "cut",
            Kind::Drip => "drip",
            Kind::Slow => "late",
            Kind::Silent => "silent",
            Kind::Hangs | Kind::AnswerLost => "nothing",
            Kind::Refuses => "refused",
            _ => "whole",
        };
        assert_eq!(way, expected, "{kind:?}");
    }
    let garbage = whole(Kind::Garbage, &rds, "X", None);
    assert!(garbage.status == 200 && std::str::from_utf8(&garbage.body).is_err());
}

#[test]
fn a_lost_answer_is_lost_after_the_deed() {
    let rds = scope("rds", "1", "r");
    for (kind, done) in [(Kind::AnswerLost, true), (Kind::Cut, true), (Kind::Hangs, false)] {
        let mut is_done = false;
        let arrived = reply(Some(&Fault::new(kind)), &call(&rds, "StopDBInstance"), &request(None), |_: &Caller| {
            is_done = true;
            response(200, "text/xml", "<A/>")
        });
        assert_eq!(is_done, done, "{kind:?}");
        assert!(matches!(arrived, Reply::Nothing | Reply::Cut(_)), "{kind:?}");
    }
}

#[test]
fn a_disturbance_begins_and_ends_with_the_calls_that_it_could_hit() {
    let rds = scope("rds", "1", "r");
    let fault = Fault::new(Kind::Expired).in_operation(Service::Rds, "StopDBInstance");
    let mut disturbance = Disturbance::new(fault).after(2).times(3);
    let mut struck = |operation: &str| disturbance.strikes(&call(&rds, operation)).is_some();
    assert!(!struck("StartDBInstance"));
    let hits: Vec<bool> = (0..7).map(|_| struck("StopDBInstance")).collect();
    assert_eq!(hits, [false, false, true, true, true, false, false]);
    assert!(!struck("StartDBInstance"));
}
