//! The sandbox over HTTP on this machine, for clients outside of this process such as the AWS CLI
//! (`--endpoint-url`).

use std::error::Error;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{DATE, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::net::TcpListener;
use winterbaume_core::MockRequest;

use super::Sandbox;
use super::fault::body::{self, Body};
use super::fault::reply::{LATE, Reply, SILENCE};
use super::listening;

/// Why a connection is closed.
type Failure = Box<dyn Error + Send + Sync>;

/// The largest request that is read, bytes.
const MOST_BYTES: usize = 10 * 1024 * 1024;

/// Serves until `stop` is done; connections that are then open are closed.
///
/// # Errors
/// A listener that other machines could reach is refused (`InvalidInput`): nothing in here checks
/// who asks.
pub async fn serve(sandbox: Arc<Sandbox>, listener: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
    listening::accept(listener, stop, |stream| {
        let sandbox = Arc::clone(&sandbox);
        async move {
            let service = service_fn(move |request| respond(Arc::clone(&sandbox), request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the sandbox ended early");
            }
        }
    })
    .await
}

/// The answer to a request. An error closes the connection without one: whoever reached this
/// server can no longer be refused the connection.
async fn respond(sandbox: Arc<Sandbox>, request: Request<Incoming>) -> Result<Response<Body>, Failure> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MOST_BYTES).collect().await else {
        let nothing = body::whole(Bytes::new());
        let mut response = Response::builder().status(StatusCode::PAYLOAD_TOO_LARGE).body(nothing)?;
        date(response.headers_mut(), sandbox.now());
        return Ok(response);
    };
    let request = MockRequest {
        method: head.method.to_string(),
        uri: head.uri.to_string(),
        headers: head.headers,
        body: body.to_bytes(),
    };
    let (answer, body) = match sandbox.reply(&request) {
        Reply::Whole(answer) => {
            let body = body::whole(answer.body.clone());
            (answer, body)
        }
        Reply::Late(answer) => {
            tokio::time::sleep(LATE).await;
            let body = body::whole(answer.body.clone());
            (answer, body)
        }
        Reply::Silent(answer) => (answer, body::silent()),
        Reply::Cut(answer) => {
            let body = body::cut(&answer.body);
            (answer, body)
        }
        Reply::Drip(answer) => {
            let body = body::drip(answer.body.clone());
            (answer, body)
        }
        Reply::Nothing => {
            tokio::time::sleep(SILENCE).await;
            return Err(io::Error::from(io::ErrorKind::TimedOut).into());
        }
        Reply::Refused => return Err(io::Error::from(io::ErrorKind::ConnectionRefused).into()),
    };
    let mut response = Response::builder().status(answer.status).body(body)?;
    *response.headers_mut() = answer.headers;
    date(response.headers_mut(), sandbox.now());
    Ok(response)
}

/// Tells the sandbox's time (RFC 7231, 7.1.1.2). hyper tells this machine's otherwise, and then a client
/// cannot know by which clock events and snapshots are dated.
pub(super) fn date(headers: &mut HeaderMap, now: Timestamp) {
    let told = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok();
    if let Some(told) = told.and_then(|told| HeaderValue::from_str(&told).ok()) {
        headers.insert(DATE, told);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::super::fault::{Fault, Kind};
    use super::super::{SandboxClock, World, WorldOptions};
    use super::*;

    #[tokio::test]
    async fn only_the_loopback_interface_is_served() {
        let epoch: jiff::Timestamp = "2026-11-22T14:00:00Z".parse().unwrap();
        let options = WorldOptions { scenario: "quiet".into(), seed: 1, databases: None, epoch };
        let clock = SandboxClock::frozen(epoch);
        let sandbox = Arc::new(Sandbox::new(World::build(&options).unwrap(), clock));
        let open = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let refused = serve(Arc::clone(&sandbox), open, std::future::pending()).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
        let local = TcpListener::bind("127.0.0.1:0").await.unwrap();
        serve(sandbox, local, std::future::ready(())).await.unwrap();
    }

    /// What comes back over the connection from a sandbox with this fault, or none.
    async fn received(kind: impl Into<Option<Kind>>) -> String {
        let epoch: jiff::Timestamp = "2026-11-22T14:00:00Z".parse().unwrap();
        let options = WorldOptions { scenario: "quiet".into(), seed: 1, databases: None, epoch };
        let mut world = World::build(&options).unwrap();
        let kind: Option<Kind> = kind.into();
        world.faults = kind.map(Fault::new).into_iter().collect();
        let sandbox = Arc::new(Sandbox::new(world, SandboxClock::frozen(epoch)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let form = "Action=GetCallerIdentity&Version=2011-06-15";
        let asking = async {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let head = format!(
                "POST / HTTP/1.1\r\nHost: {address}\r\nAuthorization: AWS4-HMAC-SHA256 \
                 Credential=AKIASANDBOX111122223333/20261122/us-east-1/sts/aws4_request, SignedHeaders=host, \
                 Signature=00\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}",
                form.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut bytes = Vec::new();
            // A reset is one of the ways in which a connection may end here.
            let _ = tokio::time::timeout(Duration::from_secs(2), stream.read_to_end(&mut bytes)).await;
            String::from_utf8_lossy(&bytes).into_owned()
        };
        tokio::select! {
            ended = serve(sandbox, listener, std::future::pending()) => panic!("the service ended: {ended:?}"),
            text = asking => text,
        }
    }

    #[tokio::test]
    async fn faults_go_over_the_connection() {
        let throttled = received(Kind::Throttled).await;
        assert!(throttled.starts_with("HTTP/1.1 400 "), "{throttled}");
        assert!(throttled.contains("<Code>Throttling</Code>"), "{throttled}");
        assert_eq!(received(Kind::Refuses).await, "");
        let cut = received(Kind::Cut).await;
        assert!(cut.starts_with("HTTP/1.1 200 "), "{cut}");
        assert!(cut.contains("<GetCallerIdentityResponse") && !cut.contains("</GetCallerIdentityResponse>"), "{cut}");
        assert!(!cut.ends_with("0\r\n\r\n"), "{cut}");
        let page = received(Kind::Html500).await;
        assert!(page.starts_with("HTTP/1.1 500 ") && page.contains("text/html"), "{page}");
    }

    #[tokio::test]
    async fn every_answer_is_dated_by_the_clock_of_the_world() {
        for kind in [None, Some(Kind::Throttled), Some(Kind::Html500), Some(Kind::Cut)] {
            let answer = received(kind).await.to_lowercase();
            let dates: Vec<&str> = answer.lines().filter(|line| line.starts_with("date:")).collect();
            assert_eq!(dates, ["date: sun, 22 nov 2026 14:00:00 gmt"], "{kind:?}: {answer}");
        }
    }

    #[test]
    fn days_have_two_digits() {
        let mut headers = HeaderMap::new();
        date(&mut headers, "2026-11-01T03:04:05.999Z".parse().unwrap());
        assert_eq!(headers.get(DATE).unwrap(), "Sun, 01 Nov 2026 03:04:05 GMT");
    }
}
