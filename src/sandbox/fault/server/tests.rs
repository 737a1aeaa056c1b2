use std::sync::Mutex;
use std::time::Duration;

use http::{Method, header};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::*;
use crate::sandbox::fault::{Fault, Service};

fn call(path: &str) -> ServerCall {
    ServerCall::new(ClusterSite::Production, ApiAsked::of(&Method::GET, &path.parse().unwrap()), 1)
}

const GOOD: &str = r#"{"kind":"NodeList","items":[]}"#;

async fn arrived(kind: Kind) -> io::Result<Response<ApiBody>> {
    let said = async { foreign(StatusCode::OK, "application/json", GOOD.into()) };
    call("/api/v1/nodes").arrives(Some(kind), said).await
}

#[test]
fn a_fault_is_aimed_at_an_api_server_as_at_any_service() {
    let at: Timestamp = "2026-11-22T03:12:44Z".parse().unwrap();
    let hits = |fault: &Fault| fault.hits(&call("/api/v1/nodes?watch=true").at(at));
    assert!(hits(&Fault::new(Kind::Cut)));
    assert!(hits(&Fault::new(Kind::Cut).in_account("444455556666").in_operation(Service::Kubernetes, "watch nodes")));
    assert!(!hits(&Fault::new(Kind::Cut).in_operation(Service::Kubernetes, "list nodes")));
    assert!(!hits(&Fault::new(Kind::Cut).in_account("666677778888")));
    assert!(!hits(&Fault { services: vec![Service::Eks], ..Fault::new(Kind::Cut) }));
    assert!(hits(&Fault { regions: vec!["eu-west-1".into()], ..Fault::new(Kind::Cut) }));
}

#[tokio::test(start_paused = true)]
async fn refusals_are_the_statuses_of_an_api_server() {
    let denied = "nodes is forbidden: User \"arn:aws:sts::444455556666:assumed-role/reader/oncall\" cannot list resource \
                  \"nodes\" in API group \"\" at the cluster scope";
    for (kind, code, reason, message) in [
        (Kind::Throttled, 429, "TooManyRequests", "Too many requests, please try again later."),
        (Kind::Denied, 403, "Forbidden", denied),
        (Kind::Expired, 401, "Unauthorized", "Unauthorized"),
        (Kind::ClockSkew, 401, "Unauthorized", "Unauthorized"),
        (Kind::WrongAccount, 401, "Unauthorized", "Unauthorized"),
        (Kind::Internal, 500, "InternalError", "Internal error occurred: etcdserver: request timed out"),
        (Kind::Unavailable, 503, "ServiceUnavailable", "the server is currently unable to handle the request"),
    ] {
        let answer = arrived(kind).await.unwrap();
        let after = answer.headers().get(header::RETRY_AFTER).cloned();
        assert_eq!((answer.status().as_u16(), after.is_some()), (code, kind == Kind::Throttled), "{kind:?}");
        let said: Value = serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap();
        assert_eq!(
            (&said["kind"], &said["status"], &said["code"]),
            (&"Status".into(), &"Failure".into(), &code.into())
        );
        assert_eq!((&said["reason"], &said["message"]), (&reason.into(), &message.into()), "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_kind_has_its_way_of_arriving() {
    for kind in Kind::ALL {
        let began = Instant::now();
        let way = match arrived(kind).await {
            Err(error) => format!("{:?}", error.kind()),
            Ok(answer) => {
                let status = answer.status();
                match answer.into_body().collect().await {
                    Err(error) => format!("{status} and {:?}", error.kind()),
                    Ok(body) => format!("{status} {}", if body.to_bytes() == GOOD { "good" } else { "other" }),
                }
            }
        };
        let seconds = began.elapsed().as_secs();
        let (expected, least) = match kind {
            Kind::Hangs | Kind::AnswerLost => ("TimedOut", 3600),
            Kind::Refuses => ("ConnectionRefused", 0),
            Kind::Cut => ("200 OK and ConnectionReset", 0),
            Kind::Silent => ("200 OK and TimedOut", 3600),
            Kind::Slow => ("200 OK good", 5),
            Kind::Drip => ("200 OK good", 30),
            Kind::Garbage | Kind::WrongContentType | Kind::Huge => ("200 OK other", 0),
            Kind::Html500 | Kind::Internal => ("500 Internal Server Error other", 0),
            Kind::Throttled => ("429 Too Many Requests other", 0),
            Kind::Unavailable => ("503 Service Unavailable other", 0),
            Kind::Denied => ("403 Forbidden other", 0),
            Kind::Expired | Kind::ClockSkew | Kind::WrongAccount => ("401 Unauthorized other", 0),
        };
        assert_eq!((way.as_str(), seconds), (expected, least), "{kind:?}");
    }
}

/// A watch that tells a line each minute, and what strikes it from the second on.
fn watch(kind: Kind) -> ApiBody {
    let lines = stream::unfold(0, |line| async move {
        sleep(Duration::from_mins(1)).await;
        Some((Ok(Frame::data(Bytes::from(format!("{{\"line\":{line}}}\n")))), line + 1))
    });
    let told = Mutex::new(0);
    let strikes = move || {
        let mut told = told.lock().unwrap();
        *told += 1;
        (*told > 1).then_some(kind)
    };
    lasting(BodyExt::boxed(StreamBody::new(lines)), Arc::new(strikes))
}

/// What comes of it within three minutes and some seconds, and how it ends.
async fn heard(kind: Kind) -> (String, Option<io::ErrorKind>) {
    let (mut body, mut text) = (watch(kind), Vec::new());
    let reading = async {
        loop {
            match body.frame().await {
                Some(Ok(frame)) => text.extend(frame.into_data().unwrap_or_default()),
                Some(Err(error)) => return Some(error.kind()),
                None => return None,
            }
        }
    };
    let end = timeout(Duration::from_secs(198), reading).await.unwrap_or_default();
    (String::from_utf8(text).unwrap(), end)
}

#[tokio::test(start_paused = true)]
async fn what_breaks_a_connection_breaks_one_that_is_open_and_nothing_else_does() {
    let first = "{\"line\":0}\n";
    assert_eq!(heard(Kind::Cut).await, (format!("{first}{{\"lin"), Some(io::ErrorKind::ConnectionReset)));
    assert_eq!(heard(Kind::Refuses).await, (first.to_owned(), Some(io::ErrorKind::ConnectionReset)));
    for kind in [Kind::Silent, Kind::Hangs, Kind::AnswerLost] {
        assert_eq!(heard(kind).await, (first.to_owned(), None), "{kind:?}");
    }
    let whole = format!("{first}{{\"line\":1}}\n{{\"line\":2}}\n");
    for kind in [Kind::Throttled, Kind::Denied, Kind::Expired, Kind::Unavailable, Kind::Html500, Kind::Garbage] {
        assert_eq!(heard(kind).await, (whole.clone(), None), "{kind:?}");
    }
    assert_eq!(heard(Kind::Slow).await, (whole, None));
    // The second line has come eleven seconds late, and the third one is late by as much.
    assert_eq!(heard(Kind::Drip).await, (format!("{first}{{\"line\":1}}\n{{\"line\""), None));
}
