//! An API server that answers as a test says, and remembers what it was asked.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use jiff::Timestamp;
use kube::client::Body;
use serde_json::{Value, json};
use tower::BoxError;

use super::connect::{Patience, answered_by};
use super::{BearerToken, ClusterApi, TokenSource};
use crate::domain::Fault;

/// A piece of an answer.
#[derive(Debug, Clone)]
pub(super) enum ScriptedPiece {
    Text(String),
    Bytes(Vec<u8>),
    After(Duration),
    /// The connection breaks.
    Cut,
    /// Nothing comes any more.
    Silence,
}

/// An answer: a head and a body in pieces; without a head where none comes.
#[derive(Debug, Clone, Default)]
pub(super) struct ScriptedAnswer {
    status: Option<u16>,
    headers: Vec<(&'static str, String)>,
    pieces: Vec<ScriptedPiece>,
}

impl ScriptedAnswer {
    pub(super) fn with(status: u16, body: &str) -> Self {
        let pieces = vec![ScriptedPiece::Text(body.to_owned())];
        Self { status: Some(status), headers: Vec::new(), pieces }
    }

    pub(super) fn ok(body: &Value) -> Self {
        Self::with(200, &body.to_string())
    }

    /// A `Status` of the API.
    pub(super) fn refusal(code: u16, reason: &str, message: &str) -> Self {
        Self::with(code, &status(code, reason, message).to_string())
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// A stream of lines, each a piece of its own, that ends.
    pub(super) fn lines(lines: &[Value]) -> Self {
        let pieces = lines.iter().map(|line| ScriptedPiece::Text(format!("{line}\n"))).collect();
        Self { status: Some(200), headers: Vec::new(), pieces }
    }

    pub(super) fn then(mut self, piece: ScriptedPiece) -> Self {
        self.pieces.push(piece);
        self
    }

    /// No head ever comes.
    pub(super) fn none() -> Self {
        Self::default()
    }
}

/// A `Status` of the API.
pub(super) fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    })
}

/// What it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScriptedAsk {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) authorization: String,
    /// What is sent with it, and what that is.
    pub(super) content: String,
    pub(super) body: String,
}

/// What it was asked, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct ScriptedLog(Arc<Mutex<Vec<ScriptedAsk>>>);

impl ScriptedLog {
    pub(super) fn asks(&self) -> Vec<ScriptedAsk> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.asks().into_iter().map(|ask| ask.path).collect()
    }
}

/// Tokens `token-1`, `token-2` …: the next one where one was refused.
#[derive(Debug, Default)]
pub(super) struct CountedTokens {
    refused: AtomicUsize,
}

impl TokenSource for CountedTokens {
    fn token(&self) -> BoxFuture<'_, Result<BearerToken, Fault>> {
        let number = self.refused.load(Ordering::SeqCst) + 1;
        let token = BearerToken::new(&format!("token-{number}"), Timestamp::MAX).unwrap();
        Box::pin(async move { Ok(token) })
    }

    fn refused(&self, _: &BearerToken) {
        self.refused.fetch_add(1, Ordering::SeqCst);
    }
}

/// A server that gives these answers, one after the other, and then none.
pub(super) fn answering(answers: impl IntoIterator<Item = ScriptedAnswer>) -> (ClusterApi, ScriptedLog) {
    let mut answers: VecDeque<_> = answers.into_iter().collect();
    answering_with(move |_| answers.pop_front().unwrap_or_default())
}

/// A server that answers each path so.
pub(super) fn answering_with(
    mut answer: impl FnMut(&str) -> ScriptedAnswer + Send + 'static,
) -> (ClusterApi, ScriptedLog) {
    let log = ScriptedLog::default();
    let asked = log.clone();
    let service = tower::service_fn(move |request: Request<Body>| {
        let path = request.uri().to_string();
        let header = |name| {
            let value = request.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (authorization, content) = (header("authorization"), header("content-type"));
        let answer = answer(&path);
        let asked = asked.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
            asked.0.lock().unwrap().push(ScriptedAsk { method: head.method, path, authorization, content, body });
            let Some(status) = answer.status else { match std::future::pending::<Infallible>().await {} };
            let mut response = Response::builder().status(status);
            for (name, value) in answer.headers {
                response = response.header(name, value);
            }
            let pieces = stream::unfold(VecDeque::from(answer.pieces), |mut pieces| async move {
                loop {
                    match pieces.pop_front()? {
                        ScriptedPiece::Text(text) => {
                            return Some((Ok::<_, BoxError>(Frame::data(Bytes::from(text))), pieces));
                        }
                        ScriptedPiece::Bytes(bytes) => {
                            return Some((Ok(Frame::data(Bytes::from(bytes))), pieces));
                        }
                        ScriptedPiece::After(time) => tokio::time::sleep(time).await,
                        ScriptedPiece::Cut => {
                            let error = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                            return Some((Err(error.into()), VecDeque::new()));
                        }
                        ScriptedPiece::Silence => std::future::pending().await,
                    }
                }
            });
            Ok::<_, BoxError>(response.body(StreamBody::new(pieces)).unwrap())
        }
    });
    let tokens = Arc::new(CountedTokens::default());
    (answered_by(service, "shop", tokens, Patience::Network), log)
}
