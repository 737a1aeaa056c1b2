//! The sandbox over HTTP on this machine, for clients outside of this process such as the AWS CLI
//! (`--endpoint-url`).

use std::io;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use winterbaume_core::MockRequest;

use super::Sandbox;

/// The largest request that is read, bytes.
const MOST_BYTES: usize = 10 * 1024 * 1024;

/// Serves until `stop` is done; connections that are then open are closed.
///
/// # Errors
/// A listener that other machines could reach is refused (`InvalidInput`): nothing in here checks
/// who asks.
pub async fn serve(sandbox: Arc<Sandbox>, listener: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        let message = format!("the sandbox is only served on the loopback interface, not on {address}");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let mut stop = pin!(stop);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut stop => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let sandbox = Arc::clone(&sandbox);
                    connections.spawn(async move {
                        let service = service_fn(move |request| respond(Arc::clone(&sandbox), request));
                        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                        if let Err(error) = connection.await {
                            tracing::debug!(%error, "a connection to the sandbox ended early");
                        }
                    });
                }
                // One client's failed handshake must not end the service.
                Err(error) => {
                    tracing::debug!(%error, "a connection to the sandbox was not accepted");
                    // Out of file descriptors, say: trying at once would only burn a core.
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn respond(sandbox: Arc<Sandbox>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, http::Error> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MOST_BYTES).collect().await else {
        return Response::builder().status(StatusCode::PAYLOAD_TOO_LARGE).body(Full::default());
    };
    let request = MockRequest {
        method: head.method.to_string(),
        uri: head.uri.to_string(),
        headers: head.headers,
        body: body.to_bytes(),
    };
    let answer = sandbox.answer(&request);
    let mut response = Response::builder().status(answer.status).body(Full::new(answer.body))?;
    *response.headers_mut() = answer.headers;
    Ok(response)
}

#[cfg(test)]
mod tests {
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
}
